/* The base OTs on the wire, of runs and of OT handles, in both models (BASE OT in
 * sotto-protocol(7)). payload has room for a frame header before it and for OT_BASE_LEN bytes. */
#ifndef SOTTO_PROTO_OT_BASE_H
#define SOTTO_PROTO_OT_BASE_H

#include "net/wire.h"
#include "ot/extension.h"

#define OT_BASE_LEN (BASE_PROOF_LEN + BASE_RECEIVER_MESSAGE_LEN)

/* The receiver's message is one frame, which travels in so many pieces: the first with the seed.
 * The peer computes the keys of one while the next is made. */
#define OT_BASE_PIECES 8
#define OT_BASE_PIECE (N_BASE_OTS / OT_BASE_PIECES)
_Static_assert(N_BASE_OTS % OT_BASE_PIECES == 0, "pieces are of one size");

/** Computes what needs no peer, as long as the peer has said nothing. */
sotto_err ot_base_prepare(struct wire *wire, struct base_receiver *receiver) CHECKED;

/** The OT sender, or garbler, is the base OTs' receiver, with the bits of delta for its choices. */
sotto_err ot_base_receive(struct wire *wire, struct base_receiver *receiver, block keys[N_BASE_OTS],
                          uint8_t *payload, const struct extension_terms *terms) CHECKED;

sotto_err ot_base_send(struct wire *wire, struct base_sender *sender, block keys[N_BASE_OTS][2],
                       uint8_t *payload, const struct extension_terms *terms) CHECKED;

#endif
