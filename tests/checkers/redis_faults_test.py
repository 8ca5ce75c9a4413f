"""The redis checker when the network, the server, its certificate or its name fails, and when that ends again."""
import pytest
from peers.dns import Resolver, ResolverUnavailable
from peers.fault_proxy import FaultProxy
from peers.redis import Redis
from peers.scripted_peer import REDIS_ANSWERS, ScriptedPeer, huge_bulk, redis_script

from . import loop
from .loop import in_time, said
from .redis_case import CANARY, first, healthy, run, until, url, watch

TIMEOUT = 300
FAULTS = [("refuse", {}, "fail: Connection refused"), ("black_hole", {}, "timeout"), ("silent", {}, "timeout"),
          ("drip", {}, "timeout"), ("reset", {"after": 1}, "fail: Connection reset"),
          ("close", {"after": 1}, "fail: Connection closed"), ("stall_after", {"after": 1}, "timeout"),
          ("huge", {}, "fail: Unexpected answer"), ("huge", {"prefix": b"$100000000\r\n"}, "fail: Unexpected answer")]
TRANSPORT = ("refused", "reset", "closed")


@pytest.fixture(scope="module")
def server():
    with Redis(password=CANARY) as running:
        yield running


@pytest.fixture
def proxy(server):
    with FaultProxy(server) as running:
        yield running


@pytest.mark.parametrize("mode, options, message", FAULTS, ids=str)
def test_a_fault_is_named_in_time_and_healthy_when_it_ends(proxy, mode, options, message):
    with watch({"url": url(proxy), "password": CANARY}, timeout=TIMEOUT) as running:
        until(running, "pass")
        proxy.set(mode, **options)
        assert in_time(until(running, message) + [running.next() for _ in range(3)], TIMEOUT)
        assert said(running.next()) == message
        proxy.set("pass")
        until(running, "pass")


@pytest.mark.parametrize("mode, options, message", FAULTS, ids=str)
def test_before_the_first_success_a_transport_fault_is_redis_not_initialised(proxy, mode, options, message):
    if message.endswith(TRANSPORT):
        message = "fail: Redis not initialised"
    proxy.set(mode, **options)
    with watch({"url": url(proxy), "password": CANARY}, timeout=TIMEOUT) as running:
        results = [running.next() for _ in range(3)]
        assert in_time(results, TIMEOUT) and {said(result) for result in results} == {message}
        proxy.set("pass")
        until(running, "pass")


def test_garbage_is_unexpected_or_never_ends(proxy):
    with watch({"url": url(proxy), "password": CANARY}, timeout=TIMEOUT) as running:
        until(running, "pass")
        proxy.set("garbage")
        results = until(running, "fail: Unexpected answer")
        assert in_time(results, TIMEOUT)
        proxy.set("pass")
        until(running, "pass")


def test_a_huge_answer_takes_no_memory():
    script = redis_script({"PING": huge_bulk, "AUTH": REDIS_ANSWERS["pong"]})
    with ScriptedPeer(script) as peer:
        *results, after = loop.run("redis", {"url": url(peer)}, runs=20, timeout=2000)
        assert {said(result) for result in results} == {"fail: Unexpected answer"}
        assert loop.took_no_memory(after)


def test_a_connection_that_went_stale_is_rebuilt_within_the_check(proxy):
    with watch({"url": url(proxy), "password": CANARY}, pause=20) as running:
        until(running, "pass")
        for count in range(2, 7):
            proxy.cut()
            results = [running.next()]
            while proxy.accepted < count:
                results.append(running.next())
            assert {said(result) for result in results} == {"pass"}
        assert {said(running.next()) for _ in range(20)} == {"pass"} and proxy.accepted == 6


def test_an_idle_connection_closed_by_the_server_is_rebuilt():
    with Redis(settings=["timeout 1"]) as server:
        results = run({"url": url(server)}, runs=2, pause=2500)
        assert [said(result) for result in results] == ["pass"] * 2


@pytest.mark.parametrize("crash", [False, True])
def test_a_restarted_server_is_healthy_again(crash):
    with Redis() as server, watch({"url": url(server)}) as running:
        until(running, "pass")
        server.down(crash)
        until(running, "fail: Connection refused")
        server.up()
        until(running, "pass")


def test_a_paused_server_times_out_and_is_healthy_when_it_goes_on():
    with Redis() as server, watch({"url": url(server)}, timeout=TIMEOUT) as running:
        until(running, "pass")
        server.pause()
        assert in_time(until(running, "timeout") + [running.next(), running.next()], TIMEOUT)
        server.resume()
        until(running, "pass")
        server.command("CLIENT", "PAUSE", 700, "ALL")
        assert in_time(until(running, "timeout"), TIMEOUT)
        until(running, "pass")


def test_a_missing_unix_socket_is_refused_and_healthy_when_it_comes():
    with Redis() as server, watch({"url": f"unix://{server.socket}"}) as running:
        until(running, "pass")
        server.down()
        until(running, "fail: Connection refused")
        server.up()
        until(running, "pass")
    assert first({"url": "unix:///nonexistent/redis.sock"}) == "fail: Redis not initialised"


@pytest.mark.parametrize("kind, trusted, message", [
    ("server", True, "pass"), ("server", False, "fail: TLS certificate not trusted"),
    ("expired", True, "fail: TLS certificate expired"), ("wrong_host", True, "fail: TLS certificate does not match"),
    ("self_signed", True, "fail: TLS certificate not trusted")])
@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_the_servers_certificate_is_judged(authority, kind, trusted, message, host):
    with Redis(tls=getattr(authority, kind)()) as server:
        settings = {"url": url(server, scheme="rediss", host=host)}
        assert first({**settings, **({"tls": {"ca_file": authority.ca_file}} if trusted else {})}) == message


def test_tls_settings_do_what_they_say(authority):
    tls = {"ca_file": authority.ca_file}
    with Redis(tls=authority.server("DNS:cache.example"), password=CANARY) as server:
        settings = {"host": "127.0.0.1", "port": server.port, "password": CANARY}
        assert first({**settings, "tls": tls}) == "fail: TLS certificate does not match"
        assert healthy({**settings, "tls": {**tls, "server_name": "cache.example"}})
        assert first({**settings, "tls": True}) == "fail: TLS certificate not trusted"
        with watch({**settings, "tls": {**tls, "server_name": "cache.example"}}) as running:
            until(running, "pass")
            server.restart()
            until(running, "pass")


def test_a_server_may_want_a_client_certificate(authority):
    certificate, stranger = authority.client(), authority.self_signed()
    with Redis(tls=authority.server(), client_ca=authority.ca_file) as server:
        def settings(**tls):
            return {"url": url(server, scheme="rediss"), "tls": {"ca_file": authority.ca_file, **tls}}
        assert healthy(settings(cert_file=certificate.cert, key_file=certificate.key))
        assert first(settings()) == "fail: TLS client certificate required"
        assert first(settings(cert_file=stranger.cert, key_file=stranger.key)) == "fail: TLS client certificate refused"
        mixed = settings(cert_file=certificate.cert, key_file=stranger.key)
        assert loop.refused("redis", mixed).startswith("tls.key_file: ")


@pytest.mark.parametrize("mode, options, message", [
    ("silent", {}, "timeout"), ("black_hole", {}, "timeout"), ("drip", {}, "timeout"),
    ("close", {"after": 1}, "fail: Redis not initialised"), ("garbage", {}, "fail: TLS handshake failed"),
    ("huge", {}, "fail: TLS handshake failed")], ids=str)
def test_a_broken_handshake_is_named_in_time(authority, mode, options, message):
    with Redis(tls=authority.server()) as server, FaultProxy(server) as proxy:
        proxy.set(mode, **options)
        with watch({"url": url(proxy, scheme="rediss"), "tls": {"ca_file": authority.ca_file}},
                   timeout=TIMEOUT) as running:
            assert in_time(until(running, message), TIMEOUT)
            proxy.set("pass")
            until(running, "pass")


def test_tls_and_plain_do_not_meet(server, authority):
    """A plain Redis takes a handshake for the start of a line and waits for the rest."""
    assert first({"url": url(server, scheme="rediss")}, timeout=TIMEOUT) == "timeout"
    with ScriptedPeer(b"HTTP/1.1 400 Bad Request\r\n\r\n") as peer:
        assert first({"url": url(peer, scheme="rediss")}) == "fail: TLS handshake failed"
    with Redis(tls=authority.server()) as secure:
        assert first({"url": url(secure)}) in ("fail: Redis not initialised", "fail: Unexpected answer")


def test_a_name_that_does_not_resolve_says_so():
    assert first({"url": "redis://nosuch.invalid"}, timeout=2000) == "fail: Name not resolved"


@pytest.mark.parametrize("mode, message", [
    ("hang", "timeout"), ("nxdomain", "fail: Name not resolved"), ("servfail", "fail: Name not resolved"),
    ({"cache.example": ["127.0.0.1"]}, "pass")], ids=str)
def test_a_name_server_is_never_waited_for_too_long(server, mode, message):
    try:
        with Resolver(mode) as resolver:
            settings = {"url": url(server, host="cache.example"), "password": CANARY}
            results = run(settings, runs=2, timeout=TIMEOUT, prefix=resolver.prefix)
    except ResolverUnavailable as reason:
        pytest.skip(str(reason))
    assert {said(result) for result in results} == {message} and in_time(results, TIMEOUT)


@pytest.mark.parametrize("script", [
    {"AUTH": f"-ERR unknown command `AUTH`, with args beginning with: `{CANARY}`, \r\n".encode()},
    {"AUTH": f"+{CANARY}\r\n".encode()}, {"PING": f"+{CANARY}\r\n".encode()}], ids=str)
@pytest.mark.parametrize("beside", [True, False])
def test_a_password_is_never_written_even_when_the_server_repeats_it(script, beside):
    with ScriptedPeer(redis_script(script)) as peer:
        settings = {"url": url(peer), "password": CANARY} if beside else {"url": url(peer, login=f":{CANARY}@")}
        done = loop.finish("redis", settings, runs=3)
        assert done.returncode == 0 and CANARY not in done.stdout + done.stderr


def flat(after):
    return (after["fds"][0] == after["fds"][1] and after["threads"][0] == after["threads"][1]
            and after["rss_kb"][1] - after["rss_kb"][0] < 512)


@pytest.mark.soak
def test_ten_thousand_checks_leave_nothing_behind(server, authority):
    *results, after = loop.run("redis", {"url": url(server), "password": CANARY}, runs=10000, every=5000)
    assert {said(result) for result in results} == {"pass"} and flat(after)
    *_, after = loop.run("redis", {"url": url(server, host="localhost"), "password": "x"}, runs=3000, every=1500)
    assert flat(after)
    with Redis(tls=authority.server(), settings=["maxclients 100"]) as secure:
        settings = {"url": url(secure, scheme="rediss"), "tls": {"ca_file": authority.ca_file}}
        *_, after = loop.run("redis", settings, runs=10000, every=5000)
        assert flat(after)
        *_, after = loop.run("redis", {**settings, "db": 9}, runs=1000, every=500)
        assert flat(after)
