/* The kernels for VAES with AVX2. What does not fill their registers goes to the AES-NI ones. */
#include "crypto/gf128.h"
#include "crypto/kernels.h"

#include "base/memory.h"

#include "crypto/vec256.h"

#include "crypto/groups.h"
#include "crypto/leaves.h"

static void vaes256_expand_key(struct aes_key *key, const block *seed)
{
    crypto_kernels_aesni.expand_key(key, seed);
}

static void vaes256_keystream(block *out, const struct aes_key *key, uint64_t stream,
                              uint64_t first, size_t n)
{
    size_t i = keystream_groups(out, key, stream, first, n);

    if (i < n) crypto_kernels_aesni.keystream(out + i, key, stream, first + i, n - i);
}

static void vaes256_hash(block *out, const block *in, const block *start, uint64_t first, size_t n)
{
    size_t i = hash_groups(out, in, start, first, n);

    if (i < n) crypto_kernels_aesni.hash(out + i, in + i, start, first + i, n - i);
}

static void vaes256_hash_pairs(block (*out)[2], const block *in, const block *delta,
                               const block *start, uint64_t first, size_t n)
{
    size_t i = hash_pairs_groups(out, in, delta, start, first, n);

    if (i < n) crypto_kernels_aesni.hash_pairs(out + i, in + i, delta, start, first + i, n - i);
}

/* One level of a perfect shuffle in either half: over four of them, byte k of x[v] becomes byte v
 * of x[k]. */
static void interleave(vec *to, const vec *from)
{
#pragma GCC unroll 8
    for (size_t i = 0; i < 8; i++) {
        to[2 * i] = _mm256_unpacklo_epi8(from[i], from[i + 8]);
        to[2 * i + 1] = _mm256_unpackhi_epi8(from[i], from[i + 8]);
    }
}

/* The 32 columns from columns[0] on give the bytes 4 quad to 4 quad + 3 of 128 rows. */
static void transpose_32(block *rows, const block *columns, size_t stride, size_t quad, vec *x,
                         vec *y)
{
    uint8_t *out = (uint8_t *)rows + 4 * quad;

#pragma GCC unroll 16
    for (size_t j = 0; j < 16; j++) {
        x[j] = vec_gather(&columns[j * stride], &columns[(j + 16) * stride]);
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
    vec x[16], y[16];

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

static __m128i add_halves(vec x)
{
    return _mm_xor_si128(_mm256_castsi256_si128(x), _mm256_extracti128_si256(x, 1));
}

static void vaes256_fold(block *sum, const block *terms, const block *coefficients, size_t n)
{
    vec low = vec_zero(), middle = low, high = low;
    struct gf128_sum s;
    size_t i = 0;
    block element, rest;

    for (; n - i >= 2; i += 2) {
        vec a = vec_load(&terms[i]), b = vec_load(&coefficients[i]);

        low = vec_xor(low, _mm256_clmulepi64_epi128(a, b, 0x00));
        middle = vec_xor(middle, _mm256_clmulepi64_epi128(a, b, 0x01));
        middle = vec_xor(middle, _mm256_clmulepi64_epi128(a, b, 0x10));
        high = vec_xor(high, _mm256_clmulepi64_epi128(a, b, 0x11));
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
