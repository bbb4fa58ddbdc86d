/*
 * AES-128 over vectors (vec128.h, vec256.h, vec512.h): as many keys at a time as four vectors have
 * blocks, whose schedules run along with the rounds and are never stored.
 *
 * The schedules are kept word-sliced: a register holds the same word of every key. SubWord(RotWord)
 * of all of them is then one byte shuffle and one AESENCLAST: the shuffle rotates each word and
 * undoes AESENCLAST's ShiftRows in advance, and the round-key operand brings in word 0 and the
 * round constant. Two levels of unpacking give the round keys of the individual blocks.
 */
#ifndef SOTTO_CRYPTO_AES_VEC_H
#define SOTTO_CRYPTO_AES_VEC_H

#include "crypto/kernels.h"

/** Element 4 l + d of word[w] is word w of key number VEC_BLOCKS d + l; unpacked, vector d holds
 *  the round keys of keys VEC_BLOCKS d and on. */
struct vec_keys {
    vec word[4];
};

enum aes_step { AES_WHITEN, AES_MIDDLE, AES_LAST };

/** Key number d is start ^ (first + d). The low words carry where bit 31 goes from 1 to 0. */
VEC_INLINE struct vec_keys vec_keys_start(const block *start, uint64_t first)
{
    vec origin = vec_set32((uint32_t)first);
    vec low = vec_add32(origin, vec_key_numbers());
    vec high = vec_add32(vec_set32((uint32_t)(first >> 32)), vec_falls32(origin, low));
    vec s = vec_broadcast(start);

    return (struct vec_keys){{
        vec_xor(VEC_SPREAD(s, 0), low),
        vec_xor(VEC_SPREAD(s, 1), high),
        VEC_SPREAD(s, 2),
        VEC_SPREAD(s, 3),
    }};
}

VEC_INLINE void vec_keys_next(struct vec_keys *k, int constant)
{
    const __m128i rotate = _mm_setr_epi8(1, 14, 11, 4, 5, 2, 15, 8, 9, 6, 3, 12, 13, 10, 7, 0);
    vec word0 = vec_xor(k->word[0], vec_set32((uint32_t)constant));

    k->word[0] = vec_aesenclast(vec_shuffle_bytes(k->word[3], rotate), word0);
    k->word[1] = vec_xor(k->word[1], k->word[0]);
    k->word[2] = vec_xor(k->word[2], k->word[1]);
    k->word[3] = vec_xor(k->word[3], k->word[2]);
}

VEC_INLINE vec vec_aes_step(vec x, vec key, enum aes_step step)
{
    if (step == AES_WHITEN) return vec_xor(x, key);
    if (step == AES_MIDDLE) return vec_aesenc(x, key);
    return vec_aesenclast(x, key);
}

/** Takes x[d], and y[d] unless y is NULL, through one step under the keys of vector d, for
 *  d < 4. */
VEC_INLINE void vec_aes_round(vec *x, vec *y, const struct vec_keys *k, enum aes_step step)
{
    vec low = vec_low32(k->word[0], k->word[1]);
    vec high = vec_low32(k->word[2], k->word[3]);
    vec key = vec_low64(low, high);

    x[0] = vec_aes_step(x[0], key, step);
    if (y != NULL) y[0] = vec_aes_step(y[0], key, step);
    key = vec_high64(low, high);
    x[1] = vec_aes_step(x[1], key, step);
    if (y != NULL) y[1] = vec_aes_step(y[1], key, step);
    low = vec_high32(k->word[0], k->word[1]);
    high = vec_high32(k->word[2], k->word[3]);
    key = vec_low64(low, high);
    x[2] = vec_aes_step(x[2], key, step);
    if (y != NULL) y[2] = vec_aes_step(y[2], key, step);
    key = vec_high64(low, high);
    x[3] = vec_aes_step(x[3], key, step);
    if (y != NULL) y[3] = vec_aes_step(y[3], key, step);
}

VEC_INLINE void vec_aes_next_round(vec *x, vec *y, struct vec_keys *k, int constant,
                                   enum aes_step step)
{
    vec_keys_next(k, constant);
    vec_aes_round(x, y, k, step);
}

/** Encrypts x[d], and y[d] unless y is NULL, under the keys of vector d, for d < 4. Whether y is
 *  NULL is known when this is inlined. */
VEC_INLINE void vec_aes_encrypt(vec *x, vec *y, struct vec_keys k)
{
    vec_aes_round(x, y, &k, AES_WHITEN);
    vec_aes_next_round(x, y, &k, 0x01, AES_MIDDLE);
    vec_aes_next_round(x, y, &k, 0x02, AES_MIDDLE);
    vec_aes_next_round(x, y, &k, 0x04, AES_MIDDLE);
    vec_aes_next_round(x, y, &k, 0x08, AES_MIDDLE);
    vec_aes_next_round(x, y, &k, 0x10, AES_MIDDLE);
    vec_aes_next_round(x, y, &k, 0x20, AES_MIDDLE);
    vec_aes_next_round(x, y, &k, 0x40, AES_MIDDLE);
    vec_aes_next_round(x, y, &k, 0x80, AES_MIDDLE);
    vec_aes_next_round(x, y, &k, 0x1b, AES_MIDDLE);
    vec_aes_next_round(x, y, &k, 0x36, AES_LAST);
}

/** Writes the round keys that k stands at, in the order of their numbers. */
VEC_INLINE void vec_keys_store(block *keys, const struct vec_keys *k)
{
    vec low = vec_low32(k->word[0], k->word[1]);
    vec high = vec_low32(k->word[2], k->word[3]);

    vec_store(keys, vec_low64(low, high));
    vec_store(keys + VEC_BLOCKS, vec_high64(low, high));
    low = vec_high32(k->word[0], k->word[1]);
    high = vec_high32(k->word[2], k->word[3]);
    vec_store(keys + 2 * VEC_BLOCKS, vec_low64(low, high));
    vec_store(keys + 3 * VEC_BLOCKS, vec_high64(low, high));
}

/** Encrypts n vectors under stored round keys; n, up to 8, is known when this is inlined. */
VEC_INLINE void vec_aes_stored(vec *x, size_t n, const struct aes_key *key)
{
    vec round_key = vec_broadcast(&key->round[0]);

#pragma GCC unroll 8
    for (size_t j = 0; j < n; j++) x[j] = vec_xor(x[j], round_key);
    for (size_t i = 1; i < 10; i++) {
        round_key = vec_broadcast(&key->round[i]);
#pragma GCC unroll 8
        for (size_t j = 0; j < n; j++) x[j] = vec_aesenc(x[j], round_key);
    }
    round_key = vec_broadcast(&key->round[10]);
#pragma GCC unroll 8
    for (size_t j = 0; j < n; j++) x[j] = vec_aesenclast(x[j], round_key);
}

#endif
