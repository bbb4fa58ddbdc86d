#!/bin/sh
# The shared library exports what the public headers declare, no more and no less; the seams that
# the tests replace are not in it (SEC-2). Reports in the Test Anything Protocol.
status=0
declared=$(grep -ohE '\<sotto_[a-z0-9_]+\(' "$SRCDIR/lib/sotto.h" "$SRCDIR/lib/sotto-ot.h" "$SRCDIR/lib/sotto-share.h" |
    tr -d '(' | sort -u)
listed=$(sort -u "$SRCDIR/lib/sotto.sym")
library=$BUILDDIR/.libs/libsotto.so

report() { # report NUMBER OK NAME
    if [ "$2" -eq 0 ]; then echo "ok $1 - $3"; else
        echo "not ok $1 - $3"
        status=1
    fi
}

echo "1..4"
[ "$declared" = "$listed" ]
report 1 $? "sotto.sym lists what the public headers declare"
if [ ! -e "$library" ]; then
    echo "ok 2 - exports # SKIP no shared library in this build"
    echo "ok 3 - seam # SKIP no shared library in this build"
    echo "ok 4 - test code # SKIP no shared library in this build"
    exit $status
fi
exported=$($NM -D --defined-only "$library" | awk '$2 ~ /[A-Z]/ {print $3}' | sort -u)
[ "$exported" = "$declared" ]
report 2 $? "the library exports what the public headers declare"
everything=$($NM "$library" 2>/dev/null; $NM -D "$library")
! printf '%s\n' "$everything" | grep -qE '\<test_(random|heap)'
report 3 $? "no test seam is in the library"
! printf '%s\n' "$everything" | grep -qE '\<(rand|srand|random|drand48)\>'
report 4 $? "no other source of randomness is in the library"
exit $status
