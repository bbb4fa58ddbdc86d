#!/bin/sh
# Programs that once went wrong and random ones, against the host's compiler: a few by default,
# RANDOM_PROGRAMS of them from seed RANDOM_SEED when set. Reports in the Test Anything Protocol.
[ -n "$(command -v python3)" ] || {
    echo "1..0 # SKIP python3 is not there"
    exit 0
}
exec python3 "$SRCDIR/tests/compiler/random/run.py" --file "$SRCDIR"/tests/compiler/random/found/*.c \
    --count "${RANDOM_PROGRAMS:-40}" --seed "${RANDOM_SEED:-1}"
