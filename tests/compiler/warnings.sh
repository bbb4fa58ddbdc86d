#!/bin/sh
# What costs more than it looks, and values that nobody writes, get a warning with its position, the
# source line, a caret and a hint; -Werror makes it an error, -w keeps it back. Reports in the Test
# Anything Protocol.
: "${BINDIR:=.}" "${SRCDIR:=.}"
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
count=0
status=0

result() { # result OK NAME
    count=$((count + 1))
    if [ "$1" -eq 0 ]; then echo "ok $count - $2"; else
        echo "not ok $count - $2"
        sed 's/^/# /' "$folder/err"
        status=1
    fi
}

compile() {
    "$BINDIR/gc-cc" "$folder/p.c" --stats "$@" >"$folder/out" 2>"$folder/err"
}

# warns LINE:COLUMN MESSAGE HINT STATEMENTS: of a function of a, b and o[2].
warns() {
    printf '#include <sotto-circuit.h>\nvoid f(GARBLER int a, EVALUATOR int b, OUTPUT int o[2])\n{\n    o[0] = o[1] = 0;\n%s\n}\n' \
        "$4" >"$folder/p.c"
    compile && grep -qF "p.c:$1: warning: $2" "$folder/err" && grep -qF "  hint: $3" "$folder/err" &&
        grep -qE '^ *\^$' "$folder/err" && [ "$(grep -c warning: "$folder/err")" -eq 1 ]
    result $? "$2"
    compile -Werror
    [ $? -eq 5 ] && grep -qF "p.c:$1: error: $2" "$folder/err"
    result $? "$2: -Werror"
    compile -w && [ ! -s "$folder/err" ]
    result $? "$2: -w"
}

# quiet NAME STATEMENTS: no warning.
quiet() {
    printf '#include <sotto-circuit.h>\nvoid f(GARBLER int a, EVALUATOR int b, OUTPUT int o[2])\n{\n    o[0] = o[1] = 0;\n%s\n}\n' \
        "$2" >"$folder/p.c"
    compile && [ ! -s "$folder/err" ]
    result $? "no warning: $1"
}

# A warning that is kept back leaves no hint behind below an error before it.
echo 'int f(int a, int b) { int n = 0, v[n]; return v[0] + a / b; }' >"$folder/p.c"
compile -w
[ $? -eq 5 ] && grep -q "error: the length of an array is 0" "$folder/err" &&
    ! grep -q "hint:" "$folder/err"
result $? "no hint of a warning that is kept back"

warns 5:14 "a division by a secret costs about" "narrower types cost less" '    o[0] = a / b;'
warns 5:14 "a division by a secret costs about" "narrower types cost less" '    o[0] = a % b;'
warns 5:12 "a constant of several characters is a number" "a string stands" "    o[0] = 'ab';"
warns 5:7 "a division by a secret costs about" "narrower types cost less" '    a /= b; o[0] = a;'
warns 7:13 "reading 't' at a secret index costs about" "every element is visited" '    int t[500];
    for (int i = 0; i < 500; i++) t[i] = a ^ i;
    o[0] = t[b];'
warns 6:10 "writing 't' at a secret index costs about" "every element is visited" '    int t[500] = {0};
    t[b] = a;
    o[0] = t[3];'
warns 8:13 "writing 'm' at a secret index costs about" "every element is visited" '    short m[30][30];
    for (int i = 0; i < 30; i++)
        for (int j = 0; j < 30; j++) m[i][j] = (short)(a ^ (30 * i + j));
    m[a][b] = 1;
    o[0] = m[2][3];'
warns 5:5 "this loop unrolls to about 1.2 million ANDs" "gc-cc --explain-cost" \
    '    for (int i = 0; i < 2200; i++) o[0] = o[0] * a + b;'
warns 6:12 "'x' is read before it is written: the value is 0" "give it a value" '    int x;
    o[0] = x;'
warns 6:13 "'t' is read before it is written: the value is 0" "give it a value" '    int t[2];
    o[0] = t[1];'
quiet "a division by a constant" '    o[0] = a / 10 + a % 7;'
quiet "a division of public values" '    for (int i = 1; i < 9; i++) o[0] += 100 / i;'
quiet "a narrow division" '    o[0] = (a & 7) / (b & 7);'
quiet "a small array" '    int t[9] = {a, b}; o[0] = t[b];'
quiet "a table of constants" '    static const unsigned char t[256] = {1, 2, 3}; o[0] = t[b & 255];'
quiet "a bit-field of a new struct" '    struct { unsigned x : 3, y : 4; } s; s.x = a & 7; o[0] = s.x;'
quiet "written under a condition" '    int x; if (a > b) x = 1; else x = 2; o[0] = x;'

# A value that a function does not return.
printf '%s\n' 'static int g(int *p) { *p = 1; }' 'int f(int a, int b) { return g(&a) + a + b; }' \
    >"$folder/p.c"
compile && grep -qF "p.c:2:31: warning: 'g' ends without returning a value: it is 0" "$folder/err" &&
    grep -qF "  hint: write 'return' and the value" "$folder/err"
result $? "a function without return"

# Outputs: all of one, some of one, and a local of CBMC-GC's.
cat >"$folder/p.c" <<'PROGRAM'
#include <sotto-circuit.h>
struct s { unsigned x : 3; int y; };
void f(GARBLER int a, EVALUATOR int b, OUTPUT int *all, OUTPUT int some[4], OUTPUT struct s *full)
{
    if (a > b) some[1] = some[3] = a;
    full->x = 1, full->y = a;
}
PROGRAM
compile && grep -qF "output 'all' is never written: it is 0" "$folder/err" &&
    grep -qF "2 of the 4 elements of output 'some' are never written: they are 0" "$folder/err" &&
    grep -qE 'p\.c:3:[0-9]+: warning' "$folder/err" && [ "$(grep -c hint: "$folder/err")" -eq 2 ]
result $? "outputs that are never written"
printf 'void g(void) { int INPUT_A_x, OUTPUT_y, OUTPUT_z; OUTPUT_y = INPUT_A_x; }\n' >"$folder/p.c"
compile && grep -qF "output 'OUTPUT_z' is never written: it is 0" "$folder/err" &&
    [ "$(grep -c warning: "$folder/err")" -eq 1 ]
result $? "OUTPUT_ locals that are never written"

# What a warning says of a loop is what the circuit has, and a dear one alone is spoken of.
# loop_costs NAME: p.c is one loop and little else.
loop_costs() {
    compile -O1 && python3 - "$folder/out" "$folder/err" <<'CHECK'
import json, re, sys
n_and = json.load(open(sys.argv[1]))["and"]
said = re.findall(r"this loop unrolls to about ([0-9.]+) million ANDs", open(sys.argv[2]).read())
if n_and < 1000000 or len(said) != 1 or abs(float(said[0]) * 1e6 / n_and - 1) > 0.1:
    sys.exit("# %d ANDs, and the warning says %s" % (n_and, said))
CHECK
    result $? "what a loop costs: $1"
}

if command -v python3 >/dev/null; then
    # The sum of the products is finished after the loop that makes them.
    cat >"$folder/p.c" <<'PROGRAM'
#include <sotto-circuit.h>
int f(GARBLER int a[2000], EVALUATOR int b[2000])
{
    int sum = 0;
    for (int i = 0; i < 2000; i++) sum += a[i] * b[i];
    return sum + 1;
}
PROGRAM
    loop_costs "a sum that goes on after it"
    # Half of the choices are of values that nobody reads.
    cat >"$folder/p.c" <<'PROGRAM'
#include <sotto-circuit.h>
void f(GARBLER long a[200], EVALUATOR long b[200], OUTPUT long o[200])
{
    for (int k = 0; k < 30; k++)
        for (int i = 0; i < 200; i++) {
            long unread = a[i] * b[i] + k;
            if (unread > a[i]) unread = b[i] / 3;
            a[i] = a[i] > b[i] ? a[i] - b[i] : b[i] - a[i] + k;
        }
    for (int i = 0; i < 200; i++) o[i] = a[i];
}
PROGRAM
    loop_costs "with work that nobody reads"
fi
for name in keccak-f1600 sha3-256 hmac-sha256; do
    for level in -O0 -O1 "-O1 -fno-hash"; do
        # shellcheck disable=SC2086
        "$BINDIR/gc-cc" "$SRCDIR/circuits/$name.c" $level --stats >"$folder/out" 2>"$folder/err" &&
            [ ! -s "$folder/err" ]
        result $? "no warning: $name $level"
    done
done

echo "1..$count"
exit $status
