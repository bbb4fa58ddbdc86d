#!/bin/sh
# The example of sotto-ot(3) compiles without a warning and does what the page says. Reports in the
# Test Anything Protocol.
page=$SRCDIR/man/sotto-ot.3
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
status=0

echo "1..2"
sed -n '/^\.Bd -literal/,/^\.Ed/{/^\.Bd/d;/^\.Ed/d;s/\\e/\\/g;p;}' "$page" >"$dir/example.c"
# The flags of this build: a static library with sanitizers needs them to link.
flags=$(printf '@SOTTO_CFLAGS@ @CFLAGS@ @LDFLAGS@\n' |
    (cd "$BUILDDIR" && ./config.status -q --file=-))
# shellcheck disable=SC2086 # lists of words
if "$BUILDDIR/libtool" --quiet --mode=link --tag=CC ${CC:-cc} $flags -Wall -Wextra -Werror \
    -I"$SRCDIR/lib" -o "$dir/example" "$dir/example.c" "$BUILDDIR/libsotto.la"; then
    echo "ok 1 - the example compiles"
else
    echo "not ok 1 - the example compiles"
    status=1
fi
if [ "$(timeout 60 "$dir/example")" = "right up" ]; then
    echo "ok 2 - the example prints what the page says"
else
    echo "not ok 2 - the example prints what the page says"
    status=1
fi
exit $status
