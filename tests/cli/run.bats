# Two processes: addresses, start orders, disagreements, peers that go away.
load common

garble() { start alice gc-run garble "$CIRCUITS/add8.txt" -i a=200 "$@"; }
evaluate() { start bob gc-run evaluate "$CIRCUITS/add8.txt" -i b=55 "$@"; }

# Both succeed, and both learn 255.
both_know()
{
    finish alice; expect 0; [ "$output" = "result = 255" ]
    finish bob; expect 0; [ "$output" = "result = 255" ]
}

@test "TCP, the garbler listens and starts first" {
    garble --listen 127.0.0.1:0
    evaluate --connect "127.0.0.1:$(port_of alice)"
    both_know
}

@test "TCP, the evaluator listens and starts first" {
    evaluate --listen 127.0.0.1:0
    garble --connect "127.0.0.1:$(port_of bob)"
    both_know
}

@test "the dialler may start first" {
    garble --connect "unix:$PWD/s"
    until_true grep -q connecting alice.err
    evaluate --listen "unix:$PWD/s"
    both_know
    [ ! -e s ]
}

@test "IPv6" {
    [ -e /proc/net/if_inet6 ] && grep -q ' lo$' /proc/net/if_inet6 || skip "no IPv6 here"
    garble --listen '[::1]:0'
    evaluate --connect "[::1]:$(port_of alice)"
    both_know
}

@test "unix socket: private, removed at the end, a dead one is replaced, a file is left alone" {
    garble --listen "unix:$PWD/s"
    until_true test -S s
    [ "$(stat -c %a s)" = 600 ]
    evaluate --connect "unix:$PWD/s"
    both_know
    [ ! -e s ]
    wait_alone carol
    kill -KILL "${pids[carol]}"
    wait "${pids[carol]}" || true
    mv carol.sock s
    garble --listen "unix:$PWD/s"
    is_listening alice
    evaluate --connect "unix:$PWD/s"
    both_know
    echo precious >s
    garble --listen "unix:$PWD/s"
    finish alice; expect 20 "s"
    [ "$(cat s)" = precious ]
}

@test "stdio: over a pair of pipes" {
    mkfifo there back
    "$BINDIR/gc-run" garble "$CIRCUITS/add8.txt" -i a=200 --listen stdio: -o alice.out \
        <there >back 2>alice.err 3>&- &
    pids[alice]=$!
    "$BINDIR/gc-run" evaluate "$CIRCUITS/add8.txt" -i b=55 --connect stdio: -o bob.out \
        >there <back 2>bob.err 3>&- &
    pids[bob]=$!
    both_know
}

@test "stdio: needs -o where the result is learnt, and leaves standard input alone" {
    try gc-run garble "$CIRCUITS/add8.txt" -i a=1 --listen stdio: --dry-run
    expect 2 "-o FILE"; silent
    for name in - /dev/stdout /dev/fd/1; do
        try gc-run garble "$CIRCUITS/add8.txt" -i a=1 --listen stdio: -o $name --dry-run
        expect 2 "-o FILE"; silent
    done
    try gc-run garble "$CIRCUITS/add8.txt" -i a=1 --listen stdio: --dry-run --reveal evaluator
    expect 0
    try gc-run garble "$CIRCUITS/add8.txt" -i a=1 --listen stdio: --dry-run --reveal evaluator --json
    expect 2; silent
    try gc-run garble "$CIRCUITS/add8.txt" -i a=- --listen stdio: -o out --dry-run
    expect 2 "standard input"; silent
}

@test "a descriptor as the connection" {
    # socat's pair gives both ends a socket as descriptor 0. It ends, and ends them, soon after one
    # of them has closed, and does not wait for what they still write.
    socat -t 10 "EXEC:'$BINDIR/gc-run garble $CIRCUITS/add8.txt -i a=200 --listen fd\:0 -o alice.out'" \
        "EXEC:'$BINDIR/gc-run evaluate $CIRCUITS/add8.txt -i b=55 --connect fd\:0 -o bob.out'" \
        2>socat.err 3>&-
    until_true test -s alice.out
    until_true test -s bob.out
    [ "$(cat alice.out)" = "result = 255" ]
    [ "$(cat bob.out)" = "result = 255" ]
}

@test "SEC-17: only the agreed party is shown the result" {
    garble --listen "unix:$PWD/s" --reveal evaluator
    evaluate --connect "unix:$PWD/s" --reveal evaluator
    finish alice; expect 0; silent
    finish bob; expect 0; [ "$output" = "result = 255" ]
    garble --listen "unix:$PWD/s" --reveal garbler --json
    evaluate --connect "unix:$PWD/s" --reveal garbler --json
    finish alice; expect 0; [ "$(json result.result <<<"$output")" = 255 ]
    finish bob; expect 0; [ "$(json result <<<"$output")" = null ]
}

@test "the port is told under -q only when it was chosen" {
    garble --listen 127.0.0.1:0 -q
    evaluate --connect "127.0.0.1:$(port_of alice)" -q
    finish alice; expect 0; [ "$output" = 255 ]
    [[ "$stderr" =~ ^gc-run:\ listening\ on\ 127.0.0.1:[0-9]+$ ]]
    finish bob; expect 0; [ "$output" = 255 ]; [ -z "$stderr" ]
    garble --listen "unix:$PWD/s" -q
    evaluate --connect "unix:$PWD/s" -q
    finish alice; expect 0; [ -z "$stderr" ]
    finish bob; expect 0
}

@test "SEC-12: plaintext is said" {
    garble --listen "unix:$PWD/s"
    evaluate --connect "unix:$PWD/s"
    finish alice; expect 0 "not encrypted"
    finish bob; expect 0 "not encrypted"
}

@test "several instances" {
    printf 'a\n1\n2\n3\n' >a.csv
    printf '{"b":10}\n{"b":20}\n{"b":30}\n' >b.jsonl
    start alice gc-run garble "$CIRCUITS/add8.txt" --inputs a.csv --listen "unix:$PWD/s" \
        --output-format csv
    start bob gc-run evaluate "$CIRCUITS/add8.txt" --inputs b.jsonl --connect "unix:$PWD/s" --json
    finish alice; expect 0; [ "$output" = $'result\n11\n22\n33' ]
    finish bob; expect 0
    [ "$(json result <<<"$output")" = '[{"result": 11}, {"result": 22}, {"result": 33}]' ]
}

# disagree FIELD: both ends exit with 24 and name the field.
disagree()
{
    finish alice; expect 24 "disagree" "$1"; silent
    finish bob; expect 24 "disagree" "$1"; silent
}

@test "SEC-11: the two sides disagree on the role" {
    garble --listen "unix:$PWD/s"
    start bob gc-run garble "$CIRCUITS/add8.txt" -i a=1 --connect "unix:$PWD/s"
    disagree role
}

@test "SEC-11: the two sides disagree on the circuit" {
    garble --listen "unix:$PWD/s"
    start bob gc-run evaluate "$CIRCUITS/mul8.txt" -i b=1 --connect "unix:$PWD/s"
    disagree circuit
}

@test "SEC-11: the two sides disagree on who learns the result" {
    garble --listen "unix:$PWD/s" --reveal garbler
    evaluate --connect "unix:$PWD/s"
    disagree "garbler"
}

@test "SEC-11: the two sides disagree on the number of instances" {
    garble --listen "unix:$PWD/s" --instances 2
    evaluate --connect "unix:$PWD/s" --instances 3
    disagree instances
}

@test "SEC-11: the two sides disagree on the interface" {
    cp "$CIRCUITS/add8.txt" c.txt
    sed 's/"result"/"sum"/' "$CIRCUITS/add8.json" >c.json
    garble --listen "unix:$PWD/s"
    start bob gc-run evaluate c.txt -i b=1 --connect "unix:$PWD/s"
    finish alice; expect 24; silent
    finish bob; expect 24; silent
}

@test "nobody listens: the hint is the peer's command line" {
    try gc-run garble prog.txt --connect 127.0.0.1:1; expect 4
    cp "$CIRCUITS/add8.txt" prog.txt
    cp "$CIRCUITS/add8.json" prog.json
    try gc-run garble prog.txt -i a=1 --connect 127.0.0.1:1 --connect-timeout 900ms
    expect 21 "gc-run: connecting to 127.0.0.1:1" \
        "gc-run: cannot connect to 127.0.0.1:1: connection refused (127.0.0.1)" \
        "Is the other side running?  gc-run evaluate prog.txt --listen :1"
    silent
    [[ "$stderr" =~ "  tried "[0-9]+" times in 900 ms" ]]
    try gc-run evaluate prog.txt -i b=1 --connect "unix:$PWD/s" --connect-timeout 300ms
    expect 21 "Is the other side running?  gc-run garble prog.txt --listen unix:$PWD/s"
}

@test "a name that does not resolve is 20 at once" {
    # Whoever may answer for names here need not, and the tool does not ask again.
    RES_OPTIONS="timeout:1 attempts:1" try gc-run garble "$CIRCUITS/add8.txt" -i a=1 \
        --connect no.such.host.invalid:7 --insecure --connect-timeout 1h
    expect 20 "no.such.host.invalid"; silent
}

@test "a port in use is 20" {
    garble --listen 127.0.0.1:0
    try gc-run garble "$CIRCUITS/add8.txt" -i a=1 --listen "127.0.0.1:$(port_of alice)"
    expect 20 "cannot listen on 127.0.0.1:"; silent
}

@test "nobody comes: a listener's limit is 21" {
    try gc-run garble "$CIRCUITS/add8.txt" -i a=1 --listen 127.0.0.1:0 --connect-timeout 200ms
    expect 21; silent
    try gc-run garble "$CIRCUITS/add8.txt" -i a=1 --listen 127.0.0.1:0 --max-time 200ms
    expect 21; silent
}

@test "a silent peer is 21" {
    garble --listen "unix:$PWD/s" --idle-timeout 300ms
    is_listening alice
    socat -u "UNIX-CONNECT:$PWD/s" STDOUT >/dev/null 3>&- &
    pids[socat]=$!
    finish alice; expect 21; silent
}

@test "a peer that is killed is 22" {
    garble --listen "unix:$PWD/s"
    is_listening alice
    socat -u "UNIX-CONNECT:$PWD/s" CREATE:heard 3>&- &
    pids[socat]=$!
    until_true test -s heard
    kill -KILL "${pids[socat]}"
    finish alice; expect 22; silent
}

@test "a peer process that is killed in any phase is 22, or 21 before it came" {
    "$BINDIR/gc-keygen" -o a.key >a.pub
    "$BINDIR/gc-keygen" -o b.key >b.pub
    local role delay patience
    for role in garble evaluate; do
        for delay in 0 0.01 0.02 0.04 0.1 gates; do
            patience=3s
            [ $delay != gates ] || patience=30s
            local here=garble there=evaluate mine=a theirs=b
            [ $role = garble ] || { here=evaluate; there=garble; mine=b; theirs=a; }
            start survivor gc-run $here "$CIRCUITS/mul8.txt" -i $mine=3 --instances 3000000 \
                --max-memory 64G --listen "unix:$PWD/s" --connect-timeout $patience \
                --identity a.key --peer b.pub --progress always
            until_true test -S s
            start victim gc-run $there "$CIRCUITS/mul8.txt" -i $theirs=5 --instances 3000000 \
                --max-memory 64G --connect "unix:$PWD/s" --identity b.key --peer a.pub
            if [ $delay = gates ]; then until_true grep -q ' gates' survivor.err
            else sleep $delay; fi
            kill -KILL "${pids[victim]}"
            finish survivor
            silent
            [[ "$status" =~ ^(21|22)$ ]] || expect 22
            [ "$delay" != gates ] || expect 22 "the peer"
            finish victim
        done
    done
}

@test "a peer that speaks something else is 24" {
    garble --listen "unix:$PWD/s"
    is_listening alice
    printf 'GET / HTTP/1.1\r\nHost: example\r\n\r\n' | socat - "UNIX-CONNECT:$PWD/s" >/dev/null 3>&- ||
        true
    finish alice; expect 24; silent
}

@test "a peer that is cut off at any byte ends in order" {
    # What the garbler sends when all is well, cut to each length in turn.
    socat -r sent "UNIX-LISTEN:$PWD/proxy" "UNIX-CONNECT:$PWD/s,retry=100,interval=0.05" 3>&- &
    pids[socat]=$!
    evaluate --listen "unix:$PWD/s"
    is_listening bob
    garble --connect "unix:$PWD/proxy"
    both_know
    wait "${pids[socat]}" || true
    local size=$(stat -c %s sent) cut
    [ "$size" -gt 400 ]
    for cut in 0 1 7 100 $((size / 2)) $((size - 1)); do
        evaluate --listen "unix:$PWD/s"
        is_listening bob
        head -c $cut sent | timeout 5 socat - "UNIX-CONNECT:$PWD/s" >/dev/null 3>&- || true
        finish bob
        silent
        # Gone, or unintelligible: the hello answers another hello.
        [[ "$status" =~ ^(22|24|25)$ ]] || expect 22
    done
}

@test "local: the child is killed" {
    start_long_local
    kill -KILL "$child"
    finish run; expect 22 "ended unexpectedly"; silent
}

@test "local: each --reveal gives the result once" {
    for who in both garbler evaluator; do
        try gc-run local "$CIRCUITS/add8.txt" -i a=1 -i b=2 --reveal $who
        expect 0; [ "$output" = "result = 3" ]
    done
}
