/* Nodes that are supported for constants only: what exporters compute shapes and weights with. */
#include "apps/nn/ops.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------------- element by element */

static double absolute(const struct node *node, double x)
{
    (void)node;
    return fabs(x);
}

static double round_up(const struct node *node, double x)
{
    (void)node;
    return ceil(x);
}

static double round_down(const struct node *node, double x)
{
    (void)node;
    return floor(x);
}

static double negate(const struct node *node, double x)
{
    (void)node;
    return -x;
}

static double invert(const struct node *node, double x)
{
    (void)node;
    return x == 0;
}

static double root(const struct node *node, double x)
{
    (void)node;
    return sqrt(x);
}

int op_abs(struct op_call *call)
{
    return op_unary(call, absolute);
}

int op_ceil(struct op_call *call)
{
    return op_unary(call, round_up);
}

int op_floor(struct op_call *call)
{
    return op_unary(call, round_down);
}

int op_neg(struct op_call *call)
{
    return op_unary(call, negate);
}

int op_not(struct op_call *call)
{
    return op_unary(call, invert);
}

int op_sqrt(struct op_call *call)
{
    return op_unary(call, root);
}

static double both(double a, double b)
{
    return a != 0 && b != 0;
}

static double either(double a, double b)
{
    return a != 0 || b != 0;
}

static double equal(double a, double b)
{
    return a == b;
}

static double greater(double a, double b)
{
    return a > b;
}

static double less(double a, double b)
{
    return a < b;
}

int op_and(struct op_call *call)
{
    return op_binary(call, both, TENSOR_BOOL);
}

int op_or(struct op_call *call)
{
    return op_binary(call, either, TENSOR_BOOL);
}

int op_equal(struct op_call *call)
{
    return op_binary(call, equal, TENSOR_BOOL);
}

int op_greater(struct op_call *call)
{
    return op_binary(call, greater, TENSOR_BOOL);
}

int op_less(struct op_call *call)
{
    return op_binary(call, less, TENSOR_BOOL);
}

/* -------------------------------------------------------------------------------- broadcasting */

static double first(double a, double b)
{
    (void)b;
    return a;
}

/** Broadcasts x against a shape; free *out. */
static int expand(const struct op_call *call, struct tensor *out, const struct tensor *x,
                  unsigned rank, const uint64_t *dims)
{
    struct tensor zeros;
    const struct tensor *in[] = {x, &zeros};
    struct op_call wider = {call->report, call->node, call->opset, in, 2, out, 1};
    char name[NODE_NAME_SIZE];
    int status =
        tensor_shape(call->report, &zeros, x->type, rank, dims, node_name(name, call->node));

    if (status == STATUS_OK && x->data != NULL) status = tensor_allocate(call->report, &zeros);
    if (status != STATUS_OK) return status;
    status = op_binary(&wider, first, x->type);
    free(zeros.data);
    return status;
}

int op_expand(struct op_call *call)
{
    uint64_t dims[TENSOR_MAX_RANK];
    unsigned rank;
    int status = op_dims(call, dims, &rank, 1, 0);

    return status == STATUS_OK ? expand(call, &call->out[0], call->in[0], rank, dims) : status;
}

/** The three inputs in the shape that all have; the shape alone is in *common. */
static int expand_all(const struct op_call *call, struct tensor expanded[3], struct tensor *common)
{
    struct tensor shape = *call->in[0];
    int status = STATUS_OK;

    shape.data = NULL;
    for (int i = 1; status == STATUS_OK && i < 3; i++) {
        struct tensor wider;

        status = expand(call, &wider, &shape, call->in[i]->rank, call->in[i]->dims);
        shape = wider;
    }
    if (status != STATUS_OK) return status;
    *common = shape;
    for (int i = 0; status == STATUS_OK && i < 3; i++)
        status = expand(call, &expanded[i], call->in[i], shape.rank, shape.dims);
    return status;
}

int op_where(struct op_call *call)
{
    struct tensor expanded[3] = {{0}}, common;
    bool compute;
    int status = expand_all(call, expanded, &common);

    if (status == STATUS_OK)
        status = op_output(call, &compute, call->in[1]->type, common.rank, common.dims);
    for (uint64_t i = 0; status == STATUS_OK && compute && i < common.n; i++)
        call->out[0].data[i] = expanded[expanded[0].data[i] != 0 ? 1 : 2].data[i];
    for (int i = 0; i < 3; i++) tensor_free(&expanded[i]);
    return status;
}

/* -------------------------------------------------------------------------------------- shapes */

/** Known before any data is, as Shape's. */
int op_size(struct op_call *call)
{
    int status = tensor_shape(call->report, &call->out[0], TENSOR_INT64, 0, NULL, "size");

    if (status == STATUS_OK) status = tensor_allocate(call->report, &call->out[0]);
    if (status == STATUS_OK) call->out[0].data[0] = (double)call->in[0]->n;
    return status;
}

int op_range(struct op_call *call)
{
    double start, delta, n;
    bool compute;
    int status;

    for (size_t i = 0; i < 3; i++)
        if (call->in[i]->data == NULL || call->in[i]->n != 1)
            return node_fail(call->report, call->node, "input %zu is not a constant scalar", i + 1);
    start = call->in[0]->data[0];
    delta = call->in[2]->data[0];
    n = fmax(ceil((call->in[1]->data[0] - start) / delta), 0);
    if (!(n <= (double)TENSOR_MAX_ELEMENTS))
        return node_fail(call->report, call->node, "it has no end");
    status = op_output(call, &compute, call->in[0]->type, 1, &(uint64_t){(uint64_t)n});
    for (uint64_t i = 0; status == STATUS_OK && i < call->out[0].n; i++)
        call->out[0].data[i] = tensor_convert(call->out[0].type, start + (double)i * delta);
    return status;
}

/* ---------------------------------------------------------------------------------- reductions */

static double sum(double a, double b)
{
    return a + b;
}

static double product(double a, double b)
{
    return a * b;
}

/** Folds every element of x into its place, which starts from the given value. */
static void fold(struct tensor *out, const struct tensor *x, const bool *reduced, op_binary_fn f,
                 double from)
{
    for (uint64_t i = 0; i < out->n; i++) out->data[i] = from;
    for (uint64_t i = 0; i < x->n; i++) {
        uint64_t rest = i, at = 0, stride = 1;

        for (unsigned d = x->rank; d-- > 0; rest /= x->dims[d])
            if (!reduced[d]) {
                at += stride * (rest % x->dims[d]);
                stride *= x->dims[d];
            }
        out->data[at] = tensor_convert(out->type, f(out->data[at], x->data[i]));
    }
}

static int reduce(struct op_call *call, op_binary_fn f, double from)
{
    const struct tensor *x = call->in[0];
    bool reduced[TENSOR_MAX_RANK] = {false}, compute;
    bool keep = node_int(call->node, "keepdims", 1) != 0;
    uint64_t dims[TENSOR_MAX_RANK];
    unsigned rank = 0;
    size_t n;
    int status = op_axes(call, reduced, &n, x->rank);

    /* Where none are named, all are. */
    if (n == 0 && node_int(call->node, "noop_with_empty_axes", 0) == 0)
        for (unsigned d = 0; d < x->rank; d++) reduced[d] = true;
    for (unsigned d = 0; d < x->rank; d++)
        if (keep || !reduced[d]) dims[rank++] = reduced[d] ? 1 : x->dims[d];
    if (status == STATUS_OK) status = op_output(call, &compute, x->type, rank, dims);
    if (status == STATUS_OK && compute) fold(&call->out[0], x, reduced, f, from);
    return status;
}

int op_reduce_max(struct op_call *call)
{
    return reduce(call, fmax, -INFINITY);
}

int op_reduce_min(struct op_call *call)
{
    return reduce(call, fmin, INFINITY);
}

int op_reduce_prod(struct op_call *call)
{
    return reduce(call, product, 1);
}

int op_reduce_sum(struct op_call *call)
{
    return reduce(call, sum, 0);
}
