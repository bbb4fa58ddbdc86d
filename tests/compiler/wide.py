#!/usr/bin/env python3
"""_BitInt(N) wider than any compiler's, against Python's integers: circuits of gc-cc, run in the
clear by gc-run. Reports in the Test Anything Protocol.

  wide.py BINDIR"""
import os
import random
import subprocess
import sys
import tempfile

PROGRAM = """#include <sotto-circuit.h>
typedef %(type)s wide;
wide f(GARBLER wide a, EVALUATOR wide b) { return %(body)s; }
"""


def wrap(value, n, signed):
    value &= (1 << n) - 1
    return value - (1 << n) if signed and value >> (n - 1) else value


def quotient(a, b):
    q = abs(a) // abs(b)
    return q if (a < 0) == (b < 0) else -q


# name, body in C, the same in Python, widths
CASES = [
    ("sum", "a + b - 3 * a", lambda a, b, n: a + b - 3 * a, (129, 1000, 4096)),
    ("product", "a * b", lambda a, b, n: a * b, (130, 521)),
    ("quotient", "b == 0 ? a : a / b", lambda a, b, n: quotient(a, b) if b else a, (129, 200)),
    ("remainder", "b == 0 ? a : a % b",
     lambda a, b, n: a - b * quotient(a, b) if b else a, (129, 200)),
    ("shifts", "(a << (b & 127)) ^ (a >> (b & 63))",
     lambda a, b, n: (a << (b & 127)) ^ (a >> (b & 63)), (129, 700, 4096)),
    ("bits", "(a & ~b) | (b ^ (a >> 5))", lambda a, b, n: (a & ~b) | (b ^ (a >> 5)), (333, 4096)),
    ("compare", "(a < b) + 2 * (a == b) + 4 * (a >= b)",
     lambda a, b, n: (a < b) + 2 * (a == b) + 4 * (a >= b), (129, 4096)),
    ("cast", "(wide)(signed _BitInt(65))a + (wide)(unsigned _BitInt(77))b",
     lambda a, b, n: wrap(a, 65, True) + wrap(b, 77, False), (256, 4095)),
]


def edge(rng, n, signed):
    value = rng.choice([0, 1, 1 << (n - 1), (1 << (n - 1)) - 1, (1 << n) - 1, rng.getrandbits(n),
                        rng.getrandbits(n // 2), rng.getrandbits(8)])
    return wrap(value, n, signed)


def check(bindir, folder, body, python, n, signed, rng):
    path = os.path.join(folder, "wide.c")
    kind = ("" if signed else "unsigned ") + "_BitInt(%d)" % n
    with open(path, "w", encoding="utf-8") as file:
        file.write(PROGRAM % {"type": kind, "body": body})
    circuit = os.path.join(folder, "wide.txt")
    subprocess.run([os.path.join(bindir, "gc-cc"), path, "-o", circuit], check=True, timeout=300)
    pairs = [(edge(rng, n, signed), edge(rng, n, signed)) for _ in range(24)]
    rows = os.path.join(folder, "rows.csv")
    with open(rows, "w", encoding="utf-8") as file:
        file.write("a,b\n" + "".join("%d,%d\n" % pair for pair in pairs))
    run = subprocess.run([os.path.join(bindir, "gc-run"), "clear", circuit, "-q", "--inputs", rows],
                         check=True, capture_output=True, text=True, timeout=300)
    lines = run.stdout.split()
    for (a, b), got in zip(pairs, lines[-len(pairs):]):
        if wrap(python(a, b, n), n, signed) != int(got):
            return "a = %d, b = %d gives %s" % (a, b, got)
    return None


def main():
    rng = random.Random(1)
    count = bad = 0
    with tempfile.TemporaryDirectory() as folder:
        for name, body, python, widths in CASES:
            for n in widths:
                for signed in (True, False):
                    count += 1
                    error = check(sys.argv[1], folder, body, python, n, signed, rng)
                    bad += error is not None
                    print("%sok %d - %s, %s %d bits" % ("not " if error else "", count, name,
                                                        "signed" if signed else "unsigned", n))
                    if error:
                        print("# " + error[:500])
    print("1..%d" % count)
    return bad > 0


if __name__ == "__main__":
    sys.exit(main())
