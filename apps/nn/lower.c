/* The walk over a graph's nodes that makes a network of it. */
#include "apps/nn/lower.h"

#include "apps/nn/symbol.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/** Elements of all values between nodes together. */
#define MAX_ELEMENTS (UINT64_C(1) << 26)

static bool is_type(const struct node *node, const char *const *types)
{
    for (; *types != NULL; types++)
        if (strcmp(node->type, *types) == 0) return true;
    return false;
}

static int symbol_copy(struct lowering *lowering, struct symbol *copy, const struct symbol *symbol)
{
    struct report *report = lowering->report;

    *copy = (struct symbol){
        .kind = symbol->kind, .answers_label = symbol->answers_label, .outcome = symbol->outcome};
    if (tensor_copy(report, &copy->index, &symbol->index) != STATUS_OK ||
        tensor_copy(report, &copy->mul, &symbol->mul) != STATUS_OK ||
        tensor_copy(report, &copy->add, &symbol->add) != STATUS_OK)
        return report->status;
    if (symbol->kind != SYMBOL_ROWS) return STATUS_OK;
    copy->rows.bias = new_array(symbol->rows.n_rows, sizeof(double));
    copy->rows.terms = new_array(symbol->rows.n_terms, sizeof(struct term));
    if (copy->rows.bias == NULL || copy->rows.terms == NULL) return report_memory(report);
    copy->rows.n_rows = symbol->rows.n_rows;
    memcpy(copy->rows.name, symbol->rows.name, sizeof copy->rows.name);
    memcpy(copy->rows.bias, symbol->rows.bias, symbol->rows.n_rows * sizeof(double));
    for (size_t t = 0; t < symbol->rows.n_terms; t++) {
        if (term_copy(report, &copy->rows.terms[t], &symbol->rows.terms[t]) != STATUS_OK)
            return report->status;
        copy->rows.n_terms++;
    }
    return STATUS_OK;
}

/** Elements that are constants, as activations of none. */
static int constant_symbol(struct lowering *lowering, struct symbol *out,
                           const struct tensor *tensor)
{
    struct report *report = lowering->report;

    *out = (struct symbol){.kind = SYMBOL_ACTIVATIONS};
    if (tensor_copy(report, &out->add, tensor) != STATUS_OK) return report->status;
    out->add.type = TENSOR_DOUBLE;
    out->index = out->mul = out->add;
    out->index.data = out->mul.data = NULL;
    if (tensor_allocate(report, &out->index) != STATUS_OK) return report->status;
    return tensor_allocate(report, &out->mul);
}

/** A copy of what input number i is. */
static int operand(struct lowering *lowering, struct symbol *out, const struct node *node, size_t i)
{
    size_t value = node->inputs[i];

    memset(out, 0, sizeof *out);
    if (value == NO_VALUE) return node_fail(lowering->report, node, "input %zu is missing", i + 1);
    if (lowering->symbols[value].kind != SYMBOL_NONE)
        return symbol_copy(lowering, out, &lowering->symbols[value]);
    return constant_symbol(lowering, out, &lowering->graph->values[value].tensor);
}

static bool is_constant(const struct lowering *lowering, const struct node *node, size_t i)
{
    return node->inputs[i] != NO_VALUE && lowering->symbols[node->inputs[i]].kind == SYMBOL_NONE;
}

/** Runs the node's float function with the given tensors in place of its first n inputs, all as
 *  doubles; free *out. */
static int run_on(struct lowering *lowering, struct tensor *out, const struct node *node,
                  const struct tensor *const *replaced, size_t n)
{
    struct tensor *inputs = new_array(node->n_inputs, sizeof *inputs);
    const struct tensor **in = new_array(node->n_inputs, sizeof *in);
    struct op_call call = {
        lowering->report, node, lowering->graph->opset, in, node->n_inputs, out, 1};
    int status = inputs == NULL || in == NULL ? report_memory(lowering->report) : STATUS_OK;

    memset(out, 0, sizeof *out);
    for (size_t i = 0; status == STATUS_OK && i < node->n_inputs; i++) {
        if (i >= n && node->inputs[i] == NO_VALUE) continue;
        inputs[i] = i < n ? *replaced[i] : lowering->graph->values[node->inputs[i]].tensor;
        inputs[i].type = TENSOR_DOUBLE;
        in[i] = &inputs[i];
    }
    if (status == STATUS_OK) status = op_run(&call);
    if (status != STATUS_OK) tensor_free(out);
    free(inputs);
    free(in);
    return status;
}

/* ----------------------------------------------------------------------------------- movement */

/** Moves one tensor of a symbol by a node that has it as input 0. */
static int move(struct lowering *lowering, struct tensor *tensor, const struct node *node)
{
    const struct tensor *replaced[] = {tensor};
    struct tensor moved;
    int status = run_on(lowering, &moved, node, replaced, 1);

    if (status != STATUS_OK) return status;
    tensor_free(tensor);
    *tensor = moved;
    return STATUS_OK;
}

/** Elements that padding brought in are constants: what was not a NaN after padding NaNs. */
static int clear_padding(struct lowering *lowering, struct symbol *x, const struct node *node,
                         const struct tensor *before)
{
    struct tensor mark;
    int status = tensor_copy(lowering->report, &mark, before);

    if (status != STATUS_OK) return status;
    for (uint64_t i = 0; i < mark.n; i++) mark.data[i] = NAN;
    status = move(lowering, &mark, node);
    for (uint64_t i = 0; status == STATUS_OK && i < mark.n; i++)
        if (!isnan(mark.data[i])) x->index.data[i] = x->mul.data[i] = 0;
    tensor_free(&mark);
    return status;
}

static int lower_move(struct lowering *lowering, struct symbol *x, const struct node *node)
{
    bool pad = strcmp(node->type, "Pad") == 0;
    struct tensor before = {0};
    int status = pad ? symbol_to_activations(lowering, x) : STATUS_OK;

    /* The symbol of a label holds all scores, and a label alone has nowhere to go. */
    if (x->answers_label) return STATUS_OK;
    if (status == STATUS_OK && pad) status = tensor_copy(lowering->report, &before, &x->add);
    if (status == STATUS_OK) status = move(lowering, &x->index, node);
    if (status == STATUS_OK && x->kind == SYMBOL_ACTIVATIONS)
        status = move(lowering, &x->mul, node);
    if (status == STATUS_OK && x->kind == SYMBOL_ACTIVATIONS)
        status = move(lowering, &x->add, node);
    if (status == STATUS_OK && pad) status = clear_padding(lowering, x, node, &before);
    tensor_free(&before);
    return status;
}

static int lower_concat(struct lowering *lowering, struct symbol *out, const struct node *node)
{
    struct symbol *parts = new_array(node->n_inputs, sizeof *parts);
    const struct tensor **tensors = new_array(node->n_inputs, sizeof *tensors);
    int status = parts == NULL || tensors == NULL ? report_memory(lowering->report) : STATUS_OK;

    out->kind = SYMBOL_ACTIVATIONS;
    for (size_t i = 0; status == STATUS_OK && i < node->n_inputs; i++) {
        status = operand(lowering, &parts[i], node, i);
        if (status == STATUS_OK) status = symbol_to_activations(lowering, &parts[i]);
    }
    for (int which = 0; status == STATUS_OK && which < 3; which++) {
        struct tensor *result = which == 0 ? &out->index : which == 1 ? &out->mul : &out->add;

        for (size_t i = 0; i < node->n_inputs; i++)
            tensors[i] = which == 0 ? &parts[i].index : which == 1 ? &parts[i].mul : &parts[i].add;
        status = run_on(lowering, result, node, tensors, node->n_inputs);
    }
    for (size_t i = 0; parts != NULL && i < node->n_inputs; i++) symbol_free(&parts[i]);
    free(parts);
    free(tensors);
    return status;
}

/* ------------------------------------------------------------------------------- element by
 * element */

/** Gives the symbol, operand number at of a binary node, the shape that the node's output has. */
static int broadcast(struct lowering *lowering, struct symbol *x, const struct node *binary,
                     size_t at, const struct tensor *other)
{
    static char add[] = "Add";
    struct node node = *binary;
    struct tensor zeros = *other;
    struct tensor *tensors[] = {&x->index, &x->mul, &x->add};
    int status;

    /* The sum with zeros, placed as its attributes say. */
    node.op = op_find(add);
    node.type = add;
    zeros.type = TENSOR_DOUBLE;
    zeros.data = NULL;
    status = tensor_allocate(lowering->report, &zeros);
    for (size_t i = 0; status == STATUS_OK && i < (x->kind == SYMBOL_ROWS ? 1 : 3); i++) {
        const struct tensor *in[] = {&zeros, &zeros};
        struct tensor out;

        in[at] = tensors[i];
        status = run_on(lowering, &out, &node, in, 2);
        if (status != STATUS_OK) break;
        tensor_free(tensors[i]);
        *tensors[i] = out;
    }
    tensor_free(&zeros);
    return status;
}

/** A node that is affine in input x, all others being constants: its values at 0 and 1 tell all. */
static int lower_affine(struct lowering *lowering, struct symbol *symbol, const struct node *node,
                        size_t x)
{
    const struct tensor *in[2] = {NULL, NULL};
    struct tensor probe, at[2] = {{0}, {0}};
    int status = STATUS_OK;

    if (node->n_inputs == 2)
        status = broadcast(lowering, symbol, node, x,
                           &lowering->graph->values[node->inputs[1 - x]].tensor);
    probe = symbol->index;
    probe.data = NULL;
    if (status == STATUS_OK) status = tensor_allocate(lowering->report, &probe);
    if (node->n_inputs == 2) in[1 - x] = &lowering->graph->values[node->inputs[1 - x]].tensor;
    in[x] = &probe;
    for (int value = 0; status == STATUS_OK && value < 2; value++) {
        for (uint64_t i = 0; i < probe.n; i++) probe.data[i] = value;
        status = run_on(lowering, &at[value], node, in, x + 1);
    }
    for (uint64_t i = 0; status == STATUS_OK && i < at[1].n; i++) at[1].data[i] -= at[0].data[i];
    if (status == STATUS_OK) status = symbol_affine(lowering, symbol, node, at[1].data, at[0].data);
    tensor_free(&probe);
    tensor_free(&at[0]);
    tensor_free(&at[1]);
    return status;
}

/** Multiplies all elements by one factor and adds one addend. */
static int affine_all(struct lowering *lowering, struct symbol *x, const struct node *node,
                      double mul, double add)
{
    double *factors = new_array(2 * x->index.n, sizeof *factors);
    int status = factors == NULL ? report_memory(lowering->report) : STATUS_OK;

    for (uint64_t i = 0; status == STATUS_OK && i < x->index.n; i++) {
        factors[i] = mul;
        factors[x->index.n + i] = add;
    }
    if (status == STATUS_OK)
        status = symbol_affine(lowering, x, node, factors, factors + x->index.n);
    free(factors);
    return status;
}

static int lower_square(struct lowering *lowering, struct symbol *x, const struct node *node)
{
    int status = symbol_to_rows(lowering, x, node);

    return status == STATUS_OK ? symbol_finish(lowering, x, ACTIVATION_SQUARE, 0, INFINITY)
                               : status;
}

static int lower_binary(struct lowering *lowering, struct symbol *x, const struct node *node)
{
    bool first = is_constant(lowering, node, 0), second = is_constant(lowering, node, 1);
    struct symbol other = {0};
    int status;

    if (second || (first && strcmp(node->type, "Div") != 0)) {
        status = operand(lowering, x, node, first);
        return status == STATUS_OK ? lower_affine(lowering, x, node, first) : status;
    }
    status = operand(lowering, x, node, 0);
    if (status == STATUS_OK && strcmp(node->type, "Mul") == 0 && node->inputs[0] == node->inputs[1])
        return lower_square(lowering, x, node);
    if (status == STATUS_OK && strcmp(node->type, "Add") != 0 && strcmp(node->type, "Sub") != 0)
        status = node_fail(lowering->report, node,
                           "of two values that are not constants: not supported");
    if (status == STATUS_OK) status = operand(lowering, &other, node, 1);
    if (status == STATUS_OK && !tensor_same_shape(&x->index, &other.index)) {
        status = symbol_to_activations(lowering, x);
        if (status == STATUS_OK) status = symbol_to_activations(lowering, &other);
        if (status == STATUS_OK) status = broadcast(lowering, x, node, 0, &other.index);
        if (status == STATUS_OK) status = broadcast(lowering, &other, node, 1, &x->index);
    }
    if (status == STATUS_OK && strcmp(node->type, "Sub") == 0)
        status = affine_all(lowering, &other, node, -1, 0);
    if (status == STATUS_OK) status = symbol_sum(lowering, x, &other, node);
    symbol_free(&other);
    return status;
}

/* -------------------------------------------------------------------------------- activations */

static int lower_relu(struct lowering *lowering, struct symbol *x, const struct node *node)
{
    int status;

    if (symbol_nonnegative(lowering, x)) return STATUS_OK;
    status = symbol_to_rows(lowering, x, node);
    return status == STATUS_OK ? symbol_finish(lowering, x, ACTIVATION_RELU, 0, INFINITY) : status;
}

static int lower_leaky(struct lowering *lowering, struct symbol *x, const struct node *node)
{
    double alpha = node_float(node, "alpha", 0.01);
    int status;

    if (!(alpha >= 0 && alpha <= 1))
        return node_fail(lowering->report, node, "alpha %g is not between 0 and 1", alpha);
    status = symbol_to_rows(lowering, x, node);
    return status == STATUS_OK ? symbol_finish(lowering, x, ACTIVATION_LEAKY, alpha, INFINITY)
                               : status;
}

static double clip_bound(const struct lowering *lowering, const struct node *node, size_t i,
                         const char *name, double fallback)
{
    if (node->n_inputs > i && node->inputs[i] != NO_VALUE)
        return lowering->graph->values[node->inputs[i]].tensor.data[0];
    return node_float(node, name, fallback);
}

/** Clip(x, low, high) is low + min(relu(x - low), high - low); without low it is
 *  high - relu(high - x). */
static int lower_clip(struct lowering *lowering, struct symbol *x, const struct node *node)
{
    double low, high, sign;
    int status;

    for (size_t i = 1; i < node->n_inputs; i++)
        if (node->inputs[i] != NO_VALUE && !is_constant(lowering, node, i))
            return node_fail(lowering->report, node, "a bound is not a constant");
    low = clip_bound(lowering, node, 1, "min", -INFINITY);
    high = clip_bound(lowering, node, 2, "max", INFINITY);
    /* The largest numbers of binary32 stand for no bound. */
    if (low <= -3.4e38) low = -INFINITY;
    if (high >= 3.4e38) high = INFINITY;
    if (isinf(low) && isinf(high)) return STATUS_OK;
    if (!(high > low)) return node_fail(lowering->report, node, "its bounds leave nothing");
    sign = isinf(low) ? -1 : 1;
    status = symbol_to_rows(lowering, x, node);
    if (status == STATUS_OK) status = affine_all(lowering, x, node, sign, isinf(low) ? high : -low);
    if (status == STATUS_OK) status = symbol_to_rows(lowering, x, node);
    if (status == STATUS_OK)
        status = symbol_finish(lowering, x, ACTIVATION_RELU, 0, isinf(low) ? INFINITY : high - low);
    return status == STATUS_OK ? affine_all(lowering, x, node, sign, isinf(low) ? high : low)
                               : status;
}

static int lower_pow(struct lowering *lowering, struct symbol *x, const struct node *node)
{
    const struct tensor *power = &lowering->graph->values[node->inputs[1]].tensor;

    if (!is_constant(lowering, node, 1) || power->n != 1 || power->data[0] != 2)
        return node_fail(lowering->report, node, "only the power 2 is supported");
    return lower_square(lowering, x, node);
}

/** Only whoever looks at the next node knows whether a max-pool of rows has its activation function
 *  behind it. As both are monotone, the function may come first. */
static bool relu_follows(const struct lowering *lowering, const struct node *node)
{
    size_t value = node->outputs[0];

    if (lowering->graph->values[value].n_uses != 1) return false;
    for (size_t i = 0; i < lowering->graph->n_nodes; i++) {
        const struct node *next = &lowering->graph->nodes[i];

        if (next->n_inputs == 1 && next->inputs[0] == value) return strcmp(next->type, "Relu") == 0;
    }
    return false;
}

static int lower_pool(struct lowering *lowering, struct symbol *out, const struct node *node,
                      struct symbol *x)
{
    int status = STATUS_OK;

    if (x->kind == SYMBOL_ROWS && relu_follows(lowering, node))
        status = symbol_finish(lowering, x, ACTIVATION_RELU, 0, INFINITY);
    return status == STATUS_OK ? lower_max_pool(lowering, out, node, x) : status;
}

/* -------------------------------------------------------------------------------------- output */

static int lower_output(struct lowering *lowering, struct symbol *x, const struct node *node)
{
    const struct op_call call = {lowering->report, node, lowering->graph->opset, NULL, 0, NULL, 0};
    bool argmax = strcmp(node->type, "ArgMax") == 0;
    bool all_from = strcmp(node->type, "Softmax") == 0 && lowering->graph->opset < 13;
    uint64_t n = 1;
    unsigned axis;

    if (strcmp(node->type, "Sigmoid") == 0) {
        x->outcome = OUTCOME_SIGMOID;
        return STATUS_OK;
    }
    if (op_axis(&call, &axis,
                node_int(node, "axis",
                         argmax     ? 0
                         : all_from ? 1
                                    : -1),
                x->index.rank) != STATUS_OK)
        return lowering->report->status;
    for (unsigned d = axis; d < x->index.rank; d++)
        if (d == axis || all_from) n *= x->index.dims[d];
    if (n != x->index.n)
        return node_fail(lowering->report, node, "it does not run over all classes of one row");
    if (n == 1) return node_fail(lowering->report, node, "of a single class it always is the same");
    if (argmax && node_int(node, "select_last_index", 0) != 0)
        return node_fail(lowering->report, node, "select_last_index is not supported");
    if (argmax) x->answers_label = true;
    else x->outcome = OUTCOME_SOFTMAX;
    return STATUS_OK;
}

/* --------------------------------------------------------------------------------------- walk */

static const char *const move_types[] = {"Reshape", "Flatten", "Squeeze", "Unsqueeze", "Transpose",
                                         "Pad",     "Gather",  "Slice",   NULL};
static const char *const same_types[] = {"Identity", "Dropout", "Cast", NULL};
static const char *const linear_types[] = {
    "Conv", "Gemm", "MatMul", "AveragePool", "GlobalAveragePool", NULL};
static const char *const binary_types[] = {"Add", "Sub", "Mul", "Div", NULL};
static const char *const output_types[] = {"Sigmoid", "Softmax", "ArgMax", NULL};

/** Whether numbers are rounded to less than a float holds is not looked at; labels are whole. */
static int check_cast(struct lowering *lowering, const struct symbol *x, const struct node *node)
{
    int64_t to = node_int(node, "to", 0);

    if ((x->answers_label && to != TENSOR_BOOL) || to == TENSOR_FLOAT || to == TENSOR_DOUBLE ||
        tensor_is_half((enum tensor_type)to))
        return STATUS_OK;
    return node_fail(lowering->report, node, "of values that are not constants to integers");
}

/** A node with one input that is no constant. */
static int lower_unary(struct lowering *lowering, struct symbol *out, const struct node *node,
                       struct symbol *x)
{
    const char *type = node->type;
    int status = STATUS_OK;

    for (size_t i = 1; i < node->n_inputs; i++)
        if (node->inputs[i] != NO_VALUE && !is_constant(lowering, node, i))
            return node_fail(lowering->report, node, "input %zu is not a constant", i + 1);
    if (is_type(node, linear_types)) return lower_linear(lowering, out, node, x);
    if (strcmp(type, "MaxPool") == 0) return lower_pool(lowering, out, node, x);
    if (is_type(node, move_types)) status = lower_move(lowering, x, node);
    else if (strcmp(type, "BatchNormalization") == 0) status = lower_affine(lowering, x, node, 0);
    else if (strcmp(type, "Relu") == 0) status = lower_relu(lowering, x, node);
    else if (strcmp(type, "LeakyRelu") == 0) status = lower_leaky(lowering, x, node);
    else if (strcmp(type, "Clip") == 0) status = lower_clip(lowering, x, node);
    else if (strcmp(type, "Pow") == 0) status = lower_pow(lowering, x, node);
    else if (is_type(node, output_types)) status = lower_output(lowering, x, node);
    else if (strcmp(type, "Cast") == 0) status = check_cast(lowering, x, node);
    if (status != STATUS_OK) return status;
    *out = *x;
    memset(x, 0, sizeof *x);
    return STATUS_OK;
}

/** Whether a node moves elements of its first input, all of them. */
static bool moves_all(const struct lowering *lowering, const struct node *node)
{
    const struct value *values = lowering->graph->values;

    return is_type(node, move_types) && strcmp(node->type, "Pad") != 0 &&
           values[node->outputs[0]].tensor.n == values[node->inputs[0]].tensor.n;
}

/** What comes behind Sigmoid, Softmax or ArgMax may give the output another shape, no more. */
static int check_outcome(struct lowering *lowering, const struct node *node)
{
    for (size_t i = 0; i < node->n_inputs; i++) {
        const struct symbol *x =
            node->inputs[i] == NO_VALUE ? NULL : &lowering->symbols[node->inputs[i]];

        if (x == NULL || (x->outcome == OUTCOME_SCORES && !x->answers_label)) continue;
        if (is_type(node, same_types) || moves_all(lowering, node) ||
            (strcmp(node->type, "ArgMax") == 0 && !x->answers_label))
            continue;
        return node_fail(lowering->report, node,
                         "stands behind Sigmoid, Softmax or ArgMax, which are supported at the "
                         "output only");
    }
    return STATUS_OK;
}

static int lower_node(struct lowering *lowering, const struct node *node)
{
    struct symbol *out = &lowering->symbols[node->outputs[0]];
    struct symbol made = {0}, x = {0};
    int status = check_outcome(lowering, node);

    if (status != STATUS_OK) return status;
    if (lowering->graph->values[node->outputs[0]].tensor.n == 0)
        return node_fail(lowering->report, node, "its output has no elements");
    if (node->n_outputs > 1 && node->outputs[1] != NO_VALUE &&
        lowering->graph->values[node->outputs[1]].n_uses > 0)
        return node_fail(lowering->report, node, "its second output is not supported");
    if (strcmp(node->type, "Concat") == 0) status = lower_concat(lowering, &made, node);
    else if (is_type(node, binary_types)) status = lower_binary(lowering, &made, node);
    else {
        status = operand(lowering, &x, node, 0);
        if (status == STATUS_OK && is_constant(lowering, node, 0))
            status = node_fail(lowering->report, node, "its first input is a constant");
        if (status == STATUS_OK) status = lower_unary(lowering, &made, node, &x);
    }
    symbol_free(&x);
    if (status == STATUS_OK) *out = made;
    else symbol_free(&made);
    return status;
}

/** Channels of the input: its second dimension, or the last one when there is but one. */
static uint64_t channel_of(const struct tensor *input, uint64_t i)
{
    uint64_t inner = 1;

    for (unsigned d = 2; d < input->rank; d++) inner *= input->dims[d];
    return input->rank < 2 ? i : i / inner % input->dims[1];
}

static double by_channel(const double *values, size_t n, uint64_t channel, double fallback)
{
    return n == 0 ? fallback : values[n == 1 ? 0 : channel];
}

void preprocessing_at(const struct preprocessing *raw, const struct tensor *input, uint64_t i,
                      double *mul, double *add)
{
    uint64_t c = channel_of(input, i);
    double std = by_channel(raw->std, raw->n_std, c, 1);

    *mul = by_channel(raw->scale, raw->n_scale, c, 1) / std;
    *add = -by_channel(raw->mean, raw->n_mean, c, 0) / std;
}

static int lower_input(struct lowering *lowering, const struct preprocessing *raw)
{
    const struct graph *graph = lowering->graph;
    const struct tensor *input = &graph->values[graph->inputs[0]].tensor;
    struct symbol *symbol = &lowering->symbols[graph->inputs[0]];
    uint64_t channels = input->n == 0 ? 0 : channel_of(input, input->n - 1) + 1;
    struct tensor zeros = *input;
    int status;

    if (input->n == 0 || input->n > MAX_ACTIVATIONS)
        return report_fail(lowering->report, STATUS_CIRCUIT,
                           "the model's input is empty or too large");
    if ((raw->n_scale > 1 && raw->n_scale != channels) ||
        (raw->n_mean > 1 && raw->n_mean != channels) || (raw->n_std > 1 && raw->n_std != channels))
        return report_fail(
            lowering->report, STATUS_USAGE,
            "--input-scale, --input-mean and --input-std take one number, or one for "
            "each of %llu channels",
            (unsigned long long)channels);
    status = tensor_allocate(lowering->report, &zeros);
    if (status == STATUS_OK) status = constant_symbol(lowering, symbol, &zeros);
    tensor_free(&zeros);
    for (uint64_t i = 0; status == STATUS_OK && i < input->n; i++) {
        symbol->index.data[i] = (double)(i + 1);
        preprocessing_at(raw, input, i, &symbol->mul.data[i], &symbol->add.data[i]);
    }
    lowering->net->n_inputs = lowering->net->n_activations = input->n;
    lowering->net->rank = input->rank;
    memcpy(lowering->net->dims, input->dims, sizeof input->dims);
    return status;
}

/** The last step: scores in the order of the output's elements. */
static int finish(struct lowering *lowering)
{
    static char type[] = "Output", no_name[] = "";
    const struct node node = {.type = type, .name = no_name};
    size_t value = lowering->graph->outputs[0];
    struct symbol *x = &lowering->symbols[value];
    const struct tensor *shape = &lowering->graph->values[value].tensor;
    struct net *net = lowering->net;
    int status = STATUS_OK;

    if (x->kind == SYMBOL_NONE)
        return report_fail(lowering->report, STATUS_CIRCUIT,
                           "the model's output does not depend on its input");
    if (!x->answers_label && shape->rank > 1 && shape->dims[0] != 1)
        return report_fail(lowering->report, STATUS_CIRCUIT,
                           "the model answers %llu rows at once: leave the batch open, or 1",
                           (unsigned long long)shape->dims[0]);
    net->answers_label = x->answers_label;
    net->outcome = x->outcome;
    if (x->kind == SYMBOL_ROWS && !symbol_is_plain(x)) status = symbol_to_activations(lowering, x);
    if (status == STATUS_OK) status = symbol_to_rows(lowering, x, &node);
    if (status != STATUS_OK) return status;
    net->n_scores = x->rows.n_rows;
    x->rows.activation = ACTIVATION_NONE;
    return append_step(lowering, &x->rows);
}

/** Every element of every value takes memory here: there is a bound to all of them. */
static int check_size(struct lowering *lowering)
{
    const struct graph *graph = lowering->graph;
    uint64_t total = 0;

    for (size_t i = 0; i < graph->n_nodes; i++) {
        if (graph->nodes[i].folded) continue;
        total += graph->values[graph->nodes[i].outputs[0]].tensor.n;
        if (total > MAX_ELEMENTS)
            return report_fail(lowering->report, STATUS_LIMIT,
                               "the network's values have more than %llu elements in all",
                               (unsigned long long)MAX_ELEMENTS);
    }
    return STATUS_OK;
}

/** Names every node that takes the model's input, or what depends on it, and cannot. */
static int check_nodes(struct lowering *lowering)
{
    static const char *const message = "supported for constants only";
    const struct graph *graph = lowering->graph;
    char name[NODE_NAME_SIZE];
    int status = STATUS_OK;

    for (size_t i = 0; i < graph->n_nodes; i++) {
        const struct node *node = &graph->nodes[i];

        if (node->folded || !node->op->constants_only) continue;
        if (status == STATUS_OK) status = node_fail(lowering->report, node, "%s", message);
        else report_hint(lowering->report, "%s: %s", node_name(name, node), message);
    }
    return status;
}

static int fail_ends(struct lowering *lowering)
{
    const struct graph *graph = lowering->graph;
    char part[SHOWN_SIZE];

    report_fail(lowering->report, STATUS_CIRCUIT,
                "the model has %zu inputs and %zu outputs; one of each is supported",
                graph->n_inputs, graph->n_outputs);
    if (graph->n_inputs < 2) return STATUS_CIRCUIT;
    for (size_t i = 0; i < graph->n_inputs; i++) {
        const char *name = graph->values[graph->inputs[i]].name;

        report_hint(lowering->report, "Input %zu is '%s'.", i + 1, shown(part, name, strlen(name)));
    }
    report_hint(lowering->report, "If one is always the same, say what it is: "
                                  "--constant NAME=NUMBERS");
    return STATUS_CIRCUIT;
}

static int lower_all(struct lowering *lowering, const struct preprocessing *raw)
{
    const struct graph *graph = lowering->graph;
    int status;

    if (check_size(lowering) != STATUS_OK) return lowering->report->status;
    if (graph->n_inputs != 1 || graph->n_outputs != 1) return fail_ends(lowering);
    status = check_nodes(lowering);
    if (status == STATUS_OK) status = lower_input(lowering, raw);
    for (size_t i = 0; status == STATUS_OK && i < graph->n_nodes; i++)
        if (!graph->nodes[i].folded) status = lower_node(lowering, &graph->nodes[i]);
    return status == STATUS_OK ? finish(lowering) : status;
}

int lower_graph(struct report *report, struct net *net, const struct graph *graph,
                const struct preprocessing *raw)
{
    struct lowering lowering = {.report = report, .graph = graph, .net = net};
    int status = STATUS_OK;

    memset(net, 0, sizeof *net);
    lowering.symbols = new_array(graph->n_values, sizeof *lowering.symbols);
    lowering.nonnegative = new_array(MAX_STEPS, sizeof *lowering.nonnegative);
    net->steps = new_array(MAX_STEPS, sizeof *net->steps);
    if (lowering.symbols == NULL || lowering.nonnegative == NULL || net->steps == NULL)
        status = report_memory(report);
    if (status == STATUS_OK) status = lower_all(&lowering, raw);
    for (size_t v = 0; lowering.symbols != NULL && v < graph->n_values; v++)
        symbol_free(&lowering.symbols[v]);
    free(lowering.symbols);
    free(lowering.nonnegative);
    if (status != STATUS_OK) net_free(net);
    return status;
}
