/* The programs of the table of AND counts; see and_counts.c. */
#ifndef SOTTO_TESTS_BENCH_AND_PROGRAMS_H
#define SOTTO_TESTS_BENCH_AND_PROGRAMS_H

#include <stdint.h>

struct and_program {
    const char *name;
    uint64_t best_elsewhere; /* 0: none known */
    uint64_t max_and;        /* 0: no limit, shown for comparison */
    const char *text;        /* preprocessed C, or NULL: the file */
    const char *file;        /* in programs/, */
    const char *define;      /* preprocessed with this macro, */
    const char *function;    /* its function */
    /* A published test vector: hexadecimal words of word_bits bits, all inputs in order and as many
     * outputs as are given; NULL: none. */
    unsigned word_bits;
    const char *in;
    const char *out;
};

extern const struct and_program and_programs[];
extern const unsigned n_and_programs;

#endif
