# Command lines: usage errors (2), help, version, environment, checks without a peer.
load common

@test "SEC-1: --help of every tool says semi-honest in plain words" {
    for tool in gc-cc gc-run gc-info gc-keygen gc-bench gc-millionaires; do
        try $tool --help
        expect 0
        [[ "$output" == "Usage: $tool "* ]]
        [[ "$output" == *SEMI-HONEST* ]]
        [ -z "$stderr" ]
        # No line is wider than a terminal.
        [ "$(awk 'length > 79' <<<"$output")" = "" ]
    done
    try gc-run --help
    [[ "$output" == *"A party that cheats is not caught"* || "$output" == *"cheats is not caught"* ]]
}

@test "--version" {
    for tool in gc-cc gc-run gc-info gc-keygen gc-bench gc-millionaires; do
        try $tool --version
        expect 0
        [[ "$output" =~ ^$tool\ \(sotto\)\ [0-9]+\.[0-9]+\.[0-9]+$ ]]
    done
}

@test "--help to a full disk is 10" {
    run bash -c '"$1" --help >/dev/full' - "$BINDIR/gc-run"
    [ "$status" -eq 10 ]
    [[ "$output" == "gc-run: cannot write standard output: No space left on device" ]]
}

@test "command lines that make no sense" {
    local c=$CIRCUITS/add8.txt
    try gc-run; expect 2 "no command given"
    try gc-run dance "$c"; expect 2 "unknown command 'dance'"
    try gc-run local; expect 2 "no circuit file given"
    try gc-run local "$c" more; expect 2 "unexpected argument 'more'"
    try gc-run local "$c" --nonsense; expect 2 "unknown or ambiguous option '--nonsense'" \
        "see gc-run --help"
    try gc-run local "$c" -z; expect 2 "unknown option -z"
    try gc-run local "$c" --json=1; expect 2 "takes no argument"
    try gc-run local "$c" -i; expect 2 "option -i needs an argument"
    try gc-run local "$c" --inputs; expect 2 "option --inputs needs an argument"
    try gc-run garble "$c" -i a=1; expect 2 "no address given"
    try gc-run garble "$c" -i a=1 --listen :1 --connect :1; expect 2 "exclude each other"
    try gc-run local "$c" --listen :1; expect 2 "--listen is not an option of 'gc-run local'"
    try gc-run clear "$c" --reveal both; expect 2 "--reveal is not an option of 'gc-run clear'"
    try gc-run garble "$c" -i a=1 --listen nonsense; expect 2 "is not an address"
    try gc-run local "$c" --reveal nobody; expect 2 "--reveal does not take 'nobody'" "it takes both"
    try gc-run local "$c" --output-format oct; expect 2 "--output-format"
    try gc-run local "$c" --progress maybe; expect 2 "--progress"
    try gc-run local "$c" -i a; expect 2 "-i takes NAME=VALUE"
    try gc-run local "$c" -i =1; expect 2 "-i takes NAME=VALUE"
    try gc-run local "$c" -i a=- -i b=-; expect 2 "only one input"
    try gc-info; expect 2 "no circuit file given"
    try gc-info "$c" --json --dot; expect 2 "exclude each other"
    try gc-info "$c" --bandwidth 0; expect 2 "--bandwidth"
    try gc-keygen; expect 2 "-o FILE"
    try gc-keygen --public a -o b; expect 2
    try gc-millionaires; expect 2 "no address given"
    try gc-millionaires --local --listen :1; expect 2 "exclude each other"
}

@test "a value that lacks its -i is not shown" {
    try gc-run local "$CIRCUITS/add8.txt" a=123
    expect 2 "unexpected argument 'a'" "-i NAME=VALUE"
    [[ "$stderr" != *123* ]]
}

@test "what is not built yet is refused" {
    local c=$CIRCUITS/add8.txt
    try gc-run local "$c" --security malicious -i a=1 -i b=2
    expect 2 "--security malicious is not built yet"; silent
    try gc-run local "$c" --ot softspoken=3 -i a=1 -i b=2
    expect 2 "--ot does not take 'softspoken=3'"; silent
    try gc-run local "$c" --threads 65 -i a=1 -i b=2
    expect 2 "at most 64"; silent
    for ot in iknp softspoken softspoken=2 softspoken=4 softspoken=8; do
        try gc-run local "$c" -q --ot $ot --threads 2 -i a=1 -i b=2
        expect 0; [ "$output" = 3 ]
    done
    try gc-run local "$c" --security perfect; expect 2 "--security does not take 'perfect'"
    try gc-run local "$c" -q --security semi-honest --ot iknp --threads 1 -i a=1 -i b=2
    expect 0; [ "$output" = 3 ]
}

@test "durations and sizes" {
    local c=$CIRCUITS/add8.txt
    for bad in 0s 0 -1s 5 1.5s 1d s "" 99999999999999999999s; do
        try gc-run garble "$c" -i a=1 --listen 127.0.0.1:0 --dry-run "--idle-timeout=$bad"
        expect 2 "--idle-timeout does not take '$bad'"
    done
    for good in 500ms 2s 1m 1h; do
        try gc-run garble "$c" -i a=1 --listen 127.0.0.1:0 --dry-run --idle-timeout $good \
            --connect-timeout $good --max-time $good
        expect 0
    done
    for bad in 0 0K -1 1k 1KB K 1.5M 99999999999G; do
        try gc-run local "$c" -i a=1 -i b=2 --max-memory "$bad"
        expect 2 "--max-memory does not take '$bad'"
    done
    for good in 100000000 65536K 64M 1G; do
        try gc-run local "$c" -q -i a=1 -i b=2 --max-memory $good
        expect 0; [ "$output" = 3 ]
    done
    for bad in 0 -1 x 1K; do
        try gc-run local "$c" -i a=1 -i b=2 --instances "$bad"; expect 2 "--instances"
    done
}

@test "options come from the environment, the command line wins" {
    local c=$CIRCUITS/add8.txt
    GC_OUTPUT_FORMAT=hex try gc-run clear "$c" -q -i a=1 -i b=2; expect 0; [ "$output" = 0x03 ]
    GC_OUTPUT_FORMAT=hex try gc-run clear "$c" -q -i a=1 -i b=2 --output-format dec
    expect 0; [ "$output" = 3 ]
    GC_QUIET=1 try gc-run clear "$c" -i a=1 -i b=2; expect 0; [ "$output" = 3 ]
    GC_QUIET=0 try gc-run clear "$c" -i a=1 -i b=2; expect 0; [ "$output" = "result = 3" ]
    GC_QUIET=maybe try gc-run clear "$c" -i a=1 -i b=2; expect 2 "GC_QUIET is 'maybe'"
    GC_OUTPUT_FORMAT= try gc-run clear "$c" -q -i a=1 -i b=2; expect 0; [ "$output" = 3 ]
    GC_LISTEN=nonsense try gc-run clear "$c" -q -i a=1 -i b=2; expect 0
    GC_LISTEN=:0 try gc-run garble "$c" -q -i a=1 --connect 127.0.0.1:1 --dry-run; expect 0
    GC_LISTEN=:0 GC_CONNECT=:1 try gc-run garble "$c" -i a=1; expect 2 "exclude each other"
    GC_MAX_TIME=x try gc-run garble "$c" -i a=1 --listen 127.0.0.1:0 --dry-run; expect 2 "--max-time"
}

@test "plaintext off this machine is refused before anything is bound" {
    local c=$CIRCUITS/add8.txt
    for address in :0 0.0.0.0:0 192.0.2.1:7 '[::]:0' '[2001:db8::1]:5'; do
        try gc-run garble "$c" -i a=1 --listen "$address" --dry-run
        expect 2 "needs credentials" "--insecure"; silent
        try gc-run garble "$c" -i a=1 --listen "$address" --dry-run --insecure; expect 0; silent
    done
    for address in 127.0.0.1:0 '[::1]:0' localhost:0 "unix:$PWD/s"; do
        try gc-run garble "$c" -i a=1 --listen "$address" --dry-run; expect 0; silent
    done
    [ ! -e s ]
}

@test "--dry-run checks everything and prints nothing" {
    local c=$CIRCUITS/add8.txt
    try gc-run local "$c" -i a=1 -i b=2 --dry-run; expect 0; silent
    try gc-run clear "$c" -i a=1 -i b=2 --dry-run --json; expect 0; silent
    try gc-run local "$c" -i a=1 -i b=300 --dry-run; expect 3; silent
    try gc-run local "$c" -i a=1 -i b=2 --dry-run -o no/such/folder/x; expect 10; silent
    try gc-run local "$c" -i a=1 -i b=2 --dry-run --max-memory 1; expect 6; silent
    try gc-run local "$c" -i a=1 -i b=2 --dry-run -o out; expect 0; silent
    [ ! -e out ]
    [ -z "$(ls -A)" ]
    try gc-run evaluate "$c" -i b=1 --connect 127.0.0.1:1 --dry-run; expect 0; silent
}

@test "usage comes first, then the circuit, the inputs, the output folder" {
    try gc-run garble missing.txt -i a=999 -o no/such/x --listen nonsense; expect 2
    try gc-run garble missing.txt -i a=999 -o no/such/x --listen 127.0.0.1:0; expect 4
    try gc-run garble "$CIRCUITS/add8.txt" -i a=999 -o no/such/x --listen 127.0.0.1:0; expect 3
    try gc-run garble "$CIRCUITS/add8.txt" -i a=9 -o no/such/x --listen 127.0.0.1:0; expect 10
}

@test "circuits and interfaces that are wrong are 4" {
    try gc-run clear missing.txt; expect 4 "missing.txt"
    try gc-run clear "$CIRCUITS/bad-driven-twice.txt"; expect 4 "bad-driven-twice.txt:"
    cp "$CIRCUITS/add8.txt" c.txt
    echo '{' >c.json
    try gc-run clear c.txt -i 0=1 -i 1=2; expect 4 "c.json"
    try gc-run clear c.txt -q -i 0=1 -i 1=2 --interface none; expect 0; [ "$output" = 3 ]
    try gc-run clear c.txt -q -i a=1 -i b=2 --interface "$CIRCUITS/add8.json"
    expect 0; [ "$output" = 3 ]
    try gc-run clear c.txt --interface missing.json; expect 4 "missing.json"
    try gc-info c.txt; expect 4 "c.json"
    try gc-info missing.txt; expect 4
}

@test "a circuit of - is standard input, which nothing else can be then" {
    local c=$CIRCUITS/add8.txt
    echo '{' >./-.json # not its interface
    for command in clear local; do
        try gc-run $command - -q -i 0=1 -i 1=2 <"$c"; expect 0; [ "$output" = 3 ]
        run --separate-stderr timeout $LIMIT "$BINDIR/gc-run" $command - -q -i a=3 -i b=4 \
            --interface "$CIRCUITS/add8.json" < <(cat "$c")
        expect 0; [ "$output" = 7 ]
        try gc-run $command - -i 0=1 -i 1=- <"$c"
        expect 2 "standard input is the circuit: no input can be read from it"; silent
    done
    try gc-info - <"$c"; expect 0
    [[ $output == *"input 0: uint8_t of the garbler"* ]]
    try gc-info - --interface "$CIRCUITS/add8.json" <"$c"; expect 0
    [[ $output == *"input a: uint8_t of the garbler"* ]]
    try gc-run evaluate - -i 1=2 --connect stdio: -o out <"$c"
    expect 2 "standard input is the connection to the peer: the circuit cannot be read from it"
    start g gc-run garble "$c" --interface none -i 0=20 --listen "unix:$PWD/s" -q
    until_true test -S s
    try gc-run evaluate - -i 1=22 --connect "unix:$PWD/s" -q <"$c"; expect 0; [ "$output" = 42 ]
    finish g; [ "$status" = 0 ]
    try gc-run clear - -i 0=1 -i 1=2 <<<"1 2 3"; expect 4 "/dev/stdin:"
    run --separate-stderr timeout $LIMIT \
        bash -c '"$0" "$@" <&-' "$BINDIR/gc-run" clear - -i 0=1 -i 1=2
    expect 4 "/dev/stdin:1: the file holds no circuit"
}

@test "a third input needs an owner" {
    local c=$CIRCUITS/three.txt
    try gc-run local "$c" --interface none -i 0=1 -i 1=2 -i 2=3; expect 2 "2" "--owner"
    try gc-run local "$c" --interface none -i 0=1 -i 1=2 -i 2=3 --owner 2=garbler; expect 0
    try gc-run garble "$c" --interface none -i 0=1 -i 2=3 --owner 2=garbler \
        --listen 127.0.0.1:0 --dry-run
    expect 0
    try gc-run garble "$c" --interface none -i 0=1 -i 2=3 --owner 2=evaluator \
        --listen 127.0.0.1:0 --dry-run
    expect 3 "2: is an input of the evaluator, not of the garbler"
    for bad in 3=garbler x=garbler 2=nobody 2 -1=garbler; do
        try gc-run local "$c" --interface none -i 0=1 -i 1=2 -i 2=3 --owner "$bad"; expect 2 "--owner"
    done
    try gc-run local "$c" --interface none --owner 2=garbler --owner 2=garbler; expect 2 "twice"
    try gc-run local "$c" --owner 2=garbler -i a=1 -i b=2 -i c=3; expect 2 "already tells"
}

@test "SEC-14: limits are 6, before memory is taken" {
    for command in clear local; do
        try gc-run $command "$CIRCUITS/add8.txt" -i a=1 -i b=2 --instances 99999999999
        expect 6; silent
        try gc-run $command "$CIRCUITS/add8.txt" -i a=1 -i b=2 --instances 18446744073709551615
        expect 6; silent
    done
    try gc-run evaluate "$CIRCUITS/zero-width.txt" --listen 127.0.0.1:0 --dry-run \
        --instances 18446744073709551615
    expect 6; silent
    try gc-run local "$CIRCUITS/add8.txt" -i a=1 -i b=2 --max-memory 1K; expect 6; silent
    try gc-info "$CIRCUITS/add8.txt" --max-memory 1K; expect 6
}

@test "a run over --max-memory tells the size that is enough" {
    local c=$CIRCUITS/add8.txt size
    for tool in "gc-run local $c -i a=1 -i b=2" "gc-info $c"; do
        # shellcheck disable=SC2086 # a command and its arguments
        try $tool --max-memory 1K; expect 6 "--max-memory sets the limit"
        # shellcheck disable=SC2086
        try $tool --max-memory 1M; expect 6 "  --max-memory "
        size=$(sed -n 's/^  --max-memory \([0-9]*\)K is enough$/\1/p' <<<"$stderr")
        # shellcheck disable=SC2086
        try $tool --max-memory "${size}K"; expect 0
        # shellcheck disable=SC2086
        try $tool --max-memory "$((size - 1))K"; expect 6 "  --max-memory ${size}K is enough"
    done
    try gc-run clear "$c" -i a=1 -i b=2 --instances 100000 --max-memory 1M
    expect 6 "--max-memory sets the limit; a value takes a byte for each of 16 bits"
    # A limit that is not on memory.
    try gc-run local "$c" -i a=1 -i b=2 --instances 99999999999; expect 6
    [[ $stderr != *"is enough"* ]]
}

@test "a circuit that is not there is pointed at where it is installed" {
    mkdir installed
    cp "$CIRCUITS/add8.txt" installed/own.txt
    export GC_CIRCUITS_DIR=$PWD/installed
    for name in own.txt own some/where/own.txt; do
        for command in "gc-run clear" "gc-run local" gc-info; do
            # shellcheck disable=SC2086 # a tool and its command
            try $command $name
            expect 4 "cannot open $name" "  an installed circuit has that name: $PWD/installed/own.txt"
        done
    done
    for name in other.txt ./ installed/; do
        try gc-run clear $name; expect 4
        [[ $stderr != *installed\ circuit* ]]
    done
    # What is there, but wrong, is not mixed up with it.
    echo 1 >own.txt
    try gc-run clear own.txt; expect 4 "own.txt:"
    [[ $stderr != *installed\ circuit* ]]
}
