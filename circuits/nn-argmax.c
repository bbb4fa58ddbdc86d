/*
 * The label of a classifier: which of N scores of K bits is the greatest, the first of equal ones?
 * The garbler gives shares a, the evaluator shares b; only their low K bits count.
 */
#include "shares.h"

#include <sotto-circuit.h>

#ifndef N
#define N 10
#endif

uint8_t nn_argmax(GARBLER const uint32_t a[N], EVALUATOR const uint32_t b[N])
{
    int32_t best = reveal(a[0], b[0]);
    uint8_t at = 0;

    for (int i = 1; i < N; i++) {
        int32_t score = reveal(a[i], b[i]);

        if (score > best) {
            best = score;
            at = (uint8_t)i;
        }
    }
    return at;
}
