# gc-bench, and predictions with what it found out.
load common

quick=(--repeats 1 --time 1ms)

@test "alone it fills every row, as text and as JSON" {
    try gc-bench "${quick[@]}" --circuit "$CIRCUITS/mul8.txt"
    expect 0
    [[ "$output" == *"garble mul8.txt"*"evaluate 8 x mul8.txt"*"two parties, TLS"* ]]
    try gc-bench "${quick[@]}" --json -o out.json
    expect 0; silent
    python3 - <<'END'
import json
rows = json.load(open('out.json'))['rows']
assert len(rows) >= 20
for row in rows:
    assert row['median'] > 0 and row['min'] <= row['median'] <= row['max'], row
END
}

@test "two sides measure with each other" {
    "$BINDIR/gc-bench" --listen unix:s "${quick[@]}" --json -q >garbler.json 3>&- &
    pids[garbler]=$!
    try gc-bench --connect unix:s "${quick[@]}" --json -q
    expect 0
    [[ "$output" == *"with the peer, one comparison"* ]]
    wait "${pids[garbler]}"
    grep -q '"with the peer, x y + x chained"' garbler.json
}

@test "wrong options and files are told" {
    try gc-bench --repeats 0
    expect 2 "--repeats"; silent
    try gc-bench --repeats 1000
    expect 2 "at most"; silent
    try gc-bench --listen unix:a --connect unix:b
    expect 2; silent
    try gc-bench "${quick[@]}" --circuit missing.txt
    expect 4 "missing.txt"; silent
    try gc-bench surplus
    expect 2; silent
}
