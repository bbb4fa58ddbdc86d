/* Circuits for the tests; see circuits.h. */
#include "tests/support/circuits.h"

#include "tests/support/support.h"

#include <check.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define GATES                                                                                      \
    "2 1 0 2 4 AND\n"                                                                              \
    "2 1 1 3 5 XOR\n"                                                                              \
    "2 1 4 5 6 AND\n"                                                                              \
    "1 1 6 7 INV\n"                                                                                \
    "2 1 5 4 8 XOR\n"

const char tiny_circuit[] = "5 9\n2 2 2\n1 2\n" GATES;
const char alone_circuit[] = "5 9\n1 4\n1 2\n" GATES;

const char square_circuit[] = "2 4\n2 1 1\n2 1 1\n2 1 0 1 2 AND\n2 1 0 1 3 XOR\n";

char *wide_circuit(uint64_t width, uint64_t n_copies)
{
    size_t size = 128 + 32 * width * (3 + n_copies), at = 0;
    char *text = malloc(size);

    at += (size_t)snprintf(text, size, "%llu %llu\n2 %llu %llu\n1 %llu\n%llu %llu",
                           (unsigned long long)(1 + width * n_copies),
                           (unsigned long long)(3 * width + width * n_copies),
                           (unsigned long long)width, (unsigned long long)width,
                           (unsigned long long)(width * n_copies), (unsigned long long)(2 * width),
                           (unsigned long long)width);
    for (uint64_t i = 0; i < 3 * width; i++)
        at += (size_t)snprintf(text + at, size - at, " %llu", (unsigned long long)i);
    at += (size_t)snprintf(text + at, size - at, " MAND\n");
    for (uint64_t i = 0; i < width * n_copies; i++)
        at += (size_t)snprintf(text + at, size - at, "1 1 %llu %llu EQW\n",
                               (unsigned long long)(2 * width + i % width),
                               (unsigned long long)(3 * width + i));
    return text;
}

struct sketch {
    char text[65536];
    size_t len;
    uint64_t n_wires;
    uint64_t n_gates;
};

static void put(struct sketch *sketch, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void put(struct sketch *sketch, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    sketch->len += (size_t)vsnprintf(sketch->text + sketch->len, sizeof sketch->text - sketch->len,
                                     format, args);
    va_end(args);
    ck_assert_uint_lt(sketch->len, sizeof sketch->text);
}

static void put_mand(struct sketch *sketch, uint64_t n_known, uint64_t *state)
{
    uint64_t width = 1 + test_next(state) % 4;

    put(sketch, "%llu %llu", (unsigned long long)(2 * width), (unsigned long long)width);
    for (uint64_t i = 0; i < 2 * width; i++)
        put(sketch, " %llu", (unsigned long long)(test_next(state) % n_known));
    for (uint64_t i = 0; i < width; i++)
        put(sketch, " %llu", (unsigned long long)sketch->n_wires++);
    put(sketch, " MAND\n");
}

/* Without a wire to read only constants can be made. */
static void put_gate(struct sketch *sketch, uint64_t *state, bool is_narrow)
{
    uint64_t n = sketch->n_wires, kind = n == 0 ? 0 : test_next(state) % 10;
    unsigned long long a = n > 0 ? test_next(state) % n : 0, b = n > 0 ? test_next(state) % n : 0;
    unsigned long long out = n;

    sketch->n_gates++;
    if (kind == 9 && !is_narrow) {
        put_mand(sketch, n, state);
        return;
    }
    sketch->n_wires++;
    if (kind == 0) put(sketch, "1 1 %llu %llu EQ\n", a & 1, out);
    else if (kind == 1) put(sketch, "1 1 %llu %llu EQW\n", a, out);
    else if (kind == 2) put(sketch, "1 1 %llu %llu INV\n", a, out);
    else if (kind <= 5) put(sketch, "2 1 %llu %llu %llu XOR\n", a, b, out);
    else put(sketch, "2 1 %llu %llu %llu AND\n", a, b, out);
}

/* Draws a line of widths, zero among them, and gives their sum. */
static uint64_t put_widths(struct sketch *sketch, uint64_t n, uint64_t most, uint64_t *state)
{
    uint64_t sum = 0;

    put(sketch, "%llu", (unsigned long long)n);
    for (uint64_t i = 0; i < n; i++) {
        uint64_t width = test_next(state) % (most + 1);

        put(sketch, " %llu", (unsigned long long)width);
        sum += width;
    }
    put(sketch, "\n");
    return sum;
}

/* The last gates drive the outputs, one wire each. */
char *random_circuit(int owners[RANDOM_CIRCUIT_INPUTS], size_t *n_owners, uint64_t *state)
{
    struct sketch *head = calloc(1, sizeof *head), *gates = calloc(1, sizeof *gates);
    uint64_t n_inputs = test_next(state) % (RANDOM_CIRCUIT_INPUTS + 1), n_outputs;
    uint64_t n_gates = test_next(state) % 60;
    char *text = malloc(3 * sizeof head->text);

    for (uint64_t i = 0; i < n_inputs; i++) owners[i] = (int)(test_next(state) & 1);
    *n_owners = n_inputs;
    gates->n_wires = put_widths(head, n_inputs, 9, state);
    n_outputs = put_widths(head, test_next(state) % 4, 8, state);
    for (uint64_t i = 0; i < n_gates; i++) put_gate(gates, state, false);
    for (uint64_t i = 0; i < n_outputs; i++) put_gate(gates, state, true);
    snprintf(text, 3 * sizeof head->text, "%llu %llu\n%s\n%s", (unsigned long long)gates->n_gates,
             (unsigned long long)gates->n_wires, head->text, gates->text);
    free(head);
    free(gates);
    return text;
}
