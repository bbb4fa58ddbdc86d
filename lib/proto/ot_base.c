/* The base OTs on the wire; see ot_base.h. */
#include "proto/ot_base.h"

static sotto_err send_payload(struct wire *wire, enum frame_type type, uint8_t *payload, size_t len)
{
    return wire_send(wire, type, payload - FRAME_HEADER_LEN, len);
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

sotto_err ot_base_receive(struct wire *wire, struct base_receiver *receiver, block keys[N_BASE_OTS],
                          uint8_t *payload, const struct extension_terms *terms)
{
    uint8_t z[BASE_SENDER_MESSAGE_LEN];
    sotto_err err = base_receiver_message(receiver, wire->context, payload, terms->session_id);

    if (err == SOTTO_OK)
        err = send_payload(wire, FRAME_BASE_RECEIVER, payload, BASE_RECEIVER_MESSAGE_LEN);
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

/* In the malicious model the receiver speaks first; Z still leaves before the keys are computed, so
 * that both compute them at the same time. */
sotto_err ot_base_send(struct wire *wire, struct base_sender *sender, block keys[N_BASE_OTS][2],
                       uint8_t *payload, const struct extension_terms *terms)
{
    uint8_t z[FRAME_HEADER_LEN + BASE_SENDER_MESSAGE_LEN];
    bool malicious = terms->malicious;
    sotto_err err = SOTTO_OK;

    base_sender_message(sender, z + FRAME_HEADER_LEN);
    if (!malicious) err = wire_send(wire, FRAME_BASE_SENDER, z, BASE_SENDER_MESSAGE_LEN);
    if (err == SOTTO_OK)
        err = wire_receive(wire, payload, FRAME_BASE_RECEIVER, BASE_RECEIVER_MESSAGE_LEN);
    if (err == SOTTO_OK && malicious)
        err = wire_send(wire, FRAME_BASE_SENDER, z, BASE_SENDER_MESSAGE_LEN);
    if (err == SOTTO_OK)
        err = base_sender_finish(sender, wire->context, keys, payload, terms->session_id);
    if (err == SOTTO_OK && malicious) err = prove(wire, sender, keys, payload);
    return err;
}
