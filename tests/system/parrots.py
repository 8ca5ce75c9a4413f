"""Services that say back whatever they are told, secrets first: what a host must never pass on."""
import json

from peers.scripted_peer import ScriptedPeer


def flat(data):
    return data.decode("latin-1").replace("\r", " ").replace("\n", " ")


def redis_parrot():
    return ScriptedPeer(lambda: lambda data: f"-ERR wrong: {flat(data)}\r\n".encode("latin-1"))


def http_parrot(status=401):
    """In its reason, a field, a link and its body."""
    def answer(data):
        body = json.dumps({"error": {"code": str(status), "message": flat(data)}})
        return (f"HTTP/1.1 {status} {flat(data)[:500]}\r\nLocation: /?{flat(data)[:500]}\r\nX-Echo: {flat(data)[:500]}\r\n"
                f"Content-Length: {len(body)}\r\n\r\n{body}").encode("latin-1")
    return ScriptedPeer(lambda: answer)


def postgres_parrot():
    """Asks for the password in plain text, then complains with it."""
    def connection():
        def answer(data):
            if data[4:8] == b"\x04\xd2\x16\x2f":  # SSLRequest
                return b"N"
            if data[4:6] == b"\x00\x03":  # StartupMessage
                return b"R" + (8).to_bytes(4, "big") + (3).to_bytes(4, "big")
            fields = b"SFATAL\0VFATAL\0C28P01\0Mno such password: " + data[5:] + b"D" + data[5:] + b"\0\0"
            return b"E" + (len(fields) + 4).to_bytes(4, "big") + fields
        return answer
    return ScriptedPeer(connection)


def any_parrot():
    return ScriptedPeer(lambda: lambda data: data)
