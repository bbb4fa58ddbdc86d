# gc-run: the oblivious transfers of the evaluator's inputs.
load common

c="$CIRCUITS/mul8.txt"

# Many instances, so that the link is measured: N of both parties' inputs.
many() {
    { echo "$1"; for ((i = 0; i < $2; i++)); do echo $(((i * ${3:-7} + 3) % 256)); done; } >"$1.csv"
}

relay() {
    python3 "$SRCDIR/tests/scripts/relay.py" "$@" 3>&- &
    pids[relay]=$!
}

# Garbler and evaluator, the evaluator behind a relay with these options.
behind_relay() {
    start alice gc-run garble "$c" --listen "unix:$PWD/g" --inputs a.csv --stats -o a.out "${run[@]}"
    relay "$PWD/r" "$PWD/g" "$@"
    until_true test -S r
    start bob gc-run evaluate "$c" --connect "unix:$PWD/r" --inputs b.csv --stats -o b.out "${run[@]}"
}

@test "on a slow link the transfers send few bytes, on a fast one they hash little" {
    many a 1100; many b 1100 11
    run=()
    behind_relay --rate 400000
    finish alice; expect 0 "OT extension softspoken=8"
    finish bob; expect 0 "OT extension softspoken=8"
    cmp a.out b.out
    # A machine that other programs keep busy may take a fast link for a slow one, but not for long.
    for ((attempt = 0; attempt < 20; attempt++)); do
        behind_relay
        finish alice; expect 0; fast="${stderr##*OT extension }"
        finish bob; expect 0 "OT extension $fast"
        [[ "$fast" = softspoken=8 ]] || break
    done
    [[ "$fast" != softspoken=8 ]]
    cp a.out fast.out
    run=(--ot iknp)
    behind_relay
    finish alice; expect 0 "OT extension iknp"
    finish bob; expect 0
    cmp a.out fast.out
}

@test "few inputs are not measured for" {
    try gc-run local "$c" -i a=3 -i b=5 --stats
    expect 0 "OT extension base"
    many a 300; many b 300
    paste -d, a.csv b.csv >ab.csv
    try gc-run local "$c" --inputs ab.csv --stats
    expect 0 "OT extension softspoken=8"
    try gc-run local "$c" -i a=3 -i b=5 --json
    expect 0
    [ "$(json stats.ot <<<"$output")" = '"base"' ]
    try gc-run local "$c" -i a=3 -i b=5 --json --ot-security malicious
    expect 0
    [ "$(json stats.ot <<<"$output")" != '"base"' ]
}

@test "--ot base is for up to 128 input bits of the evaluator" {
    many a 16; many b 16 11
    paste -d, a.csv b.csv >ab.csv
    try gc-run local "$c" --inputs ab.csv --stats --ot base
    expect 0 "OT extension base"
    local without=$output
    try gc-run local "$c" --inputs ab.csv --ot iknp
    expect 0
    [ "$output" = "$without" ]
    many a 17; many b 17 11
    paste -d, a.csv b.csv >ab.csv
    try gc-run local "$c" --inputs ab.csv --ot base
    expect 2 "at most 128 input bits in all, not 136"; silent
    try gc-info --ot base --instances 17 "$c"
    expect 2 "at most 128 input bits"; silent
    try gc-run local "$c" -i a=3 -i b=5 --ot base --ot-security malicious
    expect 2 "malicious transfers need an OT extension"; silent
}

@test "SEC-7: malicious transfers give the same results and stay semi-honest" {
    for ot in auto iknp softspoken=2 softspoken=4 softspoken=8; do
        try gc-run local "$c" -i a=13 -i b=11 --ot "$ot" --ot-security malicious --json
        expect 0
        [ "$(json result.result <<<"$output")" = 143 ]
        [ "$(json security <<<"$output")" = '"semi-honest"' ]
    done
}

@test "SEC-7: an evaluator that cheats in malicious transfers is caught" {
    many a 20; many b 20
    run=(--ot-security malicious)
    behind_relay --cheat 6
    finish alice; expect 26 "choices are inconsistent"
    finish bob; expect 25
    [ ! -e a.out ]; [ ! -e b.out ]
    run=()
    behind_relay --cheat 6
    finish alice; expect 0
    finish bob
}

@test "SEC-11: both sides must agree on the transfers" {
    start alice gc-run garble "$c" --listen "unix:$PWD/g" -i a=3 --ot-security malicious
    start bob gc-run evaluate "$c" --connect "unix:$PWD/g" -i b=3
    finish alice; expect 24 "malicious here, semi-honest at the peer"
    finish bob; expect 24 "semi-honest here, malicious at the peer" "--ot-security"
    start alice gc-run garble "$c" --listen "unix:$PWD/g" -i a=3 --ot iknp
    start bob gc-run evaluate "$c" --connect "unix:$PWD/g" -i b=3
    finish alice; expect 24 "iknp here, auto at the peer"
    finish bob; expect 24 "auto here, iknp at the peer" "--ot"
    start alice gc-run garble "$c" --listen "unix:$PWD/g" -i a=3 --ot base
    start bob gc-run evaluate "$c" --connect "unix:$PWD/g" -i b=3
    finish alice; expect 24 "base here, auto at the peer"
    finish bob; expect 24 "auto here, base at the peer" "--ot"
}

@test "what is not a model is refused, and malicious transfers are no malicious run" {
    try gc-run local "$c" -i a=3 -i b=5 --ot-security active
    expect 2 "--ot-security does not take 'active'"; silent
    try gc-run local "$c" -i a=3 -i b=5 --ot-security malicious --security malicious
    expect 2 "--security malicious is not built yet"; silent
    try gc-run local "$c" -i a=3 -i b=5 --ot softspoken=3
    expect 2 "--ot does not take"; silent
    try gc-run clear "$c" -i a=3 -i b=5 --ot-security malicious
    expect 2 "not an option of"; silent
}
