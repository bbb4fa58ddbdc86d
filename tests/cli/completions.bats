# The completions work, and are what apps/completions/generate writes.
load common

TOOLS="gc-bench gc-cc gc-run gc-info gc-keygen gc-millionaires"
[ ! -x "$BINDIR/gc-nn" ] || TOOLS="$TOOLS gc-nn"

# Long options that --help of a tool lists.
help_options()
{
    "$BINDIR/$1" --help | sed -n 's/^ *\(-[A-Za-z], \)\?--\([a-z-]*\).*/\2/p' | sort -u
}

@test "completions are what the script writes" {
    mkdir new
    "$SRCDIR/apps/completions/generate" "$BINDIR" new
    for file in new/*; do diff "$file" "$SRCDIR/apps/completions/${file#new/}"; done
}

@test "bash completion completes" {
    for tool in $TOOLS; do
        source "$SRCDIR/apps/completions/$tool"
        COMP_WORDS=($tool --) COMP_CWORD=1
        _${tool//-/_}
        [ "${#COMPREPLY[@]}" = "$(help_options $tool | wc -l)" ]
    done
    COMP_WORDS=(gc-run e) COMP_CWORD=1
    _gc_run
    [ "${COMPREPLY[*]}" = evaluate ]
    COMP_WORDS=(gc-run local --reveal g) COMP_CWORD=3
    _gc_run
    [ "${COMPREPLY[*]}" = garbler ]
}
