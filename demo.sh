#!/bin/sh
# Two millionaires find out who is richer, and nothing else: two processes, each with its own
# secret, over TLS 1.3 with pinned keys. Installs and builds what is missing first.
set -eu
cd "$(dirname "$0")"
. tests/scripts/setup.sh

# shellcheck disable=SC2086 # a list of words
install_packages $BUILD_PACKAGES
bootstrap
configure_in demo --disable-static
[ -e build/demo/gc-millionaires ] || say "building, which takes a minute or more"
make_in demo

bin=$PWD/build/demo
GC_CIRCUITS_DIR=$PWD/build/demo/circuits
export GC_CIRCUITS_DIR
work=$(mktemp -d)
alice=
trap 'rm -rf "$work"; [ -z "$alice" ] || kill "$alice" 2>/dev/null || :' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
cd "$work"

echo "Alice and Bob each make an identity and give the other its public line."
"$bin/gc-keygen" -o alice.key >alice.pub
"$bin/gc-keygen" -o bob.key >bob.pub
echo "  alice: $(cat alice.pub)"
echo "  bob:   $(cat bob.pub)"
echo
echo "Alice owns 5_300_000 and waits; Bob owns 4_100_000 and calls."

echo 5_300_000 |
    "$bin/gc-millionaires" --listen 127.0.0.1:0 --identity alice.key --peer bob.pub \
        --stats >alice.out 2>alice.err &
alice=$!
# She listens before long, or ends and says why.
address=
while [ -z "$address" ] && kill -0 "$alice" 2>/dev/null; do
    sleep 0.1
    address=$(sed -n 's/^gc-millionaires: listening on //p' alice.err)
done
status=0
echo 4_100_000 |
    "$bin/gc-millionaires" --connect "$address" --identity bob.key --peer alice.pub \
        --stats >bob.out 2>bob.err || status=$?
wait "$alice" || status=$?
alice=

for side in alice bob; do
    echo
    echo "--- $side ---"
    cat "$side.err" "$side.out"
done
[ "$status" -eq 0 ] || exit "$status"
echo
echo "Both know who is richer; neither has seen the other's figure."
