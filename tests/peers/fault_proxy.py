"""A TCP proxy in front of any port of this machine that breaks the conversation in the way it is told to.

Modes, switched at any time with `set`:
  pass         forwards both ways; when the server itself is down, the client is accepted and reset at once
  refuse       nobody listens: connections are refused, open ones are reset
  black_hole   nothing answers a SYN, so connecting hangs; open connections freeze
  silent       accepts, swallows what the client sends, never answers
  drip         the server's answer passes at one byte per `interval` seconds
  reset        after `after` bytes of answer the connection ends with a RST
  close        after `after` bytes of answer the connection ends with a FIN
  stall_after  after `after` bytes of answer nothing more comes
  garbage      random bytes instead of the answer, as many
  huge         to the client's first bytes: `prefix`, then 100 MB of zeros as fast as they are read
Open connections take part: a new mode applies to them from the next byte on, and `after` counts anew. Those
that have swallowed or invented bytes (silent, garbage, huge) are reset at the next switch; frozen and stalled
ones go on where they were. `cut` resets all. When `set` returns, every open connection is in the new mode."""
import errno
import socket
import threading
from typing import NamedTuple

from .fault_connection import FaultConnection
from .peer import HOST, Peer, PeerError, bound_socket, wait_until

MODES = ("pass", "refuse", "black_hole", "silent", "drip", "reset", "close", "stall_after", "garbage", "huge")


class Fault(NamedTuple):
    mode: str = "pass"
    after: int = 0
    interval: float = 0.1
    prefix: bytes = b""


class FaultProxy(Peer):
    """`target` is a port of this machine, or a peer. `accepted` counts connections, `open` those alive."""

    def __init__(self, target):
        super().__init__()
        self.target = target if isinstance(target, int) else target.port
        self.fault = Fault()
        self.accepted = 0
        self._connections = set()
        self._listener = self._thread = None
        self._fillers = []

    @property
    def mode(self):
        return self.fault.mode

    @property
    def open(self):
        return len(self._connections)

    def set(self, mode="pass", **options):
        if mode not in MODES:
            raise PeerError(f"{mode}: not one of {', '.join(MODES)}")
        listening, self.fault = self._listening(), Fault(mode, **options)
        if listening != self._listening():
            self._unlisten()
            self._listen()
        for connection in list(self._connections):
            connection.wake()
        wait_until(lambda: all(one.fault is self.fault for one in list(self._connections)), 5, f"mode {mode}")

    def cut(self):
        """Resets every open connection."""
        connections = list(self._connections)
        for connection in connections:
            connection.cut()
        for connection in connections:
            connection.join()

    def forget(self, connection):
        self._connections.discard(connection)

    def _start(self):
        self._listen()

    def _stop(self):
        self._unlisten()
        self.cut()

    def _listening(self):
        return self.mode if self.mode in ("refuse", "black_hole") else "accept"

    def _listen(self):
        if self.mode == "refuse":
            return
        self._listener = bound_socket(self.port)
        if self.mode == "black_hole":
            self._fill_backlog()
            return
        self._listener.listen(512)
        self._thread = threading.Thread(target=self._accept, args=(self._listener,), daemon=True)
        self._thread.start()

    def _fill_backlog(self):
        """A queue of one that nobody accepts from: once it is full, Linux drops every further SYN."""
        self._listener.listen(0)
        for _ in range(3):
            filler = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            filler.setblocking(False)
            if filler.connect_ex((HOST, self.port)) not in (0, errno.EINPROGRESS):
                raise PeerError("the backlog could not be filled")
            self._fillers.append(filler)

    def _unlisten(self):
        for filler in self._fillers:
            filler.close()
        self._fillers.clear()
        if self._thread:
            # Closing alone would not wake the thread in accept.
            self._listener.shutdown(socket.SHUT_RDWR)
            self._thread.join(5)
            self._thread = None
        if self._listener:
            self._listener.close()
            self._listener = None

    def _accept(self, listener):
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            self.accepted += 1
            connection = FaultConnection(self, client)
            self._connections.add(connection)
            connection.start()
