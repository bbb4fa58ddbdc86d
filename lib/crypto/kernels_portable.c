/* The portable kernels: plain C, constant time; what all others are tested against. */
#include "crypto/aes_portable.h"
#include "crypto/gf128.h"
#include "crypto/kernels.h"

#include "base/memory.h"

static size_t at_most(size_t n, size_t limit)
{
    return n < limit ? n : limit;
}

static void portable_keystream(block *out, const struct aes_key *key, uint64_t stream,
                               uint64_t first, size_t n)
{
    struct aes_sliced_key sliced;
    block blocks[AES_SLICE_BLOCKS];

    aes_portable_slice_key(&sliced, key);
    for (size_t i = 0; i < n; i += AES_SLICE_BLOCKS) {
        for (size_t j = 0; j < AES_SLICE_BLOCKS; j++) blocks[j] = block_of(stream, first + i + j);
        aes_portable_encrypt(blocks, &sliced);
        memcpy(out + i, blocks, at_most(n - i, AES_SLICE_BLOCKS) * sizeof *out);
    }
    mem_wipe(&sliced, sizeof sliced);
    mem_wipe(blocks, sizeof blocks);
}

/* The last group is padded with zero blocks, whose hashes are dropped. */
static void portable_hash(block *out, const block *in, const block *start, uint64_t first, size_t n)
{
    block x[AES_SLICE_BLOCKS], y[AES_SLICE_BLOCKS], keys[AES_SLICE_BLOCKS];

    for (size_t i = 0; i < n; i += AES_SLICE_BLOCKS) {
        size_t len = at_most(n - i, AES_SLICE_BLOCKS);

        for (size_t j = 0; j < AES_SLICE_BLOCKS; j++) {
            x[j] = j < len ? block_sigma(in[i + j]) : block_of(0, 0);
            y[j] = x[j];
            keys[j] = block_xor(*start, block_of(0, first + i + j));
        }
        aes_portable_encrypt_rekeyed(y, 1, keys);
        for (size_t j = 0; j < len; j++) out[i + j] = block_xor(y[j], x[j]);
    }
    mem_wipe(x, sizeof x);
    mem_wipe(y, sizeof y);
}

static void portable_hash_pairs(block (*out)[2], const block *in, const block *delta,
                                const block *start, uint64_t first, size_t n)
{
    block both[2];

    for (size_t i = 0; i < n; i++) {
        both[0] = in[i];
        both[1] = block_xor(in[i], *delta);
        portable_hash(&out[i][0], &both[0], start, first + i, 1);
        portable_hash(&out[i][1], &both[1], start, first + i, 1);
    }
    mem_wipe(both, sizeof both);
}

/* Transposes a 64 by 64 matrix in place, swapping ever smaller squares (Warren, "Hacker's Delight",
 * section 7-3). */
static void transpose_square(uint64_t *rows)
{
    uint64_t mask = UINT64_C(0x00000000ffffffff);

    for (unsigned size = 32; size != 0; size >>= 1, mask ^= mask << size) {
        for (size_t i = 0; i < 64; i = (i + size + 1) & ~(size_t)size) {
            uint64_t t = (rows[i] >> size ^ rows[i + size]) & mask;

            rows[i + size] ^= t;
            rows[i] ^= t << size;
        }
    }
}

static void portable_transpose(block *rows, const block *columns, size_t stride, size_t n_blocks)
{
    uint64_t square[64];

    for (size_t b = 0; b < n_blocks; b++) {
        for (size_t quadrant = 0; quadrant < 4; quadrant++) {
            size_t from = quadrant >> 1, to = quadrant & 1;
            const block *source = columns + 64 * to * stride + b;
            block *target = rows + 128 * b + 64 * from;

            for (size_t j = 0; j < 64; j++) square[j] = source[j * stride].half[from];
            transpose_square(square);
            for (size_t i = 0; i < 64; i++) target[i].half[to] = square[i];
        }
    }
    mem_wipe(square, sizeof square);
}

#define LEAF_VECS 1
#define VEC_BLOCKS AES_SLICE_BLOCKS
#define VEC_INLINE static inline

typedef struct vec {
    block of[AES_SLICE_BLOCKS];
} vec;

static vec vec_xor(vec a, vec b)
{
    for (size_t j = 0; j < AES_SLICE_BLOCKS; j++) a.of[j] = block_xor(a.of[j], b.of[j]);
    return a;
}

static vec vec_zero(void)
{
    return (vec){{{{0, 0}}}};
}

static void vec_store(block *out, vec x)
{
    memcpy(out, x.of, sizeof x.of);
}

static void leaf_encrypt(vec *x, const struct aes_key *keys, size_t n, uint64_t first)
{
    for (size_t d = 0; d < n; d++) portable_keystream(x[d].of, &keys[d], 0, first, VEC_BLOCKS);
}

#include "crypto/leaves.h"

/* The low word of the carry-less product. Operands with three zeros between their bits multiply as
 * integers: at most 15 ones meet at a bit below the highest kept one, so none carries into the
 * next, and what the highest carries is lost. */
static uint64_t multiply_low(uint64_t a, uint64_t b)
{
    const uint64_t every_fourth = UINT64_C(0x1111111111111111);
    uint64_t product = 0;

    for (unsigned r = 0; r < 4; r++) {
        uint64_t sum = 0;

        for (unsigned i = 0; i < 4; i++)
            sum ^= (a & every_fourth << i) * (b & every_fourth << ((r - i) & 3));
        product |= sum & every_fourth << r;
    }
    return product;
}

static uint64_t reverse_bits(uint64_t x)
{
    x = (x >> 1 & UINT64_C(0x5555555555555555)) | (x & UINT64_C(0x5555555555555555)) << 1;
    x = (x >> 2 & UINT64_C(0x3333333333333333)) | (x & UINT64_C(0x3333333333333333)) << 2;
    x = (x >> 4 & UINT64_C(0x0f0f0f0f0f0f0f0f)) | (x & UINT64_C(0x0f0f0f0f0f0f0f0f)) << 4;
    return __builtin_bswap64(x);
}

/* The high word of a product is the low word of the reversed operands' product, reversed. */
static block multiply_words(uint64_t a, uint64_t b)
{
    uint64_t low = multiply_low(a, b);
    uint64_t high = reverse_bits(multiply_low(reverse_bits(a), reverse_bits(b))) >> 1;

    return block_of(high, low);
}

static void portable_fold(block *sum, const block *terms, const block *coefficients, size_t n)
{
    struct gf128_sum s = {.low = {{0, 0}}};

    for (size_t i = 0; i < n; i++) {
        block a = terms[i], b = coefficients[i];
        block low = multiply_words(a.half[0], b.half[0]);
        block high = multiply_words(a.half[1], b.half[1]);
        block all = multiply_words(a.half[0] ^ a.half[1], b.half[0] ^ b.half[1]);

        s.low = block_xor(s.low, low);
        s.high = block_xor(s.high, high);
        s.middle = block_xor(s.middle, block_xor(all, block_xor(low, high))); /* Karatsuba */
    }
    gf128_reduce(sum, &s);
    mem_wipe(&s, sizeof s);
}

const struct crypto_kernels crypto_kernels_portable = {
    .isa = CPU_PORTABLE,
    .expand_key = aes_portable_expand_key,
    .keystream = portable_keystream,
    .hash = portable_hash,
    .hash_pairs = portable_hash_pairs,
    .transpose = portable_transpose,
    .sum_leaves = sum_leaves,
    .fold = portable_fold,
};
