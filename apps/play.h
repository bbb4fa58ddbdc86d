/* Running the protocol: one party over a connection, or both as two processes on this machine. */
#ifndef SOTTO_APPS_PLAY_H
#define SOTTO_APPS_PLAY_H

#include "connect.h"
#include "inputs.h"
#include "program.h"

/** Room for what sotto_channel_peer() says. */
#define PEER_SIZE 64

/** A party of a run. */
struct play {
    const struct program *program;
    const struct inputs *inputs; /**< of this party */
    sotto_session_options options;
    uint64_t max_memory;      /**< bytes that the outputs' bits may take */
    const char *peer_command; /**< that starts the other party, for a hint */

    uint8_t *outputs; /**< all instances; NULL until the run has succeeded, or when not learnt */
    size_t outputs_len;
    sotto_session_stats stats;
    char peer[PEER_SIZE];
};

bool play_learns(const sotto_session_options *options);

/** Makes the session and, unless dry_run, connects and runs it. */
int play_party(struct report *report, sotto_context *context, struct play *play,
               struct connection *connection, bool dry_run);

/** Runs garbler and evaluator as this process and a child of it, over loopback TCP and TLS with
 *  throw-away keys. both holds the inputs of either and is wiped; play->inputs and the role are not
 * used. The outputs are the garbler's or, when only the evaluator learns them, the evaluator's. */
int play_local(struct report *report, sotto_context *context, struct play *play,
               struct inputs *both, const sotto_limits *limits, bool dry_run);

void play_free(struct play *play);

#endif
