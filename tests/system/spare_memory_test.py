"""What only a start or a reload needed is given back at once or soon after, and nothing is missing then."""
import contextlib
import pathlib
import re
import signal
import socket

import pytest

from .host import until

SOON = 8  # seconds: two of the host's, and time for a slow machine


def kilobytes(host, kind):
    return int(re.search(rf"^{kind}:\s+(\d+)", pathlib.Path(f"/proc/{host.process.pid}/status").read_text(encoding="ascii"), re.M)[1])


def file_kilobytes(host):
    """Resident pages of programs and libraries."""
    return kilobytes(host, "RssFile")


def heap_kilobytes(host):
    return kilobytes(host, "RssAnon")


@pytest.fixture
def host(serving, script):
    started = serving({"checks": script.checks("a", "b")})
    started.until_ready()
    return started


def is_given_back(host, before):
    until(lambda: file_kilobytes(host) < before * 2 / 3, SOON, "less than two thirds of the memory at the start")


@pytest.mark.slow
def test_what_only_a_start_needed_goes_with_it(host):
    most = kilobytes(host, "VmHWM") - heap_kilobytes(host)
    assert file_kilobytes(host) < most * 2 / 3


def test_after_a_start(host):
    is_given_back(host, file_kilobytes(host))


def test_after_a_reload(host):
    is_given_back(host, file_kilobytes(host))
    low = file_kilobytes(host)
    assert host.reload()
    high = file_kilobytes(host)
    assert high > low
    until(lambda: file_kilobytes(host) < (low + high) / 2, SOON, "less than halfway between before and after the reload")


def test_everything_goes_on_as_before(host):
    is_given_back(host, file_kilobytes(host))
    assert [answer.status for answer in (host.live(), host.ready(), host.started())] == [200, 200, 200]
    assert host.get("/health/ready?verbose").checks["a"]["healthy"]
    assert host.reload()
    host.until_ready()
    host.signal(signal.SIGTERM)
    assert host.wait() == 0


@pytest.mark.slow
def test_after_a_crowd_has_left(serving, script, many_descriptors):
    host = serving({"server": {"limits": {"header_time": "1m"}}, "checks": script.checks("a")})
    host.until_ready()
    is_given_back(host, file_kilobytes(host))
    quiet = heap_kilobytes(host)
    with contextlib.ExitStack() as crowd:
        for _ in range(min(3000, many_descriptors - 300)):
            crowd.enter_context(socket.create_connection(host.address, timeout=5)).sendall(b"GET /health HTTP/1.1\r\nX: " + b"x" * 6000)
        crowded = until(lambda: (now := heap_kilobytes(host)) > quiet + 10_000 and now, SOON, "10 MB more for the crowd")
    until(lambda: heap_kilobytes(host) < (quiet + crowded) / 2, SOON, "less than halfway between the crowd and before")
