/*
 * The function that becomes the circuit: which one it is, whose its inputs are, what its outputs
 * are, and the interface that says so.
 */
#ifndef SOTTO_COMPILER_ENTRY_H
#define SOTTO_COMPILER_ENTRY_H

#include "compiler/exec.h"

/** Runs the unit's entry function and fills program in, unless there are errors in x->diag. */
void entry_run(struct exec *x, struct word_program *program, struct unit *unit,
               const char *function);

/** The type of a value as sotto-interface/1 writes it; NULL when it cannot cross the interface. */
const char *interface_type(struct arena *arena, const struct type *type);
/** The whole interface of a program whose inputs and outputs are complete. */
const char *interface_text(struct arena *arena, const struct word_program *program);

#endif
