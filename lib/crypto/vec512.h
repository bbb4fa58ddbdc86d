/*
 * Vectors of four blocks, for the kernels that VAES with AVX-512 runs; see vec128.h.
 */
#ifndef SOTTO_CRYPTO_VEC_H
#define SOTTO_CRYPTO_VEC_H

#include "crypto/block.h"

#include <immintrin.h>

#define VEC_INLINE static inline __attribute__((always_inline))

#define VEC_BLOCKS 4

typedef __m512i vec;

/* Truth tables of _mm512_ternarylogic_epi64(a, b, c). */
#define TERNARY_XOR3 0x96    /* a ^ b ^ c */
#define TERNARY_XOR_AND 0x78 /* a ^ (b & c) */

VEC_INLINE vec vec_load(const block *blocks)
{
    return _mm512_loadu_si512(blocks);
}

VEC_INLINE void vec_store(block *blocks, vec x)
{
    _mm512_storeu_si512(blocks, x);
}

/** From bytes and to bytes of any alignment. */
VEC_INLINE vec vec_load_bytes(const uint8_t *bytes)
{
    return _mm512_loadu_si512(bytes);
}

VEC_INLINE void vec_store_bytes(uint8_t *bytes, vec x)
{
    _mm512_storeu_si512(bytes, x);
}

/** The same block everywhere. */
VEC_INLINE vec vec_broadcast(const block *b)
{
    return _mm512_broadcast_i64x2(_mm_load_si128((const __m128i *)(const void *)b));
}

VEC_INLINE vec vec_zero(void)
{
    return _mm512_setzero_si512();
}

VEC_INLINE vec vec_xor(vec a, vec b)
{
    return _mm512_xor_si512(a, b);
}

VEC_INLINE vec vec_xor3(vec a, vec b, vec c)
{
    return _mm512_ternarylogic_epi64(a, b, c, TERNARY_XOR3);
}

/** a ^ (b & c) */
VEC_INLINE vec vec_xor_and(vec a, vec b, vec c)
{
    return _mm512_ternarylogic_epi64(a, b, c, TERNARY_XOR_AND);
}

/** Four blocks from four places. */
VEC_INLINE vec vec_gather(const block *b0, const block *b1, const block *b2, const block *b3)
{
    vec x = _mm512_castsi128_si512(_mm_load_si128((const __m128i *)(const void *)b0));

    x = _mm512_inserti64x2(x, _mm_load_si128((const __m128i *)(const void *)b1), 1);
    x = _mm512_inserti64x2(x, _mm_load_si128((const __m128i *)(const void *)b2), 2);
    return _mm512_inserti64x2(x, _mm_load_si128((const __m128i *)(const void *)b3), 3);
}

/** The blocks of `even` and `odd` in turns. */
VEC_INLINE void vec_store_pairs(block *blocks, vec even, vec odd)
{
    const vec low = _mm512_setr_epi64(0, 1, 8, 9, 2, 3, 10, 11);
    const vec high = _mm512_setr_epi64(4, 5, 12, 13, 6, 7, 14, 15);

    vec_store(blocks, _mm512_permutex2var_epi64(even, low, odd));
    vec_store(blocks + VEC_BLOCKS, _mm512_permutex2var_epi64(even, high, odd));
}

/** Blocks change places with their neighbours, 0 with 1 and 2 with 3. */
VEC_INLINE vec vec_swap_neighbours(vec x)
{
    return _mm512_permutex_epi64(x, 0x4e);
}

/** Even blocks in the places of their neighbours, zero in their own. */
VEC_INLINE vec vec_even_to_odd(vec x)
{
    return _mm512_maskz_permutex_epi64(0xcc, x, 0x4e);
}

/** Even blocks, and zero in the places of the odd ones. */
VEC_INLINE vec vec_even(vec x)
{
    return _mm512_maskz_mov_epi64(0x33, x);
}

/** block_sigma() of every block. */
VEC_INLINE vec vec_sigma(vec x)
{
    const vec high = _mm512_set_epi64(-1, 0, -1, 0, -1, 0, -1, 0);

    return vec_xor_and(_mm512_shuffle_epi32(x, _MM_PERM_BADC), x, high);
}

/** All ones in the blocks whose lowest bit is set. */
VEC_INLINE vec vec_lsb_mask(vec x)
{
    return _mm512_shuffle_epi32(_mm512_srai_epi32(_mm512_slli_epi32(x, 31), 31), _MM_PERM_AAAA);
}

VEC_INLINE vec vec_aesenc(vec x, vec key)
{
    return _mm512_aesenc_epi128(x, key);
}

VEC_INLINE vec vec_aesenclast(vec x, vec key)
{
    return _mm512_aesenclast_epi128(x, key);
}

/** The two words of blocks, low 64 bits first: first, first + 1 and on, over stream. */
VEC_INLINE vec vec_counters(uint64_t stream, uint64_t first)
{
    const vec number = _mm512_setr_epi64(0, 0, 1, 0, 2, 0, 3, 0);
    __m128i origin = _mm_set_epi64x((long long)stream, (long long)first);

    return _mm512_add_epi64(_mm512_broadcast_i64x2(origin), number);
}

/** The VEC_BLOCKS counters that follow. */
VEC_INLINE vec vec_next_counters(vec counters)
{
    return _mm512_add_epi64(counters, _mm512_setr_epi64(4, 0, 4, 0, 4, 0, 4, 0));
}

/* 32-bit elements, for key schedules. Unpacking goes by blocks: that of 32 bits interleaves the low
 * or the high halves, that of 64 bits takes the low or the high half of each. */

VEC_INLINE vec vec_set32(uint32_t x)
{
    return _mm512_set1_epi32((int)x);
}

VEC_INLINE vec vec_add32(vec a, vec b)
{
    return _mm512_add_epi32(a, b);
}

/** 1 where bit 31 is set in a and not in b. */
VEC_INLINE vec vec_falls32(vec a, vec b)
{
    return _mm512_srli_epi32(_mm512_andnot_si512(b, a), 31);
}

/** Element 4 l + d is VEC_BLOCKS d + l. */
VEC_INLINE vec vec_key_numbers(void)
{
    return _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
}

/** Word number w of every block, in all its elements. */
#define VEC_SPREAD(x, w) _mm512_shuffle_epi32(x, (_MM_PERM_ENUM)(0x55 * (w)))

/** The bytes of every block by their numbers in `order`. */
VEC_INLINE vec vec_shuffle_bytes(vec x, __m128i order)
{
    return _mm512_shuffle_epi8(x, _mm512_broadcast_i32x4(order));
}

VEC_INLINE vec vec_low32(vec a, vec b)
{
    return _mm512_unpacklo_epi32(a, b);
}

VEC_INLINE vec vec_high32(vec a, vec b)
{
    return _mm512_unpackhi_epi32(a, b);
}

VEC_INLINE vec vec_low64(vec a, vec b)
{
    return _mm512_unpacklo_epi64(a, b);
}

VEC_INLINE vec vec_high64(vec a, vec b)
{
    return _mm512_unpackhi_epi64(a, b);
}

#endif
