"""Runs a command under a name server of ours: one that hangs, knows no name, or knows the names it is given.

    with Resolver("hang") as resolver:
        subprocess.run(resolver.prefix + ["probehost", "serve", ...])

The command gets a mount namespace of its own in which /etc/resolv.conf names a UDP socket on 127.0.53.x;
the names of /etc/hosts, such as localhost, keep working. It needs the right to mount and to bind port 53.
Root on an ordinary machine has it, in a container often not: then `start` raises ResolverUnavailable, for
a test to skip."""
import os
import random
import socket
import struct
import subprocess
import threading

from .peer import PeerError, remove, temp_dir

MODES = ("hang", "nxdomain", "servfail")
CODES = {"servfail": 2, "nxdomain": 3}
TYPES = {1: socket.AF_INET, 28: socket.AF_INET6}
BIND = 'mount --bind "$1" "$(readlink -f /etc/resolv.conf)" && { [ ! -e /etc/nsswitch.conf ] || ' \
       'mount --bind "$2" /etc/nsswitch.conf; } && shift 2 && exec "$@"'


class ResolverUnavailable(PeerError):
    """This machine does not allow it; the text says what was missing."""


class Resolver:
    """`mode` is hang, nxdomain, servfail, or a dict of names to lists of addresses (unknown names: NXDOMAIN);
    it may be exchanged while it runs. `asked` lists the names asked for."""

    def __init__(self, mode="hang"):
        if not isinstance(mode, dict) and mode not in MODES:
            raise PeerError(f"{mode}: not one of {', '.join(MODES)}")
        self.mode = mode
        self.asked = []
        self.prefix = []
        self._dir = self._socket = self._thread = None

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()

    def start(self):
        if self._thread:
            return self
        try:
            self._bind()
            self._write()
            self._thread = threading.Thread(target=self._serve, args=(self._socket,), daemon=True)
            self._thread.start()
            self._try()
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self):
        if self._thread:
            # An empty datagram to itself wakes the thread; a UDP socket has no other way.
            self._socket.sendto(b"", self._socket.getsockname())
            self._thread.join(5)
        if self._socket:
            self._socket.close()
        if self._dir:
            remove(self._dir)
        self._dir = self._socket = self._thread = None

    def _bind(self):
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        for _ in range(20):
            try:
                self._socket.bind((f"127.0.53.{random.randrange(1, 255)}", 53))
                return
            except PermissionError as error:
                raise ResolverUnavailable(f"port 53 may not be bound: {error}") from error
            except OSError:
                continue
        raise ResolverUnavailable("no free address on port 53")

    def _write(self):
        self._dir = temp_dir("dns")
        paths = [f"{self._dir}/resolv.conf", f"{self._dir}/nsswitch.conf"]
        for path, text in zip(paths, (f"nameserver {self._socket.getsockname()[0]}\n", "hosts: files dns\n")):
            with open(path, "w", encoding="ascii") as file:
                file.write(text)
        os.chmod(self._dir, 0o755)
        self.prefix = ["unshare", "--mount", "--propagation", "private", "--", "sh", "-c", BIND, "sh", *paths]

    def _try(self):
        done = subprocess.run(self.prefix + ["true"], capture_output=True, text=True, check=False, timeout=10)
        if done.returncode:
            raise ResolverUnavailable(f"no private mount namespace: {done.stderr.strip()}")

    def _serve(self, sock):
        while True:
            query, client = sock.recvfrom(4096)
            if not query:
                return
            name, kind, question = parse(query)
            self.asked.append(name)
            if self.mode != "hang":
                sock.sendto(self._answer(query[:2], name, kind, question), client)

    def _answer(self, number, name, kind, question):
        names = self.mode if isinstance(self.mode, dict) else {}
        family = TYPES.get(kind)
        packed = [pack(family, address) for address in names.get(name, ())]
        records = [b"\xc0\x0c" + struct.pack(">HHIH", kind, 1, 0, len(data)) + data
                   for data in packed if data]
        code = 0 if name in names else CODES.get(self.mode if isinstance(self.mode, str) else "", 3)
        head = number + struct.pack(">HHHHH", 0x8180 | code, 1, len(records), 0, 0)
        return head + question + b"".join(records)


def pack(family, address):
    """The address as bytes, or None when it is of another family."""
    try:
        return socket.inet_pton(family, address) if family else None
    except OSError:
        return None


def parse(query):
    """The name, type and raw question of a query with one question."""
    labels, at = [], 12
    while query[at]:
        labels.append(query[at + 1:at + 1 + query[at]].decode("ascii", "replace").lower())
        at += 1 + query[at]
    return ".".join(labels), struct.unpack(">H", query[at + 1:at + 3])[0], query[12:at + 5]
