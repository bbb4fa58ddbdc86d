/*
 * The choice of scales for a step: the unit of its weights, the shift, what comes out. Candidates
 * are judged by what they do to the accumulators of the calibration rows.
 */
#include "apps/nn/quantiser.h"

#include <math.h>
#include <stdlib.h>

/** Mean square of each element of a term over the calibration rows; of a convolution's, over its
 *  channel. Elements that were never seen get a little, lest their weights be thrown away. */
static int element_energy(struct quantiser *q, double **energy, const struct term *term)
{
    uint64_t size = term->kind == TERM_CONV ? volume(term->conv.window.in) : 1;
    uint64_t n = term->n_elements / size;
    double mean = 0;

    *energy = new_array(n, sizeof **energy);
    if (*energy == NULL) return report_memory(q->report);
    for (uint64_t i = 0; i < term->n_elements; i++)
        for (uint64_t c = 0; term->source[i] != 0 && c < q->n_rows; c++) {
            double x = q->whole[c * q->net->n_activations + term->source[i] - 1];

            (*energy)[i / size] += x * x / (double)(q->n_rows * size);
        }
    for (uint64_t i = 0; i < n; i++) mean += (*energy)[i] / (double)n;
    for (uint64_t i = 0; i < n; i++) (*energy)[i] += 1e-3 * mean;
    return STATUS_OK;
}

/** Element (or channel) that weight e of the term meets. */
static uint64_t weight_element(const struct term *term, uint64_t n_rows, uint64_t e)
{
    uint64_t each = volume(term->conv.window.kernel);

    if (term->kind == TERM_DENSE) return e / n_rows;
    return e / each / term->conv.group_in / term->conv.group_out * term->conv.group_in +
           e / each % term->conv.group_in;
}

/** What rounding to units and clamping does to the accumulators, up to a constant factor. */
static double rounding_error(const struct term *term, uint64_t n_rows, const double *energy,
                             double unit)
{
    uint64_t stride = term->n_weights / MAX_SAMPLES + 1;
    double sum = 0;

    for (uint64_t e = 0; e < term->n_weights; e += stride) {
        double w = term->weights[e] / unit;
        double off = w - fmin(fmax(rint(w), -WEIGHT_MAX), WEIGHT_MAX);

        sum += off * off * energy[weight_element(term, n_rows, e)];
    }
    return sum * unit * unit * (double)stride;
}

static double largest_of(const struct term *term)
{
    double most = 0;

    for (uint64_t e = 0; e < term->n_weights; e++) most = fmax(most, fabs(term->weights[e]));
    return most;
}

/** The finest unit of weights for a step: a few that meet next to nothing may be clamped for the
 *  sake of all others. Coefficients of residual additions count only when there is nothing else. */
static int finest_unit(struct quantiser *q, double *finest, const struct step *step)
{
    enum { CHOICES = 24 };
    double errors[CHOICES] = {0}, most = 0, all = 0, *energy;
    size_t best = 0;

    for (size_t t = 0; t < step->n_terms; t++) {
        all = fmax(all, largest_of(&step->terms[t]));
        if (step->terms[t].kind != TERM_SPARSE) most = fmax(most, largest_of(&step->terms[t]));
    }
    for (size_t t = 0; most > 0 && t < step->n_terms; t++) {
        if (step->terms[t].kind == TERM_SPARSE) continue;
        if (element_energy(q, &energy, &step->terms[t]) != STATUS_OK) return q->report->status;
        for (int i = 0; i < CHOICES; i++)
            errors[i] += rounding_error(&step->terms[t], step->n_rows, energy,
                                        most * pow(0.85, i) / WEIGHT_MAX);
        free(energy);
    }
    for (size_t i = 1; i < CHOICES; i++)
        if (errors[i] < errors[best]) best = i;
    *finest = (most > 0 ? most * pow(0.85, (double)best) : all) / WEIGHT_MAX;
    if (!(*finest >= 1e-30)) *finest = 1e-30;
    return STATUS_OK;
}

/** Whether all weights are the same number, as an average pool's are. */
static bool uniform_weights(const struct step *step)
{
    double w = step->terms[0].n_weights > 0 ? step->terms[0].weights[0] : 0;

    for (size_t t = 0; t < step->n_terms; t++)
        for (uint64_t e = 0; e < step->terms[t].n_weights; e++)
            if (fabs(step->terms[t].weights[e] - w) > 1e-9 * fabs(w)) return false;
    return w > 0;
}

/* ---------------------------------------------------------------------------------- candidates */

static double half(unsigned shift)
{
    return shift > 0 ? ldexp(1, (int)shift - 1) : 0;
}

double extra_bias(const struct candidate *c)
{
    double offset = c->step.activation == ACTIVATION_RELU ? -c->zero / c->accumulator : 0;

    return half(c->step.shift) + offset;
}

/** Mean square error of the activations, and of what rounding the weights does to them. */
static void judge(const struct quantiser *q, struct candidate *c, const struct step *real)
{
    double sum = 0;

    for (uint64_t i = 0; i < q->n_samples; i++) {
        double a = floor(q->samples[i] / c->accumulator + extra_bias(c) + 0.5);
        double got, error;

        if (c->step.activation == ACTIVATION_RELU) a = fmin(fmax(a, -1e15), 1e15);
        got = (double)step_activate(&c->step, (int64_t)fmin(fmax(a, -1e15), 1e15));
        error = got * c->scale + c->zero - step_activate_float(real, q->samples[i]);
        sum += error * error;
    }
    c->error = sum / (double)(q->n_samples == 0 ? 1 : q->n_samples) +
               q->energy * c->accumulator * c->accumulator / 12;
}

/** Sets shift and accumulator scale so that the activation's scale is target; the accumulator's is
 *  at least finest, where weights take all their bits. */
static void set_scales(struct candidate *c, double target, double finest)
{
    int shift = (int)floor(log2(target / finest));

    if (shift < 0) {
        shift = 0;
        target = finest;
    }
    if (shift > MAX_RING - 2) shift = MAX_RING - 2;
    c->step.shift = (unsigned)shift;
    c->accumulator = ldexp(target, -shift);
    c->scale = target;
}

/** Fills the candidate that covers fraction of the range that was seen. */
static void propose(struct candidate *c, const struct step *real, struct range range,
                    double fraction, double finest, unsigned square_shift)
{
    double low = -range.low * fraction, high = range.high * fraction;

    *c = (struct candidate){.step = {.activation = real->activation}};
    switch (real->activation) {
    case ACTIVATION_IDENTITY:
        c->step.activation = ACTIVATION_RELU;
        set_scales(c, fmax((low + high) / HIDDEN_MAX, 1e-30), finest);
        c->zero = -low;
        return;
    case ACTIVATION_LEAKY:
        set_scales(c, fmax((real->alpha * low + high) / HIDDEN_MAX, 1e-30), finest);
        c->step.slope = (unsigned)lrint(real->alpha * 128);
        c->step.offset = (unsigned)fmin(HIDDEN_MAX, ceil(fmin(low / c->scale, 128) * real->alpha));
        c->zero = -c->scale * c->step.offset;
        return;
    case ACTIVATION_SQUARE:
        set_scales(c, fmax(fmax(low, high) / HIDDEN_MAX, 1e-30), finest);
        c->step.square_shift = square_shift;
        c->scale = c->scale * c->scale * ldexp(1, (int)square_shift);
        return;
    default:
        if (isfinite(real->cap)) high = real->cap;
        set_scales(c, fmax(high / HIDDEN_MAX, 1e-30), finest);
    }
}

/** Average pools keep the weight 1 (or 3, when that is much better), so that the ring stays small:
 *  their scale is a power of two away from that of their input. */
static void choose_uniform(const struct quantiser *q, struct candidate *best,
                           const struct step *real, double weight)
{
    struct range range = q->range;

    for (unsigned multiple = 1; multiple <= 3; multiple += 2)
        for (unsigned shift = 0; shift < 20; shift++) {
            struct candidate c = {.step = {.activation = ACTIVATION_RELU, .shift = shift}};

            c.accumulator = weight / multiple;
            c.scale = ldexp(c.accumulator, (int)shift);
            if (real->activation == ACTIVATION_IDENTITY) c.zero = range.low;
            judge(q, &c, real);
            if (multiple > 1) c.error /= 0.5;
            if (c.error < best->error) *best = c;
        }
}

static void choose(const struct quantiser *q, struct candidate *best, const struct step *real,
                   double finest)
{
    static const unsigned square_shifts[] = {7, 6, 5, 4};
    struct range range = q->range;
    bool square = real->activation == ACTIVATION_SQUARE;

    *best = (struct candidate){.error = INFINITY};
    if (uniform_weights(real) && !isfinite(real->cap) &&
        (real->activation == ACTIVATION_RELU || real->activation == ACTIVATION_IDENTITY)) {
        choose_uniform(q, best, real, finest * WEIGHT_MAX);
        return;
    }
    for (double fraction = 1; fraction > 0.25; fraction *= 0.97)
        for (size_t s = 0; s < (square ? 4 : 1); s++) {
            struct candidate c;

            propose(&c, real, range, fraction, finest, square_shifts[s]);
            judge(q, &c, real);
            if (c.error < best->error) *best = c;
        }
}

int choose_scales(struct quantiser *q, struct candidate *best, const struct step *step)
{
    double finest = 0;

    if (finest_unit(q, &finest, step) != STATUS_OK) return q->report->status;
    if (step->activation != ACTIVATION_NONE) {
        choose(q, best, step, finest);
        if (isfinite(best->error)) return STATUS_OK;
        return report_fail(q->report, STATUS_INPUT,
                           "%s: the calibration rows lead to sums as large as %.3g", step->name,
                           fmax(-q->range.low, q->range.high));
    }
    *best = (struct candidate){.step = {.activation = ACTIVATION_NONE}};
    best->accumulator = q->net->score_scale = finest;
    return STATUS_OK;
}
