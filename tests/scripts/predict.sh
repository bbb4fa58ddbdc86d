#!/bin/sh
# predict.sh: how well gc-info predicts runs on this machine from what gc-bench measured, over TCP
# with and without TLS. Each of several rounds (ROUNDS, 5) makes a profile and measures every run at
# once after it, since what else the machine does comes and goes: the table has medians over the
# rounds, and of the ratios of prediction to measurement the least and the largest, too. Run in the
# build folder of a machine that does nothing else; SOTTO_BRISTOL_DIR may name a folder of published
# circuits. With TOLERANCE (0.25) it fails when the median of a row's ratios is further off.
set -eu
[ -x tests/bench/chain ] || { echo "predict.sh: make tests/bench/chain first" >&2; exit 2; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
profile=$work/profile.json

# predict CIRCUIT ROUNDS KIND TRANSFERS: milliseconds. gc-info tells the time of one round.
predict() {
    here=here row=
    [ "$3" = tls ] || here='here-plain'
    [ "$4" = auto ] || row=', IKNP'
    ./gc-info --json --ot "$4" --profile "$profile" "$1" |
        HERE=$here ROUNDS=$2 KIND=$3 ROW=$row PROFILE=$profile python3 -c '
import json, os, sys
seconds = json.load(sys.stdin)["times"][os.environ["HERE"]]["seconds"]
rows = {r["name"]: r["middle"] for r in json.load(open(os.environ["PROFILE"]))["rows"]}
kind = "TLS" if os.environ["KIND"] == "tls" else "plain"
start = rows["two parties, %s, one comparison" % kind + os.environ["ROW"]] / 1e3
print(1e3 * (start + int(os.environ["ROUNDS"]) * (seconds - start)))'
}

# measure CIRCUIT ROUNDS CHAINED-INPUT KIND TRANSFERS: milliseconds.
measure() {
    tests/bench/chain "$1" "$2" "$3" 9 "$4" "$5" |
        sed -n 's/.*from connecting *median \([0-9.]*\) ms.*/\1/p'
}

# compare CIRCUIT ROUNDS CHAINED-INPUT: one round transfers as gc-run would by itself; chained ones,
# whose evaluator has their bits, all by the extension, so that a round is what gc-info's run is
# without its start.
compare() {
    transfers=iknp
    [ "$2" != 1 ] || transfers=auto
    for kind in plain tls; do
        predicted=$(predict "$1" "$2" $kind $transfers)
        measured=$(measure "$1" "$2" "$3" $kind $transfers)
        printf '%s\t%s\t%s\n' "$(basename "$1") x $2, $kind" "$predicted" "$measured" \
            >> "$work/figures"
    done
}

for round in $(seq "${ROUNDS:-5}"); do
    echo "round $round" >&2
    ./gc-bench --json -q -o "$profile"
    compare "$SRCDIR/tests/circuits/less32.txt" 1 0
    compare "$SRCDIR/tests/circuits/mul8.txt" 1 0
    compare "$SRCDIR/tests/circuits/mul8.txt" 20000 0
    for circuit in "aes_128.fashion 1 1" "aes_128.fashion 400 1" "sha256.fashion 1 0" \
        "sha256.fashion 50 1" "udivide64.fashion 1 0" "udivide64.fashion 200 0" \
        "mult64.fashion 1 0"; do
        # shellcheck disable=SC2086  # three words
        set -- $circuit
        file=${SOTTO_BRISTOL_DIR:-/nonexistent}/$1.txt
        [ ! -e "$file" ] || compare "$file" "$2" "$3"
    done
done

TOLERANCE=${TOLERANCE:-0} python3 - "$work/figures" <<'END'
import os, statistics, sys
rows = {}
for line in open(sys.argv[1]):
    name, predicted, measured = line.rstrip("\n").split("\t")
    rows.setdefault(name, []).append((float(predicted), float(measured)))
tolerance = float(os.environ["TOLERANCE"])
failed = False
print("%-36s %12s %12s %8s %8s %8s" % ("medians", "predicted ms", "measured ms", "ratio",
                                       "least", "largest"))
for name, pairs in rows.items():
    ratios = [p / m for p, m in pairs]
    ratio = statistics.median(ratios)
    failed = failed or 0 < tolerance < abs(ratio - 1)
    print("%-36s %12.2f %12.2f %8.2f %8.2f %8.2f" %
          (name, statistics.median(p for p, _ in pairs), statistics.median(m for _, m in pairs),
           ratio, min(ratios), max(ratios)))
sys.exit(failed)
END
