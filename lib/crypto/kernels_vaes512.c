/* The kernels for VAES with AVX-512 and GFNI. What does not fill their registers goes to the
 * 256-bit ones. */
#include "crypto/gf128.h"
#include "crypto/kernels.h"

#include "base/memory.h"

#include "crypto/vec512.h"

#include "crypto/groups.h"
#include "crypto/leaves.h"

static void vaes512_expand_key(struct aes_key *key, const block *seed)
{
    crypto_kernels_aesni.expand_key(key, seed);
}

static void vaes512_keystream(block *out, const struct aes_key *key, uint64_t stream,
                              uint64_t first, size_t n)
{
    size_t i = keystream_groups(out, key, stream, first, n);

    if (i < n) crypto_kernels_vaes256.keystream(out + i, key, stream, first + i, n - i);
}

static void vaes512_hash(block *out, const block *in, const block *start, uint64_t first, size_t n)
{
    size_t i = hash_groups(out, in, start, first, n);

    if (i < n) crypto_kernels_vaes256.hash(out + i, in + i, start, first + i, n - i);
}

static void vaes512_hash_pairs(block (*out)[2], const block *in, const block *delta,
                               const block *start, uint64_t first, size_t n)
{
    size_t i = hash_pairs_groups(out, in, delta, start, first, n);

    if (i < n) crypto_kernels_vaes256.hash_pairs(out + i, in + i, delta, start, first + i, n - i);
}

/* One level of a perfect shuffle in every 128-bit lane, over n registers: log2(n) levels turn byte
 * number k of register v into byte number v of group k. */
VEC_INLINE void interleave(vec *to, const vec *from, size_t n)
{
#pragma GCC unroll 8
    for (size_t i = 0; i < n / 2; i++) {
        to[2 * i] = _mm512_unpacklo_epi8(from[i], from[i + n / 2]);
        to[2 * i + 1] = _mm512_unpackhi_epi8(from[i], from[i + n / 2]);
    }
}

/* Bit i of byte r of each 64-bit element comes from bit r of byte 7 - i: GF2P8AFFINEQB multiplies
 * the element, a matrix with its first row in the last byte, by the unit vectors. */
VEC_INLINE vec transpose_bits(vec x)
{
    const vec units = _mm512_set1_epi64((long long)UINT64_C(0x8040201008040201));

    return _mm512_gf2p8affine_epi64_epi8(units, x, 0);
}

struct tiles {
    vec of[8][16]; /* [m][J]: rows 16 m to 16 m + 15, columns 8 J to 8 J + 7, byte by byte */
};

/* Reads column group J of four block columns (fewer at the end, by the mask). */
static void load_tiles(struct tiles *tiles, const block *columns, size_t stride, __mmask8 mask,
                       size_t group)
{
    const block *source = columns + 8 * group * stride;
    vec x[8], y[8];

    /* Backwards, as transpose_bits() wants it. */
#pragma GCC unroll 8
    for (size_t j = 0; j < 8; j++) {
        x[7 - j] = _mm512_maskz_loadu_epi64(mask, source + j * stride);
    }
    interleave(y, x, 8);
    interleave(x, y, 8);
    interleave(y, x, 8);
#pragma GCC unroll 8
    for (size_t m = 0; m < 8; m++) tiles->of[m][group] = transpose_bits(y[m]);
}

/* Writes 16 rows of each of n_lanes blocks. */
static void store_rows(block *rows, const vec *tiles, size_t n_lanes)
{
    vec x[16], y[16];

    interleave(x, tiles, 16);
    interleave(y, x, 16);
    interleave(x, y, 16);
    interleave(y, x, 16);
#pragma GCC unroll 4
    for (size_t r = 0; r < 16; r += 4) {
        vec a = _mm512_shuffle_i64x2(y[r], y[r + 1], 0x44);
        vec b = _mm512_shuffle_i64x2(y[r + 2], y[r + 3], 0x44);
        vec c = _mm512_shuffle_i64x2(y[r], y[r + 1], 0xee);
        vec d = _mm512_shuffle_i64x2(y[r + 2], y[r + 3], 0xee);

        vec_store(rows + r, _mm512_shuffle_i64x2(a, b, 0x88));
        if (n_lanes > 1) vec_store(rows + 128 + r, _mm512_shuffle_i64x2(a, b, 0xdd));
        if (n_lanes > 2) vec_store(rows + 256 + r, _mm512_shuffle_i64x2(c, d, 0x88));
        if (n_lanes > 3) vec_store(rows + 384 + r, _mm512_shuffle_i64x2(c, d, 0xdd));
    }
}

static void vaes512_transpose(block *rows, const block *columns, size_t stride, size_t n_blocks)
{
    struct tiles tiles;

    for (size_t b = 0; b < n_blocks; b += 4) {
        size_t n_lanes = n_blocks - b < 4 ? n_blocks - b : 4;
        __mmask8 mask = (__mmask8)((1U << 2 * n_lanes) - 1);

        for (size_t group = 0; group < 16; group++) {
            load_tiles(&tiles, columns + b, stride, mask, group);
        }
        for (size_t m = 0; m < 8; m++) {
            store_rows(rows + 128 * b + 16 * m, tiles.of[m], n_lanes);
        }
    }
    mem_wipe(&tiles, sizeof tiles);
}

static void add_lanes(block *sum, vec x)
{
    __m128i low = _mm_xor_si128(_mm512_castsi512_si128(x), _mm512_extracti64x2_epi64(x, 1));
    __m128i high = _mm_xor_si128(_mm512_extracti64x2_epi64(x, 2), _mm512_extracti64x2_epi64(x, 3));

    _mm_store_si128((__m128i *)(void *)sum, _mm_xor_si128(low, high));
}

static void vaes512_fold(block *sum, const block *terms, const block *coefficients, size_t n)
{
    vec low = vec_zero(), middle = low, cross = low, high = low;
    struct gf128_sum s;

    for (size_t i = 0; i < n; i += 4) {
        size_t n_lanes = n - i < 4 ? n - i : 4;
        __mmask8 mask = (__mmask8)((1U << 2 * n_lanes) - 1);
        vec a = _mm512_maskz_loadu_epi64(mask, terms + i);
        vec b = _mm512_maskz_loadu_epi64(mask, coefficients + i);

        low = vec_xor(low, _mm512_clmulepi64_epi128(a, b, 0x00));
        middle = vec_xor(middle, _mm512_clmulepi64_epi128(a, b, 0x01));
        cross = vec_xor(cross, _mm512_clmulepi64_epi128(a, b, 0x10));
        high = vec_xor(high, _mm512_clmulepi64_epi128(a, b, 0x11));
    }
    add_lanes(&s.low, low);
    add_lanes(&s.middle, vec_xor(middle, cross));
    add_lanes(&s.high, high);
    gf128_reduce(sum, &s);
    mem_wipe(&s, sizeof s);
}

const struct crypto_kernels crypto_kernels_vaes512 = {
    .isa = CPU_VAES512,
    .expand_key = vaes512_expand_key,
    .keystream = vaes512_keystream,
    .hash = vaes512_hash,
    .hash_pairs = vaes512_hash_pairs,
    .transpose = vaes512_transpose,
    .sum_leaves = sum_leaves,
    .fold = vaes512_fold,
};
