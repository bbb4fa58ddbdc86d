/*
 * The two sides of a session of gc-nn over a connection: what the model's owner offers, what the
 * data's owner asks, and the run.
 */
#ifndef SOTTO_APPS_NN_PARTY_H
#define SOTTO_APPS_NN_PARTY_H

#include "apps/nn/secure.h"

/** What the model's owner allows, told before any row is used. */
struct offer {
    bool reveals_scores;
    uint64_t max_rows; /**< in this session */
};

/** What both sides have from their command lines. */
struct party_options {
    unsigned ot_width;
    uint64_t n_threads;
    secure_progress_fn progress; /**< NULL: none */
    void *progress_user;
};

/** What a session took, besides secure.costs. */
struct party_cost {
    double setup_seconds;  /**< handshake, base OTs, the offer */
    double online_seconds; /**< from the rows to the outcome */
    uint64_t setup_sent, setup_received;
};

/** The model's owner: offers, and answers what is asked. *n_rows tells how many rows were asked, of
 *  those that were offered, even where the session fails: it may have revealed them before it did.
 *  STATUS_MISMATCH when more are asked than were offered. secure is wiped by the caller. */
int party_serve(struct report *report, struct secure *secure, struct party_cost *cost,
                uint64_t *n_rows, sotto_channel *channel, const struct offer *offer,
                const struct party_options *options);

/** The data's owner. Hears the offer and the network's description, which is then *net, the
 *  caller's to free with net_free(). The session goes on with party_ask(). */
int party_hear(struct report *report, struct secure *secure, struct party_cost *cost,
               struct net *net, struct offer *offer, sotto_context *context, sotto_channel *channel,
               const struct party_options *options);

/** Has n_rows rows of inputs answered, and ends the session: labels or scores as in
 *  secure_run(). */
int party_ask(struct report *report, struct secure *secure, struct party_cost *cost,
              uint64_t *labels, int64_t *scores, const uint8_t *inputs, uint64_t n_rows);

/** Ends the session, whatever its state, and frees what it holds. */
void party_close(struct secure *secure);

#endif
