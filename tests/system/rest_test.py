"""What the host does while nothing happens: next to nothing."""
import time

import pytest
from peers.process import wakes

pytestmark = pytest.mark.slow  # sanitizers have threads of their own

SECONDS = 4
RESTLESS = ("scheduler", "http-front")  # show once a second that they go round


def test_where_nothing_is_due_only_two_threads_wake_and_once_a_second(serving, script):
    host = serving({"checks": script.checks("a", "b", interval="1m", max_age="1m")})
    host.until_ready()
    time.sleep(3)  # until what a start and a client leave behind is done
    before, began = wakes(host.process.pid), time.monotonic()
    time.sleep(SECONDS)
    woke = {thread: times - before.get(thread, 0) for thread, times in wakes(host.process.pid).items()}
    took = time.monotonic() - began
    assert sorted(name for (name, _), times in woke.items() if times > 0) == sorted(RESTLESS)
    assert all(times <= took + 1 for times in woke.values())
