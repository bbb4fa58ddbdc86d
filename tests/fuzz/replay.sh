#!/bin/sh
# Replays the corpus of every fuzz target. Reports in the Test Anything Protocol.
status=0
count=0
for target in bristol compiler interface gcnn onnx; do
    # The targets of gc-nn are not built everywhere.
    case $target in
    bristol | compiler | interface) extra=$SRCDIR/tests/circuits ;;
    *) extra=$SRCDIR/apps/nn/models ;;
    esac
    [ -x "$BUILDDIR/tests/fuzz/fuzz_$target" ] || [ "$extra" = "$SRCDIR/tests/circuits" ] || continue
    for file in "$SRCDIR/tests/fuzz/corpus-$target"/* "$extra"/*; do
        case $file in
        */models/*) [ "${file##*.}" = onnx ] || continue ;;
        esac
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
