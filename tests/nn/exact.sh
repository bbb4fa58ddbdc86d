#!/bin/sh
# The secure run of every model of apps/nn/models is the integer reference bit for bit: the scores
# and the labels of its rows, 1000 of them, or 100 for a convolutional network, over loopback and
# between two network namespaces, over TCP and TLS. The rows are those of the model's tests, then
# ones that make_rows makes. With FEW_ROWS set there are a tenth as many. Namespaces need root.
# Reports in the Test Anything Protocol.
models=$SRCDIR/apps/nn/models
names="breast-cancer-logistic breast-cancer-mlp heart-logistic heart-mlp wine-mlp digits-mlp \
fashion-mlp fashion-cnn"
owner=nn-owner-$$
asker=nn-asker-$$

work=$(mktemp -d) || exit 1
server=
# shellcheck disable=SC2317 # the trap calls it
clean_up() {
    [ -z "$server" ] || kill "$server" 2>/dev/null
    ip netns del "$owner" 2>/dev/null
    ip netns del "$asker" 2>/dev/null
    rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

# Interfaces are made within the namespaces, so that they go with them.
connect() {
    ip netns add "$owner" && ip netns add "$asker" &&
        ip -n "$owner" link add cable type veth peer name cable netns "$asker" &&
        ip -n "$owner" addr add 10.67.0.1/24 dev cable &&
        ip -n "$asker" addr add 10.67.0.2/24 dev cable &&
        ip -n "$owner" link set cable up && ip -n "$asker" link set cable up
}

# Why there are no namespaces, or nothing.
no_namespaces=
if [ "$(id -u)" -ne 0 ]; then
    no_namespaces="only root may make network namespaces"
elif ! command -v ip >/dev/null; then
    no_namespaces="no ip: install iproute2"
elif ! connect >"$work/log" 2>&1; then
    no_namespaces="no network namespaces here: $(tail -n 1 "$work/log")"
fi

# prepare NAME: makes model.gcnn, names its rows in $rows, and writes the answers of the reference.
prepare() {
    count=1000
    [ "$1" != fashion-cnn ] || count=100
    [ -z "${FEW_ROWS:-}" ] || count=$((count / 10))
    case $1 in
    fashion-*)
        rows=$work/rows.raw
        "$BINDIR/gc-nn" quantize "$models/$1.onnx" -q -o "$work/model.gcnn" \
            --calibrate "$models/fashion-calibrate.raw" --input-scale 0.00392156862745098 &&
            "$BUILDDIR/tests/nn/make_rows" "$work/model.gcnn" $count "$models/fashion-test.raw" \
                >"$rows" || return 1
        ;;
    *)
        rows=$work/rows.csv
        "$BINDIR/gc-nn" quantize "$models/$1.onnx" -q -o "$work/model.gcnn" \
            --calibrate "$models/${1%-*}-calibrate.csv" &&
            "$BUILDDIR/tests/nn/make_rows" "$work/model.gcnn" $count \
                "$models/${1%-*}-test.csv" >"$rows" || return 1
        ;;
    esac
    for what in label scores; do
        "$BINDIR/gc-nn" clear "$work/model.gcnn" -q --input "$rows" --reveal $what --integers \
            >"$work/clear-$what" || return 1
        [ "$(wc -l <"$work/clear-$what")" -eq $count ] || return 1
    done
}

listens() {
    tries=0
    until port=$(sed -n 's/.*listening on .*:\([0-9]*\).*/\1/p' "$work/owner.log") &&
        [ -n "$port" ]; do
        tries=$((tries + 1))
        [ "$tries" -lt 1200 ] || return 1
        sleep 0.05
    done
}

# agree WAY WHAT: the secure answers are those of the reference.
agree() {
    address=127.0.0.1
    at_owner=
    at_asker=
    if [ "$1" = namespaces ]; then
        address=10.67.0.1
        at_owner="ip netns exec $owner"
        at_asker="ip netns exec $asker"
    fi
    : >"$work/owner.log"
    $at_owner "$BINDIR/gc-nn" serve "$work/model.gcnn" --once --reveal "$2" \
        --listen "$address:0" --identity "$work/a.key" --peer "$work/b.pub" \
        2>"$work/owner.log" &
    server=$!
    listens || return 1
    # shellcheck disable=SC2086 # a list of words
    timeout 300 $at_asker "$BINDIR/gc-nn" query --connect "$address:$port" -q --integers \
        --identity "$work/b.key" --peer "$work/a.pub" --input "$rows" >"$work/answers" || return 1
    wait "$server" || return 1
    server=
    diff "$work/clear-$2" "$work/answers"
}

number=0
status=0
# report WAY WHAT NAME: one case.
report() {
    number=$((number + 1))
    if [ "$1" = namespaces ] && [ -n "$no_namespaces" ]; then
        echo "ok $number - $3: $2 between namespaces # SKIP $no_namespaces"
    elif agree "$1" "$2" >"$work/log" 2>&1; then
        echo "ok $number - $3: $2 of $count rows, $1"
    else
        echo "not ok $number - $3: $2 of $count rows, $1"
        head -n 20 "$work/log" "$work/owner.log" | sed 's/^/# /'
        status=1
        [ -z "$server" ] || kill "$server" 2>/dev/null
        server=
    fi
}

"$BINDIR/gc-keygen" -o "$work/a.key" >"$work/a.pub" || status=1
"$BINDIR/gc-keygen" -o "$work/b.key" >"$work/b.pub" || status=1

# shellcheck disable=SC2086 # a list of words
set -- $names
echo "1..$((4 * $#))"
for name in $names; do
    if ! prepare "$name" >"$work/log" 2>&1; then
        sed 's/^/# /' "$work/log"
        echo "Bail out! $name cannot be prepared"
        exit 1
    fi
    for way in loopback namespaces; do
        for what in label scores; do report $way $what "$name"; done
    done
done
exit $status
