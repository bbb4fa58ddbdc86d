/*
 * Sessions and the oblivious transfers of their evaluator's inputs: every extension in both models,
 * the choice of one, and parties that cheat there or disagree.
 */
#include "base/memory.h"
#include "base/random.h"
#include "net/channel.h"
#include "proto/ot_choice.h"
#include "tests/support/relay.h"
#include "tests/support/suite.h"
#include "tests/support/support.h"

#include <string.h>
#include <sys/socket.h>

static const unsigned widths[] = {1, 2, 4, 8};

/* An adder of 3 bits with carry out. */
static const char adder_text[] = "14 20\n"
                                 "2 3 3\n"
                                 "1 4\n"
                                 "\n"
                                 "2 1 0 3 16 XOR\n"
                                 "2 1 0 3 6 AND\n"
                                 "2 1 1 4 7 XOR\n"
                                 "2 1 7 6 17 XOR\n"
                                 "2 1 1 4 8 AND\n"
                                 "2 1 7 6 9 AND\n"
                                 "2 1 8 9 10 XOR\n"
                                 "2 1 2 5 11 XOR\n"
                                 "2 1 11 10 18 XOR\n"
                                 "2 1 2 5 12 AND\n"
                                 "2 1 11 10 13 AND\n"
                                 "2 1 12 13 14 XOR\n"
                                 "1 1 14 15 INV\n"
                                 "1 1 15 19 INV\n";

#define N_INSTANCES 3000 /* more choices than a chunk has */

struct player {
    int fd;
    sotto_session_options options;
    sotto_err err;
    sotto_cost cost;
    uint64_t bytes_sent;
    sotto_session_stats stats;
    uint8_t inputs[N_INSTANCES * 3];
    uint8_t outputs[N_INSTANCES * 4];
};

static void *run_party(void *argument)
{
    struct player *player = argument;
    sotto_context *context = test_context();
    sotto_circuit *circuit = NULL;
    sotto_interface *interface = NULL;
    sotto_session *session = NULL;
    sotto_channel *channel = NULL;
    sotto_err err =
        sotto_circuit_parse(context, &circuit, "adder", adder_text, sizeof adder_text - 1);

    if (err == SOTTO_OK) err = sotto_interface_default(context, &interface, circuit, NULL, 0);
    if (err == SOTTO_OK)
        err = sotto_session_predict(context, &player->cost, circuit, interface, &player->options);
    if (err == SOTTO_OK)
        err = sotto_session_new(context, &session, circuit, interface, &player->options);
    if (err == SOTTO_OK) err = channel_over(context, &channel, player->fd, player->fd, PATIENCE);
    if (err == SOTTO_OK) err = sotto_session_run(session, player->outputs, channel, player->inputs);
    if (err == SOTTO_OK) player->bytes_sent = sotto_channel_bytes_sent(channel);
    if (session != NULL) sotto_session_get_stats(session, &player->stats);
    player->err = err;
    sotto_session_free(session);
    sotto_channel_free(channel);
    sotto_interface_free(interface);
    sotto_circuit_free(circuit);
    sotto_context_free(context);
    return NULL;
}

static void run_on(struct player *parties, const int *fds)
{
    for (int i = 0; i < 2; i++) {
        parties[i].fd = fds[i];
        parties[i].options.role = i == 0 ? SOTTO_GARBLER : SOTTO_EVALUATOR;
        if (parties[i].options.n_instances == 0) parties[i].options.n_instances = N_INSTANCES;
        random_bytes(parties[i].inputs, sizeof parties[i].inputs);
        for (size_t b = 0; b < sizeof parties[i].inputs; b++) parties[i].inputs[b] &= 1;
    }
    test_run_both(run_party, &parties[0], run_party, &parties[1]);
}

static void run_parties(struct player *parties)
{
    int fds[2];

    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    run_on(parties, fds);
}

static unsigned number(const uint8_t *bits, unsigned n)
{
    unsigned x = 0;

    for (unsigned i = 0; i < n; i++) x |= (unsigned)bits[i] << i;
    return x;
}

/* The results, and the bytes that were predicted, over each extension. */
static void check_sums(const struct player *parties)
{
    for (int p = 0; p < 2; p++) {
        ck_assert_int_eq(parties[p].err, SOTTO_OK);
        for (size_t i = 0; i < parties[p].options.n_instances; i++)
            ck_assert_uint_eq(number(parties[p].outputs + 4 * i, 4),
                              number(parties[0].inputs + 3 * i, 3) +
                                  number(parties[1].inputs + 3 * i, 3));
    }
}

/* Every extension in both models, with the bytes that were predicted. Odd numbers are malicious. */
START_TEST(sessions_run_over_every_extension)
{
    unsigned k = widths[_i / 2];
    static struct player parties[2];

    memset(parties, 0, sizeof parties);
    for (int i = 0; i < 2; i++) {
        parties[i].options.ot = k == 1 ? SOTTO_OT_IKNP : SOTTO_OT_SOFTSPOKEN;
        parties[i].options.ot_width = k;
        parties[i].options.ot_malicious = _i % 2;
    }
    run_parties(parties);
    check_sums(parties);
    ck_assert_uint_eq(parties[0].bytes_sent, parties[0].cost.garbler_bytes);
    ck_assert_uint_eq(parties[1].bytes_sent, parties[1].cost.evaluator_bytes);
    ck_assert_uint_eq(parties[0].stats.ot_width, k);
    ck_assert_uint_eq(parties[1].stats.ot_width, k);
}
END_TEST

/* Where the extension is open it is none for few choices, then what sends least, or, from 8192
 * choices on, what was measured to be fastest; both know. */
START_TEST(sessions_choose_an_extension)
{
    static const uint64_t n_instances[] = {1, 42, 43, 2000, 2730, N_INSTANCES};
    static struct player parties[2];
    uint64_t n = n_instances[_i / 2];

    memset(parties, 0, sizeof parties);
    for (int i = 0; i < 2; i++) {
        parties[i].options.ot = SOTTO_OT_AUTO;
        parties[i].options.n_instances = n;
        parties[i].options.ot_malicious = _i % 2;
    }
    run_parties(parties);
    check_sums(parties);
    ck_assert_uint_eq(parties[0].stats.ot_width, parties[1].stats.ot_width);
    ck_assert_uint_eq(parties[0].bytes_sent, parties[0].cost.garbler_bytes);
    if (3 * n >= 8192) return;
    ck_assert_uint_eq(parties[1].bytes_sent, parties[1].cost.evaluator_bytes);
    if (n <= 42 && _i % 2 == 0) ck_assert_uint_eq(parties[0].stats.ot_width, 0);
    else ck_assert_uint_gt(parties[0].stats.ot_width, 0);
    if (n >= 2000) ck_assert_uint_eq(parties[0].stats.ot_width, 8);
}
END_TEST

/* Slow links take few bytes, fast ones little hashing, and slow hashing k = 2, which never hashes
 * more than IKNP. */
START_TEST(the_fastest_extension_follows_the_link)
{
    ck_assert_uint_eq(ot_fastest(1e6, 1e-6, 1e-9), 8);
    ck_assert_uint_eq(ot_fastest(1e6, 2e-8, 1e-9), 8);
    ck_assert_uint_eq(ot_fastest(1e6, 1e-9, 1e-9), 4);
    ck_assert_uint_eq(ot_fastest(1e6, 3e-10, 1e-9), 2);
    ck_assert_uint_eq(ot_fastest(1e6, 1e-9, 1e-7), 2);
    ck_assert_uint_eq(ot_fastest(100, 1e-6, 1e-9), 1);
    ck_assert_uint_eq(ot_fastest(1e6, 0, 0), 1);
}
END_TEST

/* ---------------------------------------------------------------------------------- cheating -- */

/* What the peer of this party takes for cheating. */
struct cheat {
    sotto_role sender;
    struct change change;
};

static void run_with(struct player *parties, const struct cheat *cheat)
{
    struct relay relay;
    int ends[2];

    relay_init(&relay);
    relay.streams[cheat->sender].change = &cheat->change;
    relay_connect(&relay, ends);
    relay_start(&relay);
    run_on(parties, ends);
    relay_join(&relay);
    relay_wipe(&relay);
}

/* Other choices in the second half of the columns: passes if delta is zero there, 2^-64. */
static void change_half(uint8_t *payload, size_t len)
{
    for (size_t i = len / 2; i < len; i++) payload[i] ^= 0xff;
}

static void change_first(uint8_t *payload, size_t len)
{
    payload[0] ^= len > 0;
}

static void change_last(uint8_t *payload, size_t len)
{
    payload[len - 1] ^= 0x80;
}

/* SEC-7, SEC-8, SEC-22: an evaluator, or a garbler, that cheats in the transfers of the malicious
 * model is caught by its peer, in any chunk, before it gets a table; nobody has outputs. */
static const struct cheat cheats[] = {
    {SOTTO_EVALUATOR, {FRAME_CHOICES, 0, change_half}},
    {SOTTO_EVALUATOR, {FRAME_CHOICES, 1, change_half}},
    {SOTTO_EVALUATOR, {FRAME_ANSWER, 0, change_first}},
    {SOTTO_EVALUATOR, {FRAME_ANSWER, 1, change_last}},
    {SOTTO_EVALUATOR, {FRAME_BASE_PROOF, 0, change_last}},
    {SOTTO_EVALUATOR, {FRAME_TREES, 0, change_last}},
    {SOTTO_GARBLER, {FRAME_BASE_ANSWER, 0, change_first}},
};
#define N_CHEATS (sizeof cheats / sizeof cheats[0])

START_TEST(cheating_in_a_run_is_caught)
{
    const struct cheat *cheat = &cheats[_i % (int)N_CHEATS];
    sotto_role victim = cheat->sender == SOTTO_EVALUATOR ? SOTTO_GARBLER : SOTTO_EVALUATOR;
    unsigned k = widths[_i / (int)N_CHEATS];
    static const uint8_t untouched[sizeof(struct player)];
    static struct player parties[2];

    if (cheat->change.type == FRAME_TREES && k == 1) return; /* there are none */
    memset(parties, 0, sizeof parties);
    for (int i = 0; i < 2; i++) {
        parties[i].options.ot = k == 1 ? SOTTO_OT_IKNP : SOTTO_OT_SOFTSPOKEN;
        parties[i].options.ot_width = k;
        parties[i].options.ot_malicious = 1;
    }
    run_with(parties, cheat);
    ck_assert_int_eq(parties[victim].err, SOTTO_ERR_CHECK);
    ck_assert_int_eq(parties[1 - victim].err, SOTTO_ERR_ABORTED);
    for (int i = 0; i < 2; i++) {
        ck_assert_mem_eq(parties[i].outputs, untouched, sizeof parties[i].outputs);
        ck_assert_uint_eq(parties[i].stats.n_and, 0);
    }
}
END_TEST

/* The same cheat in the semi-honest model is not noticed there: the check is what catches it. */
START_TEST(cheating_goes_unnoticed_without_the_check)
{
    static const struct cheat cheat = {SOTTO_EVALUATOR, {FRAME_CHOICES, 0, change_half}};
    static struct player parties[2];

    memset(parties, 0, sizeof parties);
    run_with(parties, &cheat);
    ck_assert_int_eq(parties[0].err, SOTTO_OK);
}
END_TEST

/* ------------------------------------------------------------------------------ disagreement -- */

/* SEC-11: both sides see that the extensions differ, or their widths. */
START_TEST(sessions_must_agree_on_the_extension)
{
    static struct player parties[2];

    memset(parties, 0, sizeof parties);
    if (_i == 0) parties[0].options.ot = SOTTO_OT_SOFTSPOKEN;
    if (_i == 2) parties[0].options.ot = SOTTO_OT_AUTO;
    if (_i == 3) parties[1].options.ot_malicious = 1;
    if (_i == 1) {
        parties[0].options.ot = SOTTO_OT_SOFTSPOKEN;
        parties[0].options.ot_width = 4;
        parties[1].options.ot = SOTTO_OT_SOFTSPOKEN;
    }
    run_parties(parties);
    ck_assert_int_eq(parties[0].err, SOTTO_ERR_MISMATCH);
    ck_assert_int_eq(parties[1].err, SOTTO_ERR_MISMATCH);
}
END_TEST

START_TEST(sessions_refuse_wrong_widths)
{
    static const struct {
        sotto_ot_extension ot;
        unsigned width;
    } wrong[] = {{SOTTO_OT_IKNP, 2}, {SOTTO_OT_SOFTSPOKEN, 1}, {SOTTO_OT_SOFTSPOKEN, 3},
                 {SOTTO_OT_AUTO, 2}, {SOTTO_OT_BASE, 1},       {(sotto_ot_extension)4, 0}};
    static struct player player;

    memset(&player, 0, sizeof player);
    player.options.ot = wrong[_i].ot;
    player.options.ot_width = wrong[_i].width;
    run_party(&player);
    ck_assert_int_eq(player.err, SOTTO_ERR_USAGE);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ot_session");
    TCase *runs = tcase_create("runs"), *cheating = tcase_create("cheating");

    tcase_add_loop_test(runs, sessions_run_over_every_extension, 0, 8);
    tcase_add_loop_test(runs, sessions_choose_an_extension, 0, 12);
    tcase_add_test(runs, the_fastest_extension_follows_the_link);
    tcase_add_loop_test(runs, sessions_must_agree_on_the_extension, 0, 4);
    tcase_add_loop_test(runs, sessions_refuse_wrong_widths, 0, 6);
    tcase_set_timeout(runs, 120);
    suite_add_tcase(suite, runs);
    tcase_add_loop_test(cheating, cheating_in_a_run_is_caught, 0, 4 * (int)N_CHEATS);
    tcase_add_test(cheating, cheating_goes_unnoticed_without_the_check);
    tcase_set_timeout(cheating, 120);
    suite_add_tcase(suite, cheating);
    return run_suite(suite);
}
