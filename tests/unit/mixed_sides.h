/* The two parties of a mixed session as two threads over a socket pair, for its tests. */
#ifndef SOTTO_TESTS_MIXED_SIDES_H
#define SOTTO_TESTS_MIXED_SIDES_H

#include "base/memory.h"
#include "net/channel.h"
#include "proto/mixed.h"
#include "sotto-share.h"
#include "tests/support/support.h"

#include <check.h>
#include <sys/socket.h>

#define N_SHARES 700 /* more than a stretch of a column */
#define MAX_INSTANCES 37
#define MAX_BITS 4096

struct side {
    int fd;
    sotto_mixed_options options;
    void (*run)(struct side *side);
    uint64_t seed; /* of the test's data: the same at both sides */
    int number;    /* of the test's loop */
    sotto_context *context;
    sotto_channel *channel;
    sotto_mixed *mixed;
    sotto_err err; /* of opening, or of the first call that failed */
    uint32_t shares[N_SHARES], values[N_SHARES];
    uint8_t bits[MAX_INSTANCES * MAX_BITS], more_bits[MAX_INSTANCES * MAX_BITS];
    uint8_t *many; /* bits of as many instances as a test has */
    uint8_t *heard;
    size_t heard_len;
    uint64_t bytes_sent, first_bytes; /* and before what is counted */
};

#define TRY(call)                                                                                  \
    do {                                                                                           \
        if (side->err == SOTTO_OK) side->err = (call);                                             \
    } while (0)

static inline bool garbles(const struct side *side)
{
    return side->options.role == SOTTO_GARBLER;
}

static inline void *run_side(void *argument)
{
    struct side *side = argument;

    side->context = test_context();
    ck_assert_int_eq(channel_over(side->context, &side->channel, side->fd, side->fd, PATIENCE),
                     SOTTO_OK);
    side->err = sotto_mixed_open(side->context, &side->mixed, side->channel, &side->options);
    if (side->err == SOTTO_OK) side->run(side);
    side->bytes_sent = sotto_channel_bytes_sent(side->channel);
    return NULL;
}

static inline struct side *sides_new(void (*run)(struct side *side), int number)
{
    struct side *sides = mem_new(2, sizeof *sides);

    ck_assert_ptr_nonnull(sides);
    for (int i = 0; i < 2; i++) {
        sides[i].options.role = i == 0 ? SOTTO_GARBLER : SOTTO_EVALUATOR;
        sides[i].options.ot_width = (unsigned)number % 2 + 1;
        sides[i].run = run;
        sides[i].number = number;
        sides[i].seed = 1000 + (uint64_t)number;
    }
    return sides;
}

static inline void sides_free(struct side *sides)
{
    for (int i = 0; i < 2; i++) {
        sotto_mixed_free(sides[i].mixed);
        sotto_mixed_forget(sides[i].heard);
        mem_free(sides[i].many);
        sotto_channel_free(sides[i].channel);
        sotto_context_free(sides[i].context);
    }
    mem_free(sides);
}

static inline void run_both(struct side *sides)
{
    int fds[2];

    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    for (int i = 0; i < 2; i++) sides[i].fd = fds[i];
    test_run_both(run_side, &sides[0], run_side, &sides[1]);
}

static inline void expect_success(const struct side *sides)
{
    for (int i = 0; i < 2; i++)
        ck_assert_msg(sides[i].err == SOTTO_OK, "side %d: %s", i,
                      sotto_context_message(sides[i].context));
}

#endif
