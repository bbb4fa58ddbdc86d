/* The 128-bit block: half[0] holds bits 0 to 63, and bit 0 is bit 0 of byte 0 in memory. */
#ifndef SOTTO_CRYPTO_BLOCK_H
#define SOTTO_CRYPTO_BLOCK_H

#include "base/ct.h"

#include <stdint.h>
#include <string.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "blocks are stored little-endian");

typedef struct block {
    uint64_t half[2];
} __attribute__((aligned(16))) block;

#define BLOCK_LEN 16

static inline block block_of(uint64_t high, uint64_t low)
{
    return (block){{low, high}};
}

static inline block block_xor(block a, block b)
{
    return (block){{a.half[0] ^ b.half[0], a.half[1] ^ b.half[1]}};
}

/** a where the lowest bit of bit is set, else zero. */
static inline block block_times_bit(block a, uint64_t bit)
{
    uint64_t mask = ct_mask(bit);

    return (block){{a.half[0] & mask, a.half[1] & mask}};
}

/** The colour of a label: its lowest bit (point-and-permute). */
static inline uint64_t block_lsb(block a)
{
    return a.half[0] & 1;
}

/** sigma(xL || xR) = (xL ^ xR) || xL, xL being the high half: the linear orthomorphism in front of
 *  every hash on labels (Guo, Katz, Wang, Yu, S&P 2020, section 7.3). */
static inline block block_sigma(block x)
{
    return (block){{x.half[1], x.half[1] ^ x.half[0]}};
}

static inline block block_load(const uint8_t *bytes)
{
    block a;

    memcpy(&a, bytes, sizeof a);
    return a;
}

static inline void block_store(uint8_t *bytes, block a)
{
    memcpy(bytes, &a, sizeof a);
}

#endif
