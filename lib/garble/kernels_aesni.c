/*
 * Half-gates with AES-NI. Sixteen registers are too few to keep key schedules beside the blocks:
 * round keys are written down for a few ANDs at a time, which the first-level cache bears well, and
 * then two ANDs are garbled, or four evaluated, at once.
 */
#include "garble/kernels.h"

#include "crypto/aes_aesni.h"

struct offset {
    __m128i delta, sigma; /* Delta and sigma(Delta) */
};

/* ------------------------------------------------------------------------------------- keys -- */

/* The round keys of keys number 'at' and on, side by side. */
AESNI_INLINE void store_round(block *keys, const struct aesni_keys *k)
{
    __m128i low = _mm_unpacklo_epi32(k->word[0], k->word[1]);
    __m128i high = _mm_unpacklo_epi32(k->word[2], k->word[3]);

    aesni_store(keys, _mm_unpacklo_epi64(low, high));
    aesni_store(keys + 1, _mm_unpackhi_epi64(low, high));
    low = _mm_unpackhi_epi32(k->word[0], k->word[1]);
    high = _mm_unpackhi_epi32(k->word[2], k->word[3]);
    aesni_store(keys + 2, _mm_unpacklo_epi64(low, high));
    aesni_store(keys + 3, _mm_unpackhi_epi64(low, high));
}

/* Keys of ANDs number first and on, two for each chain, from place 'at' on: one chain works while
 * the other waits. There are one or two of them, which is known when this is inlined. */
AESNI_INLINE void expand_chains(struct narrow_keys *keys, size_t at, const block *start,
                                uint64_t first, size_t n_chains)
{
    struct aesni_keys k[2];

#pragma GCC unroll 2
    for (size_t i = 0; i < n_chains; i++) {
        k[i] = aesni_keys_start(start, 2 * first + 4 * i);
        store_round(&keys->round[0][at + 4 * i], &k[i]);
    }
#pragma GCC unroll 10
    for (size_t round = 1; round < 11; round++) {
#pragma GCC unroll 2
        for (size_t i = 0; i < n_chains; i++) aesni_keys_next(&k[i], round_constant(round));
#pragma GCC unroll 2
        for (size_t i = 0; i < n_chains; i++) store_round(&keys->round[round][at + 4 * i], &k[i]);
    }
}

/* Four keys, between two calls of expand. */
AESNI_INLINE struct aesni_keys load_words(const block *words)
{
    struct aesni_keys k;

#pragma GCC unroll 4
    for (size_t w = 0; w < 4; w++) k.word[w] = aesni_load(words + w);
    return k;
}

AESNI_INLINE void store_words(block *words, const struct aesni_keys *k)
{
#pragma GCC unroll 4
    for (size_t w = 0; w < 4; w++) aesni_store(words + w, k->word[w]);
}

static void aesni_expand(struct narrow_keys *keys, const block *start, uint64_t first, size_t from,
                         size_t to)
{
    for (size_t i = 0; i < 2 * N_NARROW; i += 8) {
        size_t place = narrow_place(first) + i;
        struct aesni_keys k[2];

#pragma GCC unroll 2
        for (size_t c = 0; c < 2; c++)
            k[c] = from > 0 ? load_words(&keys->words[i + 4 * c])
                            : aesni_keys_start(start, 2 * first + i + 4 * c);
        for (size_t round = from; round < to; round++) {
#pragma GCC unroll 2
            for (size_t c = 0; c < 2; c++) {
                if (round > 0) aesni_keys_next(&k[c], round_constant(round));
                store_round(&keys->round[round][place + 4 * c], &k[c]);
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
AESNI_INLINE __m128i round_key(const struct narrow_keys *keys, size_t round, uint64_t number,
                               size_t side)
{
    return aesni_load(&keys->round[round][narrow_place(number) + side]);
}

/* sigma of both inputs, and the first step of AES. */
AESNI_INLINE void begin(__m128i *x, const block *labels, const struct slot_gate *gate,
                        const struct narrow_keys *keys, uint64_t number)
{
    x[0] = aesni_sigma(aesni_load(&labels[gate->a]));
    x[1] = aesni_sigma(aesni_load(&labels[gate->b]));
    x[0] = _mm_xor_si128(x[0], round_key(keys, 0, number, 0));
    x[1] = _mm_xor_si128(x[1], round_key(keys, 0, number, 1));
}

/* All rounds but the last, for both inputs of n ANDs: x[2 j] and x[2 j + 1], and y[] likewise
 * unless y is NULL. n and whether y is NULL are known when this is inlined. */
AESNI_INLINE void run_rounds(__m128i *x, __m128i *y, size_t n, const struct narrow_keys *keys,
                             uint64_t number)
{
#pragma GCC unroll 9
    for (size_t round = 1; round < 10; round++) {
#pragma GCC unroll 8
        for (size_t i = 0; i < 2 * n; i++) {
            __m128i key = round_key(keys, round, number + i / 2, i % 2);

            x[i] = _mm_aesenc_si128(x[i], key);
            if (y != NULL) y[i] = _mm_aesenc_si128(y[i], key);
        }
    }
}

/* ---------------------------------------------------------------------------------- garbling -- */

/* The last round adds what else the results are sums of along with the round key, since ANDs that
 * wait for this one wait for every step after it. */
AESNI_INLINE void finish_garbling(block *labels, uint8_t *table, const struct slot_gate *gate,
                                  const __m128i *x, const __m128i *y, struct offset offset,
                                  const struct narrow_keys *keys, uint64_t number)
{
    __m128i a = aesni_load(&labels[gate->a]), b = aesni_load(&labels[gate->b]);
    __m128i mask_a = aesni_lsb_mask(a), mask_b = aesni_lsb_mask(b);
    __m128i both = _mm_xor_si128(round_key(keys, 10, number, 0), round_key(keys, 10, number, 1));
    __m128i add = _mm_xor_si128(both, aesni_sigma(_mm_xor_si128(a, b)));
    __m128i add_g = _mm_xor_si128(offset.sigma, _mm_and_si128(mask_b, offset.delta));
    __m128i x_a = _mm_aesenclast_si128(x[0], add),
            x_b = _mm_aesenclast_si128(x[1], _mm_setzero_si128());
    __m128i t_g = _mm_xor_si128(x_a, _mm_aesenclast_si128(y[0], _mm_xor_si128(add, add_g)));
    __m128i t_e = _mm_xor_si128(x_b, _mm_aesenclast_si128(y[1], offset.sigma)); /* without A0 */
    __m128i chosen = _mm_xor_si128(_mm_and_si128(mask_a, t_g), _mm_and_si128(mask_b, t_e));

    _mm_storeu_si128((__m128i *)(void *)table, t_g);
    _mm_storeu_si128((__m128i *)(void *)(table + BLOCK_LEN), _mm_xor_si128(t_e, a));
    aesni_store(&labels[gate->out], _mm_xor_si128(_mm_xor_si128(x_a, x_b), chosen));
}

/* Garbles n ANDs; n is known when this is inlined. */
AESNI_INLINE void garble_some(block *labels, uint8_t *tables, const struct slot_gate *gates,
                              size_t n, struct offset offset, const struct narrow_keys *keys,
                              uint64_t number)
{
    __m128i x[4], y[4];

#pragma GCC unroll 2
    for (size_t j = 0; j < n; j++) begin(x + 2 * j, labels, &gates[j], keys, number + j);
#pragma GCC unroll 4
    for (size_t i = 0; i < 2 * n; i++) y[i] = _mm_xor_si128(x[i], offset.sigma);
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
    struct offset offset = {aesni_load(delta), aesni_sigma(aesni_load(delta))};
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
AESNI_INLINE void finish_evaluation(block *labels, const uint8_t *table,
                                    const struct slot_gate *gate, const __m128i *x,
                                    const struct narrow_keys *keys, uint64_t number)
{
    __m128i a = aesni_load(&labels[gate->a]), b = aesni_load(&labels[gate->b]);
    __m128i t_g = _mm_loadu_si128((const __m128i *)(const void *)table);
    __m128i t_e = _mm_loadu_si128((const __m128i *)(const void *)(table + BLOCK_LEN));
    __m128i add_a =
        _mm_xor_si128(round_key(keys, 10, number, 0), _mm_and_si128(aesni_lsb_mask(a), t_g));
    __m128i add_b = _mm_xor_si128(round_key(keys, 10, number, 1),
                                  _mm_and_si128(aesni_lsb_mask(b), _mm_xor_si128(t_e, a)));

    add_b = _mm_xor_si128(add_b, aesni_sigma(_mm_xor_si128(a, b)));
    aesni_store(&labels[gate->out], _mm_xor_si128(_mm_aesenclast_si128(x[0], add_a),
                                                  _mm_aesenclast_si128(x[1], add_b)));
}

/* Evaluates n ANDs; n is known when this is inlined. */
AESNI_INLINE void evaluate_some(block *labels, const uint8_t *tables, const struct slot_gate *gates,
                                size_t n, const struct narrow_keys *keys, uint64_t number)
{
    __m128i x[8];

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

/* ------------------------------------------------------------------------------------- lanes -- */

/* Labels of input a, then of input b, in 2 lanes. */
#define LANE_REGISTERS 2

AESNI_INLINE void load_lanes(__m128i *x, const block *labels)
{
#pragma GCC unroll 2
    for (size_t r = 0; r < LANE_REGISTERS; r++) x[r] = aesni_load(labels + r);
}

AESNI_INLINE void lanes_step(__m128i *x, size_t n, __m128i key, enum aesni_step step)
{
#pragma GCC unroll 4
    for (size_t r = 0; r < n; r++) x[r] = aesni_step(x[r], key, step);
}

/* Takes n registers of each input through AES under the keys of one AND. n is known when this is
 * inlined. */
AESNI_INLINE void encrypt_lanes(__m128i *a, __m128i *b, size_t n, const struct narrow_keys *keys,
                                size_t at)
{
#pragma GCC unroll 11
    for (size_t round = 0; round < 11; round++) {
        enum aesni_step step = round == 0 ? AESNI_WHITEN : (round < 10 ? AESNI_MIDDLE : AESNI_LAST);

        lanes_step(a, n, aesni_load(&keys->round[round][at]), step);
        lanes_step(b, n, aesni_load(&keys->round[round][at + 1]), step);
    }
}

AESNI_INLINE void garble_some_lanes(block *out, uint8_t *t_g, const block *in_a, const block *in_b,
                                    __m128i delta, const struct narrow_keys *keys, size_t at)
{
    __m128i a[LANE_REGISTERS], b[LANE_REGISTERS], x_a[2 * LANE_REGISTERS], x_b[2 * LANE_REGISTERS];
    const __m128i sigma_delta = aesni_sigma(delta);

    load_lanes(a, in_a);
    load_lanes(b, in_b);
#pragma GCC unroll 2
    for (size_t r = 0; r < LANE_REGISTERS; r++) {
        x_a[r] = aesni_sigma(a[r]);
        x_b[r] = aesni_sigma(b[r]);
        x_a[r + LANE_REGISTERS] = _mm_xor_si128(x_a[r], sigma_delta);
        x_b[r + LANE_REGISTERS] = _mm_xor_si128(x_b[r], sigma_delta);
    }
    encrypt_lanes(x_a, x_b, 2 * LANE_REGISTERS, keys, at);
    load_lanes(a, in_a);
    load_lanes(b, in_b);
#pragma GCC unroll 2
    for (size_t r = 0; r < LANE_REGISTERS; r++) {
        __m128i mask_a = aesni_lsb_mask(a[r]), mask_b = aesni_lsb_mask(b[r]);
        __m128i g = _mm_xor_si128(_mm_xor_si128(x_a[r], x_a[r + LANE_REGISTERS]), sigma_delta);
        __m128i e = _mm_xor_si128(_mm_xor_si128(x_b[r], x_b[r + LANE_REGISTERS]),
                                  sigma_delta); /* without A0 */
        __m128i c =
            _mm_xor_si128(_mm_xor_si128(x_a[r], x_b[r]), aesni_sigma(_mm_xor_si128(a[r], b[r])));

        g = _mm_xor_si128(g, _mm_and_si128(mask_b, delta));
        c = _mm_xor_si128(c, _mm_and_si128(mask_a, g));
        c = _mm_xor_si128(c, _mm_and_si128(mask_b, e));
        _mm_storeu_si128((__m128i *)(void *)(t_g + BLOCK_LEN * r), g);
        _mm_storeu_si128((__m128i *)(void *)(t_g + BLOCK_LEN * (N_LANES + r)),
                         _mm_xor_si128(e, a[r]));
        aesni_store(out + r, c);
    }
}

static void aesni_garble_lanes(block *labels, uint8_t *tables, const struct slot_gate *gates,
                               size_t n, const block *delta, const struct narrow_keys *keys,
                               uint64_t first)
{
    __m128i offset = aesni_load(delta);

    for (size_t i = 0; i < n; i++) {
        for (size_t lane = 0; lane < N_LANES; lane += 1 * LANE_REGISTERS)
            garble_some_lanes(&labels[N_LANES * (size_t)gates[i].out + lane],
                              tables + N_LANES * TABLE_LEN * i + BLOCK_LEN * lane,
                              &labels[N_LANES * (size_t)gates[i].a + lane],
                              &labels[N_LANES * (size_t)gates[i].b + lane], offset, keys,
                              narrow_place(first + i));
    }
}

AESNI_INLINE void evaluate_some_lanes(block *out, const uint8_t *t_g, const block *in_a,
                                      const block *in_b, const struct narrow_keys *keys, size_t at)
{
    __m128i a[LANE_REGISTERS], b[LANE_REGISTERS], x_a[LANE_REGISTERS], x_b[LANE_REGISTERS];

    load_lanes(a, in_a);
    load_lanes(b, in_b);
#pragma GCC unroll 2
    for (size_t r = 0; r < LANE_REGISTERS; r++) {
        x_a[r] = aesni_sigma(a[r]);
        x_b[r] = aesni_sigma(b[r]);
    }
    encrypt_lanes(x_a, x_b, LANE_REGISTERS, keys, at);
#pragma GCC unroll 2
    for (size_t r = 0; r < LANE_REGISTERS; r++) {
        __m128i g = _mm_loadu_si128((const __m128i *)(const void *)(t_g + BLOCK_LEN * r));
        __m128i e =
            _mm_loadu_si128((const __m128i *)(const void *)(t_g + BLOCK_LEN * (N_LANES + r)));
        __m128i c =
            _mm_xor_si128(_mm_xor_si128(x_a[r], x_b[r]), aesni_sigma(_mm_xor_si128(a[r], b[r])));

        c = _mm_xor_si128(c, _mm_and_si128(aesni_lsb_mask(a[r]), g));
        c = _mm_xor_si128(c, _mm_and_si128(aesni_lsb_mask(b[r]), _mm_xor_si128(e, a[r])));
        aesni_store(out + r, c);
    }
}

static void aesni_evaluate_lanes(block *labels, const uint8_t *tables,
                                 const struct slot_gate *gates, size_t n,
                                 const struct narrow_keys *keys, uint64_t first)
{
    for (size_t i = 0; i < n; i++) {
        for (size_t lane = 0; lane < N_LANES; lane += 1 * LANE_REGISTERS)
            evaluate_some_lanes(&labels[N_LANES * (size_t)gates[i].out + lane],
                                tables + N_LANES * TABLE_LEN * i + BLOCK_LEN * lane,
                                &labels[N_LANES * (size_t)gates[i].a + lane],
                                &labels[N_LANES * (size_t)gates[i].b + lane], keys,
                                narrow_place(first + i));
    }
}

static void aesni_xor_lanes(block *labels, const struct slot_gate *gates, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const block *a = &labels[N_LANES * (size_t)gates[i].a];
        const block *b = &labels[N_LANES * (size_t)gates[i].b];
        block *out = &labels[N_LANES * (size_t)gates[i].out];

        for (size_t lane = 0; lane < N_LANES; lane += 1)
            aesni_store(out + lane, _mm_xor_si128(aesni_load(a + lane), aesni_load(b + lane)));
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
    .garble_lanes = aesni_garble_lanes,
    .evaluate_lanes = aesni_evaluate_lanes,
    .xor_lanes = aesni_xor_lanes,
    .take_colours = aesni_take_colours,
    .put_colours = aesni_put_colours,
};
