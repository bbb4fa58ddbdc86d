/*
 * N_LANES instances of an AND side by side, over vectors (vec128.h, vec256.h, vec512.h): all
 * instances share the keys of the AND. A kernel file includes this once.
 */
#ifndef SOTTO_GARBLE_LANES_H
#define SOTTO_GARBLE_LANES_H

#include "crypto/aes_vec.h"
#include "garble/kernels.h"

/* The vectors of one input, and the lanes, that are done at once. */
#define LANE_VECS 2
#define LANE_STEP ((size_t)LANE_VECS * VEC_BLOCKS)

VEC_INLINE void load_lanes(vec *x, const block *labels)
{
#pragma GCC unroll 2
    for (size_t r = 0; r < LANE_VECS; r++) x[r] = vec_load(labels + VEC_BLOCKS * r);
}

VEC_INLINE void lanes_step(vec *x, size_t n, vec key, enum aes_step step)
{
#pragma GCC unroll 4
    for (size_t r = 0; r < n; r++) x[r] = vec_aes_step(x[r], key, step);
}

/* Takes n registers of each input through AES under the keys of one AND. n is known when this is
 * inlined. */
VEC_INLINE void encrypt_lanes(vec *a, vec *b, size_t n, const struct narrow_keys *keys, size_t at)
{
#pragma GCC unroll 11
    for (size_t round = 0; round < 11; round++) {
        enum aes_step step = round == 0 ? AES_WHITEN : (round < 10 ? AES_MIDDLE : AES_LAST);

        lanes_step(a, n, vec_broadcast(&keys->round[round][at]), step);
        lanes_step(b, n, vec_broadcast(&keys->round[round][at + 1]), step);
    }
}

VEC_INLINE void garble_some_lanes(block *out, uint8_t *t_g, const block *in_a, const block *in_b,
                                  vec delta, const struct narrow_keys *keys, size_t at)
{
    vec a[LANE_VECS], b[LANE_VECS], x_a[2 * LANE_VECS], x_b[2 * LANE_VECS];
    const vec sigma_delta = vec_sigma(delta);

    load_lanes(a, in_a);
    load_lanes(b, in_b);
#pragma GCC unroll 2
    for (size_t r = 0; r < LANE_VECS; r++) {
        x_a[r] = vec_sigma(a[r]);
        x_b[r] = vec_sigma(b[r]);
        x_a[r + LANE_VECS] = vec_xor(x_a[r], sigma_delta);
        x_b[r + LANE_VECS] = vec_xor(x_b[r], sigma_delta);
    }
    encrypt_lanes(x_a, x_b, 2 * LANE_VECS, keys, at);
    load_lanes(a, in_a);
    load_lanes(b, in_b);
#pragma GCC unroll 2
    for (size_t r = 0; r < LANE_VECS; r++) {
        vec mask_a = vec_lsb_mask(a[r]), mask_b = vec_lsb_mask(b[r]);
        vec g = vec_xor3(x_a[r], x_a[r + LANE_VECS], sigma_delta);
        vec e = vec_xor3(x_b[r], x_b[r + LANE_VECS], sigma_delta); /* without A0 */
        vec c = vec_xor3(x_a[r], x_b[r], vec_sigma(vec_xor(a[r], b[r])));

        g = vec_xor_and(g, mask_b, delta);
        c = vec_xor_and(c, mask_a, g);
        c = vec_xor_and(c, mask_b, e);
        vec_store_bytes(t_g + VEC_BLOCKS * BLOCK_LEN * r, g);
        vec_store_bytes(t_g + BLOCK_LEN * (N_LANES + VEC_BLOCKS * r), vec_xor(e, a[r]));
        vec_store(out + VEC_BLOCKS * r, c);
    }
}

static void garble_lanes(block *labels, uint8_t *tables, const struct slot_gate *gates, size_t n,
                         const block *delta, const struct narrow_keys *keys, uint64_t first)
{
    vec offset = vec_broadcast(delta);

    for (size_t i = 0; i < n; i++) {
        for (size_t lane = 0; lane < N_LANES; lane += LANE_STEP)
            garble_some_lanes(&labels[N_LANES * (size_t)gates[i].out + lane],
                              tables + N_LANES * TABLE_LEN * i + BLOCK_LEN * lane,
                              &labels[N_LANES * (size_t)gates[i].a + lane],
                              &labels[N_LANES * (size_t)gates[i].b + lane], offset, keys,
                              narrow_place(first + i));
    }
}

VEC_INLINE void evaluate_some_lanes(block *out, const uint8_t *t_g, const block *in_a,
                                    const block *in_b, const struct narrow_keys *keys, size_t at)
{
    vec a[LANE_VECS], b[LANE_VECS], x_a[LANE_VECS], x_b[LANE_VECS];

    load_lanes(a, in_a);
    load_lanes(b, in_b);
#pragma GCC unroll 2
    for (size_t r = 0; r < LANE_VECS; r++) {
        x_a[r] = vec_sigma(a[r]);
        x_b[r] = vec_sigma(b[r]);
    }
    encrypt_lanes(x_a, x_b, LANE_VECS, keys, at);
#pragma GCC unroll 2
    for (size_t r = 0; r < LANE_VECS; r++) {
        vec g = vec_load_bytes(t_g + VEC_BLOCKS * BLOCK_LEN * r);
        vec e = vec_load_bytes(t_g + BLOCK_LEN * (N_LANES + VEC_BLOCKS * r));
        vec c = vec_xor3(x_a[r], x_b[r], vec_sigma(vec_xor(a[r], b[r])));

        c = vec_xor_and(c, vec_lsb_mask(a[r]), g);
        c = vec_xor_and(c, vec_lsb_mask(b[r]), vec_xor(e, a[r]));
        vec_store(out + VEC_BLOCKS * r, c);
    }
}

static void evaluate_lanes(block *labels, const uint8_t *tables, const struct slot_gate *gates,
                           size_t n, const struct narrow_keys *keys, uint64_t first)
{
    for (size_t i = 0; i < n; i++) {
        for (size_t lane = 0; lane < N_LANES; lane += LANE_STEP)
            evaluate_some_lanes(&labels[N_LANES * (size_t)gates[i].out + lane],
                                tables + N_LANES * TABLE_LEN * i + BLOCK_LEN * lane,
                                &labels[N_LANES * (size_t)gates[i].a + lane],
                                &labels[N_LANES * (size_t)gates[i].b + lane], keys,
                                narrow_place(first + i));
    }
}

static void xor_lanes(block *labels, const struct slot_gate *gates, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const block *a = &labels[N_LANES * (size_t)gates[i].a];
        const block *b = &labels[N_LANES * (size_t)gates[i].b];
        block *out = &labels[N_LANES * (size_t)gates[i].out];

        for (size_t lane = 0; lane < N_LANES; lane += VEC_BLOCKS)
            vec_store(out + lane, vec_xor(vec_load(a + lane), vec_load(b + lane)));
    }
}

#endif
