"""Random expressions without side effects, typed as C types them."""
from model import (BOOL, DOUBLE, FLOAT, INT, LONG, SCALARS, UINT, ULONG, UWIDE, WIDE, common,
                   promote)


class Var:
    """An object that expressions may read: const when nothing may write it."""

    def __init__(self, text, type_, const=False, plain=False):
        self.text, self.type, self.const, self.plain = text, type_, const, plain


class Pointer:
    """base and n: the whole object that it points into, as the host's side needs it."""

    def __init__(self, text, type_, base, n, const=False):
        self.text, self.type, self.base, self.n, self.const = text, type_, base, n, const


class Scope:
    def __init__(self, outer=None):
        if outer is None:
            self.vars, self.pointers, self.counters, self.structs = [], [], [], []
            self.loops, self.in_switch, self.result, self.banned = 0, False, None, None
        else:
            self.__dict__.update(outer.__dict__)
            self.vars, self.pointers = list(outer.vars), list(outer.pointers)
            self.counters, self.structs = list(outer.counters), list(outer.structs)


class Expressions:
    """Needs self.r, self.functions, self.spend(cost), self.floats, self.nested."""

    # ---------------------------------------------------------------------------- constants
    def constant(self, t):
        r = self.r
        if t.is_float:
            v = r.choice(["0.0", "1.0", "-1.5", "0.1", "3e9", "1e-40", "16777217.0", "1e300",
                          "255.5", "0x1.8p-20", "5e-324", "1e38"])
            if t is FLOAT and v in ("1e300", "5e-324"):
                v = "2.5"
            return v + ("f" if t is FLOAT else "")
        low = -(1 << (t.bits - 1)) if t.signed else 0
        high = (1 << (t.bits - t.signed)) - 1
        x = r.random()
        if x < 0.5:
            v = r.choice([0, 1, 2, 3, 5, 7, 10, 100, 255, -1, -2])
        elif x < 0.7:
            v = r.choice([low, high, high - 1, low + 1])
        elif x < 0.85:
            v = (1 << r.randrange(t.bits)) + r.choice([-1, 0, 1])
        else:
            v = r.getrandbits(min(t.bits, 62))
        v = max(low, min(high, v))
        v = max(-(1 << 63) + 1, min((1 << 64) - 1, v))
        return self.decimal(v)

    @staticmethod
    def decimal(v):
        if -(1 << 31) < v < 1 << 31:
            return str(v) if v >= 0 else "(%d)" % v
        if v < 0:
            return "(%dLL)" % v
        return "%d%s" % (v, "LL" if v < 1 << 63 else "ULL")

    def literal(self):
        r = self.r
        x = r.random()
        if x < 0.6:
            return r.choice(["0", "1", "2", "(-1)", "3", "7", "100", "255", "0x7fff", "65536",
                             "2147483647", "'a'"]), INT
        if x < 0.8:
            return r.choice(["1u", "3000000000u", "10u", "0xffffffffu", "1000u"]), UINT
        if x < 0.9:
            return r.choice(["1L", "(-5L)", "0x123456789L", "4294967296"]), LONG
        return r.choice(["1ul", "0xfedcba9876543210ul", "10ul"]), ULONG

    # ------------------------------------------------------------------------------- places
    def index(self, s, n, depth):
        """(text, whether it may be out of range)"""
        r = self.r
        x = r.random()
        fitting = [c for c, limit in s.counters if limit <= n]
        if fitting and x < 0.35:
            return r.choice(fitting), False
        if x < 0.5 or depth <= 0 or self.nested > 1 or not self.spend(8 * n):
            return str(r.randrange(n)), False
        if x < 0.52:
            return str(r.choice([n, n + 1, -1])), True
        self.nested += 1
        text, _ = self.integer(s, depth - 1)
        self.nested -= 1
        if x < 0.75:
            if n & (n - 1) == 0:
                return "(%s) & %d" % (text, n - 1), False
            text = self.convert(text, UINT, UINT, True)
            return "REM(u32, %s, %d)" % (text, n), False
        return text, True

    def element(self, s, text, t, depth):
        """An element of an array, all ranks at once, and its type."""
        dims, base = t.dims(), t.scalar()
        indices = [self.index(s, n, depth) for n in dims]
        if len(dims) <= 3 and any(wild for _, wild in indices):
            first = "&%s%s" % (text, "[0]" * len(dims)) if len(dims) > 1 else text
            sizes = ", ".join(str(n) for n in dims)
            at = ", ".join(i for i, _ in indices)
            name = "AT%s" % ("" if len(dims) == 1 else len(dims))
            return "%s(%s, %s, %s, %s)" % (
                name, base.tag, text if len(dims) > 1 else first, sizes, at), base
        return text + "".join("[%s]" % i for i, _ in indices), base

    def field(self, s, text, t, depth):
        """A scalar within a value: (text, type, width of a bit-field)."""
        width = 0
        while t.is_array or t.is_record:
            if t.is_array:
                text, t = self.element(s, text, t, depth)
            else:
                name, inner, width = self.r.choice(t.fields)
                text, t = "%s.%s" % (text, name), inner
        return text, t, width

    def through_pointer(self, s, p, depth):
        r = self.r
        x = r.random()
        if p.base is None or x < 0.35:
            if p.type.is_record:
                name, t, width = r.choice(p.type.fields)
                return self.field(s, "%s->%s" % (p.text, name), t, depth)[:2] + (width,)
            return "*%s" % p.text, p.type, 0
        i, _ = self.index(s, 3, depth)
        text = "ATP(%s, %s, %s, %s, %s)" % (p.type.tag, p.base, p.n, p.text, i)
        return self.field(s, text, p.type, depth)

    def place(self, s, depth, writable=False, plain=False):
        """A scalar object: (text, type, width)."""
        r = self.r
        pool = [v for v in s.vars if not (writable and v.const) and v.text != s.banned]
        pointers = [p for p in s.pointers if not (writable and p.const)]
        if plain:
            pool = [v for v in pool if v.plain]
        elif pointers and r.random() < 0.2:
            return self.through_pointer(s, r.choice(pointers), depth)
        if not pool:
            return None
        v = r.choice(pool)
        return self.field(s, v.text, v.type, depth)

    # -------------------------------------------------------------------------- conversions
    def convert(self, text, t, to, force=False):
        """text as a value of type to, by assignment or by a cast."""
        if t.is_float and to.is_int:
            if to is BOOL:
                return "(bool)(%s)" % text
            if to.precise:
                return "(%s)F2I(s64, %s)" % (to.name, text)
            return "F2I(%s, %s)" % (to.tag, text)
        if t.is_int and t.precise and to.is_float:
            return "(%s)(long)(%s)" % (to.name, text)
        return "(%s)(%s)" % (to.name, text) if force else text

    def integer(self, s, depth):
        text, t = self.expr(s, depth)
        if t.is_float:
            return self.convert(text, t, INT), INT
        return text, t

    def value(self, s, to, depth):
        """An expression that can be assigned to a scalar of type to."""
        if to.is_float and not self.spend(300):
            return self.constant(to)
        text, t = self.expr(s, depth)
        return self.convert(text, t, to)

    # -------------------------------------------------------------------------- expressions
    def leaf(self, s):
        r = self.r
        x = r.random()
        if x < 0.2:
            return self.literal()
        if x < 0.28 and s.counters:
            return r.choice(s.counters)[0], INT
        place = self.place(s, 1)
        if place is None:
            return self.literal()
        text, t, width = place
        if width:
            t = UINT if width == 32 and not t.signed else INT
        return text, t

    def balance(self, a, at, b, bt):
        """Both operands for an arithmetic operator; _BitInt does not meet floating point."""
        t = common(at, bt)
        if t.is_float:
            a, b = self.convert(a, at, t), self.convert(b, bt, t)
        return a, b, t

    def arithmetic(self, s, depth):
        r = self.r
        a, at = self.expr(s, depth - 1)
        b, bt = self.expr(s, depth - 1)
        a, b, t = self.balance(a, at, b, bt)
        op = r.choice("++--**&|^")
        if t.is_float:
            op = r.choice("+-*/")
            cost = {"+": 900, "-": 900, "*": 1500, "/": 1300}[op] * t.bits * t.bits // 2048 + 500
            if not self.spend(cost):
                return "(%s)(%s)" % (t.name, a), t
        elif not self.spend(t.bits * t.bits if op == "*" else t.bits):
            op = r.choice("&|^")
        return "(%s %s %s)" % (a, op, b), t

    def compare(self, s, depth):
        a, at = self.expr(s, depth - 1)
        b, bt = self.expr(s, depth - 1)
        a, b, _ = self.balance(a, at, b, bt)
        return "(%s %s %s)" % (a, self.r.choice(["<", "<=", ">", ">=", "==", "!="]), b), INT

    def division(self, s, depth):
        a, at = self.integer(s, depth - 1)
        if self.r.random() < 0.4:
            b, bt = self.r.choice([("3", INT), ("10u", UINT), ("(-7)", INT), ("16", INT),
                                   ("1000L", LONG), ("0", INT), ("1u", UINT), ("255", INT)])
        else:
            b, bt = self.integer(s, depth - 1)
        t = common(at, bt)
        if not self.spend(2 * t.bits * t.bits):
            return a, at
        return "%s(%s, %s, %s)" % (self.r.choice(["DIV", "REM"]), t.tag, a, b), t

    def shift(self, s, depth):
        a, at = self.integer(s, depth - 1)
        t = promote(at)
        if self.r.random() < 0.3:
            b = str(self.r.randrange(t.bits))
        else:
            b, bt = self.integer(s, depth - 1)
            if not self.spend(8 * t.bits):
                return a, at
            if t.precise or bt.precise:
                b = "(unsigned)(%s)" % b
        return "%s(%s, %s, %s)" % (self.r.choice(["SHL", "SHR"]), t.tag, a, b), t

    def choice(self, s, depth):
        c, _ = self.expr(s, depth - 1)
        a, at = self.expr(s, depth - 1)
        b, bt = self.expr(s, depth - 1)
        a, b, t = self.balance(a, at, b, bt)
        return "(%s ? %s : %s)" % (c, a, b), t

    def logic(self, s, depth):
        a, _ = self.expr(s, depth - 1)
        b, _ = self.expr(s, depth - 1)
        return "(%s %s %s)" % (a, self.r.choice(["&&", "||"]), b), INT

    def unary(self, s, depth):
        a, t = self.expr(s, depth - 1)
        op = self.r.choice("-~!+-")
        if op == "!":
            return "!(%s)" % a, INT
        if t.is_float and op == "~":
            op = "-"
        self.spend(t.bits)
        return "%s(%s)" % (op, a), promote(t)

    def cast(self, s, depth):
        a, t = self.expr(s, depth - 1)
        to = self.r.choice(self.scalar_types())
        if t.is_float or to.is_float:
            if not self.spend(1000):
                return a, t
        return self.convert(a, t, to, True), to

    def builtin(self, s, depth):
        r = self.r
        x = r.randrange(8)
        a, t = self.integer(s, depth - 1)
        if x < 2 and self.spend(64):
            return "__builtin_popcount%s(%s)" % (r.choice([("", UINT), ("ll", ULONG)])[0], a), INT
        if x < 5 and self.spend(200):
            wide = r.random() < 0.3
            return "%s%s((%s)(%s))" % (r.choice(["CLZ", "CTZ"]), "LL" if wide else "",
                                       "u64_t" if wide else "u32_t", a), INT
        if x == 5:
            return "abs((int)(%s))" % a, INT
        if x == 6:
            return "labs((long)(%s))" % a, LONG
        return "(int)sizeof(%s)" % self.r.choice(["(%s) + 0" % a, "long", "short[3]",
                                                        "__int128"]), INT

    def real(self, s, depth):
        t = self.r.choice([FLOAT, DOUBLE])
        suffix, upper = ("f", "F") if t is FLOAT else ("", "")
        a = self.value(s, t, depth - 1)
        a = "(%s)(%s)" % (t.name, a)
        x = self.r.randrange(6)
        if x == 0 and self.spend(2500 if t is FLOAT else 9000):
            return "sqrt%s(%s)" % (suffix, a), t
        if x < 3:
            return "fabs%s(%s)" % (suffix, a), t
        b = self.value(s, t, depth - 1)
        self.spend(300)
        return "%s%s(%s, (%s)(%s))" % (self.r.choice(["FMIN", "FMAX"]), upper, a, t.name, b), t

    def pure_call(self, s, depth):
        f = self.r.choice([f for f in self.functions if f.pure and not f.is_maker] or [None])
        if f is None or not self.spend(f.cost):
            return self.leaf(s)
        return "%s(%s)" % (f.name, ", ".join(self.value(s, t, depth - 2) for t in f.params)), \
            f.result

    def pointer_value(self, s):
        p = self.r.choice(s.pointers)
        same = [q for q in s.pointers if q.base == p.base and q.base is not None]
        if not same or p.base.endswith("_base"):  # which may be one of two objects
            return "(%s != 0)" % p.text, INT
        q = self.r.choice(same)
        if self.r.random() < 0.3 and self.spend(500):
            return "(%s - %s)" % (p.text, q.text), LONG
        return "(%s %s %s)" % (p.text, self.r.choice(["<", "==", "!=", ">="]), q.text), INT

    def compound_literal(self, s, depth):
        t = self.r.choice(s.structs)
        name, ft, width = self.r.choice([f for f in t.fields if not f[1].is_array and
                                         not f[1].is_record])
        if width:
            return self.leaf(s)
        text = self.value(s, ft, depth - 1)
        return "((%s){.%s = %s}).%s" % (t.name, name, text, name), ft

    def memory_compare(self, s):
        arrays = [v for v in s.vars if v.type.is_array and v.type.scalar().is_int and
                  not v.type.scalar().precise and v.type.scalar().tag != "b1"]
        if not arrays:
            return self.leaf(s)
        a, b = self.r.choice(arrays), self.r.choice(arrays)
        n = min(a.type.bits, b.type.bits) // 8
        if not self.spend(n * 16):
            return self.leaf(s)
        return "sgn(memcmp(%s, %s, %d))" % (a.text, b.text, self.r.randrange(n + 1)), INT

    def expr(self, s, depth):
        r = self.r
        if depth <= 0:
            return self.leaf(s)
        x = r.random()
        if x < 0.30:
            return self.arithmetic(s, depth)
        if x < 0.40:
            return self.compare(s, depth)
        if x < 0.47:
            return self.shift(s, depth)
        if x < 0.53:
            return self.division(s, depth)
        if x < 0.61:
            return self.choice(s, depth)
        if x < 0.66:
            return self.logic(s, depth)
        if x < 0.73:
            return self.unary(s, depth)
        if x < 0.80:
            return self.cast(s, depth)
        if x < 0.84:
            return self.builtin(s, depth)
        if x < 0.88 and self.floats:
            return self.real(s, depth)
        if x < 0.91 and any(f.pure for f in self.functions):
            return self.pure_call(s, depth)
        if x < 0.93 and s.pointers:
            return self.pointer_value(s)
        if x < 0.945 and s.structs:
            return self.compound_literal(s, depth)
        if x < 0.96:
            return self.memory_compare(s)
        return self.leaf(s)

    def scalar_types(self):
        types = SCALARS + self.precise + self.enums
        if self.wide:
            types = types + [WIDE, UWIDE]
        if self.floats:
            types = types + [FLOAT, DOUBLE] * 3
        return types
