/* Reduction in GF(2^128); see gf128.h. */
#include "crypto/gf128.h"

/* w x^128 = w (x^7 + x^2 + x + 1) for a word w: what of it stays in the word, and what leaves. */
static uint64_t fold_low(uint64_t w)
{
    return w ^ w << 1 ^ w << 2 ^ w << 7;
}

static uint64_t fold_high(uint64_t w)
{
    return w >> 63 ^ w >> 62 ^ w >> 57;
}

void gf128_reduce(block *element, const struct gf128_sum *sum)
{
    uint64_t p0 = sum->low.half[0];
    uint64_t p1 = sum->low.half[1] ^ sum->middle.half[0];
    uint64_t p2 = sum->high.half[0] ^ sum->middle.half[1];
    uint64_t p3 = sum->high.half[1];

    p2 ^= fold_high(p3);
    p1 ^= fold_low(p3);
    p1 ^= fold_high(p2);
    p0 ^= fold_low(p2);
    *element = block_of(p1, p0);
}
