/*
 * GF(2^128) = GF(2)[x] / (x^128 + x^7 + x^2 + x + 1), bit i of a block being the coefficient of
 * x^i: what the kernels share. Sums of products are reduced once, at the end.
 */
#ifndef SOTTO_CRYPTO_GF128_H
#define SOTTO_CRYPTO_GF128_H

#include "crypto/block.h"

/** An unreduced sum of products: low + middle x^64 + high x^128. */
struct gf128_sum {
    block low;
    block middle;
    block high;
};

/** w x^128 = w (x^7 + x^2 + x + 1) for a word w: what of it stays in the word, and what leaves. */
static inline uint64_t gf128_fold_low(uint64_t w)
{
    return w ^ w << 1 ^ w << 2 ^ w << 7;
}

static inline uint64_t gf128_fold_high(uint64_t w)
{
    return w >> 63 ^ w >> 62 ^ w >> 57;
}

static inline block gf128_reduce(const struct gf128_sum *sum)
{
    uint64_t p0 = sum->low.half[0];
    uint64_t p1 = sum->low.half[1] ^ sum->middle.half[0];
    uint64_t p2 = sum->high.half[0] ^ sum->middle.half[1];
    uint64_t p3 = sum->high.half[1];

    p2 ^= gf128_fold_high(p3);
    p1 ^= gf128_fold_low(p3);
    p1 ^= gf128_fold_high(p2);
    p0 ^= gf128_fold_low(p2);
    return block_of(p1, p0);
}

#endif
