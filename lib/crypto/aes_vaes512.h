/*
 * AES-128 with VAES on 512-bit registers: sixteen keys at a time, word-sliced as aes_aesni.h tells.
 * Only for files that are compiled for AVX-512 and VAES; everything here is inlined.
 */
#ifndef SOTTO_CRYPTO_AES_VAES512_H
#define SOTTO_CRYPTO_AES_VAES512_H

#include "crypto/block.h"

#include <immintrin.h>

#define VAES512_INLINE static inline __attribute__((always_inline))

/** Truth tables of _mm512_ternarylogic_epi64(a, b, c). */
#define TERNARY_XOR3 0x96    /* a ^ b ^ c */
#define TERNARY_XOR_AND 0x78 /* a ^ (b & c) */

/** Element 4 l + d of word[w] is word w of key number 4 d + l; unpacked, register d holds the round
 *  keys of keys 4 d to 4 d + 3. */
struct vaes512_keys {
    __m512i word[4];
};

enum vaes512_step { VAES512_WHITEN, VAES512_MIDDLE, VAES512_LAST };

VAES512_INLINE __m512i vaes512_load(const void *bytes)
{
    return _mm512_loadu_si512(bytes);
}

VAES512_INLINE void vaes512_store(void *bytes, __m512i x)
{
    _mm512_storeu_si512(bytes, x);
}

VAES512_INLINE __m128i vaes512_load_block(const block *b)
{
    return _mm_load_si128((const __m128i *)(const void *)b);
}

/** Four blocks from four places. */
VAES512_INLINE __m512i vaes512_gather(const block *b0, const block *b1, const block *b2,
                                      const block *b3)
{
    __m512i x = _mm512_castsi128_si512(vaes512_load_block(b0));

    x = _mm512_inserti64x2(x, vaes512_load_block(b1), 1);
    x = _mm512_inserti64x2(x, vaes512_load_block(b2), 2);
    return _mm512_inserti64x2(x, vaes512_load_block(b3), 3);
}

VAES512_INLINE __m512i vaes512_broadcast(const block *b)
{
    return _mm512_broadcast_i64x2(vaes512_load_block(b));
}

/** block_sigma() of the four blocks. */
VAES512_INLINE __m512i vaes512_sigma(__m512i x)
{
    const __m512i high = _mm512_set_epi64(-1, 0, -1, 0, -1, 0, -1, 0);

    return _mm512_ternarylogic_epi64(_mm512_shuffle_epi32(x, _MM_PERM_BADC), x, high,
                                     TERNARY_XOR_AND);
}

/** All ones in each block whose lowest bit is set. */
VAES512_INLINE __m512i vaes512_lsb_mask(__m512i x)
{
    return _mm512_shuffle_epi32(_mm512_srai_epi32(_mm512_slli_epi32(x, 31), 31), _MM_PERM_AAAA);
}

/** Key number i is start ^ (first + i). The low words carry where bit 31 goes from 1 to 0. */
VAES512_INLINE struct vaes512_keys vaes512_keys_start(const block *start, uint64_t first)
{
    const __m512i number = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
    __m512i origin = _mm512_set1_epi32((int)(uint32_t)first);
    __m512i low = _mm512_add_epi32(origin, number);
    __m512i carry = _mm512_srli_epi32(_mm512_andnot_si512(low, origin), 31);
    __m512i high = _mm512_add_epi32(_mm512_set1_epi32((int)(uint32_t)(first >> 32)), carry);
    __m512i s = vaes512_broadcast(start);

    return (struct vaes512_keys){{
        _mm512_xor_si512(_mm512_shuffle_epi32(s, _MM_PERM_AAAA), low),
        _mm512_xor_si512(_mm512_shuffle_epi32(s, _MM_PERM_BBBB), high),
        _mm512_shuffle_epi32(s, _MM_PERM_CCCC),
        _mm512_shuffle_epi32(s, _MM_PERM_DDDD),
    }};
}

VAES512_INLINE void vaes512_keys_next(struct vaes512_keys *k, int constant)
{
    const __m512i rotate =
        _mm512_broadcast_i32x4(_mm_setr_epi8(1, 14, 11, 4, 5, 2, 15, 8, 9, 6, 3, 12, 13, 10, 7, 0));
    __m512i word0 = _mm512_xor_si512(k->word[0], _mm512_set1_epi32(constant));

    k->word[0] = _mm512_aesenclast_epi128(_mm512_shuffle_epi8(k->word[3], rotate), word0);
    k->word[1] = _mm512_xor_si512(k->word[1], k->word[0]);
    k->word[2] = _mm512_xor_si512(k->word[2], k->word[1]);
    k->word[3] = _mm512_xor_si512(k->word[3], k->word[2]);
}

VAES512_INLINE __m512i vaes512_step(__m512i x, __m512i key, enum vaes512_step step)
{
    if (step == VAES512_WHITEN) return _mm512_xor_si512(x, key);
    if (step == VAES512_MIDDLE) return _mm512_aesenc_epi128(x, key);
    return _mm512_aesenclast_epi128(x, key);
}

/** Takes the blocks of x[d], and of y[d] unless y is NULL, through one step under keys 4 d to
 *  4 d + 3, for d < 4. */
VAES512_INLINE void vaes512_round(__m512i *x, __m512i *y, const struct vaes512_keys *k,
                                  enum vaes512_step step)
{
    __m512i low = _mm512_unpacklo_epi32(k->word[0], k->word[1]);
    __m512i high = _mm512_unpacklo_epi32(k->word[2], k->word[3]);
    __m512i key = _mm512_unpacklo_epi64(low, high);

    x[0] = vaes512_step(x[0], key, step);
    if (y != NULL) y[0] = vaes512_step(y[0], key, step);
    key = _mm512_unpackhi_epi64(low, high);
    x[1] = vaes512_step(x[1], key, step);
    if (y != NULL) y[1] = vaes512_step(y[1], key, step);
    low = _mm512_unpackhi_epi32(k->word[0], k->word[1]);
    high = _mm512_unpackhi_epi32(k->word[2], k->word[3]);
    key = _mm512_unpacklo_epi64(low, high);
    x[2] = vaes512_step(x[2], key, step);
    if (y != NULL) y[2] = vaes512_step(y[2], key, step);
    key = _mm512_unpackhi_epi64(low, high);
    x[3] = vaes512_step(x[3], key, step);
    if (y != NULL) y[3] = vaes512_step(y[3], key, step);
}

VAES512_INLINE void vaes512_next_round(__m512i *x, __m512i *y, struct vaes512_keys *k, int constant,
                                       enum vaes512_step step)
{
    vaes512_keys_next(k, constant);
    vaes512_round(x, y, k, step);
}

/** Encrypts the blocks of x[d], and of y[d] unless y is NULL, under keys 4 d to 4 d + 3, for
 *  d < 4. Whether y is NULL is known when this is inlined. */
VAES512_INLINE void vaes512_encrypt(__m512i *x, __m512i *y, struct vaes512_keys k)
{
    vaes512_round(x, y, &k, VAES512_WHITEN);
    vaes512_next_round(x, y, &k, 0x01, VAES512_MIDDLE);
    vaes512_next_round(x, y, &k, 0x02, VAES512_MIDDLE);
    vaes512_next_round(x, y, &k, 0x04, VAES512_MIDDLE);
    vaes512_next_round(x, y, &k, 0x08, VAES512_MIDDLE);
    vaes512_next_round(x, y, &k, 0x10, VAES512_MIDDLE);
    vaes512_next_round(x, y, &k, 0x20, VAES512_MIDDLE);
    vaes512_next_round(x, y, &k, 0x40, VAES512_MIDDLE);
    vaes512_next_round(x, y, &k, 0x80, VAES512_MIDDLE);
    vaes512_next_round(x, y, &k, 0x1b, VAES512_MIDDLE);
    vaes512_next_round(x, y, &k, 0x36, VAES512_LAST);
}

#endif
