"""A stand-in for the data plane of Azure OpenAI: the GETs that list models or deployments, and its errors."""
import argparse
from urllib.parse import parse_qs

from .http_peer import Answer, HttpPeer
from .peer import run_until_stopped

KEY = "openai-peer-key"
DEPLOYMENTS_VERSION = "2024-12-01-preview"
DENIED = ("Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid "
          "key for an active subscription and use a correct regional API endpoint for your resource.")
BAD_TOKEN = ("Unauthorized. Access token is missing, invalid, audience is incorrect "
             "(https://cognitiveservices.azure.com), or have expired.")
NO_ROLE = "Principal does not have access to API/Operation."
FIREWALL = "Access denied due to Virtual Network/Firewall rules."


def error(status, code, message):
    return Answer(status, {"error": {"code": code, "message": message}},
                  {"apim-request-id": "00000000-0000-4000-8000-000000000000"})


def model(number):
    return {"id": f"gpt-peer-{number}", "object": "model", "status": "succeeded", "created_at": 1700000000,
            "lifecycle_status": "generally-available", "deprecation": {"inference": 1900000000},
            "capabilities": {"inference": True, "completion": True, "chat_completion": True,
                             "embeddings": False, "fine_tune": False}}


class OpenAi(HttpPeer):
    """`keys` and `tokens` are what it accepts; `tokens` may be the Entra peer, whose valid tokens then count.

    `firewall` answers 403 to everybody, `role_missing` 401 PermissionDenied to tokens. The real service has
    no list of deployments since 2023: `deployments_exist = False` makes it answer 404 like the real one."""

    controllable = ("fault", "firewall", "role_missing", "deployments_exist", "keys", "tokens")

    def __init__(self, keys=(KEY,), tokens=(), tls=None, models=260):
        super().__init__(tls)
        self.keys = set(keys)
        self.tokens = tokens
        self.firewall = self.role_missing = False
        self.deployments_exist = True
        self.models = models

    def route(self, request):
        self._admit(request.headers)
        version = parse_qs(request.query).get("api-version", [""])[0]
        if request.path == "/openai/v1/models" or (request.path == "/openai/models" and version):
            return Answer(200, {"data": [model(number) for number in range(self.models)], "object": "list"})
        listed = version == DEPLOYMENTS_VERSION and self.deployments_exist
        if request.path == "/openai/deployments" and listed:
            return Answer(200, {"data": [{"id": "chat", "model": "gpt-peer-0", "status": "succeeded",
                                          "object": "deployment"}], "object": "list"})
        if request.path.startswith("/openai/deployments/"):
            raise error(404, "DeploymentNotFound", "The API deployment for this resource does not exist.")
        raise error(404, "404", "Resource not found")

    def _admit(self, headers):
        if self.firewall:
            raise error(403, "403", FIREWALL)
        scheme, _, token = headers.get("Authorization", "").partition(" ")
        if scheme == "Bearer":
            if token not in self.tokens:
                raise error(401, "401", BAD_TOKEN)
            if self.role_missing:
                raise error(401, "PermissionDenied", NO_ROLE)
        elif headers.get("api-key") not in self.keys:
            raise error(401, "401", DENIED)


if __name__ == "__main__":
    PARSER = argparse.ArgumentParser(description="Runs the Azure OpenAI stand-in until SIGTERM.")
    PARSER.add_argument("--key", default=KEY)
    ARGUMENTS = PARSER.parse_args()
    SERVER = OpenAi((ARGUMENTS.key,))
    run_until_stopped(SERVER, url=SERVER.url, key=ARGUMENTS.key)
