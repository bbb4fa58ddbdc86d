#!/usr/bin/env python3
"""Writes the small circuits of tests/circuits.

Their output is checked in; no test runs this. Usage: gen_circuits.py TOP_OF_THE_TREE
"""
import json
import os
import sys


class Circuit:
    """Gates in order; outputs get the last wire numbers when they are written."""

    def __init__(self, *widths):
        self.widths = widths
        self.n_inputs = sum(widths)
        self.gates = []  # (name, inputs, outputs), wires numbered as they come
        self.n_wires = self.n_inputs

    def inputs(self):
        at = 0
        for width in self.widths:
            yield list(range(at, at + width))
            at += width

    def gate(self, name, *ins):
        self.gates.append((name, ins, (self.n_wires,)))
        self.n_wires += 1
        return self.n_wires - 1

    def mand(self, a, b):
        outs = tuple(range(self.n_wires, self.n_wires + len(a)))
        self.gates.append(("MAND", tuple(a) + tuple(b), outs))
        self.n_wires += len(a)
        return list(outs)

    def text(self, *outputs, old=False):
        flat = [wire for value in outputs for wire in value]
        assert len(set(flat)) == len(flat) and min(flat, default=self.n_inputs) >= self.n_inputs
        rest = [w for w in range(self.n_wires) if w not in set(flat)]
        number = {wire: i for i, wire in enumerate(rest + flat)}
        lines = [f"{len(self.gates)} {self.n_wires}"]
        if old:
            widths = list(self.widths) + [0] * (2 - len(self.widths))
            lines.append(f"{widths[0]} {widths[1]}   {len(flat)}")
        else:
            lines.append(" ".join(map(str, [len(self.widths), *self.widths])))
            lines.append(" ".join(map(str, [len(outputs), *map(len, outputs)])))
        lines.append("")
        for name, ins, outs in self.gates:
            ins = ins if name == "EQ" else [number[w] for w in ins]
            wires = [*ins, *(number[w] for w in outs)]
            lines.append(" ".join(map(str, [len(ins), len(outs), *wires, name])))
        return "\n".join(lines) + "\n"


def adder(c, a, b):
    """Sum modulo 2^n: one AND a bit but for the last."""
    sums, carry = [c.gate("XOR", a[0], b[0])], c.gate("AND", a[0], b[0])
    for i in range(1, len(a)):
        x = c.gate("XOR", a[i], b[i])
        sums.append(c.gate("XOR", x, carry))
        if i + 1 < len(a):
            y = c.gate("XOR", a[i], carry)
            carry = c.gate("XOR", a[i], c.gate("AND", x, y))
    return sums


def add(n, old=False):
    c = Circuit(n, n)
    return c.text(adder(c, *c.inputs()), old=old)


def greater(n, old=False):
    """a > b: the carry of a + NOT b, one AND a bit."""
    c = Circuit(n, n)
    a, b = c.inputs()
    carry = c.gate("AND", a[0], c.gate("INV", b[0]))
    for i in range(1, n):
        x = c.gate("INV", c.gate("XOR", a[i], b[i]))
        carry = c.gate("XOR", a[i], c.gate("AND", x, c.gate("XOR", a[i], carry)))
    return c.text([carry], old=old)


def multiply(n):
    c = Circuit(n, n)
    a, b = c.inputs()
    total = c.mand(a, [b[0]] * n)
    for i in range(1, n):
        row = c.mand(a[: n - i], [b[i]] * (n - i))
        if n - i > 1:
            total[i:] = adder(c, total[i:], row)
        else:
            total[i:] = [c.gate("XOR", total[i], row[0])]
    return c.text(total)


def mixed():
    """Every kind of gate: the two inputs' bits through each, a constant and a copy."""
    c = Circuit(4, 4)
    a, b = c.inputs()
    zero, one = c.gate("EQ", 0), c.gate("EQ", 1)
    outs = [c.gate(name, a[i % 4], b[i % 4])
            for i, name in enumerate("XOR AND OR NAND NOR XNOR".split())]
    outs += [c.gate("INV", a[0]), c.gate("NOT", b[0]), c.gate("EQW", a[1])]
    outs += c.mand(a[1:], b[:3])
    outs += [c.gate("XOR", a[2], one), c.gate("AND", b[2], one), c.gate("OR", b[3], zero)]
    outs += [c.gate("AND", a[3], zero), c.gate("NAND", a[3], one), c.gate("NOR", zero, one)]
    outs += [c.gate("XOR", a[0], a[0]), c.gate("EQ", 1), c.gate("EQW", zero)]
    return c.text(outs[:8], outs[8:])


def three():
    """a + b XOR c."""
    c = Circuit(8, 8, 8)
    a, b, x = c.inputs()
    return c.text([c.gate("XOR", s, t) for s, t in zip(adder(c, a, b), x)])


def typed():
    """Copies an array of three int8_t and a struct of bool, float and uint4_t, and xors two
    doubles and two uint5_t[2]."""
    c = Circuit(24, 37, 64, 64, 10, 10)
    array, struct, x, y, p, q = c.inputs()
    return c.text(
        [c.gate("EQW", w) for w in array],
        [c.gate("EQW", w) for w in struct],
        [c.gate("XOR", s, t) for s, t in zip(x, y)],
        [c.gate("XOR", s, t) for s, t in zip(p, q)],
    )


def interface(function, inputs, outputs):
    return json.dumps({
        "schema": "sotto-interface/1",
        "function": function,
        "inputs": [{"name": n, "owner": o, "type": t} for n, o, t in inputs],
        "outputs": [{"name": n, "type": t} for n, t in outputs],
    }, indent=2) + "\n"


G, E = "garbler", "evaluator"
STRUCT = {"struct": [{"name": "flag", "type": "bool"}, {"name": "ratio", "type": "float"},
                     {"name": "nibble", "type": "uint4_t"}]}
TRIPLE = {"array": "int8_t", "n": 3}
PAIR = {"array": "uint5_t", "n": 2}

TESTS = {
    "add8.txt": add(8),
    "add8.json": interface("add", [("a", G, "uint8_t"), ("b", E, "uint8_t")],
                           [("result", "uint8_t")]),
    "add8-old.txt": add(8, old=True),
    "less32.txt": greater(32),
    "less32.json": interface("richer", [("alice", G, "uint32_t"), ("bob", E, "uint32_t")],
                             [("result", "bool")]),
    "less32-old.txt": greater(32, old=True),
    "mul8.txt": multiply(8),
    "mul8.json": interface("mul", [("a", G, "uint8_t"), ("b", E, "uint8_t")],
                           [("result", "uint8_t")]),
    "mixed.txt": mixed(),
    "three.txt": three(),
    "three.json": interface("three", [("a", G, "uint8_t"), ("b", E, "int8_t"),
                                      ("c", G, "uint8_t")], [("result", "uint8_t")]),
    "typed.txt": typed(),
    "typed.json": interface(
        "typed",
        [("array", G, TRIPLE), ("record", E, STRUCT), ("x", G, "double"), ("y", E, "double"),
         ("p", G, PAIR), ("q", E, PAIR)],
        [("array", TRIPLE), ("record", STRUCT), ("z", "double"), ("r", PAIR)]),
    "zero-width.txt": "1 3\n2 2 0\n1 1\n\n2 1 0 1 2 AND\n",
    "zero-width-old.txt": "2 4\n2 0   1\n2 1 0 1 2 AND\n1 1 2 3 INV\n",
    "zero-gates.txt": "0 4\n2 2 2\n1 4\n",
    "output-input.txt": "1 3\n2 1 1\n2 1 2\n2 1 0 1 2 AND\n",
    "constants.txt": "3 3\n0\n1 3\n\n1 1 1 0 EQ\n1 1 0 1 EQ\n1 1 0 2 EQW\n",
    "copies.txt": "3 5\n2 1 1\n2 1 2\n\n2 1 0 1 2 AND\n1 1 2 3 EQW\n1 1 0 4 EQW\n",
    "messy.txt": "# a comment\r\n\r\n  2\t\t5 \r\n \t \r\n2   2 1   \r\n #x\r\n1 1\r\n"
                 "2 1 0 1 3 AND\r\n\r\n2 1 3 2 4 XOR   \r\n\r\n# the end",
}

BAD = {
    "empty": "",
    "blank": "\n  \n# only this\n",
    "one-line": "2 3\n",
    "two-lines": "1 3\n2 1 1\n",
    "bom": "\ufeff1 3\n2 1 1\n1 1\n\n2 1 0 1 2 AND\n",
    "nul": "1 3\n2 1 1\n1 1\n\n2 1 0 1\0 2 AND\n",
    "nul-comment": "1 3\n# \0\n2 1 1\n1 1\n\n2 1 0 1 2 AND\n",
    "lone-cr": "1 3\n2 1 1\n1 1\n\n2 1 0 1 2 AND\r",
    "cr-only": "1 3\r2 1 1\r1 1\r\r2 1 0 1 2 AND\r",
    "header-word": "1 x\n2 1 1\n1 1\n\n2 1 0 1 2 AND\n",
    "header-one": "1\n2 1 1\n1 1\n\n2 1 0 1 2 AND\n",
    "header-three": "1 3 0\n2 1 1\n1 1\n\n2 1 0 1 2 AND\n",
    "header-gate": "1 3 AND\n2 1 1\n1 1\n\n2 1 0 1 2 AND\n",
    "header-sign": "+1 3\n2 1 1\n1 1\n\n2 1 0 1 2 AND\n",
    "header-large": "18446744073709551617 3\n2 1 1\n1 1\n\n2 1 0 1 2 AND\n",
    "inputs-few": "1 3\n3 1 1\n1 1\n\n2 1 0 1 2 AND\n",
    "inputs-many": "1 3\n2 1 1 1\n1 1\n\n2 1 0 1 2 AND\n",
    "inputs-missing": "1 3\n1 1\n1 1\n\n2 1 0 1 2 AND\n",
    "outputs-few": "1 3\n2 1 1\n2 1\n\n2 1 0 1 2 AND\n",
    "outputs-wide": "1 3\n2 1 1\n1 4\n\n2 1 0 1 2 AND\n",
    "inputs-wide": "1 3\n2 2 2\n1 1\n\n2 1 0 1 2 AND\n",
    "widths-overflow": "1 3\n3 9999999999999999999 9999999999999999999 1\n1 1\n\n2 1 0 1 2 AND\n",
    "old-four": "1 3\n1 1 1 1\n2 1 0 1 2 AND\n",
    "old-two": "1 3\n1 1\n2 1 0 1 2 AND\n",
    "few-wires": "1 2\n2 1 1\n1 1\n\n2 1 0 1 2 AND\n",
    "no-gates": "0 3\n2 1 1\n1 1\n",
    "huge-wires": "1 1152921504606846976\n2 1 1\n1 1\n\n2 1 0 1 2 AND\n",
    "huge-gates": "2147483648 2147483650\n2 1 1\n1 1\n\n2 1 0 1 2 AND\n",
    "huge-inputs": "1 3\n1048576 1 1\n1 1\n\n2 1 0 1 2 AND\n",
    "gates-few": "2 4\n2 1 1\n1 1\n\n2 1 0 1 2 AND\n\n# nothing more comes\n\n",
    "gates-many": "1 3\n2 1 1\n1 1\n\n2 1 0 1 2 AND\n2 1 0 1 2 AND\n",
    "trailing-text": "1 3\n2 1 1\n1 1\n\n2 1 0 1 2 AND\n\nthe end\n",
    "trailing-number": "1 3\n2 1 1\n1 1\n\n2 1 0 1 2 AND\n7\n",
    "trailing-comment": "1 3\n2 1 1\n1 1\n\n2 1 0 1 2 AND # no\n",
    "behind-gate": "1 3\n2 1 1\n1 1\n\n2 1 0 1 2 AND 3\n",
    "undriven": "1 4\n2 1 1\n1 1\n\n2 1 0 1 3 AND\n",
    "driven-twice": "2 4\n2 1 1\n1 1\n\n2 1 0 1 3 AND\n2 1 0 1 3 XOR\n",
    "drives-input": "1 3\n2 1 1\n1 1\n\n2 1 0 1 1 AND\n",
    "use-before": "2 4\n2 1 1\n1 1\n\n2 1 0 2 3 AND\n2 1 0 1 2 XOR\n",
    "self-loop": "1 3\n2 1 1\n1 1\n\n2 1 0 2 2 AND\n",
    "wire-out": "1 3\n2 1 1\n1 1\n\n2 1 0 1 3 AND\n",
    "wire-in": "1 3\n2 1 1\n1 1\n\n2 1 0 3 2 AND\n",
    "wire-wrap": "1 3\n2 1 1\n1 1\n\n2 1 0 4294967297 2 AND\n",
    "wire-nan": "1 3\n2 1 1\n1 1\n\n2 1 0 NaN 2 AND\n",
    "wire-negative": "1 3\n2 1 1\n1 1\n\n2 1 0 -1 2 AND\n",
    "wire-hex": "1 3\n2 1 1\n1 1\n\n2 1 0 0x1 2 AND\n",
    "wire-decimal": "1 3\n2 1 1\n1 1\n\n2 1 0 1.0 2 AND\n",
    "gate-unknown": "1 3\n2 1 1\n1 1\n\n2 1 0 1 2 MUX\n",
    "gate-lower": "1 3\n2 1 1\n1 1\n\n2 1 0 1 2 and\n",
    "gate-prefix": "1 3\n2 1 1\n1 1\n\n2 1 0 1 2 ANDS\n",
    "gate-missing": "1 3\n2 1 1\n1 1\n\n2 1 0 1 2\n",
    "gate-alone": "1 3\n2 1 1\n1 1\n\nAND\n",
    "arity-and": "1 3\n2 1 1\n1 1\n\n1 1 0 2 AND\n",
    "arity-xor": "1 4\n3 1 1 1\n1 1\n\n3 1 0 1 2 3 XOR\n",
    "arity-inv": "1 3\n2 1 1\n1 1\n\n2 1 0 1 2 INV\n",
    "arity-outputs": "1 4\n2 1 1\n1 1\n\n2 2 0 1 2 3 AND\n",
    "arity-none": "1 3\n2 1 1\n1 1\n\n0 1 2 AND\n",
    "count-few": "1 3\n2 1 1\n1 1\n\n2 1 0 2 AND\n",
    "count-many": "1 3\n2 1 1\n1 1\n\n2 1 0 1 1 2 AND\n",
    "count-huge": "1 3\n2 1 1\n1 1\n\n9223372036854775809 9223372036854775809 0 1 2 AND\n",
    "eq-two": "1 3\n2 1 1\n1 1\n\n1 1 2 2 EQ\n",
    "mand-zero": "1 3\n2 1 1\n1 1\n\n0 0 MAND\n",
    "mand-odd": "1 5\n3 1 1 1\n1 1\n\n3 2 0 1 2 3 4 MAND\n",
    "mand-self": "1 6\n2 1 1\n1 1\n\n4 2 0 2 1 1 2 3 MAND\n",
    "mand-twice": "1 6\n4 1 1 1 1\n1 1\n\n4 2 0 1 2 3 4 4 MAND\n",
    "mand-wide": "1 3\n2 1 1\n1 1\n\n4 2 0 0 1 1 2 3 MAND\n",
    "old-third": "2 4\n1 1 1\n2 1 0 1 2 xor\n1 1 2 3 INV\n",
}

BAD_JSON = {
    "syntax": '{"schema":"sotto-interface/1",',
    "trailing": interface("f", [("a", G, "uint8_t"), ("b", E, "uint8_t")],
                          [("r", "uint8_t")]) + "{}",
}


def main(top):
    def put(path, text):
        with open(os.path.join(top, path), "wb") as file:
            file.write(text.encode())

    for name, text in TESTS.items():
        put("tests/circuits/" + name, text)
    for name, text in BAD.items():
        put(f"tests/circuits/bad-{name}.txt", text)
    for name, text in BAD_JSON.items():
        put(f"tests/circuits/bad-{name}.json", text)


main(sys.argv[1])
