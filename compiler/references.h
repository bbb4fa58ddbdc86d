/*
 * How often each node of a graph that is being rebuilt is read, by live nodes and by whoever holds
 * it. A node that nobody reads is dead and does not read its operands; it may come back to life.
 */
#ifndef SOTTO_COMPILER_REFERENCES_H
#define SOTTO_COMPILER_REFERENCES_H

#include "compiler/graph.h"

struct references {
    const struct graph *graph;
    struct graph *owner; /* of the memory */
    uint32_t *counts;    /* of each node */
    uint64_t capacity;
    uint32_t *stack;
    uint64_t stack_capacity;
};

/** Live gates that a change makes or leaves dead. */
struct gate_change {
    uint32_t n_and;
    uint32_t n_xor;
};

void references_init(struct references *refs, const struct graph *graph, struct graph *owner,
                     uint64_t n_expected);

/** Adds or takes n references of a node; tells the gates that come to life or die by it. */
struct gate_change references_add(struct references *refs, uint32_t node, uint32_t n);
struct gate_change references_drop(struct references *refs, uint32_t node, uint32_t n);

#endif
