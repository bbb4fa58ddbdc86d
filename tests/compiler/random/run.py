#!/usr/bin/env python3
"""Random programs through gc-cc's circuits and the host's compiler; reports in the Test Anything
Protocol.

  run.py [--count N] [--seed S] [--vectors V] [--keep DIR] [--file PROGRAM.c ...]

Program number K of seed S is that of seed S + K whatever the count is, so that a failing one can be
had again alone: run.py --seed S+K --count 1. Programs that fail are kept in DIR, to be made
smaller by reduce.py. BUILDDIR and SRCDIR say where the tests were built; CC preprocesses and is the
host's compiler, but for programs with _BitInt, which are clang's."""
import argparse
import concurrent.futures
import os
import re
import shlex
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
sys.path.insert(0, HERE)
import generate

BUILD = os.environ.get("BUILDDIR", ".")
CC = shlex.split(os.environ.get("CC", "cc"))
CLANG = shlex.split(os.environ.get("CLANG", "clang"))
INCLUDE = os.path.join(HERE, "..", "..", "..", "compiler", "include")
BATCH = 50
PRELUDE = '#include "semantics.h"\n'
HOST_FLAGS = ["-std=gnu11", "-O0", "-fwrapv", "-ffp-contract=off", "-w", "-shared", "-fPIC",
              "-I" + HERE, "-idirafter", INCLUDE]



def run_command(command, **more):
    done = subprocess.run(command, capture_output=True, text=True, check=False, **more)
    return done.returncode, done.stdout, done.stderr


def build(folder, programs, host):
    """The batch as gc-cc reads it and as the host's compiler made it; an error or None."""
    batch, source = os.path.join(folder, "batch.i"), os.path.join(folder, "batch.c")
    with open(source, "w", encoding="utf-8") as f:
        f.write(PRELUDE)
        for number, text in programs:
            f.write("@@ %d\n%s\n" % (number, text))
    status, out, err = run_command(CC + ["-E", "-P", "-nostdinc", "-isystem", INCLUDE, "-I" + HERE,
                                    "-D__GC_CC__", source])
    if status != 0:
        return "cc -E: " + err
    with open(batch, "w", encoding="utf-8") as f:
        f.write(out)
    with open(source, "w", encoding="utf-8") as f:
        f.write(PRELUDE + "".join(text for _, text in programs))
    status, _, err = run_command(host + HOST_FLAGS + ["-o", os.path.join(folder, "host.so"),
                                                        source, "-lm"])
    return "host: " + err if status != 0 else None


def check(programs, host, vectors):
    """Lines of the Test Anything Protocol by number of program."""
    with tempfile.TemporaryDirectory() as folder:
        error = build(folder, programs, host)
        if error and len(programs) > 1:
            lines = {}
            for one in programs:
                lines.update(check([one], host, vectors))
            return lines
        if error:
            return {programs[0][0]: "not ok %d - %s" % (programs[0][0], error.strip())}
        _, out, err = run_command([os.path.join(BUILD, "tests", "compiler", "against_host"),
                                   os.path.join(folder, "host.so"),
                                   os.path.join(folder, "batch.i"), "--vectors", str(vectors)])
    lines = {int(m.group(2)): m.group(0)
             for m in re.finditer(r"^(not )?ok (\d+).*(\n(?!not ok |ok ).*)*", out, re.M)}
    for number, _ in programs:
        lines.setdefault(number, "not ok %d - no answer: %s" % (number, err.strip()))
    return lines


def check_batch(seed, numbers, vectors, keep):
    programs = {False: [], True: []}
    for number in numbers:
        text, needs_clang = generate.program(seed + number, number)
        programs[needs_clang].append((number, text))
    lines = {}
    for needs_clang, some in programs.items():
        if some:
            lines.update(check(some, CLANG if needs_clang else CC, vectors))
    for number, text in programs[False] + programs[True]:
        if keep and lines[number].startswith("not"):
            path = os.path.join(keep, "program-%d.c" % (seed + number))
            with open(path, "w", encoding="utf-8") as f:
                f.write(text)
    return lines


class Report:
    """Test points in order."""

    def __init__(self, count):
        self.n, self.failed = 0, 0
        print("1..%d" % count, flush=True)

    def add(self, line, name):
        self.n += 1
        bad = line.startswith("not")
        self.failed += bad
        why = line.strip().split(" - ", 1)[1] if bad and " - " in line else ""
        print("%sok %d - %s" % ("not " if bad else "", self.n, name))
        if bad:
            print("# " + why.replace("\n", "\n# "))
        sys.stdout.flush()


def check_file(path, vectors):
    with open(path, encoding="utf-8") as f:
        text = f.read()
    number = int(re.search(r"run_(\d+)\(", text).group(1))
    return check([(number, text)], CLANG if "_BitInt" in text else CC, vectors)[number]


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--count", type=int, default=0)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--vectors", type=int, default=256)
    p.add_argument("--keep")
    p.add_argument("--file", nargs="+", default=[])
    args = p.parse_args()
    out = Report(len(args.file) + args.count)
    batches = [range(first, min(first + BATCH, args.count)) for first in
               range(0, args.count, BATCH)]
    with concurrent.futures.ProcessPoolExecutor(os.cpu_count()) as pool:
        jobs = [pool.submit(check_batch, args.seed, batch, args.vectors, args.keep)
                for batch in batches]
        for path in args.file:
            out.add(check_file(path, args.vectors), os.path.basename(path))
        for job in jobs:
            for number, line in sorted(job.result().items()):
                out.add(line, "random program %d" % (args.seed + number))
    print("# %d of %d failed" % (out.failed, out.n))
    return out.failed > 0


if __name__ == "__main__":
    sys.exit(main())
