/*
 * Half-gates with VAES on 512-bit registers, eight ANDs at a time; what is left goes to the 256-bit
 * kernels.
 */
#include "garble/kernels.h"

#include "crypto/vec512.h"

#include "garble/lanes.h"

VEC_INLINE vec gather_inputs(const block *labels, const struct slot_gate *gates)
{
    return vec_gather(&labels[gates[0].a], &labels[gates[0].b], &labels[gates[1].a],
                      &labels[gates[1].b]);
}

VEC_INLINE void store_folded(block *labels, const struct slot_gate *gates, vec x)
{
    vec folded = vec_xor(x, vec_swap_neighbours(x));

    _mm_store_si128((__m128i *)(void *)&labels[gates[0].out], _mm512_castsi512_si128(folded));
    _mm_store_si128((__m128i *)(void *)&labels[gates[1].out], _mm512_extracti64x2_epi64(folded, 2));
}

#include "garble/groups.h"

static void vaes512_garble(block *labels, uint8_t *tables, const struct slot_gate *gates, size_t n,
                           const block *delta, const block *start, uint64_t first)
{
    size_t whole = n - n % GROUP;

    if (whole > 0) garble_groups(labels, tables, gates, whole, delta, start, first);
    if (whole == n) return;
    garble_kernels_vaes256.garble(labels, tables + TABLE_LEN * whole, gates + whole, n - whole,
                                  delta, start, first + whole);
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

static void vaes512_take_colours(uint8_t *colours, const block *labels, size_t n)
{
    const vec low_halves = _mm512_setr_epi64(0, 2, 4, 6, 8, 10, 12, 14);
    const vec lowest = _mm512_set1_epi64(1);

    for (size_t k = 0; k < n; k++, labels += N_LANES) {
        vec x = _mm512_permutex2var_epi64(vec_load(labels), low_halves, vec_load(labels + 4));

        colours[k] = (uint8_t)_mm512_test_epi64_mask(x, lowest);
    }
}

static void vaes512_put_colours(block *labels, const uint8_t *colours, size_t n)
{
    const vec lanes = _mm512_setr_epi64(0, 0, 1, 0, 2, 0, 3, 0);
    const vec more_lanes = _mm512_setr_epi64(4, 0, 5, 0, 6, 0, 7, 0);
    const vec lowest = _mm512_setr_epi64(1, 0, 1, 0, 1, 0, 1, 0);

    for (size_t k = 0; k < n; k++, labels += N_LANES) {
        vec bits = _mm512_set1_epi64(colours[k]);

        vec_store(labels, _mm512_and_si512(_mm512_srlv_epi64(bits, lanes), lowest));
        vec_store(labels + 4, _mm512_and_si512(_mm512_srlv_epi64(bits, more_lanes), lowest));
    }
}

const struct garble_kernels garble_kernels_vaes512 = {
    .isa = CPU_VAES512,
    .garble = vaes512_garble,
    .evaluate = vaes512_evaluate,
    .expand = expand_groups,
    .garble_narrow = vaes512_garble_narrow,
    .evaluate_narrow = vaes512_evaluate_narrow,
    .garble_lanes = garble_lanes,
    .evaluate_lanes = evaluate_lanes,
    .xor_lanes = xor_lanes,
    .take_colours = vaes512_take_colours,
    .put_colours = vaes512_put_colours,
};
