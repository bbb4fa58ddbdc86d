/*
 * HMAC-SHA256 (FIPS 198-1) under the garbler's key of KEY_LEN bytes, at most 64, of the evaluator's
 * message of MESSAGE_LEN bytes. The result is the tag.
 */
#include "sha256.h"

#include <sotto-circuit.h>

#ifndef KEY_LEN
#define KEY_LEN 32
#endif
#ifndef MESSAGE_LEN
#define MESSAGE_LEN 32
#endif
#define N_BLOCKS ((MESSAGE_LEN + 8) / 64 + 1) /* of the padded message */

/* The state after one block that holds the key, each byte combined with the pad's. */
static void start(uint32_t state[8], const uint8_t *key, uint8_t pad)
{
    uint8_t block[64];

    for (int i = 0; i < 64; i++) block[i] = pad ^ (i < KEY_LEN ? key[i] : 0);
    for (int i = 0; i < 8; i++) state[i] = initial_state[i];
    compress(state, block);
}

/* Hashes a message of len bytes that follows one block; padded has room for whole blocks. */
static void finish(uint32_t state[8], uint8_t *padded, int len)
{
    int n_blocks = (len + 8) / 64 + 1;

    padded[len] = 0x80;
    for (int i = len + 1; i < 64 * n_blocks - 8; i++) padded[i] = 0;
    store64_be(padded + 64 * n_blocks - 8, 8 * (uint64_t)(64 + len));
    for (int i = 0; i < n_blocks; i++) compress(state, padded + 64 * i);
}

void hmac_sha256(GARBLER const uint8_t key[KEY_LEN], EVALUATOR const uint8_t message[MESSAGE_LEN],
                 OUTPUT uint8_t tag[32])
{
    uint8_t padded[64 * N_BLOCKS], inner[64];
    uint32_t state[8];

    start(state, key, 0x36);
    for (int i = 0; i < MESSAGE_LEN; i++) padded[i] = message[i];
    finish(state, padded, MESSAGE_LEN);
    for (int i = 0; i < 8; i++) store32_be(inner + 4 * i, state[i]);
    start(state, key, 0x5c);
    finish(state, inner, 32);
    for (int i = 0; i < 8; i++) store32_be(tag + 4 * i, state[i]);
}
