/* The .gcnn format of quantised networks; gcnn(5) describes it byte by byte. */
#ifndef SOTTO_APPS_NN_GCNN_H
#define SOTTO_APPS_NN_GCNN_H

#include "apps/nn/net.h"

#define GCNN_MAX_FILE (UINT64_C(1) << 31)

/** Appends the file. With public_only weights and biases are left out: what is left is the
 *  description that a data owner is given. It holds layer shapes, rings, shifts and the encoding of
 *  inputs. */
void gcnn_write(struct buffer *out, const struct net *net, bool public_only);

/** Reads and checks a whole file: every index is in range, every accumulator fits its ring.
 *  Descriptions without secrets are taken when allow_public says so, and then have no weights.
 *  STATUS_CIRCUIT, naming the place, when something is wrong. */
int gcnn_parse(struct report *report, struct net *net, const uint8_t *data, size_t data_len,
               bool allow_public, const char *name);

int gcnn_load(struct report *report, struct net *net, const char *path);

/* Constants of the format. */
#define GCNN_MAGIC "GCNN"
#define GCNN_VERSION 1
#define GCNN_PUBLIC 1 /**< flag: without weights and biases */

/** FNV-1a of 64 bits, over all that stands before it: against accidents, not against forgery. */
uint64_t gcnn_checksum(const uint8_t *data, size_t data_len);

#endif
