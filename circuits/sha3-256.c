/*
 * SHA3-256 (FIPS 202) of a message whose first LEFT_LEN bytes the garbler gives, and whose other
 * RIGHT_LEN bytes the evaluator gives. The result is the hash.
 */
#include "keccak.h"

#include <sotto-circuit.h>

#ifndef LEFT_LEN
#define LEFT_LEN 32
#endif
#ifndef RIGHT_LEN
#define RIGHT_LEN 32
#endif
#define RATE 136 /* bytes a block */
#define MESSAGE_LEN (LEFT_LEN + RIGHT_LEN)
#define N_BLOCKS (MESSAGE_LEN / RATE + 1)

void sha3_256(GARBLER const uint8_t left[LEFT_LEN], EVALUATOR const uint8_t right[RIGHT_LEN],
              OUTPUT uint8_t hash[32])
{
    uint8_t padded[N_BLOCKS * RATE] = {0};
    uint64_t state[25] = {0};

    for (int i = 0; i < LEFT_LEN; i++) padded[i] = left[i];
    for (int i = 0; i < RIGHT_LEN; i++) padded[LEFT_LEN + i] = right[i];
    padded[MESSAGE_LEN] = 6;
    padded[N_BLOCKS * RATE - 1] |= 0x80;
    for (int block = 0; block < N_BLOCKS; block++) {
        for (int i = 0; i < RATE; i++)
            state[i / 8] ^= (uint64_t)padded[block * RATE + i] << (i % 8 * 8);
        keccak_f1600(state);
    }
    for (int i = 0; i < 32; i++) hash[i] = (uint8_t)(state[i / 8] >> (i % 8 * 8));
}
