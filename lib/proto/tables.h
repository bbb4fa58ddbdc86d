/*
 * The stream of garbled tables between a party and the wire. A long stream has a thread of its own
 * at each end, so that the network and the hashing overlap; the frames between the two threads are
 * few, so memory is bounded. While a stream is open only it uses the wire: a channel, and TLS in
 * it, has one user at a time.
 */
#ifndef SOTTO_PROTO_TABLES_H
#define SOTTO_PROTO_TABLES_H

#include "net/wire.h"

struct tables;

/** Takes memory for streams of at most max_len bytes. */
sotto_err tables_new(struct sotto_context *context, struct tables **tables,
                     uint64_t max_len) CHECKED;
void tables_free(struct tables *tables);

/** Opens a stream of len bytes over wire, whose role tells who sends. */
sotto_err tables_open(struct tables *tables, struct wire *wire, uint64_t len) CHECKED;

/** The garbler's next empty frame, or the evaluator's next full one, of *len bytes. Frames are cut
 *  in the same way at both ends; their starts are aligned for the kernels' stores. */
sotto_err tables_next(struct tables *tables, uint8_t **frame, size_t *len) CHECKED;

/** The frame that tables_next() gave is filled, or used up. */
sotto_err tables_pass(struct tables *tables) CHECKED;

/** Waits until everything is sent, ends the thread; every tables_open() that succeeded is followed
 *  by it. err is what the party has failed with, and is returned; else what the stream did. */
sotto_err tables_close(struct tables *tables, sotto_err err) CHECKED;

/** Bytes of memory that streams of at most max_len bytes take. */
uint64_t tables_memory(uint64_t max_len);

/** PROGRESS frames that the evaluator sends in a stream of len bytes; more only where a frame of
 *  tables takes it several seconds. */
uint64_t tables_n_progress(uint64_t len);

#endif
