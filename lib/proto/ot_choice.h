/*
 * Which OT extension a run uses when the caller leaves it open. Up to N_BASE_OTS input bits of the
 * evaluator it is none, up to OT_MEASURED_BITS the k that sends least, trees included: both sides
 * know it. Beyond, the
 * evaluator, who is the one to send, measures the link and how fast it hashes, and tells the
 * garbler: a PROBE that is answered is a round trip, a longer one adds the time of its bytes.
 */
#ifndef SOTTO_PROTO_OT_CHOICE_H
#define SOTTO_PROTO_OT_CHOICE_H

#include "proto/party.h"

/** Sets run->ot, which is the plan's but for the session id and an open k. payload has room for a
 *  frame header before it and for FRAME_MAX_LEN bytes. */
sotto_err ot_choose(struct run *run, uint8_t *payload) CHECKED;

/** The k with the shortest time for n_ots transfers, given seconds for a byte sent and for a block
 *  of AES. For tests. */
unsigned ot_fastest(double n_ots, double per_byte, double per_block);

#endif
