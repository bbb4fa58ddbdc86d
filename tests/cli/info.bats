# gc-info.
load common

@test "--json has the promised keys" {
    try gc-info --json "$CIRCUITS/add8.txt"
    expect 0
    [ "$(wc -l <<<"$output")" = 1 ]
    [ "$(json schema <<<"$output")" = '"gc-info/1"' ]
    [ "$(json format <<<"$output")" = '"fashion"' ]
    [ "$(json inputs <<<"$output")" = '[8, 8]' ]
    [ "$(json outputs <<<"$output")" = '[8]' ]
    [ "$(json gates.and <<<"$output")" = 7 ]
    [ "$(json gates.xor <<<"$output")" = 27 ]
    [ "$(json gates.inv <<<"$output")" = 0 ]
    [ "$(json gates.total <<<"$output")" = 34 ]
    [ "$(json wires <<<"$output")" = 50 ]
    [ "$(json and_depth <<<"$output")" = 7 ]
    [[ "$(json digest <<<"$output")" =~ ^\"[0-9a-f]{64}\"$ ]]
    try gc-info --json "$CIRCUITS/add8-old.txt"
    expect 0; [ "$(json format <<<"$output")" = '"bristol"' ]
}

@test "the digest does not depend on layout" {
    sed 's/ /  /g' "$CIRCUITS/add8.txt" | sed 's/$/\r/' >c.txt
    try gc-info --json c.txt; local one=$(json digest <<<"$output")
    try gc-info --json "$CIRCUITS/add8.txt"
    [ "$(json digest <<<"$output")" = "$one" ]
    try gc-info --json "$CIRCUITS/mul8.txt"
    [ "$(json digest <<<"$output")" != "$one" ]
}

@test "MAND is counted by width" {
    printf '1 9\n2 3 3\n1 3\n\n6 3 0 1 2 3 4 5 6 7 8 MAND\n' >m.txt
    try gc-info --json m.txt
    expect 0; [ "$(json gates.and <<<"$output")" = 3 ]; [ "$(json gates.total <<<"$output")" = 3 ]
}

@test "predictions are for the extension that a run takes" {
    local kind took
    for kind in auto base iknp softspoken softspoken=4 softspoken=8; do
        try gc-run local "$CIRCUITS/mul8.txt" -i a=1 -i b=2 --json --ot "$kind"
        expect 0
        took=$(json stats.ot <<<"$output")
        try gc-info --json --ot "$kind" "$CIRCUITS/mul8.txt"
        expect 0
        [ "$(json run.ot <<<"$output")" = "$took" ]
        [ "$(json run.ot_measured <<<"$output")" = false ]
    done
    try gc-info --ot softspoken=4 "$CIRCUITS/mul8.txt"
    [[ "$output" == *"oblivious transfers: softspoken=4"* ]]
    try gc-info --ot-security malicious --ot iknp "$CIRCUITS/mul8.txt"
    [[ "$output" == *"oblivious transfers: iknp"* ]]
    try gc-info --instances 2000 "$CIRCUITS/mul8.txt"
    [[ "$output" == *"a run measures the link and may take another"* ]]
    try gc-info --ot nonsense "$CIRCUITS/mul8.txt"
    expect 2
}

@test "times for presets and for a given link" {
    try gc-info "$CIRCUITS/add8.txt"
    expect 0
    [[ "$output" == *"time (lan,"* && "$output" == *"time (wan,"* ]]
    [[ "$output" == *"input a: uint8_t of the garbler"* ]]
    try gc-info --json --bandwidth 8K --rtt 1s "$CIRCUITS/add8.txt"
    expect 0
    [ "$(json times.given.bits_per_second <<<"$output")" = 8000 ]
    # At a kilobyte a second the bytes alone take longer than five seconds.
    python3 -c 'import sys; sys.exit(not float(sys.argv[1]) > 5)' \
        "$(json times.given.seconds <<<"$output")"
    try gc-info --bandwidth 10 --rtt 20ms "$CIRCUITS/add8.txt"
    expect 0
    [[ "$output" == *"time (given, 10 bit/s, 20 ms): "* && "$output" != *e+* ]]
}

@test "--dot draws small circuits only" {
    try gc-info --dot "$CIRCUITS/add8.txt"
    expect 0
    [ "${lines[0]}" = "digraph circuit {" ]
    [ "$(grep -c 'label="AND"' <<<"$output")" = 7 ]
    [ "$(grep -c 'label="result\.' <<<"$output")" = 8 ]
    python3 -c '
n = 3000
print(n, n + 1); print(1, 1); print(1, 1); print()
for i in range(n): print(2, 1, i, i, i + 1, "AND")' >large.txt
    try gc-info --dot large.txt
    expect 6 "too large to draw"; silent
}
