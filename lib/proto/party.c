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

sotto_err party_init(struct party *party, struct sotto_context *context, const struct plan *plan,
                     sotto_role role)
{
    uint64_t colours_len = plan_output_bytes(plan, plan->window);
    uint8_t *frame_memory = bulk_new(FRAME_MEMORY, 1);

    party->plan = plan;
    party->n_rows = plan_choice_blocks(plan, plan->window) * OTS_PER_BLOCK;
    party->n_inputs = (uint64_t)plan->circuit->n_input_wires * plan->n_lanes;
    party->inputs = bulk_new(party->n_inputs, BLOCK_LEN);
    party->rows = bulk_new(party->n_rows, BLOCK_LEN);
    party->colours = bulk_new(colours_len, 2);
    if (frame_memory != NULL) {
        party->payload = frame_memory + FRAME_ALIGNMENT;
        party->frame = party->payload - FRAME_HEADER_LEN;
    }
    if (party->inputs == NULL || party->rows == NULL || party->colours == NULL ||
        frame_memory == NULL)
        return fail_memory(context);
    party->peer_colours = party->colours + colours_len;
    return tables_new(context, &party->tables, role, plan_table_bytes(plan, plan->window));
}

void party_wipe(struct party *party)
{
    if (party->plan == NULL) return;
    if (party->engine.labels != NULL) engine_wipe(&party->engine);
    bulk_free(party->inputs, party->n_inputs, BLOCK_LEN);
    bulk_free(party->rows, party->n_rows, BLOCK_LEN);
    bulk_free(party->colours, plan_output_bytes(party->plan, party->plan->window), 2);
    if (party->payload != NULL) bulk_free(party->payload - FRAME_ALIGNMENT, FRAME_MEMORY, 1);
    tables_free(party->tables);
    *party = (struct party){0};
}

/* The start point of H is RO of the session id: neither party chooses it, no two sessions share
 * it. */
sotto_err party_start(struct party *party, const struct run *run, const block *delta)
{
    uint8_t bytes[BLOCK_LEN];
    struct oracle oracle;
    block start;

    oracle_begin(&oracle, "hash start point");
    oracle_field(&oracle, run->session_id, SESSION_ID_LEN);
    oracle_end(&oracle, bytes, sizeof bytes);
    start = block_load(bytes);
    return engine_init(&party->engine, run->context,
                       (uint64_t)party->plan->schedule->n_slots * party->plan->n_lanes, &start,
                       delta);
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

/* One instance's labels; row and own_bits move on to the next instance's. */
static void collect_instance(struct party *party, block *labels, struct prg *prg, const block **row,
                             const uint8_t **own_bits)
{
    const struct sotto_circuit *circuit = party->plan->circuit;

    for (uint64_t i = 0; i < circuit->n_inputs; i++) {
        uint64_t n = circuit->input_bits[i];

        if (sotto_interface_input_owner(party->plan->interface, i) == SOTTO_GARBLER) {
            expand_labels(labels, prg, *own_bits, n, party->engine.delta);
            if (*own_bits != NULL) *own_bits += n;
        } else if (n > 0) {
            memcpy(labels, *row, n * BLOCK_LEN);
            *row += n;
        }
        labels += n;
    }
}

void party_collect_inputs(struct party *party, const struct party_inputs *inputs)
{
    const block *row = inputs->rows;
    const uint8_t *own_bits = inputs->own_bits;
    struct prg prg;

    party->n_lanes = inputs->n_lanes;
    for (size_t lane = 0; lane < inputs->n_lanes; lane++) {
        block *labels = party->inputs + lane * party->plan->circuit->n_input_wires;

        prg_init(&prg, inputs->seed, inputs->first + lane);
        collect_instance(party, labels, &prg, &row, &own_bits);
    }
    prg_wipe(&prg);
}

static block *label_at(struct party *party, uint32_t slot, size_t lane)
{
    return &party->engine.labels[party->n_lanes * slot + lane];
}

static void chain_labels(struct party *party, size_t lane)
{
    const struct chain *chain = &party->plan->chain;
    const uint32_t *slots = party->plan->schedule->output_slots + chain->output_bit;
    block *inputs = party->inputs + lane * party->plan->circuit->n_input_wires + chain->input_bit;

    for (uint32_t i = 0; i < chain->n_bits; i++) inputs[i] = *label_at(party, slots[i], lane);
}

void party_begin_round(struct party *party, struct schedule_source *source, uint64_t round)
{
    uint32_t n = party->plan->circuit->n_input_wires;

    for (size_t lane = 0; lane < party->n_lanes; lane++)
        if (round > 0) chain_labels(party, lane);
    for (uint32_t i = 0; i < n; i++)
        for (size_t lane = 0; lane < party->n_lanes; lane++)
            *label_at(party, N_CONSTANT_SLOTS + i, lane) = party->inputs[lane * n + i];
    schedule_source_init(source, party->plan->schedule);
    if (party->n_lanes == 1) engine_begin(&party->engine, &source->source);
    else engine_begin_lanes(&party->engine, &source->source);
}

static void append_instance(struct party *party, size_t lane)
{
    const uint32_t *slots = party->plan->schedule->output_slots;

    for (uint64_t i = 0; i < party->plan->n_output_bits; i++, party->n_colours++) {
        uint64_t at = party->n_colours / 8, shift = party->n_colours % 8;
        uint8_t colour = (uint8_t)(block_lsb(*label_at(party, slots[i], lane)) << shift);

        party->colours[at] = (uint8_t)(shift == 0 ? colour : party->colours[at] | colour);
    }
}

void party_append_outputs(struct party *party)
{
    for (size_t lane = 0; lane < party->n_lanes; lane++) append_instance(party, lane);
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
