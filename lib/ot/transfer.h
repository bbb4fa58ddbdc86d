/*
 * Random and chosen oblivious transfers from the rows of the extension (protocol.md section 4).
 * Sans I/O. Correlated OTs are the rows themselves. H breaks the correlation; its tweaks come from
 * a counter that both parties keep in step.
 */
#ifndef SOTTO_OT_TRANSFER_H
#define SOTTO_OT_TRANSFER_H

#include "base/error.h"
#include "crypto/hash.h"

/** Random OT, sender: pads[n][c] = H(Q_n ^ c delta). */
sotto_err random_ot_send(struct sotto_context *context, block (*pads)[2], struct label_hash *hash,
                         const block *rows, size_t n, const block *delta) CHECKED;

/** Random OT, receiver: pads[n] = H(T_n), the sender's pads[n][r_n]. pads may be rows. */
sotto_err random_ot_receive(struct sotto_context *context, block *pads, struct label_hash *hash,
                            const block *rows, size_t n) CHECKED;

/** Chosen OT, sender: encrypts messages[n][c] into ciphertexts, n pairs. ciphertexts may be
 *  messages. */
sotto_err chosen_ot_send(struct sotto_context *context, block (*ciphertexts)[2],
                         struct label_hash *hash, const block *rows, const block (*messages)[2],
                         size_t n, const block *delta) CHECKED;

/** Chosen OT, receiver: messages[n] is the sender's messages[n][choices[n]]; a choice is the lowest
 *  bit of its byte. messages does not overlap rows. */
sotto_err chosen_ot_receive(struct sotto_context *context, block *messages, struct label_hash *hash,
                            const block *rows, const block (*ciphertexts)[2],
                            const uint8_t *choices, size_t n) CHECKED;

#endif
