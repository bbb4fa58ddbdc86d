/* Handshake, base OTs and trees of an OT handle; see ot.h. */
#include "base/cursor.h"
#include "base/memory.h"
#include "base/random.h"
#include "circuit/schedule.h"
#include "crypto/oracle.h"
#include "proto/ot.h"
#include "proto/ot_base.h"

#define OT_VERSION 2
#define NONCE_LEN 32
#define HELLO_LEN (8 + 4 + 1 + 1 + 1 + CHANNEL_BINDING_LEN + NONCE_LEN)
#define SETUP_LEN 16384
#define HEADER_ROOM 64

/* Transfers of labels come with circuits, which both sides must take in the same order. */
#define LABELS_VERSION (OT_VERSION << 16 | SCHEDULE_VERSION)

_Static_assert(SETUP_LEN >= OT_BASE_LEN && SETUP_LEN >= TREE_MAX_MESSAGE_LEN,
               "every message of the set-up fits its buffer");

static const uint8_t magic[8] = {'s', 'o', 't', 't', 'o', '-', 'o', 't'};
static const uint8_t mixed_magic[8] = {'s', 'o', 't', 't', 'o', '-', 'm', 'x'};

/* What one side says first. */
struct ot_hello {
    uint8_t frame[FRAME_HEADER_LEN + HELLO_LEN];
};

/* In guarded memory while the set-up lasts. */
struct setup {
    block keys[N_BASE_OTS];
    block pairs[N_BASE_OTS][2];
    struct base_sender *base_sender;
    struct base_receiver *base_receiver;
    uint8_t frame[HEADER_ROOM + SETUP_LEN];
};

static sotto_err write_hello(struct sotto_ot *ot, struct ot_hello *hello)
{
    struct writer w = writer_over(hello->frame + FRAME_HEADER_LEN, HELLO_LEN);
    uint8_t binding[CHANNEL_BINDING_LEN], nonce[NONCE_LEN];
    sotto_err err = channel_binding(ot->wire.channel, binding);

    if (err != SOTTO_OK) return err;
    random_bytes(nonce, sizeof nonce);
    write_bytes(&w, ot->for_labels ? mixed_magic : magic, sizeof magic);
    write_u32(&w, ot->for_labels ? LABELS_VERSION : OT_VERSION);
    write_u8(&w, ot->is_sender ? SOTTO_OT_SENDER : SOTTO_OT_RECEIVER);
    write_u8(&w, ot->terms.malicious);
    write_u8(&w, (uint8_t)ot->terms.width);
    write_bytes(&w, binding, sizeof binding);
    write_bytes(&w, nonce, sizeof nonce);
    return SOTTO_OK;
}

static sotto_err disagree(struct sotto_ot *ot, const char *what, unsigned here, unsigned there)
{
    return fail(ot->context, SOTTO_ERR_MISMATCH,
                "the two sides disagree on %s: %u here, %u at the peer", what, here, there);
}

static sotto_err compare(struct sotto_ot *ot, const struct ot_hello *ours,
                         const struct ot_hello *theirs)
{
    struct reader here = reader_over(ours->frame + FRAME_HEADER_LEN, HELLO_LEN);
    struct reader there = reader_over(theirs->frame + FRAME_HEADER_LEN, HELLO_LEN);
    static const char *const fields[] = {"the security model", "the OT extension's k"};
    uint8_t role;

    if (memcmp(read_span(&here, sizeof magic), read_span(&there, sizeof magic), sizeof magic) != 0)
        return fail(ot->context, SOTTO_ERR_PROTOCOL, "the peer does not speak this protocol");
    if (read_u32(&there) != read_u32(&here))
        return fail(ot->context, SOTTO_ERR_MISMATCH,
                    "the two sides disagree on the protocol version");
    role = read_u8(&here);
    if (read_u8(&there) + role != SOTTO_OT_SENDER + SOTTO_OT_RECEIVER)
        return fail(ot->context, SOTTO_ERR_MISMATCH,
                    "one side must send the transfers, the other receive them");
    for (size_t i = 0; i < 2; i++) {
        uint8_t a = read_u8(&here), b = read_u8(&there);

        if (a != b) return disagree(ot, fields[i], a, b);
    }
    if (memcmp(read_span(&here, CHANNEL_BINDING_LEN), read_span(&there, CHANNEL_BINDING_LEN),
               CHANNEL_BINDING_LEN) != 0)
        return fail(ot->context, SOTTO_ERR_MISMATCH, "the two sides are on different channels");
    if (memcmp(read_span(&here, NONCE_LEN), read_span(&there, NONCE_LEN), NONCE_LEN) == 0)
        return fail(ot->context, SOTTO_ERR_PROTOCOL, "the peer repeats our nonce");
    return SOTTO_OK;
}

/* The session id and the hash's start point are RO of both hellos, the sender's first. */
static void derive(struct sotto_ot *ot, const struct ot_hello *ours, const struct ot_hello *theirs)
{
    const struct ot_hello *first = ot->is_sender ? ours : theirs;
    const struct ot_hello *second = ot->is_sender ? theirs : ours;
    uint8_t bytes[BLOCK_LEN];
    struct oracle oracle;

    oracle_begin(&oracle, "OT session id");
    oracle_field(&oracle, first->frame + FRAME_HEADER_LEN, HELLO_LEN);
    oracle_field(&oracle, second->frame + FRAME_HEADER_LEN, HELLO_LEN);
    oracle_end(&oracle, ot->terms.session_id, SESSION_ID_LEN);
    oracle_begin(&oracle, "hash start point");
    oracle_field(&oracle, ot->terms.session_id, SESSION_ID_LEN);
    oracle_end(&oracle, bytes, sizeof bytes);
    ot->hash = (struct label_hash){.start = block_load(bytes)};
}

static sotto_err exchange_hellos(struct sotto_ot *ot, struct setup *setup)
{
    struct ot_hello ours, theirs;
    sotto_err err = write_hello(ot, &ours);

    if (err == SOTTO_OK) err = wire_send(&ot->wire, FRAME_HELLO, ours.frame, HELLO_LEN);
    if (err == SOTTO_OK && ot->is_sender) err = ot_base_prepare(&ot->wire, setup->base_receiver);
    if (err == SOTTO_OK)
        err = wire_receive(&ot->wire, theirs.frame + FRAME_HEADER_LEN, FRAME_HELLO, HELLO_LEN);
    if (err == SOTTO_OK) err = compare(ot, &ours, &theirs);
    if (err == SOTTO_OK) derive(ot, &ours, &theirs);
    return err;
}

static sotto_err send_setup(struct sotto_ot *ot, struct setup *setup, enum frame_type type,
                            size_t len)
{
    return len > 0 ? wire_send(&ot->wire, type, setup->frame + HEADER_ROOM - FRAME_HEADER_LEN, len)
                   : SOTTO_OK;
}

static sotto_err receive_setup(struct sotto_ot *ot, struct setup *setup, enum frame_type type,
                               size_t len)
{
    return len > 0 ? wire_receive(&ot->wire, setup->frame + HEADER_ROOM, type, len) : SOTTO_OK;
}

static sotto_err set_up_sender(struct sotto_ot *ot, struct setup *setup)
{
    uint8_t *payload = setup->frame + HEADER_ROOM;
    sotto_err err =
        ot_base_receive(&ot->wire, setup->base_receiver, setup->keys, payload, &ot->terms);

    if (err == SOTTO_OK)
        err = receive_setup(ot, setup, FRAME_TREES,
                            TREE_MESSAGE_LEN(ot->terms.width, ot->terms.malicious));
    if (err != SOTTO_OK) return err;
    return extension_sender_new(ot->context, &ot->sender, setup->keys, ot->delta, payload,
                                &ot->terms);
}

static sotto_err set_up_receiver(struct sotto_ot *ot, struct setup *setup)
{
    sotto_err err = ot_base_send(&ot->wire, setup->base_sender, setup->pairs,
                                 setup->frame + HEADER_ROOM, &ot->terms);

    if (err == SOTTO_OK)
        err = extension_receiver_new(ot->context, &ot->receiver, setup->frame + HEADER_ROOM,
                                     (const block(*)[2])setup->pairs, &ot->terms);
    if (err == SOTTO_OK)
        err = send_setup(ot, setup, FRAME_TREES,
                         TREE_MESSAGE_LEN(ot->terms.width, ot->terms.malicious));
    return err;
}

static sotto_err take_chunk_memory(struct sotto_ot *ot, struct ot_chunk *chunk)
{
    uint8_t *memory = bulk_new(OT_HEADER_ROOM + ot->message_len, 1);

    if (memory != NULL) chunk->message = memory + OT_HEADER_ROOM;
    chunk->rows = bulk_new(ot->chunk_rows, BLOCK_LEN);
    return memory != NULL && chunk->rows != NULL ? SOTTO_OK : fail_memory(ot->context);
}

static sotto_err take_memory(struct sotto_ot *ot)
{
    const struct extension_terms *terms = &ot->terms;
    sotto_err err = ot_io_new(ot->context, &ot->io, &ot->wire);

    ot->chunk_rows = terms->max_blocks * OTS_PER_BLOCK;
    ot->message_len = EXTENSION_MESSAGE_LEN(terms->max_blocks, terms->width, terms->malicious);
    for (size_t i = 0; i < EXTENSION_N_OPEN && err == SOTTO_OK; i++)
        err = take_chunk_memory(ot, &ot->chunks[i]);
    if (err != SOTTO_OK) return err;
    ot->packed = bulk_new(terms->max_blocks, BLOCK_LEN);
    ot->bits = bulk_new(ot->chunk_rows, 1);
    ot->delta = guarded_new(sizeof *ot->delta);
    if (ot->packed == NULL || ot->bits == NULL || ot->delta == NULL)
        return fail_memory(ot->context);
    return SOTTO_OK;
}

/* All secrets of the set-up are drawn before the hellos. */
static sotto_err prepare_base(struct sotto_ot *ot, struct setup *setup)
{
    sotto_err err;

    if (!ot->is_sender) return base_sender_new(ot->context, &setup->base_sender, N_BASE_OTS);
    random_bytes(ot->delta, sizeof *ot->delta);
    if (ot->for_labels) ot->delta->half[0] |= 1; /* the two labels of a wire differ in colour */
    ct_mark_secret(ot->delta, sizeof *ot->delta);
    err = base_receiver_new(ot->context, &setup->base_receiver, N_BASE_OTS);
    if (err != SOTTO_OK) return err;
    return base_receiver_choose(setup->base_receiver, ot->context, ot->delta);
}

static void setup_free(struct setup *setup)
{
    if (setup == NULL) return;
    base_sender_free(setup->base_sender);
    base_receiver_free(setup->base_receiver);
    guarded_free(setup);
}

sotto_err ot_set_up(struct sotto_ot *ot, struct sotto_channel *channel,
                    const sotto_ot_options *options)
{
    struct setup *setup = guarded_new(sizeof *setup);
    sotto_err err = setup != NULL ? SOTTO_OK : fail_memory(ot->context);

    ot->is_sender = options->role == SOTTO_OT_SENDER;
    ot->terms.width = options->width > 0 ? options->width : 1;
    ot->terms.malicious = options->malicious != 0;
    ot->terms.max_blocks = ot->terms.malicious ? OT_MALICIOUS_CHUNK_BLOCKS : OT_CHUNK_BLOCKS;
    wire_init(&ot->wire, channel, ot->is_sender ? SOTTO_GARBLER : SOTTO_EVALUATOR);
    if (err == SOTTO_OK) err = take_memory(ot);
    if (err == SOTTO_OK) err = prepare_base(ot, setup);
    if (err == SOTTO_OK) err = exchange_hellos(ot, setup);
    if (err == SOTTO_OK && ot->is_sender) err = set_up_sender(ot, setup);
    else if (err == SOTTO_OK) err = set_up_receiver(ot, setup);
    setup_free(setup);
    return err;
}

static void free_chunk_memory(const struct sotto_ot *ot, struct ot_chunk *chunk)
{
    uint8_t *message = chunk->message;

    if (message != NULL) bulk_free(message - OT_HEADER_ROOM, OT_HEADER_ROOM + ot->message_len, 1);
    bulk_free(chunk->rows, ot->chunk_rows, BLOCK_LEN);
}

void ot_burn(struct sotto_ot *ot)
{
    extension_sender_free(ot->sender);
    extension_receiver_free(ot->receiver);
    guarded_free(ot->delta);
    bulk_free(ot->store.rows, ot->store.n, BLOCK_LEN);
    bulk_free(ot->store.choices, ot->store.n, 1);
    for (size_t i = 0; i < EXTENSION_N_OPEN; i++) free_chunk_memory(ot, &ot->chunks[i]);
    bulk_free(ot->packed, ot->terms.max_blocks, BLOCK_LEN);
    bulk_free(ot->bits, ot->chunk_rows, 1);
    ot_io_free(ot->io);
    *ot = (struct sotto_ot){.context = ot->context, .spent = true};
}
