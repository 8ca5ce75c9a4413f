"""The reference behaviours: the five checkers and their real services, over real HTTP."""
import re

import pytest

from peers import model_files, openai, postgres, redis
from peers.servicebus_peer import ServiceBusPeer

from .host import until

HEALTHY = {name: {"healthy": True, "latency_ms": 0} for name in ("database", "redis", "openai", "servicebus")}
BUS = "Endpoint=sb://127.0.0.1:{};SharedAccessKeyName=RootManageSharedAccessKey;SharedAccessKey=SAS_KEY_VALUE;UseDevelopmentEmulator=true"


@pytest.fixture(scope="module")
def peers():
    with postgres.Postgres() as database, redis.Redis(password="secret-of-redis") as cache, openai.OpenAi() as llm, \
            ServiceBusPeer(queues={"jobs": 3}) as bus:
        yield {"database": database, "redis": cache, "openai": llm, "servicebus": bus}


@pytest.fixture
def checks(peers, tmp_path):
    """All five, quick to notice what changes."""
    database, cache, llm, bus = peers.values()
    quick = {"interval": "100ms", "max_age": "50ms"}
    return {
        "database": {"checker": "postgres", **quick, "with": {
            "host": "127.0.0.1", "port": database.port, "dbname": postgres.DATABASE, "user": postgres.USER,
            "password": postgres.PASSWORD}},
        "redis": {"checker": "redis", **quick, "with": {"url": f"redis://127.0.0.1:{cache.port}/0", "password": cache.password}},
        "openai": {"checker": "azure-openai", **quick, "with": {"endpoint": llm.url, "api_key": openai.KEY}},
        "servicebus": {"checker": "servicebus", **quick, "with": {"connection_string": BUS.format(bus.port), "queue": "jobs"}},
        "embedding_model": {"checker": "model", **quick, "with": {
            "source": "file", "path": model_files.write_safetensors(tmp_path / "embed.safetensors"),
            "label": "Embedding model"}}}


@pytest.fixture
def real(serving, plugins):
    def make(checks, **more):
        return serving({"checks": checks, **more}, plugins=[plugins])
    return make


def shown(answer):
    """The checks with their latencies, which are checked to be numbers, as 0."""
    return {name: {key: 0 if key == "latency_ms" and value >= 0 else value for key, value in check.items()}
            for name, check in answer.checks.items()}


def test_all_healthy(real, checks):
    host = real(checks, service="ai-platform")
    assert host.until_ready(seconds=20).shape == (
        '{"status":"ready","checks":{"database":{"healthy":true,"latency_ms":0},"redis":{"healthy":true,"latency_ms":0},'
        '"openai":{"healthy":true,"latency_ms":0},"servicebus":{"healthy":true,"latency_ms":0},'
        '"embedding_model":{"healthy":true}}}')
    assert host.live().body == '{"status":"alive","service":"ai-platform"}'
    assert host.started().body == '{"status":"started"}'


def test_database_refused(real, checks, peers):
    host = real(checks)
    host.until_ready(seconds=20)
    peers["database"].down()
    try:
        until(lambda: host.ready().checks["database"].get("error") == "Connection refused")
        answer = host.ready()
        assert (answer.status, answer.json["status"]) == (503, "not_ready")
        others = {name: check for name, check in shown(answer).items() if name != "database"}
        assert others == {**{name: check for name, check in HEALTHY.items() if name != "database"},
                          "embedding_model": {"healthy": True}}
        assert host.live().status == 200
    finally:
        peers["database"].up()
    host.until_ready(seconds=20)


def test_redis_silent(real, checks, peers):
    host = real(checks, server={"wait": "2s"})
    host.until_ready(seconds=20)
    peers["redis"].pause()
    try:
        answer = until(lambda: (found := host.ready()).status == 503 and found)
        assert shown(answer) == {**HEALTHY, "embedding_model": {"healthy": True},
                                 "redis": {"healthy": False, "error": "Timeout after 1000ms"}}
        assert host.live().status == 200
    finally:
        peers["redis"].resume()
    host.until_ready(seconds=20)


@pytest.mark.parametrize("absent", ["endpoint", "api_key"])
def test_no_openai_credentials(real, checks, absent):
    checks["openai"]["with"][absent] = "${PROBEHOST_TEST_NOT_SET:-}"
    host = real(checks)
    until(lambda: host.ready().checks["openai"].get("error") == "Azure OpenAI credentials not configured", 20)
    until(lambda: host.ready().checks["database"]["healthy"])
    assert (host.ready().status, host.live().status) == (503, 200)


def test_openai_answers_something_else(real, checks, peers):
    host = real({"openai": {**checks["openai"], "with": {**checks["openai"]["with"], "api_key": "wrong"}}})
    answer = until(lambda: (found := host.ready()).checks["openai"].get("error", "No result yet") != "No result yet" and found)
    assert (answer.status, answer.checks["openai"]["error"]) == (503, "HTTP 401 from Azure OpenAI")


def test_nothing_connected_yet(real, checks, peers):
    """A host that starts before its services."""
    for name in ("database", "redis"):
        peers[name].down()
    try:
        host = real({name: checks[name] for name in ("database", "redis")}, server={"wait": "0"})
        seen = until(lambda: (found := shown(host.ready())) and "No result yet" not in str(found) and found)
        for name, check in seen.items():
            assert re.fullmatch("Connection refused|(Pool|Redis) not initialised", check["error"]), name
        assert host.live().status == 200
    finally:
        for name in ("database", "redis"):
            peers[name].up()
    host.until_ready(seconds=20)


def test_a_model_still_loading_and_the_latch(real, checks, tmp_path):
    path = tmp_path / "later.safetensors"
    checks["embedding_model"]["with"]["path"] = str(path)
    host = real(checks)
    until(lambda: host.ready().checks["embedding_model"].get("error") == "Embedding model not loaded", 20)
    assert (host.started().status, host.started().body) == (
        503, '{"status":"starting","detail":"Service is still initialising"}')
    assert host.live().status == 200
    model_files.write_safetensors(path)
    until(lambda: host.started().status == 200)
    host.until_ready(seconds=20)
    path.unlink()
    host.until_ready(503)
    assert host.ready().checks["embedding_model"] == {"healthy": False, "error": "Embedding model not loaded"}
    assert (host.started().status, host.started().body) == (200, '{"status":"started"}')
    assert host.live().status == 200


def test_check_without_a_server(configured, plugins, checks):
    host = configured({"checks": checks}, plugins=[plugins])
    done = host.run("check", "--config", host.file)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert [line.split()[0] for line in done.stdout.splitlines()[1:6]] == list(checks)
