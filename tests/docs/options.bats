#!/usr/bin/env bats
# --help, the manual pages and the completions tell of the same options.

load docs.bash

# Options that a manual page lists: those of its .It Fl lines.
page_options() {
    sed -n 's/^\.It Fl //p' "$MAN/$1.1" |
        awk '{ for (i = 1; i <= NF; i++)
                   if ($i ~ /^-[a-z]/) print "-" $i
                   else if ($i ~ /^[A-Za-z]$/ && (i == 1 || $(i - 1) == "Fl")) print "-" $i }' |
        sort -u
}

long_options() {
    help_options "$1" | grep '^--'
}

check_tool() {
    listed=$(help_options "$1")
    [ "$(wc -l <<<"$listed")" -ge 4 ]
    same_lines "$listed" "$(page_options "$1")"
}

# shell_options FILE: the long options that a bash or zsh completion offers.
shell_options() {
    grep -v '^ *#' "$1" | grep -oE -e '--[a-z][a-z-]*' | sort -u
}

fish_options() {
    grep -oE -e '(^| )-l [a-z][a-z-]*' -e '--long-option[ =][a-z][a-z-]*' "$1" |
        sed -E 's/.*[ =]/--/' | sort -u
}

@test "gc-run: the manual page lists the options of --help" { check_tool gc-run; }
@test "gc-cc: the manual page lists the options of --help" { check_tool gc-cc; }
@test "gc-info: the manual page lists the options of --help" { check_tool gc-info; }
@test "gc-keygen: the manual page lists the options of --help" { check_tool gc-keygen; }
@test "gc-bench: the manual page lists the options of --help" { check_tool gc-bench; }
@test "gc-millionaires: the manual page lists the options of --help" { check_tool gc-millionaires; }

@test "gc-nn: the manual page lists the options of --help" {
    [ -x "$BINDIR/gc-nn" ] || skip "gc-nn is not built"
    check_tool gc-nn
}

@test "bash completions offer the options of --help" {
    for tool in $TOOLS; do
        same_lines "$(long_options "$tool")" "$(shell_options "$SRCDIR/apps/completions/$tool")"
    done
}

@test "zsh completions offer the options of --help" {
    for tool in $TOOLS; do
        same_lines "$(long_options "$tool")" "$(shell_options "$SRCDIR/apps/completions/_$tool")"
    done
}

@test "fish completions offer the options of --help" {
    for tool in $TOOLS; do
        same_lines "$(long_options "$tool")" "$(fish_options "$SRCDIR/apps/completions/$tool.fish")"
    done
}

# Whether all lines of $1 are among those of $2; prints the others.
subset() {
    ! grep -vxF -f <(printf '%s\n' "$2") <<<"$1"
}

@test "no document names an option that no tool has" {
    known=$(for tool in $TOOLS; do long_options "$tool"; done | sort -u)
    for page in "$MAN"/*.[1-9]; do
        [[ $page != */gc-nn.1 || -x $BINDIR/gc-nn ]] || continue
        subset "$(grep -oE 'Fl -[a-z][a-z-]*' "$page" | sed 's/Fl /-/' | sort -u)" "$known" ||
            [ -z "$(grep -oE 'Fl -[a-z]' "$page")" ]
    done
    for text in README.md SECURITY.md; do
        used=$(grep -oE -e '(^|[^-a-z])--[a-z][a-z-]*' "$SRCDIR/$text" | sed 's/^[^-]//' |
            grep -vE -e '^--(enable|with|without)-' -e '^--(cflags|libs)$' | sort -u)
        [ -n "$used" ]
        subset "$used" "$known"
    done
}

@test "gc-run: commands and words of --help stand in the manual page" {
    text=$(words "$MAN/gc-run.1")
    commands=$("$BINDIR/gc-run" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p')
    [ "$(wc -w <<<"$commands")" -eq 4 ]
    for command in $commands; do [[ $text == *"gc-run $command "* ]]; done
    for choices in $("$BINDIR/gc-run" --help | grep -oE '[a-z]+(\|[a-z]+){2,}'); do
        [[ $text == *"${choices//|/ | }"* ]]
    done
}
