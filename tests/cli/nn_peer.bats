# gc-nn between two processes: serve and query, layers alone, what each side refuses.
# SOTTO_NN_DIR may name a folder with the two MNIST networks and MNIST's test rows.
load common

MODELS=$SRCDIR/apps/nn/models

# quantised NAME: makes NAME.gcnn.
quantised()
{
    "$BINDIR/gc-nn" quantize "$MODELS/$1.onnx" -q -o "$1.gcnn" \
        --calibrate "$MODELS/${1%-*}-calibrate.csv"
}

serve() { start alice gc-nn serve "$@" --listen "unix:$PWD/s" --once; }
query() { try gc-nn query --connect "unix:$PWD/s" "$@"; }

@test "labels are those of the integer reference, for every row of every table" {
    for name in breast-cancer-logistic breast-cancer-mlp heart-logistic heart-mlp wine-mlp \
        digits-mlp; do
        quantised $name
        rows=$MODELS/${name%-*}-test.csv
        serve $name.gcnn
        query --input "$rows" -q -o $name.txt
        expect 0
        finish alice; expect 0
        "$BINDIR/gc-nn" clear $name.gcnn -q --input "$rows" | diff - $name.txt
    done
}

@test "scores are those of the integer reference" {
    for name in heart-mlp digits-mlp breast-cancer-logistic; do
        quantised $name
        rows=$MODELS/${name%-*}-test.csv
        serve $name.gcnn --reveal scores --ot softspoken
        query --input "$rows" -q --integers -o $name.txt --ot softspoken=2
        expect 0
        finish alice; expect 0
        "$BINDIR/gc-nn" clear $name.gcnn -q --input "$rows" --reveal scores --integers |
            diff - $name.txt
    done
}

@test "what stands before Sigmoid, Softmax or ArgMax is revealed where its owner says so" {
    printf '1,2,3\n-1,0.5,4\n' >rows.csv
    for kind in sigmoid softmax argmax; do
        python3 "$SRCDIR/tests/scripts/make_onnx.py" $kind $kind.onnx
        "$BINDIR/gc-nn" quantize $kind.onnx -q --calibrate rows.csv -o $kind.gcnn
        serve $kind.gcnn --reveal logits
        query --input rows.csv -q -o $kind.txt
        expect 0
        finish alice; expect 0
        "$BINDIR/gc-nn" clear $kind.gcnn -q --input rows.csv --reveal logits | diff - $kind.txt
        diff sigmoid.txt $kind.txt
        try gc-nn clear $kind.gcnn -q --input rows.csv
        expect 0
        [ "$output" = "$(printf '%s\n' 0 1)" ]
        [ $kind = sigmoid ] && continue
        try gc-nn serve $kind.gcnn --reveal scores --listen "unix:$PWD/s"
        expect 2 "--reveal logits"
        try gc-nn check $kind.onnx --reveal scores
        expect 2 "--reveal label"
    done
    # The float model's are 6.375, 1, -0.375 and 5.25.
    tr , '\n' <sigmoid.txt | paste - <(printf '%s\n' 6.375 1 -0.375 5.25) |
        awk '{ d = $1 - $2; if (d < -0.1 || d > 0.1) exit 1 }'
    serve sigmoid.gcnn --reveal scores
    query --input rows.csv -q -o scores.txt
    expect 0
    finish alice; expect 0
    paste -d , sigmoid.txt scores.txt | awk -F , '
        function off(logit, score) { return 1 / (1 + exp(-logit)) - score }
        { for (i = 1; i <= 2; i++) { d = off($i, $(i + 2)); if (d * d > 1e-14) exit 1 } }'
}

@test "images, through convolutions and pools" {
    for name in fashion-mlp fashion-cnn; do
        "$BINDIR/gc-nn" quantize "$MODELS/$name.onnx" -q -o $name.gcnn \
            --calibrate "$MODELS/fashion-calibrate.raw" --input-scale 0.00392156862745098
        serve $name.gcnn --threads 2
        query --input "$MODELS/fashion-test.raw" -q
        expect 0
        diff <(echo "$output") "$MODELS/$name-expected.csv"
        finish alice; expect 0
    done
}

@test "MNIST by the networks that were trained elsewhere" {
    [ -n "${SOTTO_NN_DIR:-}" ] || skip "SOTTO_NN_DIR is not set"
    LIMIT=300
    gunzip -c "$SOTTO_NN_DIR/t10k-images-idx3-ubyte.gz" >images-idx3-ubyte
    head -c 784016 images-idx3-ubyte | tail -c 784000 >rows.raw
    head -c 78400 rows.raw >few.raw
    "$BINDIR/gc-nn" quantize "$SOTTO_NN_DIR/mlp-784-128-128-10.onnx" -q -o mlp.gcnn \
        --calibrate few.raw --input-scale 0.00392156862745098 --input-mean 0.1307 \
        --input-std 0.3081
    "$BINDIR/gc-nn" quantize "$SOTTO_NN_DIR/minionn-cnn.onnx" -q -o cnn.gcnn \
        --calibrate few.raw --input-scale 0.00392156862745098
    for pair in mlp:rows cnn:few; do
        serve "${pair%:*}.gcnn"
        query --input "${pair#*:}.raw" -q -o labels
        expect 0
        finish alice; expect 0
        "$BINDIR/gc-nn" clear "${pair%:*}.gcnn" -q --input "${pair#*:}.raw" | diff - labels
    done
}

# framed COUNTED PROMISED STEPS: the bytes are those that were promised, and headers of frames.
framed()
{
    local headers=$(($1 - $2))
    [ "$headers" -gt 0 ]
    [ $((headers % 8)) -eq 0 ]
    [ $((headers / 8)) -le $((4 * ($3 + 1) + $2 / 16384)) ]
}

@test "bytes on the line are those that check tells, and frames, for every model" {
    for name in breast-cancer-logistic breast-cancer-mlp heart-logistic heart-mlp wine-mlp \
        digits-mlp fashion-mlp fashion-cnn; do
        if [[ $name == fashion-* ]]; then
            "$BINDIR/gc-nn" quantize "$MODELS/$name.onnx" -q -o $name.gcnn \
                --calibrate "$MODELS/fashion-calibrate.raw" --input-scale 0.00392156862745098
            row=row.raw
            head -c 784 "$MODELS/fashion-test.raw" >$row
        else
            quantised $name
            row=row.csv
            sed -n 2p "$MODELS/${name%-*}-test.csv" >$row
        fi
        for reveal in label logits; do
            serve $name.gcnn --reveal $reveal
            query --input $row -q --json
            expect 0
            bob=$output
            finish alice; expect 0
            said=$("$BINDIR/gc-nn" check $name.gcnn --json --reveal $reveal)
            steps=$(jq '.steps | length' <<<"$said")
            owner=$(jq '.stats | [.layers[].bytes_received] | add' <<<"$bob")
            asker=$(jq '.stats | [.layers[].bytes_sent] | add' <<<"$bob")
            echo "$name, $reveal: $said; $owner $asker"
            framed "$owner" "$(jq .garbler_bytes <<<"$said")" "$steps"
            framed "$asker" "$(jq .evaluator_bytes <<<"$said")" "$steps"
        done
    done
}

@test "the data owner is told what is revealed before the row is used" {
    quantised heart-logistic
    head -n 2 "$MODELS/heart-test.csv" >row.csv
    serve heart-logistic.gcnn --reveal scores --max-queries 3
    query --input row.csv
    expect 0 "reveals to you the scores of 3 rows at most"
    finish alice; expect 0 "answered 1 row, 2 left"
}

@test "progress: rows and layers, on request, and errors on a line of their own" {
    quantised digits-mlp
    rows=$MODELS/digits-test.csv
    n=$("$BINDIR/gc-nn" clear digits-mlp.gcnn -q --input "$rows" | wc -l)
    [ "$n" -ge 100 ]
    serve digits-mlp.gcnn --progress always
    query --input "$rows" --progress always -o labels
    expect 0 "gc-nn: 0 of $n rows, layer 1 of 3, 0 %" "gc-nn: $n of $n rows"
    finish alice; expect 0 "gc-nn: 0 of $n rows, layer 1 of 3, 0 %" "gc-nn: $n of $n rows"
    serve digits-mlp.gcnn -q
    query --input "$rows" -q -o labels
    expect 0
    [[ "$stderr" != *rows* ]]
    finish alice; expect 0
    [[ "$stderr" != *rows* ]]
    # A terminal has one line, which is written over, and ends before anything else.
    serve digits-mlp.gcnn
    TERM=xterm script -qec "$BINDIR/gc-nn query --connect unix:$PWD/s --input $rows -o labels \
        --stats" typed >/dev/null
    finish alice; expect 0
    grep -q "of $n rows  *.\?$" typed
    grep -q $'\rgc-nn: 0 of '"$n rows, layer 1 of 3" typed
    try gc-nn serve digits-mlp.gcnn --progress maybe --listen "unix:$PWD/s"
    expect 2 "--progress"
}

# far MS: asks about row.csv over a line of so many milliseconds one way; what it took is in $stats.
far()
{
    start alice gc-nn serve digits-mlp.gcnn --listen "unix:$PWD/g" --once
    python3 "$SRCDIR/tests/scripts/relay.py" "$PWD/s" "$PWD/g" --delay "$1" 3>&- &
    pids[relay]=$!
    until_true test -S s
    query --input row.csv -q --json
    expect 0
    stats=$(jq -c '.stats | {setup_seconds, online_seconds}' <<<"$output")
    finish alice; expect 0
    wait "${pids[relay]}"
    unset "pids[relay]"
}

@test "on a long line a run takes its round trips, and little more" {
    quantised digits-mlp
    head -n 1 "$MODELS/digits-test.csv" >row.csv
    rounds=$("$BINDIR/gc-nn" check digits-mlp.gcnn --json | jq .round_trips)
    [ "$rounds" -eq 4 ]
    # A trip is never shorter than the line. One of a few runs knows little of what else runs here.
    for ((i = 0; i < 10; i++)); do
        far 200
        echo "$stats"
        jq -e --argjson rounds "$rounds" '.online_seconds >= 0.4 * $rounds and .setup_seconds >= 0.4' \
            <<<"$stats"
        ! jq -e --argjson rounds "$rounds" '.online_seconds < 0.4 * ($rounds + 1) and
            .setup_seconds < 0.4 * 4' <<<"$stats" || return 0
    done
    false
}

@test "more rows than are answered: 24 at the asker, and nothing is answered" {
    quantised heart-logistic
    head -n 4 "$MODELS/heart-test.csv" >rows.csv
    serve heart-logistic.gcnn --max-queries 1
    query --input rows.csv
    expect 24 "answers 1 row at most, and there are 3"
    silent
    finish alice; expect 25
}

@test "a service goes on after a session that failed, until its rows are used up" {
    quantised heart-logistic
    head -n 2 "$MODELS/heart-test.csv" >row.csv
    echo 1,2,3 >bad.csv
    start alice gc-nn serve heart-logistic.gcnn --listen "unix:$PWD/s" --max-queries 2
    query --input row.csv -q; expect 0
    query --input bad.csv; expect 3 "bad.csv"
    query --input row.csv -q; expect 0
    finish alice; expect 0 "answered 1 row, 0 left"
}

# Whoever breaks off after the answers of a batch would else ask for ever.
@test "a session that is broken off has spent its rows, and leaves no file" {
    quantised digits-mlp
    for ((i = 0; i < 20; i++)); do cat "$MODELS/digits-test.csv"; done >rows.csv
    n=$(wc -l <rows.csv)
    head -n 1 rows.csv >row.csv
    start alice gc-nn serve digits-mlp.gcnn --listen "unix:$PWD/s" --max-queries $((n + 1))
    start bob gc-nn query --connect "unix:$PWD/s" --input rows.csv --progress always -o labels
    until_true grep -q "layer 1" bob.err
    kill -KILL "${pids[bob]}"
    finish bob; expect 137
    [ "$(echo labels*)" = "labels*" ]
    query --input rows.csv
    expect 24 "answers 1 row at most"
    query --input row.csv -q
    expect 0
    finish alice; expect 0 "a session failed that asked for $n rows, 1 left" \
        "the peer closed the connection" "answered 1 row, 0 left"
}

@test "an owner that is gone: 22, no answer and no file" {
    quantised digits-mlp
    for ((i = 0; i < 20; i++)); do cat "$MODELS/digits-test.csv"; done >rows.csv
    serve digits-mlp.gcnn
    start bob gc-nn query --connect "unix:$PWD/s" --input rows.csv --progress always --json \
        -o labels
    until_true grep -q "layer 1" bob.err
    kill -KILL "${pids[alice]}"
    finish alice; expect 137
    finish bob; expect 22 "the peer closed the connection"
    [ "$(json error.code <<<"$output")" = 22 ]
    [ "$(echo labels*)" = "labels*" ]
}

@test "rows and labels that do not fit, a model that is none, another program" {
    quantised heart-logistic
    echo 1,2,3 >bad.csv
    serve heart-logistic.gcnn
    query --input bad.csv
    expect 3 "bad.csv"
    finish alice; expect 25
    try gc-nn serve "$MODELS/heart-logistic.onnx" --listen "unix:$PWD/s"
    expect 4 "gc-nn quantize"
    try gc-nn query --connect "unix:$PWD/s" --input missing.csv
    expect 3 "missing.csv"
    try gc-nn query --connect "unix:$PWD/s"
    expect 2 "--input"
    try gc-nn serve --listen "unix:$PWD/s"
    expect 2 "serve needs"
    try gc-nn query --connect "unix:$PWD/s" --input bad.csv --ot base
    expect 2 "--ot does not take 'base'"
    head -c 40 heart-logistic.gcnn >cut.gcnn
    try gc-nn serve cut.gcnn --listen "unix:$PWD/s"
    expect 4 "cut.gcnn"
    start alice gc-run garble "$CIRCUITS/add8.txt" -i a=1 --listen "unix:$PWD/s"
    head -n 2 "$MODELS/heart-test.csv" >row.csv
    query --input row.csv
    [ "$status" -eq 24 ]
    finish alice
    [ "$status" -ne 0 ]
}

# Nothing of a model that is refused is served, whichever way it comes.
@test "weights that are no numbers, overflow, nodes that are not supported, half a file: 4" {
    printf '1,2,3\n-1,0.5,4\n' >rows.csv
    make_onnx() { python3 "$SRCDIR/tests/scripts/make_onnx.py" "$1" "$1.onnx"; }
    declare -A says=([nan]="node 1, Gemm: a weight is not a finite number"
        [huge]="would overflow" [tanh]="node 2, Tanh: not supported"
        [cut]="not an ONNX file, or it is truncated")
    make_onnx good
    head -c 100 good.onnx >cut.onnx
    for name in nan huge tanh cut; do
        [ $name = cut ] || make_onnx $name
        try gc-nn quantize $name.onnx --calibrate rows.csv -o $name.gcnn
        expect 4 "${says[$name]}"
        silent
        [ ! -e $name.gcnn ]
        try gc-nn serve $name.onnx --listen "unix:$PWD/s"
        expect 4 "is not a .gcnn model"
        silent
    done
    # The same without the fault is good; a file of it that lost its end, or a bit, is not.
    "$BINDIR/gc-nn" quantize good.onnx -q --calibrate rows.csv -o good.gcnn
    size=$(stat -c %s good.gcnn)
    for ((length = 4; length < size; length += 7)); do
        head -c $length good.gcnn >half.gcnn
        try gc-nn serve half.gcnn --listen "unix:$PWD/s"
        expect 4 "half.gcnn"
        silent
    done
    for ((at = 4; at < size; at += 23)); do
        python3 -c 'import sys
data = bytearray(open("good.gcnn", "rb").read())
data[int(sys.argv[1])] ^= 4
open("bent.gcnn", "wb").write(data)' $at
        try gc-nn serve bent.gcnn --listen "unix:$PWD/s"
        expect 4 "bent.gcnn"
        silent
    done
    serve good.gcnn
    query --input rows.csv -q
    expect 0
    [ "$output" = "$("$BINDIR/gc-nn" clear good.gcnn -q --input rows.csv)" ]
    finish alice; expect 0
}

@test "rows from standard input, unless that is the connection" {
    quantised heart-mlp
    head -n 3 "$MODELS/heart-test.csv" >rows.csv
    serve heart-mlp.gcnn
    query --input - -q <rows.csv
    expect 0
    [ "$output" = "$("$BINDIR/gc-nn" clear heart-mlp.gcnn -q --input rows.csv)" ]
    finish alice; expect 0
    try gc-nn query --connect stdio: --input - -o labels <rows.csv
    expect 2 "--input -: standard input is the connection"
    try gc-nn query --connect stdio: --input rows.csv --labels - -o labels
    expect 2 "--labels -: standard input is the connection"
    for output in "" "-o -" "-o /dev/stdout"; do
        # shellcheck disable=SC2086 # a list of words
        try gc-nn query --connect stdio: --input rows.csv $output
        expect 2 "standard output is the connection" "-o FILE"
        # shellcheck disable=SC2086 # a list of words
        try gc-nn layer relu --ring 8 --connect stdio: --input rows.csv $output
        expect 2 "standard output is the connection" "-o FILE"
    done
}

# unheard: what the asker has, 31337 and 27182, is nowhere in what the owner said.
unheard()
{
    silent
    ! grep -E '31337|27182' alice.out alice.err
}

@test "SEC-17: rows of another width, rows that are no numbers, half a file: 3, and no answer" {
    quantised heart-logistic
    python3 - <<'END'
import struct
def npy(name, shape, values, cut=0):
    head = "{'descr': '<f8', 'fortran_order': False, 'shape': %r, }" % (shape,)
    head += ' ' * (63 - (10 + len(head)) % 64) + '\n'
    data = b'\x93NUMPY\x01\x00' + struct.pack('<H', len(head)) + head.encode()
    data += struct.pack('<%dd' % len(values), *values)
    open(name, 'wb').write(data[:len(data) - cut])
row = [31337.0] + [27182.0] * 12
npy('half.npy', (1, 13), row, cut=5)
npy('wide.npy', (1, 14), row + [1.0])
npy('nan.npy', (1, 13), row[:12] + [float('nan')])
END
    echo 31337,27182,3 >short.csv
    echo 31337,27182,3,4,5,6,7,8,9,10,11,12,13,14 >long.csv
    echo 31337,27182,3,4,5,6,7,8,9,10,11,12,nan >nan.csv
    echo 31337,27182,3,4,5,6,7,8,9,10,11,12,x >word.csv
    for file in half.npy wide.npy nan.npy short.csv long.csv nan.csv word.csv; do
        serve heart-logistic.gcnn
        query --input $file
        expect 3 "$file"
        silent
        finish alice; expect 25
        unheard
    done
    # Another owner's model takes other rows: the description is what the asker goes by.
    quantised digits-mlp
    head -n 2 "$MODELS/heart-test.csv" >row.csv
    serve digits-mlp.gcnn
    query --input row.csv
    expect 3 "row.csv:2: a row of 13 values, not 64"
    silent
    finish alice; expect 25
    silent
}

@test "the two sides disagree on the extension: 24 at both" {
    quantised heart-logistic
    head -n 2 "$MODELS/heart-test.csv" >row.csv
    serve heart-logistic.gcnn --ot iknp
    query --input row.csv
    expect 24
    finish alice; expect 24
}

# shares NAME NUMBER...: two files whose sums modulo 2^16 are the numbers.
shares()
{
    local number i=0
    : >a.txt; : >b.txt
    for number in "$@"; do
        share=$(((i * 7919 + 12345) % 65536))
        echo $share >>a.txt
        echo $((number - share)) | awk '{ x = $1 % 65536; if (x < 0) x += 65536; print x }' >>b.txt
        i=$((i + 1))
    done
}

layer()
{
    start alice gc-nn layer "$@" --listen "unix:$PWD/s" --input a.txt
    try gc-nn layer "$@" --connect "unix:$PWD/s" --input b.txt
    expect 0
    bob=$output
    finish alice; expect 0
}

@test "layers alone, revealed" {
    shares 5 -3 0 32767 -32768 77
    layer relu --ring 16 --reveal both
    [ "$bob" = "$(printf '%s\n' 5 0 0 32767 0 77)" ]
    [ "$output" = "$bob" ]
    layer relu --ring 16 --shift 2 --reveal evaluator
    [ "$bob" = "$(printf '%s\n' 1 0 0 127 0 19)" ]
    [ -z "$output" ]
    layer maxpool --ring 16 --group 3 --reveal garbler
    [ "$output" = "$(printf '%s\n' 5 32767)" ]
    [ -z "$bob" ]
    layer argmax --ring 16 --group 6 --reveal both
    [ "$bob" = 3 ]
    layer argmax --ring 16 --group 1 --reveal both
    [ "$bob" = "$(printf '%s\n' 1 0 0 1 0 1)" ]
    layer compare --ring 16 --reveal both
    [ "$bob" = "$(printf '%s\n' 1 0 0)" ]
}

@test "layers alone, shared again" {
    shares 5 -3 0 32767
    layer relu --ring 16
    alice=$output
    paste -d ' ' <(echo "$alice") <(echo "$bob") | while read -r a b; do echo $((a ^ b)); done >sums
    [ "$(cat sums)" = "$(printf '%s\n' 5 0 0 32767)" ]
}

@test "layers refuse what makes no sense, and a peer that has something else" {
    shares 1 2 3
    try gc-nn layer relu --connect "unix:$PWD/s" --input b.txt; expect 2 "--ring"
    try gc-nn layer relu --ring 33 --connect "unix:$PWD/s" --input b.txt; expect 2 "--ring"
    try gc-nn layer blur --ring 16 --connect "unix:$PWD/s" --input b.txt; expect 2 "maxpool"
    try gc-nn layer maxpool --ring 16 --connect "unix:$PWD/s" --input b.txt; expect 2 "--group"
    try gc-nn layer compare --ring 16 --connect "unix:$PWD/s" --input b.txt; expect 3 "groups of 2"
    try gc-nn layer relu --ring 16 --shift 16 --connect "unix:$PWD/s" --input b.txt
    expect 2 "--shift"
    echo 65536 >c.txt
    try gc-nn layer relu --ring 16 --connect "unix:$PWD/s" --input c.txt; expect 3 "65536"
    start alice gc-nn layer relu --ring 16 --listen "unix:$PWD/s" --input a.txt
    try gc-nn layer relu --ring 17 --connect "unix:$PWD/s" --input b.txt
    expect 24
    finish alice; expect 24
}

@test "bench measures networks and layers" {
    LIMIT=120
    try gc-nn bench --repeat 1 --json
    expect 0
    [ "$(jq '.bench | length' <<<"$output")" -eq 10 ]
    [ "$(jq '[.bench[] | select(.channel == "plain")] | length' <<<"$output")" -eq 3 ]
    [ "$(jq '[.bench[].garbler_processor_seconds | values] | min > 0' <<<"$output")" = true ]
    [ "$(jq '[.bench[].online_seconds] | min > 0' <<<"$output")" = true ]
}
