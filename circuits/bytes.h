/* Words from bytes and back, for the hash functions. */
#ifndef CIRCUITS_BYTES_H
#define CIRCUITS_BYTES_H

#include <stdint.h>

static inline uint32_t load32_be(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static inline void store32_be(uint8_t *bytes, uint32_t word)
{
    for (int i = 0; i < 4; i++) bytes[i] = (uint8_t)(word >> (24 - 8 * i));
}

static inline uint64_t load64_be(const uint8_t *bytes)
{
    return (uint64_t)load32_be(bytes) << 32 | load32_be(bytes + 4);
}

static inline void store64_be(uint8_t *bytes, uint64_t word)
{
    store32_be(bytes, (uint32_t)(word >> 32));
    store32_be(bytes + 4, (uint32_t)word);
}

#endif
