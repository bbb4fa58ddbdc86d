/*
 * Shifts and rotations by secret amounts, counts of bits. The amount has as many bits as are needed
 * to count below n.
 */
#ifndef SOTTO_COMPILER_SHIFT_H
#define SOTTO_COMPILER_SHIFT_H

#include "compiler/graph.h"

/** Amounts are below n, whatever their bits could say. out may be a. */
void shift_left(struct graph *graph, literal *out, const literal *a, uint32_t n,
                const literal *amount, uint32_t amount_n);
/** fill comes in from above: false, or the sign of a. */
void shift_right(struct graph *graph, literal *out, const literal *a, uint32_t n, literal fill,
                 const literal *amount, uint32_t amount_n);
void shift_rotate_left(struct graph *graph, literal *out, const literal *a, uint32_t n,
                       const literal *amount, uint32_t amount_n);

/** count = number of ones among the n bits, in count_n bits. */
void shift_popcount(struct graph *graph, literal *count, uint32_t count_n, const literal *a,
                    uint32_t n);
/** count = zeros above the highest one, n when there is none. */
void shift_leading_zeros(struct graph *graph, literal *count, uint32_t count_n, const literal *a,
                         uint32_t n);
void shift_trailing_zeros(struct graph *graph, literal *count, uint32_t count_n, const literal *a,
                          uint32_t n);

/** Shifts a left until its top bit is one (or all amount_n stages are used) and stores by how
 *  much: the mantissa of a float made normal. */
void shift_normalise(struct graph *graph, literal *out, literal *amount, uint32_t amount_n,
                     const literal *a, uint32_t n);

/** shift_left() by an amount that is known not to move a one out of the word; fewer ANDs. */
void shift_left_zeros(struct graph *graph, literal *out, const literal *a, uint32_t n,
                      const literal *amount, uint32_t amount_n);

/** out = a * 2^amount, fixed point: n_below bits of fraction, then n bits. The amount has amount_n
 * bits and a sign; bits below the fraction are dropped, and none may go above the n. */
void shift_either_way(struct graph *graph, literal *out, uint32_t n_below, const literal *a,
                      uint32_t n, const literal *amount, uint32_t amount_n);

/** Shifts a right in place and returns whether a one was lost. */
literal shift_right_sticky(struct graph *graph, literal *a, uint32_t n, const literal *amount,
                           uint32_t amount_n);

#endif
