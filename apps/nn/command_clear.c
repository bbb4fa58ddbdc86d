/* gc-nn clear: a model on rows of data, without any cryptography. */
#include "apps/nn/command.h"

#include "apps/nn/gcnn.h"
#include "apps/signals.h"

#include <stdlib.h>
#include <string.h>

typedef unsigned long long ull;

struct work {
    struct command *command;
    struct net net;
    bool is_float;
    struct dataset rows, labels;
    double *values;
    double *scores;        /**< of a float model */
    int64_t *accumulators; /**< of a quantised one */
    uint64_t n_correct;
};

static int load_model(struct work *work)
{
    struct command *command = work->command;
    const char *path = command->cli.operands[0];
    struct graph graph;
    bool is_gcnn;
    int status = command_is_gcnn(command, &is_gcnn, path);

    if (status != STATUS_OK) return status;
    work->is_float = !is_gcnn;
    if (is_gcnn && command_refuse_onnx_options(command, path) != STATUS_OK)
        return command->report.status;
    if (is_gcnn) return gcnn_load(&command->report, &work->net, path);
    if (cli_has(&command->cli, "integers"))
        return report_fail(&command->report, STATUS_USAGE,
                           "--integers: %s is a float model and has none", path);
    status = command_load_onnx(command, &graph, &work->net, path);
    if (status == STATUS_OK) graph_free(&graph);
    return status;
}

static int load(struct work *work)
{
    struct command *command = work->command;
    const char *rows = cli_text(&command->cli, "input");
    int status;

    if (rows == NULL)
        return report_fail(&command->report, STATUS_USAGE, "clear needs rows: --input FILE");
    status = load_model(work);
    if (status == STATUS_OK) status = check_scores(command, &work->net);
    if (status == STATUS_OK)
        status = data_load(&command->report, &work->rows, rows, work->net.n_inputs);
    if (status == STATUS_OK)
        status = command_labels(command, &work->labels, work->rows.n_rows, work->net.n_scores);
    if (status != STATUS_OK) return status;
    work->values = new_array(work->net.n_activations, sizeof *work->values);
    work->scores = new_array(work->net.n_scores, sizeof *work->scores);
    work->accumulators = new_array(work->net.n_scores, sizeof *work->accumulators);
    if (work->values == NULL || work->scores == NULL || work->accumulators == NULL)
        return report_memory(&command->report);
    return STATUS_OK;
}

static int run_row(struct work *work, uint64_t r)
{
    struct report *report = &work->command->report;
    const double *row = work->rows.values + r * work->rows.n_columns;
    uint64_t label;
    bool reveals;
    int status;

    if (signals_seen() != 0) return report_interrupted(report);
    if (work->is_float) status = run_row_float(report, &work->net, work->values, work->scores, row);
    else status = run_row_integer(report, &work->net, work->values, work->accumulators, row);
    if (status != STATUS_OK) return status;
    label = work->is_float ? net_label_float(work->scores, work->net.n_scores)
                           : net_label(work->accumulators, work->net.n_scores);
    if (work->labels.values != NULL) work->n_correct += (double)label == work->labels.values[r];
    reveals = work->command->reveal == PLAN_REVEAL_SCORES;
    add_answer(work->command, &work->net, r, label, reveals && work->is_float ? work->scores : NULL,
               reveals && !work->is_float ? work->accumulators : NULL);
    return STATUS_OK;
}

static int run_all(struct work *work)
{
    struct command *command = work->command;
    bool graded = work->labels.values != NULL;
    uint64_t n = work->rows.n_rows;
    int status = STATUS_OK;

    if (command->json)
        buffer_addf(&command->out,
                    "{\"schema\":\"" NN_SCHEMA "\",\"ok\":true,\"security\":\"none\","
                    "\"result\":[");
    for (uint64_t r = 0; status == STATUS_OK && r < n; r++) status = run_row(work, r);
    if (command->json) {
        buffer_add_char(&command->out, ']');
        if (graded) add_accuracy(&command->out, "accuracy", work->n_correct, n);
        buffer_add_text(&command->out, "}\n");
    }
    if (status != STATUS_OK || command->quiet) return status;
    fputs("gc-nn: no cryptography: whoever runs this sees the model and the data\n", stderr);
    if (graded)
        fprintf(stderr, "gc-nn: accuracy: %llu of %llu (%.2f %%)\n", (ull)work->n_correct, (ull)n,
                100 * (double)work->n_correct / (double)n);
    return status;
}

int command_clear(struct command *command)
{
    struct work work = {.command = command};
    int status = load(&work);

    if (status == STATUS_OK) status = run_all(&work);
    free_secret(work.values, work.net.n_activations * sizeof *work.values);
    free_secret(work.scores, work.net.n_scores * sizeof *work.scores);
    free_secret(work.accumulators, work.net.n_scores * sizeof *work.accumulators);
    data_free(&work.rows);
    data_free(&work.labels);
    net_free(&work.net);
    return status;
}
