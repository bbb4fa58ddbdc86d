#!/bin/sh
# Proves with berkeley-abc that programs are the same at -O0 and -O2: those of bench-circuits and of
# circuits/LIST. What no proof closes in the time there is, and all without abc, is compared on
# random inputs. Reports in the Test Anything Protocol.
#   PROVE_SECONDS  for one attempt at a proof (3)
#   PROVE_TOTAL    for all attempts together (90); after that there are only comparisons
#   PROVE_VECTORS  random inputs of a comparison (1000000)
#   PROVE_GATES    largest circuit that is looked at (60000 gates)
#   PROVE_HARD     gates from which circuits of over 64 input bits are only compared (8000)
#   PROVE_ALL      input bits up to which all inputs are tried where no proof closes (0)
#   PROVE_STRICT   1: a circuit of circuits/LIST that is not among the compared must be proved (0)
# Small circuits come first. `make check-proof` takes larger ones and more time, and is strict. A
# program of up to 64 input bits that is only compared is named in a comment.
gc_cc=${BUILDDIR:-.}/gc-cc
tool=${BUILDDIR:-.}/tests/compiler/circuit_tool
source=${SRCDIR:-.}
seconds=${PROVE_SECONDS:-3}
total=${PROVE_TOTAL:-90}
hard=${PROVE_HARD:-8000}
vectors=${PROVE_VECTORS:-1000000}
max_gates=${PROVE_GATES:-60000}
all_bits=${PROVE_ALL:-0}
strict=${PROVE_STRICT:-0}
# Circuits of circuits/LIST of over 64 input bits of which it is not known that a proof closes: a
# strict run only compares them.
compared=" edit-distance32 aes128 aes256 psi sha256-block sha256-compress sha512-block \
    sha512-compress hmac-sha256 "
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
GC_CC_INCLUDE=$source/compiler/include
export GC_CC_INCLUDE
count=0
status=0
spent=0
command -v berkeley-abc >/dev/null || total=0

report() { # report STATUS NAME
    count=$((count + 1))
    if [ "$1" -eq 0 ]; then echo "ok $count - $2"; else
        echo "not ok $count - $2"
        status=1
    fi
}

# attempt COMMAND: 0 proved, 1 refuted, 2 neither.
attempt() {
    [ "$spent" -lt "$total" ] || return 2
    start=$(date +%s)
    (cd "$folder" && timeout "$((seconds + 2))" berkeley-abc -q "$1") >"$folder/log" 2>&1
    spent=$((spent + $(date +%s) - start))
    grep -q 'NOT EQUIVALENT' "$folder/log" && return 1
    grep -q 'are equivalent' "$folder/log" || return 2
}

# Which method closes depends on the structure: multipliers want one, long chains the other.
prove() { # prove A B
    for command in "cec -T $seconds $1 $2" "&r $1; &cec -T $seconds $2" "&r $1; &cec -x -T $seconds $2"; do
        attempt "$command"
        verdict=$?
        [ $verdict -eq 2 ] || return $verdict
    done
    return 2
}

gates() { # gates FILE
    sed -n '1s/ .*//p' "$1"
}

input_bits() { # input_bits FILE
    "$tool" count "$1" | sed 's/.*txt \([0-9]*\) inputs.*/\1/'
}

compare() { # compare NAME A B BITS
    "$tool" compare "$2" "$3" "$vectors"
    code=$?
    report $code "$1, $4 input bits: agrees on $vectors random inputs"
    [ $code -ne 0 ] || [ "$4" -gt 64 ] || echo "# $1: a proof takes longer than ${seconds} s"
}

at_level() { # at_level LEVEL NAME FILE OPTION...
    out=$folder/$2.$1.txt
    options="-O$1"
    name=$2
    file=$3
    shift 3
    "$gc_cc" -w "$@" "$options" -o "$out" "$file" 2>"$folder/log" && return
    sed 's/^/# /' "$folder/log"
    report 1 "$name compiles at $options"
    return 1
}

# Compiles at both levels, unless that is too large, and notes the gates.
compile() { # compile NAME FILE OPTION...
    at_level 0 "$@" || return
    size=$(gates "$folder/$1.0.txt")
    if [ "$size" -gt "$max_gates" ]; then
        echo "# $1: $size gates, for make check-proof"
        rm "$folder/$1".*
    else
        at_level 2 "$@" && echo "$size $1" >>"$folder/compiled"
    fi
}

# Whether no proof is asked of the program, and whether one must be given.
is_compared() { # is_compared NAME
    [ "$strict" -eq 1 ] && case $compared in *" $1 "*) return 0 ;; *) return 1 ;; esac
}

is_required() { # is_required NAME
    [ "$strict" -eq 1 ] && [ "$total" -gt 0 ] && grep -q "^$1 " "$source/circuits/LIST"
}

try_all() { # try_all NAME BITS: like prove, by evaluation
    [ "$2" -le "$all_bits" ] || return 2
    "$tool" compare "$folder/$1.0.txt" "$folder/$1.2.txt" all
}

check() { # check GATES NAME
    for level in 0 2; do
        "$tool" aiger "$folder/$2.$level.txt" "$folder/$level.aig"
    done
    bits=$(input_bits "$folder/$2.0.txt")
    verdict=2
    if ! is_compared "$2" && { [ "$bits" -le 64 ] || [ "$1" -le "$hard" ]; }; then
        prove 0.aig 2.aig
        verdict=$?
        if [ $verdict -eq 2 ]; then
            try_all "$2" "$bits"
            verdict=$?
        fi
    fi
    if [ $verdict -ne 2 ]; then
        report $verdict "$2 is proved equal"
    elif ! is_compared "$2" && is_required "$2"; then
        report 1 "$2 is proved equal: no proof closes in ${seconds} s"
    else
        compare "$2" "$folder/$2.0.txt" "$folder/$2.2.txt" "$bits"
    fi
}

# The proof must be able to fail: one gate is made another.
sabotage() {
    printf 'int f(int a, int b) { return a * b; }\n' >"$folder/s.c"
    "$gc_cc" -O0 -o "$folder/0.txt" "$folder/s.c"
    awk '$NF == "AND" && !done && NR > 400 { $NF = "XOR"; done = 1 } { print }' "$folder/0.txt" \
        >"$folder/2.txt"
    "$tool" compare "$folder/0.txt" "$folder/2.txt" 4096 >/dev/null
    [ $? -eq 1 ]
    report $? "a changed gate shows on random inputs"
    [ "$total" -gt 0 ] || return
    for level in 0 2; do "$tool" aiger "$folder/$level.txt" "$folder/$level.aig"; done
    prove 0.aig 2.aig
    [ $? -eq 1 ]
    report $? "a changed gate is refuted"
}

sabotage
mkdir "$folder/programs"
"${BUILDDIR:-.}/tests/bench/and_counts" -p "$folder/programs" >"$folder/list" || exit 1
while read -r name file options; do
    # shellcheck disable=SC2086 # a list of words
    compile "$name" "$file" $options
done <"$folder/list"
if [ -e "$source/circuits/LIST" ]; then
    while read -r name file options; do
        case $name in '' | '#'*) continue ;; esac
        # shellcheck disable=SC2086 # a list of words
        compile "$name" "$source/circuits/$file" $options
    done <"$source/circuits/LIST"
fi
sort -n "$folder/compiled" >"$folder/sorted"
while read -r size name; do check "$size" "$name"; done <"$folder/sorted"
[ "$total" -gt 0 ] || echo "# berkeley-abc is not there: nothing is proved"
echo "# ${spent} s of proofs"
echo "1..$count"
exit $status
