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
};
