#!/bin/sh
# What answering one MNIST row costs over a long line: the two networks of SOTTO_NN_DIR, between two
# processes over TLS, directly and through a relay that delays and limits rate in both directions.
# Prints a table of medians; times are those of the data's owner, in total from its start to its end.
#
#   BINDIR=build/gcc SOTTO_NN_DIR=... tests/bench/nn_wan.sh [RUNS]
set -eu
runs=${1:-3}
: "${SRCDIR:=$(dirname "$0")/../..}"
: "${BINDIR:?names the folder with gc-nn}"
: "${SOTTO_NN_DIR:?names the folder with the networks and the rows of MNIST}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

"$BINDIR/gc-keygen" -o "$work/a.key" >"$work/a.pub"
"$BINDIR/gc-keygen" -o "$work/b.key" >"$work/b.pub"
gunzip -c "$SOTTO_NN_DIR/t10k-images-idx3-ubyte.gz" >"$work/images"
tail -c +17 "$work/images" | head -c 78400 >"$work/calibrate.raw"
head -c 784 "$work/calibrate.raw" >"$work/row.raw"
"$BINDIR/gc-nn" quantize "$SOTTO_NN_DIR/mlp-784-128-128-10.onnx" -q -o "$work/mlp.gcnn" \
    --calibrate "$work/calibrate.raw" --input-scale 0.00392156862745098 --input-mean 0.1307 \
    --input-std 0.3081
"$BINDIR/gc-nn" quantize "$SOTTO_NN_DIR/minionn-cnn.onnx" -q -o "$work/cnn.gcnn" \
    --calibrate "$work/calibrate.raw" --input-scale 0.00392156862745098

wait_for() { # wait_for SOCKET
    tries=0
    until [ -S "$1" ]; do
        tries=$((tries + 1))
        [ "$tries" -lt 200 ] || { echo "no $1" >&2; exit 1; }
        sleep 0.05
    done
}

now() { date +%s.%N; }

# once MODEL [RELAY-OPTION...]: prints set-up, online and total seconds, and bytes of both.
once() {
    model=$1
    shift
    rm -f "$work/s" "$work/r"
    "$BINDIR/gc-nn" serve "$work/$model.gcnn" --once -q --listen "unix:$work/s" \
        --identity "$work/a.key" --peer "$work/b.pub" &
    owner=$!
    wait_for "$work/s"
    at=$work/s
    relay=
    if [ $# -gt 0 ]; then
        python3 "$SRCDIR/tests/scripts/relay.py" "$work/r" "$work/s" "$@" &
        relay=$!
        wait_for "$work/r"
        at=$work/r
    fi
    start=$(now)
    "$BINDIR/gc-nn" query --connect "unix:$at" --identity "$work/b.key" --peer "$work/a.pub" -q \
        --json --input "$work/row.raw" >"$work/answer"
    end=$(now)
    wait "$owner"
    [ -z "$relay" ] || wait "$relay"
    jq -r --arg began "$start" --arg ended "$end" '.stats | [.setup_seconds, .online_seconds,
        ($ended | tonumber) - ($began | tonumber), .bytes_received, .bytes_sent] | @tsv' \
        "$work/answer"
}

# median COLUMN: of what once printed.
median() {
    cut -f "$1" "$work/rows" | sort -g | sed -n "$(((runs + 1) / 2))p"
}

line() { # line NAME MODEL [RELAY-OPTION...]
    name=$1 model=$2
    shift 2
    : >"$work/rows"
    run=0
    while [ "$run" -lt "$runs" ]; do
        once "$model" "$@" >>"$work/rows"
        run=$((run + 1))
    done
    printf '%-5s %-18s %8.3f %8.3f %8.3f %12d %10d\n' "$model" "$name" "$(median 1)" \
        "$(median 2)" "$(median 3)" "$(median 4)" "$(median 5)"
}

echo "model line                set-up   online    total from owner from asker"
echo "                             [s]      [s]      [s]        [B]        [B]"
for model in mlp cnn; do
    line direct "$model"
    line "10 ms, 1 Gbit/s" "$model" --delay 5 --rate 125e6
    line "50 ms, 100 Mbit/s" "$model" --delay 25 --rate 12.5e6
done
