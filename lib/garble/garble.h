/*
 * The garbling engine, sans I/O: pulls gates from a source, keeps labels in slots, turns ANDs into
 * tables (garbler) or tables into labels (evaluator). Resumable at any AND, so that tables stream
 * through buffers of any size. May include base, crypto and circuit.
 */
#ifndef SOTTO_GARBLE_GARBLE_H
#define SOTTO_GARBLE_GARBLE_H

#include "base/error.h"
#include "base/team.h"
#include "circuit/schedule.h"
#include "crypto/hash.h"
#include "garble/kernels.h"

/** One party's labels and place in the gate source. The garbler holds zero-labels and delta, the
 *  evaluator active labels and no delta. Wipe with engine_wipe(). */
struct engine {
    const struct garble_kernels *kernels;
    struct label_hash hash; /* one counter for all passes of a session: tweaks never repeat */
    block *labels;          /* of slot s in lane l at n_lanes s + l */
    uint64_t n_labels;
    size_t n_lanes;     /* instances of this pass: 1 or N_LANES */
    const block *delta; /* NULL for the evaluator; owned by the caller */
    struct gate_source *source;
    struct gate_span span;
    size_t and_at;            /* ANDs of the span already done */
    bool finished;            /* the source is exhausted */
    bool was_narrow;          /* the last batch */
    struct crew *crew;        /* that shares the passes; NULL: the calling thread alone */
    struct narrow_keys *keys; /* of the coming ANDs, while batches are narrow */
    uint64_t keys_from;       /* numbers of the ANDs whose keys are there */
    uint64_t keys_to;
    size_t n_rounds; /* of the keys of the group that comes next */
};

/** Takes n_labels labels of bulk memory, as many as slots times lanes of a pass. start is the
 * session's hash start point. delta is NULL for the evaluator; otherwise its lowest bit is one and
 * it outlives the engine. */
sotto_err engine_init(struct engine *engine, struct sotto_context *context, uint64_t n_labels,
                      const block *start, const block *delta) CHECKED;

/** From now on the team, which may be NULL, shares passes over this schedule where it is wide. All
 *  passes are over it then. Both outlive the engine. */
sotto_err engine_share(struct engine *engine, struct sotto_context *context,
                       const struct schedule *schedule, struct team *team) CHECKED;

/** Starts a pass over source: the constant slots are set, the caller has filled the input slots. */
void engine_begin(struct engine *engine, struct gate_source *source);

/** Goes on with another source in the same pass: the slots keep what they hold. */
void engine_resume(struct engine *engine, struct gate_source *source);

/** The same as engine_begin() for N_LANES instances at once. Their input labels must be independent
 * of each other, and no AND may read a wire whose label is the same in all of them: see
 *  schedule.has_fixed_operand. */
void engine_begin_lanes(struct engine *engine, struct gate_source *source);

/** Garbles until capacity bytes of tables are written or the pass ends; *tables_len is a multiple
 *  of TABLE_LEN times the lanes, and below the largest multiple within capacity only at the end of
 * the pass. SOTTO_ERR_LIMIT when the tweaks run out. */
sotto_err engine_garble(struct engine *engine, struct sotto_context *context, uint8_t *tables,
                        size_t *tables_len, size_t capacity) CHECKED;

/** Evaluates with tables_len bytes of tables, a multiple of TABLE_LEN times the lanes, until they
 * are used up or the pass ends; *used tells how many. With no tables left it still runs the free
 * gates that need none. */
sotto_err engine_evaluate(struct engine *engine, struct sotto_context *context, size_t *used,
                          const uint8_t *tables, size_t tables_len) CHECKED;

/** Garbles into garbled or, where that is NULL, evaluates what was received, as the functions above
 *  do without a crew. For threads that share a context, in which none may report: false when the
 *  tweaks run out. */
bool engine_run_part(struct engine *engine, uint8_t *garbled, const uint8_t *received, size_t *len,
                     size_t max) __attribute__((warn_unused_result));

/** Reports that the tweaks ran out: SOTTO_ERR_LIMIT. */
sotto_err fail_tweaks(struct sotto_context *context);

/** Wipes and frees the labels. */
void engine_wipe(struct engine *engine);

#endif
