/*
 * The canonical circuit's life, what can be asked of it, and its digest: SHA-256 over
 *   "sotto-circuit/1" and a NUL,
 *   the number of inputs and the width of each, the number of outputs and the width of each,
 *   the number of gates, and of each its two operands (the top bit of the first marks an AND),
 *   the wire of each output bit;
 * counts and widths in 8 bytes, operands and wires in 4, little-endian. Every length is told before
 * what it counts, so no two circuits have one encoding.
 */
#include "circuit/circuit.h"

#include "base/cursor.h"
#include "base/memory.h"

#include <sodium.h>

#define CHUNK_LEN 4096 /* a multiple of every item's length */
#define CHUNKS_PER_CHECK 1024

static const uint8_t digest_domain[16] = "sotto-circuit/1";

struct hasher {
    crypto_hash_sha256_state state;
    uint8_t chunk[CHUNK_LEN];
    size_t at;
};

static void hash_flush(struct hasher *hasher)
{
    crypto_hash_sha256_update(&hasher->state, hasher->chunk, hasher->at);
    hasher->at = 0;
}

static void hash_uint(struct hasher *hasher, uint64_t value, size_t len)
{
    if (hasher->at + len > CHUNK_LEN) hash_flush(hasher);
    for (size_t i = 0; i < len; i++) hasher->chunk[hasher->at++] = (uint8_t)(value >> (8 * i));
}

static void hash_widths(struct hasher *hasher, const uint64_t *widths, uint64_t n)
{
    hash_uint(hasher, n, 8);
    for (uint64_t i = 0; i < n; i++) hash_uint(hasher, widths[i], 8);
}

static sotto_err hash_gates(struct sotto_context *context, struct hasher *hasher,
                            const struct sotto_circuit *circuit)
{
    hash_uint(hasher, circuit->n_gates, 8);
    for (uint32_t i = 0; i < circuit->n_gates; i++) {
        hash_uint(hasher, circuit->gates[i].a, 4);
        hash_uint(hasher, circuit->gates[i].b, 4);
        if (i % (CHUNKS_PER_CHECK * CHUNK_LEN) == 0) {
            sotto_err err = check_interrupt(context);

            if (err != SOTTO_OK) return err;
        }
    }
    return SOTTO_OK;
}

sotto_err circuit_compute_digest(struct sotto_context *context, struct sotto_circuit *circuit)
{
    struct hasher hasher = {.at = 0};
    sotto_err err;

    crypto_hash_sha256_init(&hasher.state);
    crypto_hash_sha256_update(&hasher.state, digest_domain, sizeof digest_domain);
    hash_widths(&hasher, circuit->input_bits, circuit->n_inputs);
    hash_widths(&hasher, circuit->output_bits, circuit->n_outputs);
    err = hash_gates(context, &hasher, circuit);
    if (err != SOTTO_OK) return err;
    for (uint32_t i = 0; i < circuit->n_output_wires; i++)
        hash_uint(&hasher, circuit->outputs[i], 4);
    hash_flush(&hasher);
    crypto_hash_sha256_final(&hasher.state, circuit->digest);
    return SOTTO_OK;
}

void sotto_circuit_free(sotto_circuit *circuit)
{
    if (circuit == NULL) return;
    mem_free(circuit->input_bits);
    mem_free(circuit->output_bits);
    mem_free(circuit->gates);
    mem_free(circuit->outputs);
    mem_free(circuit);
}

uint64_t sotto_circuit_n_inputs(const sotto_circuit *circuit)
{
    return circuit->n_inputs;
}

uint64_t sotto_circuit_n_outputs(const sotto_circuit *circuit)
{
    return circuit->n_outputs;
}

uint64_t sotto_circuit_input_bits(const sotto_circuit *circuit, uint64_t input)
{
    return input < circuit->n_inputs ? circuit->input_bits[input] : 0;
}

uint64_t sotto_circuit_output_bits(const sotto_circuit *circuit, uint64_t output)
{
    return output < circuit->n_outputs ? circuit->output_bits[output] : 0;
}

void sotto_circuit_digest(const sotto_circuit *circuit, uint8_t digest[32])
{
    memcpy(digest, circuit->digest, sizeof circuit->digest);
}

void sotto_circuit_visit(const sotto_circuit *circuit, sotto_gate_fn visit, void *user)
{
    uint32_t out = circuit_first_gate_wire(circuit);

    for (uint32_t i = 0; i < circuit->n_gates; i++) {
        struct gate gate = circuit->gates[i];

        if (visit(user, out + i, gate_a(gate), gate.b, gate_is_and(gate)) != 0) return;
    }
}

uint32_t sotto_circuit_output_wire(const sotto_circuit *circuit, uint64_t output, uint64_t bit)
{
    uint64_t at = bit;

    for (uint64_t i = 0; i < output && i < circuit->n_outputs; i++) at += circuit->output_bits[i];
    return at < circuit->n_output_wires ? circuit->outputs[at] : WIRE_ZERO;
}
