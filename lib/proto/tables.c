/* The stream of garbled tables; see tables.h. */
#include "proto/tables.h"

#include "base/checked.h"
#include "base/memory.h"
#include "proto/party.h"

#include <pthread.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

/* Frames on their way between the two threads; shorter streams do without a thread. */
#define N_FRAMES 4
#define THREAD_MIN_LEN (4 * (uint64_t)FRAME_MAX_LEN)

/* A frame's payload starts a cache line; its header goes before it. */
#define FRAME_ALIGNMENT 64

/* The evaluator tells a waiting garbler that it is at work whenever it has come so many frames
 * further, whatever the clock says: what a run sends is known before. */
#define PROGRESS_FRAMES 8
/* Also after so long without room for another frame, which no machine should take. */
#define PATIENCE_SECONDS 5

struct tables {
    struct sotto_context *context;
    struct wire *wire; /* of the open stream */
    sotto_role role;
    bool has_thread;
    uint8_t *memory;
    size_t frame_memory; /* bytes between frames */
    size_t n_frames;
    pthread_t thread;
    pthread_mutex_t lock; /* of all below */
    pthread_cond_t moved;
    uint64_t len;    /* bytes of the stream */
    uint64_t n_made; /* frames that the producing side has finished */
    uint64_t n_used; /* frames that the consuming side has given back */
    bool is_over;    /* the party needs no more frames */
    sotto_err err;
    struct failure failure; /* that err is told with */
    double heard_of;        /* the evaluator: when a frame came in, or a sign of life went out */
};

static size_t memory_of_frame(uint64_t max_len)
{
    uint64_t len = max_len < FRAME_MAX_LEN ? max_len : FRAME_MAX_LEN;

    return FRAME_ALIGNMENT +
           (size_t)(len + FRAME_ALIGNMENT - 1) / FRAME_ALIGNMENT * FRAME_ALIGNMENT;
}

static size_t count_frames(uint64_t max_len)
{
    return max_len >= THREAD_MIN_LEN ? N_FRAMES : 1;
}

uint64_t tables_memory(uint64_t max_len)
{
    return (uint64_t)count_frames(max_len) * memory_of_frame(max_len);
}

static sotto_err make_locks(struct tables *tables)
{
    pthread_condattr_t clock;
    bool made = pthread_condattr_init(&clock) == 0;

    made = made && pthread_condattr_setclock(&clock, CLOCK_MONOTONIC) == 0 &&
           pthread_mutex_init(&tables->lock, NULL) == 0 &&
           pthread_cond_init(&tables->moved, &clock) == 0;
    (void)pthread_condattr_destroy(&clock);
    return made ? SOTTO_OK : fail_memory(tables->context);
}

sotto_err tables_new(struct sotto_context *context, struct tables **tables, uint64_t max_len)
{
    struct tables *made = mem_new(1, sizeof *made);
    sotto_err err;

    if (made == NULL) return fail_memory(context);
    made->context = context;
    made->n_frames = count_frames(max_len);
    made->frame_memory = memory_of_frame(max_len);
    made->memory = bulk_new(made->n_frames, made->frame_memory);
    err = made->memory != NULL ? make_locks(made) : fail_memory(context);
    if (err == SOTTO_OK) {
        *tables = made;
        return SOTTO_OK;
    }
    bulk_free(made->memory, made->n_frames, made->frame_memory);
    mem_free(made);
    return err;
}

void tables_free(struct tables *tables)
{
    if (tables == NULL) return;
    (void)pthread_cond_destroy(&tables->moved);
    (void)pthread_mutex_destroy(&tables->lock);
    bulk_free(tables->memory, tables->n_frames, tables->frame_memory);
    mem_free(tables);
}

/* ----------------------------------------------------------------------------- on the wire -- */

static uint8_t *payload_of(const struct tables *tables, uint64_t number)
{
    return tables->memory + (size_t)(number % tables->n_frames) * tables->frame_memory +
           FRAME_ALIGNMENT;
}

/* All frames of a stream are full but the last. */
static size_t len_of(const struct tables *tables, uint64_t number)
{
    uint64_t left = tables->len - number * FRAME_MAX_LEN;

    return left < FRAME_MAX_LEN ? (size_t)left : FRAME_MAX_LEN;
}

static uint64_t n_frames_of(const struct tables *tables)
{
    return ceil_div_u64(tables->len, FRAME_MAX_LEN);
}

static bool is_milestone(uint64_t number)
{
    return number > 0 && number % PROGRESS_FRAMES == 0;
}

uint64_t tables_n_progress(uint64_t len)
{
    return len > 0 ? (ceil_div_u64(len, FRAME_MAX_LEN) - 1) / PROGRESS_FRAMES : 0;
}

/* A slow link does not count: waiting for a frame, the evaluator is not at work. */
static bool is_overdue(const struct tables *tables)
{
    return monotonic_seconds() - tables->heard_of >= PATIENCE_SECONDS;
}

/* A slow evaluation is not silence: the garbler hears from us now and then. */
static sotto_err send_progress(struct tables *tables)
{
    uint8_t frame[FRAME_HEADER_LEN];

    tables->heard_of = monotonic_seconds();
    return wire_send(tables->wire, FRAME_PROGRESS, frame, 0);
}

static sotto_err move_frame(struct tables *tables, uint64_t number)
{
    uint8_t *payload = payload_of(tables, number);
    size_t len = len_of(tables, number);
    sotto_err err;

    if (tables->role == SOTTO_GARBLER) {
        /* Until the evaluator has all tables it may say no more than that it is alive. */
        err = wire_hear_progress(tables->wire);
        if (err != SOTTO_OK) return err;
        return wire_send(tables->wire, FRAME_TABLES, payload - FRAME_HEADER_LEN, len);
    }
    err = is_milestone(number) || is_overdue(tables) ? send_progress(tables) : SOTTO_OK;
    if (err == SOTTO_OK) err = wire_receive(tables->wire, payload, FRAME_TABLES, len);
    tables->heard_of = monotonic_seconds();
    return err;
}

/* ------------------------------------------------------------------------------ the thread -- */

static uint64_t *moved_by_thread(struct tables *tables)
{
    return tables->role == SOTTO_GARBLER ? &tables->n_used : &tables->n_made;
}

/* Whether the thread has a frame to move: one that was made, or room for another. */
static bool has_work(const struct tables *tables)
{
    if (tables->role == SOTTO_GARBLER) return tables->n_used < tables->n_made;
    return tables->n_made < n_frames_of(tables) &&
           tables->n_made - tables->n_used < tables->n_frames;
}

/* The evaluator's gives signs of life until the last gate is done. */
static bool is_done(const struct tables *tables)
{
    if (tables->role == SOTTO_EVALUATOR) return tables->is_over;
    return tables->n_used == n_frames_of(tables) || (tables->is_over && !has_work(tables));
}

/* Waits for work with the lock held, at most until a sign of life is due. */
static void wait_for_work(struct tables *tables)
{
    struct timespec end;

    clock_gettime(CLOCK_MONOTONIC, &end);
    end.tv_sec += PATIENCE_SECONDS;
    (void)pthread_cond_timedwait(&tables->moved, &tables->lock, &end);
}

/* One turn of the thread, entered and left with the lock held, which is free meanwhile. */
static void take_turn(struct tables *tables)
{
    uint64_t *moved = moved_by_thread(tables), number = *moved;
    bool works = has_work(tables);
    sotto_err err;

    if (!works) wait_for_work(tables);
    if (!works && (has_work(tables) || tables->role == SOTTO_GARBLER)) return;
    if (!works && (is_done(tables) || !is_overdue(tables))) return;
    (void)pthread_mutex_unlock(&tables->lock);
    err = works ? move_frame(tables, number) : send_progress(tables);
    (void)pthread_mutex_lock(&tables->lock);
    tables->err = err;
    if (works && err == SOTTO_OK) ++*moved;
    (void)pthread_cond_broadcast(&tables->moved);
}

static void *run_thread(void *argument)
{
    struct tables *tables = argument;

    failure_aside(&tables->failure);
    (void)pthread_mutex_lock(&tables->lock);
    while (tables->err == SOTTO_OK && !is_done(tables)) take_turn(tables);
    (void)pthread_mutex_unlock(&tables->lock);
    return NULL;
}

/* Signals are for the threads of the caller. Without a thread the stream only moves more slowly. */
static bool start_thread(struct tables *tables)
{
    sigset_t all, saved;
    bool started;

    if (tables->n_frames == 1 || n_frames_of(tables) <= 1) return false;
    if (sysconf(_SC_NPROCESSORS_ONLN) < 2) return false;
    sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &saved);
    started = pthread_create(&tables->thread, NULL, run_thread, tables) == 0;
    (void)pthread_sigmask(SIG_SETMASK, &saved, NULL);
    return started;
}

/* ------------------------------------------------------------------------------- the party -- */

sotto_err tables_open(struct tables *tables, struct wire *wire, uint64_t len)
{
    tables->wire = wire;
    tables->role = wire->role;
    tables->len = len;
    tables->n_made = tables->n_used = 0;
    tables->is_over = false;
    tables->err = SOTTO_OK;
    tables->heard_of = monotonic_seconds();
    tables->has_thread = start_thread(tables);
    return SOTTO_OK;
}

/* What the thread failed with, which the party takes over with its text. */
static sotto_err take_error(struct tables *tables)
{
    if (tables->err != SOTTO_OK) failure_restore(&tables->failure, tables->context);
    return tables->err;
}

/* With a thread: waits until the other side has moved frame 'number' of this one. */
static sotto_err wait_for_frame(struct tables *tables, uint64_t number)
{
    sotto_err err;

    (void)pthread_mutex_lock(&tables->lock);
    while (tables->err == SOTTO_OK &&
           (tables->role == SOTTO_GARBLER ? number - tables->n_used >= tables->n_frames
                                          : tables->n_made <= number))
        (void)pthread_cond_wait(&tables->moved, &tables->lock);
    err = take_error(tables);
    (void)pthread_mutex_unlock(&tables->lock);
    return err;
}

sotto_err tables_next(struct tables *tables, uint8_t **frame, size_t *len)
{
    uint64_t number = tables->role == SOTTO_GARBLER ? tables->n_made : tables->n_used;
    sotto_err err = SOTTO_OK;

    if (number >= n_frames_of(tables))
        return fail(tables->context, SOTTO_ERR_INTERNAL, "more gates than tables");
    if (tables->has_thread) err = wait_for_frame(tables, number);
    else if (tables->role == SOTTO_EVALUATOR) err = move_frame(tables, number);
    if (err != SOTTO_OK) return err;
    *frame = payload_of(tables, number);
    *len = len_of(tables, number);
    return SOTTO_OK;
}

sotto_err tables_pass(struct tables *tables)
{
    uint64_t *passed = tables->role == SOTTO_GARBLER ? &tables->n_made : &tables->n_used;
    sotto_err err;

    if (!tables->has_thread) {
        err = tables->role == SOTTO_GARBLER ? move_frame(tables, *passed) : SOTTO_OK;
        ++*passed;
        return err;
    }
    (void)pthread_mutex_lock(&tables->lock);
    ++*passed;
    err = take_error(tables);
    (void)pthread_cond_broadcast(&tables->moved);
    (void)pthread_mutex_unlock(&tables->lock);
    return err;
}

sotto_err tables_close(struct tables *tables, sotto_err err)
{
    if (!tables->has_thread) return err;
    tables->has_thread = false;
    (void)pthread_mutex_lock(&tables->lock);
    tables->is_over = true;
    (void)pthread_cond_broadcast(&tables->moved);
    (void)pthread_mutex_unlock(&tables->lock);
    if (pthread_join(tables->thread, NULL) != 0 && err == SOTTO_OK)
        return fail(tables->context, SOTTO_ERR_INTERNAL, "a thread cannot be waited for");
    return err != SOTTO_OK ? err : take_error(tables);
}
