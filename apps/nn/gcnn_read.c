/* Reading and checking of .gcnn files. */
#include "apps/nn/gcnn.h"

#include "apps/nn/file.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct reader {
    struct report *report;
    const uint8_t *begin, *at, *end;
    const char *name;
    bool public_only;
    bool failed; /**< ran over the end: everything read since is 0 */
    struct net *net;
    uint64_t n_weights; /**< so far */
};

static int bad(const struct reader *reader, const char *what)
{
    return report_fail(reader->report, STATUS_CIRCUIT, "%s: byte %llu: %s", reader->name,
                       (unsigned long long)(reader->at - reader->begin), what);
}

static uint64_t left(const struct reader *reader)
{
    return (uint64_t)(reader->end - reader->at);
}

static uint64_t get(struct reader *reader, size_t size)
{
    uint64_t value = 0;

    if (left(reader) < size) {
        reader->failed = true;
        reader->at = reader->end;
        return 0;
    }
    for (size_t i = 0; i < size; i++) value |= (uint64_t)*reader->at++ << 8 * i;
    return value;
}

/** Two's complement. */
static double get_signed(struct reader *reader, size_t size)
{
    uint64_t value = get(reader, size), sign = UINT64_C(1) << (8 * size - 1);

    return (double)(int64_t)((value ^ sign) - sign);
}

static double get_double(struct reader *reader)
{
    uint64_t bits = get(reader, 8);
    double value;

    memcpy(&value, &bits, sizeof value);
    return value;
}

/** n elements in memory, for which the file still has at least each bytes apiece. */
static int take_array(struct reader *reader, void *array, uint64_t n, size_t size, size_t each)
{
    void *made;

    if (n > left(reader) / each) return bad(reader, "truncated, or a count is too large");
    made = new_array(n, size);
    if (made == NULL) return report_memory(reader->report);
    memcpy(array, &made, sizeof made);
    return STATUS_OK;
}

static bool good_encoding(double scale, double zero)
{
    return isfinite(scale) && scale > 0 && isfinite(zero);
}

/* ---------------------------------------------------------------------------------------- terms */

static int read_sources(struct reader *reader, struct term *term, uint64_t n_known)
{
    uint64_t n_runs = get(reader, 4), at = 0;

    if (n_runs > term->n_elements || n_runs > left(reader) / 8)
        return bad(reader, "too many runs of sources");
    term->source = new_array(term->n_elements, sizeof *term->source);
    if (term->source == NULL) return report_memory(reader->report);
    for (uint64_t r = 0; r < n_runs; r++) {
        uint64_t first = get(reader, 4), n = get(reader, 4);

        if (n == 0 || n > term->n_elements - at || first > n_known ||
            (first > 0 && n > n_known + 1 - first))
            return bad(reader, "a source is out of range");
        for (uint64_t i = 0; i < n; i++)
            term->source[at++] = (uint32_t)(first == 0 ? 0 : first + i);
    }
    return at == term->n_elements ? STATUS_OK : bad(reader, "sources are missing");
}

/** Whether the window's numbers are such that no later product overflows, and its output is one
 * that its input has. */
static bool good_window(const struct window *w)
{
    for (unsigned d = 0; d < 3; d++) {
        uint64_t reach;

        if (w->in[d] == 0 || w->kernel[d] == 0 || w->stride[d] == 0 || w->dilation[d] == 0 ||
            w->out[d] == 0 || w->in[d] > MAX_ACTIVATIONS || w->kernel[d] > MAX_ACTIVATIONS ||
            w->out[d] > MAX_ACTIVATIONS)
            return false;
        reach = (w->out[d] - 1) * w->stride[d] + (w->kernel[d] - 1) * w->dilation[d] + 1;
        if (reach > w->in[d] + w->pad[d] + w->pad_end[d]) return false;
    }
    return true;
}

/** a * b, or too much. */
static uint64_t bounded_product(uint64_t a, uint64_t b)
{
    uint64_t product;

    return __builtin_mul_overflow(a, b, &product) || product > MAX_WEIGHTS ? MAX_WEIGHTS + 1
                                                                           : product;
}

static uint64_t bounded_volume(const uint64_t dims[3])
{
    return bounded_product(bounded_product(dims[0], dims[1]), dims[2]);
}

static int read_convolution(struct reader *reader, struct term *term, uint64_t n_rows)
{
    struct convolution *conv = &term->conv;
    struct window *w = &conv->window;
    uint64_t *const parts[] = {w->in,  w->kernel,  w->stride, w->dilation,
                               w->pad, w->pad_end, w->out};
    uint64_t channels;

    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        for (unsigned d = 0; d < 3; d++) parts[i][d] = get(reader, 4);
    conv->groups = get(reader, 4);
    conv->group_in = get(reader, 4);
    conv->group_out = get(reader, 4);
    if (!good_window(w) || conv->groups == 0 || conv->group_in == 0 || conv->group_out == 0)
        return bad(reader, "a convolution makes no sense");
    channels = bounded_product(conv->groups, conv->group_out);
    if (bounded_product(bounded_product(conv->groups, conv->group_in), bounded_volume(w->in)) !=
            term->n_elements ||
        bounded_product(channels, bounded_volume(w->out)) != n_rows)
        return bad(reader, "a convolution does not fit its step");
    term->n_weights =
        bounded_product(bounded_product(channels, conv->group_in), bounded_volume(w->kernel));
    /* From each side: what an output place sums up, and where an element goes. */
    if (!few_products((uint64_t[]){term->n_weights, volume(w->out)}, 2) ||
        !few_products((uint64_t[]){term->n_elements, conv->group_out, bounded_volume(w->kernel)},
                      3))
        return bad(reader, "a convolution takes too many products");
    return STATUS_OK;
}

static int read_sparse(struct reader *reader, struct term *term, uint64_t n_rows)
{
    if (take_array(reader, &term->begin, term->n_elements, sizeof *term->begin, 4) != STATUS_OK)
        return reader->report->status;
    free(term->begin);
    term->begin = new_array(term->n_elements + 1, sizeof *term->begin);
    if (term->begin == NULL) return report_memory(reader->report);
    for (uint64_t i = 0; i < term->n_elements; i++)
        term->begin[i + 1] = term->begin[i] + get(reader, 4);
    term->n_weights = term->begin[term->n_elements];
    if (term->n_weights > MAX_WEIGHTS) return bad(reader, "too many weights");
    if (take_array(reader, &term->rows, term->n_weights, sizeof *term->rows, 4) != STATUS_OK)
        return reader->report->status;
    for (uint64_t i = 0; i < term->n_elements; i++)
        for (uint64_t e = term->begin[i]; e < term->begin[i + 1]; e++) {
            term->rows[e] = (uint32_t)get(reader, 4);
            if (term->rows[e] >= n_rows) return bad(reader, "a row is out of range");
            if (e > term->begin[i] && term->rows[e] <= term->rows[e - 1])
                return bad(reader, "rows of a column do not rise");
        }
    return STATUS_OK;
}

static int read_weights(struct reader *reader, struct term *term)
{
    uint64_t n = term->n_weights, size = reader->public_only ? 1 : get(reader, 1);

    term->n_weights = 0;
    if (n > MAX_WEIGHTS - reader->n_weights) return bad(reader, "too many weights");
    reader->n_weights += n;
    if (reader->public_only) {
        term->n_weights = n;
        return STATUS_OK;
    }
    if (size != 1 && size != 2 && size != 4) return bad(reader, "a weight has 1, 2 or 4 bytes");
    if (take_array(reader, &term->weights, n, sizeof *term->weights, size) != STATUS_OK)
        return reader->report->status;
    term->n_weights = n;
    for (uint64_t e = 0; e < n; e++) term->weights[e] = get_signed(reader, size);
    return STATUS_OK;
}

static int read_term(struct reader *reader, struct term *term, const struct step *step)
{
    uint64_t kind = get(reader, 1);
    int status;

    if (kind > TERM_SPARSE) return bad(reader, "an unknown kind of term");
    term->kind = (enum term_kind)kind;
    term->n_elements = get(reader, 4);
    if (term->n_elements == 0 || term->n_elements > MAX_ACTIVATIONS)
        return bad(reader, "a term of no or too many elements");
    status = read_sources(reader, term, step->first);
    if (status != STATUS_OK) return status;
    if (term->kind == TERM_CONV) status = read_convolution(reader, term, step->n_rows);
    if (term->kind == TERM_SPARSE) status = read_sparse(reader, term, step->n_rows);
    if (term->kind == TERM_DENSE) term->n_weights = bounded_product(term->n_elements, step->n_rows);
    if (status == STATUS_OK) status = read_weights(reader, term);
    /* What is freed with the weights was never taken. */
    if (status != STATUS_OK && term->weights == NULL) term->n_weights = 0;
    return status;
}

/* ---------------------------------------------------------------------------------------- steps */

static int read_bias(struct reader *reader, struct step *step)
{
    uint64_t block = get(reader, 4);

    if (block == 0 || step->n_rows % block != 0 || step->n_rows / block > left(reader) / 4)
        return bad(reader, "biases do not fit their step");
    step->bias = new_array(step->n_rows, sizeof *step->bias);
    if (step->bias == NULL) return report_memory(reader->report);
    for (uint64_t r = 0; r < step->n_rows; r++)
        step->bias[r] = r % block == 0 ? get_signed(reader, 4) : step->bias[r - 1];
    return STATUS_OK;
}

static int read_parameters(struct reader *reader, struct step *step, double *scale, double *zero)
{
    uint64_t activation = get(reader, 1);

    if (activation > ACTIVATION_SQUARE) return bad(reader, "an unknown activation function");
    step->activation = (enum activation)activation;
    step->ring = (unsigned)get(reader, 1);
    step->shift = (unsigned)get(reader, 1);
    step->slope = (unsigned)get(reader, 1);
    step->offset = (unsigned)get(reader, 1);
    step->square_shift = (unsigned)get(reader, 1);
    *scale = get_double(reader);
    *zero = get_double(reader);
    if (step->ring < MIN_RING || step->ring > MAX_RING || step->shift >= step->ring ||
        step->slope > 128 || step->offset > HIDDEN_MAX || step->square_shift > 14 ||
        !good_encoding(*scale, *zero))
        return bad(reader, "a parameter is out of range");
    if ((step->activation != ACTIVATION_LEAKY && (step->slope != 0 || step->offset != 0)) ||
        (step->activation != ACTIVATION_SQUARE && step->square_shift != 0) ||
        (step->activation == ACTIVATION_NONE && step->shift != 0))
        return bad(reader, "a parameter does not belong to its activation function");
    return STATUS_OK;
}

/** The proof that no accumulator overflows is made anew for every file. */
static int check_ring(struct reader *reader, const struct step *step)
{
    double bound;

    if (reader->public_only) return STATUS_OK;
    if (net_bound(reader->report, &bound, reader->net, step) != STATUS_OK)
        return reader->report->status;
    if (ring_for(bound) <= step->ring) return STATUS_OK;
    return report_fail(reader->report, STATUS_CIRCUIT,
                       "%s: step '%s' can overflow its ring of %u bits", reader->name, step->name,
                       step->ring);
}

static int read_linear(struct reader *reader, struct step *step, bool last)
{
    struct net *net = reader->net;
    double scale = 1, zero = 0;
    uint64_t n_terms;

    if (read_parameters(reader, step, &scale, &zero) != STATUS_OK) return reader->report->status;
    if (last != (step->activation == ACTIVATION_NONE))
        return bad(reader, "scores come from the last step, and from it alone");
    if (last) net->score_scale = scale;
    for (uint64_t r = 0; !last && r < step->n_rows; r++) {
        net->scale[step->first + r] = scale;
        net->zero[step->first + r] = zero;
    }
    n_terms = get(reader, 1);
    if (n_terms == 0 || n_terms > MAX_TERMS) return bad(reader, "a step of no or too many terms");
    step->terms = new_array(n_terms, sizeof *step->terms);
    if (step->terms == NULL) return report_memory(reader->report);
    while (step->n_terms < n_terms)
        if (read_term(reader, &step->terms[step->n_terms++], step) != STATUS_OK)
            return reader->report->status;
    if (!reader->public_only && read_bias(reader, step) != STATUS_OK) return reader->report->status;
    return reader->failed ? STATUS_OK : check_ring(reader, step);
}

static int read_pool(struct reader *reader, struct step *step)
{
    const struct net *net = reader->net;
    bool is_wide;
    uint64_t n;

    if (step->n_rows > left(reader) / 4) return bad(reader, "truncated");
    step->begin = new_array(step->n_rows + 1, sizeof *step->begin);
    if (step->begin == NULL) return report_memory(reader->report);
    for (uint64_t r = 0; r < step->n_rows; r++) {
        n = get(reader, 4);
        if (n == 0) return bad(reader, "the maximum of nothing");
        step->begin[r + 1] = step->begin[r] + n;
    }
    n = step->begin[step->n_rows];
    if (take_array(reader, &step->pooled, n, sizeof *step->pooled, 4) != STATUS_OK)
        return reader->report->status;
    for (uint64_t r = 0, e = 0; r < step->n_rows; r++) {
        for (; e < step->begin[r + 1]; e++) {
            step->pooled[e] = (uint32_t)get(reader, 4);
            if (step->pooled[e] >= step->first)
                return bad(reader, "a pooled activation is out of range");
            is_wide = activation_bits(net, step->pooled[e]) == INPUT_BITS;
            if (e == 0) step->is_wide = is_wide;
            if (step->is_wide != is_wide)
                return bad(reader, "a max-pool over values of different widths");
        }
        net->scale[step->first + r] = net->scale[step->pooled[e - 1]];
        net->zero[step->first + r] = net->zero[step->pooled[e - 1]];
    }
    return STATUS_OK;
}

/** Scale and zero grow with the activations. */
static int grow_encoding(struct reader *reader, uint64_t more)
{
    struct net *net = reader->net;
    uint64_t n = net->n_activations + more;
    double *scale, *zero;

    if (n > MAX_ACTIVATIONS) return bad(reader, "too many activations");
    scale = new_array(n, sizeof *scale);
    zero = new_array(n, sizeof *zero);
    if (scale == NULL || zero == NULL) {
        free(scale);
        free(zero);
        return report_memory(reader->report);
    }
    if (net->n_activations > 0) {
        memcpy(scale, net->scale, net->n_activations * sizeof *scale);
        memcpy(zero, net->zero, net->n_activations * sizeof *zero);
    }
    free(net->scale);
    free(net->zero);
    net->scale = scale;
    net->zero = zero;
    net->n_activations = n;
    return STATUS_OK;
}

static int read_step(struct reader *reader, bool last)
{
    struct net *net = reader->net;
    struct step *step = &net->steps[net->n_steps++];
    uint64_t kind = get(reader, 1), len = get(reader, 1);

    if (kind > STEP_MAX_POOL || len >= MAX_STEP_NAME || len > left(reader))
        return bad(reader, "not a step");
    step->kind = (enum step_kind)kind;
    for (uint64_t i = 0; i < len; i++) {
        step->name[i] = (char)get(reader, 1);
        if (step->name[i] < 0x20 || step->name[i] > 0x7e)
            return bad(reader, "a name with a character that cannot be printed");
    }
    step->first = net->n_activations;
    step->n_rows = get(reader, 4);
    if (step->n_rows == 0 || step->n_rows > MAX_ACTIVATIONS)
        return bad(reader, "a step of no or too many rows");
    if (kind == STEP_MAX_POOL && last) return bad(reader, "the last step has no scores");
    if (!last && grow_encoding(reader, step->n_rows) != STATUS_OK) return reader->report->status;
    if (last) net->n_scores = step->n_rows;
    return kind == STEP_MAX_POOL ? read_pool(reader, step) : read_linear(reader, step, last);
}

/* ----------------------------------------------------------------------------------------- file */

static int read_header(struct reader *reader)
{
    struct net *net = reader->net;
    uint64_t n = 1, outcome, label, separate;

    net->rank = (unsigned)get(reader, 1);
    if (net->rank > TENSOR_MAX_RANK) return bad(reader, "an input of too many dimensions");
    for (unsigned d = 0; d < net->rank; d++) n = bounded_product(n, net->dims[d] = get(reader, 4));
    outcome = get(reader, 1);
    label = get(reader, 1);
    if (n == 0 || n > MAX_ACTIVATIONS || outcome > OUTCOME_SOFTMAX || label > 1)
        return bad(reader, "its header makes no sense");
    net->outcome = (enum outcome_kind)outcome;
    net->answers_label = label == 1;
    separate = get(reader, 1);
    if (separate > 1 || (separate == 1 && n > left(reader) / 16))
        return bad(reader, "its encoding of inputs makes no sense");
    if (grow_encoding(reader, n) != STATUS_OK) return reader->report->status;
    net->n_inputs = n;
    for (uint64_t i = 0; i < n; i++) {
        net->scale[i] = i == 0 || separate == 1 ? get_double(reader) : net->scale[0];
        net->zero[i] = i == 0 || separate == 1 ? get_double(reader) : net->zero[0];
        if (!good_encoding(net->scale[i], net->zero[i]))
            return bad(reader, "its encoding of inputs makes no sense");
    }
    return STATUS_OK;
}

static int read_all(struct reader *reader)
{
    uint64_t n_steps;

    if (read_header(reader) != STATUS_OK) return reader->report->status;
    n_steps = get(reader, 2);
    if (n_steps == 0 || n_steps > MAX_STEPS) return bad(reader, "no or too many steps");
    reader->net->steps = new_array(n_steps, sizeof *reader->net->steps);
    if (reader->net->steps == NULL) return report_memory(reader->report);
    for (uint64_t s = 0; s < n_steps; s++) {
        int status = read_step(reader, s + 1 == n_steps);

        if (reader->failed) return bad(reader, "truncated");
        if (status != STATUS_OK) return status;
    }
    return reader->at == reader->end ? STATUS_OK : bad(reader, "something follows the last step");
}

/** Magic, version, flags and checksum. */
static int open_envelope(struct reader *reader, bool allow_public)
{
    uint64_t version, flags, sum = 0;
    size_t len = (size_t)(reader->end - reader->begin);

    if (len < 16 || memcmp(reader->begin, GCNN_MAGIC, 4) != 0)
        return report_fail(reader->report, STATUS_CIRCUIT, "%s is not a .gcnn model", reader->name);
    reader->at += 4;
    version = get(reader, 2);
    flags = get(reader, 2);
    if (version != GCNN_VERSION)
        return report_fail(reader->report, STATUS_CIRCUIT, "%s has version %llu, not %d",
                           reader->name, (unsigned long long)version, GCNN_VERSION);
    for (size_t i = 0; i < 8; i++) sum |= (uint64_t)reader->begin[len - 8 + i] << 8 * i;
    if (sum != gcnn_checksum(reader->begin, len - 8))
        return report_fail(reader->report, STATUS_CIRCUIT,
                           "%s is truncated or damaged: its checksum is wrong", reader->name);
    reader->end -= 8;
    if (flags > GCNN_PUBLIC || (flags == GCNN_PUBLIC && !allow_public))
        return bad(reader, "a description without weights, or unknown flags");
    reader->public_only = flags == GCNN_PUBLIC;
    return STATUS_OK;
}

int gcnn_parse(struct report *report, struct net *net, const uint8_t *data, size_t data_len,
               bool allow_public, const char *name)
{
    struct reader reader = {.report = report,
                            .begin = data,
                            .at = data,
                            .end = data + data_len,
                            .name = name,
                            .net = net};
    int status;

    memset(net, 0, sizeof *net);
    status = open_envelope(&reader, allow_public);
    if (status == STATUS_OK) status = read_all(&reader);
    if (status != STATUS_OK) net_free(net);
    return status;
}

int gcnn_load(struct report *report, struct net *net, const char *path)
{
    struct buffer file = {0};
    int status = file_load(report, &file, path, GCNN_MAX_FILE, STATUS_CIRCUIT);

    memset(net, 0, sizeof *net);
    if (status == STATUS_OK)
        status = gcnn_parse(report, net, (const uint8_t *)file.data, file.len, false, path);
    buffer_free(&file);
    return status;
}
