/*
 * Half-gates with VAES on 256-bit registers, four ANDs at a time; what is left goes to the AES-NI
 * kernels.
 */
#include "garble/kernels.h"

#include "crypto/vec256.h"

#include "garble/lanes.h"

VEC_INLINE vec gather_inputs(const block *labels, const struct slot_gate *gates)
{
    return vec_gather(&labels[gates[0].a], &labels[gates[0].b]);
}

VEC_INLINE void store_folded(block *labels, const struct slot_gate *gates, vec x)
{
    __m128i folded = _mm_xor_si128(_mm256_castsi256_si128(x), _mm256_extracti128_si256(x, 1));

    _mm_store_si128((__m128i *)(void *)&labels[gates[0].out], folded);
}

#include "garble/groups.h"

static void vaes256_garble(block *labels, uint8_t *tables, const struct slot_gate *gates, size_t n,
                           const block *delta, const block *start, uint64_t first)
{
    size_t whole = n - n % GROUP;

    if (whole > 0) garble_groups(labels, tables, gates, whole, delta, start, first);
    if (whole == n) return;
    garble_kernels_aesni.garble(labels, tables + TABLE_LEN * whole, gates + whole, n - whole, delta,
                                start, first + whole);
}

static void vaes256_evaluate(block *labels, const uint8_t *tables, const struct slot_gate *gates,
                             size_t n, const block *start, uint64_t first)
{
    size_t whole = n - n % GROUP;

    if (whole > 0) evaluate_groups(labels, tables, gates, whole, start, first);
    if (whole == n) return;
    garble_kernels_aesni.evaluate(labels, tables + TABLE_LEN * whole, gates + whole, n - whole,
                                  start, first + whole);
}

/* For one AND the way into a 256-bit register and out of it is longer than what it saves. */
static bool is_short(size_t n)
{
    return n == 1;
}

/* The round keys of one AND: of input a in the low half, of input b in the high one. */
VEC_INLINE vec narrow_key(const struct narrow_keys *keys, size_t round, size_t at)
{
    return vec_load(&keys->round[round][at]);
}

static void vaes256_garble_narrow(block *labels, uint8_t *tables, const struct slot_gate *gates,
                                  size_t n, const block *delta, const struct narrow_keys *keys,
                                  uint64_t first)
{
    struct offset offset = offset_of(delta);

    if (is_short(n)) {
        garble_kernels_aesni.garble_narrow(labels, tables, gates, n, delta, keys, first);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        size_t at = narrow_place(first + i);
        vec x = vec_sigma(gather_inputs(labels, &gates[i])), y, key;

        x = vec_xor(x, narrow_key(keys, 0, at));
        y = vec_xor(x, offset.sigma);
#pragma GCC unroll 9
        for (size_t round = 1; round < 10; round++) {
            key = narrow_key(keys, round, at);
            x = vec_aesenc(x, key);
            y = vec_aesenc(y, key);
        }
        key = narrow_key(keys, 10, at);
        x = vec_aesenclast(x, key);
        y = vec_aesenclast(y, key);
        finish_garbling(labels, tables + TABLE_LEN * i, &gates[i], x, y, offset);
    }
}

static void vaes256_evaluate_narrow(block *labels, const uint8_t *tables,
                                    const struct slot_gate *gates, size_t n,
                                    const struct narrow_keys *keys, uint64_t first)
{
    if (is_short(n)) {
        garble_kernels_aesni.evaluate_narrow(labels, tables, gates, n, keys, first);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        size_t at = narrow_place(first + i);
        vec x = vec_sigma(gather_inputs(labels, &gates[i]));

        x = vec_xor(x, narrow_key(keys, 0, at));
#pragma GCC unroll 9
        for (size_t round = 1; round < 10; round++) x = vec_aesenc(x, narrow_key(keys, round, at));
        x = vec_aesenclast(x, narrow_key(keys, 10, at));
        finish_evaluation(labels, tables + TABLE_LEN * i, &gates[i], x);
    }
}

static void vaes256_take_colours(uint8_t *colours, const block *labels, size_t n)
{
    garble_kernels_portable.take_colours(colours, labels, n);
}

static void vaes256_put_colours(block *labels, const uint8_t *colours, size_t n)
{
    garble_kernels_portable.put_colours(labels, colours, n);
}

const struct garble_kernels garble_kernels_vaes256 = {
    .isa = CPU_VAES256,
    .garble = vaes256_garble,
    .evaluate = vaes256_evaluate,
    .expand = expand_groups,
    .garble_narrow = vaes256_garble_narrow,
    .evaluate_narrow = vaes256_evaluate_narrow,
    .garble_lanes = garble_lanes,
    .evaluate_lanes = evaluate_lanes,
    .xor_lanes = xor_lanes,
    .take_colours = vaes256_take_colours,
    .put_colours = vaes256_put_colours,
};
