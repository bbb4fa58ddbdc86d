/*
 * What a session is asked for: options, interfaces, limits and buffers that are refused, progress
 * that is told.
 */
#include "proto/party.h"
#include "tests/support/circuits.h"
#include "tests/support/pair.h"
#include "tests/support/suite.h"
#include "tests/support/support.h"

#include <check.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static const int garbler_first[] = {SOTTO_GARBLER, SOTTO_EVALUATOR};

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

/* Without gates or outputs it is the choices alone that a count of instances makes too many. */
START_TEST(session_predicts_no_wrapped_bytes) /* SEC-15 */
{
    struct sotto_context *context = test_context();
    struct task task;
    int n_refused = 0;

    task_init(&task, "1 3\n2 1 1\n0\n2 1 0 1 2 XOR\n", garbler_first, 2);
    context->limits.max_instances = UINT64_MAX;
    for (unsigned shift = 32; shift < 64; shift++) {
        sotto_session_options options = {.n_instances = UINT64_C(1) << shift, .ot_malicious = 1};
        sotto_cost cost;
        sotto_err err =
            sotto_session_predict(context, &cost, task.circuit, task.interface, &options);

        ck_assert(err == SOTTO_OK || err == SOTTO_ERR_LIMIT);
        n_refused += err == SOTTO_ERR_LIMIT;
        if (err == SOTTO_OK) ck_assert_uint_gt(cost.evaluator_bytes / 16, options.n_instances);
        if (err == SOTTO_OK) ck_assert_int_eq(n_refused, 0);
    }
    ck_assert_int_gt(n_refused, 0);
    ck_assert_int_lt(n_refused, 20);
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
    (void)sleep(8);
}

/* An evaluator that takes longer than the garbler's patience is not silent: after five seconds it
 * gives a sign of life more than was predicted. On one processor it has no thread that could. */
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
    garbler->idle_timeout = 7500;
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

int main(void)
{
    Suite *suite = suite_create("session_options");
    TCase *tests = tcase_create("all");

    tcase_add_test(tests, session_needs_an_extension);
    tcase_add_test(tests, session_refuses_bad_options);
    tcase_add_test(tests, session_refuses_the_wrong_interface);
    tcase_add_test(tests, session_checks_limits);
    tcase_add_test(tests, session_predicts_no_wrapped_bytes);
    tcase_add_loop_test(tests, session_refuses_missing_buffers, 0, 2);
    tcase_add_loop_test(tests, session_reports_progress, 0, 2);
    tcase_add_test(tests, session_slow_is_not_silent);
    tcase_set_timeout(tests, 120);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
