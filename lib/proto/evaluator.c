/* The evaluator's side of a run (THE RUN in sotto-protocol(7)); see party.h. */
#include "base/checked.h"
#include "base/memory.h"
#include "ot/extension.h"
#include "ot/transfer.h"
#include "proto/ot_base.h"
#include "proto/ot_choice.h"
#include "proto/ot_direct.h"

/* In guarded memory. */
struct evaluator_secret {
    block seed; /* of the labels of the garbler's inputs */
    block keys[N_BASE_OTS][2];
    block choices[EXTENSION_CHUNK_BLOCKS];
};

struct evaluator {
    struct party party;
    struct evaluator_secret *secret;
    struct base_sender *base;     /* for an extension: the roles of the base OT are reversed */
    struct base_receiver *direct; /* without one; neither where there is nothing to choose */
    struct extension_receiver *extension;
    bool has_seed;
    uint8_t *tables; /* the frame at hand; NULL: none */
    size_t tables_len;
    size_t tables_at; /* bytes used */
};

static sotto_err prepare_base(struct evaluator *evaluator, struct sotto_context *context,
                              const struct plan *plan)
{
    size_t n = plan_n_base_ots(plan);
    sotto_err err;

    if (!plan_is_direct(plan)) return base_sender_new(context, &evaluator->base, n);
    err = base_receiver_new(context, &evaluator->direct, n);
    return err == SOTTO_OK ? base_receiver_prepare(evaluator->direct, context, n) : err;
}

static sotto_err prepare(struct evaluator *evaluator, struct sotto_context *context,
                         const struct plan *plan)
{
    sotto_err err = party_init(&evaluator->party, context, plan);

    if (err != SOTTO_OK) return err;
    evaluator->secret = guarded_new(sizeof *evaluator->secret);
    if (evaluator->secret == NULL) return fail_memory(context);
    return plan->n_evaluator_bits > 0 ? prepare_base(evaluator, context, plan) : SOTTO_OK;
}

sotto_err evaluator_new(struct sotto_context *context, struct evaluator **evaluator,
                        const struct plan *plan)
{
    struct evaluator *made = mem_new(1, sizeof *made);
    sotto_err err;

    if (made == NULL) return fail_memory(context);
    err = prepare(made, context, plan);
    if (err != SOTTO_OK) evaluator_free(made);
    else *evaluator = made;
    return err;
}

void evaluator_free(struct evaluator *evaluator)
{
    if (evaluator == NULL) return;
    base_sender_free(evaluator->base);
    base_receiver_free(evaluator->direct);
    extension_receiver_free(evaluator->extension);
    party_wipe(&evaluator->party);
    guarded_free(evaluator->secret);
    mem_free(evaluator);
}

static sotto_err send_trees(struct evaluator *evaluator, struct run *run)
{
    size_t len = TREE_MESSAGE_LEN(run->ot.width, run->ot.malicious);
    sotto_err err =
        extension_receiver_new(run->context, &evaluator->extension, evaluator->party.payload,
                               (const block(*)[2])evaluator->secret->keys, &run->ot);

    if (err == SOTTO_OK && len > 0)
        err = wire_send(run->wire, FRAME_TREES, evaluator->party.frame, len);
    return err;
}

static sotto_err run_base_ots(struct evaluator *evaluator, struct run *run)
{
    block(*keys)[2] = evaluator->secret->keys;
    struct party *party = &evaluator->party;
    uint8_t *payload = party->payload;
    sotto_err err = ot_choose(run, payload);

    if (err == SOTTO_OK && evaluator->direct != NULL)
        return ot_direct_receive(run->wire, evaluator->direct, party->rows, payload, run->inputs,
                                 &run->ot);
    if (err == SOTTO_OK) err = ot_base_send(run->wire, evaluator->base, keys, payload, &run->ot);
    if (err == SOTTO_OK) err = send_trees(evaluator, run);
    mem_wipe(keys, sizeof evaluator->secret->keys);
    return err;
}

/* Once: later calls do nothing. */
static sotto_err receive_seed(struct evaluator *evaluator, struct run *run)
{
    uint8_t bytes[BLOCK_LEN];
    sotto_err err;

    if (evaluator->has_seed) return SOTTO_OK;
    err = wire_receive(run->wire, bytes, FRAME_SEED, sizeof bytes);
    evaluator->has_seed = err == SOTTO_OK;
    if (err == SOTTO_OK) {
        evaluator->secret->seed = block_load(bytes);
        ct_mark_secret(&evaluator->secret->seed, BLOCK_LEN);
    }
    mem_wipe(bytes, sizeof bytes);
    return err;
}

static sotto_err answer_challenge(struct evaluator *evaluator, struct run *run)
{
    uint8_t challenge[EXTENSION_CHALLENGE_LEN], frame[FRAME_HEADER_LEN + EXTENSION_ANSWER_LEN];
    sotto_err err = wire_receive(run->wire, challenge, FRAME_CHALLENGE, sizeof challenge);

    if (err == SOTTO_OK)
        err = extension_receiver_answer(evaluator->extension, run->context,
                                        frame + FRAME_HEADER_LEN, challenge);
    if (err == SOTTO_OK) err = wire_send(run->wire, FRAME_ANSWER, frame, EXTENSION_ANSWER_LEN);
    return err;
}

/* Rows T of the window's choices: the active labels of the evaluator's inputs. */
static sotto_err send_choices(struct evaluator *evaluator, struct run *run, uint64_t first,
                              uint64_t n_instances)
{
    const uint64_t most = (uint64_t)EXTENSION_CHUNK_BLOCKS * OTS_PER_BLOCK;
    struct party *party = &evaluator->party;
    uint64_t n_bits = n_instances * run->plan->n_evaluator_bits;
    const uint8_t *bits = run->inputs + first * run->plan->n_evaluator_bits;
    block *choices = evaluator->secret->choices;
    sotto_err err = SOTTO_OK;

    if (evaluator->extension == NULL) return SOTTO_OK;
    for (uint64_t at = 0; err == SOTTO_OK && at < n_bits; at += most) {
        uint64_t n = n_bits - at < most ? n_bits - at : most;
        size_t n_blocks = (size_t)ceil_div_u64(n, OTS_PER_BLOCK);

        pack_choices(choices, bits + at, (size_t)n);
        err = extension_receiver_choose(evaluator->extension, run->context, party->payload, choices,
                                        n_blocks);
        if (err == SOTTO_OK)
            err = wire_send(run->wire, FRAME_CHOICES, party->frame,
                            EXTENSION_MESSAGE_LEN(n_blocks, run->ot.width, run->ot.malicious));
        /* The garbler's challenge comes behind its seed. */
        if (err == SOTTO_OK && run->ot.malicious) err = receive_seed(evaluator, run);
        if (err == SOTTO_OK && run->ot.malicious) err = answer_challenge(evaluator, run);
        if (err == SOTTO_OK)
            err = extension_receiver_rows(evaluator->extension, run->context, party->rows + at);
    }
    mem_wipe(choices, sizeof evaluator->secret->choices);
    return err;
}

static sotto_err take_frame(struct evaluator *evaluator, struct run *run)
{
    run_report(run, SOTTO_PHASE_GATES);
    evaluator->tables_at = 0;
    return tables_next(evaluator->party.tables, &evaluator->tables, &evaluator->tables_len);
}

static sotto_err pass_frame(struct evaluator *evaluator, struct run *run)
{
    evaluator->tables = NULL;
    run->n_and += evaluator->tables_len / TABLE_LEN;
    return tables_pass(evaluator->party.tables);
}

/* Tables beyond the pass stay in the frame for the next one. */
static sotto_err evaluate_pass(struct evaluator *evaluator, struct run *run)
{
    struct party *party = &evaluator->party;
    sotto_err err = check_interrupt(run->context);

    while (err == SOTTO_OK && !party->engine.finished) {
        size_t used;

        if (evaluator->tables == NULL) err = take_frame(evaluator, run);
        if (err == SOTTO_OK)
            err = engine_evaluate(&party->engine, run->context, &used,
                                  evaluator->tables + evaluator->tables_at,
                                  evaluator->tables_len - evaluator->tables_at);
        if (err != SOTTO_OK) return err;
        evaluator->tables_at += used;
        if (evaluator->tables_at == evaluator->tables_len) err = pass_frame(evaluator, run);
    }
    return err;
}

static sotto_err evaluate_instance(struct evaluator *evaluator, struct run *run,
                                   const struct party_inputs *inputs)
{
    struct schedule_source source;
    sotto_err err = SOTTO_OK;

    party_collect_inputs(&evaluator->party, inputs);
    for (uint64_t round = 0; err == SOTTO_OK && round < run->plan->n_rounds; round++) {
        party_begin_round(&evaluator->party, &source, round);
        err = evaluate_pass(evaluator, run);
    }
    if (err == SOTTO_OK) party_append_outputs(&evaluator->party);
    return err;
}

static sotto_err evaluate_bundle(struct evaluator *evaluator, struct run *run,
                                 const struct party_inputs *inputs, size_t n_groups)
{
    struct party *party = &evaluator->party;
    sotto_err err = party_begin_bundle(party, inputs, n_groups);

    while (err == SOTTO_OK && !bundle_finished(&party->bundle)) {
        size_t at, used;

        if (evaluator->tables == NULL) err = take_frame(evaluator, run);
        if (err != SOTTO_OK) break;
        at = evaluator->tables_at;
        err = bundle_evaluate(&party->bundle, &used, evaluator->tables + at,
                              evaluator->tables_len - at);
        if (err != SOTTO_OK) break;
        evaluator->tables_at += used;
        if (evaluator->tables_at == evaluator->tables_len) err = pass_frame(evaluator, run);
    }
    if (err == SOTTO_OK) party_append_bundle(party);
    return err;
}

static sotto_err evaluate_window(struct evaluator *evaluator, struct run *run, uint64_t first,
                                 uint64_t n_instances)
{
    const struct plan *plan = run->plan;
    sotto_err err = SOTTO_OK;

    for (uint64_t i = 0; err == SOTTO_OK && i < n_instances;) {
        size_t n_groups = plan_bundle(plan, i, n_instances);
        const struct party_inputs inputs = {
            .first = first + i,
            .seed = &evaluator->secret->seed,
            .rows = party_rows(&evaluator->party, first, i),
        };

        if (n_groups > 0) err = evaluate_bundle(evaluator, run, &inputs, n_groups);
        else err = evaluate_instance(evaluator, run, &inputs);
        i += n_groups > 0 ? n_groups * N_LANES : 1;
    }
    return err;
}

/* The seed is not waited for before the first choices: they and it cross. */
static sotto_err run_window(struct evaluator *evaluator, struct run *run, uint64_t first)
{
    struct tables *tables = evaluator->party.tables;
    uint64_t n_instances = plan_window(run->plan, first);
    sotto_err err = send_choices(evaluator, run, first, n_instances), closing;

    if (err == SOTTO_OK) err = receive_seed(evaluator, run);
    if (err == SOTTO_OK)
        err = tables_open(tables, run->wire, plan_table_bytes(run->plan, n_instances));
    if (err != SOTTO_OK) return err;
    run_report(run, SOTTO_PHASE_GATES);
    err = evaluate_window(evaluator, run, first, n_instances);
    closing = tables_close(tables);
    if (err == SOTTO_OK) err = closing;
    if (err == SOTTO_OK) err = party_exchange_outputs(&evaluator->party, run, first);
    return err;
}

sotto_err evaluator_run(struct evaluator *evaluator, struct run *run)
{
    const struct plan *plan = run->plan;
    sotto_err err = party_start(&evaluator->party, run, NULL);

    run_report(run, SOTTO_PHASE_OBLIVIOUS_TRANSFER);
    if (err == SOTTO_OK && plan->n_evaluator_bits > 0) err = run_base_ots(evaluator, run);
    for (uint64_t first = 0; err == SOTTO_OK && first < plan->n_instances; first += plan->window)
        err = run_window(evaluator, run, first);
    return err;
}
