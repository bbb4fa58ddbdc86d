/*
 * AES-128 with AES-NI: four keys at a time whose schedules run along with the rounds and are never
 * stored. Only for files that are compiled for AES-NI; everything here is inlined.
 *
 * The schedules are kept word-sliced: a register holds the same word of every key. SubWord(RotWord)
 * of all of them is then one byte shuffle and one AESENCLAST: the shuffle rotates each word and
 * undoes AESENCLAST's ShiftRows in advance, and the round-key operand brings in word 0 and the
 * round constant. Two levels of unpacking give the round keys of the individual blocks.
 */
#ifndef SOTTO_CRYPTO_AES_AESNI_H
#define SOTTO_CRYPTO_AES_AESNI_H

#include "crypto/block.h"

#include <immintrin.h>

#define AESNI_INLINE static inline __attribute__((always_inline))

/** Element d of word[w] is word w of key number d. */
struct aesni_keys {
    __m128i word[4];
};

enum aesni_step { AESNI_WHITEN, AESNI_MIDDLE, AESNI_LAST };

AESNI_INLINE __m128i aesni_load(const block *b)
{
    return _mm_load_si128((const __m128i *)(const void *)b);
}

AESNI_INLINE void aesni_store(block *b, __m128i x)
{
    _mm_store_si128((__m128i *)(void *)b, x);
}

/** block_sigma() */
AESNI_INLINE __m128i aesni_sigma(__m128i x)
{
    __m128i high = _mm_unpackhi_epi64(_mm_setzero_si128(), x);

    return _mm_xor_si128(_mm_shuffle_epi32(x, 0x4e), high);
}

/** All ones where the block's lowest bit is set. */
AESNI_INLINE __m128i aesni_lsb_mask(__m128i x)
{
    return _mm_shuffle_epi32(_mm_srai_epi32(_mm_slli_epi32(x, 31), 31), 0x00);
}

/** Key number d is start ^ (first + d). The low words carry where bit 31 goes from 1 to 0. */
AESNI_INLINE struct aesni_keys aesni_keys_start(const block *start, uint64_t first)
{
    const __m128i number = _mm_setr_epi32(0, 1, 2, 3);
    __m128i origin = _mm_set1_epi32((int)(uint32_t)first);
    __m128i low = _mm_add_epi32(origin, number);
    __m128i carry = _mm_srli_epi32(_mm_andnot_si128(low, origin), 31);
    __m128i high = _mm_add_epi32(_mm_set1_epi32((int)(uint32_t)(first >> 32)), carry);
    __m128i s = aesni_load(start);

    return (struct aesni_keys){{
        _mm_xor_si128(_mm_shuffle_epi32(s, 0x00), low),
        _mm_xor_si128(_mm_shuffle_epi32(s, 0x55), high),
        _mm_shuffle_epi32(s, 0xaa),
        _mm_shuffle_epi32(s, 0xff),
    }};
}

AESNI_INLINE void aesni_keys_next(struct aesni_keys *k, int constant)
{
    const __m128i rotate = _mm_setr_epi8(1, 14, 11, 4, 5, 2, 15, 8, 9, 6, 3, 12, 13, 10, 7, 0);
    __m128i word0 = _mm_xor_si128(k->word[0], _mm_set1_epi32(constant));

    k->word[0] = _mm_aesenclast_si128(_mm_shuffle_epi8(k->word[3], rotate), word0);
    k->word[1] = _mm_xor_si128(k->word[1], k->word[0]);
    k->word[2] = _mm_xor_si128(k->word[2], k->word[1]);
    k->word[3] = _mm_xor_si128(k->word[3], k->word[2]);
}

AESNI_INLINE __m128i aesni_step(__m128i x, __m128i key, enum aesni_step step)
{
    if (step == AESNI_WHITEN) return _mm_xor_si128(x, key);
    if (step == AESNI_MIDDLE) return _mm_aesenc_si128(x, key);
    return _mm_aesenclast_si128(x, key);
}

/** Takes x[d], and y[d] unless y is NULL, through one step under key d, for d < n (2 or 4). */
AESNI_INLINE void aesni_round(__m128i *x, __m128i *y, const struct aesni_keys *k, int n,
                              enum aesni_step step)
{
    __m128i low = _mm_unpacklo_epi32(k->word[0], k->word[1]);
    __m128i high = _mm_unpacklo_epi32(k->word[2], k->word[3]);
    __m128i key = _mm_unpacklo_epi64(low, high);

    x[0] = aesni_step(x[0], key, step);
    if (y != NULL) y[0] = aesni_step(y[0], key, step);
    key = _mm_unpackhi_epi64(low, high);
    x[1] = aesni_step(x[1], key, step);
    if (y != NULL) y[1] = aesni_step(y[1], key, step);
    if (n == 2) return;
    low = _mm_unpackhi_epi32(k->word[0], k->word[1]);
    high = _mm_unpackhi_epi32(k->word[2], k->word[3]);
    key = _mm_unpacklo_epi64(low, high);
    x[2] = aesni_step(x[2], key, step);
    if (y != NULL) y[2] = aesni_step(y[2], key, step);
    key = _mm_unpackhi_epi64(low, high);
    x[3] = aesni_step(x[3], key, step);
    if (y != NULL) y[3] = aesni_step(y[3], key, step);
}

AESNI_INLINE void aesni_next_round(__m128i *x, __m128i *y, struct aesni_keys *k, int n,
                                   int constant, enum aesni_step step)
{
    aesni_keys_next(k, constant);
    aesni_round(x, y, k, n, step);
}

/** Encrypts x[d], and y[d] unless y is NULL, under key d, for d < n (2 or 4). n and whether y is
 *  NULL are known when this is inlined. */
AESNI_INLINE void aesni_encrypt(__m128i *x, __m128i *y, struct aesni_keys k, int n)
{
    aesni_round(x, y, &k, n, AESNI_WHITEN);
    aesni_next_round(x, y, &k, n, 0x01, AESNI_MIDDLE);
    aesni_next_round(x, y, &k, n, 0x02, AESNI_MIDDLE);
    aesni_next_round(x, y, &k, n, 0x04, AESNI_MIDDLE);
    aesni_next_round(x, y, &k, n, 0x08, AESNI_MIDDLE);
    aesni_next_round(x, y, &k, n, 0x10, AESNI_MIDDLE);
    aesni_next_round(x, y, &k, n, 0x20, AESNI_MIDDLE);
    aesni_next_round(x, y, &k, n, 0x40, AESNI_MIDDLE);
    aesni_next_round(x, y, &k, n, 0x80, AESNI_MIDDLE);
    aesni_next_round(x, y, &k, n, 0x1b, AESNI_MIDDLE);
    aesni_next_round(x, y, &k, n, 0x36, AESNI_LAST);
}

#endif
