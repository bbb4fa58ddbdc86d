/* Tests of the half-gates kernels: every instruction set against the portable one and against the
 * slow reference, and every row of the truth table. */
#include "garble/kernels.h"
#include "tests/support/blocks.h"
#include "tests/support/suite.h"
#include "tests/support/support.h"

#include <check.h>
#include <stdlib.h>
#include <sys/mman.h>

#define MAX_ANDS 400

/* A batch of ANDs over random labels; outputs stand behind the inputs. */
struct batch {
    size_t n, n_inputs;
    struct slot_gate *gates;
    block *labels;
    block delta, start;
    uint64_t first;
};

static void *new_array(size_t n, size_t size)
{
    void *array = aligned_alloc(16, (n * size + 16) / 16 * 16);

    ck_assert_ptr_nonnull(array);
    return array;
}

/* Numbers whose tweaks cross 2^32, or end just below 2^64, or are anywhere. */
static uint64_t first_number(size_t n, uint64_t *state)
{
    uint64_t random = test_next(state) >> 2;

    if (n % 3 == 0) return (random & ~UINT64_C(0xffffffff)) + (UINT64_C(1) << 31) - n / 2;
    if (n % 3 == 1) return (UINT64_C(1) << 63) - n;
    return random;
}

static struct batch new_batch(size_t n, uint64_t *state)
{
    struct batch batch = {.n = n, .n_inputs = n + 2};

    batch.gates = new_array(n, sizeof *batch.gates);
    batch.labels = new_array(2 * n + 2, sizeof(block));
    for (size_t i = 0; i < 2 * n + 2; i++) batch.labels[i] = random_block(state);
    for (size_t i = 0; i < n; i++) {
        uint32_t a = (uint32_t)(test_next(state) % batch.n_inputs);
        uint32_t b = (uint32_t)(test_next(state) % batch.n_inputs);

        batch.gates[i] = (struct slot_gate){(uint32_t)(batch.n_inputs + n - 1 - i), a, b};
    }
    batch.delta = random_block(state);
    batch.delta.half[0] |= 1;
    batch.start = random_block(state);
    batch.first = first_number(n, state);
    return batch;
}

static block *copy_labels(const struct batch *batch)
{
    size_t n = batch->n_inputs + batch->n;
    block *labels = new_array(n, sizeof *labels);

    memcpy(labels, batch->labels, n * sizeof *labels);
    return labels;
}

static void free_batch(struct batch *batch)
{
    free(batch->gates);
    free(batch->labels);
}

static struct ref_and ref_gate(const struct batch *batch, size_t i)
{
    uint64_t number = batch->first + i;

    return (struct ref_and){ref_hash, to_ref(batch->start), 2 * number, 2 * number + 1};
}

static void assert_garbled_as_reference(const struct batch *batch, const block *labels,
                                        const uint8_t *tables)
{
    for (size_t i = 0; i < batch->n; i++) {
        const struct slot_gate *gate = &batch->gates[i];
        struct ref_and and = ref_gate(batch, i);
        struct ref_table table;
        struct ref_block out = ref_garble(&table, &and, to_ref(labels[gate->a]),
                                          to_ref(labels[gate->b]), to_ref(batch->delta));

        ck_assert_mem_eq(&labels[gate->out], &out, sizeof out);
        ck_assert_mem_eq(tables + TABLE_LEN * i, table.t_g.byte, 16);
        ck_assert_mem_eq(tables + TABLE_LEN * i + 16, table.t_e.byte, 16);
    }
}

static void assert_evaluated_as_reference(const struct batch *batch, const block *labels,
                                          const uint8_t *tables)
{
    for (size_t i = 0; i < batch->n; i++) {
        const struct slot_gate *gate = &batch->gates[i];
        struct ref_and and = ref_gate(batch, i);
        struct ref_table table;
        struct ref_block out;

        memcpy(table.t_g.byte, tables + TABLE_LEN * i, 16);
        memcpy(table.t_e.byte, tables + TABLE_LEN * i + 16, 16);
        out = ref_evaluate(&table, &and, to_ref(labels[gate->a]), to_ref(labels[gate->b]));
        ck_assert_mem_eq(&labels[gate->out], &out, sizeof out);
    }
}

/* Garbles and evaluates one batch with tables at an odd address and nothing behind them. */
static void check_batch(const struct garble_kernels *kernels, const struct batch *batch,
                        size_t misalignment)
{
    size_t labels_len = (batch->n_inputs + batch->n) * sizeof(block);
    size_t tables_len = TABLE_LEN * batch->n;
    block *labels = copy_labels(batch), *expected = copy_labels(batch);
    uint8_t *memory = malloc(tables_len + misalignment + 1);
    uint8_t *expected_tables = malloc(tables_len + 1);
    uint8_t *tables = memory + misalignment;

    tables[tables_len] = 0x5a;
    kernels->garble(labels, tables, batch->gates, batch->n, &batch->delta, &batch->start,
                    batch->first);
    assert_garbled_as_reference(batch, labels, tables);
    garble_kernels_portable.garble(expected, expected_tables, batch->gates, batch->n, &batch->delta,
                                   &batch->start, batch->first);
    ck_assert_mem_eq(labels, expected, labels_len);
    ck_assert(memcmp(tables, expected_tables, tables_len) == 0);

    /* The zero-labels are as good as any active ones. */
    kernels->evaluate(labels, tables, batch->gates, batch->n, &batch->start, batch->first);
    assert_evaluated_as_reference(batch, labels, tables);
    garble_kernels_portable.evaluate(expected, tables, batch->gates, batch->n, &batch->start,
                                     batch->first);
    ck_assert_mem_eq(labels, expected, labels_len);
    ck_assert_uint_eq(tables[tables_len], 0x5a);
    free(memory);
    free(expected_tables);
    free(labels);
    free(expected);
}

/* An unsupported set is left out; the portable one never is. */
static const struct garble_kernels *kernels_of(int isa)
{
    if (!cpu_force((enum cpu_isa)isa)) return NULL;
    ck_assert_int_eq(garble_kernels()->isa, isa);
    return garble_kernels();
}

/* SEC-4 */
START_TEST(kernels_equal_the_reference)
{
    const struct garble_kernels *kernels = kernels_of(_i);
    uint64_t state = 21;

    if (kernels == NULL) return;
    for (size_t i = 0; i < 90; i++) {
        size_t n = i <= 70 ? i : 71 + (size_t)(test_next(&state) % (MAX_ANDS - 71));
        struct batch batch = new_batch(n, &state);

        check_batch(kernels, &batch, i % 5);
        free_batch(&batch);
    }
}
END_TEST

/* A batch whose first AND has the keys at this place, which are expanded in two steps. */
static struct batch new_placed_batch(struct narrow_keys *keys, size_t n, size_t place,
                                     const struct garble_kernels *kernels, uint64_t *state)
{
    struct batch batch = new_batch(n, state);
    size_t cut = place % (N_ROUNDS + 1);

    batch.first -= (batch.first - place) % N_KEPT;
    for (uint64_t group = batch.first - batch.first % N_NARROW; group < batch.first + n;
         group += N_NARROW) {
        kernels->expand(keys, &batch.start, group, 0, cut);
        kernels->expand(keys, &batch.start, group, cut, N_ROUNDS);
    }
    return batch;
}

/* Few ANDs, at every place among expanded keys: as the reference has them. */
static void check_narrow(const struct garble_kernels *kernels, size_t n, size_t place,
                         uint64_t *state)
{
    struct narrow_keys keys;
    struct batch batch = new_placed_batch(&keys, n, place, kernels, state);
    block *labels = copy_labels(&batch);
    uint8_t memory[N_NARROW * TABLE_LEN + 1], *tables = memory + 1;

    kernels->garble_narrow(labels, tables, batch.gates, n, &batch.delta, &keys, batch.first);
    assert_garbled_as_reference(&batch, labels, tables);
    kernels->evaluate_narrow(labels, tables, batch.gates, n, &keys, batch.first);
    assert_evaluated_as_reference(&batch, labels, tables);
    free(labels);
    free_batch(&batch);
}

START_TEST(narrow_kernels_equal_the_reference)
{
    const struct garble_kernels *kernels = kernels_of(_i);
    uint64_t state = 25;

    if (kernels == NULL) return;
    for (size_t n = 1; n <= N_NARROW; n++) {
        for (size_t place = 0; place < N_KEPT; place++) check_narrow(kernels, n, place, &state);
    }
}
END_TEST

/* One lane of a batch that was garbled in lanes, as a batch of its own. */
static struct batch batch_of_lane(const struct batch *lanes, const block *labels, size_t lane)
{
    struct batch batch = *lanes;

    batch.labels = new_array(2 * lanes->n + 2, sizeof(block));
    for (size_t i = 0; i < 2 * lanes->n + 2; i++) batch.labels[i] = labels[N_LANES * i + lane];
    return batch;
}

static void tables_of_lane(uint8_t *out, const uint8_t *tables, size_t n, size_t lane)
{
    for (size_t i = 0; i < n; i++) {
        const uint8_t *t_g = tables + N_LANES * TABLE_LEN * i + BLOCK_LEN * lane;

        memcpy(out + TABLE_LEN * i, t_g, BLOCK_LEN);
        memcpy(out + TABLE_LEN * i + BLOCK_LEN, t_g + N_LANES * BLOCK_LEN, BLOCK_LEN);
    }
}

/* Every lane is what the reference makes of its labels under the key of the gate. */
static void check_lanes(const struct garble_kernels *kernels, size_t n, size_t place,
                        uint64_t *state)
{
    struct narrow_keys keys;
    struct batch batch = new_placed_batch(&keys, n, place, kernels, state);
    size_t n_labels = (2 * n + 2) * N_LANES;
    block *labels = aligned_alloc(64, n_labels * sizeof *labels);
    uint8_t memory[N_NARROW * N_LANES * TABLE_LEN + 1], *tables = memory + 1;
    uint8_t lane_tables[N_NARROW * TABLE_LEN];

    for (size_t i = 0; i < n_labels; i++) labels[i] = random_block(state);
    kernels->garble_lanes(labels, tables, batch.gates, n, &batch.delta, &keys, batch.first);
    for (size_t lane = 0; lane < N_LANES; lane++) {
        struct batch one = batch_of_lane(&batch, labels, lane);

        tables_of_lane(lane_tables, tables, n, lane);
        assert_garbled_as_reference(&one, one.labels, lane_tables);
        free(one.labels);
    }
    kernels->evaluate_lanes(labels, tables, batch.gates, n, &keys, batch.first);
    for (size_t lane = 0; lane < N_LANES; lane++) {
        struct batch one = batch_of_lane(&batch, labels, lane);

        tables_of_lane(lane_tables, tables, n, lane);
        assert_evaluated_as_reference(&one, one.labels, lane_tables);
        free(one.labels);
    }
    free(labels);
    free_batch(&batch);
}

START_TEST(lanes_equal_the_reference)
{
    const struct garble_kernels *kernels = kernels_of(_i);
    uint64_t state = 26;

    if (kernels == NULL) return;
    for (size_t n = 1; n <= N_NARROW; n++) {
        for (size_t place = 0; place < N_KEPT; place++) check_lanes(kernels, n, place, &state);
    }
}
END_TEST

START_TEST(free_gates_in_lanes)
{
    const struct garble_kernels *kernels = kernels_of(_i);
    static const struct slot_gate gates[] = {{2, 0, 1}, {0, 2, 1}, {1, 0, 0}};
    static block labels[3 * N_LANES] __attribute__((aligned(64)));
    block before[3 * N_LANES];
    uint64_t state = 27;

    if (kernels == NULL) return;
    for (size_t i = 0; i < 3 * N_LANES; i++) before[i] = labels[i] = random_block(&state);
    kernels->xor_lanes(labels, gates, 3);
    for (size_t lane = 0; lane < N_LANES; lane++) {
        block sum = block_xor(before[lane], before[N_LANES + lane]), zero = block_of(0, 0);

        ck_assert_mem_eq(&labels[2 * N_LANES + lane], &sum, sizeof sum);
        ck_assert_mem_eq(&labels[lane], &before[lane], sizeof(block));
        ck_assert_mem_eq(&labels[N_LANES + lane], &zero, sizeof zero);
    }
}
END_TEST

/* Slots so far up that the labels of their lanes are beyond 32 bits: the array is said to start so
 * much before the only labels of it that are there. */
#define FAR_SLOT (UINT32_C(1) << 29)
#define FAR_LEN ((size_t)FAR_SLOT * N_LANES * sizeof(block))
#define PAGE_LEN ((size_t)4096)

START_TEST(lanes_of_far_slots)
{
    const struct garble_kernels *kernels = kernels_of(_i);
    static const struct slot_gate near = {2, 0, 1};
    static const struct slot_gate far = {FAR_SLOT + 2, FAR_SLOT, FAR_SLOT + 1};
    static block labels[3 * N_LANES] __attribute__((aligned(64)));
    uint8_t tables[2][N_LANES * TABLE_LEN];
    struct narrow_keys keys;
    struct batch batch;
    uint64_t state = 28;
    block *start, *far_labels;

    if (kernels == NULL) return;
    batch = new_placed_batch(&keys, 1, 0, kernels, &state);
    /* Unlike the heap, a mapping has an address that is large enough. */
    far_labels = mmap(NULL, PAGE_LEN, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ck_assert(far_labels != MAP_FAILED && (uintptr_t)far_labels > FAR_LEN);
    start = (block *)((uintptr_t)far_labels - FAR_LEN);
    for (size_t i = 0; i < 3 * N_LANES; i++) far_labels[i] = labels[i] = random_block(&state);
    kernels->garble_lanes(labels, tables[0], &near, 1, &batch.delta, &keys, batch.first);
    kernels->garble_lanes(start, tables[1], &far, 1, &batch.delta, &keys, batch.first);
    ck_assert_mem_eq(tables[1], tables[0], sizeof tables[0]);
    ck_assert_mem_eq(far_labels, labels, sizeof labels);
    kernels->evaluate_lanes(labels, tables[0], &near, 1, &keys, batch.first);
    kernels->evaluate_lanes(start, tables[0], &far, 1, &keys, batch.first);
    ck_assert_mem_eq(far_labels, labels, sizeof labels);
    kernels->xor_lanes(labels, &near, 1);
    kernels->xor_lanes(start, &far, 1);
    ck_assert_mem_eq(far_labels, labels, sizeof labels);
    munmap(far_labels, PAGE_LEN);
    free_batch(&batch);
}
END_TEST

START_TEST(colours_are_lowest_bits)
{
    const struct garble_kernels *kernels = kernels_of(_i);
    block labels[5 * N_LANES];
    uint8_t colours[6] = {0};
    uint64_t state = 78;

    if (kernels == NULL) return;
    for (size_t i = 0; i < 5 * N_LANES; i++) labels[i] = random_block(&state);
    kernels->take_colours(colours, labels, 5);
    ck_assert_uint_eq(colours[5], 0);
    for (size_t i = 0; i < 5 * N_LANES; i++)
        ck_assert_uint_eq(colours[i / N_LANES] >> i % N_LANES & 1, labels[i].half[0] & 1);
    kernels->put_colours(labels, colours, 4);
    for (size_t i = 0; i < 4 * N_LANES; i++) {
        block expected = block_of(0, colours[i / N_LANES] >> i % N_LANES & 1);

        ck_assert_mem_eq(&labels[i], &expected, sizeof expected);
    }
    ck_assert_uint_ne(labels[4 * N_LANES].half[1], 0);
}
END_TEST

/* A label of the given colour. */
static block coloured(block label, uint64_t colour)
{
    label.half[0] = (label.half[0] & ~UINT64_C(1)) | colour;
    return label;
}

/* Every row of the truth table under every pair of colours, at every place of every batch size
 * around the widths of the vectors: gate i of a batch takes case i + shift. */
static void check_truth_table(const struct garble_kernels *kernels, size_t n, size_t shift,
                              uint64_t *state)
{
    struct slot_gate gates[20];
    block labels[60], active[60], delta = random_block(state), start = random_block(state);
    uint8_t tables[20 * TABLE_LEN];

    delta.half[0] |= 1;
    for (uint32_t i = 0; i < n; i++) {
        gates[i] = (struct slot_gate){3 * i, 3 * i + 1, 3 * i + 2};
        labels[3 * i + 1] = coloured(random_block(state), (i + shift) & 1);
        labels[3 * i + 2] = coloured(random_block(state), (i + shift) >> 1 & 1);
        active[3 * i + 1] = block_xor(labels[3 * i + 1], block_times_bit(delta, (i + shift) >> 2));
        active[3 * i + 2] = block_xor(labels[3 * i + 2], block_times_bit(delta, (i + shift) >> 3));
    }
    kernels->garble(labels, tables, gates, n, &delta, &start, 1000);
    kernels->evaluate(active, tables, gates, n, &start, 1000);
    for (size_t i = 0; i < n; i++) {
        uint64_t product = (i + shift) >> 2 & (i + shift) >> 3 & 1;
        block expected = block_xor(labels[3 * i], block_times_bit(delta, product));

        ck_assert_mem_eq(&active[3 * i], &expected, sizeof expected);
    }
}

START_TEST(truth_table)
{
    const struct garble_kernels *kernels = kernels_of(_i);
    uint64_t state = 22;

    if (kernels == NULL) return;
    for (size_t n = 1; n <= 20; n++) {
        for (size_t shift = 0; shift < 16; shift++) check_truth_table(kernels, n, shift, &state);
    }
}
END_TEST

/* Both inputs on one wire: a AND a is a. */
START_TEST(one_wire_twice)
{
    const struct garble_kernels *kernels = kernels_of(_i);
    uint64_t state = 23;

    if (kernels == NULL) return;
    for (uint64_t value = 0; value < 4; value++) {
        struct slot_gate gate = {1, 0, 0};
        block delta = random_block(&state), start = random_block(&state);
        block zero[2], active[2], expected;
        uint8_t table[TABLE_LEN];

        delta.half[0] |= 1;
        zero[0] = coloured(random_block(&state), value >> 1);
        active[0] = block_xor(zero[0], block_times_bit(delta, value));
        kernels->garble(zero, table, &gate, 1, &delta, &start, 5);
        kernels->evaluate(active, table, &gate, 1, &start, 5);
        expected = block_xor(zero[1], block_times_bit(delta, value));
        ck_assert_mem_eq(&active[1], &expected, sizeof expected);
    }
}
END_TEST

/* A gate may write the slot of its own input: same tables and labels as with a slot apart. */
START_TEST(out_over_own_input)
{
    const struct garble_kernels *kernels = kernels_of(_i);
    uint64_t state = 24;

    if (kernels == NULL) return;
    for (size_t n = 1; n <= 20; n++) {
        struct slot_gate apart[20], over[20];
        block labels[60], other[60], delta = random_block(&state), start = random_block(&state);
        uint8_t tables[20 * TABLE_LEN], other_tables[20 * TABLE_LEN];

        for (uint32_t i = 0; i < 60; i++) labels[i] = random_block(&state);
        memcpy(other, labels, sizeof labels);
        for (uint32_t i = 0; i < n; i++) {
            apart[i] = (struct slot_gate){3 * i, 3 * i + 1, 3 * i + 2};
            over[i] = (struct slot_gate){3 * i + 1 + i % 2, 3 * i + 1, 3 * i + 2};
        }
        kernels->garble(labels, tables, apart, n, &delta, &start, 9);
        kernels->garble(other, other_tables, over, n, &delta, &start, 9);
        ck_assert_mem_eq(tables, other_tables, TABLE_LEN * n);
        for (size_t i = 0; i < n; i++) {
            ck_assert_mem_eq(&labels[apart[i].out], &other[over[i].out], sizeof(block));
        }
    }
}
END_TEST

static Suite *garble_kernels_suite(void)
{
    Suite *suite = suite_create("garble_kernels");
    TCase *tests = tcase_create("kernels");

    tcase_set_timeout(tests, 120);
    tcase_add_loop_test(tests, kernels_equal_the_reference, 0, CPU_N_ISAS);
    tcase_add_loop_test(tests, narrow_kernels_equal_the_reference, 0, CPU_N_ISAS);
    tcase_add_loop_test(tests, lanes_equal_the_reference, 0, CPU_N_ISAS);
    tcase_add_loop_test(tests, free_gates_in_lanes, 0, CPU_N_ISAS);
    tcase_add_loop_test(tests, lanes_of_far_slots, 0, CPU_N_ISAS);
    tcase_add_loop_test(tests, colours_are_lowest_bits, 0, CPU_N_ISAS);
    tcase_add_loop_test(tests, truth_table, 0, CPU_N_ISAS);
    tcase_add_loop_test(tests, one_wire_twice, 0, CPU_N_ISAS);
    tcase_add_loop_test(tests, out_over_own_input, 0, CPU_N_ISAS);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    return run_suite(garble_kernels_suite());
}
