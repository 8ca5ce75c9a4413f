"""How the HTTP stand-ins speak: one thread per connection, the peer's answer or the fault it has to show."""
import json
import os
import socket
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

HUGE = 100_000_000
BLOCK = bytes(65536)


@dataclass
class Fault:
    """What happens to every request instead of its answer. `delay` comes first, whatever follows.

    `mode` is "" (the answer, or `status` with `headers` and `body`), silent, huge (a 100 MB body), garbage
    (not HTTP), drip (the right answer, one byte per 100 ms), reset (a RST instead of an answer) or close
    (in the middle of it)."""
    mode: str = ""
    status: int = 0
    headers: dict = field(default_factory=dict)
    body: str = ""
    delay: float = 0.0


class Answer(Exception):
    """Raised or returned by a route: status, JSON value or bytes, headers."""

    def __init__(self, status, body, headers=None):
        super().__init__(status)
        self.status = status
        self.body = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.headers = {"Content-Type": "application/json", **(headers or {})}


class Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def server_bind(self):
        # The base class looks its own host name up, which may take seconds.
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_name, self.server_port = self.server_address

    def handle_error(self, *_):
        """Clients that go away in the middle are what these peers are for."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def setup(self):
        self.peer = self.server.peer
        self.peer.connections += 1
        if self.peer.tls:
            self.request = self.peer.tls.wrap_socket(self.request, server_side=True,
                                                     do_handshake_on_connect=False)
        self.peer.open_sockets.add(self.request)
        if self.peer.tls:
            self._shake_hands()
        super().setup()

    def _shake_hands(self):
        """In the connection's own thread: a client that stalls here holds nobody else up."""
        try:
            self.request.do_handshake()
        except OSError:
            self.peer.open_sockets.discard(self.request)
            self.request.close()
            raise

    def finish(self):
        super().finish()
        self.peer.open_sockets.discard(self.request)
        self.request.close()

    def log_message(self, *_):
        """Nothing is logged; the counters tell."""

    def do_GET(self):
        parts = urlsplit(self.path)
        self.path, self.query = parts.path, parts.query
        self.body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path == "/_control":
            self._control()
            return
        self.peer.requests[self.path] += 1
        self.peer.last_headers = dict(self.headers)
        self._answer(self.peer.fault or Fault())

    do_POST = do_PUT = do_HEAD = do_GET

    def _control(self):
        try:
            if self.command == "PUT":
                self.peer.control(json.loads(self.body))
            self._send(Answer(200, self.peer.counters()))
        except Answer as refusal:
            self._send(refusal)

    def _answer(self, fault):
        time.sleep(fault.delay)
        if fault.mode:
            self.close_connection = True
            getattr(self, f"_{fault.mode}")()
        elif fault.status:
            self._send(Answer(fault.status, fault.body.encode(), fault.headers))
        else:
            self._send(self._routed())

    def _routed(self):
        try:
            return self.peer.route(self)
        except Answer as answer:
            return answer

    def _bytes(self, answer, length=None):
        head = [f"HTTP/1.1 {answer.status} {self.responses.get(answer.status, ('', ''))[0]}"]
        head += [f"{name}: {value}" for name, value in answer.headers.items()]
        head += [f"Content-Length: {len(answer.body) if length is None else length}", "", ""]
        return "\r\n".join(head).encode() + (b"" if self.command == "HEAD" else answer.body)

    def _send(self, answer):
        self.wfile.write(self._bytes(answer))

    def _silent(self):
        """Until the client gives up, or the peer is stopped."""
        while self.connection.recv(65536):
            pass

    def _huge(self):
        self.wfile.write(self._bytes(Answer(200, b""), HUGE))
        for start in range(0, HUGE, len(BLOCK)):
            self.wfile.write(BLOCK[:HUGE - start])

    def _garbage(self):
        self.wfile.write(os.urandom(512))

    def _drip(self):
        for byte in self._bytes(self._routed()):
            self.wfile.write(bytes([byte]))
            time.sleep(0.1)

    def _reset(self):
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")

    def _close(self):
        data = self._bytes(self._routed())
        self.wfile.write(data[:len(data) // 2])
