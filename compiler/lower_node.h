/*
 * What the parts of the lowering share: the state, and how a word's operands are read. Private to
 * lower*.c.
 */
#ifndef SOTTO_COMPILER_LOWER_NODE_H
#define SOTTO_COMPILER_LOWER_NODE_H

#include "compiler/graph.h"
#include "compiler/word.h"

/** How a word is lowered when not by its operation alone. */
enum role {
    ROLE_PLAIN,
    /* MUX whose two values differ by one addition or subtraction: x + (c ? y : 0). */
    ROLE_ADD_IF,
    ROLE_ADD_UNLESS,
    ROLE_SUBTRACT_IF,
    ROLE_SUBTRACT_UNLESS,
    /* MUX whose two values are sums or differences of one word: x +- y or x +- z. */
    ROLE_ADD_EITHER,
    /* MUX between x and -x. */
    ROLE_NEGATE_IF,
    ROLE_NEGATE_UNLESS,
    /* MUX between two results of one dear operation: the operation on the operands chosen. */
    ROLE_CHOOSE_OPERANDS,
    /* MUX that depends on the order of a few words alone. */
    ROLE_ORDER
};

/** How a term is extended to the width of the sum that it is part of. */
enum extension {
    EXTEND_NOT, /* it is no narrower */
    EXTEND_UNSIGNED,
    EXTEND_SIGNED,
    EXTEND_NEVER /* it loses a carry at its top, so it is no term of a wider sum */
};

struct order;

struct lowering {
    struct graph *graph;
    const struct word_program *program;
    literal **values;            /* by word: its bits, NULL while not lowered */
    uint32_t *needed;            /* by word: the low bits that are read; 0: none */
    uint32_t *uses;              /* by word: operands of needed words, and outputs, that it is */
    uint8_t *roles;              /* by word: enum role */
    const struct order **orders; /* by word: of a ROLE_ORDER, see order.h */
    uint8_t *is_term;            /* by word: it has no value of its own but is part of a sum */
    uint8_t *extensions;         /* by sum and term: enum extension of its operands */
};

/** The operands under the word's role: of an order its words, of a conditional addition the
 * condition, x and y (and z), of a conditional negation the condition and x, of chosen operands the
 * condition and those of both operations. */
uint32_t lower_n_operands(const struct lowering *lowering, const struct word *word);
struct word *lower_operand(const struct lowering *lowering, const struct word *word, uint32_t i);

/** The sum or difference of which the word is the low part. */
static inline const struct word *lower_whole(const struct word *word)
{
    return word->op == WORD_EXTRACT && word->immediate == 0 ? word->operands[0] : word;
}

static inline const literal *lower_bits(const struct lowering *lowering, const struct word *word)
{
    return lowering->values[word->id];
}

/** Lowers one word by its operation; out has the word's width, of which needed bits are wanted. */
void lower_operation(struct lowering *lowering, literal *out, const struct word *word, uint32_t n);
/** Lowers a ROLE_CHOOSE_OPERANDS likewise. */
void lower_chosen(struct lowering *lowering, literal *out, const struct word *word, uint32_t n);

/** Whether the word is a sum: an addition, subtraction or negation, conditional ones included. */
bool lower_is_sum(const struct lowering *lowering, const struct word *word);
/** Whether the word can be a term of a sum without a value of its own. */
bool lower_is_summable(const struct lowering *lowering, const struct word *word);
/** Lowers a sum with all the terms that are marked as part of it. */
void lower_sum(struct lowering *lowering, literal *out, const struct word *word, uint32_t n);

#endif
