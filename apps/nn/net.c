/* Terms and steps: storage and columns. */
#include "apps/nn/net.h"

#include <stdlib.h>
#include <string.h>

void term_free(struct term *term)
{
    /* A description without secrets counts weights that it does not have. */
    free_secret(term->weights, term->n_weights * sizeof *term->weights);
    free(term->source);
    free(term->begin);
    free(term->rows);
    memset(term, 0, sizeof *term);
}

void step_free(struct step *step)
{
    for (size_t t = 0; t < step->n_terms; t++) term_free(&step->terms[t]);
    free(step->terms);
    free_secret(step->bias, step->n_rows * sizeof *step->bias);
    free(step->begin);
    free(step->pooled);
    memset(step, 0, sizeof *step);
}

void net_free(struct net *net)
{
    for (size_t s = 0; s < net->n_steps; s++) step_free(&net->steps[s]);
    free(net->steps);
    free(net->scale);
    free(net->zero);
    memset(net, 0, sizeof *net);
}

static void *copy_array(const void *from, uint64_t n, size_t size)
{
    void *copy = new_array(n, size);

    if (copy != NULL && n > 0) memcpy(copy, from, n * size);
    return copy;
}

int term_copy(struct report *report, struct term *copy, const struct term *term)
{
    *copy = *term;
    copy->source = copy_array(term->source, term->n_elements, sizeof *copy->source);
    copy->weights = copy_array(term->weights, term->n_weights, sizeof *copy->weights);
    copy->begin = NULL;
    copy->rows = NULL;
    if (term->kind == TERM_SPARSE) {
        copy->begin = copy_array(term->begin, term->n_elements + 1, sizeof *copy->begin);
        copy->rows = copy_array(term->rows, term->n_weights, sizeof *copy->rows);
    }
    if (copy->source != NULL && copy->weights != NULL &&
        (term->kind != TERM_SPARSE || (copy->begin != NULL && copy->rows != NULL)))
        return STATUS_OK;
    if (copy->weights == NULL) copy->n_weights = 0;
    term_free(copy);
    return report_memory(report);
}

/* --------------------------------------------------------------------------------- activations */

size_t net_part(const struct net *net, uint64_t activation)
{
    size_t low = 0, high = net->n_steps;

    if (activation < net->n_inputs) return 0;
    while (high - low > 1) {
        size_t middle = (low + high) / 2;

        if (net->steps[middle].first <= activation) low = middle;
        else high = middle;
    }
    return low + 1;
}

unsigned activation_bits(const struct net *net, uint64_t activation)
{
    size_t part = net_part(net, activation);

    return part == 0 || net->steps[part - 1].is_wide ? INPUT_BITS : HIDDEN_BITS;
}

/* ------------------------------------------------------------------------------------- columns */

/** Whether kernel place k meets an input place along dimension d, and at which output:
 *  out * stride + k * dilation = place + pad. */
static bool meets(const struct window *w, unsigned d, uint64_t place, uint64_t k, uint64_t *out)
{
    uint64_t padded = place + w->pad[d], reach = k * w->dilation[d];

    if (padded < reach || (padded - reach) % w->stride[d] != 0) return false;
    *out = (padded - reach) / w->stride[d];
    return *out < w->out[d];
}

/** How many pairs of output and kernel place there are, over all places of dimension d. */
static uint64_t all_meets(const struct window *w, unsigned d)
{
    uint64_t n = 0, out;

    for (uint64_t place = 0; place < w->in[d]; place++)
        for (uint64_t k = 0; k < w->kernel[d]; k++) n += meets(w, d, place, k, &out);
    return n;
}

uint64_t term_products(const struct term *term, uint64_t n_rows)
{
    const struct window *w = &term->conv.window;
    uint64_t n = 0;

    if (term->kind == TERM_CONV &&
        term->n_elements == term->conv.groups * term->conv.group_in * volume(w->in))
        n = term->conv.groups * term->conv.group_in * term->conv.group_out * all_meets(w, 0) *
            all_meets(w, 1) * all_meets(w, 2);
    if (term->kind == TERM_DENSE) n = term->n_elements * n_rows;
    if (term->kind == TERM_SPARSE) n = term->n_weights;
    for (uint64_t i = 0; i < term->n_elements; i++)
        if (term->source[i] == 0) n -= term_column(term, n_rows, i, NULL, NULL);
    return n;
}

uint64_t term_column_max(const struct term *term, uint64_t n_rows)
{
    uint64_t most = 0;

    if (term->kind == TERM_DENSE) return n_rows;
    if (term->kind == TERM_CONV) return term->conv.group_out * volume(term->conv.window.kernel);
    for (uint64_t i = 0; i < term->n_elements; i++)
        if (term->begin[i + 1] - term->begin[i] > most) most = term->begin[i + 1] - term->begin[i];
    return most;
}

/** One kernel place after the other, all output channels for each. */
static uint64_t conv_column(const struct term *term, uint64_t element, uint32_t *rows,
                            int64_t *weights)
{
    const struct convolution *conv = &term->conv;
    const struct window *w = &conv->window;
    uint64_t size = volume(w->in), places = volume(w->out), kernel = volume(w->kernel);
    uint64_t channel = element / size, first = channel / conv->group_in * conv->group_out;
    uint64_t at = element % size, n = 0, out[3];
    uint64_t place[3] = {at / (w->in[1] * w->in[2]), at / w->in[2] % w->in[1], at % w->in[2]};

    for (uint64_t k = 0; k < kernel; k++) {
        if (!meets(w, 0, place[0], k / (w->kernel[1] * w->kernel[2]), &out[0]) ||
            !meets(w, 1, place[1], k / w->kernel[2] % w->kernel[1], &out[1]) ||
            !meets(w, 2, place[2], k % w->kernel[2], &out[2]))
            continue;
        for (uint64_t o = first; o < first + conv->group_out; o++, n++) {
            if (rows == NULL) continue;
            rows[n] = (uint32_t)(o * places + (out[0] * w->out[1] + out[1]) * w->out[2] + out[2]);
            if (weights != NULL)
                weights[n] =
                    (int64_t)
                        term->weights[(o * conv->group_in + channel % conv->group_in) * kernel + k];
        }
    }
    return n;
}

uint64_t term_column(const struct term *term, uint64_t n_rows, uint64_t element, uint32_t *rows,
                     int64_t *weights)
{
    uint64_t first = element * n_rows, n = n_rows;

    if (term->kind == TERM_CONV) return conv_column(term, element, rows, weights);
    if (term->kind == TERM_SPARSE) {
        first = term->begin[element];
        n = term->begin[element + 1] - first;
    }
    for (uint64_t e = 0; rows != NULL && e < n; e++) {
        rows[e] = term->kind == TERM_DENSE ? (uint32_t)e : term->rows[first + e];
        if (weights != NULL) weights[e] = (int64_t)term->weights[first + e];
    }
    return n;
}
