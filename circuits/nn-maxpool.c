/*
 * Max-pool: the greatest of N activations of 7 bits, each the exclusive or of the garbler's share
 * and the evaluator's. The result is exclusive or with the garbler's mask: with a random one it is
 * the evaluator's share of the maximum. Only the low 7 bits of shares and mask count.
 */
#include <sotto-circuit.h>

#include <stdint.h>

#ifndef N
#define N 4
#endif

uint8_t nn_maxpool(GARBLER const uint8_t a[N], GARBLER uint8_t mask, EVALUATOR const uint8_t b[N])
{
    uint8_t greatest = (a[0] ^ b[0]) & 127;

    for (int i = 1; i < N; i++) {
        uint8_t x = (a[i] ^ b[i]) & 127;

        if (x > greatest) greatest = x;
    }
    return greatest ^ (mask & 127);
}
