"""What must not add up: hung runs, killed workers and a flapping dependency, for a few seconds or as many minutes as one likes.

    PROBEHOST_MINUTES=10 /usr/bin/python3 -m pytest -s tests/system/endurance_test.py
"""
import os
import signal
import time

import pytest

from peers.process import family

from .host import until

SECONDS = float(os.environ.get("PROBEHOST_MINUTES", "0.1")) * 60
STRETCH = 1.1  # a run may come a tenth of its interval later than the one before


def workers(host):
    return [pid for pid in family(host.process.pid) if pid != host.process.pid]


def zombies(host):
    def state(pid):
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as stat:
            return stat.read().rpartition(")")[2].split()[0]
    return [pid for pid in workers(host) if state(pid) == "Z"]


def latenesses(script, key, interval):
    """Seconds by which runs came later than the schedule allows, counted from the run before."""
    starts = [int(line.split()[4]) / 1000 for line in script.lines(key) if line.startswith("start")]
    return [after - before - interval * STRETCH for before, after in zip(starts, starts[1:])]


@pytest.mark.slow
def test_hung_checks_cost_a_thread_each(serving, script):
    others = [f"other-{number}" for number in range(8)]
    hung = {f"hung-{number}": script.check(f"hung-{number}", "hang pass", timeout="200ms", interval="500ms") for number in range(32)}
    host = serving({"checks": {**hung, **script.checks(*others, interval="1s", max_age="10s")}})
    until(lambda: host.log.count("is stuck") == len(hung), 20)
    threads, descriptors = host.threads, host.descriptors_at_rest()
    most, end = threads, time.monotonic() + SECONDS
    while time.monotonic() < end:
        most = max(most, host.threads)
        assert host.live().status == 200
        time.sleep(0.1)
    late = max(max(latenesses(script, key, 1)) for key in others)
    print(f"32 hung: {threads} threads at first, {most} at most; others at most {late * 1000:.0f} ms late")
    assert most <= threads + len(others)
    assert host.descriptors_at_rest() <= descriptors
    assert late < 0.25  # of a busy machine
    for key in hung:
        assert script.runs(key) == 1
        script.say(key, "pass")
    host.until_ready()


@pytest.mark.slow
def test_killed_workers_leave_nothing(serving, script):
    host = serving({"checks": {"a": script.check("a", isolation="process", interval="200ms", max_age="100ms"),
                               "b": script.check("b", interval="200ms", max_age="10s")}})
    host.until_ready()
    threads, descriptors, kills, end = host.threads, host.descriptors_at_rest(), 0, time.monotonic() + SECONDS
    while time.monotonic() < end:
        for pid in workers(host):
            os.kill(pid, signal.SIGKILL)
            kills += 1
        time.sleep(1)
        assert host.ready().checks["b"]["healthy"]
        if kills % 4 == 0:
            assert host.reload()  # or it would be quarantined
    host.reload()
    host.until_ready()
    print(f"{kills} kills: {threads} threads and {descriptors} descriptors before, {host.threads} and {host.descriptors_at_rest()} after")
    until(lambda: not zombies(host) and len(workers(host)) == 1, 5, "one worker, no zombie")
    assert host.threads <= threads + 4
    assert host.descriptors_at_rest() <= descriptors + 2


def test_a_flapping_dependency_changes_what_its_threshold_says(serving, script):
    host = serving({"checks": {"a": script.check("a", interval="200ms", max_age="100ms", failure_threshold=10),
                               "b": script.check("b", interval="50ms", max_age="20ms", failure_threshold=3)}})
    host.until_ready()
    bad, flaps, end = False, 0, time.monotonic() + SECONDS
    while time.monotonic() < end:
        bad, flaps = not bad, flaps + 1
        for key in "ab":
            script.say(key, "fail Flaps" if bad else "pass")
        time.sleep(0.5)
        assert host.live().status == 200
        checks = host.ready().checks
        assert checks["a"]["healthy"]
        assert checks["b"]["healthy"] == (not bad)
        time.sleep(0.5)
    changes = host.log.count('check "b" is unhealthy')
    print(f"{flaps} flaps, {changes} times unhealthy")
    assert abs(changes - flaps / 2) <= 1
    assert 'check "a" is unhealthy' not in host.log
