#!/usr/bin/env python3
"""Finds calls whose order C leaves open though it matters.

The arguments of a call, the operands of an operator and the elements of an initialiser may be
evaluated in any order. Where two of them number a gate or a word, take a token or report something,
gc-cc's circuits and messages depend on the compiler that built it. A call of one of MAKERS, or of
what gets to one, may therefore stand in one of them only.

    check-order.py FILE...    prints FILE:LINE of every fault; fails when there is one
"""
import re
import sys

MAKERS = {"graph_input", "graph_and", "graph_xor", "node_intern", "take", "expect_name",
          "diag_error", "diag_warning"}
TOKEN = re.compile(r"\w+|&&|\|\||\S|\n")
NOISE = re.compile(r'/\*.*?\*/|//[^\n]*|^[ \t]*#(?:\\\n|[^\n])*|__attribute__\(\(.*?\)\)'
                   r'|"(?:\\.|[^"\\])*"' + r"|'(?:\\.|[^'\\])*'", re.S | re.M)
FUNCTION = re.compile(r"^ *[A-Za-z_][^;={}]*?(\w+)\([^;{}]*\)\s*\{\n(.*?)^\}", re.S | re.M)
CONTROL = {"if", "while", "for", "switch"}
KEYWORDS = CONTROL | {"return", "case", "sizeof"}
SEQUENCED = {"&&", "||", "?", ":", ";", ",", "do", "else"}
CLOSING = {"(": ")", "[": "]", "{": "}"}


class Function:
    """A definition: where it stands, what it calls, and whether it makes something."""

    def __init__(self, path, line, name, is_static, body):
        self.path, self.line, self.name, self.is_static = path, line, name, is_static
        self.tokens = TOKEN.findall(body)
        self.calls = {a for a, b in zip(self.tokens, self.tokens[1:]) if b == "("}
        self.makes = name in MAKERS and not is_static


def read_functions(path):
    with open(path, encoding="utf-8") as file:
        text = NOISE.sub(lambda m: "\n" * m[0].count("\n") or " ", file.read())
    for match in FUNCTION.finditer(text):
        yield Function(path, text.count("\n", 0, match.start(2)) + 1, match[1],
                       text[match.start():match.start(1)].lstrip().startswith("static"), match[2])


class Program:
    def __init__(self, paths):
        self.functions = [f for path in paths for f in read_functions(path)]
        self.shared = {f.name: f for f in self.functions if not f.is_static}
        self.local = {(f.path, f.name): f for f in self.functions if f.is_static}
        self.spread()

    def makes(self, path, name):
        function = self.local.get((path, name)) or self.shared.get(name)
        return function is not None and function.makes

    def spread(self):
        changed = True
        while changed:
            changed = False
            for f in self.functions:
                if not f.makes and any(self.makes(f.path, name) for name in f.calls):
                    f.makes = changed = True


class Reader:
    """Goes through a function's body and notes the lines where two operands make something."""

    def __init__(self, program, function):
        self.program, self.function = program, function
        self.at, self.line, self.faults = 0, function.line, set()
        self.read(None, False)

    def read(self, closing, is_list):
        """Reads to CLOSING; says whether anything in the brackets makes something."""
        counts = Counts(is_list, self.line)
        last, is_start = ";", True
        while self.at < len(self.function.tokens):
            token = self.function.tokens[self.at]
            self.at += 1
            if token == closing: break
            if token == "\n":
                self.line += 1
                continue
            if is_start: counts.line = self.line
            if token in CLOSING:
                counts.n_operands += self.makes(token, last, is_start)
                if last in CONTROL or (token == "{" and is_start): token = ";"
            is_start = token in SEQUENCED
            if is_start: self.faults |= counts.end_operands(token == ",")
            last = token
        self.faults |= counts.end_operands(True)
        return counts.n_elements > 0

    def makes(self, bracket, last, is_start):
        is_call = bracket == "(" and last not in KEYWORDS and re.match(r"\w", last) is not None
        is_initializer = bracket == "{" and not is_start
        inside = self.read(CLOSING[bracket], is_call or is_initializer)
        return inside or (is_call and self.program.makes(self.function.path, last))


class Counts:
    """How many operands of an expression, and elements of a list, make something."""

    def __init__(self, is_list, line):
        self.is_list, self.first_line, self.line = is_list, line, line
        self.n_operands = self.n_elements = 0
        self.element_makes = False

    def end_operands(self, is_element):
        """The lines of faults in what ends."""
        faults = {self.line} if self.n_operands > 1 else set()
        self.element_makes |= self.n_operands > 0
        self.n_operands = 0
        if is_element:
            self.n_elements += self.element_makes
            self.element_makes = False
            if self.is_list and self.n_elements == 2: faults.add(self.first_line)
        return faults


def main():
    program = Program(sys.argv[1:])
    missing = MAKERS - set(program.shared)
    if missing: sys.exit("check-order.py: no function is called " + ", ".join(sorted(missing)))
    faults = {(f.path, line) for f in program.functions for line in Reader(program, f).faults}
    for path, line in sorted(faults): print(f"{path}:{line}")
    return len(faults) > 0


if __name__ == "__main__":
    sys.exit(main())
