/* Unions of members of one size, punning through them and through memcpy; unions in the interface. */
#include <sotto-circuit.h>
#include <stdint.h>
#include <string.h>
union word { uint32_t u; int32_t i; float f; uint8_t b[4]; };
struct tagged { uint8_t tag; union word w; };
uint32_t f(GARBLER union word a, EVALUATOR struct tagged t, OUTPUT uint8_t bytes[4], OUTPUT union word *o,
           OUTPUT uint64_t *d)
{
    union word x = {.f = 1.5f}, y;
    double z = (double)t.w.i / 8;
    x.b[t.tag & 3] ^= a.b[1];
    y = x;
    y.i -= t.w.i;
    memcpy(bytes, &y, sizeof y);
    memcpy(d, &z, sizeof z);
    o->u = x.u;
    o->b[3]++;
    return a.u ^ (union word){.i = t.w.i >> 3}.u;
}
