/* The table of supported nodes, and those that work element by element. */
#include "apps/nn/ops.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

bool op_has_data(const struct op_call *call)
{
    for (size_t i = 0; i < call->n_in; i++)
        if (call->in[i] != NULL && call->in[i]->data == NULL) return false;
    return true;
}

int op_output(struct op_call *call, bool *compute, enum tensor_type type, unsigned rank,
              const uint64_t *dims)
{
    char name[NODE_NAME_SIZE];

    if (tensor_shape(call->report, &call->out[0], type, rank, dims, node_name(name, call->node)) !=
        STATUS_OK)
        return call->report->status;
    *compute = op_has_data(call);
    return *compute ? tensor_allocate(call->report, &call->out[0]) : STATUS_OK;
}

int op_axis(const struct op_call *call, unsigned *axis, int64_t value, unsigned limit)
{
    if (value < -(int64_t)limit || value >= (int64_t)limit)
        return node_fail(call->report, call->node, "axis %lld is outside of the %u dimensions",
                         (long long)value, limit);
    *axis = (unsigned)(value < 0 ? value + limit : value);
    return STATUS_OK;
}

int op_integers(const struct op_call *call, int64_t **values, size_t *n, const char *attribute,
                size_t in)
{
    const struct attribute *given =
        attribute == NULL ? NULL : node_attribute(call->node, attribute);
    const struct tensor *tensor = in < call->n_in ? call->in[in] : NULL;

    *values = NULL;
    *n = 0;
    if (given != NULL && given->kind != ATTRIBUTE_INTS)
        return node_fail(call->report, call->node, "attribute %s is not a list of integers",
                         attribute);
    if (given == NULL && tensor == NULL) return STATUS_OK;
    if (given == NULL && tensor->data == NULL)
        return node_fail(call->report, call->node,
                         "input %zu is not a constant, nor computed from constants", in + 1);
    *n = given != NULL ? given->n : (size_t)tensor->n;
    *values = new_array(*n, sizeof **values);
    if (*values == NULL) return report_memory(call->report);
    for (size_t i = 0; i < *n; i++)
        if (given != NULL) (*values)[i] = given->ints[i];
        else if (isnan(tensor->data[i]))
            return node_fail(call->report, call->node, "input %zu holds what is no number", in + 1);
        else if (tensor->data[i] >= 9e18) (*values)[i] = INT64_MAX;
        else (*values)[i] = tensor->data[i] <= -9e18 ? INT64_MIN : (int64_t)tensor->data[i];
    return STATUS_OK;
}

int op_axes(const struct op_call *call, bool marked[TENSOR_MAX_RANK], size_t *n, unsigned rank)
{
    int64_t *axes;
    unsigned axis = 0;
    int status = op_integers(call, &axes, n, "axes", 1);

    for (size_t i = 0; status == STATUS_OK && i < *n; i++) {
        status = op_axis(call, &axis, axes[i], rank);
        if (status != STATUS_OK) break;
        if (marked[axis])
            status = node_fail(call->report, call->node, "axis %u is named twice", axis);
        marked[axis] = true;
    }
    free(axes);
    return status;
}

int op_dims(const struct op_call *call, uint64_t dims[TENSOR_MAX_RANK], unsigned *rank, size_t in,
            int64_t least)
{
    int64_t *shape;
    size_t n;
    int status = op_integers(call, &shape, &n, NULL, in);

    if (status == STATUS_OK && n > TENSOR_MAX_RANK)
        status = node_fail(call->report, call->node, "%zu dimensions are not supported", n);
    for (size_t d = 0; status == STATUS_OK && d < n; d++) {
        if (shape[d] < least)
            status = node_fail(call->report, call->node, "dimension %zu of its shape is %lld",
                               d + 1, (long long)shape[d]);
        dims[d] = shape[d] < 0 ? OPEN_DIMENSION : (uint64_t)shape[d];
    }
    *rank = (unsigned)n;
    free(shape);
    return status;
}

bool few_products(const uint64_t *factors, size_t n)
{
    uint64_t product = 1;

    for (size_t i = 0; i < n; i++)
        if (factors[i] > 0 &&
            (__builtin_mul_overflow(product, factors[i], &product) || product > MAX_PRODUCTS))
            return false;
    return true;
}

int op_check_products(const struct op_call *call, const uint64_t *factors, size_t n)
{
    return few_products(factors, n)
               ? STATUS_OK
               : node_fail(call->report, call->node, "it takes more than %llu products",
                           (unsigned long long)MAX_PRODUCTS);
}

/* --------------------------------------------------------------------------------------- unary */

int op_unary(struct op_call *call, op_unary_fn f)
{
    const struct tensor *x = call->in[0];
    bool compute;
    int status = op_output(call, &compute, x->type, x->rank, x->dims);

    for (uint64_t i = 0; status == STATUS_OK && compute && i < x->n; i++)
        call->out[0].data[i] = tensor_convert(x->type, f(call->node, x->data[i]));
    return status;
}

static double relu(const struct node *node, double x)
{
    (void)node;
    return x < 0 ? 0 : x;
}

static double leaky_relu(const struct node *node, double x)
{
    return x < 0 ? node_float(node, "alpha", 0.01) * x : x;
}

static double sigmoid(const struct node *node, double x)
{
    (void)node;
    return 1 / (1 + exp(-x));
}

static double identity(const struct node *node, double x)
{
    (void)node;
    return x;
}

static int op_relu(struct op_call *call)
{
    return op_unary(call, relu);
}

static int op_leaky_relu(struct op_call *call)
{
    return op_unary(call, leaky_relu);
}

static int op_sigmoid(struct op_call *call)
{
    return op_unary(call, sigmoid);
}

static int op_identity(struct op_call *call)
{
    return op_unary(call, identity);
}

/** One bound of Clip: an attribute before opset 11, a scalar input since. */
static int clip_bound(const struct op_call *call, double *bound, const char *name, size_t in,
                      double fallback)
{
    const struct tensor *input = in < call->n_in ? call->in[in] : NULL;

    *bound = node_float(call->node, name, fallback);
    if (input == NULL) return STATUS_OK;
    if (input->n != 1)
        return node_fail(call->report, call->node, "input %zu is not a scalar", in + 1);
    if (input->data != NULL) *bound = input->data[0];
    return STATUS_OK;
}

static int op_clip(struct op_call *call)
{
    const struct tensor *x = call->in[0];
    double low, high;
    bool compute;
    int status = clip_bound(call, &low, "min", 1, -INFINITY);

    if (status == STATUS_OK) status = clip_bound(call, &high, "max", 2, INFINITY);
    if (status == STATUS_OK) status = op_output(call, &compute, x->type, x->rank, x->dims);
    for (uint64_t i = 0; status == STATUS_OK && compute && i < x->n; i++)
        call->out[0].data[i] = fmin(fmax(x->data[i], low), high);
    return status;
}

static int op_cast(struct op_call *call)
{
    const struct tensor *x = call->in[0];
    const struct attribute *named = node_attribute(call->node, "to");
    int64_t to = node_int(call->node, "to", 0);
    bool compute;
    int status;

    if (named != NULL && named->kind == ATTRIBUTE_STRING)
        return node_fail(call->report, call->node,
                         "an element type by name, as before operator set 6, is not supported");
    if (!tensor_type_known(to))
        return node_fail(call->report, call->node, "element type %lld is not supported",
                         (long long)to);
    status = op_output(call, &compute, (enum tensor_type)to, x->rank, x->dims);
    for (uint64_t i = 0; status == STATUS_OK && compute && i < x->n; i++)
        call->out[0].data[i] = tensor_convert((enum tensor_type)to, x->data[i]);
    return status;
}

/** Whether an input is there, and not known to be one number that is 0. */
static bool may_be_set(const struct op_call *call, size_t in)
{
    const struct tensor *x = in < call->n_in ? call->in[in] : NULL;

    return x != NULL && (x->data == NULL || x->n != 1 || x->data[0] != 0);
}

int op_check_test(const struct op_call *call)
{
    if (call->opset >= 7 || node_int(call->node, "is_test", 0) != 0) return STATUS_OK;
    return node_fail(call->report, call->node,
                     "is_test is not set, and training mode is not supported");
}

/** In training mode it drops nothing when its ratio is 0; without one it is 1/2. */
static int op_dropout(struct op_call *call)
{
    bool has_ratio = call->n_in > 1 && call->in[1] != NULL;
    int status = op_check_test(call);

    if (status != STATUS_OK) return status;
    if (may_be_set(call, 2) && (!has_ratio || may_be_set(call, 1)))
        return node_fail(call->report, call->node, "training mode is not supported");
    status = op_identity(call);
    if (status != STATUS_OK || call->n_out < 2) return status;
    status = tensor_copy(call->report, &call->out[1], &call->out[0]);
    call->out[1].type = TENSOR_BOOL;
    for (uint64_t i = 0; call->out[1].data != NULL && i < call->out[1].n; i++)
        call->out[1].data[i] = 1;
    return status;
}

/* -------------------------------------------------------------------------------------- binary */

/** Strides of a tensor that is broadcast to rank dimensions, its own from first on; 0 where it
 *  repeats. */
static void strides_of(uint64_t *strides, const struct tensor *tensor, unsigned rank,
                       unsigned first)
{
    uint64_t stride = 1;

    memset(strides, 0, rank * sizeof *strides);
    for (unsigned d = tensor->rank; d-- > 0;) {
        strides[first + d] = tensor->dims[d] == 1 ? 0 : stride;
        stride *= tensor->dims[d];
    }
}

/** Before opset 7 both operands have one shape, unless broadcast is set: then the dimensions of the
 *  second are some of the first's, from axis on or else the last ones. */
static int place_second(const struct op_call *call, unsigned *first)
{
    int64_t most = (int64_t)call->in[0]->rank - (int64_t)call->in[1]->rank;
    int64_t axis = node_int(call->node, "axis", most);

    *first = 0;
    if (tensor_same_shape(call->in[0], call->in[1])) return STATUS_OK;
    if (node_int(call->node, "broadcast", 0) == 0)
        return node_fail(call->report, call->node,
                         "its operands differ in shape, and broadcast is not set");
    if (axis < 0 || axis > most) return node_fail(call->report, call->node, "axis does not fit");
    *first = (unsigned)axis;
    return STATUS_OK;
}

static int broadcast_shape(const struct op_call *call, uint64_t *dims, unsigned *rank,
                           unsigned first[2])
{
    const struct tensor *a = call->in[0], *b = call->in[1];
    bool one_way = call->opset < 7;

    *rank = a->rank > b->rank ? a->rank : b->rank;
    first[0] = *rank - a->rank;
    first[1] = *rank - b->rank;
    if (one_way && place_second(call, &first[1]) != STATUS_OK) return call->report->status;
    for (unsigned d = 0; d < *rank; d++) {
        uint64_t m = d < first[0] ? 1 : a->dims[d - first[0]];
        uint64_t n = d < first[1] || d - first[1] >= b->rank ? 1 : b->dims[d - first[1]];

        if (m != n && n != 1 && (m != 1 || one_way))
            return node_fail(call->report, call->node, "its operands do not fit in dimension %u",
                             d + 1);
        dims[d] = m == 1 ? n : m;
    }
    return STATUS_OK;
}

static void compute_binary(struct op_call *call, op_binary_fn f, const unsigned first[2])
{
    struct tensor *out = &call->out[0];
    uint64_t strides[2][TENSOR_MAX_RANK], place[TENSOR_MAX_RANK] = {0}, at[2] = {0, 0};

    for (int s = 0; s < 2; s++) strides_of(strides[s], call->in[s], out->rank, first[s]);
    for (uint64_t i = 0; i < out->n; i++) {
        out->data[i] =
            tensor_convert(out->type, f(call->in[0]->data[at[0]], call->in[1]->data[at[1]]));
        for (unsigned d = out->rank; d-- > 0;) {
            for (int s = 0; s < 2; s++) at[s] += strides[s][d];
            if (++place[d] < out->dims[d]) break;
            for (int s = 0; s < 2; s++) at[s] -= strides[s][d] * out->dims[d];
            place[d] = 0;
        }
    }
}

int op_binary(struct op_call *call, op_binary_fn f, enum tensor_type type)
{
    uint64_t dims[TENSOR_MAX_RANK];
    unsigned rank, first[2];
    bool compute;
    int status = broadcast_shape(call, dims, &rank, first);

    if (status == STATUS_OK) status = op_output(call, &compute, type, rank, dims);
    if (status == STATUS_OK && compute) compute_binary(call, f, first);
    return status;
}

static double add(double a, double b)
{
    return a + b;
}

static double sub(double a, double b)
{
    return a - b;
}

static double mul(double a, double b)
{
    return a * b;
}

static double divide(double a, double b)
{
    return a / b;
}

static int op_add(struct op_call *call)
{
    return op_binary(call, add, call->in[0]->type);
}

static int op_sub(struct op_call *call)
{
    return op_binary(call, sub, call->in[0]->type);
}

static int op_mul(struct op_call *call)
{
    return op_binary(call, mul, call->in[0]->type);
}

static int op_div(struct op_call *call)
{
    return op_binary(call, divide, call->in[0]->type);
}

static int op_pow(struct op_call *call)
{
    return op_binary(call, pow, call->in[0]->type);
}

/* ------------------------------------------------------------------------------------ constants */

static int op_constant(struct op_call *call)
{
    static const char *const values[] = {"value", "value_float", "value_int", "value_floats",
                                         "value_ints"};
    const struct attribute *value = NULL;
    bool compute;
    int status;

    for (size_t i = 0; value == NULL && i < sizeof values / sizeof values[0]; i++)
        value = node_attribute(call->node, values[i]);
    if (value == NULL)
        return node_fail(call->report, call->node, "its kind of value is not supported");
    if (value->kind == ATTRIBUTE_TENSOR)
        return tensor_copy(call->report, &call->out[0], &value->tensor);
    if (value->kind == ATTRIBUTE_OTHER || value->kind == ATTRIBUTE_STRING)
        return node_fail(call->report, call->node, "its kind of value is not supported");
    status = op_output(call, &compute,
                       value->kind == ATTRIBUTE_INT || value->kind == ATTRIBUTE_INTS ? TENSOR_INT64
                                                                                     : TENSOR_FLOAT,
                       value->n > 0 || value->kind >= ATTRIBUTE_INTS, &(uint64_t){value->n});
    if (status != STATUS_OK) return status;
    if (value->kind == ATTRIBUTE_INT) call->out[0].data[0] = (double)value->i;
    if (value->kind == ATTRIBUTE_FLOAT) call->out[0].data[0] = value->f;
    for (size_t i = 0; value->kind == ATTRIBUTE_INTS && i < value->n; i++)
        call->out[0].data[i] = (double)value->ints[i];
    for (size_t i = 0; value->kind == ATTRIBUTE_FLOATS && i < value->n; i++)
        call->out[0].data[i] = value->floats[i];
    return STATUS_OK;
}

/** A shape is known before any data is: its output always has data. */
static int op_shape(struct op_call *call)
{
    const struct tensor *x = call->in[0];
    int64_t start = node_int(call->node, "start", 0), end = node_int(call->node, "end", x->rank);
    int64_t rank = x->rank;
    uint64_t n;
    int status;

    if (start < 0) start += rank;
    if (end < 0) end += rank;
    start = start < 0 ? 0 : start > rank ? rank : start;
    end = end < start ? start : end > rank ? rank : end;
    n = (uint64_t)(end - start);
    status = tensor_shape(call->report, &call->out[0], TENSOR_INT64, 1, &n, "shape");
    if (status == STATUS_OK) status = tensor_allocate(call->report, &call->out[0]);
    for (uint64_t d = 0; status == STATUS_OK && d < n; d++)
        call->out[0].data[d] = (double)x->dims[start + (int64_t)d];
    return status;
}

static int op_constant_of_shape(struct op_call *call)
{
    const struct attribute *value = node_attribute(call->node, "value");
    const struct tensor *element =
        value != NULL && value->kind == ATTRIBUTE_TENSOR ? &value->tensor : NULL;
    uint64_t dims[TENSOR_MAX_RANK];
    unsigned rank;
    bool compute;
    int status = op_dims(call, dims, &rank, 0, 0);

    if (status == STATUS_OK && element != NULL && element->n != 1)
        status = node_fail(call->report, call->node, "its value is not a scalar");
    if (status == STATUS_OK)
        status =
            op_output(call, &compute, element != NULL ? element->type : TENSOR_FLOAT, rank, dims);
    for (uint64_t i = 0; status == STATUS_OK && element != NULL && i < call->out[0].n; i++)
        call->out[0].data[i] = element->data[0];
    return status;
}

/* --------------------------------------------------------------------------------------- table */

static const struct op table[] = {
    {"Abs", op_abs, 1, 1, 1, true},
    {"Add", op_add, 2, 2, 1, false},
    {"And", op_and, 2, 2, 1, true},
    {"ArgMax", op_argmax, 1, 1, 1, false},
    {"AveragePool", op_average_pool, 1, 1, 1, false},
    {"BatchNormalization", op_batch_normalization, 5, 5, 5, false},
    {"Cast", op_cast, 1, 1, 1, false},
    {"Ceil", op_ceil, 1, 1, 1, true},
    {"Clip", op_clip, 1, 3, 1, false},
    {"Concat", op_concat, 1, 255, 1, false},
    {"Constant", op_constant, 0, 0, 1, false},
    {"ConstantOfShape", op_constant_of_shape, 1, 1, 1, true},
    {"Conv", op_conv, 2, 3, 1, false},
    {"Div", op_div, 2, 2, 1, false},
    {"Dropout", op_dropout, 1, 3, 2, false},
    {"Equal", op_equal, 2, 2, 1, true},
    {"Expand", op_expand, 2, 2, 1, true},
    {"Flatten", op_flatten, 1, 1, 1, false},
    {"Floor", op_floor, 1, 1, 1, true},
    {"Gather", op_gather, 2, 2, 1, false},
    {"Gemm", op_gemm, 2, 3, 1, false},
    {"GlobalAveragePool", op_global_average_pool, 1, 1, 1, false},
    {"Greater", op_greater, 2, 2, 1, true},
    {"Identity", op_identity, 1, 1, 1, false},
    {"LeakyRelu", op_leaky_relu, 1, 1, 1, false},
    {"Less", op_less, 2, 2, 1, true},
    {"MatMul", op_matmul, 2, 2, 1, false},
    {"MaxPool", op_max_pool, 1, 1, 2, false},
    {"Mul", op_mul, 2, 2, 1, false},
    {"Neg", op_neg, 1, 1, 1, true},
    {"Not", op_not, 1, 1, 1, true},
    {"Or", op_or, 2, 2, 1, true},
    {"Pad", op_pad, 1, 3, 1, false},
    {"Pow", op_pow, 2, 2, 1, false},
    {"Range", op_range, 3, 3, 1, true},
    {"ReduceMax", op_reduce_max, 1, 2, 1, true},
    {"ReduceMin", op_reduce_min, 1, 2, 1, true},
    {"ReduceProd", op_reduce_prod, 1, 2, 1, true},
    {"ReduceSum", op_reduce_sum, 1, 2, 1, true},
    {"Relu", op_relu, 1, 1, 1, false},
    {"Reshape", op_reshape, 2, 2, 1, false},
    {"Shape", op_shape, 1, 1, 1, false},
    {"Sigmoid", op_sigmoid, 1, 1, 1, false},
    {"Size", op_size, 1, 1, 1, false},
    {"Slice", op_slice, 1, 5, 1, false},
    {"Softmax", op_softmax, 1, 1, 1, false},
    {"Sqrt", op_sqrt, 1, 1, 1, true},
    {"Squeeze", op_squeeze, 1, 2, 1, false},
    {"Sub", op_sub, 2, 2, 1, false},
    {"Transpose", op_transpose, 1, 1, 1, false},
    {"Unsqueeze", op_unsqueeze, 1, 2, 1, false},
    {"Where", op_where, 3, 3, 1, true},
};

static int compare_name(const void *name, const void *op)
{
    return strcmp(name, ((const struct op *)op)->name);
}

const struct op *op_find(const char *type)
{
    return bsearch(type, table, sizeof table / sizeof table[0], sizeof table[0], compare_name);
}

int op_run(struct op_call *call)
{
    const struct op *op = call->node->op;

    if (call->n_in < op->min_in || (op->max_in != 255 && call->n_in > op->max_in))
        return node_fail(call->report, call->node, "%zu inputs are not supported", call->n_in);
    if (call->n_out < 1 || call->n_out > op->max_out)
        return node_fail(call->report, call->node, "%zu outputs are not supported", call->n_out);
    for (size_t i = 0; i < call->n_in; i++)
        if (call->in[i] == NULL && (i < op->min_in || op->max_in == 255))
            return node_fail(call->report, call->node, "input %zu is missing", i + 1);
    return op->run(call);
}
