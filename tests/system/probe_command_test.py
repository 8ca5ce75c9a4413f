"""Contract 4, `probehost probe`: for exec probes and the HEALTHCHECK of containers."""
import contextlib
import socket
import threading
import time

import pytest


@contextlib.contextmanager
def server(behave):
    """A server whose every connection is handed to `behave`; gives its URL."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve():
        with contextlib.suppress(OSError):
            while True:
                client, _ = listening.accept()
                threading.Thread(target=attend, args=(client,), daemon=True).start()

    def attend(client):
        with client, contextlib.suppress(OSError):
            behave(client)
    threading.Thread(target=serve, daemon=True).start()
    try:
        yield "http://127.0.0.1:{}".format(listening.getsockname()[1])
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()


def silent(client):
    time.sleep(3)
    client.close()


def trickle(client):
    for byte in b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok":
        client.sendall(bytes([byte]))
        time.sleep(0.1)


def endless(client):
    client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n")
    while True:
        client.sendall(bytes(65536))


def garbage(client):
    client.recv(1000)
    client.sendall(b"\x00\xff not http at all\r\n\r\n")


def answers(status, body="ok", length=None):
    def behave(client):
        client.recv(1000)
        length_field = "" if status.startswith("204") else f"Content-Length: {len(body) if length is None else length}\r\n"
        client.sendall(f"HTTP/1.1 {status}\r\n{length_field}Connection: close\r\n\r\n{body}".encode())
    return behave


@pytest.fixture
def host(serving, script):
    running = serving({"server": {"aliases": {"/readyz": "ready"}},
                       "checks": {"a": script.check("a", "fail Down"), "b": script.check("b")}})
    running.until_logged("is unhealthy")
    return running


def test_each_probe(host):
    for probe, status, said in (("live", 0, "alive"), ("ready", 1, "not_ready"), ("started", 0, "started")):
        done = host.run("probe", probe, "--url", host.url)
        assert done.returncode == status
        assert f'"status":"{said}"' in done.stdout and done.stdout.endswith("}\n")
        assert done.stderr == ""


def test_live_is_the_default(host):
    assert host.run("probe", "--url", host.url).stdout == '{"status":"alive"}\n'
    assert host.run("probe", "--url", host.url + "/").stdout == '{"status":"alive"}\n'


def test_a_url_with_a_path_is_asked_as_it_is(host):
    assert host.run("probe", "--url", host.url + "/readyz").returncode == 1
    assert host.run("probe", "ready", "--url", host.url + "/health").returncode == 0
    assert host.run("probe", "--url", host.url + "/nothing").returncode == 1


def test_nobody_listens(host, configured):
    host.stop()
    start = time.monotonic()
    done = host.run("probe", "--url", host.url)
    assert done.returncode == 1
    assert time.monotonic() - start < 0.5
    assert "Connection refused" in done.stderr and done.stderr.count("\n") == 1


@pytest.mark.parametrize("behave", [silent, trickle])
def test_it_gives_up_before_the_kubelet_does(host, behave):
    with server(behave) as url:
        start = time.monotonic()
        done = host.run("probe", "--url", url)
        assert done.returncode == 1
        assert time.monotonic() - start < 1.1  # a second, and a crowded machine
        assert done.stderr.count("\n") == 1


def test_its_patience_is_a_setting(host):
    with server(silent) as url:
        start = time.monotonic()
        assert host.run("probe", "--url", url, "--timeout", "200").returncode == 1
        assert time.monotonic() - start < 0.6


@pytest.mark.parametrize("behave", [garbage, lambda client: None], ids=["garbage", "closes"])
def test_no_answer_at_all(host, behave):
    with server(behave) as url:
        done = host.run("probe", "--url", url)
        assert done.returncode == 1
        assert done.stderr.strip() and "\x00" not in done.stdout + done.stderr


def test_an_endless_answer(host):
    with server(endless) as url:
        done = host.run("probe", "--url", url, timeout=5)
        assert len(done.stdout) <= 11 * 1024


@pytest.mark.parametrize("status, code", [("200 OK", 0), ("204 No Content", 1), ("302 Found", 1), ("404 Not Found", 1),
                                          ("500 Internal Server Error", 1), ("503 Service Unavailable", 1)])
def test_only_200_is_success(host, status, code):
    with server(answers(status)) as url:
        assert host.run("probe", "--url", url).returncode == code


@pytest.mark.parametrize("status", ["302 Found", "204 No Content", "503 Service Unavailable"])
def test_a_status_without_a_body_is_named(host, status):
    with server(answers(status, "")) as url:
        done = host.run("probe", "--url", url)
        assert (done.returncode, done.stdout, done.stderr) == (1, "", f"probehost probe: HTTP {status[:3]}\n")


def test_an_answer_that_is_cut_short_is_none(host):
    with server(answers("200 OK", "{}\n", 100)) as url:
        done = host.run("probe", "--url", url)
        assert (done.returncode, done.stdout) == (1, "")
        assert "ended before all of it had come" in done.stderr and done.stderr.count("\n") == 1


def test_secrets_of_a_url_are_not_printed(host):
    with server(lambda client: None) as url:
        done = host.run("probe", "--url", url.replace("//", "//user:canary1@") + "/path?token=canary2#canary3")
        assert done.returncode == 1
        assert f"no answer from {url}/path: " in done.stderr and "canary" not in done.stderr


def test_a_draining_host(serving, script):
    host = serving({"server": {"drain_delay": "5s"}, "checks": script.checks("a")})
    host.until_ready()
    assert host.run("probe", "ready", "--url", host.url).returncode == 0
    host.process.terminate()
    host.until_ready(503)
    assert host.run("probe", "ready", "--url", host.url).returncode == 1
    assert host.run("probe", "live", "--url", host.url).returncode == 0
