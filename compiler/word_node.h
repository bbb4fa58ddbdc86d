/* How the constructors of word_simplify.c reach the table of word.c. */
#ifndef SOTTO_COMPILER_WORD_NODE_H
#define SOTTO_COMPILER_WORD_NODE_H

#include "compiler/word.h"

/** The node equal to key, made when there is none; operands and bits are copied. */
struct word *node_intern(struct word_graph *graph, struct word key);

/** The node equal to key, NULL when there is none. */
struct word *node_find(const struct word_graph *graph, struct word key);

/** node_intern() for an operation; the constant when its operands (up to three) are all constant. */
struct word *node_new(struct word_graph *graph, enum word_op op, uint32_t width,
                      struct word **operands, uint32_t n_operands, uint64_t immediate);

/** x op y in fewer ANDs when both are ANDs that choose or vote (OR, XOR, ADD), else NULL. */
struct word *logic_join(struct word_graph *graph, enum word_op op, struct word *x, struct word *y);

#endif
