/*
 * What is left of a mixed session's secrets: one party looks through its own memory for delta and
 * for the seed of the garbler's input labels, while the session is open and after every way in
 * which one ends. Inputs, a linear layer and a circuit have gone through it by then, on two
 * threads.
 */
#include "sotto-share.h"

#include "base/memory.h"
#include "net/channel.h"
#include "proto/mixed.h"
#include "tests/support/circuits.h"
#include "tests/support/search.h"
#include "tests/support/suite.h"
#include "tests/support/support.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define RING_BITS 21
#define VALUE_BITS 7
#define N_VALUES 100
#define N_SHARES 300
#define N_INSTANCES 500
#define N_BITS 2 /* of each party, for an instance of the circuit */

/* What becomes of the session, for the party under test. */
enum end { FINISHED, FREED, PEER_LEFT, PEER_ERRED, N_ENDS };

struct party {
    int fd;
    sotto_mixed_options options;
    sotto_context *context;
    sotto_channel *channel;
    sotto_mixed *mixed;
    sotto_wires *inputs, *outputs;
    uint8_t bits[N_INSTANCES * N_BITS];
    uint32_t shares[N_SHARES];
    int32_t weights[N_SHARES];
};

static void open_party(struct party *party)
{
    party->context = test_context();
    for (size_t i = 0; i < sizeof party->bits; i++) party->bits[i] = i % 3 == 0;
    for (int i = 0; i < N_SHARES; i++) party->weights[i] = i % 255 - 127;
    ck_assert_int_eq(channel_over(party->context, &party->channel, party->fd, party->fd, PATIENCE),
                     SOTTO_OK);
    ck_assert_int_eq(
        sotto_mixed_open(party->context, &party->mixed, party->channel, &party->options), SOTTO_OK);
}

static void give_column(void *user, sotto_column *column, uint64_t i)
{
    struct party *party = user;

    (void)i;
    *column = (sotto_column){.weights = party->weights, .n = N_SHARES};
}

/* The first layer: neither party waits for the other after it. */
static sotto_err project(struct party *party)
{
    const sotto_linear linear = {RING_BITS, 0, N_SHARES, give_column, party};
    bool garbles = party->options.role == SOTTO_GARBLER;
    sotto_err err = sotto_mixed_input(party->mixed, &party->inputs, garbles ? NULL : party->bits,
                                      N_VALUES, VALUE_BITS);
    sotto_operand operand = {party->inputs, NULL};

    if (err != SOTTO_OK) return err;
    return sotto_mixed_project(party->mixed, party->shares, &operand, N_VALUES, &linear);
}

/* The circuit after it, which needs the evaluator's choices and the garbler's tables. */
static sotto_err apply(struct party *party)
{
    uint8_t results[N_INSTANCES * N_BITS];
    sotto_interface *interface = NULL;
    sotto_circuit *circuit = NULL;
    sotto_err err;

    ck_assert_int_eq(
        sotto_circuit_parse(party->context, &circuit, "tiny", tiny_circuit, strlen(tiny_circuit)),
        SOTTO_OK);
    ck_assert_int_eq(sotto_interface_default(party->context, &interface, circuit, NULL, 0),
                     SOTTO_OK);
    err = sotto_mixed_apply(party->mixed, &party->outputs, circuit, interface, party->bits, NULL,
                            N_INSTANCES);
    if (err == SOTTO_OK)
        err = sotto_mixed_reveal(party->mixed, results, party->outputs, SOTTO_REVEAL_BOTH);
    sotto_interface_free(interface);
    sotto_circuit_free(circuit);
    return err;
}

static void run_peer(struct party *peer, enum end end)
{
    uint8_t byte = 0;

    open_party(peer);
    ck_assert_int_eq(project(peer), SOTTO_OK);
    if (end == PEER_ERRED) {
        ck_assert_int_eq(sotto_mixed_tell(peer->mixed, &byte, 1), SOTTO_OK);
        (void)!read(peer->fd, &byte, 1); /* until the party has gone */
    }
    if (end == PEER_LEFT || end == PEER_ERRED) _exit(0);
    ck_assert_int_eq(apply(peer), SOTTO_OK);
    if (end == FINISHED) ck_assert_int_eq(sotto_mixed_finish(peer->mixed), SOTTO_OK);
    _exit(0);
}

/* ------------------------------------------------------------------------------ the searches -- */

/* The seed is the first round key of the generator. The evaluator has no delta. */
static __attribute__((noinline)) size_t take_needles(uint8_t needles[2][SEARCH_LEN],
                                                     const struct sotto_mixed *mixed)
{
    const block *secrets[2] = {&mixed->labels->key.round[0], mixed_delta(mixed)};
    size_t n = secrets[1] != NULL ? 2 : 1;

    for (size_t k = 0; k < n; k++)
        for (size_t i = 0; i < SEARCH_LEN; i++)
            needles[k][i] = ((const uint8_t *)secrets[k])[i] ^ SEARCH_MASK;
    return n;
}

static void expect_memory(uint8_t needles[2][SEARCH_LEN], size_t n, bool has_them)
{
    size_t counts[2];

    search_burn_stack();
    search_memory(counts, (const uint8_t(*)[SEARCH_LEN])needles, n);
    for (size_t k = 0; k < n; k++)
        ck_assert_msg((counts[k] > 0) == has_them, "secret %zu: %zu times", k, counts[k]);
}

static void run_party(struct party *party, enum end end)
{
    static const sotto_err expected[] = {SOTTO_OK, SOTTO_OK, SOTTO_ERR_DISCONNECTED,
                                         SOTTO_ERR_PROTOCOL};
    uint8_t needles[2][SEARCH_LEN];
    size_t n;

    open_party(party);
    n = take_needles(needles, party->mixed);
    expect_memory(needles, n, true); /* the search finds what is there */
    ck_assert_int_eq(project(party), SOTTO_OK);
    ck_assert_int_eq(apply(party), expected[end]);
    if (end == FINISHED || end == FREED) expect_memory(needles, n, true);
    if (end == FINISHED) ck_assert_int_eq(sotto_mixed_finish(party->mixed), SOTTO_OK);
    if (end == FREED) sotto_mixed_free(party->mixed);
    expect_memory(needles, n, false);
}

/* SEC-8, SEC-20: neither delta nor the seed of labels is left, in either role; in a process of its
 * own, so that nothing of one search is left for the next. */
START_TEST(no_secret_is_left)
{
    enum end end = (enum end)(_i / 2);
    struct party *parties = mem_new(2, sizeof *parties);
    int fds[2], status;
    pid_t pids[2];

    ck_assert_ptr_nonnull(parties);
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    fflush(NULL);
    for (int i = 0; i < 2; i++) {
        parties[i].fd = fds[i];
        parties[i].options = (sotto_mixed_options){
            .role = i == _i % 2 ? SOTTO_GARBLER : SOTTO_EVALUATOR,
            .ot_width = (unsigned)(_i % 3 == 0 ? 1 : 2),
            .n_threads = 2,
        };
        pids[i] = fork();
        ck_assert_int_ge(pids[i], 0);
        if (pids[i] > 0) continue;
        close(fds[1 - i]);
        if (i == 0) run_party(&parties[0], end);
        else run_peer(&parties[1], end);
        _exit(0);
    }
    close(fds[0]);
    close(fds[1]);
    ck_assert_int_eq(waitpid(pids[0], &status, 0), pids[0]);
    ck_assert_int_eq(status, 0);
    ck_assert_int_eq(waitpid(pids[1], &status, 0), pids[1]);
    ck_assert_int_eq(status, 0);
    mem_free(parties);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("mixed_secrets");
    TCase *secrets = tcase_create("secrets");

    tcase_add_loop_test(secrets, no_secret_is_left, 0, 2 * N_ENDS);
    tcase_set_timeout(secrets, 120);
    suite_add_tcase(suite, secrets);
    return run_suite(suite);
}
