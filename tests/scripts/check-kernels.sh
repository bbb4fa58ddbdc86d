#!/bin/sh
# check-kernels.sh BUILD: SEC-9 for the kernels that valgrind cannot run: those of garbling, and the
# 512-bit ones of crypto (the 256-bit ones transpose through general registers, without a branch).
# Labels enter them by vector loads and leave by vector stores; so if no instruction moves a vector
# or mask register into a general one or into the flags, no branch and no address can depend on a
# label. A compiler may keep a general register in a vector one for a while: a move back is allowed
# when the last instruction before it that writes the vector register is a move from a general one.
set -eu
build=$1
objects=$(find "$build" -name '*kernels_*.o' -path '*garble*' | grep -E 'vaes|aesni' || true
    find "$build" -name '*kernels_vaes512.o' -path '*crypto*')

for object in $objects; do
    objdump -d --no-show-raw-insn "$object" | awk -v object="$object" '
        /^[0-9a-f]+ <.*>:$/ { name = $2; split("", spilled); next }
        !/%[xyz]mm|%k[0-7]/ { next }
        {
            operation = $2
            operands = $3
            last = operands
            sub(/.*,/, "", last)
            sub(/\{.*/, "", last)
            first = operands
            sub(/,.*/, "", first)
        }
        # Into the flags, or into a general register by a way that no spill takes.
        operation ~ /^v?p?(movmsk(b|ps|pd)|extr[bwdq]|ptest|test(ps|pd))$/ ||
        operation ~ /^(v?ptest|v?u?comis[sd]|kortest[bwdq]|ktest[bwdq])$/ ||
        (operation ~ /^kmov[bwdq]$/ && first ~ /^%k/ && last ~ /^%[re]/) {
            print object ": " name ": " $0
            bad = 1
            next
        }
        operation ~ /^v?mov[dq]$/ && first ~ /^%[xyz]mm/ && last ~ /^%[re]/ {
            sub(/^%[xyz]mm/, "", first)
            if (spilled[first]) next
            print object ": " name ": " $0
            bad = 1
            next
        }
        last ~ /^%[xyz]mm/ {
            sub(/^%[xyz]mm/, "", last)
            spilled[last] = operation ~ /^v?mov[dq]$/ && first ~ /^%[re]/
        }
        END { exit bad }
    ' || {
        echo "$object: a vector register reaches a general one" >&2
        exit 1
    }
done
