/* GGM trees, whole and punctured; see tree.h. */
#include "ot/tree.h"

#include "base/memory.h"
#include "crypto/oracle.h"
#include "crypto/prg.h"

#define MAX_NODES ((size_t)1 << TREE_MAX_WIDTH)

/* Inner nodes and leaves are expanded in streams of their own: leaves are seeds of stream 0. */
#define NODE_STREAM 1

struct digest {
    uint8_t bytes[TREE_DIGEST_LEN];
};

static void expand_node(block children[2], const block *node)
{
    struct prg prg;

    prg_init(&prg, node, NODE_STREAM);
    prg_blocks(&prg, children, 2);
    prg_wipe(&prg);
}

static uint64_t delta_bit(const block *delta, size_t j)
{
    return delta->half[j / 64] >> j % 64;
}

/* Level number level of a whole tree; node x has its children at x and x + 2^level. sums[c] is the
 * sum of all children of branch c. */
static void grow_level(block *nodes, block sums[2], unsigned level)
{
    size_t n = (size_t)1 << level;

    sums[0] = sums[1] = block_of(0, 0);
    for (size_t x = 0; x < n; x++) {
        block children[2];

        expand_node(children, &nodes[x]);
        for (size_t c = 0; c < 2; c++) {
            nodes[x + c * n] = children[c];
            sums[c] = block_xor(sums[c], children[c]);
        }
    }
}

static void grow(block *nodes, uint8_t *message, unsigned width, const block (*keys)[2])
{
    block sums[2];

    nodes[0] = keys[0][1];
    nodes[1] = keys[0][0];
    for (unsigned level = 1; level < width; level++, message += 2 * BLOCK_LEN) {
        grow_level(nodes, sums, level);
        for (size_t c = 0; c < 2; c++)
            block_store(message + c * BLOCK_LEN, block_xor(sums[c], keys[level][1 - c]));
    }
    mem_wipe(sums, sizeof sums);
}

/* The same level of a punctured tree, numbered by y: node 0 is unknown, and the branch away from
 * alpha leads to y + 2^level. sum is that of all children of that branch. */
static void puncture_level(block *nodes, block sum, unsigned level, uint64_t alpha_bit)
{
    size_t n = (size_t)1 << level;
    block children[2], difference;

    for (size_t y = 1; y < n; y++) {
        expand_node(children, &nodes[y]);
        difference = block_times_bit(block_xor(children[0], children[1]), alpha_bit);
        nodes[y] = block_xor(children[0], difference);     /* branch alpha_bit */
        nodes[y + n] = block_xor(children[1], difference); /* the other one */
        sum = block_xor(sum, nodes[y + n]);
    }
    nodes[0] = block_of(0, 0);
    nodes[n] = sum;
    mem_wipe(children, sizeof children);
}

static void puncture(block *nodes, const uint8_t *message, unsigned width, const block *keys,
                     const block *delta, size_t first)
{
    nodes[0] = block_of(0, 0);
    nodes[1] = keys[0];
    for (unsigned level = 1; level < width; level++, message += 2 * BLOCK_LEN) {
        uint64_t bit = delta_bit(delta, first + level);
        block sums[2] = {block_load(message), block_load(message + BLOCK_LEN)};
        block difference = block_times_bit(block_xor(sums[0], sums[1]), bit);
        block masked = block_xor(sums[1], difference); /* of the branch 1 - bit */

        puncture_level(nodes, block_xor(masked, keys[level]), level, bit);
    }
}

static void hash_leaf(struct digest *digest, const struct tree_terms *terms, uint64_t group,
                      const block *leaf)
{
    struct oracle oracle;

    oracle_begin(&oracle, "OT tree: leaf");
    oracle_field(&oracle, terms->session_id, SESSION_ID_LEN);
    oracle_number(&oracle, group);
    oracle_field(&oracle, leaf, sizeof *leaf);
    oracle_end(&oracle, digest->bytes, TREE_DIGEST_LEN);
}

static void add_digest(struct digest *sum, const struct digest *term)
{
    for (size_t i = 0; i < TREE_DIGEST_LEN; i++) sum->bytes[i] ^= term->bytes[i];
}

static void begin_proof(struct oracle *oracle, const struct tree_terms *terms)
{
    oracle_begin(oracle, "OT tree: proof");
    oracle_field(oracle, terms->session_id, SESSION_ID_LEN);
    oracle_number(oracle, terms->width);
}

/* The sum of a tree's leaf digests lets whoever lacks one leaf complete the list, and the digest of
 * the list tells whether it is the same list for every alpha. */
static void prove(uint8_t *proof, const block *leaves, const struct tree_terms *terms)
{
    struct digest digests[MAX_NODES];
    size_t n = (size_t)1 << terms->width;
    struct oracle oracle;

    begin_proof(&oracle, terms);
    for (size_t g = 0; g < TREE_N_GROUPS(terms->width); g++, proof += TREE_DIGEST_LEN) {
        struct digest sum = {{0}};

        for (size_t x = 0; x < n; x++) {
            hash_leaf(&digests[x], terms, g, &leaves[(g << terms->width) + x]);
            add_digest(&sum, &digests[x]);
        }
        memcpy(proof, sum.bytes, TREE_DIGEST_LEN);
        oracle_field(&oracle, digests, n * sizeof digests[0]);
    }
    oracle_end(&oracle, proof, TREE_DIGEST_LEN);
    mem_wipe(digests, sizeof digests);
}

static void swap_digests(struct digest *a, struct digest *b, uint64_t mask)
{
    for (size_t i = 0; i < TREE_DIGEST_LEN; i++) {
        uint8_t t = (uint8_t)((a->bytes[i] ^ b->bytes[i]) & mask);

        a->bytes[i] ^= t;
        b->bytes[i] ^= t;
    }
}

/* From the order of y to that of x = y ^ alpha, by swaps under masks. */
static void reorder(struct digest *digests, unsigned width, const block *delta, size_t first)
{
    for (unsigned b = 0; b < width; b++) {
        uint64_t mask = ct_mask(delta_bit(delta, first + b));

        for (size_t y = 0; y < (size_t)1 << width; y++)
            if ((y >> b & 1) == 0) swap_digests(&digests[y], &digests[y | (size_t)1 << b], mask);
    }
}

static bool verify(const uint8_t *proof, const block *leaves, const struct tree_terms *terms,
                   const block *delta)
{
    struct digest digests[MAX_NODES], all;
    size_t n = (size_t)1 << terms->width;
    struct oracle oracle;
    int verdict;

    begin_proof(&oracle, terms);
    for (size_t g = 0; g < TREE_N_GROUPS(terms->width); g++, proof += TREE_DIGEST_LEN) {
        memcpy(digests[0].bytes, proof, TREE_DIGEST_LEN);
        for (size_t y = 1; y < n; y++) {
            hash_leaf(&digests[y], terms, g, &leaves[(g << terms->width) + y]);
            add_digest(&digests[0], &digests[y]);
        }
        reorder(digests, terms->width, delta, g * terms->width);
        oracle_field(&oracle, digests, n * sizeof digests[0]);
    }
    oracle_end(&oracle, all.bytes, TREE_DIGEST_LEN);
    verdict = sodium_memcmp(all.bytes, proof, TREE_DIGEST_LEN);
    ct_mark_public(&verdict, sizeof verdict); /* the peer learns whether the run goes on */
    mem_wipe(digests, sizeof digests);
    mem_wipe(&all, sizeof all);
    return verdict == 0;
}

void tree_grow(block *leaves, uint8_t *message, const struct tree_terms *terms,
               const block keys[N_BASE_OTS][2])
{
    unsigned width = terms->width;

    for (size_t g = 0; g < TREE_N_GROUPS(width); g++)
        grow(leaves + (g << width), message + g * (width - 1) * 2 * BLOCK_LEN, width,
             keys + g * width);
    if (terms->malicious && width > 1) prove(message + TREE_SUMS_LEN(width), leaves, terms);
}

sotto_err tree_puncture(struct sotto_context *context, block *leaves, const uint8_t *message,
                        const struct tree_terms *terms, const block keys[N_BASE_OTS],
                        const block *delta)
{
    unsigned width = terms->width;

    for (size_t g = 0; g < TREE_N_GROUPS(width); g++)
        puncture(leaves + (g << width), message + g * (width - 1) * 2 * BLOCK_LEN, width,
                 keys + g * width, delta, g * width);
    if (!terms->malicious || width == 1) return SOTTO_OK;
    if (verify(message + TREE_SUMS_LEN(width), leaves, terms, delta)) return SOTTO_OK;
    mem_wipe(leaves, TREE_N_LEAVES(width) * sizeof *leaves);
    return fail(context, SOTTO_ERR_CHECK, "OT extension: the trees of seeds are inconsistent");
}
