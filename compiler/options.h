/* The command line of gc-cc: one table, from which getopt_long and --help are made. */
#ifndef SOTTO_COMPILER_OPTIONS_H
#define SOTTO_COMPILER_OPTIONS_H

#include "compiler/compile.h"
#include "compiler/status.h"

struct cc_options {
    const char *input;      /* "-": standard input */
    const char *output;     /* NULL: nowhere; "-": standard output */
    const char *interface;  /* NULL: beside the output; "none" */
    const char **arguments; /* for the preprocessor; freed with mem_free() */
    uint64_t n_arguments;
    struct compile_options compile;
    sotto_format format;
    int level;         /* of -O */
    uint64_t n_checks; /* inputs of --check; 0: no check */
    bool preprocess_only, stats, explain_cost;
};

/** Reads the command line: 0, an exit status after a message on standard error, or -1 when --help
 *  or --version was answered. */
int options_parse(struct cc_options *options, int argc, char **argv);

#endif
