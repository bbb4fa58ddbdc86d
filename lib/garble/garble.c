/* The garbling engine; see garble.h. */
#include "garble/garble.h"

#include "base/memory.h"

sotto_err engine_init(struct engine *engine, struct sotto_context *context, uint64_t n_slots,
                      const block *start, const block *delta)
{
    block *labels = bulk_new(n_slots, sizeof *labels);
    struct narrow_keys *keys = bulk_new(1, sizeof *keys);

    if (labels == NULL || keys == NULL) {
        bulk_free(labels, n_slots, sizeof *labels);
        bulk_free(keys, 1, sizeof *keys);
        return fail_memory(context);
    }
    *engine = (struct engine){
        .kernels = garble_kernels(),
        .hash = {.start = *start},
        .labels = labels,
        .n_slots = n_slots,
        .delta = delta,
        .finished = true,
        .keys = keys,
    };
    return SOTTO_OK;
}

void engine_wipe(struct engine *engine)
{
    bulk_free(engine->labels, engine->n_slots, sizeof *engine->labels);
    bulk_free(engine->keys, 1, sizeof *engine->keys);
    mem_wipe(engine, sizeof *engine);
}

/* The constant one has the active label zero, so its zero-label is delta: an inverter is then an
 * XOR with this wire on both sides, and nothing about constants is ever sent. */
static void set_constants(struct engine *engine)
{
    const block zero = {{0, 0}};

    engine->labels[SLOT_ZERO] = zero;
    engine->labels[SLOT_ONE] = engine->delta != NULL ? *engine->delta : zero;
}

static void run_free_gates(block *labels, const struct slot_gate *gates, size_t n)
{
    for (size_t i = 0; i < n; i++)
        labels[gates[i].out] = block_xor(labels[gates[i].a], labels[gates[i].b]);
}

/* Moves on to the next span that has ANDs, running the free gates on the way. */
static void advance(struct engine *engine)
{
    while (!engine->finished && engine->and_at == engine->span.n_and) {
        engine->and_at = 0;
        engine->finished = !engine->source->next(engine->source, &engine->span);
        if (engine->finished) return;
        run_free_gates(engine->labels, engine->span.free_gates, engine->span.n_free);
    }
}

void engine_begin(struct engine *engine, struct gate_source *source)
{
    engine->source = source;
    engine->span = (struct gate_span){0};
    engine->and_at = 0;
    engine->finished = false;
    set_constants(engine);
    advance(engine);
}

/* The next batch of at most max independent ANDs and the number of its first one. */
static sotto_err next_batch(struct engine *engine, struct sotto_context *context,
                            const struct slot_gate **gates, size_t *n, uint64_t *first, size_t max)
{
    size_t left = engine->span.n_and - engine->and_at;
    uint64_t tweak;

    *n = left < max ? left : max;
    if (!take_tweaks(&engine->hash, &tweak, 2 * (uint64_t)*n))
        return fail(context, SOTTO_ERR_LIMIT, "too many gates in one session: tweaks used up");
    *first = tweak / 2;
    *gates = engine->span.and_gates + engine->and_at;
    return SOTTO_OK;
}

/* Whether the batch goes to the narrow kernels: not a single narrow one between wide ones, since
 * keys are expanded for several. Sees to it that its keys are there. */
static bool prepare_narrow(struct engine *engine, size_t n, uint64_t first)
{
    bool follows_narrow = engine->was_narrow;

    engine->was_narrow = n < N_NARROW;
    if (!engine->was_narrow || !follows_narrow) return false;
    if (!engine->has_keys || first - engine->keys->first > N_NARROW - n)
        engine->kernels->expand(engine->keys, &engine->hash.start, first);
    engine->has_keys = true;
    return true;
}

sotto_err engine_garble(struct engine *engine, struct sotto_context *context, uint8_t *tables,
                        size_t *tables_len, size_t capacity)
{
    size_t at = 0;

    while (!engine->finished && capacity - at >= TABLE_LEN) {
        const struct slot_gate *gates;
        uint64_t first;
        size_t n;
        sotto_err err =
            next_batch(engine, context, &gates, &n, &first, (capacity - at) / TABLE_LEN);

        if (err != SOTTO_OK) return err;
        if (prepare_narrow(engine, n, first))
            engine->kernels->garble_narrow(engine->labels, tables + at, gates, n, engine->delta,
                                           engine->keys, first);
        else
            engine->kernels->garble(engine->labels, tables + at, gates, n, engine->delta,
                                    &engine->hash.start, first);
        at += n * TABLE_LEN;
        engine->and_at += n;
        advance(engine);
    }
    *tables_len = at;
    return SOTTO_OK;
}

sotto_err engine_evaluate(struct engine *engine, struct sotto_context *context, size_t *used,
                          const uint8_t *tables, size_t tables_len)
{
    size_t at = 0;

    while (!engine->finished && tables_len - at >= TABLE_LEN) {
        const struct slot_gate *gates;
        uint64_t first;
        size_t n;
        sotto_err err =
            next_batch(engine, context, &gates, &n, &first, (tables_len - at) / TABLE_LEN);

        if (err != SOTTO_OK) return err;
        if (prepare_narrow(engine, n, first))
            engine->kernels->evaluate_narrow(engine->labels, tables + at, gates, n, engine->keys,
                                             first);
        else
            engine->kernels->evaluate(engine->labels, tables + at, gates, n, &engine->hash.start,
                                      first);
        at += n * TABLE_LEN;
        engine->and_at += n;
        advance(engine);
    }
    *used = at;
    return SOTTO_OK;
}
