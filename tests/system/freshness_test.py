"""Contract 2.2: what a probe waits for, and that it never waits for long."""
import socket
import threading
import time

import pytest

from .host import read_answer, until

WAIT = 0.8
GRACE = 0.05


def probe_at_once(host, count, path="/health/ready"):
    """Sends `count` requests before it reads the first answer, each on a connection of its own."""
    clients = [socket.create_connection(host.address, 5) for _ in range(count)]
    start = time.monotonic()
    for client in clients:
        client.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    answers = [read_answer(client, start) for client in clients]
    for client in clients:
        client.close()
    return answers


def fastest(host, count=3, path="/health/ready"):
    """Of a few, since a crowded machine may well keep the one who asks from running."""
    return min((host.get(path) for _ in range(count)), key=lambda answer: answer.took)


def test_a_thousand_probes_cause_one_run_of_each_check(serving, script):
    keys = ("database", "redis", "bus")
    host = serving({"checks": script.checks(*keys, interval="0", max_age="30s", words="sleep 700 pass")})
    answers = probe_at_once(host, 1000)
    assert {answer.status for answer in answers} == {200}
    assert len({answer.body for answer in answers}) == 1
    assert {key: script.runs(key) for key in keys} == dict.fromkeys(keys, 1)


def test_probes_join_the_run_under_way(serving, script):
    host = serving({"checks": script.checks("a", interval="0", max_age="0", words="sleep 400 pass")})
    first = threading.Thread(target=host.ready)
    first.start()
    until(lambda: script.runs("a") == 1)
    time.sleep(0.1)
    assert {answer.status for answer in probe_at_once(host, 50)} == {200}
    first.join()
    assert script.runs("a") == 1
    assert script.most_at_once("a") == 1


def test_a_young_result_is_answered_without_a_run(serving, script):
    host = serving({"checks": script.checks("a", interval="0", max_age="30s")})
    host.until_ready()
    before = script.runs("a")
    for _ in range(200):
        assert host.ready().status == 200
    assert script.runs("a") == before
    assert fastest(host).took < GRACE


def test_an_old_result_is_renewed_before_the_answer(serving, script):
    host = serving({"checks": script.checks("a", interval="0", max_age="100ms")})
    host.until_ready()
    time.sleep(0.3)
    script.say("a", "fail Down")
    assert host.ready().checks == {"a": {"healthy": False, "error": "Down"}}


def test_max_age_0_wants_a_new_result_each_time(serving, script):
    host = serving({"checks": script.checks("a", interval="0", max_age="0")})
    host.until_ready()
    before = script.runs("a")
    for _ in range(5):
        assert host.ready().status == 200
    assert script.runs("a") == before + 5


def test_each_check_has_its_own_max_age(serving, script):
    host = serving({"checks": {"old": script.check("old", interval="0", max_age="30s"),
                               "new": script.check("new", interval="0", max_age="0")}})
    for _ in range(4):
        assert host.ready().status == 200
    assert script.runs("old") == 1
    assert script.runs("new") >= 4


def test_the_very_first_probe_waits_for_the_first_results(configured, script):
    host = configured({"checks": script.checks("a", "b", words="sleep 300 pass")}).start()
    answer = host.ready()
    assert answer.status == 200, answer.body
    assert answer.took < WAIT


def test_no_result_yet(serving, script):
    host = serving({"server": {"wait": "100ms"}, "checks": {"a": script.check("a", "sleep 3000 pass", timeout="5s"),
                                                          "b": script.check("b")}})
    answer = host.ready()
    assert answer.status == 503
    assert answer.shape == ('{"status":"not_ready","checks":{"a":{"healthy":false,"error":"No result yet"},'
                            '"b":{"healthy":true,"latency_ms":0}}}')


def test_from_its_first_moment_a_host_names_every_check(configured, script):
    host = configured({"server": {"wait": "0"}, "checks": script.checks(*[f"check-{i}" for i in range(40)],
                                                                       words="sleep 800 pass")}).start()
    answer = host.ready()
    assert answer.status == 503
    assert list(answer.checks.values()) == 40 * [{"healthy": False, "error": "No result yet"}]


def test_wait_0_never_waits(serving, script):
    host = serving({"server": {"wait": "0"}, "checks": script.checks("a", interval="0", max_age="0", words="sleep 900 pass")})
    assert fastest(host).took < GRACE
    until(lambda: host.ready().status == 200)
    assert script.most_at_once("a") == 1


@pytest.mark.slow
@pytest.mark.parametrize("words", ["sleep 60000 pass", "defy 3000 pass"])
@pytest.mark.parametrize("wait", [0.2, WAIT])
def test_what_hangs_holds_no_answer_longer_than_wait(serving, script, words, wait):
    host = serving({"server": {"wait": f"{wait * 1000:.0f}ms"},
                    "checks": {"a": script.check("a", words, timeout="10s", interval="0"), "b": script.check("b")}})
    answer = fastest(host)
    assert answer.status == 503
    assert wait <= answer.took <= wait + GRACE
    assert answer.checks["a"] == {"healthy": False, "error": "No result yet"}
    assert answer.checks["b"]["healthy"]


@pytest.mark.slow
@pytest.mark.parametrize("path, headers", [("?verbose", {}), ("?exclude=b", {}), ("/a", {}), ("/nobody", {}),
                                           ("", {"Accept": "text/plain"}), ("", {"Accept": "application/health+json"})], ids=repr)
def test_so_it_is_in_every_form(serving, script, path, headers):
    host = serving({"server": {"wait": "300ms"}, "checks": {"a": script.check("a", "sleep 20000 pass", timeout="20s"),
                                                            "b": script.check("b")}})
    for _ in range(2):
        assert host.get("/health/ready" + path, headers).took < 0.35


def test_a_hundred_waiting_probes_are_all_answered_in_time(serving, script):
    host = serving({"checks": {"a": script.check("a", "sleep 60000 pass", timeout="10s")}})
    took = sorted(answer.took for answer in probe_at_once(host, 100))
    assert took[0] >= WAIT
    assert took[50] <= WAIT + 2 * GRACE  # the clients take turns, too
    assert host.live().took < 0.5


@pytest.mark.slow
def test_readiness_takes_as_long_as_the_slowest_check(serving, script):
    keys = [f"check-{number}" for number in range(8)]
    host = serving({"checks": script.checks(*keys, interval="0", max_age="0", words="sleep 300 pass")})
    answer = fastest(host)
    assert answer.status == 200
    assert 0.2 < answer.took < 0.6  # a probe that joins runs under way waits for the rest of them only


def test_latest_results_are_shown_while_a_new_one_hangs(serving, script):
    host = serving({"server": {"wait": "100ms"}, "checks": script.checks("a", interval="0", max_age="0", timeout="10s")})
    host.until_ready()
    script.say("a", "sleep 60000 pass")
    for _ in range(3):
        assert host.ready().status == 200


def test_no_result_for_too_long(serving, script):
    host = serving({"server": {"wait": "50ms"},
                    "checks": script.checks("a", interval="0", max_age="0", timeout="30s", stale_after="1s")})
    host.until_ready()
    script.say("a", "sleep 60000 pass")
    answer = host.until_ready(503)
    assert answer.checks == {"a": {"healthy": False, "error": "No result for 1s"}}
    until(lambda: host.ready().checks["a"]["error"] == "No result for 2s", 3)


def test_a_stale_result_is_noticed_without_anybody_asking(serving, script):
    host = serving({"checks": script.checks("a", interval="0", max_age="10m", stale_after="300ms")})
    host.until_ready()
    host.until_logged("ready probe is failing", 3)


def test_interval_0_runs_only_when_asked(serving, script):
    host = serving({"checks": script.checks("a", interval="0", max_age="200ms")})
    host.until_ready()
    before = script.runs("a")
    time.sleep(1)
    assert script.runs("a") == before
    assert host.ready().status == 200
    assert script.runs("a") == before + 1


def test_live_and_started_probes_cause_no_runs_of_ready_checks(serving, script):
    host = serving({"checks": script.checks("a", interval="0", max_age="0")})
    host.until_ready()
    before = script.runs("a")
    for path in ("/health", "/health/started"):
        host.get(path)
    time.sleep(0.2)
    assert script.runs("a") == before


def test_the_background_cadence(serving, script):
    serving({"checks": script.checks("a", interval="100ms")})
    until(lambda: script.runs("a") == 1)
    time.sleep(2)
    assert 12 <= script.runs("a") <= 25
    assert script.most_at_once("a") == 1


def test_checks_of_one_host_do_not_run_in_step(serving, script):
    keys = [f"check-{number}" for number in range(20)]
    serving({"checks": script.checks(*keys, interval="100ms")})
    time.sleep(2.5)
    assert len({script.runs(key) for key in keys}) > 1 or max(script.runs(key) for key in keys) < 20
