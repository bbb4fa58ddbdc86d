/* Operations of C on words of C's types: what + is on int, what a cast from double to bool is. */
#ifndef SOTTO_COMPILER_VALUE_H
#define SOTTO_COMPILER_VALUE_H

#include "compiler/ast.h"

/** x of one arithmetic type as another. */
struct word *value_cast(struct word_graph *graph, struct word *x, const struct type *from,
                        const struct type *to);

/** x op y: both of the given type; for shifts y has a type of its own. Comparisons give 1 bit. */
struct word *value_binary(struct word_graph *graph, enum operator op, const struct type *type,
                          struct word *x, struct word *y, const struct type *y_type);

struct word *value_unary(struct word_graph *graph, enum operator op, const struct type *type,
                         struct word *x);

/** 1 bit: whether x, of a type of arithmetic, is other than 0. */
struct word *value_truth(struct word_graph *graph, struct word *x, const struct type *type);

#endif
