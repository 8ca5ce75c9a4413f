"""What every contestant looks at: PostgreSQL, Redis, an endpoint that answers as Azure OpenAI does, a model file."""
import contextlib
import dataclasses
import os
import pathlib
import socket
import subprocess

from peers.postgres import Postgres
from peers.redis import Redis
from system.host import until

MODELS = '{"data":[{"id":"gpt-4o","object":"model"}],"object":"list"}'
NGINX = """daemon off; worker_processes 1; pid {0}/pid; error_log {0}/error.log; events {{ worker_connections 4096; }}
http {{ access_log off; keepalive_requests 100000000; client_body_temp_path {0}/b; proxy_temp_path {0}/p;
  fastcgi_temp_path {0}/f; uwsgi_temp_path {0}/u; scgi_temp_path {0}/s;
  server {{ listen 127.0.0.1:{1} backlog=4096 {3}; location / {{ default_type application/json; return 200 '{2}'; }} }} }}
"""


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@dataclasses.dataclass
class Services:
    database: Postgres
    redis: Redis
    openai_port: int
    model: pathlib.Path

    @property
    def environment(self):
        database = self.database
        return {"DATABASE_URL": f"postgresql://{database.user}:{database.password}@127.0.0.1:{database.port}/{database.database}",
                "REDIS_URL": f"redis://127.0.0.1:{self.redis.port}/0", "OPENAI_URL": f"http://127.0.0.1:{self.openai_port}",
                "MODEL_FILE": str(self.model)}


@contextlib.contextmanager
def nginx(directory, port, body, how=""):
    """One worker that answers a fixed body."""
    directory = pathlib.Path(directory)
    directory.mkdir(exist_ok=True)
    (directory / "nginx.conf").write_text(NGINX.format(directory, port, body, how), encoding="utf-8")
    with subprocess.Popen(["/usr/sbin/nginx", "-c", directory / "nginx.conf", "-e", directory / "error.log"]) as process:
        try:
            yield process
        finally:
            process.terminate()


def safetensors(file):
    header = b'{"t":{"dtype":"U8","shape":[8],"data_offsets":[0,8]}}'
    file.write_bytes(len(header).to_bytes(8, "little") + header + bytes(8))
    return file


@contextlib.contextmanager
def services(directory, free_port):
    with contextlib.ExitStack() as running:
        database = running.enter_context(Postgres(max_connections=100))
        redis = running.enter_context(Redis())
        port = free_port()
        running.enter_context(nginx(os.path.join(directory, "openai"), port, MODELS))
        until(pathlib.Path(directory, "openai", "pid").exists, what="nginx")
        yield Services(database, redis, port, safetensors(pathlib.Path(directory, "model.safetensors")))
