# What the documentation tests share. Blocks of documentation are marked by a line before them:
#   in mdoc      .\" test: NAME      then the block from .Bd to .Ed
#   in Markdown  <!-- test: NAME --> then the block between two fences
# shellcheck shell=bash

: "${SRCDIR:=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)}"
: "${BUILDDIR:?is the root of the build}"
: "${BINDIR:?is the folder of the built tools}"
: "${CC:=cc}"

MAN=$SRCDIR/man
TOOLS="gc-bench gc-cc gc-run gc-info gc-keygen gc-millionaires"
[ ! -x "$BINDIR/gc-nn" ] || TOOLS="$TOOLS gc-nn"

# Settings of the caller's must not reach the tools.
for variable in $(compgen -e | grep '^GC_'); do
    [ "$variable" = GC_CIRCUITS_DIR ] || unset "$variable"
done
export GC_CIRCUITS_DIR=${GC_CIRCUITS_DIR:-$BUILDDIR/circuits}

# blocks FILE NAME: the contents of all blocks called NAME, with mdoc's escapes resolved.
blocks() {
    awk -v name="$2" '
        $0 == ".\\\" test: " name || $0 == "<!-- test: " name " -->" { wanted = 1; next }
        inside && (/^\.Ed/ || /^```/) { inside = 0; next }
        inside { print; next }
        wanted && (/^\.Bd/ || /^```/) { inside = 1; wanted = 0 }
    ' "$1" | case $1 in
        *.md) cat ;;
        *) sed -e 's/\\-/-/g' -e 's/\\e/\\/g' ;;
    esac
}

# block FILE NAME N: only the Nth of them.
block() {
    awk -v name="$2" -v n="$3" '
        $0 == ".\\\" test: " name || $0 == "<!-- test: " name " -->" { print; wanted = ++seen == n }
        inside && (/^\.Ed/ || /^```/) { print; exit }
        inside { print; next }
        wanted && (/^\.Bd/ || /^```/) { print; inside = 1; wanted = 0 }
    ' "$1" >"$BATS_TEST_TMPDIR/$2.${1##*.}"
    blocks "$BATS_TEST_TMPDIR/$2.${1##*.}" "$2"
}

# names FILE: of the marked blocks, each once, in order.
names() {
    sed -n -e 's/^\.\\" test: //p' -e 's/^<!-- test: \(.*\) -->$/\1/p' "$1" | awk '!seen[$0]++'
}

# A block that shows a shell session holds commands after "$ ", continued by a backslash or by
# "> ", and what they print on standard output.
commands_of() {
    awk '
        more || /^\$ / || /^> / { sub(/^[$>] /, ""); print; more = /\\$/ }
    '
}
printed_of() {
    awk '
        more || /^\$ / || /^> / { more = /\\$/; next }
        { print }
    '
}

# The words of a document on one line: macros, comment marks, quotes and line breaks are dropped.
words() {
    case $1 in
        *.[1-9]) mandoc -T ascii -O width=1000 "$1" | sed $'s/.\b//g' ;;
        *.h) sed -e 's|^ *\**/* *\** *||' "$1" ;;
        *) cat "$1" ;;
    esac | tr -s '[:space:]' ' '
}

# Options of a tool's --help, one a line: "--name", and "-x" where there is a letter.
help_options() {
    "$BINDIR/$1" --help | sed -n -E 's/^  (-[A-Za-z]|   ),? ?--([a-z-]+).*/\1 --\2/p' |
        tr -s ' ' '\n' | grep . | sort -u
}

same_lines() {
    diff <(printf '%s\n' "$1") <(printf '%s\n' "$2")
}
