#!/usr/bin/env bash
# Shows probehost at work on a bare Debian 12: installs what is missing, builds, starts throwaway services and looks at them.
set -euo pipefail
cd "$(dirname "$0")/.."

build=${PROBEHOST_BUILD:-build}

log=$(mktemp)
trap 'rm -f "$log"' EXIT

quietly() {
    printf '%s … ' "$1"
    if "${@:2}" >"$log" 2>&1; then
        echo done
    else
        echo failed
        tail -n 40 "$log"
        exit 1
    fi
}

quietly "Packages" packaging/packages-install.sh build peers
quietly "Configuration of the build" cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DBUILD_TESTING=OFF
quietly "Build (a few minutes the first time)" cmake --build "$build"
rm -f "$log"
exec /usr/bin/python3 config/quickstart.py "$build" "$@"
