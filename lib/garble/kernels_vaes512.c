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

static void vaes512_expand(struct narrow_keys *keys, const block *start, uint64_t first)
{
    static const int constants[] = {0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0x1b, 0x36};

    for (size_t at = 0; at < 2 * N_NARROW; at += 16) {
        struct vaes512_keys k = vaes512_keys_start(start, 2 * first + at);

        store_round(&keys->round[0][at], &k);
        for (size_t i = 0; i < 10; i++) {
            vaes512_keys_next(&k, constants[i]);
            store_round(&keys->round[i + 1][at], &k);
        }
    }
    keys->start = *start;
    keys->first = first;
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

const struct garble_kernels garble_kernels_vaes512 = {
    .isa = CPU_VAES512,
    .garble = vaes512_garble,
    .evaluate = vaes512_evaluate,
    .expand = vaes512_expand,
    .garble_narrow = vaes512_garble_narrow,
    .evaluate_narrow = vaes512_evaluate_narrow,
};
