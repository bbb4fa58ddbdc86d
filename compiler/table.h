/*
 * Arrays with secret indices: reading, which is a tree of multiplexers, or for constant elements
 * the evaluation of a Boolean function; and the decoder that a write needs. An index out of range
 * reads 0 and selects nothing.
 */
#ifndef SOTTO_COMPILER_TABLE_H
#define SOTTO_COMPILER_TABLE_H

#include "compiler/graph.h"

/** out = elements[index], width bits each. */
void table_select(struct graph *graph, literal *out, uint32_t width, const literal *index,
                  uint32_t index_n, const literal *const *elements, uint64_t n_elements);

/** out[i] = enable && index == i, for i below n. */
void table_decode(struct graph *graph, literal *out, uint64_t n, const literal *index,
                  uint32_t index_n, literal enable);

#endif
