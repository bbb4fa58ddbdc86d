/* float and double: arithmetic, comparisons, conversions, mixed with integers. */
#include <sotto-circuit.h>
#include <stdint.h>
double f(GARBLER float a, GARBLER double b, EVALUATOR float c, EVALUATOR int32_t i, EVALUATOR uint64_t u,
         OUTPUT float o[6], OUTPUT int k[6])
{
    o[0] = a + c * 2;
    o[1] = a / c;
    o[2] = (float)b - c;
    o[3] = (float)i + (float)u;
    o[4] = i & 1 ? -a : +c;
    o[5] = (o[0] += 1.0f, o[0]--);
    k[0] = a < c;
    k[1] = a == c || a != a;
    k[2] = (b >= c) + 2 * (b <= a);
    k[3] = !a + (c ? 2 : 0);
    k[4] = a > -1e9f && a < 1e9f ? (int)a : 0;
    k[5] = b > -100 && b < 200 ? (uint8_t)(int)b : 3;
    return b * (double)a + 0x1.8p-3 + 1e-3 * i;
}
