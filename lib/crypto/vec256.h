/*
 * Vectors of two blocks, for the kernels that VAES with AVX2 runs; see vec128.h.
 */
#ifndef SOTTO_CRYPTO_VEC_H
#define SOTTO_CRYPTO_VEC_H

#include "crypto/block.h"

#include <immintrin.h>

#define VEC_INLINE static inline __attribute__((always_inline))

#define VEC_BLOCKS 2

typedef __m256i vec;

VEC_INLINE vec vec_load(const block *blocks)
{
    return _mm256_loadu_si256((const __m256i *)(const void *)blocks);
}

VEC_INLINE void vec_store(block *blocks, vec x)
{
    _mm256_storeu_si256((__m256i *)(void *)blocks, x);
}

/** From bytes and to bytes of any alignment. */
VEC_INLINE vec vec_load_bytes(const uint8_t *bytes)
{
    return _mm256_loadu_si256((const __m256i *)(const void *)bytes);
}

VEC_INLINE void vec_store_bytes(uint8_t *bytes, vec x)
{
    _mm256_storeu_si256((__m256i *)(void *)bytes, x);
}

/** The same block everywhere. */
VEC_INLINE vec vec_broadcast(const block *b)
{
    return _mm256_broadcastsi128_si256(_mm_load_si128((const __m128i *)(const void *)b));
}

VEC_INLINE vec vec_zero(void)
{
    return _mm256_setzero_si256();
}

VEC_INLINE vec vec_xor(vec a, vec b)
{
    return _mm256_xor_si256(a, b);
}

VEC_INLINE vec vec_xor3(vec a, vec b, vec c)
{
    return vec_xor(vec_xor(a, b), c);
}

/** a ^ (b & c) */
VEC_INLINE vec vec_xor_and(vec a, vec b, vec c)
{
    return vec_xor(a, _mm256_and_si256(b, c));
}

/** Two blocks from two places. */
VEC_INLINE vec vec_gather(const block *b0, const block *b1)
{
    __m128i low = _mm_load_si128((const __m128i *)(const void *)b0);
    __m128i high = _mm_load_si128((const __m128i *)(const void *)b1);

    return _mm256_inserti128_si256(_mm256_castsi128_si256(low), high, 1);
}

/** The blocks of `even` and `odd` in turns. */
VEC_INLINE void vec_store_pairs(block *blocks, vec even, vec odd)
{
    vec_store(blocks, _mm256_permute2x128_si256(even, odd, 0x20));
    vec_store(blocks + VEC_BLOCKS, _mm256_permute2x128_si256(even, odd, 0x31));
}

/** Blocks change places with their neighbours, 0 with 1. */
VEC_INLINE vec vec_swap_neighbours(vec x)
{
    return _mm256_permute4x64_epi64(x, 0x4e);
}

/** Even blocks in the places of their neighbours, zero in their own. */
VEC_INLINE vec vec_even_to_odd(vec x)
{
    return _mm256_permute2x128_si256(x, x, 0x08);
}

/** Even blocks, and zero in the places of the odd ones. */
VEC_INLINE vec vec_even(vec x)
{
    return _mm256_inserti128_si256(x, _mm_setzero_si128(), 1);
}

/** block_sigma() of every block. */
VEC_INLINE vec vec_sigma(vec x)
{
    vec high = _mm256_unpackhi_epi64(vec_zero(), x);

    return vec_xor(_mm256_shuffle_epi32(x, 0x4e), high);
}

/** All ones in the blocks whose lowest bit is set. */
VEC_INLINE vec vec_lsb_mask(vec x)
{
    return _mm256_shuffle_epi32(_mm256_srai_epi32(_mm256_slli_epi32(x, 31), 31), 0x00);
}

VEC_INLINE vec vec_aesenc(vec x, vec key)
{
    return _mm256_aesenc_epi128(x, key);
}

VEC_INLINE vec vec_aesenclast(vec x, vec key)
{
    return _mm256_aesenclast_epi128(x, key);
}

/** The two words of blocks, low 64 bits first: first, first + 1 and on, over stream. */
VEC_INLINE vec vec_counters(uint64_t stream, uint64_t first)
{
    return _mm256_setr_epi64x((long long)first, (long long)stream, (long long)(first + 1),
                              (long long)stream);
}

/** The VEC_BLOCKS counters that follow. */
VEC_INLINE vec vec_next_counters(vec counters)
{
    return _mm256_add_epi64(counters, _mm256_setr_epi64x(2, 0, 2, 0));
}

/* 32-bit elements, for key schedules. Unpacking goes by blocks: that of 32 bits interleaves the low
 * or the high halves, that of 64 bits takes the low or the high half of each. */

VEC_INLINE vec vec_set32(uint32_t x)
{
    return _mm256_set1_epi32((int)x);
}

VEC_INLINE vec vec_add32(vec a, vec b)
{
    return _mm256_add_epi32(a, b);
}

/** 1 where bit 31 is set in a and not in b. */
VEC_INLINE vec vec_falls32(vec a, vec b)
{
    return _mm256_srli_epi32(_mm256_andnot_si256(b, a), 31);
}

/** Element 4 l + d is VEC_BLOCKS d + l. */
VEC_INLINE vec vec_key_numbers(void)
{
    return _mm256_setr_epi32(0, 2, 4, 6, 1, 3, 5, 7);
}

/** Word number w of every block, in all its elements. */
#define VEC_SPREAD(x, w) _mm256_shuffle_epi32(x, 0x55 * (w))

/** The bytes of every block by their numbers in `order`. */
VEC_INLINE vec vec_shuffle_bytes(vec x, __m128i order)
{
    return _mm256_shuffle_epi8(x, _mm256_broadcastsi128_si256(order));
}

VEC_INLINE vec vec_low32(vec a, vec b)
{
    return _mm256_unpacklo_epi32(a, b);
}

VEC_INLINE vec vec_high32(vec a, vec b)
{
    return _mm256_unpackhi_epi32(a, b);
}

VEC_INLINE vec vec_low64(vec a, vec b)
{
    return _mm256_unpacklo_epi64(a, b);
}

VEC_INLINE vec vec_high64(vec a, vec b)
{
    return _mm256_unpackhi_epi64(a, b);
}

#endif
