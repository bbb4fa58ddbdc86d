/*
 * A hidden layer's activation: reveals a number of K bits, divides it by 2^SHIFT, rounded down, and
 * limits the quotient to 0..127. The garbler gives share a, with 2^(SHIFT - 1) added to it when
 * halves are to be rounded up, and a random mask of 7 bits; the evaluator gives share b. Only the
 * low K bits of a share count. The result is the activation, exclusive or with the mask: with a
 * random one it is the evaluator's share of it.
 */
#include "shares.h"

#include <sotto-circuit.h>

#include <stdbool.h>

#ifndef SHIFT
#define SHIFT 8
#endif

uint8_t nn_relu(GARBLER uint32_t a, GARBLER uint8_t mask, EVALUATOR uint32_t b)
{
    int32_t x = reveal(a, b) >> SHIFT;
    bool is_above = x > 127;
    bool is_within = is_above ^ (x >= 0); /* above implies at least 0 */

    return (uint8_t)(((is_within ? x & 127 : 0) ^ (is_above ? 127 : 0)) ^ (mask & 127));
}
