/*
 * Oblivious-transfer extension (OT EXTENSION in sotto-protocol(7)). One family of width k = 1, 2, 4
 * or 8: k = 1 is IKNP (Ishai, Kilian, Nissim, Petrank, CRYPTO 2003) as optimised by Asharov,
 * Lindell, Schneider, Zohner, CCS 2013; k > 1 is SoftSpokenOT (Roy, CRYPTO 2022), which sends 128/k
 * bits an OT. Gives correlated OTs: the sender has rows Q_n, the receiver rows T_n with Q_n = T_n ^
 * r_n delta for its choice bits r. Everything else is built on rows in transfer.h.
 *
 * Sans I/O, and streaming: any number of chunks, one after the other, each of at most max_blocks
 * blocks of 128 OTs.
 *
 *   receiver                         sender
 *   extension_receiver_new()   ->    extension_sender_new()            once: the trees
 *   then for each chunk:
 *   extension_receiver_choose() ->   extension_sender_absorb()
 *                              <-    extension_sender_challenge()      malicious model only
 *   extension_receiver_answer() ->   extension_sender_check()          malicious model only
 *   extension_receiver_rows()        extension_sender_rows()
 *
 * In the malicious model neither party has rows of a chunk before its check. A failed check is
 * terminal: everything is wiped and every later call fails.
 */
#ifndef SOTTO_OT_EXTENSION_H
#define SOTTO_OT_EXTENSION_H

#include "ot/tree.h"

#define OTS_PER_BLOCK 128

/* A bound on the memory of a chunk, and what a chunk holds unless the caller says less. */
#define EXTENSION_MAX_BLOCKS 1024
#define EXTENSION_CHUNK_BLOCKS 64

/*
 * The malicious check (Roy, section 4, with a linear universal hash over GF(2)). The blocks of a
 * column are elements of GF(2^128); a challenge gives a coefficient for each block, and every
 * column, and the choice bits, are folded into the sum of their blocks times the coefficients. The
 * receiver sends x, the folded choices, and a digest of the folded columns t_j; the sender checks
 * that its own columns fold to t_j ^ delta_j x. Other than KOS15's, whose lemma is false, the check
 * keeps the columns apart, as Roy's proof has it.
 *
 *   Soundness: two columns that differ fold to the same element with probability 2^-128 over the
 *   challenge. By the union over the 128 / k groups, a receiver whose choice vectors differ between
 *   groups passes with probability below 2^-121 unless it guesses all k bits of delta of each group
 *   that is off, which is what an ideal adversary may do too: 2^-k for each.
 *   Hiding: the last block has coefficient 1 and random choices: x is uniform whatever the other
 *   choices are, for every challenge. The t_j follow from x and what the sender knows.
 */
#define STATISTICAL_BITS 40
#define CHECK_BITS 128 /* of a folded column */
#define EXTENSION_CHECK_BLOCKS 2

_Static_assert(CHECK_BITS >= STATISTICAL_BITS + 7, "union bound over at most 2^7 groups");
_Static_assert(EXTENSION_CHECK_BLOCKS *OTS_PER_BLOCK >= 128 + STATISTICAL_BITS,
               "kappa + s extra rows are folded in and thrown away");
_Static_assert(OTS_PER_BLOCK >= CHECK_BITS, "one block of random choices masks the whole of x");

/** Blocks of a chunk with its extra ones. */
#define EXTENSION_ALL_BLOCKS(n_blocks, malicious)                                                  \
    ((size_t)(n_blocks) + ((malicious) ? EXTENSION_CHECK_BLOCKS : 0))

/** Bytes of the receiver's message for a chunk of n_blocks blocks. */
#define EXTENSION_MESSAGE_LEN(n_blocks, width, malicious)                                          \
    (EXTENSION_ALL_BLOCKS(n_blocks, malicious) * TREE_N_GROUPS(width) * BLOCK_LEN)

#define EXTENSION_CHALLENGE_LEN BLOCK_LEN
#define EXTENSION_DIGEST_LEN 32
#define EXTENSION_ANSWER_LEN (BLOCK_LEN + EXTENSION_DIGEST_LEN)

struct extension_sender;
struct extension_receiver;

/** What both parties agree on. */
struct extension_terms {
    unsigned width;    /* k: 1, 2, 4 or 8 */
    bool malicious;    /* base OTs must have had their malicious phase too */
    size_t max_blocks; /* of a chunk; 1 to EXTENSION_MAX_BLOCKS */
    uint8_t session_id[SESSION_ID_LEN];
};

/** keys[j] is the base OT key for bit j of *delta; both are copied into guarded memory. trees is
 *  the receiver's message of TREE_MESSAGE_LEN bytes. SOTTO_ERR_CHECK when it is inconsistent. */
sotto_err extension_sender_new(struct sotto_context *context, struct extension_sender **sender,
                               const block keys[N_BASE_OTS], const block *delta,
                               const uint8_t *trees, const struct extension_terms *terms) CHECKED;
void extension_sender_free(struct extension_sender *sender);

/** Takes the receiver's message for the next chunk. */
sotto_err extension_sender_absorb(struct extension_sender *sender, struct sotto_context *context,
                                  const uint8_t *message, size_t n_blocks) CHECKED;

/** Draws the challenge of the chunk just absorbed. */
sotto_err extension_sender_challenge(struct extension_sender *sender, struct sotto_context *context,
                                     uint8_t challenge[EXTENSION_CHALLENGE_LEN]) CHECKED;
sotto_err extension_sender_check(struct extension_sender *sender, struct sotto_context *context,
                                 const uint8_t answer[EXTENSION_ANSWER_LEN]) CHECKED;

/** Rows Q of the chunk: 128 n_blocks. */
sotto_err extension_sender_rows(struct extension_sender *sender, struct sotto_context *context,
                                block *rows) CHECKED;

/** keys are both base OT keys of each column; copied into guarded memory. trees receives the
 *  message of TREE_MESSAGE_LEN bytes. */
sotto_err extension_receiver_new(struct sotto_context *context,
                                 struct extension_receiver **receiver, uint8_t *trees,
                                 const block keys[N_BASE_OTS][2],
                                 const struct extension_terms *terms) CHECKED;
void extension_receiver_free(struct extension_receiver *receiver);

/** The message for the next chunk, EXTENSION_MESSAGE_LEN bytes. Bit i of choices[b] is the choice
 *  of OT 128 b + i; a secret. */
sotto_err extension_receiver_choose(struct extension_receiver *receiver,
                                    struct sotto_context *context, uint8_t *message,
                                    const block *choices, size_t n_blocks) CHECKED;
sotto_err extension_receiver_answer(struct extension_receiver *receiver,
                                    struct sotto_context *context,
                                    uint8_t answer[EXTENSION_ANSWER_LEN],
                                    const uint8_t challenge[EXTENSION_CHALLENGE_LEN]) CHECKED;

/** Rows T of the chunk: 128 n_blocks. */
sotto_err extension_receiver_rows(struct extension_receiver *receiver,
                                  struct sotto_context *context, block *rows) CHECKED;

#endif
