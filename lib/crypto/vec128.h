/*
 * Vectors of one block, for the kernels that AES-NI runs. vec128.h, vec256.h and vec512.h define
 * the same names, so that what is written once over them is compiled for each width: a kernel file
 * includes exactly one of the three, and then the headers of that shared code. Everything here is
 * inlined.
 */
#ifndef SOTTO_CRYPTO_VEC_H
#define SOTTO_CRYPTO_VEC_H

#include "crypto/block.h"

#include <immintrin.h>

#define VEC_INLINE static inline __attribute__((always_inline))

#define VEC_BLOCKS 1

typedef __m128i vec;

VEC_INLINE vec vec_load(const block *blocks)
{
    return _mm_load_si128((const __m128i *)(const void *)blocks);
}

VEC_INLINE void vec_store(block *blocks, vec x)
{
    _mm_store_si128((__m128i *)(void *)blocks, x);
}

/** From bytes and to bytes of any alignment. */
VEC_INLINE vec vec_load_bytes(const uint8_t *bytes)
{
    return _mm_loadu_si128((const __m128i *)(const void *)bytes);
}

VEC_INLINE void vec_store_bytes(uint8_t *bytes, vec x)
{
    _mm_storeu_si128((__m128i *)(void *)bytes, x);
}

/** The same block everywhere. */
VEC_INLINE vec vec_broadcast(const block *b)
{
    return vec_load(b);
}

VEC_INLINE vec vec_zero(void)
{
    return _mm_setzero_si128();
}

VEC_INLINE vec vec_xor(vec a, vec b)
{
    return _mm_xor_si128(a, b);
}

VEC_INLINE vec vec_xor3(vec a, vec b, vec c)
{
    return vec_xor(vec_xor(a, b), c);
}

/** a ^ (b & c) */
VEC_INLINE vec vec_xor_and(vec a, vec b, vec c)
{
    return vec_xor(a, _mm_and_si128(b, c));
}

/** The blocks of `even` and `odd` in turns. */
VEC_INLINE void vec_store_pairs(block *blocks, vec even, vec odd)
{
    vec_store(blocks, even);
    vec_store(blocks + 1, odd);
}

/** block_sigma() of every block. */
VEC_INLINE vec vec_sigma(vec x)
{
    vec high = _mm_unpackhi_epi64(vec_zero(), x);

    return vec_xor(_mm_shuffle_epi32(x, 0x4e), high);
}

/** All ones in the blocks whose lowest bit is set. */
VEC_INLINE vec vec_lsb_mask(vec x)
{
    return _mm_shuffle_epi32(_mm_srai_epi32(_mm_slli_epi32(x, 31), 31), 0x00);
}

VEC_INLINE vec vec_aesenc(vec x, vec key)
{
    return _mm_aesenc_si128(x, key);
}

VEC_INLINE vec vec_aesenclast(vec x, vec key)
{
    return _mm_aesenclast_si128(x, key);
}

/** The two words of blocks, low 64 bits first: first, first + 1 and on, over stream. */
VEC_INLINE vec vec_counters(uint64_t stream, uint64_t first)
{
    return _mm_set_epi64x((long long)stream, (long long)first);
}

/** The VEC_BLOCKS counters that follow. */
VEC_INLINE vec vec_next_counters(vec counters)
{
    return _mm_add_epi64(counters, _mm_set_epi64x(0, 1));
}

/* 32-bit elements, for key schedules. Unpacking goes by blocks: that of 32 bits interleaves the low
 * or the high halves, that of 64 bits takes the low or the high half of each. */

VEC_INLINE vec vec_set32(uint32_t x)
{
    return _mm_set1_epi32((int)x);
}

VEC_INLINE vec vec_add32(vec a, vec b)
{
    return _mm_add_epi32(a, b);
}

/** 1 where bit 31 is set in a and not in b. */
VEC_INLINE vec vec_falls32(vec a, vec b)
{
    return _mm_srli_epi32(_mm_andnot_si128(b, a), 31);
}

/** Element 4 l + d is VEC_BLOCKS d + l. */
VEC_INLINE vec vec_key_numbers(void)
{
    return _mm_setr_epi32(0, 1, 2, 3);
}

/** Word number w of every block, in all its elements. */
#define VEC_SPREAD(x, w) _mm_shuffle_epi32(x, 0x55 * (w))

/** The bytes of every block by their numbers in `order`. */
VEC_INLINE vec vec_shuffle_bytes(vec x, __m128i order)
{
    return _mm_shuffle_epi8(x, order);
}

VEC_INLINE vec vec_low32(vec a, vec b)
{
    return _mm_unpacklo_epi32(a, b);
}

VEC_INLINE vec vec_high32(vec a, vec b)
{
    return _mm_unpackhi_epi32(a, b);
}

VEC_INLINE vec vec_low64(vec a, vec b)
{
    return _mm_unpacklo_epi64(a, b);
}

VEC_INLINE vec vec_high64(vec a, vec b)
{
    return _mm_unpackhi_epi64(a, b);
}

#endif
