/*
 * e^x of a float, less than 5/8 of a unit in the last place from the exact value for every x.
 * Infinity on overflow, subnormal numbers and 0 on underflow, NaN of NaN. The evaluator gives x.
 */
#include "float-exp.h"

#include <sotto-circuit.h>

float float_exp(EVALUATOR float x)
{
    return exp_of(x);
}
