/*
 * Bundles of instances: the same tables and labels for every number of threads, every way to cut
 * the stream and every instruction set; and teams of threads.
 */
#include "tests/unit/circuits.h"

#include "base/memory.h"
#include "base/random.h"
#include "garble/bundle.h"

#include <stdatomic.h>

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
    size_t len = schedule->n_and * n_groups * BUNDLE_UNIT, at = 0;
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

        at += bundle_garble(&garbler, tables + at, left);
    }
    REQUIRE(at == len);
    REQUIRE(bundle_begin(&evaluator, &other, n_groups, fill_labels, (void *)(uintptr_t)schedule) ==
            SOTTO_OK);
    for (at = 0; !bundle_finished(&evaluator);)
        at += bundle_evaluate(&evaluator, tables + at, len - at);
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

/* A single instance with a wide batch, shared or not: the same tables and labels. */
START_TEST(wide_batches_are_shared)
{
    enum { N = 1000 };
    struct team *team = team_new(3);
    struct buffer text = {0};
    struct schedule *schedule;
    sotto_circuit *circuit;
    uint8_t *tables[2];
    struct engine engines[2];
    size_t len;

    put(&text, "%d %d\n2 %d %d\n1 %d\n", N, 3 * N, N, N, N);
    for (unsigned i = 0; i < N; i++) put(&text, "2 1 %u %u %u AND\n", i, N + i, 2 * N + i);
    circuit = parse_good(context, text.text);
    REQUIRE(schedule_new(context, &schedule, circuit) == SOTTO_OK);
    for (int garbles = 1; garbles >= 0; garbles--) {
        for (int i = 0; i < 2; i++) {
            struct schedule_source source;
            uint64_t state = 77;

            REQUIRE(engine_init(&engines[i], context, schedule->n_slots, &start,
                                garbles ? &delta : NULL) == SOTTO_OK);
            engines[i].team = i == 1 ? team : NULL;
            for (uint32_t k = 0; k < schedule->n_input_wires; k++)
                engines[i].labels[N_CONSTANT_SLOTS + k] =
                    block_of(test_next(&state), test_next(&state));
            schedule_source_init(&source, schedule);
            engine_begin(&engines[i], &source.source);
            if (garbles) {
                tables[i] = calloc(N, TABLE_LEN);
                REQUIRE(engine_garble(&engines[i], context, tables[i], &len, N * TABLE_LEN) ==
                        SOTTO_OK);
            } else
                REQUIRE(engine_evaluate(&engines[i], context, &len, tables[0], N * TABLE_LEN) ==
                        SOTTO_OK);
            REQUIRE(len == N * TABLE_LEN);
        }
        ck_assert(memcmp(tables[0], tables[1], N * TABLE_LEN) == 0);
        ck_assert(memcmp(engines[0].labels, engines[1].labels, schedule->n_slots * sizeof(block)) ==
                  0);
        for (int i = 0; i < 2; i++) engine_wipe(&engines[i]);
    }
    for (int i = 0; i < 2; i++) free(tables[i]);
    team_free(team);
    schedule_free(schedule);
    sotto_circuit_free(circuit);
    free(text.text);
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

int main(void)
{
    Suite *suite = suite_create("garble_bundle");
    TCase *tests = tcase_create("bundles");
    SRunner *runner = srunner_create(suite);
    int n_failed;

    tcase_set_timeout(tests, 120);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, teams_call_every_task_once);
    tcase_add_test(tests, tables_do_not_depend_on_threads);
    tcase_add_test(tests, wide_batches_are_shared);
    tcase_add_test(tests, tweaks_of_a_bundle_do_not_wrap);
    suite_add_tcase(suite, tests);
    srunner_run_all(runner, CK_ENV);
    n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed == 0 ? 0 : 1;
}
