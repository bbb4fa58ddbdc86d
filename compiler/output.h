/* The files that gc-cc writes: each whole or not at all, the circuit and its interface together. */
#ifndef SOTTO_COMPILER_OUTPUT_H
#define SOTTO_COMPILER_OUTPUT_H

#include "compiler/options.h"

/** Whether both would be written to the same file, be it by other names or not there yet. */
bool output_is_same(const char *a, const char *b);

/** Writes the circuit and its interface to where the options say. SOTTO_ERR_IO; SOTTO_ERR_USAGE
 *  when the format cannot hold the circuit. */
sotto_err output_circuit(struct sotto_context *context, const struct cc_options *options,
                         const sotto_circuit *circuit, const char *interface) CHECKED;

/** Writes a text to a file, or for NULL and "-" to standard output. SOTTO_ERR_IO. */
sotto_err output_text(struct sotto_context *context, const char *path, const char *text,
                      size_t text_len) CHECKED;

#endif
