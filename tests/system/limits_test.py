"""Limits of the front as settings: each is what decides."""
import contextlib
import selectors
import socket
import time

import pytest

from .host import until


def limited(serving, script, **limits):
    return serving({"server": {"limits": limits}, "checks": {"a": script.check("a")}})


def held(host, count):
    connections = []
    for _ in range(count):
        with contextlib.suppress(OSError):
            connections.append(socket.create_connection(host.address, timeout=2))
            connections[-1].sendall(b"G")
    return connections


def alive(connection):
    connection.settimeout(0.05)
    try:
        return connection.recv(1) != b""
    except TimeoutError:
        return True
    except OSError:
        return False


def answer_to(host, text, seconds=3):
    with socket.create_connection(host.address, timeout=seconds) as client:
        client.sendall(text)
        before = time.monotonic()
        return client.recv(4096).decode(), time.monotonic() - before


def test_connections(serving, script):
    host = limited(serving, script, connections=20, header_time="1m")
    connections = held(host, 60)
    until(lambda: 0 < sum(alive(each) for each in connections) <= 20)
    assert host.live().status == 200
    for connection in connections:
        connection.close()


def test_connections_of_one_address(serving, script):
    host = limited(serving, script, per_address=10, header_time="1m")
    connections = held(host, 40)
    until(lambda: 0 < sum(alive(each) for each in connections) <= 10)
    for connection in connections:
        connection.close()
    until(lambda: host.live().status == 200)


def test_the_request_and_its_head(serving, script):
    host = limited(serving, script, request_line=300, header_bytes=600, header_count=8)
    assert host.get("/" + "x" * 250).status == 404
    assert host.get("/" + "x" * 320).status == 414
    assert host.get("/health", {f"X-{number}": "1" for number in range(5)}).status == 200
    assert host.get("/health", {f"X-{number}": "1" for number in range(9)}).status == 431
    assert host.get("/health", {"X-Long": "1" * 700}).status == 431


def test_times(serving, script):
    host = limited(serving, script, header_time="300ms", keep_alive="400ms")
    text, took = answer_to(host, b"GET /health HTTP/1.1\r\n")
    assert text.startswith("HTTP/1.1 408 ") and 0.2 < took < 1.5
    with socket.create_connection(host.address, timeout=3) as client:
        client.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
        assert client.recv(4096).startswith(b"HTTP/1.1 200 ")
        before = time.monotonic()
        assert client.recv(4096) == b""
        assert 0.2 < time.monotonic() - before < 1.5


def ends(connections, seconds, drip):
    """After how many seconds each was closed, and what it had been told; `drip` is called once a second until then."""
    start, ended, told = time.monotonic(), {}, dict.fromkeys(connections, b"")
    with selectors.DefaultSelector() as waiting:
        for connection in connections:
            waiting.register(connection, selectors.EVENT_READ)
        for second in range(seconds):
            drip()
            while len(ended) < len(connections) and (left := start + second + 1 - time.monotonic()) > 0:
                for key, _ in waiting.select(left):
                    part = received(key.fileobj)
                    told[key.fileobj] += part
                    if not part:
                        ended[key.fileobj] = time.monotonic() - start
                        waiting.unregister(key.fileobj)
    return [(ended.get(connection), told[connection]) for connection in connections]


def received(connection):
    with contextlib.suppress(OSError):
        return connection.recv(4096)
    return b""


@pytest.mark.slow
def test_the_times_that_nobody_set(serving, script):
    """Side by side: one that sends a byte of its head each second, one whose kept connection idles, one that says nothing."""
    host = serving({"checks": {"a": script.check("a")}})
    with contextlib.ExitStack() as everything:
        dripping, idle, silent = (everything.enter_context(socket.create_connection(host.address, timeout=2)) for _ in range(3))
        head = iter(b"GET /health HTTP/1.1")
        idle.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")

        def drip():
            with contextlib.suppress(OSError):
                dripping.send(bytes([next(head)]))
        (dripped, timeout), (idled, answer), (silence, nothing) = ends([dripping, idle, silent], 8, drip)
    print(f"closed after: dripping {dripped} s, idle {idled} s, silent {silence} s")
    assert dripped is not None and 1 < dripped < 2.5
    assert timeout.startswith(b"HTTP/1.1 408 ")
    assert idled is not None and 4 < idled < 6
    assert answer.startswith(b"HTTP/1.1 200 ") and answer.count(b"HTTP/1.1 ") == 1
    assert silence is not None and 1 < silence < 2.7  # 2.5 s, and what a busy machine adds
    assert nothing == b""


def test_a_change_needs_a_restart(serving, script):
    host = limited(serving, script, connections=20)
    assert host.reload({"server": {"limits": {"connections": 30}}, "checks": {"a": script.check("a")}})
    host.until_logged("server.limits changed: this needs a restart")
