#!/bin/sh
# Proves with berkeley-abc that programs are the same at -O0 and -O2: those of bench-circuits and of
# circuits/LIST. What no proof closes in the time there is, and all without abc, is compared on
# random inputs. Reports in the Test Anything Protocol.
#   PROVE_SECONDS  for one attempt at a proof (4)
#   PROVE_TOTAL    for all attempts together (100); after that there are only comparisons
#   PROVE_VECTORS  random inputs of a comparison (1000000)
#   PROVE_GATES    largest circuit that is looked at (150000 gates)
# `make check-proof` takes larger ones. A program of up to 64 input bits that is only compared is
# marked as a proof still to do, not as a success.
gc_cc=${BUILDDIR:-.}/gc-cc
tool=${BUILDDIR:-.}/tests/compiler/circuit_tool
source=${SRCDIR:-.}
seconds=${PROVE_SECONDS:-4}
total=${PROVE_TOTAL:-100}
vectors=${PROVE_VECTORS:-1000000}
max_gates=${PROVE_GATES:-150000}
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

compare() { # compare NAME BITS
    bits=$2
    "$tool" compare "$folder/0.txt" "$folder/2.txt" "$vectors"
    code=$?
    report $code "$1, $bits input bits: agrees on $vectors random inputs"
    [ $code -ne 0 ] || [ "$bits" -gt 64 ] || echo "# $1: a proof takes longer than ${seconds} s"
}

check() { # check NAME FILE OPTION...
    name=$1
    file=$2
    shift 2
    for level in 0 2; do
        "$gc_cc" -w "$@" "-O$level" -o "$folder/$level.txt" "$file" 2>"$folder/log" || {
            sed 's/^/# /' "$folder/log"
            report 1 "$name compiles at -O$level"
            return
        }
    done
    if [ "$(gates "$folder/0.txt")" -gt "$max_gates" ]; then
        echo "# $name: $(gates "$folder/0.txt") gates, for make check-proof"
        return
    fi
    for level in 0 2; do "$tool" aiger "$folder/$level.txt" "$folder/$level.aig"; done
    prove 0.aig 2.aig
    case $? in
    0) report 0 "$name is proved equal" ;;
    1) report 1 "$name is proved equal" ;;
    *) compare "$name" "$(input_bits "$folder/0.txt")" ;;
    esac
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
"${BUILDDIR:-.}/tests/bench/and_counts" -p "$folder/programs" || exit 1
for file in "$folder/programs"/*.c; do check "$(basename "$file" .c)" "$file"; done
if [ -e "$source/circuits/LIST" ]; then
    while read -r name file options; do
        case $name in '' | '#'*) continue ;; esac
        # shellcheck disable=SC2086 # a list of words
        check "$name" "$source/circuits/$file" $options
    done <"$source/circuits/LIST"
fi
[ "$total" -gt 0 ] || echo "# berkeley-abc is not there: nothing is proved"
echo "# ${spent} s of proofs"
echo "1..$count"
exit $status
