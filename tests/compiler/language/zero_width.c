/* Bit-fields of width zero end their unit, also as the last member, and align nothing else. */
#include <sotto-circuit.h>
#include <stddef.h>
#include <stdint.h>
struct last {
    char c;
    int : 0;
};
struct inner {
    char c;
    struct last last;
    char d;
};
struct between {
    int8_t c;
    int8_t a : 3;
    int : 0;
    int8_t b : 5;
    short : 0;
    int8_t d;
};
union either {
    char c;
    int : 9;
    short : 0;
};
int zero_width(GARBLER struct between s, EVALUATOR int8_t y, OUTPUT int sizes[8])
{
    struct inner inner = {1, {2}, (char)y};

    sizes[0] = sizeof(struct last);
    sizes[1] = _Alignof(struct last);
    sizes[2] = sizeof(struct inner);
    sizes[3] = offsetof(struct inner, d);
    sizes[4] = sizeof(struct between);
    sizes[5] = offsetof(struct between, d);
    sizes[6] = sizeof(union either);
    sizes[7] = _Alignof(union either);
    return s.a * 3 + s.b * 5 + s.c + s.d + inner.last.c + inner.d;
}
