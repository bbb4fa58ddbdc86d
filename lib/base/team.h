/*
 * A few threads that share the tasks of a loop: those who wait spin for a moment before they sleep,
 * since the next loop mostly comes soon. One owner; tasks must not fail.
 */
#ifndef SOTTO_BASE_TEAM_H
#define SOTTO_BASE_TEAM_H

#include <stdint.h>

#define TEAM_MAX_THREADS 64

struct team;

/** A team of n_threads, the calling one included. As many as can be started make do: NULL stands
 *  for the calling thread alone. */
struct team *team_new(uint64_t n_threads);
void team_free(struct team *team);

/** Threads that it has; 1 for NULL. */
uint64_t team_size(const struct team *team);

/** Calls task(argument, i) once for every i below n, in any order, on all threads; returns when the
 *  last has returned. team may be NULL. */
typedef void (*team_fn)(void *argument, uint64_t i);
void team_run(struct team *team, team_fn task, void *argument, uint64_t n);

/** Binds every thread, the owner too, to a processor of its own of those that the owner may use, in
 *  their order; threads beyond their number begin anew. A wish: a system that refuses does without.
 *  The owner is let go by team_free(). */
void team_pin(struct team *team);

/** From now on adds up the processor seconds that each thread spends in tasks. */
void team_measure(struct team *team);

/** Those of thread number i, 0 being the owner, while no loop runs. */
double team_seconds(const struct team *team, uint64_t i);

/** Between two looks at what another thread is to change, the n_looks-th: spins at first, then
 * gives the processor away. Tasks may wait so for each other when there are no more than threads.
 */
void team_relax(unsigned n_looks);

#endif
