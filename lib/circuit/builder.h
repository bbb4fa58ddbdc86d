/*
 * Makes the gates of a canonical circuit. Constants are folded as gates are added, so no gate of
 * the result reads one, but for an inverter's wire 1. Nothing else is simplified: an XOR of a wire
 * with itself stays, and so does a gate that nobody reads.
 */
#ifndef SOTTO_CIRCUIT_BUILDER_H
#define SOTTO_CIRCUIT_BUILDER_H

#include "circuit/circuit.h"

struct builder {
    struct sotto_context *context;
    struct gate *gates;
    uint64_t capacity;
    uint64_t n_expected; /* gates that are probably coming; never allocated beyond need */
    uint32_t n_gates;
    uint32_t n_and;
    uint32_t first_gate_wire;
};

struct builder builder_over(struct sotto_context *context, uint32_t n_input_wires,
                            uint64_t n_expected);
void builder_wipe(struct builder *builder);

/** Each stores the wire that holds the result, which is an older one where constants were folded.
 *  SOTTO_ERR_MEMORY, or SOTTO_ERR_LIMIT at MAX_WIRES wires. */
sotto_err builder_xor(struct builder *builder, uint32_t *out, uint32_t a, uint32_t b) CHECKED;
sotto_err builder_xnor(struct builder *builder, uint32_t *out, uint32_t a, uint32_t b) CHECKED;
sotto_err builder_and(struct builder *builder, uint32_t *out, uint32_t a, uint32_t b) CHECKED;
sotto_err builder_or(struct builder *builder, uint32_t *out, uint32_t a, uint32_t b) CHECKED;
sotto_err builder_invert(struct builder *builder, uint32_t *out, uint32_t a) CHECKED;

/** Hands the gates over, in memory of their exact size. */
sotto_err builder_take(struct builder *builder, struct gate **gates) CHECKED;

#endif
