# gc-info predicts the bytes of runs by gc-run exactly, on both sides.
load common

setup_file()
{
    cd "$BATS_FILE_TMPDIR"
    for name in alice bob; do "$BINDIR/gc-keygen" -o $name.key >$name.pub; done
    "$BINDIR/gc-keygen" --psk -o psk
}

# Of hmac-sha256.
key=hex:$(printf "%064d" 1234) message=hex:$(printf "%064d" 567)

K() { echo "$BATS_FILE_TMPDIR/$1"; }

# protect none|identity|psk: sets the options of both parties.
protect()
{
    tls=$1 alice=() bob=()
    case $tls in
        identity)
            alice=(--identity "$(K alice.key)" --peer "$(K bob.pub)")
            bob=(--identity "$(K bob.key)" --peer "$(K alice.pub)") ;;
        psk) alice=(--psk "$(K psk)") bob=(--psk "$(K psk)") ;;
    esac
}

# play CIRCUIT OPTION...: both parties, with these options and $inputs_a, $inputs_b and $threads.
play()
{
    local circuit=$1 garbler=--listen evaluator=--connect
    shift
    rm -f s
    [ "$listener" = garbler ] || { garbler=--connect; evaluator=--listen; }
    start alice gc-run garble "$circuit" $garbler "unix:$PWD/s" "${inputs_a[@]}" --json \
        --threads "${threads:-1}" "${alice[@]}" "$@"
    start bob gc-run evaluate "$circuit" $evaluator "unix:$PWD/${path:-s}" "${inputs_b[@]}" --json \
        "${bob[@]}" "$@"
    finish bob; expect 0
    finish alice; expect 0
}

# compare CIRCUIT OPTION...: what gc-info says with these options is what both parties counted. Of a
# run that measured the link it says what each extension comes to.
compare()
{
    local circuit=$1 suffix=_tls kind=$tls
    shift
    [ "$tls" != none ] || { suffix=; kind=identity; }
    try gc-info "$circuit" --json --tls "$kind" --listener "$listener" "$@"
    expect 0
    echo "$tls, $listener listens, $*: $output"
    jq -ce --arg suffix "$suffix" --slurpfile alice alice.out --slurpfile bob bob.out '.run |
        $alice[0].stats as $alice | $bob[0].stats as $bob |
        .["garbler_bytes" + $suffix] as $garbler |
        (.may_take // [.] | map(select(.ot == $alice.ot))[0]["evaluator_bytes" + $suffix])
            as $evaluator |
        {predicted: [$garbler, $evaluator, $evaluator, $garbler],
         counted: [$alice, $bob | .bytes_sent, .bytes_received]} |
        ., (.predicted == .counted)' <<<"$output"
}

foretell() { play "$@"; compare "$@"; }

@test "with and without TLS, whoever listens, on one thread and on two" {
    inputs_a=(-i a=201) inputs_b=(-i b=77)
    for tls in none identity psk; do
        protect $tls
        for listener in garbler evaluator; do
            for threads in 1 2; do foretell "$CIRCUITS/mul8.txt"; done
        done
    done
}

@test "megabytes of tables, with signs of life among them" {
    inputs_a=(-i "key=$key") inputs_b=(-i "message=$message")
    for tls in none identity psk; do
        protect $tls
        for listener in garbler evaluator; do
            threads=2
            foretell "$GC_CIRCUITS_DIR/hmac-sha256.txt"
        done
    done
    foretell "$GC_CIRCUITS_DIR/hmac-sha256.txt" --instances 5 --ot softspoken=4
}

@test "instances side by side, in several windows" {
    inputs_a=(-i a=201) inputs_b=(-i b=77) listener=garbler
    protect identity
    for n in 2 100 9001; do
        threads=$((1 + n % 2))
        foretell "$CIRCUITS/mul8.txt" --instances $n --ot softspoken=8
    done
    [ "$(json run.evaluator_bytes <<<"$output")" -gt 65536 ]
}

@test "a link that is measured, whatever that comes to" {
    inputs_a=(-i a=201) inputs_b=(-i b=77) listener=evaluator
    protect identity
    foretell "$CIRCUITS/mul8.txt" --instances 2000
    protect psk
    foretell "$CIRCUITS/mul8.txt" --instances 1024 --ot-security malicious
}

@test "every kind of oblivious transfer, in both models" {
    inputs_a=(-i a=201) inputs_b=(-i b=77) listener=evaluator
    for kind in auto iknp softspoken softspoken=2 softspoken=4 softspoken=8; do
        for model in semi-honest malicious; do
            protect $([ $model = malicious ] && echo identity || echo psk)
            foretell "$CIRCUITS/mul8.txt" --ot $kind --ot-security $model --instances 600
        done
    done
    for kind in base iknp; do foretell "$CIRCUITS/mul8.txt" --ot $kind --instances 16; done
}

@test "whoever learns the result" {
    inputs_a=(-i a=201) inputs_b=(-i b=77)
    for reveal in both garbler evaluator; do
        protect identity
        listener=garbler; foretell "$CIRCUITS/mul8.txt" --reveal $reveal
        protect psk
        listener=evaluator; foretell "$CIRCUITS/mul8.txt" --reveal $reveal --instances 40
    done
}

@test "both parties on one machine" {
    local sent
    for options in "" "--instances 50" "--reveal evaluator --ot iknp"; do
        try gc-run local "$CIRCUITS/mul8.txt" -i a=1 -i b=2 --json $options
        expect 0
        sent=$(json stats.bytes_sent <<<"$output")
        try gc-info --json "$CIRCUITS/mul8.txt" $options
        expect 0
        [ "$(json run.garbler_bytes_tls <<<"$output")" = "$sent" ]
    done
}

@test "neither delays nor the sizes of packets make a difference" {
    inputs_a=(-i "key=$key") inputs_b=(-i "message=$message")
    protect identity
    listener=garbler path=r
    python3 "$SRCDIR/tests/scripts/relay.py" "$PWD/r" "$PWD/s" --rate 3000000 3>&- &
    pids[relay]=$!
    until_true test -S r
    foretell "$GC_CIRCUITS_DIR/hmac-sha256.txt"
}

@test "the text says what it is for" {
    try gc-info "$CIRCUITS/mul8.txt"
    expect 0; [[ "$output" == *"TLS: identities, the garbler listens"* ]]
    try gc-info "$CIRCUITS/mul8.txt" --tls psk --listener evaluator
    expect 0; [[ "$output" == *"TLS: a pre-shared key, the evaluator listens"* ]]
    try gc-info "$CIRCUITS/mul8.txt" --tls psk --listener evaluator --json
    [ "$(json run.tls <<<"$output")" = '"psk"' ]
    [ "$(json run.listener <<<"$output")" = '"evaluator"' ]
    try gc-info "$CIRCUITS/mul8.txt" --tls none; expect 2
    try gc-info "$CIRCUITS/mul8.txt" --listener both; expect 2
    try gc-info "$CIRCUITS/mul8.txt" --reveal nobody; expect 2
}
