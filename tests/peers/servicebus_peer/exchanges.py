"""Request/response links: a request comes, is settled, and gets one answer on the response link it names."""

from dataclasses import dataclass
from typing import Any

from proton import Condition, Delivery, Message, MessageException

from . import errors
from .links import Place, Replies

NOT_A_MESSAGE = b"\x00\x53\x77\xa1\xff"
FOREIGN_ID = "00000000-0000-0000-0000-000000000000"


@dataclass
class Answer:
    properties: dict
    body: Any = None

    def encode(self, request, spoiled=None):
        """The correlation-id has the type of the request's message-id, unless a fault spoils it."""
        if spoiled == "bad-message":
            return NOT_A_MESSAGE
        identifier = {"wrong-correlation": FOREIGN_ID, "no-correlation": None}.get(spoiled, request.id)
        properties = {} if spoiled == "no-status" else dict(self.properties)
        message = Message(body=self.body, properties=properties, correlation_id=identifier)
        if request.reply_to:
            message.address = request.reply_to
        return message.encode()


class Requests(Place):
    """The service's end of a link on which requests come. A subclass says `step`, `node`, `reply_kind`, and has
    `handle(request)`, which gives an Answer or raises a Refusal, and `declined(refusal)`, the Answer then."""

    step = ""
    node = ""
    reply_kind = Replies

    def on_delivery(self, delivery):
        if delivery.aborted:
            delivery.settle()
        elif delivery.readable and not delivery.partial:
            self.used()
            encoded = self.link.recv(delivery.pending)
            self.link.advance()
            self.link.flow(1)
            self.read(encoded, delivery)

    def read(self, encoded, delivery):
        request = Message()
        try:
            request.decode(encoded)
        except MessageException:
            self.reject(delivery, errors.Refusal(400, "amqp:decode-error", "The request cannot be decoded."))
        else:
            self.on_request(request, delivery)

    def on_request(self, request, delivery):
        replies = self.matching_replies(request.reply_to)
        if replies is None:
            text = f"The response link '{request.reply_to}' was not found in the {self.node}."
            self.reject(delivery, errors.refusal(404, "amqp:not-found", text))
            return

        def answer(spoiled=None):
            replies.send(self.outcome(request).encode(request, spoiled), spoiled == "twice")

        self.exchange(delivery, answer, lambda refusal: replies.send(self.declined(refusal).encode(request)))

    def matching_replies(self, reply_to):
        """The response link that `reply_to` names, or the only one where the request names none."""
        links = self.connection.links
        replies = [place for place in links if isinstance(place, self.reply_kind) and place.path == self.path]
        named = [place for place in replies if not reply_to or reply_to in place.addresses()]
        return named[0] if len(named) == 1 else None

    def outcome(self, request):
        try:
            return self.handle(request)
        except errors.Refusal as refusal:
            return self.declined(refusal)

    def exchange(self, delivery, answer, refuse):
        """Settles the request and runs its step, in the order that the options ask for."""
        fault = self.peer.faults.take(self.step)
        if fault and fault.kind == "reject":
            self.reject(delivery, errors.internal_error())
            return
        if not self.peer.options.answer_first:
            self.accept(delivery)
        uri = self.connection.uri(self.path or "")
        self.connection.apply(fault, answer, refuse, uri, self, self.link.session)
        if self.peer.options.answer_first:
            self.connection.flush()
            self.accept(delivery)

    def accept(self, delivery):
        delivery.update(Delivery.ACCEPTED)
        delivery.settle()

    def reject(self, delivery, refusal):
        delivery.local.condition = Condition(refusal.condition, refusal.description)
        delivery.update(Delivery.REJECTED)
        delivery.settle()
