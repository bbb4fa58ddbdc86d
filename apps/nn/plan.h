/*
 * What a secure run of a quantised network does and sends, worked out from its public description
 * alone: both parties make the same plan, and the protocol follows it step by step.
 *
 * The run. Activations are garbled wires: activation i has activation_bits(net, i) of them, bit 0
 * first, all of them unsigned. The data owner (evaluator) gets the labels of the inputs by one
 * correlated OT a bit, n_input_cots in all. Then for each plan_step in order:
 *
 *   linear step   For each term, for each element with source s > 0, for each bit j below
 *                 plan_bits(): the projection of bit j of activation s - 1, a column of
 *                 m = term_column() entries of ring - j bits each, packed without gaps and filled
 * up to a whole byte: plan_column_len() bytes of corrections from the model owner (garbler) to the
 * data owner. The entries hold weight mod 2^(ring - j); the share gets them times 2^j. The parties'
 * shares of a row are the sums of what the columns give them, the model owner adds the bias, all
 * modulo 2^ring. its circuit   One circuit for each row (PLAN_RELU, PLAN_LEAKY, PLAN_SQUARE,
 * PLAN_SIGN), or one for all rows (PLAN_ARGMAX). Inputs: the model owner's share, ring bits, and
 * the data owner's, ring bits by one correlated OT each (n_cots in all). The sum of the two modulo
 * 2^ring is the accumulator a in two's complement, rounding included; the outputs are the bits of
 * step_activate(a), which are activations first + row. PLAN_SIGN gives 1 for a > 0; PLAN_ARGMAX the
 * index of the greatest row, the lowest among equals, in index_bits() bits (layer.h). PLAN_SCORES
 * has no circuit: the model owner sends its share of each row, ring bits each, packed. max-pool One
 * circuit of two-input maxima for each row, on the wires of the activations that it pools; it needs
 * no message but its tables and takes no round trip.
 *
 * Byte counts are of contents: frames and TLS come on top. A round trip begins where the data owner
 * sends choices for its shares (or, first, its inputs) and waits for what depends on them.
 */
#ifndef SOTTO_APPS_NN_PLAN_H
#define SOTTO_APPS_NN_PLAN_H

#include "apps/nn/layer.h"
#include "apps/nn/net.h"

enum plan_circuit {
    PLAN_RELU,
    PLAN_LEAKY,
    PLAN_SQUARE,
    PLAN_MAX,    /**< of a max-pool */
    PLAN_ARGMAX, /**< reveals a label */
    PLAN_SIGN,   /**< reveals the label of a single score */
    PLAN_SCORES  /**< reveals all scores */
};

/** What the data owner learns. */
enum plan_reveal { PLAN_REVEAL_LABEL, PLAN_REVEAL_SCORES };

/** Bytes of the two labels' worth that a garbled AND sends (half-gates). */
#define PLAN_AND_LEN 32
/** Width of the OT extension unless the parties say otherwise: SoftSpokenOT, which hashes about as
 *  fast as IKNP sends. */
#define PLAN_OT_WIDTH 4
/** Bytes that the data owner sends for a correlated OT of that width. */
#define PLAN_COT_LEN (16 / PLAN_OT_WIDTH)
/** They come in blocks. */
#define PLAN_COT_BLOCK 128

struct plan_step {
    const struct step *step; /**< its ring, shift, terms... */
    enum plan_circuit circuit;
    uint64_t n_circuits;     /**< rows, or 1 for PLAN_ARGMAX */
    uint64_t n_products;     /**< of an activation and a weight */
    uint64_t n_columns;      /**< label hashes with a tweak each: bits of activations met */
    uint64_t n_pad_blocks;   /**< blocks of 16 bytes that one pad of every column takes */
    uint64_t correction_len; /**< garbler to evaluator */
    uint64_t n_cots;         /**< for the evaluator's shares */
    uint64_t n_and;          /**< of all its circuits */
    uint64_t share_len;      /**< PLAN_SCORES: the garbler's shares */
};

struct plan {
    const struct net *net;
    enum plan_reveal reveal;
    struct plan_step *steps; /**< one for each of the net's */
    size_t n_steps;
    uint64_t n_input_cots;
    uint64_t n_cots; /**< with those of inputs */
    uint64_t n_and;
    uint64_t garbler_len;   /**< corrections, tables, shares and output bits' decoding */
    uint64_t evaluator_len; /**< correlated OTs of that width */
    uint64_t n_rounds;      /**< round trips, the first for the inputs */
};

/** Plans a run for one row. net may be a description without secrets, and outlives the plan. */
int plan_make(struct report *report, struct plan *plan, const struct net *net,
              enum plan_reveal reveal);
void plan_free(struct plan *plan);

/** Bits of an activation that meet accumulators of so many bits: higher ones are worth a multiple
 * of 2^ring. */
static inline unsigned plan_bits(const struct net *net, uint64_t activation, unsigned ring)
{
    return activation_bits(net, activation) < ring ? activation_bits(net, activation) : ring;
}

/** Bytes of the corrections for bit j of an activation whose column has n_entries. */
static inline uint64_t plan_column_len(uint64_t n_entries, unsigned ring, unsigned j)
{
    return (n_entries * (ring - j) + 7) / 8;
}

/** The circuit of a linear step, where it has one: at the end, that of a label. */
struct layer_shape plan_layer_shape(const struct net *net, size_t number);

/** Seconds that a run takes on a link, connection and base OTs included, as a prediction. */
double plan_seconds(const struct plan *plan, double bits_per_second, double rtt_seconds);

/** "relu", "argmax"... */
const char *plan_circuit_name(enum plan_circuit circuit);

#endif
