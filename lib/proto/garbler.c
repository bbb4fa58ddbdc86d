/* The garbler's side of a run (THE RUN in sotto-protocol(7)); see party.h. */
#include "base/memory.h"
#include "base/random.h"
#include "ot/extension.h"
#include "proto/ot_base.h"
#include "proto/ot_choice.h"
#include "proto/ot_direct.h"

/* In guarded memory. Whoever learns delta learns everything. */
struct garbler_secret {
    block delta;
    block seed; /* of the labels of the garbler's inputs; sent to the evaluator */
    block keys[N_BASE_OTS];
};

struct garbler {
    struct party party;
    struct garbler_secret *secret;
    struct base_receiver *base; /* for an extension: the roles of the base OT are reversed */
    struct base_sender *direct; /* without one; neither where there is nothing to choose */
    struct extension_sender *extension;
};

static void draw_secrets(struct garbler_secret *secret)
{
    random_bytes(&secret->delta, sizeof secret->delta);
    random_bytes(&secret->seed, sizeof secret->seed);
    secret->delta.half[0] |= 1; /* point-and-permute: the two labels of a wire differ in colour */
    ct_mark_secret(&secret->delta, sizeof secret->delta);
    ct_mark_secret(&secret->seed, sizeof secret->seed);
}

static sotto_err prepare_base(struct garbler *garbler, struct sotto_context *context,
                              const struct plan *plan)
{
    size_t n = plan_n_base_ots(plan);
    sotto_err err;

    if (plan_is_direct(plan)) return base_sender_new(context, &garbler->direct, n);
    err = base_receiver_new(context, &garbler->base, n);
    if (err == SOTTO_OK)
        err = base_receiver_choose(garbler->base, context, &garbler->secret->delta);
    return err == SOTTO_OK ? base_receiver_prepare(garbler->base, context, n) : err;
}

static sotto_err prepare(struct garbler *garbler, struct sotto_context *context,
                         const struct plan *plan)
{
    sotto_err err = party_init(&garbler->party, context, plan);

    if (err != SOTTO_OK) return err;
    garbler->secret = guarded_new(sizeof *garbler->secret);
    if (garbler->secret == NULL) return fail_memory(context);
    draw_secrets(garbler->secret);
    return plan->n_evaluator_bits > 0 ? prepare_base(garbler, context, plan) : SOTTO_OK;
}

sotto_err garbler_new(struct sotto_context *context, struct garbler **garbler,
                      const struct plan *plan)
{
    struct garbler *made = mem_new(1, sizeof *made);
    sotto_err err;

    if (made == NULL) return fail_memory(context);
    err = prepare(made, context, plan);
    if (err != SOTTO_OK) garbler_free(made);
    else *garbler = made;
    return err;
}

void garbler_free(struct garbler *garbler)
{
    if (garbler == NULL) return;
    base_receiver_free(garbler->base);
    base_sender_free(garbler->direct);
    extension_sender_free(garbler->extension);
    party_wipe(&garbler->party);
    guarded_free(garbler->secret);
    mem_free(garbler);
}

static sotto_err receive_trees(struct garbler *garbler, struct run *run)
{
    uint8_t *trees = garbler->party.payload;
    size_t len = TREE_MESSAGE_LEN(run->ot.width, run->ot.malicious);
    sotto_err err = SOTTO_OK;

    if (len > 0) err = wire_receive(run->wire, trees, FRAME_TREES, len);
    if (err == SOTTO_OK)
        err = extension_sender_new(run->context, &garbler->extension, garbler->secret->keys,
                                   &garbler->secret->delta, trees, &run->ot);
    return err;
}

static sotto_err run_base_ots(struct garbler *garbler, struct run *run)
{
    struct party *party = &garbler->party;
    block *keys = garbler->secret->keys;
    uint8_t *payload = party->payload;
    sotto_err err = ot_choose(run, payload);

    if (err == SOTTO_OK && garbler->direct != NULL)
        return ot_direct_send(run->wire, garbler->direct, party->rows, payload,
                              &garbler->secret->delta, &run->ot);
    if (err == SOTTO_OK) err = ot_base_receive(run->wire, garbler->base, keys, payload, &run->ot);
    if (err == SOTTO_OK) err = receive_trees(garbler, run);
    mem_wipe(keys, sizeof garbler->secret->keys);
    return err;
}

static sotto_err send_seed(struct garbler *garbler, struct run *run)
{
    block_store(garbler->party.payload, garbler->secret->seed);
    return wire_send(run->wire, FRAME_SEED, garbler->party.frame, BLOCK_LEN);
}

/* Nothing that depends on the choices leaves before this. */
static sotto_err check_choices(struct garbler *garbler, struct run *run)
{
    uint8_t frame[FRAME_HEADER_LEN + EXTENSION_CHALLENGE_LEN], answer[EXTENSION_ANSWER_LEN];
    sotto_err err =
        extension_sender_challenge(garbler->extension, run->context, frame + FRAME_HEADER_LEN);

    if (err == SOTTO_OK)
        err = wire_send(run->wire, FRAME_CHALLENGE, frame, EXTENSION_CHALLENGE_LEN);
    if (err == SOTTO_OK) err = wire_receive(run->wire, answer, FRAME_ANSWER, sizeof answer);
    if (err == SOTTO_OK) err = extension_sender_check(garbler->extension, run->context, answer);
    return err;
}

/* Rows Q of the window's choices: they are the zero-labels W0 of the evaluator's inputs, and its
 * rows T = Q ^ r delta are the active labels, without another message. */
static sotto_err receive_choices(struct garbler *garbler, struct run *run, uint64_t n_instances)
{
    struct party *party = &garbler->party;
    uint64_t n_blocks = plan_choice_blocks(party->plan, n_instances);
    sotto_err err = SOTTO_OK;

    if (garbler->extension == NULL) return SOTTO_OK;
    for (uint64_t at = 0; err == SOTTO_OK && at < n_blocks; at += EXTENSION_CHUNK_BLOCKS) {
        uint64_t left = n_blocks - at;
        size_t n = left < EXTENSION_CHUNK_BLOCKS ? (size_t)left : EXTENSION_CHUNK_BLOCKS;

        err = wire_receive(run->wire, party->payload, FRAME_CHOICES,
                           EXTENSION_MESSAGE_LEN(n, run->ot.width, run->ot.malicious));
        if (err == SOTTO_OK)
            err = extension_sender_absorb(garbler->extension, run->context, party->payload, n);
        if (err == SOTTO_OK && run->ot.malicious) err = check_choices(garbler, run);
        if (err == SOTTO_OK)
            err = extension_sender_rows(garbler->extension, run->context,
                                        party->rows + at * OTS_PER_BLOCK);
    }
    return err;
}

static sotto_err run_window(struct garbler *garbler, struct run *run, uint64_t first)
{
    sotto_err err = receive_choices(garbler, run, plan_window(run->plan, first));

    if (err != SOTTO_OK) return err;
    return party_run_window(&garbler->party, run, first, &garbler->secret->seed);
}

sotto_err garbler_run(struct garbler *garbler, struct run *run)
{
    const struct plan *plan = run->plan;
    sotto_err err = party_start(&garbler->party, run, &garbler->secret->delta);

    run_report(run, SOTTO_PHASE_OBLIVIOUS_TRANSFER);
    if (err == SOTTO_OK && plan->n_evaluator_bits > 0) err = run_base_ots(garbler, run);
    if (err == SOTTO_OK) err = send_seed(garbler, run);
    for (uint64_t first = 0; err == SOTTO_OK && first < plan->n_instances; first += plan->window)
        err = run_window(garbler, run, first);
    return err;
}
