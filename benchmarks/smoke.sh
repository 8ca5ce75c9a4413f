#!/usr/bin/env bash
# Runs the suites of benchmarks for a moment, and counts the instructions of the hot paths: benchmarks/smoke.sh BUILD
#
# Fails when one of them fails or prints nothing, or when a hot path takes other instructions than are written down; how
# fast it goes is not asked.
set -euo pipefail

build=$1
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

# Google Benchmark reports what threw as an error of its own, and still ends with 0.
run() {
    echo "== $*"
    "$@" | tee "$log"
    [ -s "$log" ] && ! grep -q "ERROR" "$log"
}

# What is to be reached is for a quiet machine, so a target that is missed counts for nothing here.
measure() {
    echo "== $*"
    { PYTHONPATH=$here /usr/bin/python3 -P "$here/$1/measure.py" "$build" "${@:2}" 2>&1 || true; } | tee "$log"
    grep -q "medians of 1 runs" "$log" && ! grep -q "Traceback" "$log"
}

log=$(mktemp)
trap 'rm -f "$log"' EXIT
moment=--benchmark_min_time=0.01
for suite in answers configuration isolation scheduling; do
    run "$build/bin/${suite}_benchmark" $moment
done
run /usr/bin/python3 "$here/checkers/run.py" "$build" $moment
run "$build/bin/crowd" 1000 1000 1 2
measure readiness --probes 20 --runs 1
measure size --seconds 1 --runs 1
for scenario in steady at-once waves outage; do
    run "$build/bin/fleet" $scenario 100 10000 15000 5
done
run /usr/bin/python3 "$here/instructions/count.py" "$build"
