/*
 * Lowering: who is read and how far, which words are terms of greater sums, then one word after
 * the other.
 */
#include "compiler/lower.h"

#include "compiler/arith.h"
#include "compiler/loop_cost.h"
#include "compiler/lower_node.h"
#include "compiler/order.h"
#include "compiler/word_node.h"

#include <string.h>

/* ----------------------------------------------------------------------------------- demand -- */

static void need(struct lowering *lowering, const struct word *word, uint32_t n)
{
    if (n > word->width) n = word->width;
    if (n > lowering->needed[word->id]) lowering->needed[word->id] = n;
}

/* Operations whose low bits depend on the low bits of all operands only. */
static bool is_modular(const struct lowering *lowering, const struct word *word)
{
    if (lowering->roles[word->id] == ROLE_ORDER) return false;
    if (lowering->roles[word->id] == ROLE_CHOOSE_OPERANDS) return word->operands[1]->op == WORD_MUL;
    if (lowering->roles[word->id] != ROLE_PLAIN) return true;
    switch (word->op) {
    case WORD_NOT:
    case WORD_AND:
    case WORD_OR:
    case WORD_XOR:
    case WORD_ADD:
    case WORD_SUB:
    case WORD_NEG:
    case WORD_MUL:
    case WORD_MUX:
    case WORD_ZEXT:
    case WORD_SEXT: return true;
    default: return false;
    }
}

static void need_parts(struct lowering *lowering, const struct word *word, uint32_t n)
{
    uint32_t first = 0;

    for (uint32_t i = 0; i < word->n_operands && first < n; i++) {
        need(lowering, word->operands[i], n - first);
        first += word->operands[i]->width;
    }
}

/* The low n bits of the word are read: what does that need? */
static void need_operands(struct lowering *lowering, const struct word *word, uint32_t n)
{
    if (word->op == WORD_CONCAT) {
        need_parts(lowering, word, n);
        return;
    }
    for (uint32_t i = 0; i < lower_n_operands(lowering, word); i++) {
        const struct word *operand = lower_operand(lowering, word, i);

        if (word->op == WORD_EXTRACT) need(lowering, operand, (uint32_t)word->immediate + n);
        else if (is_modular(lowering, word)) need(lowering, operand, n);
        else if (word->op == WORD_SHL && i == 0) need(lowering, operand, n);
        else need(lowering, operand, operand->width);
    }
}

/* Counts each operand of a word as read once more. */
static void use_operands(struct lowering *lowering, const struct word *word)
{
    for (uint32_t i = 0; i < lower_n_operands(lowering, word); i++)
        lowering->uses[lower_operand(lowering, word, i)->id]++;
}

static void find_needed(struct lowering *lowering)
{
    const struct word_program *program = lowering->program;
    uint64_t n_words = program->graph->n_words;

    memset(lowering->needed, 0, n_words * sizeof *lowering->needed);
    memset(lowering->uses, 0, n_words * sizeof *lowering->uses);
    for (uint64_t i = 0; i < program->n_outputs; i++)
        for (uint64_t j = 0; j < program->outputs[i].n_words; j++) {
            need(lowering, program->outputs[i].words[j], UINT32_MAX);
            lowering->uses[program->outputs[i].words[j]->id]++;
        }
    for (uint64_t id = n_words; id-- > 0;) {
        if (lowering->needed[id] == 0) continue;
        need_operands(lowering, program->graph->words[id], lowering->needed[id]);
        use_operands(lowering, program->graph->words[id]);
    }
}

/* ------------------------------------------------------------------------------------ roles -- */

/* Whether x is a + b or a - b with a = y, and only the multiplexer reads it. */
static bool differs_by_term(const struct lowering *lowering, const struct word *x,
                            const struct word *y)
{
    if (lowering->uses[x->id] != 1 || (x->op != WORD_ADD && x->op != WORD_SUB)) return false;
    return x->operands[0] == y || (x->op == WORD_ADD && x->operands[1] == y);
}

/* Whether the word, which is not wider, is the low part of x. */
static bool is_low_part(const struct word *word, const struct word *x)
{
    if (lower_whole(word) == x || word == x) return true;
    return (word->op == WORD_ZEXT || word->op == WORD_SEXT) && word->op == x->op &&
           word->operands[0] == x->operands[0];
}

static bool is_negative_of(const struct word *x, const struct word *y)
{
    x = lower_whole(x);
    if (x->op == WORD_NEG) return is_low_part(y, x->operands[0]);
    y = lower_whole(y);
    return x->op == WORD_SUB && y->op == WORD_SUB && x->operands[0] == y->operands[1] &&
           x->operands[1] == y->operands[0];
}

static bool is_extension_of(const struct word *x, const struct word *y)
{
    return x == y || (x->op == WORD_ZEXT && x->operands[0] == y);
}

/* Whether the condition compares x - y's operands: then it is the carry out of that difference. */
static bool is_sign_of(const struct word *condition, const struct word *difference)
{
    if (condition->op != WORD_ULT && condition->op != WORD_SLT) return false;
    difference = lower_whole(difference);
    return difference->op == WORD_SUB &&
           is_extension_of(difference->operands[0], condition->operands[0]) &&
           is_extension_of(difference->operands[1], condition->operands[1]);
}

/* Whether only the multiplexer reads a sum or difference, the low part of which it chooses. */
static bool is_own_sum(const struct lowering *lowering, const struct word *word)
{
    const struct word *sum = lower_whole(word);

    return (sum->op == WORD_ADD || sum->op == WORD_SUB) && lowering->uses[word->id] == 1 &&
           lowering->uses[sum->id] == 1;
}

/* Finds the operand that two sums or differences have in common, where neither takes it away. */
static bool find_common(const struct word *x, const struct word *y, uint32_t at[2])
{
    for (at[0] = 0; at[0] < (x->op == WORD_ADD ? 2 : 1); at[0]++)
        for (at[1] = 0; at[1] < (y->op == WORD_ADD ? 2 : 1); at[1]++)
            if (is_low_part(x->operands[at[0]], y->operands[at[1]])) return true;
    return false;
}

static bool add_to_one(const struct lowering *lowering, const struct word *x, const struct word *y)
{
    uint32_t at[2];

    return is_own_sum(lowering, x) && is_own_sum(lowering, y) &&
           find_common(lower_whole(x), lower_whole(y), at);
}

static bool is_dear(const struct word *word)
{
    return (word->op >= WORD_MUL && word->op <= WORD_SREM) ||
           (word->op >= WORD_FADD && word->op <= WORD_FSQRT);
}

/* Whether a quotient is wanted beside its remainder, or a remainder beside its quotient: they are
 * made together. */
static bool has_other_half(const struct lowering *lowering, const struct word *word)
{
    const struct word *other;
    struct word key = {.width = word->width, .operands = word->operands, .n_operands = 2};

    switch (word->op) {
    case WORD_UDIV: key.op = WORD_UREM; break;
    case WORD_UREM: key.op = WORD_UDIV; break;
    case WORD_SDIV: key.op = WORD_SREM; break;
    case WORD_SREM: key.op = WORD_SDIV; break;
    default: return false;
    }
    other = node_find(lowering->program->graph, key);
    return other != NULL && lowering->needed[other->id] > 0;
}

/* Whether x and y are one operation, and only the multiplexer reads them. A constant operand makes
 * an operation cheap, and stays what it is. */
static bool choose_operands(const struct lowering *lowering, const struct word *x,
                            const struct word *y)
{
    if (x->op != y->op || x->width != y->width || !is_dear(x)) return false;
    if (lowering->uses[x->id] != 1 || lowering->uses[y->id] != 1) return false;
    for (uint32_t i = 0; i < x->n_operands; i++) {
        const struct word *a = x->operands[i], *b = y->operands[i];

        if (a != b && (word_is_const(a) || word_is_const(b))) return false;
    }
    return !has_other_half(lowering, x) && !has_other_half(lowering, y);
}

static enum role find_role(const struct lowering *lowering, const struct word *word)
{
    const struct word *condition, *x, *y;

    if (word->op != WORD_MUX) return ROLE_PLAIN;
    condition = word->operands[0];
    x = word->operands[1];
    y = word->operands[2];
    if (is_negative_of(x, y) && !is_sign_of(condition, x)) return ROLE_NEGATE_IF;
    if (is_negative_of(y, x)) return ROLE_NEGATE_UNLESS;
    /* The difference is half done where it is compared. */
    if (is_sign_of(condition, x) || is_sign_of(condition, y)) return ROLE_PLAIN;
    if (differs_by_term(lowering, x, y)) return x->op == WORD_ADD ? ROLE_ADD_IF : ROLE_SUBTRACT_IF;
    if (differs_by_term(lowering, y, x))
        return y->op == WORD_ADD ? ROLE_ADD_UNLESS : ROLE_SUBTRACT_UNLESS;
    if (choose_operands(lowering, x, y)) return ROLE_CHOOSE_OPERANDS;
    return add_to_one(lowering, x, y) ? ROLE_ADD_EITHER : ROLE_PLAIN;
}

static bool is_negation(enum role role)
{
    return role == ROLE_NEGATE_IF || role == ROLE_NEGATE_UNLESS;
}

uint32_t lower_n_operands(const struct lowering *lowering, const struct word *word)
{
    enum role role = (enum role)lowering->roles[word->id];

    if (role == ROLE_PLAIN) return word->n_operands;
    if (role == ROLE_ORDER) return lowering->orders[word->id]->n_words;
    if (role == ROLE_ADD_EITHER) return 4;
    if (role == ROLE_CHOOSE_OPERANDS) return 1 + 2 * word->operands[1]->n_operands;
    return is_negation(role) ? 2 : 3;
}

/* Operand i > 0 of x + y or x + z. */
static struct word *operand_of_either(const struct word *word, uint32_t i)
{
    const struct word *x = lower_whole(word->operands[1]), *y = lower_whole(word->operands[2]);
    uint32_t at[2];

    find_common(x, y, at);
    if (i == 1) return x->operands[at[0]];
    return i == 2 ? x->operands[1 - at[0]] : y->operands[1 - at[1]];
}

struct word *lower_operand(const struct lowering *lowering, const struct word *word, uint32_t i)
{
    enum role role = (enum role)lowering->roles[word->id];
    bool is_if = role == ROLE_ADD_IF || role == ROLE_SUBTRACT_IF || role == ROLE_NEGATE_IF;
    struct word *base, *changed;

    if (role == ROLE_ORDER) return lowering->orders[word->id]->words[i];
    if (role == ROLE_PLAIN || i == 0) return word->operands[i];
    if (role == ROLE_ADD_EITHER) return operand_of_either(word, i);
    if (role == ROLE_CHOOSE_OPERANDS) {
        uint32_t n = word->operands[1]->n_operands;

        return i <= n ? word->operands[1]->operands[i - 1] : word->operands[2]->operands[i - 1 - n];
    }
    base = word->operands[is_if ? 2 : 1];
    changed = word->operands[is_if ? 1 : 2];
    if (i == 1) return base;
    return changed->operands[0] == base ? changed->operands[1] : changed->operands[0];
}

static void find_roles(struct lowering *lowering)
{
    const struct word_graph *words = lowering->program->graph;

    for (uint64_t id = 0; id < words->n_words; id++) {
        if (lowering->needed[id] == 0) continue;
        lowering->roles[id] = (uint8_t)find_role(lowering, words->words[id]);
        if (lowering->roles[id] != ROLE_PLAIN) continue;
        lowering->orders[id] = order_find(lowering, words->words[id]);
        if (lowering->orders[id] != NULL) lowering->roles[id] = ROLE_ORDER;
    }
}

/* ------------------------------------------------------------------------------------ terms -- */

static bool fits(uint64_t value, uint32_t width)
{
    return width >= 64 || value >> width == 0;
}

/* Whether a sum or product of unsigned words loses no carry at its top. */
static bool is_exact_unsigned(const struct word *word)
{
    const struct word *x = word->operands[0], *y = word->n_operands > 1 ? word->operands[1] : x;
    uint32_t used = x->width - x->zeros + y->width - y->zeros;
    uint64_t result;

    switch (word->op) {
    case WORD_POPCOUNT: return true;
    case WORD_ADD:
        if (word->width > 64) return x->zeros > 0 && y->zeros > 0;
        return !__builtin_add_overflow(x->max, y->max, &result) && fits(result, word->width);
    case WORD_MUL:
        if (word->width > 64) return used <= word->width;
        return !__builtin_mul_overflow(x->max, y->max, &result) && fits(result, word->width);
    default: return false;
    }
}

/* The same of signed words. */
static bool is_exact_signed(const struct word *word)
{
    const struct word *x = word->operands[0], *y = word->n_operands > 1 ? word->operands[1] : x;

    switch (word->op) {
    case WORD_ADD:
    case WORD_SUB: return x->signs > 1 && y->signs > 1;
    case WORD_NEG: return x->signs > 1 || x->zeros > 0;
    case WORD_MUL: return x->width - x->signs + 1 + y->width - y->signs + 1 <= word->width;
    default: return false;
    }
}

/* The operation that a sum's terms have to go through exactly: of a conditional one the sum, or the
 * negative, that is chosen. */
static const struct word *operation_of(const struct lowering *lowering, const struct word *word)
{
    switch ((enum role)lowering->roles[word->id]) {
    case ROLE_ADD_IF:
    case ROLE_SUBTRACT_IF: return word->operands[1];
    case ROLE_ADD_UNLESS:
    case ROLE_SUBTRACT_UNLESS: return word->operands[2];
    default: return word;
    }
}

static bool is_resized(const struct word *word)
{
    return word->op == WORD_ZEXT || word->op == WORD_SEXT ||
           (word->op == WORD_EXTRACT && word->immediate == 0);
}

/* How the operand of a resized term is extended, when the term itself is as own says. */
static enum extension extend_resized(const struct lowering *lowering, const struct word *word,
                                     enum extension own)
{
    if (own == EXTEND_NOT && lowering->needed[word->id] <= word->operands[0]->width)
        return EXTEND_NOT;
    if (word->op == WORD_ZEXT) return EXTEND_UNSIGNED;
    return word->op == WORD_SEXT && own != EXTEND_UNSIGNED ? EXTEND_SIGNED : EXTEND_NEVER;
}

/* How a term's operands are extended so that it is, in a wider sum, extended as own says. */
static enum extension extend_operands(const struct lowering *lowering, const struct word *word,
                                      enum extension own)
{
    const struct word *operation = operation_of(lowering, word), *x;

    if (is_resized(word)) return extend_resized(lowering, word, own);
    if (own == EXTEND_NOT) return EXTEND_NOT;
    if (is_negation((enum role)lowering->roles[word->id])) {
        x = lower_operand(lowering, word, 1);
        return own == EXTEND_SIGNED && (x->signs > 1 || x->zeros > 0) ? EXTEND_SIGNED
                                                                      : EXTEND_NEVER;
    }
    /* Both readings of a word that is never negative are one. */
    if ((own == EXTEND_UNSIGNED || word->zeros > 0) && is_exact_unsigned(operation))
        return EXTEND_UNSIGNED;
    if ((own == EXTEND_SIGNED || word->zeros > 0) && is_exact_signed(operation))
        return EXTEND_SIGNED;
    return EXTEND_NEVER;
}

/* An operand that can be a term is one when it is read nowhere else. */
static void find_term(struct lowering *lowering, const struct word *sum, const struct word *operand)
{
    enum extension own = (enum extension)lowering->extensions[sum->id], extension;

    if (lowering->uses[operand->id] != 1) return;
    if (!lower_is_summable(lowering, operand) && !is_resized(operand)) return;
    extension = extend_operands(lowering, operand, own);
    if (extension == EXTEND_NEVER) return;
    lowering->is_term[operand->id] = 1;
    lowering->extensions[operand->id] = (uint8_t)extension;
}

/* A sum's terms are found before their own. */
static void find_terms(struct lowering *lowering)
{
    const struct word_graph *words = lowering->program->graph;

    for (uint64_t id = words->n_words; id-- > 0;) {
        const struct word *word = words->words[id];
        enum role role = (enum role)lowering->roles[id];

        if (lowering->needed[id] == 0) continue;
        if (is_resized(word) && lowering->is_term[id] != 0)
            find_term(lowering, word, word->operands[0]);
        if (!lower_is_sum(lowering, word) || is_negation(role)) continue;
        /* Of a conditional sum only what is there in any case. */
        for (uint32_t i = 0; i < lower_n_operands(lowering, word); i++)
            if (role == ROLE_PLAIN || i == 1)
                find_term(lowering, word, lower_operand(lowering, word, i));
    }
}

/* --------------------------------------------------------------------------------- lowering -- */

/* What the front end knows of a word's range is put into its bits. */
static void narrow(literal *bits, const struct word *word, uint32_t n)
{
    uint32_t n_known = word->width - word->zeros;
    uint32_t n_signed = word->width - word->signs + 1;

    if (word->width <= 64 && word->max < UINT64_MAX) {
        uint32_t n_max = word->max == 0 ? 0 : 64 - (uint32_t)__builtin_clzll(word->max);

        if (n_max < n_known) n_known = n_max;
    }
    for (uint32_t i = n_signed; i < n; i++) bits[i] = bits[n_signed - 1];
    for (uint32_t i = n_known; i < n; i++) bits[i] = LIT_FALSE;
}

static void lower_word(struct lowering *lowering, const struct word *word)
{
    uint32_t n = lowering->needed[word->id];
    literal *bits = arena_new(lowering->program->graph->arena, word->width, sizeof *bits);
    uint32_t first = lowering->graph->n_nodes;

    lowering->graph->position = word->position;
    if (lowering->roles[word->id] == ROLE_ORDER)
        order_lower(lowering, bits, lowering->orders[word->id], n);
    else if (lowering->roles[word->id] == ROLE_CHOOSE_OPERANDS)
        lower_chosen(lowering, bits, word, n);
    else if (lower_is_sum(lowering, word)) lower_sum(lowering, bits, word, n);
    else lower_operation(lowering, bits, word, n);
    /* A sum charges its own: its terms may be those of other loops. */
    if (!lower_is_sum(lowering, word))
        loop_charge(lowering->program, loop_of_word(lowering->program, word->id), lowering->graph,
                    first);
    narrow(bits, word, n);
    lowering->values[word->id] = bits;
}

static void make_inputs(struct lowering *lowering)
{
    uint64_t n = word_program_input_bits(lowering->program);

    for (uint64_t i = 0; i < n; i++) graph_input(lowering->graph);
}

static void take_outputs(const struct lowering *lowering, literal *outputs)
{
    const struct word_program *program = lowering->program;

    for (uint64_t i = 0; i < program->n_outputs; i++)
        for (uint64_t j = 0; j < program->outputs[i].n_words; j++) {
            const struct word *word = program->outputs[i].words[j];

            word_bits_copy(outputs, lower_bits(lowering, word), word->width);
            outputs += word->width;
        }
}

void lower_program(struct graph *graph, literal *outputs, const struct word_program *program)
{
    struct arena *arena = program->graph->arena;
    uint64_t n_words = program->graph->n_words;
    struct lowering lowering = {.graph = graph,
                                .program = program,
                                .values = arena_new(arena, n_words, sizeof(literal *)),
                                .needed = arena_new(arena, n_words, sizeof(uint32_t)),
                                .uses = arena_new(arena, n_words, sizeof(uint32_t)),
                                .roles = arena_new(arena, n_words, 1),
                                .orders = arena_new(arena, n_words, sizeof(struct order *)),
                                .is_term = arena_new(arena, n_words, 1),
                                .extensions = arena_new(arena, n_words, 1)};

    find_needed(&lowering);
    find_roles(&lowering);
    find_needed(&lowering);
    find_terms(&lowering);
    make_inputs(&lowering);
    for (uint64_t id = 0; id < n_words; id++) {
        if (lowering.needed[id] > 0 && lowering.is_term[id] == 0)
            lower_word(&lowering, program->graph->words[id]);
    }
    take_outputs(&lowering, outputs);
}
