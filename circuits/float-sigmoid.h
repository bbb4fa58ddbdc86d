/* The logistic function of floats, in fixed point. */
#ifndef CIRCUITS_FLOAT_SIGMOID_H
#define CIRCUITS_FLOAT_SIGMOID_H

#include "float-exp.h"

#define N_QUOTIENT_BITS 28

/*
 * a 2^30 / b, give or take 4, for a from 2^30 to 2^31 - 1 and b from 2^30 to 2^31: division without
 * restoring, where each step adds or subtracts b.
 */
static inline uint32_t divide(uint32_t a, uint32_t b)
{
    int32_t rest = (int32_t)(a / 2 - b / 2);
    uint32_t quotient = 0;

    for (int i = 0; i < N_QUOTIENT_BITS; i++) {
        bool is_negative = rest < 0;

        quotient = quotient << 1 | !is_negative;
        rest = rest * 2 + (is_negative ? (int32_t)(b / 2) : -(int32_t)(b / 2));
    }
    return quotient << (31 - N_QUOTIENT_BITS);
}

/* 1 / (1 + e^-x): with t = e^-|x| it is 1 / (1 + t), or t / (1 + t) of a negative x. */
static inline float sigmoid_of(float x)
{
    uint32_t bits = bits_of(x), magnitude = bits & ~FLOAT_SIGN;
    bool is_negative = bits >> 31, is_large = magnitude >> 23 >= 134;
    struct power t = power_of_e(bits | FLOAT_SIGN);
    uint64_t small = is_large ? 0 : (uint64_t)t.fraction >> (-t.exponent > 63 ? 63 : -t.exponent);
    uint32_t quotient =
        divide(is_negative ? t.fraction : UINT32_C(1) << 30, (UINT32_C(1) << 30) + (uint32_t)small);
    bool is_low = quotient < UINT32_C(1) << 30;
    uint32_t result =
        pack(is_low ? quotient << 1 : quotient, (is_negative ? t.exponent : 0) - is_low);

    if (is_negative && is_large) result = 0;
    if (magnitude > FLOAT_INFINITY) result = FLOAT_NAN;
    return float_of(result);
}

#endif
