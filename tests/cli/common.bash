# Helpers of the command-line tests. BINDIR holds the built tools, CIRCUITS the test circuits,
# SRCDIR is the top of the sources.
bats_require_minimum_version 1.5.0

[ -x "${BINDIR:-}/gc-run" ] || { echo "BINDIR has no gc-run" >&2; exit 1; }
: "${SRCDIR:=$BATS_TEST_DIRNAME/../..}"
: "${CIRCUITS:=$SRCDIR/tests/circuits}"
: "${GC_CIRCUITS_DIR:=$BINDIR/circuits}"
export BINDIR GC_CIRCUITS_DIR

# Seconds in which all that a test waits for comes, however busy the machine; no test waits longer,
# whatever goes wrong.
LIMIT=60

setup()
{
    mkdir "$BATS_TEST_TMPDIR/work"
    cd "$BATS_TEST_TMPDIR/work"
    for name in $(env | sed -n 's/^\(GC_[A-Z_a-z0-9]*\)=.*/\1/p'); do
        [ "$name" = GC_CIRCUITS_DIR ] || unset "$name"
    done
    declare -gA pids=()
}

teardown()
{
    for pid in "${pids[@]}"; do
        kill -KILL "$pid" 2>/dev/null || true
    done
}

# try TOOL ARGUMENT...: runs it; leaves $status, $output (stdout) and $stderr.
try()
{
    local tool=$1
    shift
    run --separate-stderr timeout -k 1 $LIMIT "$BINDIR/$tool" "$@"
}

# expect STATUS [STDERR-PART...]: what the last try was to end with.
expect()
{
    if [ "$status" -ne "$1" ]; then
        echo "status $status, not $1; stdout: $output; stderr: $stderr"
        return 1
    fi
    shift
    for part in "$@"; do
        if [[ "$stderr" != *"$part"* ]]; then
            echo "stderr has no '$part': $stderr"
            return 1
        fi
    done
}

# silent: nothing on stdout.
silent()
{
    [ -z "$output" ] || { echo "stdout: $output"; return 1; }
}

# start NAME TOOL ARGUMENT...: runs it in the background; finish NAME collects it.
start()
{
    local name=$1 tool=$2
    shift 2
    : >"$name.out" >"$name.err" # it may be killed before it opens them
    "$BINDIR/$tool" "$@" >"$name.out" 2>"$name.err" </dev/null 3>&- &
    pids[$name]=$!
}

# finish NAME: waits for it, at most LIMIT seconds; leaves $status, $output and $stderr.
finish()
{
    local name=$1 pid=${pids[$1]} i
    for ((i = 0; i < LIMIT * 50; i++)); do
        kill -0 "$pid" 2>/dev/null || break
        sleep 0.02
    done
    kill -KILL "$pid" 2>/dev/null && echo "$name did not end"
    status=0
    wait "$pid" || status=$?
    unset "pids[$name]"
    output=$(cat "$name.out")
    stderr=$(cat "$name.err")
}

# until_true COMMAND...: waits for it to succeed, at most LIMIT seconds.
until_true()
{
    local i
    for ((i = 0; i < LIMIT * 20; i++)); do
        "$@" 2>/dev/null && return 0
        sleep 0.05
    done
    echo "never came true: $*"
    return 1
}

# has_child NAME: leaves its child in $child, once there is one that runs gc-run itself: in the build
# folder tools start as scripts, which have children of their own.
has_child()
{
    child=$(pgrep -P "${pids[$1]}") && [[ $(readlink "/proc/$child/exe") == *gc-run ]]
}

# start_long_local: a gc-run local, called run, that no machine ends before it is stopped; its child
# is in $child.
start_long_local()
{
    awk 'BEGIN { n = 50000; print n, n + 2; print 2, 1, 1; print 1, 1
                 for (i = 0; i < n; i++) print 2, 1, i, i + 1, i + 2, "AND" }' >long.txt
    start run gc-run local long.txt -i 0=1 -i 1=1 --instances 1000000 --max-memory 64G
    until_true has_child run
}

# is_listening NAME: waits for it to say so. A socket is there a little before that.
is_listening()
{
    until_true grep -q 'listening on' "$1.err"
}

# port_of NAME: the port that a listener on port 0 chose.
port_of()
{
    is_listening "$1"
    sed -n 's/.*listening on .*:\([0-9]*\)$/\1/p' "$1.err"
}

# A tool that waits for a peer that does not come.
wait_alone()
{
    start "$1" gc-run garble "$CIRCUITS/add8.txt" -i a=1 --listen "unix:$PWD/$1.sock" "${@:2}"
    until_true test -S "$1.sock"
}

json()
{
    python3 -c '
import json, sys
value = json.load(sys.stdin)
for key in sys.argv[1].split("."):
    value = value[int(key)] if isinstance(value, list) else value[key]
print(json.dumps(value))' "$1"
}
