/* The kernels for VAES with AVX-512 and GFNI. What does not fill their registers goes to the
 * 256-bit ones. */
#include "crypto/aes_vaes512.h"
#include "crypto/gf128.h"
#include "crypto/kernels.h"

#include "base/memory.h"

static void vaes512_expand_key(struct aes_key *key, const block *seed)
{
    crypto_kernels_aesni.expand_key(key, seed);
}

/* Encrypts 32 blocks under stored round keys. */
static void encrypt_32(__m512i *x, const struct aes_key *key)
{
    __m512i round_key = vaes512_broadcast(&key->round[0]);

#pragma GCC unroll 8
    for (size_t j = 0; j < 8; j++) x[j] = _mm512_xor_si512(x[j], round_key);
    for (size_t i = 1; i < 10; i++) {
        round_key = vaes512_broadcast(&key->round[i]);
#pragma GCC unroll 8
        for (size_t j = 0; j < 8; j++) x[j] = _mm512_aesenc_epi128(x[j], round_key);
    }
    round_key = vaes512_broadcast(&key->round[10]);
#pragma GCC unroll 8
    for (size_t j = 0; j < 8; j++) x[j] = _mm512_aesenclast_epi128(x[j], round_key);
}

static void vaes512_keystream(block *out, const struct aes_key *key, uint64_t stream,
                              uint64_t first, size_t n)
{
    const __m512i number = _mm512_setr_epi64(0, 0, 1, 0, 2, 0, 3, 0);
    const __m512i four = _mm512_setr_epi64(4, 0, 4, 0, 4, 0, 4, 0);
    block origin = block_of(stream, first);
    __m512i counter = _mm512_add_epi64(vaes512_broadcast(&origin), number);
    size_t i = 0;

    for (; n - i >= 32; i += 32) {
        __m512i x[8];

#pragma GCC unroll 8
        for (size_t j = 0; j < 8; j++) {
            x[j] = counter;
            counter = _mm512_add_epi64(counter, four);
        }
        encrypt_32(x, key);
#pragma GCC unroll 8
        for (size_t j = 0; j < 8; j++) vaes512_store(&out[i + 4 * j], x[j]);
    }
    if (i < n) crypto_kernels_vaes256.keystream(out + i, key, stream, first + i, n - i);
}

static void vaes512_hash(block *out, const block *in, const block *start, uint64_t first, size_t n)
{
    size_t i = 0;

    for (; n - i >= 16; i += 16) {
        __m512i sigma[4], x[4];

#pragma GCC unroll 4
        for (size_t j = 0; j < 4; j++) {
            sigma[j] = vaes512_sigma(vaes512_load(&in[i + 4 * j]));
            x[j] = sigma[j];
        }
        vaes512_encrypt(x, NULL, vaes512_keys_start(start, first + i));
#pragma GCC unroll 4
        for (size_t j = 0; j < 4; j++) {
            vaes512_store(&out[i + 4 * j], _mm512_xor_si512(x[j], sigma[j]));
        }
    }
    if (i < n) crypto_kernels_vaes256.hash(out + i, in + i, start, first + i, n - i);
}

static void vaes512_hash_pairs(block (*out)[2], const block *in, const block *delta,
                               const block *start, uint64_t first, size_t n)
{
    const __m512i low = _mm512_setr_epi64(0, 1, 8, 9, 2, 3, 10, 11);
    const __m512i high = _mm512_setr_epi64(4, 5, 12, 13, 6, 7, 14, 15);
    __m512i d = vaes512_broadcast(delta);
    size_t i = 0;

    for (; n - i >= 16; i += 16) {
        __m512i sigma[8], x[8];

#pragma GCC unroll 4
        for (size_t j = 0; j < 4; j++) {
            __m512i rows = vaes512_load(&in[i + 4 * j]);

            sigma[j] = x[j] = vaes512_sigma(rows);
            sigma[4 + j] = x[4 + j] = vaes512_sigma(_mm512_xor_si512(rows, d));
        }
        vaes512_encrypt(x, x + 4, vaes512_keys_start(start, first + i));
#pragma GCC unroll 4
        for (size_t j = 0; j < 4; j++) {
            __m512i zero = _mm512_xor_si512(x[j], sigma[j]);
            __m512i one = _mm512_xor_si512(x[4 + j], sigma[4 + j]);

            vaes512_store(out[i + 4 * j], _mm512_permutex2var_epi64(zero, low, one));
            vaes512_store(out[i + 4 * j + 2], _mm512_permutex2var_epi64(zero, high, one));
        }
    }
    if (i < n) crypto_kernels_vaes256.hash_pairs(out + i, in + i, delta, start, first + i, n - i);
}

/* One level of a perfect shuffle in every 128-bit lane, over n registers: log2(n) levels turn byte
 * number k of register v into byte number v of group k. */
VAES512_INLINE void interleave(__m512i *to, const __m512i *from, size_t n)
{
#pragma GCC unroll 8
    for (size_t i = 0; i < n / 2; i++) {
        to[2 * i] = _mm512_unpacklo_epi8(from[i], from[i + n / 2]);
        to[2 * i + 1] = _mm512_unpackhi_epi8(from[i], from[i + n / 2]);
    }
}

/* Bit i of byte r of each 64-bit element comes from bit r of byte 7 - i: GF2P8AFFINEQB multiplies
 * the element, a matrix with its first row in the last byte, by the unit vectors. */
VAES512_INLINE __m512i transpose_bits(__m512i x)
{
    const __m512i units = _mm512_set1_epi64((long long)UINT64_C(0x8040201008040201));

    return _mm512_gf2p8affine_epi64_epi8(units, x, 0);
}

struct tiles {
    __m512i of[8][16]; /* [m][J]: rows 16 m to 16 m + 15, columns 8 J to 8 J + 7, byte by byte */
};

/* Reads column group J of four block columns (fewer at the end, by the mask). */
static void load_tiles(struct tiles *tiles, const block *columns, size_t stride, __mmask8 mask,
                       size_t group)
{
    const block *source = columns + 8 * group * stride;
    __m512i x[8], y[8];

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
static void store_rows(block *rows, const __m512i *tiles, size_t n_lanes)
{
    __m512i x[16], y[16];

    interleave(x, tiles, 16);
    interleave(y, x, 16);
    interleave(x, y, 16);
    interleave(y, x, 16);
#pragma GCC unroll 4
    for (size_t r = 0; r < 16; r += 4) {
        __m512i a = _mm512_shuffle_i64x2(y[r], y[r + 1], 0x44);
        __m512i b = _mm512_shuffle_i64x2(y[r + 2], y[r + 3], 0x44);
        __m512i c = _mm512_shuffle_i64x2(y[r], y[r + 1], 0xee);
        __m512i d = _mm512_shuffle_i64x2(y[r + 2], y[r + 3], 0xee);

        vaes512_store(rows + r, _mm512_shuffle_i64x2(a, b, 0x88));
        if (n_lanes > 1) vaes512_store(rows + 128 + r, _mm512_shuffle_i64x2(a, b, 0xdd));
        if (n_lanes > 2) vaes512_store(rows + 256 + r, _mm512_shuffle_i64x2(c, d, 0x88));
        if (n_lanes > 3) vaes512_store(rows + 384 + r, _mm512_shuffle_i64x2(c, d, 0xdd));
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

#define LEAF_VECS 4
#define LEAF_BLOCKS 4

typedef __m512i leaf_vec;

VAES512_INLINE leaf_vec leaf_xor(leaf_vec a, leaf_vec b)
{
    return _mm512_xor_si512(a, b);
}

VAES512_INLINE leaf_vec leaf_zero(void)
{
    return _mm512_setzero_si512();
}

VAES512_INLINE void leaf_store(block *out, leaf_vec x)
{
    vaes512_store(out, x);
}

VAES512_INLINE void leaf_encrypt(leaf_vec *x, const struct aes_key *keys, size_t n, uint64_t first)
{
    const __m512i number = _mm512_setr_epi64(0, 0, 1, 0, 2, 0, 3, 0);
    const __m512i four = _mm512_setr_epi64(4, 0, 4, 0, 4, 0, 4, 0);
    const __m512i low = _mm512_setr_epi64(-1, 0, -1, 0, -1, 0, -1, 0);
    __m512i counter = _mm512_and_si512(_mm512_set1_epi64((long long)first), low);

    counter = _mm512_add_epi64(counter, number);
#pragma GCC unroll 4
    for (size_t v = 0; v < 4; v++) {
#pragma GCC unroll 2
        for (size_t d = 0; d < n; d++)
            x[4 * d + v] = _mm512_xor_si512(counter, vaes512_broadcast(&keys[d].round[0]));
        counter = _mm512_add_epi64(counter, four);
    }
#pragma GCC unroll 9
    for (size_t i = 1; i < 10; i++)
#pragma GCC unroll 2
        for (size_t d = 0; d < n; d++) {
            __m512i key = vaes512_broadcast(&keys[d].round[i]);

#pragma GCC unroll 4
            for (size_t v = 0; v < 4; v++) x[4 * d + v] = _mm512_aesenc_epi128(x[4 * d + v], key);
        }
#pragma GCC unroll 2
    for (size_t d = 0; d < n; d++) {
        __m512i key = vaes512_broadcast(&keys[d].round[10]);

#pragma GCC unroll 4
        for (size_t v = 0; v < 4; v++) x[4 * d + v] = _mm512_aesenclast_epi128(x[4 * d + v], key);
    }
}

#include "crypto/leaves.h"

static void add_lanes(block *sum, __m512i x)
{
    __m128i low = _mm_xor_si128(_mm512_castsi512_si128(x), _mm512_extracti64x2_epi64(x, 1));
    __m128i high = _mm_xor_si128(_mm512_extracti64x2_epi64(x, 2), _mm512_extracti64x2_epi64(x, 3));

    _mm_store_si128((__m128i *)(void *)sum, _mm_xor_si128(low, high));
}

static void vaes512_fold(block *sum, const block *terms, const block *coefficients, size_t n)
{
    __m512i low = _mm512_setzero_si512(), middle = low, cross = low, high = low;
    struct gf128_sum s;

    for (size_t i = 0; i < n; i += 4) {
        size_t n_lanes = n - i < 4 ? n - i : 4;
        __mmask8 mask = (__mmask8)((1U << 2 * n_lanes) - 1);
        __m512i a = _mm512_maskz_loadu_epi64(mask, terms + i);
        __m512i b = _mm512_maskz_loadu_epi64(mask, coefficients + i);

        low = _mm512_xor_si512(low, _mm512_clmulepi64_epi128(a, b, 0x00));
        middle = _mm512_xor_si512(middle, _mm512_clmulepi64_epi128(a, b, 0x01));
        cross = _mm512_xor_si512(cross, _mm512_clmulepi64_epi128(a, b, 0x10));
        high = _mm512_xor_si512(high, _mm512_clmulepi64_epi128(a, b, 0x11));
    }
    add_lanes(&s.low, low);
    add_lanes(&s.middle, _mm512_xor_si512(middle, cross));
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
