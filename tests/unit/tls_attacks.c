/* What an attacker on the wire of a TLS channel achieves: cuts, flipped bits, replays. */
#include "tests/support/relay.h"
#include "tests/support/suite.h"
#include "tests/unit/tls_session.h"

/* Runs a session of greetings through the relay, where the client has the first role. */
static void session_through(struct session *session, struct relay *relay, bool psk,
                            uint64_t idle_timeout)
{
    int ends[2];

    relay_connect(relay, ends);
    session->credentials[0] = psk ? make_psk(7) : make_identity(1, 2);
    session->credentials[1] = psk ? make_psk(7) : make_identity(2, 1);
    session_init(session, ends[1], ends[0]);
    session->server.options.idle_timeout = idle_timeout;
    session->client.options.idle_timeout = idle_timeout;
    relay_start(relay);
    session_run(session);
    if (!session->server.opened) sotto_channel_free(session->server.channel);
    relay_join(relay);
}

/* What one direction carries of a session that nobody disturbs, and of its handshake. */
static uint64_t measure(uint64_t *handshake, int direction, bool psk)
{
    struct session session;
    struct relay relay;
    uint64_t sent;

    relay_init(&relay);
    session_through(&session, &relay, psk, PATIENCE);
    ck_assert_int_eq(session.server.err, SOTTO_OK);
    ck_assert_int_eq(session.client.err, SOTTO_OK);
    *handshake = direction == 0 ? session.client.opening_sent : session.server.opening_sent;
    sent = *handshake + 5 + GREETING_LEN + 17; /* a record header, and the tag and type behind */
    ck_assert_uint_ge(relay.streams[direction].sent.len, sent);
    relay_wipe(&relay);
    session_wipe(&session);
    return sent;
}

/* SEC-13: a peer that goes after any byte of the handshake, or of the greeting behind it, is
 * never taken for one that has said all. */
START_TEST(a_cut_at_any_byte_is_noticed)
{
    int direction = _i % 2;
    bool psk = _i / 2 == 1;
    uint64_t handshake, end = measure(&handshake, direction, psk);

    for (uint64_t at = 0; at < end; at++) {
        struct session session;
        struct party *deaf = direction == 0 ? &session.server : &session.client;
        struct relay relay;

        relay_init(&relay);
        relay.streams[direction].cut_at = at;
        relay.streams[direction].cuts_both = true;
        session_through(&session, &relay, psk, PATIENCE);
        ck_assert_msg(deaf->err == SOTTO_ERR_DISCONNECTED, "cut at %d: %d", (int)at, deaf->err);
        ck_assert_int_eq(deaf->opened, at >= handshake);
        ck_assert_uint_lt(session.server.elapsed, SOON);
        ck_assert_uint_lt(session.client.elapsed, SOON);
        relay_wipe(&relay);
        session_wipe(&session);
    }
}
END_TEST

/* SEC-12: no bit of what is encrypted can be changed unnoticed; the exceptions are the version
 * bytes of plaintext record headers, which RFC 8446, 5.1 has the receiver ignore. A changed length
 * may make the receiver wait for more than there is. */
START_TEST(a_flipped_bit_is_noticed)
{
    int direction = _i % 2;
    bool psk = _i / 2 == 1;
    uint64_t handshake, end = measure(&handshake, direction, psk);

    for (uint64_t at = 0; at < end; at += at < handshake ? 3 : 1) {
        bool is_record = at >= handshake && at != handshake + 3 && at != handshake + 4;
        struct session session;
        struct party *deaf = direction == 0 ? &session.server : &session.client;
        struct relay relay;

        if (at == 1 || at == 2) continue;
        relay_init(&relay);
        relay.streams[direction].flip_at = 8 * at + at % 8;
        session_through(&session, &relay, psk, is_record ? PATIENCE : 300);
        ck_assert_msg(deaf->err != SOTTO_OK, "bit of byte %d flipped", (int)at);
        if (is_record) ck_assert_int_eq(deaf->err, SOTTO_ERR_AUTHENTICATION);
        ck_assert_uint_lt(deaf->elapsed, SOON);
        relay_wipe(&relay);
        session_wipe(&session);
    }
}
END_TEST

/* SEC-12: what a client sent once is worth nothing to whoever recorded it. */
START_TEST(a_replayed_client_is_refused)
{
    struct session session;
    struct party server;
    struct relay relay;
    struct record *client = &relay.streams[0].sent;
    char address[16];
    int ends[2];

    relay_init(&relay);
    session_through(&session, &relay, _i == 1, PATIENCE);
    ck_assert_int_eq(session.server.err, SOTTO_OK);
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    snprintf(address, sizeof address, "fd:%d", ends[0]);
    party_init(&server, address, NULL, &session.credentials[0]);
    ck_assert_int_eq(write(ends[1], client->bytes, client->len), (ssize_t)client->len);
    shutdown(ends[1], SHUT_WR);
    party_run(&server);
    ck_assert_int_eq(server.err, SOTTO_ERR_AUTHENTICATION);
    ck_assert(!server.opened);
    close(ends[1]);
    party_wipe(&server);
    relay_wipe(&relay);
    session_wipe(&session);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("tls_attacks");
    TCase *tests = tcase_create("all");

    tcase_add_loop_test(tests, a_cut_at_any_byte_is_noticed, 0, 4);
    tcase_add_loop_test(tests, a_flipped_bit_is_noticed, 0, 4);
    tcase_add_loop_test(tests, a_replayed_client_is_refused, 0, 2);
    tcase_set_timeout(tests, 300);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
