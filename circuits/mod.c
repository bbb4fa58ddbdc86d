/*
 * The remainder of a / b, with the sign of a; unsigned, or two's complement with SIGNED. The
 * garbler gives a, the evaluator b. The remainder by 0 is a.
 */
#include "word.h"

#include <sotto-circuit.h>

word mod(GARBLER word a, EVALUATOR word b)
{
    return (word)(a % b);
}
