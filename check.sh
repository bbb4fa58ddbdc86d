#!/bin/sh
# Runs every test and ends in a line "N passed, N failed". Installs and builds what is missing
# first. For extra tests, SOTTO_BRISTOL_DIR may name a folder of published circuits, SOTTO_NN_DIR one
# of networks and rows that were trained elsewhere.
set -u
cd "$(dirname "$0")" || exit 1
. tests/scripts/setup.sh
LC_ALL=C # the caller's may not be there
export LC_ALL
begun=$(date +%s)

passed=0
failed=0

# The large networks are run once, not in every build.
nn_dir=${SOTTO_NN_DIR:-}
unset SOTTO_NN_DIR

# A step that is one check: counted by its exit status, its log shown when it fails.
step() {
    name=$1
    shift
    start=$(date +%s)
    if "$@"; then
        passed=$((passed + 1))
        printf 'ok    %4ds  %s\n' $(($(date +%s) - start)) "$name"
    else
        failed=$((failed + 1))
        printf 'FAIL  %4ds  %s\n' $(($(date +%s) - start)) "$name"
    fi
}

# A step that runs a test suite: its tests are counted one by one.
suite() {
    name=$1
    dir=$2
    shift 2
    start=$(date +%s)
    log=build/$dir/suite.log
    status=0
    make -C "build/$dir" -j "$(nproc)" "$@" >"$log" 2>&1 || status=$?
    ok=$(sed -n 's/^# PASS: *//p' "$log" | awk '{n += $1} END {print n + 0}')
    skipped=$(sed -n 's/^# SKIP: *//p' "$log" | awk '{n += $1} END {print n + 0}')
    bad=$(sed -n 's/^# \(FAIL\|ERROR\|XPASS\): *//p' "$log" | awk '{n += $1} END {print n + 0}')
    [ "$status" -eq 0 ] || [ "$bad" -gt 0 ] || bad=1
    [ "$ok" -gt 0 ] || [ "$bad" -gt 0 ] || bad=1
    passed=$((passed + ok))
    failed=$((failed + bad))
    [ "$bad" -eq 0 ] && word='ok  ' || word=FAIL
    printf '%s  %4ds  %s: %d passed, %d failed, %d skipped\n' "$word" \
        $(($(date +%s) - start)) "$name" "$ok" "$bad" "$skipped"
    [ "$bad" -eq 0 ] || show_failures "$dir" "$log"
}

show_failures() {
    grep -E '^(FAIL|ERROR|XPASS)|error:|Error [0-9]' "$2" | head -n 40
    find "build/$1" -name '*.trs' -exec grep -lE '^:test-result: (FAIL|ERROR)' {} + 2>/dev/null |
        while read -r trs; do
            log=${trs%.trs}.log
            echo "--- $log"
            grep -E '^not ok|^#' "$log" | head -n 40
        done
}

# The last line is the verdict.
finish() {
    printf '      %4ds  in all\n' $(($(date +%s) - begun))
    printf '%d passed, %d failed\n' "$passed" "$failed"
    [ "$failed" -eq 0 ]
    exit
}

# shellcheck disable=SC2086 # lists of words
step 'packages are there' install_packages $BUILD_PACKAGES $TEST_PACKAGES
[ "$failed" -ne 0 ] || step 'bootstrap' bootstrap
[ "$failed" -eq 0 ] || finish # nothing can be built

step 'gcc builds without warnings' sh -c '
    . tests/scripts/setup.sh
    configure_in gcc CC=gcc --enable-werror && make_in gcc && make_in gcc check TESTS='
suite 'tests, gcc' gcc check ${nn_dir:+SOTTO_NN_DIR="$nn_dir"}
suite 'random programs and floats' gcc check-random
step 'lint' make_in gcc lint

step 'clang builds without warnings, NDEBUG' sh -c '
    . tests/scripts/setup.sh
    configure_in clang CC=clang CPPFLAGS=-DNDEBUG --disable-shared --enable-werror &&
        make_in clang && make_in clang check TESTS='
suite 'unit tests, clang, NDEBUG' clang check-unit

step 'sanitizers build' sh -c '
    . tests/scripts/setup.sh
    configure_in sanitizers CC=clang --disable-shared --enable-werror --enable-sanitizers &&
        make_in sanitizers && make_in sanitizers check TESTS='
suite 'tests, sanitizers' sanitizers check

step 'constant time under valgrind' tests/scripts/check-ctime.sh
step 'a distribution builds, passes and installs' make_in gcc distcheck

finish
