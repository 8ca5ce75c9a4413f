"""Contract 2.1: the exact bodies of the three probes."""
import re

import pytest

from .host import until

STARTING = '{"status":"starting","detail":"Service is still initialising"}'
LATENCY = re.compile(r'"latency_ms":(\d+)(\.\d)?(?=[,}])')


def test_all_healthy(serving, script):
    local = script.check("model", checker="scripted-local")
    host = serving({"checks": {**script.checks("database", "redis"), "model": local}})
    ready = host.until_ready()
    assert ready.shape == ('{"status":"ready","checks":{"database":{"healthy":true,"latency_ms":0},'
                           '"redis":{"healthy":true,"latency_ms":0},"model":{"healthy":true}}}')
    assert len(LATENCY.findall(ready.body)) == 2
    assert host.live().body == '{"status":"alive"}'
    assert host.started().body == '{"status":"started"}'
    assert host.live().status == host.started().status == 200


def test_one_failed(serving, script):
    host = serving({"checks": {**script.checks("database", "redis"), "openai": script.check("openai", "fail No key")}})
    until(lambda: "No key" in host.ready().body)
    ready = host.ready()
    assert ready.status == 503
    assert ready.shape == ('{"status":"not_ready","checks":{"database":{"healthy":true,"latency_ms":0},'
                           '"redis":{"healthy":true,"latency_ms":0},"openai":{"healthy":false,"error":"No key"}}}')
    assert (host.live().status, host.live().body) == (200, '{"status":"alive"}')


def test_what_is_not_critical_degrades(serving, script):
    host = serving({"checks": {"redis": script.check("redis", "fail Connection refused", critical=False),
                               "database": script.check("database")}})
    ready = host.until_ready()
    assert ready.shape == ('{"status":"degraded","checks":{"redis":{"healthy":false,"error":"Connection refused",'
                           '"critical":false},"database":{"healthy":true,"latency_ms":0}}}')


def test_what_is_not_critical_says_so_only_when_it_fails(serving, script):
    host = serving({"checks": {"redis": script.check("redis", critical=False)}})
    assert host.until_ready().shape == '{"status":"ready","checks":{"redis":{"healthy":true,"latency_ms":0}}}'


def test_a_warning_degrades(serving, script):
    host = serving({"checks": {"bus": script.check("bus", "warn Throttled")}})
    ready = host.until_ready()
    assert ready.shape == ('{"status":"degraded","checks":{"bus":{"healthy":true,"latency_ms":0,'
                           '"warning":"Throttled"}}}')


def test_a_critical_failure_outweighs_what_degrades(serving, script):
    host = serving({"checks": {"a": script.check("a", "warn Slow"), "b": script.check("b", "fail Gone", critical=False),
                               "c": script.check("c", "fail Down")}})
    until(lambda: "Down" in host.ready().body)
    assert host.ready().shape == ('{"status":"not_ready","checks":{"a":{"healthy":true,"latency_ms":0,"warning":"Slow"},'
                                  '"b":{"healthy":false,"error":"Gone","critical":false},'
                                  '"c":{"healthy":false,"error":"Down"}}}')


def test_service_stands_in_the_live_body_only(serving, script):
    host = serving({"service": "ai-platform", "checks": script.checks("database")})
    host.until_ready()
    assert host.live().body == '{"status":"alive","service":"ai-platform"}'
    assert host.ready().shape == '{"status":"ready","checks":{"database":{"healthy":true,"latency_ms":0}}}'
    assert host.started().body == '{"status":"started"}'


def test_what_a_service_is_called_cannot_break_the_body(serving):
    name = 'a "quoted"\\ name with ünïcode </script>'
    host = serving({"service": name})
    assert host.live().json == {"status": "alive", "service": name}


def test_messages_are_json_whatever_they_hold(serving, script):
    host = serving({"checks": {"a": script.check("a", 'fail "\\\t</script> ü \x01')}})
    until(lambda: "script" in host.ready().body)
    assert host.ready().checks["a"]["error"].startswith('"\\')


def test_no_checks_at_all_are_ready_and_started(serving):
    host = serving({})
    assert host.until_ready().body == '{"status":"ready","checks":{}}'
    until(lambda: host.started().body == '{"status":"started"}')


def test_a_probe_shows_its_own_checks_only(serving, script):
    host = serving({"checks": {"boot": script.check("boot", probes=["started"]), "database": script.check("database")}})
    assert list(host.until_ready().checks) == ["database"]


def test_starting_until_each_check_has_passed_once_then_for_ever_started(serving, script):
    host = serving({"checks": {
        "slow": script.check("slow", "fail Embedding model not loaded", "scripted-local", interval="50ms"),
        "quick": script.check("quick", checker="scripted-local")}})
    until(lambda: "not loaded" in host.ready().body)
    assert (host.started().status, host.started().body) == (503, STARTING)
    assert host.live().body == '{"status":"alive"}'
    script.say("slow", "pass")
    until(lambda: host.started().status == 200)
    script.say("slow", "fail Embedding model not loaded")
    script.say("quick", "fail Gone")
    host.until_ready(503)
    assert (host.started().status, host.started().body) == (200, '{"status":"started"}')


def test_checks_pass_for_startup_one_after_the_other(serving, script):
    host = serving({"checks": {"a": script.check("a", "pass", probes=["started"], interval="30ms"),
                               "b": script.check("b", "fail No", probes=["started"], interval="30ms")}})
    until(lambda: script.runs("a") > 1 and script.runs("b") > 1)
    assert host.started().status == 503
    script.say("a", "fail No")
    script.say("b", "pass")
    until(lambda: host.started().status == 200)


def test_stable_bytes_but_for_latency(serving, script):
    checks = {"z": script.check("z", interval="20ms", max_age="10ms"), "a": script.check("a", interval="20ms", max_age="0"),
              "m": script.check("m", "fail Down", critical=False, interval="20ms")}
    host = serving({"checks": checks})
    until(lambda: "Down" in host.until_ready().body)
    assert len({host.ready().shape for _ in range(100)}) == 1
    assert list(host.ready().checks) == ["z", "a", "m"]


def test_latency_has_one_decimal(serving, script):
    host = serving({"checks": {"a": script.check("a", "sleep 123 pass")}})
    latency = host.until_ready().checks["a"]["latency_ms"]
    assert 123 <= latency < 1000
    assert latency == round(latency, 1)


MANY = [f"check-with-a-rather-long-name-{number:03}" for number in range(500)]


@pytest.mark.parametrize("words, status", [("pass", "ready"), ("fail " + "x" * 150, "not_ready"), ("warn " + "ü" * 70, "degraded")],
                         ids=["pass", "fail", "warn"])
def test_never_10_kib_however_many_checks(serving, script, words, status):
    script.say("default", words)
    host = serving({"checks": script.checks(*MANY, interval="1m", max_age="1m", timeout="30s")})
    ready = until(lambda: all(script.ended(key) for key in MANY) and (answer := host.ready()).json["status"] == status and answer, 20)
    until(lambda: "No result yet" not in host.ready().body)
    assert len(ready.body.encode()) < 10 * 1024
    assert 30 < len(ready.checks) < 500
    assert host.live().body == '{"status":"alive"}'


def test_what_decides_is_shown_even_when_not_all_is(serving, script):
    script.say("default", "warn " + "x" * 100)
    checks = script.checks(*MANY, interval="1m", max_age="1m", timeout="30s")
    checks["minor"] = script.check("minor", "fail Gone", critical=False)
    checks["major"] = script.check("major", "fail Down")
    host = serving({"checks": checks})
    ready = until(lambda: all(script.ended(key) for key in checks) and "Down" in (answer := host.ready()).body and answer, 20)
    assert ready.checks["major"] == {"healthy": False, "error": "Down"}
    assert ready.checks["minor"] == {"healthy": False, "error": "Gone", "critical": False}
    assert len(ready.body.encode()) < 10 * 1024
