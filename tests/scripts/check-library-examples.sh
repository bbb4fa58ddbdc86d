#!/bin/sh
# The examples of the library's pages compile without a warning and print what the pages say.
# Reports in the Test Anything Protocol.
# shellcheck source=tests/scripts/tap.sh
. "$SRCDIR/tests/scripts/tap.sh"

# The flags of this build: a static library with sanitizers needs them to link.
flags=$(printf '@SOTTO_CFLAGS@ @CFLAGS@ @LDFLAGS@\n' |
    (cd "$BUILDDIR" && ./config.status -q --file=-))

check() { # check PAGE PRINTED
    sed -n '/^\.Bd -literal/,/^\.Ed/{/^\.Bd/d;/^\.Ed/d;s/\\e/\\/g;s/\\-/-/g;p;}' \
        "$SRCDIR/man/$1" >"$work/example.c"
    # shellcheck disable=SC2086 # lists of words
    "$BUILDDIR/libtool" --quiet --mode=link --tag=CC ${CC:-cc} $flags -Wall -Wextra -Werror \
        -I"$SRCDIR/lib" -o "$work/example" "$work/example.c" "$BUILDDIR/libsotto.la"
    report $? "the example of $1 compiles"
    [ "$(timeout 60 "$work/example")" = "$2" ]
    report $? "the example of $1 prints what the page says"
    rm -rf "$work/example" "$work/.libs"
}

check sotto-ot.3 "right up 1101 2202 3303"
check sotto-share.3 870
finish
