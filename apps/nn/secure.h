/*
 * A quantised network between two parties, step by step (PROTOCOL in sotto-nn(7)): the model's
 * owner garbles and has the weights, the data's owner evaluates and has the rows. Activations are
 * garbled wires; a linear step projects them to shares, to which the owner adds the bias; a circuit
 * takes the shares to the next activations. The outcome is that of net_run_integer(), bit for bit,
 * and only the data's owner learns it.
 */
#ifndef SOTTO_APPS_NN_SECURE_H
#define SOTTO_APPS_NN_SECURE_H

#include "apps/nn/layer.h"
#include "apps/nn/net.h"
#include "apps/progress.h"

#include "sotto-share.h"

/** What a step took at this party; times are from the step's start to its end. */
struct step_cost {
    double seconds;
    uint64_t bytes_sent, bytes_received;
};

/** Told before each layer of a batch, while it runs, and when all is done; parts of a layer are
 *  the values that are projected and the circuits that are run. */
typedef void (*secure_progress_fn)(void *user, const struct rows_progress *rows);

struct secure {
    sotto_context *context;
    sotto_channel *channel;
    sotto_mixed *mixed;
    const struct net *net; /**< the evaluator's has no weights and no biases */
    bool garbles;
    bool reveals_scores;  /**< both must agree: what the evaluator learns is scores, not labels */
    struct layer *layers; /**< one for each step */
    struct step_cost *costs;     /**< of all runs so far: inputs, then one for each step */
    secure_progress_fn progress; /**< NULL: none; set by the caller, as its user is */
    void *progress_user;
    struct rows_progress place; /**< where the run is */
};

/** Compiles the circuits; needs no peer. The caller sets mixed and channel before the first run. */
int secure_init(struct report *report, struct secure *secure, sotto_context *context,
                const struct net *net, sotto_role role, bool reveals_scores);
void secure_wipe(struct secure *secure);

/** What the mixed session is to tell its progress to; user is the struct secure. */
void secure_hear_progress(void *user, uint64_t n_done, uint64_t n_all);

/** Rows that are best run together: as many as memory is meant for. */
uint64_t secure_batch(const struct net *net);

/** Runs n_rows rows of net->n_inputs inputs each; NULL at the garbler. One of labels and scores, by
 *  reveals_scores, receives the outcome of every row, at the evaluator; NULL at the garbler. */
int secure_run(struct report *report, struct secure *secure, uint64_t *labels, int64_t *scores,
               const uint8_t *inputs, uint64_t n_rows);

#endif
