"""The tls-expiry checker: certificates of servers and files that are good, soon bad, bad, or none at all."""
import datetime
import os

import pytest
from checkers import loop
from peers.dns import Resolver, ResolverUnavailable
from peers.fault_proxy import FaultProxy
from peers.scripted_peer import ScriptedPeer
from peers.tls import server_context

from .extra_case import TIMEOUT, costs, first, judged, run


def dates(days, since=-30):
    """From `since` to `days` days from now, and an hour more, so that a day is not over before the test is."""
    now = datetime.datetime.now(datetime.timezone.utc)
    return tuple((now + datetime.timedelta(days=count, hours=1)).strftime("%Y%m%d%H%M%SZ") for count in (since, days))


@pytest.fixture(scope="module")
def server(authority):
    with ScriptedPeer(tls=server_context(authority.server())) as peer:
        yield peer


def at(peer, host="localhost", **settings):
    return {"host": host, "port": peer.port, **settings}


@pytest.mark.parametrize("days, message", [
    (21, "pass"), (20, "warn: Certificate expires in 20 days"), (7, "warn: Certificate expires in 7 days"),
    (6, "fail: Certificate expires in 6 days"), (1, "fail: Certificate expires in 1 day"),
    (0, "fail: Certificate expires in 0 days"), (-1, "fail: Certificate expired")])
def test_the_days_left_decide_for_servers_and_files(authority, days, message):
    certificate = authority.server(dates=dates(days))
    assert first("tls-expiry", {"file": certificate.cert}) == message
    with ScriptedPeer(tls=server_context(certificate)) as peer:
        assert first("tls-expiry", at(peer)) == message
        assert first("tls-expiry", at(peer, verify=True, ca_file=authority.ca_file)) == message


def test_thresholds_are_settings(authority):
    certificate = authority.server(dates=dates(40))
    assert first("tls-expiry", {"file": certificate.cert, "warn_days": 41}) == "warn: Certificate expires in 40 days"
    assert first("tls-expiry", {"file": certificate.cert, "fail_days": 41}) == "fail: Certificate expires in 40 days"
    last = authority.server(dates=dates(0))
    assert first("tls-expiry", {"file": last.cert, "warn_days": 0, "fail_days": 0}) == "pass"


def test_a_certificate_of_tomorrow_is_not_yet_valid(authority):
    certificate = authority.server(dates=dates(90, since=1))
    assert first("tls-expiry", {"file": certificate.cert}) == "fail: Certificate not yet valid"


@pytest.mark.parametrize("kind, trusted, message", [
    ("server", True, "pass"), ("server", False, "fail: TLS certificate not trusted"),
    ("expired", True, "fail: Certificate expired"), ("wrong_host", True, "fail: TLS certificate does not match"),
    ("self_signed", True, "fail: TLS certificate not trusted")])
@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_trust_is_looked_at_only_when_that_is_wanted(authority, kind, trusted, message, host):
    with ScriptedPeer(tls=server_context(getattr(authority, kind)())) as peer:
        given = at(peer, host=host, **({"ca_file": authority.ca_file} if trusted else {}))
        assert first("tls-expiry", {**given, "verify": True}) == message
        assert first("tls-expiry", given) == ("pass" if kind != "expired" else message)


def test_another_name_may_be_asked_for(authority):
    asked = []
    context = server_context(authority.server("DNS:shop.example"))
    context.sni_callback = lambda _, name, __: asked.append(name)
    with ScriptedPeer(tls=context) as peer:
        given = at(peer, host="127.0.0.1", verify=True, ca_file=authority.ca_file)
        assert first("tls-expiry", {**given, "server_name": "shop.example"}) == "pass"
        assert first("tls-expiry", given) == "fail: TLS certificate does not match"
    assert asked == ["shop.example", None]


def test_a_file_that_holds_no_certificate_says_so(authority, tmp_path):
    def said(content):
        (tmp_path / "file").write_bytes(content)
        return first("tls-expiry", {"file": str(tmp_path / "file")})
    with open(authority.server().key, "rb") as key:
        assert said(key.read()) == "fail: Certificate not readable"
    for content in (b"", b"\0" * 5_000_000, b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"):
        assert said(content) == "fail: Certificate not readable"
    os.mkfifo(tmp_path / "pipe")
    for path in ("/nonexistent/file", str(tmp_path), str(tmp_path / "pipe")):
        [result] = run("tls-expiry", {"file": path})
        assert result["message"] == "Certificate not readable" and path in result["detail"]


@pytest.mark.parametrize("mode, options, message", [
    ("refuse", {}, "fail: Connection refused"), ("silent", {}, "timeout"), ("drip", {}, "timeout"),
    ("black_hole", {}, "timeout"), ("stall_after", {"after": 300}, "timeout"),
    ("reset", {"after": 300}, "fail: Connection reset"), ("close", {"after": 300}, "fail: Connection closed"),
    ("garbage", {}, "fail: TLS handshake failed"), ("huge", {}, "fail: TLS handshake failed")], ids=str)
def test_a_fault_is_named_in_time(server, mode, options, message):
    with FaultProxy(server) as proxy:
        proxy.set(mode, **options)
        assert judged("tls-expiry", at(proxy)) == message


def test_a_server_that_speaks_no_tls_and_one_that_never_stops():
    with ScriptedPeer(b"HTTP/1.1 400 Bad Request\r\n\r\n") as plain:
        assert first("tls-expiry", at(plain)) == "fail: TLS handshake failed"
    with ScriptedPeer(lambda: lambda _: (b"\x16\x03\x03\x40\x00" + b"\x0b" * 16384 for _ in range(3000))) as huge:
        said, after = costs("tls-expiry", at(huge), 10)
    assert said == {"fail: TLS handshake failed"} and loop.took_no_memory(after)


@pytest.mark.parametrize("mode, message", [
    ("hang", "timeout"), ("nxdomain", "fail: Name not resolved"), ({"shop.example": ["127.0.0.1"]}, "pass")], ids=str)
def test_a_name_server_is_never_waited_for_too_long(server, mode, message):
    try:
        with Resolver(mode) as resolver:
            assert judged("tls-expiry", at(server, host="shop.example"), prefix=resolver.prefix) == message
    except ResolverUnavailable as reason:
        pytest.skip(str(reason))


def test_a_wrong_setting_is_named(server):
    complaint = loop.refused("tls-expiry", at(server, ca_file="/nonexistent/ca.pem"))
    assert complaint.startswith("ca_file: expected")


@pytest.mark.soak
@pytest.mark.parametrize("mode", ["pass", "close", "garbage"])
def test_thousands_of_checks_leave_nothing_behind(server, mode):
    with FaultProxy(server) as proxy:
        proxy.set(mode, **({"after": 300} if mode == "close" else {}))
        _, after = costs("tls-expiry", at(proxy), 1000, every=500, timeout=TIMEOUT)
    assert loop.flat(after)


def test_who_warns_later_than_it_fails_is_told_so():
    complaint = loop.refused("tls-expiry", {"file": "/nonexistent", "warn_days": 3, "fail_days": 7})
    assert "warn_days: expected no less than fail_days" in complaint
