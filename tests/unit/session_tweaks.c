/*
 * Tweaks of whole sessions, as the kernels see them: in windows, bundles and rounds no pair of
 * start point and tweak serves two gates.
 */
#include "garble/garble.h"
#include "proto/party.h"
#include "tests/support/circuits.h"
#include "tests/support/keys.h"
#include "tests/support/pair.h"
#include "tests/support/suite.h"
#include "tests/support/support.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

/* What recording kernels saw: every pair (start, tweak) that the garbler hashed under. */
static struct tweak_log {
    block start;
    struct call {
        uint64_t first; /* ANDs [first, first + n), each in so many lanes */
        uint64_t n;
        uint64_t n_lanes;
    } * calls;
    size_t n;
    size_t capacity;
} tweak_log;

static void log_init(size_t capacity)
{
    tweak_log = (struct tweak_log){
        .calls = calloc(capacity, sizeof *tweak_log.calls),
        .capacity = capacity,
    };
}

static void log_wipe(void)
{
    free(tweak_log.calls);
    tweak_log = (struct tweak_log){0};
}

static void log_call(const block *start, uint64_t first, size_t n, uint64_t n_lanes)
{
    if (tweak_log.n == 0) tweak_log.start = *start;
    ck_assert(memcmp(&tweak_log.start, start, sizeof *start) == 0);
    ck_assert_uint_lt(tweak_log.n, tweak_log.capacity);
    tweak_log.calls[tweak_log.n++] = (struct call){first, n, n_lanes};
}

static void log_keyed_call(const struct narrow_keys *keys, uint64_t first, size_t n,
                           uint64_t n_lanes)
{
    test_expect_keys(keys, first, n);
    log_call(&keys->start, first, n, n_lanes);
}

static void record_garble(block *labels, uint8_t *tables, const struct slot_gate *gates, size_t n,
                          const block *delta, const block *start, uint64_t first)
{
    (void)labels;
    (void)gates;
    (void)delta;
    memset(tables, 0, n * TABLE_LEN);
    log_call(start, first, n, 1);
}

static void record_narrow(block *labels, uint8_t *tables, const struct slot_gate *gates, size_t n,
                          const block *delta, const struct narrow_keys *keys, uint64_t first)
{
    (void)labels;
    (void)gates;
    (void)delta;
    memset(tables, 0, n * TABLE_LEN);
    log_keyed_call(keys, first, n, 1);
}

/* An AND number in N_LANES lanes stands for the gate gates[k] of as many instances. */
static void record_lanes(block *labels, uint8_t *tables, const struct slot_gate *gates, size_t n,
                         const block *delta, const struct narrow_keys *keys, uint64_t first)
{
    (void)labels;
    (void)gates;
    (void)delta;
    memset(tables, 0, n * TABLE_LEN * N_LANES);
    log_keyed_call(keys, first, n, N_LANES);
}

static void ignore_xors(block *labels, const struct slot_gate *gates, size_t n)
{
    (void)labels;
    (void)gates;
    (void)n;
}

static const struct garble_kernels recording_kernels = {
    .garble = record_garble,
    .expand = test_hold_keys,
    .garble_narrow = record_narrow,
    .garble_lanes = record_lanes,
    .xor_lanes = ignore_xors,
};

/* Shapes of a session over a circuit of 100 ANDs. */
static const struct tweak_case {
    uint64_t n_instances;
    uint64_t n_rounds;
    uint64_t n_passes; /* of groups and of single instances, in every round */
    size_t n_bundled;  /* groups side by side */
} tweak_cases[] = {
    {50, 40, 50 * 40, 0},                        /* chained: one by one */
    {7, 1, 7, 0},                                /* too few for a group */
    {8, 1, 1, 1},                                /* a group */
    {50, 1, 6 + 2, 6},                           /* groups, and what is left of them */
    {64, 1, BUNDLE_MAX_GROUPS, 8},               /* a full bundle */
    {2 * 512 + 9, 1, 129 + 1, BUNDLE_MAX_GROUPS} /* windows, of several bundles */
};

#define N_TWEAK_CASES (sizeof tweak_cases / sizeof tweak_cases[0])
#define TWEAK_ANDS 100

/* The garbler's party over wide_circuit(), with the engines' kernels replaced. */
struct garbling {
    struct sotto_context *context;
    struct task task;
    struct plan plan;
    struct party party;
    struct run run;
    block delta;
    block seed;
    uint8_t *bits;
};

static void garbling_init(struct garbling *garbling, const struct tweak_case *shape)
{
    struct garbling *g = garbling;
    char *text = wide_circuit(TWEAK_ANDS, 1);

    memset(g, 0, sizeof *g);
    g->context = test_context();
    task_init(&g->task, text, (const int[]){SOTTO_GARBLER, SOTTO_EVALUATOR}, 2);
    free(text);
    g->task.options.n_instances = shape->n_instances;
    g->task.options.n_rounds = shape->n_rounds;
    g->delta.half[0] = 1;
    ck_assert(plan_init(&g->plan, g->context, g->task.circuit, g->task.interface,
                        &g->task.options) == SOTTO_OK);
    ck_assert_uint_eq(g->plan.n_bundled, shape->n_bundled);
    g->bits = calloc(shape->n_instances, g->plan.n_garbler_bits);
    ck_assert(party_init(&g->party, g->context, &g->plan) == SOTTO_OK);
    g->run.context = g->context;
    ck_assert(party_start(&g->party, &g->run, &g->delta) == SOTTO_OK);
    ck_assert_ptr_null(g->party.team); /* the log is one thread's */
    ck_assert_uint_eq(g->party.bundle.capacity, shape->n_bundled);
    g->party.engine.kernels = &recording_kernels;
    for (size_t i = 0; i < shape->n_bundled; i++)
        g->party.bundle.groups[i].engine.kernels = &recording_kernels;
}

static void garbling_wipe(struct garbling *garbling)
{
    party_wipe(&garbling->party);
    plan_wipe(&garbling->plan);
    task_wipe(&garbling->task);
    sotto_context_free(garbling->context);
    free(garbling->bits);
}

/* Garbles one pass of an instance as garbler.c does, through a buffer of so many tables. */
static sotto_err garble_round(struct garbling *garbling, uint64_t round, size_t n_tables)
{
    static uint8_t tables[TWEAK_ANDS * TABLE_LEN];
    struct party *party = &garbling->party;
    struct schedule_source source;
    sotto_err err = SOTTO_OK;

    party_begin_round(party, &source, round);
    while (err == SOTTO_OK && !party->engine.finished) {
        size_t len;

        err = engine_garble(&party->engine, garbling->context, tables, &len, n_tables * TABLE_LEN);
    }
    return err;
}

/* The same for a bundle. */
static sotto_err garble_bundle(struct garbling *garbling, uint64_t first, size_t n_groups,
                               size_t n_tables)
{
    static uint8_t tables[BUNDLE_MAX_GROUPS * TWEAK_ANDS * BUNDLE_UNIT];
    struct party *party = &garbling->party;
    const struct party_inputs inputs = {
        .first = first,
        .seed = &garbling->seed,
        .rows = party->rows + first % garbling->plan.window * garbling->plan.n_evaluator_bits,
        .own_bits = garbling->bits + first * garbling->plan.n_garbler_bits,
    };
    sotto_err err = party_begin_bundle(party, &inputs, n_groups);
    size_t len;

    while (err == SOTTO_OK && !bundle_finished(&party->bundle))
        err = bundle_garble(&party->bundle, tables, &len, n_tables * BUNDLE_UNIT);
    return err;
}

/* All instances and rounds, in the bundles of the plan, through buffers of one to seven tables. */
static void garble_session(struct garbling *garbling)
{
    const struct plan *plan = &garbling->plan;

    for (uint64_t first = 0; first < plan->n_instances; first += plan->window) {
        uint64_t n = plan_window(plan, first);

        for (uint64_t i = 0; i < n;) {
            size_t n_groups = plan_bundle(plan, i, n);

            if (n_groups > 0)
                ck_assert_int_eq(garble_bundle(garbling, first + i, n_groups, 1 + i / N_LANES % 7),
                                 SOTTO_OK);
            for (uint64_t round = 0; n_groups == 0 && round < plan->n_rounds; round++)
                ck_assert_int_eq(garble_round(garbling, round, 1 + (i + round) % 7), SOTTO_OK);
            i += n_groups > 0 ? n_groups * N_LANES : 1;
        }
    }
}

static int compare_calls(const void *a, const void *b)
{
    const struct call *x = a, *y = b;

    return (x->first > y->first) - (x->first < y->first);
}

/* No pair (start, tweak) serves two gates, and none serves a gate of more than N_LANES instances;
 * that the kernels take tweaks 2 first to 2 (first + n) - 1 and no others is for their tests. */
START_TEST(session_tweaks_never_repeat) /* SEC-5 */
{
    const struct tweak_case *shape = &tweak_cases[_i];
    struct garbling garbling;
    uint64_t next = 0, n_tables = 0;

    garbling_init(&garbling, shape);
    log_init(1 << 20);
    garble_session(&garbling);
    /* Groups of a bundle take turns: in order of their numbers, calls must not overlap. */
    qsort(tweak_log.calls, tweak_log.n, sizeof *tweak_log.calls, compare_calls);
    for (size_t i = 0; i < tweak_log.n; i++) {
        const struct call *call = &tweak_log.calls[i];

        ck_assert_uint_ge(call->first, next);
        ck_assert_uint_le(call->n_lanes, 8);
        next = call->first + call->n;
        n_tables += call->n * call->n_lanes;
    }
    ck_assert_uint_eq(next, shape->n_passes * TWEAK_ANDS);
    ck_assert_uint_eq(n_tables, shape->n_instances * shape->n_rounds * TWEAK_ANDS);
    ck_assert_uint_eq(garbling.party.engine.hash.next, 2 * next);
    log_wipe();
    garbling_wipe(&garbling);
}
END_TEST

/* The passes side by side at a session's start: a bundle, or an instance alone. */
START_TEST(session_tweaks_run_out) /* SEC-5 */
{
    size_t n_groups = tweak_cases[_i].n_bundled;
    uint64_t n_ands = TWEAK_ANDS * (n_groups > 0 ? n_groups : 1), n_done = 0;
    struct garbling garbling;

    garbling_init(&garbling, &tweak_cases[_i]);
    log_init(1 << 10);
    /* even: twice that and no more */
    garbling.party.engine.hash.next = UINT64_MAX - 1 - 2 * 2 * n_ands;
    for (uint64_t pass = 0; pass < 4; pass++) {
        sotto_err err = n_groups > 0 ? garble_bundle(&garbling, 0, n_groups, n_ands)
                                     : garble_round(&garbling, 0, n_ands);

        ck_assert_int_eq(err, pass < 2 ? SOTTO_OK : SOTTO_ERR_LIMIT);
    }
    ck_assert_uint_eq(garbling.party.engine.hash.next, UINT64_MAX - 1);
    for (size_t i = 0; i < tweak_log.n; i++) n_done += tweak_log.calls[i].n;
    ck_assert_uint_eq(n_done, 2 * n_ands);
    log_wipe();
    garbling_wipe(&garbling);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("session_tweaks");
    TCase *tests = tcase_create("all");

    tcase_add_loop_test(tests, session_tweaks_never_repeat, 0, N_TWEAK_CASES);
    tcase_add_loop_test(tests, session_tweaks_run_out, 0, N_TWEAK_CASES);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
