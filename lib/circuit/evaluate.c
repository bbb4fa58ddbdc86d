/* Evaluates a circuit in the clear: a byte a wire, gate after gate. */
#include "circuit/circuit.h"

#include "base/memory.h"

#include <inttypes.h>
#include <string.h>

#define GATES_PER_CHECK (UINT32_C(1) << 22)

static sotto_err check_inputs(struct sotto_context *context, const uint8_t *inputs, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        if (inputs[i] > 1)
            return fail(context, SOTTO_ERR_USAGE, "input bit %" PRIu32 " is neither 0 nor 1", i);
    return SOTTO_OK;
}

static sotto_err run_gates(struct sotto_context *context, uint8_t *wires,
                           const struct sotto_circuit *circuit)
{
    uint8_t *out = wires + circuit_first_gate_wire(circuit);

    for (uint32_t i = 0; i < circuit->n_gates; i++) {
        struct gate gate = circuit->gates[i];
        uint8_t a = wires[gate_a(gate)], b = wires[gate.b];

        if (i % GATES_PER_CHECK == 0) {
            sotto_err err = check_interrupt(context);

            if (err != SOTTO_OK) return err;
        }
        out[i] = gate_is_and(gate) ? a & b : a ^ b;
    }
    return SOTTO_OK;
}

sotto_err sotto_circuit_evaluate(sotto_context *context, uint8_t *outputs,
                                 const sotto_circuit *circuit, const uint8_t *inputs)
{
    uint64_t n_wires = (uint64_t)circuit_first_gate_wire(circuit) + circuit->n_gates;
    uint8_t *wires;
    sotto_err err = check_inputs(context, inputs, circuit->n_input_wires);

    if (err != SOTTO_OK) return err;
    wires = mem_new(n_wires, 1);
    if (wires == NULL) return fail_memory(context);
    wires[WIRE_ONE] = 1;
    if (circuit->n_input_wires > 0)
        memcpy(wires + N_CONSTANT_WIRES, inputs, circuit->n_input_wires);
    err = run_gates(context, wires, circuit);
    for (uint32_t i = 0; err == SOTTO_OK && i < circuit->n_output_wires; i++)
        outputs[i] = wires[circuit->outputs[i]];
    mem_wipe(wires, n_wires);
    mem_free(wires);
    return err;
}
