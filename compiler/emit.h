/*
 * The gate graph as the library's circuit, which sotto_circuit_write() turns into either Bristol
 * text, and as BLIF for tools that prove two circuits equal.
 */
#ifndef SOTTO_COMPILER_EMIT_H
#define SOTTO_COMPILER_EMIT_H

#include "base/error.h"
#include "compiler/graph.h"
#include "compiler/word.h"

/** Makes a circuit of the gates that the outputs depend on; inputs and outputs are the program's
 *  values. SOTTO_ERR_MEMORY, SOTTO_ERR_LIMIT. Never jumps. */
sotto_err emit_circuit(struct sotto_context *context, sotto_circuit **circuit,
                       const struct graph *graph, const literal *outputs,
                       const struct word_program *program) CHECKED;

/** Writes a circuit as a BLIF model with inputs i0, i1, ... and outputs o0, o1, ... */
sotto_err emit_blif(struct sotto_context *context, const sotto_circuit *circuit,
                    sotto_write_fn write, void *user) CHECKED;

#endif
