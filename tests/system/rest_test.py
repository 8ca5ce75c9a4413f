"""What the host does while nothing happens: next to nothing."""
import time

import pytest
from peers.process import wakes

pytestmark = pytest.mark.slow  # sanitizers have threads of their own

SECONDS = 4
PER_SECOND = 2  # the scheduler's and the front's, to show that they go round


def test_where_nothing_is_due_only_two_threads_wake_and_once_a_second(serving, script):
    host = serving({"checks": script.checks("a", "b", interval="1m", max_age="1m")})
    host.until_ready()
    time.sleep(1)  # until what a start and a client leave behind is done
    before = wakes(host.process.pid)
    time.sleep(SECONDS)
    assert wakes(host.process.pid) - before <= (SECONDS + 1) * PER_SECOND
