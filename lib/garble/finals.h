/*
 * Final ANDs of N_LANES instances: those whose results are shared bit by bit and go into no other
 * AND, so that of their results only colours are needed. Half-gates are hashes, exclusive ors and
 * selections by colours, and the latter two act on each bit of a label alone: the lowest bits of
 * the tables are all that it takes to know the lowest bits of the results. Sans I/O.
 */
#ifndef SOTTO_GARBLE_FINALS_H
#define SOTTO_GARBLE_FINALS_H

#include "garble/kernels.h"

/* Bytes of a final AND of N_LANES instances: a bit of each T_G, then a bit of each T_E. */
#define FINAL_LEN 2

/** What a thread works with; aligned so that no two share a cache line. Secret. */
struct final_memory {
    struct narrow_keys keys;
    block labels[3 * N_NARROW * N_LANES]; /* inputs a, inputs b, results */
    block tables[2 * N_NARROW * N_LANES];
} __attribute__((aligned(128)));

/** Garbles n ANDs, whose inputs are in slots gates[k].a and gates[k].b of labels in lanes: makes
 *  FINAL_LEN n bytes of tables, and the results' colours, a byte of N_LANES bits each. AND number k
 *  uses tweaks 2(first + k) and 2(first + k) + 1 under start. */
void finals_garble(struct final_memory *memory, uint8_t *tables, uint8_t *colours,
                   const block *labels, const struct slot_gate *gates, size_t n, const block *delta,
                   const block *start, uint64_t first);

/** The evaluator's side: labels are the active ones. */
void finals_evaluate(struct final_memory *memory, uint8_t *colours, const uint8_t *tables,
                     const block *labels, const struct slot_gate *gates, size_t n,
                     const block *start, uint64_t first);

#endif
