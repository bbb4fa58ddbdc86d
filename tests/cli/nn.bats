# gc-nn: its commands, what they refuse, and the accuracy of the models in the tree. SOTTO_NN_DIR
# may name a folder with the two MNIST networks and MNIST's test rows.
load common

MODELS=$SRCDIR/apps/nn/models

accuracy()
{
    "$BINDIR/gc-nn" clear "$1" -q --json --input "$2" --labels "$3" "${@:4}" |
        jq '.accuracy.correct * 10000 / .accuracy.rows | floor'
}

# quantised NAME DATA: makes NAME.gcnn.
quantised()
{
    "$BINDIR/gc-nn" quantize "$MODELS/$1.onnx" -q -o "$1.gcnn" --calibrate "$MODELS/$2"
}

@test "quantised models of tables are as good as float ones, to 0.3 points" {
    for name in breast-cancer-logistic breast-cancer-mlp heart-logistic heart-mlp wine-mlp \
        digits-mlp; do
        data=$MODELS/${name%-*}
        quantised $name "${name%-*}-calibrate.csv"
        float=$(accuracy "$MODELS/$name.onnx" "$data-test.csv" "$data-labels.csv")
        whole=$(accuracy $name.gcnn "$data-test.csv" "$data-labels.csv")
        echo "$name: $float $whole"
        [ "$float" -ge 7500 ]
        [ "$whole" -ge $((float - 30)) ]
    done
}

@test "quantised models of images agree with float ones" {
    for name in fashion-mlp fashion-cnn; do
        "$BINDIR/gc-nn" quantize "$MODELS/$name.onnx" -q -o $name.gcnn \
            --calibrate "$MODELS/fashion-calibrate.raw" --input-scale 0.00392156862745098
        try gc-nn clear $name.gcnn -q --input "$MODELS/fashion-test.raw"
        expect 0
        diff <(echo "$output") "$MODELS/$name-expected.csv"
    done
}

@test "scores of a quantised model stand as recorded" {
    for name in heart-mlp digits-mlp; do
        quantised $name "${name%-*}-calibrate.csv"
        head -n 21 "$MODELS/${name%-*}-test.csv" >rows.csv
        try gc-nn clear $name.gcnn -q --input rows.csv --reveal scores --integers
        expect 0
        diff <(echo "$output") "$MODELS/$name-scores.csv"
    done
}

@test "all of Fashion-MNIST: quantised models are as good as float ones, to 0.3 points" {
    data=/usr/share/datasets/fashion-mnist
    [ -d $data ] || skip "install dataset-fashion-mnist"
    LIMIT=300
    for part in images-idx3 labels-idx1; do
        gunzip -c "$data/t10k-$part-ubyte.gz" >"$part-ubyte"
    done
    scale="--input-scale 0.00392156862745098"
    for name in fashion-mlp fashion-cnn; do
        "$BINDIR/gc-nn" quantize "$MODELS/$name.onnx" -q -o $name.gcnn \
            --calibrate "$MODELS/fashion-calibrate.raw" $scale
        float=$(accuracy "$MODELS/$name.onnx" images-idx3-ubyte labels-idx1-ubyte $scale)
        whole=$(accuracy $name.gcnn images-idx3-ubyte labels-idx1-ubyte)
        echo "$name: $float $whole"
        [ "$float" -ge 8800 ]
        [ "$whole" -ge $((float - 30)) ]
    done
}

@test "all of MNIST by the networks that were trained elsewhere" {
    [ -n "${SOTTO_NN_DIR:-}" ] || skip "SOTTO_NN_DIR is not set"
    LIMIT=600
    for part in images-idx3 labels-idx1; do
        gunzip -c "$SOTTO_NN_DIR/t10k-$part-ubyte.gz" >"$part-ubyte"
    done
    head -c 784016 images-idx3-ubyte | tail -c 784000 >calibrate.raw
    try gc-nn quantize "$SOTTO_NN_DIR/mlp-784-128-128-10.onnx" -o mlp.gcnn \
        --calibrate calibrate.raw --input-scale 0.00392156862745098 --input-mean 0.1307 \
        --input-std 0.3081
    expect 0
    try gc-nn quantize "$SOTTO_NN_DIR/minionn-cnn.onnx" -o cnn.gcnn --calibrate calibrate.raw \
        --input-scale 0.00392156862745098
    expect 0
    [ "$(accuracy mlp.gcnn images-idx3-ubyte labels-idx1-ubyte)" -ge 9760 ]
    [ "$(accuracy cnn.gcnn images-idx3-ubyte labels-idx1-ubyte)" -ge 9880 ]
}

@test "check prices a model, as text and as JSON" {
    quantised heart-mlp heart-calibrate.csv
    try gc-nn check heart-mlp.gcnn
    expect 0
    [[ $output == *"no accumulator overflows"* ]]
    try gc-nn check heart-mlp.gcnn --json --rtt 10ms
    expect 0
    [ "$(json steps.0.circuit <<<"$output")" = '"relu"' ]
    [ "$(json steps.1.circuit <<<"$output")" = '"sign"' ]
    [ "$(json round_trips <<<"$output")" = 3 ]
    [ "$(jq '.and_gates * 32 + ([.steps[] | .correction_bytes] | add) + 1' <<<"$output")" = \
        "$(json garbler_bytes <<<"$output")" ]
    try gc-nn check "$MODELS/heart-mlp.onnx"
    expect 0
    [[ $output == *"scales are estimated"* ]]
}

@test "models that are none, or damaged, are refused with status 4" {
    declare -A says=([nan]="gc-nn: nan.onnx: node 1, Gemm: a weight is not a finite number
  Element 3 of its input 'w' is nan." [tanh]="gc-nn: tanh.onnx: node 2, Tanh: not supported
  Models in gc-nn(1) lists the nodes that are; Relu, or a square, stands in for many activation \
functions.")
    try gc-nn check missing.onnx
    expect 4 "cannot open missing.onnx"
    head -c 1000 "$MODELS/heart-mlp.onnx" >cut.onnx
    try gc-nn check cut.onnx
    expect 4 "cut.onnx is not an ONNX file, or it is truncated"
    for kind in nan tanh; do
        python3 "$SRCDIR/tests/scripts/make_onnx.py" $kind $kind.onnx
        try gc-nn check $kind.onnx
        expect 4
        [ "${says[$kind]}" = "$stderr" ]
    done
    for path in /dev/null . <(cat "$MODELS/heart-mlp.onnx"); do
        try gc-nn check "$path"
        expect 4 "$path is not a regular file"
    done
    : >empty.onnx
    try gc-nn check empty.onnx
    expect 4 "empty.onnx is empty"
    quantised heart-logistic heart-calibrate.csv
    try gc-nn quantize heart-logistic.gcnn --calibrate "$MODELS/heart-calibrate.csv" -o new.gcnn
    expect 4 "quantised already"
    [ ! -e new.gcnn ]
    head -c 100 heart-logistic.gcnn >cut.gcnn
    try gc-nn check cut.gcnn
    expect 4 "truncated or damaged"
    silent
    echo hello >text.onnx
    try gc-nn clear text.onnx --input "$MODELS/heart-test.csv" --json
    expect 4
    [ "$(json error.code <<<"$output")" = 4 ]
}

@test "rows of the wrong width or kind are refused with status 3" {
    quantised heart-logistic heart-calibrate.csv
    echo 1,2,3 >short.csv
    try gc-nn clear heart-logistic.gcnn --input short.csv
    expect 3 "short.csv:1: a row of 3 values, not 13"
    silent
    try gc-nn clear heart-logistic.gcnn --input "$MODELS/heart-test.csv" \
        --labels "$MODELS/wine-labels.csv"
    expect 3 "54 labels for 81 rows"
    head -n 3 "$MODELS/heart-test.csv" >two.csv
    for label in 0.5 2 -1; do
        printf '0\n%s\n' $label >labels.csv
        try gc-nn clear heart-logistic.gcnn --input two.csv --labels labels.csv
        expect 3 "labels.csv: label 2 is $label, and the model gives 0 to 1"
        silent
    done
    : >empty.csv
    try gc-nn clear heart-logistic.gcnn --input empty.csv
    expect 3 "empty.csv is empty"
    sed 's/,/;/g' two.csv >semicolons.csv
    try gc-nn clear heart-logistic.gcnn --input semicolons.csv
    expect 3 "semicolons.csv:2: a row of 1 values, not 13" "separated by commas"
    sed '3s/,[^,]*/,old/' two.csv >text.csv
    try gc-nn clear heart-logistic.gcnn --input text.csv
    expect 3 "text.csv:3: 'old' in column 2 is not a number"
    printf "\\x93NUMPY\\1\\0\\22\\0{'descr': '<c8', }" >complex.npy
    try gc-nn clear heart-logistic.gcnn --input complex.npy
    expect 3 "complex.npy: elements of type '<c8' are not supported" "astype('float32')"
    try gc-nn clear heart-logistic.gcnn --input missing.csv
    expect 3 "cannot open missing.csv"
    try gc-nn clear heart-logistic.gcnn --input "$MODELS/heart-mlp.onnx"
    expect 3 "what kind of file"
    try gc-nn quantize "$MODELS/heart-mlp.onnx" --calibrate short.csv -o new.gcnn
    expect 3
    [ ! -e new.gcnn ]
}

@test "rows from standard input, of .npy or CSV" {
    quantised heart-mlp heart-calibrate.csv
    head -n 3 "$MODELS/heart-test.csv" >rows.csv
    python3 - <<'END'
import struct
rows = [[float(x) for x in line.split(',')] for line in open('rows.csv').read().split()
        if line[0].isdigit()]
head = "{'descr': '<f8', 'fortran_order': False, 'shape': (%d, 13), }" % len(rows)
head += ' ' * (63 - (10 + len(head)) % 64) + '\n'
open('rows.npy', 'wb').write(b'\x93NUMPY\x01\x00' + struct.pack('<H', len(head)) + head.encode() +
                             b''.join(struct.pack('<13d', *row) for row in rows))
END
    whole=$("$BINDIR/gc-nn" clear heart-mlp.gcnn -q --input rows.csv)
    [ "$(wc -l <<<"$whole")" -ge 2 ]
    for file in rows.csv rows.npy; do
        [ "$("$BINDIR/gc-nn" clear heart-mlp.gcnn -q --input - <$file)" = "$whole" ]
    done
    try gc-nn clear heart-mlp.gcnn --input - </dev/null
    expect 3 "standard input is empty"
    echo 1,2,3 >bad
    try gc-nn clear heart-mlp.gcnn --input - <bad
    expect 3 "standard input:1: a row of 3 values, not 13"
    try gc-nn clear heart-mlp.gcnn --input /dev/zero
    expect 3 "/dev/zero: what kind of file is this?"
}

@test "calibration rows of numbers that nothing holds are refused with status 3" {
    rest=1,1,1,1,1,1,1,1,1,1,1,1
    for large in 1e308 1e200 1e39; do
        printf '%s\n' $large,$rest -$large,$rest >rows.csv
        for model in heart-logistic heart-mlp; do
            try gc-nn quantize "$MODELS/$model.onnx" --calibrate rows.csv -o new.gcnn
            expect 3 "beyond the model's numbers: value 1 of its input is "
            [ ! -e new.gcnn ]
        done
    done
    printf '%s\n' 1,$rest 2,$rest 3,$rest 4,$rest 1e200,$rest >rows.csv
    try gc-nn quantize "$MODELS/heart-mlp.onnx" --calibrate rows.csv -o new.gcnn
    expect 3 "the calibration rows lead to sums as large as"
    [ ! -e new.gcnn ]
    printf '%s\n' 1e-322,$rest 0,$rest >rows.csv
    try gc-nn quantize "$MODELS/heart-mlp.onnx" --calibrate rows.csv -o new.gcnn
    expect 3 "no scale fits the calibration rows' values in column 1"
    [ ! -e new.gcnn ]
    try gc-nn check "$MODELS/heart-mlp.onnx" --calibrate rows.csv
    expect 3 "column 1"
}

@test "an input that always is the same is made a constant" {
    python3 "$SRCDIR/tests/scripts/make_onnx.py" shape shape.onnx
    printf '1,2,3\n-1,0.5,4\n' >rows.csv
    try gc-nn check shape.onnx
    expect 4 "node 2, Reshape: input 2 is not a constant" "--constant shape=NUMBERS"
    try gc-nn clear shape.onnx -q --input rows.csv --reveal scores --constant shape=1,-1
    expect 0
    [ "$output" = "$(printf '%s\n' 6.375,1 -0.375,5.25)" ]
    try gc-nn quantize shape.onnx -q --calibrate rows.csv -o shape.gcnn --constant shape=1,2
    expect 0
    try gc-nn check shape.gcnn
    expect 0
    try gc-nn check shape.gcnn --constant shape=1,2
    expect 2 "has them inside"
    for bad in shape= =1 shape shape=1,x; do
        try gc-nn check shape.onnx --constant $bad
        expect 2 "wanted is NAME=NUMBERS"
    done
    try gc-nn check shape.onnx --constant shape=1,2,3
    expect 2 "3 numbers, and the input has 2"
    try gc-nn check shape.onnx --constant size=1,2
    expect 2 "no such input" "It has 'shape'"
}

@test "usage" {
    quantised heart-logistic heart-calibrate.csv
    try gc-nn clear heart-logistic.gcnn
    expect 2 "--input FILE"
    try gc-nn quantize "$MODELS/heart-mlp.onnx" -o new.gcnn
    expect 2 "--calibrate FILE"
    try gc-nn quantize "$MODELS/heart-mlp.onnx" --calibrate "$MODELS/heart-test.csv"
    expect 2 "-o FILE"
    try gc-nn check "$MODELS/heart-mlp.onnx" --input-scale 1,2
    expect 2 "one for each of 13 channels"
    try gc-nn check "$MODELS/heart-mlp.onnx" --input-std 0
    expect 2
    try gc-nn clear heart-logistic.gcnn --input "$MODELS/heart-test.csv" --input-scale 2
    expect 2 "has them inside"
    try gc-nn clear "$MODELS/heart-mlp.onnx" --input "$MODELS/heart-test.csv" --integers
    expect 2
    try gc-nn quantize "$MODELS/heart-mlp.onnx" --calibrate "$MODELS/heart-calibrate.csv" \
        -o nowhere/new.gcnn
    expect 10
}

@test "sigmoid scores are probabilities, near those of the float model" {
    quantised heart-logistic heart-calibrate.csv
    try gc-nn clear heart-logistic.gcnn -q --input "$MODELS/heart-test.csv" --reveal scores
    expect 0
    paste -d' ' <(echo "$output") <("$BINDIR/gc-nn" clear "$MODELS/heart-logistic.onnx" -q \
        --input "$MODELS/heart-test.csv" --reveal scores) |
        awk '{ d = $1 - $2; if (d < 0) d = -d; if ($1 <= 0 || $1 >= 1 || d > 0.08) exit 1 }'
}
