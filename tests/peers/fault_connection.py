"""One client of the fault proxy: a thread that moves its bytes and breaks them as the proxy's mode says."""
import os
import select
import socket
import struct
import threading
import time

from .peer import HOST

HUGE = 100_000_000
BLOCK = 65536


def reset(sock):
    """SO_LINGER 0 makes close send a RST."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


class FaultConnection:
    """`spoiled` says that bytes were swallowed or invented, so that the conversation cannot go on."""

    def __init__(self, proxy, client):
        self.proxy = proxy
        self.fault = proxy.fault
        self.client = client
        self.server = None
        self.to_server = bytearray()
        self.to_client = bytearray()
        self.sent = self.huge_left = 0
        self.next_drip = 0.0
        self.huge_begun = self.spoiled = self.ended = self.cut_wanted = self.server_ended = False
        self._wake_in, self._wake_out = socket.socketpair()
        self._nonblocking(client)
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self):
        self._thread.start()

    def wake(self):
        try:
            self._wake_in.send(b"w")
        except OSError:
            pass

    def cut(self):
        self.cut_wanted = True
        self.wake()

    def join(self):
        self._thread.join(5)

    def _run(self):
        abruptly = True
        try:
            while not self._has_to_go():
                self._step()
                if self._is_over():
                    abruptly = self.fault.mode == "reset"
                    break
        except OSError:
            pass
        self._end(abruptly)

    def _end(self, abruptly):
        if self.server:
            self.server.close()
        reset(self.client) if abruptly else self.client.close()
        self.proxy.forget(self)
        self._wake_in.close()
        self._wake_out.close()

    def _has_to_go(self):
        """Takes over the proxy's new fault; a spoiled conversation does not survive that."""
        if self.fault is not self.proxy.fault:
            if self.spoiled or self.proxy.fault.mode == "refuse":
                return True
            self.sent = 0
            self.fault = self.proxy.fault
        return self.cut_wanted

    def _is_over(self):
        fault = self.fault
        if self.ended:
            return True
        if fault.mode in ("reset", "close"):
            return self.sent >= fault.after and bool(self.to_client or self.sent)
        if fault.mode == "huge":
            return self.huge_begun and not self.huge_left and not self.to_client
        return self.server_ended and not self.to_client and fault.mode not in ("silent", "black_hole")

    def _step(self):
        if self.server is None and self.fault.mode not in ("silent", "huge", "black_hole"):
            self._connect()
        poll = select.poll()
        poll.register(self._wake_out, select.POLLIN)
        if self.fault.mode != "black_hole":
            self._register(poll)
        ready = dict(poll.poll(self._patience()))
        if self._wake_out.fileno() in ready:
            self._wake_out.recv(BLOCK)
            return
        self._move(self.client, ready, self._from_client, self._drain_to_client)
        if self.server and not self.ended:
            self._move(self.server, ready, self._from_server, self._drain_to_server)

    def _register(self, poll):
        reading = select.POLLIN if len(self.to_server) < BLOCK else select.POLLRDHUP
        writing = select.POLLOUT if self._allowance() else 0
        poll.register(self.client, reading | writing)
        if self.server and not self.server_ended:
            reading = select.POLLIN if len(self.to_client) < BLOCK else 0
            poll.register(self.server, reading | (select.POLLOUT if self.to_server else 0))

    def _patience(self):
        if self.fault.mode == "drip" and self.to_client:
            return max(0, (self.next_drip - time.monotonic()) * 1000)
        return None

    def _move(self, sock, ready, receive, drain):
        events = ready.get(sock.fileno(), 0)
        if events & select.POLLOUT:
            drain()
        if events & (select.POLLIN | select.POLLHUP | select.POLLERR | select.POLLRDHUP):
            receive(sock.recv(BLOCK))

    def _from_client(self, data):
        if not data:
            self.ended = True
        elif self.fault.mode in ("silent", "huge"):
            self.spoiled = True
            self._begin_huge()
        else:
            self.to_server += data

    def _begin_huge(self):
        if self.fault.mode == "huge" and not self.huge_begun:
            self.huge_begun = True
            self.huge_left = HUGE
            self.to_client[:] = self.fault.prefix

    def _from_server(self, data):
        self.server_ended = not data
        if self.fault.mode in ("silent", "huge"):
            self.spoiled = self.spoiled or bool(data)
        elif self.fault.mode == "garbage":
            self.spoiled = True
            self.to_client += os.urandom(len(data))
        else:
            self.to_client += data

    def _allowance(self):
        """How many bytes of the answer may go to the client now."""
        fault = self.fault
        if fault.mode == "huge" and not self.to_client and self.huge_left:
            self.to_client += bytes(min(BLOCK, self.huge_left))
            self.huge_left -= len(self.to_client)
        if fault.mode == "drip":
            return 1 if self.to_client and time.monotonic() >= self.next_drip else 0
        if fault.mode in ("reset", "close", "stall_after"):
            return min(len(self.to_client), max(0, fault.after - self.sent))
        return 0 if fault.mode == "silent" else len(self.to_client)

    def _drain_to_client(self):
        sent = self.client.send(self.to_client[:self._allowance()])
        del self.to_client[:sent]
        self.sent += sent
        self.next_drip = time.monotonic() + self.fault.interval

    def _drain_to_server(self):
        del self.to_server[:self.server.send(self.to_server)]

    def _connect(self):
        self.server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._nonblocking(self.server)
        self.server.connect_ex((HOST, self.proxy.target))

    @staticmethod
    def _nonblocking(sock):
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
