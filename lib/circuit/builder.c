/* Canonical gates; see builder.h. */
#include "circuit/builder.h"

#include "base/memory.h"

#define FIRST_CAPACITY 64

struct builder builder_over(struct sotto_context *context, uint32_t n_input_wires,
                            uint64_t n_expected)
{
    return (struct builder){
        .context = context,
        .n_expected = n_expected,
        .first_gate_wire = N_CONSTANT_WIRES + n_input_wires,
    };
}

void builder_wipe(struct builder *builder)
{
    mem_free(builder->gates);
    builder->gates = NULL;
}

/* Doubles towards the expected number, then grows by an eighth: a promise is never trusted, and
 * one that holds leaves nothing over. */
static sotto_err grow(struct builder *builder)
{
    uint64_t old = builder->capacity;
    uint64_t wanted = old == 0 ? FIRST_CAPACITY : 2 * old;
    struct gate *gates;

    if (wanted > builder->n_expected && old < builder->n_expected) wanted = builder->n_expected;
    else if (old >= builder->n_expected) wanted = old + old / 8 + FIRST_CAPACITY;
    gates = mem_resize(builder->gates, old, wanted, sizeof *gates);
    if (gates == NULL) return fail_memory(builder->context);
    builder->gates = gates;
    builder->capacity = wanted;
    return SOTTO_OK;
}

static sotto_err append(struct builder *builder, uint32_t *out, uint32_t a, uint32_t b)
{
    uint32_t wire = builder->first_gate_wire + builder->n_gates;

    if (builder->n_gates == builder->capacity) {
        sotto_err err = grow(builder);

        if (err != SOTTO_OK) return err;
    }
    if (wire >= MAX_WIRES)
        return fail(builder->context, SOTTO_ERR_LIMIT, "the circuit has more than %lu wires",
                    (unsigned long)MAX_WIRES);
    builder->gates[builder->n_gates++] = (struct gate){.a = a, .b = b};
    *out = wire;
    return SOTTO_OK;
}

static inline bool is_constant(uint32_t wire)
{
    return wire < N_CONSTANT_WIRES;
}

sotto_err builder_invert(struct builder *builder, uint32_t *out, uint32_t a)
{
    if (!is_constant(a)) return append(builder, out, a, WIRE_ONE);
    *out = a ^ 1;
    return SOTTO_OK;
}

sotto_err builder_xor(struct builder *builder, uint32_t *out, uint32_t a, uint32_t b)
{
    if (!is_constant(a) && !is_constant(b)) return append(builder, out, a, b);
    if (a == WIRE_ONE) return builder_invert(builder, out, b);
    if (b == WIRE_ONE) return builder_invert(builder, out, a);
    *out = a == WIRE_ZERO ? b : a;
    return SOTTO_OK;
}

sotto_err builder_xnor(struct builder *builder, uint32_t *out, uint32_t a, uint32_t b)
{
    sotto_err err;

    if (is_constant(a)) return builder_xor(builder, out, a ^ 1, b);
    if (is_constant(b)) return builder_xor(builder, out, a, b ^ 1);
    err = builder_xor(builder, out, a, b);
    return err != SOTTO_OK ? err : builder_invert(builder, out, *out);
}

sotto_err builder_and(struct builder *builder, uint32_t *out, uint32_t a, uint32_t b)
{
    if (!is_constant(a) && !is_constant(b)) {
        sotto_err err = append(builder, out, a | GATE_AND, b);

        builder->n_and += err == SOTTO_OK;
        return err;
    }
    if (a == WIRE_ZERO || b == WIRE_ZERO) *out = WIRE_ZERO;
    else *out = a == WIRE_ONE ? b : a;
    return SOTTO_OK;
}

/* a OR b = a XOR b XOR (a AND b). */
sotto_err builder_or(struct builder *builder, uint32_t *out, uint32_t a, uint32_t b)
{
    uint32_t both, one;
    sotto_err err;

    if (is_constant(a) || is_constant(b)) {
        if (a == WIRE_ONE || b == WIRE_ONE) *out = WIRE_ONE;
        else *out = a == WIRE_ZERO ? b : a;
        return SOTTO_OK;
    }
    err = builder_and(builder, &both, a, b);
    if (err == SOTTO_OK) err = builder_xor(builder, &one, a, b);
    if (err == SOTTO_OK) err = builder_xor(builder, out, one, both);
    return err;
}

sotto_err builder_take(struct builder *builder, struct gate **gates)
{
    struct gate *exact =
        mem_resize(builder->gates, builder->n_gates, builder->n_gates, sizeof *exact);

    if (exact == NULL) return fail_memory(builder->context);
    builder->gates = NULL;
    *gates = exact;
    return SOTTO_OK;
}
