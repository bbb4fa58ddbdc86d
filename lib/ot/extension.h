/*
 * Oblivious-transfer extension (protocol.md section 4), semi-honest, k = 1: IKNP (Ishai, Kilian,
 * Nissim, Petrank, CRYPTO 2003) as optimised by Asharov, Lindell, Schneider, Zohner, CCS 2013.
 * Sans I/O. Gives correlated OTs: the sender has rows Q_n, the receiver rows T_n with
 * Q_n = T_n ^ r_n delta for its choice bits r. Everything else is built on rows in transfer.h.
 */
#ifndef SOTTO_OT_EXTENSION_H
#define SOTTO_OT_EXTENSION_H

#include "base/error.h"
#include "crypto/prg.h"
#include "ot/base.h"

/* OTs come in blocks of 128, at most EXTENSION_MAX_BLOCKS at a time: a bound on the buffers. */
#define OTS_PER_BLOCK 128
#define EXTENSION_MAX_BLOCKS 64

/** Bytes of the receiver's message for n_blocks blocks. */
#define EXTENSION_MESSAGE_LEN(n_blocks) ((size_t)(n_blocks)*N_BASE_OTS * BLOCK_LEN)

struct extension_sender;
struct extension_receiver;

/** keys[j] is the base OT key for bit j of *delta; both are copied into guarded memory. */
sotto_err extension_sender_new(struct sotto_context *context, struct extension_sender **sender,
                               const block keys[N_BASE_OTS], const block *delta) CHECKED;

/** Rows of the next 128 n_blocks OTs from the receiver's message. */
sotto_err extension_sender_extend(struct extension_sender *sender, struct sotto_context *context,
                                  block *rows, const uint8_t *message, size_t n_blocks) CHECKED;
void extension_sender_free(struct extension_sender *sender);

/** keys are both base OT keys of each column; copied into guarded memory. */
sotto_err extension_receiver_new(struct sotto_context *context,
                                 struct extension_receiver **receiver,
                                 const block keys[N_BASE_OTS][2]) CHECKED;

/** Rows of the next 128 n_blocks OTs and the message to the sender. Bit i of choices[b] is the
 *  choice of OT 128 b + i; a secret. */
sotto_err extension_receiver_extend(struct extension_receiver *receiver,
                                    struct sotto_context *context, block *rows, uint8_t *message,
                                    const block *choices, size_t n_blocks) CHECKED;
void extension_receiver_free(struct extension_receiver *receiver);

#endif
