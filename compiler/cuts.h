/*
 * Cuts of the nodes of a gate graph: at most six nodes, the leaves, through which every path from
 * the inputs to the node leads, with the node's function of them. A node keeps its most promising
 * cuts only (Mishchenko, Cho, Chatterjee and Brayton, "Combinational and sequential mapping with
 * priority cuts", ICCAD 2007), and the newest nodes only keep any, so that memory is bounded.
 */
#ifndef SOTTO_COMPILER_CUTS_H
#define SOTTO_COMPILER_CUTS_H

#include "compiler/graph.h"
#include "compiler/truth.h"

#define CUT_LEAVES TRUTH_MAX_VARIABLES
#define CUTS_MAX 16

struct cut {
    uint64_t table;
    uint64_t mask;               /* a bit for each leaf, by hash */
    uint32_t leaves[CUT_LEAVES]; /* nodes, ascending */
    uint16_t n_ands;             /* between leaves and node, at most: shared ones count twice */
    uint8_t n_leaves;
};

struct cut_set {
    struct cut cuts[CUTS_MAX]; /* without the node itself alone */
    uint32_t node;             /* whose they are; 0: nobody's */
    uint32_t n_cuts;
};

struct cuts {
    const struct graph *graph;
    struct cut_set *sets;
    uint32_t n_sets;     /* a power of two */
    uint32_t n_kept;     /* cuts of each node */
    uint32_t max_leaves; /* 2 to CUT_LEAVES */
    uint32_t n_done;     /* nodes that have had their cuts made */
};

/** Cuts of graph's nodes, in the scratch of owner; sizes follow the number of nodes expected. */
void cuts_init(struct cuts *cuts, const struct graph *graph, struct graph *owner,
               uint64_t n_expected, unsigned max_leaves);

/** Makes the cuts of the nodes added since the last call. */
void cuts_update(struct cuts *cuts);

/** NULL when the node's are not kept. */
static inline const struct cut_set *cuts_of(const struct cuts *cuts, uint32_t node)
{
    const struct cut_set *set = &cuts->sets[node & (cuts->n_sets - 1)];

    return set->node == node ? set : NULL;
}

#endif
