/*
 * sotto-ot.h - oblivious transfer between two parties, over a channel of sotto.h.
 *
 * In one oblivious transfer the receiver learns one of the sender's messages, the one it chooses,
 * and nothing of the others; the sender does not learn which. A handle makes any number of them:
 * 128 base OTs (Canetti, Sarkar, Wang, ASIACRYPT 2020) are extended by IKNP (CRYPTO 2003) or by
 * SoftSpokenOT (Roy, CRYPTO 2022).
 *
 * Adversary model: semi-honest unless sotto_ot_options.malicious is set; then also a party that
 * departs from the protocol learns no more than its outputs, but for guesses of bits of the
 * sender's offset that end the session when they are wrong, and it may end the session at will.
 * What the messages are is each party's own affair: nothing makes a sender send true ones. The
 * malicious model has had no independent review yet.
 *
 * Both parties make the same calls, with the same counts and lengths, in the same order: a *_send_*
 * here is a *_receive_* there. Every call takes any number of OTs and works in chunks of bounded
 * memory, so a long run may be one call or many; OTs come in blocks of 128, and a call rounds up.
 * In the malicious model the outputs of a chunk are written after its check. A failure is terminal:
 * secrets are wiped, the peer is told, later calls return SOTTO_ERR_USAGE; what a failed call has
 * written is to be thrown away.
 *
 * A call of several chunks has a thread of its own for what is sent and received, if the machine
 * has more than one processor; it is gone when the call returns.
 *
 * Conventions are those of sotto.h. Choices are one byte each.
 */
#ifndef SOTTO_OT_H
#define SOTTO_OT_H

#include <sotto.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Which side of the transfers a party is on. */
typedef enum sotto_ot_role { SOTTO_OT_SENDER = 0, SOTTO_OT_RECEIVER = 1 } sotto_ot_role;

/** 128 bits, little-endian; aligned as the kernels want it. */
typedef struct sotto_ot_block {
    uint64_t half[2];
} __attribute__((aligned(16))) sotto_ot_block;

/** What a handle is made with. Both parties must agree on everything but the role.
 *  Zero-initialise, then set what is needed. */
typedef struct sotto_ot_options {
    sotto_ot_role role;
    /** k: 1 is IKNP, 16 bytes an OT; 2, 4 and 8 are SoftSpokenOT, 16 / k bytes an OT for 2^k / k
     *  times the hashing of 1; 0 means 1. */
    unsigned width;
    int malicious; /**< check that the peer follows the protocol */
} sotto_ot_options;

/** One party's side of a stream of oblivious transfers. One owner at a time. */
typedef struct sotto_ot sotto_ot;

/** Shakes hands over channel and runs the base OTs. context is the one that channel was opened
 * with; both must outlive the handle, and nothing else may use the channel meanwhile.
 *  SOTTO_ERR_USAGE, _MEMORY, _MISMATCH, _PROTOCOL, _CHECK, or what the channel fails with. */
SOTTO_CHECKED sotto_err sotto_ot_open(sotto_context *context, sotto_ot **ot, sotto_channel *channel,
                                      const sotto_ot_options *options);

/** Wipes every secret and frees the handle. */
SOTTO_API void sotto_ot_free(sotto_ot *ot);

/** The sender's offset: the same for all correlated OTs of a handle; a secret. SOTTO_ERR_USAGE at
 *  the receiver. */
SOTTO_CHECKED sotto_err sotto_ot_delta(sotto_ot *ot, sotto_ot_block *delta);

/** Makes n OTs with random choices ahead of time. They are used up by the next calls, each as long
 *  as enough are left for the whole of it: then a choice costs one bit on the wire instead of the
 *  extension (Beaver, CRYPTO 1995). 16 bytes of memory each, 17 at the receiver. */
SOTTO_CHECKED sotto_err sotto_ot_prepare(sotto_ot *ot, uint64_t n);

/** Correlated OT: n rows Q with Q = T ^ r delta, T being the receiver's rows. Rows of one handle
 *  must not leave the party as they are: hash them, or use the flavours below. */
SOTTO_CHECKED sotto_err sotto_ot_send_correlated(sotto_ot *ot, sotto_ot_block *rows, uint64_t n);
SOTTO_CHECKED sotto_err sotto_ot_receive_correlated(sotto_ot *ot, sotto_ot_block *rows,
                                                    const uint8_t *choices, uint64_t n);

/** Random OT: n pairs of random pads at the sender, of which the receiver has the chosen one. */
SOTTO_CHECKED sotto_err sotto_ot_send_random(sotto_ot *ot, sotto_ot_block (*pads)[2], uint64_t n);
SOTTO_CHECKED sotto_err sotto_ot_receive_random(sotto_ot *ot, sotto_ot_block *pads,
                                                const uint8_t *choices, uint64_t n);

/** Chosen OT: messages holds n pairs of message_len bytes each; the receiver gets n messages. */
SOTTO_CHECKED sotto_err sotto_ot_send_chosen(sotto_ot *ot, const uint8_t *messages,
                                             size_t message_len, uint64_t n);
SOTTO_CHECKED sotto_err sotto_ot_receive_chosen(sotto_ot *ot, uint8_t *messages, size_t message_len,
                                                const uint8_t *choices, uint64_t n);

/** 1-out-of-N OT (Naor, Pinkas): each OT has n_messages messages (2 to 256) of message_len bytes; a
 *  choice is an index below n_messages. */
SOTTO_CHECKED sotto_err sotto_ot_send_one_of(sotto_ot *ot, const uint8_t *messages,
                                             size_t message_len, uint64_t n_messages, uint64_t n);
SOTTO_CHECKED sotto_err sotto_ot_receive_one_of(sotto_ot *ot, uint8_t *messages, size_t message_len,
                                                uint64_t n_messages, const uint8_t *choices,
                                                uint64_t n);

/** Correlated OT of vectors (Gilboa, CRYPTO 1999): each OT has a vector of n_elements terms modulo
 *  2^element_bits (1 to 64) at the sender; the parties get shares whose difference, receiver's
 *  minus sender's, is the vector where the choice is 1 and zero where it is 0. One choice selects a
 *  whole column of a matrix. n_elements * element_bits bits an OT, rounded up to bytes. */
SOTTO_CHECKED sotto_err sotto_ot_send_vectors(sotto_ot *ot, uint64_t *shares, const uint64_t *terms,
                                              uint64_t n_elements, unsigned element_bits,
                                              uint64_t n);
SOTTO_CHECKED sotto_err sotto_ot_receive_vectors(sotto_ot *ot, uint64_t *shares,
                                                 uint64_t n_elements, unsigned element_bits,
                                                 const uint8_t *choices, uint64_t n);

#ifdef __cplusplus
}
#endif

#endif
