/*
 * Reads circuits in both Bristol formats into the canonical form: one pass over the text, which is
 * validated as it comes. What a header promises is checked against the limits and against what the
 * text can hold, and memory grows with the gates that are really there.
 */
#include "circuit/bristol.h"
#include "circuit/builder.h"
#include "circuit/wiremap.h"

#include "base/checked.h"
#include "base/memory.h"

#include <inttypes.h>

struct parser {
    struct sotto_context *context;
    struct text *text;
    struct bristol_line line;
    struct wiremap map;
    struct builder builder;
    struct sotto_circuit *circuit;
    uint64_t n_gates; /* as the header promises */
    uint64_t n_wires;
    uint64_t n_inputs; /* wires */
    uint64_t n_outputs;
    uint64_t n_driven; /* wires that gates drive so far */
    uint64_t header_line;
};

#define REFUSE(parser, ...)                                                                        \
    text_fail((parser)->text, (parser)->line.line, SOTTO_ERR_CIRCUIT, __VA_ARGS__)

/* ----------------------------------------------------------------------------------- header -- */

static sotto_err read_header_line(struct parser *parser, const char *what)
{
    sotto_err err = bristol_line_read(parser->text, &parser->line);

    if (err != SOTTO_OK) return err;
    if (!parser->line.at_end) return SOTTO_OK;
    if (parser->line.line == 0)
        return text_fail(parser->text, 1, SOTTO_ERR_CIRCUIT, "the file holds no circuit");
    return REFUSE(parser, "the file ends before %s", what);
}

/* gates wires */
static sotto_err read_counts(struct parser *parser)
{
    struct bristol_line *line = &parser->line;
    sotto_err err = read_header_line(parser, "its first line");

    if (err != SOTTO_OK) return err;
    if (line->kind != KIND_NONE || line->n != 2)
        return REFUSE(parser, "the first line must hold two numbers, of gates and of wires");
    parser->header_line = line->line;
    parser->n_gates = line->numbers[0];
    parser->n_wires = line->numbers[1];
    return SOTTO_OK;
}

/* A list of widths: copies it and adds it up. */
static sotto_err take_widths(struct parser *parser, uint64_t **widths, uint64_t *sum,
                             const uint64_t *numbers, uint64_t n)
{
    uint64_t *copy = mem_new(n, sizeof *copy);

    if (copy == NULL) return fail_memory(parser->context);
    *widths = copy; /* freed with the circuit, whatever follows */
    *sum = 0;
    for (uint64_t i = 0; i < n; i++) {
        copy[i] = numbers[i];
        if (!add_u64(sum, *sum, numbers[i])) *sum = UINT64_MAX;
    }
    return SOTTO_OK;
}

/* values width... */
static sotto_err take_values(struct parser *parser, uint64_t **widths, uint64_t *n_values,
                             uint64_t *sum, const char *what)
{
    struct bristol_line *line = &parser->line;
    uint64_t n = line->n > 0 ? line->numbers[0] : 0;

    if (line->kind != KIND_NONE) return REFUSE(parser, "a gate stands where the %s should", what);
    if (line->n - 1 != n)
        return REFUSE(parser, "the line promises %" PRIu64 " %s and gives the width of %" PRIu64, n,
                      what, line->n - 1);
    if (n > parser->context->limits.max_values)
        return text_fail(parser->text, line->line, SOTTO_ERR_LIMIT,
                         "%" PRIu64 " %s, over the limit of %" PRIu64 " values", n, what,
                         parser->context->limits.max_values);
    *n_values = n;
    return take_widths(parser, widths, sum, line->numbers + 1, n);
}

/* width width width */
static sotto_err take_old_values(struct parser *parser)
{
    struct sotto_circuit *circuit = parser->circuit;
    const uint64_t *numbers = parser->line.numbers;
    sotto_err err;

    if (parser->line.kind != KIND_NONE || parser->line.n != 3) {
        REFUSE(parser, "the second line must hold three widths, of two inputs and an output");
        add_hint(parser->context, "The third line is a gate: the format is the older one.");
        return SOTTO_ERR_CIRCUIT;
    }
    circuit->n_inputs = 2;
    circuit->n_outputs = 1;
    err = take_widths(parser, &circuit->input_bits, &parser->n_inputs, numbers, 2);
    if (err != SOTTO_OK) return err;
    return take_widths(parser, &circuit->output_bits, &parser->n_outputs, numbers + 2, 1);
}

/* Lines two and three, of which the third tells what the second means: in the older format it is
 * the first gate, and stays in parser->line. */
static sotto_err read_values(struct parser *parser)
{
    struct sotto_circuit *circuit = parser->circuit;
    struct bristol_line second;
    sotto_err err;

    parser->line.max_kept = parser->context->limits.max_values;
    if (parser->line.max_kept < UINT64_MAX) parser->line.max_kept++;
    if (parser->line.max_kept < 3) parser->line.max_kept = 3;
    err = read_header_line(parser, "its second line");
    if (err != SOTTO_OK) return err;
    second = parser->line;
    parser->line = (struct bristol_line){.max_kept = UINT64_MAX, .line = second.line};
    err = read_header_line(parser, "its third line");
    if (err == SOTTO_OK) {
        struct bristol_line third = parser->line;

        parser->line = second;
        circuit->file.format =
            third.kind == KIND_NONE ? SOTTO_FORMAT_FASHION : SOTTO_FORMAT_BRISTOL;
        if (third.kind != KIND_NONE) err = take_old_values(parser);
        else
            err = take_values(parser, &circuit->input_bits, &circuit->n_inputs, &parser->n_inputs,
                              "inputs");
        second = parser->line;
        parser->line = third;
    }
    bristol_line_wipe(&second);
    if (err != SOTTO_OK || parser->line.kind != KIND_NONE) return err;
    return take_values(parser, &circuit->output_bits, &circuit->n_outputs, &parser->n_outputs,
                       "outputs");
}

/* ----------------------------------------------------------------------------------- limits -- */

static sotto_err refuse_header(struct parser *parser, const char *what)
{
    return text_fail(parser->text, parser->header_line, SOTTO_ERR_CIRCUIT,
                     "the header promises %" PRIu64 " gates and %" PRIu64 " wires, but %s",
                     parser->n_gates, parser->n_wires, what);
}

static sotto_err over_limit(struct parser *parser, uint64_t n, const char *what, uint64_t limit)
{
    return text_fail(parser->text, parser->header_line, SOTTO_ERR_LIMIT,
                     "%" PRIu64 " %s, over the limit of %" PRIu64, n, what, limit);
}

/* Wires of the file that the limits and the canonical form allow. */
static uint64_t wire_limit(const struct parser *parser)
{
    uint64_t limit = MAX_WIRES - N_CONSTANT_WIRES;

    return parser->context->limits.max_wires < limit ? parser->context->limits.max_wires : limit;
}

/* Whether the text has room for the gates; a pipe is read to its end only when they are over a
 * limit, to tell a large circuit from a wrong header. */
static sotto_err check_size(struct parser *parser, uint64_t n_driven, bool is_over)
{
    struct text *text = parser->text;
    sotto_err err = SOTTO_OK;

    if (is_over && !text->size_known) err = text_drain(text);
    if (err != SOTTO_OK || !text->size_known) return err;
    if (parser->n_gates > text->size / BRISTOL_MIN_GATE_LEN ||
        n_driven > text->size / BRISTOL_MIN_WIRE_LEN)
        return refuse_header(parser, "the file is too short for them");
    return SOTTO_OK;
}

/* SEC-14: nothing was allocated so far but what the header's own text takes. */
static sotto_err check_header(struct parser *parser)
{
    const sotto_limits *limits = &parser->context->limits;
    const struct sotto_circuit *circuit = parser->circuit;
    uint64_t n_driven = parser->n_wires - parser->n_inputs;
    uint64_t n_values = circuit->n_inputs + circuit->n_outputs;
    sotto_err err;

    if (parser->n_inputs > parser->n_wires) return refuse_header(parser, "inputs take more");
    if (parser->n_outputs > parser->n_wires) return refuse_header(parser, "outputs take more");
    if (parser->n_gates > n_driven)
        return refuse_header(parser, "inputs and gates take more wires");
    if (parser->n_gates == 0 && n_driven > 0) return refuse_header(parser, "no gate drives them");
    err = check_size(parser, n_driven,
                     n_driven > limits->max_gates || parser->n_wires > wire_limit(parser) ||
                         n_values > limits->max_values);
    if (err != SOTTO_OK) return err;
    if (n_driven > limits->max_gates)
        return over_limit(parser, n_driven, "gates", limits->max_gates);
    if (parser->n_wires > wire_limit(parser))
        return over_limit(parser, parser->n_wires, "wires", wire_limit(parser));
    if (n_values > limits->max_values)
        return over_limit(parser, n_values, "values", limits->max_values);
    return SOTTO_OK;
}

/* ------------------------------------------------------------------------------------ wires -- */

/* The canonical wire of one that a gate reads. */
static inline sotto_err read_wire(struct parser *parser, uint32_t *wire, uint64_t number)
{
    const uint32_t *place;

    if (number < parser->n_inputs) {
        *wire = (uint32_t)(N_CONSTANT_WIRES + number);
        return SOTTO_OK;
    }
    if (number >= parser->n_wires)
        return REFUSE(parser, "there is no wire %" PRIu64 ", the header promises %" PRIu64 " wires",
                      number, parser->n_wires);
    place = wiremap_find(&parser->map, number - parser->n_inputs);
    if (place == NULL || *place == 0)
        return REFUSE(parser, "wire %" PRIu64 " is read before a gate drives it", number);
    *wire = *place - 1;
    return SOTTO_OK;
}

/* Wire number of the file is this canonical wire from now on. */
static inline sotto_err drive_wire(struct parser *parser, uint64_t number, uint32_t wire)
{
    uint32_t *place;

    if (number >= parser->n_wires)
        return REFUSE(parser, "there is no wire %" PRIu64 ", the header promises %" PRIu64 " wires",
                      number, parser->n_wires);
    if (number < parser->n_inputs)
        return REFUSE(parser, "wire %" PRIu64 " is an input, no gate may drive it", number);
    place = wiremap_make(&parser->map, number - parser->n_inputs);
    if (place == NULL) return fail_memory(parser->context);
    if (*place != 0) return REFUSE(parser, "wire %" PRIu64 " is driven a second time", number);
    *place = wire + 1;
    parser->n_driven++;
    return SOTTO_OK;
}

/* ------------------------------------------------------------------------------------ gates -- */

/* Inputs that a gate takes; MAND takes any even number. */
static uint64_t gate_arity(enum gate_kind kind)
{
    switch (kind) {
    case KIND_INV:
    case KIND_NOT:
    case KIND_EQ:
    case KIND_EQW: return 1;
    default: return 2;
    }
}

static sotto_err refuse_arity(struct parser *parser)
{
    const struct bristol_line *line = &parser->line;
    const char *name = gate_kind_name(line->kind);

    if (line->kind == KIND_MAND)
        return REFUSE(parser, "a MAND of n bits has 2n inputs and n outputs, n at least 1");
    return REFUSE(parser, "%s has %s and one output, not %" PRIu64 " and %" PRIu64, name,
                  gate_arity(line->kind) == 1 ? "one input" : "two inputs", line->numbers[0],
                  line->numbers[1]);
}

static sotto_err check_arity(struct parser *parser)
{
    const struct bristol_line *line = &parser->line;
    uint64_t n_in, n_out;

    if (line->kind == KIND_NONE) return REFUSE(parser, "the line does not end in a gate");
    if (line->n < 2)
        return REFUSE(parser, "%s stands without numbers of inputs and outputs",
                      gate_kind_name(line->kind));
    n_in = line->numbers[0];
    n_out = line->numbers[1];
    if (n_in > line->n || n_out > line->n || n_in + n_out != line->n - 2)
        return REFUSE(parser,
                      "the gate promises %" PRIu64 " inputs and %" PRIu64
                      " outputs, but names %" PRIu64 " wires",
                      n_in, n_out, line->n - 2);
    if (line->kind == KIND_MAND && n_out > parser->n_wires - parser->n_inputs)
        return REFUSE(parser, "the gate drives more wires than the header promises");
    if (line->kind == KIND_MAND)
        return n_out == 0 || n_in != 2 * n_out ? refuse_arity(parser) : SOTTO_OK;
    return n_in != gate_arity(line->kind) || n_out != 1 ? refuse_arity(parser) : SOTTO_OK;
}

static sotto_err parse_constant(struct parser *parser)
{
    const uint64_t *numbers = parser->line.numbers;

    parser->circuit->file.n_copy++;
    if (numbers[2] > 1)
        return REFUSE(parser, "EQ sets a wire to 0 or 1, not to %" PRIu64, numbers[2]);
    return drive_wire(parser, numbers[3], numbers[2] == 1 ? WIRE_ONE : WIRE_ZERO);
}

static sotto_err parse_unary(struct parser *parser)
{
    const uint64_t *numbers = parser->line.numbers;
    bool is_copy = parser->line.kind == KIND_EQW;
    uint32_t a = WIRE_ZERO;
    sotto_err err = read_wire(parser, &a, numbers[2]);

    parser->circuit->file.n_copy += is_copy;
    parser->circuit->file.n_inv += !is_copy;
    if (err == SOTTO_OK && !is_copy) err = builder_invert(&parser->builder, &a, a);
    return err != SOTTO_OK ? err : drive_wire(parser, numbers[3], a);
}

static sotto_err parse_binary(struct parser *parser)
{
    struct builder *builder = &parser->builder;
    const uint64_t *numbers = parser->line.numbers;
    enum gate_kind kind = parser->line.kind;
    bool is_xor = kind == KIND_XOR || kind == KIND_XNOR;
    uint32_t a = WIRE_ZERO, b = WIRE_ZERO, out;
    sotto_err err = read_wire(parser, &a, numbers[2]);

    if (err == SOTTO_OK) err = read_wire(parser, &b, numbers[3]);
    if (err != SOTTO_OK) return err;
    parser->circuit->file.n_xor += is_xor;
    parser->circuit->file.n_and += !is_xor;
    if (kind == KIND_XOR) err = builder_xor(builder, &out, a, b);
    else if (kind == KIND_XNOR) err = builder_xnor(builder, &out, a, b);
    else if (kind == KIND_OR || kind == KIND_NOR) err = builder_or(builder, &out, a, b);
    else err = builder_and(builder, &out, a, b);
    if (err == SOTTO_OK && (kind == KIND_NOR || kind == KIND_NAND))
        err = builder_invert(builder, &out, out);
    return err != SOTTO_OK ? err : drive_wire(parser, numbers[4], out);
}

/* All inputs are read before an output is driven: a MAND cannot read itself. */
static sotto_err parse_mand(struct parser *parser)
{
    uint64_t *wires = parser->line.numbers + 2;
    uint64_t width = parser->line.numbers[1];
    uint32_t wire;
    sotto_err err;

    parser->circuit->file.n_and += width;
    for (uint64_t i = 0; i < 2 * width; i++) {
        err = read_wire(parser, &wire, wires[i]);
        if (err != SOTTO_OK) return err;
        wires[i] = wire;
    }
    for (uint64_t i = 0; i < width; i++) {
        err = builder_and(&parser->builder, &wire, (uint32_t)wires[i], (uint32_t)wires[width + i]);
        if (err == SOTTO_OK) err = drive_wire(parser, wires[2 * width + i], wire);
        if (err != SOTTO_OK) return err;
    }
    return SOTTO_OK;
}

static sotto_err parse_gate(struct parser *parser)
{
    sotto_err err = check_arity(parser);

    if (err != SOTTO_OK) return err;
    switch (parser->line.kind) {
    case KIND_EQ: return parse_constant(parser);
    case KIND_EQW:
    case KIND_INV:
    case KIND_NOT: return parse_unary(parser);
    case KIND_MAND: return parse_mand(parser);
    default: return parse_binary(parser);
    }
}

static sotto_err read_gates(struct parser *parser)
{
    struct bristol_line *line = &parser->line;
    sotto_err err = SOTTO_OK;

    line->max_kept = 3 * (parser->n_wires - parser->n_inputs) + 4;
    for (uint64_t i = 0; i < parser->n_gates; i++) {
        if (i > 0 || line->kind == KIND_NONE) err = bristol_line_read(parser->text, line);
        if (err != SOTTO_OK) return err;
        if (line->at_end)
            return REFUSE(parser, "the file ends after %" PRIu64 " of %" PRIu64 " gates", i,
                          parser->n_gates);
        err = parse_gate(parser);
        if (err != SOTTO_OK) return err;
    }
    return SOTTO_OK;
}

static sotto_err check_end(struct parser *parser)
{
    uint64_t line = parser->line.line;
    sotto_err err = SOTTO_OK;

    if (parser->n_gates > 0 || parser->line.kind == KIND_NONE) {
        err = bristol_skip_blank_lines(parser->text);
        line = parser->text->line;
        if (err != SOTTO_OK || text_at_end(parser->text)) return err;
    }
    return text_fail(parser->text, line, SOTTO_ERR_CIRCUIT,
                     "text behind the %" PRIu64 " gates that the header promises", parser->n_gates);
}

/* ------------------------------------------------------------------------------------- whole -- */

static sotto_err refuse_undriven(struct parser *parser)
{
    uint64_t n = parser->n_wires - parser->n_inputs;
    uint64_t i = 0;

    while (i < n) {
        const uint32_t *place = wiremap_find(&parser->map, i);

        if (place == NULL || *place == 0) break;
        i++;
    }
    return text_fail(parser->text, parser->header_line, SOTTO_ERR_CIRCUIT,
                     "the header promises %" PRIu64 " wires, but no gate drives wire %" PRIu64,
                     parser->n_wires, parser->n_inputs + i);
}

static sotto_err take_outputs(struct parser *parser)
{
    struct sotto_circuit *circuit = parser->circuit;
    uint64_t first = parser->n_wires - parser->n_outputs;
    sotto_err err = SOTTO_OK;

    if (parser->n_driven != parser->n_wires - parser->n_inputs) return refuse_undriven(parser);
    circuit->outputs = mem_new(parser->n_outputs, sizeof *circuit->outputs);
    if (circuit->outputs == NULL) return fail_memory(parser->context);
    for (uint64_t i = 0; i < parser->n_outputs && err == SOTTO_OK; i++)
        err = read_wire(parser, &circuit->outputs[i], first + i);
    return err;
}

static sotto_err parse_body(struct parser *parser)
{
    uint64_t n_driven = parser->n_wires - parser->n_inputs;
    sotto_err err;

    parser->builder = builder_over(parser->context, (uint32_t)parser->n_inputs, n_driven);
    if (!wiremap_init(&parser->map, n_driven)) return fail_memory(parser->context);
    err = read_gates(parser);
    if (err == SOTTO_OK) err = check_end(parser);
    if (err == SOTTO_OK) err = take_outputs(parser);
    if (err != SOTTO_OK) return err;
    wiremap_wipe(&parser->map);
    return builder_take(&parser->builder, &parser->circuit->gates);
}

static sotto_err parse(struct parser *parser)
{
    struct sotto_circuit *circuit = parser->circuit;
    sotto_err err = read_counts(parser);

    if (err == SOTTO_OK) err = read_values(parser);
    if (err == SOTTO_OK) err = check_header(parser);
    if (err == SOTTO_OK) err = parse_body(parser);
    if (err != SOTTO_OK) return err;
    circuit->n_input_wires = (uint32_t)parser->n_inputs;
    circuit->n_output_wires = (uint32_t)parser->n_outputs;
    circuit->n_gates = parser->builder.n_gates;
    circuit->n_and = parser->builder.n_and;
    circuit->file.n_gates = parser->n_gates;
    circuit->file.n_wires = parser->n_wires;
    return circuit_compute_digest(parser->context, circuit);
}

static sotto_err read_circuit(struct sotto_context *context, struct sotto_circuit **circuit,
                              struct text *text)
{
    struct parser parser = {.context = context, .text = text, .line = {.max_kept = 3}};
    sotto_err err;

    parser.circuit = mem_new(1, sizeof *parser.circuit);
    err = parser.circuit == NULL ? fail_memory(context) : parse(&parser);
    bristol_line_wipe(&parser.line);
    wiremap_wipe(&parser.map);
    builder_wipe(&parser.builder);
    if (err == SOTTO_OK) *circuit = parser.circuit;
    else sotto_circuit_free(parser.circuit);
    return err;
}

sotto_err sotto_circuit_load(sotto_context *context, sotto_circuit **circuit, const char *path)
{
    struct text text = {0};
    sotto_err err;

    err = text_open(context, &text, path, context->limits.max_file_bytes);
    if (err == SOTTO_OK) err = read_circuit(context, circuit, &text);
    text_close(&text);
    return err;
}

sotto_err sotto_circuit_parse(sotto_context *context, sotto_circuit **circuit, const char *name,
                              const char *text, size_t text_len)
{
    struct text source = {0};
    sotto_err err;

    err = text_over(context, &source, name, text, text_len, context->limits.max_file_bytes);
    if (err == SOTTO_OK) err = read_circuit(context, circuit, &source);
    text_close(&source);
    return err;
}
