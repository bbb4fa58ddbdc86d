#!/bin/sh
# The circuits that are built are those of circuits/MANIFEST, and no count of ANDs rises unnoticed.
# Reports in the Test Anything Protocol.
: "${SRCDIR:?is the top of the sources}" "${BUILDDIR:?is the root of the build}"
# shellcheck source=tests/scripts/tap.sh
. "$SRCDIR/tests/scripts/tap.sh"
manifest=$SRCDIR/circuits/manifest.py

# A tree of three circuits, small enough to be measured many times.
mkdir "$work/circuits" "$work/man"
cp "$SRCDIR/man/sotto-circuits.7" "$work/man"
grep -E '^(add8|mul16|compare32) ' "$SRCDIR/circuits/LIST" >"$work/circuits/LIST"
run() { python3 "$manifest" "$1" "$work" "$BUILDDIR" >"$work/log" 2>&1; }
# claim NAME COUNT: MANIFEST says that the circuit has so many ANDs.
claim() {
    awk -v name="$1" -v n="$2" '$1 == name { $2 = n } { print }' "$work/good" \
        >"$work/circuits/MANIFEST"
}

ands() { awk -v name="$1" '$1 == name { print $2 }' "$work/good"; }

run write && cp "$work/circuits/MANIFEST" "$work/good" && run check
report $? "what is written passes"
[ "$(ands add8)" = 7 ]
report $? "a line has the circuit's ANDs"
claim add8 6
! run check && grep -q 'not ok .*add8.* 6 AND in MANIFEST, 7 now: REFUSED, it rose' "$work/log"
report $? "a count that rose is refused, with the circuit, the old and the new count"
! run write && grep -q 'add8: 6 ANDs rose to 7' "$work/log"
report $? "and not written"
claim mul16 99999
! run check &&
    grep -q "not ok .*mul16.* 99999 AND in MANIFEST, $(ands mul16) now: make regen" "$work/log"
report $? "a count that fell is told"
run write && cmp -s "$work/circuits/MANIFEST" "$work/good"
report $? "and written"
grep -v '^add8 ' "$work/good" >"$work/circuits/MANIFEST"
! run check && grep -q 'not ok .*add8.*not in MANIFEST' "$work/log"
report $? "a circuit that is missing is told"
{ cat "$work/good" && echo "gone 1 1 1 1"; } >"$work/circuits/MANIFEST"
! run check && grep -q 'not ok .*gone: in MANIFEST, but not in LIST' "$work/log"
report $? "one too many is told"
cp "$work/good" "$work/circuits/MANIFEST"
sed -i 's/^\.It add8 Ta 7/.It add8 Ta 8/' "$work/man/sotto-circuits.7"
! run check && grep -q 'not ok .*sotto-circuits.7 is what' "$work/log"
report $? "a changed manual page is told"

[ "$(sed 's/#.*//' "$SRCDIR/circuits/LIST" | awk 'NF { print $1 }')" = \
    "$(cd "$BUILDDIR/circuits" && awk 'NF && !/^#/ { print $1 }' "$SRCDIR/circuits/LIST" |
        while read -r name; do [ ! -s "$name.txt" ] || [ ! -s "$name.json" ] || echo "$name"; done)" ]
report $? "every circuit of LIST is built"
missing=$(for source in "$SRCDIR"/circuits/*.c; do
    grep -q " $(basename "$source")" "$SRCDIR/circuits/LIST" || basename "$source"
done)
[ -z "$missing" ]
report $? "every program is in LIST"
missing=$(awk 'NF && !/^#/ { print $1 }' "$SRCDIR/circuits/LIST" | while read -r name; do
    grep -qE "^\.It Li (.* , )?$name( ,|\$)" "$SRCDIR/man/sotto-circuits.7" || echo "$name"
done)
echo "$missing" >"$work/log"
[ -z "$missing" ]
report $? "every circuit stands in sotto-circuits(7)"

if ! python3 "$manifest" check "$SRCDIR" "$BUILDDIR" >"$work/log"; then status=1; fi
awk -v count="$count" '/^1\.\./ { next } { sub(/ok [0-9]+/, "ok " ++count); print }
    END { print "1.." count }' "$work/log"
exit $status
