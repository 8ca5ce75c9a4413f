"""A peer that says a line to whoever connects, as the projects of `probehost plugin new` expect it."""
import contextlib
import socketserver
import threading


class Greeter(socketserver.BaseRequestHandler):
    def handle(self):
        self.request.sendall(b"220 ready\r\n")


@contextlib.contextmanager
def greeter():
    """Its port on 127.0.0.1."""
    with socketserver.TCPServer(("127.0.0.1", 0), Greeter) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def unused_port():
    with socketserver.TCPServer(("127.0.0.1", 0), Greeter) as server:
        return server.server_address[1]
