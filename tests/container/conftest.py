"""The image, made by README's command on a base that is a debootstrapped tree, because not every machine reaches a registry."""
import json
import os
import pathlib
import shutil
import subprocess
import types

import pytest

ROOT = pathlib.Path(__file__).parent.parent.parent
BASE, TAG = "localhost/bare:12", "localhost/probehost:test"


def run(*argv, env=None, timeout=300):
    done = subprocess.run([str(word) for word in argv], capture_output=True, text=True, check=False, timeout=timeout,
                          stdin=subprocess.DEVNULL, env=os.environ | (env or {}))
    assert done.returncode == 0, f"{argv}: {done.stdout[-2000:]}{done.stderr[-2000:]}"
    return done.stdout


def require_privileges():
    if os.geteuid() != 0:
        pytest.skip("only root can make a bare tree and mount an image")
    tried = subprocess.run(["unshare", "--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt"], capture_output=True, text=True, check=False)
    if tried.returncode != 0:
        pytest.skip(f"this machine lets no mounts be made: {tried.stderr.strip()}")


def mirror():
    """Where this machine gets its packages from."""
    for line in run("apt-get", "indextargets", "--format", "$(REPO_URI)", "Codename: bookworm").splitlines():
        return line
    pytest.skip("apt knows no mirror of Debian 12")


def bare_tree(folder):
    """A tarball: the one that PROBEHOST_BARE_TARBALL names, as in tests/bare_tree.sh, or a new one."""
    kept = os.environ.get("PROBEHOST_BARE_TARBALL")
    if kept and pathlib.Path(kept).is_file():
        return pathlib.Path(kept)
    made = folder / "bare.tar"
    tried = subprocess.run(["debootstrap", "--variant=minbase", "bookworm", folder / "bare", mirror()], capture_output=True,
                           text=True, check=False, timeout=300)
    if tried.returncode != 0:
        pytest.skip(f"no bare tree could be made: {tried.stdout.strip()[-300:]}")
    run("tar", "-C", folder / "bare", "-cf", made, ".")
    shutil.rmtree(folder / "bare")
    return made


@pytest.fixture(scope="session")
def storage(tmp_path_factory):
    """What buildah is to use instead of the machine's own storage; nothing of it is left."""
    require_privileges()
    folder = tmp_path_factory.mktemp("storage")
    file = folder / "storage.conf"
    file.write_text(f'[storage]\ndriver = "vfs"\ngraphroot = "{folder}/root"\nrunroot = "{folder}/run"\n', encoding="ascii")
    yield types.SimpleNamespace(dir=folder, env={"CONTAINERS_STORAGE_CONF": str(file), "BUILDAH_ISOLATION": "chroot"})
    run("buildah", "rm", "--all", env={"CONTAINERS_STORAGE_CONF": str(file)})
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def base(storage):
    """The bare tree as an image, which reaches its packages as this machine does."""
    settings = storage.dir / "90machine"
    settings.write_text(run("sh", "-c", "apt-config dump | grep -E '^Acquire::(https?|Check-)' || true"), encoding="utf-8")
    sources = storage.dir / "sources.list"
    sources.write_text(f"deb {mirror()} bookworm main\n", encoding="ascii")
    tree = bare_tree(storage.dir)
    container = run("buildah", "from", "scratch", env=storage.env).strip()
    run("buildah", "add", container, tree, "/", env=storage.env)
    run("buildah", "copy", container, settings, "/etc/apt/apt.conf.d/90machine", env=storage.env)
    run("buildah", "copy", container, sources, "/etc/apt/sources.list", env=storage.env)
    require_packages(container, storage)
    run("buildah", "commit", "--quiet", "--rm", container, BASE, env=storage.env)
    return mounted(BASE, storage)


def require_packages(container, storage):
    """That programs run in containers here, and reach Debian's packages, none of which is left in the base, as in a slim one."""
    trial = "apt-get -qq update && apt-get clean && rm -rf /var/lib/apt/lists/* /var/cache/apt/*"
    tried = subprocess.run(["buildah", "run", container, "--", "sh", "-c", trial], capture_output=True, text=True,
                           check=False, timeout=120, env=os.environ | storage.env)
    if tried.returncode != 0:
        pytest.skip(f"no packages can be had in a container on this machine: {tried.stderr.strip()[-300:]}")


def mounted(image, storage):
    container = run("buildah", "from", "--pull-never", image, env=storage.env).strip()
    return pathlib.Path(run("buildah", "mount", container, env=storage.env).strip())


@pytest.fixture(scope="session")
def image(storage, base, programs):
    """Its settings, its files, and what image.sh says is in it."""
    if not (programs.parent / "cmake_install.cmake").is_file():
        pytest.skip(f"{programs} is not in a build tree, and what is to be tested would first have to be compiled")
    sbom = storage.dir / "sbom.json"
    run("bash", ROOT / "packaging/container/image.sh", "--build", programs.parent, "--base", BASE, "--tag", TAG, "--sbom", sbom,
        env=storage.env)
    settings = json.loads(run("buildah", "inspect", "--type", "image", TAG, env=storage.env))["Docker"]["config"]
    return types.SimpleNamespace(settings=settings, root=mounted(TAG, storage), base=base, sbom=json.loads(sbom.read_text()))
