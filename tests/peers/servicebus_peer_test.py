"""The Service Bus stand-in, asked by Proton's own blocking client and, for the first bytes, by hand."""

import socket
import time

import pytest
from proton import ConnectionException, Message, ProtonException, SSLDomain, int32, uint, ulong
from proton.utils import LinkDetached, SendException

from .servicebus import ServiceBusPeer
from .servicebus_peer.blocking_client import BODY, KEY, PROTOCOL_ERRORS, Client, sas

ENTITIES = {"queues": {"empty": 0, "full": 3}, "subscriptions": {"events/audit": 2}}
HOME = "sb://127.0.0.1/full"


def status_of(answer):
    return answer.properties["statusCode"]


@pytest.fixture
def peer():
    with ServiceBusPeer(**ENTITIES, disabled=["empty"], jwt="a.b.c") as running:
        yield running


@pytest.fixture
def client(peer):
    with Client(peer) as connected:
        yield connected


def test_a_peek_shows_messages_and_locks_none(peer, client):
    assert client.put_token() == (202, "Accepted")
    answer = client.peek(body={"from-sequence-number": 2, "message-count": int32(10)})
    shown = Message()
    shown.decode(answer.body["messages"][0]["message"])
    assert (status_of(answer), len(answer.body["messages"])) == (200, 2)
    assert shown.annotations["x-opt-sequence-number"] == 2
    counted = peer.counters()
    names = ("put_tokens", "peeks", "links_open", "messages_locked")
    assert [counted[name] for name in names] == [1, 1, 4, 0]


def test_nothing_to_show_is_204(client):
    client.put_token("events/Subscriptions/audit")
    answer = client.peek("EVENTS/subscriptions/Audit", {"from-sequence-number": 3, "message-count": int32(1)})
    assert status_of(answer) == 204
    assert answer.properties["errorCondition"] == "com.microsoft:message-not-found"


@pytest.mark.parametrize("identifier", ["text", ulong(0), ulong(7), b"bytes"])
def test_the_correlation_id_has_the_type_of_the_message_id(client, identifier):
    client.put_token()
    answer = client.peek(identifier=identifier)
    assert answer.correlation_id == identifier


REFUSED_TOKENS = {
    "InvalidSignature": ("full", sas(HOME, key="wrong")),
    "InvalidSignature: ": ("full", sas(HOME, rule="Other")),
    "ExpiredToken": ("full", sas(HOME, life=-5)),
    "InvalidAudience": ("full", sas("sb://127.0.0.1/empty")),
    "InvalidAudience: ": ("full", sas("sb://elsewhere/full")),
    "MalformedToken": ("full", "not a token"),
}


@pytest.mark.parametrize("word", REFUSED_TOKENS)
def test_a_token_that_is_not_right_is_401(client, word):
    status, description = client.put_token(*REFUSED_TOKENS[word])
    assert status == 401 and description.startswith(word)


def test_a_jwt_is_right_or_401(client):
    assert client.put_token(token="a.b.c", kind="jwt")[0] == 202
    assert client.put_token(token="x.y.z", kind="jwt")[0] == 401
    assert client.put_token(token="a.b.c", kind="other")[0] == 400


def test_a_missing_entity_is_404_at_put_token(client):
    status, description = client.put_token("missing")
    assert status == 404 and "'sb://127.0.0.1/missing' could not be found" in description


@pytest.mark.parametrize("grant, entity, words", [
    (None, "full", "unauthorized-access"), ("full", "empty", "unauthorized-access"),
    ("full/$management", "full", "unauthorized-access"), ("", "missing", "not-found"),
    ("empty", "empty", "entity-disabled")])
def test_an_attach_that_is_refused_says_why(client, grant, entity, words):
    if grant is not None:
        assert client.put_token(grant)[0] == 202
    with pytest.raises(LinkDetached, match=words):
        client.connection.create_receiver(entity, credit=0)


def test_plain_opens_everything_without_a_token(peer):
    rule = {"user": "RootManageSharedAccessKey", "mechanisms": "PLAIN"}
    with Client(peer, password=KEY, **rule) as client:
        assert status_of(client.peek()) == 200
    with pytest.raises(ConnectionException):
        Client(peer, password="wrong", **rule)


BAD_REQUESTS = {
    "count 0": ({**BODY, "message-count": int32(0)}, {}),
    "count as long": ({**BODY, "message-count": 1}, {}),
    "sequence as int": ({**BODY, "from-sequence-number": int32(1)}, {}),
    "no count": ({"from-sequence-number": 1}, {}),
    "no map": ("text", {}),
    "timeout as int": (BODY, {"com.microsoft:server-timeout": int32(1000)}),
}


@pytest.mark.parametrize("name", BAD_REQUESTS)
def test_wrong_types_are_500(client, name):
    client.put_token()
    body, properties = BAD_REQUESTS[name]
    assert status_of(client.peek(body=body, properties=properties)) == 500
    assert status_of(client.peek(properties={"com.microsoft:server-timeout": uint(1000)})) == 200


def test_types_may_be_lenient():
    with ServiceBusPeer(**ENTITIES, strict_types=False) as peer, Client(peer) as client:
        client.put_token()
        assert status_of(client.peek(body={"from-sequence-number": int32(1), "message-count": 1})) == 200


def test_an_unknown_reply_to_is_rejected(client):
    client.put_token()
    with pytest.raises(SendException):
        client.peek(reply_to="nowhere")


def test_zero_credit_locks_nothing_and_credit_does(peer, client):
    client.put_token()
    receiver = client.connection.create_receiver("full", credit=0)
    assert peer.counters()["messages_locked"] == 0
    receiver.flow(1)
    receiver.receive()
    receiver.accept()
    client.peek()
    counted = peer.counters()
    assert (counted["messages_locked"], counted["messages_consumed"]) == (1, 1)


@pytest.mark.parametrize("command, words", [
    ("disable full", "detach-forced"), ("delete full", "detach-forced"), ("detach-all", "detach-forced"),
    ("close-all", "connection:forced"), ("drop-all", ""), ("expire-tokens", "unauthorized-access")])
def test_a_standing_link_ends_with_its_reason(peer, client, command, words):
    client.put_token()
    receiver = client.connection.create_receiver("full", credit=0)
    assert peer.command(command) == "ok"
    with pytest.raises(PROTOCOL_ERRORS, match=words):
        client.connection.wait(lambda: False, timeout=3)
    assert receiver.name


def test_the_namespace_changes_at_run_time(peer, client):
    client.put_token("")
    assert (peer.command("throttle on"), status_of(client.peek())) == ("ok", 503)
    assert (peer.command("throttle off"), status_of(client.peek())) == ("ok", 200)
    assert (peer.command("create new=2"), status_of(client.peek("new"))) == ("ok", 200)
    assert (peer.command("enable empty"), status_of(client.peek("empty"))) == ("ok", 204)
    assert (peer.command("fill empty=1"), status_of(client.peek("empty"))) == ("ok", 200)
    for line in ("", "what", "disable nothing", "fault silent@never", "fault end@open", "throttle maybe"):
        assert peer.command(line).startswith("error: ")


IDLE = {
    "inactive": ({"idle_ms": 300, "idle_advert_ms": 60000}, True, "connection was inactive for more than"),
    "never a link": ({"first_link_ms": 300}, False, "did not have any active links"),
    "no token": ({"token_wait_ms": 300}, False, "No token"),
    "link": ({"link_idle_ms": 300}, True, "detach-forced"),
}


@pytest.mark.parametrize("name", IDLE)
def test_idle_clients_are_told_and_left(name):
    options, with_token, words = IDLE[name]
    with ServiceBusPeer(**ENTITIES, **options) as peer, Client(peer) as client:
        if with_token:
            client.put_token()
        with pytest.raises(PROTOCOL_ERRORS, match=words):
            client.connection.wait(lambda: False, timeout=3)


def check(peer, timeout=5.0):
    """Whether a whole check, from connect to peek, ends well."""
    try:
        with Client(peer, timeout=timeout) as client:
            return client.put_token()[0] == 202 and status_of(client.peek()) == 200
    except (ProtonException, KeyError, TypeError):
        return False


STEPS = ("accept", "header", "sasl", "open", "begin", "attach-cbs", "put-token", "attach", "request")
FIRST = {"silent": "accept", "ignore": "header", "drop": "accept", "close": "open", "end": "begin",
         "detach": "attach-cbs", "unauthorized": "sasl", "stall": "header"}
SPOILED = [f"{kind}@{step}" for kind in ("reject", "no-status", "bad-message") for step in STEPS[6::2]]
FAULTS = [f"{kind}@{step}" for kind, first in FIRST.items() for step in STEPS[STEPS.index(first):]] + SPOILED
FAULTS.remove("stall@request")


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_spoils_a_check_and_its_end_heals(peer, fault):
    assert peer.command(f"fault {fault}") == "ok"
    assert not check(peer, timeout=0.3)
    assert peer.command("fault none") == "ok"
    assert check(peer)


def test_faults_answer_late_wrongly_twice_or_once(peer, client):
    client.put_token()
    peer.command("fault delay=200@peek")
    started = time.monotonic()
    assert status_of(client.peek()) == 200 and time.monotonic() - started >= 0.2
    peer.command("fault wrong-correlation")
    assert client.peek().correlation_id != "1"
    peer.command("fault server-busy@request*1")
    assert [status_of(client.peek()) for _ in range(2)] == [503, 200]
    peer.command("fault twice")
    assert client.peek().correlation_id == client.pair("full/$management")[1].receive().correlation_id == "1"


def test_large_messages_travel_in_frames_of_64_kib():
    with ServiceBusPeer(**ENTITIES, message_bytes=300000) as peer, Client(peer) as client:
        client.put_token()
        answer = client.peek(body={**BODY, "message-count": int32(3)})
        assert [len(shown["message"]) > 300000 for shown in answer.body["messages"]] == [True] * 3


def test_the_first_bytes_are_those_of_the_service(peer):
    with socket.create_connection(("127.0.0.1", peer.port), 5) as raw:
        stream = raw.makefile("rwb")
        stream.write(b"AMQP\x03\x01\x00\x00")
        stream.flush()
        assert stream.read(8) == b"AMQP\x03\x01\x00\x00"
        assert stream.read(0x3f)[-32:] == b"SCBS\0\0\0\5PLAIN\0\0\0\tANONYMOUS\0\0\0\x08EXTERNAL"[-32:]
        mechanism = b"\xa3\x07MSSBCBS"
        body = b"\x00\x53\x41\xc0" + bytes([len(mechanism) + 1, 1]) + mechanism
        stream.write((len(body) + 8).to_bytes(4, "big") + b"\x02\x01\x00\x00" + body)
        stream.flush()
        size = int.from_bytes(stream.read(4), "big")
        assert stream.read(size - 4).endswith(b"Welcome!")
        stream.write(b"AMQP\x00\x01\x00\x00")
        stream.flush()
        assert stream.read(8) == b"AMQP\x00\x01\x00\x00"
        stream.close()


def test_tls_is_spoken_from_the_first_byte(authority):
    certificate = authority.server()
    with ServiceBusPeer(**ENTITIES, tls_cert=certificate.cert, tls_key=certificate.key) as peer:
        domain = SSLDomain(SSLDomain.MODE_CLIENT)
        domain.set_trusted_ca_db(authority.ca_file)
        with Client(peer, host="localhost", ssl_domain=domain) as client:
            assert client.put_token() == (202, "Accepted")
        assert peer.seen()["sni"] == "localhost" and peer.counters()["tls_handshakes"] == 1
