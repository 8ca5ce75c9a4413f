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
    before = {name: wakes(host.process.pid, name) for name in (*RESTLESS, None)}
    time.sleep(SECONDS)
    woke = {name: wakes(host.process.pid, name) - times for name, times in before.items()}
    assert all(0 < woke[name] <= SECONDS + 1 for name in RESTLESS)
    assert woke[None] == sum(woke[name] for name in RESTLESS)
