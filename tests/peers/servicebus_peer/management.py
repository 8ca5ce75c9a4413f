"""An entity's $management node: com.microsoft:peek-message, with the types the service insists on."""

from proton import int32, symbol, uint

from . import errors
from .exchanges import Answer, Requests
from .links import Replies

PEEK = "com.microsoft:peek-message"
EMPTY = "com.microsoft:message-not-found"
FIRST, COUNT = "from-sequence-number", "message-count"
TIMEOUTS = ("com.microsoft:server-timeout", "server-timeout")
AMQP_TYPES = {"int": "long", "int32": "int", "str": "string", "bytes": "binary", "bool": "boolean"}


class ManagementReplies(Replies):
    """Its type tells it from a receiver on the entity itself."""


class ManagementRequests(Requests):
    step = "request"
    node = "entity management node $management"
    reply_kind = ManagementReplies

    def __init__(self, connection, link, path, entity):
        super().__init__(connection, link, path)
        self.entity = entity
        self.uri = connection.uri(entity.path)

    def on_request(self, request, delivery):
        self.peer.count("requests")
        super().on_request(request, delivery)

    def handle(self, request):
        properties = request.properties or {}
        self.peer.seen.update(request_types=types_of(request.body), request_properties=types_of(properties))
        if self.peer.namespace.throttled:
            raise errors.server_busy(self.uri)
        if properties.get("operation") != PEEK:
            raise errors.refusal(501, "amqp:not-implemented", "The operation is not supported.")
        if self.entity.disabled and self.peer.options.disabled_at == "request":
            raise errors.entity_disabled(self.uri)
        if not self.well_formed(request.body, properties):
            raise errors.internal_error()
        return self.peek(request.body)

    def declined(self, refusal):
        return Answer({"statusCode": int32(refusal.status), "statusDescription": refusal.description,
                       "errorCondition": symbol(refusal.condition)})

    def peek(self, body):
        self.peer.count("peeks")
        messages = self.entity.browse(body[FIRST], body[COUNT])
        if not messages:
            return self.declined(errors.refusal(204, EMPTY, "No messages were found."))
        without_body = body.get("omit-message-body") is True
        shown = [{"message": message.encode(without_body)} for message in messages]
        return Answer({"statusCode": int32(200), "statusDescription": "OK"}, {"messages": shown})

    def well_formed(self, body, properties):
        if not isinstance(body, dict) or not all(isinstance(body.get(name), int) for name in (FIRST, COUNT)):
            return False
        if self.peer.options.strict_types and not has_the_documented_types(body, properties):
            return False
        return body[COUNT] > 0


def has_the_documented_types(body, properties):
    """Proton shows an AMQP long as exactly `int`, a string as exactly `str`; all else has its own class."""
    timeouts = [properties[name] for name in TIMEOUTS if name in properties]
    return (type(body[FIRST]) is int and type(body[COUNT]) is int32 and all(type(key) is str for key in body)
            and all(type(timeout) is uint for timeout in timeouts))


def types_of(mapping):
    """What a client's map holds, by the names AMQP gives the types."""
    if not isinstance(mapping, dict):
        return {}
    names = {str(key): type(value).__name__ for key, value in mapping.items()}
    return {key: AMQP_TYPES.get(name, name) for key, name in names.items()}
