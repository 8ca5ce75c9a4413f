#!/usr/bin/env bash
# Passes every test of probehost on a bare Debian 12: packages, gates, builds, all tests, and again with sanitizers.
# The last line that it prints is "N passed, N failed", with ", N skipped" when tests were skipped.
set -uo pipefail

STAGES=(packages format layout release unit benchmarks debs system tidy asan tsan fuzz)
declare -A PURPOSE=(
    [packages]="the Debian packages that are missing are installed"
    [format]="gate: clang-format would change nothing"
    [layout]="gate: files are where they belong, and short"
    [release]="everything builds, warnings being errors"
    [unit]="unit tests (ctest)"
    [benchmarks]="benchmarks run, and what is done most often takes the instructions that are written down"
    [debs]="the Debian packages are built, as packaging/build.sh does"
    [system]="integration and system tests against real services (pytest)"
    [tidy]="gate: clang-tidy finds nothing in what is shipped"
    [asan]="unit tests, and the quicker ones of the others, with the address and undefined behaviour sanitizers"
    [tsan]="the same with the thread sanitizer"
    [fuzz]="whatever reads bytes from outside gets those of libFuzzer for 10 s, with the sanitizers of asan"
)

usage() {
    echo "usage: bash tests/run.sh [--only STAGE,...] [--list] [--help]"
    echo
    echo "Runs these stages, all of them even when one fails:"
    list
    echo
    echo "Environment:"
    echo "  PROBEHOST_BUILD_ROOT  where build trees and logs go (default: build)"
    echo "  CCACHE_DIR            where compiled files are kept for the next time (default: ~/.cache/ccache)"
}

list() {
    local stage
    for stage in "${STAGES[@]}"; do printf '  %-9s %s\n' "$stage" "${PURPOSE[$stage]}"; done
}

choose() {
    local stage
    [ -n "$1" ] || refuse "--only wants the names of stages; --list shows them"
    IFS=, read -ra chosen <<<"$1"
    for stage in "${chosen[@]}"; do
        [ -n "${PURPOSE[$stage]:-}" ] || refuse "$stage: no such stage; --list shows them"
    done
}

refuse() {
    echo "tests/run.sh: $1" >&2
    exit 2
}

# What hangs is a failure of its stage, not the end of the run.
limited() {
    timeout --foreground --kill-after=30 "$1" "${personality[@]}" "${@:2}"
}

# Files of a target are looked at together, which takes a third of the time; the release build takes each that is shipped alone.
unity=(-DCMAKE_UNITY_BUILD=ON -DCMAKE_UNITY_BUILD_BATCH_SIZE=8)

configure() {
    local launchers=()
    command -v ccache >/dev/null && launchers=(-DCMAKE_C{,XX}_COMPILER_LAUNCHER=ccache)
    cmake -S . -B "$builds/ci-$1" -G Ninja -DPROBEHOST_WERROR=ON "${launchers[@]}" "${@:2}"
}

build() {
    configure "$@" && limited 2400 cmake --build "$builds/ci-$1" --parallel "$(nproc)"
}

unit_tests() {
    limited 900 ctest --test-dir "$builds/ci-$1" --parallel "$(nproc)" --timeout 120 --no-tests=error \
        --output-on-failure --output-junit "$logs/$stage-unit.xml"
}

python_tests() {
    PROBEHOST_BIN=$builds/ci-$1/bin PROBEHOST_PLUGINS=$builds/ci-$1/plugins limited 1800 /usr/bin/python3 -m pytest \
        -n "$(nproc)" --dist loadfile -q --durations 10 --junit-xml "$logs/$stage-pytest.xml" "${@:2}" tests
}

# Sanitizers do not cope with how widely newer kernels spread the memory of a process.
gather_memory() {
    setarch -R true 2>/dev/null && personality=(setarch -R)
}

# A sanitizer's report counts wherever it was made, also in a process that a test kills in the end.
sanitized() {
    local sanitizer=$1 result=0
    mkdir -m 1777 "$reports" || return
    gather_memory
    build "$stage" "${unity[@]}" -DCMAKE_BUILD_TYPE=Debug -DCMAKE_C{,XX}_FLAGS_DEBUG=-O1 -DPROBEHOST_SANITIZE="$sanitizer" || return
    unit_tests "$stage" || result=1
    python_tests "$stage" -m "not soak and not slow" --ignore=tests/peers "${@:2}" || result=1
    if [ -n "$(ls "$reports")" ]; then
        head -n 60 "$reports"/*
        rm -rf "$logs/$stage-reports" && cp -r "$reports" "$logs/$stage-reports"
        result=1
    fi
    return "$result"
}

stage_packages() { packaging/packages-install.sh build packaging peers test; }

stage_format() { git ls-files -z '*.c' '*.h' '*.cpp' '*.hpp' | xargs -0 -r clang-format-14 --dry-run -Werror; }

stage_layout() { tests/ci/layout.sh; }

stage_release() { build release -DCMAKE_BUILD_TYPE=Release -DPROBEHOST_BENCHMARKS=ON; }

stage_unit() { unit_tests release; }

stage_benchmarks() { limited 600 benchmarks/smoke.sh "$builds/ci-release"; }

stage_debs() { rm -rf "$builds/packages" && limited 1200 packaging/build.sh deb "$builds/packages"; }

stage_system() { PROBEHOST_PACKAGES=$builds/packages python_tests release; }

stage_tidy() {
    configure tidy -DCMAKE_BUILD_TYPE=Release -DBUILD_TESTING=OFF "${unity[@]}" &&
        limited 2400 run-clang-tidy-14 -quiet -j "$(nproc)" -p "$builds/ci-tidy" -config "$(cat .clang-tidy)"
}

stage_asan() {
    export ASAN_OPTIONS="log_path=$reports/asan detect_stack_use_after_return=1 strict_string_checks=1"
    export LSAN_OPTIONS="suppressions=$shared/lsan.supp print_suppressions=0"
    export UBSAN_OPTIONS="log_path=$reports/ubsan print_stacktrace=1 halt_on_error=1"
    sanitized address,undefined
}

stage_tsan() {
    export TSAN_OPTIONS="log_path=$reports/tsan suppressions=$shared/tsan.supp second_deadlock_stack=1"
    sanitized thread
}

stage_fuzz() {
    gather_memory
    local debug=("${unity[@]}" -DCMAKE_BUILD_TYPE=Debug -DCMAKE_C{,XX}_FLAGS_DEBUG=-O1 -DPROBEHOST_SANITIZE=address,undefined)
    configure fuzz -DCMAKE_C_COMPILER=clang -DCMAKE_CXX_COMPILER=clang++ -DBUILD_TESTING=OFF -DPROBEHOST_FUZZ=ON "${debug[@]}" &&
        limited 2400 cmake --build "$builds/ci-fuzz" --parallel "$(nproc)" --target fuzz || return
    limited 900 tests/fuzz/run.sh "$builds/ci-fuzz/fuzz" 10 "$logs/fuzz-targets.xml"
}

# Adds what the stage's tests have reported; a stage that fails is at least one failed test.
count() {
    local ok=0 bad=0 left=0
    read -r ok bad left < <(/usr/bin/python3 tests/ci/count_results.py "$logs/$stage"-*.xml)
    [ $((ok + bad + left)) -eq 0 ] || echo "$ok passed, $bad failed, $left skipped"
    [ "$1" -eq 0 ] || [ "$bad" -gt 0 ] || bad=1
    passed=$((passed + ok)) failed=$((failed + bad)) skipped=$((skipped + left))
}

needs_failed_build() {
    [[ $stage =~ ^(unit|benchmarks|system)$ && " ${failures[*]} " == *" release "* ]]
}

run_stage() {
    local status=0 started=$SECONDS log=$logs/$stage.log
    printf '\n== %s: %s\n' "$stage" "${PURPOSE[$stage]}"
    rm -f "$logs/$stage"-*.xml
    if needs_failed_build; then
        echo "not run, for want of the release build" >"$log" && status=1
    else
        ("stage_$stage") >"$log" 2>&1 </dev/null || status=$?
    fi
    [ $status -eq 0 ] || { failures+=("$stage") && tail -n 150 "$log"; }
    count $status
    [ $status -eq 0 ] && echo "ok, $((SECONDS - started)) s" || echo "FAILED, $((SECONDS - started)) s, all of it in $log"
}

read_options() {
    chosen=("${STAGES[@]}")
    while [ $# -gt 0 ]; do
        case $1 in
            --only) choose "${2:-}" && shift ;;
            --only=*) choose "${1#*=}" ;;
            --list) list && exit ;;
            --help) usage && exit ;;
            *) refuse "$1: no such option; --help shows them" ;;
        esac
        shift
    done
}

# All of it is read before any of it runs, so that an edit during a long run does no harm.
main() {
    trap 'exit 130' INT
    read_options "$@"
    cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
    export HOME=${HOME:-/root} LC_ALL=C.UTF-8 PYTHONDONTWRITEBYTECODE=1
    # What was compiled for one checkout serves another.
    export CCACHE_DIR=${CCACHE_DIR:-$HOME/.cache/ccache} CCACHE_BASEDIR=$PWD CCACHE_NOHASHDIR=1
    # A checkout that belongs to somebody else is read all the same.
    export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0='*'
    builds=$(realpath -m "${PROBEHOST_BUILD_ROOT:-build}")
    logs=$builds/ci-logs
    mkdir -p "$logs" || exit 1
    # Tests have programs run as users who may not look into the clone, and sanitizers read and write there, too.
    shared=$(mktemp -d) && trap 'rm -rf "$shared"' EXIT
    { chmod 755 "$shared" && cp tests/support/*.supp "$shared"; } || exit 1
    passed=0 failed=0 skipped=0 failures=() personality=()
    for stage in "${chosen[@]}"; do
        reports=$shared/$stage
        run_stage
    done
    printf '\n%s in %d minutes\n' "$([ ${#failures[@]} -eq 0 ] && echo "All passed" || echo "FAILED: ${failures[*]}")" $((SECONDS / 60))
    echo "$passed passed, $failed failed$([ $skipped -eq 0 ] || echo ", $skipped skipped")"
    exit $((${#failures[@]} > 0))
}

main "$@"
