# gc-cc: its command line, its files, its statuses, --check.
load common

export CC=${CC:-cc}

setup_program() {
    cat >p.c <<'PROGRAM'
#include <sotto-circuit.h>
int f(GARBLER int a, EVALUATOR int b)
{
    int c = a * b;
    return c > 9 ? c : a + b;
}
PROGRAM
}

@test "gc-cc: a circuit and its interface, in either format" {
    setup_program
    try gc-cc p.c -o p.txt; expect 0; silent; [ -z "$stderr" ]
    [ "$(json inputs.1.owner <p.json)" = '"evaluator"' ]
    try gc-run clear p.txt -q -i a=7 -i b=3; [ "$output" = 21 ]
    try gc-cc p.c -o old.txt --format bristol; expect 0
    try gc-run clear old.txt -q -i a=1 -i b=3; [ "$output" = 4 ]
    [ "$(gc-info old.txt | grep digest)" = "$(gc-info p.txt | grep digest)" ]
    [ "$(stat -c %a p.txt)" = "$(printf '%o' $((0666 & ~$(umask))))" ]
    [ -z "$(find . -name '.gc-cc*')" ]
}

gc-info() { "$BINDIR/gc-info" "$@"; }

@test "gc-cc: the same program gives the same files, byte for byte" {
    setup_program
    for level in 0 1 2; do
        "$BINDIR/gc-cc" p.c -O$level -o one.txt
        "$BINDIR/gc-cc" p.c -O$level -o two.txt
        cmp one.txt two.txt
        cmp one.json two.json
    done
}

@test "gc-cc: where the interface goes" {
    setup_program
    try gc-cc p.c -o out.d --interface names.json; expect 0
    [ -e names.json ]
    [ ! -e out.json ]
    try gc-cc p.c -o other --interface none; expect 0
    [ ! -e other.json ]
    try gc-cc p.c -o a.b/c; expect 10 "cannot write a.b/c: No such file or directory"
    mkdir a.b
    try gc-cc p.c -o a.b/c; expect 0; [ -e a.b/c.json ]
    try gc-cc p.c -o - --interface names2.json; expect 0; [ -e names2.json ]
    [ "$output" = "$(cat a.b/c)" ]
    try gc-cc p.c -o -; expect 0; [ "$output" = "$(cat a.b/c)" ]
    try gc-cc - -o - <p.c; expect 0; [ "$output" = "$(cat a.b/c)" ]
    # Beside standard output, a device or a pipe there is no place for one.
    try gc-cc p.c -o /dev/null; expect 0; [ ! -e /dev/null.json ]
    try gc-cc p.c -o /dev/stdout; expect 0; [ "$output" = "$(cat a.b/c)" ]
    { echo before; "$BINDIR/gc-cc" p.c -o /dev/stdout; } >log
    [ "$(head -n 2 log)" = "before
$(head -n 1 a.b/c)" ]
}

@test "gc-cc: files are written whole or not at all" {
    setup_program
    echo old >p.txt; echo older >p.json
    echo 'int f(int a, int b) { return c; }' >wrong.c
    try gc-cc wrong.c -o p.txt; expect 5 "wrong.c:1:30: error: 'c' is not declared"
    [ "$(cat p.txt p.json)" = "old
older" ]
    # The interface cannot be written: neither is the circuit.
    try gc-cc p.c -o p.txt --interface no/such/x.json; expect 10 "no/such/x.json"
    [ "$(cat p.txt p.json)" = "old
older" ]
    # The older format has one output.
    echo '#include <sotto-circuit.h>
    void f(GARBLER int a, EVALUATOR int b, OUTPUT int *c, OUTPUT int *d) { *c = a; *d = b; }' >two.c
    try gc-cc two.c -o p.txt --format bristol; expect 2 "output"
    [ "$(cat p.txt)" = old ]
    run bash -c '"$1" p.c -o - >/dev/full' - "$BINDIR/gc-cc"
    [ "$status" -eq 10 ]
    [[ "$output" == *"No space left on device"* ]]
    try gc-cc p.c -o .; expect 10
    ln -s p.txt link; chmod 600 p.txt
    try gc-cc p.c -o link; expect 0
    [ -L link ]
    [ "$(stat -c %a p.txt)" = 600 ]
    [ "$(wc -l <p.txt)" -gt 9 ]
    [ -z "$(find . -name '.gc-cc*')" ]
}

@test "gc-cc: wrong command lines are 2" {
    setup_program
    try gc-cc; expect 2 "one C file"; silent
    try gc-cc p.c q.c -o x; expect 2 "one C file"
    try gc-cc p.c; expect 2 "give -o FILE"
    try gc-cc p.c -o - --stats; expect 2 "standard output"
    try gc-cc p.c --stats --explain-cost; expect 2 "standard output"
    try gc-cc p.c --interface x --stats; expect 2 "-o FILE"
    try gc-cc p.c -o p.c; expect 2 "replace the program"; grep -q GARBLER p.c
    try gc-cc p.c -o x --interface p.c; expect 2 "replace the program"
    try gc-cc p.c -o x --interface x; expect 2 "two files"
    try gc-cc p.c -o x --interface ./x; expect 2 "two files"
    echo old >y; ln -s y z
    try gc-cc p.c -o y --interface z; expect 2 "two files"; [ "$(cat y)" = old ]
    try gc-cc p.c -o /dev/stdout --stats; expect 2 "standard output"
    try gc-cc p.c -o x -O3; expect 2 "-O3"
    try gc-cc p.c -o x -Os; expect 2 "-Os"
    try gc-cc p.c -o x -Wall; expect 2 "-Wall"
    try gc-cc p.c -o x --format blif; expect 2 "blif"
    try gc-cc p.c -o x --check=0; expect 2 "--check=0"
    try gc-cc p.c -o x --check=12x; expect 2 "12x"
    try gc-cc p.c -o x --bound -1; expect 2 "--bound"
    try gc-cc p.c -o x --max-runs 0; expect 2 "--max-runs"
    try gc-cc p.c -o x -fno-such-pass; expect 2 "-fno-such-pass"
    try gc-cc p.c -o x --no-such-option; expect 2 "--no-such-option"
    try gc-cc p.c -o x -z; expect 2 "-z"
    try gc-cc p.c -o; expect 2 "-o needs an argument"
    try gc-cc p.c -E --stats; expect 2 "-E"
    [ ! -e x ]
}

@test "gc-cc: what cannot be read or preprocessed" {
    setup_program
    try gc-cc missing.c -o x; expect 3 "cannot read missing.c: No such file or directory"
    [[ "$stderr" != *CC* ]]
    try gc-cc . -o x; expect 3 "Is a directory"
    try gc-cc - -o x <.; expect 3 "cannot read standard input: Is a directory"
    run bash -c '"$1" - -o x <&-' - "$BINDIR/gc-cc"
    [ "$status" -eq 5 ]
    [[ "$output" == *"<stdin>:1:1: error: there is no function in this program"* ]]
    mkfifo pipe; cat p.c >pipe &
    try gc-cc pipe --check=3; expect 0
    cp p.c ./-p.c
    try gc-cc --check=3 -- -p.c; expect 0
    CC=no-such-compiler try gc-cc p.c -o x; expect 5 "cannot run the preprocessor 'no-such-compiler'" "CC="
    echo '#include <time.h>' >time.c
    try gc-cc time.c -o x; expect 5 "time.h" "stdint.h"
    printf '#include <stdint.h>\n#error not for this machine\n' >error.c
    try gc-cc error.c -o x; expect 5 "not for this machine" "the preprocessor" " -E' failed"
    [[ "$stderr" != *"standard headers"* ]]
    try gc-cc p.c -f g -o x; expect 5 "there is no function 'g'"
    : >empty.c
    try gc-cc empty.c -o x; expect 5 "empty.c:1:1: error: there is no function in this program"
    [[ "$stderr" != *"# "* ]]
    [ ! -e x ]
}

@test "gc-cc: -I, -D, -U, -include, -E" {
    mkdir inc
    echo '#define TWICE(x) ((x) + (x))' >inc/twice.h
    cat >m.c <<'PROGRAM'
#include <twice.h>
int f(int a, int b) { return TWICE(a) + N * b + EXTRA; }
PROGRAM
    echo '#define EXTRA 5' >extra.h
    try gc-cc m.c -I inc -DN=3 -include extra.h -o m.txt; expect 0
    try gc-run clear m.txt -q -i a=1 -i b=2; [ "$output" = 13 ]
    try gc-cc m.c -Iinc -D N=3 -D EXTRA=1 -o m.txt; expect 0
    try gc-cc m.c -Iinc -DN=3 -DEXTRA=1 -UN -o m.txt; expect 5 "'N' is not declared"
    try gc-cc m.c -Iinc -DN=3 -DEXTRA=1 -E; expect 0; [[ "$output" == *"((a) + (a)) + 3 * b + 1"* ]]
    try gc-cc m.c -Iinc -DN=3 -DEXTRA=1 -E -o m.i; expect 0; silent; grep -q '3 \* b' m.i
}

@test "gc-cc: --stats and --explain-cost tell the same sum" {
    setup_program
    try gc-cc p.c --stats; expect 0
    n=$(json and <<<"$output")
    [ "$n" = "$("$BINDIR/gc-cc" p.c -o p.txt; "$BINDIR/gc-info" p.txt --json | json gates.and)" ]
    try gc-cc p.c --explain-cost; expect 0
    [ "$(awk '/%/ && !/ all$/ { n += $1 } END { print n }' <<<"$output")" = "$n" ]
    [ "$(awk '/ all$/ { print $1 }' <<<"$output")" = "$n" ]
    grep -qE '^ +[0-9]+ +[0-9.]+%  p.c:4: int c = a \* b;$' <<<"$output"
    for level in 0 1; do
        n=$("$BINDIR/gc-cc" p.c -O$level --stats | json and)
        [ "$("$BINDIR/gc-cc" p.c -O$level --explain-cost | awk '/ all$/ { print $1 }')" = "$n" ]
    done
}

@test "gc-cc: -O0 keeps what -O2 folds, and -fno-fold is one pass of it" {
    echo 'int f(int a, int b) { return (a * 8 / 8 & 1) + b * 0; }' >o.c
    n0=$("$BINDIR/gc-cc" o.c -O0 --stats | json and)
    n2=$("$BINDIR/gc-cc" o.c --stats | json and)
    [ "$n2" -le "$n0" ]
    "$BINDIR/gc-cc" o.c -fno-fold -o a.txt
    try gc-run clear a.txt -q -i a=3 -i b=9; [ "$output" = 1 ]
}

@test "gc-cc: --bound and --max-runs" {
    echo 'int f(int a, int b) { int n = 0; while (a > b) { a--; n++; } return n; }' >w.c
    try gc-cc w.c -o w.txt; expect 5 "depends on secret values"
    try gc-cc w.c -o w.txt --bound 4; expect 0
    try gc-run clear w.txt -i a=5 -i b=2
    [ "$output" = "result = 3
bound_exceeded = false" ]
    # Of loops that something public ends it says nothing.
    echo 'int f(int a, int b) { int n = 0; for (int i = 0; i < 9 && a > i; i++) n += b; return n; }' >p.c
    echo 'int f(int a, int b) { int n = 0; for (int i = 0; i < 9; i++) if (a > i) n += b; return n; }' >q.c
    for program in p q; do
        try gc-cc -w $program.c -o p.txt --bound 4; expect 0
        try gc-run clear p.txt -q -i a=20 -i b=3
        [ "$output" = 27 ]
    done
    # But of one that only a secret jump leaves.
    echo 'int f(int a, int b) { for (int i = 0;; i++) if (a < i) return i * b; }' >j.c
    try gc-cc -w j.c -o j.txt; expect 5 "depends on secret values"
    try gc-cc -w j.c -o j.txt --bound 4; expect 0
    try gc-run clear j.txt -i a=2 -i b=5
    [ "$output" = "result = 15
bound_exceeded = false" ]
    echo 'int f(int a, int b) { for (int i = 0; i < 1000; i++) a ^= b; return a; }' >r.c
    try gc-cc r.c -o r.txt --max-runs 999; expect 5 "r.c:1:23: error: this loop does not seem to end" "--max-runs"
    try gc-cc r.c -o r.txt --max-runs 1001; expect 0
    # More runs than --max-runs has are not waited for when none of them changes anything public.
    echo 'int f(int a, int b) { int t = 1; while (t) a += b; return a; }' >s.c
    try gc-cc s.c -o s.txt --max-runs 100000000
    expect 5 "this loop does not seem to end" "its runs change nothing that its condition depends on"
    echo 'int f(int a, int b) { for (int i = 0; i < 10; i--) a += b; return a; }' >s.c
    try gc-cc s.c -o s.txt --max-runs 100000000
    expect 5 "s.c:1:23: error: this loop does not seem to end" "--max-runs allows more than 100000000"
    try gc-cc s.c -o s.txt --bound 3; expect 5 "this loop does not seem to end"
    cat >s.c <<'END'
static long g(int k) { while (k < 10) k--; return 0; }
int f(int a, int b) { for (unsigned long i = g(0); i >= 0; i--) a += b; return a; }
END
    try gc-cc s.c -o s.txt --max-runs 1000; expect 5 "s.c:1:24: error: this loop does not seem to end"
    echo 'int f(int a, int b) { int i = 0; while (i < 5000 && a != b) i++; return i; }' >s.c
    try gc-cc s.c -o s.txt; expect 0
    cat >s.c <<'END'
struct item { struct item *next; } items[5000];
int f(int a, int b)
{
    int n = 0;
    for (int i = 0; i < 4999; i++) items[i].next = &items[i + 1];
    for (struct item *at = items; at; at = at->next) n ^= a & b;
    return n;
}
END
    try gc-cc -w s.c -o s.txt; expect 0
}

@test "gc-cc --check: agreement, on all inputs where these are few" {
    setup_program
    try gc-cc p.c --check; expect 0 "checked 1000 inputs: the circuit agrees"; silent
    try gc-cc p.c --check=17 -o p.txt; expect 0 "checked 17 inputs"; [ -e p.txt ]
    echo 'char f(_Bool a, unsigned char b) { return a ? b : -b; }' >few.c
    try gc-cc few.c --check=512; expect 0 "checked all 512 inputs"
    try gc-cc - --check=512 <few.c; expect 0 "checked all 512 inputs"
    echo 'inline int g(int a) { return a + 1; }
        __attribute__((always_inline)) __inline__ int f(int a, int b) { return g(a) * b; }' >inline.c
    try gc-cc inline.c -f f --check; expect 0 "checked 1000 inputs"
    echo 'int main(int a, int b) { return a - b; }' >main.c
    try gc-cc main.c --check; expect 0 "checked 1000 inputs"
    echo 'int f(void) { return -6; }' >none.c
    try gc-cc none.c --check -o none.txt; expect 0 "checked all 1 inputs"
    try gc-run clear -q none.txt; expect 0; [ "$output" = -6 ]
    echo 'int f(int a, int b) { return a / b; }' >d.c
    try gc-cc -w d.c --check; expect 0 "more were left out"
    echo 'int f(int a, int b) { int n; return a + b + 1 / (n * 0); }' >none.c
    try gc-cc -w none.c --check=20; expect 0 "checked nothing" "20 were left out"
}

@test "gc-cc --check: memcmp gives -1, 0 or 1 on both sides, unless it is the program's own" {
    local declared='int memcmp(const void *, const void *, unsigned long);'
    local body='{ return memcmp(&a, &b, 4); }'
    echo "#include <string.h>
        int f(int a, int b) $body" >m.c
    echo "int f(int a, int b) { int memcmp = 5; return __builtin_memcmp(&a, &b, 4) + memcmp; }" >b.c
    echo "$declared int f(int a, int b) $body" >d.c
    echo "int memcmp(const void *a, const void *b, unsigned long n)
        { return ((const signed char *)a)[0] - ((const signed char *)b)[0] + n; }
        int f(int a, int b) { return memcmp(&a, &b, 4) + 1000 * __builtin_memcmp(&a, &b, 4); }" >own.c
    echo "$declared int f(int a, int b) $body
        int memcmp(const void *a, const void *b, unsigned long n) { return 7; }
        int g(int a, int b) $body" >late.c
    for program in m b d own; do
        try gc-cc $program.c -f f --check; expect 0 "checked 1000 inputs: the circuit agrees"
    done
    try gc-cc late.c -f g --check; expect 0 "checked 1000 inputs: the circuit agrees"
}

# A compiler that preprocesses like the host's and compiles another program.
@test "gc-cc --check: a difference is told with its inputs, is 70, and nothing is written" {
    cat >liar <<'SCRIPT'
#!/bin/bash
for argument; do
    if [ "$argument" = -shared ]; then
        for source; do [[ $source != *check.c ]] || sed -i 's/a + b/a - b/' "$source"; done
    fi
done
exec cc "$@"
SCRIPT
    chmod +x liar
    echo 'int f(int a, int b) { return a + b; }' >p.c
    mkdir tmp
    CC=$PWD/liar TMPDIR=$PWD/tmp try gc-cc p.c --check -o p.txt
    expect 70 "the circuit and the function differ" "input a = " "input b = " \
        "the function gives result = " "the circuit gives result = "
    [ ! -e p.txt ]
    [ -z "$(ls tmp)" ]
}

@test "gc-cc --check: leaves nothing behind, whatever happens" {
    setup_program
    mkdir tmp
    export TMPDIR=$PWD/tmp
    try gc-cc p.c --check; expect 0; [ -z "$(ls tmp)" ]
    cat >fails <<'SCRIPT'
#!/bin/bash
for argument; do [ "$argument" != -shared ] || { echo "no such luck" >&2; exit 1; }; done
exec cc "$@"
SCRIPT
    chmod +x fails
    CC=$PWD/fails try gc-cc p.c --check -o p.txt; expect 5 "does not take the program" "no such luck"
    [ -z "$(ls tmp)" ]
    [ ! -e p.txt ]
    TMPDIR=$PWD/no/where try gc-cc p.c --check; expect 10 "cannot make the folder"
    cat >slow <<'SCRIPT'
#!/bin/bash
for argument; do [ "$argument" != -shared ] || exec sleep 20; done
exec cc "$@"
SCRIPT
    chmod +x slow
    # Background commands of a script ignore SIGINT, and SIGHUP where nohup started it.
    signals=TERM
    [ -n "$(trap -p HUP)" ] || signals="TERM HUP"
    for signal in $signals; do
        CC=$PWD/slow start slow gc-cc p.c --check
        until_true compgen -G 'tmp/gc-cc-*/messages'
        kill -$signal "${pids[slow]}"
        finish slow
        case $signal in TERM) [ "$status" -eq 143 ] ;; HUP) [ "$status" -eq 129 ] ;; esac
        [ -z "$(ls tmp)" ]
    done
}

@test "gc-cc: more conditions and labels in a chain than statements may nest" {
    awk 'BEGIN {
        print "#include <sotto-circuit.h>\n#include <stdint.h>\nenum { PUBLIC = 4321 };"
        print "int f(GARBLER uint16_t a, EVALUATOR uint16_t b, OUTPUT uint16_t o[3])\n{\no[2] = 0;"
        for (i = 0; i < 5000; i++) printf "if (a == %d) o[0] = %d; else\n", i, 7 * i % 50000
        print "o[0] = b;"
        for (i = 0; i < 5000; i++) printf "if (PUBLIC == %d) o[1] = %d; else\n", i, i + 3
        print "o[1] = 0;\nswitch (b) {"
        for (i = 0; i < 5000; i++) printf "case %d:\n", 3 * i
        print "o[2] = 1;\n}"
        for (i = 0; i < 5000; i++) printf "if (b == %d) return %d; else\n", 2 * i, i
        print "return -1;\n}"
    }' >chain.c
    try gc-cc chain.c -O0 -w -o chain.txt; expect 0
    try gc-run clear chain.txt -q -i a=4999 -i b=9999; [ "$output" = "result = -1
o = 34993,4324,1" ]
    try gc-run clear chain.txt -q -i a=5000 -i b=9998; [ "$output" = "result = 4999
o = 9998,4324,0" ]
    try gc-run clear chain.txt -q -i a=0 -i b=0; [ "$output" = "result = 0
o = 0,4324,1" ]
}

@test "gc-cc: its headers say what the host's do" {
    for header in float limits stdint; do
        { echo "#include <$header.h>"
          sed -nE 's/^#define ([A-Z0-9_]+) (.+)/extern char is_\1[\1 == (\2) ? 1 : -1];/p' \
              "$SRCDIR/compiler/include/$header.h" | grep -v 'BITINT_MAXWIDTH\|FLT_ROUNDS'
        } >"$header.c"
        [ "$(grep -c extern "$header.c")" -gt 15 ]
        for compiler in gcc clang; do
            command -v $compiler >/dev/null || continue
            $compiler -std=c11 -w -c -o h.o "$header.c"
        done
    done
}

@test "sotto-circuit.h is taken by C and C++ compilers" {
    cat >h.c <<'PROGRAM'
#include <sotto-circuit.h>
int f(GARBLER int a, EVALUATOR int b, OUTPUT int *c) { return *c = a + b; }
PROGRAM
    for compiler in gcc clang; do
        command -v $compiler >/dev/null || continue
        for standard in c90 c99 c11; do
            $compiler -std=$standard -Wall -Wextra -pedantic -Werror -idirafter "$SRCDIR/compiler/include" \
                -c -o h.o h.c
        done
    done
    command -v g++ >/dev/null || skip "no C++ compiler"
    for standard in c++98 c++17; do
        g++ -x c++ -std=$standard -Wall -Wextra -pedantic -Werror -idirafter "$SRCDIR/compiler/include" \
            -c -o h.o h.c
    done
}
