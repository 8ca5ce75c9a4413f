"""The servicebus checker when things go wrong: the right word, never late, and healthy again by itself."""
import json
import os
import signal
import subprocess
import sys
import time
from types import SimpleNamespace

import pytest
from peers.dns import Resolver, ResolverUnavailable
from peers.fault_proxy import FaultProxy
from peers.servicebus import ServiceBusPeer
from peers.servicebus_peer.sasl import AMQP_HEADER, MECHANISMS, SASL_HEADER

from . import loop
from .loop import in_time, said
from .servicebus_case import KEY, LOCKED, connection_string, first, over_tls, run, settings, until, watch

SHORT = 400
ENTITIES = {"queues": {"empty": 0, "full": 3}}
STEPS = ("accept", "header", "sasl", "open", "begin", "attach-cbs", "put-token", "attach", "request")
# A SASL exchange told in advance, up to AMQP's header; then a frame that says it is 100 MB long.
HUGE_FRAME = b"\x06\x00\x00\x00\x02\x00\x00\x00"
GREETING = SASL_HEADER + MECHANISMS + bytes.fromhex("0000001002010000005344c003015000") + AMQP_HEADER


@pytest.fixture
def peer():
    with ServiceBusPeer(**ENTITIES) as running:
        yield running


@pytest.fixture
def proxy(peer):
    with FaultProxy(peer) as running:
        yield running


# Faults of the service

@pytest.mark.parametrize("fault, expected", [
    *((f"silent@{step}", "timeout") for step in STEPS),
    *((f"stall@{step}", "timeout") for step in STEPS[1:-1]),
    ("delay=1000@request", "timeout"), ("ignore@request", "timeout"),
    ("wrong-correlation", "timeout"), ("no-correlation", "timeout"),
    *((f"drop@{step}", "fail: Connection closed") for step in STEPS[1:]),
    *((f"close@{step}", "fail: Service Bus error amqp:connection:forced") for step in STEPS[3:]),
    *((f"end@{step}", "fail: Service Bus error amqp:internal-error") for step in STEPS[4:]),
    *((f"detach@{step}", "fail: Service Bus error amqp:link:detach-forced") for step in STEPS[5:]),
    *((f"reject@{step}", "fail: Service Bus error amqp:internal-error") for step in ("put-token", "request")),
    *((f"server-busy@{step}", "warn: Throttled by Service Bus") for step in STEPS[3:]),
    *((f"disabled@{step}", "fail: Queue or subscription disabled") for step in ("put-token", "attach", "request")),
    *((f"not-found@{step}", "fail: Queue or subscription not found") for step in ("put-token", "attach", "request")),
    *((f"unauthorized@{step}", "fail: Permission denied") for step in ("put-token", "attach", "request")),
    ("unauthorized@sasl", "fail: Authentication failed"),
    ("timed-out@request", "fail: Service Bus error com.microsoft:timeout"),
    ("internal-error@request", "fail: Service Bus error amqp:internal-error"),
    ("no-status@put-token", "fail: Unexpected answer"), ("no-status@request", "fail: Unexpected answer"),
    ("bad-message@put-token", "fail: Unexpected answer"), ("bad-message@request", "fail: Unexpected answer"),
    ("twice@put-token", "pass"), ("twice@request", "pass"), ("delay=50@request", "pass")])
def test_a_fault_of_the_service_has_its_word_and_ends_with_the_fault(peer, fault, expected):
    assert peer.command(f"fault {fault}") == "ok"
    with watch(settings(peer), timeout=SHORT, pause=20) as running:
        told = [running.next(), running.next()]
        peer.command("fault none")
        told += until(running, "pass")
    assert [said(result) for result in told[:2]] == [expected] * 2
    assert {said(result) for result in told} <= {expected, "pass"} and in_time(told, SHORT)
    assert KEY not in json.dumps(told) and "127.0.0.1" not in "".join(result["message"] for result in told)
    assert "TrackingId" not in "".join(result["message"] for result in told)


@pytest.mark.parametrize("command", ["close-all", "detach-all", "drop-all", "expire-tokens"])
def test_a_connection_that_broke_between_checks_is_renewed_within_one(peer, command):
    with watch(settings(peer), pause=100) as running:
        until(running, "pass")
        before = peer.counters()["connections_total"]
        peer.command(command)
        told = [running.next() for _ in range(4)]
    assert {said(result) for result in told} == {"pass"}
    if command != "expire-tokens":
        assert peer.counters()["connections_total"] == before + 1
    assert all(peer.counters()[name] == 0 for name in LOCKED)


def test_a_link_that_was_idle_too_long_is_renewed():
    with ServiceBusPeer(**ENTITIES, link_idle_ms=200) as peer:
        assert [said(result) for result in run(settings(peer), runs=3, pause=600)] == ["pass"] * 3


@pytest.mark.parametrize("mode", ["peek", "attach"])
@pytest.mark.parametrize("at", ["attach", "request"])
def test_a_queue_that_is_disabled_and_enabled(mode, at):
    with ServiceBusPeer(**ENTITIES, disabled_at=at) as peer, watch(settings(peer, mode=mode)) as running:
        until(running, "pass")
        peer.command("disable full")
        until(running, "fail: Queue or subscription disabled")
        peer.command("enable full")
        until(running, "pass")


@pytest.mark.parametrize("missing", ["cbs", "attach", "audience"])
def test_a_queue_that_is_deleted_and_created(missing):
    word = "Authentication failed" if missing == "audience" else "Queue or subscription not found"
    with ServiceBusPeer(**ENTITIES, missing_entity=missing) as peer, watch(settings(peer)) as running:
        until(running, "pass")
        peer.command("delete full")
        before = until(running, f"fail: {word}")
        opened = peer.counters()["connections_total"]
        told = [running.next() for _ in range(5)]
        assert peer.counters()["connections_total"] - opened <= 6, "one connection a check, and no more"
        peer.command("create full")
        assert in_time(before + told + until(running, "pass"), 1000)


def test_throttling_is_degraded_and_keeps_the_connection(peer):
    with watch(settings(peer)) as running:
        until(running, "pass")
        peer.command("throttle on")
        until(running, "warn: Throttled by Service Bus")
        assert said(running.next()) == "warn: Throttled by Service Bus"
        peer.command("throttle off")
        until(running, "pass")
    assert peer.counters()["connections_total"] == 1


# Faults of the network

@pytest.mark.parametrize("mode, options, expected", [
    ("refuse", {}, {"fail: Connection refused"}),
    ("black_hole", {}, {"timeout"}),
    ("silent", {}, {"timeout"}),
    ("drip", {"interval": 0.1}, {"timeout"}),
    ("reset", {"after": 0}, {"fail: Connection reset"}),
    ("reset", {"after": 200}, {"fail: Connection reset"}),
    ("close", {"after": 200}, {"fail: Connection closed"}),
    ("stall_after", {"after": 200}, {"timeout"}),
    ("garbage", {}, {"fail: Unexpected answer"}),
    ("huge", {}, {"fail: Unexpected answer"}),
    ("huge", {"prefix": b"HTTP/1.1 400 Bad Request\r\n\r\n"}, {"fail: Unexpected answer"}),
    ("huge", {"prefix": SASL_HEADER + HUGE_FRAME}, {"fail: Unexpected answer"}),
    ("huge", {"prefix": GREETING + HUGE_FRAME}, {"fail: Unexpected answer"})], ids=str)
def test_a_fault_of_the_network_has_its_word_and_ends_with_the_fault(proxy, mode, options, expected):
    proxy.set(mode, **options)
    with watch(settings(proxy), timeout=SHORT, pause=20) as running:
        told = [running.next(), running.next(), running.next()]
        proxy.set("pass")
        again = until(running, "pass")
    assert {said(result) for result in told} <= expected and in_time(told + again, SHORT)


@pytest.mark.soak
@pytest.mark.parametrize("prefix", [b"", SASL_HEADER + HUGE_FRAME, GREETING + HUGE_FRAME], ids=len)
def test_a_huge_answer_takes_no_memory(proxy, prefix):
    proxy.set("huge", prefix=prefix)
    *results, after = loop.run("servicebus", settings(proxy), runs=30, timeout=2000)
    assert {said(result) for result in results} == {"fail: Unexpected answer"}
    assert loop.took_no_memory(after)


@pytest.mark.parametrize("mode, options", [
    ("refuse", {}), ("black_hole", {}), ("silent", {}), ("drip", {}), ("reset", {"after": 10}),
    ("close", {"after": 10}), ("garbage", {}), ("huge", {})], ids=str)
def test_a_fault_on_the_kept_connection_is_noticed_and_forgotten(proxy, mode, options):
    with watch(settings(proxy), timeout=SHORT, pause=50) as running:
        until(running, "pass")
        proxy.set(mode, **options)
        broken = running.until(lambda result: said(result) != "pass")
        proxy.set("pass")
        assert in_time(broken + until(running, "pass"), SHORT)


def test_a_server_that_restarts_between_checks(peer):
    with watch(settings(peer), pause=20) as running:
        until(running, "pass")
        peer.stop()
        until(running, "fail: Connection refused")
        peer.start()
        until(running, "pass")


def test_a_server_that_is_paused_and_resumed():
    script = os.path.join(os.path.dirname(sys.modules["peers"].__file__), "servicebus.py")
    with subprocess.Popen([sys.executable, script, "--queue", "full=1"], stdout=subprocess.PIPE, text=True) as process:
        try:
            port = int(process.stdout.readline().split()[-1])
            with watch(settings(SimpleNamespace(port=port)), timeout=SHORT) as running:
                until(running, "pass")
                process.send_signal(signal.SIGSTOP)
                assert in_time(until(running, "timeout") + [running.next()], SHORT)
                process.send_signal(signal.SIGCONT)
                until(running, "pass")
        finally:
            process.kill()


def test_a_name_that_does_not_resolve(peer):
    nowhere = connection_string(peer, "nowhere.invalid")
    assert first(settings(peer, connection_string=nowhere)) == "fail: Name not resolved"


@pytest.mark.parametrize("mode, expected", [("hang", "timeout"), ("nxdomain", "fail: Name not resolved"),
                                            ({"bus.example": ["127.0.0.1"]}, "pass")], ids=str)
def test_names_are_asked_for_within_the_deadline(peer, mode, expected):
    try:
        with Resolver(mode) as resolver:
            named = settings(peer, connection_string=connection_string(peer, "bus.example"))
            results = run(named, timeout=SHORT, prefix=resolver.prefix)
    except ResolverUnavailable as reason:
        pytest.skip(str(reason))
    assert said(results[0]) == expected and in_time(results, SHORT)


# TLS

@pytest.fixture(scope="module")
def certificates(authority):
    return {"good": authority.server(), "expired": authority.expired(), "self-signed": authority.self_signed(),
            "elsewhere": authority.wrong_host(), "name only": authority.server("DNS:localhost")}


@pytest.mark.parametrize("certificate, host, expected", [
    ("good", "localhost", "pass"), ("good", "127.0.0.1", "pass"), ("name only", "localhost", "pass"),
    ("name only", "127.0.0.1", "fail: TLS certificate does not match"),
    ("elsewhere", "localhost", "fail: TLS certificate does not match"),
    ("expired", "localhost", "fail: TLS certificate expired"),
    ("self-signed", "localhost", "fail: TLS certificate not trusted")])
def test_a_certificate_is_verified(authority, certificates, certificate, host, expected):
    cert, key = certificates[certificate]
    with ServiceBusPeer(**ENTITIES, tls_cert=cert, tls_key=key) as peer:
        assert first(over_tls(peer, authority, host)) == expected
        assert peer.counters()["put_tokens"] == (expected == "pass")


def test_a_ca_file_is_exclusive(authority, certificates, tmp_path):
    other = tmp_path / "other.pem"
    other.write_text(open(certificates["self-signed"].cert, encoding="ascii").read())
    cert, key = certificates["good"]
    with ServiceBusPeer(**ENTITIES, tls_cert=cert, tls_key=key) as peer:
        trusting = over_tls(peer, authority)
        system = {"SSL_CERT_FILE": authority.ca_file}
        assert first({**trusting, "ca_file": str(other)}, env=system) == "fail: TLS certificate not trusted"
        del trusting["ca_file"]
        assert first(trusting, env=system) == "pass"
        assert first(trusting) == "fail: TLS certificate not trusted"


def test_a_server_that_speaks_no_tls(peer, authority):
    assert first(over_tls(peer, authority)) == "fail: TLS handshake failed"


@pytest.mark.parametrize("step", ["accept", "header", "put-token", "request"])
def test_a_silence_inside_tls_ends_at_the_deadline(authority, certificates, step):
    cert, key = certificates["good"]
    with ServiceBusPeer(**ENTITIES, tls_cert=cert, tls_key=key, faults=[f"silent@{step}"]) as peer:
        started = time.monotonic()
        results = run(over_tls(peer, authority), runs=2, timeout=SHORT)
        assert [said(result) for result in results] == ["timeout"] * 2 and in_time(results, SHORT)
        assert time.monotonic() - started < 5
