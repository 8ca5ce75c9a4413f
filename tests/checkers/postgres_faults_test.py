"""The postgres checker when the network, the server, its certificate or its name fails, and when that ends again."""
import contextlib
import pathlib
import struct
import time

import pytest
from faults.nth_call import compiled
from peers.dns import Resolver, ResolverUnavailable
from peers.fault_proxy import FaultProxy
from peers.postgres import PASSWORD, Postgres
from peers.scripted_peer import ScriptedPeer
from peers.tls import server_context

from . import loop
from .loop import in_time, said
from .postgres_case import CANARY, first, healthy, run, settings, until, url, watch

TIMEOUT = 500
FAULTS = [("refuse", {}, "fail: Connection refused"), ("black_hole", {}, "timeout"), ("silent", {}, "timeout"),
          ("drip", {}, "timeout"), ("reset", {"after": 1}, "fail: Connection reset"),
          ("close", {"after": 1}, "fail: Connection closed"), ("stall_after", {"after": 1}, "timeout"),
          ("huge", {}, "fail: Unexpected answer")]
TRANSPORT = ("refused", "reset", "closed")
HELLO = b"R" + struct.pack(">II", 8, 0) + b"Z" + struct.pack(">Ic", 5, b"I")
LONG = 100_000_000
SLOW_SEND = pathlib.Path(__file__).parent.parent / "faults" / "slow_send.c"


@pytest.fixture(scope="module")
def server():
    with Postgres() as running:
        yield running


@pytest.fixture(scope="module")
def secure(authority):
    with Postgres(tls=authority.server()) as running:
        yield running


@pytest.fixture
def proxy(server):
    with FaultProxy(server) as running:
        yield running


@pytest.mark.parametrize("mode, options, message", FAULTS, ids=str)
def test_a_fault_is_named_in_time_and_healthy_when_it_ends(proxy, mode, options, message):
    with watch(settings(proxy), timeout=TIMEOUT) as running:
        until(running, "pass")
        proxy.set(mode, **options)
        # Who goes on talking after a close is answered with a reset, and a reset met while sending leaves a closed connection.
        meant = ("fail: Connection reset", "fail: Connection closed") if mode in ("reset", "close") else (message,)
        results = running.until(lambda result: said(result) in meant) + [running.next() for _ in range(3)]
        assert in_time(results, TIMEOUT) and said(results[-1]) in meant
        proxy.set("pass")
        until(running, "pass")


@pytest.mark.parametrize("mode, options, message", FAULTS, ids=str)
def test_before_the_first_success_a_transport_fault_is_pool_not_initialised(proxy, mode, options, message):
    if message.endswith(TRANSPORT):
        message = "fail: Pool not initialised"
    proxy.set(mode, **options)
    with watch(settings(proxy), timeout=TIMEOUT) as running:
        results = [running.next() for _ in range(3)]
        assert in_time(results, TIMEOUT) and {said(result) for result in results} == {message}
        proxy.set("pass")
        until(running, "pass")


@pytest.mark.parametrize("sslmode", ["prefer", "disable", "require"])
def test_garbage_is_unexpected(sslmode):
    with ScriptedPeer(bytes(range(128, 256)) * 8) as peer:
        assert first(settings(peer, sslmode=sslmode)) == "fail: Unexpected answer"


@pytest.mark.parametrize("cut", [1, 5, 9, 20, 100, 300])
def test_a_login_that_breaks_anywhere_is_a_transport_fault(proxy, cut):
    for mode in ("reset", "close"):
        proxy.set(mode, after=cut)
        assert first(settings(proxy)) == "fail: Pool not initialised"
    proxy.set("stall_after", after=cut)
    assert first(settings(proxy), timeout=TIMEOUT) == "timeout"


def scripted(*answers):
    """A server that lets everybody in and answers the first query so."""
    def connection():
        greeting = [HELLO]

        def answer(_):
            return greeting.pop() if greeting else iter(answers)
        return answer
    return connection


@pytest.mark.parametrize("answers, message", [
    ([b"D" + struct.pack(">I", LONG)] + [bytes(65536)] * (LONG // 65536), "Answer too long"),
    ([b"N" + struct.pack(">I", 900_000) + bytes(899_996)] * 100, "Answer too long"),
    ([b"D" + struct.pack(">IHI", 10, 1, 0)] * 200_000, "Answer too long"),
    ([bytes(65536)] * (LONG // 65536), "Unexpected answer"), ([b"Z\0\0\0\3I"], "Unexpected answer"),
    ([b"?\0\0\0\5I"], "Unexpected answer"), ([b"\xff" * 64], "Unexpected answer"),
    ([b"E\0\0\0\4"], "Query failed"), ([b"E\0\0\0\5S"], "Query failed"), ([b"E\0\0\0\6SX"], "Query failed")],
    ids=range(10))
def test_a_hostile_answer_takes_no_memory(answers, message):
    with ScriptedPeer(scripted(*answers)) as peer:
        *results, after = loop.run("postgres", settings(peer, sslmode="disable"), runs=20, timeout=5000)
        assert {said(result) for result in results} == {f"fail: {message}"}
        assert loop.took_no_memory(after)


class EncryptedPeer(ScriptedPeer):
    """Speaks TLS when it is asked to, as PostgreSQL does."""

    def _serve(self, raw):
        with contextlib.suppress(OSError):
            raw.recv(8)
            raw.sendall(b"S")
        super()._serve(raw)


def endless_notice():
    """Lets everybody in, and then has more to say than anybody could hold."""
    return lambda _: iter([HELLO[:9], b"N" + struct.pack(">I", LONG)] + [bytes(1 << 20)] * (LONG >> 20))


def test_a_login_without_end_takes_no_memory():
    with ScriptedPeer(endless_notice) as peer:
        *results, after = loop.run("postgres", settings(peer, sslmode="disable"), runs=20, timeout=5000)
    assert {said(result) for result in results} == {"fail: Unexpected answer"} and loop.took_no_memory(after)


def test_nor_does_one_over_tls(authority):
    with EncryptedPeer(endless_notice, tls=server_context(authority.server())) as peer:
        *results, after = loop.run("postgres", settings(peer, sslmode="require"), runs=20, timeout=5000)
    assert {said(result) for result in results} == {"fail: Unexpected answer"} and loop.took_no_memory(after)


def dripped(words):
    for byte in words:
        yield bytes([byte])
        time.sleep(0.002)


def test_a_login_in_pieces_is_a_login():
    def connection():
        answers = iter((dripped(HELLO), HELLO[9:]))
        return lambda _: next(answers, None)
    with ScriptedPeer(connection) as peer:
        assert first(settings(peer, sslmode="disable"), timeout=5000) == "pass"


def test_a_null_or_empty_first_value_is_fine():
    row, null, ready = (b"D" + struct.pack(">IH", 6, 0), b"D" + struct.pack(">IHi", 10, 1, -1), HELLO[9:])
    for answer in (row + ready, null + ready, ready):
        with ScriptedPeer(scripted(answer)) as peer:
            assert first(settings(peer, sslmode="disable")) == "pass"


def test_a_connection_that_went_stale_is_rebuilt_within_the_check(proxy):
    with watch(settings(proxy), pause=20) as running:
        until(running, "pass")
        for count in range(2, 7):
            proxy.cut()
            results = [running.next()]
            while proxy.accepted < count:
                results.append(running.next())
            assert {said(result) for result in results} == {"pass"}
        assert {said(running.next()) for _ in range(20)} == {"pass"} and proxy.accepted == 6


def test_a_backend_that_was_ended_is_rebuilt_within_the_check(server):
    with watch(settings(server), pause=20) as running:
        until(running, "pass")
        for _ in range(5):
            server.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'health'")
            assert {said(running.next()) for _ in range(5)} == {"pass"}


def test_an_idle_session_closed_by_the_server_is_rebuilt():
    with Postgres(settings=["idle_session_timeout=300"]) as server:
        assert [said(result) for result in run(settings(server), runs=3, pause=900)] == ["pass"] * 3


@pytest.mark.parametrize("crash", [False, True])
def test_a_restarted_server_is_healthy_again(crash):
    with Postgres() as server, watch(settings(server)) as running:
        until(running, "pass")
        server.down(crash)
        until(running, "fail: Connection refused")
        server.up()
        until(running, "pass")


def test_a_paused_server_times_out_and_is_healthy_when_it_goes_on():
    with Postgres() as server, watch(settings(server), timeout=TIMEOUT) as running:
        until(running, "pass")
        server.pause()
        assert in_time(until(running, "timeout") + [running.next(), running.next()], TIMEOUT)
        server.resume()
        until(running, "pass")


def test_a_locked_table_times_out_and_is_healthy_when_it_is_free(server):
    server.sql("CREATE TABLE IF NOT EXISTS held (a int); GRANT SELECT ON held TO health")
    with watch(settings(server, query="SELECT * FROM held"), timeout=TIMEOUT) as running:
        until(running, "pass")
        server.sql("BEGIN; LOCK TABLE held; SELECT pg_sleep(1.2); COMMIT;")
        assert "timeout" in {said(result) for result in until(running, "timeout")}
        until(running, "pass")


def test_a_missing_unix_socket_is_refused_and_healthy_when_it_comes():
    with Postgres() as server:
        by_socket = {"host": server.dir, "port": server.port, "dbname": "app", "user": "health", "password": PASSWORD}
        with watch(by_socket) as running:
            until(running, "pass")
            server.down()
            until(running, "fail: Connection refused")
            server.up()
            until(running, "pass")


@pytest.mark.parametrize("kind, sslmode, message", [
    ("server", "verify-full", "pass"), ("server", "verify-ca", "pass"), ("server", "require", "pass"),
    ("expired", "verify-full", "fail: TLS certificate expired"),
    ("wrong_host", "verify-full", "fail: TLS certificate does not match"), ("wrong_host", "verify-ca", "pass"),
    ("self_signed", "verify-full", "fail: TLS certificate not trusted")])
def test_the_servers_certificate_is_judged(authority, kind, sslmode, message):
    with Postgres(tls=getattr(authority, kind)()) as server:
        trusting = settings(server, "localhost", sslmode=sslmode, sslrootcert=authority.ca_file)
        assert first(trusting) == message
        assert first({**trusting, "url": url(server, "127.0.0.1")}) == message


@pytest.mark.slow
def test_a_server_that_is_quicker_than_we_are_is_judged_as_well(authority, tmp_path):
    slow = compiled(SLOW_SEND, tmp_path / "slow_send.so", "-D_GNU_SOURCE", "-ldl")
    with Postgres(tls=authority.expired()) as server:
        trusting = settings(server, sslmode="verify-full", sslrootcert=authority.ca_file)
        assert first(trusting, env={"LD_PRELOAD": str(slow)}) == "fail: TLS certificate expired"


def test_without_a_root_certificate_the_systems_authorities_decide(secure):
    assert first(settings(secure, sslmode="verify-full")) == "fail: TLS certificate not trusted"
    assert first(settings(secure, sslmode="verify-full", sslrootcert="system")) == "fail: TLS certificate not trusted"
    assert healthy(settings(secure)) and healthy(settings(secure, sslmode="require"))


def test_tls_is_kept_and_rebuilt_like_plain(authority):
    with Postgres(tls=authority.server()) as server, FaultProxy(server) as proxy:
        trusting = settings(proxy, sslmode="verify-full", sslrootcert=authority.ca_file, require="primary")
        with watch(trusting, timeout=TIMEOUT) as running:
            until(running, "pass")
            proxy.cut()
            assert {said(running.next()) for _ in range(3)} == {"pass"} and proxy.accepted == 2
            proxy.set("silent")
            assert in_time(until(running, "timeout"), TIMEOUT)
            proxy.set("pass")
            until(running, "pass")
            server.restart()
            until(running, "pass")


def test_a_huge_answer_over_tls_takes_no_memory(secure, authority):
    trusting = settings(secure, sslmode="verify-full", sslrootcert=authority.ca_file)
    wide = {**trusting, "query": "SELECT repeat('x', 50000000)"}
    *results, after = loop.run("postgres", wide, runs=20, timeout=30000)
    assert {said(result) for result in results} == {"fail: Answer too long"} and loop.took_no_memory(after)


def test_a_plain_client_is_turned_away_by_a_server_that_wants_tls(secure):
    assert first(settings(secure, sslmode="disable")) == "fail: Authentication failed"


def test_a_name_that_does_not_resolve_says_so():
    assert first({"host": "nosuch.invalid"}) == "fail: Name not resolved"


@pytest.mark.parametrize("mode, message", [
    ("hang", "timeout"), ("nxdomain", "fail: Name not resolved"), ({"db.example": ["127.0.0.1"]}, "pass")], ids=str)
def test_a_name_server_is_never_waited_for_too_long(server, mode, message):
    try:
        with Resolver(mode) as resolver:
            results = run(settings(server, "db.example"), runs=2, timeout=TIMEOUT, prefix=resolver.prefix)
    except ResolverUnavailable as reason:
        pytest.skip(str(reason))
    assert {said(result) for result in results} == {message} and in_time(results, TIMEOUT)


def test_a_server_that_starts_up_or_is_full_says_so():
    words = {"57P03": "Starting up", "53300": "Too many connections", "57P01": "Shutting down"}
    for state, message in words.items():
        fields = f"SFATAL\0C{state}\0M{CANARY}\0\0".encode()
        with ScriptedPeer(b"E" + struct.pack(">I", len(fields) + 4) + fields) as peer:
            assert first(settings(peer, sslmode="disable")) == f"fail: {message}"


def test_a_password_is_never_written(server):
    secret = {"url": f"postgresql://health:{CANARY}@127.0.0.1:{server.port}/app"}
    for change in ({}, {"sslmode": "require"}, {"query": f"SELECT '{PASSWORD}' FROM"}):
        done = loop.finish("postgres", {**secret, **change}, runs=2)
        assert done.returncode == 0 and CANARY not in done.stdout + done.stderr


def flat(after):
    return (after["fds"][0] == after["fds"][1] and after["threads"][0] == after["threads"][1]
            and after["rss_kb"][1] - after["rss_kb"][0] < 512)


@pytest.mark.soak
def test_ten_thousand_checks_leave_nothing_behind(server, secure, authority):
    *results, after = loop.run("postgres", settings(server, require="primary"), runs=10000, timeout=2000, every=5000)
    assert {said(result) for result in results} == {"pass"} and flat(after)
    trusting = settings(secure, "localhost", sslmode="verify-full", sslrootcert=authority.ca_file)
    *_, after = loop.run("postgres", trusting, runs=3000, timeout=2000, every=1500)
    assert flat(after)
    *_, after = loop.run("postgres", {**trusting, "query": "nothing"}, runs=300, timeout=2000, every=150)
    assert flat(after)
