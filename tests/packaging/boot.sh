#!/usr/bin/env bash
# boot.sh TREE DIRECTORY: boots a throwaway copy of the Debian in TREE with its own systemd, in a container without a network.
# Writes its first process's parent to DIRECTORY/nspawn. Runs in a mount namespace of its own, and ends when the machine does.
set -euo pipefail

tree=$1 directory=$2 name=$(basename "$2")
mount -t tmpfs tmpfs "$directory/layers"
mkdir "$directory/layers/upper" "$directory/layers/work"
mount -t overlay -o "lowerdir=$tree,upperdir=$directory/layers/upper,workdir=$directory/layers/work" overlay "$directory/root"
root=$directory/root
rm -f "$root/usr/sbin/policy-rc.d" "$root/etc/machine-id"
: >"$root/etc/machine-id"
mkdir -p "$root/run" "$root/tmp" "$root/proc" "$root/sys" "$root/dev"
# nspawn keeps its own state there, and takes that of another machine for its own.
mount -t tmpfs -o mode=755 tmpfs /run
controllers=()
for controller in systemd unified pids memory cpu; do
    [ -w /sys/fs/cgroup/$controller/cgroup.procs ] || continue
    mkdir -p "/sys/fs/cgroup/$controller/$name"
    echo $$ >"/sys/fs/cgroup/$controller/$name/cgroup.procs"
    [ $controller = systemd ] || [ $controller = unified ] || controllers+=("/sys/fs/cgroup/$controller")
done
echo $$ >"$directory/nspawn"
# Without this systemd takes limits of memory and tasks without a word, and does not enforce them.
exec systemd-nspawn --directory="$root" --register=no --keep-unit --private-network --machine="$name" --console=pipe \
    --kill-signal=SIGRTMIN+3 /bin/sh -c 'for each; do mount -o remount,bind,rw "$each"; done
    exec /lib/systemd/systemd --unit=basic.target' sh "${controllers[@]}" </dev/null
