/*
 * Passes over the gate graph: each makes a new graph with the same outputs. Which of them run is a
 * matter of the level of optimisation and of what the user switches off; their order is fixed, and
 * so is the result, byte for byte: effort is counted in steps, never in time.
 */
#ifndef SOTTO_COMPILER_PASS_H
#define SOTTO_COMPILER_PASS_H

#include "compiler/graph.h"

/** Rebuilds in to, an empty graph, what the outputs depend on in from and all inputs, and renames
 *  the outputs. False when there is nothing to do: to is still empty and the outputs what they
 *  were. */
typedef bool (*pass_fn)(struct graph *to, struct graph *from, literal *outputs, uint64_t n_outputs);

struct pass {
    const char *name;
    const char *summary;
    pass_fn run;  /* NULL: part of the front end or of the graph itself */
    int level;    /* the lowest at which it runs */
    bool repeats; /* as long as the ANDs get fewer */
};

#define PASS_MAX_LEVEL 2

/** The first two are not of this file: simplification of words, and that equal gates are one. */
enum { PASS_FOLD, PASS_HASH };

/** In a set: the outputs are evaluated on random inputs before and after each pass, and a
 *  difference is SOTTO_ERR_INTERNAL. */
#define PASS_CHECKED (UINT64_C(1) << 63)

/** All passes in the order in which they run; *n is their number. */
const struct pass *pass_list(unsigned *n);

/** The passes of a level, bit i for pass i. */
uint64_t pass_set_of_level(int level);

/** Bit of the pass of this name; 0 when there is none. */
uint64_t pass_by_name(const char *name);

static inline bool pass_is_on(uint64_t set, unsigned pass)
{
    return (set >> pass & 1) != 0;
}

/** Runs the passes of a set on a graph. Jumps like the graph when memory runs out. */
void pass_run(struct graph *graph, literal *outputs, uint64_t n_outputs, uint64_t set);

/* The passes; what each does is said in its file. */
bool pass_dead(struct graph *to, struct graph *from, literal *outputs, uint64_t n_outputs);
bool pass_forms(struct graph *to, struct graph *from, literal *outputs, uint64_t n_outputs);
bool pass_cuts(struct graph *to, struct graph *from, literal *outputs, uint64_t n_outputs);
bool pass_pairs(struct graph *to, struct graph *from, literal *outputs, uint64_t n_outputs);

#endif
