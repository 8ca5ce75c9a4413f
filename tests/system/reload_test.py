"""Contract 4, SIGHUP: all or nothing, and no wrong answer meanwhile."""
import contextlib
import signal
import threading

import pytest

from .host import until


@contextlib.contextmanager
def under_load(host, *paths):
    """Asks all the time; what came back lies in the list."""
    answers, over = [], threading.Event()

    def keep_asking(path):
        while not over.is_set():
            answers.append(host.get(path))
    threads = [threading.Thread(target=keep_asking, args=(path,)) for path in paths]
    for thread in threads:
        thread.start()
    try:
        yield answers
    finally:
        over.set()
        for thread in threads:
            thread.join()


def test_checks_come_and_go_in_the_order_of_the_file(serving, script):
    host = serving({"checks": script.checks("a", "b")})
    host.until_ready()
    assert host.reload({"checks": script.checks("c", "a")})
    ready = until(lambda: (answer := host.ready()).status == 200 and list(answer.checks) == ["c", "a"] and answer)
    assert ready.shape == ('{"status":"ready","checks":{"c":{"healthy":true,"latency_ms":0},'
                           '"a":{"healthy":true,"latency_ms":0}}}')
    before = script.runs("b")
    assert host.ready().status == 200
    assert script.runs("b") == before


def test_settings_take_effect(serving, script):
    slow = script.check("slow", "sleep 20000 pass", timeout="30s", interval="0", max_age="0", critical=False)
    host = serving({"service": "one", "server": {"wait": "3s", "aliases": {"/old": "live"}}, "checks": {"slow": slow}})
    assert host.get("/old").json["service"] == "one"
    assert host.reload({"service": "two", "checks": {"slow": slow},
                        "server": {"wait": "100ms", "details": "terse", "token": "token-of-the-test", "aliases": {"/new": "live"}}})
    until(lambda: host.live().json == {"status": "alive", "service": "two"}, 2)
    assert (host.get("/old").status, host.get("/new").status) == (404, 200)
    answer = host.ready()
    assert answer.body == '{"status":"degraded"}'
    assert 0.1 <= answer.took < 2
    assert "slow" in host.get("/health/ready", {"Authorization": "Bearer token-of-the-test"}).checks
    assert host.reload({"checks": {"slow": slow}, "server": {"wait": "100ms", "details": "terse", "token": "another-token"}})
    until(lambda: host.get("/new").status == 404)
    assert host.get("/health/ready", {"Authorization": "Bearer token-of-the-test"}).body == '{"status":"degraded"}'
    assert "slow" in host.get("/health/ready", {"Authorization": "Bearer another-token"}).checks


def test_drain_delay_takes_effect(serving, script):
    host = serving({"server": {"drain_delay": "1m"}, "checks": script.checks("a")})
    assert host.reload({"server": {"drain_delay": "50ms"}, "checks": script.checks("a")})
    host.signal(signal.SIGTERM)
    assert host.wait(3) == 0


BROKEN = {
    "unknown key": ({"cheks": {}}, "cheks"),
    "unknown checker": ({"checks": {"a": {"checker": "scriptd"}}}, "scriptd"),
    "bad setting": ({"checks": {"a": {"checker": "scripted", "with": {"dri": "x", "key": "a"}}}}, "checks.a.with"),
    "refused by the checker": ({"checks": {"a": {"checker": "scripted", "with": {
        "dir": "x", "key": "a", "refuse": "the moon is in the wrong place"}}}}, "the moon is in the wrong place"),
    "missing variable": ({"service": "${PROBEHOST_TEST_NOT_SET}"}, "PROBEHOST_TEST_NOT_SET"),
}


@pytest.mark.parametrize("broken, said", BROKEN.values(), ids=BROKEN)
def test_an_invalid_one_changes_nothing_and_says_why(serving, script, broken, said):
    host = serving({"service": "one", "checks": script.checks("a", "b")})
    before = host.until_ready().shape
    assert not host.reload({"service": "two", "server": {"aliases": {"/new": "live"}}, **broken})
    host.until_logged(said)
    assert host.ready().shape == before
    assert host.live().json["service"] == "one"
    assert host.get("/new").status == 404
    assert script.runs("a") > 0
    assert host.reload({"service": "two", "checks": script.checks("a")})
    until(lambda: host.live().json["service"] == "two")


def test_text_that_is_no_yaml(serving, script):
    host = serving({"checks": script.checks("a")})
    host.until_ready()
    for text in ("", "checks: [", "\0", "checks: {a: {checker: scripted}", "- a\n- b\n"):
        host.file.write_text(text, encoding="utf-8")
        assert not host.reload(), text
        assert host.ready().status == 200
    host.file.unlink()
    assert not host.reload()
    assert host.ready().status == 200


def test_one_bad_check_of_many_keeps_all_the_old_ones(serving, script):
    host = serving({"checks": script.checks("a")})
    host.until_ready()
    checks = script.checks("b", "c")
    assert not host.reload({"checks": {**checks, "d": script.check("d", settings={"refuse": "No"})}})
    assert list(host.ready().checks) == ["a"]
    assert script.runs("b") == script.runs("c") == 0


def test_no_probe_is_answered_wrongly_meanwhile(serving, script):
    first, second = script.checks("a", "b", interval="50ms"), script.checks("b", "c", interval="50ms")
    host = serving({"service": "x", "checks": first})
    host.until_ready()
    with under_load(host, "/health/ready", "/health/started", "/health", "/health/ready") as answers:
        for _ in range(5):
            assert host.reload({"service": "x", "checks": second})
            assert host.reload({"service": "x", "checks": first})
    assert len(answers) > 50
    assert {answer.status for answer in answers} == {200}
    bodies = {answer.shape for answer in answers}
    healthy = '"%s":{"healthy":true,"latency_ms":0}'
    expected = {'{"status":"ready","checks":{' + ",".join(healthy % key for key in keys) + "}}" for keys in ("ab", "bc")}
    assert bodies <= expected | {'{"status":"alive","service":"x"}', '{"status":"started"}'}
    assert max(answer.took for answer in answers) < 1
    assert max(script.most_at_once(key) for key in "abc") == 1


def test_the_latch_of_startup_stays(serving, script):
    host = serving({"checks": {"a": script.check("a", checker="scripted-local")}})
    until(lambda: host.started().status == 200)
    never = script.check("b", "fail No", "scripted-local")
    assert host.reload({"checks": {"b": never}})
    until(lambda: "No" in host.ready().body)
    assert host.started().body == '{"status":"started"}'


def test_a_failure_stays_one_over_a_reload(serving, script):
    host = serving({"checks": script.checks("a", words="fail Down", interval="10s", max_age="30s")})
    host.until_logged("is unhealthy")
    with under_load(host, "/health/ready") as answers:
        assert host.reload()
    assert {answer.status for answer in answers} == {503}


@pytest.mark.parametrize("words", ["hang pass", "defy 1500 pass"])
def test_never_two_runs_of_a_check_at_once_over_a_reload(serving, script, words):
    host = serving({"server": {"wait": "50ms"}, "checks": script.checks("a", "b", interval="100ms", timeout="200ms")})
    host.until_ready()
    script.say("a", words)
    until(lambda: host.ready().checks["a"].get("error") == "Timeout after 200ms")
    for _ in range(3):
        assert host.reload()
    assert host.ready().checks["b"]["healthy"]
    assert host.ready().checks["a"]["error"] == "Timeout after 200ms"
    script.say("a", "pass")
    host.until_ready()
    assert script.most_at_once("a") == 1


def test_what_needs_a_restart_says_so(serving, script):
    host = serving({"checks": script.checks("a")})
    host.until_ready()
    assert host.reload({"server": {"listen": ["127.0.0.1:0", "127.0.0.1:1"]}, "checks": script.checks("a")})
    host.until_logged("server.listen changed")
    assert host.ready().status == 200


def test_what_needs_a_restart_says_so_as_long_as_it_does(serving, script):
    host = serving({"checks": script.checks("a")})
    host.until_ready()
    other = {"server": {"listen": ["127.0.0.1:0", "127.0.0.1:1"]},
             "admin": {"listen": f"unix:{host.dir}/other.sock", "notify": f"unix:{host.dir}/other-notify.sock"}}
    for times in (1, 2):
        assert host.reload({**other, "checks": script.checks("a")})
        for key in ("server.listen", "admin.listen", "admin.notify"):
            host.until_logged(f"{key} changed")
            assert host.log.count(f"{key} changed") == times
    assert host.reload({"checks": script.checks("a")})
    assert host.log.count("changed: this needs a restart") == 6


def test_a_reload_while_it_drains_does_not_end_the_drain(serving, script):
    host = serving({"server": {"drain_delay": "2s"}, "checks": script.checks("a")})
    host.until_ready()
    host.signal(signal.SIGTERM)
    host.until_ready(503)
    host.reload()
    assert host.ready().status == 503
    assert host.wait() == 0


def test_twenty_reloads_leave_nothing_behind(serving, script):
    host = serving({"checks": script.checks(*"abcdefgh", interval="50ms")})
    host.until_ready()

    def belongings():
        """Once every check has run, as a check opens what it is cancelled with for its first run."""
        before = [script.runs(key) for key in "abcdefgh"]
        until(lambda: all(script.runs(key) > runs + 1 for key, runs in zip("abcdefgh", before)))
        return host.threads_at_rest(), host.descriptors_at_rest()
    for _ in range(3):
        assert host.reload()
    threads, descriptors = belongings()
    for _ in range(20):
        assert host.reload()
    host.until_ready()
    now = belongings()
    assert now[1] == descriptors and now[0] <= threads + 16


def test_the_command_tells_what_came_of_it(serving, script):
    host = serving({"checks": script.checks("a")})
    host.configure({"checks": script.checks("a", "b")})
    done = host.run("reload", "--config", host.file)
    assert (done.returncode, done.stdout, done.stderr) == (0, "reloaded\n", "")
    until(lambda: "b" in host.ready().checks)
    host.file.write_text("checks: {a: {checker: nobody}}\nadmin: {listen: 'unix:%s'}\n" % host.admin, encoding="utf-8")
    done = host.run("reload", "--admin", "unix:" + host.admin)
    assert (done.returncode, done.stdout) == (1, "not reloaded: the configuration before stays in force\n")
    assert 'unknown checker "nobody"' in done.stderr
    assert "b" in host.ready().checks


def test_everybody_who_asks_is_told(serving, script):
    host = serving({"checks": script.checks("a")})
    outcomes = []
    threads = [threading.Thread(target=lambda: outcomes.append(host.run("reload", "--config", host.file).returncode)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes == [0] * 8


def test_nobody_is_there_to_reload(configured, script):
    host = configured({"checks": script.checks("a")})
    done = host.run("reload", "--config", host.file)
    assert done.returncode == 1
    assert "is probehost running? When admin.listen was changed, name the former one: --admin unix:PATH" in done.stderr


def test_where_the_configuration_cannot_be_read_its_errors_are_told(configured, script):
    host = configured({"checks": script.checks("a")})
    with open(host.file, "a", encoding="utf-8") as file:
        file.write("\nadmin: [\n")
    done = host.run("reload", "--config", host.file)
    assert (done.returncode, done.stdout) == (1, "")
    assert f"error: {host.file}:" in done.stderr
    assert "with these errors it is not known where probehost listens" in done.stderr
