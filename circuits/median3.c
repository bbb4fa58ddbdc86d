/*
 * The median of three numbers. The garbler gives two, the evaluator one; unsigned, or two's
 * complement with SIGNED.
 */
#include "word.h"

#include <sotto-circuit.h>

static word least(word a, word b)
{
    return a < b ? a : b;
}

static word greatest(word a, word b)
{
    return a < b ? b : a;
}

word median3(GARBLER word a, GARBLER word b, EVALUATOR word c)
{
    return greatest(least(a, b), least(greatest(a, b), c));
}
