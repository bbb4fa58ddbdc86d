/* A circuit without inputs, of constants alone. */
#include <sotto-circuit.h>
#include <stdint.h>
struct mixed {
    int8_t small;
    _Bool on, off;
    double real;
};
int16_t no_inputs(OUTPUT uint8_t o[3], OUTPUT struct mixed *m)
{
    for (int i = 0; i < 3; i++) o[i] = 0x5a << i;
    *m = (struct mixed){-3, 1, 0, -1.5};
    return -2;
}
