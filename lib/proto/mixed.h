/*
 * A mixed session: its start and its small calls are in mixed.c, linear layers in mixed_linear.c,
 * circuits in mixed_circuit.c. The garbler is the sender of the OTs, whose offset is the session's
 * delta, so that rows of the OT extension are labels.
 */
#ifndef SOTTO_PROTO_MIXED_H
#define SOTTO_PROTO_MIXED_H

#include "base/team.h"
#include "crypto/prg.h"
#include "proto/ot.h"
#include "proto/stream.h"
#include "share/project.h"
#include "sotto-share.h"

/* Messages of this many bytes at most are one piece of a stream. */
#define MIXED_PIECE_LEN ((size_t)1 << 20)

/* Labels of the evaluator's bits that a call works on at a time. */
#define MIXED_WINDOW_ROWS ((uint64_t)1 << 22)

struct sotto_mixed {
    struct sotto_context *context;
    struct sotto_ot ot; /* handshake, extension, delta */
    bool spent;
    struct label_hash gates;    /* of garbled circuits; its tweaks come in pairs */
    struct label_hash products; /* of projections; a start point of its own */
    struct prg *labels;         /* of the garbler's inputs, a stream for each instance; guarded */
    uint64_t n_label_streams;   /* that are used up */
    struct stream stream;
    block *scratch; /* for a call's labels; kept, since new memory costs more than to wipe it */
    uint64_t n_scratch;
    uint64_t window_rows; /* MIXED_WINDOW_ROWS; both parties' */
    struct projector *projector;
    struct team *team;                /* NULL: the calling thread alone */
    sotto_mixed_progress_fn progress; /* NULL: nobody asks */
    void *progress_user;
};

/** The labels of a value's bits stand next to each other. */
struct sotto_wires {
    const struct sotto_mixed *mixed;
    block *labels;
    uint64_t n_labels; /* that there is memory for: whole blocks of OTs */
    uint64_t n_values;
    unsigned value_bits;
};

/** delta, at the garbler; NULL at the evaluator. */
static inline const block *mixed_delta(const struct sotto_mixed *mixed)
{
    return mixed->ot.is_sender ? mixed->ot.delta : NULL;
}

static inline void mixed_tell_progress(const struct sotto_mixed *mixed, uint64_t n_done,
                                       uint64_t n_all)
{
    if (mixed->progress != NULL) mixed->progress(mixed->progress_user, n_done, n_all);
}

/** Refuses calls on a session that has failed. */
sotto_err mixed_enter(struct sotto_mixed *mixed) CHECKED;

/** Ends a call: a failure spends the session. */
sotto_err mixed_leave(struct sotto_mixed *mixed, sotto_err err) CHECKED;

sotto_err mixed_usage(struct sotto_mixed *mixed, const char *what) CHECKED;

/** Memory for n labels, which the next call of this function ends; NULL: there is none. Whoever
 *  fills it wipes it. */
block *mixed_scratch(struct sotto_mixed *mixed, uint64_t n);

/** Labels of n of the evaluator's bits, one byte each at the evaluator: from the OT extension. */
sotto_err mixed_next_rows(struct sotto_mixed *mixed, block *rows, const uint8_t *bits,
                          uint64_t n) CHECKED;

/** Value that number i of an operand is. */
static inline uint64_t operand_value(const sotto_operand *operand, uint64_t i)
{
    return operand->values != NULL ? operand->values[i] : i;
}

/** Refuses an operand of another session, or of fewer than n values. */
sotto_err mixed_check_operand(struct sotto_mixed *mixed, const sotto_operand *operand,
                              uint64_t n) CHECKED;

/** Takes memory for labels. */
sotto_err wires_new(struct sotto_mixed *mixed, struct sotto_wires **wires, uint64_t n_values,
                    unsigned value_bits) CHECKED;

#endif
