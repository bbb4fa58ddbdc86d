/*
 * gc-cc --check: the circuit against the same function as the host's compiler builds it, on edge
 * cases and random inputs, or on all there are when these are few.
 */
#ifndef SOTTO_COMPILER_CHECK_H
#define SOTTO_COMPILER_CHECK_H

#include "base/error.h"
#include "compiler/word.h"

#include <stddef.h>

/** Compares on n inputs; text is the preprocessed program. 0 when nothing differs, or an exit
 *  status after a message. Inputs for which C does not say what the function does are left out. */
int check_circuit(struct sotto_context *context, const sotto_circuit *circuit,
                  const struct word_program *program, const char *text, size_t text_len,
                  uint64_t n) CHECKED;

#endif
