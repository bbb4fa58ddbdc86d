/*
 * IEEE 754 arithmetic on words of literals: binary32 and binary64, round to nearest even, with
 * subnormals, infinities and NaN. A NaN that arithmetic makes is the quiet one with sign 0 and no
 * payload.
 */
#ifndef SOTTO_COMPILER_FLOAT_H
#define SOTTO_COMPILER_FLOAT_H

#include "compiler/graph.h"

/** Mantissa and exponent bits; the word has one more for the sign. */
struct float_format {
    uint32_t mantissa;
    uint32_t exponent;
};

/** The format of 32 or 64 bits. */
struct float_format float_format_of(uint32_t width);

void float_add(struct graph *graph, literal *out, const literal *a, const literal *b, bool subtract,
               struct float_format format);
void float_multiply(struct graph *graph, literal *out, const literal *a, const literal *b,
                    struct float_format format);
void float_divide(struct graph *graph, literal *out, const literal *a, const literal *b,
                  struct float_format format);
void float_sqrt(struct graph *graph, literal *out, const literal *a, struct float_format format);

/** Of a NaN and a number the number; -0 is below +0. */
void float_min(struct graph *graph, literal *out, const literal *a, const literal *b,
               struct float_format format);
void float_max(struct graph *graph, literal *out, const literal *a, const literal *b,
               struct float_format format);

/** False for NaN; -0 equals +0. */
literal float_equal(struct graph *graph, const literal *a, const literal *b,
                    struct float_format format);
literal float_less(struct graph *graph, const literal *a, const literal *b,
                   struct float_format format);
literal float_less_equal(struct graph *graph, const literal *a, const literal *b,
                         struct float_format format);

void float_from_integer(struct graph *graph, literal *out, struct float_format format,
                        const literal *a, uint32_t n, bool is_signed);
/** Towards zero; what is out of range saturates, NaN gives 0. */
void float_to_integer(struct graph *graph, literal *out, uint32_t n, bool is_signed,
                      const literal *a, struct float_format format);
void float_convert(struct graph *graph, literal *out, struct float_format to, const literal *a,
                   struct float_format from);

#endif
