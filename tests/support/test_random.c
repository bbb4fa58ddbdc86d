/* Repeatable randomness, in place of lib/base/random.c. */
#include "base/random.h"
#include "tests/support/support.h"

#include <sodium.h>
#include <string.h>

static uint64_t seed;
static uint64_t position;

void test_random_seed(uint64_t new_seed)
{
    seed = new_seed;
    position = 0;
}

void random_bytes(void *memory, size_t len)
{
    unsigned char key[crypto_stream_chacha20_KEYBYTES] = {0};
    unsigned char nonce[crypto_stream_chacha20_NONCEBYTES];

    if (seed == 0) {
        randombytes_buf(memory, len);
        return;
    }
    memcpy(key, &seed, sizeof seed);
    memcpy(nonce, &position, sizeof position);
    position++;
    crypto_stream_chacha20(memory, len, nonce, key);
}
