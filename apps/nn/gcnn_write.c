/* Writing of .gcnn files. All numbers are little-endian. */
#include "apps/nn/gcnn.h"

#include <math.h>
#include <string.h>

static void put(struct buffer *out, uint64_t value, size_t size)
{
    for (size_t i = 0; i < size; i++) buffer_add_char(out, (char)(value >> 8 * i & 0xff));
}

static void put_double(struct buffer *out, double value)
{
    uint64_t bits;

    memcpy(&bits, &value, sizeof bits);
    put(out, bits, 8);
}

uint64_t gcnn_checksum(const uint8_t *data, size_t data_len)
{
    uint64_t h = UINT64_C(14695981039346656037);

    for (size_t i = 0; i < data_len; i++) h = (h ^ data[i]) * UINT64_C(1099511628211);
    return h;
}

/** Sources in runs: either n times none, or n activations in a row. */
static void put_sources(struct buffer *out, const struct term *term)
{
    uint64_t n_runs = 0;

    for (int pass = 0; pass < 2; pass++) {
        if (pass == 1) put(out, n_runs, 4);
        for (uint64_t i = 0, n; i < term->n_elements; i += n) {
            uint32_t first = term->source[i];

            for (n = 1; i + n < term->n_elements; n++)
                if (term->source[i + n] != (first == 0 ? 0 : first + n)) break;
            if (pass == 0) {
                n_runs++;
                continue;
            }
            put(out, first, 4);
            put(out, n, 4);
        }
    }
}

static void put_convolution(struct buffer *out, const struct convolution *conv)
{
    const struct window *w = &conv->window;
    const uint64_t *const parts[] = {w->in,  w->kernel,  w->stride, w->dilation,
                                     w->pad, w->pad_end, w->out};

    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        for (unsigned d = 0; d < 3; d++) put(out, parts[i][d], 4);
    put(out, conv->groups, 4);
    put(out, conv->group_in, 4);
    put(out, conv->group_out, 4);
}

/** Bytes that every weight of the term fits, as two's complement. */
static size_t weight_size(const struct term *term)
{
    double most = 0;

    for (uint64_t e = 0; e < term->n_weights; e++) most = fmax(most, fabs(term->weights[e]));
    return most <= 127 ? 1 : most <= 32767 ? 2 : 4;
}

static void put_term(struct buffer *out, const struct term *term, bool public_only)
{
    put(out, term->kind, 1);
    put(out, term->n_elements, 4);
    put_sources(out, term);
    if (term->kind == TERM_CONV) put_convolution(out, &term->conv);
    if (term->kind == TERM_SPARSE) {
        for (uint64_t i = 0; i < term->n_elements; i++)
            put(out, term->begin[i + 1] - term->begin[i], 4);
        for (uint64_t e = 0; e < term->n_weights; e++) put(out, term->rows[e], 4);
    }
    if (public_only) return;
    put(out, weight_size(term), 1);
    for (uint64_t e = 0; e < term->n_weights; e++)
        put(out, (uint64_t)(int64_t)term->weights[e], weight_size(term));
}

/** Biases in blocks of equal ones: one for each output channel, where that is enough. */
static void put_bias(struct buffer *out, const struct step *step)
{
    uint64_t block = 1;

    if (step->terms[0].kind == TERM_CONV) block = volume(step->terms[0].conv.window.out);
    for (uint64_t r = 0; r < step->n_rows; r++)
        if (step->bias[r] != step->bias[r / block * block]) block = 1;
    put(out, block, 4);
    for (uint64_t r = 0; r < step->n_rows; r += block)
        put(out, (uint64_t)(int64_t)step->bias[r], 4);
}

static void put_linear(struct buffer *out, const struct net *net, const struct step *step,
                       bool public_only)
{
    bool last = step->activation == ACTIVATION_NONE;

    put(out, step->activation, 1);
    put(out, step->ring, 1);
    put(out, step->shift, 1);
    put(out, step->slope, 1);
    put(out, step->offset, 1);
    put(out, step->square_shift, 1);
    put_double(out, last ? net->score_scale : net->scale[step->first]);
    put_double(out, last ? 0 : net->zero[step->first]);
    put(out, step->n_terms, 1);
    for (size_t t = 0; t < step->n_terms; t++) put_term(out, &step->terms[t], public_only);
    if (!public_only) put_bias(out, step);
}

static void put_pool(struct buffer *out, const struct step *step)
{
    for (uint64_t r = 0; r < step->n_rows; r++) put(out, step->begin[r + 1] - step->begin[r], 4);
    for (uint64_t e = 0; e < step->begin[step->n_rows]; e++) put(out, step->pooled[e], 4);
}

/** One encoding for all inputs, or one for each. */
static void put_encoding(struct buffer *out, const struct net *net)
{
    bool same = true;

    for (uint64_t i = 1; i < net->n_inputs; i++)
        same &= net->scale[i] == net->scale[0] && net->zero[i] == net->zero[0];
    put(out, !same, 1);
    for (uint64_t i = 0; i < (same ? 1 : net->n_inputs); i++) {
        put_double(out, net->scale[i]);
        put_double(out, net->zero[i]);
    }
}

void gcnn_write(struct buffer *out, const struct net *net, bool public_only)
{
    size_t begin = out->len;

    buffer_add(out, GCNN_MAGIC, 4);
    put(out, GCNN_VERSION, 2);
    put(out, public_only ? GCNN_PUBLIC : 0, 2);
    put(out, net->rank, 1);
    for (unsigned d = 0; d < net->rank; d++) put(out, net->dims[d], 4);
    put(out, net->outcome, 1);
    put(out, net->answers_label, 1);
    put_encoding(out, net);
    put(out, net->n_steps, 2);
    for (size_t s = 0; s < net->n_steps; s++) {
        const struct step *step = &net->steps[s];

        put(out, step->kind, 1);
        put(out, strlen(step->name), 1);
        buffer_add(out, step->name, strlen(step->name));
        put(out, step->n_rows, 4);
        if (step->kind == STEP_LINEAR) put_linear(out, net, step, public_only);
        else put_pool(out, step);
    }
    if (!out->failed)
        put(out, gcnn_checksum((const uint8_t *)out->data + begin, out->len - begin), 8);
}
