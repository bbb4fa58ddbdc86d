/*
 * Half-gates with VAES on 256-bit registers, four ANDs at a time; what is left goes to the AES-NI
 * kernels. A register holds what belongs to input a of an AND in its low half and what belongs to
 * input b in its high half, so that T_G and T_E come out side by side.
 */
#include "garble/kernels.h"

#include "crypto/aes_vaes256.h"

#define GROUP 4

struct offset {
    __m256i delta; /* Delta in the half of input a, zero in the other */
    __m256i sigma; /* sigma(Delta) in both */
};

VAES256_INLINE __m256i gather_inputs(const block *labels, const struct slot_gate *gate)
{
    return vaes256_gather(&labels[gate->a], &labels[gate->b]);
}

VAES256_INLINE __m256i swap_halves(__m256i x)
{
    return _mm256_permute4x64_epi64(x, 0x4e);
}

/* A in the half of input b, zero in the other. */
VAES256_INLINE __m256i a_for_t_e(__m256i inputs)
{
    return _mm256_permute2x128_si256(inputs, inputs, 0x08);
}

VAES256_INLINE void store_folded(block *out, __m256i x)
{
    __m128i folded = _mm_xor_si128(_mm256_castsi256_si128(x), _mm256_extracti128_si256(x, 1));

    _mm_store_si128((__m128i *)(void *)out, folded);
}

/* x and y: AES of sigma of the zero-labels and of the one-labels. */
VAES256_INLINE void finish_garbling(block *labels, uint8_t *table, const struct slot_gate *gate,
                                    __m256i x, __m256i y, struct offset offset)
{
    __m256i inputs = gather_inputs(labels, gate);
    __m256i mask = vaes256_lsb_mask(inputs);
    __m256i t = _mm256_xor_si256(_mm256_xor_si256(x, y), offset.sigma); /* T_E without A0 */
    __m256i out = _mm256_xor_si256(x, vaes256_sigma(inputs));

    t = _mm256_xor_si256(t, _mm256_and_si256(swap_halves(mask), offset.delta));
    out = _mm256_xor_si256(out, _mm256_and_si256(mask, t));
    vaes256_store(table, _mm256_xor_si256(t, a_for_t_e(inputs)));
    store_folded(&labels[gate->out], out);
}

VAES256_INLINE void garble_group(block *labels, uint8_t *tables, const struct slot_gate *gates,
                                 struct offset offset, const block *start, uint64_t number)
{
    __m256i x[GROUP], y[GROUP];

#pragma GCC unroll 4
    for (int j = 0; j < GROUP; j++) {
        x[j] = vaes256_sigma(gather_inputs(labels, &gates[j]));
        y[j] = _mm256_xor_si256(x[j], offset.sigma);
    }
    vaes256_encrypt(x, y, vaes256_keys_start(start, 2 * number));
#pragma GCC unroll 4
    for (int j = 0; j < GROUP; j++) {
        finish_garbling(labels, tables + TABLE_LEN * j, &gates[j], x[j], y[j], offset);
    }
}

/* n is a multiple of GROUP. Apart, so that a call for fewer does not pay for the set-up. */
static __attribute__((noinline)) void garble_groups(block *labels, uint8_t *tables,
                                                    const struct slot_gate *gates, size_t n,
                                                    const block *delta, const block *start,
                                                    uint64_t first)
{
    __m256i both = vaes256_broadcast(delta);
    struct offset offset = {
        _mm256_inserti128_si256(both, _mm_setzero_si128(), 1),
        vaes256_sigma(both),
    };

    for (size_t i = 0; i < n; i += GROUP) {
        garble_group(labels, tables + TABLE_LEN * i, gates + i, offset, start, first + i);
    }
}

static void vaes256_garble(block *labels, uint8_t *tables, const struct slot_gate *gates, size_t n,
                           const block *delta, const block *start, uint64_t first)
{
    size_t whole = n - n % GROUP;

    if (whole > 0) garble_groups(labels, tables, gates, whole, delta, start, first);
    if (whole == n) return;
    garble_kernels_aesni.garble(labels, tables + TABLE_LEN * whole, gates + whole, n - whole, delta,
                                start, first + whole);
}

/* x: AES of sigma of the active labels. */
VAES256_INLINE void finish_evaluation(block *labels, const uint8_t *table,
                                      const struct slot_gate *gate, __m256i x)
{
    __m256i inputs = gather_inputs(labels, gate);
    __m256i t = _mm256_xor_si256(vaes256_load(table), a_for_t_e(inputs));
    __m256i out = _mm256_xor_si256(x, vaes256_sigma(inputs));

    out = _mm256_xor_si256(out, _mm256_and_si256(vaes256_lsb_mask(inputs), t));
    store_folded(&labels[gate->out], out);
}

VAES256_INLINE void evaluate_group(block *labels, const uint8_t *tables,
                                   const struct slot_gate *gates, const block *start,
                                   uint64_t number)
{
    __m256i x[GROUP];

#pragma GCC unroll 4
    for (int j = 0; j < GROUP; j++) x[j] = vaes256_sigma(gather_inputs(labels, &gates[j]));
    vaes256_encrypt(x, NULL, vaes256_keys_start(start, 2 * number));
#pragma GCC unroll 4
    for (int j = 0; j < GROUP; j++) {
        finish_evaluation(labels, tables + TABLE_LEN * j, &gates[j], x[j]);
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

static void vaes256_evaluate(block *labels, const uint8_t *tables, const struct slot_gate *gates,
                             size_t n, const block *start, uint64_t first)
{
    size_t whole = n - n % GROUP;

    if (whole > 0) evaluate_groups(labels, tables, gates, whole, start, first);
    if (whole == n) return;
    garble_kernels_aesni.evaluate(labels, tables + TABLE_LEN * whole, gates + whole, n - whole,
                                  start, first + whole);
}

/* The round keys of keys number 'at' and on, side by side. */
VAES256_INLINE void store_round(block *keys, const struct vaes256_keys *k)
{
    __m256i low = _mm256_unpacklo_epi32(k->word[0], k->word[1]);
    __m256i high = _mm256_unpacklo_epi32(k->word[2], k->word[3]);
    const size_t step = sizeof(__m256i) / BLOCK_LEN;

    vaes256_store(keys, _mm256_unpacklo_epi64(low, high));
    vaes256_store(keys + step, _mm256_unpackhi_epi64(low, high));
    low = _mm256_unpackhi_epi32(k->word[0], k->word[1]);
    high = _mm256_unpackhi_epi32(k->word[2], k->word[3]);
    vaes256_store(keys + 2 * step, _mm256_unpacklo_epi64(low, high));
    vaes256_store(keys + 3 * step, _mm256_unpackhi_epi64(low, high));
}

/* The words of the keys of half a group, between two calls of expand. */
VAES256_INLINE struct vaes256_keys load_words(const block *words)
{
    struct vaes256_keys k;

#pragma GCC unroll 4
    for (size_t w = 0; w < 4; w++) k.word[w] = vaes256_load(words + 2 * w);
    return k;
}

VAES256_INLINE void store_words(block *words, const struct vaes256_keys *k)
{
#pragma GCC unroll 4
    for (size_t w = 0; w < 4; w++) vaes256_store(words + 2 * w, k->word[w]);
}

static void vaes256_expand(struct narrow_keys *keys, const block *start, uint64_t first,
                           size_t from, size_t to)
{
    for (size_t i = 0; i < 2 * N_NARROW; i += 8) {
        size_t place = narrow_place(first) + i;
        struct vaes256_keys k =
            from > 0 ? load_words(&keys->words[i]) : vaes256_keys_start(start, 2 * first + i);

        for (size_t round = from; round < to; round++) {
            if (round > 0) vaes256_keys_next(&k, round_constant(round));
            store_round(&keys->round[round][place], &k);
        }
        store_words(&keys->words[i], &k);
    }
}

/* For one AND the way into a 256-bit register and out of it is longer than what it saves. */
static bool is_short(size_t n)
{
    return n == 1;
}

/* The round keys of one AND: of input a in the low half, of input b in the high one. */
VAES256_INLINE __m256i narrow_key(const struct narrow_keys *keys, size_t round, size_t at)
{
    return vaes256_load(&keys->round[round][at]);
}

static void vaes256_garble_narrow(block *labels, uint8_t *tables, const struct slot_gate *gates,
                                  size_t n, const block *delta, const struct narrow_keys *keys,
                                  uint64_t first)
{
    __m256i both = vaes256_broadcast(delta);
    struct offset offset = {
        _mm256_inserti128_si256(both, _mm_setzero_si128(), 1),
        vaes256_sigma(both),
    };

    if (is_short(n)) {
        garble_kernels_aesni.garble_narrow(labels, tables, gates, n, delta, keys, first);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        size_t at = narrow_place(first + i);
        __m256i x = vaes256_sigma(gather_inputs(labels, &gates[i])), y, key;

        x = _mm256_xor_si256(x, narrow_key(keys, 0, at));
        y = _mm256_xor_si256(x, offset.sigma);
#pragma GCC unroll 9
        for (size_t round = 1; round < 10; round++) {
            key = narrow_key(keys, round, at);
            x = _mm256_aesenc_epi128(x, key);
            y = _mm256_aesenc_epi128(y, key);
        }
        key = narrow_key(keys, 10, at);
        x = _mm256_aesenclast_epi128(x, key);
        y = _mm256_aesenclast_epi128(y, key);
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
        __m256i x = vaes256_sigma(gather_inputs(labels, &gates[i]));

        x = _mm256_xor_si256(x, narrow_key(keys, 0, at));
#pragma GCC unroll 9
        for (size_t round = 1; round < 10; round++)
            x = _mm256_aesenc_epi128(x, narrow_key(keys, round, at));
        x = _mm256_aesenclast_epi128(x, narrow_key(keys, 10, at));
        finish_evaluation(labels, tables + TABLE_LEN * i, &gates[i], x);
    }
}

/* Labels of input a, then of input b, in 4 lanes. */
#define LANE_REGISTERS 2

VAES256_INLINE void load_lanes(__m256i *x, const block *labels)
{
#pragma GCC unroll 2
    for (size_t r = 0; r < LANE_REGISTERS; r++) x[r] = vaes256_load(labels + 2 * r);
}

VAES256_INLINE void lanes_step(__m256i *x, size_t n, __m256i key, enum vaes256_step step)
{
#pragma GCC unroll 4
    for (size_t r = 0; r < n; r++) x[r] = vaes256_step(x[r], key, step);
}

/* Takes n registers of each input through AES under the keys of one AND. n is known when this is
 * inlined. */
VAES256_INLINE void encrypt_lanes(__m256i *a, __m256i *b, size_t n, const struct narrow_keys *keys,
                                  size_t at)
{
#pragma GCC unroll 11
    for (size_t round = 0; round < 11; round++) {
        enum vaes256_step step =
            round == 0 ? VAES256_WHITEN : (round < 10 ? VAES256_MIDDLE : VAES256_LAST);

        lanes_step(a, n, vaes256_broadcast(&keys->round[round][at]), step);
        lanes_step(b, n, vaes256_broadcast(&keys->round[round][at + 1]), step);
    }
}

VAES256_INLINE void garble_some_lanes(block *out, uint8_t *t_g, const block *in_a,
                                      const block *in_b, __m256i delta,
                                      const struct narrow_keys *keys, size_t at)
{
    __m256i a[LANE_REGISTERS], b[LANE_REGISTERS], x_a[2 * LANE_REGISTERS], x_b[2 * LANE_REGISTERS];
    const __m256i sigma_delta = vaes256_sigma(delta);

    load_lanes(a, in_a);
    load_lanes(b, in_b);
#pragma GCC unroll 2
    for (size_t r = 0; r < LANE_REGISTERS; r++) {
        x_a[r] = vaes256_sigma(a[r]);
        x_b[r] = vaes256_sigma(b[r]);
        x_a[r + LANE_REGISTERS] = _mm256_xor_si256(x_a[r], sigma_delta);
        x_b[r + LANE_REGISTERS] = _mm256_xor_si256(x_b[r], sigma_delta);
    }
    encrypt_lanes(x_a, x_b, 2 * LANE_REGISTERS, keys, at);
    load_lanes(a, in_a);
    load_lanes(b, in_b);
#pragma GCC unroll 2
    for (size_t r = 0; r < LANE_REGISTERS; r++) {
        __m256i mask_a = vaes256_lsb_mask(a[r]), mask_b = vaes256_lsb_mask(b[r]);
        __m256i g =
            _mm256_xor_si256(_mm256_xor_si256(x_a[r], x_a[r + LANE_REGISTERS]), sigma_delta);
        __m256i e = _mm256_xor_si256(_mm256_xor_si256(x_b[r], x_b[r + LANE_REGISTERS]),
                                     sigma_delta); /* without A0 */
        __m256i c = _mm256_xor_si256(_mm256_xor_si256(x_a[r], x_b[r]),
                                     vaes256_sigma(_mm256_xor_si256(a[r], b[r])));

        g = _mm256_xor_si256(g, _mm256_and_si256(mask_b, delta));
        c = _mm256_xor_si256(c, _mm256_and_si256(mask_a, g));
        c = _mm256_xor_si256(c, _mm256_and_si256(mask_b, e));
        vaes256_store(t_g + 2 * BLOCK_LEN * r, g);
        vaes256_store(t_g + BLOCK_LEN * (N_LANES + 2 * r), _mm256_xor_si256(e, a[r]));
        vaes256_store(out + 2 * r, c);
    }
}

static void vaes256_garble_lanes(block *labels, uint8_t *tables, const struct slot_gate *gates,
                                 size_t n, const block *delta, const struct narrow_keys *keys,
                                 uint64_t first)
{
    __m256i offset = vaes256_broadcast(delta);

    for (size_t i = 0; i < n; i++) {
        for (size_t lane = 0; lane < N_LANES; lane += 2 * LANE_REGISTERS)
            garble_some_lanes(&labels[N_LANES * (size_t)gates[i].out + lane],
                              tables + N_LANES * TABLE_LEN * i + BLOCK_LEN * lane,
                              &labels[N_LANES * (size_t)gates[i].a + lane],
                              &labels[N_LANES * (size_t)gates[i].b + lane], offset, keys,
                              narrow_place(first + i));
    }
}

VAES256_INLINE void evaluate_some_lanes(block *out, const uint8_t *t_g, const block *in_a,
                                        const block *in_b, const struct narrow_keys *keys,
                                        size_t at)
{
    __m256i a[LANE_REGISTERS], b[LANE_REGISTERS], x_a[LANE_REGISTERS], x_b[LANE_REGISTERS];

    load_lanes(a, in_a);
    load_lanes(b, in_b);
#pragma GCC unroll 2
    for (size_t r = 0; r < LANE_REGISTERS; r++) {
        x_a[r] = vaes256_sigma(a[r]);
        x_b[r] = vaes256_sigma(b[r]);
    }
    encrypt_lanes(x_a, x_b, LANE_REGISTERS, keys, at);
#pragma GCC unroll 2
    for (size_t r = 0; r < LANE_REGISTERS; r++) {
        __m256i g = vaes256_load(t_g + 2 * BLOCK_LEN * r);
        __m256i e = vaes256_load(t_g + BLOCK_LEN * (N_LANES + 2 * r));
        __m256i c = _mm256_xor_si256(_mm256_xor_si256(x_a[r], x_b[r]),
                                     vaes256_sigma(_mm256_xor_si256(a[r], b[r])));

        c = _mm256_xor_si256(c, _mm256_and_si256(vaes256_lsb_mask(a[r]), g));
        c = _mm256_xor_si256(c,
                             _mm256_and_si256(vaes256_lsb_mask(b[r]), _mm256_xor_si256(e, a[r])));
        vaes256_store(out + 2 * r, c);
    }
}

static void vaes256_evaluate_lanes(block *labels, const uint8_t *tables,
                                   const struct slot_gate *gates, size_t n,
                                   const struct narrow_keys *keys, uint64_t first)
{
    for (size_t i = 0; i < n; i++) {
        for (size_t lane = 0; lane < N_LANES; lane += 2 * LANE_REGISTERS)
            evaluate_some_lanes(&labels[N_LANES * (size_t)gates[i].out + lane],
                                tables + N_LANES * TABLE_LEN * i + BLOCK_LEN * lane,
                                &labels[N_LANES * (size_t)gates[i].a + lane],
                                &labels[N_LANES * (size_t)gates[i].b + lane], keys,
                                narrow_place(first + i));
    }
}

static void vaes256_xor_lanes(block *labels, const struct slot_gate *gates, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const block *a = &labels[N_LANES * (size_t)gates[i].a];
        const block *b = &labels[N_LANES * (size_t)gates[i].b];
        block *out = &labels[N_LANES * (size_t)gates[i].out];

        for (size_t lane = 0; lane < N_LANES; lane += 2)
            vaes256_store(out + lane,
                          _mm256_xor_si256(vaes256_load(a + lane), vaes256_load(b + lane)));
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
    .expand = vaes256_expand,
    .garble_narrow = vaes256_garble_narrow,
    .evaluate_narrow = vaes256_evaluate_narrow,
    .garble_lanes = vaes256_garble_lanes,
    .evaluate_lanes = vaes256_evaluate_lanes,
    .xor_lanes = vaes256_xor_lanes,
    .take_colours = vaes256_take_colours,
    .put_colours = vaes256_put_colours,
};
