#!/usr/bin/env python3
"""Random programs of circuit C, the same ones for the same seed.

  generate.py SEED [NUMBER]    prints one program, with the host's side of the interface

Every construct of the language is drawn from: see expressions.py and statements.py. What C leaves
undefined is written with the macros of semantics.h, which give the host the meaning that circuits
have. A program has a budget of gates, so that a thousand of them are tested in a minute."""
import contextlib
import random
import sys

from expressions import Expressions, Scope, Var
from model import INT, FLOAT, DOUBLE, UINT, SCALARS, Array, Int, Record
from statements import Statements


class Function:
    def __init__(self, name, result, params, pointers=(), depth=0, pure=True):
        self.name, self.result, self.params, self.pointers = name, result, params, list(pointers)
        self.depth, self.pure, self.cost = depth, pure and not pointers and not depth, 0
        self.is_maker = result is not None and result.is_record
        self.is_twin = result is INT and params == [INT]


class Program(Expressions, Statements):
    def __init__(self, seed, number=1):
        self.r = r = random.Random(seed)
        self.number, self.n_names, self.n_lines = number, 0, 0
        self.functions, self.enums, self.structs, self.globals = [], [], [], []
        self.cost, self.factor, self.nested = 0, 1, 0
        self.budget = r.choice([2000, 5000, 5000, 10000, 10000, 20000, 60000])
        self.floats = r.random() < 0.25
        if self.floats:
            self.budget = max(self.budget, 10000)
        self.wide = r.random() < 0.15
        self.precise = []
        if r.random() < 0.25:
            for bits in r.sample(range(2, 128), 3) + [r.choice([1, 31, 32, 33, 63, 64, 65])]:
                signed = r.random() < 0.5 and bits > 1
                self.precise.append(Int("%s_BitInt(%d)" % ("" if signed else "unsigned ", bits), bits,
                                        signed, 0, "%sb%d_%d" % ("s" if signed else "u", bits,
                                                                 number), True))

    def name(self, prefix):
        self.n_names += 1
        return "%s%d" % (prefix, self.n_names)

    def spend(self, cost):
        if self.cost + cost * self.factor > self.budget:
            return False
        self.cost += cost * self.factor
        return True

    @contextlib.contextmanager
    def times(self, n):
        self.factor *= n
        yield
        self.factor //= n

    def outer_name(self, prefix):
        return "%s_%d" % (self.name(prefix), self.number)

    # --------------------------------------------------------------------------------- types
    def type_definitions(self):
        out = ""
        for t in {t.tag: t for t in self.precise}.values():
            out += "typedef %s %s_t;\nBITINT(%s, %d)\n" % (t.name, t.tag, t.tag, t.bits)
        if self.r.random() < 0.3:
            name, low = self.outer_name("e"), self.r.random() < 0.5
            out += "enum %s { A%s = %d, B%s, C%s = 9 };\n" % (name, name, -3 if low else 2, name,
                                                             name)
            self.enums.append(Int("enum " + name, 32, low, 3))
        for _ in range(self.r.choice([0, 1, 1, 2])):
            out += self.record_definition()
        if self.r.random() < 0.25:
            out += self.union_definition()
        return out

    def record_definition(self):
        r, fields = self.r, []
        for _ in range(r.randrange(1, 5)):
            x, name, t, width = r.random(), self.name("m"), r.choice(self.scalar_types()), 0
            if x < 0.25 and t.is_int and not t.precise and t.bits <= 32 and t not in self.enums:
                width = r.randrange(1, t.bits + 1)
            elif x < 0.45:
                t = Array(t, r.randrange(1, 5))
                if r.random() < 0.3:
                    t = Array(t, 2)
            elif x < 0.55 and self.structs:
                t = r.choice(self.structs)
            elif x < 0.6 and self.structs:
                t = Array(r.choice(self.structs), 2)
            fields.append((name, t, width))
        return self.add_record(fields, False)

    def union_definition(self):
        t = self.r.choice([t for t in SCALARS if t.bits in (32, 64)])
        other = Int("int" if t.bits == 32 else "long", t.bits, True, 3 + (t.bits == 64))
        fields = [(self.name("m"), t, 0), (self.name("m"), other, 0)]
        part = self.r.choice([Int("uint8_t", 8, False, 1), Int("int16_t", 16, True, 2)])
        fields.append((self.name("m"), Array(part, t.bits // part.bits), 0))
        return self.add_record(fields, True)

    def add_record(self, fields, is_union):
        name = self.outer_name("r")
        t = Record("%s %s" % ("union" if is_union else "struct", name), name, fields, is_union)
        self.structs.append(t)
        return "%stypedef %s %s_t;\nPLACES(%s)\n" % (t.definition(), t.name, name, name)

    # ------------------------------------------------------------------------------- globals
    def table(self):
        r = self.r
        t = r.choice([t for t in self.scalar_types() if not t.is_float or self.floats])
        if t.precise:
            t = UINT
        n, name = r.choice([2, 4, 7, 8, 16]), self.outer_name("t")
        values = [self.constant(t) for _ in range(r.randrange(1, n + 1))]
        if r.random() < 0.3:
            values = values[:n // 2]
            values.insert(r.randrange(len(values)), "[%d] = %s" % (r.randrange(n // 2),
                                                                  self.constant(t)))
        whole = Array(t, n)
        self.globals.append(Var(name, whole, const=True))
        return "static const %s = {%s};\n" % (whole.declare(name), ", ".join(values))

    def matrix(self):
        t, name = self.r.choice(SCALARS), self.outer_name("t")
        whole = Array(Array(t, 3), 2)
        rows = ", ".join("{%s}" % ", ".join(self.constant(t) for _ in range(3)) for _ in range(2))
        self.globals.append(Var(name, whole, const=True))
        return "static const %s = {%s};\n" % (whole.declare(name), rows)

    def global_variable(self):
        r, name = self.r, self.outer_name("g")
        x = r.random()
        if x < 0.3 and self.structs:
            t, init = r.choice(self.structs), ""
        elif x < 0.6:
            t = Array(r.choice(self.scalar_types()), r.randrange(1, 6))
            init = " = {%s}" % self.constant(t.base) if not t.base.precise else ""
        else:
            t = r.choice(self.scalar_types())
            init = " = %s" % self.constant(t) if not t.precise and r.random() < 0.6 else ""
        self.globals.append(Var(name, t))
        return "STATE(%d) static %s%s;\n" % (self.number, t.declare(name), init)

    def global_variables(self):
        out = ""
        for _ in range(self.r.choice([0, 1, 1])):
            out += self.table()
        if self.r.random() < 0.15:
            out += self.matrix()
        for _ in range(self.r.choice([0, 0, 1, 2])):
            out += self.global_variable()
        return out

    # ----------------------------------------------------------------------------- functions
    def scope(self, pure):
        s = Scope()
        s.structs = [t for t in self.structs if any(not f[1].is_array and not f[1].is_record
                                                    for f in t.fields)]
        s.vars = [Var(v.text, v.type, v.const or pure) for v in self.globals]
        return s

    def finish(self, s):
        if s.result.is_record:
            return "    return %s;\n" % [v.text for v in s.vars if v.type is s.result][0]
        return "    return %s;\n" % self.value(s, s.result, 2)

    def helper(self):
        r = self.r
        kind = r.choice(["pure", "pure", "twin", "impure", "pointer", "recursive", "maker"])
        result = r.choice(self.scalar_types())
        params = [r.choice(self.scalar_types()) for _ in range(r.randrange(0, 4))]
        if kind == "twin":
            result, params = INT, [INT]
        if kind == "maker" and self.structs:
            result = r.choice(self.structs)
            params = [result] + params[:1]
        f = Function(self.outer_name("h"), result, params,
                     [r.choice(self.scalar_types())] if kind == "pointer" else [],
                     r.randrange(1, 4) if kind == "recursive" else 0,
                     kind not in ("impure", "pointer", "recursive"))
        before = self.cost
        text = self.function_text(f, kind)
        f.cost = (self.cost - before) * (f.depth + 1)
        self.functions.append(f)
        return text

    def function_text(self, f, kind):
        r = self.r
        s = self.scope(f.pure)
        s.result = f.result
        declared = ["int depth"] if f.depth else []
        for t in f.params:
            name = self.name("x")
            declared.append(t.declare(name))
            s.vars.append(Var(name, t, plain=True))
        for t in f.pointers:
            name = self.name("q")
            declared.append(t.declare("*" + name))
            s.vars.append(Var("(*%s)" % name, t))
        body = ""
        if kind == "impure" and r.random() < 0.5:
            t, name = r.choice(SCALARS), self.name("n")
            body = "    STATE(%d) static %s = %s;\n" % (self.number, t.declare(name),
                                                       self.constant(t))
            s.vars.append(Var(name, t))
        hidden, self.functions = self.functions, [g for g in self.functions if g.pure or not f.pure]
        body += "".join(self.stmt(s, 2, 1) for _ in range(r.randrange(1, 4)))
        if f.depth:
            again = ["depth - 1"] + [self.value(s, t, 1) for t in f.params]
            body = "    if (depth <= 0) return %s;\n%s    %s = %s(%s);\n" % (
                self.convert("0", INT, f.result), body, f.result.declare("again"), f.name,
                ", ".join(again))
            s.vars.append(Var("again", f.result, plain=True))
        body += self.finish(s)
        self.functions = hidden
        head = "%s%s %s(%s)" % (r.choice(["static ", "static inline "]), f.result.name, f.name,
                                ", ".join(declared) or "void")
        return "%s\n{\n%s}\n" % (head, body)

    # --------------------------------------------------------------------------------- entry
    def crossing_type(self):
        r = self.r
        x = r.random()
        if x < 0.6:
            return r.choice(self.scalar_types())
        if x < 0.85 or not self.structs:
            t = Array(r.choice(self.scalar_types()), r.randrange(1, 6))
            return Array(t, 2) if r.random() < 0.2 else t
        return r.choice(self.structs)

    def inputs(self, s):
        declared, signature, take, names = [], "", "", []
        for _ in range(self.r.randrange(1, 5)):
            t, name = self.crossing_type(), self.name("a")
            owner = self.r.choice("ge")
            const = t.is_array and self.r.random() < 0.3
            declared.append("%s %s%s" % ({"g": "GARBLER", "e": "EVALUATOR"}[owner],
                                         "const " if const else "", t.declare(name)))
            signature += "%s %s %s;" % (owner, name, t.shape())
            take += "    static %s;\n    %s\n" % (t.declare(name), t.take(name))
            names.append(name)
            s.vars.append(Var(name, t, const, plain=not t.is_array))
        return declared, signature, take, names

    def outputs(self, s):
        declared, signature, give, names = [], "", "", []
        for _ in range(self.r.choice([0, 0, 1, 2])):
            t, name = self.crossing_type(), self.name("o")
            if t.is_array:
                declared.append("OUTPUT " + t.declare(name))
                s.vars.append(Var(name, t))
                names.append(name)
            else:
                declared.append("OUTPUT " + t.declare("*" + name))
                s.vars.append(Var("(*%s)" % name, t))
                names.append("&" + name)
            signature += "o %s %s;" % (name, t.shape())
            give += "    %s\n" % t.give(name)
            self.host_outputs += "    static %s;\n    memset(&%s, 0, sizeof %s);\n" % (
                t.declare(name), name, name)
        return declared, signature, give, names

    def digest(self, s):
        """Everything that was computed meets in the result or an output."""
        out = ""
        for v in s.vars:
            if v.const or self.r.random() < 0.4 or v.type.is_float:
                continue
            place = self.field(Scope(), v.text, v.type, 0)
            if place[1].is_int:
                out += "    seen_ = seen_ * 3 ^ (unsigned)%s;\n" % place[0]
        return out

    def entry(self):
        s, name = self.scope(False), "entry_%d" % self.number
        self.host_outputs = ""
        declared, signature, take, names = self.inputs(s)
        more, out_signature, give, out_names = self.outputs(s)
        with_struct = [t for t in self.structs if any(v.type is t for v in s.vars)]
        result = self.r.choice(with_struct) if with_struct and self.r.random() < 0.2 else \
            self.r.choice(self.scalar_types())
        s.result = result
        declared.append("OUTPUT unsigned *digest_")
        body = "".join(self.stmt(s, 3, 1) for _ in range(self.r.randrange(2, 9)))
        self.budget += 5000
        body += "    {\n    unsigned seen_ = 0;\n%s    *digest_ = seen_;\n    }\n" % self.digest(s)
        text = "%s %s(%s)\n{\n%s%s}\n" % (result.name, name, ", ".join(declared + more), body,
                                          self.finish(s))
        signature += "o result %s;o digest_ u32;%s" % (result.shape(), out_signature)
        host = "const char signature_%d[] = \"%s\";\n" % (self.number, signature)
        host += "void run_%d(const uint8_t *in, uint8_t *out)\n{\n%s%s" % (
            self.number, take, self.host_outputs)
        host += "    static unsigned digest_;\n    digest_ = 0;\n    PUT_BACK(%d)\n" % self.number
        host += "    %s = %s(%s);\n    %s\n    %s\n%s    *out = exceeded;\n}\n" % (
            result.declare("result"), name, ", ".join(names + ["&digest_"] + out_names),
            result.give("result"), UINT.give("digest_"), give)
        return text + "#ifndef __GC_CC__\n" + host + "#endif\n"

    def text(self):
        out = self.type_definitions() + self.global_variables()
        for _ in range(self.r.choice([0, 1, 2, 3])):
            out += self.helper()
        return out + self.entry()


def program(seed, number=1):
    """(text, whether the host needs a compiler that has _BitInt)"""
    p = Program(seed, number)
    return p.text(), bool(p.precise)


if __name__ == "__main__":
    print('#include "semantics.h"')
    number = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    print("@@ %d" % number)
    print(program(int(sys.argv[1]), number)[0])
