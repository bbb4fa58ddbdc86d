#!/bin/sh
# Levels and switches of gc-cc: each pass can be left out, an unknown one is refused with the names
# of those there are, no level changes what a program computes, and the same program gives the same
# bytes whatever the folder, the environment and the addresses. Reports in the Test Anything Protocol.
gc_cc=${BUILDDIR:-.}/gc-cc
tool=${BUILDDIR:-.}/tests/compiler/circuit_tool
source=${SRCDIR:-.}
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
count=0
status=0

report() { # report STATUS NAME
    count=$((count + 1))
    if [ "$1" -eq 0 ]; then echo "ok $count - $2"; else
        echo "not ok $count - $2"
        status=1
    fi
}

mkdir "$folder/here" "$folder/there"
cat >"$folder/here/p.c" <<'EOF'
unsigned f(__garbler unsigned x, __evaluator unsigned y)
{
    unsigned r = 0, rest = 0;
    for (int i = 0; i < 16; i++) {
        rest = rest << 2 | x >> 30;
        x <<= 2;
        r <<= 1;
        unsigned t = r << 1 | 1;
        if (rest >= t) {
            rest -= t;
            r |= 1;
        }
    }
    return y > r ? y / (r | 1) : r * y;
}
EOF
cp "$folder/here/p.c" "$folder/there/p.c"
echo 'float f(__garbler float x, __evaluator float y) { return x + y; }' >"$folder/sum.c"

ands() { # ands FILE OPTION...
    file=$1
    shift
    "$gc_cc" -w "$folder/$file" "$@" --stats | sed 's/.*"and":\([0-9]*\).*/\1/'
}

"$gc_cc" "$folder/here/p.c" -fno-such --stats >"$folder/out" 2>"$folder/err"
[ $? -eq 2 ] && grep -q -e '-fno-such: there is no such pass' "$folder/err"
report $? "an unknown pass is refused with status 2"

names=$(sed -n 's/^  the passes are //p' "$folder/err" | tr -d ,)
[ -n "$names" ]
report $? "and the passes are named"

for level in 0 1 2; do
    "$gc_cc" -w "$folder/here/p.c" "-O$level" -o "$folder/O$level.txt"
    report $? "-O$level compiles"
done
for level in 1 2; do
    "$tool" compare "$folder/O0.txt" "$folder/O$level.txt" 100000
    report $? "-O0 and -O$level agree on 100000 inputs"
done
[ "$(ands sum.c -O2)" -lt "$(ands sum.c -O2 -fno-cuts)" ]
report $? "rewriting of cuts saves ANDs"

xors() { # xors OPTION...
    "$gc_cc" -w "$folder/here/p.c" "$@" --stats | sed 's/.*"xor":\([0-9]*\).*/\1/'
}
[ "$(xors -O2)" -lt "$(xors -O2 -fno-pairs)" ] &&
    [ "$(ands here/p.c -O2)" -eq "$(ands here/p.c -O2 -fno-pairs)" ]
report $? "sharing of pairs saves XORs and costs no ANDs"

# A level may only save: every program of the table of AND counts.
level_ands() { # level_ands LEVEL FILE OPTION...
    level=$1
    shift
    "$gc_cc" -w "-O$level" --stats "$@" 2>&1 | sed 's/.*"and":\([0-9]*\).*/\1/'
}
mkdir "$folder/table"
"${BUILDDIR:-.}/tests/bench/and_counts" -p "$folder/table" >"$folder/list"
while read -r name file options; do
    # shellcheck disable=SC2086
    plain=$(level_ands 0 "$file" $options) fast=$(level_ands 1 "$file" $options) \
        best=$(level_ands 2 "$file" $options)
    if [ "$fast" -le "$plain" ] && [ "$best" -le "$fast" ]; then continue; fi
    echo "# $name: $plain ANDs at -O0, $fast at -O1, $best at -O2"
    echo "$name" >>"$folder/dearer"
done <"$folder/list"
[ -s "$folder/list" ] && [ ! -s "$folder/dearer" ]
report $? "no level gives more ANDs than the one below"

# And every circuit of circuits/LIST; what -O2 gives is in MANIFEST, which a test of its own holds to
# the build.
: >"$folder/dearer"
: >"$folder/compared"
GC_CC_INCLUDE=$source/compiler/include
export GC_CC_INCLUDE
while read -r name file options; do
    case $name in '' | '#'*) continue ;; esac
    # shellcheck disable=SC2086
    plain=$(level_ands 0 "$source/circuits/$file" $options) \
        fast=$(level_ands 1 "$source/circuits/$file" $options) \
        best=$(awk -v name="$name" '$1 == name { print $2 }' "$source/circuits/MANIFEST")
    echo "$name" >>"$folder/compared"
    if [ "$fast" -le "$plain" ] && [ "$best" -le "$fast" ]; then continue; fi
    echo "# $name: $plain ANDs at -O0, $fast at -O1, $best at -O2"
    echo "$name" >>"$folder/dearer"
done <"$source/circuits/LIST"
unset GC_CC_INCLUDE
[ -s "$folder/compared" ] && [ ! -s "$folder/dearer" ]
report $? "nor of a circuit of the library"

for name in $names; do
    "$gc_cc" -w "$folder/here/p.c" "-fno-$name" -o "$folder/without.txt" &&
        "$tool" compare "$folder/O0.txt" "$folder/without.txt" 20000
    report $? "-fno-$name leaves that pass out and the function as it is"
    "$gc_cc" --help | grep -q "^  $name .*-O[12]"
    report $? "--help names $name"
done

"$gc_cc" -w "$folder/there/p.c" -o "$folder/there/out.txt"
(cd "$folder/here" && X=$(seq 1000) "$gc_cc" -w p.c -o out.txt)
cmp -s "$folder/here/out.txt" "$folder/there/out.txt" &&
    cmp -s "$folder/here/out.json" "$folder/there/out.json"
report $? "another folder and environment give the same bytes"
if command -v setarch >/dev/null && setarch -R true 2>/dev/null; then
    setarch -R "$gc_cc" -w "$folder/here/p.c" -o "$folder/here/fixed.txt"
    cmp -s "$folder/here/fixed.txt" "$folder/there/out.txt"
    report $? "addresses that are not random give the same bytes"
fi

# Every build of the passes gives these bytes, with whatever compiler and sanitizers. A change of the
# passes may change them.
"$tool" optimise "${CIRCUITS:-$source/tests/circuits}/mul8.txt" "$folder/mul8.txt"
digest=$(sha256sum <"$folder/mul8.txt" | cut -c1-16)
[ "$digest" = 5136f8935e43c720 ] || echo "# mul8.txt has $digest"
[ "$digest" = 5136f8935e43c720 ]
report $? "all builds give the same bytes"

echo "1..$count"
exit $status
