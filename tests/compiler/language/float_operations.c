/* Arithmetic, comparison and conversion of float and double. */
#include <math.h>
#include <sotto-circuit.h>
#include <stdint.h>
void floats(GARBLER float a, EVALUATOR float b, GARBLER double c, EVALUATOR int i,
            OUTPUT float f[9], OUTPUT double d[5], OUTPUT int t[6])
{
    f[0] = a + b, f[1] = a - b, f[2] = a * b, f[3] = a / b, f[4] = -a, f[5] = fabsf(b);
    f[6] = sqrtf(a), f[7] = (float)c, f[8] = (float)i;
    d[0] = a, d[1] = c * b, d[2] = sqrt(c), d[3] = i + c, d[4] = (double)(int64_t)i * i;
    t[0] = a < b, t[1] = a == b, t[2] = a >= b, t[3] = a ? 1 : 0, t[4] = !c;
    t[5] = a > -1000 && a < 1000 ? (int)a : 0;
}
