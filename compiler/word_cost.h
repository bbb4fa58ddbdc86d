/* About how many ANDs a word costs: for warnings, before there are gates. */
#ifndef SOTTO_COMPILER_WORD_COST_H
#define SOTTO_COMPILER_WORD_COST_H

#include "compiler/word.h"

uint64_t word_cost(const struct word *word);

/** Of all words made since the graph had first of them. */
uint64_t word_cost_since(const struct word_graph *graph, uint64_t first);

#endif
