#!/usr/bin/env python3
"""Differential test of the front half of gc-cc: programs of circuit C against the host compiler.

  differential.py FRONT_RUN INCLUDE [--programs DIR] [--random N] [--seed S] [--vectors V]

Every program is compiled by FRONT_RUN (front_run.c: words and their interpreter) and by $CC, and
the outputs are compared on random and edge inputs. Reports in the Test Anything Protocol."""
import argparse
import json
import os
import random
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import generate

CC = os.environ.get("CC", "cc")
DRIVER_HEAD = r"""
#include <stdio.h>
#include <string.h>
__extension__ typedef unsigned __int128 u128_;
static char line_[1 << 20], *at_;
static u128_ get_(int n)
{ u128_ v = 0; for (int i = 0; i < n; i++) if (*at_++ == '1') v |= (u128_)1 << i; return v; }
static void put_(u128_ v, int n) { for (int i = 0; i < n; i++) putchar('0' + (int)(v >> i & 1)); }
static float getf_(void) { unsigned b = (unsigned)get_(32); float f; memcpy(&f, &b, 4); return f; }
static double getd_(void)
{ unsigned long b = (unsigned long)get_(64); double f; memcpy(&f, &b, 8); return f; }
static void putf_(float f)
{ unsigned b; memcpy(&b, &f, 4); put_(f != f ? 0x7fc00000u : b, 32); }
static void putd_(double f)
{ unsigned long b; memcpy(&b, &f, 8); put_(f != f ? 0x7ff8000000000000ul : b, 64); }
"""


def width(t):
    if isinstance(t, str):
        if t == "bool":
            return 1
        if t in ("float", "double"):
            return 32 if t == "float" else 64
        return int(re.search(r"\d+", t).group())
    if "array" in t:
        return t["n"] * width(t["array"])
    return sum(width(f["type"]) for f in t["struct"])


def walk(t, place, leaf, depth=0):
    """C statements that visit the scalars of a value in order."""
    if isinstance(t, str):
        return leaf(t, place)
    if "array" in t:
        i = "i%d_" % depth
        return "for (int %s = 0; %s < %d; %s++) { %s }\n" % (
            i, i, t["n"], i, walk(t["array"], "%s[%s]" % (place, i), leaf, depth + 1))
    return "".join(walk(f["type"], place + "." + f["name"], leaf, depth) for f in t["struct"])


def getter(t, place):
    if t in ("float", "double"):
        return "%s = get%s_();\n" % (place, t[0])
    return "%s = (__typeof__(%s + 0))get_(%d);\n" % (place, place, width(t))


def putter(t, place):
    if t in ("float", "double"):
        return "put%s_(%s);\n" % (t[0], place)
    return "put_((u128_)%s, %d);\n" % (place, width(t))


def c_type(t, name):
    if isinstance(t, str):
        return "%s %s" % (t if t != "bool" else "_Bool", name)
    return c_type(t["array"], "%s[%d]" % (name, t["n"]))


def driver(source, interface):
    """A main() that reads lines of input bits and prints lines of output bits."""
    types = dict(re.findall(r"^// type (\w+): (.*)$", source, re.M))
    result = [o for o in interface["outputs"] if o["name"] == "result"]
    flag = [o for o in interface["outputs"] if o["name"] == "bound_exceeded"]
    outputs = [o for o in interface["outputs"] if o["name"] not in ("result", "bound_exceeded")]
    order = re.search(r"^// parameters: (.*)$", source, re.M)
    names = order.group(1).split() if order else (
        [i["name"] for i in interface["inputs"]] + [o["name"] for o in outputs])
    pointers = re.findall(r"^// pointer (\w+)$", source, re.M)
    out = "int main(void) {\n"
    for v in interface["inputs"] + outputs:
        declared = types[v["name"]] if v["name"] in types else c_type(v["type"], v["name"])
        out += "static %s;\n" % declared
    out += "while (fgets(line_, sizeof line_, stdin)) { at_ = line_;\n"
    for v in interface["inputs"]:
        out += walk(v["type"], v["name"], getter)
    for v in outputs:
        out += "memset(&%s, 0, sizeof %s);\n" % (v["name"], v["name"])
    call = "%s(%s)" % (interface["function"],
                       ", ".join("&" + n if n in pointers else n for n in names))
    if result:
        out += "__typeof__(%s) result = %s;\n" % (call, call)
        out += walk(result[0]["type"], "result", putter)
    else:
        out += call + ";\n"
    for v in outputs:
        out += walk(v["type"], v["name"], putter)
    if flag:
        out += "put_(0, 1);\n"
    return out + "putchar('\\n'); }\nreturn 0; }\n"


def normal(bits, t):
    """Bits of a value with every NaN as the same one; the value and what is left."""
    if isinstance(t, str):
        n = width(t)
        value, m = bits[:n], 23 if t == "float" else 52
        if t in ("float", "double") and "0" not in value[m:-1] and "1" in value[:m]:
            value = "0" * (m - 1) + "1" * (n - m) + "0"
        return value, bits[n:]
    out = ""
    for inner in [t["array"]] * t["n"] if "array" in t else [f["type"] for f in t["struct"]]:
        value, bits = normal(bits, inner)
        out += value
    return out, bits


def normal_line(bits, interface):
    out = ""
    for v in interface["outputs"]:
        value, bits = normal(bits, v["type"])
        out += value
    return out


def edge(rng, t):
    if isinstance(t, str):
        n = width(t)
        if t in ("float", "double"):
            e, m = (8, 23) if t == "float" else (11, 52)
            exponent = rng.choice([0, 0, 1, (1 << e) - 1, (1 << e) - 2, 1 << (e - 1)] +
                                  [rng.getrandbits(e)] * 3 + [(1 << (e - 1)) + rng.randrange(20)] * 3)
            mantissa = rng.choice([0, 0, 1, (1 << m) - 1, rng.getrandbits(m), rng.getrandbits(m)])
            v = rng.getrandbits(1) << (n - 1) | exponent << m | mantissa
        else:
            top = 1 << (n - 1)
            v = rng.choice([0, 1, top, top - 1, 2 * top - 1, rng.randrange(min(8, 2 * top)),
                            rng.getrandbits(n), rng.getrandbits(n)])
        v &= (1 << n) - 1
        return "".join(str(v >> i & 1) for i in range(n))
    if "array" in t:
        return "".join(edge(rng, t["array"]) for _ in range(t["n"]))
    return "".join(edge(rng, f["type"]) for f in t["struct"])


def run(command, text=None):
    return subprocess.run(command, input=text, capture_output=True, text=True, timeout=600)


def check(args, name, source, folder, rng, flags):
    path = os.path.join(folder, "program.c")
    with open(path, "w", encoding="utf-8") as f:
        f.write(source)
    text = run([CC, "-E", "-nostdinc", "-isystem", args.include, "-D__GC_CC__", path])
    if text.returncode != 0:
        return "cc -E: " + text.stderr
    with open(path + ".i", "w", encoding="utf-8") as f:
        f.write(text.stdout)
    function = re.search(r"^// function (\w+)$", source, re.M)
    ours = [args.front_run, path + ".i"] + ([function.group(1)] if function else []) + flags
    shown = run(ours, "")
    if shown.returncode != 0:
        return "front_run: %d %s" % (shown.returncode, shown.stderr)
    interface = json.loads(shown.stdout)
    lines = "\n".join("".join(edge(rng, v["type"]) for v in interface["inputs"])
                      for _ in range(args.vectors)) + "\n"
    host = os.path.join(folder, "host")
    with open(host + ".c", "w", encoding="utf-8") as f:
        f.write('#include "program.c"\n' + DRIVER_HEAD + driver(source, interface))
    built = run([CC, "-std=gnu11", "-O1", "-fwrapv", "-ffp-contract=off", "-w", "-idirafter",
                 args.include, "-o", host, host + ".c", "-lm"])
    if built.returncode != 0:
        return "cc: " + built.stderr
    expected, got = run([host], lines), run(ours, lines)
    if expected.returncode != 0:
        return "host: %d %s" % (expected.returncode, expected.stderr)
    got_lines = got.stdout.split("\n\n", 1)[1].splitlines()
    for i, line in enumerate(expected.stdout.splitlines()):
        if i >= len(got_lines) or normal_line(got_lines[i], interface) != line:
            return "input %s\n  host %s\n  ours %s\n%s" % (
                lines.splitlines()[i], line, got_lines[i] if i < len(got_lines) else "nothing",
                got.stderr)
    return None


def main():
    p = argparse.ArgumentParser()
    p.add_argument("front_run")
    p.add_argument("include")
    p.add_argument("--programs")
    p.add_argument("--random", type=int, default=0)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--vectors", type=int, default=60)
    p.add_argument("--keep")
    args = p.parse_args()
    cases = []
    if args.programs:
        for name in sorted(os.listdir(args.programs)):
            if name.endswith(".c"):
                with open(os.path.join(args.programs, name), encoding="utf-8") as f:
                    cases.append((name, f.read()))
    for k in range(args.random):
        cases.append(("random %d" % (args.seed + k), generate.program(args.seed + k)))
    print("1..%d" % len(cases))
    bad = 0
    with tempfile.TemporaryDirectory() as folder:
        for n, (name, source) in enumerate(cases):
            rng = random.Random(n)
            error = check(args, name, source, folder, rng, ["-n"] if n % 5 == 4 else [])
            print("%sok %d - %s" % ("not " if error else "", n + 1, name), flush=True)
            if error:
                bad += 1
                print("# " + error.replace("\n", "\n# "))
                if args.keep:
                    with open(os.path.join(args.keep, name.replace(" ", "-")), "w") as f:
                        f.write(source)
    return bad > 0


if __name__ == "__main__":
    sys.exit(main())
