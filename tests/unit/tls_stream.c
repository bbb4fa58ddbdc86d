/*
 * What goes through an open TLS channel, and what it takes: bulk data, last words, ends, silence,
 * new keys, the bytes that TLS adds.
 */
#include "tests/support/suite.h"
#include "tests/unit/tls_session.h"

#include "net/tls.h"

#include <stdlib.h>

/* An end without it is a_cut_at_any_byte_is_noticed() of tls_attacks.c. */
START_TEST(a_freed_channel_sends_close_notify)
{
    struct session session;
    uint64_t before;
    uint8_t byte;

    session_establish(&session);
    before = sotto_channel_bytes_received(session.server.channel);
    sotto_channel_free(session.client.channel);
    session.client.channel = NULL;
    ck_assert_int_eq(channel_receive(session.server.channel, &byte, 1), SOTTO_ERR_DISCONNECTED);
    ck_assert_int_eq(channel_receive(session.server.channel, &byte, 1), SOTTO_ERR_DISCONNECTED);
    /* One record: header, alert, type and tag. */
    ck_assert_uint_eq(sotto_channel_bytes_received(session.server.channel) - before,
                      5 + 2 + 1 + 16);
    session_wipe(&session);
}
END_TEST

/* What TLS adds is known before: to the handshake of either end, to messages and at the end. */
START_TEST(overhead_is_as_measured)
{
    static const uint8_t message[40000]; /* three records */
    sotto_credentials_kind kind = (sotto_credentials_kind)_i;
    struct tls_overhead overhead;
    uint8_t heard[sizeof message + 1];
    struct session session;

    if (kind == SOTTO_CREDENTIALS_PSK) session_open(&session, make_psk(7), make_psk(7));
    else session_open(&session, make_identity(1, 2), make_identity(2, 1));
    session.client.opens_only = true;
    session.server.opens_only = true;
    session_run(&session);
    ck_assert_int_eq(tls_measure(session.server.context, &overhead, kind), SOTTO_OK);
    ck_assert_uint_eq(session.client.opening_sent, overhead.handshake[0]);
    ck_assert_uint_eq(session.server.opening_sent, overhead.handshake[1]);
    ck_assert_int_eq(channel_send(session.client.channel, message, sizeof message), SOTTO_OK);
    channel_end_sending(session.client.channel);
    ck_assert_uint_eq(sotto_channel_bytes_sent(session.client.channel),
                      tls_len(&overhead, sizeof message, 3, false));
    /* Who has said all can still listen. */
    ck_assert_int_eq(channel_send(session.server.channel, message, 2), SOTTO_OK);
    ck_assert_int_eq(channel_receive(session.client.channel, heard, 2), SOTTO_OK);
    channel_end_sending(session.server.channel);
    channel_await_end(session.client.channel);
    ck_assert_uint_eq(sotto_channel_bytes_received(session.client.channel),
                      tls_len(&overhead, 2, 1, true));
    ck_assert_int_eq(channel_send(session.client.channel, message, 1), SOTTO_ERR_USAGE);
    session_wipe(&session);
}
END_TEST

/* A peer that never ends its side is not waited for for long. */
START_TEST(the_end_is_not_awaited_for_ever)
{
    struct session session;
    uint64_t started;

    session_establish(&session);
    channel_end_sending(session.client.channel);
    started = clock_now();
    channel_await_end(session.client.channel);
    ck_assert_uint_ge(clock_now() - started, 900);
    ck_assert_uint_lt(clock_now() - started, SOON);
    session_wipe(&session);
}
END_TEST

START_TEST(measuring_fails_cleanly)
{
    struct sotto_context *context = test_context();
    sotto_err err = SOTTO_ERR_MEMORY;

    for (uint64_t n = 1; err != SOTTO_OK; n++) {
        struct tls_overhead overhead;

        test_heap_fail_at(n);
        err = tls_measure(context, &overhead, SOTTO_CREDENTIALS_IDENTITY);
        test_heap_fail_at(0);
        ck_assert(err == SOTTO_OK || err == SOTTO_ERR_MEMORY);
        ck_assert_uint_lt(n, 100);
        if (n == 1) ck_assert_int_eq(err, SOTTO_ERR_MEMORY);
    }
    sotto_context_free(context);
}
END_TEST

START_TEST(last_words_are_heard_over_tls)
{
    struct session session;
    uint8_t words[5];
    sotto_err err = SOTTO_OK;

    session_establish(&session);
    ck_assert_int_eq(channel_send(session.client.channel, (const uint8_t *)"abort", 5), SOTTO_OK);
    sotto_channel_free(session.client.channel);
    session.client.channel = NULL;
    for (int i = 0; i < 100 && err == SOTTO_OK; i++) {
        err = channel_send(session.server.channel, (const uint8_t *)"x", 1);
    }
    ck_assert_int_eq(err, SOTTO_ERR_DISCONNECTED);
    ck_assert(channel_readable(session.server.channel));
    ck_assert_int_eq(channel_receive(session.server.channel, words, 5), SOTTO_OK);
    ck_assert_mem_eq(words, "abort", 5);
    session_wipe(&session);
}
END_TEST

START_TEST(silence_after_the_handshake_is_a_timeout)
{
    struct session session;
    uint8_t byte;
    uint64_t started;

    session_open(&session, make_identity(1, 2), make_identity(2, 1));
    session.client.opens_only = true;
    session.server.opens_only = true;
    session.server.options.idle_timeout = 2000; /* of the handshake too */
    session_run(&session);
    ck_assert_int_eq(session.server.err, SOTTO_OK);
    started = clock_now();
    ck_assert_int_eq(channel_receive(session.server.channel, &byte, 1), SOTTO_ERR_TIMEOUT);
    ck_assert_message(session.server.context, "no sign of life from the peer for 2 s");
    ck_assert_uint_lt(clock_now() - started, SOON);
    session_wipe(&session);
}
END_TEST

START_TEST(an_interrupt_ends_a_handshake)
{
    struct session session;

    session_open(&session, make_identity(1, 2), make_identity(2, 1));
    party_start(&session.server);
    usleep(50 * 1000);
    sotto_context_interrupt(session.server.context);
    party_join(&session.server);
    ck_assert_int_eq(session.server.err, SOTTO_ERR_INTERRUPTED);
    ck_assert_uint_lt(session.server.elapsed, SOON);
    session_wipe(&session);
}
END_TEST

#define BULK_LEN ((size_t)64 << 20)

static void *send_bulk(void *user)
{
    struct party *party = user;
    uint8_t *data = malloc(BULK_LEN);

    for (size_t i = 0; i < BULK_LEN; i++) data[i] = (uint8_t)(i * 7 + (i >> 16));
    party->err = channel_send(party->channel, data, BULK_LEN);
    free(data);
    return NULL;
}

START_TEST(bulk_data_arrive_whole_over_tls)
{
    struct session session;
    uint8_t *data = malloc(BULK_LEN);
    uint64_t state = 3;

    session_establish(&session);
    ck_assert_int_eq(pthread_create(&session.client.thread, NULL, send_bulk, &session.client), 0);
    for (size_t at = 0; at < BULK_LEN;) {
        size_t piece = (size_t)(test_next(&state) % 200000);

        if (piece > BULK_LEN - at) piece = BULK_LEN - at;
        ck_assert_int_eq(channel_receive(session.server.channel, data + at, piece), SOTTO_OK);
        at += piece;
    }
    party_join(&session.client);
    ck_assert_int_eq(session.client.err, SOTTO_OK);
    for (size_t i = 0; i < BULK_LEN; i++) {
        if (data[i] != (uint8_t)(i * 7 + (i >> 16))) ck_abort_msg("byte %zu differs", i);
    }
    ck_assert_uint_eq(sotto_channel_bytes_sent(session.client.channel),
                      sotto_channel_bytes_received(session.server.channel));
    free(data);
    session_wipe(&session);
}
END_TEST

/* One end of TLS without a channel around it. */
struct bare {
    struct sotto_context *context;
    struct sotto_credentials credentials;
    struct deadline deadline;
    struct transport transport;
    struct tls *tls;
    sotto_err err;
    pthread_t thread;
};

#define N_MESSAGES 50

/* Sends under keys that last for three records only. */
static void *renewing_sender(void *user)
{
    struct bare *bare = user;
    uint8_t message[100];

    bare->err = tls_open(bare->context, &bare->tls, &bare->transport, &bare->credentials, false);
    if (bare->err == SOTTO_OK) tls_set_key_lifetime(bare->tls, 3);
    for (int i = 0; i < N_MESSAGES && bare->err == SOTTO_OK; i++) {
        memset(message, i, sizeof message);
        bare->err = tls_send(bare->tls, message, sizeof message);
    }
    return NULL;
}

START_TEST(keys_are_renewed)
{
    struct tls_overhead overhead;
    struct bare ends[2];
    int fds[2];

    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    for (int i = 0; i < 2; i++) {
        memset(&ends[i], 0, sizeof ends[i]);
        ends[i].context = test_context();
        ends[i].credentials = make_psk(7);
        deadline_start(&ends[i].deadline, PATIENCE);
        ck_assert_int_eq(
            transport_adopt(&ends[i].transport, ends[i].context, &ends[i].deadline, fds[i], fds[i]),
            SOTTO_OK);
    }
    ck_assert_int_eq(pthread_create(&ends[1].thread, NULL, renewing_sender, &ends[1]), 0);
    ck_assert_int_eq(
        tls_open(ends[0].context, &ends[0].tls, &ends[0].transport, &ends[0].credentials, true),
        SOTTO_OK);
    for (size_t at = 0; at < (size_t)N_MESSAGES * 100;) {
        uint8_t message[100];
        size_t got;

        ck_assert_int_eq(tls_receive(ends[0].tls, message, 100 - at % 100, &got), SOTTO_OK);
        for (size_t i = 0; i < got; i++) ck_assert_uint_eq(message[i], (at + i) / 100);
        at += got;
    }
    pthread_join(ends[1].thread, NULL);
    ck_assert_int_eq(ends[1].err, SOTTO_OK);
    ck_assert_int_eq(tls_measure(ends[0].context, &overhead, SOTTO_CREDENTIALS_PSK), SOTTO_OK);
    ck_assert_uint_eq(ends[1].transport.bytes_sent, overhead.handshake[0] +
                                                        N_MESSAGES * (100 + overhead.record) +
                                                        N_MESSAGES / 3 * overhead.key_update);
    for (int i = 0; i < 2; i++) {
        tls_free(ends[i].tls);
        transport_close(&ends[i].transport);
        sotto_context_free(ends[i].context);
    }
}
END_TEST

/* Every allocation of the library's at either end fails once; AddressSanitizer watches for what
 * is left behind. */
START_TEST(failed_allocations_end_cleanly)
{
    bool failed = true;

    for (uint64_t n = 1; failed; n++) {
        struct session session;

        session_open(&session, make_identity(1, 2), make_identity(2, 1));
        session.server.options.idle_timeout = 300;
        session.client.options.idle_timeout = 300;
        test_heap_fail_at(n);
        session_run(&session);
        test_heap_fail_at(0);
        failed = session.server.err == SOTTO_ERR_MEMORY || session.client.err == SOTTO_ERR_MEMORY;
        ck_assert(failed == (session.server.err != SOTTO_OK || session.client.err != SOTTO_OK));
        session_wipe(&session);
        ck_assert_uint_lt(n, 100);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("tls_stream");
    TCase *tests = tcase_create("all");

    tcase_add_test(tests, a_freed_channel_sends_close_notify);
    tcase_add_test(tests, last_words_are_heard_over_tls);
    tcase_add_test(tests, silence_after_the_handshake_is_a_timeout);
    tcase_add_test(tests, an_interrupt_ends_a_handshake);
    tcase_add_test(tests, bulk_data_arrive_whole_over_tls);
    tcase_add_test(tests, keys_are_renewed);
    tcase_add_loop_test(tests, overhead_is_as_measured, 0, SOTTO_N_CREDENTIALS);
    tcase_add_test(tests, the_end_is_not_awaited_for_ever);
    tcase_add_test(tests, measuring_fails_cleanly);
    tcase_add_test(tests, failed_allocations_end_cleanly);
    tcase_set_timeout(tests, 300);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
