"""The namespace: which queues and subscriptions exist, what they hold, and the addresses that name them."""

import time
from dataclasses import dataclass, field

from proton import Message, int32, symbol, timestamp

from . import errors


def split_address(address):
    """`amqps://host:port/Q/$management` as (path in lower case, whether it is the management node)."""
    if "://" in address:
        address = address.split("://", 1)[1].partition("/")[2]
    path = address.strip("/").lower()
    if path.endswith("/$management"):
        return path[: -len("/$management")], True
    return path, False


@dataclass
class StoredMessage:
    sequence: int
    body: bytes
    deliveries: int = 0
    locked: bool = False

    def encode(self, without_body=False):
        """The message as it travels: with the annotations a browser of messages sees."""
        message = Message(body=b"" if without_body else self.body, inferred=True, id=f"m-{self.sequence}")
        message.delivery_count = self.deliveries
        message.annotations = {
            symbol("x-opt-sequence-number"): self.sequence,
            symbol("x-opt-enqueued-time"): timestamp(int(time.time() * 1000)),
            symbol("x-opt-message-state"): int32(0),
        }
        return message.encode()


@dataclass
class Entity:
    path: str
    disabled: bool = False
    messages: list = field(default_factory=list)

    def fill(self, count, size):
        start = len(self.messages) + 1
        self.messages += [StoredMessage(start + i, b"x" * size) for i in range(count)]

    def browse(self, first, count):
        return [message for message in self.messages if message.sequence >= first][:count]


class Namespace:
    """Entities by path in lower case, as the service compares them."""

    def __init__(self, options):
        self.message_bytes = options.message_bytes
        self.entities = {}
        self.throttled = False
        for name, count in options.queues.items():
            self.create(name, count)
        for name, count in options.subscriptions.items():
            topic, _, subscription = name.partition("/")
            self.create(topic, 0)
            self.create(f"{topic}/Subscriptions/{subscription}", count)
        for name in options.disabled:
            self.named(name).disabled = True

    def create(self, path, count=0):
        for name, messages in ((path, count), (f"{path}/$deadletterqueue", 0)):
            entity = self.entities.setdefault(name.lower(), Entity(name))
            entity.fill(messages, self.message_bytes)

    def delete(self, name):
        path = self.named(name).path.lower()
        self.entities = {key: entity for key, entity in self.entities.items()
                         if key != path and not key.startswith(path + "/")}

    def named(self, name):
        """The entity that NAME or TOPIC/SUB means, or a KeyError."""
        topic, _, subscription = name.lower().partition("/")
        return self.entities.get(name.lower()) or self.entities[f"{topic}/subscriptions/{subscription}"]

    def require(self, path, uri):
        if path not in self.entities:
            raise errors.not_found(uri)
        return self.entities[path]
