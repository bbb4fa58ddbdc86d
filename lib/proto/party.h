/*
 * The two parties of a run, garbler.c and evaluator.c, and what they have in common, party.c and
 * gates.c. A party is made before the peer is reached, so that what needs no peer is done by then,
 * and runs once.
 */
#ifndef SOTTO_PROTO_PARTY_H
#define SOTTO_PROTO_PARTY_H

#include "crypto/block.h"
#include "garble/garble.h"
#include "net/wire.h"
#include "ot/base.h"
#include "proto/plan.h"
#include "proto/stream.h"

/** A run in progress, as its session sees it. */
struct run {
    struct sotto_context *context;
    const struct plan *plan;
    struct wire *wire;
    uint8_t session_id[SESSION_ID_LEN];
    struct extension_terms ot; /* set by ot_choose() */
    const uint8_t *inputs;     /* this party's input bits, as in sotto_session_run(); secret */
    uint8_t *results;          /* all output bits; unused by a party that learns nothing */
    sotto_progress_fn progress;
    void *progress_user;
    double first_table; /* when the gates began, in seconds on the monotonic clock; 0 before */
    uint64_t n_and;     /* ANDs done */
};

struct garbler;
struct evaluator;

/** Draws delta and the label seed, computes the fixed-base part of the base OTs, takes memory. */
sotto_err garbler_new(struct sotto_context *context, struct garbler **garbler,
                      const struct plan *plan) CHECKED;
/** From the first frame after the hello to the last before DONE. */
sotto_err garbler_run(struct garbler *garbler, struct run *run) CHECKED;
/** Wipes delta, seeds and labels. */
void garbler_free(struct garbler *garbler);

sotto_err evaluator_new(struct sotto_context *context, struct evaluator **evaluator,
                        const struct plan *plan) CHECKED;
sotto_err evaluator_run(struct evaluator *evaluator, struct run *run) CHECKED;
void evaluator_free(struct evaluator *evaluator);

/** Seconds on the monotonic clock. */
double monotonic_seconds(void);

/** Calls the progress callback, and marks the start of the gates. */
void run_report(struct run *run, sotto_phase phase);

/** What both parties hold: labels (zero-labels at the garbler, active ones at the evaluator), a
 *  frame, and the colours of a window's outputs. */
struct party {
    const struct plan *plan;
    struct engine engine;
    struct bundle bundle; /* where instances run side by side */
    struct team *team;    /* NULL: the calling thread hashes alone */
    block *inputs;        /* of one instance's input bits */
    block *lane_inputs;   /* the same for each group of the bundle */
    block *rows; /* of a window's evaluator inputs, from the OT extension; of all without */
    uint64_t n_rows;
    struct stream stream;
    uint8_t *frame;   /* room for a header, then payload */
    uint8_t *payload; /* FRAME_MAX_LEN bytes, aligned for the kernels' stores */
    uint8_t *colours; /* of this party's output labels, one bit each, packed */
    uint8_t *peer_colours;
    uint64_t n_colours;
};

sotto_err party_init(struct party *party, struct sotto_context *context,
                     const struct plan *plan) CHECKED;
void party_wipe(struct party *party);

/** Makes the engine, with the session's hash start point. delta is NULL for the evaluator. */
sotto_err party_start(struct party *party, const struct run *run, const block *delta) CHECKED;

/** Rows of instance number i of the window that starts at instance first. Without an extension
 * there are no more than the first block that a window has room for, and all are there from the
 * start. */
const block *party_rows(const struct party *party, uint64_t first, uint64_t i);

/** Where labels of inputs come from, of instance number first and those behind it: the garbler's
 *  from the seed, the evaluator's from its rows. own_bits are the garbler's input bits, by which
 *  its zero-labels differ from the expanded ones; unused when the engine has no delta. */
struct party_inputs {
    uint64_t first;
    const block *seed;
    const block *rows;
    const uint8_t *own_bits;
};

/** Fills inputs for the first of the instances. */
void party_collect_inputs(struct party *party, const struct party_inputs *inputs);

/** Starts round number round of an instance: chains outputs to inputs but in the first, fills the
 *  input slots and begins the pass. */
void party_begin_round(struct party *party, struct schedule_source *source, uint64_t round);

/** Appends the colours of one instance's output labels. */
void party_append_outputs(struct party *party);

/** Begins n_groups groups of N_LANES instances each. */
sotto_err party_begin_bundle(struct party *party, const struct party_inputs *inputs,
                             size_t n_groups) CHECKED;

/** Appends the colours of their output labels. */
void party_append_bundle(struct party *party);

/** Exchanges the window's colours as the reveal policy says and decodes the results of the window
 *  that starts at instance first. */
sotto_err party_exchange_outputs(struct party *party, struct run *run, uint64_t first) CHECKED;

/** All of the window that starts at instance first but its choices: the gates, garbled by the party
 *  whose engine has delta and evaluated by the other, and the outputs. seed is that of the labels
 *  of the garbler's inputs. */
sotto_err party_run_window(struct party *party, struct run *run, uint64_t first,
                           const block *seed) CHECKED;

#endif
