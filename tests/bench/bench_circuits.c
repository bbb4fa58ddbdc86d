/*
 * Speed of whole scheduled circuits on one thread, in memory: garbling and evaluating in millions
 * of ANDs a second of processor time, the speed of scheduling itself in millions of gates, and how
 * full the batches are. The median of repeats.
 *
 *   bench_circuits FILE...
 */
#include "base/memory.h"
#include "circuit/circuit.h"
#include "circuit/schedule.h"
#include "garble/bundle.h"
#include "tests/support/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define N_REPEATS 15
#define REPEAT_SECONDS 0.02
#define BUFFER_LEN ((size_t)256 << 10)

static struct {
    struct sotto_context *context;
    uint8_t *tables;
    block delta, start;
} bench;

/* Of this thread: what else the machine does counts as little as can be. */
static double seconds_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static void begin(struct engine *engine, struct schedule_source *source,
                  const struct schedule *schedule, size_t n_lanes)
{
    schedule_source_init(source, schedule);
    if (n_lanes == 1) engine_begin(engine, &source->source);
    else engine_begin_lanes(engine, &source->source);
}

static void garble_pass(struct engine *engine, const struct schedule *schedule, size_t n_lanes)
{
    struct schedule_source source;
    size_t len;

    begin(engine, &source, schedule, n_lanes);
    while (!engine->finished) {
        if (engine_garble(engine, bench.context, bench.tables, &len, BUFFER_LEN) != SOTTO_OK)
            abort();
    }
}

static void evaluate_pass(struct engine *engine, const struct schedule *schedule, size_t n_lanes)
{
    struct schedule_source source;
    size_t used;

    begin(engine, &source, schedule, n_lanes);
    while (!engine->finished) {
        if (engine_evaluate(engine, bench.context, &used, bench.tables, BUFFER_LEN) != SOTTO_OK)
            abort();
    }
}

/* Median speed of a pass of n_lanes instances, in millions of ANDs a second. */
static double measure(const struct schedule *schedule, const block *delta, size_t n_lanes)
{
    struct engine engine;
    double seconds[N_REPEATS];

    if (engine_init(&engine, bench.context, schedule->n_slots * n_lanes, &bench.start, delta) !=
        SOTTO_OK)
        abort();
    for (size_t i = 0; i < N_REPEATS; i++) {
        double begin = seconds_now(), end;
        uint64_t n = 0;

        do {
            if (delta != NULL) garble_pass(&engine, schedule, n_lanes);
            else evaluate_pass(&engine, schedule, n_lanes);
            n++;
            end = seconds_now();
        } while (end - begin < REPEAT_SECONDS);
        seconds[i] = (end - begin) / (double)n;
    }
    engine_wipe(&engine);
    qsort(seconds, N_REPEATS, sizeof seconds[0], compare);
    return (double)(schedule->n_and * n_lanes) / seconds[N_REPEATS / 2] / 1e6;
}

static double wall_seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void fill_nothing(void *user, block *labels, size_t group)
{
    (void)user, (void)labels, (void)group;
}

/* Median speed of garbling a bundle with so many threads: by this thread's time when it is alone,
 * else by the clock on the wall. */
static double measure_bundle(const struct schedule *schedule, uint64_t n_threads)
{
    struct team *team = team_new(n_threads);
    struct bundle bundle = {.team = team};
    struct label_hash hash = {.start = bench.start};
    size_t n = bundle_capacity(schedule);
    double seconds[N_REPEATS];

    if (bundle_init(&bundle, bench.context, schedule, n, &bench.start, &bench.delta) != SOTTO_OK)
        abort();
    for (size_t i = 0; i < N_REPEATS; i++) {
        double (*clock)(void) = n_threads > 1 ? wall_seconds : seconds_now;
        double begin = clock(), end;
        uint64_t n_runs = 0;

        do {
            size_t len;

            if (bundle_begin(&bundle, &hash, n, fill_nothing, NULL) != SOTTO_OK) abort();
            while (!bundle_finished(&bundle))
                if (bundle_garble(&bundle, bench.tables, &len, BUFFER_LEN) != SOTTO_OK) abort();
            n_runs++;
            end = clock();
        } while (end - begin < REPEAT_SECONDS);
        seconds[i] = (end - begin) / (double)n_runs;
    }
    bundle_wipe(&bundle);
    team_free(team);
    qsort(seconds, N_REPEATS, sizeof seconds[0], compare);
    return (double)(schedule->n_and * n * N_LANES) / seconds[N_REPEATS / 2] / 1e6;
}

static double measure_scheduling(const sotto_circuit *circuit)
{
    double seconds[N_REPEATS];

    for (size_t i = 0; i < N_REPEATS; i++) {
        struct schedule *schedule;
        double begin = seconds_now();

        if (schedule_new(bench.context, &schedule, circuit) != SOTTO_OK) abort();
        seconds[i] = seconds_now() - begin;
        schedule_free(schedule);
    }
    qsort(seconds, N_REPEATS, sizeof seconds[0], compare);
    return seconds[N_REPEATS / 2];
}

/* Kernel calls of each size from 1 to 8, as shares of all ANDs; returns the mean fill. */
static double count_fill(double share[8], const struct schedule *schedule)
{
    uint64_t n_calls = 0, n_ands[8] = {0};

    for (uint64_t i = 0; i < schedule->n_steps; i++) {
        uint32_t n = schedule->steps[i].n_and;

        n_ands[7] += n / 8 * 8;
        if (n % 8 > 0) n_ands[n % 8 - 1] += n % 8;
        n_calls += n / 8 + (n % 8 > 0);
    }
    for (size_t i = 0; i < 8; i++)
        share[i] = 100 * (double)n_ands[i] / (double)(schedule->n_and > 0 ? schedule->n_and : 1);
    return (double)schedule->n_and / (double)(n_calls > 0 ? n_calls : 1);
}

/* One instance has the schedule for one, instances side by side have theirs. */
static void run(const char *path)
{
    const char *name = strrchr(path, '/');
    sotto_circuit *circuit;
    struct schedule *schedule, *narrow;
    double share[8], fill;

    if (sotto_circuit_load(bench.context, &circuit, path) != SOTTO_OK ||
        schedule_new(bench.context, &schedule, circuit) != SOTTO_OK ||
        schedule_new_narrow(bench.context, &narrow, circuit) != SOTTO_OK) {
        fprintf(stderr, "bench_circuits: %s\n", sotto_context_message(bench.context));
        exit(1);
    }
    fill = count_fill(share, schedule);
    printf("%-20.20s %6llu %6llu %5u", name != NULL ? name + 1 : path,
           (unsigned long long)schedule->n_and, (unsigned long long)schedule->n_free,
           schedule->n_slots);
    for (size_t n_lanes = 1; n_lanes <= N_LANES; n_lanes += N_LANES - 1) {
        const struct schedule *used = n_lanes == 1 ? schedule : narrow;

        printf(" %7.1f", measure(used, &bench.delta, n_lanes));
        printf(" %7.1f", measure(used, NULL, n_lanes));
    }
    printf(" %7.1f %7.1f", measure_bundle(narrow, 1), measure_bundle(narrow, 2));
    printf(" %6.1f %5.2f ", circuit->n_gates / measure_scheduling(circuit) / 1e6, fill);
    for (size_t i = 0; i < 8; i++) printf(" %3.0f", share[i]);
    printf("\n");
    schedule_free(narrow);
    schedule_free(schedule);
    sotto_circuit_free(circuit);
}

int main(int argc, char **argv)
{
    uint64_t state = 1;

    bench.context = test_context();
    bench.tables = bulk_new(BUFFER_LEN, 1);
    if (bench.tables == NULL) return 1;
    bench.delta = block_of(test_next(&state), test_next(&state) | 1);
    bench.start = block_of(test_next(&state), test_next(&state));
    printf("%-40s %15s %15s %15s\n", "M/s", "one instance", "eight", "64, garble");
    printf("%-20s %6s %6s %5s %7s %7s %7s %7s %7s %7s %6s %5s  %s\n", "", "ANDs", "free", "slots",
           "garble", "eval", "garble", "eval", "1 thr", "2 thr", "sched", "fill",
           "% of ANDs in batches of 1 to 8");
    for (int i = 1; i < argc; i++) run(argv[i]);
    bulk_free(bench.tables, BUFFER_LEN, 1);
    sotto_context_free(bench.context);
    return 0;
}
