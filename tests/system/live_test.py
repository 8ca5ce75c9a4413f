"""Contract 2.1, liveness: it asks nothing of any dependency, and fails only for what is local."""
from .host import until


def test_alive_whatever_the_dependencies_do(serving, script):
    host = serving({"checks": {"a": script.check("a", "fail Down"), "b": script.check("b", "defy 3000 pass", timeout="100ms"),
                               "c": script.check("c", "sleep 5000 pass")}})
    for _ in range(20):
        live = host.live()
        assert (live.status, live.body) == (200, '{"status":"alive"}')
    assert host.started().status == 200


def test_probes_of_the_host_never_wait(serving, script):
    host = serving({"server": {"wait": "5s"}, "checks": {"a": script.check(
        "a", "sleep 4000 pass", "scripted-local", probes=["live", "ready", "started"], timeout="4500ms", max_age="0")}})
    assert min(host.live().took for _ in range(3)) < 0.5
    assert min(host.started().took for _ in range(3)) < 0.5
    assert host.started().status == 503
    assert host.live().status == 200  # no result is no reason for a restart


def test_a_local_check_on_live(serving, script):
    host = serving({"service": "platform", "checks": {
        "heartbeat": script.check("heartbeat", checker="scripted-local", probes=["live"], interval="30ms"),
        "database": script.check("database")}})
    assert host.until_ready().shape == '{"status":"ready","checks":{"database":{"healthy":true,"latency_ms":0}}}'
    assert host.live().body == '{"status":"alive","service":"platform"}'
    script.say("heartbeat", "fail No sign of life")
    live = until(lambda: (answer := host.live()).status == 503 and answer)
    assert live.body == ('{"status":"not_alive","service":"platform",'
                         '"checks":{"heartbeat":{"healthy":false,"error":"No sign of life"}}}')
    assert host.ready().status == 200
    script.say("heartbeat", "pass")
    until(lambda: host.live().status == 200)


def test_what_is_not_critical_on_live_kills_nobody(serving, script):
    host = serving({"checks": {"heartbeat": script.check("heartbeat", "fail No", "scripted-local", probes=["live"],
                                                         critical=False, interval="30ms")}})
    until(lambda: script.ended("heartbeat") > 2)
    assert host.live().body == '{"status":"alive"}'


def test_something_outside_on_live_is_a_configuration_error(configured, script):
    host = configured({"checks": {"database": script.check("database", probes=["live"])}})
    done = host.run("validate", "--config", host.file)
    assert done.returncode == 78
    assert "checks.database.probes" in done.stderr
    assert "force_live" in done.stderr


def test_unless_the_operator_insists(serving, script):
    host = serving({"checks": {"database": script.check("database", "fail Down", probes=["live"], force_live=True)}})
    live = until(lambda: (answer := host.live()).status == 503 and answer)
    assert live.body == '{"status":"not_alive","checks":{"database":{"healthy":false,"error":"Down"}}}'
