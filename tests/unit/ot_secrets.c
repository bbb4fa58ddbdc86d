/*
 * OT handles over TLS, and what is left of their secrets: two processes, of which the one under
 * test looks through its own memory for delta, or for its packed choices, while the handle is open,
 * after a failure and after a normal end.
 */
#include "sotto-ot.h"

#include "base/memory.h"
#include "base/random.h"
#include "ot/transfer.h"
#include "tests/support/relay.h"
#include "tests/support/search.h"
#include "tests/support/suite.h"
#include "tests/support/support.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define N_OTS 20000 /* some chunks in the semi-honest model */

/* How the run goes on once the handle is open. */
enum end { ENDS_WELL, PEER_LEAVES, PEER_CHEATS, N_ENDS };

struct party {
    sotto_ot_role role;
    unsigned width;
    int malicious;
    int fd;
    const sotto_credentials *credentials;
    sotto_context *context;
    sotto_channel *channel;
    sotto_ot *ot;
    sotto_ot_block *rows;
    uint8_t *choices;
};

static void open_party(struct party *party)
{
    const sotto_ot_options options = {
        .role = party->role, .width = party->width, .malicious = party->malicious};
    sotto_channel_options at = {.credentials = party->credentials, .idle_timeout = PATIENCE};
    char address[16];

    snprintf(address, sizeof address, "fd:%d", party->fd);
    if (party->role == SOTTO_OT_SENDER) at.listen = address;
    else at.connect = address;
    party->context = test_context();
    party->rows = bulk_new(N_OTS, sizeof *party->rows);
    party->choices = bulk_new(N_OTS, 1);
    ck_assert(party->rows != NULL && party->choices != NULL);
    random_bytes(party->choices, N_OTS);
    for (size_t i = 0; i < N_OTS; i++) party->choices[i] &= 1;
    ck_assert_int_eq(sotto_channel_open(party->context, &party->channel, &at), SOTTO_OK);
    ck_assert_int_eq(sotto_ot_open(party->context, &party->ot, party->channel, &options), SOTTO_OK);
}

static sotto_err transfer(struct party *party)
{
    if (party->role == SOTTO_OT_SENDER)
        return sotto_ot_send_correlated(party->ot, party->rows, N_OTS);
    return sotto_ot_receive_correlated(party->ot, party->rows, party->choices, N_OTS);
}

static void close_party(struct party *party)
{
    sotto_ot_free(party->ot);
    sotto_channel_free(party->channel);
    sotto_context_free(party->context);
    bulk_free(party->rows, N_OTS, sizeof *party->rows);
    bulk_free(party->choices, N_OTS, 1);
}

static void *run_party(void *argument)
{
    struct party *party = argument;

    open_party(party);
    ck_assert_int_eq(transfer(party), SOTTO_OK);
    return NULL;
}

static const unsigned widths[] = {1, 2, 4, 8};

/* Over TLS, where one thread reads and writes at a time; odd numbers are malicious. */
START_TEST(handles_run_over_tls)
{
    sotto_credentials *credentials[2];
    sotto_context *context = test_context();
    struct party parties[2] = {{.role = SOTTO_OT_SENDER}, {.role = SOTTO_OT_RECEIVER}};
    sotto_ot_block delta;
    int fds[2];

    ck_assert_int_eq(sotto_credentials_pair(context, &credentials[0], &credentials[1]), SOTTO_OK);
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    for (int i = 0; i < 2; i++) {
        parties[i].width = widths[_i / 2];
        parties[i].malicious = _i % 2;
        parties[i].fd = fds[i];
        parties[i].credentials = credentials[i];
    }
    test_run_both(run_party, &parties[0], run_party, &parties[1]);
    ck_assert_int_eq(sotto_ot_delta(parties[0].ot, &delta), SOTTO_OK);
    for (size_t i = 0; i < N_OTS; i++)
        for (int h = 0; h < 2; h++)
            ck_assert_uint_eq(parties[0].rows[i].half[h] ^ parties[1].rows[i].half[h],
                              parties[1].choices[i] * delta.half[h]);
    for (int i = 0; i < 2; i++) {
        close_party(&parties[i]);
        sotto_credentials_free(credentials[i]);
    }
    sotto_context_free(context);
}
END_TEST

/* ---------------------------------------------------------------------------------- the peer -- */

/* Other choices in the second half of the columns. */
static void change_half(uint8_t *payload, size_t len)
{
    for (size_t i = len / 2; i < len; i++) payload[i] ^= 0xff;
}

static const struct change first_choices = {FRAME_CHOICES, 0, change_half};

/* The peer's process. A cheating peer of a sender is one behind a relay, which has no secrets. */
static void run_peer(struct party *peer, enum end end)
{
    int fds[2], other = peer->fd;
    struct relay relay;

    if (end != PEER_CHEATS) {
        open_party(peer);
        if (end == ENDS_WELL) ck_assert_int_eq(transfer(peer), SOTTO_OK);
        _exit(0);
    }
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    peer->fd = fds[0];
    if (fork() == 0) {
        close(fds[1]);
        open_party(peer);
        (void)!transfer(peer);
        _exit(0);
    }
    close(fds[0]);
    relay_init(&relay);
    relay.streams[0].from = relay.streams[1].to = fds[1];
    relay.streams[1].from = relay.streams[0].to = other;
    relay.streams[0].change = &first_choices;
    relay_start(&relay);
    relay_join(&relay);
    _exit(0);
}

/* ------------------------------------------------------------------------------ the searches -- */

static __attribute__((noinline)) void take_needle(uint8_t *needle, struct party *party)
{
    uint8_t secret[SEARCH_LEN] __attribute__((aligned(16)));

    if (party->role == SOTTO_OT_SENDER)
        ck_assert_int_eq(sotto_ot_delta(party->ot, (sotto_ot_block *)(void *)secret), SOTTO_OK);
    else pack_choices((block *)(void *)secret, party->choices, 128);
    for (size_t i = 0; i < SEARCH_LEN; i++) needle[i] = secret[i] ^ SEARCH_MASK;
    sodium_memzero(secret, sizeof secret);
}

static size_t count(const uint8_t (*needle)[SEARCH_LEN])
{
    size_t n;

    search_memory(&n, needle, 1);
    return n;
}

/* In a child of its own, so that nothing of one search is left for the next. */
static void search_party(struct party *party, enum end end)
{
    static const sotto_err expected[] = {SOTTO_OK, SOTTO_ERR_DISCONNECTED, SOTTO_ERR_CHECK};
    bool is_sender = party->role == SOTTO_OT_SENDER;
    uint8_t needle[1][SEARCH_LEN];
    size_t n_open;
    sotto_err err;

    open_party(party);
    take_needle(needle[0], party);
    n_open = count((const uint8_t(*)[SEARCH_LEN])needle);
    if (is_sender) ck_assert_uint_gt(n_open, 0); /* the search finds what is there */
    err = transfer(party);
    if (is_sender || end == ENDS_WELL) ck_assert_int_eq(err, expected[end]);
    else ck_assert_int_ne(err, SOTTO_OK);
    /* The handle keeps the last chunks' choices until it goes; a failure is its end. */
    if (end == ENDS_WELL) {
        ck_assert_uint_gt(count((const uint8_t(*)[SEARCH_LEN])needle), 0);
        sotto_ot_free(party->ot);
    }
    party->ot = NULL;
    search_burn_stack();
    ck_assert_uint_eq(count((const uint8_t(*)[SEARCH_LEN])needle), 0);
}

/* SEC-8, SEC-20: neither delta nor choices are left. Six cases of three ends and two roles. */
START_TEST(no_secret_is_left)
{
    enum end end = (enum end)(_i / 2);
    sotto_ot_role role = _i % 2 == 0 ? SOTTO_OT_SENDER : SOTTO_OT_RECEIVER;

    for (size_t w = 0; w < 4; w++) {
        struct party party = {.role = role, .width = widths[w], .malicious = 1};
        struct party peer = {.role = (sotto_ot_role)(1 - role), .width = widths[w], .malicious = 1};
        int fds[2], status;
        pid_t pids[2];

        if (end == PEER_CHEATS && role == SOTTO_OT_RECEIVER) continue; /* its peer would */
        ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
        party.fd = fds[0];
        peer.fd = fds[1];
        fflush(NULL);
        for (int i = 0; i < 2; i++) {
            pids[i] = fork();
            ck_assert_int_ge(pids[i], 0);
            if (pids[i] > 0) continue;
            close(fds[1 - i]);
            if (i == 1) run_peer(&peer, end);
            search_party(&party, end);
            _exit(0);
        }
        close(fds[0]);
        close(fds[1]);
        ck_assert_int_eq(waitpid(pids[0], &status, 0), pids[0]);
        ck_assert_int_eq(status, 0);
        ck_assert_int_eq(waitpid(pids[1], &status, 0), pids[1]);
        ck_assert_int_eq(status, 0);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ot_secrets");
    TCase *secrets = tcase_create("secrets");

    tcase_add_loop_test(secrets, handles_run_over_tls, 0, 8);
    tcase_add_loop_test(secrets, no_secret_is_left, 0, 2 * N_ENDS);
    tcase_set_timeout(secrets, 120);
    suite_add_tcase(suite, secrets);
    return run_suite(suite);
}
