"""Who is compared, each as its documentation would have it run beside one service."""
import contextlib
import json
import os
import pathlib
import subprocess

from .services import nginx

HERE = pathlib.Path(__file__).parent
ALIVE = '{"status":"alive","service":"service"}'


class Contestant:
    live, ready = "/health", "/health/ready"

    def __init__(self, name, setting, launch):
        self.name, self.setting, self.launch = name, setting, launch

    @contextlib.contextmanager
    def running(self, services, directory, port):
        with self.launch(services, pathlib.Path(directory), port) as process:
            yield process


@contextlib.contextmanager
def started(command, environment, **options):
    with subprocess.Popen([str(word) for word in command], env={**os.environ, **environment}, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL, **options) as process:
        try:
            yield process
        finally:
            process.terminate()


def probehost(build):
    def launch(services, directory, port):
        database = services.database
        checks = {"database": {"checker": "postgres", "with": {"host": "127.0.0.1", "port": database.port, "user": database.user,
                                                                "password": database.password, "dbname": database.database}},
                  "redis": {"checker": "redis", "with": {"host": "127.0.0.1", "port": services.redis.port}},
                  "openai": {"checker": "azure-openai", "with": {"endpoint": f"http://127.0.0.1:{services.openai_port}", "api_key": "benchmark"}},
                  "model": {"checker": "model", "with": {"source": "file", "path": str(services.model)}}}
        config = {"server": {"listen": [f"127.0.0.1:{port}"], "drain_delay": "0s"}, "admin": {"listen": f"unix:{directory}/admin.sock"},
                  "plugins": {"path": [str(build / "plugins")]}, "checks": checks}
        (directory / "probehost.yaml").write_text(json.dumps(config), encoding="utf-8")
        return started([build / "bin/probehost", "serve", "--config", directory / "probehost.yaml"], {})
    return Contestant("probehost", "defaults; four checks in the background, those of PostgreSQL, Redis and the model at most a second old, that of the endpoint 30 s", launch)


def fastapi(workers=1):
    def launch(services, _directory, port):
        command = ["/usr/bin/python3", "-m", "uvicorn", "--host", "127.0.0.1", "--port", port, "--loop", "uvloop", "--http", "httptools",
                   "--no-access-log", "--log-level", "error", "--workers", workers, "fastapi_router:app"]
        return started(command, services.environment, cwd=HERE)
    one = "uvicorn, one worker, as FastAPI's documentation has it in a container, uvloop and httptools, redis with hiredis; four checks in the request path, one after another as most write them, each within 2 s"
    return Contestant("FastAPI", one, launch) if workers == 1 else Contestant(f"FastAPI, {workers} workers", "the same with a worker for each processor", launch)


def go(program):
    def launch(services, _directory, port):
        return started([program], {**services.environment, "PORT": str(port)})
    return Contestant("Go health", "alexliesenfeld/health; four periodic checks, 10 s, which its documentation advises for what is expensive", launch)


def terminus(modules):
    def launch(services, _directory, port):
        return started(["node", HERE / "terminus.js"], {**services.environment, "PORT": str(port), "NODE_PATH": str(modules), "NODE_ENV": "production"})
    return Contestant("Node terminus", "@godaddy/terminus, one process; NODE_ENV=production; four checks in the request path, side by side, each within 2 s", launch)


def blackbox():
    def launch(services, directory, port):
        (directory / "blackbox.yml").write_text("modules: {http_2xx: {prober: http, timeout: 2s}}\n", encoding="utf-8")
        command = ["prometheus-blackbox-exporter", f"--config.file={directory}/blackbox.yml", f"--web.listen-address=127.0.0.1:{port}"]
        contestant.ready = f"/probe?module=http_2xx&target=http://127.0.0.1:{services.openai_port}/openai/models"
        return started(command, {})
    contestant = Contestant("blackbox_exporter", "one HTTP probe in the request path", launch)
    contestant.live = "/-/healthy"
    return contestant


def fixed(deferred=False):
    return Contestant("nginx deferred" if deferred else "nginx", f"a master and one worker, no access log, connections kept without limit; a fixed body for both{', `listen ... deferred`' if deferred else ''}: the limit",
                      lambda _services, directory, port: nginx(directory / "nginx", port, ALIVE, "deferred" if deferred else ""))
