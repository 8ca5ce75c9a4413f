"""nginx in front of two probehosts: it asks nobody by itself, but goes on to the next one at a 503 or a refused connection."""
import pytest
from system.host import until

from .instance import ask

pytestmark = pytest.mark.slow

CONFIG = """
daemon off;
master_process off;
pid DIR/pid;
events {{ worker_connections 200; }}
http {{
    access_log off;
    client_body_temp_path DIR/body;
    proxy_temp_path DIR/proxy;
    fastcgi_temp_path DIR/fastcgi;
    uwsgi_temp_path DIR/uwsgi;
    scgi_temp_path DIR/scgi;
    upstream instances {{
        server {a.health} max_fails=1 fail_timeout=1s;
        server {b.health} max_fails=1 fail_timeout=1s;
    }}
    server {{
        listen 127.0.0.1:PORT;
        location / {{
            proxy_pass http://instances;
            proxy_next_upstream error timeout http_503;
            add_header X-Asked $upstream_addr always;
        }}
    }}
}}
"""


@pytest.fixture
def nginx(consumer, instances):
    a, b = instances
    running = consumer(["nginx", "-e", "stderr", "-c", "DIR/config"], CONFIG.format(a=a, b=b))
    running.url += "/health/ready"
    return running


def asked(nginx):
    """Whom nginx asked for one request, in turn."""
    status, body, headers = ask(nginx.url)
    assert status == 200, body
    return headers["X-Asked"].split(", ")


def seen(nginx, count=10):
    return {address for _ in range(count) for address in asked(nginx)}


def test_a_failing_dependency_sends_requests_to_the_next(nginx, instances, load):
    a, b = instances
    assert seen(nginx) == {a.health, b.health}
    running = load(nginx.url)
    a.say("fail Database is down")
    until(lambda: seen(nginx) == {b.health}, what="a is left alone")
    a.say("pass")
    until(lambda: seen(nginx) == {a.health, b.health}, what="a is asked again")
    assert running.failures == []


def test_when_all_fail_the_client_reads_why(nginx, instances):
    for instance in instances:
        instance.say("fail Database is down")
        instance.host.until_ready(503)
    status, body, _ = until(lambda: (answer := ask(nginx.url))[0] == 503 and answer, what="503")
    assert status == 503 and '"error":"Database is down"' in body


def test_a_drain_and_the_end_lose_no_request(nginx, instances, load):
    a, b = instances
    running = load(nginx.url)
    a.drain()
    until(lambda: seen(nginx) == {b.health}, what="a is left alone")
    assert a.host.live().status == 200
    a.host.stop()
    until(lambda: seen(nginx) == {b.health}, what="b is asked")
    assert running.failures == []
