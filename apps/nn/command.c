/* Models, labels and rows for the commands of gc-nn. */
#include "apps/nn/command.h"

#include "apps/nn/gcnn.h"
#include "apps/nn/quantise.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ------------------------------------------------------------------------------- preprocessing */

/** A list of numbers behind an option: "0.485,0.456,0.406". */
static int read_numbers(struct command *command, double **values, size_t *n, const char *option)
{
    const char *text = cli_text(&command->cli, option);
    struct dataset row = {0};
    uint64_t columns = 1;

    if (text == NULL) return STATUS_OK;
    for (const char *c = text; *c != '\0'; c++) columns += *c == ',';
    if (strchr(text, '\n') != NULL ||
        data_parse_csv(&command->report, &row, text, strlen(text), columns, option) != STATUS_OK ||
        row.n_rows != 1) {
        char part[SHOWN_SIZE];

        data_free(&row);
        return report_fail(&command->report, STATUS_USAGE,
                           "--%s: '%s' is not a number, nor a list of them", option,
                           shown(part, text, strlen(text)));
    }
    *values = row.values;
    *n = columns;
    command->whole_bytes = true;
    return STATUS_OK;
}

/** "NAME=NUMBERS". */
static int read_constant(struct command *command, struct onnx_constant *constant, const char *text)
{
    const char *numbers = strrchr(text, '=');
    struct dataset row = {0};
    char part[SHOWN_SIZE];
    uint64_t columns = 1;

    for (const char *c = numbers; c != NULL && *c != '\0'; c++) columns += *c == ',';
    if (numbers == NULL || numbers == text || strchr(text, '\n') != NULL ||
        data_parse_csv(&command->report, &row, numbers + 1, strlen(numbers + 1), columns,
                       "--constant") != STATUS_OK)
        return report_fail(&command->report, STATUS_USAGE,
                           "--constant %s: wanted is NAME=NUMBERS, such as shape=1,784",
                           shown(part, text, strlen(text)));
    constant->values = row.values;
    constant->n = columns;
    constant->name = strndup(text, (size_t)(numbers - text));
    return constant->name == NULL ? report_memory(&command->report) : STATUS_OK;
}

int command_constants(struct command *command)
{
    const struct cli_value *given = cli_list(&command->cli, "constant");
    struct onnx_constants *constants = &command->constants;
    int status = STATUS_OK;

    constants->items = new_array(given->n_items, sizeof *constants->items);
    if (constants->items == NULL) return report_memory(&command->report);
    while (status == STATUS_OK && constants->n < given->n_items) {
        size_t i = constants->n++;

        status = read_constant(command, &constants->items[i], given->items[i]);
    }
    return status;
}

int command_refuse_onnx_options(struct command *command, const char *path)
{
    if (command->whole_bytes)
        return report_fail(&command->report, STATUS_USAGE,
                           "--input-scale, --input-mean and --input-std are for ONNX models: %s "
                           "has them inside",
                           path);
    if (command->constants.n > 0)
        return report_fail(&command->report, STATUS_USAGE,
                           "--constant is for ONNX models: %s has them inside", path);
    return STATUS_OK;
}

int command_preprocessing(struct command *command)
{
    struct preprocessing *raw = &command->raw;
    int status = read_numbers(command, &raw->scale, &raw->n_scale, "input-scale");

    if (status == STATUS_OK) status = read_numbers(command, &raw->mean, &raw->n_mean, "input-mean");
    if (status == STATUS_OK) status = read_numbers(command, &raw->std, &raw->n_std, "input-std");
    for (size_t i = 0; status == STATUS_OK && i < raw->n_std; i++)
        if (raw->std[i] <= 0)
            status = report_fail(&command->report, STATUS_USAGE, "--input-std must be above 0");
    return status;
}

void preprocessing_free(struct preprocessing *raw)
{
    free(raw->scale);
    free(raw->mean);
    free(raw->std);
    memset(raw, 0, sizeof *raw);
}

/* -------------------------------------------------------------------------------------- models */

int command_is_gcnn(struct command *command, bool *is_gcnn, const char *path)
{
    char magic[4] = "";
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat about;
    ssize_t n;

    if (fd < 0)
        return report_fail(&command->report, STATUS_CIRCUIT, "cannot open %s: %s", path,
                           strerror(errno));
    /* What is read here could not be read again. */
    if (fstat(fd, &about) != 0 || !S_ISREG(about.st_mode)) {
        close(fd);
        return report_fail(&command->report, STATUS_CIRCUIT, "%s is not a regular file", path);
    }
    n = read(fd, magic, sizeof magic);
    *is_gcnn = n == sizeof magic && memcmp(magic, GCNN_MAGIC, sizeof magic) == 0;
    close(fd);
    return n == 0 ? report_fail(&command->report, STATUS_CIRCUIT, "%s is empty", path) : STATUS_OK;
}

/** What is wrong with a node or layer is wrong with the file that it is in. */
static int name_file(struct report *report, const char *path)
{
    struct report whole = *report;

    if (report->status != STATUS_CIRCUIT || strncmp(report->message, path, strlen(path)) == 0)
        return report->status;
    report_fail(report, STATUS_CIRCUIT, "%s: %s", path, whole.message);
    memcpy(report->hint, whole.hint, sizeof whole.hint);
    return STATUS_CIRCUIT;
}

int command_load_onnx(struct command *command, struct graph *graph, struct net *net,
                      const char *path)
{
    int status = onnx_load(&command->report, graph, &command->constants, path);

    if (status != STATUS_OK) return name_file(&command->report, path);
    status = lower_graph(&command->report, net, graph, &command->raw);
    if (status == STATUS_OK) return STATUS_OK;
    graph_free(graph);
    return name_file(&command->report, path);
}

int command_quantise(struct command *command, struct net *net, const struct dataset *rows,
                     const char *path)
{
    int status = quantise(&command->report, net, rows, command->whole_bytes);

    return status == STATUS_OK ? STATUS_OK : name_file(&command->report, path);
}

/** A label is the number of a class; of a single score there are two. */
static int check_labels(struct report *report, const struct dataset *labels, uint64_t n_scores,
                        const char *path)
{
    double most = n_scores == 1 ? 1 : (double)(n_scores - 1);

    for (uint64_t r = 0; r < labels->n_rows; r++) {
        double label = labels->values[r];

        if (label < 0 || label > most || label != rint(label))
            return report_fail(report, STATUS_INPUT,
                               "%s: label %llu is %.6g, and the model gives 0 to %.0f", path,
                               (unsigned long long)(r + 1), label, most);
    }
    return STATUS_OK;
}

int command_labels(struct command *command, struct dataset *labels, uint64_t n_rows,
                   uint64_t n_scores)
{
    const char *path = cli_text(&command->cli, "labels");
    int status;

    if (path == NULL) return STATUS_OK;
    status = data_load(&command->report, labels, path, 1);
    if (status != STATUS_OK) return status;
    if (labels->n_rows != n_rows)
        status = report_fail(&command->report, STATUS_INPUT, "%s holds %llu labels for %llu rows",
                             path, (unsigned long long)labels->n_rows, (unsigned long long)n_rows);
    else status = check_labels(&command->report, labels, n_scores, path);
    if (status != STATUS_OK) data_free(labels);
    return status;
}

/* ---------------------------------------------------------------------------------------- rows */

int run_row_integer(struct report *report, const struct net *net, double *values, int64_t *scores,
                    const double *row)
{
    encode_row(values, net, row);
    return net_run_integer(report, net, values, scores);
}

int run_row_float(struct report *report, const struct net *net, double *values, double *scores,
                  const double *row)
{
    memcpy(values, row, net->n_inputs * sizeof *row);
    return net_run_float(report, net, values, scores);
}

double score_meaning(const struct net *net, double score)
{
    return net->outcome == OUTCOME_SIGMOID ? 1 / (1 + exp(-score)) : score;
}

int check_scores(struct command *command, struct net *net)
{
    struct report *report = &command->report;

    if (command->reveals_logits) {
        net->outcome = OUTCOME_SCORES;
        net->answers_label = false;
    }
    if (command->reveal == PLAN_REVEAL_LABEL) return STATUS_OK;
    if (net->answers_label)
        report_fail(report, STATUS_USAGE,
                    "--reveal scores: the model ends in ArgMax and has no scores");
    else if (net->outcome == OUTCOME_SOFTMAX)
        report_fail(report, STATUS_USAGE,
                    "--reveal scores: the model ends in Softmax, which is not computed in secret");
    if (report->status != STATUS_OK)
        report_hint(report, "--reveal logits reveals what stands before it, which tells more than "
                            "it does; --reveal label tells the class alone.");
    return report->status;
}

static void add_scores(struct buffer *out, const struct net *net, const double *scores,
                       const int64_t *accumulators, bool integers)
{
    for (uint64_t i = 0; i < net->n_scores; i++) {
        double score = scores != NULL ? scores[i] : (double)accumulators[i] * net->score_scale;

        if (i > 0) buffer_add_char(out, ',');
        if (integers) buffer_addf(out, "%lld", (long long)accumulators[i]);
        else buffer_addf(out, "%.9g", score_meaning(net, score));
    }
}

void add_answer(struct command *command, const struct net *net, uint64_t row, uint64_t label,
                const double *scores, const int64_t *accumulators)
{
    bool integers = cli_has(&command->cli, "integers");
    bool reveals = scores != NULL || accumulators != NULL;
    struct buffer *out = &command->out;

    if (!command->json) {
        if (reveals) add_scores(out, net, scores, accumulators, integers);
        else buffer_addf(out, "%llu", (unsigned long long)label);
        buffer_add_char(out, '\n');
        return;
    }
    buffer_addf(out, "%s{\"label\":%llu", row > 0 ? "," : "", (unsigned long long)label);
    if (reveals) {
        buffer_add_text(out, ",\"scores\":[");
        add_scores(out, net, scores, accumulators, integers);
        buffer_add_char(out, ']');
    }
    buffer_add_char(out, '}');
}

void add_accuracy(struct buffer *out, const char *name, uint64_t n_correct, uint64_t n_rows)
{
    buffer_addf(out, ",\"%s\":{\"correct\":%llu,\"rows\":%llu}", name,
                (unsigned long long)n_correct, (unsigned long long)n_rows);
}
