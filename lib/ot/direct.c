/* Correlated OTs without an extension; see direct.h. */
#include "ot/direct.h"

void direct_send(block *rows, uint8_t *message, const block (*keys)[2], size_t n,
                 const block *delta)
{
    for (size_t j = 0; j < n; j++) {
        block difference = block_xor(keys[j][0], keys[j][1]);

        block_store(message + j * BLOCK_LEN, block_xor(difference, *delta));
        rows[j] = keys[j][0];
    }
}

void direct_receive(block *rows, const block *keys, const uint8_t *message, const block *choices,
                    size_t n)
{
    for (size_t j = 0; j < n; j++) {
        block masked = block_load(message + j * BLOCK_LEN);
        uint64_t choice = choices->half[j / 64] >> j % 64;

        rows[j] = block_xor(keys[j], block_times_bit(masked, choice));
    }
}
