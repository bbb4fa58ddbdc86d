/* Rows of an OT handle, from the extension or from the store; see ot.h. */
#include "base/checked.h"
#include "base/memory.h"
#include "base/random.h"
#include "ot/transfer.h"
#include "proto/ot.h"

sotto_err ot_send(struct sotto_ot *ot, enum frame_type type, uint8_t *payload, size_t len)
{
    sotto_err err = SOTTO_OK;

    for (size_t at = 0; err == SOTTO_OK && at < len; at += FRAME_MAX_LEN) {
        size_t part = len - at < FRAME_MAX_LEN ? len - at : FRAME_MAX_LEN;

        err = wire_send(&ot->wire, type, payload + at - FRAME_HEADER_LEN, part);
    }
    return err;
}

sotto_err ot_receive(struct sotto_ot *ot, uint8_t *payload, enum frame_type type, size_t len)
{
    return wire_receive_all(&ot->wire, payload, type, len);
}

static sotto_err check_receiver(struct sotto_ot *ot)
{
    uint8_t frame[FRAME_HEADER_LEN + EXTENSION_CHALLENGE_LEN], answer[EXTENSION_ANSWER_LEN];
    sotto_err err = extension_sender_challenge(ot->sender, ot->context, frame + FRAME_HEADER_LEN);

    if (err == SOTTO_OK)
        err = wire_send(&ot->wire, FRAME_CHALLENGE, frame, EXTENSION_CHALLENGE_LEN);
    if (err == SOTTO_OK) err = wire_receive(&ot->wire, answer, FRAME_ANSWER, sizeof answer);
    if (err == SOTTO_OK) err = extension_sender_check(ot->sender, ot->context, answer);
    return err;
}

static sotto_err extend_sender(struct sotto_ot *ot, block *rows, size_t n_blocks)
{
    size_t len = EXTENSION_MESSAGE_LEN(n_blocks, ot->terms.width, ot->terms.malicious);
    sotto_err err = ot_receive(ot, ot->message, FRAME_CHOICES, len);

    if (err == SOTTO_OK)
        err = extension_sender_absorb(ot->sender, ot->context, ot->message, n_blocks);
    if (err == SOTTO_OK && ot->terms.malicious) err = check_receiver(ot);
    if (err == SOTTO_OK) err = extension_sender_rows(ot->sender, ot->context, rows);
    return err;
}

static sotto_err answer_sender(struct sotto_ot *ot)
{
    uint8_t frame[FRAME_HEADER_LEN + EXTENSION_ANSWER_LEN];
    uint8_t challenge[EXTENSION_CHALLENGE_LEN];
    sotto_err err = wire_receive(&ot->wire, challenge, FRAME_CHALLENGE, sizeof challenge);

    if (err == SOTTO_OK)
        err = extension_receiver_answer(ot->receiver, ot->context, frame + FRAME_HEADER_LEN,
                                        challenge);
    if (err == SOTTO_OK) err = wire_send(&ot->wire, FRAME_ANSWER, frame, EXTENSION_ANSWER_LEN);
    return err;
}

static sotto_err extend_receiver(struct sotto_ot *ot, block *rows, const uint8_t *bits, size_t n)
{
    size_t n_blocks = (size_t)ceil_div_u64(n, OTS_PER_BLOCK);
    size_t len = EXTENSION_MESSAGE_LEN(n_blocks, ot->terms.width, ot->terms.malicious);
    sotto_err err;

    pack_choices(ot->packed, bits, n);
    err = extension_receiver_choose(ot->receiver, ot->context, ot->message, ot->packed, n_blocks);
    if (err == SOTTO_OK) err = ot_send(ot, FRAME_CHOICES, ot->message, len);
    if (err == SOTTO_OK && ot->terms.malicious) err = answer_sender(ot);
    if (err == SOTTO_OK) err = extension_receiver_rows(ot->receiver, ot->context, rows);
    return err;
}

static sotto_err correct_sender(struct sotto_ot *ot, block *rows, size_t n)
{
    size_t len = (size_t)ceil_div_u64(n, OTS_PER_BLOCK) * BLOCK_LEN;
    sotto_err err = ot_receive(ot, (uint8_t *)ot->packed, FRAME_CORRECTION, len);

    if (err != SOTTO_OK) return err;
    memcpy(rows, ot->store.rows + ot->store.at, n * BLOCK_LEN);
    correct_rows(rows, ot->packed, n, ot->delta);
    return SOTTO_OK;
}

static sotto_err correct_receiver(struct sotto_ot *ot, block *rows, const uint8_t *bits, size_t n)
{
    size_t len = (size_t)ceil_div_u64(n, OTS_PER_BLOCK) * BLOCK_LEN;
    const uint8_t *random = ot->store.choices + ot->store.at;

    for (size_t i = 0; i < n; i++) ot->bits[i] = bits[i] ^ random[i];
    pack_choices(ot->packed, ot->bits, n);
    memcpy(ot->message, ot->packed, len);
    memcpy(rows, ot->store.rows + ot->store.at, n * BLOCK_LEN);
    return ot_send(ot, FRAME_CORRECTION, ot->message, len);
}

sotto_err ot_next_rows(struct sotto_ot *ot, block *rows, const uint8_t *bits, size_t n,
                       bool prepared)
{
    size_t n_blocks = (size_t)ceil_div_u64(n, OTS_PER_BLOCK);
    sotto_err err = check_interrupt(ot->context);

    if (err != SOTTO_OK) return err;
    if (!prepared)
        return ot->is_sender ? extend_sender(ot, rows, n_blocks)
                             : extend_receiver(ot, rows, bits, n);
    err = ot->is_sender ? correct_sender(ot, rows, n) : correct_receiver(ot, rows, bits, n);
    if (err != SOTTO_OK) return err;
    /* A row is used once. */
    mem_wipe(ot->store.rows + ot->store.at, n * BLOCK_LEN);
    ot->store.at += n;
    return SOTTO_OK;
}
