/*
 * Programs as a graph of words: what is left of a C function when its calls are inlined, its loops
 * unrolled and its secret conditions turned into multiplexers. The contract between the front half
 * of the compiler (C text to words) and the back half (words to gates).
 *
 * Words are values of 1 to MAX_WORD_BITS bits, equal ones are the same node (hash-consing), and
 * operands are made before the nodes that read them, so ascending ids are a topological order.
 * Every node has a value for all operand values; nothing is undefined.
 */
#ifndef SOTTO_COMPILER_WORD_H
#define SOTTO_COMPILER_WORD_H

#include "compiler/arena.h"

#include <stdbool.h>
#include <stdint.h>

#define MAX_WORD_BITS 8192

/** A place in the program: a byte offset in the preprocessed text; see source.h. */
typedef uint32_t source_pos;

/**
 * x, y, z are the operands in order, n the node's width. Unless told otherwise operands have the
 * node's width and integers are modulo 2^n. Invariants that the constructors keep stand in [].
 */
enum word_op {
    WORD_CONST, /* bits */
    WORD_INPUT, /* input bits immediate .. immediate + n - 1 of the program */

    WORD_NOT, /* bitwise */
    WORD_AND,
    WORD_OR,
    WORD_XOR,

    WORD_ADD,
    WORD_SUB,
    WORD_NEG,
    WORD_MUL,
    WORD_UDIV, /* x / 0 = all ones */
    WORD_UREM, /* x % 0 = x */
    WORD_SDIV, /* x / 0 = x >= 0 ? -1 : 1; MIN / -1 = MIN */
    WORD_SREM, /* x % 0 = x; MIN % -1 = 0; the sign of x */
    WORD_ABS,  /* |MIN| = MIN */

    /* Shifts of x by y bits. [y is not constant, y < n always, width(y) = ceil(log2 n)] A shift by
     * a constant is an EXTRACT with CONCAT, ZEXT or SEXT. */
    WORD_SHL,
    WORD_LSHR,
    WORD_ASHR,
    WORD_ROTL,

    WORD_EQ,  /* n = 1; x and y of equal width */
    WORD_ULT, /* immediate 1: -2^(w - 1) <= x - y < 2^(w - 1), w the width of x and y */
    WORD_SLT,

    WORD_MUX,     /* x ? y : z; width(x) = 1 */
    WORD_EXTRACT, /* bits immediate .. immediate + n - 1 of the wider x */
    WORD_CONCAT,  /* any number of operands, the lowest bits first; n = sum of widths */
    WORD_ZEXT,    /* x is narrower */
    WORD_SEXT,

    WORD_POPCOUNT, /* x of any width; n holds the greatest result */
    WORD_CLZ,      /* zeros above the highest one of x, width(x) for 0; n as above */
    WORD_CTZ,
    WORD_ROOT, /* floor of the square root of x, of at most 64 bits; n = half of its width or more
                */

    /* x is an index; operands 1 .. n_operands - 1 are the elements, of width n. The element that
     * the index names, 0 when it is out of range. A look-up in a constant table is one whose
     * elements are all constant. [x is not constant] */
    WORD_SELECT,
    /* Bit i is (x == i) && y; width(y) = 1: which element a write to a secret index changes. The
     * element is then MUX(EXTRACT i of it, new, old). [x is not constant; n <= 2^width(x)] */
    WORD_DECODE,

    /* IEEE 754 binary32 and binary64 by width, round to nearest even, subnormals included. A NaN
     * result of arithmetic is the quiet NaN with sign 0 and no payload (0x7fc00000). */
    WORD_FADD,
    WORD_FSUB,
    WORD_FMUL,
    WORD_FDIV,
    WORD_FSQRT, /* sqrt(-0) = -0 */
    WORD_FMIN,  /* of a NaN and a number the number; -0 < +0 */
    WORD_FMAX,
    WORD_FEQ, /* n = 1, false for NaN; -0 == +0 */
    WORD_FLT,
    WORD_FLE,
    WORD_FROMUINT, /* n = 32 or 64 from an integer of any width */
    WORD_FROMSINT,
    WORD_TOUINT, /* towards zero; out of range saturates, NaN gives 0; x of 32 or 64 bits */
    WORD_TOSINT,
    WORD_FTOF, /* between 32 and 64 bits */

    WORD_N_OPS
};

struct type;
struct symbol;

struct word {
    struct word *next; /* in its bucket of the hash table */
    struct word **operands;
    const uint64_t *bits; /* of a CONST: ceil(width / 64) limbs, the lowest first, rest zero */
    uint64_t immediate;
    uint32_t id;
    uint32_t width;
    uint32_t n_operands;
    uint32_t hash;
    source_pos position; /* of the expression that first made it */
    uint16_t zeros;      /* at least this many top bits are 0 in every run */
    uint16_t signs;      /* at least this many top bits equal the top one; >= 1 */
    uint8_t op;
    uint64_t max;                   /* for widths to 64: no run has a greater (unsigned) value */
    const struct word_bound *bound; /* one that depends on other words, or NULL; see word_bound.c */
};

struct word_graph {
    struct arena *arena;
    struct word **buckets;
    struct word **words; /* by id */
    uint64_t n_words;
    uint64_t capacity;
    uint64_t n_buckets;
    source_pos position; /* given to the nodes made from now on */
    bool fold;           /* simplify (on by default); constants are folded in any case */
};

/** What a value of the interface is in the program. */
enum word_value_kind { VALUE_PARAMETER, VALUE_LOCAL, VALUE_RESULT, VALUE_EXCEEDED };

/** One value of the circuit's interface. */
struct word_value {
    const char *name;
    uint64_t bits;       /* its width */
    uint32_t owner;      /* of an input: 0 garbler, 1 evaluator */
    struct word **words; /* of an output: its leaves in order, widths summing to bits */
    uint64_t n_words;
    enum word_value_kind kind;
    const struct type *type;     /* of the front end; nobody else looks inside */
    const struct symbol *symbol; /* of a parameter or local */
};

/** Nodes of the gate graph from first to before end. */
struct node_run {
    uint32_t first, end;
};

/** A loop whose runs made the words from first to before end; lowering tells its gates, see
 *  loop_cost.h. */
struct word_loop {
    source_pos position;
    uint64_t first, end;
    struct node_run *runs;
    uint64_t n_runs, runs_capacity;
    uint64_t n_and;
};

/** What the front end makes and the back end lowers. Input bits are numbered over all inputs in
 *  order; unused ones have no INPUT node. */
struct word_program {
    struct word_graph *graph;
    const char *function;
    struct word_value *inputs;
    struct word_value *outputs;
    uint64_t n_inputs;
    uint64_t n_outputs;
    struct word_loop *loops; /* those that may be dear, none in another, in order */
    uint64_t n_loops;
    const struct symbol *entry; /* the function; of the front end */
    bool has_state;             /* variables that outlive a call */
    bool calls_memcmp;          /* that of string.h, by its plain name */
    const char *interface;      /* the JSON text of sotto-interface/1, newline at its end */
};

void word_graph_init(struct word_graph *graph, struct arena *arena);

static inline bool word_is_const(const struct word *word)
{
    return word->op == WORD_CONST;
}

/** The low 64 bits of a CONST. */
static inline uint64_t word_value_u64(const struct word *word)
{
    return word->bits[0];
}

bool word_is_zero(const struct word *word);
bool word_is_ones(const struct word *word);

/** Whether word is the constant value. */
bool word_is_value(const struct word *word, uint64_t value);

/* ----------------------------------------------------------------------------- constructors -- */

struct word *word_const(struct word_graph *graph, uint32_t width, uint64_t value);
/** value sign-extended to width. */
struct word *word_const_signed(struct word_graph *graph, uint32_t width, int64_t value);
/** bits: ceil(width / 64) limbs; bits beyond the width are dropped. */
struct word *word_const_bits(struct word_graph *graph, uint32_t width, const uint64_t *bits);
struct word *word_input(struct word_graph *graph, uint32_t width, uint64_t first_bit);

struct word *word_unary(struct word_graph *graph, enum word_op op, struct word *x);
/** Any operation whose operands have one width, shifts, rotations and comparisons. Shift amounts
 *  of any width are taken modulo the width of x. */
struct word *word_binary(struct word_graph *graph, enum word_op op, struct word *x, struct word *y);

struct word *word_not(struct word_graph *graph, struct word *x);
struct word *word_and(struct word_graph *graph, struct word *x, struct word *y);
struct word *word_or(struct word_graph *graph, struct word *x, struct word *y);
struct word *word_mux(struct word_graph *graph, struct word *condition, struct word *x,
                      struct word *y);

/** Shifts by a constant below the width. */
struct word *word_shift_const(struct word_graph *graph, enum word_op op, struct word *x,
                              uint32_t amount);

struct word *word_extract(struct word_graph *graph, struct word *x, uint32_t first, uint32_t n);
struct word *word_concat(struct word_graph *graph, struct word **parts, uint32_t n_parts);
/** Truncates or extends. */
struct word *word_resize(struct word_graph *graph, struct word *x, uint32_t width, bool is_signed);
/** 1 bit: x != 0. */
struct word *word_nonzero(struct word_graph *graph, struct word *x);

struct word *word_select(struct word_graph *graph, struct word *index, struct word **elements,
                         uint32_t n_elements);
struct word *word_decode(struct word_graph *graph, struct word *index, struct word *enable,
                         uint32_t n);

/** POPCOUNT, CLZ, CTZ, ROOT, conversions: the result has the given width (at least what it needs
 * for the counts). */
struct word *word_convert(struct word_graph *graph, enum word_op op, struct word *x,
                          uint32_t width);

/* ------------------------------------------------------------------------------ interpreter -- */

/** Evaluates every node for one assignment of the program's input bits (one byte each, 0 or 1).
 *  Returns the output bits, value after value, leaf after leaf, one byte each, from arena. */
uint8_t *word_evaluate(const struct word_program *program, struct arena *arena,
                       const uint8_t *input_bits);

/** Number of bits of all inputs, of all outputs. */
uint64_t word_program_input_bits(const struct word_program *program);
uint64_t word_program_output_bits(const struct word_program *program);

/** The reference semantics of one operation on constants: bits of ceil(width / 64) limbs each. */
void word_compute(uint64_t *out, const struct word *word, const uint64_t *const *operands);

const char *word_op_name(enum word_op op);

#endif
