#!/bin/sh
# Each room of the library includes only itself and the rooms below it; the applications include
# the public header only, the compiler lib/base and lib/circuit. Reports in the Test Anything Protocol.
cd "${SRCDIR:-.}" && [ -e lib/sotto.h ] || exit 1

rooms="base crypto circuit garble ot share net proto"
status=0
count=0

report() { # report OK NAME
    count=$((count + 1))
    if [ "$1" -eq 0 ]; then echo "ok $count - $2"; else
        echo "not ok $count - $2"
        status=1
    fi
}

allowed=
for room in $rooms; do
    allowed="$allowed${allowed:+|}$room"
    [ -d "lib/$room" ] || continue
    bad=$(grep -nE '^ *# *include "' "lib/$room"/*.[ch] |
        grep -vE "\"(sotto(-ot|-share)?\.h|config\.h|($allowed)/[a-z0-9_]+\.h)\"")
    [ -z "$bad" ] || printf '# %s\n' "$bad"
    [ -z "$bad" ]
    report $? "lib/$room includes only rooms below it"
done

headers=$(find apps -name '*.h' | sed 's,^apps/,,' | tr '\n' '|')
# Circuits of layers are compiled by the tool itself: layer.c alone may see the compiler.
bad=$(grep -nE '^ *# *include "' apps/*.[ch] apps/nn/*.[ch] | grep -v '^apps/nn/layer\.c:' |
    grep -vE "\"(sotto(-ot|-share)?\.h|config\.h|apps/nn/onnx\.pb-c\.h|(apps/)?(${headers%|}))\"")
[ -z "$bad" ] || printf '# %s\n' "$bad"
[ -z "$bad" ]
report $? "apps include the public header only"

if [ -d compiler ]; then
    bad=$(grep -nE '^ *# *include "' compiler/*.[ch] |
        grep -vE "\"(sotto\.h|config\.h|(base|circuit|compiler)/[a-z0-9_]+\.h)\"")
    [ -z "$bad" ] || printf '# %s\n' "$bad"
    [ -z "$bad" ]
    report $? "the compiler includes lib/base and lib/circuit only"
fi

# SEC-21: checks are never assert(); the library neither prints nor exits.
bad=$(grep -nE '\<(assert|abort|exit|_exit|printf|puts|fprintf|perror) *\(' lib/*/*.[ch] |
    grep -v _Static_assert)
[ -z "$bad" ] || printf '# %s\n' "$bad"
[ -z "$bad" ]
report $? "the library does not assert, print or exit"

echo "1..$count"
exit $status
