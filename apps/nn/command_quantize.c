/* gc-nn quantize: an ONNX model becomes a .gcnn file. */
#include "apps/nn/command.h"

#include "apps/nn/gcnn.h"
#include "apps/nn/quantise.h"
#include "apps/signals.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef unsigned long long ull;

/** Rows on which the normal form is compared with the graph that it was made from. */
#define COMPARED_ROWS 4

struct work {
    struct command *command;
    struct graph graph;
    struct net real, whole;
    struct dataset rows, labels;
    double *values, *scores; /**< of the float network */
    double *whole_values;
    int64_t *whole_scores;
    uint64_t n_real, n_whole, n_same; /**< labels that are right, right, equal */
};

static int load(struct work *work)
{
    struct command *command = work->command;
    const char *path = command->cli.operands[0], *rows = cli_text(&command->cli, "calibrate");
    bool is_gcnn;
    int status;

    if (rows == NULL)
        return report_fail(&command->report, STATUS_USAGE,
                           "quantize needs rows to calibrate with: --calibrate FILE");
    status = command_is_gcnn(command, &is_gcnn, path);
    if (status == STATUS_OK && is_gcnn)
        status = report_fail(&command->report, STATUS_CIRCUIT,
                             "%s is a .gcnn model: it is quantised already", path);
    if (status != STATUS_OK) return status;
    status = command_load_onnx(command, &work->graph, &work->real, path);
    if (status == STATUS_OK)
        status = lower_graph(&command->report, &work->whole, &work->graph, &command->raw);
    if (status == STATUS_OK)
        status = data_load(&command->report, &work->rows, rows, work->real.n_inputs);
    if (status == STATUS_OK)
        status = command_labels(command, &work->labels, work->rows.n_rows, work->real.n_scores);
    return status;
}

static int allocate(struct work *work)
{
    work->values = new_array(work->real.n_activations, sizeof *work->values);
    work->scores = new_array(work->real.n_scores, sizeof *work->scores);
    work->whole_values = new_array(work->whole.n_activations, sizeof *work->whole_values);
    work->whole_scores = new_array(work->whole.n_scores, sizeof *work->whole_scores);
    if (work->values == NULL || work->scores == NULL || work->whole_values == NULL ||
        work->whole_scores == NULL)
        return report_memory(&work->command->report);
    return STATUS_OK;
}

/** The graph's own input, from a raw row. */
static int graph_input(struct work *work, struct tensor *input, const double *row)
{
    *input = work->graph.values[work->graph.inputs[0]].tensor;
    if (tensor_allocate(&work->command->report, input) != STATUS_OK)
        return work->command->report.status;
    for (uint64_t i = 0; i < input->n; i++) {
        double mul, add;

        preprocessing_at(&work->command->raw, input, i, &mul, &add);
        input->data[i] = row[i] * mul + add;
    }
    return STATUS_OK;
}

/** A model computes with floats, and has no answer to what they do not hold. */
static int check_finite(struct report *report, const struct tensor *tensor, const char *what)
{
    for (uint64_t i = 0; i < tensor->n; i++)
        if (!isfinite(tensor_convert(tensor->type, tensor->data[i])))
            return report_fail(report, STATUS_INPUT,
                               "a row of --calibrate is beyond the model's numbers: value %llu of "
                               "its %s is %g",
                               (unsigned long long)(i + 1), what, tensor->data[i]);
    return STATUS_OK;
}

/** How far the normal form may be off: by what the numbers of the graph are rounded to. */
static double tolerance(const struct tensor *input, const struct tensor *output)
{
    return tensor_is_half(input->type) || tensor_is_half(output->type) ? 0.05 : 1e-3;
}

/** How far scores are from the label that the graph gives: from being the largest at its place. */
static double off_label(const struct net *net, const double *scores, const struct tensor *output,
                        double *largest)
{
    double most = -INFINITY, label = output->n == 1 ? output->data[0] : NAN;

    *largest = 0;
    for (uint64_t i = 0; i < net->n_scores; i++) {
        most = fmax(most, scores[i]);
        *largest = fmax(*largest, fabs(scores[i]));
    }
    return label >= 0 && label < (double)net->n_scores ? most - scores[(uint64_t)label] : INFINITY;
}

/** How far what scores mean is from the graph's output, of which *largest is the largest number. */
static double off_output(const struct net *net, const double *scores, const struct tensor *output,
                         double *largest)
{
    double most = -INFINITY, sum = 0, off = 0;

    *largest = 0;
    for (uint64_t i = 0; i < net->n_scores; i++) most = fmax(most, scores[i]);
    for (uint64_t i = 0; i < net->n_scores; i++) sum += exp(scores[i] - most);
    for (uint64_t i = 0; i < net->n_scores; i++) {
        double expected = i < output->n ? output->data[i] : NAN;
        double got = net->outcome == OUTCOME_SOFTMAX ? exp(scores[i] - most) / sum
                                                     : score_meaning(net, scores[i]);

        *largest = fmax(*largest, fabs(expected));
        off = isnan(got - expected) ? INFINITY : fmax(off, fabs(got - expected));
    }
    return off;
}

/** That the normal form computes what the graph does is checked before anything is built on it. */
static int compare_row(struct work *work, const double *row)
{
    struct report *report = &work->command->report;
    const struct net *net = &work->real;
    struct tensor input = {0}, output = {0};
    double largest = 0, off = 0;
    int status = graph_input(work, &input, row);

    if (status == STATUS_OK) status = check_finite(report, &input, "input");
    if (status == STATUS_OK) status = graph_evaluate(report, &work->graph, &output, &input);
    if (status == STATUS_OK) status = check_finite(report, &output, "output");
    if (status == STATUS_OK) status = run_row_float(report, net, work->values, work->scores, row);
    if (status == STATUS_OK)
        off = net->answers_label ? off_label(net, work->scores, &output, &largest)
                                 : off_output(net, work->scores, &output, &largest);
    if (status == STATUS_OK && off > tolerance(&input, &output) * largest + 1e-4)
        status = report_fail(report, STATUS_INTERNAL,
                             "the model's normal form is off by %g where its output is %g", off,
                             largest);
    tensor_free(&input);
    tensor_free(&output);
    return status;
}

static int compare(struct work *work)
{
    int status = STATUS_OK;

    for (uint64_t r = 0; status == STATUS_OK && r < COMPARED_ROWS && r < work->rows.n_rows; r++)
        status = compare_row(work, work->rows.values + r * work->rows.n_columns);
    return status;
}

/** Counts labels over all rows. */
static int measure(struct work *work)
{
    struct report *report = &work->command->report;
    int status = STATUS_OK;

    for (uint64_t r = 0; status == STATUS_OK && r < work->rows.n_rows; r++) {
        const double *row = work->rows.values + r * work->rows.n_columns;
        uint64_t real, whole;

        if (signals_seen() != 0) return report_interrupted(report);
        status = run_row_float(report, &work->real, work->values, work->scores, row);
        if (status == STATUS_OK)
            status =
                run_row_integer(report, &work->whole, work->whole_values, work->whole_scores, row);
        if (status != STATUS_OK) return status;
        real = net_label_float(work->scores, work->real.n_scores);
        whole = net_label(work->whole_scores, work->whole.n_scores);
        work->n_same += real == whole;
        if (work->labels.values == NULL) continue;
        work->n_real += (double)real == work->labels.values[r];
        work->n_whole += (double)whole == work->labels.values[r];
    }
    return status;
}

static void tell(const struct work *work)
{
    double n = (double)work->rows.n_rows / 100;

    for (size_t s = 0; s < work->whole.n_steps; s++)
        if (work->whole.steps[s].kind == STEP_LINEAR)
            fprintf(stderr, "gc-nn: %zu: %s: k = %u, shift %u\n", s + 1, work->whole.steps[s].name,
                    work->whole.steps[s].ring, work->whole.steps[s].shift);
    fprintf(stderr, "gc-nn: same label as the float model: %llu of %llu (%.2f %%)\n",
            (ull)work->n_same, (ull)work->rows.n_rows, (double)work->n_same / n);
    if (work->labels.values == NULL) return;
    fprintf(stderr, "gc-nn: accuracy: float %.2f %%, quantised %.2f %%\n", (double)work->n_real / n,
            (double)work->n_whole / n);
}

static void tell_json(struct buffer *out, const struct work *work)
{
    buffer_addf(out, "{\"schema\":\"" NN_SCHEMA "\",\"ok\":true,\"rows\":%llu",
                (ull)work->rows.n_rows);
    add_accuracy(out, "same_label", work->n_same, work->rows.n_rows);
    if (work->labels.values != NULL) {
        add_accuracy(out, "float", work->n_real, work->rows.n_rows);
        add_accuracy(out, "quantised", work->n_whole, work->rows.n_rows);
    }
    buffer_add_text(out, ",\"steps\":[");
    for (size_t s = 0; s < work->whole.n_steps; s++) {
        buffer_addf(out, "%s{\"name\":", s > 0 ? "," : "");
        buffer_add_json(out, work->whole.steps[s].name);
        buffer_addf(out, ",\"ring\":%u,\"shift\":%u}", work->whole.steps[s].ring,
                    work->whole.steps[s].shift);
    }
    buffer_add_text(out, "]}\n");
}

static void work_free(struct work *work)
{
    free_secret(work->values, work->real.n_activations * sizeof *work->values);
    free_secret(work->whole_values, work->whole.n_activations * sizeof *work->whole_values);
    free_secret(work->scores, work->real.n_scores * sizeof *work->scores);
    free_secret(work->whole_scores, work->whole.n_scores * sizeof *work->whole_scores);
    data_free(&work->rows);
    data_free(&work->labels);
    net_free(&work->real);
    net_free(&work->whole);
    graph_free(&work->graph);
}

int command_quantize(struct command *command)
{
    struct work work = {.command = command};
    int status;

    if (cli_text(&command->cli, "output") == NULL)
        return report_fail(&command->report, STATUS_USAGE,
                           "quantize needs a file for the model: -o FILE");
    status = load(&work);
    if (status == STATUS_OK) status = allocate(&work);
    if (status == STATUS_OK) status = compare(&work);
    if (status == STATUS_OK)
        status = command_quantise(command, &work.whole, &work.rows, command->cli.operands[0]);
    if (status == STATUS_OK) status = measure(&work);
    if (status == STATUS_OK) {
        gcnn_write(&command->out, &work.whole, false);
        status = sink_write(&command->report, &command->sink, &command->out);
        command->out.len = 0;
    }
    if (status == STATUS_OK && !command->quiet) tell(&work);
    /* The model went to its file; what is printed from here on goes to standard output. */
    sink_close(&command->sink);
    if (status == STATUS_OK && command->json) tell_json(&command->out, &work);
    work_free(&work);
    return status;
}
