/* Half-gates with AES-NI, two ANDs at a time: four keys and, for the garbler, eight blocks. */
#include "garble/kernels.h"

#include "crypto/aes_aesni.h"

struct offset {
    __m128i delta, sigma; /* Delta and sigma(Delta) */
};

/* x and y: AES(sigma(A0)), AES(sigma(B0)) and AES(sigma(A1)), AES(sigma(B1)). */
AESNI_INLINE void finish_garbling(block *labels, uint8_t *table, const struct slot_gate *gate,
                                  const __m128i *x, const __m128i *y, struct offset offset)
{
    __m128i a = aesni_load(&labels[gate->a]), b = aesni_load(&labels[gate->b]);
    __m128i mask_a = aesni_lsb_mask(a), mask_b = aesni_lsb_mask(b);
    __m128i t_g = _mm_xor_si128(_mm_xor_si128(x[0], y[0]), offset.sigma);
    __m128i t_e = _mm_xor_si128(_mm_xor_si128(x[1], y[1]), offset.sigma); /* still without A0 */
    __m128i out = _mm_xor_si128(_mm_xor_si128(x[0], x[1]), aesni_sigma(_mm_xor_si128(a, b)));

    t_g = _mm_xor_si128(t_g, _mm_and_si128(mask_b, offset.delta));
    out = _mm_xor_si128(out, _mm_and_si128(mask_a, t_g));
    out = _mm_xor_si128(out, _mm_and_si128(mask_b, t_e));
    _mm_storeu_si128((__m128i *)(void *)table, t_g);
    _mm_storeu_si128((__m128i *)(void *)(table + BLOCK_LEN), _mm_xor_si128(t_e, a));
    aesni_store(&labels[gate->out], out);
}

/* Garbles n ANDs, 1 or 2; known when this is inlined. */
AESNI_INLINE void garble_group(block *labels, uint8_t *tables, const struct slot_gate *gates, int n,
                               struct offset offset, const block *start, uint64_t number)
{
    __m128i x[4], y[4];

#pragma GCC unroll 2
    for (int j = 0; j < n; j++) {
        x[2 * j] = aesni_sigma(aesni_load(&labels[gates[j].a]));
        x[2 * j + 1] = aesni_sigma(aesni_load(&labels[gates[j].b]));
        y[2 * j] = _mm_xor_si128(x[2 * j], offset.sigma);
        y[2 * j + 1] = _mm_xor_si128(x[2 * j + 1], offset.sigma);
    }
    aesni_encrypt(x, y, aesni_keys_start(start, 2 * number), 2 * n);
#pragma GCC unroll 2
    for (int j = 0; j < n; j++) {
        finish_garbling(labels, tables + TABLE_LEN * j, &gates[j], x + 2 * j, y + 2 * j, offset);
    }
}

static void aesni_garble(block *labels, uint8_t *tables, const struct slot_gate *gates, size_t n,
                         const block *delta, const block *start, uint64_t first)
{
    struct offset offset = {aesni_load(delta), aesni_sigma(aesni_load(delta))};
    size_t i = 0;

    for (; n - i >= 2; i += 2) {
        garble_group(labels, tables + TABLE_LEN * i, gates + i, 2, offset, start, first + i);
    }
    if (i < n) {
        garble_group(labels, tables + TABLE_LEN * i, gates + i, 1, offset, start, first + i);
    }
}

/* x: AES(sigma(A)), AES(sigma(B)). */
AESNI_INLINE void finish_evaluation(block *labels, const uint8_t *table,
                                    const struct slot_gate *gate, const __m128i *x)
{
    __m128i a = aesni_load(&labels[gate->a]), b = aesni_load(&labels[gate->b]);
    __m128i t_g = _mm_loadu_si128((const __m128i *)(const void *)table);
    __m128i t_e = _mm_loadu_si128((const __m128i *)(const void *)(table + BLOCK_LEN));
    __m128i out = _mm_xor_si128(_mm_xor_si128(x[0], x[1]), aesni_sigma(_mm_xor_si128(a, b)));

    out = _mm_xor_si128(out, _mm_and_si128(aesni_lsb_mask(a), t_g));
    out = _mm_xor_si128(out, _mm_and_si128(aesni_lsb_mask(b), _mm_xor_si128(t_e, a)));
    aesni_store(&labels[gate->out], out);
}

AESNI_INLINE void evaluate_group(block *labels, const uint8_t *tables,
                                 const struct slot_gate *gates, int n, const block *start,
                                 uint64_t number)
{
    __m128i x[4];

#pragma GCC unroll 2
    for (int j = 0; j < n; j++) {
        x[2 * j] = aesni_sigma(aesni_load(&labels[gates[j].a]));
        x[2 * j + 1] = aesni_sigma(aesni_load(&labels[gates[j].b]));
    }
    aesni_encrypt(x, NULL, aesni_keys_start(start, 2 * number), 2 * n);
#pragma GCC unroll 2
    for (int j = 0; j < n; j++) {
        finish_evaluation(labels, tables + TABLE_LEN * j, &gates[j], x + 2 * j);
    }
}

static void aesni_evaluate(block *labels, const uint8_t *tables, const struct slot_gate *gates,
                           size_t n, const block *start, uint64_t first)
{
    size_t i = 0;

    for (; n - i >= 2; i += 2) {
        evaluate_group(labels, tables + TABLE_LEN * i, gates + i, 2, start, first + i);
    }
    if (i < n) evaluate_group(labels, tables + TABLE_LEN * i, gates + i, 1, start, first + i);
}

const struct garble_kernels garble_kernels_aesni = {
    .isa = CPU_AESNI,
    .garble = aesni_garble,
    .evaluate = aesni_evaluate,
};
