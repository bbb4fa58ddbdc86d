/* Quantisation, step by step. */
#include "apps/nn/quantise.h"

#include "apps/nn/quantiser.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/** Coefficients of residual additions, which are summands of an accumulator, may be larger than
 *  weights. */
#define COEFFICIENT_MAX (1 << 20)
/** Memory for the activations of the calibration rows. */
#define CALIBRATION_VALUES (UINT64_C(1) << 25)

/** Scales of the elements that share a weight agree, or the weight cannot stand for all of them. */
static int check_shared(struct quantiser *q, const struct step *step, const struct term *term)
{
    uint64_t size = volume(term->conv.window.in);

    for (uint64_t i = 0; term->kind == TERM_CONV && i < term->n_elements; i++) {
        uint64_t first = i / size * size;

        if (term->source[i] != 0 && term->source[first] != 0 &&
            q->net->scale[term->source[i] - 1] != q->net->scale[term->source[first] - 1])
            return report_fail(q->report, STATUS_CIRCUIT,
                               "%s: its input joins values of different scales within a channel",
                               step->name);
    }
    return STATUS_OK;
}

static double source_scale(const struct quantiser *q, const struct term *term, uint64_t element)
{
    return term->source[element] == 0 ? 0 : q->net->scale[term->source[element] - 1];
}

/** Scale of channel c of a convolution: that of its first element that is no constant. */
static double channel_scale(const struct quantiser *q, const struct term *term, uint64_t c)
{
    uint64_t size = volume(term->conv.window.in);

    for (uint64_t i = c * size; i < (c + 1) * size; i++)
        if (term->source[i] != 0) return source_scale(q, term, i);
    return 0;
}

/** Multiplies each weight by the scale of what it meets: accumulators stay real, activations are
 *  integers from now on. */
static void absorb_scales(const struct quantiser *q, struct term *term, uint64_t n_rows)
{
    const struct convolution *conv = &term->conv;
    uint64_t kernel = volume(conv->window.kernel);

    if (term->kind == TERM_CONV)
        for (uint64_t c = 0; c < conv->groups * conv->group_in; c++) {
            double scale = channel_scale(q, term, c);
            uint64_t first = c / conv->group_in * conv->group_out;

            for (uint64_t o = first; o < first + conv->group_out; o++)
                for (uint64_t k = 0; k < kernel; k++)
                    term->weights[(o * conv->group_in + c % conv->group_in) * kernel + k] *= scale;
        }
    for (uint64_t i = 0; term->kind != TERM_CONV && i < term->n_elements; i++) {
        uint64_t first = term->kind == TERM_DENSE ? i * n_rows : term->begin[i];
        uint64_t end = term->kind == TERM_DENSE ? first + n_rows : term->begin[i + 1];

        for (uint64_t e = first; e < end; e++) term->weights[e] *= source_scale(q, term, i);
    }
}

/* ------------------------------------------------------------------------------ making integers */

static int round_weights(struct quantiser *q, struct step *step, double accumulator)
{
    for (size_t t = 0; t < step->n_terms; t++)
        for (uint64_t e = 0; e < step->terms[t].n_weights; e++) {
            double *w = &step->terms[t].weights[e];

            *w = rint(*w / accumulator);
            if (step->terms[t].kind != TERM_SPARSE) *w = fmin(fmax(*w, -WEIGHT_MAX), WEIGHT_MAX);
            else if (!(fabs(*w) <= COEFFICIENT_MAX))
                return report_fail(q->report, STATUS_CIRCUIT,
                                   "%s: its weights differ too much in size to be quantised",
                                   step->name);
        }
    return STATUS_OK;
}

/** Adds to the bias what the zero points of the sources contribute, with weights still real. */
static int absorb_zeros(struct quantiser *q, struct step *step)
{
    int status = STATUS_OK;

    for (size_t t = 0; status == STATUS_OK && t < step->n_terms; t++)
        status = term_apply(q->report, step->bias, &step->terms[t], step->n_rows, q->net->zero);
    return status;
}

/** Rounding weights shifts the mean of a row; what the calibration rows show of that is taken off
 *  its bias. */
static int correct_bias(struct quantiser *q, struct step *step, const double *real_rows,
                        double accumulator, double extra)
{
    double *sum = new_array(step->n_rows, sizeof *sum);
    int status = sum == NULL ? report_memory(q->report) : STATUS_OK;

    for (uint64_t c = 0; status == STATUS_OK && c < q->n_rows; c++) {
        double *rows;

        status = step_rows(q->report, &rows, step, q->whole + c * q->net->n_activations);
        for (uint64_t r = 0; status == STATUS_OK && r < step->n_rows; r++)
            sum[r] += real_rows[c * step->n_rows + r] / accumulator + extra - rows[r];
        free_secret(rows, step->n_rows * sizeof *rows);
    }
    /* Rows of one output channel share their weights, and so their error. */
    for (uint64_t r = 0, n; status == STATUS_OK && r < step->n_rows; r += n) {
        double mean = 0;

        n = step->terms[0].kind == TERM_CONV ? volume(step->terms[0].conv.window.out) : 1;
        for (uint64_t i = 0; i < n; i++) mean += sum[r + i] / (double)(n * q->n_rows);
        for (uint64_t i = 0; i < n; i++) step->bias[r + i] = rint(step->bias[r + i] + mean);
    }
    free(sum);
    return status;
}

static int set_ring(struct quantiser *q, struct step *step)
{
    double bound;

    if (net_bound(q->report, &bound, q->net, step) != STATUS_OK) return q->report->status;
    step->ring = ring_for(bound);
    if (step->ring <= step->shift) step->ring = step->shift + 1;
    if (step->ring <= MAX_RING) return STATUS_OK;
    report_fail(q->report, STATUS_CIRCUIT,
                "%s: its accumulators can reach %.3g and would overflow the ring of %d bits",
                step->name, bound, MAX_RING);
    report_hint(q->report,
                "Weights or biases are too large for their layer's inputs; was the model "
                "given its --input-scale, --input-mean and --input-std?");
    return STATUS_CIRCUIT;
}

/** Keeps the range of all accumulators and a sample of them. The sample's steps vary, lest they
 * fall on one column of an image. */
static void sample(struct quantiser *q, const double *rows, uint64_t n)
{
    uint64_t stride = n / MAX_SAMPLES + 1, state = 1;

    q->range = (struct range){0, 0};
    for (uint64_t i = 0; i < n; i++) {
        q->range.low = fmin(q->range.low, rows[i]);
        q->range.high = fmax(q->range.high, rows[i]);
    }
    q->n_samples = 0;
    for (uint64_t i = 0; i < n && q->n_samples < MAX_SAMPLES;) {
        q->samples[q->n_samples++] = rows[i];
        state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        i += 1 + (state >> 33) % (2 * stride - 1);
    }
}

/** Float accumulators of all calibration rows, a sample of them, and the energy of the inputs. */
static int observe(struct quantiser *q, const struct step *step, double **real_rows)
{
    uint64_t total = q->n_rows * step->n_rows, products = 0;
    double square = 0, n = 0;
    int status = STATUS_OK;

    *real_rows = new_array(total, sizeof **real_rows);
    if (*real_rows == NULL) return report_memory(q->report);
    for (uint64_t c = 0; status == STATUS_OK && c < q->n_rows; c++) {
        double *rows;

        status = step_rows(q->report, &rows, step, q->real + c * q->net->n_activations);
        if (status == STATUS_OK)
            memcpy(*real_rows + c * step->n_rows, rows, step->n_rows * sizeof *rows);
        free_secret(rows, step->n_rows * sizeof *rows);
    }
    sample(q, *real_rows, total);
    for (size_t t = 0; t < step->n_terms; t++) {
        const struct term *term = &step->terms[t];

        products += term_products(term, step->n_rows);
        for (uint64_t i = 0; i < term->n_elements; i++)
            for (uint64_t c = 0; term->source[i] != 0 && c < q->n_rows; c += 8, n++) {
                double x = q->whole[c * q->net->n_activations + term->source[i] - 1];

                square += x * x;
            }
    }
    q->energy = n == 0 ? 0 : square / n * (double)products / (double)step->n_rows;
    return status;
}

/** Both networks take the step, for every calibration row. */
static int advance(struct quantiser *q, const struct step *step, const struct step *real,
                   const double *real_rows)
{
    int status = STATUS_OK;

    for (uint64_t c = 0; status == STATUS_OK && c < q->n_rows; c++) {
        double *values = q->real + c * q->net->n_activations;
        double *whole = q->whole + c * q->net->n_activations, *rows = NULL;

        if (step->kind == STEP_MAX_POOL) {
            step_pool(step, values);
            step_pool(step, whole);
            continue;
        }
        status = step_rows(q->report, &rows, step, whole);
        for (uint64_t r = 0; status == STATUS_OK && r < step->n_rows; r++) {
            values[step->first + r] = step_activate_float(real, real_rows[c * step->n_rows + r]);
            whole[step->first + r] = (double)step_activate(step, (int64_t)rows[r]);
        }
        free_secret(rows, step->n_rows * sizeof *rows);
    }
    return status;
}

/* --------------------------------------------------------------------------------------- steps */

static int quantise_linear(struct quantiser *q, struct step *step)
{
    struct step real = {.activation = step->activation, .alpha = step->alpha, .cap = step->cap};
    struct candidate best = {.error = 0};
    double *rows = NULL;
    int status = observe(q, step, &rows);

    for (size_t t = 0; status == STATUS_OK && t < step->n_terms; t++)
        status = check_shared(q, step, &step->terms[t]);
    if (status == STATUS_OK) status = absorb_zeros(q, step);
    if (status == STATUS_OK) {
        for (size_t t = 0; t < step->n_terms; t++) absorb_scales(q, &step->terms[t], step->n_rows);
        status = choose_scales(q, &best, step);
    }
    if (status == STATUS_OK) {
        for (uint64_t r = 0; r < step->n_rows; r++)
            step->bias[r] = rint(step->bias[r] / best.accumulator + extra_bias(&best));
        step->activation = best.step.activation;
        step->shift = best.step.shift;
        step->slope = best.step.slope;
        step->offset = best.step.offset;
        step->square_shift = best.step.square_shift;
        status = round_weights(q, step, best.accumulator);
    }
    if (status == STATUS_OK)
        status = correct_bias(q, step, rows, best.accumulator, extra_bias(&best));
    if (status == STATUS_OK) status = set_ring(q, step);
    if (status == STATUS_OK && step->activation != ACTIVATION_NONE) {
        for (uint64_t r = 0; r < step->n_rows; r++) {
            q->net->scale[step->first + r] = best.scale;
            q->net->zero[step->first + r] = best.zero;
        }
        status = advance(q, step, &real, rows);
    }
    free_secret(rows, q->n_rows * step->n_rows * sizeof *rows);
    return status;
}

static int different_scales(struct quantiser *q, const struct step *step)
{
    report_fail(q->report, STATUS_CIRCUIT, "%s: it pools values of different scales", step->name);
    report_hint(q->report,
                "Columns of a table have scales of their own; inputs that are bytes, with "
                "--input-scale 1 among them, have one.");
    return STATUS_CIRCUIT;
}

/** A pool's activations have the scale of what it pools, which is to be one. */
static int quantise_pool(struct quantiser *q, const struct step *step)
{
    struct net *net = q->net;

    for (uint64_t r = 0; r < step->n_rows; r++) {
        uint32_t from = step->pooled[step->begin[r]];

        net->scale[step->first + r] = net->scale[from];
        net->zero[step->first + r] = net->zero[from];
        for (uint64_t e = step->begin[r]; e < step->begin[r + 1]; e++)
            if (net->scale[step->pooled[e]] != net->scale[from] ||
                net->zero[step->pooled[e]] != net->zero[from])
                return different_scales(q, step);
    }
    return advance(q, step, NULL, NULL);
}

/** Floats hold no scale for values that are too far apart, or too near. */
static int check_encoding(struct quantiser *q)
{
    const struct net *net = q->net;

    for (uint64_t i = 0; i < net->n_inputs; i++)
        if (!isfinite(net->scale[i]) || !(net->scale[i] > 0) || !isfinite(net->zero[i]))
            return report_fail(q->report, STATUS_INPUT,
                               "no scale fits the calibration rows' values in column %llu",
                               (unsigned long long)(i + 1));
    return STATUS_OK;
}

static int prepare(struct quantiser *q, const struct dataset *rows, bool whole_bytes)
{
    struct net *net = q->net;

    q->n_rows = rows->n_rows < CALIBRATION_ROWS ? rows->n_rows : CALIBRATION_ROWS;
    if (q->n_rows > CALIBRATION_VALUES / net->n_activations)
        q->n_rows = CALIBRATION_VALUES / net->n_activations;
    if (q->n_rows == 0) q->n_rows = 1;
    net->scale = new_array(net->n_activations, sizeof *net->scale);
    net->zero = new_array(net->n_activations, sizeof *net->zero);
    q->real = new_array(q->n_rows * net->n_activations, sizeof *q->real);
    q->whole = new_array(q->n_rows * net->n_activations, sizeof *q->whole);
    q->samples = new_array(MAX_SAMPLES + 1, sizeof *q->samples);
    if (net->scale == NULL || net->zero == NULL || q->real == NULL || q->whole == NULL ||
        q->samples == NULL)
        return report_memory(q->report);
    choose_encoding(net, rows, whole_bytes);
    if (check_encoding(q) != STATUS_OK) return q->report->status;
    for (uint64_t c = 0; c < q->n_rows; c++) {
        /* Spread over all rows, which may be sorted. */
        const double *row = rows->values + c * rows->n_rows / q->n_rows * rows->n_columns;

        memcpy(q->real + c * net->n_activations, row, net->n_inputs * sizeof *row);
        encode_row(q->whole + c * net->n_activations, net, row);
    }
    return STATUS_OK;
}

int quantise(struct report *report, struct net *net, const struct dataset *rows, bool whole_bytes)
{
    struct quantiser q = {.report = report, .net = net};
    int status = prepare(&q, rows, whole_bytes);

    for (size_t s = 0; status == STATUS_OK && s < net->n_steps; s++)
        status = net->steps[s].kind == STEP_MAX_POOL ? quantise_pool(&q, &net->steps[s])
                                                     : quantise_linear(&q, &net->steps[s]);
    free_secret(q.real, q.n_rows * net->n_activations * sizeof *q.real);
    free_secret(q.whole, q.n_rows * net->n_activations * sizeof *q.whole);
    free(q.samples);
    return status;
}
