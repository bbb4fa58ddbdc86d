/* Pieces in a stream of tables; see stream.h. */
#include "proto/stream.h"

#include "base/memory.h"

#include <string.h>

sotto_err stream_init(struct stream *stream, struct sotto_context *context, size_t piece_len,
                      uint64_t max_len)
{
    stream->context = context;
    stream->piece_len = piece_len;
    stream->piece = bulk_new(piece_len, 1);
    if (stream->piece == NULL) return fail_memory(context);
    return tables_new(context, &stream->tables, max_len);
}

void stream_wipe(struct stream *stream)
{
    tables_free(stream->tables);
    bulk_free(stream->piece, stream->piece_len, 1);
    *stream = (struct stream){0};
}

sotto_err stream_open(struct stream *stream, struct wire *wire, uint64_t len)
{
    stream->frame = NULL;
    return tables_open(stream->tables, wire, len);
}

sotto_err stream_close(struct stream *stream, sotto_err err)
{
    stream->frame = NULL;
    return tables_close(stream->tables, err);
}

sotto_err stream_room(struct stream *stream, uint8_t **room, size_t *len)
{
    if (stream->frame == NULL) {
        sotto_err err = tables_next(stream->tables, &stream->frame, &stream->len);

        if (err != SOTTO_OK) return err;
        stream->at = 0;
    }
    *room = stream->frame + stream->at;
    *len = stream->len - stream->at;
    return SOTTO_OK;
}

sotto_err stream_pass(struct stream *stream, size_t len)
{
    stream->at += len;
    if (stream->at < stream->len) return SOTTO_OK;
    stream->frame = NULL;
    return tables_pass(stream->tables);
}

sotto_err stream_engine(struct stream *stream, size_t *len, struct engine *engine)
{
    uint8_t *room;
    size_t room_len;
    sotto_err err = stream_room(stream, &room, &room_len);

    if (err == SOTTO_OK && engine->delta != NULL)
        err = engine_garble(engine, stream->context, room, len, room_len);
    else if (err == SOTTO_OK) err = engine_evaluate(engine, stream->context, len, room, room_len);
    return err == SOTTO_OK ? stream_pass(stream, *len) : err;
}

sotto_err stream_bundle(struct stream *stream, size_t *len, struct bundle *bundle)
{
    uint8_t *room;
    size_t room_len;
    sotto_err err = stream_room(stream, &room, &room_len);

    if (err == SOTTO_OK && bundle->groups[0].engine.delta != NULL)
        err = bundle_garble(bundle, room, len, room_len);
    else if (err == SOTTO_OK) err = bundle_evaluate(bundle, len, room, room_len);
    return err == SOTTO_OK ? stream_pass(stream, *len) : err;
}

/* Moves len bytes between a piece and the frames that share it. */
static sotto_err copy(struct stream *stream, uint8_t *to, const uint8_t *from, size_t len)
{
    for (size_t at = 0; at < len;) {
        uint8_t *room;
        size_t part;
        sotto_err err = stream_room(stream, &room, &part);

        if (err != SOTTO_OK) return err;
        if (part > len - at) part = len - at;
        memcpy(to != NULL ? to + at : room, from != NULL ? from + at : room, part);
        at += part;
        err = stream_pass(stream, part);
        if (err != SOTTO_OK) return err;
    }
    return SOTTO_OK;
}

sotto_err stream_piece(struct stream *stream, uint8_t **piece, size_t len)
{
    size_t room_len;
    sotto_err err = stream_room(stream, piece, &room_len);

    if (err == SOTTO_OK && room_len < len) *piece = stream->piece;
    return err;
}

sotto_err stream_put(struct stream *stream, const uint8_t *piece, size_t len)
{
    if (piece != stream->piece) return stream_pass(stream, len);
    return copy(stream, NULL, piece, len);
}

sotto_err stream_get(struct stream *stream, const uint8_t **piece, size_t len)
{
    uint8_t *room;
    size_t room_len;
    sotto_err err = stream_room(stream, &room, &room_len);

    if (err != SOTTO_OK) return err;
    *piece = room_len < len ? stream->piece : room;
    return room_len < len ? copy(stream, stream->piece, NULL, len) : SOTTO_OK;
}

sotto_err stream_got(struct stream *stream, const uint8_t *piece, size_t len)
{
    return piece != stream->piece ? stream_pass(stream, len) : SOTTO_OK;
}
