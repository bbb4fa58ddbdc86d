/* The garbling engine; see garble.h. */
#include "garble/garble.h"

#include "base/memory.h"

sotto_err engine_init(struct engine *engine, struct sotto_context *context, uint64_t n_labels,
                      const block *start, const block *delta)
{
    block *labels = bulk_new(n_labels, sizeof *labels);
    struct narrow_keys *keys = bulk_new(1, sizeof *keys);

    if (labels == NULL || keys == NULL) {
        bulk_free(labels, n_labels, sizeof *labels);
        bulk_free(keys, 1, sizeof *keys);
        return fail_memory(context);
    }
    *engine = (struct engine){
        .kernels = garble_kernels(),
        .hash = {.start = *start},
        .labels = labels,
        .n_labels = n_labels,
        .delta = delta,
        .finished = true,
        .keys = keys,
    };
    return SOTTO_OK;
}

void engine_wipe(struct engine *engine)
{
    bulk_free(engine->labels, engine->n_labels, sizeof *engine->labels);
    bulk_free(engine->keys, 1, sizeof *engine->keys);
    mem_wipe(engine, sizeof *engine);
}

/* The constant one has the active label zero, so its zero-label is delta: an inverter is then an
 * XOR with this wire on both sides, and nothing about constants is ever sent. */
static void set_constants(struct engine *engine)
{
    const block zero = {{0, 0}};

    for (size_t lane = 0; lane < engine->n_lanes; lane++) {
        engine->labels[SLOT_ZERO * engine->n_lanes + lane] = zero;
        engine->labels[SLOT_ONE * engine->n_lanes + lane] =
            engine->delta != NULL ? *engine->delta : zero;
    }
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
        if (engine->n_lanes == 1)
            run_free_gates(engine->labels, engine->span.free_gates, engine->span.n_free);
        else
            engine->kernels->xor_lanes(engine->labels, engine->span.free_gates,
                                       engine->span.n_free);
    }
}

static void begin(struct engine *engine, struct gate_source *source, size_t n_lanes)
{
    engine->n_lanes = n_lanes;
    engine->source = source;
    engine->span = (struct gate_span){0};
    engine->and_at = 0;
    engine->finished = false;
    set_constants(engine);
    advance(engine);
}

void engine_begin(struct engine *engine, struct gate_source *source)
{
    begin(engine, source, 1);
}

void engine_begin_lanes(struct engine *engine, struct gate_source *source)
{
    begin(engine, source, N_LANES);
}

/* How many ANDs from number first on have their keys. */
static size_t n_expanded(const struct engine *engine, uint64_t first)
{
    uint64_t at = first - engine->keys->first;

    return engine->has_keys && at < N_NARROW ? N_NARROW - (size_t)at : 0;
}

/* Sees to it that n ANDs from number first on have their keys. */
static void expand_keys(struct engine *engine, uint64_t first, size_t n)
{
    if (n_expanded(engine, first) < n)
        engine->kernels->expand(engine->keys, &engine->hash.start, first);
    engine->has_keys = true;
}

/* Lanes take what keys there are before they ask for others: at most this many ANDs. */
static size_t lanes_batch(const struct engine *engine, size_t n)
{
    size_t ready = n_expanded(engine, engine->hash.next / 2);
    size_t most = ready > 0 ? ready : N_NARROW;

    return n < most ? n : most;
}

/* Which kernels a batch goes to. */
enum width { WIDE, NARROW, LANES };

struct batch {
    const struct slot_gate *gates;
    size_t n;
    size_t tables_len;
    uint64_t first; /* number of the first AND */
    enum width width;
};

/* A single narrow batch between wide ones is treated as they are, since keys are expanded for
 * several. */
static enum width find_width(struct engine *engine, size_t n)
{
    bool follows_narrow = engine->was_narrow;

    if (engine->n_lanes > 1) return LANES;
    engine->was_narrow = n < N_NARROW;
    return engine->was_narrow && follows_narrow ? NARROW : WIDE;
}

/* The next independent ANDs whose tables take at most max bytes, which are enough for one. */
static sotto_err next_batch(struct engine *engine, struct sotto_context *context,
                            struct batch *batch, size_t max)
{
    size_t left = engine->span.n_and - engine->and_at;
    size_t each = TABLE_LEN * engine->n_lanes;
    size_t n = left < max / each ? left : max / each;
    enum width width = find_width(engine, n);
    uint64_t tweak;

    if (width == LANES) n = lanes_batch(engine, n);
    if (!take_tweaks(&engine->hash, &tweak, 2 * (uint64_t)n))
        return fail(context, SOTTO_ERR_LIMIT, "too many gates in one session: tweaks used up");
    if (width != WIDE) expand_keys(engine, tweak / 2, n);
    *batch = (struct batch){
        .gates = engine->span.and_gates + engine->and_at,
        .n = n,
        .tables_len = n * each,
        .first = tweak / 2,
        .width = width,
    };
    return SOTTO_OK;
}

static void garble_batch(struct engine *engine, uint8_t *tables, const struct batch *batch)
{
    const struct garble_kernels *kernels = engine->kernels;

    if (batch->width == WIDE)
        kernels->garble(engine->labels, tables, batch->gates, batch->n, engine->delta,
                        &engine->hash.start, batch->first);
    else if (batch->width == NARROW)
        kernels->garble_narrow(engine->labels, tables, batch->gates, batch->n, engine->delta,
                               engine->keys, batch->first);
    else
        kernels->garble_lanes(engine->labels, tables, batch->gates, batch->n, engine->delta,
                              engine->keys, batch->first);
}

sotto_err engine_garble(struct engine *engine, struct sotto_context *context, uint8_t *tables,
                        size_t *tables_len, size_t capacity)
{
    size_t at = 0;

    while (!engine->finished && capacity - at >= TABLE_LEN * engine->n_lanes) {
        struct batch batch;
        sotto_err err = next_batch(engine, context, &batch, capacity - at);

        if (err != SOTTO_OK) return err;
        garble_batch(engine, tables + at, &batch);
        at += batch.tables_len;
        engine->and_at += batch.n;
        advance(engine);
    }
    *tables_len = at;
    return SOTTO_OK;
}

static void evaluate_batch(struct engine *engine, const uint8_t *tables, const struct batch *batch)
{
    const struct garble_kernels *kernels = engine->kernels;

    if (batch->width == WIDE)
        kernels->evaluate(engine->labels, tables, batch->gates, batch->n, &engine->hash.start,
                          batch->first);
    else if (batch->width == NARROW)
        kernels->evaluate_narrow(engine->labels, tables, batch->gates, batch->n, engine->keys,
                                 batch->first);
    else
        kernels->evaluate_lanes(engine->labels, tables, batch->gates, batch->n, engine->keys,
                                batch->first);
}

sotto_err engine_evaluate(struct engine *engine, struct sotto_context *context, size_t *used,
                          const uint8_t *tables, size_t tables_len)
{
    size_t at = 0;

    while (!engine->finished && tables_len - at >= TABLE_LEN * engine->n_lanes) {
        struct batch batch;
        sotto_err err = next_batch(engine, context, &batch, tables_len - at);

        if (err != SOTTO_OK) return err;
        evaluate_batch(engine, tables + at, &batch);
        at += batch.tables_len;
        engine->and_at += batch.n;
        advance(engine);
    }
    *used = at;
    return SOTTO_OK;
}
