/*
 * The gates of the two Bristol text formats, as reader and writer spell them. Both formats:
 *   line 1        gates wires
 *   gate          inputs outputs input-wires... output-wires... NAME
 * Bristol Fashion, line 2: input values and the width of each; line 3: the same for outputs.
 * The older format, line 2: the widths of two inputs (the second may be 0) and of one output.
 * Input bits are the first wires, output bits the last ones. See bristol(5).
 */
#ifndef SOTTO_CIRCUIT_BRISTOL_H
#define SOTTO_CIRCUIT_BRISTOL_H

#include "circuit/circuit.h"
#include "circuit/text.h"

/** Bytes that the shortest gate takes ("1 1 0 1 EQ"), and each wire of the widest. */
#define BRISTOL_MIN_GATE_LEN 10
#define BRISTOL_MIN_WIRE_LEN 6

enum gate_kind {
    KIND_NONE,
    KIND_XOR,
    KIND_AND,
    KIND_INV,
    KIND_EQW,
    KIND_EQ,
    KIND_MAND,
    KIND_OR,
    KIND_NOT,
    KIND_NAND,
    KIND_NOR,
    KIND_XNOR
};

/** One line that is neither blank nor a comment: numbers, then perhaps the name of a gate. */
struct bristol_line {
    uint64_t *numbers;
    uint64_t capacity;
    uint64_t max_kept; /* numbers beyond are counted only */
    uint64_t n;
    uint64_t line;
    enum gate_kind kind;
    bool at_end; /* the text ended instead; line is that of the last one */
};

/** Reads the next line. The numbers stay valid until the following call. */
sotto_err bristol_line_read(struct text *text, struct bristol_line *line) CHECKED;

/** Moves to the first word of the next line that has one and is no comment, or to the end. */
sotto_err bristol_skip_blank_lines(struct text *text) CHECKED;

void bristol_line_wipe(struct bristol_line *line);

/** The name of a gate, for messages. */
const char *gate_kind_name(enum gate_kind kind);

#endif
