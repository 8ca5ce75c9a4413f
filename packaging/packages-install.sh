#!/usr/bin/env bash
# Installs the Debian packages of the lists it is given, such as `build peers`, unless all are there already.
# No service is started, no database cluster is made, and what would start at the next boot is disabled again.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
policy=/usr/sbin/policy-rc.d
clusters=/etc/postgresql-common/createcluster.d/probehost-install.conf
made=()

missing() {
    local package
    for package in "$@"; do
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || echo "$package"
    done
}

put_back() {
    [ ${#made[@]} -eq 0 ] || rm -f "${made[@]}"
}

forbid_services() {
    trap put_back EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
    if [ ! -e $policy ]; then
        made+=("$policy")
        printf '#!/bin/sh\nexit 101\n' >$policy
        chmod 755 $policy
    fi
    made+=("$clusters")
    mkdir -p "${clusters%/*}"
    echo "create_main_cluster = false" >$clusters
}

disable_services() {
    local package
    command -v systemctl >/dev/null || return 0
    for package in "$@"; do
        case $package in
            postgresql-*) systemctl --quiet disable postgresql.service || true ;;
            nginx-light) systemctl --quiet disable nginx.service || true ;;
            pgbouncer | redis-server | haproxy | prometheus-blackbox-exporter) systemctl --quiet disable "$package.service" || true ;;
        esac
    done
}

apt_get() {
    apt-get -qq -o Acquire::Retries=5 -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 "$@" </dev/null
}

lists=("${@/#/$here/packages-}")
mapfile -t wanted < <(grep -hv '^ *\(#\|$\)' "${lists[@]}")
mapfile -t needed < <(missing "${wanted[@]}")
[ ${#needed[@]} -gt 0 ] || exit 0
if [ "$(id -u)" -ne 0 ]; then
    echo "These packages are missing, and only root can install them: ${needed[*]}" >&2
    exit 1
fi
export DEBIAN_FRONTEND=noninteractive
forbid_services
apt_get update
apt_get install --yes --no-install-recommends "${needed[@]}"
disable_services "${needed[@]}" 2>/dev/null
