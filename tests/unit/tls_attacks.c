/* What an attacker on the wire of a TLS channel achieves: cuts, flipped bits, replays. */
#include "tests/support/suite.h"
#include "tests/unit/tls_session.h"

#define NEVER UINT64_MAX

/** Carries bytes between two descriptors and does one thing to them. Direction 0 is from the
 *  client to the server. */
struct proxy {
    int fds[2]; /* towards the client, towards the server */
    int direction;
    uint64_t cut_at;  /* closes both connections after so many bytes */
    uint64_t flip_at; /* flips a bit of this byte */
    int bit;
    uint64_t carried[2];
    uint8_t record[2][8192];
    pthread_t thread;
};

/* Carries one portion; false at the end of that direction. */
static bool carry(struct proxy *proxy, int direction)
{
    uint8_t data[4096];
    uint64_t at = proxy->carried[direction];
    ssize_t n = recv(proxy->fds[direction], data, sizeof data, 0);

    if (n <= 0) return false;
    if (direction == proxy->direction) {
        if (proxy->cut_at - at < (uint64_t)n) n = (ssize_t)(proxy->cut_at - at);
        if (proxy->flip_at >= at && proxy->flip_at < at + (uint64_t)n) {
            data[proxy->flip_at - at] ^= (uint8_t)(1 << proxy->bit);
        }
    }
    if (at + (uint64_t)n <= sizeof proxy->record[0]) {
        memcpy(proxy->record[direction] + at, data, (size_t)n);
    }
    proxy->carried[direction] += (uint64_t)n;
    if (send(proxy->fds[!direction], data, (size_t)n, MSG_NOSIGNAL) < 0) return false;
    return direction != proxy->direction || proxy->carried[direction] < proxy->cut_at;
}

static void *proxy_run(void *user)
{
    struct proxy *proxy = user;
    bool open[2] = {true, true};

    while (open[0] || open[1]) {
        struct pollfd waits[2] = {{.fd = open[0] ? proxy->fds[0] : -1, .events = POLLIN},
                                  {.fd = open[1] ? proxy->fds[1] : -1, .events = POLLIN}};

        if (proxy->carried[proxy->direction] >= proxy->cut_at) break;
        poll(waits, 2, -1);
        for (int i = 0; i < 2; i++) {
            if (waits[i].revents == 0 || carry(proxy, i)) continue;
            open[i] = false;
            shutdown(proxy->fds[!i], SHUT_WR);
        }
    }
    close(proxy->fds[0]);
    close(proxy->fds[1]);
    return NULL;
}

/* Runs a session of greetings through the proxy. */
static void session_through(struct session *session, struct proxy *proxy, bool psk)
{
    int client[2], server[2];

    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, client), 0);
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, server), 0);
    session->credentials[0] = psk ? make_psk(7) : make_identity(1, 2);
    session->credentials[1] = psk ? make_psk(7) : make_identity(2, 1);
    session_init(session, server[0], client[0]);
    session->server.options.idle_timeout = 300;
    session->client.options.idle_timeout = 300;
    proxy->fds[0] = client[1];
    proxy->fds[1] = server[1];
    ck_assert_int_eq(pthread_create(&proxy->thread, NULL, proxy_run, proxy), 0);
    session_run(session);
    if (!session->server.opened) sotto_channel_free(session->server.channel);
    pthread_join(proxy->thread, NULL);
}

static struct proxy idle_proxy(int direction)
{
    return (struct proxy){.direction = direction, .cut_at = NEVER, .flip_at = NEVER};
}

/* SEC-13: a peer that goes after any byte of the handshake, or of the greeting behind it, is
 * never taken for one that has said all. */
START_TEST(a_cut_at_any_byte_is_noticed)
{
    int direction = _i % 2;
    bool psk = _i / 2 == 1;
    struct proxy proxy = idle_proxy(direction);
    struct session session;
    uint64_t handshake, end;

    session_through(&session, &proxy, psk);
    ck_assert_int_eq(session.server.err, SOTTO_OK);
    ck_assert_int_eq(session.client.err, SOTTO_OK);
    handshake = direction == 0 ? session.client.opening_sent : session.server.opening_sent;
    end = handshake + 5 + GREETING_LEN + 17; /* a record header, and the tag and type behind */
    session_wipe(&session);
    for (uint64_t at = 0; at < end; at++) {
        struct party *deaf = direction == 0 ? &session.server : &session.client;

        proxy = idle_proxy(direction);
        proxy.cut_at = at;
        session_through(&session, &proxy, psk);
        ck_assert_msg(deaf->err == SOTTO_ERR_DISCONNECTED, "cut at %d: %d", (int)at, deaf->err);
        ck_assert_int_eq(deaf->opened, at >= handshake);
        ck_assert_uint_lt(session.server.elapsed, 2500);
        ck_assert_uint_lt(session.client.elapsed, 2500);
        session_wipe(&session);
    }
}
END_TEST

/* SEC-12: no bit of what is encrypted can be changed unnoticed; the exceptions are the version
 * bytes of plaintext record headers, which RFC 8446, 5.1 has the receiver ignore. */
START_TEST(a_flipped_bit_is_noticed)
{
    int direction = _i % 2;
    bool psk = _i / 2 == 1;
    struct proxy proxy = idle_proxy(direction);
    struct session session;
    uint64_t handshake, end;

    session_through(&session, &proxy, psk);
    handshake = direction == 0 ? session.client.opening_sent : session.server.opening_sent;
    end = handshake + 5 + GREETING_LEN + 17;
    session_wipe(&session);
    for (uint64_t at = 0; at < end; at += at < handshake ? 3 : 1) {
        struct party *deaf = direction == 0 ? &session.server : &session.client;

        if (at == 1 || at == 2) continue;
        proxy = idle_proxy(direction);
        proxy.flip_at = at;
        proxy.bit = (int)(at % 8);
        session_through(&session, &proxy, psk);
        ck_assert_msg(deaf->err != SOTTO_OK, "bit of byte %d flipped", (int)at);
        if (at >= handshake && at != handshake + 3 && at != handshake + 4) {
            ck_assert_int_eq(deaf->err, SOTTO_ERR_AUTHENTICATION);
        }
        ck_assert_uint_lt(deaf->elapsed, 2500);
        session_wipe(&session);
    }
}
END_TEST

/* SEC-12: what a client sent once is worth nothing to whoever recorded it. */
START_TEST(a_replayed_client_is_refused)
{
    struct proxy proxy = idle_proxy(0);
    struct session session;
    struct party server;
    char address[16];
    int ends[2];

    session_through(&session, &proxy, _i == 1);
    ck_assert_int_eq(session.server.err, SOTTO_OK);
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    snprintf(address, sizeof address, "fd:%d", ends[0]);
    party_init(&server, address, NULL, &session.credentials[0]);
    ck_assert_int_eq(write(ends[1], proxy.record[0], proxy.carried[0]), (ssize_t)proxy.carried[0]);
    shutdown(ends[1], SHUT_WR);
    party_run(&server);
    ck_assert_int_eq(server.err, SOTTO_ERR_AUTHENTICATION);
    ck_assert(!server.opened);
    close(ends[1]);
    party_wipe(&server);
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
