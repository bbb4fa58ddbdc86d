/* What the tests of the circuit room share: our own circuits, random ones, and a slow reference. */
#ifndef SOTTO_TESTS_CIRCUITS_H
#define SOTTO_TESTS_CIRCUITS_H

#include "circuit/circuit.h"
#include "tests/support/support.h"

#include <check.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define UNUSED __attribute__((unused))

/* An assertion for inner loops: Check's own report each success to the parent process. */
#define REQUIRE(condition)                                                                         \
    do {                                                                                           \
        if (!(condition)) ck_abort_msg("%s:%d: %s", __FILE__, __LINE__, #condition);               \
    } while (0)

/* Path of a file of tests/circuits; automake tells where the sources are. */
UNUSED static const char *circuit_path(const char *name)
{
    static char path[4096];
    const char *top = getenv("srcdir");

    snprintf(path, sizeof path, "%s/tests/circuits/%s", top != NULL ? top : ".", name);
    return path;
}

UNUSED static sotto_circuit *load_path(sotto_context *context, const char *path)
{
    sotto_circuit *circuit = NULL;
    sotto_err err = sotto_circuit_load(context, &circuit, path);

    ck_assert_msg(err == SOTTO_OK, "%s: %s", path, sotto_context_message(context));
    return circuit;
}

UNUSED static sotto_circuit *load(sotto_context *context, const char *name)
{
    return load_path(context, circuit_path(name));
}

UNUSED static sotto_err parse(sotto_context *context, sotto_circuit **circuit, const char *text)
{
    return sotto_circuit_parse(context, circuit, "text", text, strlen(text));
}

UNUSED static sotto_circuit *parse_good(sotto_context *context, const char *text)
{
    sotto_circuit *circuit = NULL;
    sotto_err err = parse(context, &circuit, text);

    ck_assert_msg(err == SOTTO_OK, "%s in:\n%s", sotto_context_message(context), text);
    return circuit;
}

/* A text that grows; also what sotto_circuit_write() writes to. */
struct buffer {
    char *text;
    size_t len;
    size_t capacity;
};

UNUSED static int buffer_write(void *user, const char *text, size_t text_len)
{
    struct buffer *buffer = user;

    if (buffer->len + text_len + 1 > buffer->capacity) {
        buffer->capacity = 2 * (buffer->len + text_len) + 64;
        buffer->text = realloc(buffer->text, buffer->capacity);
        if (buffer->text == NULL) abort();
    }
    memcpy(buffer->text + buffer->len, text, text_len);
    buffer->len += text_len;
    buffer->text[buffer->len] = '\0';
    return 0;
}

UNUSED PRINTF_LIKE(2, 3) static void put(struct buffer *buffer, const char *format, ...)
{
    char piece[256];
    va_list args;

    va_start(args, format);
    vsnprintf(piece, sizeof piece, format, args);
    va_end(args);
    buffer_write(buffer, piece, strlen(piece));
}

UNUSED static void set_bits(uint8_t *bits, uint64_t value, unsigned n)
{
    for (unsigned i = 0; i < n; i++) bits[i] = value >> i & 1;
}

UNUSED static uint64_t get_bits(const uint8_t *bits, unsigned n)
{
    uint64_t value = 0;

    for (unsigned i = 0; i < n; i++) value |= (uint64_t)bits[i] << i;
    return value;
}

UNUSED static void random_bits(uint8_t *bits, uint64_t n, uint64_t *seed)
{
    for (uint64_t i = 0; i < n; i++) bits[i] = test_next(seed) & 1;
}

/* Evaluates a circuit of two inputs and one output, at most 64 bits each. */
UNUSED static uint64_t evaluate2(sotto_context *context, const sotto_circuit *circuit, uint64_t a,
                                 uint64_t b)
{
    uint8_t inputs[128], outputs[64];
    unsigned n_a = (unsigned)sotto_circuit_input_bits(circuit, 0);
    unsigned n_b = (unsigned)sotto_circuit_input_bits(circuit, 1);

    set_bits(inputs, a, n_a);
    set_bits(inputs + n_a, b, n_b);
    REQUIRE(sotto_circuit_evaluate(context, outputs, circuit, inputs) == SOTTO_OK);
    return get_bits(outputs, (unsigned)sotto_circuit_output_bits(circuit, 0));
}

/* ------------------------------------------------------------------------- random circuits -- */

enum { XOR, AND, OR, NAND, NOR, XNOR, INV, NOT, EQW, EQ, N_NAMES };
UNUSED static const char *const names[] = {"XOR",  "AND", "OR",  "NAND", "NOR",
                                           "XNOR", "INV", "NOT", "EQW",  "EQ"};

/* The truth tables, written down apart from the library. */
UNUSED static uint8_t gate_value(int name, uint8_t a, uint8_t b)
{
    switch (name) {
    case XOR: return a != b;
    case AND: return a && b;
    case OR: return a || b;
    case NAND: return !(a && b);
    case NOR: return !(a || b);
    case XNOR: return a == b;
    case INV:
    case NOT: return !a;
    default: return a; /* EQW; EQ has its constant here */
    }
}

struct reference_gate {
    int name;
    uint32_t a; /* a wire, or the constant of an EQ */
    uint32_t b;
    uint32_t out;
};

/* A circuit as text and as gates for the reference. Two inputs and two outputs. */
struct reference {
    struct buffer text;
    struct reference_gate *gates;
    uint32_t n_gates; /* MAND by width */
    uint32_t n_inputs;
    uint32_t n_outputs;
    uint32_t n_wires;
};

UNUSED static void reference_free(struct reference *reference)
{
    free(reference->text.text);
    free(reference->gates);
}

UNUSED static void reference_evaluate(const struct reference *reference, uint8_t *outputs,
                                      const uint8_t *inputs)
{
    uint8_t *wires = calloc(reference->n_wires, 1);

    memcpy(wires, inputs, reference->n_inputs);
    for (uint32_t i = 0; i < reference->n_gates; i++) {
        struct reference_gate gate = reference->gates[i];
        uint8_t a = gate.name == EQ ? (uint8_t)gate.a : wires[gate.a];

        wires[gate.out] = gate_value(gate.name, a, wires[gate.b]);
    }
    memcpy(outputs, wires + reference->n_wires - reference->n_outputs, reference->n_outputs);
    free(wires);
}

/* Numbers of the driven wires in the order in which they are driven: shuffled. */
UNUSED static uint32_t *shuffled(uint32_t first, uint32_t n, uint64_t *seed)
{
    uint32_t *order = malloc((size_t)n * sizeof *order + 1);

    for (uint32_t i = 0; i < n; i++) order[i] = first + i;
    for (uint32_t i = n; i > 1; i--) {
        uint32_t j = (uint32_t)(test_next(seed) % i), kept = order[i - 1];

        order[i - 1] = order[j];
        order[j] = kept;
    }
    return order;
}

/* n gates of every kind over n_inputs bits; each reads one of the last 'reach' wires. */
UNUSED static struct reference random_circuit(uint32_t n, uint32_t n_inputs, uint32_t n_outputs,
                                              uint32_t reach, bool has_constants, uint64_t *seed)
{
    struct reference made = {
        .n_gates = n, .n_inputs = n_inputs, .n_outputs = n_outputs, .n_wires = n_inputs + n};
    uint32_t *order = shuffled(n_inputs, n, seed);
    struct buffer body = {0};
    uint32_t n_lines = 0;

    made.gates = calloc(n, sizeof *made.gates);
    for (uint32_t i = 0; i < n; n_lines++) {
        uint32_t ready = n_inputs + i, window = ready < reach ? ready : reach;
        uint32_t width = test_next(seed) % 8 == 0 ? (uint32_t)(1 + test_next(seed) % 5) : 0;

        if (width > n - i) width = 0;
        for (uint32_t j = i; j < i + (width > 0 ? width : 1); j++) {
            struct reference_gate *gate = &made.gates[j];
            uint32_t a = ready - 1 - (uint32_t)(test_next(seed) % window);
            uint32_t b = ready - 1 - (uint32_t)(test_next(seed) % window);

            gate->name = width > 0 ? AND : (int)(test_next(seed) % (has_constants ? EQ + 1 : EQW));
            gate->a = a < n_inputs ? a : order[a - n_inputs];
            gate->b = b < n_inputs ? b : order[b - n_inputs];
            gate->out = order[j];
            if (gate->name == EQ) gate->a = test_next(seed) & 1;
        }
        if (width > 0) {
            put(&body, "%u %u", 2 * width, width);
            for (uint32_t j = 0; j < width; j++) put(&body, " %u", made.gates[i + j].a);
            for (uint32_t j = 0; j < width; j++) put(&body, " %u", made.gates[i + j].b);
            for (uint32_t j = 0; j < width; j++) put(&body, " %u", made.gates[i + j].out);
            put(&body, " MAND\n");
            i += width;
        } else {
            struct reference_gate gate = made.gates[i++];

            if (gate.name < INV)
                put(&body, "2 1 %u %u %u %s\n", gate.a, gate.b, gate.out, names[gate.name]);
            else put(&body, "1 1 %u %u %s\n", gate.a, gate.out, names[gate.name]);
        }
    }
    put(&made.text, "%u %u\n2 %u %u\n2 %u %u\n\n", n_lines, made.n_wires, n_inputs / 2,
        n_inputs - n_inputs / 2, n_outputs / 3, n_outputs - n_outputs / 3);
    buffer_write(&made.text, body.text, body.len);
    free(body.text);
    free(order);
    return made;
}

#endif
