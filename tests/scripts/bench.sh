#!/bin/sh
# Benchmarks: the kernels, whole runs between two processes, and the millionaires from start to end.
# SOTTO_BRISTOL_DIR may name a folder with aes_128.fashion.txt. Run in the build folder.
set -eu

echo "kernels"
tests/bench/bench_kernels

echo
echo "whole circuits in memory"
set --
for name in aes_128.fashion sha256.fashion udivide64.fashion mult64.fashion; do
    file=${SOTTO_BRISTOL_DIR:-/nonexistent}/$name.txt
    [ ! -e "$file" ] || set -- "$@" "$file"
done
[ $# -gt 0 ] || set -- "$SRCDIR"/tests/circuits/mul8.txt "$SRCDIR"/tests/circuits/less32.txt \
    "$SRCDIR"/tests/circuits/typed.txt
tests/bench/bench_circuits "$@"

aes=${SOTTO_BRISTOL_DIR:-/nonexistent}/aes_128.fashion.txt
if [ -e "$aes" ]; then
    set -- "$aes" 800 1
else
    set -- "$SRCDIR/tests/circuits/mul8.txt" 50000 0
fi
echo
echo "two processes over loopback, chained"
tests/bench/chain "$@" 7
tests/bench/chain "$@" 7 tls

echo
echo "oblivious transfers over loopback TCP, both processes on this machine"
tests/bench/ot

echo
echo "millionaires over TLS, both processes started to both ended, in milliseconds"
GC_CIRCUITS_DIR=$PWD/circuits
export GC_CIRCUITS_DIR
runs=21
for _ in $(seq $runs); do
    start=$(date +%s%N)
    printf '5300000\n4100000\n' | ./gc-millionaires --local >/dev/null 2>&1
    end=$(date +%s%N)
    echo $(((end - start) / 1000))
done | sort -n | awk -v n=$runs '
    { t[NR] = $1 / 1000 }
    END { printf "  median %.1f  min %.1f  max %.1f  (%d runs)\n", t[int((n + 1) / 2)], t[1], t[n], n }'
