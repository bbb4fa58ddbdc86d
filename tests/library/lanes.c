/* Evaluates circuits on 64 inputs at a time; see lanes.h. */
#include "tests/library/lanes.h"

#include "circuit/circuit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct lanes {
    struct sotto_context *context;
    sotto_circuit *circuit;
    uint64_t *wires;
};

struct lanes *lanes_open(const char *name, uint64_t n_inputs, uint64_t n_outputs)
{
    struct lanes *lanes = calloc(1, sizeof *lanes);
    const char *top = getenv("BUILDDIR");
    char path[4096];
    sotto_err err;

    ck_assert_ptr_nonnull(lanes);
    lanes->context = test_context();
    (void)snprintf(path, sizeof path, "%s/circuits/%s.txt", top != NULL ? top : ".", name);
    err = sotto_circuit_load(lanes->context, &lanes->circuit, path);
    ck_assert_msg(err == SOTTO_OK, "%s: %s", path, sotto_context_message(lanes->context));
    ck_assert_uint_eq(lanes->circuit->n_input_wires, n_inputs);
    ck_assert_uint_eq(lanes->circuit->n_output_wires, n_outputs);
    lanes->wires = calloc((size_t)circuit_first_gate_wire(lanes->circuit) + lanes->circuit->n_gates,
                          sizeof *lanes->wires);
    ck_assert_ptr_nonnull(lanes->wires);
    return lanes;
}

void lanes_close(struct lanes *lanes)
{
    sotto_circuit_free(lanes->circuit);
    sotto_context_free(lanes->context);
    free(lanes->wires);
    free(lanes);
}

void lanes_set(struct lanes *lanes, unsigned lane, uint64_t first, unsigned n, uint64_t value)
{
    uint64_t *wires = lanes->wires + N_CONSTANT_WIRES + first;

    REQUIRE(first + n <= lanes->circuit->n_input_wires);
    for (unsigned i = 0; i < n; i++)
        wires[i] = (wires[i] & ~(UINT64_C(1) << lane)) | (value >> i & 1) << lane;
}

void lanes_set_bytes(struct lanes *lanes, unsigned lane, uint64_t first, const uint8_t *bytes,
                     uint64_t n_bytes)
{
    for (uint64_t i = 0; i < n_bytes; i++) lanes_set(lanes, lane, first + 8 * i, 8, bytes[i]);
}

void lanes_run(struct lanes *lanes)
{
    const struct sotto_circuit *circuit = lanes->circuit;
    uint64_t *wires = lanes->wires, *out = wires + circuit_first_gate_wire(circuit);

    wires[WIRE_ZERO] = 0;
    wires[WIRE_ONE] = UINT64_MAX;
    for (uint32_t i = 0; i < circuit->n_gates; i++) {
        struct gate gate = circuit->gates[i];
        uint64_t a = wires[gate_a(gate)], b = wires[gate.b];

        out[i] = gate_is_and(gate) ? a & b : a ^ b;
    }
}

uint64_t lanes_get(const struct lanes *lanes, unsigned lane, uint64_t first, unsigned n)
{
    uint64_t value = 0;

    REQUIRE(first + n <= lanes->circuit->n_output_wires);
    for (unsigned i = 0; i < n; i++)
        value |= (lanes->wires[lanes->circuit->outputs[first + i]] >> lane & 1) << i;
    return value;
}

void lanes_get_bytes(const struct lanes *lanes, unsigned lane, uint64_t first, uint8_t *bytes,
                     uint64_t n_bytes)
{
    for (uint64_t i = 0; i < n_bytes; i++)
        bytes[i] = (uint8_t)lanes_get(lanes, lane, first + 8 * i, 8);
}

uint64_t edge_value(uint64_t *seed, unsigned n)
{
    uint64_t mask = UINT64_MAX >> (64 - n), x = test_next(seed), kind = test_next(seed);
    uint64_t few = test_next(seed) % 4, top = UINT64_C(1) << (n - 1);

    switch (kind % 8) {
    case 0: return few;
    case 1: return (0 - few) & mask;
    case 2: return (top - few) & mask;
    case 3: return (top + few) & mask;
    case 4: return x & test_next(seed) & test_next(seed) & mask;
    case 5: return (x & mask) >> (kind / 8 % n);
    default: return x & mask;
    }
}
