"""The limit of open files that the host was started with."""
import contextlib
import re
import socket

import pytest

pytestmark = pytest.mark.slow

READY = b"GET /health/ready HTTP/1.1\r\nHost: probe\r\n\r\n"
LIVE = b"GET /health HTTP/1.1\r\nHost: probe\r\nConnection: close\r\n\r\n"


@pytest.fixture
def limited(configured, programs, tmp_path):
    """Makes hosts that begin with these soft and hard limits."""
    def make(config, soft, hard):
        host = configured(config)
        host.program = tmp_path / "probehost"
        host.program.write_text(f'#!/bin/sh\nulimit -Sn {soft} && ulimit -Hn {hard} && exec "{programs}/probehost" "$@"\n',
                                encoding="ascii")
        host.program.chmod(0o755)
        return host.start()
    return make


@pytest.fixture
def sockets(many_descriptors):
    with contextlib.ExitStack() as all_of_them:
        yield lambda address: all_of_them.enter_context(socket.create_connection(address, timeout=5))


def open_files(host):
    with open(f"/proc/{host.process.pid}/limits", encoding="ascii") as limits:
        return re.search(r"Max open files +(\d+) +(\d+)", limits.read()).groups()


def test_the_soft_limit_is_raised_to_the_hard_one(limited, script):
    host = limited({"checks": script.checks("a")}, 512, 2048)
    assert open_files(host) == ("2048", "2048")


def test_the_kernels_table_is_as_large_as_it_can_get_from_the_start_on(limited, script):
    """To make it larger stops every thread that opens a descriptor for milliseconds."""
    host = limited({"server": {"limits": {"connections": 2000}}, "checks": script.checks("a")}, 4096, 4096)
    with open(f"/proc/{host.process.pid}/status", encoding="ascii") as status:
        assert int(re.search(r"FDSize:\s+(\d+)", status.read())[1]) > 2048


def answer_of(client):
    client.settimeout(5)
    with contextlib.suppress(OSError):
        return client.recv(4096).partition(b"\r\n")[0]
    return b"a reset"


@pytest.mark.parametrize("descriptors, waiting", [(1024, 1300), (4096, 5000)])
def test_liveness_answers_beside_more_waiting_clients_than_descriptors(limited, script, sockets, descriptors, waiting):
    """Probes come ten at a time, and all ten are connected before any has sent its request."""
    hung = script.check("a", words="hang", timeout="500ms", interval="1s")
    host = limited({"server": {"wait": "60s"}, "checks": {"a": hung}}, descriptors, descriptors)
    for client in [sockets(host.address) for _ in range(waiting)]:
        with contextlib.suppress(OSError):
            client.sendall(READY)
    answers = []
    for _ in range(15):
        probes = [sockets(host.address) for _ in range(10)]
        for probe in probes:
            with contextlib.suppress(OSError):
                probe.sendall(LIVE)
        answers += map(answer_of, probes)
    assert answers == [b"HTTP/1.1 200 OK"] * 150
