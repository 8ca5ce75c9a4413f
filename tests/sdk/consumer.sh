#!/bin/sh
# consumer.sh CMAKE BUILD_DIRECTORY CHECK_LOOP: installs the SDK into a folder of its own, builds a plugin against it as
# somebody elsewhere would, once by CMake and once by pkg-config and gcc alone, and runs both.
set -eu
cmake=$1 build=$2 check_loop=$3
source=$(dirname "$0")/consumer
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

"$cmake" --install "$build" --component sdk --prefix "$folder/installed"
mv "$folder/installed" "$folder/moved" # nothing may depend on where it was installed first

"$cmake" -S "$source" -B "$folder/cmake" -DCMAKE_PREFIX_PATH="$folder/moved"
"$cmake" --build "$folder/cmake"

PKG_CONFIG_PATH=$(dirname "$(find "$folder/moved" -name probehost-sdk.pc)")
export PKG_CONFIG_PATH
# The words of these flags have no spaces in them.
# shellcheck disable=SC2046
gcc -std=c99 -Wall -Wextra -Wpedantic -Werror $(pkg-config --cflags probehost-sdk) "$source/consumer.c" \
    $(pkg-config --libs probehost-sdk) -o "$folder/pkg-config.so"

echo '{"answer":"42"}' > "$folder/settings.json"
for plugin in "$folder/cmake/consumer_c.so" "$folder/cmake/consumer_cpp.so" "$folder/pkg-config.so"; do
    said=$("$check_loop" "$plugin" "$folder/settings.json")
    echo "$said"
    case $said in
        *'"status":"pass"'*'"detail":"the answer is 42"'*) ;;
        *) echo "$plugin did not say what it should"; exit 1 ;;
    esac
    exported=$(nm -D --defined-only "$plugin" | awk '{print $NF}')
    [ "$exported" = probehost_plugin_entry_v1 ] || { echo "$plugin exports $exported"; exit 1; }
done
