"""The quickstart: all five checkers at work, and nothing left behind."""
import glob
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys

import pytest

from peers.process import family

from .host import until

SCRIPT = pathlib.Path(__file__).parent.parent.parent / "config" / "quickstart.py"


def free_address():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return "127.0.0.1:{}".format(server.getsockname()[1])


def left():
    """Directories of temporary files, by whose name a quickstart would be known."""
    return set(glob.glob("/tmp/probehost-*"))


@pytest.fixture
def build(programs, plugins):
    if programs.parent != plugins.parent:
        pytest.skip("programs and plugins are of different builds")
    return programs.parent


@pytest.fixture
def start(build, tmp_path):
    """A quickstart on a free port, and the file with what it says."""
    running = []

    def begin(*options):
        with open(tmp_path / "out", "w", encoding="utf-8") as out:
            process = subprocess.Popen([sys.executable, SCRIPT, build, "--listen", free_address(), *options], stdout=out, stderr=out,
                                       stdin=subprocess.DEVNULL, start_new_session=True)
        running.append(process)
        return process, tmp_path / "out"
    yield begin
    for process in running:
        if process.poll() is None:
            for pid in reversed(family(process.pid)):
                os.kill(pid, signal.SIGKILL)
            process.wait(10)


def statuses(text):
    return re.findall(r"^GET (\S+)  (\d+)$", text, re.MULTILINE)


ALL = [("/health", "200"), ("/health/ready", "200"), ("/health/started", "200")]


def test_once(start):
    process, out = start("--once")
    assert process.wait(60) == 0, out.read_text(encoding="utf-8")
    text = out.read_text(encoding="utf-8")
    assert statuses(text) == ALL
    for name in ("database", "redis", "openai", "servicebus", "embedding_model"):
        assert f'"{name}"' in text


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_takes_everything_with_it(start, number):
    process, out = start()
    until(lambda: "Ctrl-C" in out.read_text(encoding="utf-8"), 60)
    assert statuses(out.read_text(encoding="utf-8")) == ALL
    members = family(process.pid)
    names = [path for path in left() if f"-{process.pid}-" in path]
    assert len(members) > 3 and names
    process.send_signal(number)
    assert process.wait(15) == 0, out.read_text(encoding="utf-8")
    until(lambda: not [pid for pid in members if os.path.exists(f"/proc/{pid}")], 5)
    until(lambda: not [path for path in left() if f"-{process.pid}-" in path], 5)


def test_a_build_that_is_none(tmp_path):
    process = subprocess.run([sys.executable, SCRIPT, tmp_path, "--once", "--listen", free_address()], capture_output=True, text=True,
                             check=False, timeout=60)
    assert process.returncode != 0
    assert "GET" not in process.stdout
