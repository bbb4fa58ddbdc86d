/* The base OTs on the wire, of runs and of OT handles, in both models (BASE OT in
 * sotto-protocol(7)); the malicious one for N_BASE_OTS of them alone. payload has room for a frame
 * header before it and for OT_BASE_LEN bytes. */
#ifndef SOTTO_PROTO_OT_BASE_H
#define SOTTO_PROTO_OT_BASE_H

#include "net/wire.h"
#include "ot/extension.h"

#define OT_BASE_LEN (BASE_PROOF_LEN + BASE_RECEIVER_MESSAGE_LEN)

/* The receiver's message is one frame, which travels in pieces of so many elements, the last one of
 * what is left: the first with the seed. The peer computes the keys of one while the next is made.
 */
#define OT_BASE_PIECE 16
#define OT_BASE_PIECES(n) (((size_t)(n) + OT_BASE_PIECE - 1) / OT_BASE_PIECE)

/** Computes what needs no peer, as long as the peer has said nothing. */
sotto_err ot_base_prepare(struct wire *wire, struct base_receiver *receiver) CHECKED;

/** The receiver has chosen: before an extension it is the OT sender, or garbler, with the bits of
 *  delta for its choices. One key for each of its transfers. */
sotto_err ot_base_receive(struct wire *wire, struct base_receiver *receiver, block *keys,
                          uint8_t *payload, const struct extension_terms *terms) CHECKED;

sotto_err ot_base_send(struct wire *wire, struct base_sender *sender, block (*keys)[2],
                       uint8_t *payload, const struct extension_terms *terms) CHECKED;

#endif
