#!/usr/bin/env bash
# Runs a command of README.md as a stranger would: from a fresh clone, in a bare Debian 12, as root.
#
#   bash tests/bare_tree.sh install|quickstart|test [MORE ARGUMENTS OF THAT COMMAND]
#
# A tool for developers that no test depends on. It needs root, debootstrap and the network, and leaves nothing behind:
# the tree is temporary, its mounts and processes are in namespaces that end with it. PROBEHOST_BARE_TARBALL may name a
# file that a bare tree is kept in for the next time.
set -euo pipefail

tarball=${PROBEHOST_BARE_TARBALL:-}

# Where this machine gets its packages from, whichever form its lists have.
mirror() {
    cat /etc/apt/sources.list /etc/apt/sources.list.d/*.{sources,list} 2>/dev/null |
        sed -n -E 's/^URIs: *([^ ]+).*/\1/p; s/^deb (\[[^]]*\] )?([^ ]+) bookworm .*/\2/p' | sed -n 1p
}

# README's commands stand alone on a line, indented by four blanks.
from_readme() {
    grep -m 1 -E "^    .*$1" "$source/README.md" || { echo "README.md shows no command with $1" >&2 && return 1; }
}

command_for() {
    case $1 in
        install) echo "packaging/packages-install.sh build packaging peers test" ;;
        quickstart) from_readme quickstart ;;
        test) from_readme tests/run.sh ;;
        *) echo "usage: bash tests/bare_tree.sh install|quickstart|test" >&2 && return 2 ;;
    esac
}

make_tree() {
    if [ -s "$tarball" ]; then
        tar -C "$root" -xf "$tarball"
    else
        debootstrap --variant=minbase bookworm "$root" "$(mirror)"
        [ -z "$tarball" ] || tar -C "$root" -cf "$tarball" .
    fi
}

# The tree reaches the network and the mirror as this machine does.
furnish() {
    cp -L --remove-destination /etc/resolv.conf "$root/etc/resolv.conf"
    echo "deb $(mirror) bookworm main" >"$root/etc/apt/sources.list"
    apt-config dump | grep -E '^Acquire::(https?|Check-)' >"$root/etc/apt/apt.conf.d/90machine" || true
    git clone -q --no-hardlinks "$source" "$root/root/probehost"
}

# Runs a script in the tree, with processes, mounts and shared memory of its own.
enter() {
    unshare --mount --pid --fork --kill-child --propagation private bash -euc '
        mount --bind "$1" "$1" # the root of a machine is a mount, and tests make namespaces of theirs
        mount -t proc proc "$1/proc"
        mount --rbind /sys "$1/sys"
        mount --rbind /dev "$1/dev"
        mount -t tmpfs -o mode=1777 tmpfs "$1/dev/shm"
        chroot "$1" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM=dumb bash -c "cd /root/probehost && $2"
    ' bash "$root" "$1"
}

# Ctrl-C reaches the whole foreground group, a while after the last of the three probes was shown.
until_interrupted() {
    cat <<END
set -m && : >/root/output
$1 > >(tee -i /root/output) 2>&1 &
for ((i = 0; i < 1800; i++)); do
    ! grep -q /health/started /root/output || break
    kill -0 \$! || break
    sleep 1
done
sleep 15
kill -INT -- -\$!
result=0
wait \$! || result=\$?
echo "Ended with \$result; of its processes and files are left:"
for process in /proc/[0-9]*; do
    tr '\\0' ' ' <\$process/cmdline | grep -E 'probehost|postgres|redis|python' || true
done
find /tmp -mindepth 1
END
}

[ "$(id -u)" -eq 0 ] || { echo "Only root can make a bare tree." >&2 && exit 1; }
source=$(git -C "$(dirname "${BASH_SOURCE[0]}")" rev-parse --show-toplevel)
command="$(command_for "${1:-}") ${*:2}"
root=$(mktemp -d)
trap 'rm -rf --one-file-system "$root" "$root.log"' EXIT
chmod 755 "$root"
make_tree >"$root.log" 2>&1 || { tail -n 20 "$root.log" && exit 1; }
furnish
echo "In a bare tree:$command"
[ "$1" != quickstart ] || command=$(until_interrupted "$command")
enter "$command"
