#!/bin/sh
# Programs of circuit C, and programs in the manner of CBMC-GC and HyCC: the circuit against the same
# program built by the host's compiler, at every level of optimisation; then integers wider than any
# host has. Reports in the Test Anything Protocol.
: "${SRCDIR:=.}" "${BINDIR:=.}"
count=0
status=0

report() { # report OK NAME
    count=$((count + 1))
    if [ "$1" -eq 0 ]; then echo "ok $count - $2"; else
        echo "not ok $count - $2"
        sed 's/^/# /' "$folder/err"
        status=1
    fi
}

folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
TMPDIR=$folder
export TMPDIR

# _BitInt is not in every compiler.
bit_int() {
    for compiler in "${CC:-cc}" clang "clang -std=c2x"; do
        # shellcheck disable=SC2086
        echo '_BitInt(9) x;' | $compiler -x c -w -c -o /dev/null - 2>/dev/null || continue
        echo "$compiler"
        return
    done
}

for file in "$SRCDIR"/tests/compiler/language/*.c "$SRCDIR"/tests/compiler/dialect/*.c; do
    name=$(basename "$file" .c)
    compiler=${CC:-cc}
    [ "$name" != bitint ] || compiler=$(bit_int)
    for level in 0 1 2; do
        if [ -z "$compiler" ]; then
            count=$((count + 1))
            echo "ok $count - $name -O$level # SKIP no compiler with _BitInt"
            continue
        fi
        CC=$compiler timeout 300 "$BINDIR/gc-cc" "$file" "-O$level" --check=300 2>"$folder/err"
        report $? "$name -O$level"
    done
done

# What has been made is gone.
rm -f "$folder/err"
[ -z "$(ls -A "$folder")" ]
report $? "--check leaves nothing behind" 2>/dev/null

if command -v python3 >/dev/null; then
    timeout 600 python3 "$SRCDIR/tests/compiler/wide.py" "$BINDIR" >"$folder/err" 2>&1
    report $? "_BitInt to 4096 bits against Python"
fi
echo "1..$count"
exit $status
