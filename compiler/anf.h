/*
 * Boolean functions of a few secret bits, several at once, from their algebraic normal forms. Used
 * for constant tables.
 */
#ifndef SOTTO_COMPILER_ANF_H
#define SOTTO_COMPILER_ANF_H

#include "compiler/graph.h"

#define ANF_MAX_VARS 20

/** Functions of n_vars bits: row i holds the 2^n_vars bits of function i, in words of 64; the bits
 *  of a short row stand lowest. */
struct anf_space {
    uint64_t *rows;
    uint32_t n_vars;
    uint32_t n;
};

static inline uint64_t anf_row_words(uint32_t n_vars)
{
    return n_vars > 6 ? UINT64_C(1) << (n_vars - 6) : 1;
}
static inline uint64_t *anf_row(const struct anf_space *space, uint32_t i)
{
    return space->rows + i * anf_row_words(space->n_vars);
}

/** n zero functions, in the graph's scratch. */
struct anf_space anf_space_new(struct graph *graph, uint32_t n_vars, uint32_t n);

/** Turns a truth table into its normal form (bit m: the coefficient of the monomial of the
 *  variables in m), or back. */
void anf_transform(uint64_t *row, uint32_t n_vars);

/** out[i] = function i (normal forms, which are used up) of the variables. */
void anf_realise(struct graph *graph, literal *out, struct anf_space *functions,
                 const literal *variables);

/** The ANDs that anf_realise() takes, at most. */
uint64_t anf_cost(struct graph *graph, const struct anf_space *functions);

#endif
