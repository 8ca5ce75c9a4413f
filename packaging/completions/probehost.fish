# fish: completes the words of probehost by what its own --help says.
function __probehost_help
    command probehost $argv --help 2>/dev/null
end

function __probehost_words
    __probehost_help $argv | sed -nE '
        /^Subcommands:/,/^$/s/^  ([a-z][a-z-]*) +(.*)/\1\t\2/p
        s/^  [^ ]*(--[a-z-]*)( [^ ]+)*$/\1/p
        s/^  [^ ]*(--[a-z-]*)( [^ ]+)*  +(.*)/\1\t\3/p'
    __probehost_help $argv | sed -nE 's/^  [A-Za-z]+ .*:\{(.*)\}.*/\1/p' | tr , '\n'
end

function __probehost_here
    set -l commands
    set -l option (commandline -opc)[-1]
    for word in (commandline -opc)[2..-1]
        string match -q -- '-*' $word; and continue
        __probehost_words $commands | cut -f1 | string match -q -- $word; and set -a commands $word
    end
    if contains -- $option --format --lang
        __probehost_help $commands | sed -nE "s/^  $option .*(:|One of) //p" | tr -d , | tr ' ' '\n'
        return
    end
    __probehost_words $commands
end

complete -c probehost -a '(__probehost_here)'
