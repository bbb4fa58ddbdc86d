/*
 * The end of a circuit of a mixed session whose outputs are shared bit by bit: final ANDs and the
 * free gates behind them (circuit/split.h), for the groups of a bundle of the head. Their tables
 * follow those of the bundle, filled up to a whole BUNDLE_UNIT so that pieces of the next one stay
 * whole.
 */
#ifndef SOTTO_PROTO_MIXED_FINALS_H
#define SOTTO_PROTO_MIXED_FINALS_H

#include "circuit/split.h"
#include "garble/bundle.h"
#include "garble/finals.h"

struct mixed_finals {
    struct split *split;
    struct schedule *schedule; /**< of the head */
    struct slot_gate *gates;   /**< the final ANDs, in its slots */
    struct final_memory *memories;
    uint8_t
        *colours; /**< of a group's places, then of its outputs; those of group g from g n_each */
    size_t n_each;
    size_t n_groups; /**< that there is memory for */
};

/** NULL in *finals: the circuit has none, or more than a piece of the stream is for. */
sotto_err mixed_finals_new(struct sotto_context *context, struct mixed_finals **finals,
                           const struct sotto_circuit *circuit) CHECKED;

/** Takes memory for bundles of n_groups groups. */
sotto_err mixed_finals_start(struct mixed_finals *finals, struct sotto_context *context,
                             size_t n_groups) CHECKED;
void mixed_finals_free(struct mixed_finals *finals);

/** Bytes of the tables for a bundle of n_groups groups. */
size_t mixed_finals_len(const struct mixed_finals *finals, size_t n_groups);

/** Garbles, with delta, or evaluates, with NULL, for all groups of a finished bundle. shares
 *  receives those of N_LANES instances of each group. The tweaks are taken from hash. */
sotto_err mixed_finals_garble(struct mixed_finals *finals, uint8_t *tables, uint8_t *shares,
                              struct label_hash *hash, const struct bundle *bundle,
                              const block *delta) CHECKED;
sotto_err mixed_finals_evaluate(struct mixed_finals *finals, uint8_t *shares,
                                struct label_hash *hash, const uint8_t *tables,
                                const struct bundle *bundle) CHECKED;

#endif
