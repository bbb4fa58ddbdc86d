/*
 * The flavours of oblivious transfer, made from the rows of the extension (OT EXTENSION in
 * sotto-protocol(7)). Sans I/O. Correlated OTs are the rows themselves. H breaks the correlation;
 * its tweaks come from a counter that both parties keep in step. Choice bits are packed: bit i of
 * choices[b] is that of OT 128 b + i, or, where a function says so, one a byte.
 *
 * In the malicious model (extension.h) the receiver knows T_n, which it has had a say in, and delta
 * is uniform on a set A that holds it with probability |A| / 2^128. The pad that it did not choose
 * is H(T_n ^ delta) under a tweak of its own; H is defined against inputs T_n of the adversary's
 * choice (circular correlation robustness, Guo et al., S&P 2020, CRYPTO 2020). With AES as an ideal
 * cipher it learns of that pad only by a query at sigma(T_n ^ delta) under that tweak's key, or of
 * its inverse: Q queries hit with probability 2 Q / |A|, which with the chance of getting so far is
 * 2 Q 2^-128. Chosen messages, vectors and lists are masked with such pads or with PRGs seeded by
 * them; 1-out-of-N needs one unknown pad for each index that was not chosen, and each of these
 * differs from the chosen one in at least one bit.
 *
 * Random OT is endemic (Masny, Rindal, CCS 2019): the pads of a party that cheats may be what it
 * likes, those of two honest ones are random.
 */
#ifndef SOTTO_OT_TRANSFER_H
#define SOTTO_OT_TRANSFER_H

#include "base/error.h"
#include "crypto/hash.h"

/** Packs n choices, the lowest bit of a byte each, into whole blocks; the rest are 0. */
void pack_choices(block *choices, const uint8_t *bits, size_t n);

/** Derandomisation (Beaver, CRYPTO 1995): rows made with random choices become those of the wanted
 *  ones once the receiver has sent the difference of the two, one bit each: Q_n ^= e_n delta. */
void correct_rows(block *rows, const block *differences, size_t n, const block *delta);

/** Random OT, sender: pads[n][c] = H(Q_n ^ c delta). */
sotto_err random_ot_send(struct sotto_context *context, block (*pads)[2], struct label_hash *hash,
                         const block *rows, size_t n, const block *delta) CHECKED;

/** Random OT, receiver: pads[n] = H(T_n), the sender's pads[n][r_n]. pads may be rows. */
sotto_err random_ot_receive(struct sotto_context *context, block *pads, struct label_hash *hash,
                            const block *rows, size_t n) CHECKED;

/** Chosen OT of strings, sender: messages holds n pairs of message_len bytes each, encrypted into
 *  ciphertexts of the same layout, which may be messages. */
sotto_err chosen_ot_send(struct sotto_context *context, uint8_t *ciphertexts,
                         struct label_hash *hash, const block *rows, const uint8_t *messages,
                         size_t message_len, size_t n, const block *delta) CHECKED;

/** Chosen OT, receiver: message n of message_len bytes is the sender's number choices[n] of pair n;
 *  a choice is the lowest bit of its byte. */
sotto_err chosen_ot_receive(struct sotto_context *context, uint8_t *messages,
                            struct label_hash *hash, const block *rows, const uint8_t *ciphertexts,
                            size_t message_len, const uint8_t *choices, size_t n) CHECKED;

/** Bytes of n_elements elements of so many bits, packed. */
size_t packed_len(size_t n_elements, unsigned element_bits);

/** Correlated OT of vectors over Z_{2^element_bits}, element_bits 1 to 64: each OT has a vector of
 *  n_elements terms; the sender gets shares a, the receiver a + r terms: one choice bit selects a
 *  whole column (Gilboa, CRYPTO 1999). message holds packed_len() bytes for each of n OTs. */
sotto_err vector_ot_send(struct sotto_context *context, uint64_t *shares, uint8_t *message,
                         struct label_hash *hash, const block *rows, const uint64_t *terms,
                         size_t n_elements, unsigned element_bits, size_t n,
                         const block *delta) CHECKED;
sotto_err vector_ot_receive(struct sotto_context *context, uint64_t *shares,
                            struct label_hash *hash, const block *rows, const uint8_t *message,
                            size_t n_elements, unsigned element_bits, const uint8_t *choices,
                            size_t n) CHECKED;

/** Rows that a 1-out-of-n_messages OT takes: ceil(log2 n_messages), n_messages 2 to 256. */
unsigned one_of_rows(size_t n_messages);

/** 1-out-of-N OT (Naor, Pinkas, STOC 1999): OT number n has n_messages messages of message_len
 *  bytes and uses one_of_rows() rows, whose choices are the bits of the index. Message v is masked
 *  by the sum of PRFs of v under the keys that its bits select. ciphertexts may be messages. */
sotto_err one_of_send(struct sotto_context *context, uint8_t *ciphertexts, struct label_hash *hash,
                      const block *rows, const uint8_t *messages, size_t message_len,
                      size_t n_messages, size_t n, const block *delta) CHECKED;
sotto_err one_of_receive(struct sotto_context *context, uint8_t *messages, struct label_hash *hash,
                         const block *rows, const uint8_t *ciphertexts, size_t message_len,
                         size_t n_messages, const uint8_t *choices, size_t n) CHECKED;

#endif
