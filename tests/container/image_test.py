"""The container image: small, without root, at home in a read-only root file system, listed, and it answers."""
import json
import re
import shlex
import subprocess

import pytest

from .conftest import TAG, run

pytestmark = pytest.mark.slow

MOST = 60 << 10  # kB beyond the base

# What a container engine makes of an image: a root file system that nobody can write, its user, and a network of its own.
CONFINED = """
root=$1 user=$2
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
touch "$root/dev/null" && mount --bind /dev/null "$root/dev/null"
mount -o remount,bind,ro "$root"
ip link set lo up
inside() { exec chroot --userspec="$user" --groups= "$root" setpriv --no-new-privs "$@"; }
"""


def confined(image, script):
    """What a shell script says that runs the image's programs by `inside`."""
    done = subprocess.run(["unshare", "--mount", "--pid", "--net", "--fork", "--kill-child", "--propagation", "private", "bash", "-uc",
                           CONFINED + script, "bash", image.root, image.settings["User"]],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def size(root):
    return int(run("du", "--summarize", "--one-file-system", "--block-size=1K", root).split()[0])


def packages(root):
    return set(run("dpkg-query", f"--admindir={root}/var/lib/dpkg", "--show", "--showformat", "${binary:Package} ${Version}\n").splitlines())


def test_it_is_small_and_holds_no_more_than_it_needs(image, record_property):
    beyond = size(image.root) - size(image.base)
    record_property("kB beyond the base", beyond)
    assert 0 < beyond < MOST
    added = {line.split()[0] for line in packages(image.root) - packages(image.base)}
    assert not {name for name in added if re.match(r"(gcc|g\+\+|perl|python|cmake|.*-dev$)", name)}
    assert list(image.root.glob("var/lib/apt/lists/*_Packages*")) == [] and list(image.root.glob("tmp/*")) == []


def test_what_an_engine_is_told(image):
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", image.settings["User"])
    assert image.settings["Entrypoint"] + image.settings["Cmd"] == ["probehost", "serve"]
    assert image.settings["Healthcheck"]["Test"] == ["CMD", "probehost", "probe", "live"]
    assert list(image.settings["ExposedPorts"]) == ["8000/tcp"]


def test_it_serves_with_a_root_file_system_that_nobody_can_write(image):
    serve = shlex.join(image.settings["Entrypoint"] + image.settings["Cmd"])
    health = shlex.join(image.settings["Healthcheck"]["Test"][1:])
    said = confined(image, f"""
(inside {serve}) >&2 & host=$!
for turn in $(seq 100); do (inside {health}) 2>/dev/null && break; sleep 0.1; done
(inside probehost probe ready); (inside probehost probe started)
(inside id --user)
for place in / /etc /usr/bin /var/lib /tmp; do (inside touch $place/mark) 2>/dev/null && echo "$place can be written"; done
kill $host; sleep 0.5; kill $host; wait $host; echo "ended with $?"
""")
    assert said.splitlines() == ['{"status":"alive"}', '{"status":"ready","checks":{}}', '{"status":"started"}', "65532", "ended with 0"]


def test_buildah_runs_it(image, storage):
    container = run("buildah", "from", "--pull-never", TAG, env=storage.env).strip()
    serve = """probehost serve & for turn in $(seq 100); do probehost probe live && break; sleep 0.1; done
        kill $!; sleep 0.5; kill $!; wait $!; echo "ended with $?" """
    said = run("unshare", "--net", "sh", "-c", 'ip link set lo up && exec "$@"', "sh", "buildah", "run", container, "--", "sh", "-c", serve,
               env=storage.env)
    assert said.splitlines()[-2:] == ['{"status":"alive"}', "ended with 0"]


def test_every_plugin_finds_its_libraries(image):
    told = json.loads(confined(image, "(inside probehost plugins --format json)"))
    assert told["refused"] == []
    assert {"postgres", "redis", "azure-openai", "servicebus", "model", "tcp", "dns"} <= {one["checker"] for one in told["checkers"]}


def test_the_list_names_all_that_is_in_it(image):
    listed = {f"{one['name']} {one['versionInfo']}" for one in image.sbom["packages"] if one["SPDXID"].startswith("SPDXRef-deb-")}
    assert listed == {re.sub(r":\w+ ", " ", line) for line in packages(image.root)}
    assert [one["licenseDeclared"] for one in image.sbom["packages"] if one["name"] == "probehost"] == ["Apache-2.0"]


def test_the_list_is_spdx(image):
    sbom = image.sbom
    assert (sbom["spdxVersion"], sbom["dataLicense"], sbom["SPDXID"]) == ("SPDX-2.3", "CC0-1.0", "SPDXRef-DOCUMENT")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", sbom["creationInfo"]["created"])
    names = [one["SPDXID"] for one in sbom["packages"]]
    assert len(names) == len(set(names)) and all(re.fullmatch(r"SPDXRef-[A-Za-z0-9.-]+", name) for name in names)
    related = {(one["relationshipType"], one["relatedSpdxElement"]) for one in sbom["relationships"]}
    assert {name for _, name in related} == set(names)
    assert all({"downloadLocation", "licenseConcluded", "copyrightText"} <= set(one) for one in sbom["packages"])
