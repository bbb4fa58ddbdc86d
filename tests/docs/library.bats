#!/usr/bin/env bats
# sotto(3) against the header and the library.

load docs.bash

HEADER=$SRCDIR/lib/sotto.h

# Flags that the library was built with: those of sanitizers must be the program's too.
build_flags() {
    printf '@SOTTO_CFLAGS@ @CFLAGS@ @LDFLAGS@\n' | (cd "$BUILDDIR" && ./config.status -q --file=-)
}

compile() {
    # shellcheck disable=SC2046 # flags are words
    $CC $(build_flags) -std=gnu11 -Wall -Wextra -Werror -I"$SRCDIR/lib" "$@"
}

# Against the library in the build, shared or static.
link_program() {
    # shellcheck disable=SC2046 # flags are words
    "$BUILDDIR/libtool" --silent --tag=CC --mode=link $CC $(build_flags) -no-install -o "$@" \
        "$BUILDDIR/libsotto.la"
}

# The prototypes of the page's SYNOPSIS, as C.
synopsis() {
    awk '
        function arguments(line,   n, parts, i, out) {
            n = split(line, parts, "\"")
            for (i = 2; i <= n; i += 2) out = out (out == "" ? "" : ", ") parts[i]
            return out
        }
        /^\.Sh / { inside = /SYNOPSIS/ }
        !inside { next }
        /^\.Fd / { print substr($0, 5) }
        /^\.Ft / { type = substr($0, 5) }
        /^\.Fn / { list = $3 == "void" ? "void" : arguments($0); print type " " $2 "(" list ");" }
        /^\.Fo / { name = $2; list = "" }
        /^\.Fa / { list = list (list == "" ? "" : ", ") arguments($0) }
        /^\.Fc/ { print type " " name "(" list ");" }
    ' "$MAN/sotto.3"
}

header_functions() {
    grep -oE '\b\(?\*?sotto_[a-z_]+\)?\(' <(sed 's|/\*.*\*/||; /^ *\*/d; /^\/\*/d' "$HEADER") |
        tr -d '(*)' | sort -u
}

@test "every public function and type stands in sotto(3), with its very arguments" {
    cd "$BATS_TEST_TMPDIR"
    synopsis >prototypes
    same_lines "$(header_functions)" \
        "$(grep -v '^#' prototypes | grep -oE '\(?\*?sotto_[a-z_]+\)?\(' | tr -d '(*)' | sort -u)"
    { echo '#include <sotto.h>'; cat prototypes; } >conflict.c
    compile -c conflict.c
}

@test "sotto(3) documents what the library exports" {
    documented=$(synopsis | grep -v -e '^#' -e typedef | grep -oE 'sotto_[a-z_]+\(')
    same_lines "$(sort -u "$SRCDIR/lib/sotto.sym")" "$(tr -d '(' <<<"$documented" | sort -u)"
}

@test "every enumerator and every member of a public struct stands in sotto(3)" {
    for name in $(grep -oE '^ +SOTTO_[A-Z_]+|\{ SOTTO_GARBLER|SOTTO_EVALUATOR = 1' "$HEADER" |
        grep -oE 'SOTTO_[A-Z_]+' | sort -u); do
        grep -qE "(Dv|Fd #define) $name\b" "$MAN/sotto.3" || { echo "missing: $name"; false; }
    done
    for name in $(awk '/^typedef struct [a-z_]+ \{/ { inside = 1; next }
                       /^\}/ { inside = 0 }
                       inside { sub(/ *\/\*.*/, "") }
                       inside && /;$/ { sub(/;$/, ""); print $NF }' "$HEADER" | tr -d '*'); do
        grep -qE "^\.(It )?Fa .*\b$name\b" "$MAN/sotto.3" || { echo "missing: $name"; false; }
    done
}

@test "the example program of sotto(3) compiles without a warning, runs and prints what it says" {
    cd "$BATS_TEST_TMPDIR"
    blocks "$MAN/sotto.3" "program less" >less.c
    [ "$(grep -c 'int main' less.c)" -eq 1 ]
    compile -c less.c
    link_program less less.o
    ./less >printed
    same_lines "$(blocks "$MAN/sotto.3" "printed less" | sort)" "$(sort printed)"
}
