/*
 * What the floating-point operations share: taking a float apart and putting a result together.
 * Private to float*.c.
 */
#ifndef SOTTO_COMPILER_FLOAT_PARTS_H
#define SOTTO_COMPILER_FLOAT_PARTS_H

#include "compiler/float.h"

#define FLOAT_MAX_MANTISSA 52
#define FLOAT_MAX_EXPONENT 11
#define FLOAT_MAX_WIDTH 64

/** A float: (-1)^sign * mantissa * 2^exponent, the mantissa with its leading bit. */
struct float_parts {
    literal sign;
    literal is_subnormal; /* or zero: the leading bit is 0 */
    literal is_zero;
    literal is_infinite;
    literal is_nan;
    literal exponent[FLOAT_MAX_EXPONENT]; /* at least 1 */
    literal mantissa[FLOAT_MAX_MANTISSA + 1];
};

void float_unpack(struct graph *graph, struct float_parts *parts, const literal *a,
                  struct float_format format);

/** The end of a mantissa from which zeros are counted. */
enum float_end { FLOAT_FROM_TOP, FLOAT_FROM_BOTTOM };

/** Also sets seen[i] where one of the first i + 1 bits of the mantissa is set, counted from one
 * end; seen has mantissa + 1 bits. The leading bit is taken for 0 in an infinity or a NaN when it
 * comes first, and for 1 always when it comes last. */
void float_unpack_seen(struct graph *graph, struct float_parts *parts, literal *seen,
                       enum float_end end, const literal *a, struct float_format format);

/** count = first + the zeros before the first one of n bits, of which seen tells. If there is none,
 * count is 0. */
void float_count_zeros(struct graph *graph, literal *count, uint32_t count_n, const literal *seen,
                       uint32_t n, uint32_t first);

uint64_t float_bias(struct float_format format);

/** Bits that count the leading zeros of a mantissa, or a shift that clears it. */
uint32_t float_shift_bits(struct float_format format);

/** Conversion to a format with a shorter mantissa and exponent. */
void float_narrow(struct graph *graph, literal *out, struct float_format to, const literal *a,
                  struct float_format from);

#endif
