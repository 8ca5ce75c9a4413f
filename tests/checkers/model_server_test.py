"""The model checker with source: server: six dialects, and servers that fail in every way."""
import pytest
from peers.fault_proxy import FaultProxy
from peers.http_peer import Fault
from peers.model_server import DIALECTS, MODEL, ModelServer

from . import loop
from .loop import said, took

CANARY = "kanarienvogel"
MISSING = "fail: Embedding model not loaded"
LATE = "fail: Model server: No answer"
FAULTS = [("refuse", {}, "Connection refused"), ("black_hole", {}, "No answer"), ("silent", {}, "No answer"),
          ("drip", {}, "No answer"), ("reset", {}, "Connection reset"), ("reset", {"after": 200}, "Connection reset"),
          ("close", {}, "Connection closed"), ("close", {"after": 20}, "Connection closed"),
          ("close", {"after": 130}, "Connection closed"), ("stall_after", {"after": 20}, "No answer"),
          ("garbage", {}, "Unexpected answer"), ("huge", {}, "Unexpected answer"),
          ("huge", {"prefix": b"HTTP/1.1 200 OK\r\n\r\n"}, "Unexpected answer"),
          ("huge", {"prefix": b"HTTP/1.1 200 OK\r\n\r\n" + b"[" * (1 << 20)}, "Unexpected answer")]


def settings(server, dialect, **more):
    return {"source": "server", "url": server.url, "dialect": dialect, "poll_interval": "1s", **more}


def once(given, **options):
    return loop.run("model", given, once=True, **options)[0]


@pytest.fixture(scope="module")
def plain():
    with ModelServer("openai") as running:
        yield running


@pytest.mark.parametrize("dialect, named", [
    *((dialect, {"model": MODEL}) for dialect in DIALECTS),
    *((dialect, {}) for dialect in DIALECTS if dialect != "tfserving")], ids=str)
def test_a_model_is_loaded_when_its_server_has_it_ready(dialect, named):
    with ModelServer(dialect, state="loading") as server:
        with loop.Loop("model", settings(server, dialect, poll_interval="200ms", **named)) as running:
            running.until(lambda result: said(result) == MISSING)
            server.state = "loaded"
            running.until(lambda result: said(result) == "pass")
            server.state = "failed"
            gone = running.until(lambda result: said(result) != "pass")[-1]
            assert said(gone) in (MISSING, "fail: Model server: Unexpected answer")


@pytest.mark.parametrize("dialect", [dialect for dialect in DIALECTS if dialect != "llamacpp"])
def test_another_model_than_the_servers_is_not_loaded(dialect):
    with ModelServer(dialect) as server:
        assert said(once(settings(server, dialect, model="another/one:x"))) == MISSING
        assert said(once(settings(server, dialect, model="another", label="Chat model"))) == "fail: Chat model not loaded"


def test_the_url_may_end_as_clients_of_openai_want_it(plain):
    for ending in ("", "/", "/v1", "/v1/"):
        assert said(once(settings(plain, "openai", url=plain.url + ending, model=MODEL))) == "pass"


@pytest.mark.parametrize("status, message", [
    (401, "Authentication failed"), (403, "Authentication failed"), (404, "Unexpected answer"),
    (302, "Unexpected answer"), (500, "Unexpected answer")])
def test_a_status_that_says_nothing_of_the_model_is_the_servers(status, message):
    with ModelServer("openai") as server:
        server.fault = Fault(status=status)
        assert said(once(settings(server, "openai"))) == f"fail: Model server: {message}"


def test_the_key_is_sent_and_in_no_output():
    with ModelServer("openai") as server:
        done = loop.finish("model", settings(server, "openai", api_key=CANARY), once=True)
        assert server.last_headers["Authorization"] == f"Bearer {CANARY}" and CANARY not in done.stdout + done.stderr
        server.fault = Fault(status=401, body=CANARY, headers={"X": CANARY})
        done = loop.finish("model", settings(server, "openai", api_key=CANARY), once=True)
        assert "Authentication failed" in done.stdout and CANARY not in done.stdout + done.stderr


@pytest.mark.parametrize("mode, options, message", FAULTS, ids=lambda value: str(value)[:30])
def test_a_fault_is_named_and_a_run_never_waits_for_it(plain, mode, options, message):
    with FaultProxy(plain) as proxy:
        given = settings(plain, "openai", url=f"http://127.0.0.1:{proxy.port}", model=MODEL,
                         poll_interval="200ms")
        with loop.Loop("model", given, pause=20) as running:
            running.until(lambda result: said(result) == "pass")
            proxy.set(mode, **options)
            seen = running.until(lambda result: said(result) == f"fail: Model server: {message}", 3)
            assert all(took(result) < 50 for result in seen)
            proxy.set("pass")
            running.until(lambda result: said(result) == "pass")


@pytest.mark.parametrize("kind, trusted, message", [
    ("server", True, "pass"), ("server", False, "fail: Model server: TLS certificate not trusted"),
    ("expired", True, "fail: Model server: TLS certificate expired"),
    ("wrong_host", True, "fail: Model server: TLS certificate does not match")])
def test_the_servers_certificate_is_judged(authority, kind, trusted, message):
    with ModelServer("kserve", tls=getattr(authority, kind)()) as server:
        more = {"ca_file": authority.ca_file} if trusted else {}
        assert said(once(settings(server, "kserve", **more))) == message


def test_a_one_shot_run_waits_for_the_first_answer_and_no_longer_than_it_may(plain):
    with ModelServer("openai") as server:
        server.fault = Fault(delay=0.3)
        given = settings(server, "openai", poll_interval="5s")
        assert said(once(given, timeout=2000)) == "pass"
        server.fault = Fault(mode="silent")
        result = once(given, timeout=200)
        assert said(result) == "timeout" and loop.in_time([result], 200)


@pytest.mark.parametrize("prefix", [b"", b"HTTP/1.1 200 OK\r\n\r\n"], ids=len)
def test_a_huge_answer_takes_little_memory(plain, prefix):
    with FaultProxy(plain) as proxy:
        proxy.set("huge", prefix=prefix)
        given = settings(plain, "openai", url=f"http://127.0.0.1:{proxy.port}", poll_interval="100ms")
        *results, after = loop.run("model", given, runs=40, pause=100)
    assert {said(result) for result in results} == {"fail: Model server: Unexpected answer"}
    assert loop.took_no_memory(after, megabytes=4)  # a list of models may have 1 MB, and is a text that grows


@pytest.mark.soak
def test_many_questions_leave_nothing_behind(plain):
    given = settings(plain, "openai", poll_interval="100ms")
    *_, after = loop.run("model", given, runs=3000, pause=1, every=1500)
    assert loop.flat(after)
