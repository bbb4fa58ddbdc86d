/* The messages of the malicious model, slowly; see transfers.h. */
#include "tests/reference/transfers.h"

#include "tests/reference/oracle.h"

#include <stdlib.h>
#include <string.h>

#define MAX_WIDTH 8
#define N_GROUPS(k) ((size_t)REF_N_BASE / (k))

static void *allocate(size_t n, size_t len)
{
    void *memory = calloc(n, len);

    if (memory == NULL) abort();
    return memory;
}

static void add_bytes(uint8_t *sum, const uint8_t *term)
{
    for (int i = 0; i < 32; i++) sum[i] ^= term[i];
}

/* ---------------------------------------------------------------------------------- base OTs -- */

void ref_base_proof(uint8_t proof[REF_BASE_PROOF_LEN], uint8_t answer[32],
                    const struct ref_transfers *transfers)
{
    uint8_t h[REF_N_BASE][2][32];
    struct ref_oracle oracle;

    memset(proof, 0, REF_BASE_PROOF_LEN);
    for (uint64_t j = 0; j < REF_N_BASE; j++)
        for (int c = 0; c < 2; c++) {
            ref_oracle_begin(&oracle, "base OT: check");
            ref_oracle_field(&oracle, transfers->session_id, 32);
            ref_oracle_number(&oracle, j);
            ref_oracle_field(&oracle, transfers->keys[j][c].byte, 16);
            ref_oracle_end(&oracle, h[j][c]);
            add_bytes(proof + 32 * j, h[j][c]);
        }
    ref_oracle_begin(&oracle, "base OT: aggregate");
    ref_oracle_field(&oracle, transfers->session_id, 32);
    ref_oracle_field(&oracle, h, sizeof h);
    ref_oracle_end(&oracle, answer);
    ref_oracle_begin(&oracle, "base OT: proof");
    ref_oracle_field(&oracle, transfers->session_id, 32);
    ref_oracle_field(&oracle, answer, 32);
    ref_oracle_end(&oracle, proof + (size_t)32 * REF_N_BASE);
}

/* ------------------------------------------------------------------------------------- trees -- */

/* The node at the end of the first n_levels branches of x. */
static struct ref_block node_of(const struct ref_transfers *transfers, size_t g, size_t x,
                                unsigned n_levels)
{
    struct ref_block node = transfers->keys[g * transfers->width][1 - (x & 1)];

    for (unsigned level = 1; level < n_levels; level++) node = ref_prg(node, 1, x >> level & 1);
    return node;
}

void ref_leaves(struct ref_block *leaves, const struct ref_transfers *transfers)
{
    unsigned k = transfers->width;

    for (size_t g = 0; g < N_GROUPS(k); g++)
        for (size_t x = 0; x < (size_t)1 << k; x++)
            leaves[(g << k) + x] = node_of(transfers, g, x, k);
}

/* All nodes that branch c of this level leads to, under the key of 1 - c. */
static struct ref_block level_sum(const struct ref_transfers *transfers, size_t g, unsigned level,
                                  size_t c)
{
    struct ref_block sum = transfers->keys[g * transfers->width + level][1 - c];

    for (size_t x = 0; x < (size_t)1 << level; x++)
        sum = ref_xor(sum, node_of(transfers, g, x | c << level, level + 1));
    return sum;
}

static void digest_leaf(uint8_t digest[32], const struct ref_transfers *transfers, uint64_t g,
                        struct ref_block leaf)
{
    struct ref_oracle oracle;

    ref_oracle_begin(&oracle, "OT tree: leaf");
    ref_oracle_field(&oracle, transfers->session_id, 32);
    ref_oracle_number(&oracle, g);
    ref_oracle_field(&oracle, leaf.byte, 16);
    ref_oracle_end(&oracle, digest);
}

static size_t tree_proof(uint8_t *proof, const struct ref_transfers *transfers)
{
    unsigned k = transfers->width;
    size_t n = (size_t)1 << k;
    struct ref_block *leaves = allocate(N_GROUPS(k) * n, sizeof *leaves);
    struct ref_oracle oracle;

    ref_leaves(leaves, transfers);
    ref_oracle_begin(&oracle, "OT tree: proof");
    ref_oracle_field(&oracle, transfers->session_id, 32);
    ref_oracle_number(&oracle, k);
    memset(proof, 0, 32 * N_GROUPS(k));
    for (size_t g = 0; g < N_GROUPS(k); g++) {
        uint8_t digests[1 << MAX_WIDTH][32];

        for (size_t x = 0; x < n; x++) {
            digest_leaf(digests[x], transfers, g, leaves[g * n + x]);
            add_bytes(proof + 32 * g, digests[x]);
        }
        ref_oracle_field(&oracle, digests, 32 * n);
    }
    ref_oracle_end(&oracle, proof + 32 * N_GROUPS(k));
    free(leaves);
    return 32 * (N_GROUPS(k) + 1);
}

size_t ref_tree_message(uint8_t *message, const struct ref_transfers *transfers)
{
    unsigned k = transfers->width;
    size_t len = 0;

    for (size_t g = 0; g < N_GROUPS(k); g++)
        for (unsigned level = 1; level < k; level++)
            for (size_t c = 0; c < 2; c++, len += 16) {
                struct ref_block sum = level_sum(transfers, g, level, c);

                memcpy(message + len, sum.byte, 16);
            }
    return k == 1 ? 0 : len + tree_proof(message + len, transfers);
}

/* ----------------------------------------------------------------------------------- columns -- */

struct ref_block ref_sums(struct ref_block *v, const struct ref_transfers *transfers,
                          const struct ref_block *leaves, size_t g, uint64_t i)
{
    unsigned k = transfers->width;
    struct ref_block u = {{0}};

    memset(v, 0, k * sizeof *v);
    for (size_t x = 0; x < (size_t)1 << k; x++) {
        struct ref_block r = ref_prg(leaves[(g << k) + x], 0, i);

        u = ref_xor(u, r);
        for (unsigned b = 0; b < k; b++)
            if (x >> b & 1) v[b] = ref_xor(v[b], r);
    }
    return u;
}

/* Block i of the chunk of n, times its coefficient. */
static struct ref_block weigh(const struct ref_chunk *chunk, size_t i, struct ref_block value,
                              struct ref_block challenge)
{
    if (i == chunk->n - 1) return value;
    return ref_multiply(value, ref_prg(challenge, chunk->number, i));
}

void ref_answer(uint8_t answer[48], const struct ref_transfers *transfers,
                const struct ref_chunk *chunk, const struct ref_block *choices,
                struct ref_block challenge)
{
    unsigned k = transfers->width;
    struct ref_block *leaves = allocate(N_GROUPS(k) << k, sizeof *leaves);
    struct ref_block t[REF_N_BASE] = {{{0}}}, x = {{0}}, v[MAX_WIDTH];
    struct ref_oracle oracle;

    ref_leaves(leaves, transfers);
    for (size_t i = 0; i < chunk->n; i++) {
        x = ref_xor(x, weigh(chunk, i, choices[i], challenge));
        for (size_t g = 0; g < N_GROUPS(k); g++) {
            ref_sums(v, transfers, leaves, g, chunk->first + i);
            for (unsigned b = 0; b < k; b++)
                t[g * k + b] = ref_xor(t[g * k + b], weigh(chunk, i, v[b], challenge));
        }
    }
    memcpy(answer, x.byte, 16);
    ref_oracle_begin(&oracle, "OT extension: check");
    ref_oracle_field(&oracle, transfers->session_id, 32);
    ref_oracle_number(&oracle, chunk->number);
    ref_oracle_field(&oracle, t, sizeof t);
    ref_oracle_end(&oracle, answer + 16);
    free(leaves);
}
