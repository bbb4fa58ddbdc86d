/* The base OTs on the wire; see ot_base.h. */
#include "proto/ot_base.h"

#include "net/channel.h"

static sotto_err send_payload(struct wire *wire, enum frame_type type, uint8_t *payload, size_t len)
{
    return wire_send(wire, type, payload - FRAME_HEADER_LEN, len);
}

sotto_err ot_base_prepare(struct wire *wire, struct base_receiver *receiver)
{
    sotto_err err = SOTTO_OK;

    for (size_t n = 1;
         err == SOTTO_OK && n <= base_receiver_n_ots(receiver) && !channel_has_input(wire->channel);
         n++)
        err = base_receiver_prepare(receiver, wire->context, n);
    return err;
}

/* Elements of the piece that starts with number at. */
static size_t piece_at(size_t at, size_t n)
{
    return n - at < OT_BASE_PIECE ? n - at : OT_BASE_PIECE;
}

/* Seed and elements, each piece as soon as it is made. */
static sotto_err send_elements(struct wire *wire, struct base_receiver *receiver, uint8_t *payload,
                               const uint8_t *session_id)
{
    uint8_t *elements = payload + BASE_SEED_LEN;
    size_t n = base_receiver_n_ots(receiver), piece = piece_at(0, n);
    sotto_err err = base_receiver_begin(receiver, wire->context, payload, session_id);

    if (err == SOTTO_OK) err = base_receiver_give(receiver, wire->context, elements, piece);
    if (err == SOTTO_OK)
        err = wire_send_begin(wire, FRAME_BASE_RECEIVER, payload - FRAME_HEADER_LEN,
                              BASE_MESSAGE_LEN(n), BASE_MESSAGE_LEN(piece));
    for (size_t at = piece; err == SOTTO_OK && at < n; at += piece) {
        elements += piece * GROUP_ELEMENT_LEN;
        piece = piece_at(at, n);
        err = base_receiver_give(receiver, wire->context, elements, piece);
        if (err == SOTTO_OK) err = wire_send_more(wire, elements, piece * GROUP_ELEMENT_LEN);
    }
    return err;
}

static sotto_err answer_proof(struct wire *wire, struct base_receiver *receiver,
                              block keys[N_BASE_OTS], uint8_t *payload)
{
    sotto_err err = wire_receive(wire, payload, FRAME_BASE_PROOF, BASE_PROOF_LEN);

    if (err == SOTTO_OK)
        err = base_receiver_answer(receiver, wire->context, payload, keys, payload);
    if (err != SOTTO_OK) return err;
    return send_payload(wire, FRAME_BASE_ANSWER, payload, BASE_ANSWER_LEN);
}

sotto_err ot_base_receive(struct wire *wire, struct base_receiver *receiver, block *keys,
                          uint8_t *payload, const struct extension_terms *terms)
{
    uint8_t z[BASE_SENDER_MESSAGE_LEN];
    sotto_err err = send_elements(wire, receiver, payload, terms->session_id);

    if (err == SOTTO_OK) err = wire_receive(wire, z, FRAME_BASE_SENDER, sizeof z);
    if (err == SOTTO_OK)
        err = base_receiver_finish(receiver, wire->context, keys, z, terms->session_id);
    if (err == SOTTO_OK && terms->malicious) err = answer_proof(wire, receiver, keys, payload);
    return err;
}

static sotto_err prove(struct wire *wire, struct base_sender *sender, block keys[N_BASE_OTS][2],
                       uint8_t *payload)
{
    sotto_err err = base_sender_prove(sender, wire->context, payload, (const block(*)[2])keys);

    if (err == SOTTO_OK) err = send_payload(wire, FRAME_BASE_PROOF, payload, BASE_PROOF_LEN);
    if (err == SOTTO_OK) err = wire_receive(wire, payload, FRAME_BASE_ANSWER, BASE_ANSWER_LEN);
    if (err == SOTTO_OK) err = base_sender_check(sender, wire->context, keys, payload);
    return err;
}

/* The keys of elements that have come, one by one until more have come or all are done. */
static sotto_err take_elements(struct wire *wire, struct base_sender *sender, block (*keys)[2],
                               const uint8_t *elements, size_t *n_taken, size_t n_received)
{
    sotto_err err = SOTTO_OK;

    while (err == SOTTO_OK && *n_taken < n_received && !channel_has_input(wire->channel)) {
        err = base_sender_take(sender, wire->context, keys, elements + *n_taken * GROUP_ELEMENT_LEN,
                               1);
        (*n_taken)++;
    }
    return err;
}

/* The receiver's message, with as many keys as there is time for meanwhile. */
static sotto_err receive_elements(struct wire *wire, struct base_sender *sender, block (*keys)[2],
                                  uint8_t *payload, size_t *n_taken, const uint8_t *session_id)
{
    uint8_t *elements = payload + BASE_SEED_LEN;
    size_t n = base_sender_n_ots(sender);
    sotto_err err = wire_receive_begin(wire, FRAME_BASE_RECEIVER, BASE_MESSAGE_LEN(n));

    if (err == SOTTO_OK) err = channel_receive(wire->channel, payload, BASE_SEED_LEN);
    if (err == SOTTO_OK) err = base_sender_begin(sender, wire->context, payload, session_id);
    for (size_t at = 0; err == SOTTO_OK && at < n; at += OT_BASE_PIECE) {
        err = take_elements(wire, sender, keys, elements, n_taken, at);
        if (err == SOTTO_OK)
            err = channel_receive(wire->channel, elements + at * GROUP_ELEMENT_LEN,
                                  piece_at(at, n) * GROUP_ELEMENT_LEN);
    }
    return err;
}

/* In the malicious model the receiver speaks first; Z leaves as soon as its message is complete, so
 * that both compute keys at the same time. */
sotto_err ot_base_send(struct wire *wire, struct base_sender *sender, block (*keys)[2],
                       uint8_t *payload, const struct extension_terms *terms)
{
    uint8_t z[FRAME_HEADER_LEN + BASE_SENDER_MESSAGE_LEN];
    bool malicious = terms->malicious;
    size_t n_taken = 0;
    sotto_err err = SOTTO_OK;

    base_sender_message(sender, z + FRAME_HEADER_LEN);
    if (!malicious) err = wire_send(wire, FRAME_BASE_SENDER, z, BASE_SENDER_MESSAGE_LEN);
    if (err == SOTTO_OK)
        err = receive_elements(wire, sender, keys, payload, &n_taken, terms->session_id);
    if (err == SOTTO_OK && malicious)
        err = wire_send(wire, FRAME_BASE_SENDER, z, BASE_SENDER_MESSAGE_LEN);
    if (err == SOTTO_OK)
        err = base_sender_take(sender, wire->context, keys,
                               payload + BASE_SEED_LEN + n_taken * GROUP_ELEMENT_LEN,
                               base_sender_n_ots(sender) - n_taken);
    if (err == SOTTO_OK && malicious) err = prove(wire, sender, keys, payload);
    return err;
}
