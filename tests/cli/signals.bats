# SIGHUP, SIGINT and SIGTERM: 129, 130 and 143, after cleaning up (SEC-20).
load common

@test "a listener is interrupted: the socket and the temporary file are removed" {
    for signal in HUP:129 INT:130 TERM:143; do
        # A job of a shell without job control ignores SIGINT unless it is told otherwise, and what
        # nohup started ignores SIGHUP.
        env --default-signal=HUP,INT "$BINDIR/gc-run" garble "$CIRCUITS/add8.txt" -i a=1 \
            --listen "unix:$PWD/s" -o out >alice.out 2>alice.err </dev/null 3>&- &
        pids[alice]=$!
        until_true test -S s
        kill -"${signal%:*}" "${pids[alice]}"
        finish alice
        expect "${signal#*:}" "gc-run: interrupted"; silent
        [ ! -e s ]
        [ ! -e out ]
        [ "$(ls -A)" = $'alice.err\nalice.out' ]
    done
}

@test "a signal that the caller ignores, as nohup does, ends nothing" {
    env --ignore-signal=HUP "$BINDIR/gc-run" garble "$CIRCUITS/add8.txt" -i a=1 \
        --listen "unix:$PWD/s" >alice.out 2>alice.err </dev/null 3>&- &
    pids[alice]=$!
    until_true test -S s
    kill -HUP "${pids[alice]}"
    try gc-run evaluate "$CIRCUITS/add8.txt" -i b=2 --connect "unix:$PWD/s"
    expect 0; [ "$output" = "result = 3" ]
    finish alice; expect 0; [ "$output" = "result = 3" ]
}

@test "a dialler is interrupted" {
    start alice gc-run garble "$CIRCUITS/add8.txt" -i a=1 --connect "unix:$PWD/s" --json
    until_true grep -q connecting alice.err
    kill -TERM "${pids[alice]}"
    finish alice; expect 143
    [ "$(json error.code <<<"$output")" = 143 ]
}

# is_empty PIPE: what was written to it has been read.
is_empty()
{
    python3 -c '
import array, fcntl, os, sys, termios
left = array.array("i", [1])
fcntl.ioctl(os.open(sys.argv[1], os.O_RDONLY | os.O_NONBLOCK), termios.FIONREAD, left)
sys.exit(left[0] != 0)' "$1"
}

@test "waiting for standard input is interrupted" {
    mkfifo p
    "$BINDIR/gc-run" clear "$CIRCUITS/add8.txt" -i a=- -i b=1 <p >alice.out 2>alice.err 3>&- &
    pids[alice]=$!
    exec {writer}>p
    printf 1 >&"$writer"
    until_true is_empty p
    kill -TERM "${pids[alice]}"
    finish alice; expect 143 "gc-run: interrupted"; silent
    exec {writer}>&-
}

@test "local is interrupted, and its child does not stay" {
    start_long_local
    kill -TERM "${pids[run]}"
    finish run; expect 143; silent
    until_true bash -c "! kill -0 $child 2>/dev/null"
}

@test "the peer of a party that is interrupted learns no more than that it is off" {
    # SEC-19
    start alice gc-run garble "$CIRCUITS/add8.txt" -i a=1 --listen "unix:$PWD/s"
    is_listening alice
    socat -u "UNIX-CONNECT:$PWD/s" CREATE:heard 3>&- &
    pids[socat]=$!
    until_true test -s heard
    kill -TERM "${pids[alice]}"
    finish alice; expect 143
    wait "${pids[socat]}" || true
    [[ "$(tr -d '\0' <heard)" != *interrupt* ]]
}
