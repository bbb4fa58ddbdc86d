/* Rows of what this machine does in memory; see bench.h. */
#include "bench.h"

#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

static struct bench_row *too_many(struct bench *bench, int *status)
{
    *status = report_fail(bench->report, STATUS_USAGE, "more than %d rows", BENCH_MAX_ROWS);
    return NULL;
}

int bench_measure_raw(struct bench *bench, const struct bench_row **result, const char *name,
                      bench_raw_fn measure)
{
    struct bench_row *row = bench_add(bench, NULL, "GB/s", "%s", name);
    int status = STATUS_OK;
    double per_second;

    if (row == NULL) (void)too_many(bench, &status);
    for (size_t i = 0; i < bench->n_repeats && status == STATUS_OK; i++) {
        status = measure(bench->report, &per_second, bench->seconds);
        if (status == STATUS_OK) bench_value(row, per_second / 1e9);
    }
    if (row != NULL) bench_finish(row);
    if (result != NULL) *result = row;
    return status;
}

/* ------------------------------------------------------------------------------------ baselines */

#if defined(__x86_64__)
/* AES-128 as a naive program has it: one block after another under stored round keys. */
__attribute__((target("aes"))) static void encrypt_blocks(__m128i *blocks, size_t n,
                                                          const __m128i key[11])
{
    for (size_t i = 0; i < n; i++) {
        __m128i x = _mm_xor_si128(blocks[i], key[0]);

        for (size_t round = 1; round < 10; round++) x = _mm_aesenc_si128(x, key[round]);
        blocks[i] = _mm_aesenclast_si128(x, key[10]);
        __asm__ volatile("" : : "x"(x) : "memory");
    }
}

/* What a run is compared with. The round keys are as good as any. */
static int measure_single_blocks(struct bench *bench, const struct bench_row **result)
{
    enum { N_BLOCKS = 512 };
    static __m128i blocks[N_BLOCKS], key[11];
    struct bench_row *row;
    int status = STATUS_OK;

    if (!__builtin_cpu_supports("aes")) return STATUS_OK;
    row = bench_add(bench, NULL, "M/s", "AES-NI, one block after another");
    if (row == NULL) (void)too_many(bench, &status);
    memset(key, 0x5a, sizeof key);
    for (size_t i = 0; i < bench->n_repeats && status == STATUS_OK; i++) {
        double begin = bench_processor_clock(), end, n = 0;

        do {
            encrypt_blocks(blocks, N_BLOCKS, key);
            n += N_BLOCKS;
            end = bench_processor_clock();
        } while (end - begin < bench->seconds);
        bench_value(row, n / (end - begin) / 1e6);
    }
    if (row != NULL) bench_finish(row);
    *result = row;
    return status;
}
#else
static int measure_single_blocks(struct bench *bench, const struct bench_row **result)
{
    (void)bench, (void)result;
    return STATUS_OK;
}
#endif

/* --------------------------------------------------------------------------------------- speeds */

int bench_measure_speed(struct bench *bench, const struct bench_row **result,
                        const struct bench_row *baseline, const sotto_speed_options *options,
                        const char *name)
{
    const char *unit = options->circuit != NULL ? "M AND/s" : "M/s";
    struct bench_row *row = bench_add(bench, baseline, unit, "%s", name);
    int status = STATUS_OK;
    double per_second;

    if (row == NULL) (void)too_many(bench, &status);
    for (size_t i = 0; i < bench->n_repeats && status == STATUS_OK; i++) {
        sotto_err err = sotto_measure_speed(bench->context, &per_second, options);

        if (err == SOTTO_OK) bench_value(row, per_second / 1e6);
        else status = report_library(bench->report, bench->context, err);
    }
    if (row != NULL) bench_finish(row);
    if (result != NULL) *result = row;
    return status;
}

/* Ways to work on a circuit, in the order of their rows. */
static const struct way {
    sotto_speed what;
    const char *verb;
} ways[] = {
    {SOTTO_SPEED_GARBLE, "garble"},
    {SOTTO_SPEED_EVALUATE, "evaluate"},
    {SOTTO_SPEED_GARBLE_MANY, "garble many x"},
    {SOTTO_SPEED_EVALUATE_MANY, "evaluate many x"},
};
#define N_WAYS (sizeof ways / sizeof ways[0])

/* What shows whether threads are worth their processors, whatever else the machine does: how much
 * they do in a second of processor time, and what the one with the least to do has of an even
 * share. */
struct thread_rows {
    struct bench_row *speed;
    struct bench_row *work;
    struct bench_row *least;
};

static void add_loads(struct bench *bench, const struct thread_rows *rows, double per_second,
                      const double *loads)
{
    double sum = 0, least = loads[0];

    for (uint64_t i = 0; i < bench->n_threads; i++) {
        sum += loads[i];
        if (loads[i] < least) least = loads[i];
    }
    if (sum <= 0) return;
    bench_value(rows->work, per_second / sum / 1e6);
    bench_value(rows->least, 100 * least * (double)bench->n_threads / sum);
}

/* The speed is that of threads whose work is not measured, which takes time too. */
static int measure_once(struct bench *bench, const struct thread_rows *rows,
                        const sotto_speed_options *options)
{
    sotto_speed_options unmeasured = *options;
    double per_second;
    sotto_err err;

    unmeasured.thread_loads = NULL;
    err = sotto_measure_speed(bench->context, &per_second, &unmeasured);
    if (err != SOTTO_OK) return report_library(bench->report, bench->context, err);
    bench_value(rows->speed, per_second / 1e6);
    err = sotto_measure_speed(bench->context, &per_second, options);
    if (err != SOTTO_OK) return report_library(bench->report, bench->context, err);
    add_loads(bench, rows, per_second, options->thread_loads);
    return STATUS_OK;
}

static int measure_repeats(struct bench *bench, const struct thread_rows *rows,
                           const sotto_speed_options *options)
{
    int status = STATUS_OK;

    for (size_t i = 0; i < bench->n_repeats && status == STATUS_OK; i++)
        status = measure_once(bench, rows, options);
    bench_finish(rows->speed);
    bench_finish(rows->work);
    bench_finish(rows->least);
    return status;
}

/* Threads are compared with the single one, and are bound to processors as it is. */
static int measure_threads(struct bench *bench, const struct bench_row *single,
                           sotto_speed_options options)
{
    unsigned long long n = bench->n_threads;
    struct thread_rows rows = {
        bench_add(bench, single, "M AND/s", "%s, %llu threads", single->name, n),
        bench_add(bench, single, "M AND/s", "%s, CPU of %llu", single->name, n),
        bench_add(bench, NULL, "%", "%s, least busy of %llu", single->name, n),
    };
    double *loads = calloc(bench->n_threads, sizeof *loads);
    int status = STATUS_OK;

    if (loads == NULL) status = report_library(bench->report, NULL, SOTTO_ERR_MEMORY);
    if (rows.least == NULL) (void)too_many(bench, &status);
    options.n_threads = bench->n_threads;
    options.pins_threads = 1;
    options.thread_loads = loads;
    bench_unpin();
    if (status == STATUS_OK) status = measure_repeats(bench, &rows, &options);
    bench_pin(0);
    free(loads);
    return status;
}

static int measure_way(struct bench *bench, const struct bench_row *baseline, const struct way *way,
                       const char *circuit_name, const sotto_circuit *circuit)
{
    sotto_speed_options options = {
        .what = way->what, .circuit = circuit, .seconds = bench->seconds};
    const struct bench_row *single;
    char name[BENCH_NAME_LEN];
    int status;

    snprintf(name, sizeof name, "%s %.40s", way->verb, circuit_name);
    status = bench_measure_speed(bench, &single, baseline, &options, name);
    if (status != STATUS_OK || bench->n_threads < 2) return status;
    return measure_threads(bench, single, options);
}

int bench_measure_circuit(struct bench *bench, const struct bench_row *baseline, const char *name,
                          const sotto_circuit *circuit)
{
    int status = STATUS_OK;

    for (size_t i = 0; i < N_WAYS && status == STATUS_OK; i++)
        status = measure_way(bench, baseline, &ways[i], name, circuit);
    return status;
}

/* What processors with less than this one would do. */
static int measure_sets(struct bench *bench, const struct bench_row *baseline,
                        const sotto_circuit *circuit)
{
    static const char *const sets[] = {"portable", "aesni", "vaes256"};
    int status = STATUS_OK;

    for (size_t s = 0; s < sizeof sets / sizeof sets[0]; s++) {
        for (size_t i = 0; i < 2 && status == STATUS_OK; i++) {
            sotto_speed_options options = {.what = ways[i].what,
                                           .circuit = circuit,
                                           .seconds = bench->seconds,
                                           .instruction_set = sets[s]};
            char name[BENCH_NAME_LEN];
            double per_second;

            options.seconds = 0;
            if (sotto_measure_speed(bench->context, &per_second, &options) == SOTTO_ERR_USAGE)
                continue; /* not on this machine */
            options.seconds = bench->seconds;
            snprintf(name, sizeof name, "%s independent ANDs, %s", ways[i].verb, sets[s]);
            status = bench_measure_speed(bench, NULL, baseline, &options, name);
        }
    }
    return status;
}

int bench_measure_memory(struct bench *bench, sotto_circuit *const circuits[BENCH_N_CIRCUITS])
{
    sotto_speed_options options = {.what = SOTTO_SPEED_AES, .seconds = bench->seconds};
    int status;

    bench_pin(0);
    status = measure_single_blocks(bench, &bench->aes);
    if (status == STATUS_OK)
        status = bench_measure_speed(bench, bench->aes != NULL ? NULL : &bench->aes, bench->aes,
                                     &options, "AES-128 blocks");
    options.what = SOTTO_SPEED_HASH;
    if (status == STATUS_OK)
        status = bench_measure_speed(bench, NULL, bench->aes, &options, "label hashes");
    if (status == STATUS_OK) status = bench_measure_raw(bench, NULL, "memcpy", bench_memcpy);
    for (size_t i = 0; i < BENCH_N_CIRCUITS && status == STATUS_OK; i++)
        status = bench_measure_circuit(bench, bench->aes, bench_circuit_names[i], circuits[i]);
    if (status == STATUS_OK) status = measure_sets(bench, bench->aes, circuits[BENCH_INDEPENDENT]);
    return status;
}
