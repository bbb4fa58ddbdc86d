/* Products of matrices, batch normalisation, and what stands at the output of classifiers. */
#include "apps/nn/ops.h"

#include <math.h>
#include <string.h>

/** out[m][n] += sum over k of a[m][k] b[k][n]; strides let either be transposed. */
struct product {
    uint64_t m, k, n;
    uint64_t a_row, a_column, b_row, b_column;
};

static void multiply(double *out, const double *a, const double *b, const struct product *p)
{
    for (uint64_t i = 0; i < p->m; i++)
        for (uint64_t l = 0; l < p->k; l++) {
            double factor = a[i * p->a_row + l * p->a_column];

            for (uint64_t j = 0; j < p->n; j++)
                out[i * p->n + j] += factor * b[l * p->b_row + j * p->b_column];
        }
}

/** Whether c can be added to an m by n matrix. Before opset 7 it is such a matrix itself, unless
 *  broadcast is set. */
static bool bias_fits(const struct op_call *call, const struct tensor *c, uint64_t m, uint64_t n)
{
    uint64_t rows = c->rank == 2 ? c->dims[0] : 1;
    uint64_t columns = c->rank == 0 ? 1 : c->dims[c->rank - 1];

    if (call->opset < 7 && node_int(call->node, "broadcast", 0) == 0)
        return c->rank == 2 && rows == m && columns == n;
    return c->rank <= 2 && (rows == 1 || rows == m) && (columns == 1 || columns == n);
}

static double bias_at(const struct tensor *c, uint64_t i, uint64_t j)
{
    uint64_t rows = c->rank == 2 ? c->dims[0] : 1;
    uint64_t columns = c->rank == 0 ? 1 : c->dims[c->rank - 1];

    return c->data[(rows == 1 ? 0 : i) * columns + (columns == 1 ? 0 : j)];
}

int op_gemm(struct op_call *call)
{
    const struct tensor *a = call->in[0], *b = call->in[1];
    const struct tensor *c = call->n_in > 2 ? call->in[2] : NULL;
    bool ta = node_int(call->node, "transA", 0) != 0, tb = node_int(call->node, "transB", 0) != 0;
    double alpha = node_float(call->node, "alpha", 1), beta = node_float(call->node, "beta", 1);
    struct product p;
    bool compute;
    int status;

    if (a->rank != 2 || b->rank != 2 || a->dims[!ta] != b->dims[tb])
        return node_fail(call->report, call->node, "its matrices do not fit");
    p = (struct product){a->dims[ta],         a->dims[!ta],        b->dims[!tb],
                         ta ? 1 : a->dims[1], ta ? a->dims[1] : 1, tb ? 1 : b->dims[1],
                         tb ? b->dims[1] : 1};
    if (c != NULL && !bias_fits(call, c, p.m, p.n))
        return node_fail(call->report, call->node, "its bias does not fit");
    status = op_output(call, &compute, a->type, 2, (uint64_t[]){p.m, p.n});
    if (status == STATUS_OK) status = op_check_products(call, (uint64_t[]){p.m, p.k, p.n}, 3);
    if (status != STATUS_OK || !compute) return status;
    multiply(call->out[0].data, a->data, b->data, &p);
    for (uint64_t i = 0; i < call->out[0].n; i++) {
        double *y = &call->out[0].data[i];

        *y = tensor_convert(a->type,
                            alpha * *y + (c == NULL ? 0 : beta * bias_at(c, i / p.n, i % p.n)));
    }
    return STATUS_OK;
}

/** The matrix of tensor for place i of the broadcast batch dimensions. */
static const double *batch_matrix(const struct tensor *tensor, const uint64_t *batch,
                                  unsigned n_batch, uint64_t i)
{
    uint64_t at = 0, stride = 1;

    for (unsigned d = 0; d < n_batch; d++) {
        unsigned from_end = 3 + d;
        uint64_t place = i % batch[n_batch - 1 - d];

        i /= batch[n_batch - 1 - d];
        if (from_end > tensor->rank) continue;
        if (tensor->dims[tensor->rank - from_end] != 1) at += place * stride;
        stride *= tensor->dims[tensor->rank - from_end];
    }
    return tensor->data + at * (tensor->rank < 2 ? 1 : tensor->dims[tensor->rank - 2]) *
                              tensor->dims[tensor->rank - 1];
}

static int batch_dims(const struct op_call *call, uint64_t *batch, unsigned n_batch)
{
    for (unsigned d = 0; d < n_batch; d++) {
        uint64_t dims[2] = {1, 1};

        for (int s = 0; s < 2; s++)
            if (d + 3 <= call->in[s]->rank) dims[s] = call->in[s]->dims[call->in[s]->rank - 3 - d];
        if (dims[0] != dims[1] && dims[0] != 1 && dims[1] != 1)
            return node_fail(call->report, call->node, "its operands do not fit");
        batch[n_batch - 1 - d] = dims[0] == 1 ? dims[1] : dims[0];
    }
    return STATUS_OK;
}

int op_matmul(struct op_call *call)
{
    const struct tensor *a = call->in[0], *b = call->in[1];
    unsigned high = a->rank > b->rank ? a->rank : b->rank, n_batch = high > 2 ? high - 2 : 0;
    uint64_t dims[TENSOR_MAX_RANK + 2], n = 1;
    struct product p;
    unsigned rank = n_batch;
    bool compute;
    int status = batch_dims(call, dims, n_batch);

    if (status != STATUS_OK) return status;
    if (a->rank == 0 || b->rank == 0)
        return node_fail(call->report, call->node, "a scalar is not a matrix");
    p.m = a->rank == 1 ? 1 : a->dims[a->rank - 2];
    p.k = a->dims[a->rank - 1];
    p.n = b->rank == 1 ? 1 : b->dims[b->rank - 1];
    if (p.k != (b->rank == 1 ? b->dims[0] : b->dims[b->rank - 2]))
        return node_fail(call->report, call->node, "its matrices do not fit");
    p.a_row = p.k;
    p.a_column = p.b_column = 1;
    p.b_row = p.n;
    if (a->rank > 1) dims[rank++] = p.m;
    if (b->rank > 1) dims[rank++] = p.n;
    status = op_output(call, &compute, a->type, rank, dims);
    for (unsigned d = 0; d < n_batch; d++) n *= dims[d];
    if (status == STATUS_OK) status = op_check_products(call, (uint64_t[]){n, p.m, p.k, p.n}, 4);
    if (status != STATUS_OK || !compute) return status;
    for (uint64_t i = 0; i < n; i++)
        multiply(call->out[0].data + i * p.m * p.n, batch_matrix(a, dims, n_batch, i),
                 batch_matrix(b, dims, n_batch, i), &p);
    for (uint64_t i = 0; i < call->out[0].n; i++)
        call->out[0].data[i] = tensor_convert(a->type, call->out[0].data[i]);
    return STATUS_OK;
}

int op_batch_normalization(struct op_call *call)
{
    const struct tensor *x = call->in[0];
    double epsilon = node_float(call->node, "epsilon", 1e-5);
    uint64_t channels, inner = 1;
    bool compute;
    int status;

    if (call->n_out > 1 || node_int(call->node, "training_mode", 0) != 0)
        return node_fail(call->report, call->node, "training mode is not supported");
    if (op_check_test(call) != STATUS_OK) return call->report->status;
    if (node_int(call->node, "spatial", 1) != 1)
        return node_fail(call->report, call->node, "spatial = 0 is not supported");
    channels = x->rank < 2 ? 1 : x->dims[1];
    for (size_t i = 1; i < 5; i++)
        if (call->in[i]->rank != 1 || call->in[i]->n != channels)
            return node_fail(call->report, call->node, "input %zu does not fit %llu channels",
                             i + 1, (unsigned long long)channels);
    status = op_output(call, &compute, x->type, x->rank, x->dims);
    for (unsigned d = 2; d < x->rank; d++) inner *= x->dims[d];
    for (uint64_t i = 0; status == STATUS_OK && compute && i < x->n; i++) {
        uint64_t c = i / inner % channels;
        double factor = call->in[1]->data[c] / sqrt(call->in[4]->data[c] + epsilon);

        call->out[0].data[i] = tensor_convert(
            x->type, (x->data[i] - call->in[3]->data[c]) * factor + call->in[2]->data[c]);
    }
    return status;
}

/** Softmax of n elements that lie stride apart; the maximum is taken off so that nothing overflows.
 */
static void softmax(double *y, const double *x, uint64_t n, uint64_t stride)
{
    double best = -INFINITY, sum = 0;

    for (uint64_t i = 0; i < n; i++) best = fmax(best, x[i * stride]);
    for (uint64_t i = 0; i < n; i++) sum += y[i * stride] = exp(x[i * stride] - best);
    for (uint64_t i = 0; i < n; i++) y[i * stride] /= sum;
}

int op_softmax(struct op_call *call)
{
    const struct tensor *x = call->in[0];
    uint64_t outer = 1, n = 1, inner = 1;
    unsigned axis;
    bool compute;
    int status =
        op_axis(call, &axis, node_int(call->node, "axis", call->opset < 13 ? 1 : -1), x->rank);

    if (status == STATUS_OK) status = op_output(call, &compute, x->type, x->rank, x->dims);
    if (status != STATUS_OK || !compute) return status;
    /* Before opset 13 everything from the axis on is one row. */
    for (unsigned d = 0; d < x->rank; d++)
        if (d < axis) outer *= x->dims[d];
        else if (d == axis || call->opset < 13) n *= x->dims[d];
        else inner *= x->dims[d];
    for (uint64_t o = 0; o < outer; o++)
        for (uint64_t i = 0; i < inner; i++)
            softmax(call->out[0].data + o * n * inner + i, x->data + o * n * inner + i, n, inner);
    return STATUS_OK;
}

static double argmax(const double *x, uint64_t n, uint64_t stride, bool last)
{
    uint64_t best = 0;

    for (uint64_t i = 1; i < n; i++)
        if (x[i * stride] > x[best * stride] || (last && x[i * stride] == x[best * stride]))
            best = i;
    return (double)best;
}

int op_argmax(struct op_call *call)
{
    const struct tensor *x = call->in[0];
    bool keep = node_int(call->node, "keepdims", 1) != 0, compute;
    bool last = node_int(call->node, "select_last_index", 0) != 0;
    uint64_t dims[TENSOR_MAX_RANK], inner = 1;
    unsigned axis, rank = 0;
    int status = op_axis(call, &axis, node_int(call->node, "axis", 0), x->rank);

    if (status != STATUS_OK) return status;
    if (x->dims[axis] == 0) return node_fail(call->report, call->node, "its input is empty");
    for (unsigned d = 0; d < x->rank; d++)
        if (d != axis || keep) dims[rank++] = d == axis ? 1 : x->dims[d];
    status = op_output(call, &compute, TENSOR_INT64, rank, dims);
    for (unsigned d = axis + 1; d < x->rank; d++) inner *= x->dims[d];
    for (uint64_t i = 0; status == STATUS_OK && compute && i < call->out[0].n; i++)
        call->out[0].data[i] = argmax(x->data + i / inner * inner * x->dims[axis] + i % inner,
                                      x->dims[axis], inner, last);
    return status;
}
