/* The parts of a float, and putting one together. */
#ifndef CIRCUITS_FLOAT_H
#define CIRCUITS_FLOAT_H

#include <stdint.h>
#include <string.h>

#define FLOAT_INFINITY UINT32_C(0x7f800000)
#define FLOAT_NAN UINT32_C(0x7fc00000)
#define FLOAT_SIGN UINT32_C(0x80000000)

static inline uint32_t bits_of(float x)
{
    uint32_t bits;

    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static inline float float_of(uint32_t bits)
{
    float x;

    memcpy(&x, &bits, sizeof x);
    return x;
}

/*
 * fraction 2^(exponent - 30), rounded to the nearest float, for a fraction from 2^30 to 2^31 - 1
 * and an exponent from -190 to 127; it may be subnormal, zero or, rounded up from the greatest
 * float, infinity. Halves are rounded up.
 */
static inline uint32_t pack(uint32_t fraction, int32_t exponent)
{
    uint32_t lost = exponent < -126 ? (uint32_t)(-126 - exponent) & 63 : 0;
    uint32_t field = exponent < -126 ? 0 : (uint32_t)(exponent + 126) & 255;
    uint32_t kept = (uint32_t)((uint64_t)fraction >> lost);

    return (field << 23) + ((kept + 64) >> 7);
}

#endif
