"""A system without CA certificates, as bare images are: every checker says so, and what to do."""
import subprocess

import pytest
from peers.model_server import ModelServer
from peers.openai import KEY, OpenAi
from peers.redis import Redis
from peers.servicebus import ServiceBusPeer

from . import loop, redis_case, servicebus_case
from .loop import said

BARE = ["unshare", "--mount", "--propagation", "private", "--", "sh", "-c",
        'mount -t tmpfs tmpfs /etc/ssl/certs && exec "$@"', "sh"]
LACK = "no CA certificates on this system: install ca-certificates"
NOT_TRUSTED = "TLS certificate not trusted"


@pytest.fixture(scope="module", autouse=True)
def _bare_system():
    done = subprocess.run(BARE + ["true"], capture_output=True, text=True, check=False, timeout=10)
    if done.returncode:
        pytest.skip(f"no private mount namespace: {done.stderr.strip()}")


def first(plugin, settings, **options):
    return loop.run(plugin, settings, prefix=BARE, **options)[0]


def test_redis_says_so(authority):
    with Redis(tls=authority.server()) as server:
        given = {"url": redis_case.url(server, scheme="rediss", host="localhost")}
        result = first("redis", given)
        assert said(result) == f"fail: {NOT_TRUSTED}" and result["detail"].endswith(f"{LACK} or set tls.ca_file")
        assert said(first("redis", {**given, "tls": {"ca_file": authority.ca_file}})) == "pass"


def test_servicebus_says_so(authority):
    certificate = authority.server()
    with ServiceBusPeer(queues={"full": 1}, tls_cert=certificate.cert, tls_key=certificate.key) as server:
        given = servicebus_case.over_tls(server, authority, "localhost")
        assert said(first("servicebus", given, timeout=2000)) == "pass"
        result = first("servicebus", {**given, "ca_file": ""}, timeout=2000)
        assert said(result) == f"fail: {NOT_TRUSTED}" and result["detail"].endswith(f"{LACK} or set ca_file")


def test_azure_openai_says_so(authority):
    with OpenAi(models=2, tls=authority.server()) as server:
        given = {"endpoint": f"https://localhost:{server.port}", "api_key": KEY}
        result = first("azure-openai", given)
        assert said(result) == f"fail: {NOT_TRUSTED}" and result["detail"].endswith(f"{LACK} or set ca_file")
        assert said(first("azure-openai", {**given, "ca_file": authority.ca_file})) == "pass"


def test_a_token_of_entra_has_no_ca_file_of_its_own(authority, tmp_path):
    assertion = tmp_path / "token"
    assertion.write_text("assertion")
    with OpenAi(models=2, tls=authority.server()) as server:
        env = {"AZURE_TENANT_ID": "tenant", "AZURE_CLIENT_ID": "client", "AZURE_FEDERATED_TOKEN_FILE": str(assertion),
               "AZURE_AUTHORITY_HOST": f"https://localhost:{server.port}/"}
        given = {"endpoint": server.url, "auth": "entra", "ca_file": authority.ca_file}
        result = first("azure-openai", given, env=env, timeout=4000)
        assert said(result) == "fail: Entra token not available" and result["detail"].endswith(LACK)


def test_model_says_so(authority):
    with ModelServer("kserve", tls=authority.server()) as server:
        given = {"source": "server", "url": f"https://localhost:{server.port}", "dialect": "kserve"}
        result = first("model", given, once=True)
        assert said(result) == f"fail: Model server: {NOT_TRUSTED}"
        assert result["detail"].endswith(f"{LACK} or set ca_file")


@pytest.mark.parametrize("more", [{}, {"sslrootcert": "system"}], ids=str)
def test_postgres_refuses_its_settings(more):
    done = loop.finish("postgres", {"host": "h", "sslmode": "verify-full", **more}, prefix=BARE)
    assert f"sslrootcert: expected a file; {LACK} or set sslrootcert" in done.stdout
