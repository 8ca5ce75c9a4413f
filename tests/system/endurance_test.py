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


def latenesses(script, key, interval, first):
    """Seconds by which runs came later than the schedule allows, counted from the run before, the first of which is `first`."""
    starts = [int(line.split()[4]) / 1000 for line in script.lines(key) if line.startswith("start")][first:]
    return [after - before - interval * STRETCH for before, after in zip(starts, starts[1:])]


def threads_when_all_run(host, script, keys):
    """As many as it has when these checks run all at once; threads stay for a minute."""
    for key in keys:
        script.say(key, "hang pass")
    until(lambda: all(script.runs(key) > script.ended(key) for key in keys), what="all run")
    for key in keys:
        script.say(key, "pass")
    until(lambda: all(script.runs(key) == script.ended(key) for key in keys), what="none runs")
    return host.threads_at_rest()


@pytest.mark.slow
def test_hung_checks_cost_a_thread_each(serving, script):
    others = [f"other-{number}" for number in range(8)]
    healthy = script.checks(*others, interval="200ms", max_age="10s", timeout="10s")
    hung = {f"hung-{number}": script.check(f"hung-{number}", "hang pass", timeout="200ms", interval="500ms") for number in range(32)}
    without = serving({"checks": healthy})
    before = threads_when_all_run(without, script, others)
    without.stop()
    host = serving({"checks": {**hung, **healthy}})
    until(lambda: host.log.count("is stuck") == len(hung), 20)
    threads, descriptors = threads_when_all_run(host, script, others), host.descriptors_at_rest()
    first = {key: script.runs(key) for key in others}
    most, end = threads, time.monotonic() + SECONDS
    while time.monotonic() < end:
        most = max(most, host.threads)
        assert host.live().status == 200
        time.sleep(0.1)
    late = sorted(seconds for key in others for seconds in latenesses(script, key, 0.2, first[key]))
    p99 = late[int(len(late) * 0.99)]
    print(f"32 hung: {threads} threads, {before} without them, {most} at most; {len(late)} other runs, p99 {p99 * 1000:.0f} ms late, "
          f"at most {late[-1] * 1000:.0f} ms")
    assert threads == before + len(hung)
    assert most <= threads
    assert host.descriptors_at_rest() <= descriptors
    assert p99 < 0.05
    assert late[-1] < 0.25  # of a busy machine
    for key in hung:
        assert script.runs(key) == 1
        script.say(key, "pass")
    host.until_ready()


@pytest.mark.slow
def test_killed_workers_leave_nothing(serving, script):
    host = serving({"checks": {"a": script.check("a", isolation="process", interval="200ms", max_age="100ms", timeout="2s"),
                               "b": script.check("b", interval="200ms", max_age="10s", timeout="2s")}})
    host.until_ready()
    threads, descriptors, kills = threads_when_all_run(host, script, "ab"), host.descriptors_at_rest(), 0
    end = time.monotonic() + SECONDS
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
    until(lambda: not zombies(host) and len(workers(host)) == 1, 5, "one worker, no zombie")
    print(f"{kills} kills: {threads} threads and {descriptors} descriptors before, "
          f"{host.threads_at_rest()} and {host.descriptors_at_rest()} after")
    assert host.descriptors_at_rest() <= descriptors
    until(lambda: host.threads <= threads, 70, "threads that nobody needs end after a minute")


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
