/* A bit-field narrower than int becomes int, also as the value of an assignment or a comma. */
#include <sotto-circuit.h>
struct narrow {
    unsigned a : 3;
    unsigned long b : 20;
    unsigned c : 32;
};
int promotions(GARBLER unsigned x, EVALUATOR unsigned y, OUTPUT int negative[10])
{
    struct narrow s = {x, y, x};

    negative[0] = s.a - 8 < 0;
    negative[1] = (x, s.a) - 8 < 0;
    negative[2] = (s.a = y) - 8 < 0;
    negative[3] = (s.a += y) - 8 < 0;
    negative[4] = ++s.a - 8 < 0;
    negative[5] = (x, (y, --s.a)) - 8 < 0;
    negative[6] = (x > y ? s.a : s.b) - (1 << 20) < 0;
    negative[7] = (s.b = x) - (1 << 20) < 0;
    negative[8] = (s.c = y) - 8 < 0;
    negative[9] = (x > y ? s.a : s.c) - 8 < 0;
    return (s.a = x) > -1;
}
