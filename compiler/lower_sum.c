/*
 * Sums of words: a tree of additions, subtractions and conditional ones, with products and bit
 * counts as leaves, is gathered into columns and compressed once.
 */
#include "compiler/lower_node.h"

#include "compiler/arith.h"
#include "compiler/loop_cost.h"
#include "compiler/multiply.h"
#include "compiler/sums.h"

bool lower_is_sum(const struct lowering *lowering, const struct word *word)
{
    enum role role = (enum role)lowering->roles[word->id];

    if (role == ROLE_ORDER || role == ROLE_CHOOSE_OPERANDS) return false;
    return role != ROLE_PLAIN || word->op == WORD_ADD || word->op == WORD_SUB ||
           word->op == WORD_NEG;
}

bool lower_is_summable(const struct lowering *lowering, const struct word *word)
{
    return lower_is_sum(lowering, word) || word->op == WORD_MUL || word->op == WORD_POPCOUNT;
}

/* ------------------------------------------------------------------------------------- terms -- */

/* A term that waits to be added or taken away. */
struct term {
    const struct word *word;
    bool negative;
    enum extension extension; /* to the width of the sum */
};

struct terms {
    struct lowering *lowering;
    struct columns columns;
    struct term *stack;
    uint64_t n;
    uint64_t capacity;
    struct word_loop *loop; /* of most terms: see vote() */
    uint64_t n_votes;
};

static void push(struct terms *terms, struct term term)
{
    struct arena *arena = terms->lowering->program->graph->arena;

    terms->stack =
        arena_grow(arena, terms->stack, terms->n, &terms->capacity, sizeof *terms->stack);
    terms->stack[terms->n++] = term;
}

/* Operand i of a term, as a term. */
static struct term operand_of(const struct terms *terms, struct term term, uint32_t i,
                              bool is_negated)
{
    const struct lowering *lowering = terms->lowering;

    return (struct term){.word = lower_operand(lowering, term.word, i),
                         .negative = term.negative != is_negated,
                         .extension = (enum extension)lowering->extensions[term.word->id]};
}

/* The n low bits of a term as bits of the sum, in the graph's scratch. */
static literal *extended(const struct terms *terms, const literal *bits, uint32_t n,
                         enum extension extension)
{
    uint32_t width = terms->columns.n;
    literal *wide = graph_scratch(terms->lowering->graph, width);

    if (n > width) n = width;
    word_bits_copy(wide, bits, n);
    for (uint32_t i = n; i < width && extension == EXTEND_SIGNED; i++) wide[i] = wide[n - 1];
    return wide;
}

static void add_bits(struct terms *terms, const literal *bits, uint32_t n, struct term term)
{
    struct graph *graph = terms->lowering->graph;
    struct scratch_mark mark = graph_scratch_mark(graph);
    const literal *wide = extended(terms, bits, n, term.extension);

    if (term.extension == EXTEND_SIGNED || n > terms->columns.n) n = terms->columns.n;
    if (term.negative) columns_subtract_word(&terms->columns, 0, wide, n);
    else columns_add_word(&terms->columns, 0, wide, n);
    graph_scratch_release(graph, mark);
}

static uint32_t width_in(const struct terms *terms, const struct word *word)
{
    return word->width < terms->columns.n ? word->width : terms->columns.n;
}

/* x + (c ? y : 0) and its kin: x waits, y is added as far as it is not masked. */
static void add_conditional(struct terms *terms, struct term term)
{
    struct lowering *lowering = terms->lowering;
    struct graph *graph = lowering->graph;
    struct scratch_mark mark = graph_scratch_mark(graph);
    enum role role = (enum role)lowering->roles[term.word->id];
    bool is_if = role == ROLE_ADD_IF || role == ROLE_SUBTRACT_IF;
    bool subtracts = role == ROLE_SUBTRACT_IF || role == ROLE_SUBTRACT_UNLESS;
    literal condition = lower_bits(lowering, lower_operand(lowering, term.word, 0))[0];
    struct term y = operand_of(terms, term, 2, subtracts);
    uint32_t n = width_in(terms, y.word);
    literal *gated = graph_scratch(graph, n);

    arith_gate(graph, gated, is_if ? condition : lit_not(condition), lower_bits(lowering, y.word),
               n);
    add_bits(terms, gated, n, y);
    push(terms, operand_of(terms, term, 1, false));
    graph_scratch_release(graph, mark);
}

/* x + (c ? y : z), where y or z may be taken away: x waits. What is taken away is complemented, and
 * one is added. */
static void add_either(struct terms *terms, struct term term)
{
    struct lowering *lowering = terms->lowering;
    struct graph *graph = lowering->graph;
    struct scratch_mark mark = graph_scratch_mark(graph);
    const literal *y = lower_bits(lowering, lower_operand(lowering, term.word, 2));
    const literal *z = lower_bits(lowering, lower_operand(lowering, term.word, 3));
    literal condition = lower_bits(lowering, lower_operand(lowering, term.word, 0))[0];
    literal y_sign =
        lit_constant((lower_whole(term.word->operands[1])->op == WORD_SUB) != term.negative);
    literal z_sign =
        lit_constant((lower_whole(term.word->operands[2])->op == WORD_SUB) != term.negative);
    literal sign = graph_mux(graph, condition, y_sign, z_sign);
    uint32_t n = terms->columns.n;
    literal *chosen = graph_scratch(graph, n);

    arith_mux(graph, chosen, condition, y, z, n);
    for (uint32_t i = 0; i < n; i++) chosen[i] = graph_xor(graph, chosen[i], sign);
    columns_add_word(&terms->columns, 0, chosen, n);
    columns_add_bit(&terms->columns, 0, sign);
    push(terms, operand_of(terms, term, 1, false));
    graph_scratch_release(graph, mark);
}

/* (x ^ c) + c */
static void add_negated_if(struct terms *terms, struct term term)
{
    struct lowering *lowering = terms->lowering;
    struct graph *graph = lowering->graph;
    struct scratch_mark mark = graph_scratch_mark(graph);
    bool is_if = lowering->roles[term.word->id] == ROLE_NEGATE_IF;
    literal condition = lower_bits(lowering, lower_operand(lowering, term.word, 0))[0];
    struct term x = operand_of(terms, term, 1, term.negative);
    const literal *bits = lower_bits(lowering, x.word);
    uint32_t n = width_in(terms, x.word);
    literal *flipped = graph_scratch(graph, n);

    if (is_if == term.negative) condition = lit_not(condition);
    for (uint32_t i = 0; i < n; i++) flipped[i] = graph_xor(graph, bits[i], condition);
    add_bits(terms, flipped, n, x);
    columns_add_bit(&terms->columns, 0, condition);
    graph_scratch_release(graph, mark);
}

/* A product that is taken away is made first, in its own width. */
static void add_product(struct terms *terms, struct term term)
{
    struct graph *graph = terms->lowering->graph;
    struct scratch_mark mark = graph_scratch_mark(graph);
    enum extension extension = (enum extension)terms->lowering->extensions[term.word->id];
    uint32_t n = width_in(terms, term.word);
    const literal *x = lower_bits(terms->lowering, term.word->operands[0]);
    const literal *y = lower_bits(terms->lowering, term.word->operands[1]);

    if (term.negative) {
        literal *product = graph_scratch(graph, n);

        multiply(graph, product, x, y, n);
        add_bits(terms, product, n, term);
    } else {
        multiply_add(&terms->columns, extended(terms, x, n, extension),
                     extended(terms, y, n, extension));
    }
    graph_scratch_release(graph, mark);
}

static void add_count(struct terms *terms, struct term term)
{
    const struct word *x = term.word->operands[0];
    const literal *bits = lower_bits(terms->lowering, x);
    struct term bit = {.negative = term.negative};

    for (uint32_t i = 0; i < x->width; i++) add_bits(terms, &bits[i], 1, bit);
}

/* Finds the loop of most terms (Boyer, Moore: MJRTY, a fast majority vote algorithm, 1991): the
 * adders between the terms are its. */
static void vote(struct terms *terms, struct word_loop *loop)
{
    if (terms->n_votes == 0) terms->loop = loop;
    if (terms->loop == loop) terms->n_votes++;
    else terms->n_votes--;
}

static void make_term(struct terms *terms, struct term term)
{
    enum role role = (enum role)terms->lowering->roles[term.word->id];

    if (role != ROLE_PLAIN) {
        if (role == ROLE_NEGATE_IF || role == ROLE_NEGATE_UNLESS) add_negated_if(terms, term);
        else if (role == ROLE_ADD_EITHER) add_either(terms, term);
        else add_conditional(terms, term);
        return;
    }
    switch (term.word->op) {
    case WORD_ADD:
    case WORD_SUB:
        push(terms, operand_of(terms, term, 1, term.word->op == WORD_SUB));
        push(terms, operand_of(terms, term, 0, false));
        break;
    case WORD_NEG: push(terms, operand_of(terms, term, 0, true)); break;
    case WORD_ZEXT:
    case WORD_SEXT:
    case WORD_EXTRACT: push(terms, operand_of(terms, term, 0, false)); break;
    case WORD_MUL: add_product(terms, term); break;
    case WORD_POPCOUNT: add_count(terms, term); break;
    }
}

static void expand(struct terms *terms, struct term term)
{
    const struct word_program *program = terms->lowering->program;
    struct word_loop *loop = loop_of_word(program, term.word->id);
    uint32_t first = terms->lowering->graph->n_nodes;

    vote(terms, loop);
    make_term(terms, term);
    loop_charge(program, loop, terms->lowering->graph, first);
}

void lower_sum(struct lowering *lowering, literal *out, const struct word *word, uint32_t n)
{
    struct scratch_mark mark = graph_scratch_mark(lowering->graph);
    struct terms terms = {.lowering = lowering};
    uint32_t first;

    columns_init(&terms.columns, lowering->graph, n);
    expand(&terms, (struct term){.word = word});
    while (terms.n > 0) {
        struct term term = terms.stack[--terms.n];

        if (lowering->is_term[term.word->id] != 0) expand(&terms, term);
        else add_bits(&terms, lower_bits(lowering, term.word), term.word->width, term);
    }
    first = lowering->graph->n_nodes;
    columns_finish(&terms.columns, out);
    loop_charge(lowering->program, terms.loop, lowering->graph, first);
    graph_scratch_release(lowering->graph, mark);
}
