/*
 * Whole runs between two processes: what a circuit gives in the clear is what both parties get,
 * whatever the circuit, the policy, the number of instances and rounds and the instruction sets.
 */
#include "base/memory.h"
#include "garble/garble.h"
#include "net/credentials.h"
#include "proto/party.h"
#include "tests/support/circuits.h"
#include "tests/support/keys.h"
#include "tests/support/pair.h"
#include "tests/support/suite.h"
#include "tests/support/support.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

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

/* ---------------------------------------------------------------------------- random circuits --
 */

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

/* --------------------------------------------------------------------------- particular shapes --
 */

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

/* ------------------------------------------------------------------------------------- windows --
 */

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

/* ------------------------------------------------------------------------------------ the API --
 */

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

static sotto_err try_options(struct sotto_context *context, const struct task *task,
                             const sotto_session_options *options)
{
    sotto_session *session = NULL;
    sotto_err err = sotto_session_new(context, &session, task->circuit, task->interface, options);

    ck_assert((err == SOTTO_OK) == (session != NULL));
    if (err != SOTTO_OK) ck_assert_str_ne(sotto_context_message(context), "");
    sotto_session_free(session);
    return err;
}

START_TEST(session_refuses_bad_options)
{
    struct sotto_context *context = test_context();
    sotto_session_options good = {.n_rounds = 2}, bad;
    struct task task;

    task_init(&task, "1 4\n2 1 2\n2 1 0\n2 1 0 1 3 AND\n", garbler_first, 2);
    ck_assert_int_eq(try_options(context, &task, &good), SOTTO_OK);
    bad = good;
    bad.role = (sotto_role)2;
    ck_assert_int_eq(try_options(context, &task, &bad), SOTTO_ERR_USAGE);
    bad = good;
    bad.reveal = (sotto_reveal)3;
    ck_assert_int_eq(try_options(context, &task, &bad), SOTTO_ERR_USAGE);
    bad = good;
    bad.chain_input = 1; /* two bits take the place of one */
    ck_assert_int_eq(try_options(context, &task, &bad), SOTTO_ERR_USAGE);
    bad = good;
    bad.chain_input = 2;
    ck_assert_int_eq(try_options(context, &task, &bad), SOTTO_ERR_USAGE);
    bad = good;
    bad.chain_output = 2;
    ck_assert_int_eq(try_options(context, &task, &bad), SOTTO_ERR_USAGE);
    bad.n_rounds = 1; /* now it does not matter */
    ck_assert_int_eq(try_options(context, &task, &bad), SOTTO_OK);
    task_wipe(&task);
    sotto_context_free(context);
}
END_TEST

/* One choice more than there are base OTs, or a check that is for a whole batch of them: what is
 * asked for is refused, and what is open takes an extension. */
START_TEST(session_needs_an_extension) /* SEC-7 */
{
    struct sotto_context *context = test_context();
    sotto_session_options options = {.ot = SOTTO_OT_BASE, .n_instances = 64};
    struct task task;
    sotto_cost cost;

    task_init(&task, tiny_circuit, garbler_first, 2);
    ck_assert_int_eq(try_options(context, &task, &options), SOTTO_OK);
    options.ot_width = 1;
    ck_assert_int_eq(try_options(context, &task, &options), SOTTO_ERR_USAGE);
    options.ot_width = 0;
    for (int i = 0; i < 2; i++) {
        options.n_instances = i == 0 ? 65 : 64;
        options.ot_malicious = i;
        options.ot = SOTTO_OT_BASE;
        ck_assert_int_eq(try_options(context, &task, &options), SOTTO_ERR_USAGE);
        options.ot = SOTTO_OT_AUTO;
        ck_assert_int_eq(
            sotto_session_predict(context, &cost, task.circuit, task.interface, &options),
            SOTTO_OK);
        ck_assert_uint_gt(cost.ot_width, 0);
        ck_assert_uint_eq(cost.n_base_ots, 128);
    }
    task_wipe(&task);
    sotto_context_free(context);
}
END_TEST

START_TEST(session_refuses_the_wrong_interface) /* SEC-14 */
{
    struct sotto_context *context = test_context();
    struct task task, other;
    sotto_session *session = NULL;

    task_init(&task, tiny_circuit, garbler_first, 2);
    task_init(&other, "1 3\n2 1 1\n1 1\n2 1 0 1 2 AND\n", garbler_first, 2);
    ck_assert_int_eq(
        sotto_session_new(context, &session, task.circuit, other.interface, &task.options),
        SOTTO_ERR_USAGE);
    ck_assert_ptr_null(session);
    task_wipe(&task);
    task_wipe(&other);
    sotto_context_free(context);
}
END_TEST

/* SEC-14, SEC-15: counts at and beyond the limits, and those whose products would wrap. */
START_TEST(session_checks_limits)
{
    struct sotto_context *context = test_context();
    sotto_session_options options = {.n_instances = 10};
    struct task task;

    task_init(&task, tiny_circuit, garbler_first, 2);
    context->limits.max_instances = 10;
    ck_assert_int_eq(try_options(context, &task, &options), SOTTO_OK);
    options.n_instances = 11;
    ck_assert_int_eq(try_options(context, &task, &options), SOTTO_ERR_LIMIT);
    context->limits.max_instances = UINT64_MAX;
    for (unsigned shift = 32; shift < 64; shift++) {
        options = (sotto_session_options){.n_instances = UINT64_C(1) << shift};
        ck_assert_int_eq(try_options(context, &task, &options), SOTTO_ERR_LIMIT);
        options = (sotto_session_options){.n_instances = 1 << 20, .n_rounds = UINT64_C(1) << shift};
        if (shift >= 38) ck_assert_int_eq(try_options(context, &task, &options), SOTTO_ERR_LIMIT);
    }
    options = (sotto_session_options){.n_instances = UINT64_MAX, .n_rounds = UINT64_MAX};
    ck_assert_int_eq(try_options(context, &task, &options), SOTTO_ERR_LIMIT);
    context->limits.max_memory = 100000;
    options = (sotto_session_options){.n_instances = 1};
    ck_assert_int_eq(try_options(context, &task, &options), SOTTO_ERR_LIMIT);
    task_wipe(&task);
    sotto_context_free(context);
}
END_TEST

/* A missing buffer is found before anything is said; one that is not needed is not missed. */
START_TEST(session_refuses_missing_buffers)
{
    struct sotto_context *context = test_context();
    sotto_session_options options = {.role = (sotto_role)_i};
    uint8_t bits[2] = {0}, heard[1];
    sotto_session *session;
    sotto_channel *channel;
    struct task task;
    int fds[2];

    ck_assert(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == 0);
    ck_assert(channel_over(context, &channel, fds[0], fds[0], 1000) == SOTTO_OK);
    task_init(&task, tiny_circuit, garbler_first, 2);
    ck_assert(sotto_session_new(context, &session, task.circuit, task.interface, &options) ==
              SOTTO_OK);
    ck_assert_int_eq(sotto_session_run(session, NULL, channel, bits), SOTTO_ERR_USAGE);
    ck_assert_int_eq(sotto_session_run(session, bits, channel, NULL), SOTTO_ERR_USAGE);
    ck_assert_int_lt(recv(fds[1], heard, 1, MSG_DONTWAIT), 0);
    sotto_session_free(session);
    sotto_channel_free(channel);
    close(fds[1]);
    task_wipe(&task);
    sotto_context_free(context);
}
END_TEST

struct tale {
    int last_phase;
    uint64_t last_done;
    uint64_t total;
    bool is_wrong;
};

static void listen_to_progress(void *user, sotto_phase phase, uint64_t done, uint64_t total)
{
    struct tale *tale = user;

    if (done < tale->last_done || done > total || (tale->total != 0 && tale->total != total))
        tale->is_wrong = true;
    if ((int)phase < tale->last_phase &&
        !(phase == SOTTO_PHASE_GATES && tale->last_phase == SOTTO_PHASE_OUTPUT))
        tale->is_wrong = true; /* phases come in order, but windows take turns */
    tale->last_phase = (int)phase;
    tale->last_done = done;
    tale->total = total;
}

START_TEST(session_reports_progress)
{
    struct tale tale = {.last_phase = -1};
    struct side *here, *there;
    struct task task;

    task_init(&task, tiny_circuit, garbler_first, 2);
    task.options.n_instances = 3;
    here = side_new(&task, (sotto_role)_i);
    there = side_new(&task, (sotto_role)(1 - _i));
    here->progress = listen_to_progress;
    here->progress_user = &tale;
    pair_run(here, there, NULL);
    pair_check(here, there);
    ck_assert(!tale.is_wrong);
    ck_assert_int_eq(tale.last_phase, SOTTO_PHASE_OUTPUT);
    ck_assert_uint_eq(tale.last_done, 6);
    ck_assert_uint_eq(tale.total, 6);
    side_free(here);
    side_free(there);
    task_wipe(&task);
}
END_TEST

/* Stops at the last frame of the tables, when the garbler has nothing more to say. */
static void linger(void *user, sotto_phase phase, uint64_t done, uint64_t total)
{
    bool *has_lingered = user;

    if (phase != SOTTO_PHASE_GATES || *has_lingered) return;
    if (total - done > FRAME_MAX_LEN / TABLE_LEN) return;
    *has_lingered = true;
    (void)sleep(6);
}

/* An evaluator that takes longer than the garbler's patience is not silent: it gives a sign of life
 * more than was predicted. On one processor it has no thread that could. */
START_TEST(session_slow_is_not_silent)
{
    struct sotto_context *context = test_context();
    struct side *garbler, *evaluator;
    bool has_lingered = false;
    sotto_cost cost;
    struct task task;

    if (sysconf(_SC_NPROCESSORS_ONLN) < 2) return;
    task_init(&task, tiny_circuit, garbler_first, 2);
    task.options.n_instances = 1;
    task.options.n_rounds = 5 * FRAME_MAX_LEN / TABLE_LEN;
    ck_assert_int_eq(
        sotto_session_predict(context, &cost, task.circuit, task.interface, &task.options),
        SOTTO_OK);
    garbler = side_new(&task, SOTTO_GARBLER);
    evaluator = side_new(&task, SOTTO_EVALUATOR);
    garbler->idle_timeout = 5500;
    evaluator->progress = linger;
    evaluator->progress_user = &has_lingered;
    pair_run(garbler, evaluator, NULL);
    pair_check(garbler, evaluator);
    ck_assert_uint_eq(evaluator->stats.bytes_sent, cost.evaluator_bytes + FRAME_HEADER_LEN);
    side_free(garbler);
    side_free(evaluator);
    task_wipe(&task);
    sotto_context_free(context);
}
END_TEST

/* -------------------------------------------------------------------------------------- tweaks --
 */

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
    task_init(&g->task, text, garbler_first, 2);
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
    Suite *suite = suite_create("session");
    TCase *runs = tcase_create("runs");
    TCase *api = tcase_create("api");
    TCase *tweaks = tcase_create("tweaks");

    tcase_add_loop_test(runs, session_random_circuits, 0, N_RANDOM);
    tcase_add_loop_test(runs, session_shapes, 0, N_SHAPES);
    tcase_add_loop_test(runs, session_windows, 0, N_WINDOW_CASES);
    tcase_add_test(runs, session_long_chain);
    tcase_add_loop_test(runs, session_isas, 0, CPU_N_ISAS * CPU_N_ISAS);
    tcase_set_timeout(runs, 120);
    suite_add_tcase(suite, runs);
    tcase_add_loop_test(api, session_costs_what_was_predicted, 0, N_WINDOW_CASES);
    tcase_add_loop_test(api, session_without_extension, 0, 2 * N_DIRECT_CASES);
    tcase_add_test(api, session_needs_an_extension);
    tcase_add_test(api, session_refuses_bad_options);
    tcase_add_test(api, session_refuses_the_wrong_interface);
    tcase_add_test(api, session_checks_limits);
    tcase_add_loop_test(api, session_refuses_missing_buffers, 0, 2);
    tcase_add_loop_test(api, session_reports_progress, 0, 2);
    tcase_add_test(api, session_slow_is_not_silent);
    tcase_set_timeout(api, 120);
    suite_add_tcase(suite, api);
    tcase_add_loop_test(tweaks, session_tweaks_never_repeat, 0, N_TWEAK_CASES);
    tcase_add_loop_test(tweaks, session_tweaks_run_out, 0, N_TWEAK_CASES);
    suite_add_tcase(suite, tweaks);
    return run_suite(suite);
}
