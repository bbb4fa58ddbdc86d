/*
 * How a call of an OT handle goes through its chunks; see ot.h. Two chunks are open at a time, so
 * that the messages of one are on their way while the other is computed, and the check of the
 * malicious model costs no round trip of its own. With C the receiver's message, X and A the
 * sender's challenge and its answer, M the masked messages, both parties ask for
 *
 *   C0 C1 X0 A0 C2 X1 M0 A1 C3 X2 M1 A2 ...
 *
 * in this order (X and A in the malicious model, M if there are replies). Whoever waits for a
 * message has a peer that sends it.
 */
#include "base/checked.h"
#include "base/memory.h"
#include "ot/transfer.h"
#include "proto/ot.h"

/* ------------------------------------------------------------------------------------ chunks -- */

static uint64_t n_chunks(const struct ot_call *call)
{
    return ceil_div_u64(call->n, call->per_chunk);
}

static size_t ots_of(const struct ot_call *call, uint64_t number)
{
    uint64_t left = call->n - number * call->per_chunk;

    return left < call->per_chunk ? (size_t)left : call->per_chunk;
}

static size_t rows_of(const struct ot_call *call, uint64_t number)
{
    return ots_of(call, number) * call->rows_each;
}

static size_t blocks_of(const struct ot_call *call, uint64_t number)
{
    return (size_t)ceil_div_u64(rows_of(call, number), OTS_PER_BLOCK);
}

static struct ot_chunk *chunk_of(struct sotto_ot *ot, uint64_t number)
{
    return &ot->chunks[number % EXTENSION_N_OPEN];
}

/* Rows that are outputs themselves go where they belong, when they fill their blocks. */
static block *place_of(struct sotto_ot *ot, const struct ot_call *call, uint64_t number)
{
    bool direct = call->step == NULL && rows_of(call, number) % OTS_PER_BLOCK == 0;

    return direct ? (block *)call->out + number * call->per_chunk : chunk_of(ot, number)->rows;
}

static size_t message_len_of(const struct sotto_ot *ot, const struct ot_call *call, uint64_t number)
{
    size_t n_blocks = blocks_of(call, number);

    if (call->prepared) return n_blocks * BLOCK_LEN;
    return EXTENSION_MESSAGE_LEN(n_blocks, ot->terms.width, ot->terms.malicious);
}

static enum frame_type message_type(const struct ot_call *call)
{
    return call->prepared ? FRAME_CORRECTION : FRAME_CHOICES;
}

static bool is_checked(const struct sotto_ot *ot, const struct ot_call *call)
{
    return ot->terms.malicious && !call->prepared;
}

/* A row of the store is used once. */
static void take_stored(struct sotto_ot *ot, const struct ot_call *call, uint64_t number)
{
    size_t n = rows_of(call, number);
    block *stored = ot->store.rows + ot->store.at;

    memcpy(place_of(ot, call, number), stored, n * BLOCK_LEN);
    mem_wipe(stored, n * BLOCK_LEN);
    ot->store.at += n;
}

static sotto_err run_step(struct sotto_ot *ot, const struct ot_call *call, uint64_t number)
{
    struct ot_chunk *chunk = chunk_of(ot, number);
    const block *rows = place_of(ot, call, number);
    uint64_t first = number * call->per_chunk;
    size_t n = ots_of(call, number);

    if (call->step != NULL) return call->step(ot, call, rows, chunk->reply, first, n);
    if (rows == chunk->rows) memcpy((block *)call->out + first, rows, n * BLOCK_LEN);
    return SOTTO_OK;
}

/* ------------------------------------------------------------------------------------ sender -- */

static void expect_message(struct sotto_ot *ot, const struct ot_call *call, uint64_t number)
{
    struct ot_chunk *chunk = chunk_of(ot, number);

    if (number >= n_chunks(call)) return;
    chunk->message_ticket =
        ot_io_receive(ot->io, message_type(call), chunk->message, message_len_of(ot, call, number));
}

static sotto_err absorb_message(struct sotto_ot *ot, const struct ot_call *call, uint64_t number)
{
    struct ot_chunk *chunk = chunk_of(ot, number);
    sotto_err err = ot_io_wait(ot->io, chunk->message_ticket);

    if (err == SOTTO_OK) err = check_interrupt(ot->context);
    if (err != SOTTO_OK) return err;
    if (call->prepared) {
        take_stored(ot, call, number);
        correct_rows(place_of(ot, call, number), (const block *)(const void *)chunk->message,
                     rows_of(call, number), ot->delta);
        return SOTTO_OK;
    }
    err = extension_sender_absorb(ot->sender, ot->context, chunk->message, blocks_of(call, number));
    if (err != SOTTO_OK || !ot->terms.malicious) return err;
    err = extension_sender_challenge(ot->sender, ot->context, chunk->challenge + FRAME_HEADER_LEN);
    if (err == SOTTO_OK)
        chunk->challenge_ticket = ot_io_send(
            ot->io, FRAME_CHALLENGE, chunk->challenge + FRAME_HEADER_LEN, EXTENSION_CHALLENGE_LEN);
    return err;
}

static sotto_err finish_sending(struct sotto_ot *ot, const struct ot_call *call, uint64_t number)
{
    struct ot_chunk *chunk = chunk_of(ot, number);
    sotto_err err = SOTTO_OK;

    if (is_checked(ot, call)) {
        err = ot_io_wait(ot->io, chunk->answer_ticket);
        if (err == SOTTO_OK)
            err = extension_sender_check(ot->sender, ot->context, chunk->answer + FRAME_HEADER_LEN);
    }
    if (err == SOTTO_OK && !call->prepared)
        err = extension_sender_rows(ot->sender, ot->context, place_of(ot, call, number));
    if (err == SOTTO_OK) err = run_step(ot, call, number);
    if (err == SOTTO_OK && call->reply_len > 0)
        chunk->reply_ticket =
            ot_io_send(ot->io, FRAME_MASKED, chunk->reply, ots_of(call, number) * call->reply_len);
    return err;
}

static sotto_err run_sender(struct sotto_ot *ot, const struct ot_call *call)
{
    uint64_t n = n_chunks(call);
    sotto_err err = SOTTO_OK;

    for (uint64_t i = 0; i < EXTENSION_N_OPEN; i++) expect_message(ot, call, i);
    for (uint64_t i = 0; err == SOTTO_OK && i <= n; i++) {
        struct ot_chunk *chunk = chunk_of(ot, i);

        if (i < n) err = absorb_message(ot, call, i);
        if (err == SOTTO_OK && i > 0) err = finish_sending(ot, call, i - 1);
        if (err != SOTTO_OK || i == n) break;
        if (is_checked(ot, call))
            chunk->answer_ticket = ot_io_receive(
                ot->io, FRAME_ANSWER, chunk->answer + FRAME_HEADER_LEN, EXTENSION_ANSWER_LEN);
        expect_message(ot, call, i + EXTENSION_N_OPEN);
    }
    return err;
}

/* ---------------------------------------------------------------------------------- receiver -- */

/* The choice of an OT of several rows is an index, whose bits are the choices of its rows. */
static const uint8_t *row_bits(struct sotto_ot *ot, const struct ot_call *call, uint64_t number)
{
    const uint8_t *choices = call->choices + number * call->per_chunk;
    size_t n = ots_of(call, number);

    if (call->rows_each == 1) return choices;
    for (size_t i = 0; i < n; i++)
        for (unsigned b = 0; b < call->rows_each; b++)
            ot->bits[i * call->rows_each + b] = choices[i] >> b & 1;
    return ot->bits;
}

static void make_correction(struct sotto_ot *ot, const struct ot_call *call, uint64_t number)
{
    const uint8_t *bits = row_bits(ot, call, number);
    const uint8_t *random = ot->store.choices + ot->store.at;
    size_t n = rows_of(call, number);

    for (size_t i = 0; i < n; i++) ot->bits[i] = bits[i] ^ random[i];
    pack_choices((block *)(void *)chunk_of(ot, number)->message, ot->bits, n);
    take_stored(ot, call, number);
}

static sotto_err choose(struct sotto_ot *ot, const struct ot_call *call, uint64_t number)
{
    struct ot_chunk *chunk = chunk_of(ot, number);
    sotto_err err = check_interrupt(ot->context);

    if (err == SOTTO_OK && number >= EXTENSION_N_OPEN)
        err = ot_io_wait(ot->io, chunk->message_ticket); /* that left from the same place */
    if (err != SOTTO_OK) return err;
    if (call->prepared) {
        make_correction(ot, call, number);
    } else {
        pack_choices(ot->packed, row_bits(ot, call, number), rows_of(call, number));
        err = extension_receiver_choose(ot->receiver, ot->context, chunk->message, ot->packed,
                                        blocks_of(call, number));
    }
    if (err == SOTTO_OK)
        chunk->message_ticket = ot_io_send(ot->io, message_type(call), chunk->message,
                                           message_len_of(ot, call, number));
    return err;
}

static sotto_err answer_challenge(struct sotto_ot *ot, uint64_t number)
{
    struct ot_chunk *chunk = chunk_of(ot, number);
    uint8_t *answer = chunk->answer + FRAME_HEADER_LEN;
    sotto_err err = ot_io_wait(ot->io, chunk->challenge_ticket);

    if (err == SOTTO_OK)
        err = extension_receiver_answer(ot->receiver, ot->context, answer,
                                        chunk->challenge + FRAME_HEADER_LEN);
    if (err == SOTTO_OK)
        chunk->answer_ticket = ot_io_send(ot->io, FRAME_ANSWER, answer, EXTENSION_ANSWER_LEN);
    return err;
}

/* Rows of a chunk; without a reply they are all that its outputs need. */
static sotto_err take_rows(struct sotto_ot *ot, const struct ot_call *call, uint64_t number)
{
    sotto_err err = SOTTO_OK;

    if (is_checked(ot, call)) err = answer_challenge(ot, number);
    if (err == SOTTO_OK && !call->prepared)
        err = extension_receiver_rows(ot->receiver, ot->context, place_of(ot, call, number));
    if (err == SOTTO_OK && call->reply_len == 0) err = run_step(ot, call, number);
    return err;
}

/* What the sender says while chunk number i is chosen: of the one before it the challenge, of the
 * one before that the reply. */
static void expect_sender(struct sotto_ot *ot, const struct ot_call *call, uint64_t i)
{
    uint64_t n = n_chunks(call);

    if (i > 0 && i <= n && is_checked(ot, call)) {
        struct ot_chunk *chunk = chunk_of(ot, i - 1);

        chunk->challenge_ticket = ot_io_receive(
            ot->io, FRAME_CHALLENGE, chunk->challenge + FRAME_HEADER_LEN, EXTENSION_CHALLENGE_LEN);
    }
    if (i > 1 && call->reply_len > 0) {
        struct ot_chunk *chunk = chunk_of(ot, i - 2);

        chunk->reply_ticket = ot_io_receive(ot->io, FRAME_MASKED, chunk->reply,
                                            ots_of(call, i - 2) * call->reply_len);
    }
}

static sotto_err run_receiver(struct sotto_ot *ot, const struct ot_call *call)
{
    uint64_t n = n_chunks(call);
    sotto_err err = SOTTO_OK;

    for (uint64_t i = 0; err == SOTTO_OK && i <= n + 1; i++) {
        if (i < n) err = choose(ot, call, i);
        if (err == SOTTO_OK) expect_sender(ot, call, i);
        if (err == SOTTO_OK && i > 0 && i <= n) err = take_rows(ot, call, i - 1);
        if (err != SOTTO_OK || i < 2 || call->reply_len == 0) continue;
        err = ot_io_wait(ot->io, chunk_of(ot, i - 2)->reply_ticket);
        if (err == SOTTO_OK) err = run_step(ot, call, i - 2);
    }
    return err;
}

/* -------------------------------------------------------------------------------------- call -- */

static sotto_err plan_call(const struct sotto_ot *ot, struct ot_call *call, size_t *reply_memory)
{
    uint64_t n_rows;
    size_t len;

    call->per_chunk = ot->chunk_rows / call->rows_each;
    if (call->reply_len > 0 && call->per_chunk > OT_REPLY_LEN / call->reply_len)
        call->per_chunk = OT_REPLY_LEN / call->reply_len > 0 ? OT_REPLY_LEN / call->reply_len : 1;
    if (!mul_u64(&n_rows, call->n, call->rows_each) ||
        !mul_size(&len, call->per_chunk, call->reply_len) ||
        !add_size(reply_memory, len, OT_HEADER_ROOM + OT_HEADER_ROOM - 1) ||
        *reply_memory > ot->context->limits.max_memory / EXTENSION_N_OPEN)
        return fail(ot->context, SOTTO_ERR_LIMIT, "too many oblivious transfers");
    *reply_memory -= *reply_memory % OT_HEADER_ROOM;
    call->prepared = ot->store.n - ot->store.at >= n_rows;
    return SOTTO_OK;
}

sotto_err ot_run(struct sotto_ot *ot, struct ot_call *call)
{
    size_t reply_memory = 0;
    uint8_t *memory;
    sotto_err err = plan_call(ot, call, &reply_memory);

    if (err != SOTTO_OK) return err;
    memory = bulk_new(reply_memory, EXTENSION_N_OPEN);
    if (memory == NULL) return fail_memory(ot->context);
    for (size_t i = 0; i < EXTENSION_N_OPEN; i++)
        ot->chunks[i].reply = memory + i * reply_memory + OT_HEADER_ROOM;
    ot_io_begin(ot->io, n_chunks(call) > 1);
    err = ot->is_sender ? run_sender(ot, call) : run_receiver(ot, call);
    err = ot_io_end(ot->io, err);
    bulk_free(memory, reply_memory, EXTENSION_N_OPEN);
    return err;
}
