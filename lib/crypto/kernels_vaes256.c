/* The kernels for VAES with AVX2. What does not fill their registers goes to the AES-NI ones. */
#include "crypto/aes_vaes256.h"
#include "crypto/gf128.h"
#include "crypto/kernels.h"

#include "base/memory.h"

static void vaes256_expand_key(struct aes_key *key, const block *seed)
{
    crypto_kernels_aesni.expand_key(key, seed);
}

/* Encrypts 16 blocks under stored round keys. */
static void encrypt_sixteen(__m256i *x, const struct aes_key *key)
{
    __m256i round_key = vaes256_broadcast(&key->round[0]);

#pragma GCC unroll 8
    for (size_t j = 0; j < 8; j++) x[j] = _mm256_xor_si256(x[j], round_key);
    for (size_t i = 1; i < 10; i++) {
        round_key = vaes256_broadcast(&key->round[i]);
#pragma GCC unroll 8
        for (size_t j = 0; j < 8; j++) x[j] = _mm256_aesenc_epi128(x[j], round_key);
    }
    round_key = vaes256_broadcast(&key->round[10]);
#pragma GCC unroll 8
    for (size_t j = 0; j < 8; j++) x[j] = _mm256_aesenclast_epi128(x[j], round_key);
}

static void vaes256_keystream(block *out, const struct aes_key *key, uint64_t stream,
                              uint64_t first, size_t n)
{
    const __m256i two = _mm256_setr_epi64x(2, 0, 2, 0);
    __m256i counter = _mm256_setr_epi64x((long long)first, (long long)stream,
                                         (long long)(first + 1), (long long)stream);
    size_t i = 0;

    for (; n - i >= 16; i += 16) {
        __m256i x[8];

#pragma GCC unroll 8
        for (size_t j = 0; j < 8; j++) {
            x[j] = counter;
            counter = _mm256_add_epi64(counter, two);
        }
        encrypt_sixteen(x, key);
#pragma GCC unroll 8
        for (size_t j = 0; j < 8; j++) vaes256_store(&out[i + 2 * j], x[j]);
    }
    if (i < n) crypto_kernels_aesni.keystream(out + i, key, stream, first + i, n - i);
}

static void vaes256_hash(block *out, const block *in, const block *start, uint64_t first, size_t n)
{
    size_t i = 0;

    for (; n - i >= 8; i += 8) {
        __m256i x[4];

#pragma GCC unroll 4
        for (size_t j = 0; j < 4; j++) x[j] = vaes256_sigma(vaes256_load(&in[i + 2 * j]));
        vaes256_encrypt(x, NULL, vaes256_keys_start(start, first + i));
#pragma GCC unroll 4
        for (size_t j = 0; j < 4; j++) {
            __m256i sigma = vaes256_sigma(vaes256_load(&in[i + 2 * j]));

            vaes256_store(&out[i + 2 * j], _mm256_xor_si256(x[j], sigma));
        }
    }
    if (i < n) crypto_kernels_aesni.hash(out + i, in + i, start, first + i, n - i);
}

static void vaes256_hash_pairs(block (*out)[2], const block *in, const block *delta,
                               const block *start, uint64_t first, size_t n)
{
    __m256i d = vaes256_broadcast(delta);
    size_t i = 0;

    for (; n - i >= 8; i += 8) {
        __m256i sigma[8], x[8];

#pragma GCC unroll 4
        for (size_t j = 0; j < 4; j++) {
            __m256i rows = vaes256_load(&in[i + 2 * j]);

            sigma[j] = x[j] = vaes256_sigma(rows);
            sigma[4 + j] = x[4 + j] = vaes256_sigma(_mm256_xor_si256(rows, d));
        }
        vaes256_encrypt(x, x + 4, vaes256_keys_start(start, first + i));
#pragma GCC unroll 4
        for (size_t j = 0; j < 4; j++) {
            __m256i zero = _mm256_xor_si256(x[j], sigma[j]);
            __m256i one = _mm256_xor_si256(x[4 + j], sigma[4 + j]);

            vaes256_store(out[i + 2 * j], _mm256_permute2x128_si256(zero, one, 0x20));
            vaes256_store(out[i + 2 * j + 1], _mm256_permute2x128_si256(zero, one, 0x31));
        }
    }
    if (i < n) crypto_kernels_aesni.hash_pairs(out + i, in + i, delta, start, first + i, n - i);
}

/* One level of a perfect shuffle in either half: over four of them, byte k of x[v] becomes byte v
 * of x[k]. */
static void interleave(__m256i *to, const __m256i *from)
{
#pragma GCC unroll 8
    for (size_t i = 0; i < 8; i++) {
        to[2 * i] = _mm256_unpacklo_epi8(from[i], from[i + 8]);
        to[2 * i + 1] = _mm256_unpackhi_epi8(from[i], from[i + 8]);
    }
}

/* The 32 columns from columns[0] on give the bytes 4 quad to 4 quad + 3 of 128 rows. */
static void transpose_32(block *rows, const block *columns, size_t stride, size_t quad, __m256i *x,
                         __m256i *y)
{
    uint8_t *out = (uint8_t *)rows + 4 * quad;

#pragma GCC unroll 16
    for (size_t j = 0; j < 16; j++) {
        x[j] = vaes256_gather(&columns[j * stride], &columns[(j + 16) * stride]);
    }
    interleave(y, x);
    interleave(x, y);
    interleave(y, x);
    interleave(x, y);
    for (size_t byte = 0; byte < 16; byte++) {
        for (size_t bit = 8; bit-- > 0;) {
            uint32_t bits = (uint32_t)_mm256_movemask_epi8(x[byte]);

            memcpy(out + (8 * byte + bit) * BLOCK_LEN, &bits, sizeof bits);
            x[byte] = _mm256_slli_epi64(x[byte], 1);
        }
    }
}

/* Four blocks of a column share a cache line: all are used before the next columns are read. */
static void vaes256_transpose(block *rows, const block *columns, size_t stride, size_t n_blocks)
{
    __m256i x[16], y[16];

    for (size_t b = 0; b < n_blocks; b += 4) {
        for (size_t quad = 0; quad < 4; quad++) {
            for (size_t c = b; c < b + 4 && c < n_blocks; c++) {
                transpose_32(rows + 128 * c, columns + 32 * quad * stride + c, stride, quad, x, y);
            }
        }
    }
    mem_wipe(x, sizeof x);
    mem_wipe(y, sizeof y);
}

#define LEAF_VECS 4
#define LEAF_BLOCKS 2

typedef __m256i leaf_vec;

VAES256_INLINE leaf_vec leaf_xor(leaf_vec a, leaf_vec b)
{
    return _mm256_xor_si256(a, b);
}

VAES256_INLINE leaf_vec leaf_zero(void)
{
    return _mm256_setzero_si256();
}

VAES256_INLINE void leaf_store(block *out, leaf_vec x)
{
    vaes256_store(out, x);
}

VAES256_INLINE void leaf_encrypt(leaf_vec *x, const struct aes_key *keys, size_t n, uint64_t first)
{
    const __m256i two = _mm256_setr_epi64x(2, 0, 2, 0);
    __m256i counter = _mm256_setr_epi64x((long long)first, 0, (long long)(first + 1), 0);

#pragma GCC unroll 4
    for (size_t v = 0; v < 4; v++) {
#pragma GCC unroll 2
        for (size_t d = 0; d < n; d++)
            x[4 * d + v] = _mm256_xor_si256(counter, vaes256_broadcast(&keys[d].round[0]));
        counter = _mm256_add_epi64(counter, two);
    }
#pragma GCC unroll 9
    for (size_t i = 1; i < 10; i++)
#pragma GCC unroll 2
        for (size_t d = 0; d < n; d++) {
            __m256i key = vaes256_broadcast(&keys[d].round[i]);

#pragma GCC unroll 4
            for (size_t v = 0; v < 4; v++) x[4 * d + v] = _mm256_aesenc_epi128(x[4 * d + v], key);
        }
#pragma GCC unroll 2
    for (size_t d = 0; d < n; d++) {
        __m256i key = vaes256_broadcast(&keys[d].round[10]);

#pragma GCC unroll 4
        for (size_t v = 0; v < 4; v++) x[4 * d + v] = _mm256_aesenclast_epi128(x[4 * d + v], key);
    }
}

#include "crypto/leaves.h"

static __m128i add_halves(__m256i x)
{
    return _mm_xor_si128(_mm256_castsi256_si128(x), _mm256_extracti128_si256(x, 1));
}

static void vaes256_fold(block *sum, const block *terms, const block *coefficients, size_t n)
{
    __m256i low = _mm256_setzero_si256(), middle = low, high = low;
    struct gf128_sum s;
    size_t i = 0;
    block element, rest;

    for (; n - i >= 2; i += 2) {
        __m256i a = vaes256_load(&terms[i]), b = vaes256_load(&coefficients[i]);

        low = _mm256_xor_si256(low, _mm256_clmulepi64_epi128(a, b, 0x00));
        middle = _mm256_xor_si256(middle, _mm256_clmulepi64_epi128(a, b, 0x01));
        middle = _mm256_xor_si256(middle, _mm256_clmulepi64_epi128(a, b, 0x10));
        high = _mm256_xor_si256(high, _mm256_clmulepi64_epi128(a, b, 0x11));
    }
    _mm_store_si128((__m128i *)(void *)&s.low, add_halves(low));
    _mm_store_si128((__m128i *)(void *)&s.middle, add_halves(middle));
    _mm_store_si128((__m128i *)(void *)&s.high, add_halves(high));
    crypto_kernels_aesni.fold(&rest, terms + i, coefficients + i, n - i);
    gf128_reduce(&element, &s);
    *sum = block_xor(element, rest);
    mem_wipe(&s, sizeof s);
    mem_wipe(&element, sizeof element);
    mem_wipe(&rest, sizeof rest);
}

const struct crypto_kernels crypto_kernels_vaes256 = {
    .isa = CPU_VAES256,
    .expand_key = vaes256_expand_key,
    .keystream = vaes256_keystream,
    .hash = vaes256_hash,
    .hash_pairs = vaes256_hash_pairs,
    .transpose = vaes256_transpose,
    .sum_leaves = sum_leaves,
    .fold = vaes256_fold,
};
