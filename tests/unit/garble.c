/*
 * The garbling engine: whole circuits through buffers of every size, unique tweaks, wiping.
 */
#include "garble/garble.h"

#include "base/memory.h"
#include "base/random.h"
#include "circuit/schedule.h"
#include "tests/support/keys.h"
#include "tests/support/suite.h"
#include "tests/support/support.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

/* A schedule of its own, without a circuit: every span holds some free gates and some ANDs. */
struct list_source {
    struct gate_source source;
    const struct gate_span *spans;
    size_t n_spans;
    size_t at;
};

static bool list_next(struct gate_source *source, struct gate_span *span)
{
    struct list_source *list = (struct list_source *)(void *)source;

    if (list->at == list->n_spans) return false;
    *span = list->spans[list->at++];
    return true;
}

static struct list_source list_of(const struct gate_span *spans, size_t n_spans)
{
    return (struct list_source){.source = {list_next}, .spans = spans, .n_spans = n_spans};
}

#define N_INPUTS 6
#define N_SLOTS 40

/* x2..x7 are inputs; free gates before, between and after batches; a span without free gates, one
 * without ANDs; both constants in use. */
static const struct slot_gate free_a[] = {{8, 2, 3}, {9, 8, SLOT_ONE}, {10, 4, SLOT_ZERO}};
static const struct slot_gate and_a[] = {
    {11, 8, 9}, {12, 2, 4}, {13, 10, 7}, {14, 5, 6}, {15, 6, 7}};
static const struct slot_gate free_b[] = {{16, 11, 12}, {17, 13, 14}};
static const struct slot_gate free_c[] = {{18, 16, 17}, {19, 15, SLOT_ONE}};
static const struct slot_gate and_c[] = {{20, 18, 19}, {21, 16, SLOT_ONE}, {22, 17, SLOT_ZERO}};
static const struct slot_gate and_d[] = {{23, 20, 21}};
static const struct slot_gate free_e[] = {{24, 23, 22}, {25, 24, 19}};

static const struct gate_span spans[] = {
    {free_a, 3, and_a, 5}, {free_b, 2, NULL, 0}, {free_c, 2, and_c, 3},
    {NULL, 0, and_d, 1},   {free_e, 2, NULL, 0},
};

#define N_SPANS (sizeof spans / sizeof spans[0])
#define N_ANDS 9
#define OUTPUT_SLOT 25

static void clear_run(uint8_t bits[N_SLOTS])
{
    bits[SLOT_ZERO] = 0;
    bits[SLOT_ONE] = 1;
    for (size_t s = 0; s < N_SPANS; s++) {
        for (size_t i = 0; i < spans[s].n_free; i++) {
            const struct slot_gate *gate = &spans[s].free_gates[i];

            bits[gate->out] = bits[gate->a] ^ bits[gate->b];
        }
        for (size_t i = 0; i < spans[s].n_and; i++) {
            const struct slot_gate *gate = &spans[s].and_gates[i];

            bits[gate->out] = bits[gate->a] & bits[gate->b];
        }
    }
}

struct parties {
    struct sotto_context *context;
    block delta, start;
    struct engine garbler, evaluator;
};

static void setup(struct parties *parties)
{
    parties->context = test_context();
    random_bytes(&parties->delta, sizeof parties->delta);
    random_bytes(&parties->start, sizeof parties->start);
    parties->delta.half[0] |= 1;
    ck_assert_int_eq(
        engine_init(&parties->garbler, parties->context, N_SLOTS, &parties->start, &parties->delta),
        SOTTO_OK);
    ck_assert_int_eq(
        engine_init(&parties->evaluator, parties->context, N_SLOTS, &parties->start, NULL),
        SOTTO_OK);
}

static void teardown(struct parties *parties)
{
    engine_wipe(&parties->garbler);
    engine_wipe(&parties->evaluator);
    sotto_context_free(parties->context);
}

static void set_inputs(struct parties *parties, uint64_t bits)
{
    for (size_t i = 0; i < N_INPUTS; i++) {
        block zero;

        random_bytes(&zero, sizeof zero);
        parties->garbler.labels[N_CONSTANT_SLOTS + i] = zero;
        parties->evaluator.labels[N_CONSTANT_SLOTS + i] =
            block_xor(zero, block_times_bit(parties->delta, bits >> i));
    }
}

/* Garbles a pass in pieces of capacity bytes. */
static size_t garble_in_pieces(struct parties *parties, uint8_t *tables, size_t capacity)
{
    struct list_source list = list_of(spans, N_SPANS);
    size_t at = 0, len;

    engine_begin(&parties->garbler, &list.source);
    do {
        ck_assert_int_eq(
            engine_garble(&parties->garbler, parties->context, tables + at, &len, capacity),
            SOTTO_OK);
        ck_assert_uint_eq(len % TABLE_LEN, 0);
        ck_assert(len == capacity / TABLE_LEN * TABLE_LEN || parties->garbler.finished);
        at += len;
    } while (!parties->garbler.finished);
    return at;
}

static void evaluate_in_pieces(struct parties *parties, const uint8_t *tables, size_t tables_len,
                               size_t piece)
{
    struct list_source list = list_of(spans, N_SPANS);
    size_t at = 0, used;

    engine_begin(&parties->evaluator, &list.source);
    while (!parties->evaluator.finished) {
        size_t len = tables_len - at < piece ? tables_len - at : piece;

        ck_assert_int_eq(
            engine_evaluate(&parties->evaluator, parties->context, &used, tables + at, len),
            SOTTO_OK);
        at += used;
    }
    ck_assert_uint_eq(at, tables_len);
}

/* Every input, in buffers of every number of tables, on every instruction set: each slot's active
 * label is the one for its clear bit. */
START_TEST(engine_computes_the_circuit)
{
    struct parties parties;
    uint8_t tables[N_ANDS * TABLE_LEN];

    if (!cpu_force((enum cpu_isa)_i)) return;
    setup(&parties);
    for (uint64_t bits = 0; bits < 1 << N_INPUTS; bits++) {
        size_t pieces = 1 + bits % N_ANDS;
        uint8_t clear[N_SLOTS] = {0};
        size_t len;

        for (size_t i = 0; i < N_INPUTS; i++) clear[N_CONSTANT_SLOTS + i] = bits >> i & 1;
        clear_run(clear);
        set_inputs(&parties, bits);
        len = garble_in_pieces(&parties, tables, pieces * TABLE_LEN + bits % TABLE_LEN);
        ck_assert_uint_eq(len, sizeof tables);
        evaluate_in_pieces(&parties, tables, len, (N_ANDS - pieces + 1) * TABLE_LEN);
        for (uint32_t slot = 0; slot <= OUTPUT_SLOT; slot++) {
            block expected = block_xor(parties.garbler.labels[slot],
                                       block_times_bit(parties.delta, clear[slot]));

            ck_assert_mem_eq(&parties.evaluator.labels[slot], &expected, sizeof expected);
        }
    }
    teardown(&parties);
}
END_TEST

/* A garbling is the same whatever buffers it streamed through and whatever kernels made it. */
START_TEST(tables_do_not_depend_on_buffers)
{
    struct parties parties;
    uint8_t first[N_ANDS * TABLE_LEN], again[N_ANDS * TABLE_LEN];
    block inputs[N_INPUTS];

    setup(&parties);
    random_bytes(inputs, sizeof inputs);
    for (int isa = 0; isa < CPU_N_ISAS; isa++) {
        if (!cpu_force((enum cpu_isa)isa)) continue;
        parties.garbler.kernels = garble_kernels();
        for (size_t n = 1; n <= N_ANDS; n++) {
            bool reference = isa == 0 && n == 1;

            memcpy(parties.garbler.labels + N_CONSTANT_SLOTS, inputs, sizeof inputs);
            parties.garbler.hash.next = 0;
            parties.garbler.keys_to = parties.garbler.n_rounds = 0; /* forget the last kernels' */
            garble_in_pieces(&parties, reference ? first : again, n * TABLE_LEN);
            if (!reference) ck_assert_mem_eq(first, again, sizeof first);
        }
    }
    teardown(&parties);
}
END_TEST

/* SEC-5: the recording kernels see every (start, tweak) pair that the engine hands out. */
static uint8_t seen[4096];
static uint64_t n_recorded, n_narrow;

static void record(const block *start, uint64_t first, size_t n)
{
    (void)start;
    for (uint64_t tweak = 2 * first; tweak < 2 * (first + n); tweak++) {
        ck_assert_uint_lt(tweak, sizeof seen);
        ck_assert_uint_eq(seen[tweak]++, 0);
        n_recorded++;
    }
}

static void recording_garble(block *labels, uint8_t *tables, const struct slot_gate *gates,
                             size_t n, const block *delta, const block *start, uint64_t first)
{
    record(start, first, n);
    garble_kernels_portable.garble(labels, tables, gates, n, delta, start, first);
}

static void recording_garble_narrow(block *labels, uint8_t *tables, const struct slot_gate *gates,
                                    size_t n, const block *delta, const struct narrow_keys *keys,
                                    uint64_t first)
{
    test_expect_keys(keys, first, n);
    record(&keys->start, first, n);
    garble_kernels_portable.garble_narrow(labels, tables, gates, n, delta, keys, first);
    n_narrow += n;
}

START_TEST(tweaks_never_repeat)
{
    static const struct garble_kernels recording = {
        .isa = CPU_PORTABLE,
        .garble = recording_garble,
        .expand = test_hold_keys,
        .garble_narrow = recording_garble_narrow,
    };
    struct parties parties;
    uint8_t tables[N_ANDS * TABLE_LEN];
    const size_t n_passes = 100;

    setup(&parties);
    parties.garbler.kernels = &recording;
    set_inputs(&parties, 0);
    for (size_t pass = 0; pass < n_passes; pass++)
        garble_in_pieces(&parties, tables, (1 + pass % 4) * TABLE_LEN);
    ck_assert_uint_eq(n_recorded, 2 * N_ANDS * n_passes);
    ck_assert_uint_gt(n_narrow, 0); /* both ways were taken */
    ck_assert_uint_lt(2 * n_narrow, n_recorded);
    teardown(&parties);
}
END_TEST

/* SEC-5: the counter ends at 2^64 rather than wrap, in both roles. */
START_TEST(tweaks_are_refused_on_overflow)
{
    struct list_source list = list_of(spans, N_SPANS);
    struct parties parties;
    uint8_t tables[N_ANDS * TABLE_LEN];
    size_t len;

    setup(&parties);
    set_inputs(&parties, 0);
    parties.garbler.hash.next = UINT64_MAX - 5;
    engine_begin(&parties.garbler, &list.source);
    ck_assert_int_eq(engine_garble(&parties.garbler, parties.context, tables, &len, sizeof tables),
                     SOTTO_ERR_LIMIT);
    list = list_of(spans, N_SPANS);
    parties.evaluator.hash.next = UINT64_MAX - 5;
    engine_begin(&parties.evaluator, &list.source);
    memset(tables, 0, sizeof tables);
    ck_assert_int_eq(
        engine_evaluate(&parties.evaluator, parties.context, &len, tables, sizeof tables),
        SOTTO_ERR_LIMIT);
    teardown(&parties);
}
END_TEST

START_TEST(engine_reports_lack_of_memory)
{
    struct sotto_context *context = test_context();
    struct engine engine;
    block start = {{0, 0}};

    for (uint64_t n = 1; n <= 2; n++) {
        test_heap_fail_at(n);
        ck_assert_int_eq(engine_init(&engine, context, N_SLOTS, &start, NULL), SOTTO_ERR_MEMORY);
        test_heap_fail_at(0);
    }
    ck_assert_int_eq(engine_init(&engine, context, UINT64_MAX / 2, &start, NULL),
                     SOTTO_ERR_MEMORY); /* SEC-15 */
    sotto_context_free(context);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("garble");
    TCase *tests = tcase_create("engine");

    tcase_add_loop_test(tests, engine_computes_the_circuit, 0, CPU_N_ISAS);
    tcase_add_test(tests, tables_do_not_depend_on_buffers);
    tcase_add_test(tests, tweaks_never_repeat);
    tcase_add_test(tests, tweaks_are_refused_on_overflow);
    tcase_add_test(tests, engine_reports_lack_of_memory);
    tcase_set_timeout(tests, 60);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
