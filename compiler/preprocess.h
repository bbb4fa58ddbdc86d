/* Runs the host's preprocessor, $CC -E, with our own headers; without a shell. */
#ifndef SOTTO_COMPILER_PREPROCESS_H
#define SOTTO_COMPILER_PREPROCESS_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

struct preprocess_options {
    const char *const *arguments; /* -I, -D, -U and -include as given */
    uint64_t n_arguments;
};

/** The preprocessed text of path ("-": standard input), freed with mem_free(). What the
 *  preprocessor says goes to standard error. SOTTO_ERR_INPUT when it fails or cannot be run. */
sotto_err preprocess(struct sotto_context *context, char **text, size_t *text_len, const char *path,
                     const struct preprocess_options *options) CHECKED;

#endif
