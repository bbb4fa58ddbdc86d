/*
 * Runs ONNX's own test cases through the importer and the float reference: every folder below the
 * one that is named holds model.onnx and test_data_set_N/{input,output}_M.pb. Prints a line a case:
 * "NAME passes", or "NAME refused: why".
 */
#include "apps/nn/file.h"
#include "apps/nn/onnx.h"

#include <glob.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/** What the test suite of ONNX compares with. */
#define RELATIVE 1e-3
#define ABSOLUTE 1e-5

#define MAX_VALUES 16

static int load_tensor(struct report *report, struct tensor *tensor, const char *folder,
                       const char *kind, size_t i)
{
    struct buffer file = {0};
    char path[4096];
    int status;

    snprintf(path, sizeof path, "%s/%s_%zu.pb", folder, kind, i);
    status = file_load(report, &file, path, ONNX_MAX_FILE, STATUS_INPUT);
    if (status == STATUS_OK)
        status = onnx_parse_tensor(report, tensor, (const uint8_t *)file.data, file.len, path);
    buffer_free(&file);
    return status;
}

static int compare(struct report *report, const struct tensor *got, const struct tensor *expected)
{
    if (got->n != expected->n || !tensor_same_shape(got, expected) || got->type != expected->type)
        return report_fail(report, STATUS_INTERNAL, "output of another shape or type");
    for (uint64_t i = 0; i < got->n; i++) {
        double bound = ABSOLUTE + RELATIVE * fabs(expected->data[i]);

        if (isnan(expected->data[i]) && isnan(got->data[i])) continue;
        if (got->data[i] == expected->data[i]) continue;
        if (!(fabs(got->data[i] - expected->data[i]) <= bound))
            return report_fail(report, STATUS_INTERNAL, "element %llu is %g, not %g",
                               (unsigned long long)i, got->data[i], expected->data[i]);
    }
    return STATUS_OK;
}

static int run_set(struct report *report, const struct graph *graph, const char *folder)
{
    struct tensor inputs[MAX_VALUES] = {0}, outputs[MAX_VALUES] = {0}, expected = {0};
    int status = STATUS_OK;

    if (graph->n_inputs > MAX_VALUES || graph->n_outputs > MAX_VALUES)
        return report_fail(report, STATUS_INTERNAL, "too many inputs or outputs");
    for (size_t i = 0; status == STATUS_OK && i < graph->n_inputs; i++)
        status = load_tensor(report, &inputs[i], folder, "input", i);
    if (status == STATUS_OK) status = graph_evaluate(report, graph, outputs, inputs);
    for (size_t i = 0; status == STATUS_OK && i < graph->n_outputs; i++) {
        status = load_tensor(report, &expected, folder, "output", i);
        if (status == STATUS_OK) status = compare(report, &outputs[i], &expected);
        tensor_free(&expected);
    }
    for (size_t i = 0; i < MAX_VALUES; i++) {
        tensor_free(&inputs[i]);
        tensor_free(&outputs[i]);
    }
    return status;
}

static int run_case(struct report *report, const char *folder)
{
    char path[4096];
    struct graph graph;
    glob_t sets;
    int status;

    snprintf(path, sizeof path, "%s/model.onnx", folder);
    status = onnx_load(report, &graph, path);
    if (status != STATUS_OK) return status;
    snprintf(path, sizeof path, "%s/test_data_set_*", folder);
    if (glob(path, 0, NULL, &sets) != 0)
        status = report_fail(report, STATUS_INTERNAL, "no test data");
    for (size_t i = 0; status == STATUS_OK && i < sets.gl_pathc; i++) {
        status = run_set(report, &graph, sets.gl_pathv[i]);
        if (status != STATUS_OK) report->status = STATUS_INTERNAL;
    }
    globfree(&sets);
    graph_free(&graph);
    return report->status;
}

int main(int argc, char **argv)
{
    glob_t cases;
    char pattern[4096];
    int failed = 0;

    snprintf(pattern, sizeof pattern, "%s/*/*/model.onnx", argc > 1 ? argv[1] : ".");
    if (glob(pattern, 0, NULL, &cases) != 0) return EXIT_FAILURE;
    for (size_t i = 0; i < cases.gl_pathc; i++) {
        struct report report = {0};
        char *path = cases.gl_pathv[i], *why;

        *strrchr(path, '/') = '\0';
        run_case(&report, path);
        why = strstr(report.message, "model.onnx ");
        if (report.status == STATUS_INTERNAL) failed = 1;
        printf("%s %s%s\n", path + strlen(argv[1]) + 1,
               report.status == STATUS_OK         ? "passes"
               : report.status == STATUS_INTERNAL ? "FAILS: "
                                                  : "refused: ",
               report.status == STATUS_OK ? ""
               : why != NULL              ? why
                                          : report.message);
    }
    globfree(&cases);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
