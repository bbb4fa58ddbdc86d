/* What loops cost: the gates that lowering made for each one, and a warning of dear ones. */
#ifndef SOTTO_COMPILER_LOOP_COST_H
#define SOTTO_COMPILER_LOOP_COST_H

#include "compiler/diag.h"
#include "compiler/graph.h"
#include "compiler/word.h"

#include <stddef.h>

/** The loop that made this word; NULL: none of those that are watched. */
struct word_loop *loop_of_word(const struct word_program *program, uint64_t id);

/** The gates from node first on were made for the loop; none: nobody is charged. */
void loop_charge(const struct word_program *program, struct word_loop *loop,
                 const struct graph *graph, uint32_t first);

/** Counts each loop's gates that the outputs depend on, in the graph as lowering left it. Returns
 *  how many ANDs the outputs depend on, or 0 without loops. */
uint64_t loops_count(const struct word_program *program, struct graph *graph,
                     const literal *outputs, uint64_t n_outputs);

/** Warns of loops that take a million ANDs or more, when passes have made n_after of n_before. */
void loops_warn(struct diag *diag, const struct word_program *program, uint64_t n_before,
                uint64_t n_after);

#endif
