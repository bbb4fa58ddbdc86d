/* Time limits and waiting; see deadline.h. */
#include "net/deadline.h"

#include "base/checked.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

uint64_t clock_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static uint64_t after(uint64_t duration)
{
    uint64_t end;

    return add_u64(&end, clock_now(), duration) ? end : DEADLINE_NEVER;
}

void deadline_start(struct deadline *deadline, uint64_t max_time)
{
    deadline->max_time = max_time;
    deadline->life_end = max_time > 0 ? after(max_time) : DEADLINE_NEVER;
    deadline->phase_end = DEADLINE_NEVER;
    deadline->idle = 0;
    deadline->idle_end = DEADLINE_NEVER;
}

void deadline_phase(struct deadline *deadline, uint64_t duration)
{
    deadline->phase_end = after(duration);
}

void deadline_set_idle(struct deadline *deadline, uint64_t idle)
{
    deadline->idle = idle;
    deadline_alive(deadline);
}

void deadline_alive(struct deadline *deadline)
{
    deadline->idle_end = deadline->idle > 0 ? after(deadline->idle) : DEADLINE_NEVER;
}

bool deadline_phase_over(const struct deadline *deadline)
{
    return clock_now() >= deadline->phase_end;
}

static uint64_t first_end(const struct deadline *deadline)
{
    uint64_t end = deadline->life_end;

    if (deadline->phase_end < end) end = deadline->phase_end;
    if (deadline->idle_end < end) end = deadline->idle_end;
    return end;
}

static sotto_err fail_timeout(struct sotto_context *context, const struct deadline *deadline)
{
    char text[DURATION_TEXT_SIZE];
    uint64_t now = clock_now();

    if (now >= deadline->life_end) {
        return fail(context, SOTTO_ERR_TIMEOUT, "the time limit of %s is over",
                    duration_text(text, deadline->max_time));
    }
    if (now >= deadline->idle_end) {
        return fail(context, SOTTO_ERR_TIMEOUT, "no sign of life from the peer for %s",
                    duration_text(text, deadline->idle));
    }
    return fail(context, SOTTO_ERR_TIMEOUT, "timed out waiting for the peer");
}

sotto_err deadline_check_life(struct sotto_context *context, const struct deadline *deadline)
{
    if (deadline->life_end == DEADLINE_NEVER || clock_now() < deadline->life_end) return SOTTO_OK;
    return fail_timeout(context, deadline);
}

/* Milliseconds until end for poll(), which cannot wait longer than 2^31 at once. */
static int poll_time(uint64_t end)
{
    uint64_t now = clock_now();

    if (end == DEADLINE_NEVER) return -1;
    if (end <= now) return 0;
    return end - now < INT32_MAX ? (int)(end - now) : INT32_MAX;
}

sotto_err deadline_wait(struct sotto_context *context, const struct deadline *deadline,
                        struct pollfd *fds, size_t n_fds)
{
    struct pollfd all[DEADLINE_MAX_FDS + 1];
    uint64_t end = first_end(deadline);
    int n_ready;

    if (n_fds > DEADLINE_MAX_FDS) return fail(context, SOTTO_ERR_INTERNAL, "too many descriptors");
    all[0] = (struct pollfd){.fd = context->wake_read, .events = POLLIN};
    if (n_fds > 0) memcpy(all + 1, fds, n_fds * sizeof *fds);
    for (;;) {
        sotto_err err;

        n_ready = poll(all, n_fds + 1, poll_time(end));
        err = check_interrupt(context);
        if (err != SOTTO_OK) return err;
        if (n_ready > 0) break;
        if (n_ready < 0 && errno != EINTR) {
            return fail(context, SOTTO_ERR_INTERNAL, "poll: %s", strerror(errno));
        }
        if (clock_now() >= end) return fail_timeout(context, deadline);
    }
    if (n_fds > 0) memcpy(fds, all + 1, n_fds * sizeof *fds);
    return SOTTO_OK;
}

const char *duration_text(char out[DURATION_TEXT_SIZE], uint64_t milliseconds)
{
    if (milliseconds % 1000 == 0) {
        snprintf(out, DURATION_TEXT_SIZE, "%" PRIu64 " s", milliseconds / 1000);
    } else {
        snprintf(out, DURATION_TEXT_SIZE, "%" PRIu64 " ms", milliseconds);
    }
    return out;
}
