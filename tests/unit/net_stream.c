/*
 * Streams over a connection: silence, peers that do not read or leave, last words, bulk data,
 * failing allocations.
 */
#include "tests/support/suite.h"
#include "tests/unit/parties.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>

/* ------------------------------------------------------------------------------- the stream -- */

struct pair {
    struct sotto_context *contexts[2];
    sotto_channel *channels[2];
    int raw; /* the far end, when there is no second channel */
};

static void pair_with_raw(struct pair *pair, uint64_t idle_timeout)
{
    int ends[2];

    memset(pair, 0, sizeof *pair);
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    pair->contexts[0] = test_context();
    ck_assert_int_eq(
        channel_over(pair->contexts[0], &pair->channels[0], ends[0], ends[0], idle_timeout),
        SOTTO_OK);
    pair->raw = ends[1];
}

static void pair_wipe(struct pair *pair)
{
    for (size_t i = 0; i < 2; i++) {
        sotto_channel_free(pair->channels[i]);
        sotto_context_free(pair->contexts[i]);
    }
}

START_TEST(silence_is_a_timeout)
{
    struct pair pair;
    uint8_t byte;
    uint64_t started = clock_now();

    pair_with_raw(&pair, 100);
    ck_assert_int_eq(channel_receive(pair.channels[0], &byte, 1), SOTTO_ERR_TIMEOUT);
    ck_assert_message(pair.contexts[0], "no sign of life from the peer for 100 ms");
    ck_assert_uint_lt(clock_now() - started, SOON);
    /* SEC-8: what has failed stays failed. */
    ck_assert_int_eq(write(pair.raw, "x", 1), 1);
    ck_assert_int_eq(channel_receive(pair.channels[0], &byte, 1), SOTTO_ERR_TIMEOUT);
    close(pair.raw);
    pair_wipe(&pair);
}
END_TEST

START_TEST(a_peer_that_does_not_read_is_a_timeout)
{
    static uint8_t data[4 << 20];
    struct pair pair;

    pair_with_raw(&pair, 100);
    ck_assert_int_eq(channel_send(pair.channels[0], data, sizeof data), SOTTO_ERR_TIMEOUT);
    ck_assert_int_eq(channel_send(pair.channels[0], data, 1), SOTTO_ERR_TIMEOUT);
    close(pair.raw);
    pair_wipe(&pair);
}
END_TEST

START_TEST(a_closed_stream_is_a_disconnection)
{
    struct pair pair;
    uint8_t bytes[4];

    pair_with_raw(&pair, PATIENCE);
    ck_assert_int_eq(write(pair.raw, "abc", 3), 3);
    close(pair.raw);
    ck_assert_int_eq(channel_receive(pair.channels[0], bytes, 4), SOTTO_ERR_DISCONNECTED);
    pair_wipe(&pair);
}
END_TEST

/* SEC-19: the peer's abort is heard though sending to it fails first. No SIGPIPE is raised, or
 * this process would be gone. */
START_TEST(last_words_are_heard_after_a_failed_send)
{
    struct pair pair;
    uint8_t words[5];
    sotto_err err = SOTTO_OK;

    pair_with_raw(&pair, PATIENCE);
    ck_assert_int_eq(write(pair.raw, "abort", 5), 5);
    close(pair.raw);
    for (int i = 0; i < 100 && err == SOTTO_OK; i++) {
        err = channel_send(pair.channels[0], (const uint8_t *)"x", 1);
    }
    ck_assert_int_eq(err, SOTTO_ERR_DISCONNECTED);
    ck_assert(channel_readable(pair.channels[0]));
    ck_assert_int_eq(channel_receive(pair.channels[0], words, sizeof words), SOTTO_OK);
    ck_assert_mem_eq(words, "abort", 5);
    ck_assert(!channel_readable(pair.channels[0]));
    pair_wipe(&pair);
}
END_TEST

START_TEST(a_broken_pipe_raises_no_signal)
{
    struct sotto_context *context = test_context();
    sotto_channel *channel;
    sigset_t pending;
    int in[2], out[2];

    signal(SIGPIPE, SIG_DFL);
    ck_assert_int_eq(pipe(in), 0);
    ck_assert_int_eq(pipe(out), 0);
    ck_assert_int_eq(channel_over(context, &channel, in[0], out[1], PATIENCE), SOTTO_OK);
    close(out[0]);
    close(in[1]);
    ck_assert_int_eq(channel_send(channel, (const uint8_t *)"x", 1), SOTTO_ERR_DISCONNECTED);
    ck_assert_int_eq(sigpending(&pending), 0);
    ck_assert(!sigismember(&pending, SIGPIPE));
    sotto_channel_free(channel);
    sotto_context_free(context);
}
END_TEST

START_TEST(finishing_waits_for_the_peer_but_not_long)
{
    struct pair pair;
    uint64_t started = clock_now();
    char text[8];

    pair_with_raw(&pair, PATIENCE);
    ck_assert_int_eq(channel_send(pair.channels[0], (const uint8_t *)"last", 4), SOTTO_OK);
    channel_finish(pair.channels[0]);
    ck_assert_uint_ge(clock_now() - started, 900);
    ck_assert_uint_lt(clock_now() - started, SOON);
    ck_assert_int_eq(read(pair.raw, text, sizeof text), 4);
    ck_assert_int_eq(read(pair.raw, text, sizeof text), 0);
    ck_assert_int_eq(channel_send(pair.channels[0], (const uint8_t *)"x", 1), SOTTO_ERR_USAGE);
    close(pair.raw);
    pair_wipe(&pair);
}
END_TEST

/* A peer that never stops sending does not hold the farewell beyond its time. */
static void *send_for_ever(void *user)
{
    static const uint8_t noise[4096];

    while (send(*(int *)user, noise, sizeof noise, MSG_NOSIGNAL) > 0) continue;
    return NULL;
}

START_TEST(finishing_ends_though_the_peer_goes_on)
{
    struct pair pair;
    pthread_t thread;
    uint64_t started = clock_now();

    pair_with_raw(&pair, PATIENCE);
    ck_assert_int_eq(pthread_create(&thread, NULL, send_for_ever, &pair.raw), 0);
    channel_finish(pair.channels[0]);
    ck_assert_uint_lt(clock_now() - started, SOON);
    sotto_channel_free(pair.channels[0]);
    pair.channels[0] = NULL;
    pthread_join(thread, NULL);
    close(pair.raw);
    pair_wipe(&pair);
}
END_TEST

#define BULK_LEN ((size_t)64 << 20)

static void *send_bulk(void *user)
{
    struct party *party = user;
    uint8_t *data = malloc(BULK_LEN);
    uint64_t state = 1;

    for (size_t i = 0; i + 8 <= BULK_LEN; i += 8) {
        uint64_t word = test_next(&state);

        memcpy(data + i, &word, 8);
    }
    for (size_t at = 0; at < BULK_LEN && party->err == SOTTO_OK;) {
        size_t piece = (size_t)(test_next(&state) % 300000);

        if (piece > BULK_LEN - at) piece = BULK_LEN - at;
        party->err = channel_send(party->channel, data + at, piece);
        at += piece;
    }
    free(data);
    return NULL;
}

START_TEST(bulk_data_arrive_whole)
{
    struct party sender, receiver;
    uint8_t *data = malloc(BULK_LEN);
    uint64_t data_state = 1, state = 2;
    int ends[2];

    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    party_init(&sender, NULL, NULL, NULL);
    party_init(&receiver, NULL, NULL, NULL);
    ck_assert_int_eq(channel_over(sender.context, &sender.channel, ends[0], ends[0], PATIENCE),
                     SOTTO_OK);
    ck_assert_int_eq(channel_over(receiver.context, &receiver.channel, ends[1], ends[1], PATIENCE),
                     SOTTO_OK);
    ck_assert_int_eq(pthread_create(&sender.thread, NULL, send_bulk, &sender), 0);
    for (size_t at = 0; at < BULK_LEN;) {
        size_t piece = (size_t)(test_next(&state) % 200000);

        if (piece > BULK_LEN - at) piece = BULK_LEN - at;
        ck_assert_int_eq(channel_receive(receiver.channel, data + at, piece), SOTTO_OK);
        at += piece;
    }
    party_join(&sender);
    ck_assert_int_eq(sender.err, SOTTO_OK);
    for (size_t i = 0; i + 8 <= BULK_LEN; i += 8) {
        uint64_t word = test_next(&data_state);

        if (memcmp(data + i, &word, 8) != 0) ck_abort_msg("byte %zu differs", i);
    }
    ck_assert_uint_eq(sotto_channel_bytes_sent(sender.channel), BULK_LEN);
    ck_assert_uint_eq(sotto_channel_bytes_received(receiver.channel), BULK_LEN);
    free(data);
    party_wipe(&sender);
    party_wipe(&receiver);
}
END_TEST

START_TEST(failed_allocations_leave_nothing_behind)
{
    struct sotto_context *context = test_context();
    bool failed = true;

    for (uint64_t n = 1; failed; n++) {
        sotto_channel *channel = NULL;
        int ends[2];
        sotto_err err;

        ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
        test_heap_fail_at(n);
        err = channel_over(context, &channel, ends[0], ends[0], PATIENCE);
        failed = err != SOTTO_OK;
        test_heap_fail_at(0);
        if (failed) {
            ck_assert_int_eq(err, SOTTO_ERR_MEMORY);
            ck_assert_ptr_null(channel);
            ck_assert_int_eq(fcntl(ends[0], F_GETFD), -1);
        }
        sotto_channel_free(channel);
        close(ends[1]);
        ck_assert_uint_lt(n, 100);
    }
    sotto_context_free(context);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("net_stream");
    TCase *cases = tcase_create("stream");

    tcase_add_test(cases, silence_is_a_timeout);
    tcase_add_test(cases, a_peer_that_does_not_read_is_a_timeout);
    tcase_add_test(cases, a_closed_stream_is_a_disconnection);
    tcase_add_test(cases, last_words_are_heard_after_a_failed_send);
    tcase_add_test(cases, a_broken_pipe_raises_no_signal);
    tcase_add_test(cases, finishing_waits_for_the_peer_but_not_long);
    tcase_add_test(cases, finishing_ends_though_the_peer_goes_on);
    tcase_add_test(cases, bulk_data_arrive_whole);
    tcase_add_test(cases, failed_allocations_leave_nothing_behind);
    tcase_set_timeout(cases, 120);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
