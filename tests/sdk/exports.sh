#!/bin/sh
# exports.sh NM DIRECTORY: fails unless every *.so there exports probehost_plugin_entry_v1 and nothing else.
set -eu
nm=$1
failed=0
count=0
for plugin in "$2"/*.so; do
    exported=$("$nm" -D --defined-only "$plugin" | awk '{print $NF}')
    count=$((count + 1))
    if [ "$exported" != probehost_plugin_entry_v1 ]; then
        printf '%s exports:\n%s\n' "$plugin" "$exported"
        failed=1
    fi
done
echo "$count plugins"
exit "$failed"
