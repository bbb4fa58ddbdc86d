/*
 * The square root in IEEE 754's binary arithmetic, rounded to nearest even; NaN of negative numbers
 * but -0. REAL is float or double. The evaluator gives x.
 */
#include <sotto-circuit.h>

#include <math.h>

#ifndef REAL
#define REAL float
#endif

REAL float_sqrt(EVALUATOR REAL x)
{
    return sizeof(REAL) == sizeof(double) ? (REAL)sqrt(x) : (REAL)sqrtf((float)x);
}
