/*
 * The cryptographic inner loops, one set per instruction set behind one contract. Every set gives
 * the same bytes as the portable one; all are constant time in their data.
 */
#ifndef SOTTO_CRYPTO_KERNELS_H
#define SOTTO_CRYPTO_KERNELS_H

#include "base/cpu.h"
#include "crypto/block.h"

#include <stddef.h>

/** AES-128 round keys; a secret. */
struct aes_key {
    block round[11];
};

struct crypto_kernels {
    enum cpu_isa isa;

    /** AES-128 key expansion (FIPS-197, 5.2). */
    void (*expand_key)(struct aes_key *key, const block *seed);

    /** out[i] = AES_key(stream << 64 | (first + i) mod 2^64) for i < n: AES-128-CTR. */
    void (*keystream)(block *out, const struct aes_key *key, uint64_t stream, uint64_t first,
                      size_t n);

    /** out[i] = H(in[i], first + i) for i < n, where H(x, t) = AES_{start ^ t}(s(x)) ^ s(x) and
     *  s(xL || xR) = (xL ^ xR) || xL, xL being the high half; t goes into the low half of start.
     *  The re-keyed tweakable circular correlation-robust hash of Guo, Katz, Wang, Weng, Yu,
     *  CRYPTO 2020. out may be in. */
    void (*hash)(block *out, const block *in, const block *start, uint64_t first, size_t n);

    /** out[i][c] = H(in[i] ^ c delta, first + i) for i < n and both c: two hashes share each key.
     */
    void (*hash_pairs)(block (*out)[2], const block *in, const block *delta, const block *start,
                       uint64_t first, size_t n);

    /** Transposes 128 columns of n_blocks blocks each, stride blocks apart: bit j of
     *  rows[128 b + i] is bit i of columns[j stride + b]. rows holds 128 n_blocks blocks and does
     *  not overlap columns. */
    void (*transpose)(block *rows, const block *columns, size_t stride, size_t n_blocks);

    /** Sums the keystreams r_y[i] = AES_keys[y](first + i), i < n, of the 2^width leaves y of a
     *  tree, width 1, 2, 4 or 8: plane b, planes[b stride + i], is the sum over the y with bit b
     *  set, and total[i] the sum over all y. With total NULL keys[0] is not used, as it is in no
     *  plane. No leaf is stored; the planes are added up as the leaves pass by. */
    void (*sum_leaves)(block *planes, size_t stride, block *total, const struct aes_key *keys,
                       unsigned width, uint64_t first, size_t n);

    /** *sum = the sum of terms[i] coefficients[i], i < n, in GF(2^128) = GF(2)[x] / (x^128 + x^7 +
     *  x^2 + x + 1), bit i of a block being the coefficient of x^i. */
    void (*fold)(block *sum, const block *terms, const block *coefficients, size_t n);
};

/** The kernels of the instruction set in force (cpu_isa()). */
const struct crypto_kernels *crypto_kernels(void);

extern const struct crypto_kernels crypto_kernels_portable;
extern const struct crypto_kernels crypto_kernels_aesni;
extern const struct crypto_kernels crypto_kernels_vaes256;
extern const struct crypto_kernels crypto_kernels_vaes512;

#endif
