"""The redis checker on a healthy server: every setting, every answer, and what it keeps between checks."""
import pytest
from peers.fault_proxy import FaultProxy
from peers.redis import Redis
from peers.scripted_peer import REDIS_ANSWERS, ScriptedPeer, redis_script

from . import loop
from .loop import said
from .redis_case import CANARY, first, healthy, run, until, url, watch


@pytest.fixture(scope="module")
def plain():
    with Redis() as server:
        yield server


@pytest.fixture(scope="module")
def guarded():
    """With a password, and an ACL user that may do nothing but PING."""
    with Redis(password=CANARY, users=[f"health on >{CANARY}2 -@all +ping", "open on nopass -@all +ping"]) as server:
        yield server


def test_a_server_without_login_is_healthy_by_url_or_by_host_and_port(plain):
    assert healthy({"url": url(plain)})
    assert healthy({"url": url(plain, host="localhost")})
    assert healthy({"host": "localhost", "port": plain.port})
    assert healthy({"url": url(plain), "password": "", "username": ""})


def test_a_password_stands_in_the_url_or_beside_it(guarded):
    assert healthy({"url": url(guarded, login=f":{CANARY}@")})
    assert healthy({"url": url(guarded), "password": CANARY})
    assert healthy({"url": url(guarded, login=f"default:{CANARY[:-1]}%6C@")})


def test_an_acl_user_that_may_only_ping_is_enough(guarded):
    assert healthy({"url": url(guarded, login=f"health:{CANARY}2@")})
    assert healthy({"url": url(guarded, login="health@"), "password": f"{CANARY}2"})
    assert healthy({"url": url(guarded), "username": "health", "password": f"{CANARY}2"})
    assert healthy({"url": url(guarded), "username": "open", "password": ""})


def test_the_database_is_selected(plain):
    run({"url": url(plain, "/2")}, runs=2)
    for settings in ({"url": url(plain, "/2")}, {"url": url(plain), "db": 2}, {"url": url(plain, "?db=2")}):
        assert healthy(settings)
    with watch({"url": url(plain, "/3")}) as running:
        until(running, "pass")
        assert " db=3 " in plain.command("CLIENT", "LIST")


def test_a_unix_socket_works(plain, guarded):
    assert healthy({"url": f"unix://{plain.socket}"})
    assert healthy({"url": f"unix://:{CANARY}@{guarded.socket}?db=1"})


def test_the_first_question_is_one_write_and_later_ones_only_ping():
    with ScriptedPeer(redis_script({"PING": REDIS_ANSWERS["pong"]})) as peer:
        assert healthy({"url": url(peer, "/1"), "username": "health", "password": "secret"})
        assert peer.accepted == 1 and len(peer.received) == 2
        words = [line for line in peer.received[0].split(b"\r\n") if line[:1] not in (b"*", b"$")]
        assert words == [b"AUTH", b"health", b"secret", b"SELECT", b"1", b"PING", b""]
        assert peer.received[1] == b"*1\r\n$4\r\nPING\r\n"


def test_many_checks_share_one_connection(plain):
    with FaultProxy(plain) as proxy:
        assert {said(result) for result in run({"url": url(proxy)}, runs=200)} == {"pass"}
        assert proxy.accepted == 1


@pytest.mark.parametrize("settings, message", [
    ({}, "Authentication required"),
    ({"password": "wrong"}, "Authentication failed"),
    ({"username": "nobody", "password": CANARY}, "Authentication failed"),
    ({"username": "health", "password": f"{CANARY}2", "db": 1}, "Permission denied"),
    ({"username": "health", "password": f"{CANARY}2", "require": "primary"}, "Permission denied"),
    ({"username": "health", "password": f"{CANARY}2", "cluster": True}, "Permission denied"),
    ({"password": CANARY, "db": 4}, "Database does not exist"),
    ({"password": CANARY, "cluster": True}, "Cluster mode is off"),
    ({"password": CANARY, "require": "replica"}, "Not a replica")], ids=str)
def test_a_real_server_that_refuses_says_why(guarded, settings, message):
    assert first({"url": url(guarded), **settings}) == f"fail: {message}"


def test_a_password_for_a_server_that_has_none_is_a_mistake(plain):
    assert first({"url": url(plain), "password": CANARY}) == "fail: Password not expected"


def test_a_full_server_says_so():
    with Redis(settings=["maxclients 1"]) as server, watch({"url": url(server)}) as running:
        until(running, "pass")
        assert first({"url": url(server)}) == "fail: Too many connections"


@pytest.mark.parametrize("answer, message", [
    ("loading", "Loading dataset"), ("masterdown", "Replica lost its master"), ("misconf", "Cannot persist to disk"),
    ("busy", "Busy running a script"), ("noauth", "Authentication required"), ("maxclients", "Too many connections")])
def test_each_error_reply_has_its_own_words(answer, message):
    with ScriptedPeer(redis_script({"PING": REDIS_ANSWERS[answer]})) as peer:
        assert first({"url": url(peer), "password": "secret"}) == f"fail: {message}"


@pytest.mark.parametrize("answer", [
    REDIS_ANSWERS["garbage"], b"+OK\r\n", b":1\r\n", b"$-1\r\n", b"*0\r\n", b"-STRANGE thing\r\n",
    b"HTTP/1.1 400 Bad Request\r\n\r\n", b"%1\r\n", b"*2147483647\r\n"], ids=str)
def test_an_answer_that_is_none_is_unexpected(answer):
    with ScriptedPeer(answer) as peer:
        assert first({"url": url(peer)}) == "fail: Unexpected answer"


def test_a_busy_server_is_busy_and_then_healthy_again():
    with Redis(settings=["busy-reply-threshold 50"]) as server:
        with watch({"url": url(server)}) as running:
            until(running, "pass")
            script = "local t = redis.call('TIME') repeat local n = redis.call('TIME') until n[1] - t[1] > 1 return 1"
            server.command("EVAL", script, 0)
            until(running, "pass")


def test_roles_are_required_of_a_primary_and_its_replica():
    with Redis() as primary, Redis(replica_of=primary) as replica:
        replica.wait_until_synced()
        assert healthy({"url": url(primary), "require": "primary"})
        assert healthy({"url": url(replica), "require": "replica"})
        assert healthy({"url": url(replica), "require": "any"})
        assert first({"url": url(replica), "require": "primary"}) == "fail: Not a primary"
        with watch({"url": url(replica), "require": "primary"}) as running:
            until(running, "fail: Not a primary")
            replica.command("REPLICAOF", "NO", "ONE")
            until(running, "pass")
            replica.command("REPLICAOF", "127.0.0.1", primary.port)
            until(running, "fail: Not a primary")


def test_a_replica_without_its_primary_says_so():
    with Redis() as primary, Redis(replica_of=primary, settings=["replica-serve-stale-data no"]) as replica:
        replica.wait_until_synced()
        with watch({"url": url(replica)}) as running:
            until(running, "pass")
            primary.down()
            until(running, "fail: Replica lost its master")
            primary.up()
            until(running, "pass", 20)


def test_a_cluster_is_healthy_while_its_state_is_ok():
    with Redis(cluster=True) as server:
        settings = {"url": url(server), "cluster": True}
        assert first(settings) == "fail: Cluster is down"
        assert first({"url": url(server)}) == "pass"
        server.cluster_ok()
        with watch(settings) as running:
            until(running, "pass")
            server.cluster_fail()
            until(running, "fail: Cluster is down")


@pytest.mark.parametrize("settings, key", [
    ({}, "url"), ({"url": f"http://{CANARY}@h"}, "url"), ({"url": f"redis://u:{CANARY}"}, "url"),
    ({"url": f"redis://u:ab/{CANARY}@h"}, "url"), ({"url": f"redis://u:5/{CANARY}@h"}, "url"),
    ({"url": f"redis://:ab?{CANARY}@h"}, "url"), ({"url": f"redis://:{CANARY}%zz@h"}, "url"),
    ({"url": f"redis://{CANARY}@h"}, "url"), ({"url": "unix:///" + "a" * 120}, "url"),
    ({"url": "redis://h", "host": "h"}, "url"), ({"url": f"redis://:{CANARY}@h", "password": CANARY}, "password"),
    ({"url": "redis://h", "username": CANARY}, "password"), ({"url": "unix://"}, "url"), ({"url": "unix:///"}, "url"),
    ({"url": "redis://h/1", "db": 1}, "db"), ({"url": "rediss://h", "tls": False}, "tls"),
    ({"url": "redis://h", "tls": {"ca_file": f"/nonexistent/{CANARY}"}}, "tls.ca_file"),
    ({"url": "rediss://h", "tls": {"cert_file": f"/nonexistent/{CANARY}"}}, "tls.cert_file"),
    ({"url": "rediss://h", "tls": {"key_file": f"/nonexistent/{CANARY}"}}, "tls.key_file"),
    ({"url": "unix:///run/redis.sock", "tls": True}, "tls.server_name")], ids=str)
def test_a_wrong_setting_is_named_and_not_quoted(settings, key):
    reason = loop.refused("redis", settings)
    assert reason.startswith(f"{key}: expected ") and CANARY not in reason
    assert settings.get("url", CANARY) not in reason  # it is a secret, and is masked wherever it appears
