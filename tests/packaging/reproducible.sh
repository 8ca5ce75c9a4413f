#!/usr/bin/env bash
# Builds packages twice, the second time at another place and hour and without a compiler cache, and compares their bytes.
#
#   bash tests/packaging/reproducible.sh [deb|rpm|tarball]
#
# PROBEHOST_PACKAGES may name a directory with packages that are built already, of this very tree.
set -euo pipefail

kind=${1:-deb}
build=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../packaging" && pwd)/build.sh
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

make_packages() {
    "$build" "$kind" "$1" >"$work/log" 2>&1 || { tail -n 30 "$work/log" && exit 1; }
}

first=${PROBEHOST_PACKAGES:-$work/first}
ls "$first" >/dev/null 2>&1 || make_packages "$first"
(umask 077 && export TZ=Asia/Tokyo CCACHE_DISABLE=1 && make_packages "$work/second-place")
cd "$work/second-place"
for file in *; do cmp "$file" "$first/$file"; done
echo "$(find . -type f | wc -l) files, the same twice"
