"""A plain client for tests of the stand-in: one connection that puts tokens and peeks, a call at a time."""

import base64
import hashlib
import hmac
import time
import urllib.parse

from proton import ConnectionException, Message, Timeout, int32
from proton.utils import BlockingConnection, LinkDetached, SendException

KEY = "SAS_KEY_VALUE"
SAS = "servicebus.windows.net:sastoken"
BODY = {"from-sequence-number": 1, "message-count": int32(1)}
PROTOCOL_ERRORS = (LinkDetached, ConnectionException, SendException, Timeout)


def sas(uri, key=KEY, life=600, rule="RootManageSharedAccessKey"):
    encoded = urllib.parse.quote(uri, safe="")
    expiry = int(time.time()) + life
    digest = hmac.new(key.encode(), f"{encoded}\n{expiry}".encode(), hashlib.sha256).digest()
    signature = urllib.parse.quote(base64.b64encode(digest), safe="")
    return f"SharedAccessSignature sr={encoded}&sig={signature}&se={expiry}&skn={rule}"


class Client:
    """One connection with its $cbs and $management links, and numbered requests."""

    def __init__(self, peer, user=None, password=None, timeout=5, mechanisms="ANONYMOUS", **options):
        self.peer = peer
        self.host = options.pop("host", "127.0.0.1")
        scheme = "amqps" if "ssl_domain" in options else "amqp"
        self.connection = BlockingConnection(
            f"{scheme}://{self.host}:{peer.port}", timeout=timeout, user=user, password=password,
            allowed_mechs=mechanisms, allow_insecure_mechs=True, **options)
        self.links = {}

    def __enter__(self):
        return self

    def __exit__(self, failure, *_):
        """Proton's blocking close waits without a limit for a peer that hangs, so that one lets go first."""
        if failure:
            self.peer.command("drop-all")
        try:
            self.connection.close()
        except PROTOCOL_ERRORS:
            pass

    def pair(self, node):
        if node not in self.links:
            sender = self.connection.create_sender(node, name=f"{node}-out")
            self.links[node] = (sender, self.connection.create_receiver(node, name=f"{node}-in", credit=5))
        return self.links[node]

    def ask(self, node, body, properties, identifier="1", reply_to=None):
        sender, receiver = self.pair(node)
        reply_to = reply_to or f"{node}-in"
        sender.send(Message(id=identifier, body=body, properties=properties, reply_to=reply_to))
        answer = receiver.receive()
        receiver.accept()
        return answer

    def put_token(self, entity="full", token=None, kind=SAS, host=None):
        audience = f"sb://{host or self.host}/{entity}".rstrip("/")
        properties = {"operation": "put-token", "type": kind, "name": audience}
        answer = self.ask("$cbs", sas(audience) if token is None else token, properties)
        return answer.properties["status-code"], answer.properties["status-description"]

    def peek(self, entity="full", body=None, properties=None, **options):
        asked = {"operation": "com.microsoft:peek-message", **(properties or {})}
        return self.ask(f"{entity}/$management", BODY if body is None else body, asked, **options)
