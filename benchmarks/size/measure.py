"""Measures how large probehost is, and what it costs at rest, with all five checkers connected and with a model alone.

    PYTHONPATH=benchmarks /usr/bin/python3 -P benchmarks/size/measure.py BUILD [SECONDS]

BUILD is a Release build. As root; needs the packages of packaging/packages-peers. Rests for SECONDS, a minute by default. The services
are PostgreSQL, Redis, nginx in Azure OpenAI's place and the stand-in of Service Bus."""
import json
import os
import pathlib
import sys
import tempfile
import time

from side_by_side import contestants, measure
from side_by_side.services import free_port, services

from peers.servicebus_peer import ServiceBusPeer

SETTLED = 5  # seconds after a start


def five(everything, servicebus):
    database = everything.database
    string = f"Endpoint=sb://127.0.0.1:{servicebus.port};UseDevelopmentEmulator=true"
    return {"database": {"checker": "postgres", "with": {"host": "127.0.0.1", "port": database.port, "user": database.user,
                                                         "password": database.password, "dbname": database.database}},
            "redis": {"checker": "redis", "with": {"host": "127.0.0.1", "port": everything.redis.port}},
            "openai": {"checker": "azure-openai", "with": {"endpoint": f"http://127.0.0.1:{everything.openai_port}", "api_key": "benchmark"}},
            "jobs": {"checker": "servicebus", "with": {"connection_string": string, "queue": "full"}},
            "model": model(everything)}


def model(everything):
    return {"checker": "model", "with": {"source": "file", "path": str(everything.model)}}


def measured(build, name, checks, seconds):
    port = free_port()
    with tempfile.TemporaryDirectory() as directory:
        config = {"server": {"listen": [f"127.0.0.1:{port}"], "drain_delay": "0s"}, "admin": {"listen": f"unix:{directory}/admin.sock"},
                  "plugins": {"path": [str(build / "plugins")]}, "checks": checks}
        file = pathlib.Path(directory, "probehost.yaml")
        file.write_text(json.dumps(config), encoding="utf-8")
        began = time.monotonic()
        with contestants.started([build / "bin/probehost", "serve", "--config", file], {}) as process:
            start = measure.until_ok(port, "/health", began)
            ready = measure.until_ok(port, "/health/ready", began)
            at_once = measure.memory_mb(process.pid)
            time.sleep(SETTLED)
            before = measure.exact_cpu_seconds(process.pid)
            time.sleep(seconds)
            rest = (measure.exact_cpu_seconds(process.pid) - before) / seconds * 100
            settled = measure.memory_mb(process.pid)
    print(f"{name:13} /health after {start:.0f} ms, /health/ready after {ready:.0f} ms; resident {at_once['rss']} MB at the start, {settled['rss']} MB "
          f"(proportional {settled['pss']} MB) after {SETTLED + seconds} s; at rest {rest:.3f} % of a core", flush=True)


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    build, seconds = pathlib.Path(sys.argv[1]).resolve(), int(sys.argv[2]) if len(sys.argv) > 2 else 60
    with tempfile.TemporaryDirectory() as directory:
        os.chmod(directory, 0o755)
        with services(directory, free_port) as everything, ServiceBusPeer(queues={"full": 1}) as servicebus:
            measured(build, "five checkers", five(everything, servicebus), seconds)
            measured(build, "a model alone", {"model": model(everything)}, seconds)


if __name__ == "__main__":
    main()
