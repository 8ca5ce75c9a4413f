"""A create that never returns, in a process of its plugin's: it costs its own check, and a start one wait."""
import os
import re
import signal
import time

import pytest

from .host import until
from .zoo import NOT_STARTED, misbehaving, workers

pytestmark = pytest.mark.slow  # a sanitizer's memory does not fit into a worker's limits


def creating(*acts):
    """A check of the same plugin for each act, in this order: check-0, check-1 and so on."""
    return {"checks": {f"check-{number}": misbehaving(act, "create", interval="200ms") for number, act in enumerate(acts)}}


def healthy(host, *numbers):
    checks = host.ready().checks
    return all(checks[f"check-{number}"]["healthy"] for number in numbers)


def error_of(host, number):
    return host.ready().checks[f"check-{number}"].get("error", "")


def test_hanging_in_create(configured, zoo):
    host = configured(creating("nothing", "sleep", "nothing"), plugins=[zoo]).start()
    until(lambda: healthy(host, 0, 2) and error_of(host, 1) == NOT_STARTED, 3)
    assert host.log.count('a check of its checker "misbehaving" was not created within 5s') == 1
    assert re.findall(r"checks\.(.*): its worker process (.*) when the check was created", host.log) == [("check-1", NOT_STARTED[8:])]
    for _ in range(2):  # the next worker is not asked for it again
        (worker,) = workers(host)
        os.kill(worker, signal.SIGKILL)
        until(lambda: worker not in workers(host) and workers(host) and healthy(host, 0, 2), 3)
    (worker,) = workers(host)
    time.sleep(6)
    assert workers(host) == [worker] and healthy(host, 0, 2) and error_of(host, 1) == NOT_STARTED
    assert "hung in a run" not in host.log and "a run of its checker" not in host.log


def test_a_start_waits_for_one_hanging_create_only(configured, zoo):
    before = time.monotonic()
    host = configured(creating(*["sleep"] * 20), plugins=[zoo]).start()
    assert host.live().status == 200
    assert time.monotonic() - before < 6.5
    host.until_logged("checks.check-19: its worker process was still busy when the check was created")


def test_creates_that_hang_one_after_the_other_end_with_their_siblings_well(configured, zoo):
    host = configured(creating("sleep", "sleep", "sleep", "nothing"), plugins=[zoo]).start()
    until(lambda: healthy(host, 3) and [error_of(host, number) for number in range(3)] == [NOT_STARTED] * 3, 25)
    assert host.log.count("was not created within 5s") == 3
    assert "hung in a run" not in host.log and "a run of its checker" not in host.log


def test_a_create_that_hangs_beside_a_hundred_siblings_costs_none_of_them_its_process_twice(configured, zoo):
    others = range(100)
    host = configured(creating(*["nothing"] * 100), plugins=[zoo]).start()
    until(lambda: healthy(host, *others))
    assert host.reload(creating(*["nothing"] * 100, "sleep"))
    until(lambda: healthy(host, *others) and error_of(host, 100) == NOT_STARTED, 20)
    assert host.log.count("was not created within 5s") == 2  # others ran beside it the first time
    assert "stopped reading" not in host.log and "quarantined" not in host.log and "hung in a run" not in host.log


def test_hanging_in_create_in_a_reload(configured, zoo):
    host = configured(creating("nothing"), plugins=[zoo]).start()
    until(lambda: healthy(host, 0))
    assert host.reload(creating("nothing", "sleep", "nothing"))
    # Where others ran, too, it has a second try before it is blamed.
    until(lambda: healthy(host, 0, 2) and error_of(host, 1) == NOT_STARTED, 12)
    assert host.reload(creating("nothing", "nothing", "nothing"))  # another chance
    until(lambda: healthy(host, 0, 1, 2), 3)
    assert "hung in a run" not in host.log and "a run of its checker" not in host.log
