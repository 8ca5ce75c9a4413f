"""The azure-openai checker when the network, the server, its certificate or its name fails, and when that ends."""
import contextlib
import json
import os
import signal
import subprocess
import sys

import pytest
from peers.dns import Resolver, ResolverUnavailable
from peers.fault_proxy import FaultProxy
from peers.openai import KEY, OpenAi

from . import loop
from .azure_openai_test import WRONG, first, run, settings
from .loop import in_time, said

LIMIT = 300
LATE = f"fail: Azure OpenAI timeout after {LIMIT}ms"
HEAD = b"HTTP/1.1 200 OK\r\n"
FAULTS = [("refuse", {}, "fail: Connection refused"), ("black_hole", {}, LATE), ("silent", {}, LATE),
          ("drip", {}, LATE), ("stall_after", {"after": 10}, LATE), ("stall_after", {"after": 200}, LATE),
          *(("reset", {"after": count}, "fail: Connection reset") for count in (0, 10, 200)),
          *(("close", {"after": count}, "fail: Connection closed") for count in (0, 10, 200)),
          ("garbage", {}, "fail: Unexpected answer"), ("huge", {}, "fail: Unexpected answer"),
          ("huge", {"prefix": HEAD + b"X: "}, "fail: Unexpected answer"),
          ("huge", {"prefix": HEAD + b"X: y\r\n" * 99999}, "fail: Unexpected answer"),
          ("huge", {"prefix": HEAD + b"\r\n"}, "pass"),
          ("huge", {"prefix": b"HTTP/1.1 500 Oops\r\n\r\n"}, "fail: HTTP 500 from Azure OpenAI"),
          ("huge", {"prefix": b"HTTP/1.1 500 Oops\r\n folded: first\r\n\r\n"}, "fail: Unexpected answer")]
TLS_FAULTS = [("refuse", {}, "fail: Connection refused"), ("black_hole", {}, LATE), ("silent", {}, LATE),
              ("drip", {}, LATE), ("reset", {}, "fail: Connection reset"), ("close", {}, "fail: Connection closed"),
              ("stall_after", {"after": 300}, LATE), ("garbage", {}, "fail: TLS handshake failed"),
              ("huge", {}, "fail: TLS handshake failed")]


def name(value):
    words = value if isinstance(value, str) else ",".join(f"{key}={str(one)[:24]}" for key, one in value.items())
    return words.replace(" ", "_")


@pytest.fixture(scope="module")
def server():
    with OpenAi(models=2) as running:
        yield running


@pytest.fixture(scope="module")
def secure(authority):
    with OpenAi(models=2, tls=authority.server()) as running:
        yield running


def through(proxy):
    return {"endpoint": f"http://127.0.0.1:{proxy.port}", "api_key": KEY}


def fails_and_heals(proxy, given, fault, message):
    mode, options = fault
    with loop.Loop("azure-openai", {**given, "request_timeout": f"{LIMIT}ms"}) as running:
        running.until(lambda result: said(result) == "pass")
        proxy.set(mode, **options)
        if message != "pass":
            assert in_time(running.until(lambda result: said(result) == message), LIMIT)
        again = [running.next() for _ in range(3)]
        assert in_time(again, LIMIT) and {said(result) for result in again} == {message}
        proxy.set("pass")
        running.until(lambda result: said(result) == "pass")


@pytest.mark.parametrize("mode, options, message", FAULTS, ids=name)
def test_a_fault_is_named_in_time_and_healthy_when_it_ends(server, mode, options, message):
    with FaultProxy(server) as proxy:
        fails_and_heals(proxy, through(proxy), (mode, options), message)


@pytest.mark.parametrize("mode, options, message", TLS_FAULTS, ids=name)
def test_so_it_is_over_tls(secure, authority, mode, options, message):
    with FaultProxy(secure) as proxy:
        given = {"endpoint": f"https://localhost:{proxy.port}", "api_key": KEY, "ca_file": authority.ca_file}
        fails_and_heals(proxy, given, (mode, options), message)


def test_a_kept_connection_that_went_stale_is_renewed_within_the_check(server):
    with FaultProxy(server) as proxy, loop.Loop("azure-openai", through(proxy), pause=100) as running:
        running.until(lambda result: said(result) == "pass")
        for _ in range(5):
            proxy.cut()
            assert [said(running.next()) for _ in range(3)] == ["pass"] * 3


def test_a_huge_answer_takes_no_memory(server):
    with FaultProxy(server) as proxy:
        for prefix in (b"", HEAD + b"X: ", HEAD + b"\r\n"):
            proxy.set("huge", prefix=prefix)
            *_, after = loop.run("azure-openai", through(proxy), runs=20)
            assert loop.took_no_memory(after)


def test_a_restarted_server_is_healthy_again():
    with OpenAi(models=2) as server, loop.Loop("azure-openai", settings(server)) as running:
        running.until(lambda result: said(result) == "pass")
        server.stop()
        running.until(lambda result: said(result) == "fail: Connection refused")
        server.start()
        running.until(lambda result: said(result) == "pass")


@contextlib.contextmanager
def process():
    tests = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    child = subprocess.Popen([sys.executable, "-m", "peers.openai"], cwd=tests, stdout=subprocess.PIPE, text=True)
    try:
        yield child, json.loads(child.stdout.readline())
    finally:
        child.send_signal(signal.SIGCONT)
        child.terminate()
        child.wait(10)
        child.stdout.close()


def test_a_paused_server_times_out_and_is_healthy_when_it_goes_on():
    with process() as (child, facts):
        given = {"endpoint": facts["url"], "api_key": facts["key"], "request_timeout": f"{LIMIT}ms"}
        with loop.Loop("azure-openai", given) as running:
            running.until(lambda result: said(result) == "pass")
            child.send_signal(signal.SIGSTOP)
            assert in_time(running.until(lambda result: said(result) == LATE) + [running.next(), running.next()], LIMIT)
            child.send_signal(signal.SIGCONT)
            running.until(lambda result: said(result) == "pass")


@pytest.mark.parametrize("kind, trusted, message", [
    ("server", True, "pass"), ("server", False, "fail: TLS certificate not trusted"),
    ("expired", True, "fail: TLS certificate expired"), ("wrong_host", True, "fail: TLS certificate does not match"),
    ("self_signed", True, "fail: TLS certificate not trusted")])
@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_the_servers_certificate_is_judged(authority, kind, trusted, message, host):
    with OpenAi(models=2, tls=getattr(authority, kind)()) as server:
        given = {"endpoint": f"https://{host}:{server.port}", "api_key": KEY}
        assert first({**given, **({"ca_file": authority.ca_file} if trusted else {})}) == message


def test_a_server_without_tls_is_no_https(server):
    assert first({"endpoint": f"https://localhost:{server.port}", "api_key": KEY}) == "fail: TLS handshake failed"


@pytest.mark.parametrize("mode, message", [
    ("hang", LATE), ("nxdomain", "fail: Name not resolved"), ("servfail", "fail: Name not resolved"),
    ({"openai.example": ["127.0.0.1"]}, "pass")], ids=str)
def test_a_name_server_is_never_waited_for_too_long(server, mode, message):
    given = {"endpoint": f"http://openai.example:{server.port}", "api_key": KEY, "request_timeout": f"{LIMIT}ms"}
    try:
        with Resolver(mode) as resolver:
            results = run(given, runs=2, prefix=resolver.prefix)
    except ResolverUnavailable as reason:
        pytest.skip(str(reason))
    assert {said(result) for result in results} == {message} and in_time(results, LIMIT)


def test_a_proxy_of_the_environment_is_used_and_its_password_is_in_no_output(server):
    given = {"endpoint": "http://openai.example", "api_key": KEY}
    login = f"health:{WRONG}@"
    assert first(given, env={"http_proxy": f"http://{login}127.0.0.1:{server.port}"}) == "pass"
    assert first(given, env={"http_proxy": "http://127.0.0.1:1", "no_proxy": "*"}) == "fail: Name not resolved"
    for proxy, message in ((f"http://{login}127.0.0.1:1", "Connection refused"),
                           (f"weird://{login}host", "Proxy not usable"),
                           (f"http://{login}nowhere.invalid", "Proxy not usable")):
        done = loop.finish("azure-openai", given, env={"http_proxy": proxy})
        assert message in done.stdout and WRONG not in done.stdout + done.stderr


def test_a_proxy_that_refuses_the_tunnel_is_named(server):
    env = {"https_proxy": f"http://127.0.0.1:{server.port}"}
    assert first({"endpoint": "https://openai.example", "api_key": KEY}, env=env) == "fail: HTTP 501 from proxy"


@pytest.mark.soak
def test_ten_thousand_checks_leave_nothing_behind(server, secure, authority):
    *results, after = loop.run("azure-openai", settings(server), runs=10000, every=5000)
    assert {said(result) for result in results} == {"pass"} and loop.flat(after)
    *_, after = loop.run("azure-openai", {"endpoint": f"http://localhost:{server.port}", "api_key": WRONG}, runs=2000,
                         every=1000)
    assert loop.flat(after)
    with FaultProxy(secure) as proxy:
        proxy.set("close", after=300)
        given = {"endpoint": f"https://localhost:{proxy.port}", "api_key": KEY, "ca_file": authority.ca_file}
        *_, after = loop.run("azure-openai", given, runs=1000, every=500)
        assert loop.flat(after)
