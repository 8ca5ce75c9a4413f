#!/usr/bin/env bash
# Measures what takes no more than minutes, and writes what was printed: benchmarks/record.sh BUILD
#
# BUILD is a Release build. As root, on a quiet machine; needs packaging/packages-benchmarks and packages-peers. Each result
# goes to benchmarks/results/NAME.txt, headed by the command, the commit ("-dirty" where the checkout has more than that but
# for results) and the machine. A target that was missed is in what was printed, and the others are measured all the same.
set -euo pipefail

build=$(cd "$1" && pwd)
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export PYTHONPATH=$here PYTHONDONTWRITEBYTECODE=1
cd "$here/.."
commit=$(/usr/bin/python3 -P -c 'from side_by_side.machine import commit; print(commit())')
machine=$(/usr/bin/python3 -P -c 'from side_by_side.machine import machine; it = machine(); print("; ".join(it[key] for key in ("processors", "memory", "system")))')

record() {
    local name=$1
    shift
    echo "== $name"
    {
        echo "$*" | sed "s|$build|BUILD|g; s|$here/|benchmarks/|g"
        echo "probehost $commit; $machine"
        echo
        "$@" 2>&1 | sed "s|$build|BUILD|g" || echo "ended with ${PIPESTATUS[0]}"
    } | tee "$here/results/$name.txt"
}

python=(/usr/bin/python3 -P)
repeated=(--benchmark_repetitions=3 --benchmark_report_aggregates_only=true)
record size "${python[@]}" "$here/size/measure.py" "$build" --runs 3 --seconds 60
record profile "${python[@]}" "$here/profile/front.py" "$build"
record profile_start "${python[@]}" "$here/profile/start.py" "$build"
record readiness "${python[@]}" "$here/readiness/measure.py" "$build"
record crowd_host "${python[@]}" "$here/crowd_host/measure.py" "$build" --max-age 12
record crowd_host_max_age_10 "${python[@]}" "$here/crowd_host/measure.py" "$build" --max-age 10
for checks in 10 1000 10000; do
    record "crowd_$checks" "$build/bin/crowd" "$checks" 10000 1 30
done
record checkers /usr/bin/python3 "$here/checkers/run.py" "$build" "${repeated[@]}"
for suite in answers configuration isolation scheduling; do
    record "$suite" "$build/bin/${suite}_benchmark" "${repeated[@]}"
done
