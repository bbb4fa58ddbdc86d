/* From the graph to a circuit: dead gates are left out, complements become inverters, one each. */
#include "compiler/emit.h"

#include "base/memory.h"
#include "circuit/builder.h"

#include <stdio.h>
#include <string.h>

#define NO_WIRE UINT32_MAX

struct emitter {
    const struct graph *graph;
    struct builder builder;
    uint8_t *live;
    uint32_t *wires;    /* of each node */
    uint32_t *inverted; /* of each node's complement, NO_WIRE until there is one */
};

static sotto_err wire_of(struct emitter *emitter, uint32_t *wire, literal lit)
{
    uint32_t node = lit_node(lit);
    sotto_err err;

    *wire = emitter->wires[node];
    if ((lit & 1) == 0) return SOTTO_OK;
    if (emitter->inverted[node] == NO_WIRE) {
        err = builder_invert(&emitter->builder, &emitter->inverted[node], *wire);
        if (err != SOTTO_OK) return err;
    }
    *wire = emitter->inverted[node];
    return SOTTO_OK;
}

static sotto_err emit_gate(struct emitter *emitter, uint32_t node)
{
    struct graph_node n = emitter->graph->nodes[node];
    uint32_t a, b, *out = &emitter->wires[node];
    sotto_err err = wire_of(emitter, &a, n.a);

    if (err == SOTTO_OK) err = wire_of(emitter, &b, n.b);
    if (err != SOTTO_OK) return err;
    if (graph_is_and(emitter->graph, node)) return builder_and(&emitter->builder, out, a, b);
    return builder_xor(&emitter->builder, out, a, b);
}

static sotto_err emit_gates(struct emitter *emitter)
{
    const struct graph *graph = emitter->graph;
    sotto_err err = SOTTO_OK;

    memset(emitter->inverted, 0xff, graph->n_nodes * sizeof *emitter->inverted);
    /* The constant, which a graph without inputs and gates has no node for. */
    emitter->wires[0] = WIRE_ZERO;
    emitter->inverted[0] = WIRE_ONE;
    for (uint32_t i = 1; i <= graph->n_inputs; i++) emitter->wires[i] = N_CONSTANT_WIRES + i - 1;
    for (uint32_t node = graph->n_inputs + 1; node < graph->n_nodes && err == SOTTO_OK; node++)
        if (emitter->live[node] != 0) err = emit_gate(emitter, node);
    return err;
}

/* --------------------------------------------------------------------------------- interface -- */

static sotto_err take_widths(struct sotto_context *context, uint64_t **widths, uint64_t *n_widths,
                             uint32_t *n_bits, const struct word_value *values, uint64_t n)
{
    uint64_t total = 0;

    *widths = mem_new(n, sizeof **widths);
    if (*widths == NULL) return fail_memory(context);
    *n_widths = n;
    for (uint64_t i = 0; i < n; i++) total += (*widths)[i] = values[i].bits;
    if (total >= MAX_WIRES) return fail(context, SOTTO_ERR_LIMIT, "the circuit is too wide");
    *n_bits = (uint32_t)total;
    return SOTTO_OK;
}

static sotto_err take_interface(struct sotto_context *context, sotto_circuit *circuit,
                                const struct word_program *program)
{
    sotto_err err = take_widths(context, &circuit->input_bits, &circuit->n_inputs,
                                &circuit->n_input_wires, program->inputs, program->n_inputs);

    if (err != SOTTO_OK) return err;
    return take_widths(context, &circuit->output_bits, &circuit->n_outputs,
                       &circuit->n_output_wires, program->outputs, program->n_outputs);
}

static sotto_err take_gates(struct emitter *emitter, sotto_circuit *circuit, const literal *outputs)
{
    sotto_err err = emit_gates(emitter);

    circuit->outputs = mem_new(circuit->n_output_wires, sizeof *circuit->outputs);
    if (circuit->outputs == NULL) return fail_memory(emitter->builder.context);
    for (uint32_t i = 0; i < circuit->n_output_wires && err == SOTTO_OK; i++)
        err = wire_of(emitter, &circuit->outputs[i], outputs[i]);
    circuit->n_gates = emitter->builder.n_gates;
    circuit->n_and = emitter->builder.n_and;
    if (err == SOTTO_OK) err = builder_take(&emitter->builder, &circuit->gates);
    return err;
}

static void describe(sotto_circuit *circuit)
{
    circuit->file.n_gates = circuit->n_gates;
    circuit->file.n_wires = circuit->n_gates + circuit->n_input_wires;
    circuit->file.n_and = circuit->n_and;
    for (uint32_t i = 0; i < circuit->n_gates; i++)
        circuit->file.n_inv += circuit->gates[i].b == WIRE_ONE;
    circuit->file.n_xor = circuit->n_gates - circuit->n_and - circuit->file.n_inv;
}

sotto_err emit_circuit(struct sotto_context *context, sotto_circuit **circuit,
                       const struct graph *graph, const literal *outputs,
                       const struct word_program *program)
{
    uint64_t n_nodes = graph->n_nodes > 0 ? graph->n_nodes : 1;
    sotto_circuit *made = mem_new(1, sizeof *made);
    struct emitter emitter = {.graph = graph,
                              .live = mem_new(n_nodes, 1),
                              .wires = mem_new(n_nodes, sizeof(uint32_t)),
                              .inverted = mem_new(n_nodes, sizeof(uint32_t))};
    sotto_err err = SOTTO_OK;

    if (made == NULL || emitter.live == NULL || emitter.wires == NULL || emitter.inverted == NULL)
        err = fail_memory(context);
    if (err == SOTTO_OK) err = take_interface(context, made, program);
    if (err == SOTTO_OK) {
        emitter.builder = builder_over(context, made->n_input_wires, graph->n_gates);
        graph_mark_live(graph, emitter.live, outputs, made->n_output_wires);
        err = take_gates(&emitter, made, outputs);
    }
    if (err == SOTTO_OK) {
        describe(made);
        err = circuit_compute_digest(context, made);
    }
    builder_wipe(&emitter.builder);
    mem_free(emitter.live);
    mem_free(emitter.wires);
    mem_free(emitter.inverted);
    if (err == SOTTO_OK) *circuit = made;
    else sotto_circuit_free(made);
    return err;
}

/* -------------------------------------------------------------------------------------- BLIF -- */

struct blif {
    struct sotto_context *context;
    sotto_write_fn write;
    void *user;
    sotto_err err;
};

static void put(struct blif *blif, const char *format, ...) PRINTF_LIKE(2, 3);

static void put(struct blif *blif, const char *format, ...)
{
    char line[128];
    va_list args;
    int len;

    if (blif->err != SOTTO_OK) return;
    va_start(args, format);
    len = vsnprintf(line, sizeof line, format, args);
    va_end(args);
    if (len < 0 || blif->write(blif->user, line, (size_t)len) != 0)
        blif->err = fail(blif->context, SOTTO_ERR_IO, "the circuit cannot be written");
}

/* Wire w of the circuit is called w2, w3, ...; the constants are w0 and w1. */
static void put_header(struct blif *blif, const sotto_circuit *circuit)
{
    put(blif, ".model circuit\n.inputs");
    for (uint32_t i = 0; i < circuit->n_input_wires; i++)
        put(blif, "%s i%u", i % 8 == 7 ? " \\\n" : "", i);
    put(blif, "\n.outputs");
    for (uint32_t i = 0; i < circuit->n_output_wires; i++)
        put(blif, "%s o%u", i % 8 == 7 ? " \\\n" : "", i);
    put(blif, "\n.names w0\n.names w1\n1\n");
    for (uint32_t i = 0; i < circuit->n_input_wires; i++)
        put(blif, ".names i%u w%u\n1 1\n", i, N_CONSTANT_WIRES + i);
}

sotto_err emit_blif(struct sotto_context *context, const sotto_circuit *circuit,
                    sotto_write_fn write, void *user)
{
    struct blif blif = {.context = context, .write = write, .user = user, .err = SOTTO_OK};
    uint32_t wire = circuit_first_gate_wire(circuit);

    put_header(&blif, circuit);
    for (uint32_t i = 0; i < circuit->n_gates && blif.err == SOTTO_OK; i++) {
        struct gate gate = circuit->gates[i];

        put(&blif, ".names w%u w%u w%u\n%s", gate_a(gate), gate.b, wire + i,
            gate_is_and(gate) ? "11 1\n" : "01 1\n10 1\n");
    }
    for (uint32_t i = 0; i < circuit->n_output_wires; i++)
        put(&blif, ".names w%u o%u\n1 1\n", circuit->outputs[i], i);
    put(&blif, ".end\n");
    return blif.err;
}
