#!/bin/sh
# predict.sh: how well gc-info predicts runs on this machine from a profile that gc-bench has just
# made, over TCP with and without TLS; the last column is prediction over measurement. Run in the
# build folder of a machine that does nothing else; SOTTO_BRISTOL_DIR may name a folder of published
# circuits. With TOLERANCE (0.25) it fails when a prediction is further off.
set -eu
[ -x tests/bench/chain ] || { echo "predict.sh: make tests/bench/chain first" >&2; exit 2; }
profile=$(mktemp)
trap 'rm -f "$profile"' EXIT
./gc-bench --json -q -o "$profile"

# show FILE ROUNDS CHAINED-INPUT: one round transfers as gc-run would by itself; chained rounds,
# whose evaluator has their bits, all by the extension, so that a round is what gc-info's run is
# without its start.
show() {
    ot=iknp row=', IKNP'
    [ "$2" != 1 ] || ot=auto row=
    times=$(./gc-info --json --ot $ot --profile "$profile" "$1")
    for kind in plain tls; do
        here=here
        [ $kind = tls ] || here='here-plain'
        predicted=$(printf '%s' "$times" | SHOW=$here ROUNDS=$2 ROW=$row PROFILE=$profile python3 -c '
import json, os, sys
seconds = json.load(sys.stdin)["times"][os.environ["SHOW"]]["seconds"]
rows = {r["name"]: r["middle"] for r in json.load(open(os.environ["PROFILE"]))["rows"]}
kind = "TLS" if os.environ["SHOW"] == "here" else "plain"
start = rows["two parties, %s, one comparison" % kind + os.environ["ROW"]] / 1e3
print(1e3 * (start + int(os.environ["ROUNDS"]) * (seconds - start)))')
        measured=$(tests/bench/chain "$1" "$2" "$3" 15 $kind $ot |
            sed -n 's/.*from connecting *median \([0-9.]*\) ms.*/\1/p')
        echo "$(basename "$1") x $2, $kind: $predicted $measured" |
            awk -v tolerance="${TOLERANCE:-0}" '{
                ratio = $(NF - 1) / $NF
                printf "%-46s predicted %9.2f ms  measured %9.2f ms  ratio %.2f\n",
                    substr($0, 1, index($0, ":") - 1), $(NF - 1), $NF, ratio
                exit tolerance > 0 && (ratio > 1 + tolerance || ratio < 1 - tolerance)
            }' || failed=1
    done
}

failed=0
show "$SRCDIR/tests/circuits/less32.txt" 1 0
show "$SRCDIR/tests/circuits/mul8.txt" 1 0
show "$SRCDIR/tests/circuits/mul8.txt" 20000 0
for circuit in "aes_128.fashion 1 1" "aes_128.fashion 400 1" "sha256.fashion 1 0" \
    "sha256.fashion 50 1" "udivide64.fashion 1 0" "udivide64.fashion 200 0" "mult64.fashion 1 0"; do
    # shellcheck disable=SC2086  # three words
    set -- $circuit
    file=${SOTTO_BRISTOL_DIR:-/nonexistent}/$1.txt
    [ ! -e "$file" ] || show "$file" "$2" "$3"
done
exit $failed
