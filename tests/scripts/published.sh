#!/bin/sh
# Real circuits through the real protocol: 1000 random inputs of every circuit give what evaluation
# in the clear gives, and known answers come out between two processes over TCP and TLS. Always over
# our own circuits; over published ones too when SOTTO_BRISTOL_DIR names their folder. Reports in
# the Test Anything Protocol.
# shellcheck source=tests/scripts/tap.sh
. "$SRCDIR/tests/scripts/tap.sh"
run=$BINDIR/gc-run
rows=1000

# Rows of random hexadecimal values for inputs of the given widths, called 0, 1, ...
random_rows() {
    awk -v rows="$rows" -v seed="$1" -v widths="$2" 'BEGIN {
        n = split(widths, width, ",")
        srand(seed)
        m = 0
        for (i = 1; i <= n; i++) if (width[i] > 0) header = header (m++ ? "," : "") (i - 1)
        print header
        for (row = 0; row < rows; row++) {
            line = ""
            m = 0
            for (i = 1; i <= n; i++) {
                if (width[i] == 0) continue
                value = "0x"
                if (width[i] % 4) value = value sprintf("%x", int(rand() * 2 ^ (width[i] % 4)))
                for (digit = 0; digit < int(width[i] / 4); digit++)
                    value = value sprintf("%x", int(rand() * 16))
                line = line (m++ ? "," : "") value
            }
            print line
        }
    }'
}

# agree CIRCUIT: both ways to compute give the same on every row.
agree() {
    widths=$("$BINDIR/gc-info" "$1" --interface none --json 2>"$work/log" |
        jq -r '.inputs | join(",")') || return 1
    owners=$(printf '%s\n' "$widths" | awk -F, '{
        for (i = 3; i <= NF; i++) printf " --owner %d=%s", i - 1, i % 2 ? "garbler" : "evaluator" }')
    random_rows "$count" "$widths" >"$work/rows.csv"
    # shellcheck disable=SC2086 # a list of words
    "$run" clear "$1" --interface none $owners --inputs "$work/rows.csv" --output-format csv \
        >"$work/clear" 2>>"$work/log" || return 1
    # shellcheck disable=SC2086
    "$run" local "$1" --interface none $owners --inputs "$work/rows.csv" --output-format csv \
        >"$work/local" 2>>"$work/log" || return 1
    [ "$(wc -l <"$work/clear")" -gt "$rows" ] && cmp -s "$work/clear" "$work/local"
}

agree_and_report() {
    agree "$1"
    report $? "1000 random inputs: $(basename "$1")"
}

# known CIRCUIT INPUT0 INPUT1 EXPECTED: two processes, TCP and TLS with pinned keys; an empty input
# is one of width zero.
known() {
    : >"$work/garbler.log"
    "$run" garble "$1" --interface none ${2:+-i "0=$2"} --listen 127.0.0.1:0 \
        --identity "$work/a.key" --peer "$work/b.pub" --output-format hex -q \
        --connect-timeout 20s \
        >"$work/garbler" 2>"$work/garbler.log" &
    garbler=$!
    tries=0
    until address=$(sed -n 's/.*listening on //p' "$work/garbler.log") && [ -n "$address" ]; do
        tries=$((tries + 1))
        [ "$tries" -lt 1200 ] || break
        sleep 0.05
    done
    "$run" evaluate "$1" --interface none ${3:+-i "1=$3"} --connect "$address" \
        --identity "$work/b.key" --peer "$work/a.pub" --output-format hex -q \
        --connect-timeout 20s \
        >"$work/evaluator" 2>"$work/log"
    evaluator_status=$?
    wait "$garbler" && [ "$evaluator_status" -eq 0 ] &&
        [ "$(cat "$work/garbler")" = "$4" ] && [ "$(cat "$work/evaluator")" = "$4" ]
}

"$BINDIR/gc-keygen" -o "$work/a.key" >"$work/a.pub" && "$BINDIR/gc-keygen" -o "$work/b.key" \
    >"$work/b.pub"
report $? "keys"

known "$CIRCUITS/mul8.txt" 0x2b 0x11 "$("$run" clear "$CIRCUITS/mul8.txt" --interface none \
    -i 0=0x2b -i 1=0x11 --output-format hex -q 2>/dev/null)"
report $? "a product between two processes over TLS"

for circuit in add8 add8-old less32 mul8 mixed copies three zero-width-old; do
    agree_and_report "$CIRCUITS/$circuit.txt"
done

if [ -n "${SOTTO_BRISTOL_DIR:-}" ]; then
    for circuit in "$SOTTO_BRISTOL_DIR"/*.fashion.txt "$SOTTO_BRISTOL_DIR"/*.old.txt; do
        agree_and_report "$circuit"
    done

    known "$SOTTO_BRISTOL_DIR/aes_128.fashion.txt" 0x000102030405060708090a0b0c0d0e0f \
        0x00112233445566778899aabbccddeeff 0x69c4e0d86a7b0430d8cdb78070b4c55a
    report $? "AES-128 of FIPS-197, Bristol Fashion"

    # The older file has wire 0 as the first byte's highest bit: bits in reverse, and plaintext
    # first.
    reverse() {
        printf '%s\n' "$1" | awk '{
            for (i = length($0); i > 0; i--)
                out = out substr("084c2a6e195d3b7f", index("0123456789abcdef", substr($0, i, 1)), 1)
            print "0x" out }'
    }
    known "$SOTTO_BRISTOL_DIR/AES-non-expanded.old.txt" \
        "$(reverse 00112233445566778899aabbccddeeff)" \
        "$(reverse 000102030405060708090a0b0c0d0e0f)" \
        "$(reverse 69c4e0d86a7b0430d8cdb78070b4c55a)"
    report $? "AES-128 of FIPS-197, older Bristol format"

    abc=616263800000000000000000000000000000000000000000000000000000000000000000000000000000000000
    known "$SOTTO_BRISTOL_DIR/sha256.fashion.txt" "0x${abc}00000000000000000000000000000000000018" \
        0x6a09e667bb67ae853c6ef372a54ff53a510e527f9b05688c1f83d9ab5be0cd19 \
        0xba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad
    report $? "SHA-256 of abc"

    known "$SOTTO_BRISTOL_DIR/md5.old.txt" \
        "$(reverse "${abc}00000000000000000000001800000000000000")" "" \
        "$(reverse 900150983cd24fb0d6963f7d28e17f72)"
    report $? "MD5 of abc"
fi

finish
