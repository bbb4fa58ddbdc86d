/*
 * H on labels, with the counter that keeps its tweaks unique. One label_hash exists for each start
 * point of a session; every use of it takes its tweaks from take_tweaks().
 */
#ifndef SOTTO_CRYPTO_HASH_H
#define SOTTO_CRYPTO_HASH_H

#include "crypto/kernels.h"

#include <stdbool.h>

struct label_hash {
    block start;
    uint64_t next;
};

/** Reserves n consecutive tweaks; the first is stored. False, and nothing reserved, when the 64-bit
 *  counter would wrap. */
bool take_tweaks(struct label_hash *hash, uint64_t *first, uint64_t n)
    __attribute__((warn_unused_result));

#endif
