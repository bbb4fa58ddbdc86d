/*
 * a b modulo 2^BITS, of unsigned numbers or of two's complement ones. The garbler gives a, the
 * evaluator b.
 */
#include "word.h"

#include <sotto-circuit.h>

word mul(GARBLER word a, EVALUATOR word b)
{
    return (word)((uint64_t)a * b);
}
