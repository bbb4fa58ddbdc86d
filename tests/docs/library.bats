#!/usr/bin/env bats
# sotto(3), sotto-ot(3) and sotto-share(3), each against its header, and all against the library.

load docs.bash

# Pages of functions; lib/PAGE.h is the header of each.
PAGES="sotto sotto-ot sotto-share"

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

# synopsis PAGE: the prototypes of its SYNOPSIS, as C.
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
    ' "$MAN/$1.3"
}

header_functions() {
    grep -oE '\b\(?\*?sotto_[a-z_]+\)?\(' <(sed 's|/\*.*\*/||; /^ *\*/d; /^\/\*/d' "$SRCDIR/lib/$1.h") |
        tr -d '(*)' | sort -u
}

# Names of enumerators, and of members of public structs.
header_enumerators() {
    grep -oE '^ +SOTTO_[A-Z_]+|SOTTO_[A-Z_]+ = [0-9]+' "$SRCDIR/lib/$1.h" |
        grep -oE 'SOTTO_[A-Z_]+' | sort -u
}
header_members() {
    awk '/^typedef struct [a-z_]+ \{/ { inside = 1; next }
         /^\}/ { inside = 0 }
         inside { sub(/ *\/\*.*/, "") }
         inside && /;$/ { sub(/(\[[A-Z0-9_]+\])*;$/, ""); print $NF }' "$SRCDIR/lib/$1.h" | tr -d '*'
}

@test "every public function and type stands in the header's page, with its very arguments" {
    cd "$BATS_TEST_TMPDIR"
    for page in $PAGES; do
        [ "$(header_functions "$page" | wc -l)" -ge 14 ]
        synopsis "$page" >prototypes
        same_lines "$(header_functions "$page")" \
            "$(grep -v '^#' prototypes | grep -oE '\(?\*?sotto_[a-z_]+\)?\(' | tr -d '(*)' | sort -u)"
        { echo "#include <$page.h>"; cat prototypes; } >conflict.c
        compile -c conflict.c
    done
}

@test "the pages document what the library exports, each function once" {
    documented=$(for page in $PAGES; do
        synopsis "$page" | grep -v -e '^#' -e typedef | grep -oE 'sotto_[a-z_]+\('
    done)
    same_lines "$(sort -u "$SRCDIR/lib/sotto.sym")" "$(tr -d '(' <<<"$documented" | sort)"
}

# functions_of PAGE PATTERN: what matches the pattern, and nothing else, stands in the page.
functions_of() {
    same_lines "$(grep -E "$2" "$SRCDIR/lib/sotto.sym" | sort)" \
        "$(synopsis "$1" | grep -v typedef | grep -oE 'sotto_[a-z_]+\(' | tr -d '(' | sort)"
}

@test "transfers stand in sotto-ot(3), wires and shares in sotto-share(3), all else in sotto(3)" {
    functions_of sotto-ot '^sotto_ot_'
    functions_of sotto-share '^sotto_(mixed|wires|linear)_'
}

@test "every enumerator and every member of a public struct stands in the header's page" {
    for page in $PAGES; do
        [ "$(header_members "$page" | wc -l)" -ge 4 ]
        for name in $(header_enumerators "$page"); do
            grep -qE "(Dv|Fd #define) $name\b" "$MAN/$page.3" || { echo "missing: $name"; false; }
        done
        for name in $(header_members "$page"); do
            grep -qE "^\.(It )?Fa .*\b$name\b" "$MAN/$page.3" || { echo "missing: $name"; false; }
        done
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
