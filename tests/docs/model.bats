#!/usr/bin/env bats
# SEC-1: the adversary model stands wherever a user looks first, in plain words, and semi-honest
# security is nowhere passed off as more.

load docs.bash

says() {
    grep -qiF -e "$2" <<<"$1" || {
        echo "missing: $2"
        return 1
    }
}

# The model, and what either party can do when it cheats.
says_model() {
    says "$1" "semi-honest"
    says "$1" "another function"
    grep -qiE 'lie (to the garbler )?about the (outputs?|result)' <<<"$1"
}

says_page_model() {
    text=$(words "$1")
    says_model "$text"
    says "$text" "semi-honest parties only"
    says "$text" "does not protect against a party that departs from the protocol"
}

@test "--help of gc-run states the model and what a cheat can do" {
    says_model "$("$BINDIR/gc-run" --help | tr -s '[:space:]' ' ')"
}

@test "--help of gc-millionaires states the model and what a cheat can do" {
    text=$("$BINDIR/gc-millionaires" --help | tr -s '[:space:]' ' ')
    says "$text" "semi-honest"
    says "$text" "cheats is not caught"
    says "$text" "learn the other's figure"
    says "$text" "lie about the answer"
}

@test "--help of gc-info, gc-keygen and gc-bench names the model" {
    for tool in gc-info gc-keygen gc-bench; do
        text=$("$BINDIR/$tool" --help | tr -s '[:space:]' ' ')
        says "$text" "semi-honest"
        says "$text" "not from one that cheats"
    done
}

@test "the manual pages of the tools state the model" {
    for tool in $TOOLS; do says_page_model "$MAN/$tool.1"; done
}

@test "sotto(3) and sotto(7) state the model" {
    says_page_model "$MAN/sotto.3"
    says_page_model "$MAN/sotto.7"
}

@test "the public header states the model, at its top and where a session is made" {
    text=$(words "$SRCDIR/lib/sotto.h")
    says_model "${text%%Conventions*}"
    says "${text##*Prepares a run}" "semi-honest security"
}

@test "README and SECURITY.md state the model" {
    says_model "$(words "$SRCDIR/README.md")"
    says_model "$(words "$SRCDIR/SECURITY.md")"
}

@test "the JSON of a run names the model" {
    cp "$GC_CIRCUITS_DIR"/millionaires.{txt,json} "$BATS_TEST_TMPDIR"
    cd "$BATS_TEST_TMPDIR"
    [[ $("$BINDIR/gc-run" local millionaires.txt -i alice=1 -i bob=2 --json) == \
        *'"security":"semi-honest"'* ]]
    [[ $("$BINDIR/gc-run" clear millionaires.txt -i alice=1 -i bob=2 --json) == \
        *'"security":"none"'* ]]
}

# Sentences on the standard input that speak of malicious parties and deny nothing.
malicious_claims() {
    sed 's/[.:;|] /\n/g' | grep -i malicious | grep -viwE 'not|no|none|never|cannot' || true
}

no_claims() {
    [ -z "$2" ] || {
        echo "$1: $2"
        return 1
    }
}

# A sentence that speaks of malicious parties denies something, or is of the OT handle alone.
# sotto-protocol(7) describes both models, and says which is whose.
@test "security against malicious parties is promised by the OT handle, and nowhere else" {
    for file in "$MAN"/*.[1-9] "$SRCDIR"/*.md "$SRCDIR/NEWS" "$SRCDIR/lib/sotto.h"; do
        case $file in */sotto-ot.3) continue ;; esac
        if [[ $file == */sotto-protocol.7 ]]; then
            [[ "$(words "$file")" == *"The malicious model is that of OT handles alone"* ]]
            [[ "$(words "$file")" == *"It does not make runs any safer"* ]]
            continue
        fi
        claims=$(words "$file" | malicious_claims)
        no_claims "$file" "$(grep -vE 'sotto[-_]ot' <<<"$claims" || true)"
        no_claims "$file" "$(grep -iE 'session|gc-|evaluator|garbler' <<<"$claims" || true)"
    done
    for tool in $TOOLS; do
        no_claims "$tool" "$("$BINDIR/$tool" --help | tr -s '[:space:]' ' ' | malicious_claims)"
    done
}

@test "sotto-ot(3) and its header promise it of no session and no tool" {
    for file in "$MAN/sotto-ot.3" "$SRCDIR/lib/sotto-ot.h"; do
        no_claims "$file" "$(words "$file" | malicious_claims |
            grep -iE 'gc-|garbler|evaluator|sotto_session|sessions' || true)"
    done
}

@test "sotto-ot(3) and SECURITY.md say how far the OT handle's malicious model goes" {
    text=$(words "$MAN/sotto-ot.3")
    says "$text" "the protocol is semi-honest"
    says "$text" "has not been reviewed independently"
    says "$text" "sessions of sotto(3) and the tools do not use it"
    says "$(words "$SRCDIR/SECURITY.md")" "has not been reviewed independently"
}

@test "a malicious model asked for is refused, and not weakened" {
    cp "$GC_CIRCUITS_DIR"/millionaires.{txt,json} "$BATS_TEST_TMPDIR"
    cd "$BATS_TEST_TMPDIR"
    run "$BINDIR/gc-run" local millionaires.txt -i alice=1 -i bob=2 --security malicious
    [ "$status" -eq 2 ]
    [[ $output == *"not built yet"* ]]
}
