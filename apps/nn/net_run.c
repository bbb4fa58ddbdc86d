/* Evaluation of networks, float and quantised. */
#include "apps/nn/net.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* --------------------------------------------------------------------------------------- terms */

static double element_of(const struct term *term, const double *values, uint64_t i)
{
    return term->source[i] == 0 ? 0 : values[term->source[i] - 1];
}

static void apply_dense(double *rows, const struct term *term, uint64_t n_rows,
                        const double *values)
{
    for (uint64_t i = 0; i < term->n_elements; i++) {
        const double *column = term->weights + i * n_rows;
        double x = element_of(term, values, i);

        if (x == 0) continue;
        for (uint64_t r = 0; r < n_rows; r++) rows[r] += x * column[r];
    }
}

static void apply_sparse(double *rows, const struct term *term, const double *values)
{
    for (uint64_t i = 0; i < term->n_elements; i++) {
        double x = element_of(term, values, i);

        for (uint64_t e = term->begin[i]; e < term->begin[i + 1]; e++)
            rows[term->rows[e]] += x * term->weights[e];
    }
}

/** Channel c of every group by kernel place k, which sees input place at[p] from output place p. */
static void apply_tap(double *rows, double *patch, const struct term *term, const double *values,
                      uint64_t c, uint64_t k, const uint64_t *at)
{
    const struct convolution *conv = &term->conv;
    uint64_t places = volume(conv->window.out), kernel = volume(conv->window.kernel);
    uint64_t size = volume(conv->window.in), first = c / conv->group_in * conv->group_out;

    for (uint64_t p = 0; p < places; p++)
        patch[p] = at[p] == UINT64_MAX ? 0 : element_of(term, values, c * size + at[p]);
    for (uint64_t o = first; o < first + conv->group_out; o++) {
        double w = term->weights[(o * conv->group_in + c % conv->group_in) * kernel + k];
        double *out = rows + o * places;

        for (uint64_t p = 0; p < places; p++) out[p] += w * patch[p];
    }
}

static int apply_conv(struct report *report, double *rows, const struct term *term,
                      const double *values)
{
    const struct convolution *conv = &term->conv;
    uint64_t places = volume(conv->window.out);
    double *patch = new_array(places, sizeof *patch);
    uint64_t *at = new_array(places, sizeof *at);

    if (patch == NULL || at == NULL) report_memory(report);
    for (uint64_t k = 0; report->status == STATUS_OK && k < volume(conv->window.kernel); k++) {
        for (uint64_t p = 0; p < places; p++) at[p] = window_at(&conv->window, p, k, NULL);
        for (uint64_t c = 0; c < conv->groups * conv->group_in; c++)
            apply_tap(rows, patch, term, values, c, k, at);
    }
    free_secret(patch, places * sizeof *patch);
    free(at);
    return report->status;
}

int term_apply(struct report *report, double *rows, const struct term *term, uint64_t n_rows,
               const double *values)
{
    if (term->kind == TERM_CONV) return apply_conv(report, rows, term, values);
    if (term->kind == TERM_DENSE) apply_dense(rows, term, n_rows, values);
    else apply_sparse(rows, term, values);
    return STATUS_OK;
}

/* --------------------------------------------------------------------------------- activations */

static int64_t clamp(int64_t x, int64_t low, int64_t high)
{
    return x < low ? low : x > high ? high : x;
}

int64_t step_activate(const struct step *step, int64_t accumulator)
{
    /* The shift of a negative number rounds down, with gcc and clang alike. */
    int64_t t = accumulator >> step->shift;

    switch (step->activation) {
    case ACTIVATION_LEAKY:
        t = clamp(t, -128, 127);
        if (t < 0) t = t * step->slope >> 7;
        return clamp(t + step->offset, 0, HIDDEN_MAX);
    case ACTIVATION_SQUARE:
        t = clamp(t, -HIDDEN_MAX, HIDDEN_MAX);
        t = t * t + (step->square_shift > 0 ? INT64_C(1) << (step->square_shift - 1) : 0);
        return clamp(t >> step->square_shift, 0, HIDDEN_MAX);
    case ACTIVATION_RELU: return clamp(t, 0, HIDDEN_MAX);
    default: return accumulator;
    }
}

double step_activate_float(const struct step *step, double x)
{
    switch (step->activation) {
    case ACTIVATION_RELU: return fmin(fmax(x, 0), step->cap);
    case ACTIVATION_LEAKY: return x < 0 ? step->alpha * x : x;
    case ACTIVATION_SQUARE: return x * x;
    default: return x;
    }
}

void step_pool(const struct step *step, double *values)
{
    for (uint64_t r = 0; r < step->n_rows; r++) {
        double best = values[step->pooled[step->begin[r]]];

        for (uint64_t e = step->begin[r] + 1; e < step->begin[r + 1]; e++)
            best = fmax(best, values[step->pooled[e]]);
        values[step->first + r] = best;
    }
}

/* ---------------------------------------------------------------------------------------- steps */

int step_rows(struct report *report, double **rows, const struct step *step, const double *values)
{
    int status = STATUS_OK;

    *rows = new_array(step->n_rows, sizeof **rows);
    if (*rows == NULL) return report_memory(report);
    memcpy(*rows, step->bias, step->n_rows * sizeof **rows);
    for (size_t t = 0; status == STATUS_OK && t < step->n_terms; t++)
        status = term_apply(report, *rows, &step->terms[t], step->n_rows, values);
    return status;
}

/** What becomes of row r of a step: a score, whole where the network is quantised, or an
 * activation. */
static void put_row(const struct step *step, double *values, double *real, int64_t *whole,
                    uint64_t r, double row)
{
    if (step->activation != ACTIVATION_NONE)
        values[step->first + r] = whole != NULL ? (double)step_activate(step, (int64_t)row)
                                                : step_activate_float(step, row);
    else if (whole != NULL) whole[r] = (int64_t)row;
    else real[r] = row;
}

static int run_steps(struct report *report, const struct net *net, double *values, double *real,
                     int64_t *whole)
{
    for (size_t s = 0; s < net->n_steps; s++) {
        const struct step *step = &net->steps[s];
        double *rows;
        int status;

        if (step->kind == STEP_MAX_POOL) {
            step_pool(step, values);
            continue;
        }
        status = step_rows(report, &rows, step, values);
        for (uint64_t r = 0; status == STATUS_OK && r < step->n_rows; r++)
            put_row(step, values, real, whole, r, rows[r]);
        free_secret(rows, step->n_rows * sizeof *rows);
        if (status != STATUS_OK) return status;
    }
    return STATUS_OK;
}

int net_run_float(struct report *report, const struct net *net, double *values, double *scores)
{
    return run_steps(report, net, values, scores, NULL);
}

int net_run_integer(struct report *report, const struct net *net, double *values, int64_t *scores)
{
    return run_steps(report, net, values, NULL, scores);
}

/* --------------------------------------------------------------------------------------- bound */

/** The largest value of each activation, part by part. */
static void fill_largest(double *largest, const struct net *net)
{
    for (uint64_t i = 0; i < net->n_inputs; i++) largest[i] = (1 << INPUT_BITS) - 1;
    for (size_t s = 0; s < net->n_steps; s++) {
        uint64_t first = net->steps[s].first;
        bool is_wide = net->steps[s].is_wide;

        for (uint64_t i = first; i < first + net->steps[s].n_rows && i < net->n_activations; i++)
            largest[i] = is_wide ? (1 << INPUT_BITS) - 1 : HIDDEN_MAX;
    }
}

/** The largest accumulator of a step, or of what is minus that step when sign is -1: activations
 * are not negative, so each is as large as it can be where its weight adds, and 0 where it takes
 * away. */
static int largest_row(struct report *report, double *bound, const struct step *step, double sign,
                       const double *largest)
{
    struct step adding = *step;
    double *rows = NULL;
    int status = STATUS_OK;

    adding.terms = new_array(step->n_terms, sizeof *step->terms);
    adding.n_terms = 0;
    adding.bias = new_array(step->n_rows, sizeof *step->bias);
    if (adding.terms == NULL || adding.bias == NULL) status = report_memory(report);
    for (uint64_t r = 0; status == STATUS_OK && r < step->n_rows; r++)
        adding.bias[r] = sign * step->bias[r];
    for (size_t t = 0; status == STATUS_OK && t < step->n_terms; t++) {
        status = term_copy(report, &adding.terms[t], &step->terms[t]);
        if (status == STATUS_OK) adding.n_terms++;
        for (uint64_t e = 0; status == STATUS_OK && e < step->terms[t].n_weights; e++)
            adding.terms[t].weights[e] = fmax(sign * adding.terms[t].weights[e], 0);
    }
    if (status == STATUS_OK) status = step_rows(report, &rows, &adding, largest);
    for (uint64_t r = 0; status == STATUS_OK && r < step->n_rows; r++)
        *bound = fmax(*bound, rows[r]);
    free_secret(rows, step->n_rows * sizeof *rows);
    step_free(&adding);
    return status;
}

int net_bound(struct report *report, double *bound, const struct net *net, const struct step *step)
{
    double *largest = new_array(net->n_activations, sizeof *largest);
    int status;

    *bound = 0;
    if (largest == NULL) return report_memory(report);
    fill_largest(largest, net);
    status = largest_row(report, bound, step, 1, largest);
    if (status == STATUS_OK) status = largest_row(report, bound, step, -1, largest);
    free(largest);
    return status;
}

unsigned ring_for(double bound)
{
    unsigned k = MIN_RING;

    while (ldexp(1, (int)k - 1) < bound + 1) k++;
    return k;
}

uint64_t net_label(const int64_t *scores, uint64_t n_scores)
{
    uint64_t best = 0;

    if (n_scores == 1) return scores[0] > 0;
    for (uint64_t i = 1; i < n_scores; i++)
        if (scores[i] > scores[best]) best = i;
    return best;
}

uint64_t net_label_float(const double *scores, uint64_t n_scores)
{
    uint64_t best = 0;

    if (n_scores == 1) return scores[0] > 0;
    for (uint64_t i = 1; i < n_scores; i++)
        if (scores[i] > scores[best]) best = i;
    return best;
}
