/*
 * The compression function of SHA-512 (FIPS 180-4). The garbler gives the state before a block, the
 * evaluator the block; the result is the state after it. State words are big-endian, as in a hash,
 * so that one block's result is the next block's state.
 */
#include "sha512.h"

#include <sotto-circuit.h>

void sha512_compress(GARBLER const uint8_t before[64], EVALUATOR const uint8_t block[128],
                     OUTPUT uint8_t after[64])
{
    uint64_t state[8];

    for (int i = 0; i < 8; i++) state[i] = load64_be(before + 8 * i);
    compress(state, block);
    for (int i = 0; i < 8; i++) store64_be(after + 8 * i, state[i]);
}
