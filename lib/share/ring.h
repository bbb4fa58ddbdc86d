/*
 * Elements of the ring Z_{2^bits}, bits 1 to 32, in 32-bit words; and vectors of them, packed:
 * element 0 first, each from its lowest bit on, without gaps.
 */
#ifndef SOTTO_SHARE_RING_H
#define SOTTO_SHARE_RING_H

#include <stddef.h>
#include <stdint.h>

#define RING_MAX_BITS 32

/** The words that are elements: 2^bits - 1. */
static inline uint32_t ring_mask(unsigned bits)
{
    return UINT32_MAX >> (RING_MAX_BITS - bits);
}

/** Writes n elements into packed_len(n, bits) bytes (ot/transfer.h). */
void ring_pack(uint8_t *bytes, const uint32_t *elements, size_t n, unsigned bits);

/** The reverse. */
void ring_unpack(uint32_t *elements, const uint8_t *bytes, size_t n, unsigned bits);

/** Reduces n words to elements. */
void ring_reduce(uint32_t *elements, size_t n, unsigned bits);

#endif
