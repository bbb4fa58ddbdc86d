/*
 * Integers of up to MAX_WORD_BITS bits as arrays of 64-bit limbs, the lowest first. A value of
 * width n has ceil(n / 64) limbs and zeros above its top bit; every function keeps that.
 */
#ifndef SOTTO_COMPILER_BITS_H
#define SOTTO_COMPILER_BITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BITS_MAX_LIMBS 128

static inline size_t bits_limbs(uint32_t width)
{
    return ((size_t)width + 63) / 64;
}

static inline bool bits_get(const uint64_t *x, uint32_t bit)
{
    return (x[bit / 64] >> (bit % 64) & 1) != 0;
}

void bits_set_u64(uint64_t *out, uint64_t value, uint32_t width);
void bits_copy(uint64_t *out, const uint64_t *x, uint32_t width);
bool bits_is_zero(const uint64_t *x, uint32_t width);
bool bits_equal(const uint64_t *x, const uint64_t *y, uint32_t width);
bool bits_less(const uint64_t *x, const uint64_t *y, uint32_t width);
bool bits_less_signed(const uint64_t *x, const uint64_t *y, uint32_t width);

/** 1 + the place of the highest one, 0 for zero. */
uint32_t bits_len(const uint64_t *x, uint32_t width);
uint32_t bits_count(const uint64_t *x, uint32_t width);

void bits_not(uint64_t *out, const uint64_t *x, uint32_t width);
/** x + y + carry modulo 2^width. */
void bits_add(uint64_t *out, const uint64_t *x, const uint64_t *y, bool carry, uint32_t width);
void bits_sub(uint64_t *out, const uint64_t *x, const uint64_t *y, uint32_t width);
void bits_neg(uint64_t *out, const uint64_t *x, uint32_t width);
/** out must be neither x nor y. */
void bits_mul(uint64_t *out, const uint64_t *x, const uint64_t *y, uint32_t width);
/** For y = 0: quotient all ones, remainder x. The four must be distinct. */
void bits_divide(uint64_t *quotient, uint64_t *remainder, const uint64_t *x, const uint64_t *y,
                 uint32_t width);

/** amount < width; out may be x. */
void bits_shift_left(uint64_t *out, const uint64_t *x, uint32_t amount, uint32_t width);
void bits_shift_right(uint64_t *out, const uint64_t *x, uint32_t amount, uint32_t width);

/** Bits first .. first + n - 1 of x, which has x_width bits; zeros beyond them. */
void bits_extract(uint64_t *out, const uint64_t *x, uint32_t x_width, uint32_t first, uint32_t n);
/** ORs x, of n bits, into out from bit first on. */
void bits_insert(uint64_t *out, const uint64_t *x, uint32_t first, uint32_t n);
void bits_extend(uint64_t *out, const uint64_t *x, uint32_t from, uint32_t to, bool is_signed);

#endif
