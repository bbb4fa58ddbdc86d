/* The canonical circuit: folding, digest, accessors and clear evaluation; the public circuits. */
#include "tests/support/suite.h"
#include "tests/unit/circuits.h"

#include <sodium.h>

static sotto_context *context;

static void setup(void)
{
    context = test_context();
}

static void teardown(void)
{
    sotto_context_free(context);
}

/* ----------------------------------------------------------------------------- tiny circuits -- */

struct tiny {
    int name;
    unsigned a;
    unsigned b;
};

/* All gates over n wires: choice i, or false beyond the last. */
static bool choose(struct tiny *gate, unsigned i, unsigned n)
{
    unsigned n_binary = 6 * n * n, n_unary = 3 * n;

    if (i < n_binary) *gate = (struct tiny){.name = (int)(i % 6), .a = i / 6 % n, .b = i / 6 / n};
    else if ((i -= n_binary) < n_unary)
        *gate = (struct tiny){.name = INV + (int)(i % 3), .a = i / 3};
    else if ((i -= n_unary) < 2) *gate = (struct tiny){.name = EQ, .a = i};
    else return false;
    return true;
}

static void put_tiny(struct buffer *text, struct tiny gate, unsigned out)
{
    if (gate.name < INV) put(text, "2 1 %u %u %u %s\n", gate.a, gate.b, out, names[gate.name]);
    else put(text, "1 1 %u %u %s\n", gate.a, out, names[gate.name]);
}

static void run_tiny(uint8_t *wires, struct tiny gate, unsigned out)
{
    uint8_t a = gate.name == EQ ? (uint8_t)gate.a : wires[gate.a];

    wires[out] = gate_value(gate.name, a, wires[gate.b]);
}

/* Each of the four inputs through the circuit, through its two written forms, and by hand. */
static void check_tiny(const char *text, const struct tiny *gates, unsigned n)
{
    sotto_circuit *forms[3] = {parse_good(context, text)};

    for (int format = 0; format < 2; format++) {
        struct buffer buffer = {0};

        ck_assert_int_eq(
            sotto_circuit_write(context, forms[0], (sotto_format)format, buffer_write, &buffer),
            SOTTO_OK);
        forms[1 + format] = parse_good(context, buffer.text);
        free(buffer.text);
    }
    for (unsigned value = 0; value < 4; value++) {
        uint8_t wires[4] = {value & 1, value >> 1, 0, 0}, outputs[2];

        for (unsigned i = 0; i < n; i++) run_tiny(wires, gates[i], 2 + i);
        for (unsigned i = 0; i < 3; i++) {
            ck_assert_int_eq(sotto_circuit_evaluate(context, outputs, forms[i], wires), SOTTO_OK);
            ck_assert_msg(memcmp(outputs, wires + 2, n) == 0, "form %u, inputs %u:\n%s", i, value,
                          text);
        }
    }
    for (unsigned i = 0; i < 3; i++) sotto_circuit_free(forms[i]);
}

START_TEST(tiny_circuits) /* SEC-16 */
{
    struct tiny gates[2];
    unsigned n_checked = 0;

    for (unsigned i = 0; choose(&gates[0], i, 2); i++) {
        struct buffer one = {0};

        put(&one, "1 3\n2 1 1\n1 1\n\n");
        put_tiny(&one, gates[0], 2);
        check_tiny(one.text, gates, 1);
        free(one.text);
        for (unsigned j = 0; choose(&gates[1], j, 3); j++, n_checked++) {
            struct buffer two = {0};

            put(&two, "2 4\n2 1 1\n1 2\n\n");
            put_tiny(&two, gates[0], 2);
            put_tiny(&two, gates[1], 3);
            check_tiny(two.text, gates, 2);
            free(two.text);
        }
    }
    ck_assert_uint_eq(n_checked, 32 * 65);
}
END_TEST

/* --------------------------------------------------------------------------------- folding -- */

/* A gate with a constant costs nothing, and an inverter at most. */
START_TEST(folding)
{
    for (int name = XOR; name <= XNOR; name++)
        for (unsigned constant = 0; constant < 2; constant++)
            for (unsigned swapped = 0; swapped < 2; swapped++) {
                char text[128];
                sotto_circuit *circuit;

                snprintf(text, sizeof text, "2 3\n1 1\n1 1\n1 1 %u 1 EQ\n2 1 %u %u 2 %s\n",
                         constant, swapped ? 1 : 0, swapped ? 0 : 1, names[name]);
                circuit = parse_good(context, text);
                ck_assert_uint_eq(circuit->n_and, 0);
                ck_assert_uint_le(circuit->n_gates, 1);
                for (uint8_t value = 0; value < 2; value++) {
                    uint8_t output;

                    ck_assert_int_eq(sotto_circuit_evaluate(context, &output, circuit, &value),
                                     SOTTO_OK);
                    ck_assert_int_eq(output, gate_value(name, value, (uint8_t)constant));
                }
                sotto_circuit_free(circuit);
            }
}
END_TEST

START_TEST(nothing_else_is_folded)
{
    sotto_circuit *circuit = parse_good(context, "4 5\n1 1\n1 1\n2 1 0 0 1 XOR\n2 1 0 0 2 AND\n"
                                                 "1 1 0 3 INV\n1 1 3 4 INV\n");

    ck_assert_uint_eq(circuit->n_gates, 4);
    ck_assert_uint_eq(circuit->n_and, 1);
    sotto_circuit_free(circuit);
}
END_TEST

START_TEST(cost_of_extensions)
{
    static const struct {
        const char *name;
        uint32_t n_and;
    } costs[] = {{"XOR", 0}, {"XNOR", 0}, {"AND", 1}, {"OR", 1}, {"NAND", 1}, {"NOR", 1}};

    for (size_t i = 0; i < sizeof costs / sizeof costs[0]; i++) {
        char text[64];
        sotto_circuit *circuit;

        snprintf(text, sizeof text, "1 3\n2 1 1\n1 1\n2 1 0 1 2 %s\n", costs[i].name);
        circuit = parse_good(context, text);
        ck_assert_uint_eq(circuit->n_and, costs[i].n_and);
        sotto_circuit_free(circuit);
    }
}
END_TEST

START_TEST(random_circuits)
{
    uint64_t seed = 77;

    for (unsigned i = 0; i < 300; i++) {
        uint32_t n = 1 + (uint32_t)(test_next(&seed) % 300);
        uint32_t n_in = 2 + (uint32_t)(test_next(&seed) % 20);
        uint32_t n_out = 1 + (uint32_t)(test_next(&seed) % (n + n_in));
        struct reference reference = random_circuit(n, n_in, n_out, 60, true, &seed);
        sotto_circuit *circuit = parse_good(context, reference.text.text);
        uint8_t inputs[32], expected[400], outputs[400];

        for (unsigned j = 0; j < 8; j++) {
            random_bits(inputs, n_in, &seed);
            reference_evaluate(&reference, expected, inputs);
            ck_assert_int_eq(sotto_circuit_evaluate(context, outputs, circuit, inputs), SOTTO_OK);
            ck_assert_mem_eq(outputs, expected, n_out);
        }
        sotto_circuit_free(circuit);
        reference_free(&reference);
    }
}
END_TEST

/* ------------------------------------------------------------------------------- accessors -- */

START_TEST(shape)
{
    sotto_circuit *circuit = load(context, "typed.txt");
    static const uint64_t inputs[] = {24, 37, 64, 64, 10, 10}, outputs[] = {24, 37, 64, 10};

    ck_assert_uint_eq(sotto_circuit_n_inputs(circuit), 6);
    ck_assert_uint_eq(sotto_circuit_n_outputs(circuit), 4);
    for (uint64_t i = 0; i < 6; i++)
        ck_assert_uint_eq(sotto_circuit_input_bits(circuit, i), inputs[i]);
    for (uint64_t i = 0; i < 4; i++)
        ck_assert_uint_eq(sotto_circuit_output_bits(circuit, i), outputs[i]);
    ck_assert_uint_eq(sotto_circuit_output_wire(circuit, 0, 23), N_CONSTANT_WIRES + 23);
    ck_assert_uint_eq(sotto_circuit_output_wire(circuit, 1, 0), N_CONSTANT_WIRES + 24);
    ck_assert_uint_eq(sotto_circuit_output_wire(circuit, 2, 0), circuit_first_gate_wire(circuit));
    sotto_circuit_free(circuit);
    sotto_circuit_free(NULL);
}
END_TEST

START_TEST(constant_outputs)
{
    sotto_circuit *circuit = load(context, "constants.txt");
    uint8_t outputs[3];

    ck_assert_uint_eq(sotto_circuit_n_inputs(circuit), 0);
    ck_assert_int_eq(sotto_circuit_evaluate(context, outputs, circuit, NULL), SOTTO_OK);
    ck_assert_uint_eq(get_bits(outputs, 3), 5);
    ck_assert_uint_eq(sotto_circuit_output_wire(circuit, 0, 0), WIRE_ONE);
    ck_assert_uint_eq(sotto_circuit_output_wire(circuit, 0, 1), WIRE_ZERO);
    sotto_circuit_free(circuit);
}
END_TEST

START_TEST(inputs_are_bits)
{
    sotto_circuit *circuit = load(context, "zero-gates.txt");
    uint8_t inputs[4] = {0, 1, 2, 0}, outputs[4] = {7, 7, 7, 7};

    ck_assert_int_eq(sotto_circuit_evaluate(context, outputs, circuit, inputs), SOTTO_ERR_USAGE);
    ck_assert_uint_eq(outputs[0], 7);
    inputs[2] = 0;
    ck_assert_int_eq(sotto_circuit_evaluate(context, outputs, circuit, inputs), SOTTO_OK);
    ck_assert_mem_eq(outputs, inputs, 4);
    sotto_circuit_free(circuit);
}
END_TEST

struct visit {
    const sotto_circuit *circuit;
    uint32_t n;
    uint32_t stop_at;
};

static int visit_gate(void *user, uint32_t out, uint32_t a, uint32_t b, int is_and)
{
    struct visit *visit = user;
    struct gate gate = visit->circuit->gates[visit->n];

    ck_assert_uint_eq(out, circuit_first_gate_wire(visit->circuit) + visit->n);
    ck_assert_uint_eq(a, gate_a(gate));
    ck_assert_uint_eq(b, gate.b);
    ck_assert_int_eq(is_and, gate_is_and(gate));
    return ++visit->n == visit->stop_at;
}

START_TEST(visiting)
{
    sotto_circuit *circuit = load(context, "add8.txt");
    struct visit visit = {.circuit = circuit};

    sotto_circuit_visit(circuit, visit_gate, &visit);
    ck_assert_uint_eq(visit.n, circuit->n_gates);
    visit = (struct visit){.circuit = circuit, .stop_at = 5};
    sotto_circuit_visit(circuit, visit_gate, &visit);
    ck_assert_uint_eq(visit.n, 5);
    sotto_circuit_free(circuit);
}
END_TEST

/* ---------------------------------------------------------------------------------- digest -- */

/* The encoding of circuit.c, by hand. */
START_TEST(digest_encoding)
{
    static const uint8_t encoded[] = {
        's', 'o', 't', 't',  'o', '-', 'c', 'i', 'r', 'c', 'u', 'i', 't', '/', '1', 0, /* domain */
        2,   0,   0,   0,    0,   0,   0,   0,   1,   0,   0,   0,   0,   0,   0,   0,
        1,   0,   0,   0,    0,   0,   0,   0,                                         /* inputs */
        1,   0,   0,   0,    0,   0,   0,   0,   2,   0,   0,   0,   0,   0,   0,   0, /* outputs */
        2,   0,   0,   0,    0,   0,   0,   0,                                         /* gates */
        2,   0,   0,   0x80, 3,   0,   0,   0,                                         /* AND */
        4,   0,   0,   0,    1,   0,   0,   0,                                         /* INV */
        4,   0,   0,   0,    5,   0,   0,   0,                                         /* outputs */
    };
    sotto_circuit *circuit = parse_good(context, "2 4\n2 1 1\n1 2\n2 1 0 1 2 AND\n1 1 2 3 INV\n");
    uint8_t expected[32], digest[32];

    crypto_hash_sha256(expected, encoded, sizeof encoded);
    sotto_circuit_digest(circuit, digest);
    ck_assert_mem_eq(digest, expected, 32);
    sotto_circuit_free(circuit);
}
END_TEST

/* SEC-11: circuits that differ in anything that matters have digests that differ. */
START_TEST(digests_differ)
{
    static const char *const texts[] = {
        "2 5\n3 1 1 1\n1 1\n2 1 0 1 3 AND\n2 1 2 3 4 XOR\n",
        "2 5\n3 1 1 1\n1 1\n2 1 0 2 3 AND\n2 1 2 3 4 XOR\n",   /* operand */
        "2 5\n3 1 1 1\n1 1\n2 1 1 0 3 AND\n2 1 2 3 4 XOR\n",   /* order of operands */
        "2 5\n3 1 1 1\n1 1\n2 1 0 1 3 XOR\n2 1 2 3 4 XOR\n",   /* kind */
        "2 5\n3 1 1 1\n1 2\n2 1 0 1 3 AND\n2 1 2 3 4 XOR\n",   /* width of the output */
        "2 5\n3 1 1 1\n2 1 1\n2 1 0 1 3 AND\n2 1 2 3 4 XOR\n", /* number of outputs */
        "2 5\n2 1 2\n1 1\n2 1 0 1 3 AND\n2 1 2 3 4 XOR\n",     /* number of inputs */
        "2 5\n2 2 1\n1 1\n2 1 0 1 3 AND\n2 1 2 3 4 XOR\n",     /* widths of inputs */
        "2 5\n3 1 1 1\n1 1\n2 1 0 1 4 AND\n2 1 2 4 3 XOR\n",   /* output wire */
        "3 6\n3 1 1 1\n1 1\n2 1 0 1 3 AND\n2 1 2 3 5 XOR\n2 1 0 1 4 AND\n", /* a dead gate */
    };
    enum { N = sizeof texts / sizeof texts[0] };
    uint8_t digests[N][32];

    for (size_t i = 0; i < N; i++) {
        sotto_circuit *circuit = parse_good(context, texts[i]);

        sotto_circuit_digest(circuit, digests[i]);
        sotto_circuit_free(circuit);
        for (size_t j = 0; j < i; j++) ck_assert_mem_ne(digests[i], digests[j], 32);
    }
}
END_TEST

/* ------------------------------------------------------------------------- known functions -- */

START_TEST(own_circuits)
{
    sotto_circuit *add = load(context, "add8.txt"), *old_add = load(context, "add8-old.txt");
    sotto_circuit *mul = load(context, "mul8.txt"), *more = load(context, "less32.txt");
    uint64_t seed = 8;

    for (unsigned i = 0; i < 65536; i++) {
        uint64_t a = i & 255, b = i >> 8;

        REQUIRE(evaluate2(context, add, a, b) == ((a + b) & 255));
        REQUIRE(evaluate2(context, old_add, a, b) == ((a + b) & 255));
        REQUIRE(evaluate2(context, mul, a, b) == (a * b & 255));
    }
    ck_assert_uint_eq(more->n_and, 32);
    for (unsigned i = 0; i < 1000; i++) {
        uint64_t a = test_next(&seed) >> 32, b = i % 3 == 0 ? a + i % 2 : test_next(&seed) >> 32;

        REQUIRE(evaluate2(context, more, a, b) == (a > (b & UINT32_MAX)));
    }
    sotto_circuit_free(add);
    sotto_circuit_free(old_add);
    sotto_circuit_free(mul);
    sotto_circuit_free(more);
}
END_TEST

/* The public circuits, where SOTTO_BRISTOL_DIR tells where they are. */
static sotto_circuit *load_public(const char *name)
{
    char path[4096];

    snprintf(path, sizeof path, "%s/%s", getenv("SOTTO_BRISTOL_DIR"), name);
    return load_path(context, path);
}

static uint64_t divide(uint64_t a, uint64_t b)
{
    return a / b;
}
static uint64_t add(uint64_t a, uint64_t b)
{
    return a + b;
}
static uint64_t subtract(uint64_t a, uint64_t b)
{
    return a - b;
}
static uint64_t multiply(uint64_t a, uint64_t b)
{
    return a * b;
}
static uint64_t negate(uint64_t a, uint64_t b)
{
    (void)b;
    return UINT64_C(0) - a;
}
static uint64_t is_zero(uint64_t a, uint64_t b)
{
    (void)b;
    return a == 0;
}
static uint64_t is_less(uint64_t a, uint64_t b)
{
    return a < b;
}

static const struct {
    const char *file;
    uint64_t (*native)(uint64_t, uint64_t);
    uint64_t mask_a;
    uint64_t mask_b;
} public_arithmetic[] = {
    {"adder64.fashion.txt", add, UINT64_MAX, UINT64_MAX},
    {"sub64.fashion.txt", subtract, UINT64_MAX, UINT64_MAX},
    {"mult64.fashion.txt", multiply, UINT64_MAX, UINT64_MAX},
    {"neg64.fashion.txt", negate, UINT64_MAX, 0},
    {"zero_equal.fashion.txt", is_zero, UINT64_MAX, 0},
    {"udivide64.fashion.txt", divide, UINT64_MAX, INT64_MAX}, /* wrong from 2^63 on */
    {"adder_32bit.old.txt", add, UINT32_MAX, UINT32_MAX},
    {"comparator_32bit_unsigned_lt.old.txt", is_less, UINT32_MAX, UINT32_MAX},
};
#define N_PUBLIC (sizeof public_arithmetic / sizeof public_arithmetic[0])

START_TEST(public_circuits_compute)
{
    sotto_circuit *circuit = load_public(public_arithmetic[_i].file);
    uint64_t seed = 42;

    for (unsigned i = 0; i < 1000; i++) {
        uint64_t a = test_next(&seed) & public_arithmetic[_i].mask_a;
        uint64_t b = test_next(&seed) & public_arithmetic[_i].mask_b;

        if (i % 3 == 0) a >>= i % 64;
        if (i % 5 == 0) b >>= i % 64;
        if (i % 7 == 0) a = 0;
        if (b == 0 && public_arithmetic[_i].native == divide) b = 1;
        ck_assert_uint_eq(evaluate2(context, circuit, a, b), public_arithmetic[_i].native(a, b));
    }
    sotto_circuit_free(circuit);
}
END_TEST

/* What the file says counts, not what a quotient is. */
START_TEST(public_division_is_wrong_as_published)
{
    sotto_circuit *circuit = load_public("udivide64.fashion.txt");
    uint64_t seed = 63;
    unsigned n_wrong = 0;

    for (unsigned i = 0; i < 1000; i++) {
        uint64_t a = test_next(&seed), b = test_next(&seed) | UINT64_C(1) << 63;

        n_wrong += evaluate2(context, circuit, a, b) != a / b;
    }
    ck_assert_uint_gt(n_wrong, 0);
    sotto_circuit_free(circuit);
}
END_TEST

/* Wire 0 is the lowest bit of the bytes as a big-endian integer. */
static void big_endian_bits(uint8_t *bits, const uint8_t *bytes, size_t n)
{
    for (size_t i = 0; i < 8 * n; i++) bits[i] = bytes[n - 1 - i / 8] >> i % 8 & 1;
}

/* Wire 0 is the highest bit of the first byte. */
static void stream_bits(uint8_t *bits, const uint8_t *bytes, size_t n)
{
    for (size_t i = 0; i < 8 * n; i++) bits[i] = bytes[i / 8] >> (7 - i % 8) & 1;
}

START_TEST(public_aes)
{
    static const uint8_t plaintext[16] = {0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77,
                                          0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff};
    static const uint8_t ciphertext[16] = {0x69, 0xc4, 0xe0, 0xd8, 0x6a, 0x7b, 0x04, 0x30,
                                           0xd8, 0xcd, 0xb7, 0x80, 0x70, 0xb4, 0xc5, 0x5a};
    sotto_circuit *fashion = load_public("aes_128.fashion.txt");
    sotto_circuit *old = load_public("AES-non-expanded.old.txt");
    uint8_t key[16], inputs[256], outputs[128], expected[128];

    for (uint8_t i = 0; i < 16; i++) key[i] = i;
    big_endian_bits(inputs, key, 16);
    big_endian_bits(inputs + 128, plaintext, 16);
    big_endian_bits(expected, ciphertext, 16);
    ck_assert_int_eq(sotto_circuit_evaluate(context, outputs, fashion, inputs), SOTTO_OK);
    ck_assert_mem_eq(outputs, expected, 128);

    stream_bits(inputs, plaintext, 16);
    stream_bits(inputs + 128, key, 16);
    stream_bits(expected, ciphertext, 16);
    ck_assert_int_eq(sotto_circuit_evaluate(context, outputs, old, inputs), SOTTO_OK);
    ck_assert_mem_eq(outputs, expected, 128);
    sotto_circuit_free(fashion);
    sotto_circuit_free(old);
}
END_TEST

START_TEST(public_sha256)
{
    static const uint8_t iv[32] = {0x6a, 0x09, 0xe6, 0x67, 0xbb, 0x67, 0xae, 0x85, 0x3c, 0x6e, 0xf3,
                                   0x72, 0xa5, 0x4f, 0xf5, 0x3a, 0x51, 0x0e, 0x52, 0x7f, 0x9b, 0x05,
                                   0x68, 0x8c, 0x1f, 0x83, 0xd9, 0xab, 0x5b, 0xe0, 0xcd, 0x19};
    uint8_t block[64] = {'a', 'b', 'c', 0x80, [63] = 24};
    uint8_t hash[32], inputs[768], outputs[256], expected[256];
    sotto_circuit *circuit = load_public("sha256.fashion.txt");

    crypto_hash_sha256(hash, block, 3);
    big_endian_bits(inputs, block, 64);
    big_endian_bits(inputs + 512, iv, 32);
    big_endian_bits(expected, hash, 32);
    ck_assert_int_eq(sotto_circuit_evaluate(context, outputs, circuit, inputs), SOTTO_OK);
    ck_assert_mem_eq(outputs, expected, 256);
    sotto_circuit_free(circuit);
}
END_TEST

/* MD5("abc"), RFC 1321. */
START_TEST(public_md5)
{
    static const uint8_t hash[16] = {0x90, 0x01, 0x50, 0x98, 0x3c, 0xd2, 0x4f, 0xb0,
                                     0xd6, 0x96, 0x3f, 0x7d, 0x28, 0xe1, 0x7f, 0x72};
    uint8_t block[64] = {'a', 'b', 'c', 0x80, [56] = 24};
    uint8_t inputs[512], outputs[128], expected[128];
    sotto_circuit *circuit = load_public("md5.old.txt");

    stream_bits(inputs, block, 64);
    stream_bits(expected, hash, 16);
    ck_assert_int_eq(sotto_circuit_evaluate(context, outputs, circuit, inputs), SOTTO_OK);
    ck_assert_mem_eq(outputs, expected, 128);
    sotto_circuit_free(circuit);
}
END_TEST

START_TEST(allocation_failures)
{
    sotto_circuit *circuit = load(context, "mul8.txt");
    sotto_err err = SOTTO_ERR_MEMORY;
    uint64_t n = 0;

    while (err != SOTTO_OK) {
        uint8_t inputs[16] = {0}, outputs[8];
        sotto_circuit_stats stats;

        test_heap_fail_at(++n);
        err = sotto_circuit_evaluate(context, outputs, circuit, inputs);
        if (err == SOTTO_OK) err = sotto_circuit_measure(context, &stats, circuit);
        test_heap_fail_at(0);
        ck_assert(err == SOTTO_OK || err == SOTTO_ERR_MEMORY);
    }
    ck_assert_uint_gt(n, 5);
    sotto_circuit_free(circuit);
}
END_TEST

static void add_public(TCase *tests)
{
    if (getenv("SOTTO_BRISTOL_DIR") == NULL) return;
    tcase_add_loop_test(tests, public_circuits_compute, 0, (int)N_PUBLIC);
    tcase_add_test(tests, public_division_is_wrong_as_published);
    tcase_add_test(tests, public_aes);
    tcase_add_test(tests, public_sha256);
    tcase_add_test(tests, public_md5);
}

int main(void)
{
    Suite *suite = suite_create("circuit");
    TCase *tests = tcase_create("all");

    tcase_set_timeout(tests, 120);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, tiny_circuits);
    tcase_add_test(tests, folding);
    tcase_add_test(tests, nothing_else_is_folded);
    tcase_add_test(tests, cost_of_extensions);
    tcase_add_test(tests, random_circuits);
    tcase_add_test(tests, shape);
    tcase_add_test(tests, constant_outputs);
    tcase_add_test(tests, inputs_are_bits);
    tcase_add_test(tests, visiting);
    tcase_add_test(tests, digest_encoding);
    tcase_add_test(tests, digests_differ);
    tcase_add_test(tests, own_circuits);
    tcase_add_test(tests, allocation_failures);
    add_public(tests);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
