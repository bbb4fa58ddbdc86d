/*
 * Bundles of instances: the same tables and labels for every number of threads, every way to cut
 * the stream and every instruction set; the same for threads that share one instance; and teams of
 * threads.
 */
#include "tests/unit/circuits.h"

#include "base/memory.h"
#include "base/random.h"
#include "garble/bundle.h"
#include "garble/crew.h"
#include "tests/support/suite.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <time.h>

static sotto_context *context;

static void setup(void)
{
    context = test_context();
}

static void teardown(void)
{
    sotto_context_free(context);
}

/* What each task of a loop saw. */
static atomic_uint calls[1000];

static void count_call(void *argument, uint64_t i)
{
    ck_assert_ptr_eq(argument, calls);
    atomic_fetch_add(&calls[i], 1);
}

START_TEST(teams_call_every_task_once)
{
    static const uint64_t sizes[] = {0, 1, 2, 3, 7, 64, 1000};

    for (uint64_t n_threads = 0; n_threads < 6; n_threads++) {
        struct team *team = team_new(n_threads);

        ck_assert_int_eq(team == NULL, n_threads < 2);
        for (unsigned round = 0; round < 200; round++) {
            uint64_t n = sizes[round % 7];

            for (size_t i = 0; i < 1000; i++) atomic_store(&calls[i], 0);
            team_run(team, count_call, calls, n);
            for (size_t i = 0; i < 1000; i++) REQUIRE(atomic_load(&calls[i]) == (i < n ? 1U : 0U));
        }
        team_free(team);
    }
}
END_TEST

#define N_PINNED 4

/* What threads meet in, so that each has one task. */
struct meeting {
    atomic_uint n_there;
    cpu_set_t may_use[N_PINNED];
};

static void meet(void *argument, uint64_t i)
{
    struct meeting *meeting = argument;

    REQUIRE(pthread_getaffinity_np(pthread_self(), sizeof(cpu_set_t), &meeting->may_use[i]) == 0);
    atomic_fetch_add(&meeting->n_there, 1);
    for (unsigned k = 0; atomic_load(&meeting->n_there) < N_PINNED; k++) team_relax(k);
}

/* The processors of the owner are given out in turn, and are its own again at the end. */
START_TEST(teams_are_pinned)
{
    static struct meeting meeting;
    struct team *team = team_new(N_PINNED);
    unsigned n_threads[CPU_SETSIZE] = {0}, n_processors;
    cpu_set_t before, after;

    ck_assert_int_eq(sched_getaffinity(0, sizeof before, &before), 0);
    n_processors = (unsigned)CPU_COUNT(&before);
    ck_assert_uint_eq(team_size(team), N_PINNED);
    team_pin(team);
    team_run(team, meet, &meeting, N_PINNED);
    team_free(team);
    for (size_t i = 0; i < N_PINNED; i++)
        for (size_t k = 0; k < CPU_SETSIZE; k++)
            n_threads[k] +=
                CPU_COUNT(&meeting.may_use[i]) == 1 && CPU_ISSET(k, &meeting.may_use[i]);
    for (size_t k = 0, number = 0; k < CPU_SETSIZE; k++) {
        unsigned expected = 0;

        if (CPU_ISSET(k, &before) && number < N_PINNED)
            expected = (N_PINNED - 1 - (unsigned)number) / n_processors + 1;
        number += CPU_ISSET(k, &before) ? 1 : 0;
        ck_assert_uint_eq(n_threads[k], expected);
    }
    ck_assert_int_eq(sched_getaffinity(0, sizeof after, &after), 0);
    ck_assert(CPU_EQUAL(&before, &after));
}
END_TEST

static void fill_labels(void *user, block *labels, size_t group)
{
    const struct schedule *schedule = user;
    uint64_t state = 100 + group;

    for (size_t i = 0; i < (size_t)schedule->n_input_wires * N_LANES; i++)
        labels[(size_t)N_LANES * N_CONSTANT_SLOTS + i] =
            block_of(test_next(&state), test_next(&state));
}

static const block delta = {{0x123456789abcdef1, 0xfedcba9876543210}};
static const block start = {{3, 4}};

/* Garbles n_groups in stretches of so many units, and looks that evaluating the zero-labels, which
 * are as good as any, gives them back. */
static uint8_t *run_bundle(const struct schedule *schedule, size_t n_groups, struct team *team,
                           size_t n_units)
{
    size_t len = schedule->n_and * n_groups * BUNDLE_UNIT, at = 0, done;
    uint8_t *tables = malloc(len + 1);
    struct bundle garbler = {.team = team}, evaluator = {.team = team};
    struct label_hash hash = {.start = start}, other = hash;

    REQUIRE(bundle_init(&garbler, context, schedule, n_groups, &start, &delta) == SOTTO_OK);
    REQUIRE(bundle_init(&evaluator, context, schedule, n_groups, &start, NULL) == SOTTO_OK);
    REQUIRE(bundle_begin(&garbler, &hash, n_groups, fill_labels, (void *)(uintptr_t)schedule) ==
            SOTTO_OK);
    REQUIRE(hash.next == 2 * schedule->n_and * n_groups);
    while (!bundle_finished(&garbler)) {
        size_t left = len - at < n_units * BUNDLE_UNIT ? len - at : n_units * BUNDLE_UNIT;

        REQUIRE(bundle_garble(&garbler, tables + at, &done, left) == SOTTO_OK);
        at += done;
    }
    REQUIRE(at == len);
    REQUIRE(bundle_begin(&evaluator, &other, n_groups, fill_labels, (void *)(uintptr_t)schedule) ==
            SOTTO_OK);
    for (at = 0; !bundle_finished(&evaluator); at += done)
        REQUIRE(bundle_evaluate(&evaluator, &done, tables + at, len - at) == SOTTO_OK);
    REQUIRE(at == len);
    for (size_t group = 0; group < n_groups; group++)
        for (uint32_t i = 0; i < schedule->n_output_wires; i++)
            for (size_t lane = 0; lane < N_LANES; lane++) {
                block difference = block_xor(bundle_output(&garbler, group, i)[lane],
                                             bundle_output(&evaluator, group, i)[lane]);
                block zero = {{0, 0}};

                /* The clear value of an output is 0 or 1; inverters make some of them 1. */
                REQUIRE(memcmp(&difference, &zero, sizeof zero) == 0 ||
                        memcmp(&difference, &delta, sizeof delta) == 0);
            }
    bundle_wipe(&garbler);
    bundle_wipe(&evaluator);
    return tables;
}

START_TEST(tables_do_not_depend_on_threads)
{
    static const char *const files[] = {"mul8.txt", "less32.txt", "typed.txt"};

    for (size_t f = 0; f < 3; f++) {
        sotto_circuit *circuit = load(context, files[f]);
        struct schedule *schedule;

        REQUIRE(schedule_new(context, &schedule, circuit) == SOTTO_OK);
        for (size_t n_groups = 1; n_groups <= BUNDLE_MAX_GROUPS; n_groups++) {
            size_t len = schedule->n_and * n_groups * BUNDLE_UNIT;
            uint8_t *expected;

            cpu_force(CPU_PORTABLE);
            expected = run_bundle(schedule, n_groups, NULL, 1000000);
            for (int isa = CPU_PORTABLE + 1; isa < CPU_N_ISAS; isa++) {
                struct team *team = team_new((uint64_t)isa + 1);
                uint8_t *tables;

                if (!cpu_force((enum cpu_isa)isa)) continue;
                tables = run_bundle(schedule, n_groups, team, 1 + 37 * n_groups);
                ck_assert(memcmp(tables, expected, len) == 0);
                free(tables);
                team_free(team);
            }
            free(expected);
        }
        schedule_free(schedule);
        sotto_circuit_free(circuit);
    }
}
END_TEST

/* Two passes of one instance in stretches of n tables; the labels are as after the first. */
static uint8_t *run_alone(struct engine *engine, const struct schedule *schedule, struct team *team,
                          const uint8_t *received, uint64_t n)
{
    size_t len = 2 * schedule->n_and * TABLE_LEN, at = 0, done;
    uint8_t *garbled = received == NULL ? malloc(len) : NULL;
    uint64_t state = 77;

    REQUIRE(engine_init(engine, context, schedule->n_slots, &start,
                        received == NULL ? &delta : NULL) == SOTTO_OK);
    REQUIRE(engine_share(engine, context, schedule, team) == SOTTO_OK);
    ck_assert_int_eq(engine->crew != NULL, team != NULL);
    for (uint32_t k = 0; k < schedule->n_input_wires; k++)
        engine->labels[N_CONSTANT_SLOTS + k] = block_of(test_next(&state), test_next(&state));
    for (int pass = 0; pass < 2; pass++) {
        struct schedule_source source;

        schedule_source_init(&source, schedule);
        engine_begin(engine, &source.source);
        while (!engine->finished) {
            size_t most = len - at < n * TABLE_LEN ? len - at : (size_t)n * TABLE_LEN;

            if (received == NULL)
                REQUIRE(engine_garble(engine, context, garbled + at, &done, most) == SOTTO_OK);
            else REQUIRE(engine_evaluate(engine, context, &done, received + at, most) == SOTTO_OK);
            REQUIRE(done == most || engine->finished);
            at += done;
        }
    }
    REQUIRE(at == len);
    return garbled;
}

static void check_alone(const struct schedule *schedule, struct team *team, uint64_t n,
                        const struct engine expected[2], const uint8_t *tables)
{
    struct engine engines[2];
    uint8_t *garbled = run_alone(&engines[0], schedule, team, NULL, n);

    (void)run_alone(&engines[1], schedule, team, tables, n);
    ck_assert(memcmp(garbled, tables, 2 * schedule->n_and * TABLE_LEN) == 0);
    for (int i = 0; i < 2; i++) {
        ck_assert(
            memcmp(engines[i].labels, expected[i].labels, schedule->n_slots * sizeof(block)) == 0);
        ck_assert_uint_eq(engines[i].hash.next, expected[i].hash.next);
        engine_wipe(&engines[i]);
    }
    free(garbled);
}

/* A single instance whose gates read each other far and wide: the same tables and labels for every
 * number of threads and every way to cut the stream. */
START_TEST(one_instance_is_shared)
{
    static const uint64_t stretches[] = {517, 8192, UINT32_MAX};
    uint64_t seed = 11;
    struct reference reference = random_circuit(60000, 300, 200, 30000, false, &seed);
    sotto_circuit *circuit = parse_good(context, reference.text.text);
    struct schedule *schedule;
    struct engine expected[2];
    uint8_t *tables;

    REQUIRE(schedule_new(context, &schedule, circuit) == SOTTO_OK);
    tables = run_alone(&expected[0], schedule, NULL, NULL, 8192);
    (void)run_alone(&expected[1], schedule, NULL, tables, 8192);
    for (uint64_t n_threads = 2; n_threads < N_STRANDS + 2; n_threads++) {
        struct team *team = team_new(n_threads);

        for (size_t i = 0; i < 3; i++) check_alone(schedule, team, stretches[i], expected, tables);
        team_free(team);
    }
    for (int i = 0; i < 2; i++) engine_wipe(&expected[i]);
    free(tables);
    schedule_free(schedule);
    sotto_circuit_free(circuit);
    reference_free(&reference);
}
END_TEST

/* SEC-5: the tweaks of a stretch are reserved together, or not at all. */
START_TEST(tweaks_of_a_crew_do_not_wrap)
{
    static uint8_t tables[100 * TABLE_LEN];
    uint64_t seed = 12;
    struct reference reference = random_circuit(60000, 300, 200, 30000, false, &seed);
    sotto_circuit *circuit = parse_good(context, reference.text.text);
    struct team *team = team_new(2);
    struct schedule_source source;
    struct schedule *schedule;
    struct engine engine;
    size_t len;

    REQUIRE(schedule_new(context, &schedule, circuit) == SOTTO_OK);
    REQUIRE(engine_init(&engine, context, schedule->n_slots, &start, &delta) == SOTTO_OK);
    REQUIRE(engine_share(&engine, context, schedule, team) == SOTTO_OK);
    engine.hash.next = UINT64_MAX - 250;
    schedule_source_init(&source, schedule);
    engine_begin(&engine, &source.source);
    ck_assert_int_eq(engine_garble(&engine, context, tables, &len, sizeof tables), SOTTO_OK);
    ck_assert_int_eq(engine_garble(&engine, context, tables, &len, sizeof tables), SOTTO_ERR_LIMIT);
    ck_assert_uint_eq(engine.hash.next, UINT64_MAX - 50);
    engine_wipe(&engine);
    team_free(team);
    schedule_free(schedule);
    sotto_circuit_free(circuit);
    reference_free(&reference);
}
END_TEST

/* SEC-5: were they not reserved after all, the thread that runs out of them says so, nobody waits
 * for it in vain, and the next pass is as good as any. */
START_TEST(a_failure_in_a_crew_is_told)
{
    uint64_t seed = 13;
    struct reference reference = random_circuit(60000, 300, 200, 30000, false, &seed);
    sotto_circuit *circuit = parse_good(context, reference.text.text);
    uint8_t *tables = calloc(circuit->n_and, TABLE_LEN);
    struct schedule *schedule;

    REQUIRE(schedule_new(context, &schedule, circuit) == SOTTO_OK);
    for (uint64_t n_threads = 2; n_threads < N_STRANDS + 2; n_threads++) {
        uint64_t n = schedule->n_and, wrapping = (UINT64_C(1) << 63) - n / n_threads;
        struct team *team = team_new(n_threads);
        struct schedule_source source;
        struct engine engine;

        REQUIRE(engine_init(&engine, context, schedule->n_slots, &start, &delta) == SOTTO_OK);
        REQUIRE(engine_share(&engine, context, schedule, team) == SOTTO_OK);
        schedule_source_init(&source, schedule);
        engine_begin(&engine, &source.source);
        ck_assert_int_eq(crew_run(engine.crew, tables, NULL, n, wrapping), SOTTO_ERR_LIMIT);
        ck_assert_int_eq(crew_run(engine.crew, tables, NULL, n, 0), SOTTO_ERR_LIMIT);
        engine_begin(&engine, &source.source);
        ck_assert_int_eq(crew_run(engine.crew, NULL, tables, n, wrapping), SOTTO_ERR_LIMIT);
        engine_begin(&engine, &source.source);
        ck_assert_int_eq(crew_run(engine.crew, tables, NULL, n, 0), SOTTO_OK);
        engine_wipe(&engine);
        team_free(team);
    }
    schedule_free(schedule);
    sotto_circuit_free(circuit);
    reference_free(&reference);
    free(tables);
}
END_TEST

static void burn(void *argument, uint64_t i)
{
    double *seconds = argument;
    struct timespec from, to;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &from);
    do {
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &to);
        seconds[i] = (double)(to.tv_sec - from.tv_sec) + 1e-9 * (double)(to.tv_nsec - from.tv_nsec);
    } while (seconds[i] < 0.01);
}

/* What the threads were at work is what their tasks took, whoever took them. */
START_TEST(teams_measure_their_time)
{
    struct team *team = team_new(3);
    double seconds[9], spent = 0, told = 0;

    team_run(team, burn, seconds, 9);
    for (uint64_t i = 0; i < 3; i++) ck_assert(team_seconds(team, i) == 0);
    team_measure(team);
    team_run(team, burn, seconds, 9);
    for (size_t i = 0; i < 9; i++) spent += seconds[i];
    for (uint64_t i = 0; i < 3; i++) told += team_seconds(team, i);
    ck_assert(told >= spent && told < spent + 0.05);
    ck_assert(team_seconds(NULL, 0) == 0);
    team_measure(NULL);
    team_free(team);
}
END_TEST

/* SEC-5: the groups' tweaks are reserved together, or not at all. */
START_TEST(tweaks_of_a_bundle_do_not_wrap)
{
    sotto_circuit *circuit = load(context, "mul8.txt");
    struct bundle bundle = {.team = NULL};
    struct label_hash hash = {.start = start};
    struct schedule *schedule;

    REQUIRE(schedule_new(context, &schedule, circuit) == SOTTO_OK);
    REQUIRE(bundle_init(&bundle, context, schedule, 2, &start, &delta) == SOTTO_OK);
    hash.next = UINT64_MAX - 3 * schedule->n_and;
    ck_assert_int_eq(bundle_begin(&bundle, &hash, 2, fill_labels, schedule), SOTTO_ERR_LIMIT);
    ck_assert_int_eq(bundle_begin(&bundle, &hash, 1, fill_labels, schedule), SOTTO_OK);
    bundle_wipe(&bundle);
    schedule_free(schedule);
    sotto_circuit_free(circuit);
}
END_TEST

/* SEC-5: the same for a group of a bundle. */
START_TEST(a_failure_in_a_bundle_is_told)
{
    static uint8_t tables[2 * 1000 * BUNDLE_UNIT];
    sotto_circuit *circuit = load(context, "mul8.txt");
    struct team *team = team_new(2);
    struct bundle bundle = {.team = team};
    struct label_hash hash = {.start = start};
    struct schedule *schedule;
    size_t len = 1;

    REQUIRE(schedule_new(context, &schedule, circuit) == SOTTO_OK);
    REQUIRE(schedule->n_and > 10 && schedule->n_and <= 1000);
    REQUIRE(bundle_init(&bundle, context, schedule, 2, &start, &delta) == SOTTO_OK);
    for (size_t group = 0; group < 2; group++) {
        REQUIRE(bundle_begin(&bundle, &hash, 2, fill_labels, schedule) == SOTTO_OK);
        bundle.groups[group].engine.hash.next = UINT64_MAX - 9;
        ck_assert_int_eq(bundle_garble(&bundle, tables, &len, sizeof tables), SOTTO_ERR_LIMIT);
        REQUIRE(bundle_begin(&bundle, &hash, 2, fill_labels, schedule) == SOTTO_OK);
        bundle.groups[group].engine.hash.next = UINT64_MAX - 9;
        ck_assert_int_eq(bundle_evaluate(&bundle, &len, tables, sizeof tables), SOTTO_ERR_LIMIT);
        ck_assert_uint_eq(len, 1);
    }
    REQUIRE(bundle_begin(&bundle, &hash, 2, fill_labels, schedule) == SOTTO_OK);
    ck_assert_int_eq(bundle_garble(&bundle, tables, &len, sizeof tables), SOTTO_OK);
    ck_assert(bundle_finished(&bundle));
    bundle_wipe(&bundle);
    team_free(team);
    schedule_free(schedule);
    sotto_circuit_free(circuit);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("garble_bundle");
    TCase *tests = tcase_create("bundles");

    tcase_set_timeout(tests, 120);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, teams_call_every_task_once);
    tcase_add_test(tests, teams_are_pinned);
    tcase_add_test(tests, teams_measure_their_time);
    tcase_add_test(tests, tables_do_not_depend_on_threads);
    tcase_add_test(tests, one_instance_is_shared);
    tcase_add_test(tests, tweaks_of_a_crew_do_not_wrap);
    tcase_add_test(tests, tweaks_of_a_bundle_do_not_wrap);
    tcase_add_test(tests, a_failure_in_a_crew_is_told);
    tcase_add_test(tests, a_failure_in_a_bundle_is_told);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
