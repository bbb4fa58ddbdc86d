/*
 * Circuits of a mixed session; see sotto-share.h. Instances run in lanes, in bundles of groups,
 * with the keys of a gate shared by the lanes. That needs input labels that are independent of each
 * other, so it is done where all inputs are fresh: from the garbler's seed and from the OT
 * extension. Instances that take wires run one by one, each gate with keys of its own. Where
 * outputs are to be shared bits, and not wires, lanes run the head of the circuit only, and
 * mixed_finals.h ends it.
 *
 * A call goes through its instances in windows, so that the labels of the evaluator's bits take
 * bounded memory. With C the evaluator's choices of a window and T its tables, both parties go
 * through
 *
 *   C0 C1 T0 C2 T1 C3 T2 ...
 *
 * in this order: the garbler has the choices of the next window before it sends tables. Whoever
 * sends has a peer that reads, or will once it has computed what came before: never one that waits
 * for room to send. Windows are long, because the garbler waits at the end of each until the
 * evaluator has caught up.
 */
#include "proto/mixed.h"

#include "base/checked.h"
#include "base/memory.h"
#include "circuit/circuit.h"
#include "circuit/interface.h"
#include "crypto/prg.h"
#include "garble/bundle.h"
#include "proto/mixed_finals.h"

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
    uint64_t first_stream;     /* of the garbler's labels, for instance 0 */
    uint64_t window;           /* instances in one; the last may have less */
    block *rows[2];            /* labels of the evaluator's bits, of two windows in turn */
    uint64_t n_rows;           /* of both: whole blocks of OTs */
    struct schedule *schedule;
    struct engine engine;
    struct bundle bundle;
    size_t n_bundled;            /* groups in a bundle; 0: no lanes */
    struct sotto_wires *outputs; /* or, if they are shared, NULL and */
    uint8_t *shares;
    struct mixed_finals *finals; /* of bundles; NULL: they run the whole circuit */
    uint64_t first;              /* the bundle's first instance */
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

/* Those that take wires do not: a wire may be an input twice. */
static bool may_run_in_lanes(const struct application *a)
{
    return a->n_instances >= N_LANES && !takes_wires(a);
}

/* What runs in lanes. */
static const struct schedule *bundled_schedule(const struct application *a)
{
    return a->finals != NULL ? a->finals->schedule : a->schedule;
}

static size_t bundled_groups(const struct application *a)
{
    uint64_t n_groups = a->n_instances / N_LANES;
    size_t capacity = bundle_capacity(bundled_schedule(a));

    return n_groups < capacity ? (size_t)n_groups : capacity;
}

/* Chooses what runs in lanes, and how much of it side by side. */
static sotto_err plan_bundles(struct application *a)
{
    struct sotto_context *context = a->mixed->context;
    sotto_err err = SOTTO_OK;

    if (!may_run_in_lanes(a) || a->schedule->has_fixed_operand || a->schedule->n_and == 0)
        return SOTTO_OK;
    if (a->shares != NULL) err = mixed_finals_new(context, &a->finals, a->circuit);
    if (err != SOTTO_OK) return err;
    a->n_bundled = bundled_groups(a);
    return a->finals != NULL ? mixed_finals_start(a->finals, context, a->n_bundled) : SOTTO_OK;
}

/* Whole blocks of OTs, if that many instances fit, so that rows need not be copied; else whole
 * bundles. */
static uint64_t window_of(const struct application *a)
{
    uint64_t n =
        a->n_evaluator_bits > 0 ? a->mixed->window_rows / a->n_evaluator_bits : a->n_instances;
    uint64_t least = a->n_bundled > 0 ? a->n_bundled * N_LANES : 1;

    n = n >= OTS_PER_BLOCK ? n / OTS_PER_BLOCK * OTS_PER_BLOCK : n / least * least;
    n = n > least ? n : least;
    return n < a->n_instances ? n : a->n_instances;
}

/* Labels in slots, of a single instance and of a bundle. */
static sotto_err check_labels(const struct application *a)
{
    struct sotto_context *context = a->mixed->context;
    uint64_t n_bundled = (uint64_t)a->n_bundled * N_LANES * bundled_schedule(a)->n_slots;
    uint64_t len = (a->schedule->n_slots + n_bundled) * BLOCK_LEN;

    if (len <= context->limits.max_memory) return SOTTO_OK;
    return fail(context, SOTTO_ERR_LIMIT,
                "the labels of a circuit take %llu bytes, over the limit of %llu",
                (unsigned long long)len, (unsigned long long)context->limits.max_memory);
}

static sotto_err make_rows(struct application *a)
{
    struct sotto_mixed *mixed = a->mixed;
    uint64_t n_held = a->window < a->n_instances ? 2 : 1, n;

    if (a->n_evaluator_bits == 0 || a->n_instances == 0) return SOTTO_OK;
    if (!mul_u64(&n, a->window, a->n_evaluator_bits) ||
        n > mixed->context->limits.max_memory / (2 * BLOCK_LEN))
        return fail(mixed->context, SOTTO_ERR_LIMIT, "too many inputs in one call");
    n = ceil_div_u64(n, OTS_PER_BLOCK) * OTS_PER_BLOCK;
    a->n_rows = n * n_held;
    a->rows[0] = mixed_scratch(mixed, a->n_rows);
    if (a->rows[0] == NULL) return fail_memory(mixed->context);
    a->rows[1] = a->rows[0] + (n_held - 1) * n;
    return SOTTO_OK;
}

static sotto_err start(struct application *a)
{
    struct sotto_mixed *mixed = a->mixed;
    sotto_err err = may_run_in_lanes(a)
                        ? schedule_new_narrow(mixed->context, &a->schedule, a->circuit)
                        : schedule_new(mixed->context, &a->schedule, a->circuit);

    if (err == SOTTO_OK) err = plan_bundles(a);
    if (err == SOTTO_OK) err = check_labels(a);
    if (err != SOTTO_OK) return err;
    a->window = window_of(a);
    err = engine_init(&a->engine, mixed->context, a->schedule->n_slots, &mixed->gates.start,
                      mixed_delta(mixed));
    if (err != SOTTO_OK) return err;
    a->engine.hash.next = mixed->gates.next;
    err = bundle_init(&a->bundle, mixed->context, bundled_schedule(a), a->n_bundled,
                      &mixed->gates.start, mixed_delta(mixed));
    a->bundle.team = mixed->team;
    if (err == SOTTO_OK) err = engine_share(&a->engine, mixed->context, a->schedule, mixed->team);
    return err == SOTTO_OK ? make_rows(a) : err;
}

static void wipe(struct application *a)
{
    if (a->engine.labels != NULL) engine_wipe(&a->engine);
    bundle_wipe(&a->bundle);
    if (a->rows[0] != NULL) mem_wipe(a->rows[0], (size_t)a->n_rows * BLOCK_LEN);
    mixed_finals_free(a->finals);
    schedule_free(a->schedule);
}

/* ---------------------------------------------------------------------------------- inputs -- */

/* The number of lanes is known where these are inlined. */
#define HOT static inline __attribute__((always_inline))

/* Labels of an input of n bits of n_lanes neighbouring instances, those of a bit side by side, from
 * labels that stand instance after instance, stride of them apart. */
HOT void spread(block *labels, const block *from, uint64_t stride, uint64_t n, size_t n_lanes)
{
    for (uint64_t i = 0; i < n; i++)
        for (size_t lane = 0; lane < n_lanes; lane++) *labels++ = from[lane * stride + i];
}

/* Both parties expand the same labels L; with W0 = L ^ x delta, L is the active one. */
HOT void expand(const struct application *a, block *labels, struct prg *prg, const uint8_t *bits,
                uint64_t n, size_t n_lanes)
{
    const block *delta = mixed_delta(a->mixed);

    prg_blocks(prg, labels, (size_t)n * n_lanes);
    if (delta == NULL) return;
    for (uint64_t i = 0; i < n; i++)
        for (size_t lane = 0; lane < n_lanes; lane++, labels++)
            *labels = block_xor(*labels, block_times_bit(*delta, bits[lane * a->n_own_bits + i]));
}

static const block *row_of(const struct application *a, uint64_t instance)
{
    return a->rows[instance / a->window % 2] + instance % a->window * a->n_evaluator_bits;
}

/* Input labels of n_lanes instances of a window, those of a bit side by side. Their stream of the
 * garbler's labels is that of the first of them. */
HOT void collect(const struct application *a, block *labels, uint64_t instance, size_t n_lanes)
{
    const uint8_t *bits = a->bits != NULL ? a->bits + instance * a->n_own_bits : NULL;
    const block *row = a->rows[0] != NULL ? row_of(a, instance) : NULL;
    struct prg prg = *a->mixed->labels;

    prg.stream = a->first_stream + instance;
    for (uint64_t i = 0; i < a->circuit->n_inputs; i++) {
        uint64_t n = a->circuit->input_bits[i];

        if (is_operand(a, i)) { /* then there is one lane */
            uint64_t value = operand_value(&a->operands[i], instance);

            memcpy(labels, a->operands[i].wires->labels + value * n, (size_t)n * BLOCK_LEN);
        } else if (sotto_interface_input_owner(a->interface, i) == SOTTO_GARBLER) {
            expand(a, labels, &prg, bits, n, n_lanes);
            if (a->mixed->ot.is_sender) bits += n;
        } else if (n > 0) {
            spread(labels, row, a->n_evaluator_bits, n, n_lanes);
            row += n;
        }
        labels += n * n_lanes;
    }
    prg_wipe(&prg);
}

static void fill_group(void *user, block *labels, size_t group)
{
    const struct application *a = user;

    collect(a, bundle_input(labels, 0), a->first + group * N_LANES, N_LANES);
}

/* --------------------------------------------------------------------------------- outputs -- */

static block *outputs_of(const struct application *a, uint64_t instance)
{
    return a->outputs->labels + instance * a->outputs->value_bits;
}

static uint8_t *shares_of(const struct application *a, uint64_t instance)
{
    return a->shares + instance * a->circuit->n_output_wires;
}

static void share_outputs(struct application *a, uint64_t instance)
{
    uint8_t *out = shares_of(a, instance);

    for (uint32_t i = 0; i < a->circuit->n_output_wires; i++)
        out[i] = (uint8_t)block_lsb(a->engine.labels[a->schedule->output_slots[i]]);
}

static void share_group(struct application *a, size_t group)
{
    uint8_t *out = shares_of(a, a->first + group * N_LANES);

    for (size_t lane = 0; lane < N_LANES; lane++)
        for (uint32_t i = 0; i < a->circuit->n_output_wires; i++)
            *out++ = (uint8_t)block_lsb(bundle_output(&a->bundle, group, i)[lane]);
}

static void take_outputs(struct application *a, uint64_t instance)
{
    block *out;

    if (a->shares != NULL) {
        share_outputs(a, instance);
        return;
    }
    out = outputs_of(a, instance);
    for (unsigned i = 0; i < a->outputs->value_bits; i++)
        out[i] = a->engine.labels[a->schedule->output_slots[i]];
}

static void take_group(struct application *a, size_t group)
{
    block *out;

    if (a->shares != NULL) {
        share_group(a, group);
        return;
    }
    out = outputs_of(a, a->first + group * N_LANES);
    for (size_t lane = 0; lane < N_LANES; lane++)
        for (unsigned i = 0; i < a->outputs->value_bits; i++)
            *out++ = bundle_output(&a->bundle, group, i)[lane];
}

/* ----------------------------------------------------------------------------------- gates -- */

static sotto_err run_instance(struct application *a, uint64_t instance)
{
    struct schedule_source source;
    sotto_err err = SOTTO_OK;
    size_t len;

    collect(a, a->engine.labels + N_CONSTANT_SLOTS, instance, 1);
    schedule_source_init(&source, a->schedule);
    engine_begin(&a->engine, &source.source);
    while (err == SOTTO_OK && !a->engine.finished)
        err = stream_engine(&a->mixed->stream, &len, &a->engine);
    if (err == SOTTO_OK) take_outputs(a, instance);
    return err;
}

static sotto_err run_finals(struct application *a, size_t n_groups)
{
    struct stream *stream = &a->mixed->stream;
    size_t len = mixed_finals_len(a->finals, n_groups);
    uint8_t *shares = shares_of(a, a->first);
    const uint8_t *received;
    uint8_t *piece;
    sotto_err err;

    if (a->mixed->ot.is_sender) {
        err = stream_piece(stream, &piece, len);
        if (err == SOTTO_OK)
            err = mixed_finals_garble(a->finals, piece, shares, &a->engine.hash, &a->bundle,
                                      mixed_delta(a->mixed));
        return err == SOTTO_OK ? stream_put(stream, piece, len) : err;
    }
    err = stream_get(stream, &received, len);
    if (err == SOTTO_OK)
        err = mixed_finals_evaluate(a->finals, shares, &a->engine.hash, received, &a->bundle);
    return err == SOTTO_OK ? stream_got(stream, received, len) : err;
}

static sotto_err run_bundle(struct application *a, uint64_t first, size_t n_groups)
{
    sotto_err err;
    size_t len;

    a->first = first;
    err = bundle_begin(&a->bundle, &a->engine.hash, n_groups, fill_group, a);
    while (err == SOTTO_OK && !bundle_finished(&a->bundle))
        err = stream_bundle(&a->mixed->stream, &len, &a->bundle);
    if (a->finals != NULL) return err == SOTTO_OK ? run_finals(a, n_groups) : err;
    for (size_t g = 0; err == SOTTO_OK && g < n_groups; g++) take_group(a, g);
    return err;
}

static sotto_err run_instances(struct application *a, uint64_t first, uint64_t end)
{
    sotto_err err = SOTTO_OK;

    for (uint64_t i = first; err == SOTTO_OK && i < end;) {
        uint64_t n_left = (end - i) / N_LANES;
        size_t n_groups = n_left < a->n_bundled ? (size_t)n_left : a->n_bundled;

        mixed_tell_progress(a->mixed, i, a->n_instances);
        err = check_interrupt(a->mixed->context);
        if (err == SOTTO_OK && n_groups > 0) err = run_bundle(a, i, n_groups);
        else if (err == SOTTO_OK) err = run_instance(a, i);
        i += n_groups > 0 ? n_groups * N_LANES : 1;
    }
    return err;
}

/* --------------------------------------------------------------------------------- windows -- */

static uint64_t end_of_window(const struct application *a, uint64_t first)
{
    return a->n_instances - first < a->window ? a->n_instances : first + a->window;
}

/* The labels of the evaluator's bits in the window from instance number first on. */
static sotto_err fetch_rows(struct application *a, uint64_t first)
{
    uint64_t n;
    const uint8_t *bits = NULL;

    if (a->rows[0] == NULL || first >= a->n_instances) return SOTTO_OK;
    n = (end_of_window(a, first) - first) * a->n_evaluator_bits;
    if (!a->mixed->ot.is_sender) bits = a->bits + first * a->n_own_bits;
    return mixed_next_rows(a->mixed, a->rows[first / a->window % 2], bits, n);
}

/* Bytes of the tables of n instances. Those of final ANDs are no more than if they were whole, so
 * that what is known to fit fits. */
static bool tables_len(const struct application *a, uint64_t *len, uint64_t n)
{
    uint64_t n_groups, n_full, n_left;

    if (!mul_u64(len, n, a->schedule->n_and) || !mul_u64(len, *len, TABLE_LEN)) return false;
    if (a->finals == NULL) return true;
    n_groups = n / N_LANES;
    n_full = n_groups / a->n_bundled;
    n_left = n_groups % a->n_bundled;
    *len = n_groups * a->finals->schedule->n_and * BUNDLE_UNIT +
           n_full * mixed_finals_len(a->finals, a->n_bundled) +
           mixed_finals_len(a->finals, (size_t)n_left) +
           n % N_LANES * a->schedule->n_and * TABLE_LEN;
    return true;
}

static sotto_err run_tables(struct application *a, uint64_t first)
{
    struct sotto_mixed *mixed = a->mixed;
    uint64_t end = end_of_window(a, first), len;
    sotto_err err;

    if (!tables_len(a, &len, end - first))
        return fail(mixed->context, SOTTO_ERR_LIMIT, "too many gates in one call");
    err = stream_open(&mixed->stream, &mixed->ot.wire, len);
    if (err != SOTTO_OK) return err;
    err = run_instances(a, first, end);
    mixed->gates.next = a->engine.hash.next;
    return stream_close(&mixed->stream, err);
}

static sotto_err run_windows(struct application *a)
{
    sotto_err err = fetch_rows(a, 0);

    for (uint64_t first = 0; err == SOTTO_OK && first < a->n_instances; first += a->window) {
        err = fetch_rows(a, first + a->window);
        if (err == SOTTO_OK) err = run_tables(a, first);
    }
    return err;
}

/* ------------------------------------------------------------------------------------ call -- */

static sotto_err apply(struct application *a)
{
    sotto_err err = SOTTO_OK;

    if (a->shares == NULL)
        err = wires_new(a->mixed, &a->outputs, a->n_instances, a->circuit->n_output_wires);
    if (err != SOTTO_OK) return err;
    a->first_stream = a->mixed->n_label_streams;
    a->mixed->n_label_streams += a->n_instances;
    err = start(a);
    if (err == SOTTO_OK) err = run_windows(a);
    wipe(a);
    if (err != SOTTO_OK) sotto_wires_free(a->outputs);
    return err;
}

static sotto_err enter(struct application *a)
{
    struct sotto_mixed *mixed = a->mixed;
    sotto_err err = mixed_enter(mixed);

    if (err == SOTTO_OK) err = check_operands(a);
    if (err != SOTTO_OK) return err;
    a->n_own_bits = count_bits(a, mixed->ot.wire.role);
    a->n_evaluator_bits = count_bits(a, SOTTO_EVALUATOR);
    if (a->n_own_bits > 0 && a->n_instances > 0 && a->bits == NULL)
        return mixed_usage(mixed, "a party without inputs");
    return SOTTO_OK;
}

static struct application call_of(sotto_mixed *mixed, const sotto_circuit *circuit,
                                  const sotto_interface *interface, const uint8_t *bits,
                                  const sotto_operand *operands, uint64_t n_instances,
                                  uint8_t *shares)
{
    return (struct application){
        .mixed = mixed,
        .circuit = circuit,
        .interface = interface,
        .operands = operands,
        .bits = bits,
        .n_instances = n_instances,
        .shares = shares,
    };
}

sotto_err sotto_mixed_apply(sotto_mixed *mixed, sotto_wires **wires, const sotto_circuit *circuit,
                            const sotto_interface *interface, const uint8_t *bits,
                            const sotto_operand *operands, uint64_t n_instances)
{
    struct application a = call_of(mixed, circuit, interface, bits, operands, n_instances, NULL);
    sotto_err err = enter(&a);

    if (err != SOTTO_OK) return err;
    err = mixed_leave(mixed, apply(&a));
    if (err == SOTTO_OK) *wires = a.outputs;
    return err;
}

sotto_err sotto_mixed_apply_shared(sotto_mixed *mixed, uint8_t *shares,
                                   const sotto_circuit *circuit, const sotto_interface *interface,
                                   const uint8_t *bits, const sotto_operand *operands,
                                   uint64_t n_instances)
{
    struct application a = call_of(mixed, circuit, interface, bits, operands, n_instances, shares);
    sotto_err err = enter(&a);

    if (err == SOTTO_OK && shares == NULL) err = mixed_usage(mixed, "no room for the shares");
    if (err != SOTTO_OK) return err;
    err = mixed_leave(mixed, apply(&a));
    if (err != SOTTO_OK) mem_wipe(shares, (size_t)n_instances * circuit->n_output_wires);
    return err;
}
