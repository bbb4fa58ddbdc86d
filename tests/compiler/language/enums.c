/* Enumerations, bool and bit-fields in the interface; promotions and conversions. */
#include <sotto-circuit.h>
#include <stdbool.h>
#include <stdint.h>
enum colour { RED, GREEN = 5, BLUE };
enum sign { MINUS = -1, ZERO, PLUS };
struct flags { bool on; unsigned a : 3; signed b : 5; uint16_t c; enum colour d; };
enum sign f(GARBLER struct flags x, EVALUATOR enum sign s, EVALUATOR bool t, EVALUATOR int8_t n,
            OUTPUT struct flags *out, OUTPUT bool *both, OUTPUT int64_t o[6])
{
    *out = x;
    out->a++;
    out->b -= n;
    out->on |= t;
    out->d = x.d == GREEN ? BLUE : RED;
    *both = x.on && t;
    o[0] = x.a * -1 + x.b;
    o[1] = (uint8_t)n + n;
    o[2] = n < 0u;
    o[3] = -1 < (unsigned char)n;
    o[4] = (x.c << 15) + (int64_t)(uint32_t)(x.c * x.c);
    o[5] = (bool)(n & 6) + (_Bool)0.5f + (char)(n + 200);
    return n > 0 ? PLUS : n < 0 ? MINUS : s;
}
