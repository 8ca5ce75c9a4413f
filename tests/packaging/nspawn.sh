#!/usr/bin/env bash
# Tests the packages in a fresh Debian 12, with apt and a systemd of its own, beside PostgreSQL and Redis.
#
#   bash tests/packaging/nspawn.sh [MORE ARGUMENTS FOR PYTEST]
#
# Needs root, debootstrap, systemd-nspawn and the network, and leaves nothing behind. PROBEHOST_BARE_TARBALL may name a bare tree as
# tests/bare_tree.sh keeps one, PROBEHOST_PACKAGES a directory with packages that are built already.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
tarball=${PROBEHOST_BARE_TARBALL:-}
work=$(mktemp -d)
tree=$work/tree
trap 'rm -rf --one-file-system "$work"' EXIT
chmod 755 "$work"

mirror() {
    cat /etc/apt/sources.list /etc/apt/sources.list.d/*.{sources,list} 2>/dev/null |
        sed -n -E 's/^URIs: *([^ ]+).*/\1/p; s/^deb (\[[^]]*\] )?([^ ]+) bookworm .*/\2/p' | sed -n 1p
}

# The machine has no network, so what the packages need is there before it starts.
furnish() {
    cp -L --remove-destination /etc/resolv.conf "$tree/etc/resolv.conf"
    echo "deb $(mirror) bookworm main" >"$tree/etc/apt/sources.list"
    apt-config dump | grep -E '^Acquire::(https?|Check-)' >"$tree/etc/apt/apt.conf.d/90machine" || true
    printf '#!/bin/sh\nexit 101\n' >"$tree/usr/sbin/policy-rc.d"
    chmod 755 "$tree/usr/sbin/policy-rc.d"
    mkdir -p "$tree/etc/postgresql-common/createcluster.d" "$tree/root/packages"
    echo "create_main_cluster = false" >"$tree/etc/postgresql-common/createcluster.d/none.conf"
    cp "$PROBEHOST_PACKAGES"/*.deb "$tree/root/packages"
    unshare --mount --pid --fork --kill-child --propagation private bash -euc '
        mount -t proc proc "$1/proc"
        mount --rbind /dev "$1/dev"
        chroot "$1" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive bash -euc "
            apt-get -qq update
            install=\"apt-get -qq -o Dpkg::Use-Pty=0 install --yes --no-install-recommends\"
            \$install systemd systemd-sysv dbus postgresql-15 redis-server curl python3 procps man-db
            \$install /root/packages/*.deb
            apt-get -qq purge --yes probehost\\*"' bash "$tree" >"$work/furnish.log" 2>&1 || { tail -n 30 "$work/furnish.log" && return 1; }
    rm -r "$tree/root/packages"
}

[ "$(id -u)" -eq 0 ] || { echo "skipped: only root can boot a machine" && exit 0; }
mkdir "$tree"
export PROBEHOST_PACKAGES=${PROBEHOST_PACKAGES:-$work/packages}
ls "$PROBEHOST_PACKAGES"/*.deb >/dev/null 2>&1 || "$here/../../packaging/build.sh" deb "$PROBEHOST_PACKAGES"
if [ -s "$tarball" ]; then
    tar -C "$tree" -xf "$tarball"
else
    debootstrap --variant=minbase bookworm "$tree" "$(mirror)" >"$work/debootstrap.log" 2>&1 || { tail "$work/debootstrap.log" && exit 1; }
fi
furnish
cd "$here/../.."
PROBEHOST_MACHINE_TREE=$tree /usr/bin/python3 -m pytest -q -rs "$@" tests/packaging/lifecycle_test.py tests/packaging/machine_test.py
