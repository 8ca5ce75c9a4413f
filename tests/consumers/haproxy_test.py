"""HAProxy in front of two instances, asking each one's probehost: OPTIONS with HTTP/1.0, as is its way, and GET."""
import csv
import io
import socket

import pytest
from system.host import until

pytestmark = pytest.mark.slow

CONFIG = """
global
    stats socket DIR/stats
    maxconn 200
defaults
    mode http
    timeout connect 2s
    timeout client 10s
    timeout server 10s
frontend shop
    bind 127.0.0.1:PORT
    default_backend instances
backend instances
    option httpchk {check}
    default-server inter 100ms fall 2 rise 2 check
    server a 127.0.0.1:{a.app.port} addr 127.0.0.1 port {a.host.address[1]}
    server b 127.0.0.1:{b.app.port} addr 127.0.0.1 port {b.host.address[1]}
"""


@pytest.fixture(params=["/health/ready", "GET /health/ready"], ids=["default", "GET"])
def haproxy(request, consumer, instances):
    a, b = instances
    running = consumer(["haproxy", "-db", "-f", "DIR/config"], CONFIG.format(check=request.param, a=a, b=b))
    until(lambda: states(running) == {"a": "UP", "b": "UP"}, what="both up")
    return running


def servers(haproxy):
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(5)
        client.connect(str(haproxy.dir / "stats"))
        client.sendall(b"show stat\n")
        text = b"".join(iter(lambda: client.recv(65536), b"")).decode()
    rows = csv.DictReader(io.StringIO(text.removeprefix("# ")))
    return {row["svname"]: row for row in rows if row["pxname"] == "instances" and row["svname"] != "BACKEND"}


def states(haproxy):
    return {name: row["status"] for name, row in servers(haproxy).items()}


def asked_from(load, count=20):
    """Whom the next requests came to."""
    start = len(load.answers) + len(load.threads)  # those under way are of before
    until(lambda: len(load.answers) >= start + count, what="more answers")
    return {body for _, body in load.answers[start:]}


def test_a_failing_dependency_takes_the_instance_out_and_back(haproxy, instances, load):
    running = load(haproxy.url)
    assert asked_from(running) == {"a", "b"}
    instances[0].say("fail Database is down")
    until(lambda: states(haproxy) == {"a": "DOWN", "b": "UP"}, what="a is down")
    assert (servers(haproxy)["a"]["check_status"], servers(haproxy)["a"]["check_code"]) == ("L7STS", "503")
    assert asked_from(running) == {"b"}
    instances[0].say("pass")
    until(lambda: states(haproxy) == {"a": "UP", "b": "UP"}, what="a is up")
    until(lambda: asked_from(running) == {"a", "b"}, what="a is asked again")
    assert running.failures == []


def test_a_drain_loses_no_request(haproxy, instances, load):
    running = load(haproxy.url)
    a = instances[0]
    a.drain()
    until(lambda: states(haproxy) == {"a": "DOWN", "b": "UP"}, what="a is down")
    assert a.host.live().status == 200  # it still serves, so that nothing restarts it
    assert asked_from(running) == {"b"}
    a.host.stop()
    a.app.stop()
    assert asked_from(running) == {"b"}
    assert running.failures == []
