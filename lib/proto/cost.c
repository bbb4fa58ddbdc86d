/* What a run will send, from its plan alone. */
#include "base/checked.h"
#include "net/tls.h"
#include "net/wire.h"
#include "ot/direct.h"
#include "ot/extension.h"
#include "proto/hello.h"
#include "proto/ot_base.h"
#include "proto/plan.h"
#include "proto/tables.h"

/* What goes in one direction. Every message is sent by itself, and so takes whole records. */
struct traffic {
    uint64_t n_bytes;
    uint64_t n_records; /* of TLS, if there is any */
};

static void add_frames(struct traffic *traffic, uint64_t n, uint64_t payload_len)
{
    uint64_t frame = FRAME_HEADER_LEN + payload_len;

    traffic->n_bytes += n * frame;
    traffic->n_records += n * tls_n_records(frame);
}

/* A message of any length, cut into frames of at most max bytes. */
static void add_message(struct traffic *traffic, uint64_t len, uint64_t max)
{
    add_frames(traffic, len / max, max);
    if (len % max > 0) add_frames(traffic, 1, len % max);
}

/* The evaluator's choices in chunks of n_blocks blocks, with their checks. */
static void add_chunks(struct traffic *garbler, struct traffic *evaluator, const struct plan *plan,
                       uint64_t n, uint64_t n_blocks)
{
    add_frames(evaluator, n, EXTENSION_MESSAGE_LEN(n_blocks, plan->ot_width, plan->ot_malicious));
    if (!plan->ot_malicious) return;
    add_frames(garbler, n, EXTENSION_CHALLENGE_LEN);
    add_frames(evaluator, n, EXTENSION_ANSWER_LEN);
}

/* The two messages of the base OTs; a record for each piece of the receiver's. */
static void add_base(struct traffic *receiver, struct traffic *sender, const struct plan *plan)
{
    size_t n = plan_n_base_ots(plan);

    add_frames(receiver, 1, BASE_MESSAGE_LEN(n));
    receiver->n_records += OT_BASE_PIECES(n) - 1;
    add_frames(sender, 1, BASE_SENDER_MESSAGE_LEN);
}

/* The choice of an extension, the base OTs, the trees; or the transfers without an extension. */
static void add_set_up(struct traffic *garbler, struct traffic *evaluator, const struct plan *plan)
{
    size_t probe_len = plan_probe_len(plan), trees_len;

    if (plan_is_direct(plan)) {
        add_base(evaluator, garbler, plan);
        add_frames(garbler, 1, DIRECT_MESSAGE_LEN(plan_n_base_ots(plan)));
        return;
    }
    trees_len = TREE_MESSAGE_LEN(plan->ot_width, plan->ot_malicious);
    if (probe_len > 0) {
        add_frames(garbler, 2, 1);
        add_frames(evaluator, 2, 1);
        add_frames(evaluator, 1, probe_len);
    }
    add_base(garbler, evaluator, plan);
    if (plan->ot_malicious) add_frames(garbler, 1, BASE_ANSWER_LEN);
    if (plan->ot_malicious) add_frames(evaluator, 1, BASE_PROOF_LEN);
    if (trees_len > 0) add_frames(evaluator, 1, trees_len);
}

static void add_window(struct traffic *garbler, struct traffic *evaluator, const struct plan *plan,
                       uint64_t n)
{
    uint64_t n_blocks = plan_is_direct(plan) ? 0 : plan_choice_blocks(plan, n);
    uint64_t n_full = n_blocks / EXTENSION_CHUNK_BLOCKS, rest = n_blocks % EXTENSION_CHUNK_BLOCKS;

    if (n_full > 0) add_chunks(garbler, evaluator, plan, n_full, EXTENSION_CHUNK_BLOCKS);
    if (rest > 0) add_chunks(garbler, evaluator, plan, 1, rest);
    add_message(garbler, plan_table_bytes(plan, n), FRAME_MAX_LEN);
    add_frames(evaluator, tables_n_progress(plan_table_bytes(plan, n)), 0);
    if (plan_reveals_to(plan, SOTTO_EVALUATOR))
        add_message(garbler, plan_output_bytes(plan, n), FRAME_MAX_LEN);
    if (plan_reveals_to(plan, SOTTO_GARBLER))
        add_message(evaluator, plan_output_bytes(plan, n), FRAME_MAX_LEN);
}

static void add_times(struct traffic *total, const struct traffic *part, uint64_t n)
{
    total->n_bytes += n * part->n_bytes;
    total->n_records += n * part->n_records;
}

static void add_windows(struct traffic *garbler, struct traffic *evaluator, const struct plan *plan)
{
    uint64_t n_full = plan->n_instances / plan->window, rest = plan->n_instances % plan->window;
    struct traffic from_garbler = {0, 0}, from_evaluator = {0, 0};

    add_window(&from_garbler, &from_evaluator, plan, plan->window);
    add_times(garbler, &from_garbler, n_full);
    add_times(evaluator, &from_evaluator, n_full);
    if (rest > 0) add_window(garbler, evaluator, plan, rest);
}

static uint64_t count_chunks(const struct plan *plan)
{
    uint64_t full = plan->n_instances / plan->window, rest = plan->n_instances % plan->window;

    return full * ceil_div_u64(plan_choice_blocks(plan, plan->window), EXTENSION_CHUNK_BLOCKS) +
           ceil_div_u64(plan_choice_blocks(plan, rest), EXTENSION_CHUNK_BLOCKS);
}

/* One-way messages that somebody waits for: hellos cross, base OT messages cross, then choices (of
 * an extension) and tables for each window; the evaluator's colours and DONE; the garbler's DONE
 * when it had to wait for the colours. */
static uint64_t count_flights(const struct plan *plan)
{
    uint64_t n_windows = ceil_div_u64(plan->n_instances, plan->window);
    uint64_t colours = plan_reveals_to(plan, SOTTO_GARBLER) ? 1 : 0;
    const uint64_t hello = 1, choices = 1, tables = 1, done = 1;
    uint64_t probes = plan_probe_len(plan) > 0 ? 4 : 0;
    uint64_t base = plan->ot_malicious ? 3 : 1; /* B, then Z and the proof, then the answer */
    uint64_t checks = plan->ot_malicious ? 2 * count_chunks(plan) : 0; /* with the next choices */

    if (plan->n_evaluator_bits > 0 && !plan_is_direct(plan))
        return hello + probes + base + n_windows * (choices + tables) + checks + done + colours;
    if (plan->n_evaluator_bits == 0) base = 0;
    return hello + base + tables + (n_windows - 1) * colours * (colours + tables) + done + colours;
}

static void add_run(struct traffic *garbler, struct traffic *evaluator, const struct plan *plan)
{
    add_frames(garbler, 1, hello_len());
    add_frames(evaluator, 1, hello_len());
    if (plan->n_evaluator_bits > 0) add_set_up(garbler, evaluator, plan);
    add_frames(garbler, 1, BLOCK_LEN); /* the seed */
    add_windows(garbler, evaluator, plan);
    add_frames(garbler, 1, 0); /* DONE */
    add_frames(evaluator, 1, 0);
}

static sotto_err measure_tls(sotto_context *context,
                             struct tls_overhead overheads[SOTTO_N_CREDENTIALS])
{
    sotto_err err = SOTTO_OK;

    for (int kind = 0; err == SOTTO_OK && kind < SOTTO_N_CREDENTIALS; kind++)
        err = tls_measure(context, &overheads[kind], (sotto_credentials_kind)kind);
    return err;
}

/* With the garbler as the listener, and with the evaluator; the listener is TLS's server. */
static void fill_tls(uint64_t bytes[2], const struct traffic *traffic,
                     const struct tls_overhead *overhead, sotto_role role)
{
    for (int listener = 0; listener < 2; listener++)
        bytes[listener] =
            tls_len(overhead, traffic->n_bytes, traffic->n_records, listener == (int)role);
}

/* What a run comes to whose link turns out to favour each extension in turn. The plan is left with
 * the one that it had. */
static void fill_choices(sotto_ot_cost costs[SOTTO_N_OT_WIDTHS], struct plan *plan,
                         const struct tls_overhead overheads[SOTTO_N_CREDENTIALS])
{
    unsigned planned = plan->ot_width;

    for (unsigned i = 0; i < SOTTO_N_OT_WIDTHS; i++) {
        struct traffic garbler = {0, 0}, evaluator = {0, 0};

        plan->ot_width = 1U << i;
        add_run(&garbler, &evaluator, plan);
        costs[i].ot_width = plan->ot_width;
        costs[i].evaluator_bytes = evaluator.n_bytes;
        for (int kind = 0; kind < SOTTO_N_CREDENTIALS; kind++)
            fill_tls(costs[i].evaluator_bytes_tls[kind], &evaluator, &overheads[kind],
                     SOTTO_EVALUATOR);
    }
    plan->ot_width = planned;
}

sotto_err sotto_session_predict(sotto_context *context, sotto_cost *cost,
                                const sotto_circuit *circuit, const sotto_interface *interface,
                                const sotto_session_options *options)
{
    struct tls_overhead overheads[SOTTO_N_CREDENTIALS];
    struct traffic garbler = {0, 0}, evaluator = {0, 0};
    struct plan plan;
    sotto_err err = measure_tls(context, overheads);

    if (err == SOTTO_OK) err = plan_init(&plan, context, circuit, interface, options);
    if (err != SOTTO_OK) return err;
    add_run(&garbler, &evaluator, &plan);
    *cost = (sotto_cost){
        .n_and = plan.n_and,
        .garbler_bytes = garbler.n_bytes,
        .evaluator_bytes = evaluator.n_bytes,
        .peak_memory = plan.peak_memory,
        .flights = count_flights(&plan),
        .ot_width = plan.n_evaluator_bits > 0 ? plan.ot_width : 0,
        .n_base_ots = (unsigned)plan_n_base_ots(&plan),
        .ot_is_measured = plan_probe_len(&plan) > 0,
    };
    for (int kind = 0; kind < SOTTO_N_CREDENTIALS; kind++) {
        fill_tls(cost->garbler_bytes_tls[kind], &garbler, &overheads[kind], SOTTO_GARBLER);
        fill_tls(cost->evaluator_bytes_tls[kind], &evaluator, &overheads[kind], SOTTO_EVALUATOR);
    }
    if (cost->ot_is_measured) fill_choices(cost->may_take, &plan, overheads);
    plan_wipe(&plan);
    return SOTTO_OK;
}
