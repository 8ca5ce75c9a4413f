"""Entra ID tokens: where they come from, when they are renewed, and what happens when none can be had."""
import time

import pytest
from peers.entra import CLIENT, IMDS_PATH, Entra
from peers.http_peer import Fault
from peers.openai import OpenAi

from . import loop
from .loop import said, took

PLACES = ("imds", "app_service", "workload")
NONE = "fail: Entra token not available"


@pytest.fixture
def entra():
    with Entra() as running:
        yield running


@pytest.fixture
def peer(entra):
    with OpenAi(models=2, tokens=entra) as running:
        yield running


def settings(peer, **more):
    return {"endpoint": peer.url, "auth": "entra", **more}


def environment(entra, place):
    return getattr(entra, f"environment_{place}")()


def run(peer, entra, place="imds", runs=1, more=None, **options):
    given = settings(peer, **(more or {}))
    return loop.run("azure-openai", given, runs=runs, env=environment(entra, place), **options)[:runs]


@pytest.mark.parametrize("place", PLACES)
def test_a_token_is_fetched_once_from_where_the_workload_runs(peer, entra, place):
    assert [said(result) for result in run(peer, entra, place, runs=20)] == ["pass"] * 20
    assert sum(entra.requests.values()) == 1
    assert peer.last_headers["Authorization"].startswith("Bearer ey") and "api-key" not in peer.last_headers


def test_a_time_of_day_is_understood_as_expiry(peer, entra):
    entra.iso_expiry = True
    assert said(run(peer, entra, "app_service", more={"client_id": CLIENT})[0]) == "pass"


@pytest.mark.parametrize("place", PLACES)
def test_the_resource_is_that_of_cognitive_services(peer, entra, place):
    entra.known_resources = ["https://cognitiveservices.azure.com"]
    assert said(run(peer, entra, place)[0]) == "pass"
    entra.known_resources = ["https://elsewhere.example"]
    result = run(peer, entra, place)[0]
    assert said(result) == NONE and "invalid_resource" in result["detail"]


@pytest.mark.parametrize("fault", [
    Fault(status=410), Fault(status=500), Fault(mode="garbage"), Fault(mode="huge"), Fault(mode="reset"),
    Fault(mode="close"), Fault(status=200, body="{}"), Fault(status=200, body='{"access_token": "two words"}'),
    Fault(status=200, body='{"access_token": "t", "expires_in": "-1"}'), Fault(status=200, body="[" * 60000)],
    ids=lambda fault: f"{fault.mode}{fault.status}{fault.body[:24]}")
def test_a_broken_token_endpoint_is_said_and_healthy_when_it_is_mended(peer, entra, fault):
    entra.fault = fault
    with loop.Loop("azure-openai", settings(peer), env=environment(entra, "imds")) as running:
        assert all(said(result) == NONE and took(result) < 500 for result in (running.next(), running.next()))
        entra.fault = None
        running.until(lambda result: said(result) == "pass")


def test_a_silent_token_endpoint_is_waited_for_until_the_request_timeout(peer, entra):
    entra.fault = Fault(mode="silent")
    result = run(peer, entra, more={"request_timeout": "300ms"})[0]
    assert said(result) == NONE and result["ms"] >= 300 and took(result) < 600


def test_a_token_is_renewed_ahead_and_no_check_waits_for_it(peer, entra):
    entra.lifetime = 2
    with loop.Loop("azure-openai", settings(peer), env=environment(entra, "imds")) as running:
        running.next()
        entra.fault = Fault(delay=0.6)
        end = time.monotonic() + 4
        while time.monotonic() < end:
            result = running.next()
            assert said(result) == "pass" and took(result) < 400
    assert 3 <= entra.requests[IMDS_PATH] <= 6


def test_a_valid_token_goes_on_serving_while_the_endpoint_fails(peer, entra):
    entra.lifetime = 3
    with loop.Loop("azure-openai", settings(peer), env=environment(entra, "imds")) as running:
        assert said(running.next()) == "pass"
        entra.fault = Fault(status=500)
        end = time.monotonic() + 2.5
        while time.monotonic() < end:
            assert said(running.next()) == "pass"
        running.until(lambda result: said(result) == NONE)
        entra.fault = None
        running.until(lambda result: said(result) == "pass")


def test_the_assertion_of_a_workload_is_read_anew(peer, entra):
    entra.lifetime = 1
    with loop.Loop("azure-openai", settings(peer), env=environment(entra, "workload")) as running:
        assert said(running.next()) == "pass"
        entra.rotate()
        end = time.monotonic() + 2
        while time.monotonic() < end:
            assert said(running.next()) == "pass"


def test_a_token_that_the_service_refuses_is_exchanged_before_it_expires(peer, entra):
    with loop.Loop("azure-openai", settings(peer), env=environment(entra, "imds")) as running:
        assert said(running.next()) == "pass"
        entra.revoke()
        running.until(lambda result: said(result) == "fail: HTTP 401 from Azure OpenAI")
        running.until(lambda result: said(result) == "pass", 15)
    assert entra.requests[IMDS_PATH] == 2


def test_a_missing_role_is_explained(peer, entra):
    peer.role_missing = True
    result = run(peer, entra)[0]
    assert said(result) == "fail: HTTP 401 from Azure OpenAI" and "Cognitive Services OpenAI User" in result["detail"]


def test_no_part_of_a_token_or_an_assertion_is_in_any_output(peer, entra):
    peer.fault = Fault(status=401)
    for place in PLACES:
        done = loop.finish("azure-openai", settings(peer), env=environment(entra, place), runs=2)
        entra.fault = Fault(status=400)
        failed = loop.finish("azure-openai", settings(peer), env=environment(entra, place), runs=2)
        entra.fault = None
        written = done.stdout + done.stderr + failed.stdout + failed.stderr
        assert "HTTP 401" in written and "Entra" in written
        for secret in [entra.assertion, entra.identity_header, *entra.issued]:
            assert secret not in written


@pytest.mark.parametrize("name", ["AZURE_POD_IDENTITY_AUTHORITY_HOST"])
def test_a_variable_that_is_no_url_is_named(peer, name):
    done = loop.finish("azure-openai", settings(peer), env={name: "nonsense"})
    assert done.returncode == 1 and f"{name}: expected" in done.stdout
