/* The exponential function of floats, in fixed point, as a fraction and a power of two. */
#ifndef CIRCUITS_FLOAT_EXP_H
#define CIRCUITS_FLOAT_EXP_H

#include "float-exp-table.h"
#include "float.h"

#include <stdbool.h>

struct power {
    uint32_t fraction; /* from 2^30 to 2^31 - 1 */
    int32_t exponent;
};

/* |x| 2^30, rounded down, for |x| below 128. */
static inline uint64_t fixed_magnitude(uint32_t bits)
{
    uint32_t field = bits >> 23 & 255, lost = 133 - field;
    uint64_t significand = (uint64_t)(bits & 0x7fffff) | 0x800000;

    return lost > 63 ? 0 : (significand << 13) >> (lost & 63);
}

/*
 * e^(r 2^-30) 2^30 for r from -2^29 to 2^29 - 1. With r = (i - 64) 2^23 + rest it is a table's
 * e^((i - 64) / 128) times 1 + x + x^2/2 + x^3/6, where x = rest 2^-30 is at least 0 and below
 * h = 1/128. The parabola nearest to x^3 there is 3/2 h x^2 - 9/16 h^2 x, so it is replaced by
 * that: the factors become 1 - 3 2^-19 and 1/2 + 2^-9. The 6 makes up for what is cut off.
 */
static inline uint32_t small_power(int32_t r)
{
    uint32_t from_start = (uint32_t)(r + (1 << 29)) & 0x3fffffff;
    uint32_t rest = from_start & 0x7fffff, half = rest >> 8, square = half * half;
    uint32_t sum = rest - (3 * (rest >> 12) >> 7) + (square >> 15) + (square >> 23) + 6;
    uint32_t power = powers[from_start >> 23];

    return power + (uint32_t)(((uint64_t)(power >> 8) * (sum >> 2) + (1 << 19)) >> 20);
}

/* e^x for a finite x of magnitude below 128: x = n log 2 + r, and e^x = 2^n e^r. */
static inline struct power power_of_e(uint32_t bits)
{
    uint64_t x = fixed_magnitude(bits);
    bool is_negative = bits >> 31;
    int32_t n = (int32_t)(((uint32_t)(x >> 26) * LOG2_E_9 + (1 << 12)) >> 13) & 255;
    int32_t r = (int32_t)((int64_t)x - ((n * LN_2_38 + 128) >> 8));
    uint32_t fraction = small_power(is_negative ? -r : r);
    bool is_low = fraction < UINT32_C(1) << 30;

    return (struct power){.fraction = is_low ? fraction << 1 : fraction,
                          .exponent = (is_negative ? -n : n) - is_low};
}

static inline float exp_of(float x)
{
    uint32_t bits = bits_of(x), magnitude = bits & ~FLOAT_SIGN;
    bool is_negative = bits >> 31;
    struct power power = power_of_e(bits);
    uint32_t result = pack(power.fraction, power.exponent);
    uint32_t limit = is_negative ? 0 : FLOAT_INFINITY;

    if (magnitude >> 23 >= 134 || (!is_negative && power.exponent > 127)) result = limit;
    if (magnitude > FLOAT_INFINITY) result = FLOAT_NAN;
    return float_of(result);
}

#endif
