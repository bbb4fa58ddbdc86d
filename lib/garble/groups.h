/*
 * ANDs side by side, over vectors of two or four blocks (vec256.h, vec512.h): what belongs to their
 * inputs a in even blocks, what belongs to their inputs b in odd ones, so that T_G and T_E come out
 * side by side. A kernel file defines
 *
 *   gather_inputs(labels, gates)      the labels of both inputs of VECTOR_ANDS gates
 *   store_folded(labels, gates, x)    the sums of neighbouring blocks, to the gates' outputs
 *
 * and includes this once. A group is four vectors: as many ANDs as four vectors of keys serve.
 */
#ifndef SOTTO_GARBLE_GROUPS_H
#define SOTTO_GARBLE_GROUPS_H

#include "crypto/aes_vec.h"
#include "garble/kernels.h"

#define VECTOR_ANDS ((size_t)VEC_BLOCKS / 2)
#define GROUP (4 * VECTOR_ANDS)

struct offset {
    vec delta; /* Delta in even blocks, zero in the others */
    vec sigma; /* sigma(Delta) in all */
};

VEC_INLINE struct offset offset_of(const block *delta)
{
    vec all = vec_broadcast(delta);

    return (struct offset){vec_even(all), vec_sigma(all)};
}

/* x and y: AES of sigma of the zero-labels and of the one-labels. */
VEC_INLINE void finish_garbling(block *labels, uint8_t *tables, const struct slot_gate *gates,
                                vec x, vec y, struct offset offset)
{
    vec inputs = gather_inputs(labels, gates);
    vec mask = vec_lsb_mask(inputs);
    vec t = vec_xor3(x, y, offset.sigma); /* T_E without A0 */
    vec out = vec_xor(x, vec_sigma(inputs));

    t = vec_xor_and(t, vec_swap_neighbours(mask), offset.delta);
    out = vec_xor_and(out, mask, t);
    vec_store_bytes(tables, vec_xor(t, vec_even_to_odd(inputs)));
    store_folded(labels, gates, out);
}

VEC_INLINE void garble_group(block *labels, uint8_t *tables, const struct slot_gate *gates,
                             struct offset offset, const block *start, uint64_t number)
{
    vec x[4], y[4];

#pragma GCC unroll 4
    for (size_t j = 0; j < 4; j++) {
        x[j] = vec_sigma(gather_inputs(labels, &gates[VECTOR_ANDS * j]));
        y[j] = vec_xor(x[j], offset.sigma);
    }
    vec_aes_encrypt(x, y, vec_keys_start(start, 2 * number));
#pragma GCC unroll 4
    for (size_t j = 0; j < 4; j++) {
        finish_garbling(labels, tables + VECTOR_ANDS * TABLE_LEN * j, &gates[VECTOR_ANDS * j], x[j],
                        y[j], offset);
    }
}

/* n is a multiple of GROUP. Apart, so that a call for fewer does not pay for the set-up. */
static __attribute__((noinline)) void garble_groups(block *labels, uint8_t *tables,
                                                    const struct slot_gate *gates, size_t n,
                                                    const block *delta, const block *start,
                                                    uint64_t first)
{
    struct offset offset = offset_of(delta);

    for (size_t i = 0; i < n; i += GROUP) {
        garble_group(labels, tables + TABLE_LEN * i, gates + i, offset, start, first + i);
    }
}

/* x: AES of sigma of the active labels. */
VEC_INLINE void finish_evaluation(block *labels, const uint8_t *tables,
                                  const struct slot_gate *gates, vec x)
{
    vec inputs = gather_inputs(labels, gates);
    vec t = vec_xor(vec_load_bytes(tables), vec_even_to_odd(inputs));
    vec out = vec_xor(x, vec_sigma(inputs));

    out = vec_xor_and(out, vec_lsb_mask(inputs), t);
    store_folded(labels, gates, out);
}

VEC_INLINE void evaluate_group(block *labels, const uint8_t *tables, const struct slot_gate *gates,
                               const block *start, uint64_t number)
{
    vec x[4];

#pragma GCC unroll 4
    for (size_t j = 0; j < 4; j++) {
        x[j] = vec_sigma(gather_inputs(labels, &gates[VECTOR_ANDS * j]));
    }
    vec_aes_encrypt(x, NULL, vec_keys_start(start, 2 * number));
#pragma GCC unroll 4
    for (size_t j = 0; j < 4; j++) {
        finish_evaluation(labels, tables + VECTOR_ANDS * TABLE_LEN * j, &gates[VECTOR_ANDS * j],
                          x[j]);
    }
}

static __attribute__((noinline)) void evaluate_groups(block *labels, const uint8_t *tables,
                                                      const struct slot_gate *gates, size_t n,
                                                      const block *start, uint64_t first)
{
    for (size_t i = 0; i < n; i += GROUP) {
        evaluate_group(labels, tables + TABLE_LEN * i, gates + i, start, first + i);
    }
}

/* The words of the keys of a group, between two calls of expand. */
VEC_INLINE struct vec_keys load_words(const block *words)
{
    struct vec_keys k;

#pragma GCC unroll 4
    for (size_t w = 0; w < 4; w++) k.word[w] = vec_load(words + VEC_BLOCKS * w);
    return k;
}

VEC_INLINE void store_words(block *words, const struct vec_keys *k)
{
#pragma GCC unroll 4
    for (size_t w = 0; w < 4; w++) vec_store(words + VEC_BLOCKS * w, k->word[w]);
}

static void expand_groups(struct narrow_keys *keys, const block *start, uint64_t first, size_t from,
                          size_t to)
{
    for (size_t i = 0; i < 2 * N_NARROW; i += 2 * GROUP) {
        size_t place = narrow_place(first) + i;
        struct vec_keys k =
            from > 0 ? load_words(&keys->words[i]) : vec_keys_start(start, 2 * first + i);

        for (size_t round = from; round < to; round++) {
            if (round > 0) vec_keys_next(&k, round_constant(round));
            vec_keys_store(&keys->round[round][place], &k);
        }
        store_words(&keys->words[i], &k);
    }
}

#endif
