/* The ends of circuits whose outputs are shared; see mixed_finals.h. */
#include "proto/mixed_finals.h"

#include "base/memory.h"
#include "proto/mixed.h"

#include <string.h>

/* A bundle's tables are one piece of the stream. */
#define MAX_FINALS (MIXED_PIECE_LEN / (BUNDLE_MAX_GROUPS * FINAL_LEN))

static sotto_err make_gates(struct mixed_finals *finals, struct sotto_context *context)
{
    const struct split *split = finals->split;
    const uint32_t *slots = finals->schedule->output_slots;

    finals->gates = mem_new(split->n_finals, sizeof *finals->gates);
    if (finals->gates == NULL) return fail_memory(context);
    for (uint32_t k = 0; k < split->n_finals; k++)
        finals->gates[k] =
            (struct slot_gate){.a = slots[split->finals[k].a], .b = slots[split->finals[k].b]};
    return SOTTO_OK;
}

sotto_err mixed_finals_new(struct sotto_context *context, struct mixed_finals **finals,
                           const struct sotto_circuit *circuit)
{
    struct mixed_finals *made = mem_new(1, sizeof *made);
    sotto_err err = made != NULL ? split_new(context, &made->split, circuit) : fail_memory(context);
    bool has_any = err == SOTTO_OK && made->split->n_finals > 0;

    if (has_any && made->split->n_finals <= MAX_FINALS) {
        err = schedule_new_narrow(context, &made->schedule, made->split->head);
        if (err == SOTTO_OK) err = make_gates(made, context);
        if (err == SOTTO_OK) {
            made->n_each = (size_t)split_n_places(made->split) + made->split->n_outputs;
            *finals = made;
            return SOTTO_OK;
        }
    }
    mixed_finals_free(made);
    if (err == SOTTO_OK) *finals = NULL;
    return err;
}

sotto_err mixed_finals_start(struct mixed_finals *finals, struct sotto_context *context,
                             size_t n_groups)
{
    finals->n_groups = n_groups;
    finals->memories = bulk_new(n_groups, sizeof *finals->memories);
    finals->colours = bulk_new(n_groups, finals->n_each);
    return finals->memories != NULL && finals->colours != NULL ? SOTTO_OK : fail_memory(context);
}

void mixed_finals_free(struct mixed_finals *finals)
{
    if (finals == NULL) return;
    bulk_free(finals->memories, finals->n_groups, sizeof *finals->memories);
    bulk_free(finals->colours, finals->n_groups, finals->n_each);
    schedule_free(finals->schedule);
    split_free(finals->split);
    mem_free(finals->gates);
    mem_free(finals);
}

size_t mixed_finals_len(const struct mixed_finals *finals, size_t n_groups)
{
    size_t len = n_groups * finals->split->n_finals * FINAL_LEN;

    return (len + BUNDLE_UNIT - 1) / BUNDLE_UNIT * BUNDLE_UNIT;
}

/* What the threads of a bundle share. */
struct ending {
    const struct mixed_finals *finals;
    const struct bundle *bundle;
    const block *delta;
    const block *start;
    uint64_t first; /* AND of the first group */
    uint8_t *garbled;
    const uint8_t *received;
    uint8_t *shares;
};

static void take_seen(const struct ending *ending, uint8_t *places, size_t group)
{
    for (uint32_t i = 0; i < ending->finals->split->n_seen; i++)
        garble_kernels()->take_colours(&places[i], bundle_output(ending->bundle, group, i), 1);
}

static void run_finals(const struct ending *ending, uint8_t *colours, size_t group)
{
    const struct mixed_finals *finals = ending->finals;
    const block *labels = ending->bundle->groups[group].engine.labels;
    size_t n = finals->split->n_finals, at = group * n * FINAL_LEN;
    uint64_t first = ending->first + group * n;

    if (ending->garbled != NULL)
        finals_garble(&finals->memories[group], ending->garbled + at, colours, labels,
                      finals->gates, n, ending->delta, ending->start, first);
    else
        finals_evaluate(&finals->memories[group], colours, ending->received + at, labels,
                        finals->gates, n, ending->start, first);
}

/* Of a lane, eight outputs at once: a shift takes the lane's bit to the lowest place of each. */
static void give_shares(uint8_t *shares, const uint8_t *colours, size_t n)
{
    for (size_t lane = 0; lane < N_LANES; lane++, shares += n) {
        size_t i = 0;

        for (; n - i >= sizeof(uint64_t); i += sizeof(uint64_t)) {
            uint64_t word;

            memcpy(&word, colours + i, sizeof word);
            word = word >> lane & UINT64_C(0x0101010101010101);
            memcpy(shares + i, &word, sizeof word);
        }
        for (; i < n; i++) shares[i] = colours[i] >> lane & 1;
    }
}

static void end_group(void *argument, uint64_t group)
{
    const struct ending *ending = argument;
    const struct split *split = ending->finals->split;
    uint8_t *places = ending->finals->colours + group * ending->finals->n_each;
    uint8_t *free_gates = places + split->n_seen + split->n_finals;
    uint8_t *outputs = free_gates + split->n_free;

    take_seen(ending, places, (size_t)group);
    run_finals(ending, places + split->n_seen, (size_t)group);
    for (uint32_t i = 0; i < split->n_free; i++)
        free_gates[i] = places[split->free_gates[i].a] ^ places[split->free_gates[i].b];
    for (uint32_t i = 0; i < split->n_outputs; i++) outputs[i] = places[split->outputs[i]];
    give_shares(ending->shares + group * N_LANES * split->n_outputs, outputs, split->n_outputs);
}

static sotto_err run(struct ending *ending, struct label_hash *hash)
{
    const struct bundle *bundle = ending->bundle;
    uint64_t n = ending->finals->split->n_finals * (uint64_t)bundle->n_groups, tweak;

    if (!take_tweaks(hash, &tweak, 2 * n)) return fail_tweaks(bundle->context);
    ending->first = tweak / 2;
    ending->start = &hash->start;
    team_run(bundle->team, end_group, ending, bundle->n_groups);
    return SOTTO_OK;
}

sotto_err mixed_finals_garble(struct mixed_finals *finals, uint8_t *tables, uint8_t *shares,
                              struct label_hash *hash, const struct bundle *bundle,
                              const block *delta)
{
    struct ending ending = {
        .finals = finals, .bundle = bundle, .delta = delta, .garbled = tables, .shares = shares};
    size_t used = bundle->n_groups * finals->split->n_finals * FINAL_LEN;

    memset(tables + used, 0, mixed_finals_len(finals, bundle->n_groups) - used);
    return run(&ending, hash);
}

sotto_err mixed_finals_evaluate(struct mixed_finals *finals, uint8_t *shares,
                                struct label_hash *hash, const uint8_t *tables,
                                const struct bundle *bundle)
{
    struct ending ending = {
        .finals = finals, .bundle = bundle, .received = tables, .shares = shares};

    return run(&ending, hash);
}
