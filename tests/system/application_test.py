"""Contract 3.1: what the application says of itself, by datagrams and over the admin socket."""
import json
import socket
import subprocess
import sys

import pytest

from .host import ask, until

NOT_LOADED = {"healthy": False, "error": "Embedding model not loaded"}


@pytest.fixture
def host(serving, plugins):
    model = {"checker": "model", "interval": "30ms", "max_age": "10ms", "with": {"source": "app", "key": "embedding"}}
    running = serving({"checks": {"embedding_model": model}}, plugins=[plugins])
    until(lambda: running.ready().checks["embedding_model"] == NOT_LOADED)
    return running


def notify(host, text):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        sender.sendto(text if isinstance(text, bytes) else text.encode(), host.notify)


def say(host, body, key="embedding", method="PUT"):
    return ask(host.admin, f"/admin/state/{key}", method=method, body=body)


def test_it_loads_and_unloads_by_datagram(host):
    assert host.started().status == 503
    notify(host, "MODEL=embedding loaded")
    assert host.until_ready().body == '{"status":"ready","checks":{"embedding_model":{"healthy":true}}}'
    until(lambda: host.started().status == 200)
    notify(host, "MODEL=embedding unloaded")
    assert host.until_ready(503).checks == {"embedding_model": NOT_LOADED}
    assert host.started().status == 200
    assert host.live().status == 200


def test_it_loads_and_unloads_by_request(host):
    assert say(host, "loaded").status == 200
    host.until_ready()
    assert say(host, '{"state":"unloaded"}').status == 200
    host.until_ready(503)
    assert say(host, "true").status == 200
    host.until_ready()
    assert json.loads(say(host, "", method="GET").body) == {"state": "loaded"}


def test_one_datagram_of_many_lines(host):
    notify(host, "STATUS=warming up\nREADY=1\nMODEL=embedding loaded\n")
    host.until_ready()


def test_ready_is_a_key_of_its_own(serving, plugins):
    host = serving({"checks": {"app": {"checker": "model", "interval": "30ms", "max_age": "10ms", "with": {
        "source": "app", "key": "ready", "label": "Application"}}}}, plugins=[plugins])
    until(lambda: host.ready().checks["app"].get("error") == "Application not loaded")
    notify(host, "READY=1")
    host.until_ready()
    notify(host, "STOPPING=1")
    host.until_ready(503)


def test_any_sd_notify_client(host):
    """As a service of systemd's would: the address in $NOTIFY_SOCKET, nothing else."""
    program = ("import os, socket; s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM);"
               "s.connect(os.environ['NOTIFY_SOCKET']); s.sendall(b'MODEL=embedding loaded')")
    subprocess.run([sys.executable, "-c", program], env={"NOTIFY_SOCKET": host.notify}, check=True, timeout=20)
    host.until_ready()


@pytest.mark.parametrize("text", ["", "=", "MODEL", "MODEL=", "MODEL= loaded", "MODEL=other loaded", "MODEL=embedding loading",
                                  "model=embedding loaded", "X=1\n\n\n", b"\xff\x00\xfe", "MODEL=" + "x" * 4000 + " loaded"],
                         ids=repr)
def test_other_words_change_nothing(host, text):
    notify(host, text)
    notify(host, "MODEL=marker loaded")
    until(lambda: say(host, "", "marker", "GET").status == 200)
    assert host.ready().status == 503
    assert host.live().status == 200


def test_a_flood_of_datagrams_holds_up_no_probe(host):
    for number in range(3000):
        notify(host, f"MODEL=key-{number} loaded")
    notify(host, "MODEL=embedding loaded")
    host.until_ready()
    assert host.live().took < 0.5


def test_what_the_admin_socket_refuses(host):
    assert say(host, "perhaps").status == 400
    assert say(host, "{").status == 400
    assert say(host, "loaded", key="").status == 400
    assert say(host, "loaded", key="x" * 200).status == 400
    assert say(host, "loaded", method="POST").status == 405
    assert say(host, "", "nothing-said", "GET").status == 404
    assert host.ready().status == 503


def test_the_network_cannot_speak_for_the_application(host):
    assert host.get("/admin/state/embedding", method="PUT", body="loaded").status in (404, 405)
    assert host.ready().status == 503


def test_a_reload_forgets_nothing_that_was_said(host):
    notify(host, "MODEL=embedding loaded")
    host.until_ready()
    assert host.reload()
    assert all(host.ready().status == 200 for _ in range(20))
