/*
 * The hello: what each side says first, compared field by field before any secret is used, and
 * hashed into the session id (HANDSHAKE AND FRAMES in sotto-protocol(7)).
 */
#ifndef SOTTO_PROTO_HELLO_H
#define SOTTO_PROTO_HELLO_H

#include "net/wire.h"
#include "ot/base.h"
#include "proto/plan.h"

#define PROTOCOL_VERSION 3

/** Exchanges hellos over wire and derives the session id from both and the channel binding.
 *  SOTTO_ERR_MISMATCH names the first field that differs and both values; both sides find it, since
 *  each reads the other's hello before it judges. */
sotto_err hello_exchange(struct wire *wire, uint8_t session_id[SESSION_ID_LEN],
                         const struct plan *plan) CHECKED;

/** Bytes of a hello frame's payload. */
size_t hello_len(void);

#endif
