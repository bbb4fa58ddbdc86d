/*
 * Keystreams and label hashes over vectors (vec128.h, vec256.h, vec512.h), a whole number of groups
 * at a time: each function returns how many of its n blocks it has done, which is the largest
 * multiple of the group. What is left goes to narrower vectors.
 */
#ifndef SOTTO_CRYPTO_GROUPS_H
#define SOTTO_CRYPTO_GROUPS_H

#include "crypto/aes_vec.h"

#define KEYSTREAM_GROUP ((size_t)8 * VEC_BLOCKS)
#define HASH_GROUP ((size_t)4 * VEC_BLOCKS)

static inline size_t keystream_groups(block *out, const struct aes_key *key, uint64_t stream,
                                      uint64_t first, size_t n)
{
    vec counters = vec_counters(stream, first);
    size_t i = 0;

    for (; n - i >= KEYSTREAM_GROUP; i += KEYSTREAM_GROUP) {
        vec x[8];

#pragma GCC unroll 8
        for (size_t j = 0; j < 8; j++) {
            x[j] = counters;
            counters = vec_next_counters(counters);
        }
        vec_aes_stored(x, 8, key);
#pragma GCC unroll 8
        for (size_t j = 0; j < 8; j++) vec_store(&out[i + VEC_BLOCKS * j], x[j]);
    }
    return i;
}

static inline size_t hash_groups(block *out, const block *in, const block *start, uint64_t first,
                                 size_t n)
{
    size_t i = 0;

    for (; n - i >= HASH_GROUP; i += HASH_GROUP) {
        vec sigma[4], x[4];

#pragma GCC unroll 4
        for (size_t j = 0; j < 4; j++) {
            x[j] = sigma[j] = vec_sigma(vec_load(&in[i + VEC_BLOCKS * j]));
        }
        vec_aes_encrypt(x, NULL, vec_keys_start(start, first + i));
#pragma GCC unroll 4
        for (size_t j = 0; j < 4; j++) {
            vec_store(&out[i + VEC_BLOCKS * j], vec_xor(x[j], sigma[j]));
        }
    }
    return i;
}

/* out[j][0] and out[j][1] are the hashes of in[j] and of in[j] ^ delta. */
static inline size_t hash_pairs_groups(block (*out)[2], const block *in, const block *delta,
                                       const block *start, uint64_t first, size_t n)
{
    vec d = vec_broadcast(delta);
    size_t i = 0;

    for (; n - i >= HASH_GROUP; i += HASH_GROUP) {
        vec sigma[8], x[8];

#pragma GCC unroll 4
        for (size_t j = 0; j < 4; j++) {
            vec rows = vec_load(&in[i + VEC_BLOCKS * j]);

            sigma[j] = x[j] = vec_sigma(rows);
            sigma[4 + j] = x[4 + j] = vec_sigma(vec_xor(rows, d));
        }
        vec_aes_encrypt(x, x + 4, vec_keys_start(start, first + i));
#pragma GCC unroll 4
        for (size_t j = 0; j < 4; j++) {
            vec_store_pairs(out[i + VEC_BLOCKS * j], vec_xor(x[j], sigma[j]),
                            vec_xor(x[4 + j], sigma[4 + j]));
        }
    }
    return i;
}

#define LEAF_VECS 4

/* For leaves.h; n is known when this is inlined. */
VEC_INLINE void leaf_encrypt(vec *x, const struct aes_key *keys, size_t n, uint64_t first)
{
    vec counters = vec_counters(0, first);

#pragma GCC unroll 4
    for (size_t v = 0; v < LEAF_VECS; v++) {
#pragma GCC unroll 2
        for (size_t d = 0; d < n; d++)
            x[LEAF_VECS * d + v] = vec_xor(counters, vec_broadcast(&keys[d].round[0]));
        counters = vec_next_counters(counters);
    }
#pragma GCC unroll 10
    for (size_t i = 1; i <= 10; i++) {
#pragma GCC unroll 2
        for (size_t d = 0; d < n; d++) {
            vec key = vec_broadcast(&keys[d].round[i]);

#pragma GCC unroll 4
            for (size_t v = 0; v < LEAF_VECS; v++)
                x[LEAF_VECS * d + v] =
                    vec_aes_step(x[LEAF_VECS * d + v], key, i < 10 ? AES_MIDDLE : AES_LAST);
        }
    }
}

#endif
