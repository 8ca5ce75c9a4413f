"""A TCP server that says exactly the bytes a test wants, and scripts for what a real Redis says rarely."""
import socket
import threading

from .peer import Peer, bound_socket

HUGE = 100_000_000
REDIS_ANSWERS = {
    "loading": b"-LOADING Redis is loading the dataset in memory\r\n",
    "masterdown": b"-MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.\r\n",
    "misconf": b"-MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to"
               b" disk. Commands that may modify the data set are disabled.\r\n",
    "busy": b"-BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.\r\n",
    "noauth": b"-NOAUTH Authentication required.\r\n",
    "maxclients": b"-ERR max number of clients reached\r\n",
    "garbage": bytes(range(128, 256)) * 8,
    "pong": b"+PONG\r\n",
}


class ScriptedPeer(Peer):
    """`reply` is the bytes for every chunk received, or a function that is called once per connection and
    gives a function from received bytes to bytes or an iterable of bytes; None as an answer closes.
    `greeting` comes first; `tls` is an SSLContext. `reply` may be exchanged while it runs: new connections
    take the new one. `received` keeps what clients sent."""

    def __init__(self, reply=b"", greeting=b"", tls=None):
        super().__init__()
        self.reply = reply
        self.greeting = greeting
        self.tls = tls
        self.received = []
        self.accepted = 0
        self._listener = self._thread = None
        self._clients = set()

    def _start(self):
        self._listener = bound_socket(self.port)
        self._listener.listen(128)
        self._thread = threading.Thread(target=self._accept, args=(self._listener,), daemon=True)
        self._thread.start()

    def _stop(self):
        if self._thread:
            self._listener.shutdown(socket.SHUT_RDWR)
            self._thread.join(5)
            self._listener.close()
        for client in list(self._clients):
            cut(client)
        self._listener = self._thread = None

    def _accept(self, listener):
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            self.accepted += 1
            self._clients.add(client)
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, raw):
        client = raw
        try:
            if self.tls:
                client = self.tls.wrap_socket(raw, server_side=True)
                self._clients.add(client)
            self._converse(client)
        except OSError:
            pass
        finally:
            self._clients -= {raw, client}
            client.close()

    def _converse(self, client):
        answer = self.reply() if callable(self.reply) else lambda _: self.reply
        client.sendall(self.greeting)
        while data := client.recv(65536):
            self.received.append(data)
            said = answer(data)
            if said is None:
                return
            for part in [said] if isinstance(said, bytes) else said:
                client.sendall(part)


def cut(client):
    try:
        client.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass


def redis_script(answers, otherwise=b"+OK\r\n"):
    """Answers each command of a pipeline by its name: `redis_script({"PING": REDIS_ANSWERS["loading"]})`.
    A value may be a function that gives an iterable, such as `huge_bulk`."""
    def connection():
        buffer = bytearray()

        def answer(data):
            buffer.extend(data)
            while (command := take_command(buffer)) is not None:
                said = answers.get(command, otherwise)
                yield from [said] if isinstance(said, bytes) else said()
        return answer
    return connection


def take_command(buffer):
    """Removes one complete RESP array of bulk strings from the buffer and gives its first word, or None."""
    lines = bytes(buffer).split(b"\r\n")
    if not lines[0].startswith(b"*") or len(lines) < 2 + 2 * int(lines[0][1:]):
        return None
    size = sum(len(line) + 2 for line in lines[:1 + 2 * int(lines[0][1:])])
    del buffer[:size]
    return lines[2].decode().upper()


def huge_bulk(size=HUGE):
    """A bulk string of 100 MB, as fast as it is read."""
    yield b"$%d\r\n" % size
    block = b"x" * 65536
    for start in range(0, size, len(block)):
        yield block[:size - start]
    yield b"\r\n"
