"""packaging/containerapps is within the platform's limits, refers to what is there, and has the numbers of `probehost manifest`."""
import pytest
import yaml

from .conftest import PACKAGING

LIMITS = {"initialDelaySeconds": 60, "periodSeconds": 240, "timeoutSeconds": 240, "failureThreshold": 10, "successThreshold": 10}


@pytest.fixture
def properties():
    whole = yaml.safe_load((PACKAGING / "containerapps" / "containerapp.yaml").read_text(encoding="utf-8"))
    assert whole["type"] == "Microsoft.App/containerApps"
    return whole["properties"]


def probes_of(container):
    return {probe["type"]: probe for probe in container["probes"]}


def test_probes_are_within_the_limits(properties):
    for container in properties["template"]["containers"]:
        assert len(probes_of(container)) == len(container["probes"])  # at most one of each type
        for probe in container["probes"]:
            assert set(probe) <= {"type", "httpGet", *LIMITS}
            assert set(probe["httpGet"]) == {"path", "port"} and isinstance(probe["httpGet"]["port"], int)
            assert all(1 <= probe[name] <= most for name, most in LIMITS.items() if name in probe)


def test_five_minutes_to_start(properties):
    startup = probes_of(properties["template"]["containers"][0])["Startup"]
    assert startup["periodSeconds"] * startup["failureThreshold"] == 300


def test_every_reference_is_there(properties):
    template = properties["template"]
    secrets = {secret["name"] for secret in properties["configuration"]["secrets"]}
    volumes = {volume["name"]: volume for volume in template["volumes"]}
    mounted = {mount["volumeName"] for container in template["containers"] for mount in container["volumeMounts"]}
    assert mounted == set(volumes)
    taken = {item["secretRef"] for volume in volumes.values() for item in volume.get("secrets", [])}
    assert taken == secrets


def test_the_numbers_are_those_of_probehost_manifest(properties, probehost):
    config, = [secret["value"] for secret in properties["configuration"]["secrets"] if secret["name"] == "probehost-configuration"]
    printed = yaml.safe_load(probehost(["manifest", "containerapps"], config.replace("<resource>", "example")))
    told, template = printed["properties"]["template"], properties["template"]
    assert probes_of(told["containers"][0]) == probes_of(template["containers"][0])
    assert told["terminationGracePeriodSeconds"] == template["terminationGracePeriodSeconds"]
