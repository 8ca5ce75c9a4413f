"""Tokens: how a shared access signature is verified, and what a connection may do with the tokens it put."""

import base64
import hashlib
import hmac
import time
import urllib.parse
from dataclasses import dataclass

from . import errors

SAS_TYPE = "servicebus.windows.net:sastoken"
JWT_TYPE = "jwt"


@dataclass
class Grant:
    """A right to everything below `path` until `expiry`, in Unix seconds."""
    path: str
    expiry: float

    def covers(self, path):
        return self.path == "" or path == self.path or path.startswith(self.path + "/")


def _refused(text):
    return errors.Refusal(401, "amqp:unauthorized-access", errors.tracked(text))


def _place(uri):
    """Host and path of a URI; the port is not compared, because some clients name it and some do not."""
    parts = urllib.parse.urlsplit(uri.lower())
    return parts.hostname or "", parts.path.strip("/")


def _fields(token):
    words = token.partition("SharedAccessSignature ")[2]
    fields = dict(word.partition("=")[::2] for word in words.split("&") if word)
    if not {"sr", "sig", "se", "skn"} <= set(fields) or not fields["se"].isdigit():
        raise _refused("MalformedToken: The token is not in the correct format.")
    return fields


def _verify_signature(fields, key_name, key):
    signed = f"{fields['sr']}\n{fields['se']}".encode()
    wanted = base64.b64encode(hmac.new(key.encode(), signed, hashlib.sha256).digest())
    given = urllib.parse.unquote(fields["sig"]).encode()
    if urllib.parse.unquote(fields["skn"]) != key_name or not hmac.compare_digest(wanted, given):
        raise _refused("InvalidSignature: The token has an invalid signature.")


def grant_from_sas(token, audience, options):
    """The right that a signed token gives for `audience`; it is tried by signature, then time, then place."""
    fields = _fields(token)
    _verify_signature(fields, options.key_name, options.key)
    if int(fields["se"]) <= time.time():
        raise _refused(f"ExpiredToken: The token is expired. Expiration time: {fields['se']}.")
    host, path = _place(urllib.parse.unquote(fields["sr"]))
    asked_host, asked_path = _place(audience)
    grant = Grant(path, int(fields["se"]))
    if host != asked_host or not grant.covers(asked_path):
        raise invalid_audience()
    return Grant(asked_path, grant.expiry)


def invalid_audience():
    return _refused("InvalidAudience: The authorization header contains a token for a different resource.")


def grant_from_jwt(token, audience, options):
    if not options.jwt or not hmac.compare_digest(token.encode(), options.jwt.encode()):
        raise _refused("InvalidSignature: The token has an invalid signature.")
    return Grant(_place(audience)[1], time.time() + options.jwt_life_s)


class Rights:
    """What one connection may do: everything after PLAIN with the key, else what its live tokens grant."""

    def __init__(self):
        self.everything = False
        self.grants = {}

    def add(self, grant):
        self.grants[grant.path] = grant

    def any(self):
        return self.everything or bool(self.grants)

    def allow(self, path):
        now = time.time()
        live = [grant for grant in self.grants.values() if grant.expiry > now]
        return self.everything or any(grant.covers(path) for grant in live)

    def expire(self):
        for grant in self.grants.values():
            grant.expiry = 0
