# What scripts share that report in the Test Anything Protocol: a folder of their own in $work, and
# the tests' numbers and verdict. Sourced.
# shellcheck shell=sh
count=0
status=0
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

# report STATUS NAME: one test. A failed one is told with what $work/log holds.
report() {
    count=$((count + 1))
    if [ "$1" -eq 0 ]; then echo "ok $count - $2"; else
        echo "not ok $count - $2"
        [ ! -s "$work/log" ] || sed 's/^/# /' "$work/log"
        status=1
    fi
}

# finish: the plan, and the verdict as exit status.
finish() {
    echo "1..$count"
    exit "$status"
}
