/* Rows of whole runs of two parties, on this machine or with a peer; see bench.h. */
#include "bench.h"

#define N_ROUNDS 4000 /* of the chained runs */
#define N_LONG_ROUNDS 60000
#define N_INSTANCES 1000 /* of the runs side by side */
#define BULK_BYTES (UINT64_C(256) << 20)

/* What a row counts. */
enum figure { AND_GATES, MILLISECONDS };

struct run_kind {
    const char *name;
    enum bench_circuit circuit;
    uint64_t n_rounds;
    uint64_t n_instances;
    sotto_ot_extension ot;
    enum figure figure;
};

static const struct run_kind kinds[] = {
    {"one comparison", BENCH_COMPARE, 1, 1, SOTTO_OT_AUTO, MILLISECONDS},
    {"one comparison, IKNP", BENCH_COMPARE, 1, 1, SOTTO_OT_IKNP, MILLISECONDS},
    {"x y + x chained", BENCH_MULTIPLY, N_ROUNDS, 1, SOTTO_OT_IKNP, AND_GATES},
    {"1000 x y + x at once", BENCH_MULTIPLY, 1, N_INSTANCES, SOTTO_OT_IKNP, AND_GATES},
};
#define N_KINDS (sizeof kinds / sizeof kinds[0])

static const struct run_kind long_kind = {"x y + x, 60000 times", BENCH_MULTIPLY, N_LONG_ROUNDS, 1,
                                          SOTTO_OT_IKNP,          AND_GATES};

static const char *unit_of(const struct run_kind *kind)
{
    return kind->figure == MILLISECONDS ? "ms" : "M AND/s";
}

static int too_many(struct bench *bench)
{
    return report_fail(bench->report, STATUS_USAGE, "more than %d rows", BENCH_MAX_ROWS);
}

static struct bench_session session_of(const struct bench *bench, const struct run_kind *kind,
                                       sotto_circuit *const circuits[BENCH_N_CIRCUITS])
{
    return (struct bench_session){
        .circuit = circuits[kind->circuit],
        .n_rounds = kind->n_rounds,
        .n_instances = kind->n_instances,
        .n_threads = bench->n_threads,
        .ot = kind->ot,
    };
}

static double figure_of(const struct run_kind *kind, const struct bench_session *session,
                        double seconds)
{
    if (kind->figure == MILLISECONDS) return 1e3 * seconds;
    return (double)session->stats.n_and / session->stats.seconds / 1e6;
}

/* pair keeps the last run. */
static int measure_pair(struct bench *bench, struct bench_pair *pair, const struct run_kind *kind,
                        size_t n_repeats, sotto_circuit *const circuits[BENCH_N_CIRCUITS])
{
    struct bench_row *row = bench_add(bench, NULL, unit_of(kind), "two parties, %s, %s",
                                      pair->with_tls ? "TLS" : "plain", kind->name);
    int status = row != NULL ? STATUS_OK : too_many(bench);

    for (size_t i = 0; i < n_repeats && status == STATUS_OK; i++) {
        pair->sessions[0] = pair->sessions[1] = session_of(bench, kind, circuits);
        status = bench_run_pair(bench->report, pair);
        if (status == STATUS_OK)
            bench_value(row, figure_of(kind, &pair->sessions[SOTTO_EVALUATOR],
                                       pair->sessions[SOTTO_EVALUATOR].seconds));
    }
    if (row != NULL) bench_finish(row);
    return status;
}

static int add_single(struct bench *bench, struct bench_row *row, double value)
{
    if (row == NULL) return too_many(bench);
    bench_value(row, value);
    bench_finish(row);
    return STATUS_OK;
}

static double bytes_of(const struct bench_pair *pair)
{
    const sotto_session_stats *stats = &pair->sessions[SOTTO_GARBLER].stats;

    return (double)stats->bytes_sent + (double)stats->bytes_received;
}

static double peak_of(const struct bench_pair *pair)
{
    uint64_t a = pair->sessions[0].peak_bytes, b = pair->sessions[1].peak_bytes;

    return (double)(a > b ? a : b);
}

static int measure_kinds(struct bench *bench, bool with_tls,
                         sotto_circuit *const circuits[BENCH_N_CIRCUITS])
{
    struct bench_pair pair = {.with_tls = with_tls};
    int status = STATUS_OK;

    for (size_t i = 0; i < N_KINDS && status == STATUS_OK; i++) {
        status = measure_pair(bench, &pair, &kinds[i], bench->n_repeats, circuits);
        if (status == STATUS_OK && kinds[i].figure == MILLISECONDS)
            status = add_single(bench,
                                bench_add(bench, NULL, "kB", "bytes both ways, %s, %s",
                                          with_tls ? "TLS" : "plain", kinds[i].name),
                                bytes_of(&pair) / 1e3);
    }
    return status;
}

/* A long run: its length must not show in the memory. */
static int measure_long(struct bench *bench, sotto_circuit *const circuits[BENCH_N_CIRCUITS])
{
    struct bench_pair pair = {.with_tls = false};
    int status = measure_pair(bench, &pair, &long_kind, 1 + bench->n_repeats / 4, circuits);

    if (status != STATUS_OK) return status;
    return add_single(bench, bench_add(bench, NULL, "MiB", "peak memory of a party of these"),
                      peak_of(&pair) / 1048576);
}

static int measure_bulk(struct bench *bench, bool with_tls)
{
    struct bench_row *row = bench_add(bench, bench->tcp, "GB/s", "two parties, %s, bytes one way",
                                      with_tls ? "TLS" : "plain");
    int status = row != NULL ? STATUS_OK : too_many(bench);

    for (size_t i = 0; i < bench->n_repeats && status == STATUS_OK; i++) {
        struct bench_pair pair = {
            .with_tls = with_tls,
            .n_bytes = bench->seconds < 0.01 ? BULK_BYTES / 64 : BULK_BYTES,
        };

        status = bench_run_pair(bench->report, &pair);
        if (status == STATUS_OK) bench_value(row, pair.bytes_per_second / 1e9);
    }
    if (row != NULL) bench_finish(row);
    return status;
}

int bench_measure_runs(struct bench *bench, sotto_circuit *const circuits[BENCH_N_CIRCUITS])
{
    int status;

    bench_pin(1);
    status = bench_measure_raw(bench, &bench->tcp, "raw TCP to this machine", bench_raw_tcp);
    if (status == STATUS_OK) status = measure_bulk(bench, false);
    if (status == STATUS_OK) status = measure_bulk(bench, true);
    if (status == STATUS_OK) status = measure_kinds(bench, false, circuits);
    if (status == STATUS_OK) status = measure_kinds(bench, true, circuits);
    if (status == STATUS_OK) status = measure_long(bench, circuits);
    return status;
}

int bench_measure_with_peer(struct bench *bench, sotto_channel *channel, sotto_role role,
                            sotto_circuit *const circuits[BENCH_N_CIRCUITS])
{
    int status = STATUS_OK;

    bench_pin_party(role, bench->n_threads);
    for (size_t k = 0; k < N_KINDS && status == STATUS_OK; k++) {
        struct bench_row *row =
            bench_add(bench, NULL, unit_of(&kinds[k]), "with the peer, %s", kinds[k].name);

        if (row == NULL) return too_many(bench);
        for (size_t i = 0; i < bench->n_repeats && status == STATUS_OK; i++) {
            struct bench_session session = session_of(bench, &kinds[k], circuits);

            session.role = role;
            status = bench_run_session(bench->report, bench->context, &session, channel);
            if (status == STATUS_OK)
                bench_value(row, figure_of(&kinds[k], &session, session.stats.seconds));
        }
        bench_finish(row);
    }
    return status;
}
