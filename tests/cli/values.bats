# Inputs and outputs by type; every message names its value.
load common

clear() { try gc-run clear "$@"; }

@test "a value out of range is refused by name" {
    for command in clear local; do
        try gc-run $command "$CIRCUITS/add8.txt" -i a=300 -i b=1
        expect 3 "gc-run: a: 300 does not fit uint8_t (0..255)"; silent
        try gc-run $command "$CIRCUITS/add8.txt" -i a=1 -i b=-1
        expect 3 "gc-run: b: -1 does not fit uint8_t (0..255)"; silent
    done
    clear "$CIRCUITS/three.txt" -i a=1 -i b=-129 -i c=0
    expect 3 "b: -129 does not fit int8_t (-128..127)"
}

@test "spellings of integers" {
    for one in 42 0x2a 0x2A 0b101010 0b10_1010 4_2; do
        clear "$CIRCUITS/add8.txt" -q -i a=$one -i b=0; expect 0; [ "$output" = 42 ]
    done
    for bad in "" +1 " 1" "1 " 042 0X2a 4__2 _42 42_ 1.0 1e1 0x 0b 0b2 - true; do
        [ "$bad" = - ] && continue
        clear "$CIRCUITS/add8.txt" -i "a=$bad" -i b=0
        expect 3 "a: '$bad' is not a value of type uint8_t"; silent
    done
}

@test "a refused value is cut at 40 characters and its control characters are escaped" {
    clear "$CIRCUITS/add8.txt" -i a=$(printf '1%.0s' {1..100}) -i b=0
    expect 3 "a: $(printf '1%.0s' {1..40})... does not fit"
    clear "$CIRCUITS/add8.txt" -i a=$'\e[31m\r\nx' -i b=0
    expect 3 "a: '\\x1b[31m\\x0d\\x0ax' is not"
    clear "$CIRCUITS/add8.txt" -i a=$'\xc2\x9bx' -i b=0
    expect 3 "'\\xc2\\x9bx'"
}

@test "SEC-20: valid values are shown nowhere" {
    clear "$CIRCUITS/add8.txt" -v -i a=211 -i b=999
    expect 3; [[ "$stderr" != *211* ]]
    try gc-run local "$CIRCUITS/add8.txt" -v --stats --progress always -i a=211 -i b=222
    expect 0; [[ "$stderr" != *211* && "$stderr" != *222* ]]
}

@test "missing, unknown, foreign and repeated inputs" {
    clear "$CIRCUITS/add8.txt" -i a=1
    expect 3 "no value for input 'b'" "a (uint8_t), b (uint8_t)" "-i b=VALUE"
    clear "$CIRCUITS/add8.txt" -i a=1 -i c=1
    expect 3 "unknown input 'c'" "a (uint8_t), b (uint8_t)"
    try gc-run garble "$CIRCUITS/add8.txt" -i b=1 --listen 127.0.0.1:0 --dry-run
    expect 3 "b: is an input of the evaluator, not of the garbler" "inputs of the garbler: a (uint8_t)"
    try gc-run evaluate "$CIRCUITS/add8.txt" --listen 127.0.0.1:0 --dry-run
    expect 3 "no value for input 'b'" "inputs of the evaluator: b (uint8_t)"
    clear "$CIRCUITS/add8.txt" -i a=1 -i a=1 -i b=1; expect 2 "input 'a' is given twice"
    echo '{"a":1,"b":2}' >in.json
    clear "$CIRCUITS/add8.txt" -i a=1 --inputs in.json; expect 2 "input 'a' is given twice"
}

@test "inputs from files, standard input and the environment" {
    printf '7\n' >seven
    clear "$CIRCUITS/add8.txt" -q -i a=@seven -i b=1; expect 0; [ "$output" = 8 ]
    printf '7\r\n' >seven
    clear "$CIRCUITS/add8.txt" -q -i a=@seven -i b=1; expect 0; [ "$output" = 8 ]
    printf '7\n\n' >seven
    clear "$CIRCUITS/add8.txt" -q -i a=@seven -i b=1; expect 3 "a: '7\\x0a'"
    clear "$CIRCUITS/add8.txt" -q -i a=@missing -i b=1; expect 3 "cannot open missing"
    run --separate-stderr bash -c 'echo 9 | "$0" clear "$1" -q -i a=- -i b=1' \
        "$BINDIR/gc-run" "$CIRCUITS/add8.txt"
    expect 0; [ "$output" = 10 ]
    GC_INPUT_a=5 clear "$CIRCUITS/add8.txt" -q -i b=1; expect 0; [ "$output" = 6 ]
    GC_INPUT_a=5 clear "$CIRCUITS/add8.txt" -q -i a=6 -i b=1; expect 0; [ "$output" = 7 ]
    GC_INPUT_a=5 clear "$CIRCUITS/add8.txt" -q --inputs <(:) -i b=1; expect 2
    echo '{"a":2}' >in.json
    GC_INPUT_a=5 clear "$CIRCUITS/add8.txt" -q --inputs in.json -i b=1; expect 0; [ "$output" = 3 ]
    GC_INPUT_a=500 clear "$CIRCUITS/add8.txt" -q -i b=1; expect 3 "a: 500 does not fit"
    GC_INPUT_zzz=5 clear "$CIRCUITS/add8.txt" -q -i a=1 -i b=1; expect 0
}

@test "every type goes in and comes out" {
    local in=(-i array=-1,2,-128 -i 'record={"flag":true,"ratio":0.1,"nibble":15}'
        -i x=1.5 -i y=1.5 -i p=1,2 -i q=3,4)
    clear "$CIRCUITS/typed.txt" "${in[@]}"
    expect 0
    [ "${lines[0]}" = "array = -1,2,-128" ]
    [ "${lines[1]}" = 'record = {"flag":true,"ratio":0.1,"nibble":15}' ]
    try gc-run local "$CIRCUITS/typed.txt" "${in[@]}" --json
    expect 0
    [ "$(json result.array <<<"$output")" = "[-1, 2, -128]" ]
    [ "$(json result.record.flag <<<"$output")" = true ]
    clear "$CIRCUITS/typed.txt" "${in[@]}" --json --output-format hex
    expect 0
    [ "$(json result.record.nibble <<<"$output")" = '"0xf"' ]
    [ "$(json result.array <<<"$output")" = '"hex:ff0280"' ]
    clear "$CIRCUITS/typed.txt" "${in[@]:2}" -i 'array=hex:ff0280'
    expect 0; [ "${lines[0]}" = "array = -1,2,-128" ]
    clear "$CIRCUITS/typed.txt" "${in[@]:2}" -i 'array=[-1, 2, -128]'
    expect 0; [ "${lines[0]}" = "array = -1,2,-128" ]
}

@test "arrays, structs and floats that are wrong" {
    local rest=(-i x=1 -i y=1 -i p=1,2 -i q=3,4)
    local record='record={"flag":true,"ratio":0.1,"nibble":15}'
    clear "$CIRCUITS/typed.txt" "${rest[@]}" -i "$record" -i array=1,2
    expect 3 "array: 2 values given, int8_t[3] takes 3"
    clear "$CIRCUITS/typed.txt" "${rest[@]}" -i "$record" -i array=1,2,128
    expect 3 "array[2]: 128 does not fit int8_t (-128..127)"
    clear "$CIRCUITS/typed.txt" "${rest[@]}" -i "$record" -i array=hex:0102
    expect 3 "array: 2 bytes given"
    clear "$CIRCUITS/typed.txt" "${rest[@]}" -i "$record" -i array=text:abcd
    expect 3 "array: 4 bytes given"
    clear "$CIRCUITS/typed.txt" "${rest[@]}" -i array=1,2,3 -i 'record={"flag":true}'
    expect 3 "record: missing field 'ratio'"
    clear "$CIRCUITS/typed.txt" "${rest[@]}" -i array=1,2,3 -i 'record={"fag":true}'
    expect 3 "record: unknown field 'fag'"
    clear "$CIRCUITS/typed.txt" "${rest[@]}" -i array=1,2,3 \
        -i 'record={"flag":true,"flag":true,"ratio":1,"nibble":1}'
    expect 3 "record: duplicate field 'flag'"
    clear "$CIRCUITS/typed.txt" "${rest[@]}" -i array=1,2,3 \
        -i 'record={"flag":true,"ratio":1e39,"nibble":1}'
    expect 3 "record.ratio: 1e39 does not fit float"
    clear "$CIRCUITS/typed.txt" "${rest[@]}" -i array=1,2,3 \
        -i 'record={"flag":2,"ratio":1,"nibble":1}'
    expect 3 "record.flag: '2' is not a value of type bool"
}

@test "an array of arrays, or of structures, is a JSON list" {
    printf '1 33\n2 32 0\n1 1\n\n2 1 0 9 32 XOR\n' >nested.txt
    local type='{"array":{"array":"uint8_t","n":2},"n":2}'
    nested() {
        cat >nested.json <<<'{"schema":"sotto-interface/1","function":"f","inputs":[{"name":"a",
            "owner":"garbler","type":'"$type"'},{"name":"b","owner":"evaluator","type":
            {"array":"bool","n":0}}],"outputs":[{"name":"r","type":"bool"}]}'
        clear nested.txt -q "$@"
    }
    nested -i a='[[1,2],[3,4]]'; expect 0; [ "$output" = false ]
    nested -i a='[[0,2],"hex:0304"]'; expect 0; [ "$output" = true ]
    nested -i a=1,2,3,4
    expect 3 "a: 4 values given, uint8_t[2][2] takes 2" "  write a JSON list of lists"
    nested -i a=1,2; expect 3 "a[0]: '1' is not a value of type uint8_t[2]"
    type='{"array":{"struct":[{"name":"x","type":"uint8_t"},{"name":"y","type":"uint8_t"}]},"n":2}'
    nested -i a='[{"x":0,"y":2},{"x":3,"y":4}]'; expect 0; [ "$output" = true ]
    nested -i a=0,2,3; expect 3 "a: 3 values given" "  write a JSON list of objects"
}

@test "tables of inputs: CSV, JSON and JSON Lines" {
    printf 'b,a\r\n1,2\n"3","0x4"\n' >in.csv
    printf '[{"a":2,"b":1},\n{"b":"3","a":4}]' >in.json
    printf '{"a":2,"b":1}\n\n{"b":3,"a":4}\n' >in.jsonl
    for file in in.csv in.json in.jsonl; do
        for command in clear local; do
            try gc-run $command "$CIRCUITS/add8.txt" -q --inputs $file
            expect 0; [ "$output" = $'3\n7' ]
            try gc-run $command "$CIRCUITS/add8.txt" --inputs $file --instances 2
            expect 0; [ "$output" = $'result = 3\nresult = 7' ]
            try gc-run $command "$CIRCUITS/add8.txt" --inputs $file --json
            expect 0
            [ "$(json result <<<"$output")" = '[{"result": 3}, {"result": 7}]' ]
            try gc-run $command "$CIRCUITS/add8.txt" --inputs $file --output-format csv
            expect 0; [ "$output" = $'result\n3\n7' ]
            try gc-run $command "$CIRCUITS/add8.txt" --inputs $file --instances 3
            expect 3 "$file has 2 rows, --instances asks for 3"; silent
        done
    done
}

@test "a value beside a table holds for every row" {
    printf 'a\n1\n2\n' >in.csv
    try gc-run local "$CIRCUITS/add8.txt" -q --inputs in.csv -i b=10
    expect 0; [ "$output" = $'11\n12' ]
    try gc-run local "$CIRCUITS/add8.txt" -q --instances 2 -i a=1 -i b=10
    expect 0; [ "$output" = $'11\n11' ]
}

@test "tables that are wrong" {
    local c=$CIRCUITS/add8.txt
    printf 'a,b\n1,2\n3,400\n' >in.csv
    clear "$c" --inputs in.csv; expect 3 "gc-run: in.csv: row 2: b: 400 does not fit uint8_t (0..255)"; silent
    printf 'a,b\n1,2\n3\n' >in.csv; clear "$c" --inputs in.csv; expect 3 "in.csv:3: 1 field, the header has 2"
    printf 'a,c\n1,2\n' >in.csv; clear "$c" --inputs in.csv; expect 3 "in.csv:1: unknown input 'c'"
    printf 'a,a\n1,2\n' >in.csv; clear "$c" --inputs in.csv; expect 3 "'a' stands twice"
    printf 'a,b,a\n1,2,3\n' >in.csv; clear "$c" --inputs in.csv; expect 3
    printf 'a\n1\n' >in.csv; clear "$c" --inputs in.csv; expect 3 "no value for input 'b'"
    printf 'a,b\n"1,2\n' >in.csv; clear "$c" --inputs in.csv; expect 3 "not CSV"
    printf 'a,b\n1"2,3\n' >in.csv; clear "$c" --inputs in.csv; expect 3 "not CSV"
    printf 'a,b\n' >in.csv; clear "$c" --inputs in.csv; expect 3 "no row"
    printf '' >in.csv; clear "$c" --inputs in.csv; expect 3 "no header"
    printf '{"a":1,"b":2' >in.json; clear "$c" --inputs in.json; expect 3 "in.json:1"
    printf '{"a":1,"a":2,"b":1}' >in.json; clear "$c" --inputs in.json; expect 3 "'a' stands twice"
    printf '[{"a":1,"b":2},{"a":1}]' >in.json; clear "$c" --inputs in.json
    expect 3 "in.json: row 2: no value for input 'b'"
    printf '[\n{"a":1,"c":2}]' >in.json; clear "$c" --inputs in.json
    expect 3 "in.json:2: unknown input 'c'"
    printf '[]' >in.json; clear "$c" --inputs in.json; expect 3 "no row"
    printf '[{"a":1,"b":2}]x' >in.json; clear "$c" --inputs in.json; expect 3
    printf '3' >in.json; clear "$c" --inputs in.json; expect 3
    printf '{"a":1,"b":2} {}\n' >in.jsonl; clear "$c" --inputs in.jsonl; expect 3 "in.jsonl:1"
    printf '{"a":1,"b":300}' >in.json; clear "$c" --inputs in.json; expect 3 "gc-run: in.json: b: 300 does not fit"
    clear "$c" --inputs missing.json; expect 3 "missing.json"
    echo >in.txt; clear "$c" --inputs in.txt; expect 2 "in.txt"
    echo '{"a":1,"b":2}' >in.json
    try gc-run garble "$c" --inputs in.json --listen 127.0.0.1:0 --dry-run
    expect 3 "in.json:1: b: is an input of the evaluator, not of the garbler"
}

@test "formats of the result" {
    local c=$CIRCUITS/add8.txt
    clear "$c" -i a=40 -i b=2; [ "$output" = "result = 42" ]
    clear "$c" -i a=40 -i b=2 --output-format hex; [ "$output" = "result = 0x2a" ]
    clear "$c" -i a=40 -i b=2 --output-format bin; [ "$output" = "result = 0b00101010" ]
    clear "$c" -i a=40 -i b=2 --output-format csv; [ "$output" = $'result\n42' ]
    clear "$c" -i a=40 -i b=2 --json --output-format bin
    [ "$(json result.result <<<"$output")" = '"0b00101010"' ]
}

@test "without an interface inputs are numbers by position, of any width" {
    try gc-run local "$CIRCUITS/add8.txt" --interface none -i 0=250 -i 1=10
    expect 0; [ "$output" = "0 = 4" ]
    clear "$CIRCUITS/add8-old.txt" -q -i 0=250 -i 1=5
    expect 0; [ "$output" = 255 ]
    cat >wide.txt <<<$'1 513\n2 256 256\n1 1\n\n2 1 0 511 512 XOR'
    clear wide.txt -q -i 0=$((1)) -i 1=0x8000000000000000000000000000000000000000000000000000000000000000
    expect 0; [ "$output" = 0 ]
    clear wide.txt -i 1=0 \
        -i 0=115792089237316195423570985008687907853269984665640564039457584007913129639936
    expect 3 "0: 1157920892373161954235709850086879078532... does not fit uint256_t (0..2^256-1)"
}

@test "large integers are decimal strings in JSON" {
    printf '2 130\n2 64 64\n1 64\n\n' >w.txt
    python3 - <<'PY' >w.txt
n = 64
print(n, 3 * n); print(2, n, n); print(1, n); print()
for i in range(n): print(2, 1, i, n + i, 2 * n + i, "XOR")
PY
    clear w.txt --json -i 0=9007199254740991 -i 1=0
    [[ "$output" == *'"result":{"0":9007199254740991}'* ]]
    clear w.txt --json -i 0=9007199254740992 -i 1=0
    [[ "$output" == *'"result":{"0":"9007199254740992"}'* ]]
    echo '{"0":18446744073709551615,"1":"0x1"}' >in.json
    clear w.txt -q --inputs in.json; expect 0; [ "$output" = 18446744073709551614 ]
}

@test "an input of width zero needs no value" {
    clear "$CIRCUITS/zero-width.txt" -i 0=0; expect 0
    try gc-run local "$CIRCUITS/zero-width.txt" -i 0=0; expect 0
}

@test "local and clear agree" {
    for pair in "0 0" "255 255" "13 200" "128 128"; do
        set -- $pair
        clear "$CIRCUITS/mul8.txt" -i a=$1 -i b=$2; expect 0; local wanted=$output
        try gc-run local "$CIRCUITS/mul8.txt" -i a=$1 -i b=$2; expect 0
        [ "$output" = "$wanted" ]
    done
}
