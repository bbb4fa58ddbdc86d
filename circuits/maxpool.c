/*
 * Max-pool of numbers in additive shares: the greatest of COUNT numbers (a[i] + b[i]) modulo 2^32,
 * in two's complement. The garbler gives the shares a, the evaluator the shares b.
 */
#include <sotto-circuit.h>

#include <stdint.h>

#ifndef COUNT
#define COUNT 4
#endif

int32_t maxpool(GARBLER const uint32_t a[COUNT], EVALUATOR const uint32_t b[COUNT])
{
    int32_t greatest = (int32_t)(a[0] + b[0]);

    for (int i = 1; i < COUNT; i++) {
        int32_t x = (int32_t)(a[i] + b[i]);

        if (x > greatest) greatest = x;
    }
    return greatest;
}
