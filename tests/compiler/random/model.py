"""The types of C as a program's generator needs them: promotions, conversions, layout at the
interface."""


class Int:
    def __init__(self, name, bits, signed, rank, tag=None, precise=False):
        self.name, self.bits, self.signed, self.rank, self.precise = (
            name, bits, signed, rank, precise)
        self.tag = tag or "%s%d" % ("s" if signed else "u", bits)

    is_int, is_float, is_record, is_array = True, False, False, False

    def declare(self, place):
        return "%s %s" % (self.name, place)

    def shape(self):
        return "b" if self.tag == "b1" else "%s%d" % ("s" if self.signed else "u", self.bits)

    def take(self, place):
        return "%s = take(&in, %d);" % (place, self.bits)

    def give(self, place):
        return "give(&out, (u128_t)(%s), %d);" % (place, self.bits)


class Float:
    is_int, is_float, is_record, is_array, precise = False, True, False, False, False

    def __init__(self, name, bits):
        self.name, self.bits, self.tag = name, bits, "f%d" % bits

    def declare(self, place):
        return "%s %s" % (self.name, place)

    def shape(self):
        return "f" if self.bits == 32 else "d"

    def take(self, place):
        return "%s = take_%s(&in);" % (place, self.tag)

    def give(self, place):
        return "give_%s(&out, %s);" % (self.tag, place)


class Array:
    is_int, is_float, is_record, is_array = False, False, False, True

    def __init__(self, base, n):
        self.base, self.n = base, n

    @property
    def bits(self):
        return self.n * self.base.bits

    def scalar(self):
        return self.base.scalar() if self.base.is_array else self.base

    def dims(self):
        return [self.n] + (self.base.dims() if self.base.is_array else [])

    def declare(self, place):
        return self.base.declare("%s[%d]" % (place, self.n))

    def shape(self):
        return "[%d]%s" % (self.n, self.base.shape())

    def each(self, place, what):
        i = "i%d_" % place.count("[")
        return "for (int %s = 0; %s < %d; %s++) { %s }" % (
            i, i, self.n, i, getattr(self.base, what)("%s[%s]" % (place, i)))

    def take(self, place):
        return self.each(place, "take")

    def give(self, place):
        return self.each(place, "give")


class Record:
    """fields: (name, type, width of a bit-field or 0); a union crosses as its first member."""
    is_int, is_float, is_record, is_array = False, False, True, False

    def __init__(self, name, tag, fields, is_union=False):
        self.name, self.tag, self.fields, self.is_union = name, tag, fields, is_union

    @property
    def bits(self):
        if self.is_union:
            return self.fields[0][1].bits
        return sum(width or t.bits for _, t, width in self.fields)

    def declare(self, place):
        return "%s %s" % (self.name, place)

    def definition(self):
        out = "%s {\n" % self.name
        for name, t, width in self.fields:
            out += "    %s%s;\n" % (t.declare(name), " : %d" % width if width else "")
        return out + "};\n"

    def shape(self):
        if self.is_union:
            return self.fields[0][1].shape()
        parts = []
        for name, t, width in self.fields:
            shape = t.shape()
            if width and shape != "b":
                shape = "%s%d" % ("s" if t.signed else "u", width)
            parts.append("%s:%s" % (name, shape))
        return "{%s}" % ",".join(parts)

    def each(self, place, what):
        if self.is_union:
            name, t, _ = self.fields[0]
            return getattr(t, what)("%s.%s" % (place, name))
        out = ""
        for name, t, width in self.fields:
            text = getattr(t, what)("%s.%s" % (place, name))
            if width:
                text = text.replace(", %d)" % t.bits, ", %d)" % width)
            out += text + " "
        return out

    def take(self, place):
        return self.each(place, "take")

    def give(self, place):
        return self.each(place, "give")


BOOL = Int("bool", 1, False, 0, "b1")
INT = Int("int", 32, True, 3)
UINT = Int("unsigned", 32, False, 3)
LONG = Int("long", 64, True, 4)
ULONG = Int("unsigned long", 64, False, 4)
FLOAT = Float("float", 32)
DOUBLE = Float("double", 64)
WIDE = Int("__int128", 128, True, 6)
UWIDE = Int("unsigned __int128", 128, False, 6)
UCHAR = Int("unsigned char", 8, False, 1)
SCALARS = [
    BOOL, INT, UINT, LONG, ULONG, UCHAR, Int("char", 8, True, 1), Int("signed char", 8, True, 1),
    Int("short", 16, True, 2), Int("unsigned short", 16, False, 2), Int("long long", 64, True, 5),
    Int("unsigned long long", 64, False, 5), Int("int8_t", 8, True, 1),
    Int("uint8_t", 8, False, 1), Int("int16_t", 16, True, 2), Int("uint16_t", 16, False, 2),
    Int("int32_t", 32, True, 3), Int("uint32_t", 32, False, 3), Int("int64_t", 64, True, 4),
    Int("uint64_t", 64, False, 4), INT, UINT,
]


def promote(t):
    if t.is_float or t.precise:
        return t
    if t.bits < 32:
        return INT
    return t


def _key(t):
    return (t.bits, not t.precise, t.rank)


def unsigned(t):
    if not t.signed:
        return t
    if t.precise:
        return Int("unsigned " + t.name, t.bits, False, t.rank, "u" + t.tag[1:], True)
    for other in (UINT, ULONG, Int("unsigned long long", 64, False, 5), UWIDE):
        if other.rank == t.rank:
            return other
    raise ValueError(t.name)


def common(a, b):
    """The usual arithmetic conversions."""
    if a.is_float or b.is_float:
        return DOUBLE if DOUBLE in (a, b) or not (a.is_float or b.is_float) else FLOAT
    a, b = promote(a), promote(b)
    if a.signed == b.signed:
        return a if _key(a) >= _key(b) else b
    s, u = (a, b) if a.signed else (b, a)
    if _key(u) > _key(s) or _key(u) == _key(s):
        return u
    return s if s.bits > u.bits else unsigned(s)
