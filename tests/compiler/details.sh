#!/bin/sh
# What circuit C defines where C does not, and what the host cannot check: gc-c(7), "Where C leaves
# a result open". Reports in the Test Anything Protocol.
: "${BINDIR:=.}"
count=0
status=0
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT

# gives NAME EXPECTED A B PROGRAM: what the function of a and b returns.
gives() {
    count=$((count + 1))
    printf '%s\n' "$5" >"$folder/p.c"
    "$BINDIR/gc-cc" "$folder/p.c" -o "$folder/p.txt" -w 2>"$folder/err" &&
        got=$("$BINDIR/gc-run" clear "$folder/p.txt" -q -i "a=$3" -i "b=$4" 2>>"$folder/err")
    # More than one output: all values on one line.
    got=$(echo "$got" | sed 's/.* = //' | tr '\n' ' ' | sed 's/ $//')
    if [ "$got" = "$2" ]; then echo "ok $count - $1"; else
        echo "not ok $count - $1"
        echo "# $got, not $2"
        sed 's/^/# /' "$folder/err"
        status=1
    fi
}

# expression NAME EXPECTED TYPE A B EXPRESSION
expression() {
    gives "$1" "$2" "$4" "$5" "#include <math.h>
#include <stdint.h>
#include <stdlib.h>
$3 f(${7:-$3} a, ${7:-$3} b) { return $6; }"
}

expression "signed overflow wraps" -2147483648 int 2147483647 1 'a + b'
expression "shift counts are taken modulo the width" 8 int 1 35 'a << b'
expression "so are those of right shifts" -1 int -1 40 'a >> b'
expression "negative counts too" -2147483648 int 1 -1 'a << b'
expression "of _BitInt(N) modulo N" 4 'unsigned _BitInt(20)' 1 42 'a << b'
expression "x / 0 is all ones" 4294967295 'unsigned' 7 0 'a / b'
expression "x % 0 is x" 7 unsigned 7 0 'a % b'
expression "signed x / 0 is -1 for x >= 0" -1 int 7 0 'a / b'
expression "0 / 0 is -1" -1 int 0 0 'a / b'
expression "signed x / 0 is 1 for x < 0" 1 int -7 0 'a / b'
expression "signed x % 0 is x" -7 int -7 0 'a % b'
expression "INT_MIN / -1 is INT_MIN" -2147483648 int -2147483648 -1 'a / b'
expression "INT_MIN % -1 is 0" 0 int -2147483648 -1 'a % b'
expression "abs(INT_MIN) is INT_MIN" -2147483648 int -2147483648 0 'abs(a + b)'
expression "clz(0) is the width" 32 int 0 0 '__builtin_clz((unsigned)(a + b))'
expression "ctz(0) is the width" 64 int 0 0 '__builtin_ctzll((unsigned long long)(a + b))'
expression "a float out of range saturates" 2147483647 int 3e10 0 'a + b' float
expression "below, too" -2147483648 int -3e10 0 'a + b' float
expression "a negative float as unsigned is 0" 0 unsigned -5 0 'a + b' float
expression "to a char, too" 127 'signed char' 1000 0 'a + b' float
expression "NaN as an integer is 0" 0 int nan 0 'a + b' double
expression "NaN as a bool is true" true _Bool nan 0 'a + b' float
expression "-0 is below +0 for fmin" -inf double 0 -0.0 '1 / fmin(a, b)'
expression "and for fmax" inf double -0.0 0 '1 / fmax(a, b)'
gives "a secret index out of range reads 0" 0 5 4 \
    'int f(int a, unsigned b) { int t[4] = {a, a, a, a}; return t[b]; }'
gives "and writes nothing" 5 5 4 \
    'int f(int a, unsigned b) { int t[4] = {a, a, a, a}; t[b] = 9; return t[0] & t[1] & t[2] & t[3]; }'
# Indices that are merged into one: what they name together is the place, and nothing wraps.
rows='#include <stdint.h>
int f(int64_t a, int64_t b)
{
    int t[4][4], (*row)[4] = t + a, *p, n = 0;
    for (int i = 0; i < 16; i++) t[i / 4][i % 4] = i + 1;
    p = &(*row)[0];
    p += b;
    n = *p;
    *p = 0;
    for (int i = 0; i < 16; i++) n = n * (t[i / 4][i % 4] == 0 ? 100 + i : 1);
    return n;
}'
for place in "1 2 742" "1 -1 412" "-1 5 202" "4 -1 1840" "3 4 0" "0 -1 0" "0 0 100" \
    "1152921504606846976 2 0" "4611686018427387904 5 0" "4611686018427387905 2 0" \
    "-9223372036854775808 0 0" "-9223372036854775807 2 0" "2 9223372036854775807 0" \
    "2305843009213693951 4 0" "1152921504606846976 -4611686018427387904 100"; do
    # shellcheck disable=SC2086
    set -- $place
    gives "row $1, element $2 of it" "$3" "$1" "$2" "$rows"
done
gives "a negative one too" 0 5 -1 \
    'int f(int a, int b) { int t[4] = {a, a, a, a}; return t[b]; }'
gives "each dimension has its own bound" 0 5 2 \
    'int f(int a, unsigned b) { int t[2][2] = {{a, a}, {a, a}}; return t[0][b]; }'
gives "a pointer has its whole object" 5 5 2 \
    'int f(int a, unsigned b) { int t[2][2] = {{1, 2}, {a, 4}}, *p = &t[0][0]; return p[b]; }'
gives "a local never written is 0" 3 3 1 'int f(int a, int b) { int x; if (b > 5) x = 1; return a + x; }'
gives "an output never written is 0" "3,0" 3 1 \
    '#include <sotto-circuit.h>
void f(GARBLER int a, EVALUATOR int b, OUTPUT int o[2]) { o[0] = a + (b & 0); }'
gives "a counter stays public after a secret break" 6 3 3 \
    'int f(int a, int b) { int t[8] = {0}, i; for (i = 0; i < 8; i++) { t[i] = 2 * i; if (i == a) break; } return t[b]; }'
gives "a loop beyond its bound says so" "3 true" 10 1 \
    'int f(int a, int b) { int n = 0;
#pragma gc bound 3
while (a > b) { a--; n++; } return n; }'
gives "one within it says so too" "3 false" 4 1 \
    'int f(int a, int b) { int n = 0;
#pragma gc bound 3
while (a > b) { a--; n++; } return n; }'
gives "no flag where the bound is proved enough" 4 4 1 \
    'int f(int a, int b) { int n = b & 0;
#pragma gc bound 7
for (int i = 0; i < (a & 7); i++) n++; return n; }'
gives "a run that leaves by break counts" "2 false" 9 0 \
    'int f(int a, int b) { int n = b;
#pragma gc bound 3
while (a > n) { if (n == 2) break; n++; } return n; }'

echo "1..$count"
exit $status
