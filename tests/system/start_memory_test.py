"""What only a start or a reload needed is given back soon after, and nothing is missing then."""
import pathlib
import re
import signal

import pytest

from .host import until

SOON = 8  # seconds: two of the host's, and time for a slow machine


def file_kilobytes(host):
    """Resident pages of programs and libraries."""
    return int(re.search(r"^RssFile:\s+(\d+)", pathlib.Path(f"/proc/{host.process.pid}/status").read_text(encoding="ascii"), re.M)[1])


@pytest.fixture
def host(serving, script):
    started = serving({"checks": script.checks("a", "b")})
    started.until_ready()
    return started


def is_given_back(host, before):
    until(lambda: file_kilobytes(host) < before * 2 / 3, SOON, "less than two thirds of the memory at the start")


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
