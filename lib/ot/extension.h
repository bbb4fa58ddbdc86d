/*
 * Oblivious-transfer extension (OT EXTENSION in sotto-protocol(7)). One family of width k = 1, 2, 4
 * or 8: k = 1 is IKNP (Ishai, Kilian, Nissim, Petrank, CRYPTO 2003) as optimised by Asharov,
 * Lindell, Schneider, Zohner, CCS 2013; k > 1 is SoftSpokenOT (Roy, CRYPTO 2022), which sends 128/k
 * bits an OT. Gives correlated OTs: the sender has rows Q_n, the receiver rows T_n with Q_n = T_n ^
 * r_n delta for its choice bits r. Everything else is built on rows in transfer.h.
 *
 * Sans I/O, and streaming: any number of chunks, one after the other, each of at most max_blocks
 * blocks of 128 OTs. Two may be open at a time: the next may be chosen, absorbed and challenged
 * before the rows of the one in front of it are taken, which hides the round trip of the check.
 * Every other step is for the oldest.
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

/* Chunks that may be open at a time. */
#define EXTENSION_N_OPEN 2

/*
 * The malicious check (Roy, section 4, with the repetition code and a linear universal hash over
 * GF(2)). The blocks of a column are elements of GF(2^128); a challenge gives a coefficient for
 * each block, and every column, and the choice bits, are folded into the sum of their blocks times
 * the coefficients: F below. The receiver sends x = F(r) and a digest of its folded columns t_j;
 * the sender checks that its own columns fold to t_j ^ delta_j x. Other than KOS15's, whose lemma
 * is false (Roy, section 4), the check keeps the columns apart, and the argument needs no rank
 * lemma. In full, for a chunk:
 *
 * Against a cheating receiver. When the challenge is drawn the message d has come: everything of
 * the sender's columns is fixed. Define r_g = u_g ^ d_g, the choices as group g has them; the
 * sender's columns are q_gb = v_gb ^ alpha_gb r_g. (Where the trees' proof left one alpha, u_g
 * is not defined, and any value will do: see tree.h.) F is GF(2)-linear, and for z fixed before
 * the challenge, z != 0 implies F(z) != 0 but with probability 2^-128: the coefficient of any
 * block that is not zero, other than the last, is uniform and independent of the rest, and where
 * only the last is not zero F(z) is that block. F is keyed after the receiver has spoken; that
 * coefficients are a keystream of AES and not uniform costs Q 2^-128 for Q evaluations of AES, AES
 * being an ideal cipher, and otherwise no more than that coefficients differ from each other: a
 * factor of 1 + 2^-118.
 *
 *   1. By the union over at most C(128, 2) < 2^13 pairs of groups, all r_g that differ have
 *      different F(r_g), but with probability below 2^-115.
 *   2. The digest binds t, by collision resistance. With e_g = F(r_g) ^ x the sender's comparison
 *      is alpha_gb e_g = t_gb ^ F(v_gb) for all b < k. Where e_g = 0 it does not depend on alpha.
 *      Where e_g != 0 it holds for one alpha_g at most: k bits of delta are guessed at once.
 *   3. By 1, groups with e_g = 0 agree in one r. In the others the receiver knows alpha_g, and with
 *      it alpha_gb (r_g ^ r), by which the columns differ from those of r. So it holds rows T_n
 *      with Q_n = T_n ^ r_n delta for one r, which x determines: what an ideal receiver has that
 *      has guessed k bits of delta for each of some groups and was not caught.
 *
 * Over a session the guesses are of the same bits: it goes on with probability |A| / 2^128 for the
 * set A of deltas that all guesses allow, and delta is uniform on A. What is guessed is thus paid
 * for: an attack that then tries |A| values succeeds as seldom as one that tries 2^128.
 *
 * Against a cheating sender, for every challenge: the last block has coefficient 1 and random
 * choices, which are used nowhere else, so that x is uniform whatever the other choices are; t_j is
 * F(q_j) ^ delta_j x, which the sender knows.
 *
 * Not covered: the argument is by hand and has not been checked independently, H and the oracle are
 * taken for ideal, and nothing is claimed of what a cheating party makes of its own pads (see
 * transfer.h).
 */
#define KAPPA 128
#define STATISTICAL_BITS 40
#define CHECK_BITS 128 /* of a folded column */
#define EXTENSION_CHECK_BLOCKS 2

/* log2 of the pairs of groups, rounded up: 128 * 127 / 2 = 8128. */
#define GROUP_PAIR_BITS 13

_Static_assert(N_BASE_OTS == KAPPA && N_BASE_OTS * (N_BASE_OTS - 1) / 2 < 1 << GROUP_PAIR_BITS,
               "step 1's union is over so many pairs");
/* 128 - 13 = 115 bits for a chunk; a session of 2^64 blocks in chunks of one block: 115 - 64 = 51.
 */
_Static_assert(CHECK_BITS - GROUP_PAIR_BITS - 64 >= STATISTICAL_BITS,
               "whatever its chunks, a session keeps s bits");
_Static_assert(CHECK_BITS == 8 * BLOCK_LEN && OTS_PER_BLOCK == CHECK_BITS,
               "a block of choices is one element of the field");
_Static_assert(EXTENSION_CHECK_BLOCKS *OTS_PER_BLOCK >= KAPPA + STATISTICAL_BITS,
               "kappa + s extra rows are folded in and thrown away");
_Static_assert(EXTENSION_CHECK_BLOCKS >= 1, "one block of random choices masks the whole of x");

/** Blocks of a chunk with its extra ones. */
#define EXTENSION_ALL_BLOCKS(n_blocks, malicious)                                                  \
    ((size_t)(n_blocks) + ((malicious) ? EXTENSION_CHECK_BLOCKS : 0))

/** Bytes of the receiver's message for a chunk of n_blocks blocks. */
#define EXTENSION_MESSAGE_LEN(n_blocks, width, malicious)                                          \
    (EXTENSION_ALL_BLOCKS(n_blocks, malicious) * TREE_N_GROUPS(width) * BLOCK_LEN)

#define EXTENSION_CHALLENGE_LEN BLOCK_LEN
#define EXTENSION_DIGEST_LEN 32
#define EXTENSION_ANSWER_LEN (BLOCK_LEN + EXTENSION_DIGEST_LEN)

_Static_assert(EXTENSION_CHALLENGE_LEN * 8 >= KAPPA, "nobody tries all challenges");
_Static_assert(EXTENSION_DIGEST_LEN * 8 >= 2 * KAPPA, "the digest binds: collisions cost 2^kappa");

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

/** Draws the challenge of the oldest chunk that has none; it has been absorbed. */
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
