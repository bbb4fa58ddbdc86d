/* _BitInt up to what clang has: needs a compiler that knows it. */
#include <sotto-circuit.h>
typedef unsigned _BitInt(77) u77;
struct s { _BitInt(5) a; unsigned _BitInt(1) b; unsigned _BitInt(100) c; };
_BitInt(33) f(GARBLER _BitInt(33) a, EVALUATOR u77 b, EVALUATOR struct s s, OUTPUT u77 o[4], OUTPUT struct s *out)
{
    o[0] = b * b + (u77)a;
    o[1] = b << (unsigned)(s.a & 15);
    o[2] = s.c == 0 ? 1 : (u77)(b % s.c) ^ (u77)(s.c / (b | 1));
    o[3] = (a < 0) + (b > 5) * 2 + (a >> 7 == -1) * 4;
    out->a = s.a * (_BitInt(5))3 + s.b;
    out->b = s.b ^ 1;
    out->c = s.c - b;
    a++;
    return a - s.a;
}
