/*
 * The GGM trees of the OT extension (OT EXTENSION in sotto-protocol(7); Roy, "SoftSpokenOT", CRYPTO
 * 2022, section 5). With width k, the 128 base OTs fall into 128/k groups. Group g's tree of depth
 * k has 2^k leaves; the extension's receiver knows all seeds s_x, its sender all but s_alpha, alpha
 * being bits gk to gk + k - 1 of delta. Bit i of x is the branch taken at level i.
 *
 * Base OT j = gk + i is one with choice alpha_i: the key of choice c belongs to the branch 1 - c,
 * the one the sender may walk. At level 0 the two keys are the nodes themselves; below, key c masks
 * the sum of all nodes of branch 1 - c, from which the sender gets its missing sibling.
 *
 * The sender numbers its leaves y = x ^ alpha, so that the one it lacks is number 0 whatever alpha
 * is and no index is secret.
 */
#ifndef SOTTO_OT_TREE_H
#define SOTTO_OT_TREE_H

#include "base/error.h"
#include "crypto/block.h"
#include "ot/base.h"

#include <stdbool.h>

#define TREE_MAX_WIDTH 8
#define TREE_N_GROUPS(width) ((size_t)N_BASE_OTS / (width))
#define TREE_N_LEAVES(width) (TREE_N_GROUPS(width) << (width))
#define TREE_MAX_LEAVES TREE_N_LEAVES(TREE_MAX_WIDTH)

/* Sums of both branches of each level but the first; in the malicious model, for each group the sum
 * of the leaves' digests, then the digest of them all. A tree of two leaves has nothing to prove.
 */
#define TREE_DIGEST_LEN 32
#define TREE_SUMS_LEN(width) (TREE_N_GROUPS(width) * ((width)-1) * 2 * BLOCK_LEN)
#define TREE_PROOF_LEN(width) ((width) > 1 ? (TREE_N_GROUPS(width) + 1) * TREE_DIGEST_LEN : 0)
#define TREE_MESSAGE_LEN(width, malicious)                                                         \
    (TREE_SUMS_LEN(width) + ((malicious) ? TREE_PROOF_LEN(width) : 0))
#define TREE_MAX_MESSAGE_LEN ((size_t)8192)

/*
 * What the proof gives (Roy, section 5, after Boyle et al., CCS 2019). Whatever sums a receiver
 * sends, they fix for each alpha what leaves the sender gets. The last digest fixes the list D of
 * all digests, by collision resistance, before the sender looks, and D fixes the leaves: s_x for
 * every x whose D_x is a digest of something. The sender compares, for its own alpha, its digests
 * with D_x at x != alpha, and the sum with that of all D. So group g passes for alpha_g in a set
 * A_g that the receiver has fixed by its message, and for alpha in A_g the sender has the leaves
 * s_x. If A_g has two members all s_x are defined, and the trees are those of an honest receiver
 * who has guessed that alpha is in A_g: it goes on with probability |A_g| / 2^k, and alpha_g is
 * uniform on A_g. (A wrong sum of one branch at one level, for example, is unused by the half of
 * all alphas that walk that branch: a guess of one bit.) If A_g has one member the receiver has
 * guessed k bits, and s_alpha, which the sender lacks in any case, may be anything.
 *
 * Against a cheating sender: it gets honest trees; the sums tell it the digest of the leaf that it
 * lacks, a random oracle's at an unknown seed of 128 bits, bound to session and group.
 *
 * The digests are as long as two blocks, lest a receiver find two seeds with one digest.
 */
_Static_assert(TREE_DIGEST_LEN * 8 >= 2 * 128, "leaf digests bind: collisions cost 2^128");

static inline bool tree_width_is_valid(unsigned width)
{
    return width == 1 || width == 2 || width == 4 || width == 8;
}

/** What the trees are made for; the same at both parties. */
struct tree_terms {
    unsigned width; /* a valid one */
    bool malicious;
    const uint8_t *session_id;
};

/** The receiver's leaves, leaves[(g << width) + x], and its message. */
void tree_grow(block *leaves, uint8_t *message, const struct tree_terms *terms,
               const block keys[N_BASE_OTS][2]);

/** The sender's leaves, leaves[(g << width) + y]; those with y = 0 are zero. SOTTO_ERR_CHECK, and
 *  the leaves are wiped, when the message does not belong to one tree. */
sotto_err tree_puncture(struct sotto_context *context, block *leaves, const uint8_t *message,
                        const struct tree_terms *terms, const block keys[N_BASE_OTS],
                        const block *delta) CHECKED;

#endif
