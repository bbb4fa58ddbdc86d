#!/usr/bin/env python3
"""Makes a program that fails smaller, as long as it fails in the same way.

  reduce.py PROGRAM.c [OUT.c]

Takes out functions, statements and blocks, then puts a constant or a part in place of an expression.
What failed must stay: a difference of values stays one, a crash a crash, a refusal with a message
the same message. The macros of semantics.h keep every smaller program defined on the host."""
import os
import re
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import run


def kind(text):
    number = int(re.search(r"run_(\d+)\(", text).group(1))
    host = run.CLANG if "_BitInt" in text else run.CC
    line = run.check([(number, text)], host, 256)[number]
    if line.startswith("ok"):
        return None
    what = re.sub(r"inputs .*", "", line.split(" - ", 1)[1].split("\n")[0])
    return re.sub(r"-O\d|:\d+|'[^']*'|\d+", "", what)


def halves(text):
    cut = text.index("#ifndef __GC_CC__\nconst char signature")
    return text[:cut].split("\n"), text[cut:]


def closing(lines, first):
    """The line that closes what the line at first opens, or first itself."""
    depth = 0
    for i in range(first, len(lines)):
        depth += lines[i].count("{") - lines[i].count("}")
        if depth <= 0 and not (i == first and "{" not in lines[i] and i + 1 < len(lines) and
                               lines[i + 1] == "{"):
            return i
    return first


def without_lines(lines):
    """Smaller lists of lines, the boldest first."""
    spans = {(i, closing(lines, i)) for i in range(len(lines)) if lines[i].strip()}
    for first, last in sorted(spans, key=lambda span: span[0] - span[1]):
        if lines[first].startswith("    return") or lines[first].startswith("{"):
            continue  # a function keeps its result and its body
        yield lines[:first] + lines[last + 1:]
        if last > first and lines[last].strip().startswith("}"):
            yield lines[:first] + lines[first + 1:last] + lines[last + 1:]


def groups(line):
    """Spans of balanced parentheses."""
    stack = []
    for i, c in enumerate(line):
        if c == "(":
            stack.append(i)
        elif c == ")" and stack:
            yield stack.pop(), i + 1


def parts(inner):
    """The operands at the top of an expression."""
    depth, start = 0, 0
    for i, c in enumerate(inner):
        depth += (c in "([{") - (c in ")]}")
        if depth == 0 and (c in ",?:" or inner[i - 1:i + 2] in tuple(" %s " % o for o in
                                                                    "+-*&|^<>")):
            yield inner[start:i].strip()
            start = i + 1
    yield inner[start:].strip()


def simpler(line):
    for first, last in sorted(groups(line), key=lambda span: span[0] - span[1]):
        inner = line[first + 1:last - 1]
        if len(inner) < 2:
            continue
        name = re.search(r"[A-Za-z_]\w*$", line[:first])
        start = name.start() if name and name.group(0) not in ("if", "while", "for", "switch") \
            else first
        for other in ["0", "1"] + [p for p in parts(inner) if p and p != inner]:
            yield line[:first] + "(" + other + ")" + line[last:]
            if start != first or other in "01":
                yield line[:start] + other + line[last:]
    found = re.match(r"(.*[^=!<>]= )([^=].*)(;)$", line)
    if found and found.group(2) not in "01":
        yield found.group(1) + "0" + found.group(3)


def smaller_lines(lines):
    for i, line in enumerate(lines):
        for other in simpler(line):
            if len(other) < len(line):
                yield lines[:i] + [other] + lines[i + 1:]


def reduce(text, keep):
    """keep(text) is called for every smaller program."""
    wanted = kind(text)
    if wanted is None:
        sys.exit("reduce.py: this program does not fail")
    lines, host = halves(text)
    again = True
    while again:
        again = False
        for candidates in (without_lines, smaller_lines):
            progress = True
            while progress:
                progress = False
                for candidate in candidates(lines):
                    if kind("\n".join(candidate) + host) == wanted:
                        lines, progress, again = candidate, True, True
                        print("%d characters" % len("\n".join(lines)), file=sys.stderr)
                        keep("\n".join(lines) + host)
                        break
    return "\n".join(lines) + host


def write(text):
    if len(sys.argv) > 2:
        with open(sys.argv[2], "w", encoding="utf-8") as out:
            out.write(text)


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as program:
        result = reduce(program.read(), write)
    if len(sys.argv) == 2:
        print(result)
