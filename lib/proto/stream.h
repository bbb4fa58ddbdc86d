/*
 * Pieces of any length in a stream of tables (tables.h): the garbler fills them, the evaluator uses
 * them up, in the same order. A piece that a frame's end cuts goes through memory of its own.
 */
#ifndef SOTTO_PROTO_STREAM_H
#define SOTTO_PROTO_STREAM_H

#include "garble/bundle.h"
#include "proto/tables.h"

struct stream {
    struct sotto_context *context;
    struct tables *tables;
    uint8_t *frame; /* at hand; NULL: none */
    size_t len;
    size_t at;      /* bytes of it that are done */
    uint8_t *piece; /* that a frame's end cuts */
    size_t piece_len;
};

/** Zero-initialise *stream first. Pieces have at most piece_len bytes, streams max_len. */
sotto_err stream_init(struct stream *stream, struct sotto_context *context, size_t piece_len,
                      uint64_t max_len) CHECKED;
void stream_wipe(struct stream *stream);

/** Opens a stream of len bytes over wire; closed by stream_close() in any case, which returns err,
 *  what the party has failed with meanwhile, or else what the stream did. */
sotto_err stream_open(struct stream *stream, struct wire *wire, uint64_t len) CHECKED;
sotto_err stream_close(struct stream *stream, sotto_err err) CHECKED;

/** What is left of the frame at hand, at least one byte: for whoever can stop anywhere. */
sotto_err stream_room(struct stream *stream, uint8_t **room, size_t *len) CHECKED;
/** len bytes of the room are done. */
sotto_err stream_pass(struct stream *stream, size_t len) CHECKED;

/** The next stretch of a pass, or of a bundle that is not finished: garbled into the frame at hand
 *  where the engines have delta, evaluated out of it else. *len tells how many bytes. */
sotto_err stream_engine(struct stream *stream, size_t *len, struct engine *engine) CHECKED;
sotto_err stream_bundle(struct stream *stream, size_t *len, struct bundle *bundle) CHECKED;

/** The garbler's next piece, to be filled, then passed with stream_put(). */
sotto_err stream_piece(struct stream *stream, uint8_t **piece, size_t len) CHECKED;
sotto_err stream_put(struct stream *stream, const uint8_t *piece, size_t len) CHECKED;

/** The evaluator's next piece; valid until the next call. Passed with stream_got(). */
sotto_err stream_get(struct stream *stream, const uint8_t **piece, size_t len) CHECKED;
sotto_err stream_got(struct stream *stream, const uint8_t *piece, size_t len) CHECKED;

#endif
