"""The dns checker: records of every type, other ones, none, and name servers that fail in every way."""
import pytest
from checkers import loop
from peers.dns import Resolver, ResolverUnavailable
from peers.peer import bound_socket

from .extra_case import costs, first, judged, run
from .name_server import NameServer

NAME = "db.example"
RECORDS = {(NAME, "A"): ["10.0.0.5", "10.0.0.6"], (NAME, "AAAA"): ["fd00::5"], (NAME, "TXT"): ["v=1 " + "x" * 300],
           (NAME, "MX"): ["10 mail.example", "20 Backup.Example"], (NAME, "SRV"): ["0 5 5060 sip.example"],
           (NAME, "NS"): ["ns.example"], (NAME, "CNAME"): ["other.example"], (NAME, "PTR"): ["host.example"],
           ("big.example", "TXT"): [f"{number} " + "x" * 250 for number in range(200)]}


@pytest.fixture
def server():
    with NameServer(RECORDS) as running:
        yield running


def at(server, name=NAME, **settings):
    return {"name": name, "server": server.address, **settings}


@pytest.mark.parametrize("kind, expect", [
    (None, []), (None, ["10.0.0.6"]), ("A", ["10.0.0.6", "10.0.0.5"]), ("AAAA", ["FD00:0::5"]),
    ("TXT", ["v=1 " + "x" * 300]), ("MX", ["10 mail.example.", "20 backup.example"]), ("SRV", ["0 5 5060 sip.example"]),
    ("NS", ["ns.example"]), ("CNAME", ["OTHER.example"]), ("PTR", ["host.example"])], ids=str)
def test_expected_values_of_every_type_are_found(server, kind, expect):
    assert first("dns", at(server, expect=expect, **({"type": kind} if kind else {}))) == "pass"
    assert server.asked == [(NAME, kind or "A")]


@pytest.mark.parametrize("kind, expect", [
    ("A", ["10.0.0.5", "10.0.0.7"]), ("AAAA", ["fd00::6"]), ("TXT", ["V=1 " + "x" * 300]), ("MX", ["20 mail.example"]),
    ("SRV", ["0 5 5061 sip.example"]), ("NS", ["ns.example.org"])], ids=str)
def test_another_value_is_unexpected_and_shown_to_the_operator(server, kind, expect):
    [result] = run("dns", at(server, type=kind, expect=expect))
    assert result["message"] == "Unexpected answer"
    assert expect[-1] in result["detail"] and RECORDS[NAME, kind][0].lower() in result["detail"].lower()


def test_a_name_without_such_a_record_and_one_that_does_not_exist():
    with NameServer({("only6.example", "AAAA"): ["fd00::1"]}) as server:
        assert first("dns", at(server, "only6.example")) == "fail: No such record"
        assert first("dns", at(server, "nowhere.example")) == "fail: Name not resolved"
        assert first("dns", at(server, "odd..example")) == "fail: Name not resolved"


def test_an_answer_that_is_too_long_for_a_datagram_comes_by_tcp(server):
    server.mode = "truncated"
    assert first("dns", at(server, "big.example", type="TXT", expect=["199 " + "x" * 250])) == "pass"
    *results, after = loop.run("dns", at(server, "big.example", type="TXT"), runs=20)
    assert {result["status"] for result in results} == {"pass"} and loop.flat(after)


@pytest.mark.parametrize("mode, message", [
    ("hang", "timeout"), ("servfail", "fail: Name server failed"), ("refused", "fail: Name server refused"),
    ("cut_short", "fail: Unexpected answer"), ("foreign", "timeout"), ("drip", "timeout")])
def test_a_fault_is_named_in_time(server, mode, message):
    server.mode = mode
    assert judged("dns", at(server)) == message


def test_garbage_is_no_answer(server):
    server.mode = "garbage"
    assert {judged("dns", at(server)) for _ in range(5)} <= {
        "timeout", "fail: Unexpected answer", "fail: No such record", "fail: Name not resolved",
        "fail: Name server failed", "fail: Name server refused"}


def test_nobody_there_is_refused():
    with bound_socket() as nobody:
        given = {"name": NAME, "server": f"127.0.0.1:{nobody.getsockname()[1]}"}
        assert judged("dns", given) == "fail: Connection refused"


@pytest.mark.parametrize("mode, message", [
    ("hang", "timeout"), ("nxdomain", "fail: Name not resolved"), ("servfail", "fail: Name server failed"),
    ({NAME: ["10.0.0.5"]}, "pass")], ids=str)
def test_without_a_server_the_systems_is_asked(mode, message):
    try:
        with Resolver(mode) as resolver:
            assert judged("dns", {"name": NAME, "expect": ["10.0.0.5"]}, prefix=resolver.prefix) == message
    except ResolverUnavailable as reason:
        pytest.skip(str(reason))


@pytest.mark.parametrize("settings, complaint", [
    ({"server": "10.0.0.256"}, "server: expected"), ({"server": "::::"}, "server: expected"),
    ({"expect": ["db.example"]}, "expect: expected"), ({"type": "AAAA", "expect": ["10.0.0.5"]}, "expect: expected")],
    ids=str)
def test_a_wrong_setting_is_named(settings, complaint):
    assert loop.refused("dns", {"name": NAME, **settings}).startswith(complaint)


@pytest.mark.soak
@pytest.mark.parametrize("mode, timeout", [("answer", 2000), ("truncated", 2000), ("hang", 5), ("garbage", 20)])
def test_thousands_of_checks_leave_nothing_behind(server, mode, timeout):
    server.mode = mode
    _, after = costs("dns", at(server), 300, every=300, timeout=timeout)
    assert loop.flat(after)
