/*
 * The canonical circuit: gates over numbered wires, in an order in which each is defined before it
 * is used. Wire 0 is the constant zero, wire 1 the constant one, then come the input bits in order;
 * gate k drives wire first_gate_wire + k. Gates are XOR or AND only: an inverter is an XOR with
 * wire 1, constants are folded, copies renamed, a MAND is one AND per bit. Eight bytes a gate.
 */
#ifndef SOTTO_CIRCUIT_CIRCUIT_H
#define SOTTO_CIRCUIT_CIRCUIT_H

#include "base/error.h"

#include <stdint.h>

#define WIRE_ZERO UINT32_C(0)
#define WIRE_ONE UINT32_C(1)
#define N_CONSTANT_WIRES UINT32_C(2)
#define MAX_WIRES (UINT32_C(1) << 31) /* the top bit of an operand tells AND from XOR */

#define GATE_AND UINT32_C(0x80000000) /* in gate.a */

struct gate {
    uint32_t a; /* first input wire, with GATE_AND set for an AND */
    uint32_t b;
};

static inline bool gate_is_and(struct gate gate)
{
    return (gate.a & GATE_AND) != 0;
}
static inline uint32_t gate_a(struct gate gate)
{
    return gate.a & ~GATE_AND;
}

struct sotto_circuit {
    uint64_t n_inputs; /* values */
    uint64_t n_outputs;
    uint64_t *input_bits; /* width of each value */
    uint64_t *output_bits;
    uint32_t n_input_wires; /* bits of all inputs */
    uint32_t n_output_wires;
    uint32_t n_gates;
    uint32_t n_and; /* gates that are ANDs */
    struct gate *gates;
    uint32_t *outputs;        /* wire of each output bit, value after value */
    sotto_circuit_stats file; /* what the file said; its measured part is unset */
    uint8_t digest[32];
};

static inline uint32_t circuit_first_gate_wire(const struct sotto_circuit *circuit)
{
    return N_CONSTANT_WIRES + circuit->n_input_wires;
}

/** Fills in digest, when all else is set: see circuit.c for the encoding. */
sotto_err circuit_compute_digest(struct sotto_context *context,
                                 struct sotto_circuit *circuit) CHECKED;

#endif
