#!/bin/sh
# Benchmarks: the kernels, whole runs between two processes, and the millionaires from start to end.
# SOTTO_BRISTOL_DIR may name a folder of published circuits, to see beside those of the build. Run in
# the build folder.
set -eu

echo "rows beside baselines of the same run"
./gc-bench --threads 2 -q

echo
echo "kernels"
tests/bench/bench_kernels

echo
echo "whole circuits in memory"
set -- circuits/aes128.txt circuits/sha256-block.txt circuits/div64.txt tests/bench/matrix8.txt
for name in aes_128.fashion sha256.fashion udivide64.fashion mult64.fashion; do
    file=${SOTTO_BRISTOL_DIR:-/nonexistent}/$name.txt
    [ ! -e "$file" ] || set -- "$@" "$file"
done
tests/bench/bench_circuits "$@"

# Each round encrypts what the one before gave.
echo
echo "AES of two processes over loopback, chained"
for channel in plain tls; do
    tests/bench/chain circuits/aes128.txt 800 1 7 $channel
done

echo
echo "predictions and what was measured"
sh "$SRCDIR/tests/scripts/predict.sh"

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
