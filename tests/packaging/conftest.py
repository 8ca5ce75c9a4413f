"""Packages, built once for all tests of a run, and newer ones of the same content."""
import fcntl
import os
import pathlib
import re
import subprocess

import pytest

ROOT = pathlib.Path(__file__).parent.parent.parent


def run(*command, timeout=60, **options):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False, timeout=timeout,
                          stdin=subprocess.DEVNULL, **options)
    assert done.returncode == 0, f"{command}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return done.stdout


@pytest.fixture(scope="session")
def shared(tmp_path_factory):
    """A directory for all processes of this run."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


def package_directory(shared):
    """$PROBEHOST_PACKAGES may name one with packages that are built already."""
    return pathlib.Path(os.environ.get("PROBEHOST_PACKAGES") or shared / "packages").absolute()


@pytest.fixture(scope="session")
def packages(shared):
    """The Debian packages by name."""
    directory = package_directory(shared)
    with open(shared / "packages.lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not list(directory.glob("*.deb")):
            run(ROOT / "packaging/build.sh", "deb", directory, timeout=900)
    return {file.name.split("_")[0]: file for file in sorted(directory.glob("*.deb"))}


@pytest.fixture(scope="session")
def installed(packages):
    """What one installs to run the service, not to look into it."""
    return {name: file for name, file in packages.items() if not name.endswith("-dbgsym")}


def repacked(package, target, version, edit=lambda root: None):
    """The same package as another version."""
    root = target / "root"
    run("dpkg-deb", "--raw-extract", package, root)
    control = root / "DEBIAN/control"
    before = re.search(r"^Version: (.*)$", control.read_text(encoding="utf-8"), re.MULTILINE)[1]
    text = control.read_text(encoding="utf-8").replace(f"Version: {before}", f"Version: {version}").replace(f"= {before})", f"= {version})")
    control.write_text(text, encoding="utf-8")
    edit(root)
    file = target / package.name.replace(f"_{before}_", f"_{version}_")
    run("dpkg-deb", "--root-owner-group", "--build", root, file)
    run("rm", "-r", root)
    return file


def change_default(root):
    config = root / "etc/probehost/probehost.yaml"
    if config.exists():
        config.write_text("# A newer default.\n" + config.read_text(encoding="utf-8"), encoding="utf-8")


@pytest.fixture(scope="session")
def newer(installed, tmp_path_factory):
    """The next version, with another default configuration."""
    target = tmp_path_factory.mktemp("newer")
    return {name: repacked(file, target, "0.2.0", change_default) for name, file in installed.items()}
