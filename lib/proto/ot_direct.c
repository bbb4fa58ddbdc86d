/* Transfers without an extension on the wire; see ot_direct.h. */
#include "proto/ot_direct.h"

#include "base/memory.h"
#include "ot/direct.h"
#include "ot/transfer.h"
#include "proto/ot_base.h"

_Static_assert(DIRECT_MESSAGE_LEN(N_BASE_OTS) <= OT_BASE_LEN, "every message fits the payload");

sotto_err ot_direct_send(struct wire *wire, struct base_sender *sender, block *rows,
                         uint8_t *payload, const block *delta, const struct extension_terms *terms)
{
    size_t n = base_sender_n_ots(sender);
    block(*keys)[2] = guarded_new(n * sizeof *keys);
    sotto_err err = keys != NULL ? ot_base_send(wire, sender, keys, payload, terms)
                                 : fail_memory(wire->context);

    if (err == SOTTO_OK) {
        direct_send(rows, payload, (const block(*)[2])keys, n, delta);
        err = wire_send(wire, FRAME_MASKED, payload - FRAME_HEADER_LEN, DIRECT_MESSAGE_LEN(n));
    }
    guarded_free(keys);
    return err;
}

sotto_err ot_direct_receive(struct wire *wire, struct base_receiver *receiver, block *rows,
                            uint8_t *payload, const uint8_t *choices,
                            const struct extension_terms *terms)
{
    size_t n = base_receiver_n_ots(receiver);
    block packed;
    sotto_err err;

    pack_choices(&packed, choices, n);
    err = base_receiver_choose(receiver, wire->context, &packed);
    if (err == SOTTO_OK) err = ot_base_receive(wire, receiver, rows, payload, terms);
    if (err == SOTTO_OK) err = wire_receive(wire, payload, FRAME_MASKED, DIRECT_MESSAGE_LEN(n));
    if (err == SOTTO_OK) direct_receive(rows, rows, payload, &packed, n);
    mem_wipe(&packed, sizeof packed);
    return err;
}
