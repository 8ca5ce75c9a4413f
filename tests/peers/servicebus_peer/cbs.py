"""The $cbs node: put-token, the only way to rights on a connection that came in without them."""

from proton import int32

from . import errors, tokens
from .entities import split_address
from .exchanges import Answer, Requests
from .links import Replies


class CbsReplies(Replies):
    """Its type tells it from the response links of entities."""


class CbsRequests(Requests):
    step = "put-token"
    node = "node $cbs"
    reply_kind = CbsReplies

    def handle(self, request):
        properties = request.properties or {}
        audience, kind = properties.get("name"), properties.get("type")
        self.peer.seen.update(token_audience=audience, token_type=kind)
        if properties.get("operation") != "put-token" or not isinstance(audience, str):
            raise errors.refusal(400, "amqp:not-allowed", "The put-token request is not complete.")
        grant = self.grant(kind, request.body, audience)
        self.verify_existence(audience)
        self.connection.rights.add(grant)
        self.peer.count("put_tokens")
        return Answer({"status-code": int32(202), "status-description": "Accepted"})

    def declined(self, refusal):
        self.peer.count("put_tokens_refused")
        return Answer({"status-code": int32(refusal.status), "status-description": refusal.description})

    def grant(self, kind, token, audience):
        judges = {tokens.SAS_TYPE: tokens.grant_from_sas, tokens.JWT_TYPE: tokens.grant_from_jwt}
        if kind not in judges or not isinstance(token, str):
            raise errors.refusal(400, "amqp:not-allowed", f"Token type '{kind}' is not supported.")
        return judges[kind](token, audience, self.peer.options)

    def verify_existence(self, audience):
        path, _ = split_address(audience)
        if not path or path in self.peer.namespace.entities or self.peer.options.missing_entity == "attach":
            return
        if self.peer.options.missing_entity == "audience":
            raise tokens.invalid_audience()
        raise errors.not_found(audience)
