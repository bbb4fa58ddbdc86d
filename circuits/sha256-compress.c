/*
 * The compression function of SHA-256 (FIPS 180-4). The garbler gives the state before a block, the
 * evaluator the block; the result is the state after it. State words are big-endian, as in a hash,
 * so that one block's result is the next block's state.
 */
#include "sha256.h"

#include <sotto-circuit.h>

void sha256_compress(GARBLER const uint8_t before[32], EVALUATOR const uint8_t block[64],
                     OUTPUT uint8_t after[32])
{
    uint32_t state[8];

    for (int i = 0; i < 8; i++) state[i] = load32_be(before + 4 * i);
    compress(state, block);
    for (int i = 0; i < 8; i++) store32_be(after + 4 * i, state[i]);
}
