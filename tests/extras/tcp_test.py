"""The tcp checker: ports that take connections, say what they should, or do neither in time."""
import pytest
from checkers import loop
from peers.dns import Resolver, ResolverUnavailable
from peers.fault_proxy import FaultProxy
from peers.peer import bound_socket
from peers.scripted_peer import ScriptedPeer

from .extra_case import TIMEOUT, costs, first, judged, run

BANNER = b"220 mail ready\r\n"
SECRET = "kanarienvogel"


@pytest.fixture(scope="module")
def mail():
    with ScriptedPeer(b"250 ok\r\n", greeting=BANNER) as peer:
        yield peer


@pytest.fixture
def proxy(mail):
    with FaultProxy(mail) as running:
        yield running


def at(peer, host="127.0.0.1", **settings):
    return {"host": host, "port": peer.port, **settings}


@pytest.mark.parametrize("settings", [{}, {"expect": "220 "}, {"expect": BANNER.decode()},
                                      {"send": "EHLO x\r\n", "expect": BANNER.decode() + "250 ok"}], ids=str)
def test_a_port_that_says_what_is_expected_is_healthy(mail, settings):
    assert first("tcp", at(mail, **settings)) == "pass"
    assert first("tcp", at(mail, host="localhost", **settings)) == "pass"


@pytest.mark.parametrize("expect", ["SSH-2.0-", "220 mail beady\r\n"])
def test_another_answer_is_not_waited_for(mail, expect):
    [result] = run("tcp", at(mail, expect=expect), timeout=20000)
    assert (result["message"], result["ms"] < 2000) == ("Unexpected answer", True)
    assert "instead of" in result["detail"]


def test_what_is_sent_arrives():
    with ScriptedPeer(lambda: lambda data: b"+PONG\r\n" if data == b"PING\r\n" else b"-ERR\r\n") as peer:
        assert first("tcp", at(peer, send="PING\r\n", expect="+PONG")) == "pass"
        assert first("tcp", at(peer, send="PONG\r\n", expect="+PONG")) == "fail: Unexpected answer"


@pytest.mark.parametrize("mode, options, message", [
    ("refuse", {}, "fail: Connection refused"), ("silent", {}, "timeout"), ("drip", {}, "timeout"),
    ("black_hole", {}, "timeout"), ("stall_after", {"after": 3}, "timeout"),
    ("reset", {"after": 3}, "fail: Connection reset"), ("close", {"after": 3}, "fail: Connection closed"),
    ("garbage", {}, "fail: Unexpected answer")], ids=str)
def test_a_fault_is_named_in_time(proxy, mode, options, message):
    proxy.set(mode, **options)
    assert judged("tcp", at(proxy, expect=BANNER.decode())) == message


def test_nobody_there_is_refused_and_a_full_backlog_is_a_timeout():
    with bound_socket() as nobody:
        assert judged("tcp", {"host": "127.0.0.1", "port": nobody.getsockname()[1]}) == "fail: Connection refused"
    with bound_socket() as full:
        full.listen(0)
        port = full.getsockname()[1]
        with loop.Loop("tcp", {"host": "127.0.0.1", "port": port}, timeout=TIMEOUT) as running:
            running.until(lambda result: result["status"] == "timeout" or result["late"])


def test_a_huge_answer_takes_no_memory():
    with ScriptedPeer(greeting=b"220 " + b"x" * 50_000_000) as peer:
        said, after = costs("tcp", at(peer, expect="220 "), 20)
    assert said == {"pass"} and loop.took_no_memory(after)


@pytest.mark.parametrize("mode, message", [
    ("hang", "timeout"), ("nxdomain", "fail: Name not resolved"), ("servfail", "fail: Name not resolved"),
    ({"mail.example": ["127.0.0.1"]}, "pass"), ({"mail.example": ["::1", "127.0.0.1"]}, "pass")], ids=str)
def test_a_name_server_is_never_waited_for_too_long(mail, mode, message):
    try:
        with Resolver(mode) as resolver:
            assert judged("tcp", at(mail, host="mail.example"), prefix=resolver.prefix) == message
            said, after = costs("tcp", at(mail, host="mail.example"), 20, timeout=20, prefix=resolver.prefix)
    except ResolverUnavailable as reason:
        pytest.skip(str(reason))
    assert loop.flat(after), said


def test_what_is_sent_is_in_no_text(mail):
    done = loop.finish("tcp", at(mail, send=SECRET, expect="nothing"))
    assert "Unexpected answer" in done.stdout and SECRET not in done.stdout + done.stderr


@pytest.mark.soak
@pytest.mark.parametrize("mode", ["pass", "reset", "refuse"])
def test_thousands_of_checks_leave_nothing_behind(proxy, mode):
    proxy.set(mode, **({"after": 3} if mode == "reset" else {}))
    _, after = costs("tcp", at(proxy, expect="220 "), 3000, every=1000)
    assert loop.flat(after)
