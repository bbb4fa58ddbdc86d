/*
 * Division by a secret or constant divisor: non-restoring, each step only as wide as the remainder
 * can be by then. For every input: x / 0 is all ones (signed: -1, or 1 for a negative x) and x % 0
 * is x; the most negative number by -1 is itself, remainder 0.
 */
#ifndef SOTTO_COMPILER_DIVIDE_H
#define SOTTO_COMPILER_DIVIDE_H

#include "compiler/graph.h"

/** Quotient and remainder of n-bit words; either may be NULL. Calls that differ in the wanted
 *  results only share their gates. */
void divide_unsigned(struct graph *graph, literal *quotient, literal *remainder,
                     const literal *dividend, const literal *divisor, uint32_t n);
void divide_signed(struct graph *graph, literal *quotient, literal *remainder,
                   const literal *dividend, const literal *divisor, uint32_t n);

/** root (n bits) = the square root of x (2n bits), rounded down. */
void root_unsigned(struct graph *graph, literal *root, uint32_t n, const literal *x);

#endif
