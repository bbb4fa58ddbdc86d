/*
 * Base oblivious transfer (BASE OT in sotto-protocol(7)): Canetti, Sarkar, Wang, "Blazing Fast OT
 * for Three-Round UC OT Extension", ASIACRYPT 2020, on ristretto255. Sans I/O. The receiver learns
 * one of two keys for each of its choice bits: N_BASE_OTS of them for an extension, which then
 * runs in the other direction, or fewer that are transfers themselves (direct.h).
 *
 *   semi-honest    sender_message and receiver_message cross, then both finish
 *   malicious      receiver_message, sender_finish, sender_message with sender_prove,
 *                  receiver_finish, receiver_answer, sender_check
 *
 * The receiver of the malicious model has spoken before it hears Z, and the sender's digests force
 * it to have both: it can answer only if it knows one key of each transfer, so that its choices are
 * defined (they are read off its oracle queries), and no more than one, which would solve CDH for Z
 * and T. A sender whose digest j is wrong fits the receiver of one choice only: it guesses bit j,
 * and a wrong guess ends the session. That is the functionality of OT with selective failure, which
 * the paper proves this to be and which is what the extension needs: the bits are those of its
 * delta, and guesses of them are counted there (extension.h). The malicious phase is for N_BASE_OTS
 * alone.
 *
 * Any failure is terminal: the keys are wiped, and the objects refuse every later step.
 */
#ifndef SOTTO_OT_BASE_H
#define SOTTO_OT_BASE_H

#include "base/error.h"
#include "crypto/block.h"
#include "crypto/group.h"

#define N_BASE_OTS 128 /* kappa: one for each column of the extension; the most there are */
#define SESSION_ID_LEN 32

/* The sender's message is Z; the receiver's is the seed of T, then B_0, B_1, ... */
#define BASE_SENDER_MESSAGE_LEN GROUP_ELEMENT_LEN
#define BASE_SEED_LEN 32
#define BASE_MESSAGE_LEN(n) (BASE_SEED_LEN + (size_t)(n)*GROUP_ELEMENT_LEN)
#define BASE_RECEIVER_MESSAGE_LEN BASE_MESSAGE_LEN(N_BASE_OTS)

/* Malicious model: chi_0, chi_1, ..., then Pi; the receiver's answer is A'. */
#define BASE_DIGEST_LEN 32
#define BASE_PROOF_LEN ((N_BASE_OTS + 1) * BASE_DIGEST_LEN)
#define BASE_ANSWER_LEN BASE_DIGEST_LEN

/* The check aggregates a whole batch; its analysis needs at least 80 OTs in it. */
_Static_assert(N_BASE_OTS >= 80, "the malicious phase needs a batch of at least 80");
_Static_assert(BASE_DIGEST_LEN * 8 >= 2 * 128, "digests of keys bind: collisions cost 2^128");
_Static_assert(BASE_SEED_LEN * 8 >= 2 * 128 && GROUP_HASH_LEN * 8 >= 252 + 128,
               "T is new in each session, and within 2^-128 of uniform in a group of 2^252");

struct base_sender;
struct base_receiver;

/** Draws r and computes Z = r G, for n transfers, 1 to N_BASE_OTS; needs no peer. */
sotto_err base_sender_new(struct sotto_context *context, struct base_sender **sender,
                          size_t n) CHECKED;
size_t base_sender_n_ots(const struct base_sender *sender);
void base_sender_message(const struct base_sender *sender,
                         uint8_t message[BASE_SENDER_MESSAGE_LEN]);

/** The receiver's message piece by piece, so that keys are computed while it is under way: its
 * seed, then the next n elements, until there have been all. */
sotto_err base_sender_begin(struct base_sender *sender, struct sotto_context *context,
                            const uint8_t seed[BASE_SEED_LEN],
                            const uint8_t session_id[SESSION_ID_LEN]) CHECKED;

/** keys[j][c] for both values c of choice bit j. SOTTO_ERR_PROTOCOL when an element of the peer's
 *  message is not a canonical encoding or is the identity. The scalar is wiped after the last. */
sotto_err base_sender_take(struct base_sender *sender, struct sotto_context *context,
                           block (*keys)[2], const uint8_t *elements, size_t n) CHECKED;

/** Both, for a message of BASE_MESSAGE_LEN() bytes that has come as a whole. */
sotto_err base_sender_finish(struct base_sender *sender, struct sotto_context *context,
                             block (*keys)[2], const uint8_t *message,
                             const uint8_t session_id[SESSION_ID_LEN]) CHECKED;

/** Malicious model, after base_sender_finish(): what the receiver checks its keys against. */
sotto_err base_sender_prove(struct base_sender *sender, struct sotto_context *context,
                            uint8_t proof[BASE_PROOF_LEN], const block keys[N_BASE_OTS][2]) CHECKED;

/** Malicious model, after base_sender_prove(): SOTTO_ERR_CHECK, and keys are wiped, when the
 *  receiver's answer is not the aggregate of all keys. */
sotto_err base_sender_check(struct base_sender *sender, struct sotto_context *context,
                            block keys[N_BASE_OTS][2],
                            const uint8_t answer[BASE_ANSWER_LEN]) CHECKED;
void base_sender_free(struct base_sender *sender);

/** Draws the seed and the scalars a_j of n transfers, 1 to N_BASE_OTS. */
sotto_err base_receiver_new(struct sotto_context *context, struct base_receiver **receiver,
                            size_t n) CHECKED;
size_t base_receiver_n_ots(const struct base_receiver *receiver);

/** Choice bit j is bit j of *choices, a secret. Before the message. */
sotto_err base_receiver_choose(struct base_receiver *receiver, struct sotto_context *context,
                               const block *choices) CHECKED;

/** Computes a_j G for j below n, for elements that have not been given yet; needs no peer. What is
 *  not prepared is computed when it is given. */
sotto_err base_receiver_prepare(struct base_receiver *receiver, struct sotto_context *context,
                                size_t n) CHECKED;

/** The message piece by piece: the seed, then the next n elements, until there have been all. */
sotto_err base_receiver_begin(struct base_receiver *receiver, struct sotto_context *context,
                              uint8_t seed[BASE_SEED_LEN],
                              const uint8_t session_id[SESSION_ID_LEN]) CHECKED;
sotto_err base_receiver_give(struct base_receiver *receiver, struct sotto_context *context,
                             uint8_t *elements, size_t n) CHECKED;

/** Both, for the message as a whole. */
sotto_err base_receiver_message(struct base_receiver *receiver, struct sotto_context *context,
                                uint8_t *message, const uint8_t session_id[SESSION_ID_LEN]) CHECKED;

/** keys[j] for choice bit j. SOTTO_ERR_PROTOCOL when the peer's element is invalid. Call after
 *  base_receiver_message(), or the last element; the scalars are wiped afterwards. */
sotto_err base_receiver_finish(struct base_receiver *receiver, struct sotto_context *context,
                               block *keys, const uint8_t message[BASE_SENDER_MESSAGE_LEN],
                               const uint8_t session_id[SESSION_ID_LEN]) CHECKED;

/** Malicious model, after base_receiver_finish(): checks the sender's proof and answers it.
 *  SOTTO_ERR_CHECK, and keys are wiped, when it does not fit them. */
sotto_err base_receiver_answer(struct base_receiver *receiver, struct sotto_context *context,
                               uint8_t answer[BASE_ANSWER_LEN], block keys[N_BASE_OTS],
                               const uint8_t proof[BASE_PROOF_LEN]) CHECKED;
void base_receiver_free(struct base_receiver *receiver);

#endif
