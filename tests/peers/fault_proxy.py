"""A TCP proxy in front of any port of this machine that breaks the conversation in the way it is told to.

Modes, switched at any time with `set`:
  pass         forwards both ways
  refuse       nobody listens: connections are refused, open ones are reset
  black_hole   nothing answers a SYN, so connecting hangs; open connections freeze
  silent       accepts, swallows what the client sends, never answers
  drip         the server's answer passes at one byte per `interval` seconds
  reset        after `after` bytes of answer the connection ends with a RST
  close        after `after` bytes of answer the connection ends with a FIN
  stall_after  after `after` bytes of answer nothing more comes
  garbage      random bytes instead of the answer, as many
  huge         to the client's first bytes: `prefix`, then 100 MB, as fast as they are read, then the end
Open connections take part: a new mode applies to them from the next byte on, and `after` counts anew. Those that have
lost bytes (silent, garbage, huge, an answer cut short) are reset at the next switch; frozen ones go on where they were.
`cut` resets all of them."""
import errno
import os
import select
import socket
import struct
import threading

from .peer import HOST, Peer, bound_socket

MODES = ("pass", "refuse", "black_hole", "silent", "drip", "reset", "close", "stall_after", "garbage", "huge")
HUGE = 100_000_000
BLOCK = 65536


def reset(sock):
    """SO_LINGER 0 makes close send a RST; shutdown first would send a FIN."""
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    except OSError:
        pass
    sock.close()


class Connection:
    """One client and its own connection to the server, moved by one thread; `wake` makes the thread look again."""

    def __init__(self, proxy, client):
        self.proxy = proxy
        self.client = client
        self.server = None
        self.held = bytearray()
        self.sent = 0
        self.spoiled = self.ended = self.server_ended = False
        self._wake_in, self._wake_out = socket.socketpair()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def switch(self):
        self.sent = 0
        if self.spoiled or self.proxy.mode == "refuse":
            self.cut()
        self.wake()

    def wake(self):
        try:
            self._wake_in.send(b"w")
        except OSError:
            pass

    def cut(self):
        """Ends the thread, wherever it blocks: it resets the client itself, so that nobody else closes under it."""
        self.ended = True
        if self.proxy.mode == "huge" or self.spoiled:
            # A thread that is writing to a client that does not read needs this to come back.
            self.client.setblocking(False)
        self.wake()

    def join(self):
        self._thread.join(5)

    def _run(self):
        try:
            while not self.ended:
                self._step()
        except OSError:
            pass
        for sock in filter(None, (self.client, self.server)):
            reset(sock)
        self._wake_in.close()
        self._wake_out.close()
        self.proxy.forget(self)
