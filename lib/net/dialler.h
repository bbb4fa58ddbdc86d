/* Dials an address again and again until the other side is there. */
#ifndef SOTTO_NET_DIALLER_H
#define SOTTO_NET_DIALLER_H

#include "net/address.h"
#include "net/deadline.h"

/** Connects to a TCP or unix address; found is what the TCP address resolved to. Tries every
 *  address in turn, then pauses and starts over, for timeout milliseconds. *fd is non-blocking.
 *  SOTTO_ERR_TIMEOUT when the time runs out, SOTTO_ERR_CONNECT when trying again is no use. */
sotto_err dial(struct sotto_context *context, int *fd, struct deadline *deadline,
               const struct address *address, const struct addrinfo *found,
               uint64_t timeout) CHECKED;

#endif
