/*
 * Where the engine's gates come from. A source yields spans: free gates to run in order, then a
 * batch of ANDs of which none reads what another writes. Gates name label slots; slot 0 holds the
 * constant zero and slot 1 the constant one.
 */
#ifndef SOTTO_CIRCUIT_SOURCE_H
#define SOTTO_CIRCUIT_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SLOT_ZERO UINT32_C(0)
#define SLOT_ONE UINT32_C(1)
#define N_CONSTANT_SLOTS UINT32_C(2)

/** out = a XOR b, or out = a AND b; the array it stands in tells which. */
struct slot_gate {
    uint32_t out;
    uint32_t a;
    uint32_t b;
};

struct gate_span {
    const struct slot_gate *free_gates;
    size_t n_free;
    const struct slot_gate *and_gates;
    size_t n_and;
};

/** next stores the next span and returns true, or returns false at the end. A span stays valid
 *  until the following call. */
struct gate_source {
    bool (*next)(struct gate_source *source, struct gate_span *span);
};

#endif
