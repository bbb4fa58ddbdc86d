/*
 * An OT handle: its set-up is in ot_setup.c, where its rows come from in ot_rows.c, the flavours in
 * ot.c. The sender of the transfers stands in the garbler's place on the wire, the receiver in the
 * evaluator's.
 */
#ifndef SOTTO_PROTO_OT_H
#define SOTTO_PROTO_OT_H

#include "crypto/hash.h"
#include "net/wire.h"
#include "ot/extension.h"
#include "sotto-ot.h"

/* Blocks of a chunk. The malicious check costs a round trip, so its chunks are long. */
#define OT_CHUNK_BLOCKS EXTENSION_CHUNK_BLOCKS
#define OT_MALICIOUS_CHUNK_BLOCKS 510

/* Bytes of a chunk's reply, unless a single OT's is longer. */
#define OT_REPLY_LEN ((size_t)1 << 20)

struct sotto_ot {
    struct sotto_context *context;
    struct wire wire;
    bool is_sender;
    bool spent;      /* failed: every secret is gone */
    bool for_labels; /* of a mixed session: rows are labels, so delta has a colour */
    struct extension_terms terms;
    struct extension_sender *sender; /* one of the two */
    struct extension_receiver *receiver;
    struct label_hash hash;
    block *delta;       /* guarded; the sender's */
    size_t chunk_rows;  /* a multiple of 128 */
    uint8_t *message;   /* of a chunk, with room for a frame header before it */
    size_t message_len; /* of the memory */
    block *rows[2];     /* of two chunks: the one in use, and the one behind it */
    block *packed;      /* choices or corrections of a chunk */
    uint8_t *bits;      /* of a chunk's rows */
    struct {
        block *rows;
        uint8_t *choices; /* the receiver's */
        uint64_t n, at;
    } store; /* prepared OTs */
};

/** Handshake, base OTs, trees, memory. */
sotto_err ot_set_up(struct sotto_ot *ot, struct sotto_channel *channel,
                    const sotto_ot_options *options) CHECKED;

/** Wipes what a failure must not leave behind. */
void ot_burn(struct sotto_ot *ot);

/** Rows of the next n OTs, n at most chunk_rows, into rows, which has room for whole blocks. From
 *  the store when prepared is set, else from the extension. bits are the receiver's choices, one a
 *  byte; unused at the sender. */
sotto_err ot_next_rows(struct sotto_ot *ot, block *rows, const uint8_t *bits, size_t n,
                       bool prepared) CHECKED;

/** Sends or receives a message of any length in frames. payload has room for a frame header before
 *  it. Headers overwrite what has been sent. */
sotto_err ot_send(struct sotto_ot *ot, enum frame_type type, uint8_t *payload, size_t len) CHECKED;
sotto_err ot_receive(struct sotto_ot *ot, uint8_t *payload, enum frame_type type,
                     size_t len) CHECKED;

#endif
