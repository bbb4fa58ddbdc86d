/* The kernels for AES-NI with SSE4.1. */
#include "crypto/gf128.h"
#include "crypto/kernels.h"

#include "base/memory.h"

#include "crypto/vec128.h"

#include "crypto/groups.h"
#include "crypto/leaves.h"

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
    __m128i round_key = vec_load(seed);

    vec_store(&key->round[0], round_key);
    for (size_t i = 0; i < 10; i++) {
        round_key = next_round_key(round_key, constants[i]);
        vec_store(&key->round[i + 1], round_key);
    }
}

static void aesni_keystream(block *out, const struct aes_key *key, uint64_t stream, uint64_t first,
                            size_t n)
{
    block tail[KEYSTREAM_GROUP];
    size_t i = keystream_groups(out, key, stream, first, n);

    if (i == n) return;
    keystream_groups(tail, key, stream, first + i, KEYSTREAM_GROUP);
    memcpy(out + i, tail, (n - i) * sizeof *out);
    mem_wipe(tail, sizeof tail);
}

static void aesni_hash(block *out, const block *in, const block *start, uint64_t first, size_t n)
{
    block tail[HASH_GROUP] = {{{0, 0}}};
    size_t i = hash_groups(out, in, start, first, n);

    if (i == n) return;
    memcpy(tail, in + i, (n - i) * sizeof *in);
    hash_groups(tail, tail, start, first + i, HASH_GROUP);
    memcpy(out + i, tail, (n - i) * sizeof *out);
    mem_wipe(tail, sizeof tail);
}

static void aesni_hash_pairs(block (*out)[2], const block *in, const block *delta,
                             const block *start, uint64_t first, size_t n)
{
    block tail[HASH_GROUP] = {{{0, 0}}}, pairs[HASH_GROUP][2];
    size_t i = hash_pairs_groups(out, in, delta, start, first, n);

    if (i == n) return;
    memcpy(tail, in + i, (n - i) * sizeof *in);
    hash_pairs_groups(pairs, tail, delta, start, first + i, HASH_GROUP);
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
    for (size_t j = 0; j < 16; j++) x[j] = vec_load(&columns[j * stride]);
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

static void aesni_fold(block *sum, const block *terms, const block *coefficients, size_t n)
{
    __m128i low = _mm_setzero_si128(), middle = low, high = low;
    struct gf128_sum s;

    for (size_t i = 0; i < n; i++) {
        __m128i a = vec_load(&terms[i]), b = vec_load(&coefficients[i]);

        low = _mm_xor_si128(low, _mm_clmulepi64_si128(a, b, 0x00));
        middle = _mm_xor_si128(middle, _mm_clmulepi64_si128(a, b, 0x01));
        middle = _mm_xor_si128(middle, _mm_clmulepi64_si128(a, b, 0x10));
        high = _mm_xor_si128(high, _mm_clmulepi64_si128(a, b, 0x11));
    }
    vec_store(&s.low, low);
    vec_store(&s.middle, middle);
    vec_store(&s.high, high);
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
