/*
 * Whole sessions between two threads over a socket pair: instances side by side and one by one, in
 * every number around the widths of a group and a window, against clear evaluation.
 */
#include "tests/unit/circuits.h"

#include "base/cpu.h"
#include "garble/kernels.h"
#include "net/channel.h"
#include "proto/plan.h"
#include "tests/support/suite.h"

#include <pthread.h>
#include <sys/socket.h>

struct side {
    sotto_session_options options;
    const sotto_circuit *circuit;
    const uint8_t *inputs;
    uint8_t *outputs;
    int fd;
    sotto_context *context; /* NULL: one of its own */
    sotto_err err;
};

static void *run_side(void *argument)
{
    struct side *side = argument;
    sotto_context *context = side->context != NULL ? side->context : test_context();
    sotto_interface *interface = NULL;
    sotto_session *session = NULL;
    sotto_channel *channel = NULL;

    side->err = sotto_interface_default(context, &interface, side->circuit, NULL, 0);
    if (side->err == SOTTO_OK)
        side->err = sotto_session_new(context, &session, side->circuit, interface, &side->options);
    if (side->err == SOTTO_OK)
        side->err = channel_over(context, &channel, side->fd, side->fd, 10000);
    if (side->err == SOTTO_OK)
        side->err = sotto_session_run(session, side->outputs, channel, side->inputs);
    sotto_session_free(session);
    sotto_channel_free(channel);
    sotto_interface_free(interface);
    if (side->context == NULL) sotto_context_free(context);
    return NULL;
}

static void run_both(struct side sides[2])
{
    int fds[2];

    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    for (int i = 0; i < 2; i++) {
        sides[i].fd = fds[i];
        sides[i].options.role = (sotto_role)i;
    }
    test_run_both(run_side, &sides[1], run_side, &sides[0]);
}

/* Runs n instances of a circuit of two inputs and compares every output bit. */
static void check_instances(const sotto_circuit *circuit, uint64_t n,
                            const sotto_session_options *options, uint64_t *seed)
{
    uint64_t n_a = circuit->input_bits[0], n_b = circuit->input_bits[1];
    uint64_t n_out = circuit->n_output_wires;
    uint8_t *a = malloc(n * n_a + 1), *b = malloc(n * n_b + 1), *clear = malloc(n_out + 1);
    uint8_t *in = malloc(n_a + n_b + 1);
    struct side sides[2] = {{.circuit = circuit, .inputs = a}, {.circuit = circuit, .inputs = b}};
    sotto_context *context = test_context();

    random_bits(a, n * n_a, seed);
    random_bits(b, n * n_b, seed);
    for (int i = 0; i < 2; i++) {
        sides[i].options = *options;
        sides[i].options.n_instances = n;
        sides[i].options.n_threads = (n + 2 * (uint64_t)i) % 4; /* each side its own number */
        sides[i].outputs = malloc(n * n_out + 1);
    }
    run_both(sides);
    for (int i = 0; i < 2; i++) ck_assert_int_eq(sides[i].err, SOTTO_OK);
    for (uint64_t k = 0; k < n; k++) {
        memcpy(in, a + k * n_a, n_a);
        memcpy(in + n_a, b + k * n_b, n_b);
        for (uint64_t round = 0; round < (options->n_rounds > 0 ? options->n_rounds : 1); round++) {
            ck_assert_int_eq(sotto_circuit_evaluate(context, clear, circuit, in), SOTTO_OK);
            if (options->n_rounds > 1) memcpy(in, clear, n_a);
        }
        for (int i = 0; i < 2; i++)
            ck_assert(memcmp(sides[i].outputs + k * n_out, clear, n_out) == 0);
    }
    for (int i = 0; i < 2; i++) free(sides[i].outputs);
    sotto_context_free(context);
    free(a);
    free(b);
    free(in);
    free(clear);
}

START_TEST(numbers_of_instances)
{
    static const uint64_t numbers[] = {1, 2, 7, 8, 9, 15, 16, 17, 64, 100};
    const sotto_session_options options = {0};
    sotto_context *context = test_context();
    sotto_circuit *circuit = load(context, "mul8.txt");
    uint64_t seed = 31;

    if (!cpu_force((enum cpu_isa)_i)) goto out;
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        check_instances(circuit, numbers[i], &options, &seed);
out:
    sotto_circuit_free(circuit);
    sotto_context_free(context);
}
END_TEST

/* Over a window's end, where evaluators' choices of the next one are sent. */
START_TEST(several_windows)
{
    const sotto_session_options options = {0};
    sotto_context *context = test_context();
    sotto_circuit *circuit = load(context, "less32.txt");
    uint64_t seed = 32;

    check_instances(circuit, WINDOW_CHOICES / 32 + 13, &options, &seed);
    sotto_circuit_free(circuit);
    sotto_context_free(context);
}
END_TEST

START_TEST(chained_instances)
{
    const sotto_session_options options = {.n_rounds = 5};
    sotto_context *context = test_context();
    sotto_circuit *circuit = load(context, "add8.txt");
    uint64_t seed = 33;

    check_instances(circuit, 20, &options, &seed);
    sotto_circuit_free(circuit);
    sotto_context_free(context);
}
END_TEST

/* SEC-4: a circuit with a fixed operand is never run in lanes, whose keys are shared. */
START_TEST(no_shared_keys_with_fixed_operands)
{
    static const char text[] = "4 6\n2 1 1\n1 1\n2 1 0 1 2 XOR\n2 1 1 0 3 XOR\n"
                               "2 1 2 3 4 XOR\n2 1 4 0 5 AND\n";
    const sotto_session_options options = {.n_instances = 64};
    sotto_context *context = test_context();
    sotto_circuit *circuits[] = {parse_good(context, text), load(context, "mul8.txt")};
    uint64_t seed = 34;

    for (int i = 0; i < 2; i++) {
        sotto_interface *interface;
        struct plan plan;

        ck_assert_int_eq(sotto_interface_default(context, &interface, circuits[i], NULL, 0),
                         SOTTO_OK);
        ck_assert_int_eq(plan_init(&plan, context, circuits[i], interface, &options), SOTTO_OK);
        ck_assert_uint_eq(plan.n_bundled, i == 0 ? 0 : BUNDLE_MAX_GROUPS);
        plan_wipe(&plan);
        sotto_interface_free(interface);
    }
    check_instances(circuits[0], 20, &options, &seed);
    for (int i = 0; i < 2; i++) sotto_circuit_free(circuits[i]);
    sotto_context_free(context);
}
END_TEST

/* Interrupts its side once the tables stream. */
static void interrupt_later(void *user, sotto_phase phase, uint64_t done, uint64_t total)
{
    if (phase == SOTTO_PHASE_GATES && done > total / 100) sotto_context_interrupt(user);
}

/* A side that stops in the middle of a stream ends both, with the threads between them. */
START_TEST(interrupted_stream)
{
    static const uint8_t inputs[16];
    sotto_context *context = test_context();
    sotto_circuit *circuit = load(context, "mul8.txt");
    struct side sides[2];

    for (int i = 0; i < 2; i++) {
        sides[i] = (struct side){.circuit = circuit, .inputs = inputs, .outputs = malloc(16)};
        sides[i].options.n_rounds = 1000000;
        sides[i].context = test_context();
    }
    sides[_i].options.progress = interrupt_later;
    sides[_i].options.progress_user = sides[_i].context;
    run_both(sides);
    ck_assert_int_eq(sides[_i].err, SOTTO_ERR_INTERRUPTED);
    ck_assert(sides[1 - _i].err == SOTTO_ERR_ABORTED ||
              sides[1 - _i].err == SOTTO_ERR_DISCONNECTED);
    for (int i = 0; i < 2; i++) {
        sotto_context_free(sides[i].context);
        free(sides[i].outputs);
    }
    sotto_circuit_free(circuit);
    sotto_context_free(context);
}
END_TEST

/* Many frames through the threads, in lanes and one by one. */
START_TEST(long_streams)
{
    const sotto_session_options chained = {.n_rounds = 3000}, options = {0};
    sotto_context *context = test_context();
    sotto_circuit *adder = load(context, "add8.txt"), *multiplier = load(context, "mul8.txt");
    uint64_t seed = 35;

    check_instances(adder, 10, &chained, &seed);
    check_instances(multiplier, 4101, &options, &seed);
    sotto_circuit_free(adder);
    sotto_circuit_free(multiplier);
    sotto_context_free(context);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("garble_session");
    TCase *tests = tcase_create("sessions");

    tcase_set_timeout(tests, 120);
    tcase_add_loop_test(tests, numbers_of_instances, 0, CPU_N_ISAS);
    tcase_add_test(tests, several_windows);
    tcase_add_test(tests, chained_instances);
    tcase_add_test(tests, no_shared_keys_with_fixed_operands);
    tcase_add_test(tests, long_streams);
    tcase_add_loop_test(tests, interrupted_stream, 0, 2);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
