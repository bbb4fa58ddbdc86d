/*
 * The Hamming distance: in how many of 8 N_BYTES bits two strings differ. The garbler gives one
 * string, the evaluator the other.
 */
#include <sotto-circuit.h>

#include <stdint.h>

#ifndef N_BYTES
#define N_BYTES 20
#endif

uint32_t hamming(GARBLER const uint8_t a[N_BYTES], EVALUATOR const uint8_t b[N_BYTES])
{
    uint32_t distance = 0;

    for (int i = 0; i < N_BYTES; i++)
        for (int bit = 0; bit < 8; bit++) distance += (a[i] ^ b[i]) >> bit & 1;
    return distance;
}
