# gc-bench, and predictions with what it found out.
load common

quick=(--repeats 1 --time 1ms)

# has_ratios_to ROW BASELINE: the row's ratio is its median over that of the row it names, and the
# table fits 100 columns.
has_ratios_to()
{
    python3 - "$1" "$2" "$output" <<'END'
import re, sys
row, baseline, text = sys.argv[1:]
lines = text.splitlines()
assert all(len(line) <= 100 for line in lines), max(lines, key=len)
cells = [re.match(r' *([0-9]+) (.*?)  +(.*)$', line).groups() for line in lines[1:]]
assert [cell[0] for cell in cells] == [str(i + 1) for i in range(len(cells))], text
found = {cell[1]: cell for cell in cells}
ratio, number = re.search(r' ([0-9.]+) of ([0-9]+)$', found[row][2]).groups()
assert found[baseline][0] == number, (number, text)
value, unit = [float(found[name][2].split()[0]) for name in (row, baseline)]
# Of what is printed the last digit is rounded.
least, most = (value - 0.006) / (unit + 0.006), (value + 0.006) / max(unit - 0.006, 1e-9)
assert least - 0.001 <= float(ratio) <= most + 0.001, (value, unit, ratio)
END
}

@test "alone it fills every row, as text and as JSON" {
    try gc-bench "${quick[@]}" --circuit "$CIRCUITS/mul8.txt"
    expect 0
    [[ "$output" == *"garble mul8.txt"*"evaluate many x mul8.txt"*"two parties, TLS"* ]]
    has_ratios_to "AES-128 blocks" "AES-NI, one block after another"
    has_ratios_to "two parties, TLS, bytes one way" "raw TCP to this machine"
    try gc-bench "${quick[@]}" --json -o out.json
    expect 0; silent
    python3 - <<'END'
import json
rows = json.load(open('out.json'))['rows']
assert len(rows) >= 40
for row in rows:
    assert row['median'] > 0 and row['min'] <= row['median'] <= row['max'], row
    assert row['min'] <= row['middle'] <= row['max'], row
named = {row['name']: row for row in rows}
few = named['bytes both ways, TLS, one comparison']['median']
assert few < named['bytes both ways, TLS, one comparison, IKNP']['median'] <= 20
assert named['two parties, plain, x y + x, 60000 times']['unit'] == 'M AND/s'
assert named['peak memory of a party of these']['unit'] == 'MiB'
END
    # Its figures predict.
    try gc-info --json --profile out.json "$CIRCUITS/less32.txt"
    expect 0
    python3 -c '
import json, sys
times = json.loads(sys.argv[1])["times"]
assert 0 < times["here-plain"]["seconds"] and times["here"]["seconds"] < times["wan"]["seconds"]
' "$output"
    echo '{"schema":"gc-bench/1","rows":[]}' >short.json
    try gc-info --profile short.json "$CIRCUITS/less32.txt"
    expect 3 "not a profile"; silent
}

@test "threads have rows of their own" {
    try gc-bench "${quick[@]}" --threads 2
    expect 0
    has_ratios_to "garble many x independent ANDs, 2 threads" "garble many x independent ANDs"
    try gc-bench "${quick[@]}" --threads 3 --json -o out.json
    expect 0; silent
    python3 - <<'END'
import json
rows = {row['name']: row for row in json.load(open('out.json'))['rows']}
for verb in 'garble', 'evaluate', 'garble many x', 'evaluate many x':
    name = verb + ' 48 of x y + x'
    work, least = rows[name + ', CPU of 3'], rows[name + ', least busy of 3']
    assert rows[name]['unit'] == work['unit'] == 'M AND/s' and least['unit'] == '%', rows
    assert work['min'] > 0 and 0 <= least['min'] <= least['max'] <= 100.001, rows
END
    try gc-bench --threads 65
    expect 2 "--threads"; silent
    try gc-bench --threads 0
    expect 2 "--threads"; silent
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

few=(--repeats 2 --time 1ms --transfers 20000)

@test "oblivious transfers fill every row, as text and as JSON" {
    try gc-bench ot "${few[@]}"
    expect 0
    [[ "$output" == *"IKNP, malicious"*"k=8, semi-honest"*"chosen 128-bit"*"128 base OTs"* ]]
    has_ratios_to "OT, correlated, IKNP, semi-honest" "AES-128 blocks"
    try gc-bench ot "${few[@]}" --json -o ot.json
    expect 0; silent
    python3 - <<'END'
import json
rows = {row['name']: row for row in json.load(open('ot.json'))['rows']}
for k in ('IKNP', 'SoftSpoken k=2', 'SoftSpoken k=4', 'SoftSpoken k=8'):
    for model in ('semi-honest', 'malicious'):
        assert 'OT, correlated, %s, %s' % (k, model) in rows, rows
assert {'AES-128 blocks', 'raw TCP to this machine'} < set(rows)
for row in rows.values():
    assert 0 < row['min'] <= row['median'] <= row['max'] and row['repeats'] == 2, row
END
}

@test "two sides measure oblivious transfers with each other" {
    "$BINDIR/gc-bench" ot --listen unix:o "${few[@]}" --json -q >sender.json 3>&- &
    pids[garbler]=$!
    try gc-bench ot --connect unix:o "${few[@]}" --json -q
    expect 0
    [[ "$output" == *"with the peer, correlated, SoftSpoken k=4, malicious"* ]]
    wait "${pids[garbler]}"
    grep -q '"with the peer, 128 base OTs, malicious"' sender.json
}

@test "two sides that count differently both fail" {
    start garbler gc-bench ot --listen unix:d "${few[@]}" -q
    try gc-bench ot --connect unix:d --repeats 2 --transfers 30000 -q
    [ "$status" -ne 0 ]; silent
    finish garbler
    [ "$status" -ne 0 ]; silent
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
    expect 2 "surplus"; silent
    try gc-bench ot surplus
    expect 2 "surplus"; silent
    try gc-bench --transfers 5
    expect 2 "gc-bench ot"; silent
    try gc-bench ot --circuit "$CIRCUITS/mul8.txt"
    expect 2 "--circuit"; silent
}
