#!/bin/sh
# Replays the corpus of every fuzz target. Reports in the Test Anything Protocol.
status=0
count=0
for target in bristol compiler interface; do
    for file in "$SRCDIR/tests/fuzz/corpus-$target"/* "$SRCDIR"/tests/circuits/*; do
        count=$((count + 1))
        if "$BUILDDIR/tests/fuzz/fuzz_$target" "$file"; then
            echo "ok $count - $target ${file##*/}"
        else
            echo "not ok $count - $target ${file##*/}"
            status=1
        fi
    done
done
echo "1..$count"
exit $status
