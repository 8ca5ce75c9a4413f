"""A name server on a port of its own, over UDP and TCP, with records of any type and every way to go wrong."""
import ipaddress
import os
import socket
import struct
import threading

from peers.peer import HOST, PeerError

TYPES = {"A": 1, "NS": 2, "CNAME": 5, "PTR": 12, "MX": 15, "TXT": 16, "AAAA": 28, "SRV": 33}
CODES = {"servfail": 2, "refused": 5}
TRUNCATED = 0x0200


def domain(name):
    return b"".join(bytes([len(label)]) + label.encode() for label in name.rstrip(".").split(".")) + b"\0"


def rdata(kind, value):
    if kind in ("A", "AAAA"):
        return ipaddress.ip_address(value).packed
    if kind == "TXT":
        parts = [value[start:start + 255].encode() for start in range(0, len(value), 255)]
        return b"".join(bytes([len(part)]) + part for part in parts)
    *numbers, name = value.split(" ")
    return b"".join(struct.pack(">H", int(number)) for number in numbers) + domain(name)


class NameServer:
    """`records` maps (name, type) to values; other names do not exist. `mode` may be exchanged while it runs:
    answer, hang, servfail, refused, garbage, truncated (whoever wants more comes by TCP), cut_short (records
    that promise more than they hold), foreign (answers to a question that nobody asked), or drip (truncated, and
    by TCP one byte per 100 ms)."""

    def __init__(self, records, mode="answer"):
        self.records = records
        self.mode = mode
        self.asked = []
        self._stop = threading.Event()

    def __enter__(self):
        for _ in range(50):
            self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self._udp.bind((HOST, 0))
            self._tcp = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            try:
                self._tcp.bind(self._udp.getsockname())
                break
            except OSError:
                self._udp.close()
                self._tcp.close()
        else:
            raise PeerError("no port that is free for UDP and TCP")
        self.port = self._udp.getsockname()[1]
        self._tcp.listen(16)
        self._threads = [threading.Thread(target=serve, daemon=True) for serve in (self._serve_udp, self._serve_tcp)]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._udp.sendto(b"", self._udp.getsockname())
        self._tcp.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)
        self._udp.close()
        self._tcp.close()

    @property
    def address(self):
        return f"{HOST}:{self.port}"

    def _serve_udp(self):
        while not self._stop.is_set():
            query, client = self._udp.recvfrom(4096)
            if query and self.mode != "hang":
                self._udp.sendto(self._answer(query, self.mode in ("truncated", "drip")), client)

    def _serve_tcp(self):
        while True:
            try:
                client, _ = self._tcp.accept()
            except OSError:
                return
            with client:
                query = client.recv(4096)[2:]
                answer = self._answer(query, False) if query else b""
                self._send(client, struct.pack(">H", len(answer)) + answer)

    def _send(self, client, data):
        try:
            if self.mode != "drip":
                client.sendall(data)
                return
            for byte in data:
                client.sendall(bytes([byte]))
                if self._stop.wait(0.1):
                    return
        except OSError:
            pass

    def _answer(self, query, truncated):
        if self.mode == "garbage":
            return query[:2] + os.urandom(100)
        end = query.index(b"\0", 12) + 5
        question, number = query[12:end], struct.unpack(">H", query[end - 4:end - 2])[0]
        name, kind = self._asked(question), next(key for key, value in TYPES.items() if value == number)
        self.asked.append((name, kind))
        values = [] if truncated else self.records.get((name, kind), [])
        known = any(name == other for other, _ in self.records)
        code = CODES.get(self.mode, 0 if known else 3)
        records = b"".join(self._record(TYPES[kind], rdata(kind, value)) for value in values)
        if self.mode == "foreign":
            question = domain("elsewhere.example") + question[-4:]
        flags = 0x8180 | code | (TRUNCATED if truncated else 0)
        return query[:2] + struct.pack(">HHHHH", flags, 1, len(values), 0, 0) + question + records

    def _record(self, kind, data):
        size = len(data) + (1000 if self.mode == "cut_short" else 0)
        return b"\xc0\x0c" + struct.pack(">HHIH", kind, 1, 0, size) + data

    @staticmethod
    def _asked(question):
        labels, at = [], 0
        while question[at]:
            labels.append(question[at + 1:at + 1 + question[at]].decode())
            at += 1 + question[at]
        return ".".join(labels)
