/*
 * Circuits of a mixed session; see sotto-share.h. Instances run in lanes, in bundles of groups,
 * with the keys of a gate shared by the lanes. That needs input labels that are independent of each
 * other, so it is done where all inputs are fresh: from the garbler's seed and from the OT
 * extension. Instances that take wires run one by one, each gate with keys of its own.
 */
#include "proto/mixed.h"

#include "base/checked.h"
#include "base/memory.h"
#include "circuit/circuit.h"
#include "circuit/interface.h"
#include "crypto/prg.h"
#include "garble/bundle.h"

/* One call. */
struct application {
    struct sotto_mixed *mixed;
    const struct sotto_circuit *circuit;
    const struct sotto_interface *interface;
    const sotto_operand *operands;
    const uint8_t *bits;
    uint64_t n_instances;
    uint64_t n_own_bits;       /* private bits of an instance: this party's */
    uint64_t n_evaluator_bits; /* and the evaluator's */
    uint64_t first_stream;     /* of the seed, for instance 0 */
    block *rows;               /* labels of the evaluator's bits */
    uint64_t n_rows;
    struct schedule *schedule;
    struct engine engine;
    struct bundle bundle;
    size_t n_bundled; /* groups in a bundle; 0: no lanes */
    block *inputs;    /* of one instance, for each group of a bundle */
    struct sotto_wires *outputs;
    uint64_t first; /* the bundle's first instance */
};

static bool is_operand(const struct application *a, uint64_t input)
{
    return a->operands != NULL && a->operands[input].wires != NULL;
}

static bool takes_wires(const struct application *a)
{
    for (uint64_t i = 0; i < a->circuit->n_inputs; i++)
        if (is_operand(a, i)) return true;
    return false;
}

static uint64_t count_bits(const struct application *a, sotto_role owner)
{
    uint64_t n = 0;

    for (uint64_t i = 0; i < a->circuit->n_inputs; i++)
        if (!is_operand(a, i) && sotto_interface_input_owner(a->interface, i) == owner)
            n += a->circuit->input_bits[i];
    return n;
}

static sotto_err check_operands(const struct application *a)
{
    for (uint64_t i = 0; i < a->circuit->n_inputs; i++) {
        const sotto_operand *operand;
        sotto_err err;

        if (!is_operand(a, i)) continue;
        operand = &a->operands[i];
        err = mixed_check_operand(a->mixed, operand, a->n_instances);
        if (err != SOTTO_OK) return err;
        if (operand->wires->value_bits != a->circuit->input_bits[i])
            return mixed_usage(a->mixed, "wires of another width than the circuit's input");
    }
    return SOTTO_OK;
}

/* ----------------------------------------------------------------------------------- start -- */

static sotto_err fetch_rows(struct application *a)
{
    uint64_t n;

    if (!mul_u64(&n, a->n_instances, a->n_evaluator_bits) ||
        n > a->mixed->context->limits.max_memory / BLOCK_LEN)
        return fail(a->mixed->context, SOTTO_ERR_LIMIT, "too many inputs in one call");
    if (n == 0) return SOTTO_OK;
    a->n_rows = ceil_div_u64(n, OTS_PER_BLOCK) * OTS_PER_BLOCK;
    a->rows = bulk_new(a->n_rows, BLOCK_LEN);
    if (a->rows == NULL) return fail_memory(a->mixed->context);
    return mixed_next_rows(a->mixed, a->rows, a->bits, n);
}

static size_t bundled_groups(const struct application *a)
{
    uint64_t n_groups = a->n_instances / N_LANES;
    size_t capacity = bundle_capacity(a->schedule);

    if (a->schedule->has_fixed_operand || a->schedule->n_and == 0 || takes_wires(a)) return 0;
    return n_groups < capacity ? (size_t)n_groups : capacity;
}

static uint64_t n_input_labels(const struct application *a)
{
    uint64_t n_places = a->n_bundled > 0 ? a->n_bundled : 1;

    return n_places * a->circuit->n_input_wires;
}

static sotto_err start(struct application *a)
{
    struct sotto_mixed *mixed = a->mixed;
    sotto_err err = schedule_new(mixed->context, &a->schedule, a->circuit);

    if (err != SOTTO_OK) return err;
    a->n_bundled = bundled_groups(a);
    a->inputs = bulk_new(n_input_labels(a), BLOCK_LEN);
    if (a->inputs == NULL) return fail_memory(mixed->context);
    err = engine_init(&a->engine, mixed->context, a->schedule->n_slots, &mixed->gates.start,
                      mixed_delta(mixed));
    if (err != SOTTO_OK) return err;
    a->engine.hash.next = mixed->gates.next;
    err = bundle_init(&a->bundle, mixed->context, a->schedule, a->n_bundled, &mixed->gates.start,
                      mixed_delta(mixed));
    a->engine.team = a->bundle.team = mixed->team;
    return err == SOTTO_OK ? fetch_rows(a) : err;
}

static void wipe(struct application *a)
{
    if (a->engine.labels != NULL) engine_wipe(&a->engine);
    bundle_wipe(&a->bundle);
    bulk_free(a->rows, a->n_rows, BLOCK_LEN);
    if (a->schedule != NULL) bulk_free(a->inputs, n_input_labels(a), BLOCK_LEN);
    schedule_free(a->schedule);
}

/* ---------------------------------------------------------------------------------- inputs -- */

/* Both parties expand the same labels L; with W0 = L ^ x delta, L is the active one. */
static void expand(const struct application *a, block *labels, struct prg *prg, const uint8_t *bits,
                   uint64_t n)
{
    const block *delta = mixed_delta(a->mixed);

    prg_blocks(prg, labels, (size_t)n);
    if (delta == NULL) return;
    for (uint64_t i = 0; i < n; i++)
        labels[i] = block_xor(labels[i], block_times_bit(*delta, bits[i]));
}

static void collect(const struct application *a, block *labels, uint64_t instance)
{
    const uint8_t *bits = a->bits != NULL ? a->bits + instance * a->n_own_bits : NULL;
    const block *row = a->rows != NULL ? a->rows + instance * a->n_evaluator_bits : NULL;
    struct prg prg;

    prg_init(&prg, a->mixed->seed, a->first_stream + instance);
    for (uint64_t i = 0; i < a->circuit->n_inputs; i++) {
        uint64_t n = a->circuit->input_bits[i];

        if (is_operand(a, i)) {
            uint64_t value = operand_value(&a->operands[i], instance);

            memcpy(labels, a->operands[i].wires->labels + value * n, (size_t)n * BLOCK_LEN);
        } else if (sotto_interface_input_owner(a->interface, i) == SOTTO_GARBLER) {
            expand(a, labels, &prg, bits, n);
            if (a->mixed->ot.is_sender) bits += n;
        } else if (n > 0) {
            memcpy(labels, row, (size_t)n * BLOCK_LEN);
            row += n;
        }
        labels += n;
    }
    prg_wipe(&prg);
}

static void fill_group(void *user, block *labels, size_t group)
{
    const struct application *a = user;
    uint32_t n = a->circuit->n_input_wires;
    block *inputs = a->inputs + group * n;

    for (size_t lane = 0; lane < N_LANES; lane++) {
        collect(a, inputs, a->first + group * N_LANES + lane);
        for (uint32_t i = 0; i < n; i++) bundle_input(labels, i)[lane] = inputs[i];
    }
}

/* --------------------------------------------------------------------------------- outputs -- */

static block *outputs_of(const struct application *a, uint64_t instance)
{
    return a->outputs->labels + instance * a->outputs->value_bits;
}

static void take_outputs(struct application *a, uint64_t instance)
{
    block *out = outputs_of(a, instance);

    for (unsigned i = 0; i < a->outputs->value_bits; i++)
        out[i] = a->engine.labels[a->schedule->output_slots[i]];
}

static void take_group(struct application *a, size_t group)
{
    uint64_t first = a->first + group * N_LANES;

    for (unsigned i = 0; i < a->outputs->value_bits; i++) {
        const block *labels = bundle_output(&a->bundle, group, i);

        for (size_t lane = 0; lane < N_LANES; lane++) outputs_of(a, first + lane)[i] = labels[lane];
    }
}

/* ----------------------------------------------------------------------------------- gates -- */

static sotto_err run_engine(struct application *a)
{
    struct stream *stream = &a->mixed->stream;
    sotto_err err = SOTTO_OK;

    while (err == SOTTO_OK && !a->engine.finished) {
        uint8_t *room;
        size_t len, done;

        err = stream_room(stream, &room, &len);
        if (err == SOTTO_OK && a->mixed->ot.is_sender)
            err = engine_garble(&a->engine, a->mixed->context, room, &done, len);
        else if (err == SOTTO_OK)
            err = engine_evaluate(&a->engine, a->mixed->context, &done, room, len);
        if (err == SOTTO_OK) err = stream_pass(stream, done);
    }
    return err;
}

static sotto_err run_instance(struct application *a, uint64_t instance)
{
    struct schedule_source source;
    sotto_err err;

    collect(a, a->engine.labels + N_CONSTANT_SLOTS, instance);
    schedule_source_init(&source, a->schedule);
    engine_begin(&a->engine, &source.source);
    err = run_engine(a);
    if (err == SOTTO_OK) take_outputs(a, instance);
    return err;
}

static sotto_err run_groups(struct application *a)
{
    struct stream *stream = &a->mixed->stream;
    sotto_err err = SOTTO_OK;

    while (err == SOTTO_OK && !bundle_finished(&a->bundle)) {
        uint8_t *room;
        size_t len, done = 0;

        err = stream_room(stream, &room, &len);
        if (err != SOTTO_OK) return err;
        if (a->mixed->ot.is_sender) done = bundle_garble(&a->bundle, room, len);
        else done = bundle_evaluate(&a->bundle, room, len);
        err = stream_pass(stream, done);
    }
    return err;
}

static sotto_err run_bundle(struct application *a, uint64_t first, size_t n_groups)
{
    sotto_err err;

    a->first = first;
    err = bundle_begin(&a->bundle, &a->engine.hash, n_groups, fill_group, a);
    if (err == SOTTO_OK) err = run_groups(a);
    for (size_t g = 0; err == SOTTO_OK && g < n_groups; g++) take_group(a, g);
    return err;
}

static sotto_err run_instances(struct application *a)
{
    sotto_err err = SOTTO_OK;

    for (uint64_t i = 0; err == SOTTO_OK && i < a->n_instances;) {
        uint64_t n_left = (a->n_instances - i) / N_LANES;
        size_t n_groups = n_left < a->n_bundled ? (size_t)n_left : a->n_bundled;

        err = check_interrupt(a->mixed->context);
        if (err == SOTTO_OK && n_groups > 0) err = run_bundle(a, i, n_groups);
        else if (err == SOTTO_OK) err = run_instance(a, i);
        i += n_groups > 0 ? n_groups * N_LANES : 1;
    }
    return err;
}

static sotto_err run_stream(struct application *a)
{
    struct sotto_mixed *mixed = a->mixed;
    uint64_t len;
    sotto_err err, closing;

    if (!mul_u64(&len, a->n_instances, a->schedule->n_and) || !mul_u64(&len, len, TABLE_LEN))
        return fail(mixed->context, SOTTO_ERR_LIMIT, "too many gates in one call");
    err = stream_open(&mixed->stream, &mixed->ot.wire, len);
    if (err != SOTTO_OK) return err;
    err = run_instances(a);
    closing = stream_close(&mixed->stream);
    mixed->gates.next = a->engine.hash.next;
    return err == SOTTO_OK ? closing : err;
}

/* ------------------------------------------------------------------------------------ call -- */

static sotto_err apply(struct application *a)
{
    sotto_err err = wires_new(a->mixed, &a->outputs, a->n_instances, a->circuit->n_output_wires);

    if (err != SOTTO_OK) return err;
    a->first_stream = a->mixed->n_label_streams;
    a->mixed->n_label_streams += a->n_instances;
    err = start(a);
    if (err == SOTTO_OK) err = run_stream(a);
    wipe(a);
    if (err != SOTTO_OK) sotto_wires_free(a->outputs);
    return err;
}

sotto_err sotto_mixed_apply(sotto_mixed *mixed, sotto_wires **wires, const sotto_circuit *circuit,
                            const sotto_interface *interface, const uint8_t *bits,
                            const sotto_operand *operands, uint64_t n_instances)
{
    struct application a = {
        .mixed = mixed,
        .circuit = circuit,
        .interface = interface,
        .operands = operands,
        .bits = bits,
        .n_instances = n_instances,
    };
    sotto_err err = mixed_enter(mixed);

    if (err == SOTTO_OK) err = check_operands(&a);
    if (err != SOTTO_OK) return err;
    a.n_own_bits = count_bits(&a, mixed->ot.wire.role);
    a.n_evaluator_bits = count_bits(&a, SOTTO_EVALUATOR);
    if (a.n_own_bits > 0 && n_instances > 0 && bits == NULL)
        return mixed_usage(mixed, "a party without inputs");
    err = mixed_leave(mixed, apply(&a));
    if (err == SOTTO_OK) *wires = a.outputs;
    return err;
}
