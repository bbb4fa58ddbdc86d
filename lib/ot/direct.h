/*
 * Correlated OTs made of base OTs, without an extension (TRANSFERS WITHOUT AN EXTENSION in
 * sotto-protocol(7)). Sans I/O. Where there are no more of them than base OTs that an extension
 * would take, one costs more than it saves.
 *
 * The base OTs' sender has the keys p_j^0 and p_j^1, their receiver p_j^{c_j}. The sender's row is
 * p_j^0, and it sends p_j^0 ^ p_j^1 ^ delta, with which the receiver of choice 1 turns its key into
 * p_j^0 ^ delta: row ^ c_j delta on the other side, as an extension would have it.
 *
 * Semi-honest. The receiver lacks one key of each pair, a value of the random oracle that it cannot
 * ask for without solving CDH for Z and T (base.h); it is under this key, once, that delta is sent,
 * and as new a row or its sum with delta. The sender sees elements a_j G + c_j T with uniform a_j,
 * which are uniform whatever the choices are.
 */
#ifndef SOTTO_OT_DIRECT_H
#define SOTTO_OT_DIRECT_H

#include "ot/base.h"

/** Bytes of the sender's message for n transfers. */
#define DIRECT_MESSAGE_LEN(n) ((size_t)(n)*BLOCK_LEN)

/** keys are the base OTs' sender's. */
void direct_send(block *rows, uint8_t *message, const block (*keys)[2], size_t n,
                 const block *delta);

/** keys are the base OTs' receiver's, for the same choices: bit j of *choices, n at most 128. rows
 *  may be keys. */
void direct_receive(block *rows, const block *keys, const uint8_t *message, const block *choices,
                    size_t n);

#endif
