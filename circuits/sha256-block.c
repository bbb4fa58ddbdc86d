/*
 * SHA-256 of one block from the standard's initial state (FIPS 180-4). The garbler gives the first
 * half of the block, the evaluator the second, padding included; the result is the state after it,
 * which is the hash when the block is the whole padded message.
 */
#include "sha256.h"

#include <sotto-circuit.h>

void sha256_block(GARBLER const uint8_t left[32], EVALUATOR const uint8_t right[32],
                  OUTPUT uint8_t hash[32])
{
    uint32_t state[8];
    uint8_t block[64];

    for (int i = 0; i < 8; i++) state[i] = initial_state[i];
    for (int i = 0; i < 32; i++) {
        block[i] = left[i];
        block[32 + i] = right[i];
    }
    compress(state, block);
    for (int i = 0; i < 8; i++) store32_be(hash + 4 * i, state[i]);
}
