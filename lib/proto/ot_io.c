/* Messages of an OT handle on a thread of their own; see ot_io.h. */
#include "proto/ot_io.h"

#include "base/memory.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

/* More than a call ever has under way: two chunks, each of up to four messages. */
#define N_MESSAGES 16

struct message {
    bool is_sent; /* or received */
    enum frame_type type;
    uint8_t *payload;
    size_t len;
};

struct ot_io {
    struct sotto_context *context;
    struct wire *wire;
    bool has_thread;
    pthread_t thread;
    pthread_mutex_t lock; /* of all below */
    pthread_cond_t moved;
    struct message messages[N_MESSAGES];
    uint64_t n_asked;
    uint64_t n_done;
    bool is_over; /* no more messages will be asked for */
    bool is_off;  /* those that have been are not needed */
    sotto_err err;
    struct failure failure; /* that err is told with */
};

sotto_err ot_io_new(struct sotto_context *context, struct ot_io **io, struct wire *wire)
{
    struct ot_io *made = mem_new(1, sizeof *made);

    if (made == NULL) return fail_memory(context);
    made->context = context;
    made->wire = wire;
    if (pthread_mutex_init(&made->lock, NULL) == 0) {
        if (pthread_cond_init(&made->moved, NULL) == 0) {
            *io = made;
            return SOTTO_OK;
        }
        (void)pthread_mutex_destroy(&made->lock);
    }
    mem_free(made);
    return fail_memory(context);
}

void ot_io_free(struct ot_io *io)
{
    if (io == NULL) return;
    (void)pthread_cond_destroy(&io->moved);
    (void)pthread_mutex_destroy(&io->lock);
    mem_free(io);
}

static sotto_err send_frames(struct wire *wire, const struct message *message)
{
    sotto_err err = SOTTO_OK;

    for (size_t at = 0; err == SOTTO_OK && at < message->len; at += FRAME_MAX_LEN) {
        size_t left = message->len - at;

        err = wire_send(wire, message->type, message->payload + at - FRAME_HEADER_LEN,
                        left < FRAME_MAX_LEN ? left : FRAME_MAX_LEN);
    }
    return err;
}

static sotto_err move_message(struct wire *wire, const struct message *message)
{
    if (message->is_sent) return send_frames(wire, message);
    return wire_receive_all(wire, message->payload, message->type, message->len);
}

/* Entered and left with the lock held, which is free while a message moves. */
static void move_next(struct ot_io *io)
{
    struct message message = io->messages[io->n_done % N_MESSAGES];
    sotto_err err;

    (void)pthread_mutex_unlock(&io->lock);
    failure_aside(&io->failure);
    err = move_message(io->wire, &message);
    failure_aside(NULL);
    (void)pthread_mutex_lock(&io->lock);
    io->err = err;
    io->n_done++;
    (void)pthread_cond_broadcast(&io->moved);
}

static void *run_thread(void *argument)
{
    struct ot_io *io = argument;

    (void)pthread_mutex_lock(&io->lock);
    while (io->err == SOTTO_OK && !io->is_off) {
        if (io->n_done < io->n_asked) move_next(io);
        else if (io->is_over) break;
        else (void)pthread_cond_wait(&io->moved, &io->lock);
    }
    (void)pthread_mutex_unlock(&io->lock);
    return NULL;
}

/* Signals are for the threads of the caller. Without a thread a call only takes longer. */
static bool start_thread(struct ot_io *io)
{
    sigset_t all, saved;
    bool started;

    if (sysconf(_SC_NPROCESSORS_ONLN) < 2) return false;
    sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &saved);
    started = pthread_create(&io->thread, NULL, run_thread, io) == 0;
    (void)pthread_sigmask(SIG_SETMASK, &saved, NULL);
    return started;
}

void ot_io_begin(struct ot_io *io, bool is_long)
{
    io->n_asked = io->n_done = 0;
    io->is_over = io->is_off = false;
    io->err = SOTTO_OK;
    io->has_thread = is_long && start_thread(io);
}

/* What the messages failed with, which the handle takes over with its text. */
static sotto_err take_error(struct ot_io *io)
{
    if (io->err != SOTTO_OK) failure_restore(&io->failure, io->context);
    return io->err;
}

sotto_err ot_io_end(struct ot_io *io, sotto_err err)
{
    if (io->has_thread) {
        (void)pthread_mutex_lock(&io->lock);
        io->is_over = true;
        io->is_off = err != SOTTO_OK;
        (void)pthread_cond_broadcast(&io->moved);
        (void)pthread_mutex_unlock(&io->lock);
        if (pthread_join(io->thread, NULL) != 0 && err == SOTTO_OK)
            err = fail(io->context, SOTTO_ERR_INTERNAL, "a thread cannot be waited for");
        io->has_thread = false;
    }
    return err != SOTTO_OK ? err : take_error(io);
}

static ot_ticket ask(struct ot_io *io, struct message message)
{
    ot_ticket ticket;

    (void)pthread_mutex_lock(&io->lock);
    while (io->err == SOTTO_OK && io->n_asked - io->n_done == N_MESSAGES)
        (void)pthread_cond_wait(&io->moved, &io->lock);
    ticket = io->n_asked++;
    if (io->err == SOTTO_OK) {
        io->messages[ticket % N_MESSAGES] = message;
        if (io->has_thread) (void)pthread_cond_broadcast(&io->moved);
        else move_next(io);
    }
    (void)pthread_mutex_unlock(&io->lock);
    return ticket;
}

ot_ticket ot_io_send(struct ot_io *io, enum frame_type type, uint8_t *payload, size_t len)
{
    return ask(io, (struct message){true, type, payload, len});
}

ot_ticket ot_io_receive(struct ot_io *io, enum frame_type type, uint8_t *payload, size_t len)
{
    return ask(io, (struct message){false, type, payload, len});
}

sotto_err ot_io_wait(struct ot_io *io, ot_ticket ticket)
{
    sotto_err err;

    (void)pthread_mutex_lock(&io->lock);
    while (io->err == SOTTO_OK && io->n_done <= ticket)
        (void)pthread_cond_wait(&io->moved, &io->lock);
    err = take_error(io);
    (void)pthread_mutex_unlock(&io->lock);
    return err;
}
