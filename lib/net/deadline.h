/*
 * Time limits of a channel and the one place where it waits. Three limits run side by side: the
 * channel's whole life, the present phase (connecting, the TLS handshake, the farewell), and the
 * peer's silence. Times are milliseconds of the monotonic clock.
 */
#ifndef SOTTO_NET_DEADLINE_H
#define SOTTO_NET_DEADLINE_H

#include "base/error.h"

#include <poll.h>

#define DEADLINE_NEVER UINT64_MAX

struct deadline {
    uint64_t max_time;  /* length of the life, for messages */
    uint64_t life_end;  /* DEADLINE_NEVER: no limit */
    uint64_t phase_end; /* likewise */
    uint64_t idle;      /* silence allowed once the peer is there; 0 before that */
    uint64_t idle_end;  /* likewise DEADLINE_NEVER */
};

uint64_t clock_now(void);

/** Starts the life of max_time milliseconds, 0 for no limit; no phase and no idle limit yet. */
void deadline_start(struct deadline *deadline, uint64_t max_time);

/** Begins a phase that may last so long; DEADLINE_NEVER for any time. */
void deadline_phase(struct deadline *deadline, uint64_t duration);

/** Limits the peer's silence from now on. */
void deadline_set_idle(struct deadline *deadline, uint64_t idle);

/** A byte was moved, or a wait for the peer begins: its silence is counted from now. Every byte is
 *  a sign of life, so a peer that drips is bounded by the life and the phase alone. */
void deadline_alive(struct deadline *deadline);

/** Whether the phase's time is over, so that a caller can tell in its own words. */
bool deadline_phase_over(const struct deadline *deadline);

/** SOTTO_ERR_TIMEOUT once the life is over: for streams that move without ever waiting. */
sotto_err deadline_check_life(struct sotto_context *context,
                              const struct deadline *deadline) CHECKED;

#define DEADLINE_MAX_FDS 8

/** Waits until poll() has something to tell about fds, at most DEADLINE_MAX_FDS of them.
 *  SOTTO_ERR_TIMEOUT or SOTTO_ERR_INTERRUPTED otherwise. n_fds may be 0: sleeps. */
sotto_err deadline_wait(struct sotto_context *context, const struct deadline *deadline,
                        struct pollfd *fds, size_t n_fds) CHECKED;

#define DURATION_TEXT_SIZE 32

/** Writes a duration for people: "60 s", "250 ms". Returns out. */
const char *duration_text(char out[DURATION_TEXT_SIZE], uint64_t milliseconds);

#endif
