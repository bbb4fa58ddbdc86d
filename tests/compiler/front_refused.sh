#!/bin/sh
# SEC-23: what is outside of circuit C is refused with its position and name, never by a crash.
# Reports in the Test Anything Protocol.
run="${BUILDDIR:-.}/tests/compiler/front_run"
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
count=0
status=0

refused() { # refused MESSAGE < PROGRAM
    count=$((count + 1))
    cat >"$folder/p.c"
    "$run" "$folder/p.c" </dev/null >"$folder/out" 2>"$folder/err"
    code=$?
    if [ $code -eq 5 ] && grep -qF "$1" "$folder/err" && grep -qE '^[^ ]+:[0-9]+:[0-9]+: error: ' "$folder/err"; then
        echo "ok $count - $1"
    else
        echo "not ok $count - $1 (status $code)"
        sed 's/^/# /' "$folder/err"
        status=1
    fi
}

body() { # body MESSAGE STATEMENTS
    printf 'int f(int a, int b)\n{\n%s\n    return a;\n}\n' "$2" >"$folder/body.c"
    refused "$1" <"$folder/body.c"
}

body "goto is not supported" 'goto end; end:'
body "labels are not supported" 'end: a++;'
body "inline assembly is not supported" '__asm__("nop");'
body "volatile is not supported" 'volatile int x = a;'
body "long double is not supported" 'long double x = a;'
body "'malloc' is not supported" 'int *p = malloc(4);'
body "'printf' is not supported" 'printf("%d", a);'
body "must be an integer constant expression" 'int x[a];'
body "this is not supported" '_Atomic int x;'
body "_Complex is not supported" 'float _Complex x;'
body "statement expressions are not supported" 'a = ({ b; });'
body "the number of runs of this loop depends on secret values" 'while (a > b) a--;'
body "does not seem to end" 'for (;;) continue;'
body "a cast between" 'a = (int)(long)&b;'
body "a null pointer is followed" 'int *p = 0; a = *p;'
body "pointers to different objects have no order" 'a = &a < &b;'
body "is not declared" 'a = c;'
body "a case label inside another statement" 'switch (a) { case 0: if (b) { case 1: a = 2; } }'
body "must stand before a loop" '
#pragma gc bound 3
a++;'
refused "a variable number of arguments is not supported" <<'PROGRAM'
int f(int a, ...) { return a; }
PROGRAM
refused "the recursion of 'g' does not end" <<'PROGRAM'
static int g(int x) { return x == 0 ? 0 : g(x - 1); }
int f(int a, int b) { return g(a) + b; }
PROGRAM
refused "is declared but not defined" <<'PROGRAM'
int g(int x);
int f(int a, int b) { return g(a) + b; }
PROGRAM
refused "input 'a' is a pointer" <<'PROGRAM'
int f(int *a, int b) { return *a + b; }
PROGRAM
refused "whose input is 'a'?" <<'PROGRAM'
int f(int a, int b, int c) { return a + b + c; }
PROGRAM
refused "several functions could be the circuit" <<'PROGRAM'
int f(int a, int b) { return a + b; }
int g(int a, int b) { return a - b; }
PROGRAM
echo "1..$count"
exit $status
