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

/* The round keys of keys number 'at' and on, side by side. */
AESNI_INLINE void store_round(block *keys, const struct aesni_keys *k)
{
    __m128i low = _mm_unpacklo_epi32(k->word[0], k->word[1]);
    __m128i high = _mm_unpacklo_epi32(k->word[2], k->word[3]);
    const size_t step = sizeof(__m128i) / BLOCK_LEN;

    aesni_store(keys, _mm_unpacklo_epi64(low, high));
    aesni_store(keys + step, _mm_unpackhi_epi64(low, high));
    low = _mm_unpackhi_epi32(k->word[0], k->word[1]);
    high = _mm_unpackhi_epi32(k->word[2], k->word[3]);
    aesni_store(keys + 2 * step, _mm_unpacklo_epi64(low, high));
    aesni_store(keys + 3 * step, _mm_unpackhi_epi64(low, high));
}

static void aesni_expand(struct narrow_keys *keys, const block *start, uint64_t first)
{
    static const int constants[] = {0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0x1b, 0x36};

    for (size_t at = 0; at < 2 * N_NARROW; at += 4) {
        struct aesni_keys k = aesni_keys_start(start, 2 * first + at);

        store_round(&keys->round[0][at], &k);
        for (size_t i = 0; i < 10; i++) {
            aesni_keys_next(&k, constants[i]);
            store_round(&keys->round[i + 1][at], &k);
        }
    }
    keys->start = *start;
    keys->first = first;
}

/* Takes x[0] and x[1], and y[0] and y[1] unless y is NULL, through AES under the keys of inputs a
 * and b of the AND that stands at 'at'. Whether y is NULL is known when this is inlined. */
AESNI_INLINE void encrypt_narrow(__m128i *x, __m128i *y, const struct narrow_keys *keys, size_t at)
{
#pragma GCC unroll 11
    for (size_t round = 0; round < 11; round++) {
        enum aesni_step step = round == 0 ? AESNI_WHITEN : (round < 10 ? AESNI_MIDDLE : AESNI_LAST);

#pragma GCC unroll 2
        for (size_t side = 0; side < 2; side++) {
            __m128i key = aesni_load(&keys->round[round][2 * at + side]);

            x[side] = aesni_step(x[side], key, step);
            if (y != NULL) y[side] = aesni_step(y[side], key, step);
        }
    }
}

static void aesni_garble_narrow(block *labels, uint8_t *tables, const struct slot_gate *gates,
                                size_t n, const block *delta, const struct narrow_keys *keys,
                                uint64_t first)
{
    struct offset offset = {aesni_load(delta), aesni_sigma(aesni_load(delta))};

    for (size_t i = 0; i < n; i++) {
        __m128i x[2], y[2];

        x[0] = aesni_sigma(aesni_load(&labels[gates[i].a]));
        x[1] = aesni_sigma(aesni_load(&labels[gates[i].b]));
        y[0] = _mm_xor_si128(x[0], offset.sigma);
        y[1] = _mm_xor_si128(x[1], offset.sigma);
        encrypt_narrow(x, y, keys, (size_t)(first - keys->first) + i);
        finish_garbling(labels, tables + TABLE_LEN * i, &gates[i], x, y, offset);
    }
}

static void aesni_evaluate_narrow(block *labels, const uint8_t *tables,
                                  const struct slot_gate *gates, size_t n,
                                  const struct narrow_keys *keys, uint64_t first)
{
    for (size_t i = 0; i < n; i++) {
        __m128i x[2];

        x[0] = aesni_sigma(aesni_load(&labels[gates[i].a]));
        x[1] = aesni_sigma(aesni_load(&labels[gates[i].b]));
        encrypt_narrow(x, NULL, keys, (size_t)(first - keys->first) + i);
        finish_evaluation(labels, tables + TABLE_LEN * i, &gates[i], x);
    }
}

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

        lanes_step(a, n, aesni_load(&keys->round[round][2 * at]), step);
        lanes_step(b, n, aesni_load(&keys->round[round][2 * at + 1]), step);
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
                              (size_t)(first - keys->first) + i);
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
                                (size_t)(first - keys->first) + i);
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
};
