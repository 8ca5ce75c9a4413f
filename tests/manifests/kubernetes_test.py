"""What is in packaging/kubernetes renders, is what Kubernetes' API takes, and has the numbers of `probehost manifest`."""
import shutil
import subprocess

import pytest
import yaml

from . import service_monitor
from .api_types import complaints
from .conftest import PACKAGING

FOLDER = PACKAGING / "kubernetes"
NAMES = ["deployment", "sidecar", "daemonset", "monitoring", "example"]
PROBED = {"deployment": "deployment.yaml", "sidecar": "deployment.yaml", "daemonset": "daemonset.yaml"}
PROBES = ("startupProbe", "livenessProbe", "readinessProbe")


def documents(text):
    return [thing for thing in yaml.safe_load_all(text) if thing]


def written(name):
    """The objects as they are written, before kustomize adds any."""
    resources = yaml.safe_load((FOLDER / name / "kustomization.yaml").read_text(encoding="utf-8"))["resources"]
    files = [FOLDER / name / resource for resource in resources]
    return [thing for file in files if file.is_file() for thing in documents(file.read_text(encoding="utf-8"))]


@pytest.fixture(scope="session")
def rendered():
    """The objects that kustomize makes of a folder."""
    if shutil.which("kubectl") is None:
        pytest.skip("there is no kubectl to render with; what is written is checked all the same")
    def render(name):
        done = subprocess.run(["kubectl", "kustomize", FOLDER / name], capture_output=True, text=True, check=False, timeout=60)
        if "must be a file" in done.stderr:
            pytest.skip("this kubectl is older than 1.21 and takes no folder as a resource")
        assert done.returncode == 0, done.stderr
        assert "deprecated" not in done.stderr
        return documents(done.stdout)
    return render


def api_complaints(things):
    checked = {"ServiceMonitor": service_monitor.complaints}
    return [line for thing in things for line in checked.get(thing["kind"], complaints)(thing)]


def pod_of(name):
    workload = yaml.safe_load((FOLDER / name / PROBED[name]).read_text(encoding="utf-8"))
    return workload["spec"]["template"]["spec"]


def probed(pod):
    """What `probehost manifest kubernetes` is about."""
    container = pod["containers"][0]
    return pod["terminationGracePeriodSeconds"], {probe: container[probe] for probe in PROBES}


@pytest.mark.parametrize("name", NAMES)
def test_the_api_takes_what_is_written(name):
    assert api_complaints(written(name)) == []


def test_the_api_check_can_fail():
    pod, = written("daemonset")
    spec = pod["spec"]["template"]["spec"]
    spec["containers"][0]["livenesProbe"] = spec["containers"][0].pop("livenessProbe")
    spec["containers"][0]["readinessProbe"]["periodSeconds"] = "15"
    del spec["containers"][0]["name"]
    found = "\n".join(complaints(pod))
    assert found.count("\n") == 2
    assert all(word in found for word in ("livenesProbe", "periodSeconds is '15'", "name"))


@pytest.mark.parametrize("name", NAMES)
def test_kustomize_renders_what_the_api_takes(rendered, name):
    things = rendered(name)
    assert api_complaints(things) == []
    made = {thing["metadata"]["name"] for thing in things if thing["kind"] in ("ConfigMap", "Secret")}
    assert used(things) == made


def used(things):
    """The names of the ConfigMaps and Secrets that pods mount."""
    pods = [thing["spec"]["template"]["spec"] for thing in things if "template" in thing.get("spec", {})]
    volumes = [volume for pod in pods for volume in pod["volumes"]]
    return ({volume["configMap"]["name"] for volume in volumes if "configMap" in volume} |
            {volume["secret"]["secretName"] for volume in volumes if "secret" in volume})


def test_the_overlay_takes_effect(rendered):
    things = rendered("example")
    assert {thing["metadata"]["namespace"] for thing in things} == {"shop"}
    pods = [thing["spec"]["template"]["spec"] for thing in things if thing["kind"] == "Deployment"]
    images = {container["image"] for pod in pods for container in pod["containers"]}
    assert "registry.example/probehost:0.1.0" in images
    config, = [thing for thing in things if thing["kind"] == "ConfigMap" and "probehost.yaml" in thing["data"]]
    assert config["data"]["probehost.yaml"] == (FOLDER / "example" / "probehost.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize("config, name", [("deployment", "deployment"), ("sidecar", "sidecar"), ("daemonset", "daemonset"),
                                          ("example", "deployment")])
def test_the_numbers_are_those_of_probehost_manifest(probehost, config, name):
    text = (FOLDER / config / "probehost.yaml").read_text(encoding="utf-8")
    assert probed(yaml.safe_load(probehost(["manifest", "kubernetes"], text))["spec"]) == probed(pod_of(name))


@pytest.mark.parametrize("name", ["deployment", "sidecar", "daemonset", "example"])
def test_the_configurations_are_good(probehost, name):
    assert "is valid" in probehost(["validate"], (FOLDER / name / "probehost.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", PROBED)
def test_probehost_is_confined(name):
    pod = pod_of(name)
    container, = [one for one in pod.get("initContainers", []) + pod["containers"] if one["name"] == "probehost"]
    assert pod["securityContext"] | {"runAsNonRoot": True, "runAsUser": 65532} == pod["securityContext"]
    assert container["securityContext"] == {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True,
                                            "capabilities": {"drop": ["ALL"]}}
    assert "memory" in container["resources"]["limits"]


def test_the_sidecar_is_there_first_and_is_restarted_before_the_application():
    pod = pod_of("sidecar")
    sidecar, = pod["initContainers"]
    application, = pod["containers"]
    assert sidecar["restartPolicy"] == "Always"
    assert sidecar["startupProbe"]["httpGet"]["path"] == "/health"  # else it would wait for what waits for it
    own, other = sidecar["livenessProbe"], application["livenessProbe"]
    assert own["periodSeconds"] * own["failureThreshold"] < other["periodSeconds"] * other["failureThreshold"]
    assert all(application[probe]["httpGet"]["port"] == 8000 for probe in PROBES)


@pytest.mark.parametrize("wrong", [{"scrapeTimout": "5s"}, {"interval": 15}, {"interval": "15"}, {"params": {"module": "probehost"}}])
def test_what_the_operator_would_not_take_is_found(wrong):
    monitor, = (thing for thing in written("monitoring") if thing["kind"] == "ServiceMonitor")
    monitor["spec"]["endpoints"][0].update(wrong)
    assert len(api_complaints([monitor])) == 1


def test_prometheus_finds_blackbox_exporter():
    things = {thing["kind"]: thing for thing in written("monitoring")}
    monitor, service = things["ServiceMonitor"]["spec"], things["Service"]
    assert monitor["selector"]["matchLabels"].items() <= service["metadata"]["labels"].items()
    modules = yaml.safe_load((FOLDER / "monitoring" / "blackbox.yaml").read_text(encoding="utf-8"))["modules"]
    for endpoint in monitor["endpoints"]:
        assert endpoint["port"] in [port["name"] for port in service["spec"]["ports"]]
        assert set(endpoint["params"]["module"]) <= set(modules)
        assert endpoint["params"]["target"][0].startswith("http://probehost:8000/health")
