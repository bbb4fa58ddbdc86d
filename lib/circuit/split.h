/*
 * A circuit in two parts, for whoever wants its outputs as shared bits only. The head has the gates
 * whose results ANDs depend on. Of the rest, which are final ANDs and the free gates behind them,
 * a garbling needs no more than the colours of labels.
 */
#ifndef SOTTO_CIRCUIT_SPLIT_H
#define SOTTO_CIRCUIT_SPLIT_H

#include "circuit/circuit.h"

struct split_gate {
    uint32_t a;
    uint32_t b;
};

/** Colours have places: those of the head's first n_seen output bits, then those of the final ANDs,
 *  then those of the free gates, which stand in an order in which they can be computed. */
struct split {
    sotto_circuit *head; /**< takes the circuit's inputs; has no digest */
    uint32_t n_seen;
    uint32_t n_finals;
    struct split_gate *finals; /**< their inputs, as numbers of output bits of the head */
    uint32_t n_free;
    struct split_gate *free_gates; /**< exclusive ors of two places */
    uint32_t n_outputs;
    uint32_t *outputs; /**< the place of each output bit of the circuit */
};

static inline uint64_t split_n_places(const struct split *split)
{
    return (uint64_t)split->n_seen + split->n_finals + split->n_free;
}

/** Linear in the circuit. SOTTO_ERR_MEMORY or SOTTO_ERR_LIMIT. */
sotto_err split_new(struct sotto_context *context, struct split **split,
                    const struct sotto_circuit *circuit) CHECKED;
void split_free(struct split *split);

#endif
