/*
 * The squared Euclidean distance of two points of DIMENSION unsigned coordinates, modulo 2^32. The
 * garbler gives one point, the evaluator the other.
 */
#include "word.h"

#include <sotto-circuit.h>

#ifndef DIMENSION
#define DIMENSION 2
#endif

uint32_t distance(GARBLER const word a[DIMENSION], EVALUATOR const word b[DIMENSION])
{
    uint32_t sum = 0;

    for (int i = 0; i < DIMENSION; i++) {
        uint32_t difference = (uint32_t)a[i] - b[i];

        sum += difference * difference;
    }
    return sum;
}
