/*
 * The logistic function 1 / (1 + e^-x) of a float, less than 5/8 of a unit in the last place from
 * the exact value for every x; subnormal numbers and 0 on underflow, NaN of NaN. The evaluator
 * gives x.
 */
#include "float-sigmoid.h"

#include <sotto-circuit.h>

float float_sigmoid(EVALUATOR float x)
{
    return sigmoid_of(x);
}
