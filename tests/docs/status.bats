#!/usr/bin/env bats
# The table of exit statuses: one for the tools, the library and the manual.

load docs.bash

page_statuses() {
    sed -n '/^\.Sh EXIT STATUS/,/^\.El/s/^\.It //p' "$MAN/sotto.7" | tr -s ' ,' '\n' | sort -n
}

# What the tools exit with; interruption is 128 and the number of a signal.
tool_statuses() {
    sed -n -E 's/^ +STATUS_[A-Z]+ = ([0-9]+),?$/\1/p' "$SRCDIR/apps/report.h" \
        "$SRCDIR/compiler/status.h" | sed 's/^128$/129\n130\n143/' | sort -nu
}

# "SOTTO_ERR_USAGE 2", one a line.
header_statuses() {
    sed -n -E 's/^ +(SOTTO_[A-Z_]+)(,| ).*\[([0-9, ]+)\].*/\1 \3/p' "$SRCDIR/lib/sotto.h"
}
library_page_statuses() {
    awk '/^\.S[hs] / { inside = $0 == ".Ss Errors" }
         inside && /^\.It Dv / { name = $3 }
         name != "" && match($0, /\[[0-9, ]+\]/) {
             print name " " substr($0, RSTART + 1, RLENGTH - 2); name = "" }' "$MAN/sotto.3" |
        grep -v '^SOTTO_OK '
}

@test "sotto(7) lists the statuses of the tools, and no other" {
    [ "$(tool_statuses | wc -l)" -ge 15 ]
    same_lines "$(tool_statuses)" "$(page_statuses)"
}

@test "sotto(3) gives each error the status that the header gives it" {
    [ "$(header_statuses | wc -l)" -ge 15 ]
    same_lines "$(header_statuses)" "$(library_page_statuses)"
}

@test "the header's statuses are statuses of the tools" {
    for status in $(header_statuses | cut -d' ' -f2- | tr -d ','); do
        tool_statuses | grep -qx "$status"
    done
}

@test "statuses that a manual page names are in the table" {
    for page in "$MAN"/gc-*.1; do
        for status in $(sed -n '/^\.Sh EXIT STATUS/,/^\.Sh EXAMPLES/p' "$page" |
            sed -E 's/[0-9^]+ bits//; s/[a-z0-9.]+ [1-9]( ,)?$//' |
            grep -oE '\b[0-9]+\b' | sort -u); do
            page_statuses | grep -qx "$status"
        done
    done
}
