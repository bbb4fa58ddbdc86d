/* Schedules against an executor that knows nothing of how they were made. */
#include "tests/support/suite.h"
#include "tests/unit/circuits.h"

#include "circuit/schedule.h"

static sotto_context *context;

static void setup(void)
{
    context = test_context();
}

static void teardown(void)
{
    sotto_context_free(context);
}

/* What the slots hold, for 64 inputs at once, and which span read or wrote them last. */
struct machine {
    uint64_t *slots;
    uint64_t *read_in;
    uint64_t *written_in;
    bool *is_set;
    uint32_t n_slots;
    uint32_t highest;
    uint64_t span;
};

static uint64_t get(struct machine *machine, uint32_t slot)
{
    REQUIRE(slot < machine->n_slots);
    REQUIRE(machine->is_set[slot]);
    return machine->slots[slot];
}

static void set(struct machine *machine, uint32_t slot, uint64_t value)
{
    REQUIRE(slot < machine->n_slots);
    REQUIRE(slot >= N_CONSTANT_SLOTS);
    machine->slots[slot] = value;
    machine->is_set[slot] = true;
    if (slot > machine->highest) machine->highest = slot;
}

/* The results come after all reads, as on a machine that runs the whole batch at once. */
static void run_batch(struct machine *machine, const struct slot_gate *gates, size_t n)
{
    uint64_t *results = malloc(n * sizeof *results + 1);

    for (size_t i = 0; i < n; i++) {
        results[i] = get(machine, gates[i].a) & get(machine, gates[i].b);
        machine->read_in[gates[i].a] = machine->read_in[gates[i].b] = machine->span;
    }
    for (size_t i = 0; i < n; i++) {
        set(machine, gates[i].out, results[i]);
        REQUIRE(machine->read_in[gates[i].out] != machine->span);
        REQUIRE(machine->written_in[gates[i].out] != machine->span);
        machine->written_in[gates[i].out] = machine->span;
    }
    free(results);
}

static void run_schedule(struct machine *machine, const struct schedule *schedule)
{
    struct schedule_source source;
    struct gate_span span;
    uint64_t n_free = 0, n_and = 0;

    schedule_source_init(&source, schedule);
    while (source.source.next(&source.source, &span)) {
        machine->span++;
        REQUIRE(span.n_free + span.n_and > 0);
        for (size_t i = 0; i < span.n_free; i++)
            set(machine, span.free_gates[i].out,
                get(machine, span.free_gates[i].a) ^ get(machine, span.free_gates[i].b));
        run_batch(machine, span.and_gates, span.n_and);
        n_free += span.n_free;
        n_and += span.n_and;
    }
    ck_assert(!source.source.next(&source.source, &span));
    ck_assert_uint_eq(machine->span, schedule->n_steps);
    ck_assert_uint_eq(n_free, schedule->n_free);
    ck_assert_uint_eq(n_and, schedule->n_and);
}

static struct machine start(const struct schedule *schedule, const uint64_t *inputs)
{
    struct machine machine = {
        .slots = calloc(schedule->n_slots, sizeof(uint64_t)),
        .read_in = calloc(schedule->n_slots, sizeof(uint64_t)),
        .written_in = calloc(schedule->n_slots, sizeof(uint64_t)),
        .is_set = calloc(schedule->n_slots, sizeof(bool)),
        .n_slots = schedule->n_slots,
        .highest = N_CONSTANT_SLOTS - 1 + schedule->n_input_wires,
    };

    machine.slots[SLOT_ONE] = UINT64_MAX;
    machine.is_set[SLOT_ZERO] = machine.is_set[SLOT_ONE] = true;
    for (uint32_t i = 0; i < schedule->n_input_wires; i++) {
        machine.slots[N_CONSTANT_SLOTS + i] = inputs[i];
        machine.is_set[N_CONSTANT_SLOTS + i] = true;
    }
    return machine;
}

static void stop(struct machine *machine)
{
    free(machine->slots);
    free(machine->read_in);
    free(machine->written_in);
    free(machine->is_set);
}

/* Lane of the 64 inputs against clear evaluation. */
static void check_lane(const sotto_circuit *circuit, const uint64_t *inputs,
                       const struct schedule *schedule, const struct machine *machine,
                       unsigned lane)
{
    uint8_t *in = malloc(circuit->n_input_wires + 1), *out = malloc(circuit->n_output_wires + 1);

    for (uint32_t i = 0; i < circuit->n_input_wires; i++) in[i] = inputs[i] >> lane & 1;
    ck_assert_int_eq(sotto_circuit_evaluate(context, out, circuit, in), SOTTO_OK);
    for (uint32_t i = 0; i < circuit->n_output_wires; i++) {
        REQUIRE(schedule->output_slots[i] < schedule->n_slots);
        REQUIRE(machine->is_set[schedule->output_slots[i]]);
        REQUIRE((machine->slots[schedule->output_slots[i]] >> lane & 1) == out[i]);
    }
    free(in);
    free(out);
}

/* The longest path of ANDs to an output, by recursion-free relaxation over the circuit. */
static uint64_t slow_depth(const sotto_circuit *circuit)
{
    uint64_t first = circuit_first_gate_wire(circuit), deepest = 0;
    uint64_t *depths = calloc(first + circuit->n_gates, sizeof *depths);

    for (uint32_t i = 0; i < circuit->n_gates; i++) {
        uint64_t a = depths[gate_a(circuit->gates[i])], b = depths[circuit->gates[i].b];

        depths[first + i] = (a > b ? a : b) + (gate_is_and(circuit->gates[i]) ? 1 : 0);
    }
    for (uint32_t i = 0; i < circuit->n_output_wires; i++)
        if (depths[circuit->outputs[i]] > deepest) deepest = depths[circuit->outputs[i]];
    free(depths);
    return deepest;
}

static uint32_t check_schedule(const sotto_circuit *circuit, unsigned n_lanes, uint64_t *seed)
{
    uint64_t *inputs = malloc((circuit->n_input_wires + UINT64_C(1)) * sizeof *inputs);
    struct schedule *schedule;
    struct machine machine;
    uint32_t n_slots;

    ck_assert_int_eq(schedule_new(context, &schedule, circuit), SOTTO_OK);
    ck_assert_uint_eq(schedule->n_and, circuit->n_and);
    ck_assert_uint_eq(schedule->n_free, circuit->n_gates - circuit->n_and);
    ck_assert_uint_eq(schedule->n_input_wires, circuit->n_input_wires);
    ck_assert_uint_eq(schedule->n_output_wires, circuit->n_output_wires);
    ck_assert_uint_eq(schedule->and_depth, slow_depth(circuit));
    for (uint32_t i = 0; i < circuit->n_input_wires; i++) inputs[i] = test_next(seed);
    machine = start(schedule, inputs);
    run_schedule(&machine, schedule);
    ck_assert_uint_eq(machine.highest + 1, schedule->n_slots);
    for (unsigned lane = 0; lane < n_lanes; lane++)
        check_lane(circuit, inputs, schedule, &machine, lane * 7 % 64);
    n_slots = schedule->n_slots;
    stop(&machine);
    schedule_free(schedule);
    free(inputs);
    return n_slots;
}

START_TEST(own_circuits)
{
    static const char *const files[] = {
        "add8.txt",      "less32.txt",         "mul8.txt",         "mixed.txt",
        "three.txt",     "typed.txt",          "zero-width.txt",   "zero-gates.txt",
        "constants.txt", "copies.txt",         "output-input.txt", "messy.txt",
        "add8-old.txt",  "zero-width-old.txt", "less32-old.txt",
    };
    uint64_t seed = 1;

    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        sotto_circuit *circuit = load(context, files[i]);

        check_schedule(circuit, 64, &seed);
        sotto_circuit_free(circuit);
    }
}
END_TEST

START_TEST(random_circuits)
{
    uint64_t seed = 2;

    for (unsigned i = 0; i < 400; i++) {
        uint32_t n = 1 + (uint32_t)(test_next(&seed) % 400);
        uint32_t n_in = 2 + (uint32_t)(test_next(&seed) % 30);
        uint32_t n_out = 1 + (uint32_t)(test_next(&seed) % (n + n_in));
        uint32_t reach = 2 + (uint32_t)(test_next(&seed) % 100);
        struct reference reference = random_circuit(n, n_in, n_out, reach, i % 4 == 0, &seed);
        sotto_circuit *circuit = parse_good(context, reference.text.text);

        check_schedule(circuit, 4, &seed);
        sotto_circuit_free(circuit);
        reference_free(&reference);
    }
}
END_TEST

/* Over several windows; and no more slots than wires can be alive in a window of that reach. */
START_TEST(large_circuits)
{
    uint64_t seed = 3;

    for (unsigned i = 0; i < 3; i++) {
        struct reference reference = random_circuit(200000, 64, 64, 1000, false, &seed);
        sotto_circuit *circuit = parse_good(context, reference.text.text);

        ck_assert_uint_lt(check_schedule(circuit, 3, &seed), 5000);
        sotto_circuit_free(circuit);
        reference_free(&reference);
    }
}
END_TEST

/* When each slot was read and written last, by strand. */
struct accesses {
    uint32_t (*read_in)[N_STRANDS];
    uint32_t *written_in;
    uint32_t *written_by;
    uint32_t waited_for[N_STRANDS]; /* the last round that a strand has waited for */
};

/* What others wrote must be of a round that this turn waits for. */
static void read_in_turn(struct accesses *accesses, const struct schedule_turn *turn, uint32_t slot)
{
    if (accesses->written_by[slot] != turn->strand)
        REQUIRE(accesses->written_in[slot] <= accesses->waited_for[turn->strand]);
    accesses->read_in[slot][turn->strand] = turn->round;
}

static void write_in_turn(struct accesses *accesses, const struct schedule_turn *turn,
                          uint32_t slot)
{
    for (uint32_t i = 0; i < N_STRANDS; i++)
        REQUIRE(i == turn->strand ||
                accesses->read_in[slot][i] <= accesses->waited_for[turn->strand]);
    REQUIRE(accesses->written_by[slot] == turn->strand || accesses->written_in[slot] == 0);
    accesses->written_by[slot] = turn->strand;
    accesses->written_in[slot] = turn->round;
}

static void access_in_turn(struct accesses *accesses, const struct schedule_turn *turn,
                           const struct slot_gate *gates, uint64_t n)
{
    for (uint64_t i = 0; i < n; i++) {
        read_in_turn(accesses, turn, gates[i].a);
        read_in_turn(accesses, turn, gates[i].b);
        write_in_turn(accesses, turn, gates[i].out);
    }
}

/* Turns can run side by side as soon as those that they wait for are done. */
static void check_turns(const struct schedule *schedule)
{
    struct accesses accesses = {
        .read_in = calloc(schedule->n_slots, sizeof *accesses.read_in),
        .written_in = calloc(schedule->n_slots, sizeof *accesses.written_in),
        .written_by = calloc(schedule->n_slots, sizeof *accesses.written_by),
    };
    const struct schedule_turn *turn = schedule->turns;

    ck_assert_uint_eq(turn->step + turn->free_gate + turn->and_gate, 0);
    for (uint64_t i = 0; i < schedule->n_turns; i++, turn++) {
        struct schedule_source source;
        struct gate_span span;
        uint64_t n_free = turn[0].free_gate, n_and = turn[0].and_gate;

        REQUIRE(turn->strand < N_STRANDS && turn->last_round < turn->round);
        REQUIRE(turn[1].step > turn[0].step);
        if (i > 0)
            REQUIRE(turn[0].round * N_STRANDS + turn[0].strand >
                    turn[-1].round * N_STRANDS + turn[-1].strand);
        if (accesses.waited_for[turn->strand] < turn->last_round)
            accesses.waited_for[turn->strand] = turn->last_round;
        schedule_source_turn(&source, schedule, i);
        while (source.source.next(&source.source, &span)) {
            access_in_turn(&accesses, turn, span.free_gates, span.n_free);
            access_in_turn(&accesses, turn, span.and_gates, span.n_and);
            n_free += span.n_free;
            n_and += span.n_and;
        }
        REQUIRE(n_free == turn[1].free_gate && n_and == turn[1].and_gate);
    }
    ck_assert_uint_eq(turn->step, schedule->n_steps);
    free(accesses.read_in);
    free(accesses.written_in);
    free(accesses.written_by);
}

/* Gates that read each other far and wide; what strands know of each other, and when. */
START_TEST(wide_circuits)
{
    uint64_t seed = 13;

    for (unsigned i = 0; i < 4; i++) {
        uint32_t n = 20000 + 30000 * i, reach = i % 2 == 0 ? n / 2 : 10000;
        struct reference reference = random_circuit(n, 300, 200, reach, i == 3, &seed);
        sotto_circuit *circuit = parse_good(context, reference.text.text);
        struct schedule *schedule;

        check_schedule(circuit, 3, &seed);
        ck_assert_int_eq(schedule_new(context, &schedule, circuit), SOTTO_OK);
        ck_assert_ptr_nonnull(schedule->turns);
        check_turns(schedule);
        schedule_free(schedule);
        ck_assert_int_eq(schedule_new_narrow(context, &schedule, circuit), SOTTO_OK);
        ck_assert_ptr_null(schedule->turns);
        schedule_free(schedule);
        sotto_circuit_free(circuit);
        reference_free(&reference);
    }
}
END_TEST

/* Parts that have no wire in common wait for nothing, though they stand one behind the other in the
 * file, and have as many ANDs in every round but the last ones. */
START_TEST(separate_parts)
{
    enum { N_PARTS = 16, N_LANES_OF_PART = 100, N = 100 };
    struct buffer text = {0};
    struct schedule *schedule;
    sotto_circuit *circuit;
    uint64_t seed = 14, n_waiting = 0, n_short = 0;
    unsigned n_in = N_PARTS * N_LANES_OF_PART, wire = n_in + 1;

    put(&text, "%u %u\n2 %u 1\n1 %u\n", n_in * N, n_in * N + n_in + 1, n_in, n_in);
    for (unsigned part = 0; part < N_PARTS; part++)
        for (unsigned i = 0; i < N; i++)
            for (unsigned lane = 0; lane < N_LANES_OF_PART; lane++, wire++)
                put(&text, "2 1 %u %u %u %s\n",
                    i == 0 ? part * N_LANES_OF_PART + lane : wire - N_LANES_OF_PART, n_in, wire,
                    i % 3 == 1 ? "XOR" : "AND");
    circuit = parse_good(context, text.text);
    check_schedule(circuit, 4, &seed);
    ck_assert_int_eq(schedule_new(context, &schedule, circuit), SOTTO_OK);
    ck_assert_ptr_nonnull(schedule->turns);
    check_turns(schedule);
    for (uint64_t i = 0; i < schedule->n_turns; i++) {
        n_waiting += schedule->turns[i].last_round > 0;
        n_short += schedule->turns[i + 1].and_gate - schedule->turns[i].and_gate < 1024;
    }
    ck_assert_uint_eq(n_waiting, 0);
    ck_assert_uint_le(n_short, N_STRANDS);
    schedule_free(schedule);
    sotto_circuit_free(circuit);
    free(text.text);
}
END_TEST

/* A chain needs as many slots however long it is. */
START_TEST(chain)
{
    enum { N = 150000 };
    struct buffer text = {0};
    sotto_circuit *circuit;
    uint64_t seed = 4;

    put(&text, "%d %d\n2 1 1\n1 1\n", N, N + 2);
    for (unsigned i = 0; i < N; i++)
        put(&text, "2 1 %u %u %u %s\n", i == 0 ? 0 : i + 1, 1U, i + 2, i % 2 ? "AND" : "XOR");
    circuit = parse_good(context, text.text);
    ck_assert_uint_le(check_schedule(circuit, 4, &seed), 6);
    sotto_circuit_free(circuit);
    free(text.text);
}
END_TEST

/* Of ANDs in groups of eight, all but what the last ones leave. */
static void check_fill(const struct schedule *schedule, uint64_t n_partial)
{
    uint64_t n = 0;

    for (uint64_t i = 0; i < schedule->n_steps; i++) n += schedule->steps[i].n_and % 8 != 0;
    ck_assert_uint_le(n, n_partial);
}

/* Many chains one behind the other in the file, each of ANDs that wait for each other: the
 * schedule looks ahead, so that eight of them fill every batch but those at the end. */
START_TEST(looks_ahead)
{
    enum { N_CHAINS = 64, N = 100 };
    struct buffer text = {0};
    struct schedule *schedule;
    sotto_circuit *circuit;
    uint64_t seed = 10;

    put(&text, "%d %d\n2 %d 1\n1 %d\n", N_CHAINS * N, N_CHAINS * N + N_CHAINS + 1, N_CHAINS,
        N_CHAINS);
    for (unsigned i = 0; i < N_CHAINS * N; i++)
        put(&text, "2 1 %u %u %u AND\n", i % N == 0 ? i / N : N_CHAINS + i, N_CHAINS,
            N_CHAINS + 1 + i);
    circuit = parse_good(context, text.text);
    check_schedule(circuit, 4, &seed);
    ck_assert_int_eq(schedule_new(context, &schedule, circuit), SOTTO_OK);
    check_fill(schedule, 0);
    schedule_free(schedule);
    sotto_circuit_free(circuit);
    free(text.text);
}
END_TEST

/* Independent ANDs are one batch, dead ones give their slots back. */
START_TEST(batches)
{
    enum { N = 1000 };
    struct buffer text = {0};
    struct schedule *schedule;
    sotto_circuit *circuit;

    put(&text, "%d %d\n2 %d %d\n1 1\n", N, 3 * N, N, N);
    for (unsigned i = 0; i < N; i++) put(&text, "2 1 %u %u %u AND\n", i, N + i, 2 * N + i);
    circuit = parse_good(context, text.text);
    ck_assert_int_eq(schedule_new(context, &schedule, circuit), SOTTO_OK);
    ck_assert_uint_eq(schedule->n_steps, 1);
    ck_assert_uint_eq(schedule->steps[0].n_and, N);
    ck_assert_uint_eq(schedule->n_slots, N_CONSTANT_SLOTS + 3 * N);
    ck_assert_uint_eq(schedule->and_depth, 1);
    schedule_free(schedule);
    sotto_circuit_free(circuit);
    free(text.text);
}
END_TEST

START_TEST(dead_gates)
{
    enum { N = 5000 };
    struct buffer text = {0};
    sotto_circuit *circuit;
    uint64_t seed = 6;

    put(&text, "%d %d\n2 1 1\n1 1\n", N, N + 2);
    for (unsigned i = 0; i < N; i++) put(&text, "2 1 0 1 %u XOR\n", i + 2);
    circuit = parse_good(context, text.text);
    ck_assert_uint_le(check_schedule(circuit, 4, &seed), 5);
    sotto_circuit_free(circuit);
    free(text.text);
}
END_TEST

static bool has_fixed_operand(const char *text)
{
    sotto_circuit *circuit = parse_good(context, text);
    struct schedule *schedule;
    bool found;

    ck_assert_int_eq(schedule_new(context, &schedule, circuit), SOTTO_OK);
    found = schedule->has_fixed_operand;
    schedule_free(schedule);
    sotto_circuit_free(circuit);
    return found;
}

/* SEC-4: wires in which all labels cancel out are seen, straight or inverted, wires in which not
 * all do are not. */
START_TEST(fixed_operands)
{
    static const char start[] = "2 1 0 1 2 XOR\n2 1 1 0 3 XOR\n2 1 2 3 4 XOR\n";
    char text[500];

    snprintf(text, sizeof text, "4 6\n2 1 1\n1 1\n%s2 1 4 0 5 AND\n", start);
    ck_assert(has_fixed_operand(text));
    snprintf(text, sizeof text, "4 6\n2 1 1\n1 1\n%s2 1 0 4 5 AND\n", start);
    ck_assert(has_fixed_operand(text));
    snprintf(text, sizeof text, "5 7\n2 1 1\n1 1\n%s1 1 4 5 INV\n2 1 5 1 6 AND\n", start);
    ck_assert(has_fixed_operand(text));
    snprintf(text, sizeof text, "5 7\n2 1 1\n1 1\n%s2 1 4 0 5 XOR\n2 1 5 1 6 AND\n", start);
    ck_assert(!has_fixed_operand(text));
    ck_assert(!has_fixed_operand("2 4\n2 1 1\n1 1\n2 1 0 1 2 AND\n2 1 2 2 3 XOR\n"));
}
END_TEST

START_TEST(deterministic)
{
    uint64_t seed = 7;
    struct reference reference = random_circuit(70000, 32, 32, 300, true, &seed);
    sotto_circuit *circuit = parse_good(context, reference.text.text);
    struct schedule *a, *b;

    ck_assert_int_eq(schedule_new(context, &a, circuit), SOTTO_OK);
    ck_assert_int_eq(schedule_new(context, &b, circuit), SOTTO_OK);
    ck_assert_uint_eq(a->n_steps, b->n_steps);
    ck_assert_mem_eq(a->free_gates, b->free_gates, a->n_free * sizeof *a->free_gates);
    ck_assert_mem_eq(a->and_gates, b->and_gates, a->n_and * sizeof *a->and_gates);
    ck_assert_mem_eq(a->steps, b->steps, a->n_steps * sizeof *a->steps);
    ck_assert_uint_eq(schedule_memory(a), schedule_memory(b));
    ck_assert_uint_ge(schedule_memory(a), (a->n_free + a->n_and) * sizeof(struct slot_gate));
    schedule_free(a);
    schedule_free(b);
    schedule_free(NULL);
    sotto_circuit_free(circuit);
    reference_free(&reference);
}
END_TEST

START_TEST(limits_hold) /* SEC-14 */
{
    sotto_circuit *circuit = load(context, "mul8.txt");
    struct schedule *schedule = NULL;

    context->limits.max_memory = 1000;
    ck_assert_int_eq(schedule_new(context, &schedule, circuit), SOTTO_ERR_LIMIT);
    ck_assert_ptr_null(schedule);
    context->limits.max_memory = 1000000;
    sotto_context_interrupt(context);
    ck_assert_int_eq(schedule_new(context, &schedule, circuit), SOTTO_ERR_INTERRUPTED);
    ck_assert_ptr_null(schedule);
    sotto_circuit_free(circuit);
}
END_TEST

START_TEST(allocation_failures)
{
    uint64_t seed = 8, n = 0;
    struct reference reference = random_circuit(3000, 200, 8, 50, true, &seed);
    sotto_circuit *circuit = parse_good(context, reference.text.text);
    sotto_err err = SOTTO_ERR_MEMORY;

    while (err != SOTTO_OK) {
        struct schedule *schedule = NULL;

        test_heap_fail_at(++n);
        err = schedule_new(context, &schedule, circuit);
        test_heap_fail_at(0);
        ck_assert(err == SOTTO_OK || err == SOTTO_ERR_MEMORY);
        ck_assert_int_eq(schedule == NULL, err != SOTTO_OK);
        schedule_free(schedule);
    }
    ck_assert_uint_gt(n, 8);
    sotto_circuit_free(circuit);
    reference_free(&reference);
}
END_TEST

static const struct {
    const char *file;
    uint32_t n_slots; /* at most */
} public_circuits[] = {
    {"adder64.fashion.txt", 250},
    {"sub64.fashion.txt", 250},
    {"mult64.fashion.txt", 2500},
    {"neg64.fashion.txt", 100},
    {"zero_equal.fashion.txt", 150},
    {"udivide64.fashion.txt", 500},
    {"aes_128.fashion.txt", 1200},
    {"sha256.fashion.txt", 2600},
    {"md5.old.txt", 1500},
    {"adder_32bit.old.txt", 250},
    {"AES-non-expanded.old.txt", 1200},
    {"comparator_32bit_unsigned_lt.old.txt", 200},
};
#define N_PUBLIC (sizeof public_circuits / sizeof public_circuits[0])

START_TEST(public_schedules)
{
    char path[4096];
    sotto_circuit *circuit;
    uint64_t seed = 9;

    snprintf(path, sizeof path, "%s/%s", getenv("SOTTO_BRISTOL_DIR"), public_circuits[_i].file);
    circuit = load_path(context, path);
    ck_assert_uint_le(check_schedule(circuit, 8, &seed), public_circuits[_i].n_slots);
    sotto_circuit_free(circuit);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("schedule");
    TCase *tests = tcase_create("all");

    tcase_set_timeout(tests, 120);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, own_circuits);
    tcase_add_test(tests, random_circuits);
    tcase_add_test(tests, large_circuits);
    tcase_add_test(tests, wide_circuits);
    tcase_add_test(tests, separate_parts);
    tcase_add_test(tests, chain);
    tcase_add_test(tests, looks_ahead);
    tcase_add_test(tests, batches);
    tcase_add_test(tests, dead_gates);
    tcase_add_test(tests, fixed_operands);
    tcase_add_test(tests, deterministic);
    tcase_add_test(tests, limits_hold);
    tcase_add_test(tests, allocation_failures);
    if (getenv("SOTTO_BRISTOL_DIR") != NULL)
        tcase_add_loop_test(tests, public_schedules, 0, (int)N_PUBLIC);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
