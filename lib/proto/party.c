/* What the two parties have in common; see party.h. */
#include "proto/party.h"

#include "base/checked.h"
#include "base/memory.h"
#include "crypto/oracle.h"
#include "crypto/prg.h"
#include "ot/extension.h"

#include <time.h>

/* A frame's payload starts a cache line; its header goes before it. */
#define FRAME_ALIGNMENT 64
#define FRAME_MEMORY (FRAME_ALIGNMENT + FRAME_MAX_LEN)

double monotonic_seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

void run_report(struct run *run, sotto_phase phase)
{
    if (phase == SOTTO_PHASE_GATES && run->first_table == 0) run->first_table = monotonic_seconds();
    if (run->progress != NULL)
        run->progress(run->progress_user, phase, run->n_and, run->plan->n_and);
}

static uint64_t n_lane_inputs(const struct plan *plan)
{
    return (uint64_t)plan->circuit->n_input_wires * plan->n_bundled;
}

sotto_err party_init(struct party *party, struct sotto_context *context, const struct plan *plan)
{
    uint64_t colours_len = plan_output_bytes(plan, plan->window);
    uint8_t *frame_memory = bulk_new(FRAME_MEMORY, 1);

    party->plan = plan;
    party->n_rows = plan_choice_blocks(plan, plan->window) * OTS_PER_BLOCK;
    party->inputs = bulk_new(plan->circuit->n_input_wires, BLOCK_LEN);
    party->lane_inputs = bulk_new(n_lane_inputs(plan), BLOCK_LEN);
    party->rows = bulk_new(party->n_rows, BLOCK_LEN);
    party->colours = bulk_new(colours_len, 2);
    if (frame_memory != NULL) {
        party->payload = frame_memory + FRAME_ALIGNMENT;
        party->frame = party->payload - FRAME_HEADER_LEN;
    }
    if (party->inputs == NULL || party->lane_inputs == NULL || party->rows == NULL ||
        party->colours == NULL || frame_memory == NULL)
        return fail_memory(context);
    party->peer_colours = party->colours + colours_len;
    return stream_init(&party->stream, context, 0, plan_table_bytes(plan, plan->window));
}

void party_wipe(struct party *party)
{
    if (party->plan == NULL) return;
    if (party->engine.labels != NULL) engine_wipe(&party->engine);
    bundle_wipe(&party->bundle);
    team_free(party->team);
    bulk_free(party->inputs, party->plan->circuit->n_input_wires, BLOCK_LEN);
    bulk_free(party->lane_inputs, n_lane_inputs(party->plan), BLOCK_LEN);
    bulk_free(party->rows, party->n_rows, BLOCK_LEN);
    bulk_free(party->colours, plan_output_bytes(party->plan, party->plan->window), 2);
    if (party->payload != NULL) bulk_free(party->payload - FRAME_ALIGNMENT, FRAME_MEMORY, 1);
    stream_wipe(&party->stream);
    *party = (struct party){0};
}

/* The start point of H is RO of the session id: neither party chooses it, no two sessions share
 * it. */
sotto_err party_start(struct party *party, const struct run *run, const block *delta)
{
    const struct plan *plan = party->plan;
    uint8_t bytes[BLOCK_LEN];
    struct oracle oracle;
    sotto_err err;
    block start;

    oracle_begin(&oracle, "hash start point");
    oracle_field(&oracle, run->session_id, SESSION_ID_LEN);
    oracle_end(&oracle, bytes, sizeof bytes);
    start = block_load(bytes);
    err = engine_init(&party->engine, run->context, plan->schedule->n_slots, &start, delta);
    if (err == SOTTO_OK)
        err = bundle_init(&party->bundle, run->context, plan->schedule, plan->n_bundled, &start,
                          delta);
    if (err != SOTTO_OK) return err;
    party->bundle.team = party->team = team_new(plan->n_threads);
    return engine_share(&party->engine, run->context, plan->schedule, party->team);
}

const block *party_rows(const struct party *party, uint64_t first, uint64_t i)
{
    const struct plan *plan = party->plan;

    return party->rows + (plan_is_direct(plan) ? first + i : i) * plan->n_evaluator_bits;
}

/* Both parties expand the same labels L; with W0 = L ^ x delta, L is the active one. */
static void expand_labels(block *labels, struct prg *prg, const uint8_t *bits, uint64_t n,
                          const block *delta)
{
    prg_blocks(prg, labels, (size_t)n);
    if (delta == NULL) return;
    for (uint64_t i = 0; i < n; i++)
        labels[i] = block_xor(labels[i], block_times_bit(*delta, bits[i]));
}

/* One instance's labels, number 'index' of those that inputs tells of. */
static void collect_instance(const struct party *party, block *labels,
                             const struct party_inputs *inputs, uint64_t index)
{
    const struct plan *plan = party->plan;
    const struct sotto_circuit *circuit = plan->circuit;
    const block *row = inputs->rows + index * plan->n_evaluator_bits;
    const uint8_t *own_bits =
        inputs->own_bits != NULL ? inputs->own_bits + index * plan->n_garbler_bits : NULL;
    struct prg prg;

    prg_init(&prg, inputs->seed, inputs->first + index);
    for (uint64_t i = 0; i < circuit->n_inputs; i++) {
        uint64_t n = circuit->input_bits[i];

        if (sotto_interface_input_owner(plan->interface, i) == SOTTO_GARBLER) {
            expand_labels(labels, &prg, own_bits, n, party->engine.delta);
            if (own_bits != NULL) own_bits += n;
        } else if (n > 0) {
            memcpy(labels, row, n * BLOCK_LEN);
            row += n;
        }
        labels += n;
    }
    prg_wipe(&prg);
}

void party_collect_inputs(struct party *party, const struct party_inputs *inputs)
{
    collect_instance(party, party->inputs, inputs, 0);
}

static void chain_labels(struct party *party)
{
    const struct chain *chain = &party->plan->chain;
    const uint32_t *slots = party->plan->schedule->output_slots + chain->output_bit;

    for (uint32_t i = 0; i < chain->n_bits; i++)
        party->inputs[chain->input_bit + i] = party->engine.labels[slots[i]];
}

void party_begin_round(struct party *party, struct schedule_source *source, uint64_t round)
{
    if (round > 0) chain_labels(party);
    memcpy(party->engine.labels + N_CONSTANT_SLOTS, party->inputs,
           (size_t)party->plan->circuit->n_input_wires * BLOCK_LEN);
    schedule_source_init(source, party->plan->schedule);
    engine_begin(&party->engine, &source->source);
}

static void append_colour(struct party *party, block label)
{
    uint64_t at = party->n_colours / 8, shift = party->n_colours % 8;
    uint8_t colour = (uint8_t)(block_lsb(label) << shift);

    party->colours[at] = (uint8_t)(shift == 0 ? colour : party->colours[at] | colour);
    party->n_colours++;
}

void party_append_outputs(struct party *party)
{
    const uint32_t *slots = party->plan->schedule->output_slots;

    for (uint64_t i = 0; i < party->plan->n_output_bits; i++)
        append_colour(party, party->engine.labels[slots[i]]);
}

/* ---------------------------------------------------------------------------------- bundles -- */

struct filling {
    struct party *party;
    const struct party_inputs *inputs;
};

static void fill_group(void *user, block *labels, size_t group)
{
    const struct filling *filling = user;
    const struct party *party = filling->party;
    uint32_t n = party->plan->circuit->n_input_wires;
    block *inputs = party->lane_inputs + group * n;

    for (size_t lane = 0; lane < N_LANES; lane++) {
        collect_instance(party, inputs, filling->inputs, group * N_LANES + lane);
        for (uint32_t i = 0; i < n; i++) bundle_input(labels, i)[lane] = inputs[i];
    }
}

sotto_err party_begin_bundle(struct party *party, const struct party_inputs *inputs,
                             size_t n_groups)
{
    struct filling filling = {party, inputs};

    return bundle_begin(&party->bundle, &party->engine.hash, n_groups, fill_group, &filling);
}

void party_append_bundle(struct party *party)
{
    const struct bundle *bundle = &party->bundle;

    for (size_t group = 0; group < bundle->n_groups; group++)
        for (size_t lane = 0; lane < N_LANES; lane++)
            for (uint32_t i = 0; i < party->plan->n_output_bits; i++)
                append_colour(party, bundle_output(bundle, group, i)[lane]);
}

/* Colours of one party's labels, from sender to the other. */
static sotto_err pass_colours(struct party *party, struct run *run, enum frame_type type,
                              sotto_role sender)
{
    size_t len = (size_t)ceil_div_u64(party->n_colours, 8);

    if (run->wire->role == sender) return wire_send_all(run->wire, type, party->colours, len);
    return wire_receive_all(run->wire, party->peer_colours, type, len);
}

/* The exclusive or of both parties' colours of a wire is its value. */
static void decode(const struct party *party, uint8_t *results)
{
    for (uint64_t i = 0; i < party->n_colours; i++) {
        uint8_t both = party->colours[i / 8] ^ party->peer_colours[i / 8];

        results[i] = (uint8_t)(both >> i % 8 & 1);
    }
}

/* One direction after the other, so that two long messages never wait for each other. */
sotto_err party_exchange_outputs(struct party *party, struct run *run, uint64_t first)
{
    const struct plan *plan = party->plan;
    sotto_err err = SOTTO_OK;

    run_report(run, SOTTO_PHASE_OUTPUT);
    if (plan_reveals_to(plan, SOTTO_EVALUATOR))
        err = pass_colours(party, run, FRAME_DECODE, SOTTO_GARBLER);
    if (err == SOTTO_OK && plan_reveals_to(plan, SOTTO_GARBLER))
        err = pass_colours(party, run, FRAME_COLOURS, SOTTO_EVALUATOR);
    if (err == SOTTO_OK && plan_reveals_to(plan, run->wire->role))
        decode(party, run->results + first * plan->n_output_bits);
    party->n_colours = 0;
    return err;
}
