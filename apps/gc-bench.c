/* gc-bench: how fast this machine, or this machine and another, compute in two-party fashion. */
#include "bench.h"
#include "connect.h"
#include "signals.h"
#include "sink.h"

#if defined(__GLIBC__)
#include <malloc.h>
#endif
#include <string.h>

#define DEFAULT_REPEATS 9
#define DEFAULT_SECONDS 0.05
#define DEFAULT_TRANSFERS (UINT64_C(1) << 22)
#define MAX_THREADS 64

static const char *const usage[] = {
    "[--circuit FILE]... [OPTION...]",
    "--listen ADDR [OPTION...]",
    "--connect ADDR [OPTION...]",
    "ot [--listen ADDR | --connect ADDR] [OPTION...]",
    NULL,
};

static const struct cli_option options[] = {
    {"json", 0, CLI_FLAG, NULL, CLI_ALL, "print one JSON object"},
    {"output", 'o', CLI_TEXT, "FILE", CLI_ALL, "write the result to a file"},
    {"circuit", 0, CLI_LIST, "FILE", CLI_ALL, "measure this circuit too, in memory"},
    {"repeats", 0, CLI_TEXT, "N", CLI_ALL, "repeat every measurement so often (9)"},
    {"time", 0, CLI_TEXT, "TIME", CLI_ALL, "duration of a repeat in memory (50ms)"},
    {"threads", 0, CLI_TEXT, "N", CLI_ALL, "measure with N threads a party, too, 64 at most"},
    {"transfers", 0, CLI_TEXT, "N", CLI_ALL, "with ot: transfers in a repeat (4194304)"},
    CONNECTION_OPTIONS(CLI_ALL),
    {"quiet", 'q', CLI_FLAG, NULL, CLI_ALL, "print no progress"},
    {"verbose", 'v', CLI_FLAG, NULL, CLI_ALL, "tell more about the connection"},
};

static const struct cli_tool tool = {
    .name = "gc-bench",
    .usage = usage,
    .about = "Measures hashing, garbling and evaluating in memory and whole runs of two parties, "
             "on this machine or, with --listen and --connect, between two. gc-bench ot measures "
             "oblivious transfers of every kind.",
    .options = options,
    .n_options = sizeof options / sizeof options[0],
    .max_operands = 1,
    .notes = "Both sides of a measurement over the network give the same --repeats and "
             "--transfers. All inputs are zeros.\n\n"
             "Security: runs are SEMI-HONEST. They protect the inputs from a peer that follows "
             "the protocol, not from one that cheats.",
};

struct gc_bench {
    struct report report;
    struct cli cli;
    struct connection connection;
    struct bench bench;
    sotto_circuit *circuits[BENCH_N_CIRCUITS];
    bool is_ot; /* oblivious transfers alone */
    uint64_t n_transfers;
};

static int parse_what(struct gc_bench *self)
{
    struct cli *cli = &self->cli;

    if (cli->n_operands > 0 && strcmp(cli->operands[0], "ot") != 0)
        return report_fail(&self->report, STATUS_USAGE,
                           "unexpected argument '%.200s'; only ot is one", cli->operands[0]);
    self->is_ot = cli->n_operands > 0;
    if (self->is_ot && cli_has(cli, "circuit"))
        return report_fail(&self->report, STATUS_USAGE, "gc-bench ot takes no --circuit");
    if (!self->is_ot && cli_text(cli, "transfers") != NULL)
        return report_fail(&self->report, STATUS_USAGE, "--transfers is of gc-bench ot");
    return cli_count(&self->report, cli, &self->n_transfers, "transfers");
}

static int parse_options(struct gc_bench *self)
{
    struct bench *bench = &self->bench;
    uint64_t n_repeats, milliseconds;
    int status = parse_what(self);

    if (status == STATUS_OK) status = cli_count(&self->report, &self->cli, &n_repeats, "repeats");
    if (status == STATUS_OK)
        status = cli_count(&self->report, &self->cli, &bench->n_threads, "threads");
    if (status == STATUS_OK)
        status = cli_duration(&self->report, &self->cli, &milliseconds, "time");
    if (status != STATUS_OK) return status;
    if (self->n_transfers == 0) self->n_transfers = DEFAULT_TRANSFERS;
    if (n_repeats > BENCH_MAX_REPEATS)
        return report_fail(&self->report, STATUS_USAGE, "--repeats takes at most %d",
                           BENCH_MAX_REPEATS);
    if (bench->n_threads > MAX_THREADS)
        return report_fail(&self->report, STATUS_USAGE, "--threads takes at most %d", MAX_THREADS);
    bench->report = &self->report;
    bench->n_repeats = n_repeats > 0 ? (size_t)n_repeats : DEFAULT_REPEATS;
    bench->seconds = milliseconds > 0 ? 1e-3 * (double)milliseconds : DEFAULT_SECONDS;
    return STATUS_OK;
}

static int make_circuits(struct gc_bench *self)
{
    sotto_err err = sotto_context_new(&self->bench.context, NULL);

    if (err != SOTTO_OK) return report_library(&self->report, NULL, err);
    signals_watch(self->bench.context);
    for (size_t i = 0; i < BENCH_N_CIRCUITS && err == SOTTO_OK; i++)
        err = bench_make_circuit(self->bench.context, &self->circuits[i], (enum bench_circuit)i);
    return report_library(&self->report, self->bench.context, err);
}

static int measure_file(struct gc_bench *self, const char *path)
{
    const char *slash = strrchr(path, '/');
    sotto_circuit *circuit;
    sotto_err err = sotto_circuit_load(self->bench.context, &circuit, path);
    int status = report_library(&self->report, self->bench.context, err);

    if (status != STATUS_OK) return status;
    status = bench_measure_circuit(&self->bench, self->bench.aes, slash != NULL ? slash + 1 : path,
                                   circuit);
    sotto_circuit_free(circuit);
    return status;
}

/* Runs do without the large circuit, and the memory of their processes is measured, which have at
 * first what this one has. */
static void free_wide(struct gc_bench *self)
{
    sotto_circuit_free(self->circuits[BENCH_WIDE]);
    self->circuits[BENCH_WIDE] = NULL;
#if defined(__GLIBC__)
    (void)malloc_trim(0);
#endif
}

static int measure_memory(struct gc_bench *self)
{
    const struct cli_value *files = cli_list(&self->cli, "circuit");
    int status = bench_measure_memory(&self->bench, self->circuits);

    for (size_t i = 0; i < files->n_items && status == STATUS_OK; i++)
        status = measure_file(self, files->items[i]);
    free_wide(self);
    return status;
}

/* The baselines first: figures are compared with what this machine did in the same run. */
static int measure_ot(struct gc_bench *self)
{
    struct bench *bench = &self->bench;
    const sotto_speed_options aes = {.what = SOTTO_SPEED_AES, .seconds = bench->seconds};
    int status;

    bench_pin(0);
    status = bench_measure_speed(bench, &bench->aes, NULL, &aes, "AES-128 blocks");
    bench_pin(1);
    if (status == STATUS_OK)
        status = bench_measure_raw(bench, &bench->tcp, "raw TCP to this machine", bench_raw_tcp);
    if (status == STATUS_OK) status = bench_ot_here(bench, bench->aes, self->n_transfers);
    return status;
}

static int meet_peer(struct gc_bench *self)
{
    sotto_role role = cli_has(&self->cli, "listen") ? SOTTO_GARBLER : SOTTO_EVALUATOR;
    sotto_channel *channel = NULL;
    int status = connection_parse(&self->report, &self->connection, &self->cli);

    if (status == STATUS_OK)
        status =
            connection_prepare(&self->report, self->bench.context, &self->connection, &self->cli);
    if (status == STATUS_OK)
        status = connection_open(&self->report, self->bench.context, &channel, &self->connection,
                                 "gc-bench");
    if (status == STATUS_OK && self->is_ot)
        status = bench_ot_with_peer(&self->bench, channel, self->connection.options.listen != NULL,
                                    self->n_transfers);
    else if (status == STATUS_OK)
        status = bench_measure_with_peer(&self->bench, channel, role, self->circuits);
    sotto_channel_free(channel);
    return status;
}

/* ------------------------------------------------------------------------------------- the tool */

static int execute(struct gc_bench *self)
{
    bool has_peer = cli_has(&self->cli, "listen") || cli_has(&self->cli, "connect");
    struct sink sink = {.fd = -1};
    struct buffer out = {0};
    int status = sink_open(&self->report, &sink, cli_text(&self->cli, "output"));

    if (status == STATUS_OK) status = make_circuits(self);
    if (status == STATUS_OK && has_peer) status = meet_peer(self);
    if (status == STATUS_OK && !has_peer && self->is_ot) status = measure_ot(self);
    if (status == STATUS_OK && !has_peer && !self->is_ot) status = measure_memory(self);
    if (status == STATUS_OK && !has_peer && !self->is_ot)
        status = bench_measure_runs(&self->bench, self->circuits);
    if (status == STATUS_OK && cli_has(&self->cli, "json")) bench_print_json(&out, &self->bench);
    else if (status == STATUS_OK) bench_print(&out, &self->bench);
    if (status == STATUS_OK) status = sink_write(&self->report, &sink, &out);
    sink_close(&sink);
    buffer_free(&out);
    return status;
}

int main(int argc, char **argv)
{
    static struct gc_bench self;
    int status;

    signals_install();
    bench_pin_begin();
    status = cli_parse(&self.report, &self.cli, &tool, argc, argv);
    if (status == STATUS_OK && !self.cli.done) status = parse_options(&self);
    if (status == STATUS_OK && !self.cli.done) status = execute(&self);
    if (status != STATUS_OK) cli_report(&self.report, &tool, "gc-bench/1", self.cli.json);
    signals_watch(NULL);
    for (size_t i = 0; i < BENCH_N_CIRCUITS; i++) sotto_circuit_free(self.circuits[i]);
    connection_free(&self.connection);
    sotto_context_free(self.bench.context);
    cli_free(&self.cli);
    return status;
}
