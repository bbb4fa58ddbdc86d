/*
 * sum_leaves() of one instruction set. A kernel file defines
 *
 *   vec                   VEC_BLOCKS blocks; VEC_INLINE before functions over it
 *   vec_xor, vec_zero, vec_store
 *   leaf_encrypt(x, keys, n, first)
 *                         the keystreams of n keys (1 or 2) from counter first on, LEAF_VECS
 *                         vectors each: x[LEAF_VECS d + v] belongs to keys[d]
 *
 * all of which vec128.h, vec256.h or vec512.h and groups.h do, and includes this once. The leaves
 * are added up like a binary counter counts: a pair of subtrees becomes one when its right half is
 * done, and that half's sum goes into the plane of its level. So a leaf costs two additions,
 * whatever the width.
 */
#ifndef SOTTO_CRYPTO_LEAVES_H
#define SOTTO_CRYPTO_LEAVES_H

#define LEAF_STEP ((size_t)LEAF_VECS * VEC_BLOCKS)
#define LEAF_MAX_WIDTH 8

VEC_INLINE void leaf_add(vec *sum, const vec *term)
{
#pragma GCC unroll 4
    for (size_t v = 0; v < LEAF_VECS; v++) sum[v] = vec_xor(sum[v], term[v]);
}

VEC_INLINE void leaf_copy(vec *to, const vec *from)
{
#pragma GCC unroll 4
    for (size_t v = 0; v < LEAF_VECS; v++) to[v] = from[v];
}

VEC_INLINE void leaf_clear(vec *x)
{
#pragma GCC unroll 4
    for (size_t v = 0; v < LEAF_VECS; v++) x[v] = vec_zero();
}

VEC_INLINE void leaf_write(block *out, const vec *x)
{
#pragma GCC unroll 4
    for (size_t v = 0; v < LEAF_VECS; v++) vec_store(out + v * VEC_BLOCKS, x[v]);
}

/* One step of LEAF_STEP blocks. width is known when this is inlined. */
VEC_INLINE void leaf_step(block *planes, size_t stride, block *total, const struct aes_key *keys,
                          const unsigned width, uint64_t first)
{
    vec plane[LEAF_MAX_WIDTH][LEAF_VECS], left[LEAF_MAX_WIDTH][LEAF_VECS];
    vec pair[2 * LEAF_VECS];
    vec *even = pair, *odd = pair + LEAF_VECS;

    for (unsigned b = 0; b < width; b++) {
        leaf_clear(plane[b]);
        leaf_clear(left[b]);
    }
    for (size_t y = 0; y < (size_t)1 << width; y += 2) {
        unsigned level = 1;

        if (y == 0 && total == NULL) {
            leaf_clear(even);
            leaf_encrypt(odd, keys + 1, 1, first);
        } else {
            leaf_encrypt(pair, keys + y, 2, first);
        }
        leaf_add(plane[0], odd);
        leaf_add(even, odd);
        for (; level < width && (y >> level & 1) != 0; level++) {
            leaf_add(plane[level], even);
            leaf_add(even, left[level]);
        }
        if (level < width) leaf_copy(left[level], even);
    }
    for (unsigned b = 0; b < width; b++) leaf_write(planes + b * stride, plane[b]);
    if (total != NULL) leaf_write(total, even);
}

/* The last, partial step goes through a buffer. */
VEC_INLINE void leaf_all_steps(block *planes, size_t stride, block *total,
                               const struct aes_key *keys, const unsigned width, uint64_t first,
                               size_t n)
{
    block buffer[(LEAF_MAX_WIDTH + 1) * LEAF_STEP] __attribute__((aligned(64)));
    block *last_total = total != NULL ? buffer + LEAF_MAX_WIDTH * LEAF_STEP : NULL;
    size_t i = 0;

    for (; n - i >= LEAF_STEP; i += LEAF_STEP)
        leaf_step(planes + i, stride, total != NULL ? total + i : NULL, keys, width, first + i);
    if (i == n) return;
    leaf_step(buffer, LEAF_STEP, last_total, keys, width, first + i);
    for (unsigned b = 0; b < width; b++)
        memcpy(planes + b * stride + i, buffer + b * LEAF_STEP, (n - i) * sizeof *buffer);
    if (total != NULL) memcpy(total + i, last_total, (n - i) * sizeof *buffer);
    mem_wipe(buffer, sizeof buffer);
}

static void sum_leaves(block *planes, size_t stride, block *total, const struct aes_key *keys,
                       unsigned width, uint64_t first, size_t n)
{
    if (width == 1) leaf_all_steps(planes, stride, total, keys, 1, first, n);
    else if (width == 2) leaf_all_steps(planes, stride, total, keys, 2, first, n);
    else leaf_all_steps(planes, stride, total, keys, width, first, n);
}

#endif
