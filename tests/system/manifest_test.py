"""`probehost manifest`: what it prints fits the configuration, and its errors are words."""
import configparser
import re
import threading

import pytest
import yaml

CONTAINER_APPS = {"Startup": "startupProbe", "Liveness": "livenessProbe", "Readiness": "readinessProbe"}


@pytest.fixture
def manifest(configured, script):
    """The command's outcome with a configuration that has a check on ready and one on started."""
    def run(platform, *options, listen="0.0.0.0:8000", checks=None, **server):
        checks = checks or {"database": script.check("database", probes=["ready"], interval="10s", timeout="2s"),
                            "model": script.check("model", probes=["started"])}
        host = configured({"server": {"listen": [listen], "drain_delay": "5s", **server}, "checks": checks})
        return host.run("manifest", platform, "--config", host.file, *options)
    return run


def printed(done):
    assert (done.returncode, done.stderr) == (0, ""), done
    return yaml.safe_load(done.stdout)


def kubernetes(done):
    pod = printed(done)["spec"]
    container, = pod["containers"]
    return pod["terminationGracePeriodSeconds"], {name: probe for name, probe in container.items() if name != "name"}


def container_apps(done):
    template = printed(done)["properties"]["template"]
    container, = template["containers"]
    probes = {CONTAINER_APPS[probe["type"]]: {key: value for key, value in probe.items() if key != "type"}
              for probe in container["probes"]}
    return template["terminationGracePeriodSeconds"], probes


def test_kubernetes(manifest):
    assert kubernetes(manifest("kubernetes")) == (30, {
        "startupProbe": {"httpGet": {"path": "/health/started", "port": 8000},
                         "periodSeconds": 10, "failureThreshold": 30, "timeoutSeconds": 1},
        "livenessProbe": {"httpGet": {"path": "/health", "port": 8000},
                          "periodSeconds": 10, "failureThreshold": 3, "timeoutSeconds": 1},
        "readinessProbe": {"httpGet": {"path": "/health/ready", "port": 8000}, "periodSeconds": 15, "failureThreshold": 2,
                           "successThreshold": 1, "timeoutSeconds": 2}})


def test_container_apps_differ_in_the_startup_only(manifest):
    grace, probes = container_apps(manifest("containerapps"))
    usual_grace, usual = kubernetes(manifest("kubernetes"))
    assert probes.pop("startupProbe") == usual.pop("startupProbe") | {"periodSeconds": 30, "failureThreshold": 10}
    assert (grace, probes) == (usual_grace, usual)


def test_the_configuration_moves_the_numbers(manifest):
    grace, probes = kubernetes(manifest("kubernetes", "--startup-time", "90s", listen="[::]:9000", wait="2s", drain_delay="1m"))
    assert grace == 70
    assert all(probe["httpGet"]["port"] == 9000 for probe in probes.values())
    assert probes["readinessProbe"]["timeoutSeconds"] == 3
    assert probes["startupProbe"]["failureThreshold"] == 9


def test_reasons_name_checks_and_settings(manifest):
    said = manifest("kubernetes", wait="700ms").stdout
    assert "it waits for model" in said
    assert "database being the slowest to notice (13s)" in said
    assert "wait (700ms)" in said and "drain_delay (5s)" in said


def test_a_start_is_measured(manifest, serving, script):
    host = serving({"checks": {"loading": script.check("loading", "fail Loading", probes=["started"], interval="50ms")}})
    later = threading.Timer(2.2, script.say, ["loading", "pass"])
    later.start()
    done = manifest("kubernetes", "--measure", host.url)
    later.join()
    took = int(re.search(r"three times the (\d+)s that it took", done.stdout)[1])
    assert 2 <= took <= 9
    _, probes = kubernetes(done)
    assert probes["startupProbe"]["failureThreshold"] == -(-took * 3 // 10)


def test_no_start_is_measured_where_there_was_none_to_see(manifest, serving, script):
    host = serving({"checks": script.checks("a")})
    done = manifest("kubernetes", "--measure", host.url)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "error: --measure: the service has started already; restart it, and measure while it starts\n"


def test_systemd(manifest):
    done = manifest("systemd", drain_delay="20s")
    assert (done.returncode, done.stderr) == (0, "")
    unit = configparser.ConfigParser()
    unit.optionxform = str
    unit.read_string(done.stdout)
    assert dict(unit["Service"]) == {"TimeoutStartSec": "90s", "TimeoutStopSec": "30s", "WatchdogSec": "15s"}


def test_no_check_is_created(manifest, script):
    printed(manifest("kubernetes", checks={"a": script.check("a", settings={"refuse": "No such thing here"})}))


@pytest.mark.parametrize("arguments, said", [
    (["kubernetes", "--startup-time", "5"], "write 5s for seconds"),
    (["kubernetes", "--startup-time", "0s"], "at least 1s"),
    (["kubernetes", "--startup-time", "25h"], "at most 24h"),
    (["containerapps", "--startup-time", "41m"], "containerapps waits at most 40m for a start"),
    (["systemd", "--startup-time", "5m"], "not for systemd"),
    (["systemd", "--measure", "http://127.0.0.1:8000"], "not for systemd"),
    (["kubernetes", "--measure", "127.0.0.1:8000"], "--measure takes http://HOST:PORT"),
    (["kubernetes", "--measure", "http://127.0.0.1:8000", "--startup-time", "1m"], "--startup-time"),
    (["nomad"], "kubernetes")])
def test_usage_errors(manifest, arguments, said):
    done = manifest(*arguments)
    assert (done.returncode, done.stdout) == (64, "")
    assert said in done.stderr and done.stderr.count("\n") == 1


@pytest.mark.parametrize("listen, said", [("127.0.0.1:8000", "listen on 0.0.0.0 or [::]"), ("0.0.0.0:0", "port 0 is any free port")])
@pytest.mark.parametrize("platform", ["kubernetes", "containerapps"])
def test_what_cannot_be_probed_is_refused(manifest, platform, listen, said):
    done = manifest(platform, listen=listen)
    assert (done.returncode, done.stdout) == (78, "")
    assert "server.listen" in done.stderr and said in done.stderr


def test_a_broken_configuration_is_told_in_full(manifest, script):
    done = manifest("kubernetes", checks={"a": {"checker": "scriptde"}, "b": script.check("b", timout="1s")})
    assert (done.returncode, done.stdout) == (78, "")
    assert "checks.a.checker" in done.stderr and "checks.b.timout" in done.stderr
