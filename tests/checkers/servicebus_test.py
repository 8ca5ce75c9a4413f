"""The servicebus checker on a healthy namespace: modes, credentials, transports, and what it leaves alone."""
import json
import time

import pytest
from peers.entra import Entra
from peers.process import wakes
from peers.servicebus import ServiceBusPeer
from peers.servicebus_peer import errors
from peers.servicebus_peer.blocking_client import sas
from peers.servicebus_peer.management import EMPTY, ManagementRequests
from peers.websocket_bridge import WebSocketBridge

from . import loop
from .loop import said
from .servicebus_case import KEY, LOCKED, RULE, connection_string, first, over_tls, run, settings, until, watch

ENTITIES = {"queues": {"empty": 0, "full": 3}, "subscriptions": {"events/audit": 2, "events/none": 0}}
MODES = ("peek", "attach", "token")


@pytest.fixture
def peer():
    with ServiceBusPeer(**ENTITIES) as running:
        yield running


@pytest.fixture
def secure(authority):
    certificate = authority.server()
    with ServiceBusPeer(**ENTITIES, tls_cert=certificate.cert, tls_key=certificate.key) as running:
        yield running


def untouched(peer):
    counted = peer.counters()
    return all(counted[name] == 0 for name in LOCKED) and counted["warnings"] == 0


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("entity", [
    {"queue": "full"}, {"queue": "empty"}, {"queue": "FULL"},
    {"queue": None, "topic": "events", "subscription": "audit"},
    {"queue": None, "topic": "events", "subscription": "none"}], ids=str)
def test_a_queue_or_subscription_is_healthy_full_or_empty(peer, mode, entity):
    assert [said(result) for result in run(settings(peer, mode=mode, **entity), runs=3)] == ["pass"] * 3
    assert untouched(peer) and peer.counters()["connections_total"] == 1


def test_an_empty_queue_may_be_answered_with_404(peer, monkeypatch):
    monkeypatch.setattr(ManagementRequests, "peek",
                        lambda self, _: self.declined(errors.refusal(404, EMPTY, "No messages were found.")))
    assert first(settings(peer, queue="empty")) == "pass"


def test_the_request_has_the_types_that_the_service_insists_on(peer):
    assert first(settings(peer)) == "pass"
    seen = peer.seen()
    assert seen["request_types"] == {"from-sequence-number": "long", "message-count": "int"}
    assert seen["token_audience"] == "sb://127.0.0.1/full" and seen["open_hostname"] == "127.0.0.1"
    assert seen["sasl_mechanism"] == "ANONYMOUS" and seen["open_max_frame"] == 65536


def test_answers_may_come_before_their_requests_are_settled(peer):
    peer.command("answer-first on")
    assert [said(result) for result in run(settings(peer), runs=3)] == ["pass"] * 3


@pytest.mark.parametrize("size", [300_000, 2_000_000])
def test_a_message_of_any_size_is_healthy(size):
    with ServiceBusPeer(queues={"full": 1}, message_bytes=size) as peer:
        assert [said(result) for result in run(settings(peer), runs=3)] == ["pass"] * 3


@pytest.mark.soak
def test_a_message_of_100_mb_takes_no_memory():
    with ServiceBusPeer(queues={"full": 1}, message_bytes=100_000_000) as peer:
        *results, after = loop.run("servicebus", settings(peer), runs=20, timeout=10000)
        assert [said(result) for result in results] == ["pass"] * 20
        assert loop.took_no_memory(after)


@pytest.mark.soak
@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
def test_ten_thousand_checks_leave_everything_as_it_was(tls, request, authority):
    peer = request.getfixturevalue("secure" if tls else "peer")
    with_settings = over_tls(peer, authority) if tls else settings(peer)
    *_, after = loop.run("servicebus", with_settings, runs=10000, timeout=2000, every=5000)
    counted = peer.counters()
    assert [counted[name] for name in ("connections_total", "put_tokens", "links_total")] == [1, 1, 4]
    assert counted["peeks"] == 10000 and untouched(peer)
    assert after["fds"][0] == after["fds"][1] and after["threads"][0] == after["threads"][1]
    assert after["rss_kb"][1] - after["rss_kb"][0] < 512


@pytest.mark.soak
@pytest.mark.parametrize("mode, links", [("attach", 3002), ("token", 2)])
def test_other_modes_leak_no_links(peer, mode, links):
    *_, after = loop.run("servicebus", settings(peer, mode=mode), runs=3000, timeout=2000, every=1500)
    assert peer.counters()["links_total"] == links and untouched(peer)
    assert after["rss_kb"][1] - after["rss_kb"][0] < 512


def test_the_links_of_a_check_that_ends_are_closed(peer):
    run(settings(peer))
    counted = peer.counters()
    assert (counted["connections_open"], counted["links_open"]) == (0, 0)


def test_heartbeats_keep_an_idle_connection():
    with ServiceBusPeer(**ENTITIES, idle_ms=2000) as peer:
        assert [said(result) for result in run(settings(peer), runs=3, pause=3000)] == ["pass"] * 3
        assert peer.counters()["connections_total"] == 1


def test_heartbeats_keep_a_connection_that_came_later():
    with ServiceBusPeer(**ENTITIES, idle_ms=2000) as peer, watch(settings(peer), pause=5000) as running:
        assert said(running.next()) == "pass"
        peer.command("drop-all")
        assert [said(running.next()) for _ in range(2)] == ["pass"] * 2
        assert peer.counters()["connections_total"] == 2


def test_where_no_heartbeat_is_due_none_wakes_a_processor(peer):
    with watch(settings(peer), pause=60000) as running:
        assert said(running.next()) == "pass"
        time.sleep(0.5)
        before = beats(running)
        assert sum(before) > 0
        time.sleep(3)
        assert beats(running) == before


def beats(running):
    return [times for (name, _), times in wakes(running.process.pid).items() if name == "servicebus-beat"]


# Credentials

@pytest.mark.parametrize("key", ["wrong-key", "c2FzLWtleS12YWx1ZQ=="])
def test_a_wrong_key_fails_and_is_never_shown(peer, key):
    done = loop.finish("servicebus", settings(peer, connection_string=connection_string(peer, key=key)), runs=2)
    assert [said(json.loads(line)) for line in done.stdout.splitlines()[:2]] == ["fail: Authentication failed"] * 2
    assert key not in done.stdout + done.stderr and "sig=" not in done.stdout + done.stderr


def signed(peer, uri, life):
    token = sas(uri, KEY, life)
    return f"Endpoint=sb://127.0.0.1:{peer.port};SharedAccessSignature={token};UseDevelopmentEmulator=true"


@pytest.mark.parametrize("uri, life, expected", [
    ("sb://127.0.0.1/full", 600, "pass"),
    ("sb://127.0.0.1/", 600, "pass"),
    ("sb://127.0.0.1/empty", 600, "fail: Authentication failed"),
    ("sb://127.0.0.1/full", -5, "fail: Token expired")])
def test_a_ready_made_signature_serves_while_it_lasts(peer, uri, life, expected):
    results = run(settings(peer, connection_string=signed(peer, uri, life)), runs=2)
    assert [said(result) for result in results] == [expected] * 2
    assert "sig=" not in json.dumps(results)


def test_a_signature_that_ends_while_connected_is_noticed(peer):
    with watch(settings(peer, connection_string=signed(peer, "sb://127.0.0.1/", 3))) as running:
        assert {said(result) for result in until(running, "fail: Token expired")} == {"pass", "fail: Token expired"}


def test_the_entity_path_is_the_queue(peer):
    text = connection_string(peer) + ";EntityPath=full"
    for queue in (None, "full", "FULL"):
        assert first(settings(peer, connection_string=text, queue=queue)) == "pass"
        assert peer.seen()["token_audience"] == f"sb://127.0.0.1/{queue or 'full'}"


def test_the_emulator_needs_no_key(peer):
    text = f"Endpoint=sb://127.0.0.1:{peer.port};UseDevelopmentEmulator=true"
    assert first(settings(peer, connection_string=text)) == "pass"


class Issuer(Entra):
    """Its newest token is the one that the namespace accepts."""

    def __init__(self, bus, **options):
        super().__init__(**options)
        self.bus = bus

    def _token(self, resource):
        given = super()._token(resource)
        self.bus.peer.options.jwt = given["access_token"]
        return given


def entra_settings(bus, authority, **more):
    return {"namespace": "127.0.0.1", "auth": "entra", "port": bus.port, "queue": "full",
            "ca_file": authority.ca_file, **more}


@pytest.mark.parametrize("kind", ["environment_imds", "environment_app_service", "environment_workload"])
def test_entra_tokens_open_a_namespace(secure, authority, kind):
    with Issuer(secure) as entra:
        entra.known_resources = ["https://servicebus.azure.net"]
        results = run(entra_settings(secure, authority), runs=20, env=getattr(entra, kind)())
        assert {said(result) for result in results} == {"pass"}
        assert (secure.seen()["token_type"], secure.counters()["put_tokens"]) == ("jwt", 1)


def test_a_renewed_entra_token_is_put_on_the_same_connection(secure, authority):
    with Issuer(secure, lifetime=4) as entra:
        with watch(entra_settings(secure, authority), env=entra.environment_imds()) as running:
            running.until(lambda _: secure.counters()["put_tokens"] > 1)
            assert said(running.next()) == "pass"
        assert secure.counters()["connections_total"] == 1


def test_an_entra_token_that_is_refused_is_an_authentication_failure(secure, authority):
    with Entra() as entra:
        results = run(entra_settings(secure, authority), runs=2, env=entra.environment_imds())
        assert {said(result) for result in results} == {"fail: Authentication failed"}
        assert not any(token in json.dumps(results) for token in entra.issued)


def test_without_an_entra_token_nothing_is_known_of_the_namespace(secure, authority):
    with Entra() as entra:
        entra.control({"fault": {"status": 500}})
        with watch(entra_settings(secure, authority), env=entra.environment_imds()) as running:
            assert said(running.next()) == "fail: Entra token not available"
            entra.control({"fault": None})
            secure.peer.options.jwt = ""
            until(running, "fail: Authentication failed")


# Settings

@pytest.mark.parametrize("change, expected", [
    ({"connection_string": None}, "connection_string: expected a connection string, or namespace"),
    ({"connection_string": ""}, "connection_string: expected a connection string, or namespace"),
    ({"connection_string": f"SharedAccessKey={KEY}"}, "connection_string: expected an Endpoint"),
    ({"namespace": "orders"}, "namespace: expected either"),
    ({"auth": "entra"}, "auth: expected together with namespace"),
    ({"client_id": "x"}, "client_id: expected together with namespace"),
    ({"connection_string": None, "namespace": "orders"}, "auth: expected entra"),
    ({"connection_string": None, "auth": "entra", "namespace": "https://hush/"}, "namespace: expected a host name"),
    ({"connection_string": f"Endpoint=http://ns;{RULE};SharedAccessKey={KEY}"}, "connection_string: expected an Endp"),
    ({"connection_string": "Endpoint=sb://ns;UseDevelopmentEmulator=hush"}, "connection_string: expected UseDevelop"),
    ({"connection_string": f"Endpoint=sb://ns;{RULE};SharedAccessKey={KEY};EntityPath=ful"}, "queue: expected what"),
    ({"connection_string": f"Endpoint=sb://ns;{RULE};SharedAccessKey={KEY};EntityPath=full2"}, "queue: expected what"),
    ({"connection_string": f"Endpoint=sb://ns;{RULE};SharedAccessKey={KEY};EntityPath=hush", "queue": None,
      "topic": "events", "subscription": "audit"}, "topic: expected what"),
    ({"queue": None}, "queue: expected a queue, or a topic and a subscription"),
    ({"topic": "events", "subscription": "audit"}, "queue: expected either a queue"),
    ({"queue": None, "topic": "events"}, "subscription: expected a topic and a subscription"),
    ({"queue": None, "subscription": "audit"}, "topic: expected a topic and a subscription"),
    ({"mode": "shout"}, "mode: expected peek, attach or token"),
    ({"transport": "pigeon"}, "transport: expected amqp or websocket"),
    ({"transport": "websocket"}, "transport: expected amqp, as the emulator"),
    ({"port": 70000}, "port: expected a number"),
    ({"ca_file": "/nowhere/ca.pem"}, "ca_file: expected without"),
    ({"ca_file": "/nowhere/ca.pem", "connection_string": f"Endpoint=sb://ns;{RULE};SharedAccessKey={KEY}"}, "ca_file: "),
    ({"connection_string": "Endpoint=sb://ns;SharedAccessSignature=hush"}, "connection_string: expected SharedAcc")],
    ids=str)
def test_a_setting_that_does_not_fit_is_named(peer, change, expected):
    reason = loop.refused("servicebus", settings(peer, **change))
    assert reason.startswith(expected) and KEY not in reason and "hush" not in reason


# WebSockets

def over_websocket(bridge, authority):
    return over_tls(bridge, authority, transport="websocket")


@pytest.mark.parametrize("options", [{}, {"split": 1}, {"split": 7, "pings": True}], ids=str)
def test_amqp_goes_through_a_websocket(peer, authority, options):
    with WebSocketBridge(peer, authority.server(), **options) as bridge:
        assert [said(result) for result in run(over_websocket(bridge, authority), runs=3)] == ["pass"] * 3
        assert (bridge.accepted, bridge.broken, bridge.pongs > 0) == (1, 0, "pings" in options)


@pytest.mark.parametrize("fault, expected", [
    (403, "fail: Unexpected answer"), (302, "fail: Unexpected answer"), ("wrong-accept", "fail: Unexpected answer"),
    ("other-protocol", "fail: Unexpected answer"), ("masked", "fail: Unexpected answer"),
    ("text", "fail: Unexpected answer"), ("close", "fail: Connection closed")])
def test_a_websocket_that_fails_is_told_and_recovers(peer, authority, fault, expected):
    with WebSocketBridge(peer, authority.server()) as bridge:
        bridge.fault = fault
        with watch(over_websocket(bridge, authority)) as running:
            assert said(running.next()) == expected
            bridge.fault = None
            assert {said(result) for result in until(running, "pass")} <= {expected, "pass"}


@pytest.mark.soak
def test_many_websocket_checks_are_one_connection(peer, authority):
    with WebSocketBridge(peer, authority.server()) as bridge:
        *_, after = loop.run("servicebus", over_websocket(bridge, authority), runs=2000, timeout=2000, every=1000)
        assert bridge.accepted == 1 and after["rss_kb"][1] - after["rss_kb"][0] < 512
