"""The listening side: accepts connections, counts, and runs in the caller's event loop or in a thread."""

import asyncio
import json
import secrets
import socket
import ssl
import sys
import threading

from .connection import Connection
from .control import Control
from .entities import Namespace
from .faults import Faults
from .options import Options

COUNTERS = (
    "connections_total", "connections_open", "tls_handshakes", "tls_failures", "sessions_total",
    "sessions_open", "links_total", "links_open", "attaches_refused", "put_tokens", "put_tokens_refused",
    "requests", "peeks", "receiver_credits", "messages_locked", "messages_consumed", "warnings")


class Held(asyncio.Protocol):
    """A client that was accepted and never gets a byte."""

    def __init__(self, peer):
        self.peer = peer

    def connection_made(self, transport):
        self.transport = transport
        self.peer.joined(self)

    def connection_lost(self, _error):
        self.peer.left(self)


class Peer:
    """The stand-in; every method runs on its event loop's thread."""

    def __init__(self, options):
        self.options = options
        self.namespace = Namespace(options)
        self.faults = Faults(options.faults)
        self.counters = dict.fromkeys(COUNTERS, 0)
        self.seen = {}
        self.connections = []
        self.container_id = f"{secrets.token_hex(16)}_G0"
        self.tls = self.tls_context() if options.tls_cert else None
        self.listener = None
        self.port = 0

    def tls_context(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(self.options.tls_cert, self.options.tls_key or None)
        context.sni_callback = lambda _socket, name, _context: self.seen.update(sni=name)
        return context

    async def start(self):
        """Listens; `port` is the one taken."""
        self.loop = asyncio.get_running_loop()
        family = socket.AF_INET6 if ":" in self.options.host else socket.AF_INET
        address = (self.options.host, self.options.port)
        self.listener = socket.create_server(address, family=family, backlog=256)
        self.listener.setblocking(False)
        self.port = self.listener.getsockname()[1]
        self.accepting = self.loop.create_task(self.accept())
        self.control = Control(self)
        await self.control.start(self.options.control)

    async def accept(self):
        while True:
            client, _ = await self.loop.sock_accept(self.listener)
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.count("connections_total")
            self.loop.create_task(self.greet(client))

    async def greet(self, client):
        fault = self.faults.take("accept")
        try:
            if fault is None:
                await self.loop.connect_accepted_socket(lambda: Connection(self), client, ssl=self.tls,
                                                         **self.tls_limits())
            elif fault.kind == "silent":
                await self.loop.connect_accepted_socket(lambda: Held(self), client)
            else:
                client.close()
        except (OSError, ssl.SSLError):
            self.count("tls_failures")

    def tls_limits(self):
        """A client that does not end TLS politely is not waited for."""
        return {"ssl_shutdown_timeout": 2} if self.tls else {}

    def stop(self):
        self.accepting.cancel()
        self.control.stop()
        self.listener.close()
        for connection in list(self.connections):
            connection.transport.abort()

    def joined(self, connection):
        self.connections.append(connection)
        self.count("connections_open")
        cipher = connection.transport.get_extra_info("cipher")
        if cipher:
            self.count("tls_handshakes")
            self.seen.update(tls=connection.transport.get_extra_info("ssl_object").version())

    def left(self, connection):
        if connection in self.connections:
            self.connections.remove(connection)
            self.count("connections_open", by=-1)

    def count(self, *names, by=1):
        for name in names:
            self.counters[name] += by

    def warn(self, text):
        self.count("warnings")
        print(f"servicebus peer: {text}", file=sys.stderr, flush=True)


class ServiceBusPeer:
    """The stand-in in a thread of its own: `with ServiceBusPeer(queues={"orders": 3}) as peer: peer.port`.

    It can be started again after a stop, on the port it had."""

    def __init__(self, **options):
        self.options = Options(**options)
        self.port = 0

    def start(self):
        self.ready = threading.Event()
        self.failure = None
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()
        self.ready.wait(10)
        if self.failure:
            raise self.failure
        self.port = self.options.port = self.peer.port
        return self

    def stop(self):
        self.peer.loop.call_soon_threadsafe(self.done.set)
        self.thread.join(10)

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()

    def run(self):
        try:
            asyncio.run(self.serve())
        except Exception as error:
            self.failure = error
        finally:
            self.ready.set()

    async def serve(self):
        self.done = asyncio.Event()
        self.peer = Peer(self.options)
        await self.peer.start()
        self.ready.set()
        await self.done.wait()
        self.peer.stop()

    def command(self, line):
        """One control command; returns its answer."""
        async def obey():
            return self.peer.control.obey(line)
        return asyncio.run_coroutine_threadsafe(obey(), self.peer.loop).result(10)

    def counters(self):
        return json.loads(self.command("counters"))

    def seen(self):
        return json.loads(self.command("seen"))
