#!/bin/sh
# Every case of ONNX's test data is evaluated to its stored outputs, or refused for the reason that
# conformance.txt tells. UPDATE_CONFORMANCE=1 writes that list anew. Reports in the Test Anything
# Protocol.
data=${ONNX_TESTDATA:-/usr/share/libonnx-testdata/data}
list=$SRCDIR/tests/nn/conformance.txt
if [ ! -d "$data/node" ]; then
    echo "1..0 # SKIP no ONNX test data: install libonnx-testdata"
    exit 0
fi
echo "1..2"
status=0
if got=$("$BUILDDIR/tests/nn/conformance" "$data"); then
    echo "ok 1 - no case that is evaluated differs from its stored outputs"
else
    echo "not ok 1 - no case that is evaluated differs from its stored outputs"
    printf '%s\n' "$got" | grep FAILS | sed 's/^/# /'
    status=1
fi
[ -z "${UPDATE_CONFORMANCE:-}" ] || printf '%s\n' "$got" >"$list"
if difference=$(printf '%s\n' "$got" | diff - "$list"); then
    echo "ok 2 - the list of cases is the one that is checked in"
else
    echo "not ok 2 - the list of cases is the one that is checked in"
    printf '%s\n' "$difference" | sed 's/^/# /'
    status=1
fi
exit $status
