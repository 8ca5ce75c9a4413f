"""Contract 2.2 and 6: timeouts, runs that ignore them, late results, thresholds, and runs without a verdict."""
import signal
import time

import pytest

from .host import until


def error(host, name="a"):
    return host.ready().checks[name].get("error")


@pytest.mark.parametrize("words", ["sleep 60000 pass", "hang pass"])
@pytest.mark.parametrize("timeout, text", [("150ms", "Timeout after 150ms"), ("1s", "Timeout after 1000ms")])
def test_the_words_of_a_timeout(serving, script, words, timeout, text):
    host = serving({"checks": {"a": script.check("a", words, timeout=timeout), "b": script.check("b")}})
    ready = until(lambda: (answer := host.ready()).checks["a"]["error"] == text and answer)
    assert ready.shape == ('{"status":"not_ready","checks":{"a":{"healthy":false,"error":"%s"},'
                           '"b":{"healthy":true,"latency_ms":0}}}' % text)
    script.say("a", "pass")


def test_operators_see_how_long_a_run_is_stuck(serving, script):
    host = serving({"checks": {"a": script.check("a", "hang pass", timeout="100ms"), "b": script.check("b")}})
    host.until_logged('check "a" is stuck: Timeout after 100ms')
    first = host.get("/health/ready?verbose").checks
    assert first["a"]["stuck_ms"] >= 0
    assert "stuck_ms" not in first["b"]
    until(lambda: host.get("/health/ready?verbose").checks["a"]["stuck_ms"] > first["a"]["stuck_ms"] + 300)
    assert "stuck_ms" not in host.ready().body
    script.say("a", "pass")
    host.until_ready()
    assert "stuck_ms" not in host.get("/health/ready?verbose").body


def test_a_run_that_obeys_its_deadline_is_not_called_stuck(serving, script):
    host = serving({"checks": {"a": script.check("a", "sleep 60000 pass", timeout="100ms", interval="50ms", max_age="20ms"),
                               "b": script.check("b", "hang pass", timeout="100ms")}})
    host.until_logged('check "b" is stuck: Timeout after 100ms, and its run goes on')
    host.until_logged('check "a" is unhealthy: Timeout after 100ms')
    assert 'check "a" is stuck' not in host.log
    script.say("b", "pass")
    host.until_logged('check "b" is no longer stuck')


@pytest.mark.slow
def test_a_run_that_ignores_its_deadline_is_reported_in_time(serving, script):
    host = serving({"checks": {"a": script.check("a", "hang pass", timeout="300ms", interval="0")}})
    answer = host.ready()
    assert answer.checks["a"]["error"] == "Timeout after 300ms"
    assert answer.took < 0.5
    script.say("a", "pass")


def test_the_others_go_on_and_it_comes_back(serving, script):
    keys = [f"other-{number}" for number in range(6)]
    host = serving({"checks": {"a": script.check("a", "hang pass", timeout="100ms", interval="50ms", max_age="50ms"),
                               **script.checks(*keys, interval="50ms", max_age="20ms")}})
    until(lambda: error(host) == "Timeout after 100ms")
    before = {key: script.runs(key) for key in keys}
    time.sleep(0.5)
    assert all(script.runs(key) >= before[key] + 3 for key in keys)
    assert all(host.ready().checks[key]["healthy"] for key in keys)
    assert script.runs("a") == 1  # not started again while it hangs
    host.until_logged('check "a" is stuck')
    script.say("a", "pass")
    host.until_ready()
    until(lambda: script.runs("a") > 3)
    assert script.most_at_once("a") == 1


def test_the_result_of_a_late_run_is_dropped(serving, script):
    host = serving({"checks": script.checks("a", interval="0", max_age="30s", timeout="200ms", words="defy 700 pass")})
    assert error(host) == "Timeout after 200ms"
    until(lambda: script.ended("a") == 1)
    script.say("a", "fail Still down")
    seen = set()
    end = time.monotonic() + 1
    while time.monotonic() < end:
        seen.add(error(host))
    assert seen <= {"Timeout after 200ms", "Still down"}


def test_many_stuck_checks_cost_a_thread_each_and_leave_room_for_the_others(serving, script):
    stuck = [f"stuck-{number}" for number in range(32)]
    host = serving({"checks": {**script.checks(*stuck, words="hang pass", timeout="100ms"),
                               "fine": script.check("fine", interval="30ms", max_age="0")}})
    before = host.threads
    until(lambda: all(error(host, key) == "Timeout after 100ms" for key in stuck))
    until(lambda: all(f'check "{key}" is stuck' in host.log for key in stuck))
    taken = host.threads
    assert taken - before <= 32 + 4  # and some that the others' runs take
    runs = script.runs("fine")
    until(lambda: script.runs("fine") > runs + 50)
    assert host.threads <= taken + 4
    assert host.ready().checks["fine"]["healthy"]
    assert host.live().status == 200
    for key in stuck:
        script.say(key, "pass")
    host.until_ready()
    assert max(script.most_at_once(key) for key in stuck) == 1


def test_ten_thousand_timeouts_leave_nothing(serving, script):
    keys = [f"slow-{number}" for number in range(50)]
    host = serving({"checks": script.checks(*keys, words="sleep 60000 pass", timeout="20ms", interval="20ms", max_age="0")})
    until(lambda: sum(map(script.runs, keys)) > 1000, 30)
    threads, descriptors = host.threads, host.descriptors
    until(lambda: sum(map(script.runs, keys)) > 11000, 120)
    assert host.threads <= threads + 10  # the pool may not have been at its busiest before
    assert host.descriptors <= descriptors + 4


def test_never_two_runs_at_once_whoever_asks(serving, script):
    host = serving({"server": {"wait": "30ms"},
                    "checks": script.checks("a", interval="10ms", max_age="0", timeout="20ms", words="defy 60 pass")})
    until(lambda: host.ready() and script.runs("a") > 15)
    assert script.most_at_once("a") == 1


@pytest.mark.parametrize("words, said", [("none", "Checker gave no verdict"), ("broken on purpose", "Checker failed")])
def test_no_run_without_a_verdict(serving, script, words, said):
    host = serving({"checks": {"a": script.check("a", words)}})
    until(lambda: error(host) == said)
    assert host.ready().status == 503


def test_a_failure_without_words_still_says_something(serving, script):
    host = serving({"checks": {"a": script.check("a", "fail"), "b": script.check("b", "warn")}})
    checks = until(lambda: (found := host.ready().checks)["b"]["healthy"] and found)
    assert checks["a"]["error"]
    assert checks["b"]["warning"]


def test_failure_threshold(serving, script):
    host = serving({"checks": script.checks("a", interval="0", max_age="0", failure_threshold=3)})
    host.until_ready()
    script.say("a", "fail Down")
    assert [host.ready().status for _ in range(4)] == [200, 200, 503, 503]
    script.say("a", "pass")
    assert host.ready().status == 200


def test_a_success_between_starts_the_count_anew(serving, script):
    host = serving({"checks": script.checks("a", interval="0", max_age="0", failure_threshold=2)})
    host.until_ready()
    for _ in range(3):
        script.say("a", "fail Down")
        assert host.ready().status == 200
        script.say("a", "pass")
        assert host.ready().status == 200


def test_success_threshold(serving, script):
    host = serving({"checks": script.checks("a", interval="0", max_age="0", success_threshold=3)})
    assert host.ready().status == 200  # the first success of all counts at once
    script.say("a", "fail Down")
    assert host.ready().status == 503
    script.say("a", "pass")
    answers = [host.ready() for _ in range(4)]
    assert [answer.status for answer in answers] == [503, 503, 200, 200]
    assert answers[0].checks["a"]["error"] == "Down"


def test_timeouts_count_as_failures(serving, script):
    host = serving({"checks": script.checks("a", interval="0", max_age="0", failure_threshold=2, timeout="50ms")})
    host.until_ready()
    script.say("a", "sleep 60000 pass")
    assert host.ready().status == 200
    host.until_ready(503)  # not at once: the run that timed out may take a moment to come back


def test_long_and_broken_words_are_bounded(serving, script):
    script.say("a", "fail " + "x" * 240)
    (script.dir / "b").write_bytes(b"fail \xff\xfe\xc3(")
    host = serving({"checks": script.checks("a", "b")})
    checks = until(lambda: (found := host.ready().checks)["b"].get("error") not in (None, "No result yet") and found)
    assert len(checks["a"]["error"].encode()) <= 200
    assert "\ufffd" in checks["b"]["error"]


@pytest.mark.slow
@pytest.mark.parametrize("isolation", ["thread", "process"])
@pytest.mark.parametrize("words", ["sleep 150 pass", "defy 150 pass"])
def test_a_host_that_was_stopped_blames_no_check(serving, script, isolation, words):
    host = serving({"checks": {"a": script.check("a", words, timeout="400ms", interval="200ms", isolation=isolation)}})
    host.until_ready()
    for _ in range(3):
        runs = script.runs("a")
        until(lambda: script.runs("a") > runs)
        host.signal(signal.SIGSTOP)
        time.sleep(1.2)
        host.signal(signal.SIGCONT)
        runs = script.runs("a")
        until(lambda: script.runs("a") > runs + 1)
    assert "unhealthy" not in host.log
    assert "hung" not in host.log
