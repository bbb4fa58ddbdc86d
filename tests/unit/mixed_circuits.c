/*
 * Circuits of a mixed session: over fresh inputs and over wires, for wires and for shares, alone
 * and in lanes, in one window and in many.
 */
#include "tests/unit/mixed_sides.h"

#include "base/memory.h"
#include "proto/mixed_finals.h"
#include "tests/support/circuits.h"
#include "tests/support/suite.h"

#include <stdio.h>
#include <string.h>

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

static void choose_bits(struct side *side, const struct program *program)
{
    uint64_t n = n_instances_of(side) * program->n_bits[side->options.role];

    for (uint64_t i = 0; i < n; i++) side->bits[i] = input_bit(side->seed, side->options.role, i);
}

static void run_for_wires(struct side *side)
{
    sotto_wires *wires = NULL;
    struct program program;

    program_init(&program, side->context, side->seed);
    choose_bits(side, &program);
    TRY(sotto_mixed_apply(side->mixed, &wires, program.circuit, program.interface, side->bits, NULL,
                          n_instances_of(side)));
    TRY(sotto_mixed_share_bits(side->mixed, side->more_bits, wires));
    TRY(sotto_mixed_reveal(side->mixed, side->bits, wires,
                           side->number % 3 == 0 ? SOTTO_REVEAL_GARBLER : SOTTO_REVEAL_BOTH));
    TRY(sotto_mixed_finish(side->mixed));
    sotto_wires_free(wires);
    program_wipe(&program);
}

static void run_for_shares(struct side *side)
{
    struct program program;

    program_init(&program, side->context, side->seed);
    choose_bits(side, &program);
    TRY(sotto_mixed_apply_shared(side->mixed, side->more_bits, program.circuit, program.interface,
                                 side->bits, NULL, n_instances_of(side)));
    TRY(sotto_mixed_finish(side->mixed));
    program_wipe(&program);
}

/* The parties' shares add up to what the circuit computes in the clear, and so does what the
 * garbler was told, if it was. */
static void check_outputs(const struct side *sides, bool is_revealed)
{
    uint8_t bits[MAX_BITS], expected[MAX_BITS];
    struct program program;

    program_init(&program, sides[0].context, sides[0].seed);
    for (uint64_t k = 0; k < n_instances_of(&sides[0]); k++) {
        uint64_t at = k * program.n_output_bits;

        instance_bits(bits, &program, sides[0].seed, k);
        ck_assert_int_eq(sotto_circuit_evaluate(sides[0].context, expected, program.circuit, bits),
                         SOTTO_OK);
        if (is_revealed) ck_assert_mem_eq(sides[0].bits + at, expected, program.n_output_bits);
        for (uint64_t i = 0; i < program.n_output_bits; i++)
            ck_assert_uint_eq(sides[0].more_bits[at + i] ^ sides[1].more_bits[at + i], expected[i]);
    }
    program_wipe(&program);
}

START_TEST(circuits_give_what_they_compute)
{
    struct side *sides = sides_new(run_for_wires, _i);

    run_both(sides);
    expect_success(sides);
    check_outputs(sides, true);
    sides_free(sides);
}
END_TEST

/* Threads at the garbler alone: they are a party's own matter. */
START_TEST(shares_of_outputs_add_up)
{
    struct side *sides = sides_new(run_for_shares, _i);

    sides[0].options.n_threads = (uint64_t)_i % 4;
    run_both(sides);
    expect_success(sides);
    check_outputs(sides, false);
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

/* --------------------------------------------------------------------------- large circuits -- */

#define WIDE_BITS 512
#define WIDE_LAYERS 16
#define WIDE_INSTANCES 9 /* a group and one more */

/* Layers of ANDs that are all independent, enough for a schedule with strands, and a last one of
 * final ANDs. A layer takes the state a, b of W bits each to a_i b_(i + 1) ^ a_(i + 3), a_i. */
static sotto_circuit *layered_circuit(sotto_context *context)
{
    size_t n_gates = (2 * WIDE_LAYERS + 1) * (size_t)WIDE_BITS, size = 40 * n_gates, len;
    size_t a = 0, b = WIDE_BITS, next = 2 * (size_t)WIDE_BITS;
    sotto_circuit *circuit = NULL;
    char *text = malloc(size);

    ck_assert_ptr_nonnull(text);
    len = (size_t)snprintf(text, size, "%zu %zu\n2 %d %d\n1 %d\n\n", n_gates, next + n_gates,
                           WIDE_BITS, WIDE_BITS, WIDE_BITS);
    for (int layer = 0; layer < WIDE_LAYERS; layer++, b = a, a = next - WIDE_BITS) {
        for (size_t i = 0; i < WIDE_BITS; i++)
            len += (size_t)snprintf(text + len, size - len, "2 1 %zu %zu %zu AND\n", a + i,
                                    b + (i + 1) % WIDE_BITS, next++);
        for (size_t i = 0; i < WIDE_BITS; i++, next++)
            len += (size_t)snprintf(text + len, size - len, "2 1 %zu %zu %zu XOR\n",
                                    next - WIDE_BITS, a + (i + 3) % WIDE_BITS, next);
    }
    for (size_t i = 0; i < WIDE_BITS; i++)
        len +=
            (size_t)snprintf(text + len, size - len, "2 1 %zu %zu %zu AND\n", a + i, b + i, next++);
    ck_assert_uint_lt(len, size);
    ck_assert_int_eq(sotto_circuit_parse(context, &circuit, "wide", text, len), SOTTO_OK);
    free(text);
    return circuit;
}

/* Lanes, which threads share by themselves, go through the head without strands. */
START_TEST(heads_have_narrow_schedules)
{
    sotto_context *context = test_context();
    sotto_circuit *circuit = layered_circuit(context);
    struct mixed_finals *finals = NULL;
    struct schedule *schedule;

    ck_assert_int_eq(mixed_finals_new(context, &finals, circuit), SOTTO_OK);
    ck_assert_ptr_nonnull(finals);
    ck_assert_uint_eq(finals->split->n_finals, WIDE_BITS);
    ck_assert_int_eq(schedule_new(context, &schedule, finals->split->head), SOTTO_OK);
    ck_assert_ptr_nonnull(schedule->turns);
    ck_assert_ptr_null(finals->schedule->turns);
    ck_assert_uint_lt(finals->schedule->n_slots, schedule->n_slots);
    schedule_free(schedule);
    mixed_finals_free(finals);
    sotto_circuit_free(circuit);
    sotto_context_free(context);
}
END_TEST

/* The evaluator's numbers are inputs of the circuits, or wires before them. */
static void run_wide(struct side *side)
{
    sotto_circuit *circuit = layered_circuit(side->context);
    sotto_operand operands[2] = {{NULL, NULL}, {NULL, NULL}};
    sotto_interface *interface = NULL;
    sotto_wires *wires = NULL;

    for (uint64_t i = 0; i < WIDE_INSTANCES * WIDE_BITS; i++)
        side->bits[i] = input_bit(side->seed, side->options.role, i);
    TRY(sotto_interface_default(side->context, &interface, circuit, NULL, 0));
    if (side->number > 0)
        TRY(sotto_mixed_input(side->mixed, &wires, garbles(side) ? NULL : side->bits,
                              WIDE_INSTANCES, WIDE_BITS));
    operands[1].wires = wires;
    TRY(sotto_mixed_apply_shared(side->mixed, side->more_bits, circuit, interface, side->bits,
                                 operands, WIDE_INSTANCES));
    TRY(sotto_mixed_finish(side->mixed));
    sotto_wires_free(wires);
    sotto_interface_free(interface);
    sotto_circuit_free(circuit);
}

START_TEST(wide_circuits_are_computed)
{
    struct side *sides = sides_new(run_wide, _i);
    uint8_t bits[2 * WIDE_BITS], expected[WIDE_BITS];
    sotto_circuit *circuit;

    sides[1].options.n_threads = 3;
    run_both(sides);
    expect_success(sides);
    circuit = layered_circuit(sides[0].context);
    for (uint64_t k = 0; k < WIDE_INSTANCES; k++) {
        uint64_t first = k * WIDE_BITS;

        for (uint64_t i = 0; i < 2 * WIDE_BITS; i++)
            bits[i] = input_bit(sides[0].seed, i < WIDE_BITS ? SOTTO_GARBLER : SOTTO_EVALUATOR,
                                first + i % WIDE_BITS);
        ck_assert_int_eq(sotto_circuit_evaluate(sides[0].context, expected, circuit, bits),
                         SOTTO_OK);
        for (uint64_t i = 0; i < WIDE_BITS; i++)
            ck_assert_uint_eq(sides[0].more_bits[first + i] ^ sides[1].more_bits[first + i],
                              expected[i]);
    }
    sotto_circuit_free(circuit);
    sides_free(sides);
}
END_TEST

/* SEC-14: inputs that few gates read, so that it is the labels that take most memory. */
static void run_over_limit(struct side *side)
{
    static const char text[] = "1 8193\n2 4096 4096\n1 1\n\n2 1 0 4096 8192 AND\n";
    sotto_interface *interface = NULL;
    sotto_circuit *circuit = NULL;

    TRY(sotto_circuit_parse(side->context, &circuit, "limit", text, sizeof text - 1));
    TRY(sotto_interface_default(side->context, &interface, circuit, NULL, 0));
    side->context->limits.max_memory = UINT64_C(2) << 20;
    TRY(sotto_mixed_apply_shared(side->mixed, side->more_bits, circuit, interface, side->bits, NULL,
                                 2 * N_LANES));
    ck_assert_ptr_nonnull(strstr(sotto_context_message(side->context), "the labels of a circuit"));
    sotto_interface_free(interface);
    sotto_circuit_free(circuit);
}

START_TEST(labels_are_limited)
{
    struct side *sides = sides_new(run_over_limit, 0);

    run_both(sides);
    for (int i = 0; i < 2; i++) ck_assert_int_eq(sides[i].err, SOTTO_ERR_LIMIT);
    sides_free(sides);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("mixed_circuits");
    TCase *sessions = tcase_create("sessions");

    tcase_add_loop_test(sessions, circuits_give_what_they_compute, 0, 24);
    tcase_add_loop_test(sessions, shares_of_outputs_add_up, 0, 48);
    tcase_add_loop_test(sessions, final_ands_take_two_bits, 0, 2);
    tcase_add_test(sessions, tables_of_final_ands_cross_frames);
    tcase_add_loop_test(sessions, wires_go_through_circuits_again, 0, 4);
    tcase_add_loop_test(sessions, instances_of_many_windows_are_computed, 0, 2);
    tcase_add_test(sessions, labels_are_limited);
    tcase_add_test(sessions, heads_have_narrow_schedules);
    tcase_add_loop_test(sessions, wide_circuits_are_computed, 0, 2);
    tcase_set_timeout(sessions, 60);
    suite_add_tcase(suite, sessions);
    return run_suite(suite);
}
