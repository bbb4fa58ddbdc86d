/* Linear nodes and max-pools of activations. */
#include "apps/nn/symbol.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/** Runs the node's float function on x in place of input 0; free out[0]. */
static int probe(struct lowering *lowering, struct tensor *out, const struct node *node,
                 const struct tensor *x)
{
    const struct tensor *in[255];
    struct op_call call = {
        lowering->report, node, lowering->graph->opset, in, node->n_inputs, out, 1};

    memset(out, 0, sizeof *out);
    for (size_t i = 0; i < node->n_inputs && i < 255; i++)
        in[i] = i == 0                        ? x
                : node->inputs[i] == NO_VALUE ? NULL
                                              : &lowering->graph->values[node->inputs[i]].tensor;
    if (op_run(&call) == STATUS_OK) return STATUS_OK;
    tensor_free(out);
    return lowering->report->status;
}

/** Allocates source and weights of a term over all elements of x. */
static int start_term(struct report *report, struct term *term, enum term_kind kind,
                      uint64_t n_elements, uint64_t n_weights)
{
    *term = (struct term){.kind = kind, .n_elements = n_elements};
    if (n_weights > MAX_WEIGHTS)
        return report_fail(report, STATUS_LIMIT, "the network has too many weights");
    term->source = new_array(n_elements, sizeof *term->source);
    term->weights = new_array(n_weights, sizeof *term->weights);
    if (term->weights != NULL) term->n_weights = n_weights;
    if (term->source != NULL && term->weights != NULL) return STATUS_OK;
    term_free(term);
    return report_memory(report);
}

/** The factor that all n elements from first on share, stride apart; false when they do not.
 *  Constant elements fit any factor. */
static bool shared_factor(double *factor, const struct symbol *x, uint64_t first, uint64_t n,
                          uint64_t stride)
{
    bool found = false;

    *factor = 0;
    for (uint64_t i = 0; i < n; i++) {
        uint64_t at = first + i * stride;

        if (x->index.data[at] == 0) continue;
        if (found && x->mul.data[at] != *factor) return false;
        *factor = x->mul.data[at];
        found = true;
    }
    return true;
}

static int factors_differ(struct lowering *lowering, const struct node *node)
{
    return node_fail(lowering->report, node,
                     "its input has factors that differ within a channel: not supported");
}

/* ------------------------------------------------------------------------------- Conv */

static int conv_term(struct lowering *lowering, struct term *term, const struct node *node,
                     const struct symbol *x)
{
    const struct tensor *w = &lowering->graph->values[node->inputs[1]].tensor;
    struct op_call call = {lowering->report, node, lowering->graph->opset, NULL, 0, NULL, 0};
    struct convolution conv;
    uint64_t size, kernel;

    if (x->index.dims[0] != 1)
        return node_fail(lowering->report, node, "a batch of %llu rows is not supported",
                         (unsigned long long)x->index.dims[0]);
    if (start_term(lowering->report, term, TERM_CONV, x->index.n, w->n) != STATUS_OK ||
        op_window(&call, &conv.window, &x->index, w->dims + 2) != STATUS_OK)
        return lowering->report->status;
    conv.groups = (uint64_t)node_int(node, "group", 1);
    conv.group_in = w->dims[1];
    conv.group_out = w->dims[0] / conv.groups;
    term->conv = conv;
    size = volume(conv.window.in);
    kernel = volume(conv.window.kernel);
    for (uint64_t i = 0; i < x->index.n; i++) term->source[i] = (uint32_t)x->index.data[i];
    for (uint64_t c = 0; c < conv.groups * conv.group_in; c++) {
        uint64_t first = c / conv.group_in * conv.group_out;
        double factor;

        if (!shared_factor(&factor, x, c * size, size, 1)) return factors_differ(lowering, node);
        for (uint64_t o = first; o < first + conv.group_out; o++)
            for (uint64_t k = 0; k < kernel; k++) {
                uint64_t e = (o * conv.group_in + c % conv.group_in) * kernel + k;

                term->weights[e] = w->data[e] * factor;
            }
    }
    return STATUS_OK;
}

/* ----------------------------------------------------------------------------- Gemm and MatMul */

/** An m by k matrix of elements times a constant k by n matrix. */
struct product_shape {
    uint64_t m, k, n;
    uint64_t row, column; /**< strides of the constant */
    double alpha;
};

static int product_shape(struct lowering *lowering, struct product_shape *p,
                         const struct node *node, const struct symbol *x)
{
    const struct tensor *w = &lowering->graph->values[node->inputs[1]].tensor;
    bool gemm = strcmp(node->type, "Gemm") == 0;
    bool transposed = gemm && node_int(node, "transB", 0) != 0;

    if ((gemm && node_int(node, "transA", 0) != 0) || w->rank != 2 || x->index.rank < 1)
        return node_fail(lowering->report, node,
                         "only a product by a constant matrix is supported");
    p->k = w->dims[transposed];
    p->n = w->dims[!transposed];
    p->m = p->k == 0 ? 0 : x->index.n / p->k;
    p->row = transposed ? 1 : w->dims[1];
    p->column = transposed ? w->dims[1] : 1;
    p->alpha = gemm ? node_float(node, "alpha", 1) : 1;
    return STATUS_OK;
}

/** One row of elements: a dense term. */
static int dense_term(struct lowering *lowering, struct term *term, const struct node *node,
                      const struct symbol *x, const struct product_shape *p)
{
    const struct tensor *w = &lowering->graph->values[node->inputs[1]].tensor;

    if (start_term(lowering->report, term, TERM_DENSE, p->k, p->k * p->n) != STATUS_OK)
        return lowering->report->status;
    for (uint64_t i = 0; i < p->k; i++) {
        double factor = x->index.data[i] == 0 ? 0 : x->mul.data[i] * p->alpha;

        term->source[i] = (uint32_t)x->index.data[i];
        for (uint64_t r = 0; r < p->n; r++)
            term->weights[i * p->n + r] = factor * w->data[i * p->row + r * p->column];
    }
    return STATUS_OK;
}

/** Several rows of elements: a convolution by a kernel of one place, with k channels. */
static int rows_term(struct lowering *lowering, struct term *term, const struct node *node,
                     const struct symbol *x, const struct product_shape *p)
{
    const struct tensor *w = &lowering->graph->values[node->inputs[1]].tensor;

    if (start_term(lowering->report, term, TERM_CONV, x->index.n, p->k * p->n) != STATUS_OK)
        return lowering->report->status;
    term->conv = (struct convolution){.groups = 1, .group_in = p->k, .group_out = p->n};
    for (unsigned d = 0; d < 3; d++) {
        struct window *window = &term->conv.window;

        window->kernel[d] = window->stride[d] = window->dilation[d] = 1;
        window->in[d] = window->out[d] = d == 0 ? p->m : 1;
    }
    for (uint64_t c = 0; c < p->k; c++) {
        double factor;

        if (!shared_factor(&factor, x, c, p->m, p->k)) return factors_differ(lowering, node);
        for (uint64_t i = 0; i < p->m; i++)
            term->source[c * p->m + i] = (uint32_t)x->index.data[i * p->k + c];
        for (uint64_t o = 0; o < p->n; o++)
            term->weights[o * p->k + c] = factor * p->alpha * w->data[c * p->row + o * p->column];
    }
    return STATUS_OK;
}

/* --------------------------------------------------------------------------------- AveragePool */

struct average {
    struct window window;
    bool count_pads;
    uint64_t size, places, kernel;
};

/** Places that the window counts at p. */
static double divisor(const struct average *average, uint64_t p)
{
    uint64_t n = 0;

    for (uint64_t k = 0; k < average->kernel; k++) {
        bool beyond;
        uint64_t at = window_at(&average->window, p, k, &beyond);

        n += at != UINT64_MAX || (average->count_pads && !beyond);
    }
    return (double)n;
}

/** Counts (fill false) or fills the columns of one channel, from its first entry on. */
static void average_columns(struct term *term, const struct average *average,
                            const struct symbol *x, uint64_t channel, bool fill)
{
    uint64_t *next = term->begin + channel * average->size;

    for (uint64_t p = 0; p < average->places; p++) {
        double n = fill ? divisor(average, p) : 1;

        for (uint64_t k = 0; k < average->kernel; k++) {
            uint64_t at = window_at(&average->window, p, k, NULL);

            if (at == UINT64_MAX) continue;
            if (fill) {
                term->rows[next[at]] = (uint32_t)(channel * average->places + p);
                term->weights[next[at]] = x->mul.data[channel * average->size + at] / n;
            }
            next[at]++;
        }
    }
}

static int average_term(struct lowering *lowering, struct term *term, const struct node *node,
                        const struct symbol *x)
{
    struct op_call call = {lowering->report, node, lowering->graph->opset, NULL, 0, NULL, 0};
    struct average average = {.count_pads = node_int(node, "count_include_pad", 0) != 0};
    uint64_t channels = x->index.n == 0 ? 0 : x->index.dims[1], n_weights = 0;
    int status;

    if (x->index.rank < 3 || x->index.dims[0] != 1)
        return node_fail(lowering->report, node, "its input is not one row of channels");
    if (strcmp(node->type, "GlobalAveragePool") == 0)
        status = op_window(&call, &average.window, &x->index, x->index.dims + 2);
    else status = op_pool_window(&call, &average.window, &x->index);
    if (status != STATUS_OK) return status;
    average.size = volume(average.window.in);
    average.places = volume(average.window.out);
    average.kernel = volume(average.window.kernel);
    if (average.kernel > MAX_WEIGHTS ||
        average.places * average.kernel > MAX_WEIGHTS / (channels + 1))
        return node_fail(lowering->report, node, "its windows are too large");
    status = start_term(lowering->report, term, TERM_SPARSE, x->index.n, 0);
    if (status != STATUS_OK) return status;
    term->begin = new_array(x->index.n + 1, sizeof *term->begin);
    if (term->begin == NULL) return report_memory(lowering->report);
    for (uint64_t c = 0; c < channels; c++) average_columns(term, &average, x, c, false);
    /* From counts to where each column begins. */
    for (uint64_t i = 0; i <= x->index.n; i++) {
        uint64_t count = term->begin[i];

        term->begin[i] = n_weights;
        n_weights += count;
        if (i < x->index.n) term->source[i] = (uint32_t)x->index.data[i];
    }
    free(term->weights);
    term->n_weights = n_weights;
    term->rows = new_array(n_weights, sizeof *term->rows);
    term->weights = new_array(n_weights, sizeof *term->weights);
    if (term->weights == NULL) term->n_weights = 0;
    if (term->rows == NULL || term->weights == NULL) return report_memory(lowering->report);
    for (uint64_t c = 0; c < channels; c++) average_columns(term, &average, x, c, true);
    /* Filling moved every beginning to the next column's. */
    memmove(term->begin + 1, term->begin, x->index.n * sizeof *term->begin);
    term->begin[0] = 0;
    return STATUS_OK;
}

/* --------------------------------------------------------------------------------------- terms */

/** The output of rows_term() has its places before its channels. */
static void reorder_rows(struct symbol *out, const struct product_shape *p)
{
    for (uint64_t i = 0; i < out->index.n; i++)
        out->index.data[i] = (double)(i % p->n * p->m + i / p->n + 1);
}

int lower_linear(struct lowering *lowering, struct symbol *out, const struct node *node,
                 struct symbol *x)
{
    bool product = strcmp(node->type, "Gemm") == 0 || strcmp(node->type, "MatMul") == 0;
    struct product_shape p = {.m = 1};
    struct tensor bias = {0};
    struct term term = {0};
    double *by_row = NULL;
    int status = symbol_to_activations(lowering, x);

    if (status == STATUS_OK) status = probe(lowering, &bias, node, &x->add);
    if (status == STATUS_OK && product) status = product_shape(lowering, &p, node, x);
    if (status == STATUS_OK) {
        if (product && p.m == 1) status = dense_term(lowering, &term, node, x, &p);
        else if (product) status = rows_term(lowering, &term, node, x, &p);
        else if (strcmp(node->type, "Conv") == 0) status = conv_term(lowering, &term, node, x);
        else status = average_term(lowering, &term, node, x);
    }
    if (status == STATUS_OK) by_row = new_array(bias.n, sizeof *by_row);
    if (status == STATUS_OK && by_row == NULL) status = report_memory(lowering->report);
    for (uint64_t i = 0; status == STATUS_OK && i < bias.n; i++)
        by_row[p.m > 1 ? i % p.n * p.m + i / p.n : i] = bias.data[i];
    if (status == STATUS_OK)
        status = symbol_rows(lowering, out, node, &bias, &term, bias.n, by_row);
    if (status == STATUS_OK && p.m > 1) reorder_rows(out, &p);
    term_free(&term);
    tensor_free(&bias);
    free(by_row);
    return status;
}

/* ------------------------------------------------------------------------------------- MaxPool */

struct pool {
    const struct symbol *x;
    struct window window;
    uint64_t size, places, kernel;
};

/** Collects the activations that row r is the maximum of; false when the maximum is not one of
 *  plain activations. entries may be NULL to count. */
static bool pool_row(const struct pool *pool, uint64_t r, uint32_t *entries, uint64_t *n,
                     double *mul, double *add)
{
    uint64_t channel = r / pool->places, p = r % pool->places;
    bool found = false;
    double constant = -INFINITY;

    *n = 0;
    for (uint64_t k = 0; k < pool->kernel; k++) {
        uint64_t at = window_at(&pool->window, p, k, NULL), i = channel * pool->size + at;

        if (at == UINT64_MAX) continue;
        if (pool->x->index.data[i] == 0) {
            constant = fmax(constant, pool->x->add.data[i]);
            continue;
        }
        if (found && (pool->x->mul.data[i] != *mul || pool->x->add.data[i] != *add)) return false;
        *mul = pool->x->mul.data[i];
        *add = pool->x->add.data[i];
        found = true;
        if (entries != NULL) entries[*n] = (uint32_t)pool->x->index.data[i] - 1;
        ++*n;
    }
    /* A constant that no activation is below changes nothing. */
    return found && *mul > 0 && constant <= *add;
}

/** Whether all activations have as many bits as the first. */
static bool same_widths(const struct net *net, const struct symbol *x)
{
    unsigned bits = 0;

    for (uint64_t i = 0; i < x->index.n; i++) {
        uint64_t activation = (uint64_t)x->index.data[i];

        if (activation == 0) continue;
        if (bits == 0) bits = activation_bits(net, activation - 1);
        if (activation_bits(net, activation - 1) != bits) return false;
    }
    return true;
}

/** Whether activations are of one width, and constants below whatever they can be. */
static bool pool_fits(const struct lowering *lowering, const struct pool *pool, uint64_t n_rows,
                      uint64_t *total)
{
    bool constants = false;

    *total = 0;
    for (uint64_t i = 0; i < pool->x->index.n; i++) constants |= pool->x->index.data[i] == 0;
    if (constants && !symbol_nonnegative(lowering, pool->x)) return false;
    if (!same_widths(lowering->net, pool->x)) return false;
    for (uint64_t r = 0; r < n_rows; r++) {
        double mul = 0, add = 0;
        uint64_t n;

        if (!pool_row(pool, r, NULL, &n, &mul, &add)) return false;
        *total += n;
        if (*total > MAX_WEIGHTS) return false;
    }
    return true;
}

static int pool_step(struct lowering *lowering, struct symbol *out, const struct pool *pool,
                     const struct tensor *shape, uint64_t total)
{
    struct step step = {.kind = STEP_MAX_POOL, .n_rows = shape->n};
    size_t number = lowering->net->n_steps;
    uint64_t first = lowering->net->n_activations;

    snprintf(step.name, sizeof step.name, "MaxPool");
    step.begin = new_array(shape->n + 1, sizeof *step.begin);
    step.pooled = new_array(total, sizeof *step.pooled);
    out->kind = SYMBOL_ACTIVATIONS;
    out->index = out->mul = out->add = *shape;
    out->index.data = out->mul.data = out->add.data = NULL;
    if (step.begin == NULL || step.pooled == NULL ||
        tensor_allocate(lowering->report, &out->index) != STATUS_OK ||
        tensor_allocate(lowering->report, &out->mul) != STATUS_OK ||
        tensor_allocate(lowering->report, &out->add) != STATUS_OK) {
        step_free(&step);
        return report_memory(lowering->report);
    }
    for (uint64_t r = 0; r < shape->n; r++) {
        uint64_t n;

        pool_row(pool, r, step.pooled + step.begin[r], &n, &out->mul.data[r], &out->add.data[r]);
        step.begin[r + 1] = step.begin[r] + n;
        out->index.data[r] = (double)(first + r + 1);
    }
    lowering->nonnegative[number] = symbol_nonnegative(lowering, pool->x);
    step.is_wide = activation_bits(lowering->net, step.pooled[0]) == INPUT_BITS;
    return append_step(lowering, &step);
}

int lower_max_pool(struct lowering *lowering, struct symbol *out, const struct node *node,
                   struct symbol *x)
{
    struct op_call call = {lowering->report, node, lowering->graph->opset, NULL, 0, NULL, 0};
    struct pool pool = {.x = x};
    struct tensor shape = {0};
    uint64_t total;
    int status = symbol_to_activations(lowering, x);

    if (status == STATUS_OK) status = probe(lowering, &shape, node, &x->add);
    tensor_free(&shape);
    if (status == STATUS_OK && x->index.dims[0] != 1)
        status = node_fail(lowering->report, node, "a batch of rows is not supported");
    if (status == STATUS_OK) status = op_pool_window(&call, &pool.window, &x->index);
    if (status != STATUS_OK) return status;
    pool.size = volume(pool.window.in);
    pool.places = volume(pool.window.out);
    pool.kernel = volume(pool.window.kernel);
    if (!pool_fits(lowering, &pool, shape.n, &total)) {
        /* Made of plain activations by a step of their own, they are. */
        status = symbol_to_rows(lowering, x, node);
        if (status == STATUS_OK) status = symbol_to_activations(lowering, x);
        if (status == STATUS_OK && !pool_fits(lowering, &pool, shape.n, &total))
            status = node_fail(lowering->report, node, "a window has nothing but padding");
    }
    return status == STATUS_OK ? pool_step(lowering, out, &pool, &shape, total) : status;
}
