/*
 * What the malicious model of oblivious transfer sends, written from BASE OT and OT EXTENSION in
 * sotto-protocol(7); apart from the library and slow.
 */
#ifndef SOTTO_TESTS_REFERENCE_TRANSFERS_H
#define SOTTO_TESTS_REFERENCE_TRANSFERS_H

#include "tests/reference/reference.h"

#include <stddef.h>

#define REF_N_BASE 128
#define REF_BASE_PROOF_LEN (129 * 32)

/** What the party with both keys of each base transfer knows. */
struct ref_transfers {
    unsigned width; /* k */
    const uint8_t *session_id;
    struct ref_block keys[REF_N_BASE][2];
};

/** chi_0, chi_1, ..., Pi; and A, the answer to it. */
void ref_base_proof(uint8_t proof[REF_BASE_PROOF_LEN], uint8_t answer[32],
                    const struct ref_transfers *transfers);

/** Seed s_x of group g at g 2^k + x; 128/k times 2^k of them. */
void ref_leaves(struct ref_block *leaves, const struct ref_transfers *transfers);

/** Sums, then the sums of digests and the digest of them all. Returns its length. */
size_t ref_tree_message(uint8_t *message, const struct ref_transfers *transfers);

/** One chunk of n blocks, the extra ones among them. */
struct ref_chunk {
    uint64_t number;
    uint64_t first; /* counter of the leaves' first block */
    size_t n;
};

/** Block i of u, the sum of all leaves of group g; and v_b, b < k, of those with bit b of x. */
struct ref_block ref_sums(struct ref_block *v, const struct ref_transfers *transfers,
                          const struct ref_block *leaves, size_t g, uint64_t i);

/** x and the digest of the folded columns: the answer, 48 bytes, to the challenge. */
void ref_answer(uint8_t answer[48], const struct ref_transfers *transfers,
                const struct ref_chunk *chunk, const struct ref_block *choices,
                struct ref_block challenge);

#endif
