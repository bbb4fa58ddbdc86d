/* Nodes that move elements and compute nothing. */
#include "apps/nn/ops.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/** Output 0 is input 0 in another shape. */
static int same_elements(struct op_call *call, unsigned rank, const uint64_t *dims)
{
    const struct tensor *x = call->in[0];
    char name[NODE_NAME_SIZE];
    struct tensor shape;
    int status =
        tensor_shape(call->report, &shape, x->type, rank, dims, node_name(name, call->node));

    if (status != STATUS_OK) return status;
    if (shape.n != x->n)
        return node_fail(call->report, call->node, "%llu elements do not fit a shape of %llu",
                         (unsigned long long)x->n, (unsigned long long)shape.n);
    status = tensor_copy(call->report, &shape, &(struct tensor){.n = x->n, .data = x->data});
    shape.type = x->type;
    shape.rank = rank;
    memcpy(shape.dims, dims, rank * sizeof *dims);
    call->out[0] = shape;
    return status;
}

/** Resolves 0 (as in the input) and an open dimension (whatever is left). */
static int resolve_shape(struct op_call *call, uint64_t *dims, unsigned rank)
{
    const struct tensor *x = call->in[0];
    bool keep_zero = node_int(call->node, "allowzero", 0) != 0;
    unsigned open = rank;
    uint64_t known = 1;

    for (unsigned d = 0; d < rank; d++) {
        if ((dims[d] == OPEN_DIMENSION && open != rank) ||
            (dims[d] == 0 && !keep_zero && d >= x->rank))
            return node_fail(call->report, call->node, "its shape makes no sense");
        if (dims[d] == 0 && !keep_zero) dims[d] = x->dims[d];
        if (dims[d] == OPEN_DIMENSION) open = d;
        else if (__builtin_mul_overflow(known, dims[d], &known))
            return node_fail(call->report, call->node, "its shape is too large");
    }
    if (open == rank) return STATUS_OK;
    if (known == 0 || x->n % known != 0)
        return node_fail(call->report, call->node, "%llu elements do not fit its shape",
                         (unsigned long long)x->n);
    dims[open] = x->n / known;
    return STATUS_OK;
}

int op_reshape(struct op_call *call)
{
    uint64_t dims[TENSOR_MAX_RANK];
    unsigned rank;
    int status = op_dims(call, dims, &rank, 1, -1);

    if (status == STATUS_OK) status = resolve_shape(call, dims, rank);
    return status == STATUS_OK ? same_elements(call, rank, dims) : status;
}

int op_flatten(struct op_call *call)
{
    const struct tensor *x = call->in[0];
    uint64_t dims[2] = {1, 1};
    unsigned axis;
    int status = op_axis(call, &axis, node_int(call->node, "axis", 1), x->rank + 1);

    /* An axis counts from the end of the dimensions, not from the place after them. */
    if (status == STATUS_OK && node_int(call->node, "axis", 1) < 0)
        status = op_axis(call, &axis, node_int(call->node, "axis", 1), x->rank);
    if (status != STATUS_OK) return status;
    for (unsigned d = 0; d < x->rank; d++) dims[d >= axis] *= x->dims[d];
    return same_elements(call, 2, dims);
}

int op_squeeze(struct op_call *call)
{
    const struct tensor *x = call->in[0];
    bool marked[TENSOR_MAX_RANK] = {false};
    uint64_t dims[TENSOR_MAX_RANK];
    unsigned rank = 0;
    size_t n;
    int status = op_axes(call, marked, &n, x->rank);

    for (unsigned d = 0; status == STATUS_OK && d < x->rank; d++) {
        if (marked[d] && x->dims[d] != 1)
            return node_fail(call->report, call->node, "dimension %u is not 1", d);
        if (marked[d] || (n == 0 && x->dims[d] == 1)) continue;
        dims[rank++] = x->dims[d];
    }
    return status == STATUS_OK ? same_elements(call, rank, dims) : status;
}

int op_unsqueeze(struct op_call *call)
{
    const struct tensor *x = call->in[0];
    const struct attribute *attribute = node_attribute(call->node, "axes");
    bool marked[TENSOR_MAX_RANK] = {false};
    uint64_t dims[TENSOR_MAX_RANK];
    size_t n = attribute != NULL
                   ? attribute->n
                   : (size_t)(call->n_in > 1 && call->in[1] != NULL ? call->in[1]->n : 0);
    unsigned from = 0;
    int status;

    if (n > TENSOR_MAX_RANK - x->rank)
        return node_fail(call->report, call->node, "too many dimensions");
    status = op_axes(call, marked, &n, x->rank + (unsigned)n);
    for (unsigned d = 0; status == STATUS_OK && d < x->rank + n; d++)
        dims[d] = marked[d] ? 1 : x->dims[from++];
    return status == STATUS_OK ? same_elements(call, x->rank + (unsigned)n, dims) : status;
}

/* ---------------------------------------------------------------------------------- transpose */

/** Fills output 0: element at place p of it is input element sum of p[d] * strides[d]. */
static void gather_strided(struct op_call *call, const uint64_t *strides)
{
    struct tensor *out = &call->out[0];
    uint64_t place[TENSOR_MAX_RANK] = {0}, at = 0;

    for (uint64_t i = 0; i < out->n; i++) {
        out->data[i] = call->in[0]->data[at];
        for (unsigned d = out->rank; d-- > 0;) {
            at += strides[d];
            if (++place[d] < out->dims[d]) break;
            at -= strides[d] * out->dims[d];
            place[d] = 0;
        }
    }
}

static int read_permutation(const struct op_call *call, unsigned *from, unsigned rank)
{
    const struct attribute *perm = node_attribute(call->node, "perm");
    bool seen[TENSOR_MAX_RANK] = {false};

    for (unsigned d = 0; d < rank; d++) from[d] = rank - 1 - d;
    if (perm == NULL) return STATUS_OK;
    if (perm->kind != ATTRIBUTE_INTS || perm->n != rank)
        return node_fail(call->report, call->node, "its permutation does not fit");
    for (unsigned d = 0; d < rank; d++) {
        if (perm->ints[d] < 0 || perm->ints[d] >= rank || seen[perm->ints[d]])
            return node_fail(call->report, call->node, "its permutation does not fit");
        from[d] = (unsigned)perm->ints[d];
        seen[from[d]] = true;
    }
    return STATUS_OK;
}

int op_transpose(struct op_call *call)
{
    const struct tensor *x = call->in[0];
    uint64_t dims[TENSOR_MAX_RANK], strides[TENSOR_MAX_RANK], of_input[TENSOR_MAX_RANK];
    unsigned from[TENSOR_MAX_RANK];
    uint64_t stride = 1;
    bool compute;
    int status = read_permutation(call, from, x->rank);

    if (status != STATUS_OK) return status;
    for (unsigned d = x->rank; d-- > 0; stride *= x->dims[d]) of_input[d] = stride;
    for (unsigned d = 0; d < x->rank; d++) {
        dims[d] = x->dims[from[d]];
        strides[d] = of_input[from[d]];
    }
    status = op_output(call, &compute, x->type, x->rank, dims);
    if (status == STATUS_OK && compute) gather_strided(call, strides);
    return status;
}

/* ------------------------------------------------------------------------------------- concat */

static void copy_part(struct tensor *out, const struct tensor *x, unsigned axis, uint64_t begin)
{
    uint64_t outer = 1, inner = 1;

    for (unsigned d = 0; d < axis; d++) outer *= out->dims[d];
    for (unsigned d = axis + 1; d < out->rank; d++) inner *= out->dims[d];
    if (x->n == 0) return;
    for (uint64_t o = 0; o < outer; o++)
        memcpy(out->data + (o * out->dims[axis] + begin) * inner,
               x->data + o * x->dims[axis] * inner, x->dims[axis] * inner * sizeof *x->data);
}

int op_concat(struct op_call *call)
{
    const struct tensor *first = call->in[0];
    uint64_t dims[TENSOR_MAX_RANK], begin = 0;
    unsigned axis;
    bool compute;
    int status = op_axis(call, &axis, node_int(call->node, "axis", 1), first->rank);

    if (status != STATUS_OK) return status;
    memcpy(dims, first->dims, sizeof dims);
    for (size_t i = 1; i < call->n_in; i++) {
        const struct tensor *x = call->in[i];

        for (unsigned d = 0; d < first->rank; d++)
            if (x->rank != first->rank || (d != axis && x->dims[d] != dims[d]))
                return node_fail(call->report, call->node, "input %zu has another shape", i + 1);
        if (x->rank != first->rank ||
            __builtin_add_overflow(dims[axis], x->dims[axis], &dims[axis]))
            return node_fail(call->report, call->node, "input %zu has another shape", i + 1);
    }
    status = op_output(call, &compute, first->type, first->rank, dims);
    for (size_t i = 0; status == STATUS_OK && compute && i < call->n_in; i++) {
        copy_part(&call->out[0], call->in[i], axis, begin);
        begin += call->in[i]->dims[axis];
    }
    return status;
}

/* ---------------------------------------------------------------------------------------- pad */

enum pad_mode { PAD_CONSTANT, PAD_EDGE, PAD_REFLECT };

static int pad_mode(const struct op_call *call, enum pad_mode *mode)
{
    static const char *const words[] = {"constant", "edge", "reflect"};
    const struct attribute *given = node_attribute(call->node, "mode");

    *mode = PAD_CONSTANT;
    if (given == NULL) return STATUS_OK;
    for (int i = 0; i < 3; i++)
        if (given->kind == ATTRIBUTE_STRING && strcmp(given->s, words[i]) == 0) {
            *mode = (enum pad_mode)i;
            return STATUS_OK;
        }
    return node_fail(call->report, call->node, "its mode is not supported");
}

static int pad_value(const struct op_call *call, double *value)
{
    const struct tensor *input = call->n_in > 2 ? call->in[2] : NULL;

    *value = node_float(call->node, "value", 0);
    if (input == NULL) return STATUS_OK;
    if (input->n != 1 || input->data == NULL)
        return node_fail(call->report, call->node, "its value is not a constant scalar");
    *value = input->data[0];
    return STATUS_OK;
}

/** A place in a dimension of n elements, from -n + 1 to 2 n - 2, brought back into it. */
static int64_t fold_place(int64_t place, int64_t n, enum pad_mode mode)
{
    if (mode == PAD_CONSTANT || (place >= 0 && place < n)) return place;
    if (mode == PAD_EDGE) return place < 0 ? 0 : n - 1;
    return place < 0 ? -place : 2 * (n - 1) - place;
}

/** Element i of the padded output: an index into x, or UINT64_MAX where the value stands. */
static uint64_t unpadded(const struct tensor *out, const struct tensor *x, const int64_t *pads,
                         enum pad_mode mode, uint64_t i)
{
    uint64_t at = 0, stride = 1;

    for (unsigned d = out->rank; d-- > 0;) {
        int64_t place =
            fold_place((int64_t)(i % out->dims[d]) - pads[d], (int64_t)x->dims[d], mode);

        if (place < 0 || place >= (int64_t)x->dims[d]) return UINT64_MAX;
        at += stride * (uint64_t)place;
        stride *= x->dims[d];
        i /= out->dims[d];
    }
    return at;
}

/** The output's dimensions. Elements of x are put into the padding where there are enough. */
static int padded_shape(const struct op_call *call, uint64_t *dims, const int64_t *pads, size_t n,
                        enum pad_mode mode)
{
    const struct tensor *x = call->in[0];
    bool good = n == 2 * (size_t)x->rank;

    for (unsigned d = 0; good && d < x->rank; d++) {
        int64_t before = pads[d], behind = pads[x->rank + d], dim = (int64_t)x->dims[d];
        int64_t most = before > behind ? before : behind;

        good = (mode == PAD_CONSTANT || most <= 0 || most < dim || (mode == PAD_EDGE && dim > 0)) &&
               !__builtin_add_overflow(dim, before, &dim) &&
               !__builtin_add_overflow(dim, behind, &dim) && dim >= 0;
        dims[d] = (uint64_t)dim;
    }
    return good ? STATUS_OK : node_fail(call->report, call->node, "its pads do not fit");
}

int op_pad(struct op_call *call)
{
    const struct tensor *x = call->in[0];
    uint64_t dims[TENSOR_MAX_RANK];
    enum pad_mode mode;
    int64_t *pads;
    size_t n;
    double value = 0;
    bool compute;
    int status = op_integers(call, &pads, &n, "pads", 1);

    if (status == STATUS_OK) status = pad_mode(call, &mode);
    if (status == STATUS_OK) status = padded_shape(call, dims, pads, n, mode);
    if (status == STATUS_OK) status = pad_value(call, &value);
    if (status == STATUS_OK) status = op_output(call, &compute, x->type, x->rank, dims);
    for (uint64_t i = 0; status == STATUS_OK && compute && i < call->out[0].n; i++) {
        uint64_t at = unpadded(&call->out[0], x, pads, mode, i);

        call->out[0].data[i] = at == UINT64_MAX ? value : x->data[at];
    }
    free(pads);
    return status;
}

/* ------------------------------------------------------------------------------- gather, slice */

int op_gather(struct op_call *call)
{
    const struct tensor *x = call->in[0], *indices = call->in[1];
    uint64_t dims[2 * TENSOR_MAX_RANK], inner = 1, outer = 1;
    unsigned axis, rank = 0;
    bool compute;
    int status = op_axis(call, &axis, node_int(call->node, "axis", 0), x->rank);

    if (status != STATUS_OK) return status;
    for (unsigned d = 0; d < axis; d++) outer *= dims[rank++] = x->dims[d];
    for (unsigned d = 0; d < indices->rank; d++) dims[rank++] = indices->dims[d];
    for (unsigned d = axis + 1; d < x->rank; d++) inner *= dims[rank++] = x->dims[d];
    for (uint64_t i = 0; indices->data != NULL && i < indices->n; i++)
        if (indices->data[i] != trunc(indices->data[i]) ||
            !(indices->data[i] >= -(double)x->dims[axis] &&
              indices->data[i] < (double)x->dims[axis]))
            return node_fail(call->report, call->node, "an index is out of range, or not whole");
    status = op_output(call, &compute, x->type, rank, dims);
    for (uint64_t o = 0; status == STATUS_OK && compute && o < outer; o++)
        for (uint64_t i = 0; i < indices->n; i++) {
            double index =
                indices->data[i] < 0 ? indices->data[i] + (double)x->dims[axis] : indices->data[i];

            memcpy(call->out[0].data + (o * indices->n + i) * inner,
                   x->data + (o * x->dims[axis] + (uint64_t)index) * inner,
                   inner * sizeof *x->data);
        }
    return status;
}

struct slice_axis {
    int64_t start, step;
    uint64_t n;
};

/** Clamps as the ONNX operator says; how many elements the slice takes of an axis. */
static struct slice_axis clamp_slice(int64_t start, int64_t end, int64_t step, int64_t dim)
{
    struct slice_axis axis = {.step = step};
    int64_t low = step < 0 ? -1 : 0, high = step < 0 ? dim - 1 : dim;

    if (dim == 0) return axis;
    if (start < 0) start += dim;
    if (end < 0 && end >= -dim) end += dim;
    else if (end < 0) end = low;
    start = start < 0 ? 0 : start > high ? high : start;
    end = end < low ? low : end > dim ? dim : end;
    axis.start = start;
    if (step > 0 && end > start) axis.n = ((uint64_t)(end - start) - 1) / (uint64_t)step + 1;
    if (step < 0 && start > end)
        axis.n = ((uint64_t)(start - end) - 1) / ((uint64_t) - (step + 1) + 1) + 1;
    return axis;
}

static int read_slices(struct op_call *call, struct slice_axis *slices)
{
    const struct tensor *x = call->in[0];
    bool attributes = call->opset < 10;
    int64_t *starts = NULL, *ends = NULL, *axes = NULL, *steps = NULL;
    size_t n_starts, n_ends, n_axes = 0, n_steps = 0;
    unsigned axis;
    int status = op_integers(call, &starts, &n_starts, attributes ? "starts" : NULL, 1);

    if (status == STATUS_OK)
        status = op_integers(call, &ends, &n_ends, attributes ? "ends" : NULL, 2);
    if (status == STATUS_OK)
        status = op_integers(call, &axes, &n_axes, attributes ? "axes" : NULL, 3);
    if (status == STATUS_OK) status = op_integers(call, &steps, &n_steps, NULL, 4);
    if (status == STATUS_OK && (n_starts != n_ends || (n_axes != 0 && n_axes != n_starts) ||
                                (n_steps != 0 && n_steps != n_starts) || n_starts > x->rank))
        status = node_fail(call->report, call->node, "its bounds do not fit");
    for (size_t i = 0; status == STATUS_OK && i < n_starts; i++) {
        int64_t step = n_steps > 0 ? steps[i] : 1;

        status = op_axis(call, &axis, n_axes > 0 ? axes[i] : (int64_t)i, x->rank);
        if (status == STATUS_OK && step == 0)
            status = node_fail(call->report, call->node, "a step is 0");
        if (status == STATUS_OK)
            slices[axis] = clamp_slice(starts[i], ends[i], step, (int64_t)x->dims[axis]);
    }
    free(starts);
    free(ends);
    free(axes);
    free(steps);
    return status;
}

int op_slice(struct op_call *call)
{
    const struct tensor *x = call->in[0];
    struct slice_axis slices[TENSOR_MAX_RANK];
    uint64_t dims[TENSOR_MAX_RANK];
    bool compute;
    int status;

    for (unsigned d = 0; d < x->rank; d++) slices[d] = (struct slice_axis){0, 1, x->dims[d]};
    status = read_slices(call, slices);
    for (unsigned d = 0; d < x->rank; d++) dims[d] = slices[d].n;
    if (status == STATUS_OK) status = op_output(call, &compute, x->type, x->rank, dims);
    for (uint64_t i = 0; status == STATUS_OK && compute && i < call->out[0].n; i++) {
        uint64_t rest = i, at = 0, stride = 1;

        for (unsigned d = x->rank; d-- > 0; stride *= x->dims[d]) {
            at += stride * (uint64_t)(slices[d].start + (int64_t)(rest % dims[d]) * slices[d].step);
            rest /= dims[d];
        }
        call->out[0].data[i] = x->data[at];
    }
    return status;
}
