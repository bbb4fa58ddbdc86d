/* Transfers without an extension on the wire (TRANSFERS WITHOUT AN EXTENSION in sotto-protocol(7)):
 * base OTs, here with the garbler for their sender, and then the message of direct.h. payload has
 * room for a frame header before it and for OT_BASE_LEN bytes. */
#ifndef SOTTO_PROTO_OT_DIRECT_H
#define SOTTO_PROTO_OT_DIRECT_H

#include "net/wire.h"
#include "ot/base.h"
#include "ot/extension.h"

/** rows has one row for each transfer of sender. */
sotto_err ot_direct_send(struct wire *wire, struct base_sender *sender, block *rows,
                         uint8_t *payload, const block *delta,
                         const struct extension_terms *terms) CHECKED;

/** choices has one for each transfer of receiver, one byte each. */
sotto_err ot_direct_receive(struct wire *wire, struct base_receiver *receiver, block *rows,
                            uint8_t *payload, const uint8_t *choices,
                            const struct extension_terms *terms) CHECKED;

#endif
