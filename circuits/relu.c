/*
 * ReLU of a number in additive shares: the greater of (a + b) modulo 2^32, in two's complement, and
 * 0. The garbler gives share a, the evaluator share b.
 */
#include <sotto-circuit.h>

#include <stdint.h>

int32_t relu(GARBLER uint32_t a, EVALUATOR uint32_t b)
{
    int32_t x = (int32_t)(a + b);

    return x > 0 ? x : 0;
}
