/* The kernels for AES-NI with SSE4.1. */
#include "crypto/aes_aesni.h"
#include "crypto/gf128.h"
#include "crypto/kernels.h"

#include "base/memory.h"

static __m128i next_round_key(__m128i key, int constant)
{
    /* All columns of AESENCLAST's input are equal, so that its ShiftRows does nothing. */
    const __m128i rotate = _mm_set1_epi32(0x0c0f0e0d);
    __m128i core = _mm_aesenclast_si128(_mm_shuffle_epi8(key, rotate), _mm_set1_epi32(constant));

    key = _mm_xor_si128(key, _mm_slli_si128(key, 4));
    key = _mm_xor_si128(key, _mm_slli_si128(key, 8));
    return _mm_xor_si128(key, core);
}

static void aesni_expand_key(struct aes_key *key, const block *seed)
{
    static const uint8_t constants[10] = {0x01, 0x02, 0x04, 0x08, 0x10,
                                          0x20, 0x40, 0x80, 0x1b, 0x36};
    __m128i round_key = aesni_load(seed);

    aesni_store(&key->round[0], round_key);
    for (size_t i = 0; i < 10; i++) {
        round_key = next_round_key(round_key, constants[i]);
        aesni_store(&key->round[i + 1], round_key);
    }
}

/* Encrypts eight blocks under stored round keys. */
static void encrypt_eight(__m128i *x, const struct aes_key *key)
{
    __m128i round_key = aesni_load(&key->round[0]);

#pragma GCC unroll 8
    for (size_t j = 0; j < 8; j++) x[j] = _mm_xor_si128(x[j], round_key);
    for (size_t i = 1; i < 10; i++) {
        round_key = aesni_load(&key->round[i]);
#pragma GCC unroll 8
        for (size_t j = 0; j < 8; j++) x[j] = _mm_aesenc_si128(x[j], round_key);
    }
    round_key = aesni_load(&key->round[10]);
#pragma GCC unroll 8
    for (size_t j = 0; j < 8; j++) x[j] = _mm_aesenclast_si128(x[j], round_key);
}

static void aesni_keystream(block *out, const struct aes_key *key, uint64_t stream, uint64_t first,
                            size_t n)
{
    __m128i counter = _mm_set_epi64x((long long)stream, (long long)first);
    const __m128i one = _mm_set_epi64x(0, 1);
    __m128i x[8];

    for (size_t i = 0; i < n; i += 8) {
#pragma GCC unroll 8
        for (size_t j = 0; j < 8; j++) {
            x[j] = counter;
            counter = _mm_add_epi64(counter, one);
        }
        encrypt_eight(x, key);
        for (size_t j = 0; j < 8 && i + j < n; j++) aesni_store(&out[i + j], x[j]);
    }
    mem_wipe(x, sizeof x);
}

AESNI_INLINE void hash_four(block *out, const block *in, const block *start, uint64_t first)
{
    __m128i x[4];

#pragma GCC unroll 4
    for (size_t j = 0; j < 4; j++) x[j] = aesni_sigma(aesni_load(&in[j]));
    aesni_encrypt(x, NULL, aesni_keys_start(start, first), 4);
#pragma GCC unroll 4
    for (size_t j = 0; j < 4; j++) {
        aesni_store(&out[j], _mm_xor_si128(x[j], aesni_sigma(aesni_load(&in[j]))));
    }
}

static void aesni_hash(block *out, const block *in, const block *start, uint64_t first, size_t n)
{
    block tail[4] = {{{0, 0}}};
    size_t i = 0;

    for (; n - i >= 4; i += 4) hash_four(out + i, in + i, start, first + i);
    if (i == n) return;
    memcpy(tail, in + i, (n - i) * sizeof *in);
    hash_four(tail, tail, start, first + i);
    memcpy(out + i, tail, (n - i) * sizeof *out);
    mem_wipe(tail, sizeof tail);
}

AESNI_INLINE void hash_four_pairs(block (*out)[2], const block *in, __m128i delta,
                                  const block *start, uint64_t first)
{
    __m128i sigma[8], x[8];

#pragma GCC unroll 4
    for (size_t j = 0; j < 4; j++) {
        sigma[j] = x[j] = aesni_sigma(aesni_load(&in[j]));
        sigma[4 + j] = x[4 + j] = aesni_sigma(_mm_xor_si128(aesni_load(&in[j]), delta));
    }
    aesni_encrypt(x, x + 4, aesni_keys_start(start, first), 4);
#pragma GCC unroll 4
    for (size_t j = 0; j < 4; j++) {
        aesni_store(&out[j][0], _mm_xor_si128(x[j], sigma[j]));
        aesni_store(&out[j][1], _mm_xor_si128(x[4 + j], sigma[4 + j]));
    }
}

static void aesni_hash_pairs(block (*out)[2], const block *in, const block *delta,
                             const block *start, uint64_t first, size_t n)
{
    __m128i d = aesni_load(delta);
    block tail[4] = {{{0, 0}}}, pairs[4][2];
    size_t i = 0;

    for (; n - i >= 4; i += 4) hash_four_pairs(out + i, in + i, d, start, first + i);
    if (i == n) return;
    memcpy(tail, in + i, (n - i) * sizeof *in);
    hash_four_pairs(pairs, tail, d, start, first + i);
    memcpy(out + i, pairs, (n - i) * sizeof *out);
    mem_wipe(tail, sizeof tail);
    mem_wipe(pairs, sizeof pairs);
}

/* One level of a perfect shuffle: over four of them, byte k of x[v] becomes byte v of x[k]. */
static void interleave(__m128i *to, const __m128i *from)
{
#pragma GCC unroll 8
    for (size_t i = 0; i < 8; i++) {
        to[2 * i] = _mm_unpacklo_epi8(from[i], from[i + 8]);
        to[2 * i + 1] = _mm_unpackhi_epi8(from[i], from[i + 8]);
    }
}

/* The 16 columns from columns[0] on give byte pairs number `pair` of 128 rows. */
static void transpose_sixteen(block *rows, const block *columns, size_t stride, size_t pair,
                              __m128i *x, __m128i *y)
{
    uint8_t *out = (uint8_t *)rows + 2 * pair;

#pragma GCC unroll 16
    for (size_t j = 0; j < 16; j++) x[j] = aesni_load(&columns[j * stride]);
    interleave(y, x);
    interleave(x, y);
    interleave(y, x);
    interleave(x, y);
    for (size_t byte = 0; byte < 16; byte++) {
        for (size_t bit = 8; bit-- > 0;) {
            uint16_t bits = (uint16_t)_mm_movemask_epi8(x[byte]);

            memcpy(out + (8 * byte + bit) * BLOCK_LEN, &bits, sizeof bits);
            x[byte] = _mm_slli_epi64(x[byte], 1);
        }
    }
}

/* Four blocks of a column share a cache line: all are used before the next columns are read. */
static void aesni_transpose(block *rows, const block *columns, size_t stride, size_t n_blocks)
{
    __m128i x[16], y[16];

    for (size_t b = 0; b < n_blocks; b += 4) {
        for (size_t pair = 0; pair < 8; pair++) {
            for (size_t c = b; c < b + 4 && c < n_blocks; c++) {
                transpose_sixteen(rows + 128 * c, columns + 16 * pair * stride + c, stride, pair, x,
                                  y);
            }
        }
    }
    mem_wipe(x, sizeof x);
    mem_wipe(y, sizeof y);
}

#define LEAF_VECS 4
#define LEAF_BLOCKS 1

typedef __m128i leaf_vec;

AESNI_INLINE leaf_vec leaf_xor(leaf_vec a, leaf_vec b)
{
    return _mm_xor_si128(a, b);
}

AESNI_INLINE leaf_vec leaf_zero(void)
{
    return _mm_setzero_si128();
}

AESNI_INLINE void leaf_store(block *out, leaf_vec x)
{
    aesni_store(out, x);
}

AESNI_INLINE void leaf_encrypt(leaf_vec *x, const struct aes_key *keys, size_t n, uint64_t first)
{
#pragma GCC unroll 2
    for (size_t d = 0; d < n; d++) {
        __m128i key = aesni_load(&keys[d].round[0]);

#pragma GCC unroll 4
        for (size_t v = 0; v < 4; v++)
            x[4 * d + v] = _mm_xor_si128(_mm_set_epi64x(0, (long long)(first + v)), key);
    }
#pragma GCC unroll 9
    for (size_t i = 1; i < 10; i++)
#pragma GCC unroll 2
        for (size_t d = 0; d < n; d++)
#pragma GCC unroll 4
            for (size_t v = 0; v < 4; v++)
                x[4 * d + v] = _mm_aesenc_si128(x[4 * d + v], aesni_load(&keys[d].round[i]));
#pragma GCC unroll 2
    for (size_t d = 0; d < n; d++)
#pragma GCC unroll 4
        for (size_t v = 0; v < 4; v++)
            x[4 * d + v] = _mm_aesenclast_si128(x[4 * d + v], aesni_load(&keys[d].round[10]));
}

#include "crypto/leaves.h"

static void aesni_fold(block *sum, const block *terms, const block *coefficients, size_t n)
{
    __m128i low = _mm_setzero_si128(), middle = low, high = low;
    struct gf128_sum s;

    for (size_t i = 0; i < n; i++) {
        __m128i a = aesni_load(&terms[i]), b = aesni_load(&coefficients[i]);

        low = _mm_xor_si128(low, _mm_clmulepi64_si128(a, b, 0x00));
        middle = _mm_xor_si128(middle, _mm_clmulepi64_si128(a, b, 0x01));
        middle = _mm_xor_si128(middle, _mm_clmulepi64_si128(a, b, 0x10));
        high = _mm_xor_si128(high, _mm_clmulepi64_si128(a, b, 0x11));
    }
    aesni_store(&s.low, low);
    aesni_store(&s.middle, middle);
    aesni_store(&s.high, high);
    gf128_reduce(sum, &s);
    mem_wipe(&s, sizeof s);
}

const struct crypto_kernels crypto_kernels_aesni = {
    .isa = CPU_AESNI,
    .expand_key = aesni_expand_key,
    .keystream = aesni_keystream,
    .hash = aesni_hash,
    .hash_pairs = aesni_hash_pairs,
    .transpose = aesni_transpose,
    .sum_leaves = sum_leaves,
    .fold = aesni_fold,
};
