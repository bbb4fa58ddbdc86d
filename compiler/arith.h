/*
 * Words of literals, lowest bit first: addition, comparison, selection. Every full adder is one AND
 * (the majority of three); comparisons are the carries of a subtraction, so that a program which
 * compares and subtracts pays once.
 */
#ifndef SOTTO_COMPILER_ARITH_H
#define SOTTO_COMPILER_ARITH_H

#include "compiler/graph.h"

/** sum = a + b + carry modulo 2^n. sum may be a or b. */
void arith_add(struct graph *graph, literal *sum, const literal *a, const literal *b, literal carry,
               uint32_t n);
/** The same, and returns the carry out of the last bit. */
literal arith_add_carry(struct graph *graph, literal *sum, const literal *a, const literal *b,
                        literal carry, uint32_t n);

/** difference = a - b modulo 2^n. */
void arith_subtract(struct graph *graph, literal *difference, const literal *a, const literal *b,
                    uint32_t n);
/** The same, and returns whether a < b as unsigned numbers. */
literal arith_subtract_borrow(struct graph *graph, literal *difference, const literal *a,
                              const literal *b, uint32_t n);

/** out = condition ? -a : a. */
void arith_negate_if(struct graph *graph, literal *out, literal condition, const literal *a,
                     uint32_t n);

literal arith_less(struct graph *graph, const literal *a, const literal *b, uint32_t n);
/** arith_less() where a - b is known to be in -2^(n - 1) .. 2^(n - 1) - 1, for one AND less. */
literal arith_difference_sign(struct graph *graph, const literal *a, const literal *b, uint32_t n);
literal arith_less_signed(struct graph *graph, const literal *a, const literal *b, uint32_t n);
literal arith_equal(struct graph *graph, const literal *a, const literal *b, uint32_t n);

/** The AND (OR) of n bits, in a balanced tree; of none true (false). */
literal arith_all(struct graph *graph, const literal *a, uint32_t n);
literal arith_any(struct graph *graph, const literal *a, uint32_t n);

/** out = condition ? a : b, n ANDs at most. */
void arith_mux(struct graph *graph, literal *out, literal condition, const literal *a,
               const literal *b, uint32_t n);
/** out = condition ? a : 0. */
void arith_gate(struct graph *graph, literal *out, literal condition, const literal *a, uint32_t n);

void word_bits_copy(literal *out, const literal *a, uint32_t n);
/** out = the low n bits of value. */
void word_bits_constant(literal *out, uint64_t value, uint32_t n);
bool word_bits_are_constant(const literal *a, uint32_t n);

/** Bits left when the zeros at the top are dropped. */
uint32_t word_bits_significant(const literal *a, uint32_t n);
/** Bits left when copies of the top bit are dropped, but for one. */
uint32_t word_bits_significant_signed(const literal *a, uint32_t n);

#endif
