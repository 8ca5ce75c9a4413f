#!/bin/sh
# The man page of PROGRAM: its part for readers, and behind that what each command says of itself.
set -eu

commands_of() {
    "$program" "$@" --help | sed -n '/^Subcommands:/,/^$/s/^  \([a-z][a-z-]*\).*/\1/p'
}

describe() {
    printf '\n## probehost %s\n\n' "$*"
    "$program" "$@" --help | sed 's/^/    /'
}

program=$1
cat man/probehost.md
for command in $(commands_of); do
    describe "$command"
    for below in $(commands_of "$command"); do describe "$command" "$below"; done
done
printf '\n# SEE ALSO\n\nprobehost.yaml(5), systemctl(1), systemd.socket(5)\n'
