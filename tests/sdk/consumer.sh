#!/bin/sh
# consumer.sh CMAKE BUILD_DIRECTORY CHECK_LOOP: installs the SDK into a folder of its own, builds a plugin against it as
# somebody elsewhere would, once by CMake and once by pkg-config and gcc alone, and runs both.
set -eu
cmake=$1 build=$2 check_loop=$3
source=$(dirname "$0")/consumer
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

"$cmake" --install "$build" --component sdk --prefix "$folder/installed"
# Nothing may depend on where it was installed first; the flags of pkg-config are for folders without blanks.
mv "$folder/installed" "$folder/moved elsewhere"
ln -s "moved elsewhere" "$folder/moved"

"$cmake" -S "$source" -B "$folder/cmake" -DCMAKE_PREFIX_PATH="$folder/moved elsewhere"
"$cmake" --build "$folder/cmake"

for page in man7/probehost-sdk.7 man3/probehost_plugin_entry_v1.3 man3/probehost_testing.3; do
    grep -qx NAME "$folder/moved/share/man/$page" || { echo "no man page $page"; exit 1; }
done

PKG_CONFIG_PATH=$(dirname "$(find "$folder/moved/" -name probehost-sdk.pc)")
export PKG_CONFIG_PATH
# The words of these flags have no spaces in them.
# shellcheck disable=SC2046
gcc -std=c99 -Wall -Wextra -Wpedantic -Werror $(pkg-config --cflags probehost-sdk) "$source/consumer.c" \
    $(pkg-config --libs probehost-sdk) -o "$folder/pkg-config.so"

# says WHAT FILE COMMAND...: fails unless what the command prints has WHAT in it.
says() {
    what=$1 file=$2
    shift 2
    "$@" "$file" | grep -q "$what" || { echo "$file is not linked as plugins must be: $what is missing"; exit 1; }
}

echo '{"answer":"42"}' > "$folder/settings.json"
for plugin in "$folder/cmake/consumer_c.so" "$folder/cmake/consumer_cpp.so" "$folder/pkg-config.so"; do
    said=$("$check_loop" "$plugin" "$folder/settings.json")
    echo "$said"
    case $said in
        *'"status":"pass"'*'"detail":"the answer is 42"'*) ;;
        *) echo "$plugin did not say what it should"; exit 1 ;;
    esac
    says BIND_NOW "$plugin" readelf -dW
    says GNU_RELRO "$plugin" readelf -lW
    says 'GNU_STACK.* RW ' "$plugin" readelf -lW
    says 'Build ID' "$plugin" readelf -nW
    exported=$(nm -D --defined-only "$plugin" | awk '{print $NF}')
    [ "$exported" = probehost_plugin_entry_v1 ] || { echo "$plugin exports $exported"; exit 1; }
done

# A symbol that nobody defines is found at the link, not when the plugin is loaded.
refuses() {
    if "$@" > "$folder/why" 2>&1 || ! grep -q defined_nowhere "$folder/why"; then
        echo "a plugin with an undefined symbol was linked by $1"
        exit 1
    fi
}

refuses "$cmake" --build "$folder/cmake" --target consumer_undefined
# shellcheck disable=SC2046
refuses gcc $(pkg-config --cflags probehost-sdk) "$source/undefined.c" $(pkg-config --libs probehost-sdk) \
    -o "$folder/undefined.so"
