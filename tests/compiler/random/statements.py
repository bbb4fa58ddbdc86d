"""Random statements: every way that control and memory take in circuit C."""
import re

from expressions import Pointer, Scope, Var
from model import BOOL, FLOAT, INT, UINT, Array, common, promote


class Statements:
    """Needs what Expressions has, self.name(prefix), self.times(n), self.n_lines."""

    def block(self, s, depth, indent, n=3):
        inner = Scope(s)
        return "".join(self.stmt(inner, depth, indent) for _ in range(self.r.randrange(1, n + 1)))

    def condition(self, s, depth=2):
        return self.expr(s, depth)[0]

    # --------------------------------------------------------------------------- assignments
    def assign(self, s, pad):
        r = self.r
        place = self.place(s, 2, writable=True)
        if place is None:
            return pad + ";\n"
        text, t, width = place
        x = r.random()
        if x < 0.5 or t is BOOL and x < 0.9:
            return "%s%s = %s;\n" % (pad, text, self.value(s, t, 3))
        if x < 0.62:
            return pad + r.choice(["%s++;\n", "--%s;\n", "%s--;\n", "++%s;\n"]) % ("(%s)" % text)
        return self.compound(s, pad, text, t, width)

    def compound(self, s, pad, text, t, width):
        """Only operators that are defined for all operands on the host too."""
        r = self.r
        value, vt = self.expr(s, 2)
        if vt.is_float and not t.is_float or t.is_float and not self.spend(1000):
            value, vt = self.convert(value, vt, INT), INT
            if t.is_float:
                return "%s%s = %s;\n" % (pad, text, value)
        if t.is_float:
            if vt.is_int and vt.precise:
                value = self.convert(value, vt, t)
            return "%s%s %s= %s;\n" % (pad, text, r.choice("+-*"), value)
        op = r.choice(["+", "-", "*", "&", "|", "^", "<<", ">>", "/", "%"])
        shifted = INT if width else promote(t)
        if op in ("<<", ">>"):
            value = "((unsigned)(%s) %% %du)" % (value, shifted.bits)
        elif op in "/%":
            value = r.choice(["3", "10u", "(7 + (%s & 15))" % value if vt.bits <= 32 and
                              not vt.precise else "5"])
        cost = common(t, vt).bits if t.is_int else 32
        if not self.spend(cost * cost if op in "*/%" else 8 * cost):
            op, value = "^", "1"
        return "%s%s %s= %s;\n" % (pad, text, op, value)

    def effects(self, s, pad):
        """Side effects within expressions, where sequence points keep them in order."""
        r = self.r
        v, w = self.place(s, 1, True, plain=True), self.place(s, 1, True, plain=True)
        if v is None or w is None or v[0] == w[0] or v[2] or w[2]:
            return self.assign(s, pad)
        inner = Scope(s)
        inner.banned, other = (re.search(r"\w+", t[0]).group(0) for t in (v, w))
        # Neither place may depend on what the other one changes.
        if re.search(r"\b%s\b" % inner.banned, w[0]) or re.search(r"\b%s\b" % other, v[0]):
            return self.assign(s, pad)
        x = r.random()
        step = r.choice(["%s++", "--%s", "%s--", "++%s"]) % ("(%s)" % v[0])
        if x < 0.3 and not v[1].is_float and not w[1].is_float:
            return "%s%s = %s + (%s);\n" % (pad, w[0], step, self.integer(inner, 1)[0])
        if x < 0.5:
            return "%s%s, %s = %s;\n" % (pad, step, w[0], self.value(s, w[1], 2))
        if x < 0.75:
            return "%s%s %s (%s = %s);\n" % (pad, self.condition(s), r.choice(["&&", "||"]), v[0],
                                             self.value(s, v[1], 2))
        if x < 0.9:
            return "%s%s ? (void)(%s = %s) : (void)%s;\n" % (
                pad, self.condition(s), w[0], self.value(s, w[1], 2), step)
        if v[1].is_float or w[1].is_float:
            return self.assign(s, pad)
        return "%s%s = %s = %s;\n" % (pad, v[0], w[0], self.integer(inner, 2)[0])

    # ------------------------------------------------------------------------- declarations
    def scalar_local(self, s, pad):
        t, name = self.r.choice(self.scalar_types()), self.name("v")
        if self.r.random() < 0.1:
            text = "%s%s ZERO;\n" % (pad, t.declare(name))
        else:
            text = "%s%s = %s;\n" % (pad, t.declare(name), self.value(s, t, 2))
        s.vars.append(Var(name, t, plain=True))
        return text

    def array_local(self, s, pad):
        r = self.r
        t, name = r.choice(self.scalar_types()), self.name("b")
        whole = t
        for _ in range(r.choice([1, 1, 1, 2, 2, 3])):
            whole = Array(whole, r.choice([1, 2, 3, 4, 5]))
        dims = whole.dims()
        x = r.random()
        if x < 0.15:
            init = " ZERO"
        elif x < 0.4 and len(dims) == 1:
            init = " = {[%d] = %s}" % (r.randrange(dims[0]), self.value(s, t, 1))
        elif len(dims) == 1:
            init = " = {%s}" % ", ".join(self.value(s, t, 1) for _ in range(
                r.randrange(1, dims[0] + 1)))
        else:
            init = " = {%s}" % ", ".join(
                "[%d]%s = %s" % (r.randrange(dims[0]), "[0]" * (len(dims) - 1),
                                 self.value(s, t, 1)) for _ in range(2))
        s.vars.append(Var(name, whole, plain=r.random() < 0.5))
        return "%s%s%s;\n" % (pad, whole.declare(name), init)

    def struct_local(self, s, pad):
        r = self.r
        if not s.structs:
            return self.scalar_local(s, pad)
        t, name = r.choice(s.structs), self.name("s")
        same = [v for v in s.vars if v.type is t]
        x = r.random()
        if same and x < 0.3:
            init = " = %s" % r.choice(same).text
        elif same and x < 0.5:
            init = " = (%s) ? %s : %s" % (self.condition(s), r.choice(same).text,
                                          r.choice(same).text)
        elif x < 0.6:
            init = " ZERO"
        else:
            fields = [f for f in t.fields if f[1].is_int or f[1].is_float]
            if t.is_union:
                fields = fields[:1]
            chosen = r.sample(fields, r.randrange(0, min(3, len(fields)) + 1)) or fields[:1]
            init = " = {%s}" % ", ".join(".%s = %s" % (n, self.value(s, ft, 1))
                                         for n, ft, _ in chosen)
        s.vars.append(Var(name, t, plain=True))
        return "%s%s%s;\n" % (pad, t.declare(name), init)

    def pointer_local(self, s, pad):
        """One into an array, or a secret choice between two objects of a type."""
        r = self.r
        arrays = [v for v in s.vars if v.type.is_array and not v.type.base.is_array]
        pointer, chosen = self.name("p"), self.name("c")
        if not arrays:
            return self.scalar_local(s, pad)
        a = r.choice(arrays)
        t = a.type.base
        if r.random() < 0.4:
            text = "%s%s = %s + %s;\n" % (pad, self.pointer_to(t, a, pointer), a.text,
                                          r.randrange(a.type.n))
            s.pointers.append(Pointer(pointer, t, a.text, a.type.n, a.const))
            return text
        others = [v for v in arrays if v.type.base is t]
        singles = [v for v in s.vars if v.type is t]
        b = r.choice(others)
        const = a.const or b.const
        text = "%sbool %s = %s;\n" % (pad, chosen, self.condition(s))
        if singles and r.random() < 0.4:
            b = r.choice(singles)
            const = a.const or b.const
            text += "%s%s = %s ? %s : &%s;\n" % (pad, self.pointer_to(t, a, pointer, const), chosen,
                                                 a.text, b.text)
            s.pointers.append(Pointer(pointer, t, None, 0, const))
            return text
        text += "%s%s = %s ? %s + %d : %s;\n" % (
            pad, self.pointer_to(t, a, pointer, const), chosen, a.text, r.randrange(a.type.n), b.text)
        text += "%sHOST(const void *%s_base = %s ? (void *)%s : (void *)%s; int %s_n = %s ? %d : %d;)\n" % (
            pad, pointer, chosen, a.text, b.text, pointer, chosen, a.type.n, b.type.n)
        s.pointers.append(Pointer(pointer, t, pointer + "_base", pointer + "_n", const))
        return text

    @staticmethod
    def pointer_to(t, array, name, const=None):
        const = array.const if const is None else const
        return "%s%s" % ("const " if const else "", t.declare("*" + name))

    # ------------------------------------------------------------------------------ control
    def branch(self, s, depth, indent):
        pad = "    " * indent
        text = "%sif (%s) {\n%s" % (pad, self.condition(s), self.block(s, depth - 1, indent + 1))
        if self.r.random() < 0.5:
            text += "%s} else {\n%s" % (pad, self.block(s, depth - 1, indent + 1))
        return text + pad + "}\n"

    def public_loop(self, s, depth, indent):
        r, pad, i, n = self.r, "    " * indent, self.name("i"), self.r.randrange(1, 5)
        inner = Scope(s)
        inner.counters.append((i, n))
        inner.loops, inner.in_switch = s.loops + 1, False
        with self.times(n):
            body = self.block(inner, depth - 1, indent + 1)
        x = r.random()
        if x < 0.45:
            return "%sfor (int %s = 0; %s < %d; %s++) {\n%s%s}\n" % (pad, i, i, n, i, body, pad)
        if x < 0.6:  # a secret may end it earlier
            parts = ["%s < %d" % (i, n), "(%s)" % self.condition(s)]
            r.shuffle(parts)
            return "%sfor (int %s = 0; %s; %s++) {\n%s%s}\n" % (pad, i, " && ".join(parts), i,
                                                                 body, pad)
        if x < 0.7:
            return "%sfor (int %s = %d; %s >= 0; --%s) {\n%s%s}\n" % (pad, i, n - 1, i, i, body,
                                                                     pad)
        # The counter has left its range in the first run of these bodies or the last.
        body = re.sub(r"\b%s\b" % i, "(%s - 1)" % i, body) if x < 0.85 else body
        if x < 0.85:
            return "%s{\n%sint %s = 0;\n%swhile (%s++ < %d) {\n%s%s}\n%s}\n" % (
                pad, pad, i, pad, i, n, body, pad, pad)
        return "%s{\n%sint %s = 0;\n%sdo {\n%s%s} while (++%s < %d);\n%s}\n" % (
            pad, pad, i, pad, body, pad, i, n, pad)

    def secret_loop(self, s, depth, indent):
        """Runs at most bound times; the host counts along."""
        r, pad, k, bound = self.r, "    " * indent, self.name("k"), self.r.randrange(1, 6)
        v = self.place(s, 1, True, plain=True)
        if v is None or v[1].is_float or v[1] is BOOL:
            return self.public_loop(s, depth, indent)
        inner = Scope(s)
        inner.loops, inner.in_switch = s.loops + 1, False
        with self.times(bound):
            body = self.block(inner, depth - 1, indent + 1, 2)
            condition = "(%s & 7) > %d" % (v[0], r.randrange(1, 6))
            if r.random() < 0.3:
                condition = self.condition(s)
        step = "%s = %s - 1" % (v[0], v[0])
        pragma = "\n#pragma gc bound %d\n" % bound
        x = r.random()
        if x < 0.4:
            return "%s{\n%sHOST(int %s = 0;)%s%sfor (; UNTIL(%s, %d, %s); %s) {\n%s%s}\n%s}\n" % (
                pad, pad, k, pragma, pad, k, bound, condition, step, body, pad, pad)
        body += "%s    %s;\n" % (pad, step)
        if x < 0.7:
            return "%s{\n%sHOST(int %s = 0;)%s%swhile (UNTIL(%s, %d, %s)) {\n%s%s}\n%s}\n" % (
                pad, pad, k, pragma, pad, k, bound, condition, body, pad, pad)
        return "%s{\n%sHOST(int %s = 1;)%s%sdo {\n%s%s} while (UNTIL(%s, %d, %s));\n%s}\n" % (
            pad, pad, k, pragma, pad, body, pad, k, bound, condition, pad)

    def switch(self, s, depth, indent):
        r, pad = self.r, "    " * indent
        value, t = self.integer(s, 2)
        if t.precise:  # too narrow for some labels
            value = "(int)(%s)" % value
        if r.random() < 0.7:
            value = "(%s) & 7" % value
        if r.random() < 0.3:  # public
            value = str(r.randrange(-1, 8))
        labels = ["case %d:" % k for k in r.sample(range(-1, 8), r.randrange(1, 6))]
        if r.random() < 0.3:
            labels.append("case 20 ... %d:" % r.choice([30, 200]))
        if r.random() < 0.6:
            labels.append("default:")
        r.shuffle(labels)
        text = "%sswitch (%s) {\n" % (pad, value)
        inner = Scope(s)
        inner.in_switch = True
        for label in labels:
            text += "%s%s" % (pad, label)
            if r.random() < 0.4:  # a statement that is no block
                text += "\n" + self.assign(inner, pad + "    ") + pad
            text += " {\n%s%s}\n" % (self.block(inner, depth - 1, indent + 1, 2), pad)
            if r.random() < 0.65:
                text += pad + "    break;\n"
        return text + pad + "}\n"

    def jump(self, s, pad):
        r = self.r
        if s.loops and r.random() < 0.7:
            return "%sif (%s) %s\n" % (pad, self.condition(s), r.choice(["break;", "continue;"]))
        if s.in_switch:
            return "%sif (%s) break;\n" % (pad, self.condition(s))
        if s.result is None:
            return pad + ";\n"
        if s.result.is_record:
            same = [v.text for v in s.vars if v.type is s.result]
            return "%sif (%s) return %s;\n" % (pad, self.condition(s), r.choice(same))
        return "%sif (%s) return %s;\n" % (pad, self.condition(s), self.value(s, s.result, 2))

    # -------------------------------------------------------------------------------- memory
    def memory(self, s, pad):
        r = self.r
        arrays = [v for v in s.vars if v.type.is_array and v.type.scalar().is_int and
                  not v.type.scalar().precise and v.type.scalar().tag != "b1"]
        writable = [v for v in arrays if not v.const]
        if not writable:
            return self.assign(s, pad)
        a, b = r.choice(writable), r.choice(arrays)
        size, x = a.type.bits // 8, r.random()
        if x < 0.35:
            value = self.convert(*self.expr(s, 2), INT)
            return "%smemset(%s, %s, %d);\n" % (pad, a.text, value, r.randrange(size + 1))
        if x < 0.7 and a is not b:
            return "%smemcpy(%s, %s, %d);\n" % (pad, a.text, b.text,
                                                r.randrange(min(size, b.type.bits // 8) + 1))
        start = r.randrange(a.type.n)
        n = r.randrange((a.type.n - start) * a.type.base.bits // 8 + 1)
        return "%smemmove(%s + %d, %s, %d);\n" % (pad, a.text, start, a.text, n)

    def whole_struct(self, s, pad):
        r = self.r
        records = [v for v in s.vars if v.type.is_record and not v.const]
        if not records:
            return self.assign(s, pad)
        a = r.choice(records)
        same = [v for v in s.vars if v.type is a.type]
        makers = [f for f in self.functions if f.result is a.type and f.pure]
        if makers and r.random() < 0.4:
            return "%s%s = %s;\n" % (pad, a.text, self.call_text(s, r.choice(makers)))
        return "%s%s = (%s) ? %s : %s;\n" % (pad, a.text, self.condition(s), r.choice(same).text,
                                             r.choice(same).text)

    def move_pointer(self, s, pad):
        """Forth and back, so that it stays in its object."""
        p = self.r.choice(s.pointers)
        if p.base is None or p.type.is_record or p.const:
            return self.assign(s, pad)
        value = self.value(s, p.type, 1)
        return "%s%s += 1;\n%sATP(%s, %s, %s, %s, -1) = %s;\n%s%s--;\n" % (
            pad, p.text, pad, p.type.tag, p.base, p.n, p.text, value, pad, p.text)

    # --------------------------------------------------------------------------------- calls
    def call_text(self, s, f):
        return "%s(%s)" % (f.name, ", ".join(self.argument(s, t) for t in f.params))

    def argument(self, s, t):
        if t.is_record:
            same = [v.text for v in s.vars if v.type is t]
            return self.r.choice(same) if same else "(%s){0}" % t.name
        return self.value(s, t, 2)

    def call(self, s, pad):
        r = self.r
        f = r.choice([f for f in self.functions if not f.is_maker] or [None])
        if f is None or not self.spend(f.cost):
            return self.assign(s, pad)
        arguments = [self.argument(s, t) for t in f.params]
        if f.depth:
            arguments.insert(0, str(r.randrange(f.depth + 1)))
        for t in f.pointers:
            arguments.append(self.address(s, t))
            if arguments[-1] is None:
                return self.assign(s, pad)
        place = self.place(s, 0, True, plain=True)
        text = "%s(%s)" % (f.name, ", ".join(arguments))
        if place is None or f.result is None:
            return "%s%s;\n" % (pad, text)
        return "%s%s = %s;\n" % (pad, place[0], self.convert(text, f.result, place[1]))

    def address(self, s, t):
        """Something for a parameter T *: one object, or an element that a secret chooses."""
        r = self.r
        singles = ["&" + v.text for v in s.vars if v.type is t and not v.const]
        arrays = [v for v in s.vars if v.type.is_array and v.type.base is t and not v.const]
        x = r.random()
        if arrays and (x < 0.6 or not singles):
            a = r.choice(arrays)
            text, wild = self.index(s, a.type.n, 2)
            if wild:
                return "&AT(%s, %s, %d, %s)" % (t.tag, a.text, a.type.n, text)
            return r.choice([a.text, "&%s[%s]" % (a.text, text)])
        return r.choice(singles) if singles else None

    def function_choice(self, s, pad):
        """A pointer to one of two functions that take and give int."""
        twins = [f for f in self.functions if f.pure and f.is_twin]
        place = self.place(s, 0, True, plain=True)
        if len(twins) < 2 or place is None or not self.spend(sum(f.cost for f in twins)):
            return self.assign(s, pad)
        name = self.name("f")
        value = self.convert("%s(%s)" % (name, self.value(s, INT, 2)), INT, place[1])
        return "%sint (*%s)(int) = (%s) ? %s : %s;\n%s%s = %s;\n" % (
            pad, name, self.condition(s), twins[0].name, twins[1].name, pad, place[0], value)

    # ----------------------------------------------------------------------------- statement
    def stmt(self, s, depth, indent):
        r = self.r
        pad = "    " * indent
        self.n_lines += 1
        x = r.random() if depth > 0 and self.n_lines < 90 else 0.0
        if x < 0.27:
            return self.assign(s, pad)
        if x < 0.31:
            return self.effects(s, pad)
        if x < 0.36:
            return self.scalar_local(s, pad)
        if x < 0.40:
            return self.array_local(s, pad)
        if x < 0.43:
            return self.struct_local(s, pad)
        if x < 0.48:
            return self.pointer_local(s, pad)
        if x < 0.62:
            return self.branch(s, depth, indent)
        if x < 0.71:
            return self.public_loop(s, depth, indent)
        if x < 0.75:
            return self.secret_loop(s, depth, indent)
        if x < 0.80:
            return self.switch(s, depth, indent)
        if x < 0.86:
            return self.jump(s, pad)
        if x < 0.89:
            return self.memory(s, pad)
        if x < 0.91:
            return self.whole_struct(s, pad)
        if x < 0.92 and s.pointers:
            return self.move_pointer(s, pad)
        if x < 0.98 and self.functions:
            return self.call(s, pad)
        if x < 0.99:
            return self.function_choice(s, pad)
        return self.assign(s, pad)
