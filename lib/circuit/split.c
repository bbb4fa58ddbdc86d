/* What of a circuit needs labels and what only colours; see split.h. */
#include "circuit/split.h"

#include "base/memory.h"

#include <string.h>

/* How a wire is read: as an operand that an AND's result depends on, or for its value alone. */
#define NEEDED 1
#define SEEN 2

#define NO_NUMBER UINT32_MAX

struct splitter {
    const struct sotto_circuit *circuit;
    struct split *split;
    uint32_t first_gate_wire;
    uint64_t n_wires;
    uint8_t *marks;    /* of each wire */
    uint32_t *wires;   /* its number in the head */
    uint32_t *numbers; /* of the head's output bit that it is */
    uint32_t *places;  /* of its colour */
};

static sotto_err allocate_maps(struct splitter *s, struct sotto_context *context)
{
    uint64_t each = 1 + 3 * sizeof(uint32_t);

    if (s->n_wires > context->limits.max_memory / each)
        return fail(context, SOTTO_ERR_LIMIT, "the circuit is too large to be split");
    s->marks = mem_new(s->n_wires, 1);
    s->wires = mem_new(s->n_wires, sizeof *s->wires);
    s->numbers = mem_new(s->n_wires, sizeof *s->numbers);
    s->places = mem_new(s->n_wires, sizeof *s->places);
    if (s->marks == NULL || s->wires == NULL || s->numbers == NULL || s->places == NULL)
        return fail_memory(context);
    return SOTTO_OK;
}

static void free_maps(struct splitter *s)
{
    mem_free(s->marks);
    mem_free(s->wires);
    mem_free(s->numbers);
    mem_free(s->places);
}

/* From the outputs backwards. A gate that nobody reads stays without a mark, and is left out. */
static void mark_wires(struct splitter *s)
{
    const struct sotto_circuit *circuit = s->circuit;

    for (uint32_t i = 0; i < circuit->n_output_wires; i++) s->marks[circuit->outputs[i]] |= SEEN;
    for (uint32_t k = circuit->n_gates; k-- > 0;) {
        struct gate gate = circuit->gates[k];
        uint8_t mark = s->marks[s->first_gate_wire + k];

        if (mark == 0) continue;
        mark = gate_is_and(gate) || (mark & NEEDED) != 0 ? NEEDED : SEEN;
        s->marks[gate_a(gate)] |= mark;
        s->marks[gate.b] |= mark;
    }
}

static bool is_of_head(const struct splitter *s, uint32_t wire)
{
    return wire < s->first_gate_wire || (s->marks[wire] & NEEDED) != 0;
}

struct counts {
    uint32_t n_head, n_head_and;
};

static struct counts count_gates(struct splitter *s)
{
    struct counts counts = {0};

    for (uint32_t k = 0; k < s->circuit->n_gates; k++) {
        bool is_and = gate_is_and(s->circuit->gates[k]);
        uint32_t wire = s->first_gate_wire + k;

        if (s->marks[wire] == 0) continue;
        if (is_of_head(s, wire)) {
            counts.n_head++;
            counts.n_head_and += is_and;
        } else if (is_and) s->split->n_finals++;
        else s->split->n_free++;
    }
    for (uint64_t w = 0; w < s->n_wires; w++)
        s->split->n_seen += is_of_head(s, (uint32_t)w) && (s->marks[w] & SEEN) != 0;
    s->split->n_outputs = s->circuit->n_output_wires;
    return counts;
}

static bool allocate_head(struct splitter *s, const struct counts *counts)
{
    const struct sotto_circuit *circuit = s->circuit;
    uint64_t n_outputs = s->split->n_seen + 2 * (uint64_t)s->split->n_finals;
    sotto_circuit *head = mem_new(1, sizeof *head);

    if (head == NULL) return false;
    s->split->head = head;
    head->n_inputs = circuit->n_inputs;
    head->n_input_wires = circuit->n_input_wires;
    head->n_outputs = 1;
    head->n_gates = counts->n_head;
    head->n_and = counts->n_head_and;
    head->input_bits = mem_new(circuit->n_inputs, sizeof *head->input_bits);
    head->output_bits = mem_new(1, sizeof *head->output_bits);
    head->gates = mem_new(counts->n_head, sizeof *head->gates);
    head->outputs = mem_new(n_outputs, sizeof *head->outputs);
    if (head->input_bits == NULL || head->output_bits == NULL || head->gates == NULL ||
        head->outputs == NULL)
        return false;
    memcpy(head->input_bits, circuit->input_bits, circuit->n_inputs * sizeof *head->input_bits);
    return true;
}

static bool allocate_split(struct splitter *s, const struct counts *counts)
{
    struct split *split = s->split;

    split->finals = mem_new(split->n_finals, sizeof *split->finals);
    split->free_gates = mem_new(split->n_free, sizeof *split->free_gates);
    split->outputs = mem_new(split->n_outputs, sizeof *split->outputs);
    return split->finals != NULL && split->free_gates != NULL && split->outputs != NULL &&
           allocate_head(s, counts);
}

/* Output bits of the head that are seen come first, in the order of their wires. */
static void number_wires(struct splitter *s)
{
    uint32_t gate_wire = s->first_gate_wire, n_seen = 0;

    for (uint64_t w = 0; w < s->n_wires; w++) {
        s->numbers[w] = NO_NUMBER;
        if (!is_of_head(s, (uint32_t)w)) continue;
        s->wires[w] = w < s->first_gate_wire ? (uint32_t)w : gate_wire++;
        if ((s->marks[w] & SEEN) == 0) continue;
        s->split->head->outputs[n_seen] = s->wires[w];
        s->places[w] = s->numbers[w] = n_seen++;
    }
    s->split->head->n_output_wires = n_seen;
}

/* The output bit of the head that a final AND's input is. */
static uint32_t number_of(struct splitter *s, uint32_t wire)
{
    sotto_circuit *head = s->split->head;

    if (s->numbers[wire] == NO_NUMBER) {
        s->numbers[wire] = head->n_output_wires;
        head->outputs[head->n_output_wires++] = s->wires[wire];
    }
    return s->numbers[wire];
}

static void place_gates(struct splitter *s)
{
    struct split *split = s->split;
    uint32_t n_head = 0, n_finals = 0, n_free = 0;

    for (uint32_t k = 0; k < s->circuit->n_gates; k++) {
        struct gate gate = s->circuit->gates[k];
        uint32_t wire = s->first_gate_wire + k, a = gate_a(gate), b = gate.b;

        if (s->marks[wire] == 0) continue;
        if (is_of_head(s, wire)) {
            split->head->gates[n_head++] =
                (struct gate){s->wires[a] | (gate.a & GATE_AND), s->wires[b]};
        } else if (gate_is_and(gate)) {
            s->places[wire] = split->n_seen + n_finals;
            split->finals[n_finals++] = (struct split_gate){number_of(s, a), number_of(s, b)};
        } else {
            s->places[wire] = split->n_seen + split->n_finals + n_free;
            split->free_gates[n_free++] = (struct split_gate){s->places[a], s->places[b]};
        }
    }
    split->head->output_bits[0] = split->head->n_output_wires;
    for (uint32_t i = 0; i < split->n_outputs; i++)
        split->outputs[i] = s->places[s->circuit->outputs[i]];
}

static sotto_err split_circuit(struct splitter *s, struct sotto_context *context)
{
    sotto_err err = allocate_maps(s, context);
    struct counts counts;

    if (err != SOTTO_OK) return err;
    mark_wires(s);
    counts = count_gates(s);
    if (!allocate_split(s, &counts)) return fail_memory(context);
    number_wires(s);
    place_gates(s);
    return SOTTO_OK;
}

sotto_err split_new(struct sotto_context *context, struct split **split,
                    const struct sotto_circuit *circuit)
{
    uint32_t first = circuit_first_gate_wire(circuit);
    struct splitter s = {.circuit = circuit,
                         .split = mem_new(1, sizeof *s.split),
                         .first_gate_wire = first,
                         .n_wires = (uint64_t)first + circuit->n_gates};
    sotto_err err;

    if (s.split == NULL) return fail_memory(context);
    err = split_circuit(&s, context);
    free_maps(&s);
    if (err == SOTTO_OK) *split = s.split;
    else split_free(s.split);
    return err;
}

void split_free(struct split *split)
{
    if (split == NULL) return;
    sotto_circuit_free(split->head);
    mem_free(split->finals);
    mem_free(split->free_gates);
    mem_free(split->outputs);
    mem_free(split);
}
