/*
 * SHA-512 of one block from the standard's initial state (FIPS 180-4). The garbler gives the first
 * half of the block, the evaluator the second, padding included; the result is the state after it,
 * which is the hash when the block is the whole padded message.
 */
#include "sha512.h"

#include <sotto-circuit.h>

void sha512_block(GARBLER const uint8_t left[64], EVALUATOR const uint8_t right[64],
                  OUTPUT uint8_t hash[64])
{
    uint64_t state[8];
    uint8_t block[128];

    for (int i = 0; i < 8; i++) state[i] = initial_state[i];
    for (int i = 0; i < 64; i++) {
        block[i] = left[i];
        block[64 + i] = right[i];
    }
    compress(state, block);
    for (int i = 0; i < 8; i++) store64_be(hash + 8 * i, state[i]);
}
