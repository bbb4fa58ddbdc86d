/* Arithmetic on sizes that tells when it overflows: false, and the output is unspecified. */
#ifndef SOTTO_BASE_CHECKED_H
#define SOTTO_BASE_CHECKED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static inline bool add_u64(uint64_t *sum, uint64_t a, uint64_t b)
{
    return !__builtin_add_overflow(a, b, sum);
}

static inline bool mul_u64(uint64_t *product, uint64_t a, uint64_t b)
{
    return !__builtin_mul_overflow(a, b, product);
}

static inline bool add_size(size_t *sum, size_t a, size_t b)
{
    return !__builtin_add_overflow(a, b, sum);
}

static inline bool mul_size(size_t *product, uint64_t a, size_t b)
{
    return !__builtin_mul_overflow(a, b, product);
}

/** Ceiling of a / b for b > 0, without overflow. */
static inline uint64_t ceil_div_u64(uint64_t a, uint64_t b)
{
    return a / b + (a % b != 0);
}

#endif
