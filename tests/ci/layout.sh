#!/usr/bin/env bash
# The layout gate: the top of the tree has the agreed names only, names say what is in a file, and files are short.
set -uo pipefail

ROOT='host|plugins|sdk|config|tests|benchmarks|packaging|CMakeLists\.txt|CMakePresets\.json'
ROOT+='|(README|CONTRIBUTING|CHANGELOG|SECURITY)\.md|LICENSE|\.ci|\.clang-format|\.clang-tidy|\.editorconfig|\.git(ignore|attributes)'
EMPTY_NAMES='(^|/)(utils?|common|helpers?|manager|misc|impl)(/|\.|$)'
HARD=300 SOFT=150
status=0

complain() {
    [ -z "$2" ] || { printf '%s:\n%s\n' "$1" "$2" && status=1; }
}

# Only files that are there: one that was just moved is still in the index.
tracked() {
    git ls-files "$@" | while read -r file; do [ ! -f "$file" ] || echo "$file"; done
}

longer_than() {
    tracked host plugins sdk | while read -r file; do
        lines=$(wc -l <"$file")
        [ "$lines" -le "$1" ] || echo "$lines $file"
    done | sort -rn
}

complain "Not a name for the top of the tree" "$(tracked | cut -d/ -f1 | sort -u | grep -vxE "$ROOT")"
complain "A name that says nothing" "$(tracked | grep -E "$EMPTY_NAMES")"
complain "Longer than $HARD lines" "$(longer_than $HARD)"
echo "Longer than $SOFT lines, which is only worth a thought:" && longer_than $SOFT
exit $status
