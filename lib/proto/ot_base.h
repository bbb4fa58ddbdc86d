/* The base OTs on the wire, of runs and of OT handles, in both models (BASE OT in
 * sotto-protocol(7)). payload has room for a frame header before it and for OT_BASE_LEN bytes. */
#ifndef SOTTO_PROTO_OT_BASE_H
#define SOTTO_PROTO_OT_BASE_H

#include "net/wire.h"
#include "ot/extension.h"

#define OT_BASE_LEN (BASE_PROOF_LEN + BASE_RECEIVER_MESSAGE_LEN)

/** The OT sender, or garbler, is the base OTs' receiver, with the bits of delta for its choices. */
sotto_err ot_base_receive(struct wire *wire, struct base_receiver *receiver, block keys[N_BASE_OTS],
                          uint8_t *payload, const struct extension_terms *terms) CHECKED;

sotto_err ot_base_send(struct wire *wire, struct base_sender *sender, block keys[N_BASE_OTS][2],
                       uint8_t *payload, const struct extension_terms *terms) CHECKED;

#endif
