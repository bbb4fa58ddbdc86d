/* The garbling engine; see garble.h. */
#include "garble/garble.h"

#include "base/memory.h"
#include "garble/crew.h"

/* In a narrow circuit every instruction between two ANDs counts: the processor looks ahead over so
 * many only, and the fewer they are, the more of the next AND it has ready. */
#define HOT static inline __attribute__((always_inline))

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
    crew_free(engine->crew);
    bulk_free(engine->labels, engine->n_labels, sizeof *engine->labels);
    bulk_free(engine->keys, 1, sizeof *engine->keys);
    mem_wipe(engine, sizeof *engine);
}

sotto_err engine_share(struct engine *engine, struct sotto_context *context,
                       const struct schedule *schedule, struct team *team)
{
    if (team_size(team) < 2 || schedule->turns == NULL) return SOTTO_OK;
    return crew_new(&engine->crew, context, schedule, team);
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

HOT void run_free_gates(block *labels, const struct slot_gate *gates, size_t n)
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

void engine_resume(struct engine *engine, struct gate_source *source)
{
    engine->source = source;
    engine->span = (struct gate_span){0};
    engine->and_at = 0;
    engine->finished = false;
    advance(engine);
}

void engine_begin(struct engine *engine, struct gate_source *source)
{
    engine->n_lanes = 1;
    set_constants(engine);
    if (engine->crew == NULL) {
        engine_resume(engine, source);
        return;
    }
    engine->finished = false;
    crew_begin(engine->crew, engine);
}

void engine_begin_lanes(struct engine *engine, struct gate_source *source)
{
    engine->n_lanes = N_LANES;
    set_constants(engine);
    engine_resume(engine, source);
}

/* Takes the keys of the group that comes next as far as n_rounds. They overwrite those of the group
 * before the last one. */
static void expand_group(struct engine *engine, size_t n_rounds)
{
    if (engine->keys_to - engine->keys_from > N_NARROW)
        engine->keys_from = engine->keys_to - N_NARROW;
    engine->kernels->expand(engine->keys, &engine->hash.start, engine->keys_to, engine->n_rounds,
                            n_rounds);
    engine->n_rounds = n_rounds;
    if (n_rounds < N_ROUNDS) return;
    engine->n_rounds = 0;
    engine->keys_to += N_NARROW;
}

/* How many rounds of the next group's keys are due when so many ANDs of this one are done. */
static const uint8_t rounds_due[N_NARROW] = {0, 2, 4, 5, 7, 8, 10, 11};

/* Sees to it that n ANDs from number first on, at most N_NARROW, have their keys. While they are
 * few, those of the next group come along at the pace at which the ANDs of this one go, so that
 * ANDs that wait for each other do not wait for keys as well. */
HOT void expand_keys(struct engine *engine, uint64_t first, size_t n)
{
    size_t due = rounds_due[first % N_NARROW];

    if (first < engine->keys_from || first > engine->keys_to) {
        engine->keys_from = engine->keys_to = first - first % N_NARROW;
        engine->n_rounds = 0;
    }
    while (engine->keys_to < first + n) expand_group(engine, N_ROUNDS);
    if (n < N_NARROW && engine->keys_to - first <= N_NARROW && due > engine->n_rounds)
        expand_group(engine, due);
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
HOT enum width find_width(struct engine *engine, size_t n)
{
    bool follows_narrow = engine->was_narrow;

    if (engine->n_lanes > 1) return LANES;
    engine->was_narrow = n < N_NARROW;
    return engine->was_narrow && follows_narrow ? NARROW : WIDE;
}

/* The next independent ANDs whose tables take at most max bytes, which are enough for one. False
 * when the tweaks are used up. */
HOT bool next_batch(struct engine *engine, struct batch *batch, size_t max)
{
    size_t n = engine->span.n_and - engine->and_at;
    size_t each = TABLE_LEN * engine->n_lanes;
    uint64_t tweak;

    if (n * each > max) n = max / each;
    batch->width = find_width(engine, n);
    if (batch->width == LANES && n > N_NARROW) n = N_NARROW;
    if (!take_tweaks(&engine->hash, &tweak, 2 * (uint64_t)n)) return false;
    if (batch->width != WIDE) expand_keys(engine, tweak / 2, n);
    batch->gates = engine->span.and_gates + engine->and_at;
    batch->n = n;
    batch->tables_len = n * each;
    batch->first = tweak / 2;
    return true;
}

sotto_err fail_tweaks(struct sotto_context *context)
{
    return fail(context, SOTTO_ERR_LIMIT, "too many gates in one session: tweaks used up");
}

/* The next ANDs of a pass that a crew shares, as many as tables of max bytes. */
static sotto_err share(struct engine *engine, struct sotto_context *context, uint8_t *garbled,
                       const uint8_t *received, size_t *len, size_t max)
{
    struct crew *crew = engine->crew;
    uint64_t n = crew->schedule->n_and - crew->and_at, tweak;
    sotto_err err;

    if (n > max / TABLE_LEN) n = max / TABLE_LEN;
    if (!take_tweaks(&engine->hash, &tweak, 2 * n)) return fail_tweaks(context);
    err = crew_run(crew, garbled, received, n, tweak / 2);
    if (err != SOTTO_OK) return err;
    engine->finished = crew->and_at == crew->schedule->n_and;
    *len = (size_t)n * TABLE_LEN;
    return SOTTO_OK;
}

HOT void garble_batch(struct engine *engine, uint8_t *tables, const struct batch *batch)
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

static bool garble_part(struct engine *engine, uint8_t *tables, size_t *tables_len, size_t capacity)
{
    size_t at = 0;

    while (!engine->finished && capacity - at >= TABLE_LEN * engine->n_lanes) {
        struct batch batch;

        if (!next_batch(engine, &batch, capacity - at)) return false;
        garble_batch(engine, tables + at, &batch);
        at += batch.tables_len;
        engine->and_at += batch.n;
        advance(engine);
    }
    *tables_len = at;
    return true;
}

HOT void evaluate_batch(struct engine *engine, const uint8_t *tables, const struct batch *batch)
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

static bool evaluate_part(struct engine *engine, size_t *used, const uint8_t *tables,
                          size_t tables_len)
{
    size_t at = 0;

    while (!engine->finished && tables_len - at >= TABLE_LEN * engine->n_lanes) {
        struct batch batch;

        if (!next_batch(engine, &batch, tables_len - at)) return false;
        evaluate_batch(engine, tables + at, &batch);
        at += batch.tables_len;
        engine->and_at += batch.n;
        advance(engine);
    }
    *used = at;
    return true;
}

sotto_err engine_garble(struct engine *engine, struct sotto_context *context, uint8_t *tables,
                        size_t *tables_len, size_t capacity)
{
    if (engine->crew != NULL) return share(engine, context, tables, NULL, tables_len, capacity);
    return garble_part(engine, tables, tables_len, capacity) ? SOTTO_OK : fail_tweaks(context);
}

sotto_err engine_evaluate(struct engine *engine, struct sotto_context *context, size_t *used,
                          const uint8_t *tables, size_t tables_len)
{
    if (engine->crew != NULL) return share(engine, context, NULL, tables, used, tables_len);
    return evaluate_part(engine, used, tables, tables_len) ? SOTTO_OK : fail_tweaks(context);
}

bool engine_run_part(struct engine *engine, uint8_t *garbled, const uint8_t *received, size_t *len,
                     size_t max)
{
    return garbled != NULL ? garble_part(engine, garbled, len, max)
                           : evaluate_part(engine, len, received, max);
}
