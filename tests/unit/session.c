/*
 * Whole runs between two processes: what a circuit gives in the clear is what both parties get,
 * whatever the circuit, the policy, the number of instances and rounds and the instruction sets.
 */
#include "net/credentials.h"
#include "proto/party.h"
#include "tests/support/circuits.h"
#include "tests/support/pair.h"
#include "tests/support/suite.h"
#include "tests/support/support.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

/* Runs a task with random inputs, the role here in this process, and checks the outcome. */
static void run_task(const struct task *task, sotto_role role, uint64_t *state)
{
    struct side *here = side_new(task, role);
    struct side *there = side_new(task, role == SOTTO_GARBLER ? SOTTO_EVALUATOR : SOTTO_GARBLER);

    side_draw_inputs(here, state);
    side_draw_inputs(there, state);
    here->passes_null = there->passes_null = (test_next(state) & 1) != 0;
    pair_run(here, there, NULL);
    pair_check(here, there);
    ck_assert_uint_eq(here->stats.n_and, there->stats.n_and);
    ck_assert_uint_eq(here->stats.bytes_sent, there->stats.bytes_received);
    side_free(here);
    side_free(there);
}

static void run_policies(struct task *task, uint64_t *state)
{
    for (int reveal = 0; reveal < 3; reveal++) {
        task->options.reveal = (sotto_reveal)reveal;
        run_task(task, (sotto_role)(test_next(state) & 1), state);
    }
}

static void run_text(const char *text, const int *owners, size_t n_owners, uint64_t n_instances,
                     uint64_t seed)
{
    struct task task;

    task_init(&task, text, owners, n_owners);
    task.options.n_instances = n_instances;
    run_policies(&task, &seed);
    task_wipe(&task);
}

/* --------------------------------------------------------------------------- random circuits -- */

#define N_RANDOM 60

/* Chains some output to some input of its width, where there are any. */
static void choose_rounds(struct task *task, uint64_t *state)
{
    uint64_t n_outputs = sotto_circuit_n_outputs(task->circuit);
    uint64_t n_inputs = sotto_circuit_n_inputs(task->circuit);

    for (uint64_t k = 0; n_inputs > 0 && k < n_outputs * n_inputs; k++) {
        uint64_t output = k / n_inputs, input = k % n_inputs;

        if (sotto_circuit_output_bits(task->circuit, output) !=
            sotto_circuit_input_bits(task->circuit, input))
            continue;
        task->options.n_rounds = 2 + test_next(state) % 3;
        task->options.chain_output = output;
        task->options.chain_input = input;
    }
}

START_TEST(session_random_circuits)
{
    uint64_t state = 1000 + (uint64_t)_i;
    int owners[RANDOM_CIRCUIT_INPUTS];
    size_t n_owners;
    char *text = random_circuit(owners, &n_owners, &state);
    struct task task;

    task_init(&task, text, owners, n_owners);
    task.options.n_instances = (uint64_t)_i % 6; /* 0 stands for 1 */
    run_policies(&task, &state);
    choose_rounds(&task, &state);
    if (task.options.n_rounds > 1) run_policies(&task, &state);
    task_wipe(&task);
    free(text);
}
END_TEST

/* ------------------------------------------------------------------------- particular shapes -- */

static const int garbler_first[] = {SOTTO_GARBLER, SOTTO_EVALUATOR};
static const int evaluator_first[] = {SOTTO_EVALUATOR, SOTTO_GARBLER};
static const int all_garbler[] = {SOTTO_GARBLER, SOTTO_GARBLER};
static const int all_evaluator[] = {SOTTO_EVALUATOR, SOTTO_EVALUATOR};

static const struct shape {
    const char *text;
    const int *owners;
    size_t n_owners;
} shapes[] = {
    {tiny_circuit, garbler_first, 2},
    {tiny_circuit, evaluator_first, 2},
    {tiny_circuit, all_garbler, 2},
    {tiny_circuit, all_evaluator, 2},
    {alone_circuit, garbler_first, 1},
    /* without ANDs */
    {"2 6\n2 2 2\n1 2\n2 1 0 2 4 XOR\n2 1 1 3 5 XOR\n", garbler_first, 2},
    /* without inputs: constants only, and an AND of constants */
    {"4 4\n0\n1 2\n1 1 1 0 EQ\n1 1 0 1 EQ\n1 1 0 2 EQW\n2 1 0 1 3 AND\n", NULL, 0},
    /* without outputs */
    {"1 3\n2 1 1\n0\n2 1 0 1 2 AND\n", garbler_first, 2},
    {"1 3\n2 1 1\n1 0\n2 1 0 1 2 AND\n", garbler_first, 2},
    /* nothing at all */
    {"0 0\n0\n0\n", NULL, 0},
    /* outputs that are inputs, of both owners, twice */
    {"4 6\n2 1 1\n2 2 2\n1 1 0 2 EQW\n1 1 1 3 EQW\n1 1 1 4 EQW\n1 1 0 5 EQW\n", garbler_first, 2},
    /* an output that is a constant, beside an inverted input */
    {"2 3\n1 1\n1 2\n1 1 1 1 EQ\n1 1 0 2 INV\n", evaluator_first, 1},
    /* inputs of no width around one of each party */
    {"1 3\n4 0 1 0 1\n1 1\n2 1 0 1 2 AND\n",
     (const int[]){SOTTO_EVALUATOR, SOTTO_EVALUATOR, SOTTO_GARBLER, SOTTO_GARBLER}, 4},
    /* an AND and an XOR of a wire with itself */
    {"2 4\n2 1 1\n1 2\n2 1 1 1 2 AND\n2 1 0 0 3 XOR\n", garbler_first, 2},
};

#define N_SHAPES (sizeof shapes / sizeof shapes[0])

START_TEST(session_shapes)
{
    const struct shape *shape = &shapes[_i];

    for (uint64_t n = 1; n <= 3; n += 2)
        run_text(shape->text, shape->owners, shape->n_owners, n, 77 + (uint64_t)_i);
}
END_TEST

/* ----------------------------------------------------------------------------------- windows -- */

static const struct window_case {
    const int *owners;
    uint64_t width;
    uint64_t n_copies;
    uint64_t n_instances;
} window_cases[] = {
    /* choices: two frames, then one window and its borders */
    {garbler_first, 64, 1, 300},
    {garbler_first, 64, 1, WINDOW_CHOICES / 64},
    {evaluator_first, 64, 1, WINDOW_CHOICES / 64 + 1},
    {garbler_first, 64, 1, 2 * WINDOW_CHOICES / 64 + 3},
    {all_evaluator, 20000, 1, 2}, /* an instance larger than a window */
    /* instances */
    {all_garbler, 1, 1, WINDOW_INSTANCES},
    {all_garbler, 1, 1, WINDOW_INSTANCES + 1},
    /* outputs, and several frames of them */
    {garbler_first, 8, 1024, WINDOW_OUTPUTS / 8192 + 1},
    {all_garbler, 32, 32768, 3},
    /* tables: a frame holds 8192 */
    {garbler_first, 8192, 1, 1},
    {garbler_first, 8193, 1, 1},
    {evaluator_first, 5000, 1, 4},
};

#define N_WINDOW_CASES (sizeof window_cases / sizeof window_cases[0])

START_TEST(session_windows)
{
    const struct window_case *window = &window_cases[_i];
    char *text = wide_circuit(window->width, window->n_copies);

    run_text(text, window->owners, 2, window->n_instances, 5 + (uint64_t)_i);
    free(text);
}
END_TEST

START_TEST(session_long_chain)
{
    uint64_t state = 4;
    struct task task;

    task_init(&task, tiny_circuit, evaluator_first, 2);
    task.options.n_rounds = 1000;
    task.options.n_instances = 70;
    for (uint64_t input = 0; input < 2; input++) {
        task.options.chain_input = input;
        run_policies(&task, &state);
    }
    task_wipe(&task);
}
END_TEST

/* ------------------------------------------------------------------------------ instruction sets
 * -- */

START_TEST(session_isas)
{
    enum cpu_isa isas[2] = {(enum cpu_isa)(_i / CPU_N_ISAS), (enum cpu_isa)(_i % CPU_N_ISAS)};
    struct side *sides[2];
    uint64_t state = 9;
    struct task task;
    char *text;

    if (!cpu_supports(isas[0]) || !cpu_supports(isas[1])) return;
    text = wide_circuit(37, 1); /* every kernel's main loop and its rest */
    task_init(&task, text, garbler_first, 2);
    task.options.n_instances = 5;
    for (int role = 0; role < 2; role++) {
        sides[role] = side_new(&task, (sotto_role)role);
        sides[role]->isa = isas[role];
        side_draw_inputs(sides[role], &state);
    }
    pair_run(sides[0], sides[1], NULL);
    pair_check(sides[0], sides[1]);
    side_free(sides[0]);
    side_free(sides[1]);
    task_wipe(&task);
    free(text);
}
END_TEST

/* ------------------------------------------------------------------------------------- costs -- */

/* The cost with the extension that the run came to measure. */
static sotto_cost taken(const sotto_cost *cost, unsigned ot_width)
{
    sotto_cost taken = *cost;

    for (size_t i = 0; cost->ot_is_measured && i < SOTTO_N_OT_WIDTHS; i++) {
        const sotto_ot_cost *choice = &cost->may_take[i];

        if (choice->ot_width != ot_width) continue;
        taken.ot_width = ot_width;
        taken.evaluator_bytes = choice->evaluator_bytes;
        memcpy(taken.evaluator_bytes_tls, choice->evaluator_bytes_tls,
               sizeof taken.evaluator_bytes_tls);
    }
    return taken;
}

/* Exactly what was predicted is what either party sends. With TLS here the garbler listens. */
static void check_cost(const struct side *garbler, const struct side *evaluator,
                       const sotto_cost *cost)
{
    bool has_tls = garbler->credentials != NULL;
    sotto_credentials_kind kind = has_tls ? garbler->credentials->kind : SOTTO_CREDENTIALS_IDENTITY;

    ck_assert_uint_eq(garbler->stats.ot_width, cost->ot_width);
    ck_assert_uint_eq(garbler->stats.bytes_sent,
                      has_tls ? cost->garbler_bytes_tls[kind][SOTTO_GARBLER] : cost->garbler_bytes);
    ck_assert_uint_eq(evaluator->stats.bytes_sent,
                      has_tls ? cost->evaluator_bytes_tls[kind][SOTTO_GARBLER]
                              : cost->evaluator_bytes);
    ck_assert_uint_eq(garbler->stats.bytes_received, evaluator->stats.bytes_sent);
    ck_assert_uint_eq(evaluator->stats.bytes_received, garbler->stats.bytes_sent);
    ck_assert_uint_eq(garbler->stats.n_and, cost->n_and);
    ck_assert_uint_eq(evaluator->stats.n_and, cost->n_and);
}

START_TEST(session_costs_what_was_predicted)
{
    static const struct {
        sotto_ot_extension ot;
        unsigned k;
        int malicious;
    } extensions[] = {{SOTTO_OT_AUTO, 0, 0}, {SOTTO_OT_IKNP, 1, 0}, {SOTTO_OT_SOFTSPOKEN, 4, 1}};
    const struct window_case *window = &window_cases[_i];
    struct sotto_context *context = test_context();
    char *text = wide_circuit(window->width, window->n_copies);
    struct side *garbler, *evaluator;
    sotto_credentials *credentials[2];
    struct task task;

    task_init(&task, text, window->owners, 2);
    task.options.n_instances = window->n_instances;
    task.options.closes_channel = 1;
    garbler = side_new(&task, SOTTO_GARBLER);
    evaluator = side_new(&task, SOTTO_EVALUATOR);
    ck_assert_int_eq(sotto_credentials_pair(context, &credentials[0], &credentials[1]), SOTTO_OK);
    for (int reveal = 0; reveal < 3; reveal++) {
        sotto_cost cost, run_cost;

        task.options.reveal = (sotto_reveal)reveal;
        task.options.ot = extensions[reveal].ot;
        task.options.ot_width = extensions[reveal].k;
        task.options.ot_malicious = extensions[reveal].malicious;
        ck_assert_int_eq(
            sotto_session_predict(context, &cost, task.circuit, task.interface, &task.options),
            SOTTO_OK);
        for (int has_tls = 0; has_tls < 2; has_tls++) {
            garbler->credentials = has_tls ? credentials[0] : NULL;
            evaluator->credentials = has_tls ? credentials[1] : NULL;
            pair_run(garbler, evaluator, NULL);
            pair_check(garbler, evaluator);
            run_cost = taken(&cost, garbler->stats.ot_width);
            check_cost(garbler, evaluator, &run_cost);
        }
    }
    side_free(garbler);
    side_free(evaluator);
    sotto_credentials_free(credentials[0]);
    sotto_credentials_free(credentials[1]);
    task_wipe(&task);
    free(text);
    sotto_context_free(context);
}
END_TEST

/* Without an extension: pieces of base OTs that are full and not, the most there may be, instances
 * in lanes and alone, one and two windows. By default just as when asked for. */
static const struct direct_case {
    uint64_t width, n_copies, n_instances;
} direct_cases[] = {
    {1, 1, 1}, {16, 1, 1}, {17, 1, 1}, {128, 1, 1}, {5, 2, 25}, {60, 9000, 2},
};
#define N_DIRECT_CASES (sizeof direct_cases / sizeof direct_cases[0])

static void check_direct(const struct side *side, const sotto_cost *cost, uint64_t n_choices)
{
    bool garbles = side->role == SOTTO_GARBLER;
    uint64_t predicted = garbles ? cost->garbler_bytes : cost->evaluator_bytes;

    ck_assert_uint_eq(cost->ot_width, 0);
    ck_assert_uint_eq(cost->n_base_ots, n_choices);
    ck_assert_uint_eq(side->stats.ot_width, 0);
    ck_assert_uint_eq(side->stats.n_base_ots, n_choices);
    if (garbles) ck_assert_uint_eq(side->stats.bytes_sent, predicted);
    ck_assert_uint_ge(side->stats.bytes_sent, predicted);
    ck_assert_uint_eq((side->stats.bytes_sent - predicted) % FRAME_HEADER_LEN, 0);
}

START_TEST(session_without_extension)
{
    const struct direct_case *direct = &direct_cases[_i / 2];
    struct sotto_context *context = test_context();
    char *text = wide_circuit(direct->width, direct->n_copies);
    uint64_t n_choices = direct->width * direct->n_instances, state = 71;
    struct side *sides[2];
    struct task task;
    sotto_cost cost;

    task_init(&task, text, garbler_first, 2);
    task.options.n_instances = direct->n_instances;
    task.options.ot = _i % 2 == 0 ? SOTTO_OT_BASE : SOTTO_OT_AUTO;
    task.options.reveal = direct->n_copies > 2 ? SOTTO_REVEAL_GARBLER : SOTTO_REVEAL_BOTH;
    ck_assert_int_eq(
        sotto_session_predict(context, &cost, task.circuit, task.interface, &task.options),
        SOTTO_OK);
    for (int role = 0; role < 2; role++) {
        sides[role] = side_new(&task, (sotto_role)role);
        side_draw_inputs(sides[role], &state);
    }
    pair_run(sides[0], sides[1], NULL);
    pair_check(sides[0], sides[1]);
    for (int role = 0; role < 2; role++) {
        check_direct(sides[role], &cost, n_choices);
        side_free(sides[role]);
    }
    task_wipe(&task);
    free(text);
    sotto_context_free(context);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("session");
    TCase *runs = tcase_create("runs");
    TCase *costs = tcase_create("costs");

    tcase_add_loop_test(runs, session_random_circuits, 0, N_RANDOM);
    tcase_add_loop_test(runs, session_shapes, 0, N_SHAPES);
    tcase_add_loop_test(runs, session_windows, 0, N_WINDOW_CASES);
    tcase_add_test(runs, session_long_chain);
    tcase_add_loop_test(runs, session_isas, 0, CPU_N_ISAS * CPU_N_ISAS);
    tcase_set_timeout(runs, 120);
    suite_add_tcase(suite, runs);
    tcase_add_loop_test(costs, session_costs_what_was_predicted, 0, N_WINDOW_CASES);
    tcase_add_loop_test(costs, session_without_extension, 0, 2 * N_DIRECT_CASES);
    tcase_set_timeout(costs, 120);
    suite_add_tcase(suite, costs);
    return run_suite(suite);
}
