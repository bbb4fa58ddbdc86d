/* What the commands of gc-nn that have a peer share: options, the connection, what a run took. */
#ifndef SOTTO_APPS_NN_PEER_H
#define SOTTO_APPS_NN_PEER_H

#include "apps/connect.h"
#include "apps/nn/command.h"
#include "apps/nn/party.h"
#include "apps/progress.h"

/** One side, from its options to the session. */
struct peer {
    struct command *command;
    struct connection connection;
    struct party_options options;
    struct progress progress;
    bool stats;
    sotto_limits limits;
    sotto_context *context;
    sotto_channel *channel;
    char who[64]; /**< the peer, once connected: its key, "psk", or "" */
};

/** Parses the options, makes the context and loads the credentials. Nothing is bound or dialled. */
int peer_prepare(struct peer *peer, struct command *command);

/** Where standard input and output are the connection, rows and answers go another way. */
int peer_check_stdio(const struct peer *peer);

/** Connects; peer_command starts the other side, for a hint. */
int peer_connect(struct peer *peer, const char *peer_command);

/** Closes the channel; the context and credentials stay for the next one. */
void peer_disconnect(struct peer *peer);

void peer_free(struct peer *peer);

/** Prints on stderr what each layer took and all of it. */
void peer_print_costs(const struct peer *peer, const struct secure *secure,
                      const struct party_cost *cost);

/** Appends the same as "stats":{...}. */
void peer_add_costs(struct buffer *out, const struct secure *secure, const struct party_cost *cost);

#endif
