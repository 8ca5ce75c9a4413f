"""What every peer has in common: a port of its own, a start, a stop, and an end with the program."""
import atexit
import functools
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time

HOST = "127.0.0.1"
_started = []


class PeerError(RuntimeError):
    """A peer could not be started or did not do what was asked."""


class Peer:
    """Subclasses set the peer up in `_start` and tear it down in `_stop`; `port` stays over every restart.

    The port is held by a bound socket that never listens: nobody else is given it, and while
    the peer is down a connection to it is refused."""

    def __init__(self):
        self._reservation = None
        self.port = 0
        self.reserve()

    def reserve(self):
        if self._reservation is None:
            self._reservation = bound_socket(self.port)
            self.port = self._reservation.getsockname()[1]

    def start(self):
        if self in _started:
            return self
        self.reserve()
        _started.append(self)
        try:
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self):
        if self in _started:
            _started.remove(self)
            self._stop()
        if self._reservation is not None:
            self._reservation.close()
            self._reservation = None

    def down(self):
        """Nobody listens any more, but the port stays ours; `up` ends that."""
        self._stop()

    def up(self):
        self._start()

    def restart(self):
        self.down()
        self.up()

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()


def bound_socket(port=0):
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind((HOST, port))
    return sock


def server_user():
    """Who runs the servers that refuse root; None when we are not root ourselves."""
    return "postgres" if os.geteuid() == 0 else None


def temp_dir(name, user=None):
    """A private directory with a short path (Unix sockets in it stay under 108 bytes) that `user` owns."""
    start_sweeper()
    path = tempfile.mkdtemp(prefix=f"probehost-{name}-{os.getpid()}-", dir="/tmp")
    give(path, user)
    return path


@functools.cache
def start_sweeper():
    """Its standard input ends when this program does, even by SIGKILL; then it removes what is left on disk.

    It tries again for two seconds, because servers that die with the program may still be writing."""
    left = f"/tmp/probehost-*-{os.getpid()}-*"
    script = f"cat; for n in 1 2 3 4 5 6 7 8 9 10; do ls -d {left} || exit 0; rm -rf {left}; sleep 0.2; done"
    return subprocess.Popen(["sh", "-c", script], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                            stderr=subprocess.DEVNULL, start_new_session=True, cwd="/")


def give(path, user):
    if user is not None:
        account = pwd.getpwnam(user)
        os.chown(path, account.pw_uid, account.pw_gid)


def remove(path):
    shutil.rmtree(path, ignore_errors=True)


def wait_until(condition, timeout, what):
    """Asks every 20 ms; `condition` may raise PeerError to give up early."""
    end = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > end:
            raise PeerError(f"{what}: not within {timeout} s")
        time.sleep(0.02)


def answers(address):
    """True when something accepts at a (host, port) or at the path of a Unix socket."""
    family = socket.AF_UNIX if isinstance(address, str) else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as sock:
        sock.settimeout(1)
        try:
            sock.connect(address)
            return True
        except OSError:
            return False


def run_until_stopped(peer, **facts):
    """A peer run as a command: one JSON line on standard output, then it serves until SIGTERM or SIGINT."""
    def leave(*_):
        raise SystemExit(0)
    signal.signal(signal.SIGTERM, leave)
    signal.signal(signal.SIGINT, leave)
    with peer:
        facts = {name: value() if callable(value) else value for name, value in facts.items()}
        print(json.dumps({"port": peer.port, **facts}), flush=True)
        while True:
            signal.pause()


@atexit.register
def stop_all():
    for peer in reversed(list(_started)):
        peer.stop()
