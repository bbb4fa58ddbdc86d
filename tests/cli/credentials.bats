# Identities, pre-shared keys, strangers.
load common

setup_file()
{
    cd "$BATS_FILE_TMPDIR"
    for name in alice bob mallory; do "$BINDIR/gc-keygen" -o $name.key >$name.pub; done
    "$BINDIR/gc-keygen" --psk -o psk
    "$BINDIR/gc-keygen" --psk -o other.psk
}

K() { echo "$BATS_FILE_TMPDIR/$1"; }

garble() { start alice gc-run garble "$CIRCUITS/add8.txt" -i a=1 --listen "unix:$PWD/s" "$@"; }
evaluate() { start bob gc-run evaluate "$CIRCUITS/add8.txt" -i b=2 --connect "unix:$PWD/s" "$@"; }

@test "gc-keygen: a private file and one line" {
    try gc-keygen -o k
    expect 0
    [[ "$output" =~ ^sotto-ed25519:[A-Za-z0-9_-]{43}$ ]]
    [ "$(stat -c %a k)" = 600 ]
    local key=$output
    try gc-keygen --public k; expect 0; [ "$output" = "$key" ]
    try gc-keygen -o k; expect 10 "k"; silent
    try gc-keygen --public k; [ "$output" = "$key" ]
    try gc-keygen --psk -o k; expect 10; silent
    try gc-keygen --psk -o p; expect 0; silent
    [ "$(stat -c %a p)" = 600 ]
    # What gc-run takes from the environment is not meant for it.
    GC_PSK=p GC_OUTPUT=e try gc-keygen -o i; expect 0; [ "$output" = "$("$BINDIR/gc-keygen" --public i)" ]
    GC_OUTPUT=e try gc-keygen; expect 2; [ ! -e e ]
    try gc-keygen -o no/such/k; expect 10; silent
    try gc-keygen --public missing; expect 3; silent
    try gc-keygen --public p; expect 3; silent
    chmod 640 k
    try gc-keygen --public k; expect 3 "others may read"; silent
}

@test "two identities over a unix socket and TCP" {
    garble --identity "$(K alice.key)" --peer "$(K bob.pub)" --json
    evaluate --identity "$(K bob.key)" --peer "$(cat "$(K alice.pub)")" --json
    finish alice; expect 0
    [ "$(json peer <<<"$output")" = "\"$(cat "$(K bob.pub)")\"" ]
    finish bob; expect 0; [ "$(json result.result <<<"$output")" = 3 ]
    start alice gc-run garble "$CIRCUITS/add8.txt" -i a=1 --listen :0 \
        --identity "$(K alice.key)" --peer "$(K bob.pub)"
    start bob gc-run evaluate "$CIRCUITS/add8.txt" -i b=2 --connect "127.0.0.1:$(port_of alice)" \
        --identity "$(K bob.key)" --peer "$(K alice.pub)"
    finish alice; expect 0; [[ "$stderr" != *"not encrypted"* ]]
    finish bob; expect 0
}

@test "a pre-shared key" {
    garble --psk "$(K psk)" --json
    evaluate --psk "$(K psk)"
    finish alice; expect 0; [ "$(json peer <<<"$output")" = '"psk"' ]
    finish bob; expect 0; [ "$output" = "result = 3" ]
    garble --psk "$(K psk)"
    evaluate --psk "$(K other.psk)"
    finish alice; expect 23; silent
    finish bob; silent
    [[ "$status" =~ ^(22|23)$ ]]
}

@test "credentials from the environment" {
    GC_IDENTITY=$(K alice.key) GC_PEER=$(K bob.pub) garble -q
    GC_IDENTITY=$(K bob.key) GC_PEER=$(K alice.pub) evaluate -q
    finish alice; expect 0; [ "$output" = 3 ]; [ -z "$stderr" ]
    finish bob; expect 0
    GC_IDENTITY=$(K mallory.key) GC_PEER=$(K bob.pub) garble --psk "$(K psk)"
    evaluate --psk "$(K psk)"
    finish alice; expect 0
    finish bob; expect 0
}

@test "SEC-12: a wrong key is 23" {
    garble --identity "$(K alice.key)" --peer "$(K bob.pub)"
    evaluate --identity "$(K mallory.key)" --peer "$(K alice.pub)"
    finish alice; expect 23 "not who it should be"; silent
    finish bob; silent; [[ "$status" =~ ^(22|23)$ ]]
    garble --identity "$(K alice.key)" --peer "$(K bob.pub)"
    evaluate --identity "$(K bob.key)" --peer "$(K mallory.pub)"
    finish bob; expect 23 "not who it should be"; silent
    finish alice; silent; [[ "$status" =~ ^(22|23)$ ]]
}

@test "SEC-12: one side without credentials" {
    garble --identity "$(K alice.key)" --peer "$(K bob.pub)"
    evaluate
    finish alice; expect 23 "does not speak TLS"; silent
    finish bob; silent; [ "$status" -ne 0 ]
    garble
    evaluate --identity "$(K bob.key)" --peer "$(K alice.pub)"
    finish alice; expect 24 "speaks TLS, and this side does not"; silent
    [[ "$stderr" == *"need credentials that fit"* && "$stderr" == *"--insecure"* ]]
    finish bob; expect 23 "does not speak TLS"; silent
}

@test "SEC-12: an identity at one side, a pre-shared key at the other" {
    garble --psk "$(K psk)"
    evaluate --identity "$(K bob.key)" --peer "$(K alice.pub)"
    finish alice; silent; [[ "$status" =~ ^(22|23)$ ]]
    finish bob; silent; [[ "$status" =~ ^(22|23)$ ]]
    garble --identity "$(K alice.key)" --peer "$(K bob.pub)"
    evaluate --psk "$(K psk)"
    finish alice; silent; [[ "$status" =~ ^(22|23)$ ]]
    finish bob; expect 23 "a pre-shared key is"; silent
    [[ "$stderr" == *"need credentials that fit"* && "$stderr" != *clock* ]]
}

@test "--keep-listening ignores strangers" {
    garble --identity "$(K alice.key)" --peer "$(K bob.pub)" --keep-listening
    until_true test -S s
    try gc-run evaluate "$CIRCUITS/add8.txt" -i b=9 --connect "unix:$PWD/s" \
        --identity "$(K mallory.key)" --peer "$(K alice.pub)"
    [ "$status" -ne 0 ]; silent
    printf 'GET / HTTP/1.0\r\n\r\n' | socat - "UNIX-CONNECT:$PWD/s" >/dev/null 3>&- || true
    evaluate --identity "$(K bob.key)" --peer "$(K alice.pub)"
    finish bob; expect 0; [ "$output" = "result = 3" ]
    finish alice; expect 0 "ignored a caller"; [ "$output" = "result = 3" ]
}

@test "bad credential files are 3, bad combinations 2" {
    local run=(gc-run garble "$CIRCUITS/add8.txt" -i a=1 --listen :0 --dry-run)
    try "${run[@]}" --identity "$(K alice.key)"; expect 2 "--peer"
    try "${run[@]}" --peer "$(K bob.pub)"; expect 2 "--identity"
    try "${run[@]}" --identity "$(K alice.key)" --psk "$(K psk)"; expect 2
    try "${run[@]}" --peer "$(K bob.pub)" --psk "$(K psk)"; expect 2
    try "${run[@]}" --identity missing --peer "$(K bob.pub)"; expect 3 "missing"
    try "${run[@]}" --identity "$(K alice.key)" --peer sotto-ed25519:short; expect 3
    try "${run[@]}" --identity "$(K alice.key)" --peer missing; expect 3
    try "${run[@]}" --psk missing; expect 3
    try "${run[@]}" --psk "$(K alice.key)"; expect 3
    cp "$(K psk)" psk; chmod 644 psk
    try "${run[@]}" --psk psk; expect 3 "others may read"
    try "${run[@]}" --identity "$(K alice.key)" --peer "$(K bob.pub)"; expect 0; silent
}
