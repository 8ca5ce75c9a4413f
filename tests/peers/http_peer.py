"""A small HTTP/1.1 server for the stand-ins, with counters, and faults that can be switched while it runs.

From outside, when it runs as a command: `PUT /_control` with a JSON object sets attributes, for instance
`{"fault": {"status": 429, "headers": {"Retry-After": "7"}}}` or `{"fault": null}`;
`GET /_control` gives the counters."""
import collections
import socket
import threading

from .http_handler import Answer, Fault, Handler, Server
from .peer import HOST, Peer
from .tls import server_context


class HttpPeer(Peer):
    """Subclasses answer in `route(request)`: its `command`, `path`, `query`, `headers`, `body`."""

    controllable = ("fault",)

    def __init__(self, tls=None, client_ca=None):
        super().__init__()
        self.tls = server_context(tls, client_ca) if tls else None
        self.fault = None
        self.connections = 0
        self.requests = collections.Counter()
        self.last_headers = {}
        self._server = self._thread = None
        self.open_sockets = set()

    @property
    def url(self):
        return f"{'https://localhost' if self.tls else f'http://{HOST}'}:{self.port}"

    def route(self, request):
        raise NotImplementedError

    def control(self, values):
        for name, value in values.items():
            if name not in self.controllable:
                raise Answer(400, {"error": f"{name}: not one of {', '.join(self.controllable)}"})
            setattr(self, name, Fault(**value) if name == "fault" and value is not None else value)

    def counters(self):
        return {"connections": self.connections, "requests": dict(self.requests)}

    def _start(self):
        self._server = Server((HOST, self.port), Handler)
        self._server.peer = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def _stop(self):
        if self._thread:
            self._server.shutdown()
            self._thread.join(5)
        if self._server:
            self._server.server_close()
        for sock in list(self.open_sockets):
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        self._server = self._thread = None
