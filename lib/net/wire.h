/*
 * Frames and the table of messages. A frame is a type (1 byte), three zero bytes, the length of its
 * payload (4 bytes, little-endian) and the payload. Which frame may follow which is a table; every
 * receiver also states the type and the exact length it expects. Anything else ends the session.
 *
 *   garbler                                    evaluator
 *   HELLO                        <->           HELLO
 *                                <-            PROBE, PROBE             twice, if k is open
 *   PROBE, PROBE                 ->                                     each after its own
 *                                <-            EXTENSION (k)            likewise
 *   BASE_RECEIVER (seed, B)      <->           BASE_SENDER (Z)          if it has inputs
 *                                <-            [BASE_PROOF]
 *   [BASE_ANSWER]                ->
 *                                <-            TREES                    likewise, unless k = 1
 *   or, without an extension:
 *   BASE_SENDER (Z)              <->           BASE_RECEIVER (seed, B)
 *   MASKED (delta)               ->
 *   in any case:
 *   SEED (of the garbler's labels)  ->
 *   then for each window of instances:
 *                                <-            CHOICES ...              with an extension
 *   [CHALLENGE]                  ->                                     after each of them
 *                                <-            [ANSWER]
 *   TABLES ...                   ->            (PROGRESS with every eighth)
 *   DECODE ...                   ->                                     if the evaluator learns
 *                                <-            COLOURS ...              if the garbler learns
 *   DONE                         <->           DONE
 *
 * An OT handle uses the same frames and a few more; its sender has the garbler's place. What stands
 * in brackets belongs to OTs of the malicious model.
 *
 *   sender                                     receiver
 *   HELLO                        <->           HELLO
 *   BASE_RECEIVER                <->           BASE_SENDER
 *                                <-            [BASE_PROOF]
 *   [BASE_ANSWER]                ->
 *                                <-            TREES                    unless k = 1
 *   then for each chunk, two of which are under way at a time (proto/ot_rows.c):
 *                                <-            CHOICES, or CORRECTION of prepared OTs
 *   [CHALLENGE]                  ->                                     after CHOICES
 *                                <-            [ANSWER]
 *   MASKED ...                   ->                                     for messages and vectors
 *
 * A mixed session (sotto-share.h) starts as an OT handle does, with SEED after the base OTs; then
 * in any order, as its calls say: PUBLIC and SHARES by either side, CHOICES and COLOURS by the
 * evaluator, TABLES and DECODE by the garbler. TABLES carry corrections of linear layers too.
 *
 * ABORT may take the place of any frame; it carries nothing.
 */
#ifndef SOTTO_NET_WIRE_H
#define SOTTO_NET_WIRE_H

#include "net/channel.h"

enum frame_type {
    FRAME_NONE, /* before the first frame of a direction; never sent */
    FRAME_HELLO,
    FRAME_BASE_SENDER,
    FRAME_BASE_RECEIVER,
    FRAME_TREES,
    FRAME_SEED,
    FRAME_CHOICES,
    FRAME_TABLES,
    FRAME_PROGRESS,
    FRAME_DECODE,
    FRAME_COLOURS,
    FRAME_DONE,
    FRAME_ABORT,
    FRAME_BASE_PROOF,
    FRAME_BASE_ANSWER,
    FRAME_CHALLENGE,
    FRAME_ANSWER,
    FRAME_CORRECTION,
    FRAME_MASKED,
    FRAME_PUBLIC, /* of mixed sessions */
    FRAME_SHARES,
    FRAME_PROBE, /* of runs again */
    FRAME_EXTENSION,
    N_FRAME_TYPES
};

#define FRAME_HEADER_LEN 8
/* Payloads are cut into frames of this many bytes at most. */
#define FRAME_MAX_LEN ((size_t)256 << 10)

/** A channel with the place of both directions in the table. */
struct wire {
    struct sotto_channel *channel;
    struct sotto_context *context;
    sotto_role role;
    enum frame_type last_sent;
    enum frame_type last_received;
    bool has_early; /* a header was read before its turn, in early */
    uint8_t early[FRAME_HEADER_LEN];
    size_t n_unsent; /* bytes that the frame under way lacks */
};

void wire_init(struct wire *wire, struct sotto_channel *channel, sotto_role role);

/** Sends one frame. frame has FRAME_HEADER_LEN bytes of room, filled in here, before payload_len
 *  bytes of payload. Whatever is sent is known to the peer: the payload is declassified here. */
sotto_err wire_send(struct wire *wire, enum frame_type type, uint8_t *frame,
                    size_t payload_len) CHECKED;

/** The same for a payload that is made while it is sent: what follows the header goes through
 *  wire_send_more() until payload_len bytes have been sent. A caller that fails in between leaves a
 *  frame cut short: no ABORT can follow, and closing says it all. */
sotto_err wire_send_begin(struct wire *wire, enum frame_type type, uint8_t *frame,
                          size_t payload_len, size_t first_len) CHECKED;
sotto_err wire_send_more(struct wire *wire, const uint8_t *bytes, size_t len) CHECKED;

/** Receives one frame of exactly this type and length. PROGRESS frames before it are passed over.
 *  SOTTO_ERR_ABORTED when the peer gave up, SOTTO_ERR_PROTOCOL for anything unexpected. */
sotto_err wire_receive(struct wire *wire, uint8_t *payload, enum frame_type type,
                       size_t payload_len) CHECKED;

/** The same for a payload that is used while it comes: only the header is received; the payload is
 *  the next payload_len bytes of the channel. */
sotto_err wire_receive_begin(struct wire *wire, enum frame_type type, size_t payload_len) CHECKED;

/** As wire_receive() for a frame of min_len to max_len bytes; *payload_len tells how many came. */
sotto_err wire_receive_up_to(struct wire *wire, uint8_t *payload, size_t *payload_len,
                             enum frame_type type, size_t min_len, size_t max_len) CHECKED;

/** Passes over the PROGRESS frames that have come, without waiting. For a side that has much to say
 *  while its peer may send nothing else: unread, they would fill the line in the end, and a peer
 *  that cannot send does not listen either. */
sotto_err wire_hear_progress(struct wire *wire) CHECKED;

/** Sends data of any length as frames of one type: full ones, then the rest; none for length 0. */
sotto_err wire_send_all(struct wire *wire, enum frame_type type, const uint8_t *data,
                        size_t data_len) CHECKED;

/** The receiving side of wire_send_all(). */
sotto_err wire_receive_all(struct wire *wire, uint8_t *data, enum frame_type type,
                           size_t data_len) CHECKED;

/** Tells the peer that the run is off, without a reason, and waits shortly so that it is heard.
 *  For use after err ended the run; does nothing when the peer is gone or has aborted itself. */
void wire_abort(struct wire *wire, sotto_err err);

#endif
