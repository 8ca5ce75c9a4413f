"""A WebSocket endpoint as Service Bus has it at /$servicebus/websocket, in front of any TCP port of this machine."""
import base64
import hashlib
import socket
import struct
import threading

from .peer import HOST, Peer, bound_socket
from .tls import server_context

GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
PATH = "/$servicebus/websocket"
PROTOCOL = "AMQPWSB10"
BINARY, CLOSE, PING, PONG = 2, 8, 9, 10


class ProtocolBroken(OSError):
    """The client did what RFC 6455 forbids."""


class WebSocketBridge(Peer):
    """`fault` is None, a status that refuses the upgrade, or one of `wrong-accept`, `other-protocol`, `masked`,
    `text`, `close` (instead of the first data). `split` sends data in frames of so many bytes, `pings` a ping
    before each. `pongs`, `binary` and `broken` count; `requested` is the head of the last upgrade."""

    def __init__(self, target, tls, split=None, pings=False):
        super().__init__()
        self.target = target
        self.tls = server_context(tls)
        self.split = split
        self.pings = pings
        self.fault = None
        self.accepted = self.pongs = self.binary = self.broken = 0
        self.requested = ""
        self._listener = self._thread = None
        self._open = set()

    def _start(self):
        self._listener = bound_socket(self.port)
        self._listener.listen(64)
        self._thread = threading.Thread(target=self._accept, args=(self._listener,), daemon=True)
        self._thread.start()

    def _stop(self):
        if self._thread:
            self._listener.shutdown(socket.SHUT_RDWR)
            self._thread.join(5)
            self._listener.close()
        for sock in list(self._open):
            end(sock)
        self._listener = self._thread = None

    def _accept(self, listener):
        while True:
            try:
                raw, _ = listener.accept()
            except OSError:
                return
            self.accepted += 1
            threading.Thread(target=self._serve, args=(raw,), daemon=True).start()

    def _serve(self, raw):
        opened = [raw]
        self._open.add(raw)
        try:
            client = self.tls.wrap_socket(raw, server_side=True)
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            opened.append(client)
            self._open.add(client)
            if self._upgrade(client):
                server = socket.create_connection((HOST, self.target.port), 5)
                server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                server.settimeout(None)
                opened.append(server)
                self._open.add(server)
                self._carry(client, server)
        except ProtocolBroken:
            self.broken += 1
        except OSError:
            pass
        finally:
            self._open -= set(opened)
            for sock in opened:
                sock.close()

    def _upgrade(self, client):
        head = b""
        while b"\r\n\r\n" not in head:
            part = client.recv(1024)
            if not part:
                return False
            head += part
        self.requested = head.decode()
        request, *lines = self.requested.split("\r\n")
        fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        right = request == f"GET {PATH} HTTP/1.1" and fields.get("sec-websocket-protocol") == PROTOCOL \
            and fields.get("upgrade") == "websocket" and len(base64.b64decode(fields["sec-websocket-key"])) == 16
        status = self.fault if isinstance(self.fault, int) else 101 if right else 400
        client.sendall(self._answer(status, fields).encode())
        return status == 101

    def _answer(self, status, fields):
        if status != 101:
            return f"HTTP/1.1 {status} Refused\r\nContent-Length: 0\r\n\r\n"
        key = "wrong" if self.fault == "wrong-accept" else fields["sec-websocket-key"]
        accept = base64.b64encode(hashlib.sha1((key + GUID).encode()).digest()).decode()
        protocol = "mqtt" if self.fault == "other-protocol" else PROTOCOL
        return "HTTP/1.1 101 Switching Protocols\r\nupgrade: WebSocket\r\nconnection: Upgrade\r\n" \
               f"sec-websocket-accept: {accept}\r\nsec-websocket-protocol: {protocol}\r\n\r\n"

    def _carry(self, client, server):
        """Two directions, two threads; whichever ends first ends the other."""
        back = threading.Thread(target=self._answers, args=(client, server), daemon=True)
        back.start()
        try:
            self._requests(client, server)
        finally:
            end(server)
            end(client)
            back.join(5)

    def _requests(self, client, server):
        while frame := read_frame(client):
            opcode, payload = frame
            self.pongs += opcode == PONG
            self.binary += opcode == BINARY
            if opcode == CLOSE:
                return
            if opcode == BINARY:
                server.sendall(payload)

    def _answers(self, client, server):
        try:
            while data := server.recv(65536):
                for part in self._parts(data):
                    if self.pings:
                        client.sendall(frame_of(PING, b"are you there"))
                    client.sendall(self._spoiled(part))
        except OSError:
            pass
        end(client)

    def _parts(self, data):
        size = self.split or len(data)
        return [data[start:start + size] for start in range(0, len(data), size)]

    def _spoiled(self, part):
        if self.fault == "masked":
            return bytes([0x80 | BINARY, 0x80 | 1]) + b"mask" + part[:1]
        if self.fault == "text":
            return frame_of(1, b"hello")
        if self.fault == "close":
            return frame_of(CLOSE, struct.pack(">H", 1011))
        return frame_of(BINARY, part)


def frame_of(opcode, payload):
    length = len(payload)
    if length < 126:
        head = struct.pack(">BB", 0x80 | opcode, length)
    elif length < 65536:
        head = struct.pack(">BBH", 0x80 | opcode, 126, length)
    else:
        head = struct.pack(">BBQ", 0x80 | opcode, 127, length)
    return head + payload


def exactly(client, count):
    data = b""
    while len(data) < count:
        part = client.recv(count - len(data))
        if not part:
            return None
        data += part
    return data


def read_frame(client):
    """(opcode, payload) of a whole, masked frame; None at the end."""
    head = exactly(client, 2)
    if head is None:
        return None
    length = head[1] & 127
    if not head[0] & 0x80 or not head[1] & 0x80:
        raise ProtocolBroken("a frame in pieces or without a mask")
    if length > 125:
        length = int.from_bytes(exactly(client, 2 if length == 126 else 8), "big")
    mask = exactly(client, 4)
    payload = exactly(client, length)
    if mask is None or payload is None:
        return None
    return head[0] & 15, bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload))


def end(sock):
    try:
        sock.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
