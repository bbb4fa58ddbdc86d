/* ONNX files that are to be refused, each with the words that name the place. */
#include "tests/nn/build.h"
#include "tests/support/suite.h"

#include "apps/nn/lower.h"
#include "apps/nn/onnx.h"
#include "apps/nn/quantise.h"

#include <math.h>
#include <string.h>

#define DIMS(...)                                                                                  \
    sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t), (int64_t[])                                \
    {                                                                                              \
        __VA_ARGS__                                                                                \
    }

static const struct preprocessing no_preprocessing;
static const struct onnx_constants *constants;
static struct report report;

/** Imports, lowers and quantises; the status of the first that fails. */
static int take(struct build *build)
{
    struct dataset rows = {0};
    struct graph graph;
    struct net net;
    size_t len;
    uint8_t *bytes = build_bytes(build, &len);
    int status;

    memset(&report, 0, sizeof report);
    status = onnx_parse(&report, &graph, constants, bytes, len, "model");
    free(bytes);
    if (status != STATUS_OK) return status;
    status = lower_graph(&report, &net, &graph, &no_preprocessing);
    graph_free(&graph);
    if (status != STATUS_OK) return status;
    status = noise_rows(&report, &rows, 4, net.n_inputs);
    if (status == STATUS_OK) status = quantise(&report, &net, &rows, true);
    data_free(&rows);
    net_free(&net);
    return status;
}

static void refused(struct build *build, const char *words)
{
    ck_assert_int_eq(take(build), STATUS_CIRCUIT);
    ck_assert_msg(strstr(report.message, words) != NULL, "no '%s' in '%s'", words, report.message);
}

START_TEST(test_good)
{
    struct build build;

    build_init(&build, 13, DIMS(0, 3));
    build_weights(&build, "w", DIMS(3, 2));
    build_node(&build, "MatMul", "x w", "y");
    ck_assert_int_eq(take(&build), STATUS_OK);
}
END_TEST

START_TEST(test_unsupported)
{
    static char domain[] = "com.example";
    struct build build;

    build_init(&build, 13, DIMS(0, 3));
    build_node(&build, "Relu", "x", "r");
    build_node(&build, "Tanh", "r", "t");
    build_node(&build, "Erf", "t", "y");
    refused(&build, "node 2, Tanh 't': not supported");
    ck_assert_ptr_nonnull(strstr(report.hint, "node 3, Erf 'y'"));
    build_init(&build, 13, DIMS(0, 3));
    build_node(&build, "Relu", "x", "y")->domain = domain;
    refused(&build, "node 1, Relu");
}
END_TEST

START_TEST(test_constants_only)
{
    struct build build;

    build_init(&build, 13, DIMS(0, 3));
    build_node(&build, "Abs", "x", "a");
    build_node(&build, "Relu", "a", "r");
    build_node(&build, "Sqrt", "r", "y");
    refused(&build, "node 1, Abs 'a': supported for constants only");
    ck_assert_ptr_nonnull(strstr(report.hint, "node 3, Sqrt 'y': supported for constants only"));
    build_init(&build, 13, DIMS(0, 3));
    build_int(&build, build_node(&build, "Cast", "x", "y"), "to", TENSOR_INT32);
    refused(&build, "node 1, Cast 'y': of values that are not constants to integers");
    build_init(&build, 13, DIMS(0, 3));
    build_int(&build, build_node(&build, "Cast", "x", "y"), "to", TENSOR_FLOAT16);
    ck_assert_int_eq(take(&build), STATUS_OK);
}
END_TEST

START_TEST(test_opset)
{
    struct build build;

    build_init(&build, 19, DIMS(0, 3));
    build_node(&build, "Relu", "x", "y");
    refused(&build, "operator set 19");
    /* From version 3 of the format on a file says which one it uses. */
    for (int64_t version = 2; version <= 3; version++) {
        build_init(&build, 13, DIMS(0, 3));
        build.model.has_ir_version = 1;
        build.model.ir_version = version;
        build.model.n_opset_import = 0;
        build_node(&build, "Relu", "x", "y");
        if (version == 3) refused(&build, "names no operator set");
        else ck_assert_int_eq(take(&build), STATUS_OK);
    }
}
END_TEST

/** A node of operator set 6 with an attribute that is 1, unless there is none, on inputs x, of 2 by
 *  3 elements, and b, of 3. */
static void old_node(struct build *build, const char *type, const char *inputs,
                     const char *attribute)
{
    Onnx__NodeProto *node;

    build_init(build, 6, DIMS(2, 3));
    build_weights(build, "b", DIMS(3));
    build_weights(build, "w", DIMS(3, 3));
    node = build_node(build, type, inputs, "y");
    if (attribute != NULL) build_int(build, node, attribute, 1);
}

/* Until set 7, nothing was broadcast and all nodes were in training unless they said otherwise. */
START_TEST(test_old_sets)
{
    static const struct {
        const char *type, *inputs, *attribute, *words;
    } cases[] = {
        {"Add", "x b", "broadcast", "differ in shape, and broadcast is not set"},
        {"Mul", "x b", "broadcast", "differ in shape, and broadcast is not set"},
        {"Gemm", "x w b", "broadcast", "its bias does not fit"},
        {"Dropout", "x", "is_test", "is_test is not set"},
        {"BatchNormalization", "x b b b b", "is_test", "is_test is not set"},
    };
    static char name[] = "FLOAT";
    struct build build;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        old_node(&build, cases[i].type, cases[i].inputs, NULL);
        refused(&build, cases[i].words);
        old_node(&build, cases[i].type, cases[i].inputs, cases[i].attribute);
        (void)take(&build);
        ck_assert_msg(strstr(report.message, cases[i].words) == NULL, "%s", report.message);
    }
    /* The second operand is the one that is broadcast, from an axis within the first. */
    old_node(&build, "Add", "b x", "broadcast");
    refused(&build, "axis does not fit");
    old_node(&build, "Add", "x b", "broadcast");
    build_int(&build, build.nodes[0], "axis", 2);
    refused(&build, "axis does not fit");
    build_init(&build, 5, DIMS(0, 3));
    build_string(&build, build_node(&build, "Cast", "x", "y"), "to", name);
    refused(&build, "an element type by name");
}
END_TEST

START_TEST(test_not_a_number)
{
    static const float values[] = {1, NAN, 2, INFINITY};
    struct build build;

    build_init(&build, 13, DIMS(0, 2));
    build_floats(&build, "w", DIMS(2, 2), values);
    build_node(&build, "MatMul", "x w", "y");
    refused(&build, "node 1, MatMul 'y': a weight is not a finite number");
}
END_TEST

START_TEST(test_overflow)
{
    static const float weights[] = {1e-3f, 1e-3f}, bias[] = {1e12f};
    struct build build;

    build_init(&build, 13, DIMS(0, 2));
    build_floats(&build, "w", DIMS(2, 1), weights);
    build_floats(&build, "b", DIMS(1), bias);
    build_node(&build, "Gemm", "x w b", "y");
    refused(&build, "would overflow");
}
END_TEST

START_TEST(test_tensors)
{
    struct build build;
    Onnx__TensorProto *w;
    Onnx__StringStringEntryProto entry = ONNX__STRING_STRING_ENTRY_PROTO__INIT, *entries = &entry;

    build_init(&build, 13, DIMS(0, 2));
    w = build_weights(&build, "w", DIMS(2, 2));
    w->external_data = &entries;
    w->n_external_data = 1;
    build_node(&build, "MatMul", "x w", "y");
    refused(&build, "tensor 'w' has its data in another file");

    build_init(&build, 13, DIMS(0, 2));
    w = build_weights(&build, "w", DIMS(2, 2));
    w->dims[0] = 3;
    build_node(&build, "MatMul", "x w", "y");
    refused(&build, "has 4 elements where its shape has 6");

    build_init(&build, 13, DIMS(0, 2));
    w = build_weights(&build, "w", DIMS(2, 2));
    w->dims[0] = w->dims[1] = INT64_C(1) << 40;
    build_node(&build, "MatMul", "x w", "y");
    refused(&build, "more than");

    build_init(&build, 13, DIMS(0, 2));
    w = build_weights(&build, "w", DIMS(2, 2));
    w->data_type = 8;
    build_node(&build, "MatMul", "x w", "y");
    refused(&build, "type 8");
}
END_TEST

START_TEST(test_shapes)
{
    struct build build;
    Onnx__NodeProto *node;

    build_init(&build, 13, DIMS(0, 3));
    build_weights(&build, "w", DIMS(4, 2));
    build_node(&build, "MatMul", "x w", "y");
    refused(&build, "node 1, MatMul 'y': its matrices do not fit");

    build_init(&build, 13, DIMS(0, 1, 4, 4));
    build_weights(&build, "w", DIMS(1, 1, 5, 5));
    build_node(&build, "Conv", "x w", "y");
    refused(&build, "its window is larger than the input");

    build_init(&build, 13, DIMS(0, 4));
    build_ints(&build, "s", 2, (int64_t[]){-1, 3});
    build_node(&build, "Reshape", "x s", "y");
    refused(&build, "4 elements do not fit its shape");

    build_init(&build, 13, DIMS(0, 1, 4, 4));
    node = build_node(&build, "MaxPool", "x", "y");
    build_list(&build, node, "kernel_shape", DIMS(2, 2));
    build_list(&build, node, "pads", DIMS(-1, 0, 0, 0));
    refused(&build, "pads has a value that is not supported");

    /* Windows of a size that no run ends with. */
    for (int i = 0; i < 2; i++) {
        build_init(&build, 13, DIMS(0, 1, 4, 4));
        node = build_node(&build, i == 0 ? "MaxPool" : "AveragePool", "x", "y");
        build_list(&build, node, "kernel_shape", DIMS(1 << 30, 1 << 30));
        build_list(&build, node, "pads", DIMS(1 << 30, 1 << 30, 0, 0));
        refused(&build, "it takes more than 17179869184 products");
    }
}
END_TEST

/* A shape is read alike by all nodes that take one. */
START_TEST(test_given_shapes)
{
    static const char *const types[] = {"Reshape", "Expand", "ConstantOfShape"};
    static const float not_a_number[] = {1, NAN};

    for (size_t t = 0; t < sizeof types / sizeof types[0]; t++) {
        const char *inputs = t == 2 ? "s" : "v s";
        struct build build;

        build_init(&build, 13, DIMS(0, 4));
        build_weights(&build, "v", DIMS(4));
        build_ints(&build, "s", 2, (int64_t[]){4, -2});
        build_node(&build, types[t], inputs, "y");
        refused(&build, "dimension 2 of its shape is -2");
        build_init(&build, 13, DIMS(0, 4));
        build_weights(&build, "v", DIMS(4));
        build_ints(&build, "s", 9, (int64_t[]){4, 1, 1, 1, 1, 1, 1, 1, 1});
        build_node(&build, types[t], inputs, "y");
        refused(&build, "9 dimensions are not supported");
        build_init(&build, 13, DIMS(0, 4));
        build_weights(&build, "v", DIMS(4));
        build_floats(&build, "s", DIMS(2), not_a_number);
        build_node(&build, types[t], inputs, "y");
        refused(&build,
                t == 2 ? "input 1 holds what is no number" : "input 2 holds what is no number");
    }
}
END_TEST

/* One a little below 0 would count from the end, and be rounded to the place behind it. */
START_TEST(test_indices)
{
    static const float indices[] = {-1e-30f, 0.5f, NAN, 4, -5};

    for (size_t i = 0; i < sizeof indices / sizeof indices[0]; i++) {
        struct build build;

        build_init(&build, 13, DIMS(0, 4));
        build_weights(&build, "w", DIMS(4));
        build_floats(&build, "i", DIMS(1), &indices[i]);
        build_node(&build, "Gather", "w i", "g");
        build_node(&build, "Mul", "x g", "y");
        refused(&build, "node 1, Gather 'g': an index is out of range, or not whole");
    }
}
END_TEST

/* Nothing can be made of a value without elements. */
START_TEST(test_empty_values)
{
    struct build build;
    Onnx__NodeProto *node;

    build_init(&build, 13, DIMS(0, 2, 4, 4));
    build_ints(&build, "two", 1, (int64_t[]){2});
    build_ints(&build, "one", 1, (int64_t[]){1});
    build_node(&build, "Slice", "x two two one", "s");
    node = build_node(&build, "MaxPool", "s", "y");
    build_list(&build, node, "kernel_shape", DIMS(2, 2));
    refused(&build, "node 1, Slice 's': its output has no elements");
}
END_TEST

/* What an empty dimension is sliced to is empty, whichever way: nothing of it is read. */
START_TEST(test_empty)
{
    for (int64_t step = -2; step <= 2; step += step == -1 ? 2 : 1) {
        struct build build;

        build_init(&build, 13, DIMS(0, 4));
        build_weights(&build, "w", DIMS(0));
        build_ints(&build, "start", 1, (int64_t[]){-1});
        build_ints(&build, "end", 1, (int64_t[]){INT64_MIN});
        build_ints(&build, "axis", 1, (int64_t[]){0});
        build_ints(&build, "step", 1, &step);
        build_node(&build, "Slice", "w start end axis step", "s");
        build_node(&build, "Add", "x s", "y");
        refused(&build, "its operands do not fit");
    }
}
END_TEST

START_TEST(test_forms)
{
    struct build build;

    build_init(&build, 13, DIMS(0, 4));
    build_weights(&build, "w", DIMS(4, 4));
    build_node(&build, "MatMul", "x w", "a");
    build_node(&build, "Mul", "a x", "y");
    refused(&build, "node 2, Mul 'y': of two values that are not constants");

    build_init(&build, 13, DIMS(0, 4));
    build_weights(&build, "w", DIMS(4, 4));
    build_node(&build, "Sigmoid", "x", "a");
    build_node(&build, "MatMul", "a w", "y");
    refused(&build, "supported at the output only");

    /* What is left of Softmax's outputs is no longer what the largest score stands for. */
    build_init(&build, 13, DIMS(0, 4));
    build_ints(&build, "one", 1, (int64_t[]){1});
    build_node(&build, "Softmax", "x", "s");
    build_int(&build, build_node(&build, "Gather", "s one", "y"), "axis", 1);
    refused(&build, "node 2, Gather 'y': stands behind Sigmoid, Softmax or ArgMax");

    build_init(&build, 13, DIMS(0, 1));
    build_int(&build, build_node(&build, "ArgMax", "x", "y"), "axis", 1);
    refused(&build, "of a single class");

    build_init(&build, 13, DIMS(3, 4));
    build_weights(&build, "w", DIMS(4, 4));
    build_node(&build, "MatMul", "x w", "y");
    refused(&build, "answers 3 rows at once");
}
END_TEST

/** Takes a model whose shape comes as an input, with one constant. */
static int take_shape(char *name, uint64_t n, double *values, int64_t dim)
{
    struct onnx_constant item = {name, values, n};
    struct onnx_constants one = {&item, 1};
    struct build build;
    int status;

    build_init(&build, 13, DIMS(0, 2, 2));
    build_input(&build, "form", DIMS(dim));
    build_node(&build, "Reshape", "x form", "f");
    build_weights(&build, "w", DIMS(4, 2));
    build_node(&build, "MatMul", "f w", "y");
    constants = name == NULL ? NULL : &one;
    status = take(&build);
    constants = NULL;
    return status;
}

START_TEST(test_constants)
{
    static char form[] = "form", other[] = "other";

    ck_assert_int_eq(take_shape(NULL, 0, NULL, 2), STATUS_CIRCUIT);
    ck_assert_ptr_nonnull(strstr(report.message, "node 1, Reshape 'f': input 2 is not a constant"));
    ck_assert_ptr_nonnull(strstr(report.hint, "--constant form=NUMBERS"));
    ck_assert_int_eq(take_shape(form, 2, (double[]){1, 4}, 2), STATUS_OK);
    ck_assert_int_eq(take_shape(form, 2, (double[]){1, -1}, 0), STATUS_OK);
    ck_assert_int_eq(take_shape(form, 2, (double[]){1, 3}, 2), STATUS_CIRCUIT);
    ck_assert_int_eq(take_shape(form, 3, (double[]){1, 4, 1}, 2), STATUS_USAGE);
    ck_assert_ptr_nonnull(strstr(report.message, "3 numbers, and the input has 2"));
    ck_assert_int_eq(take_shape(form, 2, (double[]){1, 4.5}, 2), STATUS_USAGE);
    ck_assert_ptr_nonnull(strstr(report.message, "4.5 does not fit"));
    ck_assert_int_eq(take_shape(other, 2, (double[]){1, 4}, 2), STATUS_USAGE);
    ck_assert_ptr_nonnull(strstr(report.message, "no such input"));
    ck_assert_ptr_nonnull(strstr(report.hint, "'form'"));
}
END_TEST

/* Two inputs are one too many, whatever they are used for. */
START_TEST(test_inputs)
{
    struct build build;

    build_init(&build, 13, DIMS(0, 3));
    build_input(&build, "n", DIMS(1));
    build_node(&build, "Relu", "x", "y");
    refused(&build, "2 inputs and 1 outputs");
    ck_assert_ptr_nonnull(strstr(report.hint, "Input 2 is 'n'"));
    ck_assert_ptr_nonnull(strstr(report.hint, "--constant NAME=NUMBERS"));
}
END_TEST

/* Floats of 16 bits: all of them, and how others are rounded to them. */
START_TEST(test_halves)
{
    static const enum tensor_type types[] = {TENSOR_FLOAT16, TENSOR_BFLOAT16};
    static const struct {
        double from, to;
    } roundings[] = {
        {1 + 0x1p-11, 1}, {1 + 0x3p-11, 1 + 0x1p-9}, {-65519, -65504},   {65520, INFINITY},
        {0x1p-25, 0},     {0x3p-26, 0x1p-24},        {-1e300, -INFINITY}};

    for (int t = 0; t < 2; t++)
        for (unsigned bits = 0; bits < 0x10000; bits++) {
            double value = tensor_from_half(types[t], (uint16_t)bits);

            if (!isnan(value)) ck_assert(tensor_convert(types[t], value) == value);
        }
    for (size_t i = 0; i < sizeof roundings / sizeof roundings[0]; i++)
        ck_assert(tensor_convert(TENSOR_FLOAT16, roundings[i].from) == roundings[i].to);
    ck_assert(tensor_from_half(TENSOR_FLOAT16, 0xc500) == -5);
    ck_assert(tensor_from_half(TENSOR_FLOAT16, 0x0001) == 0x1p-24);
    ck_assert(tensor_from_half(TENSOR_FLOAT16, 0x7c00) == INFINITY);
    ck_assert(tensor_from_half(TENSOR_BFLOAT16, 0xc0a0) == -5);
    ck_assert(tensor_convert(TENSOR_BFLOAT16, 1 + 0x1p-8) == 1);
    ck_assert(isnan(tensor_from_half(TENSOR_BFLOAT16, 0x7f81)));
}
END_TEST

START_TEST(test_half_weights)
{
    struct build build;
    Onnx__TensorProto *w;

    build_init(&build, 13, DIMS(0, 2));
    w = build_weights(&build, "w", DIMS(2, 2));
    w->data_type = TENSOR_FLOAT16;
    w->n_float_data = 0;
    w->n_int32_data = 4;
    w->int32_data = (int32_t[]){0x3c00, 0xbc00, 0x4000, 0x7c00};
    build_node(&build, "MatMul", "x w", "y");
    refused(&build, "a weight is not a finite number");
}
END_TEST

/* Protobuf that no encoder writes: nested without end, cut anywhere, or noise. */
START_TEST(test_bytes)
{
    struct graph graph;
    struct build build;
    size_t len;
    uint8_t *bytes, nested[4096];

    memset(&report, 0, sizeof report);
    for (size_t i = 0; i < sizeof nested; i++) nested[i] = (uint8_t)(i * 151 + i / 256);
    ck_assert_int_eq(onnx_parse(&report, &graph, NULL, nested, sizeof nested, "noise"),
                     STATUS_CIRCUIT);

    /* ModelProto.graph, then GraphProto.node, NodeProto.attribute, AttributeProto.g, over again. */
    len = sizeof nested;
    for (size_t i = 0; len >= 3; i++) {
        static const uint8_t tags[] = {0x3a, 0x0a, 0x2a, 0x32};
        size_t inner = len - 3;

        nested[sizeof nested - len] = i == 0 ? tags[0] : tags[1 + (i - 1) % 3];
        nested[sizeof nested - len + 1] = (uint8_t)(0x80 | (inner & 0x7f));
        nested[sizeof nested - len + 2] = (uint8_t)(inner >> 7);
        len = inner;
    }
    ck_assert_int_eq(onnx_parse(&report, &graph, NULL, nested, sizeof nested - len, "deep"),
                     STATUS_CIRCUIT);

    build_init(&build, 13, DIMS(0, 3));
    build_weights(&build, "w", DIMS(3, 2));
    build_node(&build, "MatMul", "x w", "y");
    bytes = build_bytes(&build, &len);
    for (size_t cut = 0; cut < len; cut++) {
        int status = onnx_parse(&report, &graph, NULL, bytes, cut, "cut");

        /* Cut between fields, what is left may be a model still. */
        if (status == STATUS_OK) graph_free(&graph);
        else ck_assert_int_eq(status, STATUS_CIRCUIT);
    }
    free(bytes);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("import");
    TCase *tests = tcase_create("import");

    tcase_add_test(tests, test_good);
    tcase_add_test(tests, test_unsupported);
    tcase_add_test(tests, test_constants_only);
    tcase_add_test(tests, test_opset);
    tcase_add_test(tests, test_old_sets);
    tcase_add_test(tests, test_not_a_number);
    tcase_add_test(tests, test_overflow);
    tcase_add_test(tests, test_tensors);
    tcase_add_test(tests, test_shapes);
    tcase_add_test(tests, test_given_shapes);
    tcase_add_test(tests, test_indices);
    tcase_add_test(tests, test_empty_values);
    tcase_add_test(tests, test_empty);
    tcase_add_test(tests, test_forms);
    tcase_add_test(tests, test_constants);
    tcase_add_test(tests, test_inputs);
    tcase_add_test(tests, test_halves);
    tcase_add_test(tests, test_half_weights);
    tcase_add_test(tests, test_bytes);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
