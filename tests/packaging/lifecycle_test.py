"""What packages leave when they come, change and go, in a throwaway copy of a Debian without a running systemd, as in an image's build."""
import os
import subprocess

import pytest

from .machine import TREE, missing

pytestmark = [pytest.mark.slow, pytest.mark.skipif(missing(needs=["unshare"]) is not None, reason=str(missing(needs=["unshare"])))]

# Mounts live in a namespace that ends with the command. What is tried is in /mnt.
ENTER = """
set -e
mount -t tmpfs tmpfs "$1"
mkdir "$1/upper" "$1/work" "$1/root"
mount -t overlay -o "lowerdir=$2,upperdir=$1/upper,workdir=$1/work" overlay "$1/root"
mount --bind "$1/root" "$1/root"
mount -t proc proc "$1/root/proc"
mount --rbind /dev "$1/root/dev"
mount --bind "$3" "$1/root/mnt"
printf '#!/bin/sh\\nexit 101\\n' >"$1/root/usr/sbin/policy-rc.d"
chmod 755 "$1/root/usr/sbin/policy-rc.d"
exec chroot "$1/root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive bash -euc "$4"
"""
APT = "apt-get -qq -o Dpkg::Use-Pty=0 -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold install --yes --no-install-recommends "
PLACES = "find /etc /usr /var /opt /srv /lib/systemd -xdev -not -path '/var/lib/dpkg/*' -not -path '/var/lib/apt/*' -not -path '/var/cache/*' " \
         "-not -path '/var/log/*' -not -path '/etc/ld.so.cache' | sort"


@pytest.fixture
def inside(installed, newer, tmp_path):
    """Runs a script where old/ and new/ have the packages."""
    debs = tmp_path / "debs"
    for name, some in (("old", installed), ("new", newer)):
        (debs / name).mkdir(parents=True)
        for file in some.values():
            os.link(file, debs / name / file.name) if file.stat().st_dev == debs.stat().st_dev else (debs / name / file.name).write_bytes(file.read_bytes())
    tmp_path.chmod(0o755)

    def run(script):
        layers = tmp_path / "layers"
        layers.mkdir(exist_ok=True)
        done = subprocess.run(["unshare", "--mount", "--pid", "--fork", "--kill-child", "--propagation", "private", "bash", "-c", ENTER,
                               "enter", layers, TREE, debs, script], capture_output=True, text=True, check=False, timeout=240,
                              stdin=subprocess.DEVNULL)
        if "overlay" in done.stderr and done.returncode == 32:
            pytest.skip(f"no overlay can be mounted here: {done.stderr.strip()}")
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        return done.stdout
    return run


def test_an_upgrade_replaces_what_was_not_changed_and_nothing_is_left_behind(inside):
    said = inside(f"""{PLACES} >/tmp/before
{APT} /mnt/old/*.deb >&2
probehost --version
{APT} /mnt/new/*.deb >&2
head -n 1 /etc/probehost/probehost.yaml
probehost validate
apt-get -qq purge --yes 'probehost*' >&2
{PLACES} >/tmp/after
diff /tmp/before /tmp/after && echo nothing left""")
    assert said.startswith("probehost 0.1.0\n# A newer default.\n")
    assert said.endswith("nothing left\n")


def test_a_configuration_that_was_changed_survives_an_upgrade_and_a_removal(inside):
    said = inside(f"""{APT} /mnt/old/*.deb >&2
echo 'service: mine' >>/etc/probehost/probehost.yaml
{APT} /mnt/new/*.deb >&2
dpkg-query -W -f '${{Version}}\\n' probehost probehost-plugin-redis
tail -n 1 /etc/probehost/probehost.yaml
head -n 1 /etc/probehost/probehost.yaml.dpkg-dist
apt-get -qq remove --yes 'probehost*' >&2
tail -n 1 /etc/probehost/probehost.yaml
test ! -e /usr/bin/probehost
{APT} /mnt/old/*.deb >&2
tail -n 1 /etc/probehost/probehost.yaml
apt-get -qq purge --yes 'probehost*' >&2
test ! -e /etc/probehost && echo purged""")
    assert said.split("\n") == ["0.2.0", "0.2.0", "service: mine", "# A newer default.", "service: mine", "service: mine", "purged", ""]


def test_a_broken_configuration_does_not_break_apt(inside):
    said = inside(f"""mkdir -p /etc/probehost
echo 'checks: [' >/etc/probehost/probehost.yaml
{APT} /mnt/old/*.deb >&2
cat /etc/probehost/probehost.yaml
probehost validate && exit 1 || echo status $?""")
    assert said == "checks: [\nstatus 78\n"


def test_plugins_of_another_version_are_not_installed_beside_it(inside):
    assert inside(f"{APT} /mnt/new/probehost_*.deb /mnt/old/probehost-plugin-redis_*.deb >&2 && exit 1 || echo refused") == "refused\n"
