/* The secure run of a network; see secure.h. */
#include "apps/nn/secure.h"

#include "apps/buffer.h"
#include "apps/nn/plan.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Labels of the activations of a batch take so much memory, about. */
#define BATCH_MEMORY (UINT64_C(256) << 20)
#define LABEL_LEN 16

/* A batch on its way. wires[0] are the inputs, wires[s + 1] the activations of step s: those of row
 * 0 first. */
struct batch {
    struct secure *secure;
    const struct net *net;
    uint64_t n_rows;
    sotto_wires **wires;
    uint32_t *shares; /* of the step at hand; secret */
    uint64_t n_shares;
};

static int library(struct report *report, const struct secure *secure, sotto_err err)
{
    return report_library(report, secure->context, err);
}

/* ---------------------------------------------------------------------------------- circuits -- */

static bool is_last(const struct net *net, size_t step)
{
    return step == net->n_steps - 1;
}

int secure_init(struct report *report, struct secure *secure, sotto_context *context,
                const struct net *net, sotto_role role, bool reveals_scores)
{
    int status = STATUS_OK;

    *secure = (struct secure){
        .context = context,
        .net = net,
        .garbles = role == SOTTO_GARBLER,
        .reveals_scores = reveals_scores,
        .layers = new_array(net->n_steps, sizeof *secure->layers),
        .costs = new_array(net->n_steps + 1, sizeof *secure->costs),
    };
    if (secure->layers == NULL || secure->costs == NULL) status = report_memory(report);
    for (size_t s = 0; status == STATUS_OK && s < net->n_steps; s++) {
        const struct layer_shape shape = plan_layer_shape(net, s);

        if (net->steps[s].kind == STEP_MAX_POOL || (is_last(net, s) && reveals_scores)) continue;
        status = layer_init(report, context, &secure->layers[s], &shape);
    }
    if (status != STATUS_OK) secure_wipe(secure);
    return status;
}

void secure_wipe(struct secure *secure)
{
    for (size_t s = 0; secure->layers != NULL && s < secure->net->n_steps; s++)
        layer_wipe(&secure->layers[s]);
    free(secure->layers);
    free(secure->costs);
    *secure = (struct secure){0};
}

uint64_t secure_batch(const struct net *net)
{
    uint64_t n_labels = net->n_inputs * INPUT_BITS;

    for (size_t s = 0; s + 1 < net->n_steps; s++)
        n_labels += net->steps[s].n_rows * activation_bits(net, net->steps[s].first);
    if (n_labels == 0 || n_labels > BATCH_MEMORY / LABEL_LEN) return 1;
    return BATCH_MEMORY / LABEL_LEN / n_labels;
}

/* ------------------------------------------------------------------------------- activations -- */

/* The number of an activation among the wires of its part, for a row of the batch. */
static uint64_t value_of(const struct net *net, size_t part, uint64_t activation, uint64_t row)
{
    const struct step *step = part > 0 ? &net->steps[part - 1] : NULL;

    if (step == NULL) return row * net->n_inputs + activation;
    return row * step->n_rows + activation - step->first;
}

/* ---------------------------------------------------------------------------------- progress -- */

static void tell_progress(const struct secure *secure, uint64_t n_more)
{
    struct rows_progress place = secure->place;

    place.n_done_parts += n_more;
    if (secure->progress != NULL) secure->progress(secure->progress_user, &place);
}

void secure_hear_progress(void *user, uint64_t n_done, uint64_t n_all)
{
    const struct secure *secure = user;

    (void)n_all;
    tell_progress(secure, n_done);
}

/* Parts of a step, for one row. */
static uint64_t count_parts(const struct batch *batch, size_t number)
{
    const struct step *step = &batch->net->steps[number];
    uint64_t n = step->n_rows;

    if (is_last(batch->net, number)) n = batch->secure->reveals_scores ? 0 : 1;
    for (size_t t = 0; t < step->n_terms; t++)
        for (uint64_t e = 0; e < step->terms[t].n_elements; e++) n += step->terms[t].source[e] != 0;
    return n;
}

static void start_progress(const struct batch *batch, size_t number)
{
    struct secure *secure = batch->secure;

    secure->place.layer = number + 1;
    secure->place.n_done_parts = 0;
    if (secure->progress == NULL) return;
    secure->place.n_parts = count_parts(batch, number) * batch->n_rows;
    tell_progress(secure, 0);
}

static void end_progress(const struct batch *batch)
{
    batch->secure->place.n_done += batch->n_rows;
    tell_progress(batch->secure, 0);
}

/* ------------------------------------------------------------------------------ linear steps -- */

/* The elements of a term whose activations are in one part. */
struct projection {
    const struct batch *batch;
    const struct step *step;
    const struct term *term;
    uint64_t *elements;
    uint64_t n_elements;
    uint64_t *values; /* of all rows of the batch */
    uint32_t *rows;   /* of a column */
    int64_t *wide;    /* its weights; secret */
    int32_t *weights; /* likewise */
    uint64_t n_column;
};

/* Weights of a quantised network have 8 bits; a ring of up to 32 takes them as they are. */
static void give_column(void *user, sotto_column *column, uint64_t i)
{
    struct projection *p = user;
    bool garbles = p->batch->secure->garbles;

    column->first_row = i / p->n_elements * p->step->n_rows;
    column->n = term_column(p->term, p->step->n_rows, p->elements[i % p->n_elements], p->rows,
                            garbles ? p->wide : NULL);
    column->rows = p->rows;
    if (!garbles) return;
    for (uint64_t k = 0; k < column->n; k++) p->weights[k] = (int32_t)p->wide[k];
    column->weights = p->weights;
}

static void gather_elements(struct projection *p, size_t part)
{
    const struct net *net = p->batch->net;
    uint64_t at = 0;

    p->n_elements = 0;
    for (uint64_t e = 0; e < p->term->n_elements; e++) {
        uint32_t source = p->term->source[e];

        if (source != 0 && net_part(net, source - 1) == part) p->elements[p->n_elements++] = e;
    }
    for (uint64_t row = 0; row < p->batch->n_rows; row++)
        for (uint64_t k = 0; k < p->n_elements; k++)
            p->values[at++] = value_of(net, part, p->term->source[p->elements[k]] - 1, row);
}

static int project_part(struct report *report, struct projection *p, size_t part)
{
    const struct batch *batch = p->batch;
    const sotto_linear linear = {p->step->ring, 0, batch->n_shares, give_column, p};
    sotto_operand operand = {batch->wires[part], p->values};
    uint64_t n_values;
    sotto_err err;

    gather_elements(p, part);
    n_values = p->n_elements * batch->n_rows;
    if (n_values == 0) return STATUS_OK;
    err = sotto_mixed_project(batch->secure->mixed, batch->shares, &operand, n_values, &linear);
    batch->secure->place.n_done_parts += n_values;
    return library(report, batch->secure, err);
}

static int project_term(struct report *report, const struct batch *batch, size_t number,
                        const struct term *term)
{
    const struct step *step = &batch->net->steps[number];
    uint64_t most = term_column_max(term, step->n_rows);
    struct projection p = {
        .batch = batch,
        .step = step,
        .term = term,
        .elements = new_array(term->n_elements, sizeof *p.elements),
        .values = new_array(term->n_elements * batch->n_rows, sizeof *p.values),
        .rows = new_array(most, sizeof *p.rows),
        .wide = new_array(most, sizeof *p.wide),
        .weights = new_array(most, sizeof *p.weights),
    };
    int status = STATUS_OK;

    if (p.elements == NULL || p.values == NULL || p.rows == NULL || p.wide == NULL ||
        p.weights == NULL)
        status = report_memory(report);
    for (size_t part = 0; status == STATUS_OK && part <= number; part++)
        status = project_part(report, &p, part);
    free(p.elements);
    free(p.values);
    free(p.rows);
    free_secret(p.wide, (size_t)most * sizeof *p.wide);
    free_secret(p.weights, (size_t)most * sizeof *p.weights);
    return status;
}

/* The bias is the owner's: it starts its shares. So is the one that is taken from a single score,
 * which is positive when what is left is not negative. */
static void start_shares(const struct batch *batch, const struct step *step)
{
    bool is_sign = step->activation == ACTIVATION_NONE && batch->net->n_scores == 1 &&
                   !batch->secure->reveals_scores;

    for (uint64_t i = 0; i < batch->n_shares; i++)
        batch->shares[i] =
            batch->secure->garbles ? (uint32_t)(int64_t)step->bias[i % step->n_rows] - is_sign : 0;
}

/* This party's shares as bits of a circuit's input. */
static void split_shares(uint8_t *bits, const struct batch *batch, unsigned ring)
{
    for (uint64_t i = 0; i < batch->n_shares; i++)
        for (unsigned j = 0; j < ring; j++) *bits++ = batch->shares[i] >> j & 1;
}

static int apply_layer(struct report *report, struct batch *batch, size_t number)
{
    const struct step *step = &batch->net->steps[number];
    struct secure *secure = batch->secure;
    const struct layer *layer = &secure->layers[number];
    uint64_t n_instances = is_last(batch->net, number) ? batch->n_rows : batch->n_shares;
    size_t n_bits = (size_t)batch->n_shares * step->ring;
    uint8_t *bits = new_array(n_bits, 1);
    int status;

    if (bits == NULL) return report_memory(report);
    split_shares(bits, batch, step->ring);
    status = library(report, secure,
                     sotto_mixed_apply(secure->mixed, &batch->wires[number + 1], layer->circuit,
                                       layer->interface, bits, NULL, n_instances));
    free_secret(bits, n_bits);
    return status;
}

static int project_step(struct report *report, struct batch *batch, size_t number)
{
    const struct step *step = &batch->net->steps[number];
    int status = STATUS_OK;

    start_shares(batch, step);
    for (size_t t = 0; status == STATUS_OK && t < step->n_terms; t++)
        status = project_term(report, batch, number, &step->terms[t]);
    return status;
}

/* ---------------------------------------------------------------------------------- outcomes -- */

static int reveal_scores(struct report *report, struct batch *batch, int64_t *scores)
{
    struct secure *secure = batch->secure;
    unsigned ring = batch->net->steps[batch->net->n_steps - 1].ring;
    int status = library(report, secure,
                         sotto_mixed_reveal_shares(secure->mixed, batch->shares, batch->shares,
                                                   batch->n_shares, ring, SOTTO_REVEAL_EVALUATOR));

    if (status != STATUS_OK || secure->garbles) return status;
    for (uint64_t i = 0; i < batch->n_shares; i++) {
        int64_t score = batch->shares[i];

        scores[i] = score >> (ring - 1) != 0 ? score - ((int64_t)1 << ring) : score;
    }
    return STATUS_OK;
}

static int reveal_labels(struct report *report, struct batch *batch, uint64_t *labels)
{
    struct secure *secure = batch->secure;
    const sotto_wires *wires = batch->wires[batch->net->n_steps];
    unsigned n_bits = sotto_wires_value_bits(wires);
    uint8_t *bits = new_array(batch->n_rows * n_bits, 1);
    int status;

    if (bits == NULL) return report_memory(report);
    status = library(report, secure,
                     sotto_mixed_reveal(secure->mixed, secure->garbles ? NULL : bits, wires,
                                        SOTTO_REVEAL_EVALUATOR));
    for (uint64_t i = 0; status == STATUS_OK && !secure->garbles && i < batch->n_rows; i++) {
        labels[i] = 0;
        for (unsigned j = 0; j < n_bits; j++) labels[i] |= (uint64_t)bits[i * n_bits + j] << j;
    }
    free_secret(bits, (size_t)batch->n_rows * n_bits);
    return status;
}

static int run_linear(struct report *report, struct batch *batch, size_t number, uint64_t *labels,
                      int64_t *scores)
{
    bool is_end = is_last(batch->net, number), reveals_scores = batch->secure->reveals_scores;
    size_t len;
    int status;

    batch->n_shares = batch->n_rows * batch->net->steps[number].n_rows;
    batch->shares = new_array(batch->n_shares, sizeof *batch->shares);
    if (batch->shares == NULL) return report_memory(report);
    len = (size_t)batch->n_shares * sizeof *batch->shares;
    status = project_step(report, batch, number);
    if (status == STATUS_OK && is_end && reveals_scores)
        status = reveal_scores(report, batch, scores);
    else if (status == STATUS_OK) status = apply_layer(report, batch, number);
    if (status == STATUS_OK && is_end && !reveals_scores)
        status = reveal_labels(report, batch, labels);
    free_secret(batch->shares, len);
    batch->shares = NULL;
    return status;
}

/* -------------------------------------------------------------------------------- max-pools -- */

/* Windows of one size. */
struct windows {
    uint64_t size;
    uint64_t n;
    uint64_t *rows; /* of the step */
};

/* What values of one width are gathered from: where a part has another width, and so none of them,
 * one that has them stands in its place. */
static const sotto_wires **parts_like(const struct batch *batch, size_t n_parts,
                                      const sotto_wires *like)
{
    const sotto_wires **parts = new_array(n_parts, sizeof *parts);

    for (size_t p = 0; parts != NULL && p < n_parts; p++) {
        const sotto_wires *wires = batch->wires[p];

        parts[p] = sotto_wires_value_bits(wires) == sotto_wires_value_bits(like) ? wires : like;
    }
    return parts;
}

/* The values at place k of all windows, of every row of the batch, put together from the steps that
 * they are activations of. */
static int gather_place(struct report *report, const struct batch *batch, size_t number,
                        const struct windows *windows, uint64_t k, sotto_wires **wires)
{
    const struct step *step = &batch->net->steps[number];
    uint64_t n = windows->n * batch->n_rows;
    size_t like = net_part(batch->net, step->pooled[0]);
    const sotto_wires **parts = parts_like(batch, number + 1, batch->wires[like]);
    uint32_t *part = new_array(n, sizeof *part);
    uint64_t *values = new_array(n, sizeof *values);
    int status = STATUS_OK;

    if (parts == NULL || part == NULL || values == NULL) status = report_memory(report);
    for (uint64_t i = 0; status == STATUS_OK && i < n; i++) {
        uint64_t activation = step->pooled[step->begin[windows->rows[i % windows->n]] + k];

        part[i] = (uint32_t)net_part(batch->net, activation);
        values[i] = value_of(batch->net, part[i], activation, i / windows->n);
    }
    if (status == STATUS_OK)
        status = library(
            report, batch->secure,
            sotto_mixed_gather(batch->secure->mixed, wires, parts, number + 1, part, values, n));
    free(parts);
    free(part);
    free(values);
    return status;
}

static int pool_windows(struct report *report, const struct batch *batch, size_t number,
                        const struct windows *windows, sotto_wires **wires)
{
    const struct step *step = &batch->net->steps[number];
    struct secure *secure = batch->secure;
    const struct layer_shape shape = {
        .kind = LAYER_MAXIMUM,
        .value_bits = activation_bits(batch->net, step->first),
        .n = windows->size,
    };
    sotto_wires **places = new_array(windows->size, sizeof(sotto_wires *));
    sotto_operand *operands = new_array(windows->size, sizeof *operands);
    struct layer layer;
    int status = layer_init(report, secure->context, &layer, &shape);

    if (status == STATUS_OK && (operands == NULL || places == NULL)) status = report_memory(report);
    for (uint64_t k = 0; status == STATUS_OK && k < windows->size; k++) {
        status = gather_place(report, batch, number, windows, k, &places[k]);
        operands[k].wires = places[k];
    }
    if (status == STATUS_OK)
        status = library(report, secure,
                         sotto_mixed_apply(secure->mixed, wires, layer.circuit, layer.interface,
                                           NULL, operands, windows->n * batch->n_rows));
    secure->place.n_done_parts += windows->n * batch->n_rows;
    for (uint64_t k = 0; places != NULL && k < windows->size; k++) sotto_wires_free(places[k]);
    layer_wipe(&layer);
    free(operands);
    free(places);
    return status;
}

/* Where each value of the step is among the wires of all sizes of windows. */
struct placement {
    const sotto_wires **parts;
    size_t n_parts;
    uint32_t *part;
    uint64_t *values;
};

static void place(struct placement *placement, const struct batch *batch, size_t number,
                  const struct windows *windows, sotto_wires *wires)
{
    uint64_t n_rows = batch->net->steps[number].n_rows;

    for (uint64_t row = 0; row < batch->n_rows; row++)
        for (uint64_t w = 0; w < windows->n; w++) {
            placement->part[row * n_rows + windows->rows[w]] = (uint32_t)placement->n_parts;
            placement->values[row * n_rows + windows->rows[w]] = row * windows->n + w;
        }
    placement->parts[placement->n_parts++] = wires;
}

static void select_windows(struct windows *windows, const struct step *step, uint64_t size)
{
    windows->size = size;
    windows->n = 0;
    for (uint64_t r = 0; r < step->n_rows; r++)
        if (step->begin[r + 1] - step->begin[r] == size) windows->rows[windows->n++] = r;
}

static uint64_t largest_window(const struct step *step)
{
    uint64_t most = 0;

    for (uint64_t r = 0; r < step->n_rows; r++)
        if (step->begin[r + 1] - step->begin[r] > most) most = step->begin[r + 1] - step->begin[r];
    return most;
}

static int pool_sizes(struct report *report, struct batch *batch, size_t number,
                      struct windows *windows, struct placement *placement)
{
    const struct step *step = &batch->net->steps[number];
    uint64_t most = largest_window(step);
    int status = STATUS_OK;

    for (uint64_t size = 1; status == STATUS_OK && size <= most; size++) {
        sotto_wires *wires;

        select_windows(windows, step, size);
        if (windows->n == 0) continue;
        status = pool_windows(report, batch, number, windows, &wires);
        if (status == STATUS_OK) place(placement, batch, number, windows, wires);
    }
    if (status != STATUS_OK) return status;
    return library(report, batch->secure,
                   sotto_mixed_gather(batch->secure->mixed, &batch->wires[number + 1],
                                      placement->parts, placement->n_parts, placement->part,
                                      placement->values, step->n_rows * batch->n_rows));
}

static int run_pool(struct report *report, struct batch *batch, size_t number)
{
    const struct step *step = &batch->net->steps[number];
    uint64_t n = step->n_rows * batch->n_rows;
    struct windows windows = {.rows = new_array(step->n_rows, sizeof *windows.rows)};
    struct placement placement = {
        .parts = new_array(largest_window(step) + 1, sizeof *placement.parts),
        .part = new_array(n, sizeof *placement.part),
        .values = new_array(n, sizeof *placement.values),
    };
    int status = STATUS_OK;

    if (windows.rows == NULL || placement.parts == NULL || placement.part == NULL ||
        placement.values == NULL)
        status = report_memory(report);
    if (status == STATUS_OK) status = pool_sizes(report, batch, number, &windows, &placement);
    for (size_t p = 0; p < placement.n_parts; p++)
        sotto_wires_free((sotto_wires *)(uintptr_t)placement.parts[p]);
    free(windows.rows);
    free(placement.parts);
    free(placement.part);
    free(placement.values);
    return status;
}

/* ---------------------------------------------------------------------------------- the run -- */

static double seconds_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* What has gone over the line so far. */
static struct step_cost cost_now(const struct secure *secure)
{
    return (struct step_cost){
        .seconds = seconds_now(),
        .bytes_sent = sotto_channel_bytes_sent(secure->channel),
        .bytes_received = sotto_channel_bytes_received(secure->channel),
    };
}

static void add_cost(struct secure *secure, size_t at, struct step_cost *since)
{
    struct step_cost now = cost_now(secure);

    secure->costs[at].seconds += now.seconds - since->seconds;
    secure->costs[at].bytes_sent += now.bytes_sent - since->bytes_sent;
    secure->costs[at].bytes_received += now.bytes_received - since->bytes_received;
    *since = now;
}

static int input_rows(struct report *report, struct batch *batch, const uint8_t *inputs)
{
    struct secure *secure = batch->secure;
    uint64_t n = batch->n_rows * batch->net->n_inputs;
    uint8_t *bits = secure->garbles ? NULL : new_array(n * INPUT_BITS, 1);
    int status;

    if (!secure->garbles && bits == NULL) return report_memory(report);
    for (uint64_t i = 0; !secure->garbles && i < n * INPUT_BITS; i++)
        bits[i] = inputs[i / INPUT_BITS] >> i % INPUT_BITS & 1;
    status = library(report, secure,
                     sotto_mixed_input(secure->mixed, &batch->wires[0], bits, n, INPUT_BITS));
    if (bits != NULL) free_secret(bits, (size_t)n * INPUT_BITS);
    return status;
}

static int run_batch(struct report *report, struct batch *batch, uint64_t *labels, int64_t *scores,
                     const uint8_t *inputs)
{
    struct step_cost since = cost_now(batch->secure);
    int status = input_rows(report, batch, inputs);

    add_cost(batch->secure, 0, &since);
    for (size_t s = 0; status == STATUS_OK && s < batch->net->n_steps; s++) {
        start_progress(batch, s);
        if (batch->net->steps[s].kind == STEP_MAX_POOL) status = run_pool(report, batch, s);
        else status = run_linear(report, batch, s, labels, scores);
        add_cost(batch->secure, s + 1, &since);
    }
    if (status == STATUS_OK) end_progress(batch);
    return status;
}

int secure_run(struct report *report, struct secure *secure, uint64_t *labels, int64_t *scores,
               const uint8_t *inputs, uint64_t n_rows)
{
    const struct net *net = secure->net;
    uint64_t most = secure_batch(net);
    int status = STATUS_OK;

    secure->place = (struct rows_progress){.n_rows = n_rows, .n_layers = net->n_steps};

    for (uint64_t row = 0; status == STATUS_OK && row < n_rows; row += most) {
        struct batch batch = {
            .secure = secure,
            .net = net,
            .n_rows = n_rows - row < most ? n_rows - row : most,
            .wires = new_array(net->n_steps + 1, sizeof *batch.wires),
        };

        if (batch.wires == NULL) return report_memory(report);
        status = run_batch(report, &batch, labels != NULL ? labels + row : NULL,
                           scores != NULL ? scores + row * net->n_scores : NULL,
                           inputs != NULL ? inputs + row * net->n_inputs : NULL);
        for (size_t i = 0; i <= net->n_steps; i++) sotto_wires_free(batch.wires[i]);
        free(batch.wires);
    }
    return status;
}
