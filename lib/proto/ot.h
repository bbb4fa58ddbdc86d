/*
 * An OT handle: its set-up is in ot_setup.c, how a call goes through its chunks in ot_rows.c, the
 * flavours in ot.c, the thread that sends and receives in ot_io.c. The sender of the transfers
 * stands in the garbler's place on the wire, the receiver in the evaluator's.
 */
#ifndef SOTTO_PROTO_OT_H
#define SOTTO_PROTO_OT_H

#include "crypto/hash.h"
#include "net/wire.h"
#include "ot/extension.h"
#include "proto/ot_io.h"
#include "sotto-ot.h"

/* Blocks of a chunk. The malicious check costs a round trip, so its chunks are long. */
#define OT_CHUNK_BLOCKS EXTENSION_CHUNK_BLOCKS
#define OT_MALICIOUS_CHUNK_BLOCKS 510

/* Room for a frame header before a message, which starts a cache line. */
#define OT_HEADER_ROOM 64

/* Bytes of a chunk's reply, unless a single OT's is longer. */
#define OT_REPLY_LEN ((size_t)1 << 20)

/* Buffers and messages of one of the two chunks that a call has open. */
struct ot_chunk {
    uint8_t *message; /* the receiver's, with room for a frame header before it */
    ot_ticket message_ticket;
    uint8_t challenge[FRAME_HEADER_LEN + EXTENSION_CHALLENGE_LEN];
    ot_ticket challenge_ticket;
    uint8_t answer[FRAME_HEADER_LEN + EXTENSION_ANSWER_LEN];
    ot_ticket answer_ticket;
    uint8_t *reply; /* likewise; taken for each call */
    ot_ticket reply_ticket;
    block *rows;
};

struct sotto_ot {
    struct sotto_context *context;
    struct wire wire;
    struct ot_io *io;
    bool is_sender;
    bool spent;      /* failed: every secret is gone */
    bool for_labels; /* of a mixed session: rows are labels, so delta has a colour */
    struct extension_terms terms;
    struct extension_sender *sender; /* one of the two */
    struct extension_receiver *receiver;
    struct label_hash hash;
    block *delta;       /* guarded; the sender's */
    size_t chunk_rows;  /* a multiple of 128 */
    size_t message_len; /* of a chunk's message */
    struct ot_chunk chunks[EXTENSION_N_OPEN];
    block *packed; /* choices of a chunk */
    uint8_t *bits; /* of a chunk's rows */
    struct {
        block *rows;
        uint8_t *choices; /* the receiver's */
        uint64_t n, at;
    } store; /* prepared OTs */
};

/* The step of a flavour turns the rows of n OTs from number first on into outputs, and into the
 * reply, or from it. */
struct ot_call;
typedef sotto_err (*ot_step)(struct sotto_ot *ot, const struct ot_call *call, const block *rows,
                             uint8_t *reply, uint64_t first, size_t n);

/* One call: n OTs of rows_each rows, with a reply of reply_len bytes an OT. */
struct ot_call {
    ot_step step; /* NULL: the outputs are the rows */
    uint64_t n;
    unsigned rows_each;
    size_t reply_len;
    const uint8_t *choices; /* one byte an OT; the receiver's */
    size_t per_chunk;       /* OTs at a time */
    bool prepared;          /* rows come from the store */
    void *out;
    const void *in;
    size_t len, n_messages; /* of strings; elements of vectors */
    unsigned element_bits;
};

/** Handshake, base OTs, trees, memory. */
sotto_err ot_set_up(struct sotto_ot *ot, struct sotto_channel *channel,
                    const sotto_ot_options *options) CHECKED;

/** Wipes what a failure must not leave behind. */
void ot_burn(struct sotto_ot *ot);

/** Goes through all chunks. After a failure the handle is to be burnt. */
sotto_err ot_run(struct sotto_ot *ot, struct ot_call *call) CHECKED;

#endif
