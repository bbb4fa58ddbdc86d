/* Bundles of groups of instances; see bundle.h. */
#include "garble/bundle.h"

#include "base/memory.h"

#define LABELS_MEMORY (UINT64_C(64) << 20) /* bytes of labels that a bundle may take */

size_t bundle_capacity(const struct schedule *schedule)
{
    uint64_t n = LABELS_MEMORY / ((uint64_t)schedule->n_slots * N_LANES * BLOCK_LEN);

    if (n < 1) return 1;
    return n < BUNDLE_MAX_GROUPS ? (size_t)n : BUNDLE_MAX_GROUPS;
}

sotto_err bundle_init(struct bundle *bundle, struct sotto_context *context,
                      const struct schedule *schedule, size_t capacity, const block *start,
                      const block *delta)
{
    bundle->schedule = schedule;
    bundle->context = context;
    bundle->groups = bulk_new(BUNDLE_MAX_GROUPS, sizeof *bundle->groups);
    if (bundle->groups == NULL) return fail_memory(context);
    for (size_t i = 0; i < capacity; i++) {
        sotto_err err = engine_init(&bundle->groups[i].engine, context,
                                    (uint64_t)schedule->n_slots * N_LANES, start, delta);

        if (err != SOTTO_OK) return err;
        bundle->capacity++;
    }
    return SOTTO_OK;
}

void bundle_wipe(struct bundle *bundle)
{
    for (size_t i = 0; i < bundle->capacity; i++) engine_wipe(&bundle->groups[i].engine);
    bulk_free(bundle->groups, BUNDLE_MAX_GROUPS, sizeof *bundle->groups);
    bundle->groups = NULL;
    bundle->capacity = 0;
}

struct beginning {
    struct bundle *bundle;
    uint64_t first_tweak;
    bundle_fill fill;
    void *user;
};

static void begin_group(void *argument, uint64_t group)
{
    const struct beginning *beginning = argument;
    struct bundle *bundle = beginning->bundle;
    struct bundle_group *own = &bundle->groups[group];
    struct engine *engine = &own->engine;

    own->has_failed = false;
    engine->hash.next = beginning->first_tweak + 2 * bundle->schedule->n_and * group;
    beginning->fill(beginning->user, engine->labels, (size_t)group);
    schedule_source_init(&own->source, bundle->schedule);
    engine_begin_lanes(engine, &own->source.source);
}

sotto_err bundle_begin(struct bundle *bundle, struct label_hash *hash, size_t n_groups,
                       bundle_fill fill, void *user)
{
    struct beginning beginning = {.bundle = bundle, .fill = fill, .user = user};

    if (!take_tweaks(hash, &beginning.first_tweak, 2 * bundle->schedule->n_and * n_groups))
        return fail_tweaks(bundle->context);
    bundle->n_groups = n_groups;
    bundle->at = 0;
    team_run(bundle->team, begin_group, &beginning, n_groups);
    return SOTTO_OK;
}

static void run_piece(struct bundle *bundle, struct bundle_group *group, uint64_t from, uint64_t to)
{
    size_t at = (size_t)(from - bundle->at) * BUNDLE_UNIT;
    size_t len = (size_t)(to - from) * BUNDLE_UNIT, done;
    uint8_t *garbled = bundle->garbled != NULL ? bundle->garbled + at : NULL;
    const uint8_t *received = bundle->garbled == NULL ? bundle->received + at : NULL;

    if (group->has_failed) return;
    group->has_failed = !engine_run_part(&group->engine, garbled, received, &done, len);
}

/* The parts of a group's pieces that fall into the stretch at hand. */
static void run_group(void *argument, uint64_t group)
{
    struct bundle *bundle = argument;
    uint64_t n_and = bundle->schedule->n_and, end = bundle->at + bundle->n_units;
    uint64_t n = bundle->n_groups, row = bundle->at / (n * BUNDLE_PIECE);

    for (; row * n * BUNDLE_PIECE < end; row++) {
        uint64_t left = n_and - row * BUNDLE_PIECE;
        uint64_t len = left < BUNDLE_PIECE ? left : BUNDLE_PIECE;
        uint64_t from = row * n * BUNDLE_PIECE + group * len, to = from + len;

        if (from < bundle->at) from = bundle->at;
        if (to > end) to = end;
        if (from < to) run_piece(bundle, &bundle->groups[group], from, to);
    }
}

static sotto_err run_stretch(struct bundle *bundle, size_t *len, size_t max)
{
    uint64_t left = bundle->schedule->n_and * bundle->n_groups - bundle->at;

    bundle->n_units = max / BUNDLE_UNIT < left ? max / BUNDLE_UNIT : left;
    team_run(bundle->team, run_group, bundle, bundle->n_groups);
    for (size_t i = 0; i < bundle->n_groups; i++)
        if (bundle->groups[i].has_failed) return fail_tweaks(bundle->context);
    bundle->at += bundle->n_units;
    *len = (size_t)bundle->n_units * BUNDLE_UNIT;
    return SOTTO_OK;
}

sotto_err bundle_garble(struct bundle *bundle, uint8_t *tables, size_t *tables_len, size_t capacity)
{
    bundle->garbled = tables;
    return run_stretch(bundle, tables_len, capacity);
}

sotto_err bundle_evaluate(struct bundle *bundle, size_t *used, const uint8_t *tables,
                          size_t tables_len)
{
    bundle->garbled = NULL;
    bundle->received = tables;
    return run_stretch(bundle, used, tables_len);
}

bool bundle_finished(const struct bundle *bundle)
{
    return bundle->at == bundle->schedule->n_and * bundle->n_groups;
}
