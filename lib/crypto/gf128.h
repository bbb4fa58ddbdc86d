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

/** The element a sum stands for. Out of line, so that vector kernels hand over memory. */
void gf128_reduce(block *element, const struct gf128_sum *sum);

#endif
