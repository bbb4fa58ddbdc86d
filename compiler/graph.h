/*
 * The gate graph: ANDs and XORs over input bits with complemented edges. Equal gates are one node,
 * constants are folded and a few identities applied while gates are added, so that what a generator
 * builds twice costs once. Only ANDs cost anything in a garbled circuit.
 *
 * A literal is twice a node's number, plus one for its complement; operands are made before the
 * nodes that read them. The order of calls alone decides the numbers: the same program always gives
 * the same graph. A graph that cannot grow jumps to its arena's on_error; its owner, who made it
 * outside that jump, frees it with graph_wipe().
 */
#ifndef SOTTO_COMPILER_GRAPH_H
#define SOTTO_COMPILER_GRAPH_H

#include "compiler/arena.h"

#include <stdbool.h>
#include <stdint.h>

typedef uint32_t literal;

#define LIT_FALSE UINT32_C(0)
#define LIT_TRUE UINT32_C(1)

#define GRAPH_MAX_NODES (UINT32_C(1) << 31)

/* An AND has a < b. A XOR has a > b, and complements of neither: they are moved to its output.
 * An input has a == b == its number. Node 0 is the constant false. */
struct graph_node {
    literal a;
    literal b;
};

struct scratch_block;
struct column_bit;

struct graph {
    struct arena *arena;
    struct graph_node *nodes;
    uint32_t *table; /* node of each hash slot; 0: free */
    uint64_t capacity;
    uint64_t table_size; /* a power of two */
    uint32_t n_nodes;
    uint32_t n_inputs; /* the nodes 1 .. n_inputs */
    uint32_t n_gates;  /* ANDs and XORs */
    struct scratch_block *scratch;
    struct column_bit *free_bits; /* see sums.h */
    struct graph *trial;          /* of graph_trial() */
    bool plain;                   /* constants alone are folded, equal gates stay apart */
    uint32_t *positions;          /* of each node, when track_positions: see word.h */
    uint32_t position;            /* given to the nodes made from now on */
    bool track_positions;         /* set before the first node */
};

static inline literal lit_not(literal a)
{
    return a ^ 1;
}
static inline uint32_t lit_node(literal a)
{
    return a >> 1;
}
static inline bool lit_is_constant(literal a)
{
    return a <= LIT_TRUE;
}
static inline literal lit_constant(bool value)
{
    return value ? LIT_TRUE : LIT_FALSE;
}

/** An empty graph; takes no memory yet. */
void graph_init(struct graph *graph, struct arena *arena);
void graph_wipe(struct graph *graph);

/** An empty graph for trying something out; wiped with its owner if not before. One at a time. */
struct graph *graph_trial(struct graph *owner);

/** What copy is given from now on comes from where this node of graph does. */
static inline void graph_follow(struct graph *copy, const struct graph *graph, uint32_t node)
{
    if (graph->track_positions) copy->position = graph->positions[node];
}

/** Puts what was tried in the owner's place. */
void graph_take_trial(struct graph *owner);

/** The next input bit. All inputs come before the first gate. */
literal graph_input(struct graph *graph);

literal graph_and(struct graph *graph, literal a, literal b);
literal graph_xor(struct graph *graph, literal a, literal b);
literal graph_or(struct graph *graph, literal a, literal b);
/** condition ? a : b, for one AND. */
literal graph_mux(struct graph *graph, literal condition, literal a, literal b);
/** The carry of a + b + c, for one AND. */
literal graph_majority(struct graph *graph, literal a, literal b, literal c);

static inline bool graph_is_input(const struct graph *graph, uint32_t node)
{
    return node > 0 && node <= graph->n_inputs;
}
static inline bool graph_is_and(const struct graph *graph, uint32_t node)
{
    return graph->nodes[node].a < graph->nodes[node].b;
}
static inline bool graph_is_xor(const struct graph *graph, uint32_t node)
{
    return graph->nodes[node].a > graph->nodes[node].b;
}

/** The gates that the outputs depend on. */
struct graph_count {
    uint64_t n_and;
    uint64_t n_xor;
    uint64_t and_depth;
};
struct graph_count graph_count(struct graph *graph, const literal *outputs, uint64_t n_outputs);

/** Marks the nodes that the outputs depend on with 1, all others with 0; marks holds n_nodes. */
void graph_mark_live(const struct graph *graph, uint8_t *marks, const literal *outputs,
                     uint64_t n_outputs);

/** Counts how often each node is read, by nodes that the outputs depend on and as an output: none
 *  reads a dead node. reads holds n_nodes zeros. */
void graph_count_reads(const struct graph *graph, uint32_t *reads, const literal *outputs,
                       uint64_t n_outputs);

/** Builds in *copy, an empty graph, the gates that the outputs depend on and all inputs, and
 *  renames the outputs. Positions go along when both graphs track them. */
void graph_copy_live(struct graph *copy, struct graph *graph, literal *outputs, uint64_t n_outputs);

/** Evaluates every node on 64 assignments at once: values holds n_nodes words, those of the inputs
 *  (values[1] ...) are given. */
void graph_simulate(const struct graph *graph, uint64_t *values);
static inline uint64_t graph_value(const uint64_t *values, literal a)
{
    return values[lit_node(a)] ^ (0 - (uint64_t)(a & 1));
}

/* --------------------------------------------------------------------------------- scratch -- */

/** Short-lived memory for generators, released in the order of a stack. */
struct scratch_mark {
    struct scratch_block *block;
    uint64_t n_used;
};
struct scratch_mark graph_scratch_mark(const struct graph *graph);
void graph_scratch_release(struct graph *graph, struct scratch_mark mark);

/** n literals, all LIT_FALSE, until the mark before is released. Aligned for 64-bit words. */
literal *graph_scratch(struct graph *graph, uint64_t n) __attribute__((returns_nonnull));

/** Reports a failure to whoever compiles. Does not return. */
_Noreturn void graph_fail(struct graph *graph, int err);

#endif
