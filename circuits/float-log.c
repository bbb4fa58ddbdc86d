/*
 * The natural logarithm of a float, less than 5/8 of a unit in the last place from the exact value
 * for every x. Minus infinity of 0, NaN of negative numbers and of NaN. The evaluator gives x.
 */
#include "float-log.h"

#include <sotto-circuit.h>

float float_log(EVALUATOR float x)
{
    return log_of(x);
}
