/* Planning. */
#include "apps/nn/plan.h"

#include <stdlib.h>
#include <string.h>

/** What predictions count with: ANDs and hashed blocks a second, on one core. */
#define AND_RATE 20e6
#define BLOCK_RATE 100e6
/** Round trips before the first of a plan: TCP, TLS, base OTs. */
#define SETUP_ROUNDS 4
/** Bytes of two TLS handshakes, hellos and base OTs. */
#define SETUP_LEN 16384

const char *plan_circuit_name(enum plan_circuit circuit)
{
    static const char *const names[] = {"relu",   "leaky", "square", "max",
                                        "argmax", "sign",  "scores"};

    return names[circuit];
}

unsigned plan_index_bits(uint64_t n)
{
    unsigned bits = 0;

    while ((UINT64_C(1) << bits) < n) bits++;
    return bits;
}

/* ----------------------------------------------------------------------------------------- ANDs */

/** Clamping what is left of an accumulator behind the shift to bits magnitude bits: an OR over
 * those above, then one AND for each that stays. Nothing when there are none above. */
static uint64_t saturation(const struct step *step, unsigned bits)
{
    unsigned magnitude = step->ring - step->shift - 1;

    return magnitude > bits ? magnitude - bits - 1 + bits : 0;
}

/** Partial products and adders of x * x, or of x times a constant, for x of 7 bits. */
#define SQUARE_ANDS 56
#define SLOPE_ANDS 45

uint64_t plan_circuit_ands(const struct step *step, enum plan_circuit circuit)
{
    uint64_t add = step->ring - 1, n = step->n_rows;
    unsigned left = step->ring == 0 ? 0 : step->ring - step->shift - 1;

    switch (circuit) {
    case PLAN_RELU:
        return add + saturation(step, HIDDEN_BITS) + (left < HIDDEN_BITS ? left : HIDDEN_BITS);
    /* Clamp, multiply, choose by sign, add the offset, clamp again. */
    case PLAN_LEAKY:
        return add + saturation(step, HIDDEN_BITS) + SLOPE_ANDS + HIDDEN_BITS + 8 + 2 * HIDDEN_BITS;
    /* Clamp, magnitude, square, add the half, clamp. */
    case PLAN_SQUARE:
        return add + saturation(step, HIDDEN_BITS) + HIDDEN_BITS + SQUARE_ANDS + 13 +
               (2 * HIDDEN_BITS - step->square_shift);
    /* A comparison and a choice for each activation but the first, over all rows. */
    case PLAN_MAX: return (step->begin[n] - n) * 2 * HIDDEN_BITS;
    /* n sums, n - 1 comparisons, n - 2 choices of value and of index: the last one's value and the
     * first one's index are not needed. */
    case PLAN_ARGMAX:
        return n < 2 ? 0
                     : n * add + (n - 1) * step->ring + (n - 2) * (step->ring + plan_index_bits(n));
    case PLAN_SIGN: return add;
    default: return 0;
    }
}

/* ---------------------------------------------------------------------------------------- steps */

static void plan_term(struct plan_step *planned, const struct net *net, const struct term *term)
{
    const struct step *step = planned->step;

    for (uint64_t i = 0; i < term->n_elements; i++) {
        uint64_t m;
        unsigned bits;

        if (term->source[i] == 0) continue;
        m = term_column(term, step->n_rows, i, NULL, NULL);
        if (m == 0) continue;
        bits = plan_bits(net, term->source[i] - 1, step->ring);
        planned->n_products += m;
        planned->n_columns += bits;
        for (unsigned j = 0; j < bits; j++) {
            uint64_t len = plan_column_len(m, step->ring, j);

            planned->correction_len += len;
            planned->n_pad_blocks += (len + 15) / 16;
        }
    }
}

static enum plan_circuit circuit_of(const struct step *step, enum plan_reveal reveal)
{
    if (step->kind == STEP_MAX_POOL) return PLAN_MAX;
    switch (step->activation) {
    case ACTIVATION_LEAKY: return PLAN_LEAKY;
    case ACTIVATION_SQUARE: return PLAN_SQUARE;
    case ACTIVATION_NONE:
        if (reveal == PLAN_REVEAL_SCORES) return PLAN_SCORES;
        return step->n_rows == 1 ? PLAN_SIGN : PLAN_ARGMAX;
    default: return PLAN_RELU;
    }
}

static void plan_step(struct plan *plan, struct plan_step *planned, const struct step *step)
{
    planned->step = step;
    planned->circuit = circuit_of(step, plan->reveal);
    planned->n_circuits = planned->circuit == PLAN_ARGMAX ? 1 : step->n_rows;
    for (size_t t = 0; t < step->n_terms; t++) plan_term(planned, plan->net, &step->terms[t]);
    /* The gates of a max-pool are counted for all its rows at once. */
    planned->n_and = plan_circuit_ands(step, planned->circuit) *
                     (planned->circuit == PLAN_MAX ? 1 : planned->n_circuits);
    if (planned->circuit == PLAN_SCORES) planned->share_len = (step->n_rows * step->ring + 7) / 8;
    else if (step->kind == STEP_LINEAR) planned->n_cots = step->n_rows * step->ring;
    plan->n_cots += planned->n_cots;
    plan->n_and += planned->n_and;
    plan->garbler_len +=
        planned->correction_len + planned->n_and * PLAN_AND_LEN + planned->share_len;
    plan->n_rounds += planned->n_cots > 0;
}

int plan_make(struct report *report, struct plan *plan, const struct net *net,
              enum plan_reveal reveal)
{
    const struct step *last = &net->steps[net->n_steps - 1];

    *plan = (struct plan){.net = net, .reveal = reveal, .n_steps = net->n_steps, .n_rounds = 1};
    plan->steps = new_array(net->n_steps, sizeof *plan->steps);
    if (plan->steps == NULL) return report_memory(report);
    plan->n_input_cots = plan->n_cots = net->n_inputs * INPUT_BITS;
    for (size_t s = 0; s < net->n_steps; s++) plan_step(plan, &plan->steps[s], &net->steps[s]);
    if (reveal == PLAN_REVEAL_LABEL)
        plan->garbler_len += (plan_index_bits(last->n_rows == 1 ? 2 : last->n_rows) + 7) / 8;
    plan->evaluator_len = plan->n_cots * PLAN_COT_LEN;
    return STATUS_OK;
}

void plan_free(struct plan *plan)
{
    free(plan->steps);
    memset(plan, 0, sizeof *plan);
}

double plan_seconds(const struct plan *plan, double bits_per_second, double rtt_seconds)
{
    double bytes = (double)(plan->garbler_len + plan->evaluator_len) + SETUP_LEN, blocks = 0;

    /* The model owner expands both pads of a column, while the data owner waits. */
    for (size_t s = 0; s < plan->n_steps; s++) blocks += 2 * (double)plan->steps[s].n_pad_blocks;
    return (SETUP_ROUNDS + (double)plan->n_rounds) * rtt_seconds + 8 * bytes / bits_per_second +
           (double)plan->n_and / AND_RATE + blocks / BLOCK_RATE;
}
