#!/bin/sh
# Every model of apps/nn/models between two network namespaces, over TCP and TLS on a virtual cable:
# all rows of its tests are answered as gc-nn clear answers them. Namespaces need root. Reports in
# the Test Anything Protocol.
models=$SRCDIR/apps/nn/models
names="breast-cancer-logistic breast-cancer-mlp heart-logistic heart-mlp wine-mlp digits-mlp \
fashion-mlp fashion-cnn"
owner=nn-owner-$$
asker=nn-asker-$$

skip() {
    echo "1..0 # SKIP $1"
    exit 0
}

[ "$(id -u)" -eq 0 ] || skip "only root may make network namespaces"
command -v ip >/dev/null || skip "no ip: install iproute2"

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
connect >"$work/log" 2>&1 || skip "no network namespaces here: $(tail -n 1 "$work/log")"

# quantised NAME: makes model.gcnn, and names its rows in $rows.
quantised() {
    case $1 in
    fashion-*)
        rows=$models/fashion-test.raw
        "$BINDIR/gc-nn" quantize "$models/$1.onnx" -q -o "$work/model.gcnn" \
            --calibrate "$models/fashion-calibrate.raw" --input-scale 0.00392156862745098
        ;;
    *)
        rows=$models/${1%-*}-test.csv
        "$BINDIR/gc-nn" quantize "$models/$1.onnx" -q -o "$work/model.gcnn" \
            --calibrate "$models/${1%-*}-calibrate.csv"
        ;;
    esac
}

listens() {
    tries=0
    until grep -q 'listening on' "$work/owner.log"; do
        tries=$((tries + 1))
        [ "$tries" -lt 200 ] || return 1
        sleep 0.05
    done
}

# agree NAME: the answers across the cable are those in the clear, and there are some.
agree() {
    quantised "$1" || return 1
    : >"$work/owner.log"
    ip netns exec "$owner" "$BINDIR/gc-nn" serve "$work/model.gcnn" --once \
        --listen 10.67.0.1:7766 --identity "$work/a.key" --peer "$work/b.pub" \
        2>"$work/owner.log" &
    server=$!
    listens || return 1
    timeout 300 ip netns exec "$asker" "$BINDIR/gc-nn" query --connect 10.67.0.1:7766 -q \
        --identity "$work/b.key" --peer "$work/a.pub" --input "$rows" >"$work/answers" || return 1
    wait "$server" || return 1
    server=
    "$BINDIR/gc-nn" clear "$work/model.gcnn" -q --input "$rows" >"$work/clear" || return 1
    [ -s "$work/clear" ] && diff "$work/clear" "$work/answers"
}

status=0
"$BINDIR/gc-keygen" -o "$work/a.key" >"$work/a.pub" || status=1
"$BINDIR/gc-keygen" -o "$work/b.key" >"$work/b.pub" || status=1

# shellcheck disable=SC2086 # a list of words
set -- $names
echo "1..$#"
count=0
for name in $names; do
    count=$((count + 1))
    if agree "$name" >"$work/log" 2>&1; then
        echo "ok $count - $name: $(wc -l <"$work/answers") rows"
    else
        echo "not ok $count - $name"
        sed 's/^/# /' "$work/log" "$work/owner.log"
        status=1
        [ -z "$server" ] || kill "$server" 2>/dev/null
        server=
    fi
done
exit $status
