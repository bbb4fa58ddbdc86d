/* A circuit on many assignments at once, a bit of a word each, after it went through its file. */
#ifndef SOTTO_TESTS_COMPILER_SIMULATE_H
#define SOTTO_TESTS_COMPILER_SIMULATE_H

#include "circuit/circuit.h"

#include <stdlib.h>
#include <string.h>

#define LANE_WORDS 4
#define N_LANES (64 * LANE_WORDS)

struct lanes {
    uint64_t word[LANE_WORDS];
};

static inline bool lane_get(const struct lanes *lanes, unsigned lane)
{
    return lanes->word[lane / 64] >> lane % 64 & 1;
}

static inline void lane_set(struct lanes *lanes, unsigned lane, bool value)
{
    uint64_t bit = UINT64_C(1) << lane % 64;

    if (value) lanes->word[lane / 64] |= bit;
    else lanes->word[lane / 64] &= ~bit;
}

struct simulation {
    const struct sotto_circuit *circuit;
    struct lanes *wires;
    struct lanes *inputs; /* among the wires */
};

static inline void simulation_init(struct simulation *s, const struct sotto_circuit *circuit)
{
    uint64_t n_wires = (uint64_t)circuit_first_gate_wire(circuit) + circuit->n_gates;

    s->circuit = circuit;
    s->wires = calloc(n_wires, sizeof *s->wires);
    if (s->wires == NULL) abort();
    memset(&s->wires[WIRE_ONE], 0xff, sizeof s->wires[0]);
    s->inputs = s->wires + N_CONSTANT_WIRES;
}

static inline void simulation_wipe(struct simulation *s)
{
    free(s->wires);
}

static inline void simulation_run(struct simulation *s)
{
    struct lanes *out = s->wires + circuit_first_gate_wire(s->circuit);

    for (uint32_t i = 0; i < s->circuit->n_gates; i++, out++) {
        struct gate gate = s->circuit->gates[i];
        const struct lanes *a = &s->wires[gate_a(gate)], *b = &s->wires[gate.b];

        if (gate_is_and(gate))
            for (unsigned k = 0; k < LANE_WORDS; k++) out->word[k] = a->word[k] & b->word[k];
        else
            for (unsigned k = 0; k < LANE_WORDS; k++) out->word[k] = a->word[k] ^ b->word[k];
    }
}

static inline const struct lanes *simulation_output(const struct simulation *s, uint64_t bit)
{
    return &s->wires[s->circuit->outputs[bit]];
}

/* ------------------------------------------------------------------------------------- files -- */

struct file_text {
    char *text;
    size_t len, capacity;
};

static inline int file_text_append(void *user, const char *text, size_t text_len)
{
    struct file_text *file = user;

    if (file->len + text_len > file->capacity) {
        file->capacity = 2 * (file->len + text_len);
        file->text = realloc(file->text, file->capacity);
        if (file->text == NULL) abort();
    }
    memcpy(file->text + file->len, text, text_len);
    file->len += text_len;
    return 0;
}

/** The circuit as it is read back from its file. */
static inline sotto_err through_file(sotto_context *context, sotto_circuit **again,
                                     const sotto_circuit *circuit, sotto_format format)
{
    struct file_text file = {0};
    sotto_err err = sotto_circuit_write(context, circuit, format, file_text_append, &file);

    if (err == SOTTO_OK)
        err = sotto_circuit_parse(context, again, "circuit.txt", file.text, file.len);
    free(file.text);
    return err;
}

#endif
