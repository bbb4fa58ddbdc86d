/*
 * Writes the canonical circuit in either format. The gates that drive outputs get the last wire
 * numbers, in order; an output bit that is an input, a constant, or a wire which is an output
 * already, gets gates of its own behind all others: EQW or EQ in Bristol Fashion, in the older
 * format two inverters for a copy and x XOR x for a zero. What is written therefore reads back to
 * the same gates followed by those, and writes to the same text again.
 */
#include "circuit/bristol.h"

#include "base/memory.h"

#include <string.h>

#define BUFFER_SIZE ((size_t)64 * 1024)
#define MAX_LINE_LEN 128 /* of a gate, or of one number of the header */
#define NOT_NUMBERED UINT32_MAX

struct output {
    struct sotto_context *context;
    const struct sotto_circuit *circuit;
    sotto_format format;
    sotto_write_fn write;
    void *user;
    char *buffer;
    size_t len;
    uint32_t *numbers; /* the wire number in the file of each gate's wire */
    uint64_t n_gates;  /* of the file */
    uint64_t n_wires;
    uint64_t next; /* the next wire number that no output bit takes */
};

/* ------------------------------------------------------------------------------------- text -- */

static sotto_err flush(struct output *output)
{
    sotto_err err = check_interrupt(output->context);

    if (err != SOTTO_OK) return err;
    if (output->len > 0 && output->write(output->user, output->buffer, output->len) != 0)
        return fail(output->context, SOTTO_ERR_IO, "the circuit cannot be written");
    output->len = 0;
    return SOTTO_OK;
}

static sotto_err make_room(struct output *output)
{
    return BUFFER_SIZE - output->len < MAX_LINE_LEN ? flush(output) : SOTTO_OK;
}

static void put_text(struct output *output, const char *text)
{
    size_t len = strlen(text);

    memcpy(output->buffer + output->len, text, len);
    output->len += len;
}

static void put_number(struct output *output, uint64_t number, char behind)
{
    char digits[20];
    size_t n = 0;

    do digits[n++] = (char)('0' + number % 10);
    while ((number /= 10) > 0);
    while (n > 0) output->buffer[output->len++] = digits[--n];
    output->buffer[output->len++] = behind;
}

static sotto_err put_unary(struct output *output, uint64_t a, uint64_t out, const char *name)
{
    sotto_err err = make_room(output);

    if (err != SOTTO_OK) return err;
    put_text(output, "1 1 ");
    put_number(output, a, ' ');
    put_number(output, out, ' ');
    put_text(output, name);
    return SOTTO_OK;
}

static sotto_err put_binary(struct output *output, uint64_t a, uint64_t b, uint64_t out,
                            const char *name)
{
    sotto_err err = make_room(output);

    if (err != SOTTO_OK) return err;
    put_text(output, "2 1 ");
    put_number(output, a, ' ');
    put_number(output, b, ' ');
    put_number(output, out, ' ');
    put_text(output, name);
    return SOTTO_OK;
}

/* ---------------------------------------------------------------------------------- numbers -- */

static bool is_gate_wire(const struct sotto_circuit *circuit, uint32_t wire)
{
    return wire >= circuit_first_gate_wire(circuit);
}

/* Whether output bit i is the first that its gate drives, and so takes the gate's wire itself. */
static bool is_driven(const struct output *output, uint32_t i)
{
    const struct sotto_circuit *circuit = output->circuit;
    uint32_t wire = circuit->outputs[i];
    uint64_t last = output->n_wires - circuit->n_output_wires + i;

    return is_gate_wire(circuit, wire) &&
           output->numbers[wire - circuit_first_gate_wire(circuit)] == last;
}

/* Gates that output bit i needs when it is not driven already. */
static uint64_t n_extra_gates(const struct output *output, uint32_t i)
{
    if (output->format == SOTTO_FORMAT_FASHION) return 1;
    return output->circuit->outputs[i] == WIRE_ZERO ? 1 : 2;
}

/* Marks each gate that drives an output with the first such bit, and counts the file's gates. */
static void mark_outputs(struct output *output)
{
    const struct sotto_circuit *circuit = output->circuit;
    uint32_t first = circuit_first_gate_wire(circuit);

    memset(output->numbers, 0xff, circuit->n_gates * sizeof *output->numbers);
    output->n_gates = circuit->n_gates;
    for (uint32_t i = 0; i < circuit->n_output_wires; i++) {
        uint32_t wire = circuit->outputs[i];

        if (is_gate_wire(circuit, wire) && output->numbers[wire - first] == NOT_NUMBERED)
            output->numbers[wire - first] = i;
        else output->n_gates += n_extra_gates(output, i);
    }
    output->n_wires = circuit->n_input_wires + output->n_gates;
}

/* Output bits take the last numbers, all other gates the next of the rest. */
static sotto_err number_wires(struct output *output)
{
    const struct sotto_circuit *circuit = output->circuit;

    mark_outputs(output);
    if (output->n_wires >= NOT_NUMBERED)
        return fail(output->context, SOTTO_ERR_LIMIT, "the circuit has too many wires to write");
    output->next = circuit->n_input_wires;
    for (uint32_t i = 0; i < circuit->n_gates; i++) {
        uint32_t *number = &output->numbers[i];

        if (*number == NOT_NUMBERED) *number = (uint32_t)output->next++;
        else *number += (uint32_t)(output->n_wires - circuit->n_output_wires);
    }
    return SOTTO_OK;
}

static uint64_t file_wire(const struct output *output, uint32_t wire)
{
    uint32_t first = circuit_first_gate_wire(output->circuit);

    return wire >= first ? output->numbers[wire - first] : wire - N_CONSTANT_WIRES;
}

/* ------------------------------------------------------------------------------------ parts -- */

static sotto_err put_values(struct output *output, const uint64_t *widths, uint64_t n)
{
    sotto_err err = make_room(output);

    if (err != SOTTO_OK) return err;
    put_number(output, n, n > 0 ? ' ' : '\n');
    for (uint64_t i = 0; i < n && err == SOTTO_OK; i++) {
        put_number(output, widths[i], i + 1 < n ? ' ' : '\n');
        err = make_room(output);
    }
    return err;
}

static sotto_err put_header(struct output *output)
{
    const struct sotto_circuit *circuit = output->circuit;
    uint64_t n = circuit->n_inputs;
    sotto_err err;

    put_number(output, output->n_gates, ' ');
    put_number(output, output->n_wires, '\n');
    if (output->format == SOTTO_FORMAT_BRISTOL) {
        put_number(output, n > 0 ? circuit->input_bits[0] : 0, ' ');
        put_number(output, n > 1 ? circuit->input_bits[1] : 0, ' ');
        put_number(output, circuit->output_bits[0], '\n');
    } else {
        err = put_values(output, circuit->input_bits, n);
        if (err == SOTTO_OK) err = put_values(output, circuit->output_bits, circuit->n_outputs);
        if (err != SOTTO_OK) return err;
    }
    put_text(output, "\n");
    return SOTTO_OK;
}

static sotto_err put_gates(struct output *output)
{
    const struct sotto_circuit *circuit = output->circuit;
    sotto_err err = SOTTO_OK;

    for (uint32_t i = 0; i < circuit->n_gates && err == SOTTO_OK; i++) {
        struct gate gate = circuit->gates[i];
        uint64_t a = file_wire(output, gate_a(gate)), out = output->numbers[i];

        if (gate_is_and(gate)) err = put_binary(output, a, file_wire(output, gate.b), out, "AND\n");
        else if (gate.b == WIRE_ONE) err = put_unary(output, a, out, "INV\n");
        else err = put_binary(output, a, file_wire(output, gate.b), out, "XOR\n");
    }
    return err;
}

static sotto_err put_fashion_output(struct output *output, uint32_t wire, uint64_t out)
{
    if (wire < N_CONSTANT_WIRES) return put_unary(output, wire, out, "EQ\n");
    return put_unary(output, file_wire(output, wire), out, "EQW\n");
}

/* Wire 0 of the file is an input bit: a circuit without any was refused. */
static sotto_err put_old_output(struct output *output, uint32_t wire, uint64_t out)
{
    uint64_t between = output->next;
    sotto_err err;

    if (wire == WIRE_ZERO) return put_binary(output, 0, 0, out, "XOR\n");
    output->next++;
    if (wire == WIRE_ONE) err = put_binary(output, 0, 0, between, "XOR\n");
    else err = put_unary(output, file_wire(output, wire), between, "INV\n");
    return err != SOTTO_OK ? err : put_unary(output, between, out, "INV\n");
}

/* Output bits that no gate drives yet. */
static sotto_err put_outputs(struct output *output)
{
    const struct sotto_circuit *circuit = output->circuit;
    uint64_t first = output->n_wires - circuit->n_output_wires;
    sotto_err err = SOTTO_OK;

    for (uint32_t i = 0; i < circuit->n_output_wires && err == SOTTO_OK; i++) {
        if (is_driven(output, i)) continue;
        if (output->format == SOTTO_FORMAT_FASHION)
            err = put_fashion_output(output, circuit->outputs[i], first + i);
        else err = put_old_output(output, circuit->outputs[i], first + i);
    }
    return err;
}

static sotto_err put_circuit(struct output *output)
{
    sotto_err err = number_wires(output);

    if (err == SOTTO_OK) err = put_header(output);
    if (err == SOTTO_OK) err = put_gates(output);
    if (err == SOTTO_OK) err = put_outputs(output);
    return err != SOTTO_OK ? err : flush(output);
}

static sotto_err check_old_format(struct sotto_context *context,
                                  const struct sotto_circuit *circuit)
{
    if (circuit->n_inputs > 2 || circuit->n_outputs != 1)
        fail(context, SOTTO_ERR_USAGE,
             "the Bristol format has at most two inputs and one output, the circuit %llu and %llu",
             (unsigned long long)circuit->n_inputs, (unsigned long long)circuit->n_outputs);
    else if (circuit->n_input_wires == 0 || circuit->n_output_wires == 0)
        fail(context, SOTTO_ERR_USAGE, "the Bristol format needs bits of input and of output");
    else return SOTTO_OK;
    add_hint(context, "Write it in Bristol Fashion.");
    return SOTTO_ERR_USAGE;
}

sotto_err sotto_circuit_write(sotto_context *context, const sotto_circuit *circuit,
                              sotto_format format, sotto_write_fn write, void *user)
{
    struct output output = {
        .context = context, .circuit = circuit, .format = format, .write = write, .user = user};
    sotto_err err = SOTTO_OK;

    if (format == SOTTO_FORMAT_BRISTOL) err = check_old_format(context, circuit);
    if (err != SOTTO_OK) return err;
    output.buffer = mem_new(BUFFER_SIZE, 1);
    output.numbers = mem_new(circuit->n_gates, sizeof *output.numbers);
    if (output.buffer == NULL || output.numbers == NULL) err = fail_memory(context);
    else err = put_circuit(&output);
    mem_free(output.buffer);
    mem_free(output.numbers);
    return err;
}
