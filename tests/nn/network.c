/*
 * Networks: what the normal form computes is what the graph computes; what the quantised network
 * computes is near to that; files hold the same network again; plans count what columns hold.
 */
#include "tests/nn/build.h"
#include "tests/support/suite.h"

#include "apps/nn/gcnn.h"
#include "apps/nn/lower.h"
#include "apps/nn/onnx.h"
#include "apps/nn/plan.h"
#include "apps/nn/quantise.h"

#include <math.h>
#include <string.h>

#define DIMS(...)                                                                                  \
    sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t), (int64_t[])                                \
    {                                                                                              \
        __VA_ARGS__                                                                                \
    }

static const struct preprocessing no_preprocessing;
static struct report report;

static void must(int status)
{
    ck_assert_msg(status == STATUS_OK, "%s", report.message);
}

/* -------------------------------------------------------------------------------------- models */

typedef void (*model_fn)(struct build *build);

static void conv_node(struct build *build, const char *inputs, const char *output, int64_t pad,
                      int64_t stride)
{
    Onnx__NodeProto *node = build_node(build, "Conv", inputs, output);

    build_list(build, node, "pads", DIMS(pad, pad, pad, pad));
    build_list(build, node, "strides", DIMS(stride, stride));
}

static void pool_node(struct build *build, const char *type, const char *input, const char *output,
                      int64_t stride)
{
    Onnx__NodeProto *node = build_node(build, type, input, output);

    build_list(build, node, "kernel_shape", DIMS(2, 2));
    build_list(build, node, "strides", DIMS(stride, stride));
}

/** A layer of 5 scores at the end, from n values in input. */
static void scores(struct build *build, const char *input, int64_t n)
{
    char inputs[64];

    snprintf(inputs, sizeof inputs, "%s end.w end.b", input);
    build_weights(build, "end.w", DIMS(n, 5));
    build_weights(build, "end.b", DIMS(5));
    build_node(build, "Gemm", inputs, "y");
}

static void dense(struct build *build)
{
    Onnx__NodeProto *node;

    build_init(build, 13, DIMS(0, 12));
    build_weights(build, "w", DIMS(9, 12));
    build_weights(build, "b", DIMS(9));
    node = build_node(build, "Gemm", "x w b", "a");
    build_int(build, node, "transB", 1);
    build_float(build, node, "alpha", 0.5f);
    build_node(build, "Relu", "a", "r");
    scores(build, "r", 9);
}

static void normalised(struct build *build)
{
    static const float variance[] = {0.5f, 1, 2, 3, 0.25f, 1, 1.5f};

    build_init(build, 14, DIMS(0, 6));
    build_weights(build, "w", DIMS(6, 7));
    build_weights(build, "g", DIMS(7));
    build_weights(build, "o", DIMS(7));
    build_weights(build, "m", DIMS(7));
    build_floats(build, "v", DIMS(7), variance);
    build_node(build, "MatMul", "x w", "a");
    build_node(build, "BatchNormalization", "a g o m v", "n");
    build_node(build, "Relu", "n", "r");
    build_node(build, "BatchNormalization", "r g o m v", "s");
    scores(build, "s", 7);
}

static void convolution(struct build *build)
{
    build_init(build, 11, DIMS(0, 2, 7, 6));
    build_weights(build, "w", DIMS(4, 2, 3, 3));
    build_weights(build, "b", DIMS(4));
    conv_node(build, "x w b", "c", 1, 1);
    build_node(build, "Relu", "c", "r");
    pool_node(build, "MaxPool", "r", "p", 2);
    build_weights(build, "w2", DIMS(6, 4, 2, 2));
    conv_node(build, "p w2", "c2", 0, 1);
    pool_node(build, "MaxPool", "c2", "p2", 1);
    build_node(build, "Relu", "p2", "r2");
    build_node(build, "Flatten", "r2", "f");
    scores(build, "f", 6);
}

static void grouped(struct build *build)
{
    Onnx__NodeProto *node;

    build_init(build, 13, DIMS(0, 4, 8, 8));
    build_weights(build, "w", DIMS(8, 2, 2, 3));
    node = build_node(build, "Conv", "x w", "c");
    build_int(build, node, "group", 2);
    build_list(build, node, "dilations", DIMS(2, 1));
    build_list(build, node, "pads", DIMS(1, 0, 2, 1));
    build_list(build, node, "strides", DIMS(2, 3));
    build_node(build, "Relu", "c", "r");
    build_node(build, "GlobalAveragePool", "r", "g");
    build_ints(build, "axes", 2, (int64_t[]){2, 3});
    build_node(build, "Squeeze", "g axes", "s");
    scores(build, "s", 8);
}

static void residual(struct build *build)
{
    build_init(build, 13, DIMS(0, 3, 5, 5));
    build_weights(build, "w", DIMS(3, 3, 3, 3));
    build_weights(build, "w2", DIMS(3, 3, 3, 3));
    build_weights(build, "w3", DIMS(3, 3, 3, 3));
    conv_node(build, "x w", "a", 1, 1);
    build_node(build, "Relu", "a", "ar");
    conv_node(build, "ar w2", "b", 1, 1);
    build_node(build, "Add", "b ar", "sum");
    build_node(build, "Relu", "sum", "r");
    conv_node(build, "r w3", "c", 1, 1);
    build_node(build, "Sub", "r c", "difference");
    build_node(build, "Relu", "difference", "s");
    pool_node(build, "AveragePool", "s", "p", 1);
    build_node(build, "Flatten", "p", "f");
    scores(build, "f", 48);
}

static void leaky(struct build *build)
{
    Onnx__NodeProto *node;

    build_init(build, 9, DIMS(0, 10));
    build_weights(build, "w", DIMS(10, 8));
    build_weights(build, "b", DIMS(8));
    build_node(build, "Gemm", "x w b", "a");
    node = build_node(build, "LeakyRelu", "a", "r");
    build_float(build, node, "alpha", 0.25f);
    scores(build, "r", 8);
}

static void clipped(struct build *build)
{
    static const float bounds[] = {-20, 60};

    build_init(build, 12, DIMS(0, 10));
    build_weights(build, "w", DIMS(10, 8));
    build_floats(build, "low", 0, NULL, bounds);
    build_floats(build, "high", 0, NULL, bounds + 1);
    build_node(build, "MatMul", "x w", "a");
    build_node(build, "Clip", "a low high", "c");
    scores(build, "c", 8);
}

static void squares(struct build *build)
{
    build_init(build, 13, DIMS(0, 6));
    build_weights(build, "w", DIMS(6, 8));
    build_weights(build, "b", DIMS(8));
    build_node(build, "Gemm", "x w b", "a");
    build_node(build, "Mul", "a a", "s");
    scores(build, "s", 8);
}

/** Elements go all ways before they are used. */
static void moved(struct build *build)
{
    static const float two = 2;
    Onnx__NodeProto *node;

    build_init(build, 13, DIMS(0, 2, 3, 4));
    build_floats(build, "two", 0, NULL, &two);
    build_weights(build, "shift", DIMS(1, 4, 1, 1));
    build_weights(build, "w", DIMS(3, 3));
    build_node(build, "Mul", "x two", "m");
    node = build_node(build, "Transpose", "m", "t"); /* 1 x 4 x 2 x 3 */
    build_list(build, node, "perm", DIMS(0, 3, 1, 2));
    build_node(build, "Add", "t shift", "u");
    build_node(build, "MatMul", "u w", "v"); /* 1 x 4 x 2 x 3, eight rows */
    build_node(build, "Relu", "v", "r");
    node = build_node(build, "Concat", "r t", "c"); /* 1 x 4 x 4 x 3 */
    build_int(build, node, "axis", 2);
    build_ints(build, "pads", 8, (int64_t[]){0, 0, 1, 0, 0, 0, 0, 2});
    build_node(build, "Pad", "c pads", "p"); /* 1 x 4 x 5 x 5 */
    build_weights(build, "k", DIMS(2, 4, 3, 3));
    build_node(build, "Relu", "p", "q");
    build_node(build, "Shape", "q", "shape");
    conv_node(build, "q k", "d", 0, 1);
    build_ints(build, "to", 2, (int64_t[]){0, -1});
    build_node(build, "Reshape", "d to", "f");
    build_node(build, "Relu", "f", "g");
    scores(build, "g", 18);
}

/** Max-pools of inputs, one of pools of inputs, and one over channels of both widths. */
static void pooled(struct build *build)
{
    Onnx__NodeProto *node;

    build_init(build, 13, DIMS(0, 2, 7, 7));
    pool_node(build, "MaxPool", "x", "p", 1); /* 6 x 6 */
    node = build_node(build, "MaxPool", "p", "q");
    build_list(build, node, "kernel_shape", DIMS(3, 3));
    build_list(build, node, "strides", DIMS(2, 2));
    build_list(build, node, "pads", DIMS(1, 1, 1, 1)); /* 3 x 3 */
    build_weights(build, "w", DIMS(3, 2, 2, 2));
    conv_node(build, "q w", "c", 1, 1); /* 4 x 4 */
    build_node(build, "Relu", "c", "r");
    pool_node(build, "MaxPool", "r", "s", 1); /* 3 x 3 */
    node = build_node(build, "Concat", "s q", "t");
    build_int(build, node, "axis", 1);
    pool_node(build, "MaxPool", "t", "u", 1); /* 5 x 2 x 2 */
    build_node(build, "Flatten", "u", "f");
    scores(build, "f", 20);
}

/** A shape that is computed from another one, by every node that exporters compute shapes with. */
static void folded(struct build *build)
{
    static const float half = 0.5f, numbers[] = {0, 9, 1};
    Onnx__NodeProto *node;

    build_init(build, 13, DIMS(0, 2, 4, 6));
    build_floats(build, "from", 0, NULL, numbers);
    build_floats(build, "nine", 0, NULL, numbers + 1);
    build_floats(build, "one", 0, NULL, numbers + 2);
    build_ints(build, "0", 1, (int64_t[]){0});
    build_ints(build, "1", 1, (int64_t[]){1});
    build_ints(build, "2", 1, (int64_t[]){2});
    build_ints(build, "4", 1, (int64_t[]){4});
    build_ints(build, "224", 3, (int64_t[]){2, 2, 4});
    build_floats(build, "half", 0, NULL, &half);
    build_node(build, "Shape", "x", "shape");
    build_node(build, "Gather", "shape 0", "batch");
    build_node(build, "Squeeze", "batch", "lone");
    build_node(build, "Unsqueeze", "lone 0", "list");
    build_node(build, "Slice", "shape 1 4", "rest"); /* 2, 4, 6 */
    node = build_node(build, "Cast", "rest", "real");
    build_int(build, node, "to", 1);
    build_node(build, "Mul", "real half", "less"); /* 1, 2, 3 */
    node = build_node(build, "Cast", "less", "whole");
    build_int(build, node, "to", 7);
    build_node(build, "Mul", "whole 224", "more"); /* 2, 4, 12 */
    build_node(build, "Gather", "more 2", "twelve");
    build_node(build, "Mul", "twelve 4", "product");
    build_node(build, "Div", "product 1", "quotient");
    node = build_node(build, "Concat", "list quotient", "to"); /* 1, 48 */
    build_int(build, node, "axis", 0);
    build_node(build, "Reshape", "x to", "f");
    build_node(build, "ConstantOfShape", "to", "zeros");
    build_node(build, "Add", "zeros f", "g");
    build_weights(build, "w", DIMS(48, 9));
    build_node(build, "MatMul", "g w", "h");
    build_node(build, "Range", "from nine one", "range");
    build_node(build, "Neg", "range", "negative");
    build_node(build, "Sqrt", "range", "root");
    build_node(build, "Less", "root range", "is_less");
    build_node(build, "Where", "is_less negative root", "bias");
    build_node(build, "Size", "bias", "size"); /* 9 */
    build_node(build, "Unsqueeze", "size 0", "sizes");
    build_node(build, "ReduceProd", "sizes", "all");
    build_node(build, "Reshape", "all 1", "wide");
    build_node(build, "Expand", "bias wide", "biases");
    build_node(build, "Add", "h biases", "i");
    node = build_node(build, "Cast", "i", "j");
    build_int(build, node, "to", 11);
    build_node(build, "Relu", "j", "r");
    scores(build, "r", 9);
}

/** Padding by what stands at the edge, or is mirrored there. */
static void mirrored(struct build *build)
{
    static char reflect[] = "reflect", edge[] = "edge";

    build_init(build, 13, DIMS(0, 2, 4, 5));
    build_ints(build, "pads", 8, (int64_t[]){0, 0, 2, 1, 0, 0, 1, 3});
    build_string(build, build_node(build, "Pad", "x pads", "p"), "mode", reflect); /* 7 x 9 */
    build_weights(build, "w", DIMS(2, 2, 3, 3));
    conv_node(build, "p w", "c", 0, 2);                                         /* 3 x 4 */
    build_string(build, build_node(build, "Pad", "c pads", "q"), "mode", edge); /* 6 x 8 */
    build_node(build, "Relu", "q", "r");
    pool_node(build, "MaxPool", "r", "s", 2); /* 3 x 4 */
    build_node(build, "Flatten", "s", "f");
    scores(build, "f", 24);
}

static Onnx__NodeProto *placed_node(struct build *build, const char *type, const char *inputs,
                                    const char *output, int64_t axis)
{
    Onnx__NodeProto *node = build_node(build, type, inputs, output);

    build_int(build, node, "broadcast", 1);
    build_int(build, node, "axis", axis);
    return node;
}

/** Before set 7, attributes say which dimensions the second operand has. */
static void placed(struct build *build)
{
    build_init(build, 6, DIMS(0, 2, 5, 4));
    build_weights(build, "w", DIMS(3, 2, 3, 3));
    build_weights(build, "bias", DIMS(3));
    build_weights(build, "each", DIMS(1, 3, 5, 4));
    conv_node(build, "x w", "c", 1, 1);
    placed_node(build, "Add", "c bias", "d", 1);
    build_node(build, "Relu", "d", "r");
    build_node(build, "GlobalAveragePool", "r", "g");
    build_ints(build, "to", 1, (int64_t[]){3});
    build_node(build, "Reshape", "g to", "mean");
    placed_node(build, "Sub", "r mean", "s", 1);
    placed_node(build, "Mul", "each mean", "t", 1);
    build_node(build, "Add", "s t", "u");
    build_int(build, build_node(build, "Dropout", "u", "v"), "is_test", 1);
    build_node(build, "Relu", "v", "q");
    build_node(build, "Flatten", "q", "f");
    build_weights(build, "end.w", DIMS(60, 5));
    build_weights(build, "end.b", DIMS(5));
    build_int(build, build_node(build, "Gemm", "f end.w end.b", "y"), "broadcast", 1);
}

static const struct {
    const char *name;
    model_fn make;
} models[] = {{"dense", dense},     {"normalised", normalised}, {"convolution", convolution},
              {"grouped", grouped}, {"residual", residual},     {"leaky", leaky},
              {"clipped", clipped}, {"squares", squares},       {"moved", moved},
              {"pooled", pooled},   {"folded", folded},         {"mirrored", mirrored},
              {"placed", placed}};
#define N_MODELS ((int)(sizeof models / sizeof models[0]))

/* ---------------------------------------------------------------------------------- fixture */

static void load(struct graph *graph, struct net *net, model_fn make)
{
    struct build build;
    size_t len;
    uint8_t *bytes;

    memset(&report, 0, sizeof report);
    make(&build);
    bytes = build_bytes(&build, &len);
    must(onnx_parse(&report, graph, NULL, bytes, len, "model"));
    free(bytes);
    must(lower_graph(&report, net, graph, &no_preprocessing));
}

/** Every combination of layers as integers, calibrated with noise. */
static void load_quantised(struct net *net, struct dataset *rows, model_fn make)
{
    struct graph graph;

    load(&graph, net, make);
    graph_free(&graph);
    must(noise_rows(&report, rows, 64, net->n_inputs));
    must(quantise(&report, net, rows, false));
}

START_TEST(test_normal_form)
{
    struct graph graph;
    struct net net;
    struct dataset rows = {0};
    double *values, scores[8];

    load(&graph, &net, models[_i].make);
    ck_assert_uint_eq(net.n_scores, 5);
    must(noise_rows(&report, &rows, 3, net.n_inputs));
    values = new_array(net.n_activations, sizeof *values);
    for (uint64_t r = 0; r < rows.n_rows; r++) {
        struct tensor input = graph.values[graph.inputs[0]].tensor, output;

        must(tensor_allocate(&report, &input));
        memcpy(input.data, rows.values + r * net.n_inputs, net.n_inputs * sizeof *values);
        memcpy(values, input.data, net.n_inputs * sizeof *values);
        must(graph_evaluate(&report, &graph, &output, &input));
        must(net_run_float(&report, &net, values, scores));
        ck_assert_uint_eq(output.n, 5);
        for (int i = 0; i < 5; i++)
            ck_assert_double_eq_tol(scores[i], output.data[i], 1e-5 * fabs(output.data[i]) + 1e-3);
        tensor_free(&input);
        tensor_free(&output);
    }
    free(values);
    data_free(&rows);
    net_free(&net);
    graph_free(&graph);
}
END_TEST

/** Scores of 5 classes, the largest of which is given another shape. */
static void moved_label(struct build *build, const char *type)
{
    Onnx__NodeProto *node;

    build_init(build, 13, DIMS(0, 6));
    build_weights(build, "w", DIMS(6, 5));
    build_ints(build, "one", 1, (int64_t[]){1});
    build_ints(build, "zero", 1, (int64_t[]){0});
    build_node(build, "MatMul", "x w", "s");
    build_int(build, build_node(build, "ArgMax", "s", "a"), "axis", 1);
    node = build_node(build, type, strcmp(type, "Gather") == 0 ? "a zero" : "a one", "y");
    if (strcmp(type, "Gather") == 0) build_int(build, node, "axis", 1);
}

/* A label stays that of all scores wherever it is moved to. */
START_TEST(test_label_moves)
{
    static const char *const types[] = {"Squeeze", "Reshape", "Gather", "Unsqueeze"};
    struct build build;
    struct graph graph;
    struct net net;
    size_t len;
    uint8_t *bytes;

    memset(&report, 0, sizeof report);
    moved_label(&build, types[_i]);
    bytes = build_bytes(&build, &len);
    must(onnx_parse(&report, &graph, NULL, bytes, len, "model"));
    free(bytes);
    must(lower_graph(&report, &net, &graph, &no_preprocessing));
    ck_assert(net.answers_label);
    ck_assert_uint_eq(net.n_scores, 5);
    net_free(&net);
    graph_free(&graph);
}
END_TEST

START_TEST(test_quantised_is_near)
{
    struct graph graph;
    struct net real, net;
    struct dataset rows = {0};
    double *values, scores[8], error = 0, square = 0;
    int64_t whole[8];

    load(&graph, &real, models[_i].make);
    graph_free(&graph);
    load_quantised(&net, &rows, models[_i].make);
    values = new_array(net.n_activations, sizeof *values);
    for (uint64_t r = 0; r < rows.n_rows; r++) {
        const double *row = rows.values + r * net.n_inputs;

        memcpy(values, row, net.n_inputs * sizeof *values);
        must(net_run_float(&report, &real, values, scores));
        encode_row(values, &net, row);
        must(net_run_integer(&report, &net, values, whole));
        for (int i = 0; i < 5; i++) {
            double off = (double)whole[i] * net.score_scale - scores[i];

            error += off * off;
            square += scores[i] * scores[i];
        }
    }
    ck_assert_msg(error < 0.03 * 0.03 * square, "%s is off by %g of 1", models[_i].name,
                  sqrt(error / square));
    free(values);
    data_free(&rows);
    net_free(&net);
    net_free(&real);
}
END_TEST

/* The columns that the secure run is made of give what the reference gives, modulo the ring. */
START_TEST(test_columns)
{
    struct net net;
    struct dataset rows = {0};

    load_quantised(&net, &rows, models[_i].make);
    for (size_t s = 0; s < net.n_steps; s++) {
        const struct step *step = &net.steps[s];
        double *values = new_array(net.n_activations, sizeof *values), *expected;

        if (step->kind == STEP_MAX_POOL) {
            free(values);
            continue;
        }
        for (uint64_t i = 0; i < net.n_activations; i++) values[i] = (double)(i * 37 % 128);
        must(step_rows(&report, &expected, step, values));
        for (size_t t = 0; t < step->n_terms; t++) {
            const struct term *term = &step->terms[t];
            uint64_t most = term_column_max(term, step->n_rows), products = 0;
            uint32_t *at = new_array(most, sizeof *at);
            int64_t *weights = new_array(most, sizeof *weights);

            for (uint64_t i = 0; i < term->n_elements; i++) {
                uint64_t n = term_column(term, step->n_rows, i, at, weights);

                ck_assert_uint_le(n, most);
                if (term->source[i] == 0) continue;
                products += n;
                for (uint64_t e = 0; e < n; e++) {
                    ck_assert_uint_lt(at[e], step->n_rows);
                    expected[at[e]] -= (double)weights[e] * values[term->source[i] - 1];
                }
            }
            ck_assert_uint_eq(products, term_products(term, step->n_rows));
            free(at);
            free(weights);
        }
        for (uint64_t r = 0; r < step->n_rows; r++) ck_assert(expected[r] == step->bias[r]);
        free(expected);
        free(values);
    }
    data_free(&rows);
    net_free(&net);
}
END_TEST

START_TEST(test_file_round_trip)
{
    struct net net, again;
    struct dataset rows = {0};
    struct buffer file = {0}, second = {0}, description = {0};

    load_quantised(&net, &rows, models[_i].make);
    gcnn_write(&file, &net, false);
    must(gcnn_parse(&report, &again, (const uint8_t *)file.data, file.len, false, "file"));
    gcnn_write(&second, &again, false);
    ck_assert_uint_eq(file.len, second.len);
    ck_assert_mem_eq(file.data, second.data, file.len);
    net_free(&again);

    /* A description has the shapes and no weight, and plans to the same bytes. */
    gcnn_write(&description, &net, true);
    ck_assert_int_eq(gcnn_parse(&report, &again, (const uint8_t *)description.data, description.len,
                                false, "file"),
                     STATUS_CIRCUIT);
    must(gcnn_parse(&report, &again, (const uint8_t *)description.data, description.len, true,
                    "file"));
    for (size_t s = 0; s < again.n_steps; s++) {
        ck_assert_ptr_null(again.steps[s].bias);
        for (size_t t = 0; t < again.steps[s].n_terms; t++)
            ck_assert_ptr_null(again.steps[s].terms[t].weights);
    }
    for (int reveal = 0; reveal < 2; reveal++) {
        struct plan mine, yours;

        must(plan_make(&report, &mine, &net, (enum plan_reveal)reveal));
        must(plan_make(&report, &yours, &again, (enum plan_reveal)reveal));
        ck_assert_uint_eq(mine.garbler_len, yours.garbler_len);
        ck_assert_uint_eq(mine.evaluator_len, yours.evaluator_len);
        ck_assert_uint_eq(mine.n_rounds, yours.n_rounds);
        plan_free(&mine);
        plan_free(&yours);
    }
    net_free(&again);
    net_free(&net);
    data_free(&rows);
    buffer_free(&file);
    buffer_free(&second);
    buffer_free(&description);
}
END_TEST

/* SEC-14: every byte of a file changed, with the checksum made right again: refused, or still a
 * network whose accumulators fit. */
START_TEST(test_file_damage)
{
    struct net net, again;
    struct dataset rows = {0};
    struct buffer file = {0};
    size_t refused = 0;

    load_quantised(&net, &rows, convolution);
    gcnn_write(&file, &net, false);
    for (size_t i = 0; i < file.len - 8; i++) {
        uint64_t sum;

        for (int change = 0; change < 3; change++) {
            static const char with[] = {'\x01', '\x80', '\xff'};
            int status;

            file.data[i] ^= with[change];
            sum = gcnn_checksum((const uint8_t *)file.data, file.len - 8);
            for (int b = 0; b < 8; b++) file.data[file.len - 8 + (size_t)b] = (char)(sum >> 8 * b);
            memset(&report, 0, sizeof report);
            status = gcnn_parse(&report, &again, (const uint8_t *)file.data, file.len, true, "f");
            ck_assert(status == STATUS_OK || status == STATUS_CIRCUIT || status == STATUS_LIMIT);
            refused += status != STATUS_OK;
            net_free(&again);
            file.data[i] ^= with[change];
        }
    }
    ck_assert_uint_gt(refused, 100);
    /* And cut short at every place. */
    for (size_t len = 0; len < file.len; len++)
        ck_assert_int_eq(
            gcnn_parse(&report, &again, (const uint8_t *)file.data, len, false, "file"),
            STATUS_CIRCUIT);
    net_free(&net);
    data_free(&rows);
    buffer_free(&file);
}
END_TEST

/* ------------------------------------------------------------------------------------- planning */

/* A max-pool's values have one width: that of inputs, or that of hidden values. */
START_TEST(test_file_widths)
{
    struct net net, again;
    struct dataset rows = {0};
    struct buffer file = {0};
    size_t hidden = 0;

    load_quantised(&net, &rows, pooled);
    ck_assert_int_eq(net.steps[0].kind, STEP_MAX_POOL);
    ck_assert_uint_eq(activation_bits(&net, net.steps[1].first), INPUT_BITS);
    while (net.steps[hidden].kind != STEP_MAX_POOL || net.steps[hidden].is_wide) hidden++;
    ck_assert_uint_eq(activation_bits(&net, net.steps[hidden].first), HIDDEN_BITS);
    net.steps[hidden].pooled[1] = (uint32_t)net.steps[1].first;
    gcnn_write(&file, &net, false);
    ck_assert_int_eq(
        gcnn_parse(&report, &again, (const uint8_t *)file.data, file.len, false, "file"),
        STATUS_CIRCUIT);
    ck_assert_ptr_nonnull(strstr(report.message, "different widths"));
    net_free(&net);
    data_free(&rows);
    buffer_free(&file);
}
END_TEST

/* SEC-14: a description of a few hundred bytes whose convolution would be counted for hours. */
START_TEST(test_file_products)
{
    enum { SIDE = 1024, KERNEL = 1 << 15 };
    struct term term = {.kind = TERM_CONV, .n_elements = SIDE * SIDE};
    struct window window = {.in = {SIDE, SIDE, 1},
                            .kernel = {1, 1, 1},
                            .stride = {1, 1, 1},
                            .dilation = {1, 1, 1},
                            .pad = {KERNEL / 2, 0, 0},
                            .pad_end = {KERNEL / 2, 0, 0},
                            .out = {1, SIDE, 1}};
    struct step step = {.kind = STEP_LINEAR, .ring = 20, .n_terms = 1, .terms = &term};
    struct net net = {
        .rank = 1, .n_inputs = SIDE * SIDE, .n_steps = 1, .steps = &step, .score_scale = 1};

    net.dims[0] = net.n_inputs;
    net.scale = new_array(net.n_inputs, sizeof *net.scale);
    net.zero = new_array(net.n_inputs, sizeof *net.zero);
    term.source = new_array(term.n_elements, sizeof *term.source);
    for (uint64_t i = 0; i < net.n_inputs; i++) {
        net.scale[i] = 1;
        term.source[i] = (uint32_t)(i + 1);
    }
    step.n_rows = net.n_scores = SIDE;
    for (int wide = 0; wide < 2; wide++) {
        struct buffer file = {0};
        struct net again;
        int status;

        window.kernel[0] = wide ? KERNEL : 1;
        term.conv = (struct convolution){window, 1, 1, 1};
        gcnn_write(&file, &net, true);
        ck_assert_uint_lt(file.len, 400);
        memset(&report, 0, sizeof report);
        status = gcnn_parse(&report, &again, (const uint8_t *)file.data, file.len, true, "file");
        ck_assert_int_eq(status, wide ? STATUS_CIRCUIT : STATUS_OK);
        if (wide) ck_assert_ptr_nonnull(strstr(report.message, "too many products"));
        net_free(&again);
        buffer_free(&file);
    }
    free(net.scale);
    free(net.zero);
    free(term.source);
}
END_TEST

START_TEST(test_plan_counts)
{
    struct net net = {.n_inputs = 3, .n_steps = 2, .n_scores = 10};
    struct step steps[2] = {{.kind = STEP_LINEAR,
                             .n_rows = 4,
                             .first = 3,
                             .activation = ACTIVATION_RELU,
                             .ring = 22,
                             .shift = 8,
                             .n_terms = 1},
                            {.kind = STEP_LINEAR,
                             .n_rows = 10,
                             .activation = ACTIVATION_NONE,
                             .ring = 24,
                             .n_terms = 1}};
    uint32_t first[] = {1, 2, 3}, second[] = {4, 5, 6, 7};
    struct term terms[2] = {{.kind = TERM_DENSE, .n_elements = 3, .source = first},
                            {.kind = TERM_DENSE, .n_elements = 4, .source = second}};
    struct plan plan;
    uint64_t bytes = 0;

    memset(&report, 0, sizeof report);
    net.steps = steps;
    steps[0].terms = &terms[0];
    steps[1].terms = &terms[1];
    must(plan_make(&report, &plan, &net, PLAN_REVEAL_LABEL));
    /* (k - 1) + (k - 8 - s) + 7 ANDs, 34 at k = 22 and s = 8. */
    ck_assert_uint_eq(plan.steps[0].n_and, 4 * 34);
    for (unsigned j = 0; j < 8; j++) bytes += 3 * ((4 * (22 - j) + 7) / 8);
    ck_assert_uint_eq(plan.steps[0].correction_len, bytes);
    ck_assert_uint_eq(plan.steps[0].n_cots, 4 * 22);
    ck_assert_uint_eq(plan.n_input_cots, 24);
    ck_assert_uint_le(plan.steps[1].n_and, 698);
    ck_assert_uint_eq(plan.n_rounds, 3);
    plan_free(&plan);
    must(plan_make(&report, &plan, &net, PLAN_REVEAL_SCORES));
    ck_assert_uint_eq(plan.steps[1].n_and, 0);
    ck_assert_uint_eq(plan.steps[1].share_len, 30);
    ck_assert_uint_eq(plan.n_rounds, 2);
    plan_free(&plan);
}
END_TEST

START_TEST(test_ring)
{
    ck_assert_uint_eq(ring_for(0), 2);
    ck_assert_uint_eq(ring_for(1), 2);
    ck_assert_uint_eq(ring_for(127), 8);
    ck_assert_uint_eq(ring_for(128), 9);
    ck_assert_uint_eq(ring_for(2097151), 22);
}
END_TEST

/* No input leads beyond the bound, and one leads there: sums are largest or least where each
 * activation is 0 or as large as it can be. */
START_TEST(test_bound)
{
    enum { N = 6, ROWS = 4 };
    uint32_t source[N] = {1, 2, 3, 4, 5, 6};
    double weights[ROWS * N], bias[ROWS], values[N], bound, *rows;
    struct term term = {.kind = TERM_DENSE,
                        .n_elements = N,
                        .source = source,
                        .n_weights = ROWS * N,
                        .weights = weights};
    struct step step = {.kind = STEP_LINEAR,
                        .n_rows = ROWS,
                        .first = N,
                        .n_terms = 1,
                        .terms = &term,
                        .bias = bias};
    struct net net = {.n_inputs = N, .n_activations = N, .n_steps = 1, .steps = &step};
    uint32_t state = 1;

    memset(&report, 0, sizeof report);
    for (int trial = 0; trial < 200; trial++) {
        double reached = 0;

        for (size_t i = 0; i < ROWS * N; i++) {
            state = state * 1664525 + 1013904223;
            weights[i] = (int)(state >> 24) - (trial % 3 == 0 ? 255 : trial % 3 == 1 ? 0 : 128);
            bias[i % ROWS] = (int)(state >> 16) % 2000 - 1000;
        }
        must(net_bound(&report, &bound, &net, &step));
        for (unsigned corner = 0; corner < 1U << N; corner++) {
            for (unsigned i = 0; i < N; i++) values[i] = corner >> i & 1 ? 255 : 0;
            must(step_rows(&report, &rows, &step, values));
            for (size_t r = 0; r < ROWS; r++) reached = fmax(reached, fabs(rows[r]));
            free_secret(rows, ROWS * sizeof *rows);
        }
        ck_assert(bound == reached);
    }
}
END_TEST

/** Every product is 0, and so is every score. */
static void dead(struct build *build)
{
    static const float zeros[12 * 9];

    build_init(build, 13, DIMS(0, 12));
    build_floats(build, "w", DIMS(12, 9), zeros);
    build_floats(build, "end.w", DIMS(9, 5), zeros);
    build_node(build, "MatMul", "x w", "a");
    build_node(build, "Relu", "a", "r");
    build_node(build, "MatMul", "r end.w", "y");
}

/* The ring of accumulators that are all 0 has two bits as well: circuits take signed numbers. */
START_TEST(test_narrow_ring)
{
    struct net net, again;
    struct dataset rows = {0};
    struct buffer file = {0};
    struct plan plan;

    load_quantised(&net, &rows, dead);
    for (size_t s = 0; s < net.n_steps; s++) ck_assert_uint_eq(net.steps[s].ring, 2);
    must(plan_make(&report, &plan, &net, PLAN_REVEAL_LABEL));
    plan_free(&plan);
    net.steps[0].ring = 1;
    gcnn_write(&file, &net, false);
    ck_assert_int_eq(
        gcnn_parse(&report, &again, (const uint8_t *)file.data, file.len, false, "file"),
        STATUS_CIRCUIT);
    ck_assert_ptr_nonnull(strstr(report.message, "out of range"));
    net_free(&net);
    data_free(&rows);
    buffer_free(&file);
}
END_TEST

START_TEST(test_activations)
{
    struct step relu = {.activation = ACTIVATION_RELU, .shift = 3};
    struct step leaky_step = {
        .activation = ACTIVATION_LEAKY, .shift = 2, .slope = 32, .offset = 40};
    struct step square = {.activation = ACTIVATION_SQUARE, .shift = 1, .square_shift = 7};

    ck_assert_int_eq(step_activate(&relu, 1023), 127);
    ck_assert_int_eq(step_activate(&relu, 1024), 127);
    ck_assert_int_eq(step_activate(&relu, 15), 1);
    ck_assert_int_eq(step_activate(&relu, -1), 0);
    ck_assert_int_eq(step_activate(&leaky_step, 40), 50);
    ck_assert_int_eq(step_activate(&leaky_step, -40), 37);  /* -10 * 32 >> 7 is -3 */
    ck_assert_int_eq(step_activate(&leaky_step, -9999), 8); /* -128 * 32 >> 7 is -32 */
    ck_assert_int_eq(step_activate(&square, 200), 78);      /* (10000 + 64) >> 7 */
    ck_assert_int_eq(step_activate(&square, -99999), 126);  /* 127 * 127 */
}
END_TEST

START_TEST(test_labels)
{
    ck_assert_uint_eq(net_label((int64_t[]){3, 9, 9, -1}, 4), 1);
    ck_assert_uint_eq(net_label((int64_t[]){0}, 1), 0);
    ck_assert_uint_eq(net_label((int64_t[]){1}, 1), 1);
    ck_assert_uint_eq(net_label((int64_t[]){-4, -5}, 2), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("network");
    TCase *tests = tcase_create("network");

    tcase_set_timeout(tests, 120);
    tcase_add_loop_test(tests, test_normal_form, 0, N_MODELS);
    tcase_add_loop_test(tests, test_label_moves, 0, 4);
    tcase_add_loop_test(tests, test_quantised_is_near, 0, N_MODELS);
    tcase_add_loop_test(tests, test_columns, 0, N_MODELS);
    tcase_add_loop_test(tests, test_file_round_trip, 0, N_MODELS);
    tcase_add_test(tests, test_file_damage);
    tcase_add_test(tests, test_bound);
    tcase_add_test(tests, test_file_widths);
    tcase_add_test(tests, test_file_products);
    tcase_add_test(tests, test_plan_counts);
    tcase_add_test(tests, test_ring);
    tcase_add_test(tests, test_narrow_ring);
    tcase_add_test(tests, test_activations);
    tcase_add_test(tests, test_labels);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
