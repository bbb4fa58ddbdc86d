"""Random programs of circuit C whose meaning C defines (with -fwrapv): integers of all widths,
arrays at secret indices, structs, pointers, calls, and control flow under secret conditions."""
import random

TYPES = ["int8_t", "uint8_t", "int16_t", "uint16_t", "int32_t", "uint32_t", "int64_t", "uint64_t",
         "bool", "int", "unsigned", "char", "long"]
ARITH = ["+", "-", "*", "&", "|", "^"]
COMPARE = ["<", "<=", ">", ">=", "==", "!="]


class Program:
    def __init__(self, seed):
        self.r = random.Random(seed)
        self.floats = self.r.random() < 0.25
        self.functions = []
        self.n = 0

    def name(self, prefix):
        self.n += 1
        return "%s%d" % (prefix, self.n)

    # scope: scalars [(name, type)], arrays [(name, type, n)], structs [name], pointers [(name, n)]
    def place(self, s, depth):
        """Something that can be written."""
        r = self.r
        kinds = ["scalar"] * 4 + ["array"] * 3 * bool(s["arrays"]) + ["struct"] * bool(s["structs"])
        kinds += ["pointer"] * 2 * bool(s["pointers"])
        kind = r.choice(kinds)
        if kind == "scalar" and not s["scalars"]:
            kind = "array"
        if kind == "scalar":
            return r.choice(s["scalars"])[0]
        if kind == "array":
            name, _, n = r.choice(s["arrays"])
            return "%s[%s]" % (name, self.index(s, n, depth))
        if kind == "struct":
            name = r.choice(s["structs"])
            return r.choice([name + ".a", name + ".b", name + ".f", name + ".g",
                             "%s.c[%s]" % (name, self.index(s, 4, depth))])
        name, n = r.choice(s["pointers"])
        return r.choice(["*%s" % name, "%s[%s]" % (name, self.index(s, n, depth))])

    def index(self, s, n, depth):
        r = self.r
        if s["counters"] and r.random() < 0.5:
            name, limit = r.choice(s["counters"])
            if limit <= n:
                return name
        if r.random() < 0.3 or depth <= 0:
            return str(r.randrange(n))
        e = "(unsigned)(%s)" % self.expr(s, depth - 2)
        return "%s %% %du" % (e, n) if n & (n - 1) else "%s & %du" % (e, n - 1)

    def leaf(self, s):
        r = self.r
        x = r.random()
        if x < 0.2:
            return r.choice(["0", "1", "2", "-1", "7", "255", "100", "0x7fff", "1000u", "65535",
                             "-128", "3000000000u", "0x123456789LL"])
        if x < 0.3 and s["counters"]:
            return r.choice(s["counters"])[0]
        return self.place(s, 1)

    def expr(self, s, depth):
        r = self.r
        if depth <= 0:
            return self.leaf(s)
        x = r.random()
        a = lambda: self.expr(s, depth - 1)
        if x < 0.35:
            return "(%s %s %s)" % (a(), r.choice(ARITH), a())
        if x < 0.43:
            return "(%s %s %s)" % (a(), r.choice(COMPARE), a())
        if x < 0.49:
            return "(%s %s (%s & 7))" % (a(), r.choice(["<<", ">>"]), self.integer(s, depth - 1))
        if x < 0.54:
            return "(%s %s ((%s & 15) | 1))" % (a(), r.choice(["/", "%"]), a())
        if x < 0.58:
            return "((uint32_t)%s %s ((uint32_t)%s | 1u))" % (a(), r.choice(["/", "%"]), a())
        if x < 0.66:
            return "(%s ? %s : %s)" % (a(), a(), a())
        if x < 0.71:
            return "(%s %s %s)" % (a(), r.choice(["&&", "||"]), a())
        if x < 0.77:
            return "%s%s" % (r.choice(["-", "~", "!"]), "(" + a() + ")")
        if x < 0.84:
            return "(%s)(%s)" % (r.choice(TYPES), a())
        if x < 0.90:
            return "__builtin_popcount(%s)" % a()
        if x < 0.91:
            return "abs((int)(%s))" % a()
        return self.leaf(s)

    def integer(self, s, depth):
        return self.expr(s, depth)

    def call(self, s, depth):
        name, n_params = self.r.choice(s["functions"])
        args = [self.expr(s, depth - 2) for _ in range(n_params)]
        return "%s(%s)" % (name, ", ".join(args))

    def block(self, s, depth, indent):
        inner = {k: list(v) if isinstance(v, list) else v for k, v in s.items()}
        out = ""
        for _ in range(self.r.randrange(1, 4)):
            out += self.stmt(inner, depth, indent)
        return out

    def stmt(self, s, depth, indent):
        r = self.r
        pad = "    " * indent
        x = r.random()
        if depth <= 0 or x < 0.34:
            y = r.random()
            p = self.place(s, 2)
            if y < 0.55:
                return pad + "%s = %s;\n" % (p, self.expr(s, 3))
            if y < 0.85:
                return pad + "%s %s= %s;\n" % (p, r.choice(ARITH), self.expr(s, 2))
            return pad + "%s;\n" % r.choice(["%s++", "--%s", "%s--"]).replace("%s", "(" + p + ")")
        if x < 0.42:
            name, kind = self.name("v"), r.choice(TYPES)
            if s["functions"] and r.random() < 0.5:
                # A call alone: C leaves open in which order it and other operands are evaluated.
                text = pad + "%s %s = %s;\n" % (kind, name, self.call(s, 4))
                s["scalars"].append((name, kind))
                return text
            text = pad + "%s %s = %s;\n" % (kind, name, self.expr(s, 2))
            s["scalars"].append((name, kind))
            return text
        if x < 0.46:
            name, kind, n = self.name("t"), r.choice(TYPES), r.choice([2, 3, 4])
            text = pad + "%s %s[%d] = {%s};\n" % (kind, name, n, self.expr(s, 1))
            s["arrays"].append((name, kind, n))
            return text
        if x < 0.50 and s["ints"]:
            name = self.name("p")
            array, n = r.choice(s["ints"])
            other, m = r.choice(s["ints"])
            text = pad + "int *%s = %s ? %s : %s;\n" % (name, self.expr(s, 2), array, other)
            s["pointers"].append((name, min(n, m)))
            return text
        if x < 0.68:
            text = pad + "if (%s) {\n%s" % (self.expr(s, 2), self.block(s, depth - 1, indent + 1))
            if r.random() < 0.5:
                text += pad + "} else {\n" + self.block(s, depth - 1, indent + 1)
            return text + pad + "}\n"
        if x < 0.82:
            name, n = self.name("i"), r.randrange(1, 5)
            inner = dict(s)
            inner["counters"] = s["counters"] + [(name, n)]
            inner["loops"] = s["loops"] + 1
            if r.random() < 0.25:
                head = "int %s = %d;\n%sdo {\n" % (name, 0, pad)
                body = self.block(inner, depth - 1, indent + 1).replace("continue;", "break;")
                return (pad + "{ " + head + body + pad + "} while (++%s < %d); }\n" % (name, n))
            return (pad + "for (int %s = 0; %s < %d; %s++) {\n" % (name, name, n, name) +
                    self.block(inner, depth - 1, indent + 1) + pad + "}\n")
        if x < 0.90:
            text = pad + "switch ((%s) & 3) {\n" % self.integer(s, 2)
            inner = dict(s)
            inner["switch"] = True
            for label in r.sample(["case 0:", "case 1:", "case 2:", "case 3:", "default:"],
                                  r.randrange(2, 6)):
                text += pad + label + " {\n" + self.block(inner, depth - 1, indent + 1) + pad + "}\n"
                if r.random() < 0.7:
                    text += pad + "    break;\n"
            return text + pad + "}\n"
        if x < 0.95 and s["loops"]:
            jump = r.choice(["break;", "continue;"])
            return pad + "if (%s) %s\n" % (self.expr(s, 2), jump)
        if s["result"]:
            return pad + "if (%s) return %s;\n" % (self.expr(s, 2), self.expr(s, 2))
        return pad + ";\n"

    def function(self, name, params, arrays, is_entry):
        kind = self.r.choice(TYPES)
        s = {"scalars": list(params), "arrays": list(arrays), "structs": ["g0"], "pointers": [],
             "counters": [], "loops": 0, "result": True, "functions": list(self.functions),
             "ints": [(n, k) for n, t, k in arrays if t == "int"] + [("gi", 4)]}
        if is_entry:
            s["arrays"].append(("gi", "int", 4))
        body = "".join(self.stmt(s, 3, 1) for _ in range(self.r.randrange(3, 8)))
        return kind, body, s

    def text(self):
        r = self.r
        out = ("#include <stdint.h>\n#include <stdbool.h>\n#include <stdlib.h>\n"
               "#include <sotto-circuit.h>\n"
               "struct rec { int a; uint8_t b; int16_t c[4]; unsigned f : 5; int g : 9; };\n"
               "static struct rec g0;\nstatic int gi[4];\n")
        for _ in range(r.randrange(0, 3)):
            params = [(self.name("x"), r.choice(TYPES)) for _ in range(r.randrange(1, 4))]
            name = self.name("helper")
            kind, body, s = self.function(name, params, [], False)
            out += "static %s %s(%s)\n{\n%s    return %s;\n}\n" % (
                kind, name, ", ".join("%s %s" % (t, n) for n, t in params), body,
                self.expr(s, 2))
            self.functions.append((name, len(params)))
        params = [(self.name("a"), r.choice(TYPES)) for _ in range(r.randrange(1, 4))]
        arrays = [(self.name("b"), r.choice(TYPES[:8] + ["int"] * 4), r.choice([2, 3, 4, 5]))
                  for _ in range(r.randrange(1, 3))]
        kind, body, s = self.function("entry", params, arrays, True)
        marks = ["%s %s %s" % (r.choice(["GARBLER", "EVALUATOR"]), t, n) for n, t in params]
        marks += ["%s %s %s[%d]" % (r.choice(["GARBLER", "EVALUATOR"]), t, n, k)
                  for n, t, k in arrays]
        # Globals keep their values from one line of input to the next on the host alone.
        reset = ("    for (int i = 0; i < 4; i++) gi[i] = i * 3, g0.c[i] = (int16_t)i;\n"
                 "    g0.a = g0.b = g0.f = g0.g = 0;\n")
        out += "// function entry\n%s run(%s)\n{\n%s    return %s;\n}\n" % (
            kind, ", ".join(m.split(" ", 1)[1] for m in marks), body, self.expr(s, 2))
        out = out.replace("%s run(" % kind, "static %s run(" % kind, 1)
        names = [n for n, _ in params] + [n for n, _, _ in arrays]
        out += "%s entry(%s, OUTPUT int state[8])\n{\n%s    %s result_ = run(%s);\n" % (
            kind, ", ".join(marks), reset, kind, ", ".join(names))
        out += ("    for (int i = 0; i < 4; i++) state[i] = gi[i], state[4 + i] = g0.c[i];\n"
                "    state[7] += g0.a * 3 + g0.b * 5 + g0.f * 7 + g0.g * 11;\n"
                "    return result_;\n}\n")
        return out


def program(seed):
    return Program(seed).text()


if __name__ == "__main__":
    import sys
    print(program(int(sys.argv[1])))
