#!/bin/sh
# SEC-9, SEC-10: the constant-time check, for each compiler and optimisation level and each
# instruction set that valgrind can run; the others are held to a rule on their assembly.
set -eu
cd "$(dirname "$0")/../.."
. tests/scripts/setup.sh

run() {
    valgrind -q --error-exitcode=9 --suppressions=tests/ctime/libsodium.supp "$@"
}

check_build() {
    name=$1
    shift
    configure_in "$name" --disable-shared --enable-valgrind "$@"
    make_in "$name" tests/ctime/ctime
    program=build/$name/tests/ctime/ctime
    if run "$program" leak >/dev/null 2>&1; then
        say "$name: valgrind does not see a branch on a secret made on purpose"
        return 1
    fi
    for isa in portable aesni; do
        status=0
        run "$program" "$isa" >"build/$name/ctime-$isa.log" 2>&1 || status=$?
        case $status in
        0) say "$name: $isa: no branch or address depends on a secret" ;;
        77) say "$name: $isa: not on this machine" ;;
        *)
            cat "build/$name/ctime-$isa.log" >&2
            return 1
            ;;
        esac
    done
    # At -O1 gcc keeps addresses in vector and mask registers in ways that the rule cannot follow.
    case $name in
    *-O1) ;;
    *) tests/scripts/check-kernels.sh "build/$name" ;;
    esac
}

check_build ctime-gcc-O1 CC=gcc CFLAGS='-g -O1'
check_build ctime-gcc-O2 CC=gcc CFLAGS='-g -O2'
check_build ctime-gcc-O3 CC=gcc CFLAGS='-g -O3'
check_build ctime-clang-O2 CC=clang CFLAGS='-gdwarf-4 -O2'
check_build ctime-clang-O3 CC=clang CFLAGS='-gdwarf-4 -O3'
