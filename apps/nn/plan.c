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

/* ----------------------------------------------------------------------------------------- ANDs */

struct layer_shape plan_layer_shape(const struct net *net, size_t number)
{
    static const enum layer_kind kinds[] = {
        [ACTIVATION_NONE] = LAYER_ARGMAX,
        [ACTIVATION_RELU] = LAYER_RELU,
        [ACTIVATION_LEAKY] = LAYER_LEAKY,
        [ACTIVATION_SQUARE] = LAYER_SQUARE,
    };
    const struct step *step = &net->steps[number];

    return (struct layer_shape){
        .kind = step->activation == ACTIVATION_NONE && net->n_scores == 1 ? LAYER_SIGN
                                                                          : kinds[step->activation],
        .ring = step->ring,
        .shift = step->shift,
        .slope = step->slope,
        .offset = step->offset,
        .square_shift = step->square_shift,
        .n = number == net->n_steps - 1 ? net->n_scores : 1,
    };
}

/** The circuits are compiled to be counted: what a run compiles is what is priced. */
static int count_layer(struct report *report, sotto_context *context, uint64_t *n_and,
                       const struct layer_shape *shape)
{
    struct layer layer;
    int status = layer_init(report, context, &layer, shape);

    if (status != STATUS_OK) return status;
    *n_and = layer.n_and;
    layer_wipe(&layer);
    return STATUS_OK;
}

/** Windows of each size have a circuit of their own. */
static int count_pool(struct report *report, sotto_context *context, struct plan_step *planned,
                      const struct net *net)
{
    const struct step *step = planned->step;
    uint64_t counted = 0, n_and = 0;
    int status = STATUS_OK;

    planned->n_and = 0;
    for (uint64_t r = 0; status == STATUS_OK && r < step->n_rows; r++) {
        uint64_t size = step->begin[r + 1] - step->begin[r];
        const struct layer_shape shape = {
            .kind = LAYER_MAXIMUM,
            .value_bits = activation_bits(net, step->first),
            .n = size,
        };

        if (size != counted) status = count_layer(report, context, &n_and, &shape);
        counted = size;
        planned->n_and += n_and;
    }
    return status;
}

static int count_step(struct report *report, sotto_context *context, struct plan_step *planned,
                      const struct net *net, size_t number)
{
    const struct layer_shape shape = plan_layer_shape(net, number);
    uint64_t n_and = 0;
    int status;

    if (planned->circuit == PLAN_MAX) return count_pool(report, context, planned, net);
    if (planned->circuit == PLAN_SCORES) return STATUS_OK;
    status = count_layer(report, context, &n_and, &shape);
    planned->n_and = n_and * planned->n_circuits;
    return status;
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

static uint64_t choices_len(uint64_t n_cots)
{
    return (n_cots + PLAN_COT_BLOCK - 1) / PLAN_COT_BLOCK * PLAN_COT_BLOCK * PLAN_COT_LEN;
}

static int plan_step(struct report *report, sotto_context *context, struct plan *plan,
                     size_t number)
{
    struct plan_step *planned = &plan->steps[number];
    const struct step *step = &plan->net->steps[number];
    int status;

    planned->step = step;
    planned->circuit = circuit_of(step, plan->reveal);
    planned->n_circuits = planned->circuit == PLAN_ARGMAX ? 1 : step->n_rows;
    for (size_t t = 0; t < step->n_terms; t++) plan_term(planned, plan->net, &step->terms[t]);
    status = count_step(report, context, planned, plan->net, number);
    if (planned->circuit == PLAN_SCORES) planned->share_len = (step->n_rows * step->ring + 7) / 8;
    else if (step->kind == STEP_LINEAR) planned->n_cots = step->n_rows * step->ring;
    plan->n_cots += planned->n_cots;
    plan->n_and += planned->n_and;
    plan->garbler_len +=
        planned->correction_len + planned->n_and * PLAN_AND_LEN + planned->share_len;
    plan->evaluator_len += choices_len(planned->n_cots);
    plan->n_rounds += planned->n_cots > 0;
    return status;
}

int plan_make(struct report *report, struct plan *plan, const struct net *net,
              enum plan_reveal reveal)
{
    const struct step *last = &net->steps[net->n_steps - 1];
    sotto_context *context;
    int status;

    *plan = (struct plan){.net = net, .reveal = reveal, .n_steps = net->n_steps, .n_rounds = 1};
    plan->steps = new_array(net->n_steps, sizeof *plan->steps);
    if (plan->steps == NULL) return report_memory(report);
    status = report_library(report, NULL, sotto_context_new(&context, NULL));
    if (status != STATUS_OK) {
        plan_free(plan);
        return status;
    }
    plan->n_input_cots = plan->n_cots = net->n_inputs * INPUT_BITS;
    plan->evaluator_len = choices_len(plan->n_cots);
    for (size_t s = 0; status == STATUS_OK && s < net->n_steps; s++)
        status = plan_step(report, context, plan, s);
    if (reveal == PLAN_REVEAL_LABEL) plan->garbler_len += (index_bits(last->n_rows) + 7) / 8;
    sotto_context_free(context);
    if (status != STATUS_OK) plan_free(plan);
    return status;
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
