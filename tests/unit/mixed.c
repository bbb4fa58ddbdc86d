/*
 * Mixed sessions: inputs, linear layers and what goes over the wire for them, telling; peers that
 * disagree, go away or say something else. Circuits are in mixed_circuits.c.
 */
#include "tests/unit/mixed_sides.h"

#include "base/memory.h"
#include "tests/support/circuits.h"
#include "tests/support/relay.h"
#include "tests/support/suite.h"

#include <string.h>

#define RING_BITS 21
#define VALUE_BITS 7
#define N_VALUES 300

/* --------------------------------------------------------------------------- linear layers -- */

/* Test data: values, and a matrix whose columns are dense, sparse or empty. */
struct matrix {
    uint32_t rows[N_SHARES];
    int32_t weights[N_SHARES];
    bool hides_weights;
};

static uint32_t value_at(uint64_t seed, uint64_t i)
{
    uint64_t state = seed + 31 * i;

    return (uint32_t)test_next(&state) % (1U << VALUE_BITS);
}

static int32_t weight_at(uint64_t value, uint64_t i)
{
    return (int32_t)((value * 37 + i * 11) % 255) - 127;
}

static void column(void *user, sotto_column *column, uint64_t value)
{
    struct matrix *matrix = user;

    column->n = value % 3 == 0 ? N_SHARES : value % 3 == 1 ? 25 : 0;
    for (uint64_t i = 0; i < column->n; i++) {
        matrix->rows[i] = (uint32_t)(3 * i + value % 7);
        matrix->weights[i] = weight_at(value, i);
    }
    if (value % 3 == 1) {
        column->rows = matrix->rows;
        column->first_row = value;
    }
    if (!matrix->hides_weights) column->weights = matrix->weights;
}

static void expected_products(uint32_t *shares, uint64_t seed, bool is_signed)
{
    static struct matrix matrix;

    memset(shares, 0, N_SHARES * sizeof *shares);
    for (uint64_t v = 0; v < N_VALUES; v++) {
        sotto_column c = {0};
        uint32_t x = value_at(seed, v);

        if (is_signed && x >> (VALUE_BITS - 1) == 1) x -= 1U << VALUE_BITS;
        column(&matrix, &c, v);
        for (uint64_t i = 0; i < c.n; i++)
            shares[c.first_row + (c.rows != NULL ? c.rows[i] : i)] += x * (uint32_t)c.weights[i];
    }
    for (size_t i = 0; i < N_SHARES; i++) shares[i] &= (1U << RING_BITS) - 1;
}

static void value_bits(uint8_t *bits, uint64_t seed)
{
    for (uint64_t i = 0; i < N_VALUES * VALUE_BITS; i++)
        bits[i] = value_at(seed, i / VALUE_BITS) >> i % VALUE_BITS & 1;
}

static void run_linear(struct side *side)
{
    struct matrix *matrix = mem_new(1, sizeof *matrix);
    const sotto_linear linear = {RING_BITS, side->number / 2 % 2, N_SHARES, column, matrix};
    sotto_reveal reveal = side->number % 2 == 0 ? SOTTO_REVEAL_BOTH : SOTTO_REVEAL_EVALUATOR;
    sotto_wires *wires = NULL;

    matrix->hides_weights = !garbles(side);
    value_bits(side->bits, side->seed);
    TRY(sotto_mixed_input(side->mixed, &wires, garbles(side) ? NULL : side->bits, N_VALUES,
                          VALUE_BITS));
    side->first_bytes = sotto_channel_bytes_sent(side->channel);
    {
        const sotto_operand operand = {wires, NULL};

        TRY(sotto_mixed_project(side->mixed, side->shares, &operand, N_VALUES, &linear));
    }
    side->first_bytes = sotto_channel_bytes_sent(side->channel) - side->first_bytes;
    TRY(sotto_mixed_reveal_shares(side->mixed, side->values, side->shares, N_SHARES, RING_BITS,
                                  reveal));
    TRY(sotto_mixed_finish(side->mixed));
    sotto_wires_free(wires);
    mem_free(matrix);
}

START_TEST(wires_times_weights_are_shares)
{
    struct side *sides = sides_new(run_linear, _i);
    static struct matrix matrix;
    static uint32_t expected[N_SHARES];
    const sotto_linear linear = {RING_BITS, 0, N_SHARES, column, &matrix};

    run_both(sides);
    expect_success(sides);
    expected_products(expected, sides[0].seed, _i / 2 % 2 != 0);
    ck_assert_mem_eq(sides[1].values, expected, sizeof expected);
    if (_i % 2 == 0) ck_assert_mem_eq(sides[0].values, expected, sizeof expected);
    else
        for (size_t i = 0; i < N_SHARES; i++) ck_assert_uint_eq(sides[0].values[i], 0);
    ck_assert_uint_eq(sides[0].first_bytes,
                      frames_len(sotto_linear_bytes(&linear, N_VALUES, VALUE_BITS)));
    ck_assert_uint_eq(sides[1].first_bytes, 0);
    sides_free(sides);
}
END_TEST

/* --------------------------------------------------------------------------------- telling -- */

static void run_telling(struct side *side)
{
    static const uint8_t news[] = "layers: 3";
    uint8_t *large = mem_new(700000, 1);

    for (size_t i = 0; i < 700000; i++) large[i] = (uint8_t)(i * i >> 5);
    if (garbles(side)) {
        TRY(sotto_mixed_tell(side->mixed, news, sizeof news));
        TRY(sotto_mixed_hear(side->mixed, &side->heard, &side->heard_len, 700000));
        TRY(sotto_mixed_tell(side->mixed, NULL, 0));
        TRY(sotto_mixed_tell(side->mixed, news, sizeof news));
        if (side->err == SOTTO_OK) ck_assert_mem_eq(side->heard, large, 700000);
    } else {
        uint8_t *heard = NULL;
        size_t len = 77;

        TRY(sotto_mixed_hear(side->mixed, &side->heard, &side->heard_len, sizeof news));
        if (side->err == SOTTO_OK) ck_assert_mem_eq(side->heard, news, sizeof news);
        TRY(sotto_mixed_tell(side->mixed, large, 700000));
        TRY(sotto_mixed_hear(side->mixed, &heard, &len, 0));
        if (side->err == SOTTO_OK) ck_assert_uint_eq(len, 0);
        sotto_mixed_forget(heard);
        heard = NULL;
        TRY(sotto_mixed_hear(side->mixed, &heard, &len, sizeof news - 1));
        ck_assert_ptr_null(heard);
    }
    mem_free(large);
}

/* What is longer than it may be ends the session. */
START_TEST(parties_tell_each_other)
{
    struct side *sides = sides_new(run_telling, 0);

    run_both(sides);
    ck_assert_int_eq(sides[0].err, SOTTO_OK);
    ck_assert_uint_eq(sides[0].heard_len, 700000);
    ck_assert_int_eq(sides[1].err, SOTTO_ERR_PROTOCOL);
    sides_free(sides);
}
END_TEST

/* --------------------------------------------------------------------------------- failure -- */

static void run_nothing(struct side *side)
{
    (void)side;
}

/* SEC-11: parties that differ in the extension, or in who garbles. */
START_TEST(disagreement_is_found)
{
    struct side *sides = sides_new(run_nothing, 0);

    if (_i == 0) sides[1].options.ot_width = 4;
    if (_i == 1) sides[1].options.role = SOTTO_GARBLER;
    if (_i == 2) sides[0].options.role = SOTTO_EVALUATOR;
    run_both(sides);
    for (int i = 0; i < 2; i++) {
        ck_assert(sides[i].err == SOTTO_ERR_MISMATCH || (_i >= 1 && sides[i].err != SOTTO_OK));
        ck_assert_ptr_null(sides[i].mixed);
    }
    sides_free(sides);
}
END_TEST

/* SEC-8, SEC-13: after the peer has said something else nothing is left, and every call says so. */
static void run_out_of_step(struct side *side)
{
    sotto_wires *wires = NULL;
    uint8_t byte = 0, *heard;
    size_t len;

    TRY(sotto_mixed_input(side->mixed, &wires, side->bits, 10, 4));
    if (garbles(side)) TRY(sotto_mixed_tell(side->mixed, &byte, 1));
    else TRY(sotto_mixed_reveal(side->mixed, side->bits, wires, SOTTO_REVEAL_BOTH));
    if (garbles(side)) TRY(sotto_mixed_hear(side->mixed, &heard, &len, 1));
    ck_assert_int_eq(sotto_mixed_tell(side->mixed, &byte, 1), SOTTO_ERR_USAGE);
    ck_assert_int_eq(sotto_mixed_reveal(side->mixed, side->bits, wires, SOTTO_REVEAL_BOTH),
                     SOTTO_ERR_USAGE);
    ck_assert_int_eq(sotto_mixed_finish(side->mixed), SOTTO_ERR_USAGE);
    sotto_wires_free(wires);
}

START_TEST(failures_are_terminal)
{
    struct side *sides = sides_new(run_out_of_step, 0);

    run_both(sides);
    ck_assert_int_eq(sides[1].err, SOTTO_ERR_PROTOCOL);
    ck_assert_int_eq(sides[0].err, SOTTO_ERR_ABORTED);
    sides_free(sides);
}
END_TEST

/* Calls that make no sense change nothing: the session goes on. */
static void run_wrong_calls(struct side *side)
{
    static const uint64_t far[1] = {10};
    const sotto_linear wide = {33, 0, N_SHARES, column, NULL};
    const sotto_linear good = {20, 0, N_SHARES, column, NULL};
    sotto_wires *wires = NULL, *none = NULL;
    sotto_interface *interface = NULL;
    sotto_circuit *circuit = NULL;

    TRY(sotto_mixed_input(side->mixed, &wires, side->bits, 10, 4));
    TRY(sotto_circuit_parse(side->context, &circuit, "tiny", tiny_circuit, strlen(tiny_circuit)));
    TRY(sotto_interface_default(side->context, &interface, circuit, NULL, 0));
    for (int i = 0; i < 2; i++) {
        const sotto_operand operand = {wires, i == 1 ? far : NULL};

        ck_assert_int_eq(
            sotto_mixed_project(side->mixed, side->shares, &operand, 1, i == 0 ? &wide : &good),
            SOTTO_ERR_USAGE);
    }
    ck_assert_int_eq(sotto_mixed_apply(side->mixed, &none, circuit, interface, NULL, NULL, 1),
                     SOTTO_ERR_USAGE);
    ck_assert_int_eq(
        sotto_mixed_apply_shared(side->mixed, side->more_bits, circuit, interface, NULL, NULL, 1),
        SOTTO_ERR_USAGE);
    ck_assert_int_eq(
        sotto_mixed_apply_shared(side->mixed, NULL, circuit, interface, side->bits, NULL, 1),
        SOTTO_ERR_USAGE);
    for (int i = 0; i < 2; i++) {
        const sotto_operand operands[2] = {{i == 0 ? wires : NULL, far}, {NULL, NULL}};

        if (operands[0].wires == NULL) continue;
        ck_assert_int_eq(
            sotto_mixed_apply(side->mixed, &none, circuit, interface, side->bits, operands, 1),
            SOTTO_ERR_USAGE);
    }
    ck_assert_int_eq(sotto_mixed_reveal(side->mixed, NULL, wires, SOTTO_REVEAL_BOTH),
                     SOTTO_ERR_USAGE);
    ck_assert_int_eq(sotto_mixed_reveal_shares(side->mixed, side->values, side->shares, 1, 40,
                                               SOTTO_REVEAL_BOTH),
                     SOTTO_ERR_USAGE);
    ck_assert_ptr_null(none);
    TRY(sotto_mixed_finish(side->mixed));
    sotto_wires_free(wires);
    sotto_interface_free(interface);
    sotto_circuit_free(circuit);
}

START_TEST(wrong_calls_are_refused)
{
    struct side *sides = sides_new(run_wrong_calls, 0);

    run_both(sides);
    expect_success(sides);
    sides_free(sides);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("mixed");
    TCase *sessions = tcase_create("sessions"), *failure = tcase_create("failure");

    tcase_add_loop_test(sessions, wires_times_weights_are_shares, 0, 4);
    tcase_add_test(sessions, parties_tell_each_other);
    tcase_set_timeout(sessions, 60);
    suite_add_tcase(suite, sessions);
    tcase_add_loop_test(failure, disagreement_is_found, 0, 3);
    tcase_add_test(failure, failures_are_terminal);
    tcase_add_test(failure, wrong_calls_are_refused);
    tcase_set_timeout(failure, 60);
    suite_add_tcase(suite, failure);
    return run_suite(suite);
}
