# Where results go: -o, full disks, --json, --exit-result, --stats, --progress.
load common

@test "-o writes the whole file, with the mode of the one it replaces" {
    local c=$CIRCUITS/add8.txt
    umask 022
    try gc-run local "$c" -i a=1 -i b=2 -o out; expect 0; silent
    [ "$(cat out)" = "result = 3" ]
    [ "$(stat -c %a out)" = 644 ]
    chmod 600 out
    try gc-run local "$c" -i a=2 -i b=2 -o out --json; expect 0; silent
    [ "$(json result.result <out)" = 4 ]
    [ "$(stat -c %a out)" = 600 ]
    ln -s out link
    try gc-run clear "$c" -i a=3 -i b=2 -o link; expect 0
    [ -L link ]
    [ "$(cat out)" = "result = 5" ]
    [ "$(ls -A)" = $'link\nout' ]
    try gc-run clear "$c" -i a=3 -i b=3 -o -; expect 0; [ "$output" = "result = 6" ]
}

@test "-o leaves the file alone when the run fails" {
    echo old >out
    try gc-run garble "$CIRCUITS/add8.txt" -i a=1 -o out --connect 127.0.0.1:1 \
        --connect-timeout 100ms
    expect 21
    [ "$(cat out)" = old ]
    [ "$(ls -A)" = out ]
}

@test "-o into a missing folder is 10 before anything is bound" {
    try gc-run garble "$CIRCUITS/add8.txt" -i a=1 -o no/such/out --listen "unix:$PWD/s"
    expect 10 "cannot write no/such/out: No such file or directory"; silent
    [[ "$stderr" != *listening* ]]
    mkdir folder
    try gc-run clear "$CIRCUITS/add8.txt" -i a=1 -i b=1 -o folder; expect 10 "Is a directory"
}

@test "full disk and closed pipe" {
    for json in "" --json; do
        run bash -c '"$0" local "$1" -i a=1 -i b=2 $2 >/dev/full' "$BINDIR/gc-run" \
            "$CIRCUITS/add8.txt" $json
        [ "$status" -eq 10 ]
        [[ "$output" == *"cannot write standard output: No space left on device"* ]]
    done
    try gc-run local "$CIRCUITS/add8.txt" -i a=1 -i b=2 -o /dev/full
    expect 10 "cannot write /dev/full: No space left on device"
    try gc-run local "$CIRCUITS/add8.txt" -i a=1 -i b=2 -o /dev/null; expect 0
    [ -c /dev/full ]
    [ -c /dev/null ]
    run bash -c 'exec 4> >(:); wait $!; "$0" clear "$1" -i a=1 -i b=2 >&4' "$BINDIR/gc-run" \
        "$CIRCUITS/add8.txt"
    [ "$status" -eq 10 ]
    [[ "$output" == *"cannot write standard output: Broken pipe"* ]]
    run bash -c '"$0" "$1" >/dev/full' "$BINDIR/gc-info" "$CIRCUITS/add8.txt"
    [ "$status" -eq 10 ]
    run bash -c '"$0" -o k >/dev/full' "$BINDIR/gc-keygen"
    [ "$status" -eq 10 ]
}

@test "a standard stream that is closed is not taken by what is opened" {
    "$BINDIR/gc-run" garble "$CIRCUITS/add8.txt" -i a=1 --listen "unix:$PWD/s" <&- >&- 2>&- 3>&- &
    pids[alice]=$!
    until_true test -S s
    for fd in 0 1 2; do [ "$(readlink "/proc/${pids[alice]}/fd/$fd")" = /dev/null ]; done
    try gc-run evaluate "$CIRCUITS/add8.txt" -i b=2 --connect "unix:$PWD/s"
    expect 0; [ "$output" = "result = 3" ]
    touch alice.out alice.err
    finish alice; expect 10
}

@test "-o to a named pipe and to the name of standard output" {
    try gc-run clear "$CIRCUITS/add8.txt" -i a=1 -i b=2 -o /dev/stdout; expect 0
    [ "$output" = "result = 3" ]
    mkfifo p
    start run gc-run clear "$CIRCUITS/add8.txt" -i a=1 -i b=2 -o p
    [ "$(timeout $LIMIT cat p)" = "result = 3" ]
    finish run; expect 0
    [ -p p ]
    # What standard output is redirected to is added to, and not replaced.
    { echo before; "$BINDIR/gc-run" clear "$CIRCUITS/add8.txt" -i a=1 -i b=2 -o /dev/stdout; echo after; } >log
    [ "$(cat log)" = $'before\nresult = 3\nafter' ]
}

@test "--json: the object of a success" {
    start alice gc-run garble "$CIRCUITS/add8.txt" -i a=1 --listen "unix:$PWD/s" --json
    start bob gc-run evaluate "$CIRCUITS/add8.txt" -i b=2 --connect "unix:$PWD/s" --json
    finish bob; expect 0
    local received=$(json stats.bytes_received <<<"$output")
    finish alice; expect 0
    [ "$(wc -l <<<"$output")" = 1 ]
    [ "$(json schema <<<"$output")" = '"gc-run/1"' ]
    [ "$(json ok <<<"$output")" = true ]
    [ "$(json result <<<"$output")" = '{"result": 3}' ]
    [ "$(json stats.and_gates <<<"$output")" = 7 ]
    [ "$(json stats.bytes_sent <<<"$output")" = "$received" ]
    [ "$(json stats.bytes_received <<<"$output")" -gt 400 ]
    json stats.seconds <<<"$output"
    [ "$(json security <<<"$output")" = '"semi-honest"' ]
    [ "$(json peer <<<"$output")" = null ]
    try gc-run local "$CIRCUITS/less32.txt" --json -i alice=2 -i bob=1; expect 0
    [ "$(json result.result <<<"$output")" = true ]
    [[ "$(json peer <<<"$output")" == '"sotto-ed25519:'* ]]
    try gc-run clear "$CIRCUITS/add8.txt" --json -i a=2 -i b=1; expect 0
    [ "$(json security <<<"$output")" = '"none"' ]
}

@test "--json: the object of a failure, beside the line on stderr" {
    try gc-run local "$CIRCUITS/add8.txt" --json -i a=300 -i b=1
    expect 3 "gc-run: a: 300 does not fit uint8_t (0..255)"
    [ "$(json schema <<<"$output")" = '"gc-run/1"' ]
    [ "$(json ok <<<"$output")" = false ]
    [ "$(json error.code <<<"$output")" = 3 ]
    [ "$(json error.message <<<"$output")" = '"a: 300 does not fit uint8_t (0..255)"' ]
    [[ "$output" != *result* ]]
    json error.hint <<<"$output"
    try gc-run local "$CIRCUITS/add8.txt" --nonsense --json
    expect 2; [ "$(json error.code <<<"$output")" = 2 ]
    try gc-run local missing.txt --json; expect 4; [ "$(json error.code <<<"$output")" = 4 ]
    GC_JSON=1 try gc-run local missing.txt; expect 4; [ "$(json error.code <<<"$output")" = 4 ]
    try gc-run evaluate "$CIRCUITS/add8.txt" --json -i b=1 --connect 127.0.0.1:1 \
        --connect-timeout 100ms
    expect 21; [ "$(json error.code <<<"$output")" = 21 ]
    [[ "$(json error.hint <<<"$output")" == *"gc-run garble"* ]]
    try gc-run local "$CIRCUITS/add8.txt" --json -i a=$'\x01"\\' -i b=1
    expect 3; json error.message <<<"$output"
    try gc-info --json missing.txt; expect 4; [ "$(json error.code <<<"$output")" = 4 ]
}

@test "--exit-result" {
    local c=$CIRCUITS/less32.txt
    try gc-run local "$c" -q --exit-result -i alice=7 -i bob=9
    local first=$status; [ "$first" -le 1 ]
    [ "$output" = "$([ $first = 0 ] && echo true || echo false)" ]
    try gc-run local "$c" -q --exit-result -i alice=9 -i bob=7
    [ "$status" -eq $((1 - first)) ]
    [ -z "$stderr" ]
    try gc-run clear "$c" -q --exit-result -i alice=9 -i bob=7; [ "$status" -eq $((1 - first)) ]
    try gc-run local "$CIRCUITS/add8.txt" --exit-result -i a=1 -i b=1
    expect 2 "--exit-result needs a result of one bit"; silent
    try gc-run garble "$c" --exit-result -i alice=1 --reveal evaluator --listen 127.0.0.1:0
    expect 2 "does not learn the result"; silent
    printf 'alice,bob\n1,2\n2,1\n' >in.csv
    try gc-run local "$c" --exit-result --inputs in.csv; expect 2; silent
}

@test "--stats and --progress go to stderr" {
    try gc-run local "$CIRCUITS/add8.txt" -i a=1 -i b=2 --stats --progress always
    expect 0 "7 AND gates" "bytes sent" "gc-run: handshake" "7 of 7 gates"
    [ "$output" = "result = 3" ]
    try gc-run local "$CIRCUITS/add8.txt" -q -i a=1 -i b=2 --stats
    expect 0; [ -z "$stderr" ]
    try gc-run local "$CIRCUITS/add8.txt" -i a=1 -i b=2 --progress never; expect 0; [ -z "$stderr" ]
    try gc-run local "$CIRCUITS/add8.txt" -i a=1 -i b=2; expect 0; [ -z "$stderr" ]
}

@test "-v tells names and types; clear says that nothing is protected" {
    try gc-run local "$CIRCUITS/add8.txt" -v -i a=1 -i b=2
    expect 0 "input a: uint8_t of the garbler" "input b: uint8_t of the evaluator" \
        "output result: uint8_t"
    try gc-run clear "$CIRCUITS/add8.txt" -i a=1 -i b=2; expect 0 "no cryptography"
    try gc-run clear "$CIRCUITS/add8.txt" -q -i a=1 -i b=2; expect 0; [ -z "$stderr" ]
}
