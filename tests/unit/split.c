/*
 * Circuits in two parts: together they compute what the whole does, with no more ANDs; what goes
 * into another AND is in the head.
 */
#include "tests/support/circuits.h"
#include "tests/support/suite.h"
#include "tests/support/support.h"

#include "circuit/split.h"

#include <stdlib.h>
#include <string.h>

#define MAX_BITS 4096

static sotto_context *context;

static void setup(void)
{
    context = test_context();
}

static void teardown(void)
{
    sotto_context_free(context);
}

static sotto_circuit *parse(const char *text)
{
    sotto_circuit *circuit;

    ck_assert_int_eq(sotto_circuit_parse(context, &circuit, "text", text, strlen(text)), SOTTO_OK);
    return circuit;
}

static struct split *split_of(const sotto_circuit *circuit)
{
    struct split *split = NULL;

    ck_assert_int_eq(split_new(context, &split, circuit), SOTTO_OK);
    return split;
}

/* Bits of all places, from the inputs' on. */
static void evaluate_split(uint8_t *outputs, const struct split *split, const uint8_t *inputs)
{
    uint8_t head[MAX_BITS], places[MAX_BITS];
    uint64_t n = split->n_seen;

    ck_assert_uint_le(split_n_places(split), MAX_BITS);
    ck_assert_uint_le(split->head->n_output_wires, MAX_BITS);
    ck_assert_int_eq(sotto_circuit_evaluate(context, head, split->head, inputs), SOTTO_OK);
    memcpy(places, head, split->n_seen);
    for (uint32_t k = 0; k < split->n_finals; k++)
        places[n++] = head[split->finals[k].a] & head[split->finals[k].b];
    for (uint32_t k = 0; k < split->n_free; k++, n++) {
        ck_assert(split->free_gates[k].a < n && split->free_gates[k].b < n);
        places[n] = places[split->free_gates[k].a] ^ places[split->free_gates[k].b];
    }
    for (uint32_t i = 0; i < split->n_outputs; i++) outputs[i] = places[split->outputs[i]];
}

static void compare(const struct split *split, const sotto_circuit *circuit, uint64_t *state)
{
    uint8_t inputs[MAX_BITS], expected[MAX_BITS], outputs[MAX_BITS];

    ck_assert_uint_le(circuit->n_input_wires, MAX_BITS);
    ck_assert_uint_le(circuit->n_output_wires, MAX_BITS);
    ck_assert_uint_eq(split->n_outputs, circuit->n_output_wires);
    ck_assert_uint_le(split->head->n_and + split->n_finals, circuit->n_and);
    for (int i = 0; i < 20; i++) {
        for (uint32_t b = 0; b < circuit->n_input_wires; b++) inputs[b] = test_next(state) >> 9 & 1;
        ck_assert_int_eq(sotto_circuit_evaluate(context, expected, circuit, inputs), SOTTO_OK);
        evaluate_split(outputs, split, inputs);
        ck_assert_mem_eq(outputs, expected, circuit->n_output_wires);
    }
}

START_TEST(both_parts_make_the_whole)
{
    int owners[RANDOM_CIRCUIT_INPUTS];
    uint64_t state = 500 + (uint64_t)_i;
    size_t n_owners;
    char *text = random_circuit(owners, &n_owners, &state);
    sotto_circuit *circuit = parse(text);
    struct split *split = split_of(circuit);

    compare(split, circuit, &state);
    split_free(split);
    sotto_circuit_free(circuit);
    free(text);
}
END_TEST

/* Wire 5 goes into an AND and out; 6 and 8 are final; 7 and 9 are free behind one; 10 is read by
 * nobody. An input and a constant go out as they are. */
static const char text[] = "8 12\n1 4\n1 6\n\n"
                           "1 1 1 4 EQ\n"
                           "2 1 0 1 5 AND\n"
                           "2 1 5 2 6 AND\n"
                           "1 1 6 7 INV\n"
                           "2 1 2 3 8 AND\n"
                           "2 1 8 7 9 XOR\n"
                           "2 1 3 0 10 AND\n"
                           "1 1 3 11 EQW\n";

START_TEST(only_final_ands_leave_the_head)
{
    /* Outputs are the last wires; 6 to 11. */
    sotto_circuit *circuit = parse(text);
    struct split *split = split_of(circuit);
    uint64_t state = 3;

    ck_assert_uint_eq(circuit->n_and, 4);
    ck_assert_uint_eq(split->head->n_and, 1);
    ck_assert_uint_eq(split->n_finals, 3);
    ck_assert_uint_eq(split->n_free, 2);
    ck_assert_uint_eq(split->n_seen, 2); /* the inverter's constant, and input 3 */
    compare(split, circuit, &state);
    split_free(split);
    sotto_circuit_free(circuit);
}
END_TEST

/* Of a chain only the end is final; what is not an output is not there at all. */
START_TEST(gates_that_nobody_reads_are_left_out)
{
    sotto_circuit *circuit = parse("4 8\n1 4\n1 1\n\n"
                                   "2 1 0 1 4 AND\n"
                                   "2 1 1 2 5 AND\n"
                                   "2 1 4 3 6 XOR\n"
                                   "2 1 6 0 7 AND\n");
    struct split *split = split_of(circuit);
    uint64_t state = 4;

    ck_assert_uint_eq(split->head->n_and, 1);
    ck_assert_uint_eq(split->head->n_gates, 2);
    ck_assert_uint_eq(split->n_finals, 1);
    ck_assert_uint_eq(split->n_seen, 0);
    compare(split, circuit, &state);
    split_free(split);
    sotto_circuit_free(circuit);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("split");
    TCase *splits = tcase_create("splits");

    tcase_add_checked_fixture(splits, setup, teardown);
    tcase_add_loop_test(splits, both_parts_make_the_whole, 0, 60);
    tcase_add_test(splits, only_final_ands_leave_the_head);
    tcase_add_test(splits, gates_that_nobody_reads_are_left_out);
    suite_add_tcase(suite, splits);
    return run_suite(suite);
}
