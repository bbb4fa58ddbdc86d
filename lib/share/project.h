/*
 * The projection from labels to arithmetic shares: a garbled value x, whose bits are wires, times a
 * column w of the garbler's weights, as shares over Z_{2^k} that add up to x w. Sans I/O.
 *
 * For wire j of the value the garbler knows the labels L^[0] and L^[1] = L^[0] ^ delta of each
 * colour and the colour p that stands for zero; the evaluator holds L^[c], c = x_j ^ p. With v =
 * 2^j w, and g(L) pads expanded from L,
 *
 *   the garbler's share is     -g(L^[0]) + p v
 *   the garbler sends           e = g(L^[0]) - g(L^[1]) + (1 - 2 p) v
 *   the evaluator's share is    g(L^[c]) + c e
 *
 * which add up to x_j v: for c = 0, x_j = p, to p v; for c = 1 to (1 - p) v. Only the upper k - j
 * bits of v matter, so pads, e and shares of wire j are over Z_{2^(k - j)}, times 2^j. It is the
 * correlated OT of Gilboa (CRYPTO 1999) with the labels of a garbled circuit for its two pads.
 *
 * Security against an evaluator that follows the protocol. Pad block i of wire n is H(L, t), with H
 * the tweakable circular correlation-robust hash of the garbled gates and t a tweak that no other
 * (n, i) of the session has, so H(L^[0], t) and H(L^[1], t) = H(L^[0] ^ delta, t) are queried
 * under one tweak, as those of a half-gate are. The evaluator knows one label of the wire;
 * correlation robustness makes the other pad uniform to it, and with it e: whatever the weights
 * are, it can be simulated by random bits. No H in here is circular: delta and the labels
 * themselves are masked by nothing. The garbler receives nothing at all.
 */
#ifndef SOTTO_SHARE_PROJECT_H
#define SOTTO_SHARE_PROJECT_H

#include "base/error.h"
#include "crypto/hash.h"
#include "share/ring.h"

/* Rows whose pads are made together. Pads are words of 32 bits, four to a block. */
#define PROJECT_ROWS 512
#define PROJECT_ROWS_PER_BLOCK (BLOCK_LEN / 4)

#define PROJECT_MAX_VALUE_BITS 16

/** What both parties agree on. */
struct projection {
    unsigned ring_bits;  /* k: 1 to RING_MAX_BITS */
    unsigned value_bits; /* wires of a value, the lowest first; at most k and the maximum above */
    bool is_signed;      /* the last wire stands for -2^j: two's complement */
};

/** Where a value goes: weights[i] times the value is added to share number rows[i]. */
struct projection_column {
    const uint32_t *rows;   /* NULL: the first n shares */
    const int32_t *weights; /* the garbler's; a secret */
    size_t n;
};

struct projector;

/** Makes the scratch memory for one thread. */
sotto_err projector_new(struct sotto_context *context, struct projector **projector) CHECKED;
/** Wipes and frees it. */
void projector_free(struct projector *projector);

/** Bytes of the garbler's message for a value with a column of n rows: packed, for each stretch of
 *  PROJECT_ROWS rows one wire after the other. */
size_t projection_message_len(const struct projection *projection, size_t n);

/** Adds the garbler's shares of one value to shares, modulo 2^32: the caller reduces them when all
 *  are added. zero_labels holds the labels of zero of the value's wires. SOTTO_ERR_LIMIT when the
 *  tweaks of hash run out. */
sotto_err project_send(struct projector *projector, struct sotto_context *context, uint32_t *shares,
                       uint8_t *message, struct label_hash *hash, const block *zero_labels,
                       const struct projection *projection, const struct projection_column *column,
                       const block *delta) CHECKED;

/** Adds the evaluator's. labels are the active ones; the column's weights are not used. */
sotto_err project_receive(struct projector *projector, struct sotto_context *context,
                          uint32_t *shares, struct label_hash *hash, const block *labels,
                          const uint8_t *message, const struct projection *projection,
                          const struct projection_column *column) CHECKED;

#endif
