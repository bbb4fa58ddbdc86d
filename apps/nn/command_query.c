/* gc-nn query: the data owner has rows answered by a model that it never sees. */
#include "apps/nn/file.h"
#include "apps/nn/peer.h"
#include "apps/nn/quantise.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef unsigned long long ull;

struct query {
    struct peer peer;
    struct net net; /* the peer's description of its model */
    struct offer offer;
    struct secure secure;
    struct party_cost cost;
    struct dataset rows, labels;
    uint8_t *inputs; /* encoded; secret, as all below */
    uint64_t inputs_len;
    uint64_t *answers;
    int64_t *scores;
};

static int parse(struct query *query, struct command *command)
{
    struct report *report = &command->report;
    const char *path = cli_text(&command->cli, "input");
    int status;

    if (path == NULL) return report_fail(report, STATUS_USAGE, "query needs rows: --input FILE");
    if (!file_is_stdin(path) && access(path, R_OK) != 0)
        return report_fail(report, STATUS_INPUT, "cannot read %s: %s", path, strerror(errno));
    status = peer_prepare(&query->peer, command);
    return status == STATUS_OK ? peer_check_stdio(&query->peer) : status;
}

static void tell_offer(const struct query *query)
{
    const struct net *net = &query->net;

    if (query->peer.command->quiet) return;
    fprintf(stderr, "gc-nn: the model takes rows of %llu values and reveals to you the %s",
            (ull)net->n_inputs, query->offer.reveals_scores ? "scores" : "label");
    if (query->offer.max_rows != UINT64_MAX)
        fprintf(stderr, " of %llu row%s at most", (ull)query->offer.max_rows,
                query->offer.max_rows == 1 ? "" : "s");
    fputc('\n', stderr);
}

static int encode_rows(struct query *query)
{
    const struct net *net = &query->net;
    double *row = new_array(net->n_inputs, sizeof *row);

    query->inputs_len = query->rows.n_rows * net->n_inputs;
    query->inputs = new_array(query->inputs_len, 1);
    if (row == NULL || query->inputs == NULL) {
        free(row);
        return report_memory(&query->peer.command->report);
    }
    for (uint64_t r = 0; r < query->rows.n_rows; r++) {
        encode_row(row, net, query->rows.values + r * net->n_inputs);
        for (uint64_t i = 0; i < net->n_inputs; i++)
            query->inputs[r * net->n_inputs + i] = (uint8_t)row[i];
    }
    free_secret(row, (size_t)net->n_inputs * sizeof *row);
    return STATUS_OK;
}

/* Once it is known what rows the model takes. */
static int load_rows(struct query *query)
{
    struct command *command = query->peer.command;
    uint64_t n_scores = query->net.n_scores;
    int status = data_load(&command->report, &query->rows, cli_text(&command->cli, "input"),
                           query->net.n_inputs);

    if (status == STATUS_OK)
        status = command_labels(command, &query->labels, query->rows.n_rows, n_scores);
    if (status != STATUS_OK) return status;
    if (query->rows.n_rows > query->offer.max_rows)
        return report_fail(&command->report, STATUS_MISMATCH,
                           "the model's owner answers %llu row%s at most, and there are %llu",
                           (ull)query->offer.max_rows, query->offer.max_rows == 1 ? "" : "s",
                           (ull)query->rows.n_rows);
    query->answers = new_array(query->rows.n_rows, sizeof *query->answers);
    query->scores = new_array(query->rows.n_rows * n_scores, sizeof *query->scores);
    if (query->answers == NULL || query->scores == NULL) return report_memory(&command->report);
    return encode_rows(query);
}

static int run(struct query *query)
{
    struct report *report = &query->peer.command->report;
    int status = peer_connect(&query->peer, "gc-nn serve MODEL.gcnn");

    if (status == STATUS_OK)
        status = party_hear(report, &query->secure, &query->cost, &query->net, &query->offer,
                            query->peer.context, query->peer.channel, &query->peer.options);
    if (status != STATUS_OK) return status;
    tell_offer(query);
    status = load_rows(query);
    if (status == STATUS_OK)
        status = party_ask(report, &query->secure, &query->cost, query->answers, query->scores,
                           query->inputs, query->rows.n_rows);
    progress_end(&query->peer.progress);
    if (status == STATUS_OK && query->offer.reveals_scores)
        for (uint64_t r = 0; r < query->rows.n_rows; r++)
            query->answers[r] =
                net_label(query->scores + r * query->net.n_scores, query->net.n_scores);
    return status;
}

static uint64_t count_correct(const struct query *query)
{
    uint64_t n_correct = 0;

    for (uint64_t r = 0; r < query->rows.n_rows; r++)
        n_correct += (double)query->answers[r] == query->labels.values[r];
    return n_correct;
}

static void print(struct query *query)
{
    struct command *command = query->peer.command;
    struct buffer *out = &command->out;
    uint64_t n = query->rows.n_rows;
    bool graded = query->labels.values != NULL;

    if (command->json) {
        buffer_addf(out, "{\"schema\":\"" NN_SCHEMA "\",\"ok\":true,\"security\":\"semi-honest\","
                         "\"peer\":");
        buffer_add_json(out, query->peer.who);
        buffer_add_text(out, ",\"result\":[");
    }
    for (uint64_t r = 0; r < n; r++) {
        const int64_t *scores =
            query->offer.reveals_scores ? query->scores + r * query->net.n_scores : NULL;

        add_answer(command, &query->net, r, query->answers[r], NULL, scores);
    }
    if (command->json) {
        buffer_add_char(out, ']');
        if (graded) add_accuracy(out, "accuracy", count_correct(query), n);
        buffer_add_char(out, ',');
        peer_add_costs(out, &query->secure, &query->cost);
        buffer_add_text(out, "}\n");
    }
    if (query->peer.stats) peer_print_costs(&query->peer, &query->secure, &query->cost);
    if (graded && !command->quiet)
        fprintf(stderr, "gc-nn: accuracy: %llu of %llu\n", (ull)count_correct(query), (ull)n);
}

int command_query(struct command *command)
{
    struct query query = {0};
    int status = parse(&query, command);
    uint64_t n;

    if (status == STATUS_OK) status = run(&query);
    if (status == STATUS_OK) print(&query);
    n = query.rows.n_rows;
    party_close(&query.secure);
    free_secret(query.inputs, (size_t)query.inputs_len);
    free_secret(query.answers, (size_t)n * sizeof *query.answers);
    free_secret(query.scores, (size_t)(n * query.net.n_scores) * sizeof *query.scores);
    data_free(&query.rows);
    data_free(&query.labels);
    net_free(&query.net);
    peer_free(&query.peer);
    return status;
}
