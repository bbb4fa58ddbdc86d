#!/usr/bin/env python3
"""Holds circuits/MANIFEST, and the table of sotto-circuits(7) made from it, to the circuits built.

  manifest.py check SOURCES BUILD   tells in the Test Anything Protocol what differs
  manifest.py write SOURCES BUILD   writes both anew; a count of ANDs that rose is refused

A circuit whose line is taken out of MANIFEST by hand is entered as it is built.
"""
import json
import os
import re
import subprocess
import sys

HEAD = """# The circuits that are built: ANDs, XORs, inverters, AND depth, start of the digest,
# inputs, outputs. Written by `make regenerate`; a count of ANDs may only fall.
"""
COUNTS = ("AND", "XOR", "INV", "depth")


def shape(value):
    """The type of an interface in one word."""
    if isinstance(value, dict) and "array" in value:
        return f"{shape(value['array'])}[{value['n']}]"
    if isinstance(value, dict):
        return "{" + ",".join(f"{m['name']}:{shape(m['type'])}" for m in value["struct"]) + "}"
    return value


def names(folder):
    with open(os.path.join(folder, "circuits", "LIST"), encoding="ascii") as file:
        return [line.split()[0] for line in file if line.strip() and not line.startswith("#")]


def measure(build, name):
    path = os.path.join(build, "circuits", name + ".txt")
    info = subprocess.run([os.path.join(build, "gc-info"), path, "--json"], check=True,
                          stdout=subprocess.PIPE).stdout
    info = json.loads(info)
    gates, interface = info["gates"], info["interface"]
    inputs = [f"{i['owner'][0]}:{i['name']}:{shape(i['type'])}" for i in interface["inputs"]]
    outputs = [f"{o['name']}:{shape(o['type'])}" for o in interface["outputs"]]
    counts = [gates["and"], gates["xor"], gates["inv"], info["and_depth"]]
    return counts, info["digest"][:16], " ".join(inputs), " ".join(outputs)


def line(name, row):
    counts, digest, inputs, outputs = row
    numbers = " ".join(f"{count:>7}" for count in counts)
    return f"{name:<20} {numbers}  {digest}  {inputs} -> {outputs}\n"


def read(path):
    """The counts of each circuit, as checked in."""
    rows = {}
    if os.path.exists(path):
        with open(path, encoding="ascii") as file:
            for text in file:
                words = text.split()
                if words and not text.startswith("#"):
                    rows[words[0]] = [int(word) for word in words[1:5]]
    return rows


def risen(old, rows):
    return [f"{name}: {old[name][0]} ANDs rose to {row[0][0]}" for name, row in rows.items()
            if name in old and row[0][0] > old[name][0]]


def page_table(rows):
    """Lines of mdoc between the two marks of the manual page."""
    text = []
    for name, (counts, _, _, _) in rows.items():
        text.append(f".It {name} Ta {counts[0]} Ta {counts[1]} Ta {counts[3]}\n")
    return "".join(text)


def with_table(page, rows):
    begin, end = '.\\" counts: begin\n', '.\\" counts: end\n'
    pattern = re.escape(begin) + ".*?" + re.escape(end)
    assert re.search(pattern, page, re.S), "sotto-circuits(7) has lost its marks"
    return re.sub(pattern, lambda _: begin + page_table(rows) + end, page, flags=re.S)


def check(old, rows, manifest, page):
    """One test for each circuit, one for each file; True when all is well."""
    results = []
    for name, row in rows.items():
        old_counts = old.get(name)
        good = old_counts == row[0]
        told = ""
        if old_counts is None:
            told = ": not in MANIFEST"
        elif not good:
            told = "".join(f", {old_counts[i]} {what} in MANIFEST, {row[0][i]} now"
                           for i, what in enumerate(COUNTS) if old_counts[i] != row[0][i])
            told += ": REFUSED, it rose" if row[0][0] > old_counts[0] else ": make regenerate"
        results.append((good, f"{name}: {row[0][0]} ANDs{told}"))
    for name in old:
        if name not in rows:
            results.append((False, f"{name}: in MANIFEST, but not in LIST"))
    for path, text in (manifest, page):
        with open(path, encoding="ascii") as file:
            results.append((file.read() == text, f"{os.path.basename(path)} is what regenerate "
                            "writes"))
    for i, (good, told) in enumerate(results, 1):
        print(f"{'ok' if good else 'not ok'} {i} - {told}")
    print(f"1..{len(results)}")
    return all(good for good, _ in results)


def main(action, sources, build):
    manifest_path = os.path.join(sources, "circuits", "MANIFEST")
    page_path = os.path.join(sources, "man", "sotto-circuits.7")
    old = read(manifest_path)
    rows = {name: measure(build, name) for name in names(sources)}
    text = HEAD + "".join(line(name, row) for name, row in rows.items())
    with open(page_path, encoding="ascii") as file:
        page = with_table(file.read(), rows)
    if action == "check":
        return 0 if check(old, rows, (manifest_path, text), (page_path, page)) else 1
    if risen(old, rows):
        print("\n".join(["manifest.py: refused:"] + risen(old, rows)), file=sys.stderr)
        return 1
    for path, content in ((manifest_path, text), (page_path, page)):
        with open(path, "w", encoding="ascii") as file:
            file.write(content)
    return 0


sys.exit(main(*sys.argv[1:]))
