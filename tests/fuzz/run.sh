#!/usr/bin/env bash
# Feeds every fuzz target of a build tree for some seconds, as many at once as there are processors.
# usage: run.sh DIRECTORY_OF_TARGETS SECONDS [JUNIT_FILE]
set -uo pipefail

corpus=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/corpus
targets=$(realpath "$1") || exit 2
seconds=$2
junit=${3:-/dev/null}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

# What was found stays beside the targets, named after its target, as do the last words about it.
feed() {
    local name=$1 began=$SECONDS
    mkdir -p "$work/$name" && cp "$corpus/$name"/* "$work/$name"/ || return
    rm -f "$targets/found-$name"-*
    ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1 UBSAN_OPTIONS=print_stacktrace=1 \
        "$targets/$name" -max_total_time="$seconds" -rss_limit_mb=1024 -timeout=5 -print_final_stats=1 \
        -artifact_prefix="$targets/found-$name-" "$work/$name" >"$work/$name.log" 2>&1
    echo "$? $((SECONDS - began))" >"$work/$name.status"
}

# From where it says what is wrong; all of a short log that does not.
finding() {
    sed -n '/ERROR:\|does not hold\|runtime error:/,$p' "$1" | grep -a . | head -n 50 | grep -a . || tail -n 30 "$1"
}

report() {
    local name=$1 status=1 took=0 runs
    [ ! -f "$work/$name.status" ] || read -r status took <"$work/$name.status"
    runs=$(sed -n 's/^stat::number_of_executed_units: //p' "$work/$name.log" 2>/dev/null)
    echo "<testcase classname=\"fuzz\" name=\"$name\" time=\"$took\">" >>"$work/cases"
    if [ "$status" -eq 0 ]; then
        printf '%-20s %9d runs, nothing found\n' "$name" "$runs"
    else
        printf '%-20s FAILED\n' "$name" && finding "$work/$name.log"
        echo "<failure message=\"see the log of the stage\"/>" >>"$work/cases"
        failed=1
    fi
    echo "</testcase>" >>"$work/cases"
}

failed=0
mapfile -t names < <(find "$targets" -maxdepth 1 -type f -executable -printf '%f\n' | sort)
[ ${#names[@]} -gt 0 ] || { echo "$targets: no targets" >&2 && exit 1; }
for name in "${names[@]}"; do
    while [ "$(jobs -rp | wc -l)" -ge "$(nproc)" ]; do wait -n; done
    feed "$name" &
done
wait
: >"$work/cases"
for name in "${names[@]}"; do report "$name"; done
{ echo "<testsuite name=\"fuzz\">" && cat "$work/cases" && echo "</testsuite>"; } >"$junit"
exit "$failed"
