#!/bin/sh
# SEC-23: what is outside of circuit C is refused with its position and name, never by a crash, and
# nothing is written. Reports in the Test Anything Protocol.
: "${BINDIR:=.}"
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
count=0
status=0

report() { # report STATUS NAME
    count=$((count + 1))
    if [ "$1" -eq 0 ]; then echo "ok $count - $2"; else
        echo "not ok $count - $2"
        sed 's/^/# /' "$folder/err"
        status=1
    fi
}

refused() { # refused MESSAGE < PROGRAM
    count=$((count + 1))
    cat >"$folder/p.c"
    timeout 60 "$BINDIR/gc-cc" -w "$folder/p.c" -o "$folder/out.txt" >"$folder/out" 2>"$folder/err"
    code=$?
    if [ $code -eq 5 ] && grep -qE "^[^ ]+p\.c:[0-9]+:[0-9]+: error: " "$folder/err" &&
        grep -E ': error: ' "$folder/err" | grep -qF -e "$1" &&
        grep -qE '^ *\^$' "$folder/err" && [ ! -s "$folder/out" ] && [ ! -e "$folder/out.txt" ]; then
        echo "ok $count - $1"
    else
        echo "not ok $count - $1 (status $code)"
        sed 's/^/# /' "$folder/p.c" "$folder/err"
        status=1
    fi
}

body() { # body MESSAGE STATEMENTS
    printf '%s\nint f(int a, int b)\n{\n%s\n    return a;\n}\n' \
        'struct bits { int x : 3; }; struct S { int m; };' "$2" >"$folder/body.c"
    refused "$1" <"$folder/body.c"
}

program() { # program MESSAGE TEXT
    printf '#include <sotto-circuit.h>\n#include <stdint.h>\n%s\n' "$2" >"$folder/body.c"
    refused "$1" <"$folder/body.c"
}

# Control.
body "goto is not supported" 'goto end; end:'
body "labels are not supported" 'end: a++;'
body "the address of a label is not supported" 'void *p = &&x;'
body "a case label inside another statement" 'switch (a) { case 0: if (b) { case 1: a = 2; } }'
body "'setjmp' is not supported" 'setjmp(a);'
body "'longjmp' is not supported" 'longjmp(a, 1);'
body "'exit' is not supported" 'exit(1);'
body "'abort' is not supported" 'abort();'
body "the number of runs of this loop depends on secret values" 'while (a > b) a--;'
body "the number of runs of this loop depends on secret values" 'for (;;) { if (a > b) break; a++; }'
body "the number of runs of this loop depends on secret values" 'do a--; while (a > b);'
body "does not seem to end" 'for (;;) continue;'
body "does not seem to end" 'for (unsigned i = 9; i >= 0; i--) a += b;'
body "does not seem to end" 'for (unsigned char i = 0; i < 256; i++) a += b;'
body "the number of runs of this loop depends on secret values" 'int t = 1, n = 0; while (t && n < a) n += b;'
body "the number of runs of this loop depends on secret values" 'int t = 1; while (t) { if (a > b) break; a += b; }'
body "must stand before a loop" '
#pragma gc bound 3
a++;'
body "the bound of a loop must be" '
#pragma gc bound 0
while (a) a--;'
body "must be an integer constant expression" '
#pragma gc bound b
while (a) a--;'
body "unknown '#pragma gc'" '
#pragma gc unroll 3
while (a) a--;'
body "nested too deeply" "$(yes 'if (a)' | head -n 500) a++;"
body "nested too deeply" "$(yes '{' | head -n 500) a++; $(yes '}' | head -n 500)"
body "nested too deeply" "$(yes 'if (a) b++; else {' | head -n 500) a++; $(yes '}' | head -n 500)"
body "'break' outside of a loop or switch" 'break;'
body "'continue' outside of a loop" 'continue;'
body "a label outside of a switch" 'case 1: a = 1;'
body "this label stands twice" 'switch (a) { case 1: case 1: a = 2; }'
body "this label stands twice" 'switch (a) { default: default: a = 2; }'
body "a case label must be an integer constant expression" 'switch (a) { case b: a = 2; }'
body "this function returns 'int'" 'return;'
body "the asserted condition depends on secret values" '__gc_assert(a > 0);'
body "assertion failed" '__gc_assert(0);'
program "the depth of the recursion of 'g' depends on secret values" '
static int g(int x) { return x == 0 ? 0 : g(x - 1); }
int f(int a, int b) { return g(a) + b; }'
program "the depth of the recursion of 'sort' depends on secret values" '
static void sort(int *p, int low, int high)
{
    int at = low, t;
    if (low >= high) return;
    for (int i = 0; i < 16; i++)
        if (low <= i && i < high && p[i] < p[high]) { t = p[i]; p[i] = p[at]; p[at++] = t; }
    t = p[at]; p[at] = p[high]; p[high] = t;
    sort(p, low, at - 1);
    sort(p, at + 1, high);
}
void f(GARBLER int a[16], EVALUATOR int b, OUTPUT int o[16])
{
    for (int i = 0; i < 16; i++) o[i] = a[i] + b;
    sort(o, 0, 15);
}'
program "the depth of the recursion of 'even' depends on secret values" '
static int odd(int x);
static int even(int x) { return x == 0 ? 1 : odd(x - 1); }
static int odd(int x) { return x == 0 ? 0 : even(x - 1); }
int f(int a, int b) { return even(a) + b; }'
program "the recursion of 'g' does not end" 'static int g(int x) { return g(x - 1); }
int f(int a, int b) { return g(a) + b; }'
program "the recursion of 'g' does not end" '
static void up(int *n) { ++*n; }
static int g(int x, int n) { up(&n); return n < 0 ? x : g(x, n); }
int f(int a, int b) { return g(a, 0) + b; }'
# What follows an error in braces is read as if there had been none.
alone() { # alone MESSAGE STATEMENTS
    body "$1" "$2"
    [ "$(grep -c ': error: ' "$folder/err")" -eq 1 ]
    report $? "$1: one error"
}
alone "too many initialisers" 'int y = a, x[2] = {1, {2}, 3}; b = x[0] + y;'
alone "has no member 'z'" 'struct S s = {.z = 1}; a = s.m;'
alone "'x' is not declared" 'struct { int m, n[x]; } s; for (;;) { a++; break; }'
alone "statement expressions are not supported" 'b = ({ int x = a; x; }) + 1; a = b;'
alone "expected an expression" 'if (a) { b = {1}; a = 2; } else { b = 2; }'

# After an error a recursion may have lost what would end it, and is not told again.
program "the number of runs of this loop depends on secret values" '
static int g(int x, int n) { while (x) x--; return n < 0 ? x : g(x, n + 1); }
int f(int a, int b) { return g(a, 0) + b; }'
[ "$(grep -c ': error: ' "$folder/err")" -eq 1 ]
report $? "an endless recursion after an error is not another one"

# Literals.
body "wide characters and those of an encoding are not supported" "a = L'b';"
body "wide characters and those of an encoding are not supported" 'a = u8"text"[b & 3];'
body "a character constant has one to four characters" "a = '';"
body "a character constant has one to four characters" "a = 'abcde';"

# Types and objects.
body "volatile is not supported" 'volatile int x = a;'
body "long double is not supported" 'long double x = a;'
body "long double is not supported" 'double x = 1.0L;'
body "_Complex is not supported" 'float _Complex x;'
body "_Atomic is not supported" '_Atomic int x;'
body "_Thread_local is not supported" 'static _Thread_local int x;'
body "'__thread' is not supported" '__thread int x;'
body "'_Float16' is not supported" '_Float16 x;'
body "'__float128' is not supported" '__float128 x;'
body "'_Decimal64' is not supported" '_Decimal64 x;'
body "'__auto_type' is not supported" '__auto_type x = a;'
body "'FILE' is not supported" 'FILE *x;'
body "'jmp_buf' is not supported" 'jmp_buf x;'
body "'va_list' is not supported" 'va_list x;'
body "_Alignas is not supported" '_Alignas(16) int x;'
body "this attribute is not supported" 'int x __attribute__((aligned(16)));'
body "this attribute is not supported" 'int x __attribute__((vector_size(16)));'
body "this attribute is not supported" 'typedef int x __attribute__((unused, mode(DI))); x y = a;'
body "this attribute is not supported" 'int x __attribute((__cleanup__(g))) = a;'
program "this attribute is not supported" 'static __attribute__((constructor)) void g(void) { }
int f(int a, int b) { return a + b; }'
program "expected ')' at the end" 'int f(int a, int b) { return a + b; } int __attribute__((unused x;'
program "this attribute is not supported" 'struct __attribute__((packed)) s { char c; int i; };
int f(struct s a, int b) { return b; }'
program "a pragma that changes layouts is not supported" '#pragma pack(1)
struct s { char c; int i; };
int f(struct s a, int b) { return b; }'
body "the length of an array depends on secret values" 'int x[a];'
body "the length of an array depends on secret values" 'int n = b & 3, x[2][n];'
body "the length of an array is 0, not 1 to 2^32" 'int n = 0, x[n];'
body "the length of an array is -1, not 1 to 2^32" 'int n = -1, x[n];'
body "the length of an array is 4294967297, not 1 to 2^32" 'long n = 0x100000001, x[n];'
body "the array is too large" 'int n = 1 << 20, x[n][n];'
body "must be an integer constant expression" 'int n = 3; static int x[n];'
body "must be an integer constant expression" 'int n = 3; struct { int x[n]; } s;'
body "the length of 'x' must be constant" 'int n = 3; typedef int T[n]; static T x;'
body "a member of incomplete type" 'int n = 3; typedef int T[n]; struct { T x[2]; } s;'
body "an initialiser of an array of variable length is not supported" 'int n = 3, x[n] = {1};'
body "an initialiser of an array of variable length is not supported" \
    'int n = 3; typedef int T[n]; a = *(T){1};'
body "the length of an array must be an integer" 'double n = 3; int x[n];'
body "a label of the switch is behind the declaration of this array" \
    'int n = 3; switch (a) { int x[n]; case 1: x[0] = b; }'
body "must be an integer constant expression" 'a = sizeof(int[b]);'
program "'v' has no constant length" 'int f(int n, int v[n]) { return v[0]; }'
program "elements of variable length in a parameter" 'int f(int n, int v[3][n]) { return v[0][0]; }'
program "elements of variable length in a parameter" 'int f(int n, int (*v)[n]) { return v[0][0]; }'
program "'OUTPUT_x' cannot be an input or output: its type is 'int[*]'" \
    'int f(int INPUT_A, int INPUT_B) { int n = 3, OUTPUT_x[n]; return 0; }'
program "an array of variable length is not supported" 'int f(int a[*], int b) { return b; }'
body "a flexible array member is not supported" 'struct { int n; int v[]; } s;'
body "an array of length 0" 'int v[0];'
body "the length of an array is negative" 'int v[-1];'
body "the array is too large" 'static int v[100000000][100];'
body "the width of a _BitInt must be 1 to 4096" '_BitInt(4097) x;'
body "the width of a _BitInt must be 1 to 4096" 'unsigned _BitInt(0) x;'
body "a signed _BitInt needs at least 2 bits" '_BitInt(1) x;'
body "the width of a bit-field must be" 'struct { int x : 33; } s;'
body "cannot take the address of bit-field 'x'" 'struct bits s; int *p = &s.x;'
body "size of a bit-field" 'struct bits s; a = sizeof s.x;'
body "has an incomplete type" 'struct U u;'
body "points to an incomplete type" 'struct U *u; u->m = 1;'
body "unknown enumeration" 'enum E e;'
body "'A' does not fit int" 'enum { A = 0xffffffffu };'
body "'A' does not fit int" 'enum { A = 1L << 40 };'
body "'B' does not fit int" 'enum { A = 2147483647, B };'
body "operands of types 'int' and 'int *' do not go together" 'a += &b;'
body "these words do not make a type" 'short double x;'
body "these words do not make a type" 'int int x;'
body "these words do not make a type" 'unsigned long unsigned x;'
body "unknown type 'nonsense'" 'auto nonsense x;'
body "'a' is declared twice" 'int a;'
body "too many initialisers" 'int v[3] = {1, 2, 3, 4};'
body "the string is too long" 'char v[2] = "abc";'
body "the designator is beyond the end" 'int v[2] = {[2] = 1};'
body "from incompatible type" 'struct S s = a;'
body "static assertion failed: no" '_Static_assert(0, "no");'

# Expressions.
body "statement expressions are not supported" 'a = ({ b; });'
body "'?:' without a middle operand" 'a = a ?: b;'
body "no association for type 'int'" 'a = _Generic(a, long: 1);'
body "'unsigned int' is compatible with another type" 'a = _Generic(a, unsigned: 1, int: 2, unsigned int: 3);'
body "'struct S *' is compatible with another type" 'a = _Generic(a, struct S *: 1, default: 2, struct S *: 3);'
body "'default' stands twice in this _Generic" 'a = _Generic(a, default: 1, int: 2, default: 3);'
body "a cast between" 'a = (int)(long)&b;'
body "a cast between" 'int *p = (int *)a;'
body "a null pointer is followed" 'int *p = 0; a = *p;'
body "pointers to different objects have no order" 'a = &a < &b;'
body "pointers to different objects have no difference" 'a = (int)(&a - &b);'
body "is not declared" 'a = c;'
body "cannot assign to this expression" '1 = a;'
body "cannot assign to an object of type 'const int'" 'const int c = 1; c = 2;'
body "cannot assign to an object of type 'struct C'" 'struct C { const int m[2]; } c = {{1}}, d; d = c;'
body "has no members" 'a.m = 1;'
body "has no member 'n'" 'struct S s; s.n = 1;'
body "is not a function" 'a();'
body "is not a pointer" '*a = 1;'
body "integer constant is too large" 'a = 99999999999999999999999;'
body "invalid number '09'" 'a = 09;'
body "unexpected character '@'" 'a = @;'
body "expected an expression before ';'" 'a = b + ;'
body "an expression of too many operators" "a = b $(yes '^ b' | head -n 3000000);"
body "memcmp compares padding" 'struct { char c; int i; } s = {1, 2}, t = s; a = __builtin_memcmp(&s, &t, sizeof s);'
body "the number of bytes must be known" '__builtin_memcpy(&a, &b, b);'

# Functions and the library.
body "inline assembly is not supported" '__asm__("nop");'
body "inline assembly is not supported" 'asm volatile("nop" : "=r"(a));'
body "inline assembly is not supported" 'register int r asm("rax") = a;'
program "inline assembly is not supported" 'asm("nop"); int f(int a, int b) { return a; }'
body "a function inside a function is not supported" 'int g(int x) { return x; } a = g(b);'
body "a pointer to an unknown function is called" 'int (*p)(int); a = p(b);'
body "'malloc' is not supported" 'int *p = malloc(4);'
body "'free' is not supported" 'free(&a);'
body "'alloca' is not supported" 'int *p = alloca(4);'
body "'__builtin_alloca' is not supported" 'int *p = __builtin_alloca(4);'
body "'printf' is not supported" 'printf("%d", a);'
body "'getchar' is not supported" 'a = getchar();'
body "'va_start' is not supported" 'va_start(a, b);'
body "'rand' is not supported" 'a = rand();'
body "'sin' is not supported" 'a = (int)sin(1.0);'
body "'strlen' is not supported" 'a = (int)strlen("abc");'
body "'__builtin_expect' is not supported" 'a = __builtin_expect(a, 1);'
body "'__sync_fetch_and_add' is not supported" 'a = __sync_fetch_and_add(&a, 1);'
body "'__atomic_load_n' is not supported" 'a = __atomic_load_n(&a, 0);'
program "a variable number of arguments is not supported" 'int f(int a, ...) { return a; }'
program "a list of parameters without types is not supported" \
    'int f(a, b) int a; int b; { return a + b; }'
program "too few arguments" 'static int g(int x, int y) { return x; }
int f(int a, int b) { return g(a); }'
program "too many arguments" 'static int g(int x) { return x; }
int f(int a, int b) { return g(a, b); }'
program "'g' is declared but not defined in this program" 'int g(int x);
int f(int a, int b) { return g(a) + b; }'
program "'x' is not defined in this program" 'extern int x;
int f(int a, int b) { return a + x; }'
program "'x' is not defined in this program" 'int f(int a, int b) { extern int x; return a + x; }'
program "'f' is defined twice" 'int f(int a, int b) { return a; } int f(int a, int b) { return b; }'
program "'f' is declared differently before" 'int f(int a, int b);
long f(int a, int b) { return a; }'
program "a parameter without a name" 'int f(int, int b) { return b; }'
program "expected '}' at the end of the program" 'int f(int a, int b) { return a;'

# The interface.
program "input 'a' is a pointer" 'int f(int *a, int b) { return *a + b; }'
program "input 'g' is a pointer" 'int f(int (*g)(int), int b) { return g(b); }'
program "'a' has no constant length" 'int f(int a[], int b) { return a[0]; }'
program "'a' cannot be an input or output" 'struct s { int *p; };
int f(struct s a, int b) { return b; }'
program "'u' cannot be an input or output" 'union u { int i; long l; };
int f(union u u, int b) { return b; }'
program "cannot return its output" 'int *f(int a, int b) { static int x; return &x; }'
program "'c' cannot be an input or output" 'void f(GARBLER int a, EVALUATOR int b, OUTPUT void *c) { }'
program "output 'c' is neither a pointer nor an array" \
    'void f(GARBLER int a, EVALUATOR int b, OUTPUT int c) { }'
program "whose input is 'a'?" 'int f(int a, int b, int c) { return a + b + c; }'
program "whose input is 'b'?" 'int f(GARBLER int a, int b) { return a + b; }'
program "a parameter has one mark" 'int f(GARBLER EVALUATOR int a, EVALUATOR int b) { return b; }'
program "mark parameters only" 'int f(GARBLER int a, EVALUATOR int b) { GARBLER int c = 1; return c; }'
program "mark parameters only" 'EVALUATOR int c; int f(GARBLER int a, EVALUATOR int b) { return c; }'
program "mark parameters only" 'struct s { GARBLER int a; }; int f(GARBLER int a, EVALUATOR int b) { return a; }'
program "mark parameters only" 'OUTPUT int f(GARBLER int a, EVALUATOR int b) { return a; }'
program "'f' has no output" 'void f(int a, int b) { }'
program "several functions could be the circuit" 'int f(int a, int b) { return a + b; }
int g(int a, int b) { return a - b; }'

# As many errors as there are, in one go.
cat >"$folder/many.c" <<'PROGRAM'
int g(int x) { return y; }
int h(int x) { goto end; x = ; return undeclared(x); }
volatile int v;
int f(int a, int b)
{
    static int c[a];
    struct U u;
    a.m = 1;
    while (a) { b = z; 3 = b; }
    return "x" * 2;
}
PROGRAM
"$BINDIR/gc-cc" "$folder/many.c" -f f --stats >/dev/null 2>"$folder/err"
[ $? -eq 5 ] && [ "$(grep -c ': error: ' "$folder/err")" -eq 11 ]
report $? "all errors in one go"
echo "1..$count"
exit $status
