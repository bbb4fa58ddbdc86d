/*
 * Failures of a party that has a thread for what it sends and receives: both may fail at a time,
 * and what is told must fit the error that is returned.
 */
#include "tests/support/relay.h"
#include "tests/support/suite.h"
#include "tests/support/support.h"

#include "net/channel.h"
#include "proto/ot_io.h"
#include "proto/tables.h"
#include "sotto-ot.h"

#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define N_REPORTS 2000 /* some of them while the other thread reports */

static const char own_text[] = "what the owner has found";
static const char gone_text[] = "the peer closed the connection";

/* A party that waits for its peer, whose end is a bare socket. */
struct listener {
    sotto_context *context;
    sotto_channel *channel;
    struct wire wire;
    int peer;
};

static void listener_init(struct listener *listener)
{
    int ends[2];

    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    listener->context = test_context();
    ck_assert_int_eq(
        channel_over(listener->context, &listener->channel, ends[0], ends[0], PATIENCE), SOTTO_OK);
    wire_init(&listener->wire, listener->channel, SOTTO_EVALUATOR);
    listener->peer = ends[1];
}

static void listener_wipe(struct listener *listener)
{
    sotto_channel_free(listener->channel);
    sotto_context_free(listener->context);
}

/* The owner fails again and again; meanwhile the peer leaves, and the thread fails of that. */
static sotto_err report_while_the_peer_leaves(struct listener *listener)
{
    for (int i = 0; i < N_REPORTS; i++) {
        if (i == N_REPORTS / 2) close(listener->peer);
        (void)fail(listener->context, SOTTO_ERR_CHECK, "%s", own_text);
        add_hint(listener->context, "report %d", i);
    }
    return SOTTO_ERR_CHECK;
}

/* The owner's failure is the one that is returned, and the one that is told. */
START_TEST(an_owner_keeps_its_failure)
{
    struct listener listener;
    struct tables *tables = NULL;
    struct ot_io *io = NULL;
    uint8_t challenge[FRAME_HEADER_LEN + 16];
    sotto_err err;

    listener_init(&listener);
    if (_i == 0) {
        ck_assert_int_eq(ot_io_new(listener.context, &io, &listener.wire), SOTTO_OK);
        ot_io_begin(io, true);
        (void)ot_io_receive(io, FRAME_CHALLENGE, challenge + FRAME_HEADER_LEN, 16);
        err = ot_io_end(io, report_while_the_peer_leaves(&listener));
    } else {
        ck_assert_int_eq(tables_new(listener.context, &tables, 16 * FRAME_MAX_LEN), SOTTO_OK);
        ck_assert_int_eq(tables_open(tables, &listener.wire, 16 * FRAME_MAX_LEN), SOTTO_OK);
        err = tables_close(tables, report_while_the_peer_leaves(&listener));
    }
    ck_assert_int_eq(err, SOTTO_ERR_CHECK);
    ck_assert_str_eq(sotto_context_message(listener.context), own_text);
    ck_assert_str_eq(sotto_context_hint(listener.context), "report 1999");
    ot_io_free(io);
    tables_free(tables);
    listener_wipe(&listener);
}
END_TEST

/* Who only waits is told what the thread has failed with, early or at the end. */
START_TEST(a_thread_tells_its_failure)
{
    uint8_t answer[FRAME_HEADER_LEN + 16], *frame;
    struct listener listener;
    struct tables *tables = NULL;
    struct ot_io *io = NULL;
    ot_ticket ticket;
    sotto_err err;
    size_t len;

    listener_init(&listener);
    close(listener.peer);
    if (_i < 2) {
        ck_assert_int_eq(ot_io_new(listener.context, &io, &listener.wire), SOTTO_OK);
        ot_io_begin(io, true);
        ticket = ot_io_receive(io, FRAME_ANSWER, answer + FRAME_HEADER_LEN, 16);
        err = _i == 0 ? ot_io_wait(io, ticket) : SOTTO_OK;
        err = ot_io_end(io, err);
    } else {
        ck_assert_int_eq(tables_new(listener.context, &tables, 16 * FRAME_MAX_LEN), SOTTO_OK);
        ck_assert_int_eq(tables_open(tables, &listener.wire, 16 * FRAME_MAX_LEN), SOTTO_OK);
        err = tables_close(tables, tables_next(tables, &frame, &len));
    }
    ck_assert_int_eq(err, SOTTO_ERR_DISCONNECTED);
    ck_assert_str_eq(sotto_context_message(listener.context), gone_text);
    ot_io_free(io);
    tables_free(tables);
    listener_wipe(&listener);
}
END_TEST

/* ---------------------------------------------------------------------- both directions busy -- */

#define N_OTS 40000 /* several chunks, messages of 300 kB and more in either direction */
#define LEN 16
#define N_BREAKS 12

struct party {
    int fd;
    sotto_ot_role role;
    sotto_context *context;
    sotto_err err;
};

static void *run_party(void *argument)
{
    static const uint8_t choices[N_OTS];
    static uint8_t sent[2 * N_OTS * LEN], received[N_OTS * LEN];
    struct party *party = argument;
    const sotto_ot_options options = {.role = party->role, .width = 2, .malicious = 1};
    sotto_channel *channel = NULL;
    sotto_ot *ot = NULL;
    sotto_err err = channel_over(party->context, &channel, party->fd, party->fd, PATIENCE);

    if (err == SOTTO_OK) err = sotto_ot_open(party->context, &ot, channel, &options);
    if (err == SOTTO_OK && party->role == SOTTO_OT_SENDER)
        err = sotto_ot_send_chosen(ot, sent, LEN, N_OTS);
    else if (err == SOTTO_OK) err = sotto_ot_receive_chosen(ot, received, LEN, choices, N_OTS);
    party->err = err;
    sotto_ot_free(ot);
    sotto_channel_free(channel);
    return NULL;
}

/* Both parties, and the relay between them. */
static void run_relayed(struct party parties[2], struct relay *relay)
{
    int ends[2];

    relay_connect(relay, ends);
    for (int i = 0; i < 2; i++) parties[i].fd = ends[i];
    relay_start(relay);
    test_run_both(run_party, &parties[0], run_party, &parties[1]);
    relay_join(relay);
}

static void check_text(const struct party *party)
{
    const char *message = sotto_context_message(party->context);

    switch (party->err) {
    case SOTTO_ERR_INTERRUPTED: ck_assert_str_eq(message, "interrupted"); break;
    case SOTTO_ERR_ABORTED: ck_assert_str_eq(message, "the peer aborted the run"); break;
    case SOTTO_ERR_DISCONNECTED: ck_assert_str_eq(message, gone_text); break;
    default: ck_abort_msg("%s: %s", sotto_err_name(party->err), message);
    }
}

/* The connection breaks off, or the party that speaks is interrupted. */
START_TEST(a_break_in_the_middle_is_told_right)
{
    for (int round = 0; round < N_BREAKS; round++) {
        struct party parties[2];
        struct relay relay;
        int direction = round % 2;
        struct relay_stream *stream = &relay.streams[direction];
        uint64_t at = 40000 + (uint64_t)round * 20000;

        for (int i = 0; i < 2; i++)
            parties[i] = (struct party){.role = i == 0 ? SOTTO_OT_SENDER : SOTTO_OT_RECEIVER,
                                        .context = test_context()};
        relay_init(&relay);
        stream->cuts_both = true;
        stream->interrupted = parties[direction].context;
        *(_i == 0 ? &stream->cut_at : &stream->interrupt_at) = at;
        run_relayed(parties, &relay);
        relay_wipe(&relay);
        for (int i = 0; i < 2; i++) check_text(&parties[i]);
        if (_i == 1) ck_assert_int_eq(parties[direction].err, SOTTO_ERR_INTERRUPTED);
        for (int i = 0; i < 2; i++) sotto_context_free(parties[i].context);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("threads");
    TCase *threads = tcase_create("threads");

    tcase_add_loop_test(threads, an_owner_keeps_its_failure, 0, 2);
    tcase_add_loop_test(threads, a_thread_tells_its_failure, 0, 3);
    tcase_add_loop_test(threads, a_break_in_the_middle_is_told_right, 0, 2);
    tcase_set_timeout(threads, 120);
    suite_add_tcase(suite, threads);
    return run_suite(suite);
}
