/* The plan of a run; see plan.h. */
#include "proto/plan.h"

#include "base/checked.h"
#include "crypto/kernels.h"
#include "garble/kernels.h"
#include "net/wire.h"
#include "ot/extension.h"
#include "proto/tables.h"

uint64_t plan_choice_blocks(const struct plan *plan, uint64_t n)
{
    return ceil_div_u64(n * plan->n_evaluator_bits, OTS_PER_BLOCK);
}

uint64_t plan_n_choices(const struct plan *plan)
{
    return plan->n_instances * plan->n_evaluator_bits;
}

size_t plan_n_base_ots(const struct plan *plan)
{
    if (plan->n_evaluator_bits == 0) return 0;
    return plan_is_direct(plan) ? (size_t)plan_n_choices(plan) : N_BASE_OTS;
}

#define PROBE_MAX_LEN ((uint64_t)64 << 10)

size_t plan_probe_len(const struct plan *plan)
{
    uint64_t n = plan_n_choices(plan);

    if (!plan->ot_is_open || n < OT_MEASURED_BITS) return 0;
    return (size_t)(n < PROBE_MAX_LEN / 2 ? 2 * n : PROBE_MAX_LEN);
}

struct extension_terms plan_extension_terms(const struct plan *plan,
                                            const uint8_t session_id[SESSION_ID_LEN])
{
    struct extension_terms terms = {
        .width = plan->ot_width,
        .malicious = plan->ot_malicious,
        .max_blocks = EXTENSION_CHUNK_BLOCKS,
    };

    memcpy(terms.session_id, session_id, SESSION_ID_LEN);
    return terms;
}

uint64_t plan_table_bytes(const struct plan *plan, uint64_t n)
{
    return n * plan->n_rounds * plan->schedule->n_and * TABLE_LEN;
}

uint64_t plan_output_bytes(const struct plan *plan, uint64_t n)
{
    return ceil_div_u64(n * plan->n_output_bits, 8);
}

/* First bit of value number index among values of these widths. */
static uint32_t first_bit(const uint64_t *bits, uint64_t index)
{
    uint64_t first = 0;

    for (uint64_t i = 0; i < index; i++) first += bits[i];
    return (uint32_t)first;
}

static sotto_err plan_chain(struct plan *plan, struct sotto_context *context)
{
    const struct sotto_circuit *circuit = plan->circuit;
    uint64_t output = plan->chain_output, input = plan->chain_input;

    if (plan->n_rounds == 1) {
        plan->chain_output = plan->chain_input = 0;
        return SOTTO_OK;
    }
    if (output >= circuit->n_outputs || input >= circuit->n_inputs)
        return fail(context, SOTTO_ERR_USAGE, "the circuit has no such value to chain");
    if (circuit->output_bits[output] != circuit->input_bits[input])
        return fail(context, SOTTO_ERR_USAGE,
                    "cannot chain an output of %llu bits to an input of %llu bits",
                    (unsigned long long)circuit->output_bits[output],
                    (unsigned long long)circuit->input_bits[input]);
    plan->chain = (struct chain){
        .output_bit = first_bit(circuit->output_bits, output),
        .input_bit = first_bit(circuit->input_bits, input),
        .n_bits = (uint32_t)circuit->input_bits[input],
    };
    return SOTTO_OK;
}

static uint64_t at_most(uint64_t budget, uint64_t each, uint64_t bound)
{
    uint64_t n = budget / (each > 0 ? each : 1);

    if (n > bound) n = bound;
    return n > 0 ? n : 1;
}

static void plan_windows(struct plan *plan)
{
    uint64_t window = plan->n_instances < WINDOW_INSTANCES ? plan->n_instances : WINDOW_INSTANCES;

    window = at_most(WINDOW_CHOICES, plan->n_evaluator_bits, window);
    plan->window = at_most(WINDOW_OUTPUTS, plan->n_output_bits, window);
    if (plan->window > N_LANES) plan->window -= plan->window % N_LANES;
}

/* Lanes share keys, so the labels of a wire must be independent from lane to lane. That is known of
 * the schedule with fresh inputs; chained ones may bring dependences with them. Slots in lanes are
 * counted in 32 bits. */
static void plan_lanes(struct plan *plan)
{
    bool fits = plan->schedule->n_slots <= UINT32_MAX / N_LANES;
    bool independent = plan->n_rounds == 1 && !plan->schedule->has_fixed_operand;

    plan->n_bundled =
        plan->window >= N_LANES && fits && independent ? bundle_capacity(plan->schedule) : 0;
    if (plan->n_bundled > plan->window / N_LANES) plan->n_bundled = plan->window / N_LANES;
}

/* What the extension holds: round keys of the leaves, columns, a chunk's message. */
static uint64_t extension_memory(unsigned width)
{
    if (width == 0) return 0;
    return TREE_N_LEAVES(width) * sizeof(struct aes_key) +
           (uint64_t)EXTENSION_CHUNK_BLOCKS * N_BASE_OTS * (EXTENSION_N_OPEN + 1) * BLOCK_LEN;
}

/* An extension has as many base OTs as this, and then sends 16 bytes for each of their columns: up
 * to so many choices these cost no more as base OTs themselves, in multiplications and in bytes,
 * and one flight less. The malicious phase is not for so few (base.h). */
static bool is_direct(const struct plan *plan)
{
    return !plan->ot_malicious && plan_n_choices(plan) <= N_BASE_OTS;
}

/* The one that sends least, trees included; the first of those that send the same. */
static unsigned shortest_width(const struct plan *plan)
{
    uint64_t n = plan_n_choices(plan) < OT_MEASURED_BITS ? plan_n_choices(plan) : OT_MEASURED_BITS;
    uint64_t n_blocks = ceil_div_u64(n, OTS_PER_BLOCK), least = UINT64_MAX;
    unsigned best = 1;

    for (unsigned k = 1; k <= TREE_MAX_WIDTH; k *= 2) {
        uint64_t len = EXTENSION_MESSAGE_LEN(n_blocks, k, plan->ot_malicious) +
                       TREE_MESSAGE_LEN(k, plan->ot_malicious);

        if (len >= least) continue;
        least = len;
        best = k;
    }
    return best;
}

static sotto_err refuse_direct(struct plan *plan, struct sotto_context *context)
{
    if (plan->ot_malicious)
        return fail(context, SOTTO_ERR_USAGE, "malicious transfers need an OT extension");
    fail(context, SOTTO_ERR_USAGE,
         "without an OT extension the evaluator has at most %d input bits in all, not %llu",
         N_BASE_OTS, (unsigned long long)plan_n_choices(plan));
    add_hint(context, "an extension is for more");
    return SOTTO_ERR_USAGE;
}

static sotto_err plan_extension(struct plan *plan, struct sotto_context *context,
                                const sotto_session_options *options)
{
    plan->ot_malicious = options->ot_malicious != 0;
    plan->ot_is_open = options->ot == SOTTO_OT_AUTO;
    if (plan->ot_is_open) {
        plan->ot_width = is_direct(plan) ? 0 : shortest_width(plan);
        if (options->ot_width == 0) return SOTTO_OK;
        return fail(context, SOTTO_ERR_USAGE, "no k can be given where the extension is open");
    }
    if (options->ot == SOTTO_OT_BASE) {
        if (options->ot_width > 0)
            return fail(context, SOTTO_ERR_USAGE, "no k can be given without an extension");
        return is_direct(plan) ? SOTTO_OK : refuse_direct(plan, context);
    }
    plan->ot_width = options->ot_width > 0 ? options->ot_width : 1;
    if (options->ot == SOTTO_OT_SOFTSPOKEN && options->ot_width == 0) plan->ot_width = 2;
    if (options->ot != SOTTO_OT_IKNP && options->ot != SOTTO_OT_SOFTSPOKEN)
        return fail(context, SOTTO_ERR_USAGE, "no such OT extension: %d", (int)options->ot);
    if (!tree_width_is_valid(plan->ot_width))
        return fail(context, SOTTO_ERR_USAGE, "no such k of the OT extension: %u", plan->ot_width);
    if ((options->ot == SOTTO_OT_IKNP) != (plan->ot_width == 1))
        return fail(context, SOTTO_ERR_USAGE, "k is 1 for IKNP, and 2, 4 or 8 for SoftSpokenOT");
    return SOTTO_OK;
}

/* No window sends more than this for each of its instances' inputs and outputs, and one: a block of
 * choices of its own, two more with their check in the malicious model, headers and records. */
#define MAX_BYTES_PER_BIT ((uint64_t)1 << 13)

/* So that no sum of bytes that is made of the plan overflows. */
static sotto_err check_counts(struct plan *plan, struct sotto_context *context)
{
    uint64_t passes, bytes, bits;

    if (plan->n_instances > context->limits.max_instances)
        return fail(context, SOTTO_ERR_LIMIT, "%llu instances are more than the limit of %llu",
                    (unsigned long long)plan->n_instances,
                    (unsigned long long)context->limits.max_instances);
    if (!mul_u64(&passes, plan->n_instances, plan->n_rounds) ||
        !mul_u64(&plan->n_and, passes, plan->schedule->n_and) ||
        !mul_u64(&bytes, plan->n_and, 2 * TABLE_LEN) ||
        !mul_u64(&bits, plan->n_instances,
                 plan->n_output_bits + plan->circuit->n_input_wires + 1) ||
        !mul_u64(&bits, bits, MAX_BYTES_PER_BIT))
        return fail(context, SOTTO_ERR_LIMIT, "the run is too long");
    return SOTTO_OK;
}

/* What a party holds at once, to the kilobyte: labels in slots and of the inputs, rows of a
 * window's choices, the schedule, the circuit, frame buffers, the results. */
static sotto_err check_memory(struct plan *plan, struct sotto_context *context)
{
    const struct sotto_circuit *circuit = plan->circuit;
    uint64_t labels = (uint64_t)plan->schedule->n_slots + circuit->n_input_wires;
    uint64_t rows = plan_choice_blocks(plan, plan->window) * OTS_PER_BLOCK;
    uint64_t outputs = plan->window * plan->n_output_bits;

    plan->peak_memory =
        (labels * (1 + plan->n_bundled * N_LANES) + rows) * BLOCK_LEN + outputs + rows +
        plan->n_instances * plan->n_output_bits + schedule_memory(plan->schedule) +
        (uint64_t)circuit->n_gates * sizeof circuit->gates[0] +
        tables_memory(plan_table_bytes(plan, plan->window)) + 4 * (uint64_t)FRAME_MAX_LEN +
        extension_memory(plan->ot_is_open ? TREE_MAX_WIDTH : plan->ot_width);
    if (plan->peak_memory <= context->limits.max_memory) return SOTTO_OK;
    fail(context, SOTTO_ERR_LIMIT, "the run needs %llu bytes of memory; the limit is %llu",
         (unsigned long long)plan->peak_memory, (unsigned long long)context->limits.max_memory);
    add_hint(context, "raise the limit, or run fewer instances at a time");
    return SOTTO_ERR_LIMIT;
}

sotto_err plan_init(struct plan *plan, struct sotto_context *context,
                    const struct sotto_circuit *circuit, const struct sotto_interface *interface,
                    const sotto_session_options *options)
{
    struct plan made = {
        .circuit = circuit,
        .interface = interface,
        .reveal = options->reveal,
        .n_instances = options->n_instances > 0 ? options->n_instances : 1,
        .n_rounds = options->n_rounds > 0 ? options->n_rounds : 1,
        .chain_output = options->chain_output,
        .chain_input = options->chain_input,
        .n_threads = options->n_threads > 0 ? options->n_threads : 1,
        .n_garbler_bits = sotto_interface_role_bits(interface, SOTTO_GARBLER),
        .n_evaluator_bits = sotto_interface_role_bits(interface, SOTTO_EVALUATOR),
        .n_output_bits = circuit->n_output_wires,
    };
    sotto_err err;

    if (made.n_garbler_bits + made.n_evaluator_bits != circuit->n_input_wires)
        return fail(context, SOTTO_ERR_USAGE, "the interface is not this circuit's");
    err = plan_chain(&made, context);
    if (err != SOTTO_OK) return err;
    plan_windows(&made);
    err = made.window >= N_LANES && made.n_rounds == 1
              ? schedule_new_narrow(context, &made.schedule, circuit)
              : schedule_new(context, &made.schedule, circuit);
    if (err == SOTTO_OK) plan_lanes(&made);
    if (err == SOTTO_OK) err = check_counts(&made, context);
    if (err == SOTTO_OK) err = plan_extension(&made, context, options);
    if (err == SOTTO_OK) err = check_memory(&made, context);
    if (err != SOTTO_OK) plan_wipe(&made);
    else *plan = made;
    return err;
}

void plan_wipe(struct plan *plan)
{
    schedule_free(plan->schedule);
    *plan = (struct plan){0};
}
