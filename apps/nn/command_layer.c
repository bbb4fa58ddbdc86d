/*
 * gc-nn layer: one layer of comparisons alone, on numbers of which each party has a share: the
 * building block of other protocols. Whoever listens garbles. What comes out is shared again, bit
 * by bit, or revealed.
 */
#include "apps/nn/peer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef unsigned long long ull;

enum reveal { REVEAL_NONE, REVEAL_BOTH, REVEAL_GARBLER, REVEAL_EVALUATOR };

/* What both parties must say alike: the first byte tells the version. */
#define TERMS_LEN 40
#define TERMS_VERSION 2

struct job {
    struct peer peer;
    struct layer_shape shape;
    struct layer layer;
    enum reveal reveal;
    sotto_role role;
    struct dataset shares;
    uint64_t n_instances;
    uint8_t *bits; /* of this party's shares; secret */
    size_t bits_len;
    uint8_t *results;
    size_t results_len;
    sotto_mixed *mixed;
};

static const char *const kind_names[] = {"relu", "maxpool", "argmax", "compare"};

static int usage(struct job *job, const char *what)
{
    return report_fail(&job->peer.command->report, STATUS_USAGE, "layer: %s", what);
}

/* --------------------------------------------------------------------------------- options -- */

static int parse_kind(struct job *job, bool has_shift)
{
    static const enum layer_kind kinds[] = {LAYER_RELU_FULL, LAYER_POOL, LAYER_ARGMAX,
                                            LAYER_COMPARE};
    const struct cli *cli = &job->peer.command->cli;

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(cli->operands[0], kind_names[i]) == 0) {
            job->shape.kind = i == 0 && has_shift ? LAYER_RELU : kinds[i];
            return STATUS_OK;
        }
    return usage(job, "say what it does: relu, maxpool, argmax or compare");
}

/* A shift may be 0, which cli_count() does not take. */
static int parse_shift(struct job *job)
{
    const char *text = cli_text(&job->peer.command->cli, "shift");
    char *end;
    unsigned long shift;

    if (text == NULL) return STATUS_OK;
    shift = strtoul(text, &end, 10);
    if (*text < '0' || *text > '9' || *end != '\0' || shift >= job->shape.ring)
        return usage(job, "--shift is a number below --ring");
    if (job->shape.kind != LAYER_RELU) return usage(job, "--shift is for relu");
    job->shape.shift = (unsigned)shift;
    return STATUS_OK;
}

static int parse_numbers(struct job *job)
{
    struct report *report = &job->peer.command->report;
    const struct cli *cli = &job->peer.command->cli;
    bool groups = job->shape.kind == LAYER_POOL || job->shape.kind == LAYER_ARGMAX;
    uint64_t ring, group;
    int status = cli_count(report, cli, &ring, "ring");

    if (status == STATUS_OK) status = cli_count(report, cli, &group, "group");
    if (status != STATUS_OK) return status;
    if (ring < MIN_RING || ring > MAX_RING)
        return usage(job, "--ring K says what shares are modulo: 2 to 32");
    if (groups && (group < 1 || group > 4096))
        return usage(job, "--group N says how many numbers belong together: 1 to 4096");
    if (!groups && group != 0) return usage(job, "--group is for maxpool and argmax");
    job->shape.ring = (unsigned)ring;
    job->shape.n = groups ? group : job->shape.kind == LAYER_COMPARE ? 2 : 1;
    return parse_shift(job);
}

static int parse(struct job *job, struct command *command)
{
    static const char *const words[] = {"none", "both", "garbler", "evaluator"};
    unsigned reveal;
    int status = peer_prepare(&job->peer, command);

    if (status == STATUS_OK) status = parse_kind(job, cli_has(&command->cli, "shift"));
    if (status == STATUS_OK) status = parse_numbers(job);
    if (status == STATUS_OK)
        status = cli_choice(&command->report, &command->cli, &reveal, "reveal", words, 4, 0);
    if (status != STATUS_OK) return status;
    job->reveal = (enum reveal)reveal;
    job->role = job->peer.connection.options.listen != NULL ? SOTTO_GARBLER : SOTTO_EVALUATOR;
    if (cli_text(&command->cli, "input") == NULL)
        return usage(job, "--input FILE has this party's shares, one number a line");
    return peer_check_stdio(&job->peer);
}

/* ---------------------------------------------------------------------------------- shares -- */

static int split(struct job *job, uint8_t *bits, uint64_t number)
{
    double value = job->shares.values[number], end = ldexp(1, (int)job->shape.ring);
    int64_t share;

    if (value != floor(value) || value < -end / 2 || value >= end)
        return report_fail(&job->peer.command->report, STATUS_INPUT,
                           "number %llu: %g is not a whole number modulo 2^%u", (ull)(number + 1),
                           value, job->shape.ring);
    share = (int64_t)value;
    for (unsigned j = 0; j < job->shape.ring; j++) bits[j] = (uint64_t)share >> j & 1;
    return STATUS_OK;
}

static int load(struct job *job)
{
    struct command *command = job->peer.command;
    int status = data_load(&command->report, &job->shares, cli_text(&command->cli, "input"), 1);
    uint64_t n = job->shares.n_rows;

    if (status != STATUS_OK) return status;
    if (n % job->shape.n != 0)
        return report_fail(&command->report, STATUS_INPUT,
                           "%llu numbers do not make groups of %llu", (ull)n, (ull)job->shape.n);
    job->n_instances = n / job->shape.n;
    job->bits_len = (size_t)n * job->shape.ring;
    job->bits = new_array(job->bits_len, 1);
    if (job->bits == NULL) return report_memory(&command->report);
    for (uint64_t i = 0; status == STATUS_OK && i < n; i++)
        status = split(job, job->bits + i * job->shape.ring, i);
    return status;
}

/* ------------------------------------------------------------------------------------- run -- */

static int library(struct job *job, sotto_err err)
{
    return report_library(&job->peer.command->report, job->peer.context, err);
}

static void write_terms(uint8_t terms[TERMS_LEN], const struct job *job)
{
    const uint64_t numbers[] = {(uint64_t)job->shape.kind, job->shape.ring | job->shape.shift << 8,
                                job->shape.n, job->n_instances};

    memset(terms, 0, TERMS_LEN);
    terms[0] = TERMS_VERSION;
    terms[1] = (uint8_t)job->reveal;
    for (size_t i = 0; i < 4; i++)
        for (size_t b = 0; b < 8; b++) terms[8 + 8 * i + b] = (uint8_t)(numbers[i] >> 8 * b);
}

static int agree(struct job *job)
{
    uint8_t terms[TERMS_LEN], *heard;
    size_t len;
    bool same;
    int status;

    write_terms(terms, job);
    status = library(job, sotto_mixed_tell(job->mixed, terms, TERMS_LEN));
    if (status == STATUS_OK)
        status = library(job, sotto_mixed_hear(job->mixed, &heard, &len, TERMS_LEN));
    if (status != STATUS_OK) return status;
    same = len == TERMS_LEN && memcmp(terms, heard, len) == 0;
    sotto_mixed_forget(heard);
    if (same) return STATUS_OK;
    return report_fail(&job->peer.command->report, STATUS_MISMATCH,
                       "the two sides disagree on the layer, its numbers, or how many there are");
}

static bool learns(const struct job *job)
{
    return job->reveal == REVEAL_BOTH ||
           job->reveal == (job->role == SOTTO_GARBLER ? REVEAL_GARBLER : REVEAL_EVALUATOR);
}

/* Shares of bits are shares modulo 2. */
static int reveal_results(struct job *job)
{
    static const sotto_reveal reveals[] = {
        [REVEAL_BOTH] = SOTTO_REVEAL_BOTH,
        [REVEAL_GARBLER] = SOTTO_REVEAL_GARBLER,
        [REVEAL_EVALUATOR] = SOTTO_REVEAL_EVALUATOR,
    };
    uint32_t *shares = new_array(job->results_len, sizeof *shares);
    int status;

    if (shares == NULL) return report_memory(&job->peer.command->report);
    for (size_t i = 0; i < job->results_len; i++) shares[i] = job->results[i];
    status = library(job, sotto_mixed_reveal_shares(job->mixed, shares, shares, job->results_len, 1,
                                                    reveals[job->reveal]));
    if (status == STATUS_OK)
        for (size_t i = 0; i < job->results_len; i++) job->results[i] = (uint8_t)shares[i];
    free_secret(shares, job->results_len * sizeof *shares);
    return status;
}

static int apply_layer(struct job *job)
{
    int status;

    job->results_len = (size_t)job->n_instances * job->layer.output_bits;
    job->results = new_array(job->results_len, 1);
    if (job->results == NULL) return report_memory(&job->peer.command->report);
    status = library(job, sotto_mixed_apply_shared(job->mixed, job->results, job->layer.circuit,
                                                   job->layer.interface, job->bits, NULL,
                                                   job->n_instances));
    return status == STATUS_OK && job->reveal != REVEAL_NONE ? reveal_results(job) : status;
}

static int run_layer(struct job *job)
{
    const sotto_mixed_options options = {
        .role = job->role,
        .ot_width = job->peer.options.ot_width,
        .n_threads = job->peer.options.n_threads,
    };
    int status =
        library(job, sotto_mixed_open(job->peer.context, &job->mixed, job->peer.channel, &options));

    if (status == STATUS_OK) status = agree(job);
    if (status == STATUS_OK) status = apply_layer(job);
    return status == STATUS_OK ? library(job, sotto_mixed_finish(job->mixed)) : status;
}

/* A largest number has its sign; all else counts from 0, and so does a share. */
static void add_results(struct job *job)
{
    struct buffer *out = &job->peer.command->out;
    unsigned n_bits = job->layer.output_bits;
    bool is_signed = job->shape.kind == LAYER_POOL && job->reveal != REVEAL_NONE;

    for (uint64_t i = 0; i < job->n_instances; i++) {
        const uint8_t *bits = job->results + i * n_bits;
        int64_t value = 0;

        for (unsigned j = 0; j < n_bits; j++) value |= (int64_t)bits[j] << j;
        if (is_signed && bits[n_bits - 1] != 0) value -= (int64_t)1 << n_bits;
        buffer_addf(out, "%s%lld", i > 0 && job->peer.command->json ? "," : "", (long long)value);
        if (!job->peer.command->json) buffer_add_char(out, '\n');
    }
}

static void print(struct job *job)
{
    struct command *command = job->peer.command;
    bool has_results = job->reveal == REVEAL_NONE || learns(job);

    if (command->json)
        buffer_addf(&command->out,
                    "{\"schema\":\"" NN_SCHEMA "\",\"ok\":true,\"security\":\"semi-honest\","
                    "\"shared\":%s,\"result\":%s",
                    job->reveal == REVEAL_NONE ? "true" : "false", has_results ? "[" : "null");
    if (has_results) add_results(job);
    if (command->json) buffer_add_text(&command->out, has_results ? "]}\n" : "}\n");
    if (job->peer.stats)
        fprintf(stderr, "gc-nn: %llu values, %llu ANDs each, %llu bytes sent, %llu received\n",
                (ull)job->n_instances, (ull)job->layer.n_and,
                (ull)sotto_channel_bytes_sent(job->peer.channel),
                (ull)sotto_channel_bytes_received(job->peer.channel));
}

int command_layer(struct command *command)
{
    struct job job = {0};
    int status = parse(&job, command);

    if (status == STATUS_OK) status = load(&job);
    if (status == STATUS_OK)
        status = layer_init(&command->report, job.peer.context, &job.layer, &job.shape);
    if (status == STATUS_OK) status = peer_connect(&job.peer, "gc-nn layer");
    if (status == STATUS_OK) status = run_layer(&job);
    if (status == STATUS_OK) print(&job);
    sotto_mixed_free(job.mixed);
    layer_wipe(&job.layer);
    free_secret(job.bits, job.bits_len);
    free_secret(job.results, job.results_len);
    data_free(&job.shares);
    peer_free(&job.peer);
    return status;
}
