/*
 * The quotient a / b, towards zero; unsigned, or two's complement with SIGNED. The garbler gives a,
 * the evaluator b. x / 0 is all ones, signed -1 for x >= 0 and 1 for x < 0; the least number by -1
 * is itself.
 */
#include "word.h"

#include <sotto-circuit.h>

word div(GARBLER word a, EVALUATOR word b)
{
    return (word)(a / b);
}
