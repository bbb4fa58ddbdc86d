/* The front half of the compiler as one call: preprocessed C text to a program of words. */
#ifndef SOTTO_COMPILER_COMPILE_H
#define SOTTO_COMPILER_COMPILE_H

#include "base/error.h"
#include "compiler/diag.h"
#include "compiler/word.h"

struct compile_options {
    const char *function;     /* NULL: the only one, or mpc_main */
    uint64_t bound;           /* of loops with secret conditions and no pragma; 0: none */
    uint64_t max_steps;       /* runs of loop bodies, all together; 0: the default */
    uint64_t max_memory;      /* bytes; 0: the default */
    size_t max_stack;         /* bytes that the call may use; 0: the default, 4 MiB */
    bool warnings_are_errors; /* -Werror */
    bool no_warnings;         /* -w */
    bool no_fold;             /* keep the words as written: constants alone are folded */
};

/** Owns everything that a compilation makes. */
struct compilation {
    struct arena arena;
    struct source source;
    struct diag diag;
    struct word_graph graph;
    struct word_program program;
};

/**
 * Compiles text, which must outlive the compilation; name is the file of its first line.
 * SOTTO_ERR_INPUT when the program has errors: they are in diag.messages, and so are warnings in
 * any case. SOTTO_ERR_MEMORY, SOTTO_ERR_LIMIT. Free the compilation in every case.
 */
sotto_err compile(struct compilation *compilation, const char *name, const char *text,
                  uint64_t text_len, const struct compile_options *options) CHECKED;
void compilation_free(struct compilation *compilation);

#endif
