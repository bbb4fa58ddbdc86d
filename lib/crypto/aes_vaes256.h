/*
 * AES-128 with VAES on 256-bit registers: eight keys at a time, word-sliced as aes_aesni.h tells.
 * Only for files that are compiled for AVX2 and VAES; everything here is inlined.
 */
#ifndef SOTTO_CRYPTO_AES_VAES256_H
#define SOTTO_CRYPTO_AES_VAES256_H

#include "crypto/block.h"

#include <immintrin.h>

#define VAES256_INLINE static inline __attribute__((always_inline))

/** Element 4 l + d of word[w] is word w of key number 2 d + l; unpacked, register d holds the round
 *  keys of keys 2 d and 2 d + 1. */
struct vaes256_keys {
    __m256i word[4];
};

enum vaes256_step { VAES256_WHITEN, VAES256_MIDDLE, VAES256_LAST };

VAES256_INLINE __m256i vaes256_load(const void *bytes)
{
    return _mm256_loadu_si256((const __m256i *)bytes);
}

VAES256_INLINE void vaes256_store(void *bytes, __m256i x)
{
    _mm256_storeu_si256((__m256i *)bytes, x);
}

/** Two blocks from two places. */
VAES256_INLINE __m256i vaes256_gather(const block *low, const block *high)
{
    __m128i l = _mm_load_si128((const __m128i *)(const void *)low);
    __m128i h = _mm_load_si128((const __m128i *)(const void *)high);

    return _mm256_inserti128_si256(_mm256_castsi128_si256(l), h, 1);
}

VAES256_INLINE __m256i vaes256_broadcast(const block *b)
{
    return _mm256_broadcastsi128_si256(_mm_load_si128((const __m128i *)(const void *)b));
}

/** block_sigma() of both blocks. */
VAES256_INLINE __m256i vaes256_sigma(__m256i x)
{
    __m256i high = _mm256_unpackhi_epi64(_mm256_setzero_si256(), x);

    return _mm256_xor_si256(_mm256_shuffle_epi32(x, 0x4e), high);
}

/** All ones in each block whose lowest bit is set. */
VAES256_INLINE __m256i vaes256_lsb_mask(__m256i x)
{
    return _mm256_shuffle_epi32(_mm256_srai_epi32(_mm256_slli_epi32(x, 31), 31), 0x00);
}

/** Key number i is start ^ (first + i). The low words carry where bit 31 goes from 1 to 0. */
VAES256_INLINE struct vaes256_keys vaes256_keys_start(const block *start, uint64_t first)
{
    const __m256i number = _mm256_setr_epi32(0, 2, 4, 6, 1, 3, 5, 7);
    __m256i origin = _mm256_set1_epi32((int)(uint32_t)first);
    __m256i low = _mm256_add_epi32(origin, number);
    __m256i carry = _mm256_srli_epi32(_mm256_andnot_si256(low, origin), 31);
    __m256i high = _mm256_add_epi32(_mm256_set1_epi32((int)(uint32_t)(first >> 32)), carry);
    __m256i s = vaes256_broadcast(start);

    return (struct vaes256_keys){{
        _mm256_xor_si256(_mm256_shuffle_epi32(s, 0x00), low),
        _mm256_xor_si256(_mm256_shuffle_epi32(s, 0x55), high),
        _mm256_shuffle_epi32(s, 0xaa),
        _mm256_shuffle_epi32(s, 0xff),
    }};
}

VAES256_INLINE void vaes256_keys_next(struct vaes256_keys *k, int constant)
{
    const __m256i rotate = _mm256_broadcastsi128_si256(
        _mm_setr_epi8(1, 14, 11, 4, 5, 2, 15, 8, 9, 6, 3, 12, 13, 10, 7, 0));
    __m256i word0 = _mm256_xor_si256(k->word[0], _mm256_set1_epi32(constant));

    k->word[0] = _mm256_aesenclast_epi128(_mm256_shuffle_epi8(k->word[3], rotate), word0);
    k->word[1] = _mm256_xor_si256(k->word[1], k->word[0]);
    k->word[2] = _mm256_xor_si256(k->word[2], k->word[1]);
    k->word[3] = _mm256_xor_si256(k->word[3], k->word[2]);
}

VAES256_INLINE __m256i vaes256_step(__m256i x, __m256i key, enum vaes256_step step)
{
    if (step == VAES256_WHITEN) return _mm256_xor_si256(x, key);
    if (step == VAES256_MIDDLE) return _mm256_aesenc_epi128(x, key);
    return _mm256_aesenclast_epi128(x, key);
}

/** Takes the blocks of x[d], and of y[d] unless y is NULL, through one step under keys 2 d and
 *  2 d + 1, for d < 4. */
VAES256_INLINE void vaes256_round(__m256i *x, __m256i *y, const struct vaes256_keys *k,
                                  enum vaes256_step step)
{
    __m256i low = _mm256_unpacklo_epi32(k->word[0], k->word[1]);
    __m256i high = _mm256_unpacklo_epi32(k->word[2], k->word[3]);
    __m256i key = _mm256_unpacklo_epi64(low, high);

    x[0] = vaes256_step(x[0], key, step);
    if (y != NULL) y[0] = vaes256_step(y[0], key, step);
    key = _mm256_unpackhi_epi64(low, high);
    x[1] = vaes256_step(x[1], key, step);
    if (y != NULL) y[1] = vaes256_step(y[1], key, step);
    low = _mm256_unpackhi_epi32(k->word[0], k->word[1]);
    high = _mm256_unpackhi_epi32(k->word[2], k->word[3]);
    key = _mm256_unpacklo_epi64(low, high);
    x[2] = vaes256_step(x[2], key, step);
    if (y != NULL) y[2] = vaes256_step(y[2], key, step);
    key = _mm256_unpackhi_epi64(low, high);
    x[3] = vaes256_step(x[3], key, step);
    if (y != NULL) y[3] = vaes256_step(y[3], key, step);
}

VAES256_INLINE void vaes256_next_round(__m256i *x, __m256i *y, struct vaes256_keys *k, int constant,
                                       enum vaes256_step step)
{
    vaes256_keys_next(k, constant);
    vaes256_round(x, y, k, step);
}

/** Encrypts the blocks of x[d], and of y[d] unless y is NULL, under keys 2 d and 2 d + 1, for
 *  d < 4. Whether y is NULL is known when this is inlined. */
VAES256_INLINE void vaes256_encrypt(__m256i *x, __m256i *y, struct vaes256_keys k)
{
    vaes256_round(x, y, &k, VAES256_WHITEN);
    vaes256_next_round(x, y, &k, 0x01, VAES256_MIDDLE);
    vaes256_next_round(x, y, &k, 0x02, VAES256_MIDDLE);
    vaes256_next_round(x, y, &k, 0x04, VAES256_MIDDLE);
    vaes256_next_round(x, y, &k, 0x08, VAES256_MIDDLE);
    vaes256_next_round(x, y, &k, 0x10, VAES256_MIDDLE);
    vaes256_next_round(x, y, &k, 0x20, VAES256_MIDDLE);
    vaes256_next_round(x, y, &k, 0x40, VAES256_MIDDLE);
    vaes256_next_round(x, y, &k, 0x80, VAES256_MIDDLE);
    vaes256_next_round(x, y, &k, 0x1b, VAES256_MIDDLE);
    vaes256_next_round(x, y, &k, 0x36, VAES256_LAST);
}

#endif
