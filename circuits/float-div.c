/*
 * a / b in IEEE 754's binary arithmetic, rounded to nearest even, with subnormal numbers,
 * infinities and NaN. REAL is float or double. The garbler gives a, the evaluator b.
 */
#include <sotto-circuit.h>

#ifndef REAL
#define REAL float
#endif

REAL float_div(GARBLER REAL a, EVALUATOR REAL b)
{
    return a / b;
}
