/*
 * PRG(seed): the AES-128-CTR keystream under key seed, counter from 0 in the low half, a public
 * stream number in the high half (PRIMITIVES in sotto-protocol(7)).
 */
#ifndef SOTTO_CRYPTO_PRG_H
#define SOTTO_CRYPTO_PRG_H

#include "crypto/kernels.h"

/** A generator; a secret as its seed is. Wipe it when done. */
struct prg {
    struct aes_key key;
    uint64_t stream;
    uint64_t next;
};

void prg_init(struct prg *prg, const block *seed, uint64_t stream);
void prg_blocks(struct prg *prg, block *out, size_t n);
void prg_wipe(struct prg *prg);

#endif
