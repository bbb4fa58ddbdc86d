# gc-millionaires.
load common

figures() { printf '%s\n' "$@"; }

# game ALICE BOB: two processes, figures on standard input.
game()
{
    "$BINDIR/gc-millionaires" --listen "unix:$PWD/s" >alice.out 2>alice.err 3>&- < <(figures "$1") &
    pids[alice]=$!
    "$BINDIR/gc-millionaires" --connect "unix:$PWD/s" >bob.out 2>bob.err 3>&- < <(figures "$2") &
    pids[bob]=$!
}

@test "two processes, figures from standard input" {
    game 7_000_000 3
    finish alice; expect 0; [ "$output" = "You are richer." ]
    finish bob; expect 0; [ "$output" = "The other one is richer." ]
    game 3 18446744073709551615
    finish alice; expect 0; [ "$output" = "The other one is richer." ]
    finish bob; expect 0; [ "$output" = "You are richer." ]
    game 5 5
    finish alice; expect 0; [ "$output" = "You are equally wealthy." ]
    finish bob; expect 0; [ "$output" = "You are equally wealthy." ]
}

@test "--local takes two lines" {
    local case
    for case in "1 2:Bob is richer." "2 1:Alice is richer." \
        "4_0 40:Alice and Bob are equally wealthy."; do
        run --separate-stderr bash -c 'printf "%s\n" $1 | "$0" --local' \
            "$BINDIR/gc-millionaires" "${case%%:*}"
        expect 0
        [ "$output" = "${case#*:}" ]
        [ -z "$stderr" ]
    done
}

@test "a bad figure is 3 and there is no answer" {
    for bad in -1 1.5 lots "" 18446744073709551616 1__0 010; do
        run --separate-stderr bash -c 'printf "%s\n" "$1" | "$0" --local' \
            "$BINDIR/gc-millionaires" "$bad"
        expect 3 "Alice's figure is not a value of type uint64_t"; silent
    done
    # Nothing of it is shown.
    run --separate-stderr bash -c 'echo 987654.32 | "$0" --local' "$BINDIR/gc-millionaires"
    expect 3; silent
    [[ "$stderr" != *987* ]]
    run --separate-stderr bash -c '"$0" --local </dev/null' "$BINDIR/gc-millionaires"
    expect 3 "input ended"; silent
}

@test "--json and --stats: at most 20 kB on the wire" {
    run --separate-stderr bash -c 'printf "1\n2\n" | "$0" --local --json --stats' \
        "$BINDIR/gc-millionaires"
    expect 0 "bytes sent"
    [ "$(json result.bob_richer <<<"$output")" = true ]
    [ "$(json result.alice_richer <<<"$output")" = false ]
    local total=$(($(json stats.bytes_sent <<<"$output") + $(json stats.bytes_received <<<"$output")))
    [ "$total" -gt 1000 ]
    [ "$total" -le 20000 ]
    run --separate-stderr bash -c 'printf "1\n2\n" | "$0" --local --stats -q' "$BINDIR/gc-millionaires"
    expect 0
    [ -z "$stderr" ]
}

@test "stdio: needs -o for the answer" {
    for name in - /dev/stdout; do
        try gc-millionaires --listen stdio: -o $name; expect 2 "say with -o FILE"; silent
    done
    try gc-millionaires --connect stdio: --json; expect 2; silent
}

@test "the circuit is found, or 4" {
    GC_CIRCUITS_DIR=$PWD try gc-millionaires --local; expect 4 "millionaires.txt"
    GC_CIRCUITS_DIR=$PWD run --separate-stderr bash -c \
        'printf "1\n2\n" | "$0" --local --circuit "$1"' "$BINDIR/gc-millionaires" \
        "$GC_CIRCUITS_DIR/millionaires.txt"
    expect 0
    [ "$output" = "Bob is richer." ]
    try gc-millionaires --local --circuit "$CIRCUITS/add8.txt"
    expect 4 "is not the millionaires' circuit"
}

# at_terminal: what the standard input says, in expect's words, is done on a shell at a terminal. The
# terminal must echo afterwards. What was seen is in transcript.
at_terminal()
{
    local echo_state="stty -a | grep -q -- ' -echo ' && printf 'state=%s;' off || printf 'state=%s;' on"
    {
        printf 'set timeout 60\nspawn sh\n'
        cat
        printf 'send "%s; exit 7\\r"\nexpect eof\n' "$echo_state"
        printf 'lassign [wait] pid spawn_id os_error status\nexit $status\n'
    } >dialogue
    status=0
    timeout -k 1 200 expect -f dialogue >transcript || status=$?
    [ "$status" -eq 7 ]
    run ! grep 'state=off;' transcript
    grep -q 'state=on;' transcript
}

@test "SEC-20: a terminal: the figure is not echoed, and the terminal is restored" {
    at_terminal <<'END'
send "$env(BINDIR)/gc-millionaires --local\r"
expect "Alice's wealth (not shown): "
send "987654\r"
expect "Bob's wealth (not shown): "
send "123456\r"
expect "Alice is richer."
END
    run ! grep -e 987654 -e 123456 transcript
    grep -q 'Alice is richer' transcript
}

@test "a terminal is restored when the question is interrupted" {
    at_terminal <<'END'
send "$env(BINDIR)/gc-millionaires --local; echo status=\$?\r"
expect "Alice's wealth (not shown): "
send "\003"
expect "status=130"
END
    grep -q 'status=130' transcript
}
