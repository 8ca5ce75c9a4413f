"""Prometheus' blackbox_exporter, with the module that packaging/kubernetes has for it, asks a probehost."""
import pathlib
import urllib.parse

import pytest
from system.host import until

from .instance import ask

pytestmark = pytest.mark.slow

MODULES = pathlib.Path(__file__).parent.parent.parent / "packaging" / "kubernetes" / "monitoring" / "blackbox.yaml"


@pytest.fixture
def probe(consumer, instances):
    """What Prometheus would be told of one of the first instance's paths."""
    argv = ["prometheus-blackbox-exporter", f"--config.file={MODULES}", "--web.listen-address=127.0.0.1:PORT"]
    running = consumer(argv, "")
    def metrics(path):
        target = urllib.parse.quote(f"http://{instances[0].health}{path}", safe="")
        status, text, _ = ask(f"{running.url}/probe?module=probehost&target={target}")
        assert status == 200, text
        return dict(line.split(" ") for line in text.splitlines() if not line.startswith("#"))
    return metrics


def told(probe, path):
    metrics = probe(path)
    return metrics["probe_success"], metrics["probe_http_status_code"]


def test_a_failing_dependency_is_seen_and_its_end_too(probe, instances):
    assert told(probe, "/health/ready") == ("1", "200")
    instances[0].say("fail Database is down")
    until(lambda: told(probe, "/health/ready") == ("0", "503"), what="a failed probe")
    assert told(probe, "/health") == ("1", "200")
    instances[0].say("pass")
    until(lambda: told(probe, "/health/ready") == ("1", "200"), what="a good probe")


def test_a_hanging_dependency_is_an_answer_and_no_timeout(probe, instances):
    instances[0].say("hang")
    until(lambda: told(probe, "/health/ready") == ("0", "503"), what="a failed probe")
    assert float(probe("/health/ready")["probe_duration_seconds"]) < 2
    instances[0].say("pass")


def test_a_drain_fails_readiness_alone(probe, instances):
    instances[0].drain()
    until(lambda: told(probe, "/health/ready") == ("0", "503"), what="a failed probe")
    assert told(probe, "/health") == ("1", "200")
