/*
 * The ring, and the projection from labels to shares: against integers, to the byte, with every
 * instruction set; what the evaluator does not choose stays random.
 */
#include "base/cpu.h"
#include "base/memory.h"
#include "base/random.h"
#include "ot/transfer.h"
#include "share/project.h"
#include "tests/support/suite.h"
#include "tests/support/support.h"

#include <string.h>

#define MAX_N 1300

static sotto_context *context;

static void setup(void)
{
    context = test_context();
}

static void teardown(void)
{
    sotto_context_free(context);
}

/* Bit by bit. */
START_TEST(packing_keeps_the_order_of_bits)
{
    unsigned bits = (unsigned)_i;
    uint32_t elements[67], back[67];
    uint64_t state = 5 + bits;

    for (size_t n = 0; n <= 67; n += n < 9 ? 1 : 29) {
        size_t len = packed_len(n, bits);
        uint8_t bytes[67 * 4 + 1];

        for (size_t i = 0; i < n; i++) elements[i] = (uint32_t)test_next(&state) & ring_mask(bits);
        memset(bytes, 0xa5, sizeof bytes);
        ring_pack(bytes, elements, n, bits);
        for (size_t at = 0; at < n * bits; at++)
            ck_assert_uint_eq(bytes[at / 8] >> at % 8 & 1, elements[at / bits] >> at % bits & 1);
        for (size_t at = n * bits; at < 8 * len; at++)
            ck_assert_uint_eq(bytes[at / 8] >> at % 8 & 1, 0);
        ck_assert_uint_eq(bytes[len], 0xa5);
        ring_unpack(back, bytes, n, bits);
        ck_assert_mem_eq(back, elements, n * sizeof *back);
    }
}
END_TEST

/* A value with a column, at both parties. */
struct case_of {
    struct projection projection;
    struct projection_column column;
    uint32_t rows[MAX_N];
    int32_t weights[MAX_N];
    uint32_t value;
    block delta, zero_labels[PROJECT_MAX_VALUE_BITS], labels[PROJECT_MAX_VALUE_BITS];
    struct label_hash hashes[2];
    uint32_t shares[2][MAX_N];
    uint8_t *message;
    size_t len;
};

static void draw(struct case_of *c, uint64_t *state, unsigned ring_bits, unsigned value_bits,
                 size_t n)
{
    c->projection = (struct projection){ring_bits, value_bits, test_next(state) % 2 == 0};
    c->value = (uint32_t)test_next(state) & ring_mask(value_bits);
    c->delta = block_of(test_next(state), test_next(state) | 1);
    for (unsigned j = 0; j < value_bits; j++) {
        c->zero_labels[j] = block_of(test_next(state), test_next(state));
        c->labels[j] = block_xor(c->zero_labels[j], block_times_bit(c->delta, c->value >> j));
    }
    for (size_t i = 0; i < MAX_N; i++) {
        c->rows[i] = (uint32_t)(MAX_N - 1 - i);
        c->weights[i] = (int32_t)((uint32_t)test_next(state) & 0xff) - 128;
        c->shares[0][i] = (uint32_t)test_next(state);
        c->shares[1][i] = 7 - c->shares[0][i];
    }
    c->weights[0] = INT32_MIN;
    c->column = (struct projection_column){
        .rows = test_next(state) % 2 == 0 ? c->rows : NULL, .weights = c->weights, .n = n};
    c->hashes[0] = (struct label_hash){.start = block_of(test_next(state), test_next(state))};
    c->hashes[1] = c->hashes[0];
    c->len = projection_message_len(&c->projection, n);
    c->message = mem_new(c->len + 1, 1);
    ck_assert_ptr_nonnull(c->message);
    c->message[c->len] = 0xa5;
}

static void project(struct case_of *c)
{
    struct projector *projector;

    ck_assert_int_eq(projector_new(context, &projector), SOTTO_OK);
    ck_assert_int_eq(project_send(projector, context, c->shares[0], c->message, &c->hashes[0],
                                  c->zero_labels, &c->projection, &c->column, &c->delta),
                     SOTTO_OK);
    ck_assert_int_eq(project_receive(projector, context, c->shares[1], &c->hashes[1], c->labels,
                                     c->message, &c->projection, &c->column),
                     SOTTO_OK);
    ck_assert_uint_eq(c->hashes[0].next, c->hashes[1].next);
    ck_assert_uint_eq(c->message[c->len], 0xa5);
    projector_free(projector);
}

/* The value as the ring has it. */
static uint32_t number(const struct case_of *c)
{
    unsigned bits = c->projection.value_bits;

    if (c->projection.is_signed && c->value >> (bits - 1) == 1)
        return c->value - (1U << (bits - 1)) * 2;
    return c->value;
}

static void check(const struct case_of *c)
{
    uint32_t mask = ring_mask(c->projection.ring_bits), x = number(c);

    for (size_t i = 0; i < MAX_N; i++) {
        size_t row = c->column.rows != NULL ? c->rows[i] : i;
        uint32_t sum = c->shares[0][row] + c->shares[1][row];
        uint32_t product = i < c->column.n ? x * (uint32_t)c->weights[i] : 0;

        ck_assert_uint_eq(sum & mask, (7 + product) & mask);
    }
}

START_TEST(shares_add_up_to_products)
{
    static const size_t counts[] = {0, 1, 2, 3, 4, 5, 10, 127, 511, 512, 513, MAX_N};
    static struct case_of c;
    uint64_t state = 77 + (uint64_t)_i;

    for (unsigned ring_bits = 1; ring_bits <= RING_MAX_BITS; ring_bits += ring_bits < 9 ? 1 : 4)
        for (size_t k = 0; k < sizeof counts / sizeof counts[0]; k++) {
            unsigned most = ring_bits < PROJECT_MAX_VALUE_BITS ? ring_bits : PROJECT_MAX_VALUE_BITS;

            draw(&c, &state, ring_bits, 1 + (unsigned)(test_next(&state) % most), counts[k]);
            project(&c);
            check(&c);
            mem_free(c.message);
        }
}
END_TEST

/* nn.md's formula: MACs times the sum of (k - j) bits. */
START_TEST(bytes_equal_the_formula)
{
    const struct projection projection = {22, 8, false};
    size_t bits = 0;

    for (unsigned j = 0; j < 8; j++) bits += 22 - j;
    ck_assert_uint_eq(projection_message_len(&projection, 128), 128 * bits / 8);
    ck_assert_uint_eq(projection_message_len(&projection, 1536), 1536 * bits / 8);
}
END_TEST

/* Every instruction set makes the same message and the same shares. */
START_TEST(instruction_sets_agree)
{
    static struct case_of portable, other;
    uint64_t state = 9, same = 9;

    for (int isa = 0; isa < CPU_N_ISAS; isa++) {
        if (!cpu_supports((enum cpu_isa)isa)) continue;
        same = state;
        cpu_force(CPU_PORTABLE);
        draw(&portable, &same, 21, 7, 300);
        project(&portable);
        same = state;
        cpu_force((enum cpu_isa)isa);
        draw(&other, &same, 21, 7, 300);
        project(&other);
        ck_assert_mem_eq(portable.message, other.message, portable.len);
        ck_assert_mem_eq(portable.shares, other.shares, sizeof other.shares);
        mem_free(portable.message);
        mem_free(other.message);
    }
}
END_TEST

/* SEC-4: the same labels under the next tweaks give other pads: no two values' messages are
 * related. And a message does not tell one weight from another: bits are even for extreme weights.
 */
START_TEST(messages_look_random)
{
    static struct case_of c;
    uint64_t state = 31, ones = 0, total = 0, next;
    uint8_t *first;

    draw(&c, &state, 24, 8, MAX_N);
    for (size_t i = 0; i < MAX_N; i++) c.weights[i] = _i == 0 ? 0 : -1;
    project(&c);
    first = c.message;
    next = c.hashes[0].next;
    ck_assert_uint_ge(next, 8 * MAX_N / 4);
    c.message = mem_new(c.len + 1, 1);
    c.message[c.len] = 0xa5;
    project(&c);
    ck_assert_uint_eq(c.hashes[0].next, 2 * next);
    for (size_t i = 0; i < c.len; i++) {
        ones += (uint64_t)__builtin_popcount(c.message[i]);
        ones += (uint64_t)__builtin_popcount(c.message[i] ^ first[i]);
        total += 16;
    }
    /* Nine standard deviations. */
    ck_assert(ones * 2 > total - 6 * 1000 && ones * 2 < total + 6 * 1000);
    ck_assert_uint_gt(total, 400000);
    mem_free(first);
    mem_free(c.message);
}
END_TEST

/* SEC-5: a message that the tweaks are too few for is refused. */
START_TEST(tweaks_run_out)
{
    static struct case_of c;
    struct projector *projector;
    uint64_t state = 3;

    draw(&c, &state, 20, 7, 40);
    c.hashes[0].next = c.hashes[1].next = UINT64_MAX - 8;
    ck_assert_int_eq(projector_new(context, &projector), SOTTO_OK);
    ck_assert_int_eq(project_send(projector, context, c.shares[0], c.message, &c.hashes[0],
                                  c.zero_labels, &c.projection, &c.column, &c.delta),
                     SOTTO_ERR_LIMIT);
    ck_assert_int_eq(project_receive(projector, context, c.shares[1], &c.hashes[1], c.labels,
                                     c.message, &c.projection, &c.column),
                     SOTTO_ERR_LIMIT);
    projector_free(projector);
    mem_free(c.message);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("share");
    TCase *ring = tcase_create("ring"), *projection = tcase_create("projection");

    tcase_add_loop_test(ring, packing_keeps_the_order_of_bits, 1, RING_MAX_BITS + 1);
    suite_add_tcase(suite, ring);
    tcase_add_checked_fixture(projection, setup, teardown);
    tcase_add_loop_test(projection, shares_add_up_to_products, 0, 4);
    tcase_add_test(projection, bytes_equal_the_formula);
    tcase_add_test(projection, instruction_sets_agree);
    tcase_add_loop_test(projection, messages_look_random, 0, 2);
    tcase_add_test(projection, tweaks_run_out);
    tcase_set_timeout(projection, 60);
    suite_add_tcase(suite, projection);
    return run_suite(suite);
}
