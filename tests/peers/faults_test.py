"""The fault proxy in every mode, the scripted peer, the name server and the certificates, seen by clients."""
import contextlib
import errno
import select
import socket
import subprocess
import time
from pathlib import Path

import pytest

from .dns import Resolver, ResolverUnavailable
from .fault_proxy import FaultProxy
from .peer import HOST, PeerError, wait_until
from .process import run
from .redis import Redis
from .scripted_peer import REDIS_ANSWERS, ScriptedPeer, huge_bulk, redis_script
from .tls import server_context

pytestmark = pytest.mark.usefixtures("nothing_is_left")
ANSWER = b"0123456789"


@contextlib.contextmanager
def proxied(mode="pass", **options):
    with ScriptedPeer(ANSWER) as server, FaultProxy(server) as proxy:
        proxy.set(mode, **options)
        yield proxy


def connect(peer, timeout=2):
    return socket.create_connection((HOST, peer.port), timeout)


def ask(client):
    client.sendall(b"hello")
    return client.recv(64)


def read_all(client):
    """What comes until the end, and how it ended."""
    data = b""
    try:
        while part := client.recv(65536):
            data += part
        return data, "end"
    except ConnectionResetError:
        return data, "reset"
    except TimeoutError:
        return data, "timeout"


def test_proxy_passes_and_counts():
    with proxied() as proxy:
        with connect(proxy) as first, connect(proxy) as second:
            assert ask(first) == ask(second) == ANSWER
            assert (proxy.accepted, proxy.open) == (2, 2)
        wait_until(lambda: proxy.open == 0, 2, "both closed")


def test_proxy_refuses_and_cuts_what_is_open():
    with proxied() as proxy, connect(proxy) as client:
        ask(client)
        proxy.set("refuse")
        with pytest.raises(ConnectionResetError):
            client.recv(1)
        for _ in range(20):
            with pytest.raises(ConnectionRefusedError):
                connect(proxy)
        proxy.set("pass")
        with connect(proxy) as again:
            assert ask(again) == ANSWER


def test_proxy_black_hole_hangs_connects_and_freezes_what_is_open():
    with proxied() as proxy, connect(proxy) as client:
        ask(client)
        proxy.set("black_hole")
        for _ in range(3):
            with pytest.raises(TimeoutError):
                connect(proxy, 0.3)
        client.settimeout(0.3)
        with pytest.raises(TimeoutError):
            ask(client)
        waiting = socket.socket()
        with waiting:
            waiting.setblocking(False)
            assert waiting.connect_ex((HOST, proxy.port)) == errno.EINPROGRESS
            proxy.set("pass")
            assert client.recv(64) == ANSWER
            # The kernel sends its SYN again after a second and finds somebody home.
            assert select.select([], [waiting], [], 5)[1]
            waiting.setblocking(True)
            assert ask(waiting) == ANSWER


def test_proxy_is_silent_and_resets_the_spoiled_afterwards():
    with proxied("silent") as proxy, connect(proxy, 0.3) as client:
        with pytest.raises(TimeoutError):
            ask(client)
        proxy.set("pass")
        assert read_all(client) == (b"", "reset")


def test_proxy_drips():
    with proxied("drip", interval=0.05) as proxy, connect(proxy) as client:
        began = time.monotonic()
        client.sendall(b"hello")
        assert b"".join(client.recv(64) for _ in range(4)) == ANSWER[:4]
        assert 0.12 < time.monotonic() - began < 1
        proxy.set("pass")
        wait_until(lambda: client.recv(64)[-1:] == b"9", 2, "the rest at once")


@pytest.mark.parametrize("mode, after, seen", [
    ("reset", 0, (b"", "reset")), ("reset", 4, (ANSWER[:4], "reset")), ("close", 0, (b"", "end")),
    ("close", 4, (ANSWER[:4], "end")), ("stall_after", 4, (ANSWER[:4], "timeout"))])
def test_proxy_cuts_the_answer_short(mode, after, seen):
    with proxied(mode, after=after) as proxy, connect(proxy, 0.3) as client:
        client.sendall(b"hello")
        assert read_all(client) == seen
        proxy.set("pass")
        if mode == "stall_after":
            assert client.recv(64) == ANSWER[4:]


def test_proxy_sends_garbage():
    with proxied("garbage") as proxy, connect(proxy) as client:
        answer = ask(client)
        assert len(answer) == len(ANSWER) and answer != ANSWER


def test_proxy_sends_100_megabytes():
    with proxied("huge", prefix=b"$100000000\r\n") as proxy, connect(proxy) as client:
        client.sendall(b"hello")
        size, buffer = 0, bytearray(1 << 20)
        while count := client.recv_into(buffer):
            size += count
        assert size == 100_000_000 + 12


def test_proxy_leaves_a_huge_answer_that_nobody_reads():
    with proxied("huge") as proxy, connect(proxy) as client:
        client.sendall(b"hello")
        assert client.recv(1) == b"\0"
        began = time.monotonic()
        proxy.set("pass")
        assert time.monotonic() - began < 1


def test_proxy_cuts_on_request_and_knows_its_modes():
    with proxied() as proxy, connect(proxy) as client:
        ask(client)
        proxy.cut()
        assert proxy.open == 0
        assert read_all(client) == (b"", "reset")
        with pytest.raises(PeerError, match="not one of"):
            proxy.set("nonsense")


def test_proxy_in_front_of_a_real_redis_that_goes_away():
    with Redis() as server, FaultProxy(server) as proxy:
        command = ["redis-cli", "-h", HOST, "-p", str(proxy.port), "PING"]
        assert run(command).strip() == "PONG"
        server.down()
        with pytest.raises(ConnectionResetError), connect(proxy) as client:
            client.recv(1)
        server.up()
        assert run(command).strip() == "PONG"


@pytest.mark.parametrize("word", ["loading", "masterdown", "misconf", "busy"])
def test_scripted_redis(word):
    script = redis_script({"PING": REDIS_ANSWERS[word]})
    with ScriptedPeer(script) as peer:
        said = run(["redis-cli", "-h", HOST, "-p", str(peer.port), "PING"], env={"REDISCLI_AUTH": "pw"})
        assert said.strip() == REDIS_ANSWERS[word][1:].decode().strip()
        peer.reply = redis_script({"PING": REDIS_ANSWERS["pong"]})
        with connect(peer) as client:
            client.sendall(b"*2\r\n$4\r\nAUTH\r\n$2\r\npw\r\n*1\r\n$4\r\nPI")
            assert client.recv(64) == b"+OK\r\n"
            client.sendall(b"NG\r\n")
            assert client.recv(64) == b"+PONG\r\n"


def test_scripted_redis_sends_a_huge_bulk():
    with ScriptedPeer(redis_script({"GET": huge_bulk})) as peer:
        command = ["sh", "-c", f"redis-cli -h {HOST} -p {peer.port} GET x | wc -c"]
        assert run(command).strip() == str(100_000_000 + 1)


def test_scripted_peer_greets_and_closes():
    with ScriptedPeer(lambda: lambda data: None, greeting=b"hi") as peer, connect(peer) as client:
        assert client.recv(64) == b"hi"
        client.sendall(b"x")
        assert client.recv(64) == b""
        assert (peer.accepted, peer.received) == (1, [b"x"])


@pytest.mark.parametrize("kind, verdict", [
    ("server", "Verify return code: 0 (ok)"), ("wrong_host", "hostname mismatch"),
    ("expired", "certificate has expired"), ("self_signed", "self-signed certificate")])
def test_certificates(authority, kind, verdict):
    with ScriptedPeer(ANSWER, tls=server_context(getattr(authority, kind)())) as peer:
        assert verdict in s_client(authority, peer)


def test_client_certificates(authority):
    mine = authority.client()
    with ScriptedPeer(ANSWER, tls=server_context(authority.server(), authority.ca_file)) as peer:
        assert ANSWER.decode() in s_client(authority, peer, "-cert", mine.cert, "-key", mine.key)
        assert ANSWER.decode() not in s_client(authority, peer)


def s_client(authority, peer, *more):
    """Says hello and waits for an answer, for at most a second."""
    command = ["timeout", "1", "openssl", "s_client", "-connect", f"{HOST}:{peer.port}", "-servername",
               "localhost", "-verify_hostname", "localhost", "-CAfile", authority.ca_file, *more]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT) as started:
        started.stdin.write(b"hello\n")
        started.stdin.flush()
        return started.stdout.read().decode("utf-8", "replace")


@contextlib.contextmanager
def resolver(mode):
    try:
        started = Resolver(mode).start()
    except ResolverUnavailable as reason:
        pytest.skip(str(reason))
    with started:
        yield started


def getent(resolver, name, timeout=5):
    return subprocess.run([*resolver.prefix, "getent", "ahosts", name], capture_output=True, text=True,
                          timeout=timeout, check=False)


def test_resolver_knows_names_and_forgets_them():
    with resolver({"db.example": ["127.0.0.1", "::1"]}) as names:
        told = getent(names, "db.example").stdout
        assert "127.0.0.1" in told and "::1" in told
        assert getent(names, "other.example").returncode == 2
        assert "127.0.0.1" in getent(names, "localhost").stdout or "::1" in getent(names, "localhost").stdout
        names.mode = "nxdomain"
        assert getent(names, "db.example").returncode == 2
        assert "db.example" in names.asked


def test_resolver_hangs():
    with resolver("hang") as names:
        with pytest.raises(subprocess.TimeoutExpired):
            getent(names, "db.example", 2)
        assert names.asked


def test_resolver_is_private_to_its_command():
    before = Path("/etc/resolv.conf").read_bytes()
    with resolver("nxdomain") as names:
        inside = subprocess.run([*names.prefix, "cat", "/etc/resolv.conf"], capture_output=True, text=True,
                                check=True)
        assert inside.stdout.startswith("nameserver 127.0.53.")
        assert Path("/etc/resolv.conf").read_bytes() == before
