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

/* The seed is not waited for before the first choices: they and it cross. */
static sotto_err run_window(struct evaluator *evaluator, struct run *run, uint64_t first)
{
    sotto_err err = send_choices(evaluator, run, first, plan_window(run->plan, first));

    if (err == SOTTO_OK) err = receive_seed(evaluator, run);
    if (err != SOTTO_OK) return err;
    return party_run_window(&evaluator->party, run, first, &evaluator->secret->seed);
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
