"""A stand-in for the three places where a workload on Azure gets its Entra ID token."""
import datetime
import secrets
import time
from urllib.parse import parse_qs

from .http_peer import Answer, HttpPeer
from .peer import remove, temp_dir

TENANT = "11111111-1111-4111-8111-111111111111"
CLIENT = "22222222-2222-4222-8222-222222222222"
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
IMDS_PATH = "/metadata/identity/oauth2/token"
APP_SERVICE_PATH = "/msi/token"
WORKLOAD_PATH = f"/{TENANT}/oauth2/v2.0/token"


class Entra(HttpPeer):
    """`lifetime` is in seconds; `token in entra` says whether it was issued here and is still valid.

    Failures are the `fault` of every HTTP peer (410 is the IMDS updating itself, 429, 500, silence, a delay).
    `requests[IMDS_PATH]` and so on count. The `environment_*` methods give what a workload would find set."""

    controllable = ("fault", "lifetime", "iso_expiry", "known_resources")

    def __init__(self, lifetime=3600, tls=None):
        super().__init__(tls)
        self.lifetime = lifetime
        self.iso_expiry = False
        self.known_resources = None
        self.identity_header = secrets.token_hex(16)
        self.assertion = secrets.token_urlsafe(32)
        self.issued = {}
        self._dir = None

    def __contains__(self, token):
        return self.issued.get(token, 0) > time.time()

    def revoke(self):
        """Every token out there is refused from now on."""
        self.issued.clear()

    def environment_imds(self):
        return {"AZURE_POD_IDENTITY_AUTHORITY_HOST": self.url}

    def environment_app_service(self):
        return {"IDENTITY_ENDPOINT": self.url + APP_SERVICE_PATH, "IDENTITY_HEADER": self.identity_header}

    def environment_workload(self):
        return {"AZURE_AUTHORITY_HOST": self.url, "AZURE_TENANT_ID": TENANT, "AZURE_CLIENT_ID": CLIENT,
                "AZURE_FEDERATED_TOKEN_FILE": self.token_file}

    @property
    def token_file(self):
        return f"{self._dir}/token"

    def rotate(self):
        """A new assertion in the file; the old one is refused, as after a rotation by Kubernetes."""
        self.assertion = secrets.token_urlsafe(32)
        self._write_assertion()

    def _write_assertion(self):
        with open(self.token_file, "w", encoding="ascii") as file:
            file.write(self.assertion + "\n")

    def _start(self):
        self._dir = temp_dir("entra")
        self._write_assertion()
        super()._start()

    def _stop(self):
        super()._stop()
        if self._dir:
            remove(self._dir)
            self._dir = None

    def route(self, request):
        query = first_values(request.query)
        if request.path == IMDS_PATH and request.command == "GET":
            return self._managed(request.headers.get("Metadata") == "true", "2018-02-01", query)
        if request.path == APP_SERVICE_PATH and request.command == "GET":
            known = request.headers.get("X-IDENTITY-HEADER") == self.identity_header
            return self._managed(known, "2019-08-01", query)
        if request.path == WORKLOAD_PATH and request.command == "POST":
            return self._workload(first_values(request.body.decode()))
        raise Answer(404, {"error": "not_found"})

    def _managed(self, header_ok, version, query):
        if not header_ok:
            raise refusal(400, "invalid_request", "Required header not specified")
        if query.get("api-version") != version or "resource" not in query:
            raise refusal(400, "invalid_request", "api-version or resource")
        expires = int(time.time() + self.lifetime)
        iso = datetime.datetime.fromtimestamp(expires, datetime.timezone.utc).isoformat()
        return Answer(200, {**self._token(query["resource"]), "resource": query["resource"],
                            "expires_on": iso if self.iso_expiry else str(expires),
                            "expires_in": str(int(self.lifetime))})

    def _workload(self, form):
        kinds = form.get("grant_type"), form.get("client_assertion_type")
        if kinds != ("client_credentials", ASSERTION_TYPE):
            raise refusal(400, "unsupported_grant_type", "AADSTS70003")
        if form.get("client_id") != CLIENT or form.get("client_assertion") != self.assertion:
            raise refusal(401, "invalid_client", "AADSTS700213: no matching identity")
        if not form.get("scope", "").endswith("/.default"):
            raise refusal(400, "invalid_scope", "AADSTS1002012")
        resource = form["scope"].removesuffix("/.default")
        return Answer(200, {**self._token(resource), "expires_in": int(self.lifetime)})

    def _token(self, resource):
        known = self.known_resources
        if known is not None and resource.rstrip("/") not in [one.rstrip("/") for one in known]:
            raise refusal(400, "invalid_resource", "AADSTS500011")
        token = "eyJ0eXAiOiJKV1QifQ." + secrets.token_urlsafe(600)
        self.issued[token] = time.time() + self.lifetime
        return {"access_token": token, "token_type": "Bearer"}


def first_values(query):
    return {name: values[0] for name, values in parse_qs(query).items()}


def refusal(status, code, description):
    return Answer(status, {"error": code, "error_description": description})
