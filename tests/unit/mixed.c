/*
 * Mixed sessions: two parties as two threads over a socket pair. Inputs, linear layers, circuits
 * over shares and over wires, revealing, telling; bytes on the wire; peers that disagree, go away
 * or say something else.
 */
#include "sotto-share.h"

#include "base/memory.h"
#include "base/random.h"
#include "net/channel.h"
#include "net/wire.h"
#include "proto/mixed.h"
#include "tests/support/circuits.h"
#include "tests/support/suite.h"
#include "tests/support/support.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define IDLE_TIMEOUT 1500 /* milliseconds */
#define RING_BITS 21
#define VALUE_BITS 7
#define N_VALUES 300
#define N_SHARES 700 /* more than a stretch of a column */
#define MAX_INSTANCES 37
#define MAX_BITS 4096

struct side {
    int fd;
    sotto_mixed_options options;
    void (*run)(struct side *side);
    uint64_t seed; /* of the test's data: the same at both sides */
    int number;    /* of the test's loop */
    sotto_context *context;
    sotto_channel *channel;
    sotto_mixed *mixed;
    sotto_err err; /* of opening, or of the first call that failed */
    uint32_t shares[N_SHARES], values[N_SHARES];
    uint8_t bits[MAX_INSTANCES * MAX_BITS], more_bits[MAX_INSTANCES * MAX_BITS];
    uint8_t *many; /* bits of as many instances as a test has */
    uint8_t *heard;
    size_t heard_len;
    uint64_t bytes_sent, first_bytes; /* and before what is counted */
};

#define TRY(call)                                                                                  \
    do {                                                                                           \
        if (side->err == SOTTO_OK) side->err = (call);                                             \
    } while (0)

static bool garbles(const struct side *side)
{
    return side->options.role == SOTTO_GARBLER;
}

static void *run_side(void *argument)
{
    struct side *side = argument;

    side->context = test_context();
    ck_assert_int_eq(channel_over(side->context, &side->channel, side->fd, side->fd, IDLE_TIMEOUT),
                     SOTTO_OK);
    side->err = sotto_mixed_open(side->context, &side->mixed, side->channel, &side->options);
    if (side->err == SOTTO_OK) side->run(side);
    side->bytes_sent = sotto_channel_bytes_sent(side->channel);
    return NULL;
}

static struct side *sides_new(void (*run)(struct side *side), int number)
{
    struct side *sides = mem_new(2, sizeof *sides);

    ck_assert_ptr_nonnull(sides);
    for (int i = 0; i < 2; i++) {
        sides[i].options.role = i == 0 ? SOTTO_GARBLER : SOTTO_EVALUATOR;
        sides[i].options.ot_width = (unsigned)number % 2 + 1;
        sides[i].run = run;
        sides[i].number = number;
        sides[i].seed = 1000 + (uint64_t)number;
    }
    return sides;
}

static void sides_free(struct side *sides)
{
    for (int i = 0; i < 2; i++) {
        sotto_mixed_free(sides[i].mixed);
        sotto_mixed_forget(sides[i].heard);
        mem_free(sides[i].many);
        sotto_channel_free(sides[i].channel);
        sotto_context_free(sides[i].context);
    }
    mem_free(sides);
}

static void run_both(struct side *sides)
{
    pthread_t thread;
    int fds[2];

    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    for (int i = 0; i < 2; i++) sides[i].fd = fds[i];
    ck_assert_int_eq(pthread_create(&thread, NULL, run_side, &sides[1]), 0);
    run_side(&sides[0]);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
}

static void expect_success(const struct side *sides)
{
    for (int i = 0; i < 2; i++)
        ck_assert_msg(sides[i].err == SOTTO_OK, "side %d: %s", i,
                      sotto_context_message(sides[i].context));
}

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

/* Bytes of a message in frames. */
static uint64_t framed(uint64_t len)
{
    return len + FRAME_HEADER_LEN * ((len + FRAME_MAX_LEN - 1) / FRAME_MAX_LEN);
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
                      framed(sotto_linear_bytes(&linear, N_VALUES, VALUE_BITS)));
    ck_assert_uint_eq(sides[1].first_bytes, 0);
    sides_free(sides);
}
END_TEST

/* -------------------------------------------------------------------------------- circuits -- */

struct program {
    sotto_circuit *circuit;
    sotto_interface *interface;
    uint64_t n_inputs, n_bits[2], n_all_bits, n_output_bits;
};

static void program_init(struct program *program, sotto_context *context, uint64_t seed)
{
    int owners[RANDOM_CIRCUIT_INPUTS];
    uint64_t state = seed;
    size_t n_owners;
    char *text = random_circuit(owners, &n_owners, &state);
    sotto_circuit *circuit;

    *program = (struct program){0};
    ck_assert_int_eq(sotto_circuit_parse(context, &program->circuit, "random", text, strlen(text)),
                     SOTTO_OK);
    free(text);
    circuit = program->circuit;
    ck_assert_int_eq(
        sotto_interface_default(context, &program->interface, circuit, owners, n_owners), SOTTO_OK);
    program->n_inputs = sotto_circuit_n_inputs(circuit);
    for (uint64_t i = 0; i < program->n_inputs; i++)
        program->n_all_bits += sotto_circuit_input_bits(circuit, i);
    for (int role = 0; role < 2; role++)
        program->n_bits[role] = sotto_interface_role_bits(program->interface, (sotto_role)role);
    for (uint64_t i = 0; i < sotto_circuit_n_outputs(circuit); i++)
        program->n_output_bits += sotto_circuit_output_bits(circuit, i);
    ck_assert_uint_lt(program->n_all_bits, MAX_BITS);
    ck_assert_uint_lt(program->n_output_bits, MAX_BITS);
}

static void program_wipe(struct program *program)
{
    sotto_interface_free(program->interface);
    sotto_circuit_free(program->circuit);
}

static uint8_t input_bit(uint64_t seed, sotto_role role, uint64_t i)
{
    uint64_t state = seed + 97 * i + (uint64_t)role;

    return test_next(&state) & 1;
}

/* All input bits of an instance, in the circuit's order. */
static void instance_bits(uint8_t *bits, const struct program *program, uint64_t seed,
                          uint64_t instance)
{
    uint64_t at[2] = {instance * program->n_bits[0], instance * program->n_bits[1]};

    for (uint64_t i = 0; i < program->n_inputs; i++) {
        sotto_role owner = sotto_interface_input_owner(program->interface, i);

        for (uint64_t n = sotto_circuit_input_bits(program->circuit, i); n > 0; n--)
            *bits++ = input_bit(seed, owner, at[owner]++);
    }
}

static uint64_t n_instances_of(const struct side *side)
{
    static const uint64_t counts[] = {1, 7, 8, 9, 20, MAX_INSTANCES};

    return counts[side->number % 6];
}

static void run_circuits(struct side *side)
{
    uint64_t n = n_instances_of(side);
    sotto_wires *wires = NULL;
    struct program program;

    program_init(&program, side->context, side->seed);
    for (uint64_t i = 0; i < n * program.n_bits[side->options.role]; i++)
        side->bits[i] = input_bit(side->seed, side->options.role, i);
    TRY(sotto_mixed_apply(side->mixed, &wires, program.circuit, program.interface, side->bits, NULL,
                          n));
    TRY(sotto_mixed_share_bits(side->mixed, side->more_bits, wires));
    TRY(sotto_mixed_reveal(side->mixed, side->bits, wires,
                           side->number % 3 == 0 ? SOTTO_REVEAL_GARBLER : SOTTO_REVEAL_BOTH));
    TRY(sotto_mixed_finish(side->mixed));
    sotto_wires_free(wires);
    program_wipe(&program);
}

START_TEST(circuits_give_what_they_compute)
{
    struct side *sides = sides_new(run_circuits, _i);
    struct program program;
    uint8_t bits[MAX_BITS], expected[MAX_BITS];

    run_both(sides);
    expect_success(sides);
    program_init(&program, sides[0].context, sides[0].seed);
    for (uint64_t k = 0; k < n_instances_of(&sides[0]); k++) {
        uint64_t at = k * program.n_output_bits;

        instance_bits(bits, &program, sides[0].seed, k);
        ck_assert_int_eq(sotto_circuit_evaluate(sides[0].context, expected, program.circuit, bits),
                         SOTTO_OK);
        ck_assert_mem_eq(sides[0].bits + at, expected, program.n_output_bits);
        for (uint64_t i = 0; i < program.n_output_bits; i++)
            ck_assert_uint_eq(sides[0].more_bits[at + i] ^ sides[1].more_bits[at + i], expected[i]);
    }
    program_wipe(&program);
    sides_free(sides);
}
END_TEST

/* Threads at the garbler alone: they are a party's own matter. */
static void run_shared(struct side *side)
{
    uint64_t n = n_instances_of(side);
    struct program program;

    program_init(&program, side->context, side->seed);
    for (uint64_t i = 0; i < n * program.n_bits[side->options.role]; i++)
        side->bits[i] = input_bit(side->seed, side->options.role, i);
    TRY(sotto_mixed_apply_shared(side->mixed, side->more_bits, program.circuit, program.interface,
                                 side->bits, NULL, n));
    TRY(sotto_mixed_finish(side->mixed));
    program_wipe(&program);
}

START_TEST(shares_of_outputs_add_up)
{
    struct side *sides = sides_new(run_shared, _i);
    struct program program;
    uint8_t bits[MAX_BITS], expected[MAX_BITS];

    sides[0].options.n_threads = (uint64_t)_i % 4;
    run_both(sides);
    expect_success(sides);
    program_init(&program, sides[0].context, sides[0].seed);
    for (uint64_t k = 0; k < n_instances_of(&sides[0]); k++) {
        uint64_t at = k * program.n_output_bits;

        instance_bits(bits, &program, sides[0].seed, k);
        ck_assert_int_eq(sotto_circuit_evaluate(sides[0].context, expected, program.circuit, bits),
                         SOTTO_OK);
        for (uint64_t i = 0; i < program.n_output_bits; i++)
            ck_assert_uint_eq(sides[0].more_bits[at + i] ^ sides[1].more_bits[at + i], expected[i]);
    }
    program_wipe(&program);
    sides_free(sides);
}
END_TEST

/* A 3-bit adder, of the garbler's number and the evaluator's. The sums go through it again as
 * wires, in another order and some of them twice; the outcome, as values, times weights. */
static const char adder[] = "13 19\n2 3 3\n1 3\n\n"
                            "2 1 0 3 6 XOR\n2 1 0 3 7 AND\n"
                            "2 1 1 4 8 XOR\n2 1 8 7 9 XOR\n2 1 1 7 10 XOR\n2 1 4 7 11 XOR\n"
                            "2 1 10 11 12 AND\n2 1 12 7 13 XOR\n"
                            "2 1 2 5 14 XOR\n2 1 14 13 15 XOR\n"
                            "1 1 6 16 EQW\n1 1 9 17 EQW\n1 1 15 18 EQW\n";

#define N_SUMS 21

static uint64_t partner(uint64_t i)
{
    return i * i % N_SUMS;
}

static uint32_t number_of(uint64_t seed, sotto_role role, uint64_t i)
{
    uint32_t number = 0;

    for (unsigned j = 0; j < 3; j++) number |= (uint32_t)input_bit(seed, role, 3 * i + j) << j;
    return number;
}

static uint32_t sum_of(uint64_t seed, uint64_t i)
{
    if (i % 3 == 0) return number_of(seed, SOTTO_EVALUATOR, i);
    return (number_of(seed, SOTTO_GARBLER, i) + number_of(seed, SOTTO_EVALUATOR, i)) % 8;
}

static void one_row(void *user, sotto_column *column, uint64_t value)
{
    static const int32_t weight = 1000;

    (void)user;
    column->first_row = value;
    column->n = 1;
    column->weights = &weight;
}

/* The sums, taken apart and put together again from two wires. */
static void shuffle(struct side *side, sotto_wires **sums, const sotto_wires *numbers)
{
    const sotto_wires *parts[2] = {numbers, *sums};
    sotto_wires *gathered = NULL;
    uint64_t values[N_SUMS];
    uint32_t part[N_SUMS];

    for (uint64_t i = 0; i < N_SUMS; i++) {
        part[i] = i % 3 == 0 ? 0 : 1;
        values[i] = i;
    }
    TRY(sotto_mixed_gather(side->mixed, &gathered, parts, 2, part, values, N_SUMS));
    values[3] = N_SUMS;
    if (side->err == SOTTO_OK)
        ck_assert_int_eq(sotto_mixed_gather(side->mixed, &gathered, parts, 2, part, values, N_SUMS),
                         SOTTO_ERR_USAGE);
    sotto_wires_free(*sums);
    *sums = gathered;
}

static void run_chain(struct side *side)
{
    const sotto_linear linear = {16, 0, N_SUMS, one_row, NULL};
    sotto_wires *numbers = NULL, *sums = NULL, *again = NULL;
    sotto_interface *interface = NULL;
    sotto_circuit *circuit = NULL;
    uint64_t same[N_SUMS], other[N_SUMS];

    for (uint64_t i = 0; i < N_SUMS; i++) {
        same[i] = i;
        other[i] = partner(i);
    }
    for (uint64_t i = 0; i < 3 * N_SUMS; i++)
        side->bits[i] = input_bit(side->seed, side->options.role, i);
    TRY(sotto_circuit_parse(side->context, &circuit, "adder", adder, sizeof adder - 1));
    TRY(sotto_interface_default(side->context, &interface, circuit, NULL, 0));
    TRY(sotto_mixed_input(side->mixed, &numbers, side->bits, N_SUMS, 3));
    {
        const sotto_operand operands[2] = {{NULL, NULL}, {numbers, same}};

        TRY(sotto_mixed_apply(side->mixed, &sums, circuit, interface, side->bits, operands,
                              N_SUMS));
    }
    shuffle(side, &sums, numbers);
    {
        const sotto_operand operands[2] = {{sums, other}, {sums, same}};

        TRY(sotto_mixed_apply(side->mixed, &again, circuit, interface, NULL, operands, N_SUMS));
    }
    {
        const sotto_operand operand = {again, other};

        TRY(sotto_mixed_project(side->mixed, side->shares, &operand, N_SUMS, &linear));
    }
    TRY(sotto_mixed_reveal_shares(side->mixed, side->values, side->shares, N_SUMS, 16,
                                  SOTTO_REVEAL_BOTH));
    TRY(sotto_mixed_finish(side->mixed));
    sotto_wires_free(numbers);
    sotto_wires_free(sums);
    sotto_wires_free(again);
    sotto_interface_free(interface);
    sotto_circuit_free(circuit);
}

START_TEST(wires_go_through_circuits_again)
{
    struct side *sides = sides_new(run_chain, _i);

    run_both(sides);
    expect_success(sides);
    for (uint64_t i = 0; i < N_SUMS; i++) {
        uint64_t p = partner(i);
        uint32_t sum = (sum_of(sides[0].seed, partner(p)) + sum_of(sides[0].seed, p)) % 8;

        ck_assert_uint_eq(sides[0].values[i], 1000 * sum);
        ck_assert_uint_eq(sides[1].values[i], 1000 * sum);
    }
    sides_free(sides);
}
END_TEST

/* Enough instances for a few windows of inputs, and some that fill no lanes at the end. */
#define MANY_SUMS 20003

static void run_many(struct side *side)
{
    uint8_t *bits = mem_new(MANY_SUMS, 3);
    sotto_interface *interface = NULL;
    sotto_circuit *circuit = NULL;
    sotto_wires *sums = NULL;

    ck_assert_ptr_nonnull(bits);
    side->mixed->window_rows = side->number == 0 ? 4000 : 100;
    for (uint64_t i = 0; i < 3 * MANY_SUMS; i++)
        bits[i] = input_bit(side->seed, side->options.role, i);
    TRY(sotto_circuit_parse(side->context, &circuit, "adder", adder, sizeof adder - 1));
    TRY(sotto_interface_default(side->context, &interface, circuit, NULL, 0));
    TRY(sotto_mixed_apply(side->mixed, &sums, circuit, interface, bits, NULL, MANY_SUMS));
    TRY(sotto_mixed_reveal(side->mixed, bits, sums, SOTTO_REVEAL_BOTH));
    TRY(sotto_mixed_finish(side->mixed));
    side->many = bits;
    sotto_wires_free(sums);
    sotto_interface_free(interface);
    sotto_circuit_free(circuit);
}

START_TEST(instances_of_many_windows_are_computed)
{
    struct side *sides = sides_new(run_many, _i);

    run_both(sides);
    expect_success(sides);
    for (uint64_t i = 0; i < MANY_SUMS; i++) {
        const uint8_t *sum = sides[_i].many + 3 * i;
        uint32_t expected = number_of(sides[0].seed, SOTTO_GARBLER, i) +
                            number_of(sides[0].seed, SOTTO_EVALUATOR, i);

        ck_assert_uint_eq(sum[0] + 2U * sum[1] + 4U * sum[2], expected % 8);
    }
    sides_free(sides);
}
END_TEST

/* The second of the adder's two ANDs is final: in lanes it takes two bits an instance, filled up
 * for a bundle. What does not fill the lanes, or takes wires, has whole tables. */
#define SHARED_SUMS 1003 /* 15 bundles of 8 groups, one of 5 groups, and 3 instances */
#define SHARED_LEN (16 * 256 + 1000 * 32 + 3 * 64)
#define WIRED_SUMS 11

static uint64_t sent_since(const struct side *side, uint64_t before)
{
    return sotto_channel_bytes_sent(side->channel) - before;
}

static void run_shared_sums(struct side *side)
{
    uint8_t *bits = mem_new(SHARED_SUMS, 3), *shares = mem_new(SHARED_SUMS + WIRED_SUMS, 3);
    sotto_interface *interface = NULL;
    sotto_circuit *circuit = NULL;
    sotto_wires *numbers = NULL;
    sotto_operand operands[2] = {{NULL, NULL}, {NULL, NULL}};
    uint64_t before = 0;

    ck_assert(bits != NULL && shares != NULL);
    side->mixed->window_rows = side->number == 0 ? side->mixed->window_rows : 700;
    for (uint64_t i = 0; i < 3 * SHARED_SUMS; i++)
        bits[i] = input_bit(side->seed, side->options.role, i);
    TRY(sotto_circuit_parse(side->context, &circuit, "adder", adder, sizeof adder - 1));
    TRY(sotto_interface_default(side->context, &interface, circuit, NULL, 0));
    before = sotto_channel_bytes_sent(side->channel);
    TRY(sotto_mixed_apply_shared(side->mixed, shares, circuit, interface, bits, NULL, SHARED_SUMS));
    side->first_bytes = sent_since(side, before);
    TRY(sotto_mixed_input(side->mixed, &numbers, garbles(side) ? NULL : bits, WIRED_SUMS, 3));
    operands[1].wires = numbers;
    TRY(sotto_mixed_apply_shared(side->mixed, shares + 3 * SHARED_SUMS, circuit, interface, bits,
                                 operands, WIRED_SUMS));
    TRY(sotto_mixed_finish(side->mixed));
    side->many = shares;
    mem_free(bits);
    sotto_wires_free(numbers);
    sotto_interface_free(interface);
    sotto_circuit_free(circuit);
}

START_TEST(final_ands_take_two_bits)
{
    struct side *sides = sides_new(run_shared_sums, _i);

    run_both(sides);
    expect_success(sides);
    for (uint64_t i = 0; i < SHARED_SUMS + WIRED_SUMS; i++) {
        uint64_t number = i < SHARED_SUMS ? i : i - SHARED_SUMS;
        uint32_t sum = 0, expected = number_of(sides[0].seed, SOTTO_GARBLER, number) +
                                     number_of(sides[0].seed, SOTTO_EVALUATOR, number);

        for (uint64_t b = 0; b < 3; b++)
            sum |= (uint32_t)(sides[0].many[3 * i + b] ^ sides[1].many[3 * i + b]) << b;
        ck_assert_uint_eq(sum, expected % 8);
    }
    if (_i == 0) ck_assert_uint_eq(sides[0].first_bytes, SHARED_LEN + FRAME_HEADER_LEN);
    sides_free(sides);
}
END_TEST

/* Output i is (a_i ^ a_0 b_0) b_i: one AND in the head, and so many final ones that the piece of a
 * bundle is sometimes cut by a frame's end. */
#define BROAD_BITS 72
#define BROAD_INSTANCES 5100

static sotto_circuit *broad_circuit(sotto_context *context)
{
    char text[BROAD_BITS * 64];
    sotto_circuit *circuit = NULL;
    int len = snprintf(text, sizeof text, "%d %d\n2 %d %d\n1 %d\n\n2 1 0 %d %d AND\n",
                       2 * BROAD_BITS + 1, 4 * BROAD_BITS + 1, BROAD_BITS, BROAD_BITS, BROAD_BITS,
                       BROAD_BITS, 2 * BROAD_BITS);

    for (int i = 0; i < BROAD_BITS; i++)
        len += snprintf(text + len, sizeof text - (size_t)len, "2 1 %d %d %d XOR\n", i,
                        2 * BROAD_BITS, 2 * BROAD_BITS + 1 + i);
    for (int i = 0; i < BROAD_BITS; i++)
        len += snprintf(text + len, sizeof text - (size_t)len, "2 1 %d %d %d AND\n",
                        2 * BROAD_BITS + 1 + i, BROAD_BITS + i, 3 * BROAD_BITS + 1 + i);
    ck_assert_int_lt(len, (int)sizeof text);
    ck_assert_int_eq(sotto_circuit_parse(context, &circuit, "wide", text, (size_t)len), SOTTO_OK);
    return circuit;
}

static void run_broad(struct side *side)
{
    uint8_t *bits = mem_new(BROAD_INSTANCES, BROAD_BITS);
    uint8_t *shares = mem_new(BROAD_INSTANCES, BROAD_BITS);
    sotto_circuit *circuit = broad_circuit(side->context);
    sotto_interface *interface = NULL;

    ck_assert(bits != NULL && shares != NULL);
    for (uint64_t i = 0; i < BROAD_INSTANCES * BROAD_BITS; i++)
        bits[i] = input_bit(side->seed, side->options.role, i);
    TRY(sotto_interface_default(side->context, &interface, circuit, NULL, 0));
    TRY(sotto_mixed_apply_shared(side->mixed, shares, circuit, interface, bits, NULL,
                                 BROAD_INSTANCES));
    TRY(sotto_mixed_finish(side->mixed));
    side->many = shares;
    mem_free(bits);
    sotto_interface_free(interface);
    sotto_circuit_free(circuit);
}

START_TEST(tables_of_final_ands_cross_frames)
{
    struct side *sides = sides_new(run_broad, 0);
    uint64_t seed = sides[0].seed;

    run_both(sides);
    expect_success(sides);
    for (uint64_t i = 0; i < BROAD_INSTANCES * BROAD_BITS; i++) {
        uint64_t first = i / BROAD_BITS * BROAD_BITS;
        int both = input_bit(seed, SOTTO_GARBLER, first) & input_bit(seed, SOTTO_EVALUATOR, first);

        ck_assert_int_eq(sides[0].many[i] ^ sides[1].many[i],
                         (input_bit(seed, SOTTO_GARBLER, i) ^ both) &
                             input_bit(seed, SOTTO_EVALUATOR, i));
    }
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
    const sotto_linear wide = {33, 0, N_SHARES, one_row, NULL};
    const sotto_linear good = {20, 0, N_SHARES, one_row, NULL};
    sotto_wires *wires = NULL, *none = NULL;
    sotto_interface *interface = NULL;
    sotto_circuit *circuit = NULL;

    TRY(sotto_mixed_input(side->mixed, &wires, side->bits, 10, 4));
    TRY(sotto_circuit_parse(side->context, &circuit, "adder", adder, sizeof adder - 1));
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
    tcase_add_loop_test(sessions, circuits_give_what_they_compute, 0, 24);
    tcase_add_loop_test(sessions, shares_of_outputs_add_up, 0, 48);
    tcase_add_loop_test(sessions, final_ands_take_two_bits, 0, 2);
    tcase_add_test(sessions, tables_of_final_ands_cross_frames);
    tcase_add_loop_test(sessions, wires_go_through_circuits_again, 0, 4);
    tcase_add_loop_test(sessions, instances_of_many_windows_are_computed, 0, 2);
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
