#!/bin/sh
# examples.sh CMAKE BUILD_DIRECTORY NM: installs the SDK, and builds each installed example by the command at its head.
set -eu
cmake=$1 build=$2 nm=$3
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

"$cmake" --install "$build" --component sdk --prefix "$folder" >/dev/null
PKG_CONFIG_PATH=$(dirname "$(find "$folder" -name probehost-sdk.pc)")
export PKG_CONFIG_PATH
cd "$(find "$folder" -type d -name examples)"
for source in *.cpp; do
    command=$(sed -n 's/^\/\/   \(g++ .*\)/\1/p' "$source")
    echo "$command"
    # -O0 for speed: what the compiler makes of it is another matter.
    sh -c "$(printf '%s' "$command" | sed 's/-O2/-O0 -Werror -Wall -Wextra -Wpedantic/')"
    exported=$("$nm" -D --defined-only "${source%.cpp}.so" | awk '{print $NF}')
    [ "$exported" = probehost_plugin_entry_v1 ] || { echo "$source exports $exported"; exit 1; }
done
