/*
 * Messages of an OT handle, sent and received while the handle computes. What is asked for happens
 * in the order of asking, on a thread of its own during a call of several chunks, at once
 * otherwise: a receiver's thread mostly writes, a sender's mostly reads. Both parties ask in orders
 * that fit, so whoever waits has a peer that is at work. One thread for both directions: a TLS
 * connection must not be read and written at the same time, and a long message in one direction
 * has one in the other only where masked messages are replies.
 */
#ifndef SOTTO_PROTO_OT_IO_H
#define SOTTO_PROTO_OT_IO_H

#include "net/wire.h"

struct ot_io;

/** A message that was asked for; valid until the call of the handle ends. */
typedef uint64_t ot_ticket;

sotto_err ot_io_new(struct sotto_context *context, struct ot_io **io, struct wire *wire) CHECKED;
void ot_io_free(struct ot_io *io);

/** Begins a call. With a thread only if is_long, and if the system has one. */
void ot_io_begin(struct ot_io *io, bool is_long);

/** Ends it: waits for what was asked for if err is SOTTO_OK, else for the message on its way at
 *  most. Returns err, or else what the messages failed with. */
sotto_err ot_io_end(struct ot_io *io, sotto_err err) CHECKED;

/** Asks for a message of any length, in frames. payload stays as it is until the ticket is done;
 *  one that is sent has room for a frame header before it, and headers overwrite what has been
 *  sent. A failure shows when something is waited for. */
ot_ticket ot_io_send(struct ot_io *io, enum frame_type type, uint8_t *payload, size_t len);
ot_ticket ot_io_receive(struct ot_io *io, enum frame_type type, uint8_t *payload, size_t len);

/** Waits until the message has been sent, or has come. */
sotto_err ot_io_wait(struct ot_io *io, ot_ticket ticket) CHECKED;

#endif
