/*
 * Groups of instances in lanes, several of them side by side: a bundle. Its tables are in pieces of
 * BUNDLE_PIECE ANDs, of each group in turn, so that threads can share every stretch of them; what
 * they are does not depend on the number of threads. Sans I/O.
 */
#ifndef SOTTO_GARBLE_BUNDLE_H
#define SOTTO_GARBLE_BUNDLE_H

#include "base/team.h"
#include "circuit/schedule.h"
#include "garble/garble.h"

#define BUNDLE_MAX_GROUPS 8
#define BUNDLE_PIECE 64
#define BUNDLE_UNIT ((size_t)TABLE_LEN * N_LANES) /* bytes of an AND of a group */

/** What a thread writes while it works on a group shares no cache line with the next one's. */
struct bundle_group {
    struct engine engine;
    struct schedule_source source;
    bool has_failed;
} __attribute__((aligned(128)));

struct bundle {
    const struct schedule *schedule;
    struct sotto_context *context;
    struct team *team; /* NULL: the calling thread alone; owned by the caller */
    struct bundle_group *groups;
    size_t capacity; /* groups that there are engines for */
    size_t n_groups;
    uint64_t at; /* ANDs of all groups that are done */
    /* The stretch at hand. */
    uint8_t *garbled;
    const uint8_t *received;
    uint64_t n_units;
};

/** Groups that a bundle of this schedule has, by the memory of their labels. */
size_t bundle_capacity(const struct schedule *schedule);

/** Zero-initialise *bundle first. start and delta as for engine_init(). */
sotto_err bundle_init(struct bundle *bundle, struct sotto_context *context,
                      const struct schedule *schedule, size_t capacity, const block *start,
                      const block *delta) CHECKED;
void bundle_wipe(struct bundle *bundle);

/** Begins n_groups groups. Their tweaks are taken from hash. fill is called for every group, from
 *  any thread, to set the labels of its input slots. SOTTO_ERR_LIMIT when the tweaks run out. */
typedef void (*bundle_fill)(void *user, block *labels, size_t group);
sotto_err bundle_begin(struct bundle *bundle, struct label_hash *hash, size_t n_groups,
                       bundle_fill fill, void *user) CHECKED;

/** Garbles what fits in capacity bytes, a multiple of BUNDLE_UNIT; *tables_len tells how many.
 *  SOTTO_ERR_LIMIT when the tweaks run out. */
sotto_err bundle_garble(struct bundle *bundle, uint8_t *tables, size_t *tables_len,
                        size_t capacity) CHECKED;

/** Evaluates with at most tables_len bytes, a multiple of BUNDLE_UNIT; *used tells how many. */
sotto_err bundle_evaluate(struct bundle *bundle, size_t *used, const uint8_t *tables,
                          size_t tables_len) CHECKED;

bool bundle_finished(const struct bundle *bundle);

/** The N_LANES labels of an input bit, for fill to set; those of lane l at [l]. */
static inline block *bundle_input(block *labels, uint32_t bit)
{
    return labels + (size_t)N_LANES * (N_CONSTANT_SLOTS + bit);
}

/** The N_LANES labels of an output bit of a group of a finished bundle: zero-labels at the garbler,
 *  active ones at the evaluator. They last until the next bundle_begin(). */
static inline const block *bundle_output(const struct bundle *bundle, size_t group, uint32_t bit)
{
    return bundle->groups[group].engine.labels +
           (size_t)N_LANES * bundle->schedule->output_slots[bit];
}

#endif
