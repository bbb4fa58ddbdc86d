/*
 * Runs ONNX's own test cases through the importer and the float reference: every folder below the
 * one that is named holds model.onnx and test_data_set_N/{input,output}_M.pb. Prints a line a case:
 * "NAME passes", "NAME passes with constants", or "NAME refused: why". With constants means that
 * integers and lone numbers among the inputs, such as shapes, are told to the importer, as by
 * gc-nn --constant.
 */
#include "apps/nn/file.h"
#include "apps/nn/onnx.h"

#include <glob.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/** What the test suite of ONNX compares with. */
#define RELATIVE 1e-3
#define ABSOLUTE 1e-5
/** One unit of a bfloat16's last place: the test data are cut, not rounded to the nearest. */
#define BFLOAT16_UNIT 0x1p-7

#define MAX_VALUES 16

/** What a folder of test data holds. */
struct inputs {
    struct tensor tensors[MAX_VALUES];
    char *names[MAX_VALUES];
    bool is_constant[MAX_VALUES];
    size_t n;
};

/** Whether there is such a file, and what is in it. */
static bool load_tensor(struct report *report, struct tensor *tensor, char **name,
                        const char *folder, const char *kind, size_t i)
{
    struct buffer file = {0};
    char path[4096];
    int status;

    snprintf(path, sizeof path, "%s/%s_%zu.pb", folder, kind, i);
    if (access(path, R_OK) != 0) return false;
    status = file_load(report, &file, path, ONNX_MAX_FILE, STATUS_INPUT);
    if (status == STATUS_OK)
        status =
            onnx_parse_tensor(report, tensor, name, (const uint8_t *)file.data, file.len, path);
    buffer_free(&file);
    return status == STATUS_OK;
}

static void load_inputs(struct report *report, struct inputs *inputs, const char *folder)
{
    struct tensor tensor;
    char *name;

    *inputs = (struct inputs){0};
    while (inputs->n < MAX_VALUES &&
           load_tensor(report, &tensor, &name, folder, "input", inputs->n)) {
        size_t i = inputs->n++;

        inputs->tensors[i] = tensor;
        inputs->names[i] = name;
        inputs->is_constant[i] =
            tensor_is_integer(tensor.type) || tensor.type == TENSOR_BOOL || tensor.rank == 0;
    }
}

static void free_inputs(struct inputs *inputs)
{
    for (size_t i = 0; i < inputs->n; i++) {
        tensor_free(&inputs->tensors[i]);
        free(inputs->names[i]);
    }
}

/** NumPy has no such type, so the test data hold bfloat16 as the integers that its bits are. */
static void read_bfloat16(struct tensor *tensor, enum tensor_type wanted)
{
    if (tensor->type != TENSOR_UINT16 || wanted != TENSOR_BFLOAT16) return;
    for (uint64_t i = 0; i < tensor->n; i++)
        tensor->data[i] = tensor_from_half(wanted, (uint16_t)tensor->data[i]);
    tensor->type = wanted;
}

static int compare(struct report *report, const struct tensor *got, const struct tensor *expected)
{
    if (got->n != expected->n || !tensor_same_shape(got, expected) || got->type != expected->type)
        return report_fail(report, STATUS_INTERNAL, "output of another shape or type");
    for (uint64_t i = 0; i < got->n; i++) {
        double relative = got->type == TENSOR_BFLOAT16 ? BFLOAT16_UNIT : RELATIVE;
        double bound = ABSOLUTE + relative * fabs(expected->data[i]);

        if (isnan(expected->data[i]) && isnan(got->data[i])) continue;
        if (got->data[i] == expected->data[i]) continue;
        if (!(fabs(got->data[i] - expected->data[i]) <= bound))
            return report_fail(report, STATUS_INTERNAL, "element %llu is %g, not %g",
                               (unsigned long long)i, got->data[i], expected->data[i]);
    }
    return STATUS_OK;
}

static int compare_outputs(struct report *report, const struct graph *graph,
                           const struct tensor *inputs, const char *folder)
{
    struct tensor outputs[MAX_VALUES] = {0}, expected;
    int status = graph_evaluate(report, graph, outputs, inputs);
    char *name;

    for (size_t i = 0; status == STATUS_OK && i < graph->n_outputs; i++) {
        if (!load_tensor(report, &expected, &name, folder, "output", i))
            return report_fail(report, STATUS_INTERNAL, "no output %zu", i);
        read_bfloat16(&expected, outputs[i].type);
        status = compare(report, &outputs[i], &expected);
        tensor_free(&expected);
        free(name);
    }
    for (size_t i = 0; i < MAX_VALUES; i++) tensor_free(&outputs[i]);
    return status;
}

/** A model on one set of data: STATUS_CIRCUIT when it is refused, STATUS_INTERNAL when it is wrong.
 */
static int run_set(struct report *report, const char *model, const char *folder,
                   bool with_constants)
{
    struct onnx_constant items[MAX_VALUES];
    struct onnx_constants constants = {items, 0};
    struct tensor left[MAX_VALUES];
    struct inputs inputs;
    struct graph graph;
    size_t n_left = 0;
    int status;

    load_inputs(report, &inputs, folder);
    for (size_t i = 0; i < inputs.n; i++)
        if (with_constants && inputs.is_constant[i])
            items[constants.n++] = (struct onnx_constant){inputs.names[i], inputs.tensors[i].data,
                                                          inputs.tensors[i].n};
        else left[n_left++] = inputs.tensors[i];
    *report = (struct report){0};
    status = onnx_load(report, &graph, &constants, model);
    if (status == STATUS_OK) {
        if (graph.n_inputs != n_left || graph.n_outputs > MAX_VALUES)
            status = report_fail(report, STATUS_INTERNAL, "not as many inputs or outputs");
        for (size_t i = 0; status == STATUS_OK && i < n_left; i++)
            read_bfloat16(&left[i], graph.values[graph.inputs[i]].tensor.type);
        if (status == STATUS_OK && compare_outputs(report, &graph, left, folder) != STATUS_OK)
            status = report->status = STATUS_INTERNAL;
        graph_free(&graph);
    }
    free_inputs(&inputs);
    return status;
}

static int run_case(struct report *report, const char *folder, bool with_constants)
{
    char model[4096], pattern[4096];
    glob_t sets;
    int status = STATUS_OK;

    snprintf(model, sizeof model, "%s/model.onnx", folder);
    snprintf(pattern, sizeof pattern, "%s/test_data_set_*", folder);
    if (glob(pattern, 0, NULL, &sets) != 0)
        return report_fail(report, STATUS_INTERNAL, "no test data");
    for (size_t i = 0; status == STATUS_OK && i < sets.gl_pathc; i++)
        status = run_set(report, model, sets.gl_pathv[i], with_constants);
    globfree(&sets);
    return status;
}

/** Whether a case is not wrong. */
static bool print_case(const char *name, const char *folder)
{
    struct report report = {0}, again = {0};
    int status = run_case(&report, folder, false);
    const char *why = strstr(report.message, "model.onnx ");

    if (status == STATUS_OK) printf("%s passes\n", name);
    else if (status == STATUS_INTERNAL) printf("%s FAILS: %s\n", name, report.message);
    else if ((status = run_case(&again, folder, true)) == STATUS_OK)
        printf("%s passes with constants\n", name);
    else if (status == STATUS_INTERNAL) printf("%s FAILS: %s\n", name, again.message);
    else printf("%s refused: %s\n", name, why != NULL ? why : report.message);
    return status != STATUS_INTERNAL;
}

int main(int argc, char **argv)
{
    glob_t cases;
    char pattern[4096];
    bool good = true;

    if (argc != 2) return EXIT_FAILURE;
    snprintf(pattern, sizeof pattern, "%s/*/*/model.onnx", argv[1]);
    if (glob(pattern, 0, NULL, &cases) != 0) return EXIT_FAILURE;
    for (size_t i = 0; i < cases.gl_pathc; i++) {
        char *path = cases.gl_pathv[i];

        *strrchr(path, '/') = '\0';
        good &= print_case(path + strlen(argv[1]) + 1, path);
    }
    globfree(&cases);
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
