/*
 * Threads that garble or evaluate one instance together: each has some strands of a wide schedule,
 * whose labels stay in its cache, and writes the tables of its turns straight to their place. Sans
 * I/O. The tables are those of a single thread.
 */
#ifndef SOTTO_GARBLE_CREW_H
#define SOTTO_GARBLE_CREW_H

#include "base/team.h"
#include "circuit/schedule.h"
#include "garble/garble.h"

#include <stdatomic.h>

/** A thread's place in the schedule. What one writes shares no cache line with the next. */
struct crew_member {
    struct engine engine; /* whose source is a turn; the labels are those of all */
    struct schedule_source source;
    uint64_t turn; /* the one at hand, or the next */
    uint64_t and_at;
    bool has_begun;    /* the turn at hand */
    bool has_failed;   /* in this pass */
    atomic_uint round; /* all turns of the thread before this round are done */
} __attribute__((aligned(128)));

struct crew {
    const struct schedule *schedule;
    struct sotto_context *context;
    struct team *team;
    struct crew_member *members;
    uint32_t n_members;
    uint64_t and_at; /* ANDs of the pass that are done */
    /* The stretch at hand. */
    uint8_t *garbled;
    const uint8_t *received;
    uint64_t end;    /* the AND behind it */
    uint64_t offset; /* from ANDs of the pass to the numbers that their tweaks follow from */
};

/** For a team of two or more and a schedule with turns. */
sotto_err crew_new(struct crew **crew, struct sotto_context *context,
                   const struct schedule *schedule, struct team *team) CHECKED;
void crew_free(struct crew *crew);

/** Starts a pass with the labels, hash and kernels of this engine. */
void crew_begin(struct crew *crew, const struct engine *engine);

/** The next n ANDs of the pass, numbers first and on: their tables go to garbled, or come from
 *  received when that is NULL. SOTTO_ERR_LIMIT when the tweaks run out; then the pass is over, and
 *  what it has made is worth nothing. */
sotto_err crew_run(struct crew *crew, uint8_t *garbled, const uint8_t *received, uint64_t n,
                   uint64_t first) CHECKED;

#endif
