# fish: completes the words of probehost by what its own --help says.
function __probehost_words
    command probehost $argv --help 2>/dev/null | sed -nE '
        /^Subcommands:/,/^$/s/^  ([a-z][a-z-]*) +(.*)/\1\t\2/p
        s/^  [^ ]*(--[a-z-]*)( [^ ]+)*$/\1/p
        s/^  [^ ]*(--[a-z-]*)( [^ ]+)*  +(.*)/\1\t\3/p'
end

function __probehost_here
    set -l commands
    for word in (commandline -opc)[2..-1]
        string match -q -- '-*' $word; and continue
        __probehost_words $commands | cut -f1 | string match -q -- $word; and set -a commands $word
    end
    __probehost_words $commands
end

complete -c probehost -a '(__probehost_here)'
