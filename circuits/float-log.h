/* The natural logarithm of floats, in fixed point. */
#ifndef CIRCUITS_FLOAT_LOG_H
#define CIRCUITS_FLOAT_LOG_H

#include "float-log-table.h"
#include "float.h"

#include <stdbool.h>

/*
 * log(1 + r 2^-32) 2^52 for r from -2^25 to 2^25 - 1: r log(1 + r) / r, whose second factor is
 * 127/128 and a rest that lies on one of a table's lines. r is given as r + 2^25.
 */
static inline int64_t log_near_one(uint32_t from_start)
{
    uint32_t index = from_start >> 20, rest = from_start & 0xfffff;
    uint32_t rise = (rest >> 4) * ratio_slopes[index] >> 14;
    uint32_t ratio = (ratios[index] - (rest >> 5) - (rest >> 11) + rise) & 0x3fffff;
    int64_t r = (int64_t)from_start - (1 << 25);
    int64_t product = r * ratio;

    return r * (1 << 20) - r * (1 << 13) + (product >> 8);
}

/*
 * log(m 2^exponent) 2^52 for a significand m 2^23 from 2^23 to 2^24 - 1. The table's inverse c of m
 * gives log m = log(c m) - log c with c m near 1. The upper m are halved, so that the terms do not
 * cancel when m 2^exponent is just below 1; then all but the first are 0.
 */
static inline int64_t fixed_log(uint32_t significand, int32_t exponent)
{
    uint32_t index = significand >> 16 & 127;
    uint64_t near_one = (uint64_t)significand * inverses[index]; /* 2^32 + r */
    bool is_halved = index >= FIRST_HALVED;
    int64_t sum = (exponent + is_halved) * LN_2_36 + inverse_logs[index];

    return sum * (1 << 16) + log_near_one((uint32_t)(near_one + (1 << 25)) & 0x3ffffff);
}

/* x 2^-52, rounded to the nearest float. */
static inline uint32_t pack_fixed(int64_t x)
{
    bool is_negative = x < 0;
    uint64_t magnitude = (uint64_t)(is_negative ? -x : x);
    uint32_t n_zeros = (uint32_t)__builtin_clzll(magnitude | 1);
    uint32_t top = (uint32_t)((magnitude << n_zeros) >> 39); /* 25 bits */
    uint32_t bits = ((137 - n_zeros) << 23) + ((top + 1) >> 1);

    if (x == 0) bits = 0;
    return (uint32_t)is_negative << 31 | bits;
}

static inline float log_of(float x)
{
    uint32_t bits = bits_of(x), field = bits >> 23 & 255, fraction = bits & 0x7fffff;
    uint32_t n_zeros = (uint32_t)__builtin_clz(fraction | 1) - 8; /* of a subnormal number */
    uint32_t significand = field == 0 ? fraction << n_zeros : fraction | 0x800000;
    int32_t exponent = field == 0 ? -126 - (int32_t)n_zeros : (int32_t)field - 127;
    uint32_t result = pack_fixed(fixed_log(significand, exponent));

    if (bits == FLOAT_INFINITY) result = FLOAT_INFINITY;
    if (bits > FLOAT_INFINITY) result = FLOAT_NAN;
    if (bits << 1 == 0) result = FLOAT_SIGN | FLOAT_INFINITY;
    return float_of(result);
}

#endif
