"""The bytes before AMQP: SASL as the real service speaks it. Proton's own server side knows neither MSSBCBS
nor, without Cyrus, PLAIN, so these few frames are read and written here; what follows them goes to Proton."""

import hmac

from proton import Data, Described, ubyte, ulong

from . import errors

SASL_HEADER = b"AMQP\x03\x01\x00\x00"
AMQP_HEADER = b"AMQP\x00\x01\x00\x00"
# MSSBCBS, PLAIN, ANONYMOUS, EXTERNAL exactly as the service encodes them: an array within a list.
MECHANISMS = bytes.fromhex(
    "0000003f02010000005340c03201e02f04b3000000074d53534243425300000005504c41494e00000009414e4f4e594d4f5553"
    "0000000845585445524e414c")
SASL_INIT = 0x41
SASL_OUTCOME = 0x44
AUTH_FAILED = 1
LONGEST_FRAME = 4096


def _frame(body):
    return (len(body) + 8).to_bytes(4, "big") + b"\x02\x01\x00\x00" + body


def _outcome(code, text=None):
    data = Data()
    data.put_object(Described(ulong(SASL_OUTCOME), [ubyte(code)] + ([text] if text else [])))
    return _frame(data.encode())


def _decode(body):
    data = Data()
    data.decode(body)
    data.next()
    return data.get_object()


class Greeting:
    """Speaks SASL with one client; what comes behind it goes to `connection.greeted`."""

    def __init__(self, connection, options):
        self.connection = connection
        self.options = options
        self.buffer = b""
        self.read = self.read_header

    def feed(self, data):
        self.buffer += data
        self.read()

    def read_header(self):
        if len(self.buffer) < len(SASL_HEADER):
            return
        if self.buffer.startswith(AMQP_HEADER):
            self.read = self.wait
            self.connection.greeted("none", "", self.buffer)
        elif self.buffer.startswith(SASL_HEADER):
            self.buffer = self.buffer[len(SASL_HEADER):]
            self.read = self.wait
            self.connection.step("header", self.offer)
        else:
            self.connection.write(SASL_HEADER)
            self.connection.finish()

    def wait(self):
        """Bytes stay in the buffer while an answer is outstanding."""

    def offer(self):
        self.connection.write(SASL_HEADER + MECHANISMS)
        self.read = self.read_init
        if not self.connection.stalling:
            self.read()

    def read_init(self):
        size = int.from_bytes(self.buffer[:4], "big")
        if len(self.buffer) < 4 or (8 <= size <= LONGEST_FRAME and len(self.buffer) < size):
            return
        init = _decode(self.buffer[8:size]) if 8 < size <= LONGEST_FRAME else None
        if not isinstance(init, Described) or init.descriptor != SASL_INIT:
            self.connection.finish()
            return
        self.buffer = self.buffer[size:]
        self.read = self.wait
        given = (list(init.value) + [None, None])[:3]
        self.connection.step("sasl", lambda: self.judge(*given), self.refuse)

    def judge(self, mechanism, response, hostname):
        without_password = mechanism in ("MSSBCBS", "ANONYMOUS", "EXTERNAL")
        if without_password or (mechanism == "PLAIN" and self.knows(response or b"")):
            self.connection.write(_outcome(0, b"Welcome!"))
            self.connection.greeted(str(mechanism), hostname or "", self.buffer)
        else:
            self.refuse(errors.unauthorized("sb://localhost/"))

    def knows(self, response):
        wanted = f"\0{self.options.key_name}\0{self.options.key}".encode()
        return hmac.compare_digest(response, wanted)

    def refuse(self, _refusal):
        self.connection.write(_outcome(AUTH_FAILED))
        self.connection.finish()
