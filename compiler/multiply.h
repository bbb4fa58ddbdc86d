/*
 * Products: sums of exclusive ors, Karatsuba's method for long words, partial products for words of
 * few bits, signed digits for constants. Which method a width gets is decided by its AND count.
 */
#ifndef SOTTO_COMPILER_MULTIPLY_H
#define SOTTO_COMPILER_MULTIPLY_H

#include "compiler/graph.h"
#include "compiler/sums.h"

/** product = a * b modulo 2^n, all of n bits. Extended operands cost what the narrow ones do. */
void multiply(struct graph *graph, literal *product, const literal *a, const literal *b,
              uint32_t n);

/** Adds a * b (n-bit words) to a sum modulo 2^n: what a matrix product is made of. */
void multiply_add(struct columns *columns, const literal *a, const literal *b);

/** product (2n bits) = a * b. */
void multiply_full(struct graph *graph, literal *product, const literal *a, const literal *b,
                   uint32_t n);
/** square (2n bits) = a * a. */
void multiply_square(struct graph *graph, literal *square, const literal *a, uint32_t n);

#endif
