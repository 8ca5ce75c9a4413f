"""A probehost of the test's own: configured, started, asked, told, and stopped."""
import contextlib
import dataclasses
import json
import os
import pathlib
import re
import resource
import signal
import socket
import subprocess
import tempfile
import time


@dataclasses.dataclass
class Answer:
    """What came back, byte for byte. `took` counts seconds from before the connection to the last byte."""
    status: int
    headers: dict
    body: str
    took: float
    version: str

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def checks(self):
        return self.json["checks"]

    @property
    def shape(self):
        """The body with every latency as 0, which is the only thing that may differ between two answers."""
        return re.sub(r'"latency_ms":[0-9.]+', '"latency_ms":0', self.body)


def until(condition, seconds=10, what="it"):
    """The first true value of `condition`, asked every 10 ms."""
    end = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < end, f"not within {seconds} s: {what}"
        time.sleep(0.01)
    return value


def least(look):
    """The least that is seen within a fifth of a second."""
    looks = []
    for _ in range(20):
        looks.append(look())
        time.sleep(0.01)
    return min(looks)


def read_if_there(file):
    """Of a thread that ends meanwhile, nothing."""
    try:
        return file.read_text(encoding="utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return ""


def ask(address, path, method="GET", headers=None, version="1.1", body="", timeout=10):
    """One request on a connection of its own, to a (host, port) or the path of a Unix socket."""
    fields = {"Host": "probe", "Connection": "close", **(headers or {})}
    if body:
        fields["Content-Length"] = str(len(body))
    lines = [f"{method} {path} HTTP/{version}", *(f"{name}: {value}" for name, value in fields.items())]
    start = time.monotonic()
    family = socket.AF_UNIX if isinstance(address, str) else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as client:
        client.settimeout(timeout)
        client.connect(address)
        client.sendall(("\r\n".join(lines) + "\r\n\r\n" + body).encode())
        return read_answer(client, start)


def read_answer(client, start):
    received = b""
    while part := client.recv(65536):
        received += part
    took = time.monotonic() - start
    head, _, content = received.partition(b"\r\n\r\n")
    first, *fields = head.decode().split("\r\n")
    version, status, _ = first.split(" ", 2)
    headers = dict(field.split(": ", 1) for field in fields)
    return Answer(int(status), headers, content.decode(), took, version)


class Host:
    """`config` is what the file says, without the parts that every host of a test needs to be alone."""

    def __init__(self, programs, plugins, config, directory, env=None):
        self.program = programs / "probehost"
        self.dir = pathlib.Path(directory)
        self.file = self.dir / "probehost.yaml"
        self.admin = str(self.dir / "admin.sock")
        self.notify = str(self.dir / "notify.sock")
        self.plugins = [str(path) for path in plugins]
        self.env = env or {}
        self.process = None
        self.address = None
        self.configure(config)

    def configure(self, config):
        server = {"listen": ["127.0.0.1:0"], "drain_delay": "200ms", **config.get("server", {})}
        whole = {"admin": {"listen": "unix:" + self.admin}, "plugins": {"path": self.plugins}, "checks": {},
                 **config, "server": server}
        self.file.write_text(json.dumps(whole, indent=2), encoding="utf-8")

    def run(self, *arguments, timeout=30, **options):
        """Any command with this configuration's environment, to its end."""
        return subprocess.run([self.program, *arguments], capture_output=True, text=True, check=False, timeout=timeout,
                              stdin=subprocess.DEVNULL, env=os.environ | self.env, **options)

    def launch(self):
        with open(self.dir / "log", "ab") as log:
            self.process = subprocess.Popen([self.program, "serve", "--config", self.file], stdin=subprocess.DEVNULL,
                                            stdout=log, stderr=log, env=os.environ | self.env)
        return self

    def start(self):
        self.launch()
        until(self.listening, what="listening")
        return self

    def listening(self):
        assert self.process.poll() is None, self.log
        found = re.search(r"listening on 127\.0\.0\.1:(\d+)", self.log)
        self.address = ("127.0.0.1", int(found[1])) if found else None
        return found

    @property
    def log(self):
        return (self.dir / "log").read_text(encoding="utf-8", errors="replace")

    @property
    def threads(self):
        return len(os.listdir(f"/proc/{self.process.pid}/task"))

    @property
    def thread_names(self):
        names = pathlib.Path(f"/proc/{self.process.pid}/task").glob("*/comm")
        return {name for file in names if (name := read_if_there(file).strip())}

    @property
    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    @property
    def resident(self):
        """Bytes of memory."""
        with open(f"/proc/{self.process.pid}/statm", encoding="ascii") as statm:
            return int(statm.read().split()[1]) * resource.getpagesize()

    def descriptors_at_rest(self):
        """Without those that a client which has just left, or a check that runs, has for a moment."""
        return least(lambda: self.descriptors)

    def threads_at_rest(self):
        """Without those that there are for a moment only."""
        return least(lambda: self.threads)

    @property
    def url(self):
        return "http://{}:{}".format(*self.address)

    def get(self, path, headers=None, **options):
        return ask(self.address, path, headers=headers, **options)

    def ready(self):
        return self.get("/health/ready")

    def live(self):
        return self.get("/health")

    def started(self):
        return self.get("/health/started")

    def until_ready(self, status=200, seconds=10):
        return until(lambda: (answer := self.ready()).status == status and answer, seconds, f"ready is {status}")

    def until_logged(self, text, seconds=10):
        until(lambda: text in self.log, seconds, f"log says {text!r}")

    def signal(self, number):
        self.process.send_signal(number)

    def reload(self, config=None):
        """Until the host has said what came of it; True when the new configuration is in force."""
        if config is not None:
            self.configure(config)
        before = len(self.log)
        self.signal(signal.SIGHUP)
        until(lambda: re.search(r"^(reloaded|error: not reloaded)", self.log[before:], re.MULTILINE), what="reload")
        return "error: not reloaded" not in self.log[before:]

    def wait(self, seconds=10):
        """The exit status."""
        return self.process.wait(seconds)

    def stop(self):
        if self.process is None or self.process.poll() is not None:
            return
        for _ in range(2):  # the second one ends the drain
            self.process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(0.1)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(5)
        self.process.kill()
        self.process.wait(5)


@contextlib.contextmanager
def short_directory():
    """Paths of Unix sockets are short; those that pytest makes are not."""
    with tempfile.TemporaryDirectory(prefix="probehost-system-", dir="/tmp") as path:
        yield pathlib.Path(path)
