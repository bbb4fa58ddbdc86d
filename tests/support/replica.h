/*
 * A run re-derived from the outside: the seeds of both parties' randomness and what they said give
 * every secret of the run. Written from sotto-protocol(7) with the slow references; of the library
 * it uses the oracle, the group and the schedule.
 */
#ifndef SOTTO_TESTS_REPLICA_H
#define SOTTO_TESTS_REPLICA_H

#include "crypto/group.h"
#include "ot/base.h"
#include "tests/reference/reference.h"
#include "tests/support/pair.h"

struct replica {
    uint8_t session_id[SESSION_ID_LEN];
    struct ref_block start; /* of H */
    struct ref_block delta;
    struct ref_block label_seed;
    /* Of the base OTs, which the evaluator sends for an extension, and without one the garbler. */
    sotto_role base_sender;
    size_t n_base_ots;
    group_scalar a[N_BASE_OTS];               /* the receiver's */
    group_scalar r;                           /* the sender's */
    struct ref_block chosen_keys[N_BASE_OTS]; /* k_j of the receiver's bit j */
    struct ref_block other_keys[N_BASE_OTS];  /* k_j of the other bit */
    struct record masked;                     /* what the garbler must send without an extension */
    /* Of each instance: the zero-labels of all input bits, then those of all outputs. */
    struct ref_block *input_labels;
    struct ref_block *output_labels;
    struct record tables; /* all that the garbler must send as tables */
};

/** Re-derives the run of task from what both sides were given and said (sent[role]). The run must
 *  have one round. */
void replica_init(struct replica *replica, const struct task *task, const struct side *sides[2],
                  const struct record sent[2]);
void replica_wipe(struct replica *replica);

/** All payloads of the frames of one type, one behind the other. */
void frames_collect(struct record *payloads, const struct record *record, enum frame_type type);

#endif
