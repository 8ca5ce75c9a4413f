"""The same for systems without apt: RPMs of the same split, and a tarball that works where it is unpacked; of $PROBEHOST_PACKAGES."""
import os
import re
import shutil
import subprocess
import tempfile

import pytest

from .conftest import package_directory, run

pytestmark = pytest.mark.slow


def built(shared, kind, pattern, needs):
    for program in needs:
        if not shutil.which(program):
            pytest.skip(f"{program} is not installed")
    found = sorted(package_directory(shared).glob(pattern))
    if not found:
        pytest.skip(f"another build would take minutes: `packaging/build.sh {kind} DIRECTORY`, and name that in PROBEHOST_PACKAGES")
    return found


@pytest.fixture(scope="session")
def rpms(shared):
    return {re.match(r"(.*)-[0-9.]+-1\.", file.name)[1]: file for file in built(shared, "rpm", "*.rpm", ["rpmbuild", "rpm2cpio", "cpio"])}


@pytest.fixture(scope="session")
def tarball(shared, tmp_path_factory):
    root = tmp_path_factory.mktemp("opt")
    run("tar", "-C", root, "-xzf", *built(shared, "tarball", "*.tar.gz", ["cmake"]))
    return root / "probehost"


def query(rpm, *options):
    with tempfile.TemporaryDirectory() as database:
        return run("rpm", f"--dbpath={database}", "-qp", *options, rpm).splitlines()


def test_there_are_rpms_of_the_same_split(rpms, tmp_path):
    assert sorted(rpms) == ["probehost", "probehost-all", "probehost-devel", "probehost-plugin-azure-openai", "probehost-plugin-postgres",
                            "probehost-plugin-redis", "probehost-plugin-servicebus", "probehost-plugins-extra"]
    for rpm in rpms.values():
        archive = subprocess.run(["rpm2cpio", rpm], capture_output=True, check=True, timeout=60).stdout
        subprocess.run(["cpio", "-idm", "--quiet"], input=archive, cwd=tmp_path, check=True, timeout=60)
    program = tmp_path / "usr/bin/probehost"
    assert run(program, "validate", "--config", tmp_path / "etc/probehost/probehost.yaml") != ""
    plugins = run(program, "plugins", "--config", tmp_path / "etc/probehost/probehost.yaml", "--format", "json")
    assert all(f'"{name}"' in plugins for name in ("postgres", "redis", "azure-openai", "servicebus", "model", "disk"))
    assert "/etc/probehost/probehost.yaml" in query(rpms["probehost"], "--configfiles")


def test_each_rpm_needs_its_libraries(rpms):
    assert any(line.startswith("libpq.so.5") for line in query(rpms["probehost-plugin-postgres"], "--requires"))
    assert any(line.startswith("libPocoNet.so") for line in query(rpms["probehost"], "--requires"))
    assert not any("libPoco" in line for line in query(rpms["probehost-plugin-redis"], "--requires"))
    version, = query(rpms["probehost"], "--qf", "%{VERSION}-%{RELEASE}")
    for name, rpm in rpms.items():
        if "-plugin" in name:
            assert f"probehost = {version}" in query(rpm, "--requires")


# Who publishes signs; what is called "all" is not about languages here; and Debian's rpmbuild strips every archive.
NO_FAULT = ("no-signature", "no-dependency-on locales-all", "static-library-without-debuginfo")


def test_rpmlint_finds_no_errors(rpms):
    if not shutil.which("rpmlint"):
        pytest.skip("rpmlint is not installed")
    said = subprocess.run(["rpmlint", *rpms.values()], capture_output=True, text=True, check=False, timeout=300).stdout
    assert "8 packages" in said
    assert [line for line in said.splitlines() if " E: " in line and not any(fault in line for fault in NO_FAULT)] == []


def test_the_tarball_works_where_it_is_unpacked(tarball):
    program = tarball / "bin/probehost"
    said = run(program, "plugins", "--config", tarball / "etc/probehost/probehost.yaml", "--format", "json")
    assert all(f'"{name}"' in said for name in ("postgres", "redis", "azure-openai", "servicebus", "model", "disk"))
    assert run(program, "validate", "--config", tarball / "etc/probehost/probehost.yaml") != ""
    assert "ExecStart=/opt/probehost/bin/probehost serve --config /opt/probehost/etc/probehost/probehost.yaml" in (
        tarball / "lib/systemd/system/probehost.service").read_text(encoding="utf-8")


def test_the_tarball_needs_nothing_but_the_distributions_libraries(tarball):
    binaries = [tarball / "bin/probehost", tarball / "libexec/probehost/probehost-worker", *tarball.rglob("*.so")]
    assert len(binaries) > 10
    for binary in binaries:
        assert "RUNPATH" not in run("objdump", "-p", binary) and "RPATH" not in run("objdump", "-p", binary)
        for path in re.findall(r"=> (\S+)", run("ldd", binary)):
            assert path.startswith(("/lib/", "/usr/lib/")), f"{binary}: {path}"


def test_who_may_write_the_tarballs_files(tarball):
    for path in [tarball, *tarball.rglob("*")]:
        assert not path.stat().st_mode & 0o022, path
        assert os.access(path, os.R_OK), path
