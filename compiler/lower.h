/*
 * Words to gates: every word that an output depends on becomes literals, in topological order and
 * only as many low bits as anyone reads.
 */
#ifndef SOTTO_COMPILER_LOWER_H
#define SOTTO_COMPILER_LOWER_H

#include "compiler/graph.h"
#include "compiler/word.h"

/** Lowers a program into an empty graph: inputs are its first nodes, in the order of the program's
 *  input bits; outputs gets a literal for each output bit, value after value, leaf after leaf. */
void lower_program(struct graph *graph, literal *outputs, const struct word_program *program);

#endif
