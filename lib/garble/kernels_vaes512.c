/*
 * Half-gates with VAES on 512-bit registers, eight ANDs at a time; what is left goes to the 256-bit
 * kernels. A register holds two ANDs: in lanes 0 and 2 what belongs to their inputs a, in lanes 1
 * and 3 what belongs to their inputs b, so that T_G and T_E come out side by side.
 */
#include "garble/kernels.h"

#include "crypto/aes_vaes512.h"

#define GROUP 8

struct offset {
    __m512i delta; /* Delta in the lanes of inputs a, zero in the others */
    __m512i sigma; /* sigma(Delta) in all */
};

/* Of gates[0] and gates[1]. */
VAES512_INLINE __m512i gather_inputs(const block *labels, const struct slot_gate *gates)
{
    return vaes512_gather(&labels[gates[0].a], &labels[gates[0].b], &labels[gates[1].a],
                          &labels[gates[1].b]);
}

VAES512_INLINE __m512i swap_lanes(__m512i x)
{
    return _mm512_permutex_epi64(x, 0x4e);
}

/* A in the lanes of inputs b, zero in the others. */
VAES512_INLINE __m512i a_for_t_e(__m512i inputs)
{
    return _mm512_maskz_permutex_epi64(0xcc, inputs, 0x4e);
}

VAES512_INLINE void store_folded(block *labels, const struct slot_gate *gates, __m512i x)
{
    __m512i folded = _mm512_xor_si512(x, swap_lanes(x));

    _mm_store_si128((__m128i *)(void *)&labels[gates[0].out], _mm512_castsi512_si128(folded));
    _mm_store_si128((__m128i *)(void *)&labels[gates[1].out], _mm512_extracti64x2_epi64(folded, 2));
}

/* x and y: AES of sigma of the zero-labels and of the one-labels. */
VAES512_INLINE void finish_garbling(block *labels, uint8_t *tables, const struct slot_gate *gates,
                                    __m512i x, __m512i y, struct offset offset)
{
    __m512i inputs = gather_inputs(labels, gates);
    __m512i mask = vaes512_lsb_mask(inputs);
    __m512i t = _mm512_ternarylogic_epi64(x, y, offset.sigma, TERNARY_XOR3); /* T_E without A0 */
    __m512i out = _mm512_xor_si512(x, vaes512_sigma(inputs));

    t = _mm512_ternarylogic_epi64(t, swap_lanes(mask), offset.delta, TERNARY_XOR_AND);
    out = _mm512_ternarylogic_epi64(out, mask, t, TERNARY_XOR_AND);
    vaes512_store(tables, _mm512_xor_si512(t, a_for_t_e(inputs)));
    store_folded(labels, gates, out);
}

VAES512_INLINE void garble_group(block *labels, uint8_t *tables, const struct slot_gate *gates,
                                 struct offset offset, const block *start, uint64_t number)
{
    __m512i x[GROUP / 2], y[GROUP / 2];

#pragma GCC unroll 4
    for (int j = 0; j < GROUP / 2; j++) {
        x[j] = vaes512_sigma(gather_inputs(labels, &gates[2 * j]));
        y[j] = _mm512_xor_si512(x[j], offset.sigma);
    }
    vaes512_encrypt(x, y, vaes512_keys_start(start, 2 * number));
#pragma GCC unroll 4
    for (int j = 0; j < GROUP / 2; j++) {
        finish_garbling(labels, tables + 2 * TABLE_LEN * j, &gates[2 * j], x[j], y[j], offset);
    }
}

/* n is a multiple of GROUP. Apart, so that a call for fewer does not pay for the set-up. */
static __attribute__((noinline)) void garble_groups(block *labels, uint8_t *tables,
                                                    const struct slot_gate *gates, size_t n,
                                                    const block *delta, const block *start,
                                                    uint64_t first)
{
    __m512i all = vaes512_broadcast(delta);
    struct offset offset = {_mm512_maskz_mov_epi64(0x33, all), vaes512_sigma(all)};

    for (size_t i = 0; i < n; i += GROUP) {
        garble_group(labels, tables + TABLE_LEN * i, gates + i, offset, start, first + i);
    }
}

static void vaes512_garble(block *labels, uint8_t *tables, const struct slot_gate *gates, size_t n,
                           const block *delta, const block *start, uint64_t first)
{
    size_t whole = n - n % GROUP;

    if (whole > 0) garble_groups(labels, tables, gates, whole, delta, start, first);
    if (whole == n) return;
    garble_kernels_vaes256.garble(labels, tables + TABLE_LEN * whole, gates + whole, n - whole,
                                  delta, start, first + whole);
}

/* x: AES of sigma of the active labels. */
VAES512_INLINE void finish_evaluation(block *labels, const uint8_t *tables,
                                      const struct slot_gate *gates, __m512i x)
{
    __m512i inputs = gather_inputs(labels, gates);
    __m512i t = _mm512_xor_si512(vaes512_load(tables), a_for_t_e(inputs));
    __m512i out = _mm512_xor_si512(x, vaes512_sigma(inputs));

    out = _mm512_ternarylogic_epi64(out, vaes512_lsb_mask(inputs), t, TERNARY_XOR_AND);
    store_folded(labels, gates, out);
}

VAES512_INLINE void evaluate_group(block *labels, const uint8_t *tables,
                                   const struct slot_gate *gates, const block *start,
                                   uint64_t number)
{
    __m512i x[GROUP / 2];

#pragma GCC unroll 4
    for (int j = 0; j < GROUP / 2; j++) {
        x[j] = vaes512_sigma(gather_inputs(labels, &gates[2 * j]));
    }
    vaes512_encrypt(x, NULL, vaes512_keys_start(start, 2 * number));
#pragma GCC unroll 4
    for (int j = 0; j < GROUP / 2; j++) {
        finish_evaluation(labels, tables + 2 * TABLE_LEN * j, &gates[2 * j], x[j]);
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

static void vaes512_evaluate(block *labels, const uint8_t *tables, const struct slot_gate *gates,
                             size_t n, const block *start, uint64_t first)
{
    size_t whole = n - n % GROUP;

    if (whole > 0) evaluate_groups(labels, tables, gates, whole, start, first);
    if (whole == n) return;
    garble_kernels_vaes256.evaluate(labels, tables + TABLE_LEN * whole, gates + whole, n - whole,
                                    start, first + whole);
}

/* The round keys of keys number 'at' and on, side by side. */
VAES512_INLINE void store_round(block *keys, const struct vaes512_keys *k)
{
    __m512i low = _mm512_unpacklo_epi32(k->word[0], k->word[1]);
    __m512i high = _mm512_unpacklo_epi32(k->word[2], k->word[3]);
    const size_t step = sizeof(__m512i) / BLOCK_LEN;

    vaes512_store(keys, _mm512_unpacklo_epi64(low, high));
    vaes512_store(keys + step, _mm512_unpackhi_epi64(low, high));
    low = _mm512_unpackhi_epi32(k->word[0], k->word[1]);
    high = _mm512_unpackhi_epi32(k->word[2], k->word[3]);
    vaes512_store(keys + 2 * step, _mm512_unpacklo_epi64(low, high));
    vaes512_store(keys + 3 * step, _mm512_unpackhi_epi64(low, high));
}

/* The words of all keys of a group, between two calls of expand. */
VAES512_INLINE struct vaes512_keys load_words(const struct narrow_keys *keys)
{
    struct vaes512_keys k;

#pragma GCC unroll 4
    for (size_t w = 0; w < 4; w++) k.word[w] = vaes512_load(&keys->words[4 * w]);
    return k;
}

VAES512_INLINE void store_words(struct narrow_keys *keys, const struct vaes512_keys *k)
{
#pragma GCC unroll 4
    for (size_t w = 0; w < 4; w++) vaes512_store(&keys->words[4 * w], k->word[w]);
}

static void vaes512_expand(struct narrow_keys *keys, const block *start, uint64_t first,
                           size_t from, size_t to)
{
    size_t place = narrow_place(first);
    struct vaes512_keys k = from > 0 ? load_words(keys) : vaes512_keys_start(start, 2 * first);

    for (size_t round = from; round < to; round++) {
        if (round > 0) vaes512_keys_next(&k, round_constant(round));
        store_round(&keys->round[round][place], &k);
    }
    store_words(keys, &k);
}

/* A single AND fills no more than a 256-bit register. */
static void vaes512_garble_narrow(block *labels, uint8_t *tables, const struct slot_gate *gates,
                                  size_t n, const block *delta, const struct narrow_keys *keys,
                                  uint64_t first)
{
    garble_kernels_vaes256.garble_narrow(labels, tables, gates, n, delta, keys, first);
}

static void vaes512_evaluate_narrow(block *labels, const uint8_t *tables,
                                    const struct slot_gate *gates, size_t n,
                                    const struct narrow_keys *keys, uint64_t first)
{
    garble_kernels_vaes256.evaluate_narrow(labels, tables, gates, n, keys, first);
}

/* Labels of input a, then of input b, in 8 lanes. */
#define LANE_REGISTERS 2

VAES512_INLINE void load_lanes(__m512i *x, const block *labels)
{
#pragma GCC unroll 2
    for (size_t r = 0; r < LANE_REGISTERS; r++) x[r] = vaes512_load(labels + 4 * r);
}

VAES512_INLINE void lanes_step(__m512i *x, size_t n, __m512i key, enum vaes512_step step)
{
#pragma GCC unroll 4
    for (size_t r = 0; r < n; r++) x[r] = vaes512_step(x[r], key, step);
}

/* Takes n registers of each input through AES under the keys of one AND. n is known when this is
 * inlined. */
VAES512_INLINE void encrypt_lanes(__m512i *a, __m512i *b, size_t n, const struct narrow_keys *keys,
                                  size_t at)
{
#pragma GCC unroll 11
    for (size_t round = 0; round < 11; round++) {
        enum vaes512_step step =
            round == 0 ? VAES512_WHITEN : (round < 10 ? VAES512_MIDDLE : VAES512_LAST);

        lanes_step(a, n, vaes512_broadcast(&keys->round[round][at]), step);
        lanes_step(b, n, vaes512_broadcast(&keys->round[round][at + 1]), step);
    }
}

VAES512_INLINE void garble_some_lanes(block *out, uint8_t *t_g, const block *in_a,
                                      const block *in_b, __m512i delta,
                                      const struct narrow_keys *keys, size_t at)
{
    __m512i a[LANE_REGISTERS], b[LANE_REGISTERS], x_a[2 * LANE_REGISTERS], x_b[2 * LANE_REGISTERS];
    const __m512i sigma_delta = vaes512_sigma(delta);

    load_lanes(a, in_a);
    load_lanes(b, in_b);
#pragma GCC unroll 2
    for (size_t r = 0; r < LANE_REGISTERS; r++) {
        x_a[r] = vaes512_sigma(a[r]);
        x_b[r] = vaes512_sigma(b[r]);
        x_a[r + LANE_REGISTERS] = _mm512_xor_si512(x_a[r], sigma_delta);
        x_b[r + LANE_REGISTERS] = _mm512_xor_si512(x_b[r], sigma_delta);
    }
    encrypt_lanes(x_a, x_b, 2 * LANE_REGISTERS, keys, at);
    load_lanes(a, in_a);
    load_lanes(b, in_b);
#pragma GCC unroll 2
    for (size_t r = 0; r < LANE_REGISTERS; r++) {
        __m512i mask_a = vaes512_lsb_mask(a[r]), mask_b = vaes512_lsb_mask(b[r]);
        __m512i g =
            _mm512_xor_si512(_mm512_xor_si512(x_a[r], x_a[r + LANE_REGISTERS]), sigma_delta);
        __m512i e = _mm512_xor_si512(_mm512_xor_si512(x_b[r], x_b[r + LANE_REGISTERS]),
                                     sigma_delta); /* without A0 */
        __m512i c = _mm512_xor_si512(_mm512_xor_si512(x_a[r], x_b[r]),
                                     vaes512_sigma(_mm512_xor_si512(a[r], b[r])));

        g = _mm512_xor_si512(g, _mm512_and_si512(mask_b, delta));
        c = _mm512_xor_si512(c, _mm512_and_si512(mask_a, g));
        c = _mm512_xor_si512(c, _mm512_and_si512(mask_b, e));
        vaes512_store(t_g + 4 * BLOCK_LEN * r, g);
        vaes512_store(t_g + BLOCK_LEN * (N_LANES + 4 * r), _mm512_xor_si512(e, a[r]));
        vaes512_store(out + 4 * r, c);
    }
}

static void vaes512_garble_lanes(block *labels, uint8_t *tables, const struct slot_gate *gates,
                                 size_t n, const block *delta, const struct narrow_keys *keys,
                                 uint64_t first)
{
    __m512i offset = vaes512_broadcast(delta);

    for (size_t i = 0; i < n; i++) {
        for (size_t lane = 0; lane < N_LANES; lane += 4 * LANE_REGISTERS)
            garble_some_lanes(&labels[N_LANES * (size_t)gates[i].out + lane],
                              tables + N_LANES * TABLE_LEN * i + BLOCK_LEN * lane,
                              &labels[N_LANES * (size_t)gates[i].a + lane],
                              &labels[N_LANES * (size_t)gates[i].b + lane], offset, keys,
                              narrow_place(first + i));
    }
}

VAES512_INLINE void evaluate_some_lanes(block *out, const uint8_t *t_g, const block *in_a,
                                        const block *in_b, const struct narrow_keys *keys,
                                        size_t at)
{
    __m512i a[LANE_REGISTERS], b[LANE_REGISTERS], x_a[LANE_REGISTERS], x_b[LANE_REGISTERS];

    load_lanes(a, in_a);
    load_lanes(b, in_b);
#pragma GCC unroll 2
    for (size_t r = 0; r < LANE_REGISTERS; r++) {
        x_a[r] = vaes512_sigma(a[r]);
        x_b[r] = vaes512_sigma(b[r]);
    }
    encrypt_lanes(x_a, x_b, LANE_REGISTERS, keys, at);
#pragma GCC unroll 2
    for (size_t r = 0; r < LANE_REGISTERS; r++) {
        __m512i g = vaes512_load(t_g + 4 * BLOCK_LEN * r);
        __m512i e = vaes512_load(t_g + BLOCK_LEN * (N_LANES + 4 * r));
        __m512i c = _mm512_xor_si512(_mm512_xor_si512(x_a[r], x_b[r]),
                                     vaes512_sigma(_mm512_xor_si512(a[r], b[r])));

        c = _mm512_xor_si512(c, _mm512_and_si512(vaes512_lsb_mask(a[r]), g));
        c = _mm512_xor_si512(c,
                             _mm512_and_si512(vaes512_lsb_mask(b[r]), _mm512_xor_si512(e, a[r])));
        vaes512_store(out + 4 * r, c);
    }
}

static void vaes512_evaluate_lanes(block *labels, const uint8_t *tables,
                                   const struct slot_gate *gates, size_t n,
                                   const struct narrow_keys *keys, uint64_t first)
{
    for (size_t i = 0; i < n; i++) {
        for (size_t lane = 0; lane < N_LANES; lane += 4 * LANE_REGISTERS)
            evaluate_some_lanes(&labels[N_LANES * (size_t)gates[i].out + lane],
                                tables + N_LANES * TABLE_LEN * i + BLOCK_LEN * lane,
                                &labels[N_LANES * (size_t)gates[i].a + lane],
                                &labels[N_LANES * (size_t)gates[i].b + lane], keys,
                                narrow_place(first + i));
    }
}

static void vaes512_xor_lanes(block *labels, const struct slot_gate *gates, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const block *a = &labels[N_LANES * (size_t)gates[i].a];
        const block *b = &labels[N_LANES * (size_t)gates[i].b];
        block *out = &labels[N_LANES * (size_t)gates[i].out];

        for (size_t lane = 0; lane < N_LANES; lane += 4)
            vaes512_store(out + lane,
                          _mm512_xor_si512(vaes512_load(a + lane), vaes512_load(b + lane)));
    }
}

static void vaes512_take_colours(uint8_t *colours, const block *labels, size_t n)
{
    const __m512i low_halves = _mm512_setr_epi64(0, 2, 4, 6, 8, 10, 12, 14);
    const __m512i lowest = _mm512_set1_epi64(1);

    for (size_t k = 0; k < n; k++, labels += N_LANES) {
        __m512i x =
            _mm512_permutex2var_epi64(vaes512_load(labels), low_halves, vaes512_load(labels + 4));

        colours[k] = (uint8_t)_mm512_test_epi64_mask(x, lowest);
    }
}

static void vaes512_put_colours(block *labels, const uint8_t *colours, size_t n)
{
    const __m512i lanes = _mm512_setr_epi64(0, 0, 1, 0, 2, 0, 3, 0);
    const __m512i more_lanes = _mm512_setr_epi64(4, 0, 5, 0, 6, 0, 7, 0);
    const __m512i lowest = _mm512_setr_epi64(1, 0, 1, 0, 1, 0, 1, 0);

    for (size_t k = 0; k < n; k++, labels += N_LANES) {
        __m512i bits = _mm512_set1_epi64(colours[k]);

        vaes512_store(labels, _mm512_and_si512(_mm512_srlv_epi64(bits, lanes), lowest));
        vaes512_store(labels + 4, _mm512_and_si512(_mm512_srlv_epi64(bits, more_lanes), lowest));
    }
}

const struct garble_kernels garble_kernels_vaes512 = {
    .isa = CPU_VAES512,
    .garble = vaes512_garble,
    .evaluate = vaes512_evaluate,
    .expand = vaes512_expand,
    .garble_narrow = vaes512_garble_narrow,
    .evaluate_narrow = vaes512_evaluate_narrow,
    .garble_lanes = vaes512_garble_lanes,
    .evaluate_lanes = vaes512_evaluate_lanes,
    .xor_lanes = vaes512_xor_lanes,
    .take_colours = vaes512_take_colours,
    .put_colours = vaes512_put_colours,
};
