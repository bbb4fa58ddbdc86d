#!/usr/bin/env bats
# The examples of the manual pages and of the README, run as they stand.

load docs.bash

# A folder with the files that examples speak of.
setup() {
    cd "$BATS_TEST_TMPDIR"
    export PATH=$BINDIR:$PATH
    mkdir here
    cd here
    cp "$GC_CIRCUITS_DIR"/millionaires.{txt,json} .
    blocks "$MAN/bristol.5" "circuit less.txt" >less.txt
    blocks "$MAN/bristol.5" "circuit less.old.txt" >less.old.txt
    [ -s less.txt ]
    [ -s less.old.txt ]
}

# run_block FILE NAME N: runs the block's commands here and compares what they print. The two
# machines of a session are this one, and meet at a unix socket.
run_block() {
    block "$1" "$2" "$3" >"$BATS_TEST_TMPDIR/session.$2"
    commands_of <"$BATS_TEST_TMPDIR/session.$2" |
        sed -e "s|[a-z]*\.example:7766|unix:$BATS_TEST_TMPDIR/link|" \
            -e "s| :7766| unix:$BATS_TEST_TMPDIR/link|" >"$BATS_TEST_TMPDIR/script.$2"
    [ -s "$BATS_TEST_TMPDIR/script.$2" ]
    bash "$BATS_TEST_TMPDIR/script.$2" >"$BATS_TEST_TMPDIR/printed.$2" 3>&-
    diff "$BATS_TEST_TMPDIR/printed.$2" <(printed_of <"$BATS_TEST_TMPDIR/session.$2")
}

# Every marked block but those of sessions, which take two.
run_page() {
    n=0
    while read -r name; do
        [[ $name != @(session|network|file|program)\ * ]] || continue
        run_block "$1" "$name" 1
        n=$((n + 1))
    done < <(names "$1")
    [ "$n" -ge 1 ]
}

# Alice and Bob each in a folder of their own. Public keys travel between their blocks; a
# pre-shared key is brought along. Blocks are called "session alice", or what the second argument
# says in place of "session".
run_session() {
    kind=${2:-session}
    cp -r ../here ../alice
    mv ../here ../bob
    gc-keygen --psk -o ../alice/both.key
    cp -p ../alice/both.key ../bob
    n=$(grep -c "test: $kind alice" "$1")
    [ "$n" -ge 1 ]
    for i in $(seq "$n"); do
        (cd ../alice && run_block "$1" "$kind alice" "$i") 3>&- &
        alice=$!
        (cd ../bob && run_block "$1" "$kind bob" "$i")
        wait "$alice"
        cp ../alice/*.pub ../bob 2>/dev/null || true
        cp ../bob/*.pub ../alice 2>/dev/null || true
    done
}

# files PAGE KIND: writes the blocks called "KIND NAME" to files of these names, and tells them.
files() {
    while read -r kind file; do
        [ "$kind" = "$2" ] || continue
        blocks "$1" "$kind $file" >"$file"
        [ -s "$file" ]
        echo "$file"
    done < <(names "$1")
}

# _BitInt is not in every compiler.
has_bit_int() {
    echo '_BitInt(9) x;' | $1 -x c -w -c -o /dev/null - 2>/dev/null
}

@test "gc-cc(1): examples" {
    files "$MAN/gc-cc.1" file
    run_page "$MAN/gc-cc.1"
}

@test "gc-c(7): every program agrees with the host's compiler" {
    n=0
    for file in $(files "$MAN/gc-c.7" program); do
        compiler=$CC
        ! grep -q _BitInt "$file" || has_bit_int "$compiler" || compiler=clang
        if ! grep -q _BitInt "$file" || has_bit_int "$compiler"; then
            CC=$compiler gc-cc "$file" --check=200
        else
            gc-cc "$file" --stats >/dev/null
        fi
        n=$((n + 1))
    done
    [ "$n" -ge 14 ]
}

@test "gc-c(7): examples" {
    files "$MAN/gc-c.7" program
    run_page "$MAN/gc-c.7"
}

@test "gc-run(1): examples" { run_page "$MAN/gc-run.1"; }
@test "gc-run(1): two machines" { run_session "$MAN/gc-run.1"; }
@test "gc-info(1): examples" { run_page "$MAN/gc-info.1"; }
@test "gc-keygen(1): examples" { run_page "$MAN/gc-keygen.1"; }
@test "sotto-circuits(7): examples" {
    mkdir -p share/sotto/circuits
    ln -s "$SRCDIR"/circuits/*.[ch] "$GC_CIRCUITS_DIR"/*.{txt,json} share/sotto/circuits
    run_page "$MAN/sotto-circuits.7"
}
@test "gc-millionaires(1): examples" { run_page "$MAN/gc-millionaires.1"; }
@test "gc-millionaires(1): two machines" { run_session "$MAN/gc-millionaires.1"; }
@test "README: a function of your own" {
    files "$SRCDIR/README.md" file
    run_page "$SRCDIR/README.md"
}
# The models of the tree lie where the examples run.
@test "gc-nn(1): two machines" {
    [ -x "$BINDIR/gc-nn" ] || skip "gc-nn is not built"
    cp "$SRCDIR"/apps/nn/models/heart-* .
    run_session "$MAN/gc-nn.1"
}
@test "gc-nn-tutorial(7): a hospital and a model owner" {
    [ -x "$BINDIR/gc-nn" ] || skip "gc-nn is not built"
    cp "$SRCDIR"/apps/nn/models/breast-cancer-* .
    run_session "$MAN/gc-nn-tutorial.7"
}
@test "gc-nn(1): examples" {
    [ -x "$BINDIR/gc-nn" ] || skip "gc-nn is not built"
    cp "$SRCDIR"/apps/nn/models/heart-* .
    run_page "$MAN/gc-nn.1"
}
@test "README: a first session" { run_session "$SRCDIR/README.md"; }
@test "README: a neural network's answer" {
    [ -x "$BINDIR/gc-nn" ] || skip "gc-nn is not built"
    cp "$SRCDIR"/apps/nn/models/breast-cancer-* .
    for name in alice bob; do gc-keygen -o $name.key >$name.pub; done
    run_session "$SRCDIR/README.md" network
}

@test "bristol(5): both examples are one circuit, and it compares" {
    [ "$(gc-info less.txt | grep digest)" = "$(gc-info less.old.txt | grep digest)" ]
    [ "$(gc-info less.old.txt | grep format)" = "format: bristol" ]
    for pair in 0:0:0 0:1:1 1:0:0 1:1:0; do
        IFS=: read -r a b below <<<"$pair"
        [ "$(gc-run clear less.old.txt -q -i "0=$a" -i "1=$b")" = "$below" ]
    done
}

@test "sotto-interface(5): the example fits a circuit" {
    cat >less8.txt <<'CIRCUIT'
1 17
2 8 8
1 1

2 1 0 8 16 AND
CIRCUIT
    blocks "$MAN/sotto-interface.5" "interface less8.json" >less8.json
    [[ $(gc-info less8.txt) == *"input alice: uint8_t of the garbler"* ]]
    [[ $(gc-info less8.txt) == *"output result: bool"* ]]
}
