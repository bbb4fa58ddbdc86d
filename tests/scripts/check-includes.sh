#!/bin/sh
# Each room of the library includes only itself and the rooms below it; the applications include
# the public header only, the compiler lib/base and lib/circuit. Reports in the Test Anything Protocol.
cd "${SRCDIR:-.}" && [ -e lib/sotto.h ] || exit 1
. tests/scripts/tap.sh

rooms="base crypto circuit garble ot share net proto"

# none NAME: the log, of what should not be, is empty.
none() {
    [ ! -s "$work/log" ]
    report $? "$1"
}

allowed=
for room in $rooms; do
    allowed="$allowed${allowed:+|}$room"
    [ -d "lib/$room" ] || continue
    grep -nE '^ *# *include "' "lib/$room"/*.[ch] |
        grep -vE "\"(sotto(-ot|-share)?\.h|config\.h|($allowed)/[a-z0-9_]+\.h)\"" >"$work/log"
    none "lib/$room includes only rooms below it"
done

headers=$(find apps -name '*.h' | sed 's,^apps/,,' | tr '\n' '|')
# Circuits of layers are compiled by the tool itself: layer.c alone may see the compiler.
grep -nE '^ *# *include "' apps/*.[ch] apps/nn/*.[ch] | grep -v '^apps/nn/layer\.c:' |
    grep -vE "\"(sotto(-ot|-share)?\.h|config\.h|apps/nn/onnx\.pb-c\.h|(apps/)?(${headers%|}))\"" >"$work/log"
none "apps include the public header only"

if [ -d compiler ]; then
    grep -nE '^ *# *include "' compiler/*.[ch] |
        grep -vE "\"(sotto\.h|config\.h|(base|circuit|compiler)/[a-z0-9_]+\.h)\"" >"$work/log"
    none "the compiler includes lib/base and lib/circuit only"
fi

# SEC-21: checks are never assert(); the library neither prints nor exits.
grep -nE '\<(assert|abort|exit|_exit|printf|puts|fprintf|perror) *\(' lib/*/*.[ch] |
    grep -v _Static_assert >"$work/log"
none "the library does not assert, print or exit"

finish
