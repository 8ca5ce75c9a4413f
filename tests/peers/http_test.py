"""Azure OpenAI, Entra ID and the model servers as Python's own HTTP client sees them; and the model files."""
import http.client
import json
import os
import ssl
import struct
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

import pytest

from .entra import APP_SERVICE_PATH, ASSERTION_TYPE, IMDS_PATH, WORKLOAD_PATH, Entra
from .http_peer import Fault
from .model_files import WRITERS, bad_header_length, truncate, wrong_magic
from .model_server import DIALECTS, MODEL, ModelServer
from .openai import DENIED, KEY, OpenAi

pytestmark = pytest.mark.usefixtures("nothing_is_left")
MODELS = "/openai/models?api-version=2024-10-21"
DEPLOYMENTS = "/openai/deployments?api-version=2024-12-01-preview"
RESOURCE = "https://cognitiveservices.azure.com/"


class Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


def fetch(url, headers=None, data=None, method=None, context=None, timeout=3):
    """Status, body, headers; a redirect is not followed."""
    request = urllib.request.Request(url, data, headers or {}, method=method)
    opener = urllib.request.build_opener(Stay, urllib.request.ProxyHandler({}),
                                         urllib.request.HTTPSHandler(context=context))
    try:
        with opener.open(request, timeout=timeout) as answer:
            return answer.status, answer.read(), answer.headers
    except urllib.error.HTTPError as answer:
        with answer:
            return answer.code, answer.read(), answer.headers


def ask(peer, path=MODELS, **headers):
    status, body, _ = fetch(peer.url + path, headers or {"api-key": KEY})
    return status, json.loads(body)


def test_openai_lists_models_and_deployments():
    with OpenAi() as peer:
        assert len(fetch(peer.url + MODELS, {"api-key": KEY})[1]) > 60_000
        for path in (MODELS, "/openai/v1/models", DEPLOYMENTS):
            status, body = ask(peer, path)
            assert status == 200 and body["object"] == "list"
        missing = {"error": {"code": "404", "message": "Resource not found"}}
        assert ask(peer, "/openai/models") == (404, missing)
        assert ask(peer, "/openai/deployments/x?api-version=1")[1]["error"]["code"] == "DeploymentNotFound"
        peer.deployments_exist = False
        assert ask(peer, DEPLOYMENTS)[0] == 404
        assert peer.requests[MODELS.split("?")[0]] == 3


def test_openai_refuses():
    with Entra() as entra, OpenAi(tokens=entra) as peer:
        assert ask(peer, **{"api-key": "bad"}) == (401, {"error": {"code": "401", "message": DENIED}})
        assert ask(peer, Authorization="Bearer nonsense")[0] == 401
        bearer = f"Bearer {imds(entra)['access_token']}"
        assert ask(peer, Authorization=bearer)[0] == 200
        peer.role_missing = True
        assert ask(peer, Authorization=bearer)[1]["error"]["code"] == "PermissionDenied"
        peer.firewall = True
        assert ask(peer)[0] == 403
        peer.firewall = peer.role_missing = False
        entra.revoke()
        assert ask(peer, Authorization=bearer)[0] == 401


def test_openai_speaks_tls(authority):
    context = ssl.create_default_context(cafile=authority.ca_file)
    with OpenAi(tls=authority.server()) as peer:
        assert fetch(peer.url + MODELS, {"api-key": KEY}, context=context)[0] == 200
    with OpenAi(tls=authority.expired()) as peer, pytest.raises(urllib.error.URLError, match="expired"):
        fetch(peer.url + MODELS, {"api-key": KEY}, context=context)


@pytest.mark.parametrize("fault, status", [
    (Fault(status=429, headers={"Retry-After": "7"}), 429), (Fault(status=500), 500),
    (Fault(status=503), 503), (Fault(status=302, headers={"Location": "/elsewhere"}), 302)])
def test_faults_with_a_status(fault, status):
    with OpenAi() as peer:
        peer.fault = fault
        seen, _, headers = fetch(peer.url + MODELS)
        assert seen == status and all(headers[name] == value for name, value in fault.headers.items())
        peer.fault = None
        assert ask(peer)[0] == 200


@pytest.mark.parametrize("mode, error", [
    ("silent", TimeoutError), ("garbage", http.client.BadStatusLine), ("reset", ConnectionResetError),
    ("close", http.client.IncompleteRead), ("drip", TimeoutError)])
def test_faults_without_an_answer(mode, error):
    with OpenAi() as peer:
        peer.fault = Fault(mode)
        if mode == "drip":
            began = time.monotonic()
            connection = http.client.HTTPConnection("127.0.0.1", peer.port, timeout=3)
            connection.request("GET", MODELS, headers={"api-key": KEY})
            assert b"".join(connection.sock.recv(1) for _ in range(5)) == b"HTTP/"
            assert 0.3 < time.monotonic() - began < 3
            connection.close()
            return
        with pytest.raises(error):
            fetch(peer.url + MODELS, {"api-key": KEY}, timeout=0.5)


def test_fault_of_100_megabytes_and_of_a_delay():
    with OpenAi() as peer:
        peer.fault = Fault("huge")
        with urllib.request.urlopen(peer.url + MODELS, timeout=5) as answer:
            size = 0
            while part := answer.read(1 << 20):
                size += len(part)
        assert size == 100_000_000
        peer.fault = Fault(delay=0.3)
        began = time.monotonic()
        assert ask(peer)[0] == 200 and time.monotonic() - began >= 0.3


def test_openai_as_a_command_is_controlled_from_outside():
    command = [sys.executable, os.path.dirname(os.path.abspath(__file__)), "openai", "--key", "other"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as started:
        facts = json.loads(started.stdout.readline())
        control = facts["url"] + "/_control"
        fault = json.dumps({"fault": {"status": 503}}).encode()
        assert fetch(control, data=fault, method="PUT")[0] == 200
        assert fetch(facts["url"] + MODELS, {"api-key": "other"})[0] == 503
        assert fetch(control, data=b'{"fault": null}', method="PUT")[0] == 200
        assert fetch(facts["url"] + MODELS, {"api-key": "other"})[0] == 200
        assert fetch(control, data=b'{"nonsense": 1}', method="PUT")[0] == 400
        assert json.loads(fetch(control)[1])["requests"] == {"/openai/models": 2}
        started.terminate()
        assert started.wait(5) == 0


def imds(entra, **headers):
    query = urllib.parse.urlencode({"api-version": "2018-02-01", "resource": RESOURCE})
    return json.loads(fetch(f"{entra.url}{IMDS_PATH}?{query}", headers or {"Metadata": "true"})[1])


def test_entra_instance_metadata():
    with Entra(lifetime=0.3) as entra:
        answer = imds(entra)
        assert answer["token_type"] == "Bearer" and int(answer["expires_on"]) >= int(time.time())
        assert answer["access_token"] in entra
        time.sleep(0.4)
        assert answer["access_token"] not in entra
        assert imds(entra, Other="x")["error"] == "invalid_request"
        entra.fault = Fault(status=410)
        assert fetch(entra.url + IMDS_PATH)[0] == 410
        assert entra.requests[IMDS_PATH] == 3


def test_entra_app_service():
    with Entra() as entra:
        environment = entra.environment_app_service()
        assert environment["IDENTITY_ENDPOINT"] == entra.url + APP_SERVICE_PATH
        url = environment["IDENTITY_ENDPOINT"] + "?api-version=2019-08-01&resource=https://redis.azure.com/"
        header = {"X-IDENTITY-HEADER": environment["IDENTITY_HEADER"]}
        assert json.loads(fetch(url, header)[1])["access_token"] in entra
        entra.iso_expiry = True
        assert json.loads(fetch(url, header)[1])["expires_on"].endswith("+00:00")
        assert fetch(url, {"X-IDENTITY-HEADER": "wrong"})[0] == 400
        entra.known_resources = ["https://cognitiveservices.azure.com"]
        assert json.loads(fetch(url, header)[1])["error"] == "invalid_resource"


def test_entra_workload_identity_rotates():
    with Entra() as entra:
        assert workload(entra, entra.assertion)[0] == 200
        old = entra.assertion
        entra.rotate()
        assert workload(entra, old)[0] == 401
        with open(entra.environment_workload()["AZURE_FEDERATED_TOKEN_FILE"], encoding="ascii") as file:
            status, body = workload(entra, file.read().strip())
        assert status == 200 and body["access_token"] in entra and body["expires_in"] == 3600


def workload(entra, assertion):
    environment = entra.environment_workload()
    form = {"grant_type": "client_credentials", "client_id": environment["AZURE_CLIENT_ID"],
            "scope": RESOURCE + ".default", "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": assertion}
    status, body, _ = fetch(entra.url + WORKLOAD_PATH, data=urllib.parse.urlencode(form).encode())
    return status, json.loads(body)


READY = {"kserve": (f"/v2/models/{MODEL}/ready", b'"ready": true'), "openai": ("/v1/models", MODEL.encode()),
         "ollama": ("/api/tags", MODEL.encode()), "tei": ("/health", b""), "llamacpp": ("/health", b'"ok"'),
         "tfserving": (f"/v1/models/{MODEL}", b'"AVAILABLE"')}


def model_ready(peer, dialect):
    path, word = READY[dialect]
    status, body, _ = fetch(peer.url + path)
    return status == 200 and word in body


@pytest.mark.parametrize("dialect", DIALECTS)
def test_model_servers(dialect):
    with ModelServer(dialect) as peer:
        assert model_ready(peer, dialect)
        for state in ("loading", "failed"):
            peer.state = state
            assert not model_ready(peer, dialect)
        peer.state = "loaded"
        assert model_ready(peer, dialect)
        assert fetch(peer.url + "/nonsense")[0] == 404
        peer.down()
        with pytest.raises(urllib.error.URLError, match="refused"):
            model_ready(peer, dialect)
        peer.up()
        assert model_ready(peer, dialect)


def safetensors_is_whole(data):
    size = struct.unpack_from("<Q", data)[0]
    if size > len(data) - 8:
        return False
    entries = json.loads(data[8:8 + size])
    ends = [entry["data_offsets"][1] for name, entry in entries.items() if name != "__metadata__"]
    return len(data) == 8 + size + max(ends)


def gguf_is_whole(data):
    magic, version, tensors, keys = struct.unpack_from("<4sIQQ", data)
    return (magic, version, tensors, keys) == (b"GGUF", 3, 1, 1) and len(data) % 32 == 0 and len(data) > 96


def onnx_is_whole(data):
    """Walks the top-level fields; the first is ir_version."""
    at = 0
    while at < len(data):
        at += 2 if data[at] & 7 == 0 else 2 + data[at + 1]
    return data[0] == 0x08 and at == len(data)


@pytest.mark.parametrize("kind", WRITERS)
def test_model_files(kind, tmp_path):
    whole = {"gguf": gguf_is_whole, "safetensors": safetensors_is_whole, "onnx": onnx_is_whole}[kind]
    path = tmp_path / f"model.{kind}"

    def is_whole():
        try:
            return whole(path.read_bytes())
        except (struct.error, ValueError, IndexError):
            return False
    for spoil in (truncate, wrong_magic, bad_header_length):
        WRITERS[kind](path)
        assert is_whole()
        spoil(path)
        assert not is_whole(), spoil
