/*
 * AES-128 in plain C and in constant time: bit-sliced, four blocks at a time, without tables.
 * The building block of the portable kernels.
 */
#ifndef SOTTO_CRYPTO_AES_PORTABLE_H
#define SOTTO_CRYPTO_AES_PORTABLE_H

#include "crypto/kernels.h"

#include <stddef.h>
#include <stdint.h>

#define AES_SLICE_BLOCKS 4

/** Four blocks bit-sliced: bit 16 r + 4 c + j of plane[i] is bit i of the byte in row r and column
 *  c of block j's AES state. */
struct aes_slice {
    uint64_t plane[8];
};

/** The round keys of one key, or of four, in the same form; a secret. */
struct aes_sliced_key {
    struct aes_slice round[11];
};

/** Key expansion of one key into bytes (FIPS-197, 5.2). */
void aes_portable_expand_key(struct aes_key *key, const block *seed);

/** Prepares an expanded key for aes_portable_encrypt(). */
void aes_portable_slice_key(struct aes_sliced_key *sliced, const struct aes_key *key);

/** Encrypts four blocks in place under one key. */
void aes_portable_encrypt(block *blocks, const struct aes_sliced_key *key);

/** Encrypts blocks[4 s + j] in place under keys[j], for s < n_sets (1 or 2) and j < 4; the key
 *  schedules run along with the rounds and are not stored. */
void aes_portable_encrypt_rekeyed(block *blocks, size_t n_sets, const block *keys);

#endif
