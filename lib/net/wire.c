/* Frames and the table of messages; see wire.h. */
#include "net/wire.h"

#include "base/ct.h"
#include "base/cursor.h"
#include "base/memory.h"
#include "net/credentials.h"

#define BIT(type) (UINT32_C(1) << (type))

/* What either side of a mixed session may say at any time once it has started. */
#define MIXED (BIT(FRAME_PUBLIC) | BIT(FRAME_SHARES))
#define MIXED_GARBLER (MIXED | BIT(FRAME_SEED) | BIT(FRAME_TABLES) | BIT(FRAME_DECODE))
#define MIXED_EVALUATOR                                                                            \
    (MIXED | BIT(FRAME_BASE_SENDER) | BIT(FRAME_TREES) | BIT(FRAME_CHOICES) |                      \
     BIT(FRAME_PROGRESS) | BIT(FRAME_COLOURS))
#define RUN_EVALUATOR                                                                              \
    (MIXED_EVALUATOR | BIT(FRAME_HELLO) | BIT(FRAME_BASE_RECEIVER) | BIT(FRAME_ANSWER))

/* For each sender and type: after which of its own types it may stand. */
static const uint32_t may_stand_after[2][N_FRAME_TYPES] = {
    [SOTTO_GARBLER] =
        {
            [FRAME_HELLO] = BIT(FRAME_NONE),
            [FRAME_PROBE] = BIT(FRAME_HELLO) | BIT(FRAME_PROBE),
            [FRAME_BASE_SENDER] = BIT(FRAME_HELLO),
            [FRAME_BASE_RECEIVER] = BIT(FRAME_HELLO) | BIT(FRAME_PROBE),
            [FRAME_BASE_ANSWER] = BIT(FRAME_BASE_RECEIVER),
            [FRAME_CHALLENGE] = BIT(FRAME_BASE_ANSWER) | BIT(FRAME_CHALLENGE) | BIT(FRAME_MASKED) |
                                BIT(FRAME_SEED) | BIT(FRAME_TABLES) | BIT(FRAME_DECODE),
            [FRAME_MASKED] = BIT(FRAME_BASE_SENDER) | BIT(FRAME_BASE_RECEIVER) |
                             BIT(FRAME_CHALLENGE) | BIT(FRAME_MASKED),
            [FRAME_SEED] = BIT(FRAME_HELLO) | BIT(FRAME_BASE_RECEIVER) | BIT(FRAME_BASE_ANSWER) |
                           BIT(FRAME_MASKED),
            [FRAME_TABLES] = MIXED_GARBLER | BIT(FRAME_CHALLENGE),
            [FRAME_DECODE] = MIXED_GARBLER | BIT(FRAME_CHALLENGE),
            [FRAME_PUBLIC] = MIXED_GARBLER,
            [FRAME_SHARES] = MIXED_GARBLER,
            [FRAME_DONE] = MIXED_GARBLER | BIT(FRAME_CHALLENGE),
        },
    [SOTTO_EVALUATOR] =
        {
            [FRAME_HELLO] = BIT(FRAME_NONE),
            [FRAME_PROBE] = BIT(FRAME_HELLO) | BIT(FRAME_PROBE),
            [FRAME_EXTENSION] = BIT(FRAME_PROBE),
            [FRAME_BASE_SENDER] = BIT(FRAME_HELLO) | BIT(FRAME_EXTENSION),
            [FRAME_BASE_RECEIVER] = BIT(FRAME_HELLO),
            [FRAME_BASE_PROOF] = BIT(FRAME_BASE_SENDER),
            [FRAME_TREES] = BIT(FRAME_BASE_SENDER) | BIT(FRAME_BASE_PROOF),
            [FRAME_CHOICES] = BIT(FRAME_BASE_SENDER) | BIT(FRAME_BASE_PROOF) | BIT(FRAME_TREES) |
                              BIT(FRAME_CHOICES) | BIT(FRAME_PROGRESS) | BIT(FRAME_COLOURS) |
                              BIT(FRAME_ANSWER) | BIT(FRAME_CORRECTION) | MIXED,
            [FRAME_ANSWER] = BIT(FRAME_CHOICES) | BIT(FRAME_ANSWER),
            [FRAME_CORRECTION] = BIT(FRAME_CHOICES) | BIT(FRAME_ANSWER) | BIT(FRAME_CORRECTION),
            [FRAME_PROGRESS] = RUN_EVALUATOR,
            [FRAME_COLOURS] = RUN_EVALUATOR,
            [FRAME_PUBLIC] = MIXED_EVALUATOR,
            [FRAME_SHARES] = MIXED_EVALUATOR,
            [FRAME_DONE] = RUN_EVALUATOR,
        },
};

static bool may_follow(enum frame_type type, enum frame_type last, sotto_role sender)
{
    return (may_stand_after[sender][type] & BIT(last)) != 0;
}

static const char *type_name(uint8_t type)
{
    static const char *const names[] = {
        "none",    "HELLO",      "BASE_SENDER", "BASE_RECEIVER", "TREES",     "SEED",
        "CHOICES", "TABLES",     "PROGRESS",    "DECODE",        "COLOURS",   "DONE",
        "ABORT",   "BASE_PROOF", "BASE_ANSWER", "CHALLENGE",     "ANSWER",    "CORRECTION",
        "MASKED",  "PUBLIC",     "SHARES",      "PROBE",         "EXTENSION",
    };

    _Static_assert(sizeof names / sizeof names[0] == N_FRAME_TYPES, "every type has a name");

    return type < N_FRAME_TYPES ? names[type] : "unknown";
}

void wire_init(struct wire *wire, struct sotto_channel *channel, sotto_role role)
{
    *wire = (struct wire){
        .channel = channel,
        .context = channel_context(channel),
        .role = role,
        .last_sent = FRAME_NONE,
        .last_received = FRAME_NONE,
    };
}

static void put_header(uint8_t header[FRAME_HEADER_LEN], enum frame_type type, size_t payload_len)
{
    struct writer w = writer_over(header, FRAME_HEADER_LEN);

    write_uint(&w, (uint64_t)type, 4);
    write_u32(&w, (uint32_t)payload_len);
}

/* A write that fails because the peer is gone may leave its last word, an ABORT, to be read. A DONE
 * that comes too late leaves the peer's own DONE, which is the caller's to read. */
static sotto_err hear_last_words(struct wire *wire, sotto_err err)
{
    uint8_t header[FRAME_HEADER_LEN], abort_header[FRAME_HEADER_LEN];
    struct failure failure;

    put_header(abort_header, FRAME_ABORT, 0);
    if (err != SOTTO_ERR_DISCONNECTED) return err;
    failure_keep(&failure, wire->context);
    while (!wire->has_early && channel_readable(wire->channel)) {
        sotto_err heard = channel_receive(wire->channel, header, sizeof header);

        if (heard == SOTTO_ERR_AUTHENTICATION) return heard;
        if (heard != SOTTO_OK) break;
        if (memcmp(header, abort_header, sizeof header) == 0)
            return fail(wire->context, SOTTO_ERR_ABORTED, "the peer aborted the run");
        if (header[0] != FRAME_PROGRESS) break;
    }
    failure_restore(&failure, wire->context);
    return err;
}

sotto_err wire_send_begin(struct wire *wire, enum frame_type type, uint8_t *frame,
                          size_t payload_len, size_t first_len)
{
    sotto_err err;

    if (payload_len > FRAME_MAX_LEN || !may_follow(type, wire->last_sent, wire->role))
        return fail(wire->context, SOTTO_ERR_INTERNAL, "a %s frame of %zu bytes out of order",
                    type_name((uint8_t)type), payload_len);
    put_header(frame, type, payload_len);
    ct_mark_public(frame, FRAME_HEADER_LEN + first_len);
    wire->last_sent = type;
    wire->n_unsent = payload_len - first_len;
    err = channel_send(wire->channel, frame, FRAME_HEADER_LEN + first_len);
    return err == SOTTO_OK || type == FRAME_DONE ? err : hear_last_words(wire, err);
}

sotto_err wire_send(struct wire *wire, enum frame_type type, uint8_t *frame, size_t payload_len)
{
    return wire_send_begin(wire, type, frame, payload_len, payload_len);
}

sotto_err wire_send_more(struct wire *wire, const uint8_t *bytes, size_t len)
{
    sotto_err err;

    if (len > wire->n_unsent)
        return fail(wire->context, SOTTO_ERR_INTERNAL, "more bytes than the frame has");
    ct_mark_public(bytes, len);
    wire->n_unsent -= len;
    err = channel_send(wire->channel, bytes, len);
    return err == SOTTO_OK ? err : hear_last_words(wire, err);
}

static sotto_err unexpected(struct wire *wire, uint8_t type, size_t payload_len,
                            enum frame_type expected)
{
    return fail(wire->context, SOTTO_ERR_PROTOCOL,
                "the peer broke the protocol: a frame of type %u (%s) and %zu bytes instead of %s",
                type, type_name(type), payload_len, type_name((uint8_t)expected));
}

/* How a TLS connection begins: a handshake record, of whatever version (RFC 8446, 5.1). No frame
 * begins like that. */
static bool is_tls(const uint8_t header[FRAME_HEADER_LEN])
{
    return header[0] == 0x16 && header[1] == 0x03;
}

static sotto_err fail_tls(struct wire *wire)
{
    (void)fail(wire->context, SOTTO_ERR_PROTOCOL, "the peer speaks TLS, and this side does not");
    add_hint(wire->context, CREDENTIALS_HINT);
    add_hint(wire->context, "or none at either, with --insecure if they leave this machine");
    return SOTTO_ERR_PROTOCOL;
}

static sotto_err next_header(struct wire *wire, uint8_t header[FRAME_HEADER_LEN])
{
    if (!wire->has_early) return channel_receive(wire->channel, header, FRAME_HEADER_LEN);
    memcpy(header, wire->early, FRAME_HEADER_LEN);
    wire->has_early = false;
    return SOTTO_OK;
}

/* Reads a header that fits the table. */
static sotto_err receive_header(struct wire *wire, uint8_t *type, size_t *payload_len,
                                enum frame_type expected)
{
    uint8_t header[FRAME_HEADER_LEN];
    struct reader r = reader_over(header, sizeof header);
    sotto_role peer = wire->role == SOTTO_GARBLER ? SOTTO_EVALUATOR : SOTTO_GARBLER;
    sotto_err err = next_header(wire, header);
    uint64_t padding;

    if (err != SOTTO_OK) return err;
    if (wire->last_received == FRAME_NONE && is_tls(header)) return fail_tls(wire);
    *type = read_u8(&r);
    padding = read_uint(&r, 3);
    *payload_len = read_u32(&r);
    if (*type == FRAME_ABORT && padding == 0 && *payload_len == 0)
        return fail(wire->context, SOTTO_ERR_ABORTED, "the peer aborted the run");
    if (*type >= N_FRAME_TYPES || padding != 0 || *payload_len > FRAME_MAX_LEN ||
        !may_follow((enum frame_type) * type, wire->last_received, peer))
        return unexpected(wire, *type, *payload_len, expected);
    wire->last_received = (enum frame_type) * type;
    return SOTTO_OK;
}

/* The header of the next frame that is not PROGRESS, or is what is asked for. */
static sotto_err receive_frame(struct wire *wire, size_t *payload_len, enum frame_type type,
                               size_t min_len, size_t max_len)
{
    uint8_t got_type;
    sotto_err err;

    do {
        err = receive_header(wire, &got_type, payload_len, type);
        if (err != SOTTO_OK) return err;
        if (got_type == FRAME_PROGRESS && *payload_len != 0)
            return unexpected(wire, got_type, *payload_len, type);
    } while (got_type == FRAME_PROGRESS && type != FRAME_PROGRESS);
    if (got_type != (uint8_t)type || *payload_len < min_len || *payload_len > max_len)
        return unexpected(wire, got_type, *payload_len, type);
    return SOTTO_OK;
}

sotto_err wire_receive_begin(struct wire *wire, enum frame_type type, size_t payload_len)
{
    size_t got_len;

    return receive_frame(wire, &got_len, type, payload_len, payload_len);
}

sotto_err wire_receive_up_to(struct wire *wire, uint8_t *payload, size_t *payload_len,
                             enum frame_type type, size_t min_len, size_t max_len)
{
    size_t got_len;
    sotto_err err = receive_frame(wire, &got_len, type, min_len, max_len);

    if (err == SOTTO_OK && got_len > 0) err = channel_receive(wire->channel, payload, got_len);
    if (err == SOTTO_OK) *payload_len = got_len;
    return err;
}

sotto_err wire_receive(struct wire *wire, uint8_t *payload, enum frame_type type,
                       size_t payload_len)
{
    size_t got_len;

    return wire_receive_up_to(wire, payload, &got_len, type, payload_len, payload_len);
}

/* A header of another type is judged when its turn has come; but an ABORT's always has. */
sotto_err wire_hear_progress(struct wire *wire)
{
    while (!wire->has_early && channel_has_input(wire->channel)) {
        sotto_err err = channel_receive(wire->channel, wire->early, sizeof wire->early);
        uint8_t type;
        size_t len;

        if (err != SOTTO_OK) return err;
        wire->has_early = true;
        if (wire->early[0] != FRAME_PROGRESS && wire->early[0] != FRAME_ABORT) return SOTTO_OK;
        err = receive_header(wire, &type, &len, FRAME_PROGRESS);
        if (err != SOTTO_OK) return err;
        if (len != 0) return unexpected(wire, type, len, FRAME_PROGRESS);
    }
    return SOTTO_OK;
}

sotto_err wire_send_all(struct wire *wire, enum frame_type type, const uint8_t *data,
                        size_t data_len)
{
    size_t buffer_len = data_len < FRAME_MAX_LEN ? data_len : FRAME_MAX_LEN;
    uint8_t *frame = mem_new(FRAME_HEADER_LEN + buffer_len, 1);
    sotto_err err = SOTTO_OK;

    if (frame == NULL) return fail_memory(wire->context);
    for (size_t at = 0; err == SOTTO_OK && at < data_len; at += buffer_len) {
        size_t len = data_len - at < buffer_len ? data_len - at : buffer_len;

        memcpy(frame + FRAME_HEADER_LEN, data + at, len);
        err = wire_send(wire, type, frame, len);
    }
    mem_free(frame);
    return err;
}

sotto_err wire_receive_all(struct wire *wire, uint8_t *data, enum frame_type type, size_t data_len)
{
    sotto_err err = SOTTO_OK;

    for (size_t at = 0; err == SOTTO_OK && at < data_len; at += FRAME_MAX_LEN) {
        size_t left = data_len - at;

        err = wire_receive(wire, data + at, type, left < FRAME_MAX_LEN ? left : FRAME_MAX_LEN);
    }
    return err;
}

/* A frame that was cut short leaves no place for another: then, and when nobody listens any more,
 * closing says it all. */
void wire_abort(struct wire *wire, sotto_err err)
{
    uint8_t header[FRAME_HEADER_LEN];
    struct failure failure;

    if (wire->n_unsent > 0) return;
    switch (err) {
    case SOTTO_ERR_DISCONNECTED:
    case SOTTO_ERR_AUTHENTICATION:
    case SOTTO_ERR_TIMEOUT:
    case SOTTO_ERR_INTERRUPTED: return;
    default: break;
    }
    failure_keep(&failure, wire->context);
    put_header(header, FRAME_ABORT, 0);
    if (err == SOTTO_ERR_ABORTED || err == SOTTO_ERR_MISMATCH ||
        channel_send(wire->channel, header, sizeof header) == SOTTO_OK)
        channel_finish(wire->channel);
    failure_restore(&failure, wire->context);
}
