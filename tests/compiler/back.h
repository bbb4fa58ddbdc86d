/*
 * Helpers for the tests of the compiler's back half: a function built from literals is compared
 * with native arithmetic on all inputs when these are few, else on random and extreme ones, and its
 * live ANDs are counted.
 */
#ifndef SOTTO_TESTS_COMPILER_BACK_H
#define SOTTO_TESTS_COMPILER_BACK_H

#include "compiler/graph.h"

#include "tests/support/support.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_VALUES 40
#define MAX_VALUE_BITS 64
#define EXHAUSTIVE_BITS 16
#define N_RANDOM_ROUNDS 40 /* of 64 assignments each */

/** inputs and outputs of a function under test: each value a word of at most 64 literals. */
typedef void (*build_fn)(struct graph *graph, literal (*out)[MAX_VALUE_BITS],
                         literal (*in)[MAX_VALUE_BITS], unsigned width);
typedef void (*reference_fn)(uint64_t *out, const uint64_t *in, unsigned width);

struct function {
    const char *name;
    build_fn build;
    reference_fn reference;
    unsigned width;          /* handed to both */
    unsigned in[MAX_VALUES]; /* widths, ended by 0 */
    unsigned out[MAX_VALUES];
    uint64_t max_and;
};

static jmp_buf compile_failed;

static inline uint64_t low_bits(uint64_t value, unsigned n)
{
    return n < 64 ? value & ((UINT64_C(1) << n) - 1) : value;
}

static inline int64_t as_signed(uint64_t value, unsigned n)
{
    return (int64_t)(value << (64 - n)) >> (64 - n);
}

static inline unsigned count_values(const unsigned *widths, unsigned *n_bits)
{
    unsigned n = 0;

    for (*n_bits = 0; n < MAX_VALUES && widths[n] != 0; n++) *n_bits += widths[n];
    return n;
}

/* Values at the edges are tried as often as others. */
static inline uint64_t random_value(uint64_t *seed, unsigned n)
{
    uint64_t value = test_next(seed), kind = test_next(seed) % 16;

    if (kind == 0) value = 0;
    else if (kind == 1) value = UINT64_MAX;
    else if (kind == 2) value = UINT64_C(1) << (n - 1);
    else if (kind == 3) value = 1;
    else if (kind == 4) value = (UINT64_C(1) << (n - 1)) - 1;
    else if (kind < 8) value &= (UINT64_C(2) << test_next(seed) % n) - 1;
    return low_bits(value, n);
}

struct trial {
    const struct function *function;
    struct graph *graph;
    uint64_t *values;
    literal (*out)[MAX_VALUE_BITS];
    unsigned n_in;
    unsigned n_out;
    unsigned n_in_bits;
};

/* Simulates 64 assignments and compares each with the reference. */
static inline void check_assignments(const struct trial *trial, uint64_t (*in)[MAX_VALUES])
{
    const struct function *f = trial->function;
    unsigned node = 1;

    for (unsigned i = 0; i < trial->n_in; i++)
        for (unsigned bit = 0; bit < f->in[i]; bit++, node++) {
            trial->values[node] = 0;
            for (unsigned lane = 0; lane < 64; lane++)
                trial->values[node] |= (in[lane][i] >> bit & 1) << lane;
        }
    graph_simulate(trial->graph, trial->values);
    for (unsigned lane = 0; lane < 64; lane++) {
        uint64_t expected[MAX_VALUES] = {0};

        f->reference(expected, in[lane], f->width);
        for (unsigned i = 0; i < trial->n_out; i++) {
            uint64_t got = 0;

            for (unsigned bit = 0; bit < f->out[i]; bit++)
                got |= (graph_value(trial->values, trial->out[i][bit]) >> lane & 1) << bit;
            ck_assert_msg(got == low_bits(expected[i], f->out[i]),
                          "%s, width %u: inputs %#llx %#llx %#llx: output %u is %#llx, not %#llx",
                          f->name, f->width, (unsigned long long)in[lane][0],
                          (unsigned long long)(trial->n_in > 1 ? in[lane][1] : 0),
                          (unsigned long long)(trial->n_in > 2 ? in[lane][2] : 0), i,
                          (unsigned long long)got,
                          (unsigned long long)low_bits(expected[i], f->out[i]));
        }
    }
}

static inline void check_all_assignments(const struct trial *trial)
{
    uint64_t in[64][MAX_VALUES];

    for (uint64_t first = 0; first < UINT64_C(1) << trial->n_in_bits; first += 64) {
        for (unsigned lane = 0; lane < 64; lane++) {
            uint64_t rest = first + lane;

            for (unsigned i = 0; i < trial->n_in; rest >>= trial->function->in[i], i++)
                in[lane][i] = low_bits(rest, trial->function->in[i]);
        }
        check_assignments(trial, in);
    }
}

static inline void check_random_assignments(const struct trial *trial)
{
    uint64_t in[64][MAX_VALUES], seed = 1;

    for (unsigned round = 0; round < N_RANDOM_ROUNDS; round++) {
        for (unsigned lane = 0; lane < 64; lane++)
            for (unsigned i = 0; i < trial->n_in; i++)
                in[lane][i] = random_value(&seed, trial->function->in[i]);
        check_assignments(trial, in);
    }
}

static inline uint64_t live_ands(const struct trial *trial)
{
    literal all[MAX_VALUES * MAX_VALUE_BITS];
    unsigned n = 0;

    for (unsigned i = 0; i < trial->n_out; i++)
        for (unsigned bit = 0; bit < trial->function->out[i]; bit++) all[n++] = trial->out[i][bit];
    return graph_count(trial->graph, all, n).n_and;
}

/** Builds the function, compares it with its reference and its ANDs with max_and (0: any number).
 *  Returns the ANDs. */
static inline uint64_t check_function(const struct function *function)
{
    struct arena arena;
    struct graph graph;
    literal in[MAX_VALUES][MAX_VALUE_BITS] = {{0}}, out[MAX_VALUES][MAX_VALUE_BITS] = {{0}};
    struct trial trial = {.function = function, .graph = &graph, .out = out};
    unsigned n_out_bits;
    uint64_t n_and;

    if (setjmp(compile_failed) != 0) ck_abort_msg("%s: compilation failed", function->name);
    arena_init(&arena, UINT64_C(1) << 30, &compile_failed);
    graph_init(&graph, &arena);
    trial.n_in = count_values(function->in, &trial.n_in_bits);
    trial.n_out = count_values(function->out, &n_out_bits);
    for (unsigned i = 0; i < trial.n_in; i++)
        for (unsigned bit = 0; bit < function->in[i]; bit++) in[i][bit] = graph_input(&graph);
    function->build(&graph, out, in, function->width);
    trial.values = calloc(graph.n_nodes, sizeof *trial.values);
    ck_assert_ptr_nonnull(trial.values);
    if (trial.n_in_bits <= EXHAUSTIVE_BITS) check_all_assignments(&trial);
    else check_random_assignments(&trial);
    n_and = live_ands(&trial);
    if (getenv("SHOW_ANDS") != NULL)
        printf("# %-28s %3u  %5llu  (at most %llu)\n", function->name, function->width,
               (unsigned long long)n_and, (unsigned long long)function->max_and);
    if (function->max_and > 0)
        ck_assert_msg(n_and <= function->max_and, "%s, width %u: %llu ANDs, at most %llu expected",
                      function->name, function->width, (unsigned long long)n_and,
                      (unsigned long long)function->max_and);
    free(trial.values);
    graph_wipe(&graph);
    arena_free(&arena);
    return n_and;
}

#endif
