/*
 * Half-gates with AES-NI. Sixteen registers are too few to keep key schedules beside the blocks:
 * round keys are written down for a few ANDs at a time, which the first-level cache bears well, and
 * then two ANDs are garbled, or four evaluated, at once.
 */
#include "garble/kernels.h"

#include "crypto/vec128.h"

#include "garble/lanes.h"

struct offset {
    vec delta, sigma; /* Delta and sigma(Delta) */
};

/* ------------------------------------------------------------------------------------- keys -- */

/* Keys of ANDs number first and on, two for each chain, from place 'at' on: one chain works while
 * the other waits. There are one or two of them, which is known when this is inlined. */
VEC_INLINE void expand_chains(struct narrow_keys *keys, size_t at, const block *start,
                              uint64_t first, size_t n_chains)
{
    struct vec_keys k[2];

#pragma GCC unroll 2
    for (size_t i = 0; i < n_chains; i++) {
        k[i] = vec_keys_start(start, 2 * first + 4 * i);
        vec_keys_store(&keys->round[0][at + 4 * i], &k[i]);
    }
#pragma GCC unroll 10
    for (size_t round = 1; round < 11; round++) {
#pragma GCC unroll 2
        for (size_t i = 0; i < n_chains; i++) vec_keys_next(&k[i], round_constant(round));
#pragma GCC unroll 2
        for (size_t i = 0; i < n_chains; i++)
            vec_keys_store(&keys->round[round][at + 4 * i], &k[i]);
    }
}

/* Four keys, between two calls of expand. */
VEC_INLINE struct vec_keys load_words(const block *words)
{
    struct vec_keys k;

#pragma GCC unroll 4
    for (size_t w = 0; w < 4; w++) k.word[w] = vec_load(words + w);
    return k;
}

VEC_INLINE void store_words(block *words, const struct vec_keys *k)
{
#pragma GCC unroll 4
    for (size_t w = 0; w < 4; w++) vec_store(words + w, k->word[w]);
}

static void aesni_expand(struct narrow_keys *keys, const block *start, uint64_t first, size_t from,
                         size_t to)
{
    for (size_t i = 0; i < 2 * N_NARROW; i += 8) {
        size_t place = narrow_place(first) + i;
        struct vec_keys k[2];

#pragma GCC unroll 2
        for (size_t c = 0; c < 2; c++)
            k[c] = from > 0 ? load_words(&keys->words[i + 4 * c])
                            : vec_keys_start(start, 2 * first + i + 4 * c);
        for (size_t round = from; round < to; round++) {
#pragma GCC unroll 2
            for (size_t c = 0; c < 2; c++) {
                if (round > 0) vec_keys_next(&k[c], round_constant(round));
                vec_keys_store(&keys->round[round][place + 4 * c], &k[c]);
            }
        }
#pragma GCC unroll 2
        for (size_t c = 0; c < 2; c++) store_words(&keys->words[i + 4 * c], &k[c]);
    }
}

/* Whole schedules of n ANDs, N_NARROW at most, from the first place on. */
static void expand_some(struct narrow_keys *keys, const block *start, uint64_t first, size_t n)
{
    size_t i = 0;

    for (; i + 2 < n; i += 4) expand_chains(keys, 2 * i, start, first + i, 2);
    if (i < n) expand_chains(keys, 2 * i, start, first + i, 1);
}

/* ------------------------------------------------------------------------------------ rounds -- */

/* The key of input a, side 0, or b, side 1, of AND number 'number'. */
VEC_INLINE vec round_key(const struct narrow_keys *keys, size_t round, uint64_t number, size_t side)
{
    return vec_load(&keys->round[round][narrow_place(number) + side]);
}

/* sigma of both inputs, and the first step of AES. */
VEC_INLINE void begin(vec *x, const block *labels, const struct slot_gate *gate,
                      const struct narrow_keys *keys, uint64_t number)
{
    x[0] = vec_sigma(vec_load(&labels[gate->a]));
    x[1] = vec_sigma(vec_load(&labels[gate->b]));
    x[0] = vec_xor(x[0], round_key(keys, 0, number, 0));
    x[1] = vec_xor(x[1], round_key(keys, 0, number, 1));
}

/* All rounds but the last, for both inputs of n ANDs: x[2 j] and x[2 j + 1], and y[] likewise
 * unless y is NULL. n and whether y is NULL are known when this is inlined. */
VEC_INLINE void run_rounds(vec *x, vec *y, size_t n, const struct narrow_keys *keys,
                           uint64_t number)
{
#pragma GCC unroll 9
    for (size_t round = 1; round < 10; round++) {
#pragma GCC unroll 8
        for (size_t i = 0; i < 2 * n; i++) {
            vec key = round_key(keys, round, number + i / 2, i % 2);

            x[i] = vec_aesenc(x[i], key);
            if (y != NULL) y[i] = vec_aesenc(y[i], key);
        }
    }
}

/* ---------------------------------------------------------------------------------- garbling -- */

/* The last round adds what else the results are sums of along with the round key, since ANDs that
 * wait for this one wait for every step after it. */
VEC_INLINE void finish_garbling(block *labels, uint8_t *table, const struct slot_gate *gate,
                                const vec *x, const vec *y, struct offset offset,
                                const struct narrow_keys *keys, uint64_t number)
{
    vec a = vec_load(&labels[gate->a]), b = vec_load(&labels[gate->b]);
    vec mask_a = vec_lsb_mask(a), mask_b = vec_lsb_mask(b);
    vec both = vec_xor(round_key(keys, 10, number, 0), round_key(keys, 10, number, 1));
    vec add = vec_xor(both, vec_sigma(vec_xor(a, b)));
    vec add_g = vec_xor(offset.sigma, _mm_and_si128(mask_b, offset.delta));
    vec x_a = vec_aesenclast(x[0], add), x_b = vec_aesenclast(x[1], vec_zero());
    vec t_g = vec_xor(x_a, vec_aesenclast(y[0], vec_xor(add, add_g)));
    vec t_e = vec_xor(x_b, vec_aesenclast(y[1], offset.sigma)); /* without A0 */
    vec chosen = vec_xor(_mm_and_si128(mask_a, t_g), _mm_and_si128(mask_b, t_e));

    vec_store_bytes(table, t_g);
    vec_store_bytes(table + BLOCK_LEN, vec_xor(t_e, a));
    vec_store(&labels[gate->out], vec_xor(vec_xor(x_a, x_b), chosen));
}

/* Garbles n ANDs; n is known when this is inlined. */
VEC_INLINE void garble_some(block *labels, uint8_t *tables, const struct slot_gate *gates, size_t n,
                            struct offset offset, const struct narrow_keys *keys, uint64_t number)
{
    vec x[4], y[4];

#pragma GCC unroll 2
    for (size_t j = 0; j < n; j++) begin(x + 2 * j, labels, &gates[j], keys, number + j);
#pragma GCC unroll 4
    for (size_t i = 0; i < 2 * n; i++) y[i] = vec_xor(x[i], offset.sigma);
    run_rounds(x, y, n, keys, number);
#pragma GCC unroll 2
    for (size_t j = 0; j < n; j++)
        finish_garbling(labels, tables + TABLE_LEN * j, &gates[j], x + 2 * j, y + 2 * j, offset,
                        keys, number + j);
}

static void aesni_garble_narrow(block *labels, uint8_t *tables, const struct slot_gate *gates,
                                size_t n, const block *delta, const struct narrow_keys *keys,
                                uint64_t first)
{
    struct offset offset = {vec_load(delta), vec_sigma(vec_load(delta))};
    size_t i = 0;

    for (; n - i >= 2; i += 2)
        garble_some(labels, tables + TABLE_LEN * i, gates + i, 2, offset, keys, first + i);
    if (i < n) garble_some(labels, tables + TABLE_LEN * i, gates + i, 1, offset, keys, first + i);
}

static void aesni_garble(block *labels, uint8_t *tables, const struct slot_gate *gates, size_t n,
                         const block *delta, const block *start, uint64_t first)
{
    struct narrow_keys keys;

    for (size_t i = 0; i < n; i += N_NARROW) {
        size_t len = n - i < N_NARROW ? n - i : N_NARROW;

        expand_some(&keys, start, first + i, len);
        aesni_garble_narrow(labels, tables + TABLE_LEN * i, gates + i, len, delta, &keys, 0);
    }
}

/* -------------------------------------------------------------------------------- evaluating -- */

/* As in finish_garbling(). */
VEC_INLINE void finish_evaluation(block *labels, const uint8_t *table, const struct slot_gate *gate,
                                  const vec *x, const struct narrow_keys *keys, uint64_t number)
{
    vec a = vec_load(&labels[gate->a]), b = vec_load(&labels[gate->b]);
    vec t_g = vec_load_bytes(table);
    vec t_e = vec_load_bytes(table + BLOCK_LEN);
    vec add_a = vec_xor(round_key(keys, 10, number, 0), _mm_and_si128(vec_lsb_mask(a), t_g));
    vec add_b =
        vec_xor(round_key(keys, 10, number, 1), _mm_and_si128(vec_lsb_mask(b), vec_xor(t_e, a)));

    add_b = vec_xor(add_b, vec_sigma(vec_xor(a, b)));
    vec_store(&labels[gate->out],
              vec_xor(vec_aesenclast(x[0], add_a), vec_aesenclast(x[1], add_b)));
}

/* Evaluates n ANDs; n is known when this is inlined. */
VEC_INLINE void evaluate_some(block *labels, const uint8_t *tables, const struct slot_gate *gates,
                              size_t n, const struct narrow_keys *keys, uint64_t number)
{
    vec x[8];

#pragma GCC unroll 4
    for (size_t j = 0; j < n; j++) begin(x + 2 * j, labels, &gates[j], keys, number + j);
    run_rounds(x, NULL, n, keys, number);
#pragma GCC unroll 4
    for (size_t j = 0; j < n; j++)
        finish_evaluation(labels, tables + TABLE_LEN * j, &gates[j], x + 2 * j, keys, number + j);
}

static void aesni_evaluate_narrow(block *labels, const uint8_t *tables,
                                  const struct slot_gate *gates, size_t n,
                                  const struct narrow_keys *keys, uint64_t first)
{
    size_t i = 0;

    for (; n - i >= 4; i += 4)
        evaluate_some(labels, tables + TABLE_LEN * i, gates + i, 4, keys, first + i);
    for (; n - i >= 2; i += 2)
        evaluate_some(labels, tables + TABLE_LEN * i, gates + i, 2, keys, first + i);
    if (i < n) evaluate_some(labels, tables + TABLE_LEN * i, gates + i, 1, keys, first + i);
}

static void aesni_evaluate(block *labels, const uint8_t *tables, const struct slot_gate *gates,
                           size_t n, const block *start, uint64_t first)
{
    struct narrow_keys keys;

    for (size_t i = 0; i < n; i += N_NARROW) {
        size_t len = n - i < N_NARROW ? n - i : N_NARROW;

        expand_some(&keys, start, first + i, len);
        aesni_evaluate_narrow(labels, tables + TABLE_LEN * i, gates + i, len, &keys, 0);
    }
}

static void aesni_take_colours(uint8_t *colours, const block *labels, size_t n)
{
    garble_kernels_portable.take_colours(colours, labels, n);
}

static void aesni_put_colours(block *labels, const uint8_t *colours, size_t n)
{
    garble_kernels_portable.put_colours(labels, colours, n);
}

const struct garble_kernels garble_kernels_aesni = {
    .isa = CPU_AESNI,
    .garble = aesni_garble,
    .evaluate = aesni_evaluate,
    .expand = aesni_expand,
    .garble_narrow = aesni_garble_narrow,
    .evaluate_narrow = aesni_evaluate_narrow,
    .garble_lanes = garble_lanes,
    .evaluate_lanes = evaluate_lanes,
    .xor_lanes = xor_lanes,
    .take_colours = aesni_take_colours,
    .put_colours = aesni_put_colours,
};
