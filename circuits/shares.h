/* Numbers of K bits in two additive shares, as in the layers of secure neural networks. */
#ifndef CIRCUITS_SHARES_H
#define CIRCUITS_SHARES_H

#include <stdint.h>

#ifndef K
#define K 24
#endif
#if K < 2 || K > 32
#error "K, the bits of a share, is from 2 to 32"
#endif

/* The number whose shares modulo 2^K are a and b, in two's complement. */
static inline int32_t reveal(uint32_t a, uint32_t b)
{
    return (int32_t)((a + b) << (32 - K)) >> (32 - K);
}

#endif
