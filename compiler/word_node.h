/* How the constructors of word_simplify.c reach the table of word.c. */
#ifndef SOTTO_COMPILER_WORD_NODE_H
#define SOTTO_COMPILER_WORD_NODE_H

#include "compiler/word.h"

/** The node equal to key, made when there is none; operands and bits are copied. */
struct word *node_intern(struct word_graph *graph, struct word key);

/** The node equal to key, NULL when there is none. */
struct word *node_find(const struct word_graph *graph, struct word key);

/** node_intern() for an operation; the constant when its operands (up to three) are all constant.
 */
struct word *node_new(struct word_graph *graph, enum word_op op, uint32_t width,
                      struct word **operands, uint32_t n_operands, uint64_t immediate);

/** x op y in fewer ANDs when both are ANDs that choose or vote (OR, XOR, ADD), else NULL. */
struct word *logic_join(struct word_graph *graph, enum word_op op, struct word *x, struct word *y);

/** c ? x : y where x and y are put together from the same pieces and constants; else NULL. */
struct word *pieces_mux(struct word_graph *graph, struct word *c, struct word *x, struct word *y);
/** x + constant where its ones meet zeros that x is put together from; else NULL. */
struct word *pieces_add(struct word_graph *graph, struct word *x, struct word *constant);

struct word_choice_bound {
    uint64_t max;
    const struct word_bound *bound;
};

/** An upper bound of condition ? x : y when the condition compares what x and y are made of; false
 *  when nothing is found. */
bool bound_choice(struct word_graph *graph, struct word_choice_bound *out,
                  const struct word *condition, const struct word *x, const struct word *y);
/** Whether -2^(width - 1) <= x - y < 2^(width - 1) in every run; not if nobody knows. */
bool bound_fits(const struct word *x, const struct word *y);
/** Makes the bound known of a word that is this choice. */
void node_set_bound(struct word *word, struct word_choice_bound bound);

#endif
