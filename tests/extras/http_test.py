"""The http checker: statuses and bodies of a server that answers, and one that does not, wrongly, or without end."""
import os
import pathlib
import re

import pytest
from checkers import loop
from peers.dns import Resolver, ResolverUnavailable
from peers.fault_proxy import FaultProxy
from peers.http_handler import Answer, Fault
from peers.http_peer import HttpPeer

from .extra_case import TIMEOUT, costs, first, judged, run

SECRET = "kanarienvogel"
HEAD = b"HTTP/1.1 200 OK\r\n"


class Shop(HttpPeer):
    def route(self, request):
        if request.path == "/ping":
            return Answer(200, b"it says pong!")
        if request.path == "/method":
            return Answer(200, request.command.encode())
        if request.path == "/moved":
            return Answer(302, b"", {"Location": "/ping"})
        return Answer(404, {"error": "no such page"})


@pytest.fixture(scope="module")
def shop():
    with Shop() as running:
        yield running


@pytest.fixture(scope="module")
def secure(authority):
    with Shop(tls=authority.server()) as running:
        yield running


@pytest.fixture(autouse=True)
def healed(request):
    yield
    if "shop" in request.fixturenames:
        request.getfixturevalue("shop").fault = None


def ping(peer, **settings):
    return {"url": f"http://127.0.0.1:{peer.port}/ping", **settings}


@pytest.mark.parametrize("path, settings, message", [
    ("/ping", {}, "pass"), ("/ping?a=b", {"contains": "pong"}, "pass"),
    ("/ping", {"contains": "gnop"}, "fail: Unexpected answer"),
    ("/ping", {"status": [204, 200]}, "pass"), ("/ping", {"status": [204]}, "fail: HTTP 200"),
    ("/nowhere", {}, "fail: HTTP 404"), ("/nowhere", {"status": ["4xx"]}, "pass"),
    ("/moved", {}, "fail: HTTP 302"), ("/moved", {"status": ["2xx", 302]}, "pass"),
    ("/ping", {"method": "HEAD"}, "pass"), ("/method", {"method": "HEAD", "contains": "HEAD"}, "fail: Unexpected answer"),
    ("/method", {"contains": "GET"}, "pass")], ids=str)
def test_status_and_body_decide(shop, path, settings, message):
    assert first("http", {"url": shop.url + path, **settings}) == message


@pytest.mark.parametrize("status", [429, 500, 503])
def test_another_status_is_named_without_the_servers_name(shop, status):
    shop.fault = Fault(status=status, body=SECRET)
    [result] = run("http", ping(shop))
    assert result["message"] == f"HTTP {status}"
    assert result["detail"] == f"127.0.0.1:{shop.port}: HTTP {status}"


def test_headers_are_sent_and_in_no_text(shop):
    done = loop.finish("http", {"url": f"http://health:{SECRET}@127.0.0.1:{shop.port}/nowhere?key={SECRET}",
                                "headers": [f"X-Token: {SECRET}", "Accept: text/x-ping"]})
    assert "HTTP 404" in done.stdout and SECRET not in done.stdout + done.stderr
    assert (shop.last_headers["X-Token"], shop.last_headers["Accept"]) == (SECRET, "text/x-ping")
    assert shop.last_headers["Authorization"].startswith("Basic ")


def test_one_connection_is_kept(shop):
    before = shop.connections
    assert [result["status"] for result in run("http", ping(shop), runs=5)] == ["pass"] * 5
    assert shop.connections == before + 1


def test_no_descriptor_outlives_an_exec(shop):
    with loop.Loop("http", ping(shop)) as running:
        running.until(lambda result: result["status"] == "pass")
        folder = pathlib.Path(f"/proc/{running.process.pid}/fdinfo")
        flags = {file.name: int(re.search(r"flags:\s*(\d+)", file.read_text())[1], 8) for file in folder.iterdir()}
    assert len(flags) > 5 and [name for name, value in flags.items() if not value & os.O_CLOEXEC] == ["0", "1", "2"]


def test_a_connection_that_went_stale_is_renewed_within_the_check(shop):
    with FaultProxy(shop) as proxy, loop.Loop("http", ping(proxy), pause=100) as running:
        running.until(lambda result: result["status"] == "pass")
        proxy.cut()
        assert [running.next()["status"] for _ in range(3)] == ["pass"] * 3


@pytest.mark.parametrize("mode, options, message", [
    ("refuse", {}, "fail: Connection refused"), ("silent", {}, "timeout"), ("drip", {}, "timeout"),
    ("black_hole", {}, "timeout"), ("stall_after", {"after": 60}, "timeout"),
    *(("reset", {"after": count}, "fail: Connection reset") for count in (0, 10, 80)),
    *(("close", {"after": count}, "fail: Connection closed") for count in (0, 10, 80)),
    ("garbage", {}, "fail: Unexpected answer"), ("huge", {}, "fail: Unexpected answer"),
    ("huge", {"prefix": HEAD + b"X: "}, "fail: Unexpected answer"),
    ("huge", {"prefix": HEAD + b"X: y\r\n" * 99999}, "fail: Unexpected answer"),
    ("huge", {"prefix": b"HTTP/1.1 500 Oops\r\n\r\n"}, "fail: HTTP 500")], ids=lambda value: str(value)[:40])
def test_a_fault_is_named_in_time(shop, mode, options, message):
    with FaultProxy(shop) as proxy:
        proxy.set(mode, **options)
        assert judged("http", ping(proxy)) == message


@pytest.mark.parametrize("prefix", [b"", HEAD + b"X: ", HEAD + b"\r\n"], ids=str)
def test_a_huge_answer_takes_little_memory(shop, prefix):
    with FaultProxy(shop) as proxy:
        proxy.set("huge", prefix=prefix)
        said, after = costs("http", ping(proxy), 20)
    assert len(said) == 1 and loop.took_no_memory(after, megabytes=4)  # 1 MB of a body is looked at


@pytest.mark.parametrize("kind, trusted, message", [
    ("server", True, "pass"), ("server", False, "fail: TLS certificate not trusted"),
    ("expired", True, "fail: TLS certificate expired"), ("wrong_host", True, "fail: TLS certificate does not match"),
    ("self_signed", True, "fail: TLS certificate not trusted")])
@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_the_servers_certificate_is_judged(authority, kind, trusted, message, host):
    with Shop(tls=getattr(authority, kind)()) as server:
        given = {"url": f"https://{host}:{server.port}/ping"}
        assert first("http", {**given, **({"ca_file": authority.ca_file} if trusted else {})}) == message


@pytest.mark.parametrize("mode, options, message", [
    ("silent", {}, "timeout"), ("reset", {}, "fail: Connection reset"), ("close", {}, "fail: Connection closed"),
    ("stall_after", {"after": 300}, "timeout"), ("garbage", {}, "fail: TLS handshake failed")], ids=str)
def test_a_broken_handshake_is_named_in_time(secure, authority, mode, options, message):
    with FaultProxy(secure) as proxy:
        proxy.set(mode, **options)
        url = f"https://localhost:{proxy.port}/ping"
        assert judged("http", {"url": url, "ca_file": authority.ca_file}) == message


@pytest.mark.parametrize("mode, message", [
    ("hang", "timeout"), ("nxdomain", "fail: Name not resolved"), ("servfail", "fail: Name not resolved"),
    ({"shop.example": ["127.0.0.1"]}, "pass"), ({"shop.example": ["::1", "127.0.0.1"]}, "pass")], ids=str)
def test_a_name_server_is_never_waited_for_too_long(shop, mode, message):
    given = {"url": f"http://shop.example:{shop.port}/ping"}
    try:
        with Resolver(mode) as resolver:
            assert judged("http", given, prefix=resolver.prefix) == message
            _, after = costs("http", given, 10, timeout=30, prefix=resolver.prefix)
    except ResolverUnavailable as reason:
        pytest.skip(str(reason))
    assert loop.flat(after)


@pytest.mark.parametrize("settings, complaint", [
    ({"url": "http://"}, "url: expected"), ({"url": "http://a b/"}, "url: expected"),
    ({"url": "https://x/", "ca_file": "/nonexistent/ca.pem"}, "ca_file: expected")], ids=str)
def test_a_wrong_setting_is_named(settings, complaint):
    assert loop.refused("http", settings).startswith(complaint)


@pytest.mark.soak
@pytest.mark.parametrize("mode", ["pass", "close", "refuse"])
def test_thousands_of_checks_leave_nothing_behind(secure, authority, mode):
    with FaultProxy(secure) as proxy:
        proxy.set(mode, **({"after": 300} if mode == "close" else {}))
        given = {"url": f"https://localhost:{proxy.port}/ping", "ca_file": authority.ca_file}
        _, after = costs("http", given, 1000, every=500, timeout=TIMEOUT)
    assert loop.flat(after)
