"""The azure-openai checker on an endpoint that answers: what is asked, what each status means, and Retry-After."""
import pytest
from peers.http_peer import Fault
from peers.openai import KEY, OpenAi

from . import loop
from .loop import said

WRONG = "kanarienvogel"


@pytest.fixture
def peer():
    with OpenAi(models=2) as running:
        yield running


def settings(peer, **more):
    return {"endpoint": peer.url, "api_key": KEY, **more}


def run(given, runs=1, **options):
    return loop.run("azure-openai", given, runs=runs, **options)[:runs]


def first(given, **options):
    return said(run(given, **options)[0])


def refused(given):
    reason = loop.refused("azure-openai", given)
    assert WRONG not in reason
    return reason


@pytest.mark.parametrize("ending", ["", "/", "//", "/openai", "/openai/", "/openai/v1", "/openai/v1/"])
@pytest.mark.parametrize("api, path", [
    ("models", "/openai/models"), ("deployments", "/openai/deployments"), ("v1", "/openai/v1/models")])
def test_a_list_is_asked_for_whatever_the_endpoint_ends_with(peer, ending, api, path):
    assert first(settings(peer, endpoint=peer.url + ending, api=api)) == "pass"
    assert peer.requests == {path: 1}
    assert peer.last_headers["api-key"] == KEY and "Authorization" not in peer.last_headers


def test_a_gateway_may_have_a_path_of_its_own(peer):
    assert first(settings(peer, endpoint=peer.url + "/gateway/")) == "fail: HTTP 404 from Azure OpenAI"
    assert peer.requests == {"/gateway/openai/models": 1}


def test_another_api_version_can_be_asked_for(peer):
    given = settings(peer, api="deployments", api_version="2023-03-15-preview")
    assert first(given) == "fail: HTTP 404 from Azure OpenAI"
    assert first(settings(peer, api_version="2025-01-01-preview")) == "pass"


def test_the_connection_is_kept(peer):
    assert [said(result) for result in run(settings(peer), runs=20)] == ["pass"] * 20
    assert peer.connections == 1


def test_a_long_list_is_not_read_to_its_end():
    with OpenAi(models=20000) as peer:
        *results, after = loop.run("azure-openai", settings(peer), runs=20)
        assert {said(result) for result in results} == {"pass"} and loop.took_no_memory(after)


@pytest.mark.parametrize("more", [
    {"api_key": ""}, {"api_key": " \n"}, {"endpoint": ""}, {"endpoint": "", "auth": "entra"}], ids=str)
def test_missing_credentials_are_a_verdict_and_send_nothing(peer, more):
    assert first(settings(peer, **more)) == "fail: Azure OpenAI credentials not configured"
    assert not peer.requests
    assert first({}) == "fail: Azure OpenAI credentials not configured"


@pytest.mark.parametrize("more, key", [
    ({"endpoint": "my-resource"}, "endpoint"), ({"endpoint": "ftp://host"}, "endpoint"),
    ({"endpoint": f"https://user:{WRONG}@host"}, "endpoint"), ({"endpoint": f"https://host/?key={WRONG}"}, "endpoint"),
    ({"endpoint": "https://"}, "endpoint"), ({"api_key": f"{WRONG}\nX-Header: 1"}, "api_key"),
    ({"request_timeout": "0s"}, "request_timeout"), ({"ca_file": "/nonexistent.pem"}, "ca_file")], ids=str)
def test_a_wrong_setting_is_named(peer, more, key):
    assert f"{key}: expected" in refused(settings(peer, **more))


@pytest.mark.parametrize("port", ["0", "65536", "99999", "99999999999999999999", "x"])
def test_a_port_that_is_none_is_told_as_one(peer, port):
    reason = refused(settings(peer, endpoint=f"https://a:{port}"))
    assert reason == "endpoint: expected a port from 1 to 65535 after the host"


@pytest.mark.parametrize("much", ["99999999999999999999s", "9223372036854775807h", "87601h"])
def test_a_duration_that_is_too_long_is_told_as_one(peer, much):
    assert refused(settings(peer, request_timeout=much)) == "request_timeout: expected at most 87600h"


@pytest.mark.parametrize("status", [201, 204, 302, 400, 401, 403, 404, 408, 418, 500, 502, 503, 504])
def test_every_status_but_200_is_a_failure(peer, status):
    with OpenAi(models=2) as elsewhere:
        peer.fault = Fault(status=status, headers={"Location": elsewhere.url + "/openai/models"})
        assert first(settings(peer)) == f"fail: HTTP {status} from Azure OpenAI"
        assert not elsewhere.requests


@pytest.mark.parametrize("throttled, wanted", [
    (None, "warn: HTTP 429 from Azure OpenAI"), ("degraded", "warn: HTTP 429 from Azure OpenAI"),
    ("healthy", "pass"), ("unhealthy", "fail: HTTP 429 from Azure OpenAI")])
def test_throttled_is_what_the_settings_say(peer, throttled, wanted):
    peer.fault = Fault(status=429)
    assert first(settings(peer, **({"throttled": throttled} if throttled else {}))) == wanted


@pytest.mark.parametrize("change, status, advice", [
    ({"keys": ()}, 401, "look at api_key"), ({"firewall": True}, 403, "firewall"),
    ({"fault": Fault(status=404)}, 404, "api_version"), ({"fault": Fault(status=500)}, 500, "status page"),
    ({"fault": Fault(status=429)}, 429, "throttl")], ids=str)
def test_the_operator_reads_what_to_do(peer, change, status, advice):
    for name, value in change.items():
        setattr(peer, name, value)
    result = run(settings(peer))[0]
    assert result["message"] == f"HTTP {status} from Azure OpenAI" and advice in result["detail"]
    assert "fault" in change or "00000000-0000-4000-8000-000000000000" in result["detail"]


def test_the_list_of_deployments_is_gone_and_the_operator_reads_it(peer):
    peer.deployments_exist = False
    assert "api: models" in run(settings(peer, api="deployments"))[0]["detail"]


@pytest.mark.parametrize("headers, seconds", [
    ({"Retry-After": "1"}, 1.0), ({"retry-after-ms": "400", "Retry-After": "9"}, 0.4)], ids=str)
@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_honoured_and_the_verdict_stands(peer, status, headers, seconds):
    peer.fault = Fault(status=status, headers=headers)
    with loop.Loop("azure-openai", settings(peer), pause=20) as running:
        verdict = said(running.next())
        assert verdict.endswith(f"HTTP {status} from Azure OpenAI")
        peer.fault = None
        silent = running.until(lambda result: said(result) != verdict)
        assert said(silent[-1]) == "pass" and seconds * 10 < len(silent) <= seconds * 50
        assert peer.requests["/openai/models"] <= 2
        assert all("Retry-After" in result["detail"] for result in silent[:-1])


def test_without_retry_after_it_is_asked_every_time(peer):
    peer.fault = Fault(status=429)
    run(settings(peer), runs=3)
    assert peer.requests["/openai/models"] == 3


@pytest.mark.parametrize("timeout, spoken", [("300ms", "300ms"), ("1s", "1s"), ("1200ms", "1200ms")])
def test_no_answer_within_the_request_timeout(peer, timeout, spoken):
    peer.fault = Fault(mode="silent")
    result = run(settings(peer, request_timeout=timeout), timeout=2000)[0]
    assert said(result) == f"fail: Azure OpenAI timeout after {spoken}"
    assert first(settings(peer, request_timeout="2s"), timeout=300) == "timeout"


def test_a_wrong_key_is_in_no_output(peer):
    for mode in ("", "garbage", "close", "reset"):
        peer.fault = Fault(mode=mode) if mode else None
        done = loop.finish("azure-openai", settings(peer, api_key=WRONG), runs=2)
        assert done.returncode == 0 and WRONG not in done.stdout + done.stderr
    peer.fault = Fault(status=401, headers={"apim-request-id": WRONG}, body='{"error": {"code": "%s"}}' % WRONG)
    done = loop.finish("azure-openai", settings(peer, api_key=WRONG))
    assert "HTTP 401" in done.stdout and WRONG not in done.stdout + done.stderr
