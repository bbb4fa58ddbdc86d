/* Convolution and pooling over one to three spatial dimensions. */
#include "apps/nn/ops.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/** Dimensions, strides and pads beyond this are refused, so that no sum overflows. */
#define MAX_EXTENT (INT64_C(1) << 30)

/** Entries of an attribute with n positive integers; 1 (or 0 for pads) when it is not there. */
static int read_extents(const struct op_call *call, uint64_t *values, const char *name, size_t n,
                        uint64_t fallback)
{
    const struct attribute *attribute = node_attribute(call->node, name);

    for (size_t i = 0; i < n; i++) values[i] = fallback;
    if (attribute == NULL) return STATUS_OK;
    if (attribute->kind != ATTRIBUTE_INTS || attribute->n != n)
        return node_fail(call->report, call->node, "%s does not fit its %zu dimensions", name, n);
    for (size_t i = 0; i < n; i++) {
        if (attribute->ints[i] < (int64_t)fallback || attribute->ints[i] > MAX_EXTENT)
            return node_fail(call->report, call->node, "%s has a value that is not supported",
                             name);
        values[i] = (uint64_t)attribute->ints[i];
    }
    return STATUS_OK;
}

/** Pads and output size of one dimension where auto_pad asks for the input's size over stride. */
static void same_padding(struct window *window, unsigned d, bool upper)
{
    uint64_t span = (window->kernel[d] - 1) * window->dilation[d] + 1, total;

    window->out[d] = (window->in[d] + window->stride[d] - 1) / window->stride[d];
    total = window->out[d] == 0 ? 0 : (window->out[d] - 1) * window->stride[d] + span;
    total = total > window->in[d] ? total - window->in[d] : 0;
    window->pad[d] = upper ? total / 2 : total - total / 2;
    window->pad_end[d] = total - window->pad[d];
}

static int explicit_padding(const struct op_call *call, struct window *window, unsigned d, bool up)
{
    uint64_t span = (window->kernel[d] - 1) * window->dilation[d] + 1;
    uint64_t padded = window->in[d] + window->pad[d] + window->pad_end[d], room;

    if (padded < span)
        return node_fail(call->report, call->node, "its window is larger than the input");
    room = padded - span;
    window->out[d] = room / window->stride[d] + 1;
    /* A window that would start in the padding at the end does not count. */
    if (up && room % window->stride[d] != 0 &&
        window->out[d] * window->stride[d] < window->in[d] + window->pad[d])
        window->out[d]++;
    return STATUS_OK;
}

static const char *auto_pad(const struct op_call *call)
{
    const struct attribute *attribute = node_attribute(call->node, "auto_pad");

    return attribute != NULL && attribute->kind == ATTRIBUTE_STRING ? attribute->s : "NOTSET";
}

static int set_padding(const struct op_call *call, struct window *window, unsigned n)
{
    const char *mode = auto_pad(call);
    bool up = node_int(call->node, "ceil_mode", 0) != 0;
    uint64_t pads[6];
    int status = read_extents(call, pads, "pads", 2 * n, 0);

    for (unsigned d = 0; status == STATUS_OK && d < n; d++) {
        if (strcmp(mode, "SAME_UPPER") == 0 || strcmp(mode, "SAME_LOWER") == 0) {
            same_padding(window, d, strcmp(mode, "SAME_UPPER") == 0);
            continue;
        }
        if (strcmp(mode, "NOTSET") != 0 && strcmp(mode, "VALID") != 0)
            return node_fail(call->report, call->node, "auto_pad is not supported");
        if (strcmp(mode, "NOTSET") == 0) {
            window->pad[d] = pads[d];
            window->pad_end[d] = pads[n + d];
        }
        status = explicit_padding(call, window, d, up);
    }
    return status;
}

/** Padding lets a file of a few bytes ask for windows of any size. */
static int check_window(const struct op_call *call, const struct window *w, const struct tensor *x)
{
    const uint64_t factors[] = {x->dims[0],   x->dims[1], w->kernel[0], w->kernel[1],
                                w->kernel[2], w->out[0],  w->out[1],    w->out[2]};

    return op_check_products(call, factors, sizeof factors / sizeof factors[0]);
}

int op_window(const struct op_call *call, struct window *window, const struct tensor *x,
              const uint64_t *kernel)
{
    unsigned n = x->rank - 2;
    int status;

    if (x->rank < 3 || n > 3)
        return node_fail(call->report, call->node, "an input of %u dimensions is not supported",
                         x->rank);
    for (unsigned d = 0; d < 3; d++) {
        window->in[d] = d < n ? x->dims[2 + d] : 1;
        window->kernel[d] = d < n ? kernel[d] : 1;
        window->stride[d] = window->dilation[d] = window->out[d] = 1;
        window->pad[d] = window->pad_end[d] = 0;
        if (window->kernel[d] == 0 || window->kernel[d] > (uint64_t)MAX_EXTENT)
            return node_fail(call->report, call->node, "its kernel is empty or too large");
    }
    status = read_extents(call, window->stride, "strides", n, 1);
    if (status == STATUS_OK) status = read_extents(call, window->dilation, "dilations", n, 1);
    if (status == STATUS_OK) status = set_padding(call, window, n);
    return status == STATUS_OK ? check_window(call, window, x) : status;
}

int op_pool_window(const struct op_call *call, struct window *window, const struct tensor *x)
{
    uint64_t kernel[3];

    if (x->rank < 3 || x->rank > 5)
        return node_fail(call->report, call->node, "an input of %u dimensions is not supported",
                         x->rank);
    if (node_attribute(call->node, "kernel_shape") == NULL)
        return node_fail(call->report, call->node, "kernel_shape is missing");
    if (read_extents(call, kernel, "kernel_shape", x->rank - 2, 1) != STATUS_OK)
        return call->report->status;
    return op_window(call, window, x, kernel);
}

uint64_t window_at(const struct window *window, uint64_t out, uint64_t k, bool *beyond)
{
    uint64_t at = 0, stride = 1;
    bool padding = false, far = false;

    for (unsigned d = 3; d-- > 0;) {
        uint64_t o = out % window->out[d], place = k % window->kernel[d];
        uint64_t padded = o * window->stride[d] + place * window->dilation[d];

        if (padded < window->pad[d] || padded - window->pad[d] >= window->in[d]) padding = true;
        else at += stride * (padded - window->pad[d]);
        if (padded >= window->pad[d] + window->in[d] + window->pad_end[d]) far = true;
        stride *= window->in[d];
        out /= window->out[d];
        k /= window->kernel[d];
    }
    if (beyond != NULL) *beyond = far;
    return padding ? UINT64_MAX : at;
}

/* -------------------------------------------------------------------------------- convolution */

struct conv {
    struct window window;
    uint64_t batch, groups, group_in, group_out, size, kernel_size, places;
};

/** One output channel of one group over all places, without bias. */
static void convolve(double *out, const double *x, const double *w, const struct conv *conv)
{
    for (uint64_t k = 0; k < conv->kernel_size; k++)
        for (uint64_t p = 0; p < conv->places; p++) {
            uint64_t at = window_at(&conv->window, p, k, NULL);

            if (at == UINT64_MAX) continue;
            for (uint64_t c = 0; c < conv->group_in; c++)
                out[p] += w[c * conv->kernel_size + k] * x[c * conv->size + at];
        }
}

static void compute_conv(struct op_call *call, const struct conv *conv)
{
    uint64_t channels = conv->groups * conv->group_out;
    const struct tensor *bias = call->n_in > 2 ? call->in[2] : NULL;
    struct tensor *y = &call->out[0];

    for (uint64_t i = 0; i < conv->batch * channels; i++) {
        uint64_t o = i % channels, group = o / conv->group_out;
        uint64_t first = (i / channels * conv->groups + group) * conv->group_in;
        double *out = y->data + i * conv->places;

        for (uint64_t p = 0; bias != NULL && p < conv->places; p++) out[p] = bias->data[o];
        convolve(out, call->in[0]->data + first * conv->size,
                 call->in[1]->data + o * conv->group_in * conv->kernel_size, conv);
        for (uint64_t p = 0; p < conv->places; p++) out[p] = tensor_convert(y->type, out[p]);
    }
}

static int check_conv(const struct op_call *call, struct conv *conv)
{
    const struct tensor *x = call->in[0], *w = call->in[1];
    int64_t groups = node_int(call->node, "group", 1);
    const struct attribute *kernel = node_attribute(call->node, "kernel_shape");

    if (x->rank < 3 || w->rank != x->rank || groups < 1 ||
        x->dims[1] != w->dims[1] * (uint64_t)groups || w->dims[0] % (uint64_t)groups != 0 ||
        w->dims[1] > TENSOR_MAX_ELEMENTS)
        return node_fail(call->report, call->node, "its weights do not fit its input");
    if (kernel != NULL && (kernel->kind != ATTRIBUTE_INTS || kernel->n != w->rank - 2u))
        return node_fail(call->report, call->node, "kernel_shape does not fit its weights");
    for (unsigned d = 0; kernel != NULL && d < kernel->n; d++)
        if (kernel->ints[d] != (int64_t)w->dims[2 + d])
            return node_fail(call->report, call->node, "kernel_shape does not fit its weights");
    if (call->n_in > 2 && call->in[2] != NULL &&
        (call->in[2]->rank != 1 || call->in[2]->n != w->dims[0]))
        return node_fail(call->report, call->node, "its bias does not fit its weights");
    conv->batch = x->dims[0];
    conv->groups = (uint64_t)groups;
    conv->group_in = w->dims[1];
    conv->group_out = w->dims[0] / (uint64_t)groups;
    if (op_window(call, &conv->window, x, w->dims + 2) != STATUS_OK) return call->report->status;
    return op_check_products(call, (uint64_t[]){x->dims[0], w->n, volume(conv->window.out)}, 3);
}

int op_conv(struct op_call *call)
{
    const struct tensor *x = call->in[0], *w = call->in[1];
    uint64_t dims[TENSOR_MAX_RANK] = {0};
    struct conv conv;
    bool compute;
    int status = check_conv(call, &conv);

    if (status != STATUS_OK) return status;
    dims[0] = x->dims[0];
    dims[1] = w->dims[0];
    for (unsigned d = 2; d < x->rank; d++) dims[d] = conv.window.out[d - 2];
    status = op_output(call, &compute, x->type, x->rank, dims);
    if (status != STATUS_OK || !compute) return status;
    conv.size = volume(conv.window.in);
    conv.places = volume(conv.window.out);
    conv.kernel_size = volume(conv.window.kernel);
    compute_conv(call, &conv);
    return STATUS_OK;
}

/* ------------------------------------------------------------------------------------ pooling */

typedef double (*pool_fn)(const double *x, const struct window *window, uint64_t place,
                          bool count_pads);

static double pool_max(const double *x, const struct window *window, uint64_t place,
                       bool count_pads)
{
    double best = -INFINITY;

    (void)count_pads;
    for (uint64_t k = 0; k < volume(window->kernel); k++) {
        uint64_t at = window_at(window, place, k, NULL);

        if (at != UINT64_MAX && x[at] > best) best = x[at];
    }
    return best;
}

static double pool_average(const double *x, const struct window *window, uint64_t place,
                           bool count_pads)
{
    double sum = 0;
    uint64_t n = 0;

    for (uint64_t k = 0; k < volume(window->kernel); k++) {
        bool beyond;
        uint64_t at = window_at(window, place, k, &beyond);

        if (at != UINT64_MAX) sum += x[at];
        if (at != UINT64_MAX || (count_pads && !beyond)) n++;
    }
    return n == 0 ? 0 : sum / (double)n;
}

static int pool(struct op_call *call, const struct window *window, pool_fn f)
{
    const struct tensor *x = call->in[0];
    uint64_t dims[TENSOR_MAX_RANK] = {x->dims[0], x->dims[1]};
    bool count_pads = node_int(call->node, "count_include_pad", 0) != 0, compute;
    uint64_t size = volume(window->in), places = volume(window->out);
    int status;

    for (unsigned d = 2; d < x->rank; d++) dims[d] = window->out[d - 2];
    status = op_output(call, &compute, x->type, x->rank, dims);
    for (uint64_t i = 0; status == STATUS_OK && compute && i < dims[0] * dims[1]; i++)
        for (uint64_t p = 0; p < places; p++)
            call->out[0].data[i * places + p] =
                tensor_convert(x->type, f(x->data + i * size, window, p, count_pads));
    return status;
}

/** Where the maximum at a place stands: its index in the channel, the first of equals. */
static uint64_t pool_index(const double *x, const struct window *window, uint64_t place)
{
    uint64_t best = UINT64_MAX;

    for (uint64_t k = 0; k < volume(window->kernel); k++) {
        uint64_t at = window_at(window, place, k, NULL);

        if (at != UINT64_MAX && (best == UINT64_MAX || x[at] > x[best])) best = at;
    }
    return best == UINT64_MAX ? 0 : best;
}

/** An index over n dimensions, the last one running fastest, as one over them in reverse. */
static uint64_t columns_first(const struct window *window, uint64_t at, unsigned n)
{
    uint64_t stride = volume(window->in), index = 0;

    for (unsigned d = n; d-- > 0; at /= window->in[d])
        index += (stride /= window->in[d]) * (at % window->in[d]);
    return index;
}

/** Output 1: where the maxima stand in x. */
static int pool_indices(struct op_call *call, const struct window *window)
{
    const struct tensor *x = call->in[0];
    struct tensor *indices = &call->out[1];
    uint64_t size = volume(window->in), places = volume(window->out);
    bool reversed = node_int(call->node, "storage_order", 0) != 0;

    *indices = call->out[0];
    indices->type = TENSOR_INT64;
    indices->data = NULL;
    if (x->data == NULL) return STATUS_OK;
    if (tensor_allocate(call->report, indices) != STATUS_OK) return call->report->status;
    for (uint64_t i = 0; i < indices->n; i++) {
        uint64_t first = i / places * size, at = pool_index(x->data + first, window, i % places);

        if (reversed && size > 0) at = columns_first(window, at, x->rank - 2);
        indices->data[i] = (double)(first + at);
    }
    return STATUS_OK;
}

int op_max_pool(struct op_call *call)
{
    struct window window;
    int status = op_pool_window(call, &window, call->in[0]);

    if (status == STATUS_OK) status = pool(call, &window, pool_max);
    return status == STATUS_OK && call->n_out > 1 ? pool_indices(call, &window) : status;
}

int op_average_pool(struct op_call *call)
{
    struct window window;
    int status = op_pool_window(call, &window, call->in[0]);

    return status == STATUS_OK ? pool(call, &window, pool_average) : status;
}

int op_global_average_pool(struct op_call *call)
{
    struct window window;
    int status = op_window(call, &window, call->in[0], call->in[0]->dims + 2);

    return status == STATUS_OK ? pool(call, &window, pool_average) : status;
}
