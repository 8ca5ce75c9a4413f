"""Contract 2.1: statuses, fields and methods, for every probe and whoever asks."""
import socket

import pytest

from .host import ask, read_answer

PROBES = ["/health", "/health/ready", "/health/started"]
FIELDS = {"Content-Type": "application/json", "Cache-Control": "no-store"}


@pytest.fixture
def host(serving, script):
    running = serving({"checks": script.checks("database"),
                       "server": {"aliases": {"/healthz": "live", "/readyz": "ready", "/livez": "live", "/start": "started"}}})
    running.until_ready()
    return running


@pytest.fixture
def failing(serving, script):
    running = serving({"checks": {"database": script.check("database", "fail Down", "scripted-local",
                                                           probes=["live", "ready", "started"])}})
    running.until_logged("live probe is failing")
    return running


def has_fields(answer):
    lengths = {name.lower(): value for name, value in answer.headers.items()}
    assert lengths["content-length"].isdigit()
    return {name: lengths.get(name.lower()) for name in FIELDS} == FIELDS


@pytest.mark.parametrize("path", PROBES)
def test_fields_of_200(host, path):
    answer = host.get(path)
    assert answer.status == 200
    assert has_fields(answer)
    assert int(answer.headers["Content-Length"]) == len(answer.body.encode())
    assert "Location" not in answer.headers


@pytest.mark.parametrize("path", PROBES)
def test_fields_of_503(failing, path):
    answer = failing.get(path)
    assert answer.status == 503
    assert has_fields(answer)
    assert int(answer.headers["Content-Length"]) == len(answer.body.encode()) > 0


@pytest.mark.parametrize("path", PROBES)
def test_head_is_get_without_the_body(host, failing, path):
    for asked in (host, failing):
        get, head = asked.get(path), asked.get(path, method="HEAD")
        assert head.body == ""
        assert head.status == get.status
        assert head.headers.keys() == get.headers.keys()
        assert abs(int(head.headers["Content-Length"]) - int(get.headers["Content-Length"])) <= 4  # digits of latency


@pytest.mark.parametrize("path", PROBES)
def test_options_has_the_status_of_get(host, failing, path):
    for asked in (host, failing):
        assert asked.get(path, method="OPTIONS").status == asked.get(path).status


def test_haproxy_asks_with_http_1_0_and_nothing_else(host, failing):
    for asked, status in ((host, 200), (failing, 503)):
        with socket.create_connection(asked.address) as client:
            client.sendall(b"OPTIONS /health HTTP/1.0\r\n\r\n")
            assert read_answer(client, 0).status == status


@pytest.mark.parametrize("path", PROBES)
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "TRACE", "BREW"])
def test_other_methods_are_405(host, path, method):
    answer = host.get(path, method=method)
    assert answer.status == 405
    assert {"GET", "HEAD", "OPTIONS"} <= {word.strip() for word in answer.headers["Allow"].split(",")}
    assert list(answer.json) == ["error"]
    assert has_fields(answer)


@pytest.mark.parametrize("path", ["/", "/nothing", "/health/", "/health/nothing", "/healthx", "/HEALTH", "/health/ready/nothing",
                                  "//health", "/health/../health", "/health/ready/", "/readyz/", "/admin/state/x"])
def test_unknown_paths_are_404(host, path):
    answer = host.get(path)
    assert answer.status == 404
    assert list(answer.json) == ["error"]
    assert has_fields(answer)


@pytest.mark.parametrize("version", ["1.0", "1.1"])
@pytest.mark.parametrize("path", PROBES)
def test_both_versions_of_http(host, version, path):
    with socket.create_connection(host.address) as client:
        client.settimeout(5)
        client.sendall(f"GET {path} HTTP/{version}\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        assert read_answer(client, 0).status == 200


def test_http_1_0_closes_and_needs_no_host(host):
    with socket.create_connection(host.address) as client:
        client.settimeout(2)
        client.sendall(b"GET /health HTTP/1.0\r\n\r\n")
        assert read_answer(client, 0).body == '{"status":"alive"}'


def test_a_connection_serves_many_requests(host):
    with socket.create_connection(host.address) as client:
        client.settimeout(5)
        for _ in range(50):
            client.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
            assert client.recv(4096).endswith(b'{"status":"alive"}')


def test_aliases(host):
    for alias, path in (("/healthz", "/health"), ("/livez", "/health"), ("/start", "/health/started")):
        assert (host.get(alias).status, host.get(alias).body) == (200, host.get(path).body)
    assert host.get("/readyz").shape == host.get("/health/ready").shape


def test_an_alias_follows_its_probe(serving, script):
    host = serving({"server": {"aliases": {"/readyz": "ready"}}, "checks": {"a": script.check("a", "fail Down")}})
    host.until_logged("is unhealthy")
    assert (host.get("/readyz").status, host.get("/readyz").body) == (503, host.ready().body)
    assert host.get("/readyz", method="POST").status == 405


def test_queries_and_fields_that_mean_nothing_change_nothing(host):
    for path in ("/health?", "/health?x=1", "/health?a&b=%20"):
        assert host.get(path).body == '{"status":"alive"}'
    for accept in ("*/*", "application/json", "text/html", "image/png;q=0.1"):
        assert host.get("/health", {"Accept": accept}).body == '{"status":"alive"}'


TERSE = {"details": "terse", "token": "s3cret-token-of-the-test"}


def test_terse_hides_checks_from_strangers(serving, script):
    host = serving({"server": TERSE, "checks": {"a": script.check("a"), "b": script.check("b", "fail Down", critical=False)}})
    host.until_ready()
    assert host.ready().body == '{"status":"degraded"}'
    assert host.live().body == '{"status":"alive"}'
    shown = host.get("/health/ready", {"Authorization": "Bearer " + TERSE["token"]})
    assert list(shown.checks) == ["a", "b"]
    for field in ("Bearer wrong", "Bearer ", "Basic " + TERSE["token"], TERSE["token"], "Bearer " + TERSE["token"] + "x",
                  "Bearer " + TERSE["token"][:-1]):
        assert host.get("/health/ready", {"Authorization": field}).body == '{"status":"degraded"}', field


def test_terse_failures_have_the_same_status(serving, script):
    host = serving({"server": TERSE, "checks": {"a": script.check("a", "fail Down", "scripted-local", probes=["live", "ready"])}})
    host.until_logged("live probe is failing")
    bearer = {"Authorization": "Bearer " + TERSE["token"]}
    assert (host.ready().status, host.ready().body) == (503, '{"status":"not_ready"}')
    assert (host.live().status, host.live().body) == (503, '{"status":"not_alive"}')
    assert host.get("/health", bearer).body == '{"status":"not_alive","checks":{"a":{"healthy":false,"error":"Down"}}}'


def test_terse_without_a_token_hides_from_everyone(serving, script):
    host = serving({"server": {"details": "terse"}, "checks": script.checks("a")})
    host.until_ready()
    for field in ("Bearer ", "Bearer", "Bearer x"):
        assert host.get("/health/ready", {"Authorization": field}).body == '{"status":"ready"}'


def test_the_admin_socket_is_private_and_answers_nothing_of_this(host):
    assert (host.dir / "admin.sock").stat().st_mode & 0o777 == 0o600
    assert ask(host.admin, "/nothing").status == 404
