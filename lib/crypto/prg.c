/* The pseudorandom generator; see prg.h. */
#include "crypto/prg.h"

#include "base/memory.h"

void prg_init(struct prg *prg, const block *seed, uint64_t stream)
{
    crypto_kernels()->expand_key(&prg->key, seed);
    prg->stream = stream;
    prg->next = 0;
}

void prg_blocks(struct prg *prg, block *out, size_t n)
{
    crypto_kernels()->keystream(out, &prg->key, prg->stream, prg->next, n);
    prg->next += n;
}

void prg_wipe(struct prg *prg)
{
    mem_wipe(prg, sizeof *prg);
}
