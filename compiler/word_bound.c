/*
 * Upper bounds of what a conditional subtraction leaves. Where x < t decides between x and x - t,
 * the first is at most t - 1 and the second at most (the bound of x) - t. Bounds are linear in
 * other words of the program, among them the conditions themselves: so the remainder of a square
 * root is found to be at most twice the root, bit by bit, as both grow. (The idea of relational
 * domains: Cousot and Halbwachs, "Automatic discovery of linear restraints", POPL 1978.)
 */
#include "compiler/word.h"
#include "compiler/word_node.h"

#include <string.h>

#define MAX_TERMS 72
#define MAX_DEPTH 6
#define MAX_BITS 100 /* of constants and of any term */

__extension__ typedef __int128 wide;

/* coefficient * word, which has at most 64 bits and is not negative. */
struct bound_term {
    const struct word *word;
    wide coefficient;
};

struct word_bound {
    wide constant;
    uint32_t n;
    struct bound_term terms[];
};

/* The same while it is made: terms by ascending word, none with coefficient 0. */
struct form {
    wide constant;
    uint32_t n;
    bool failed; /* too long or too large */
    struct bound_term terms[MAX_TERMS];
};

/* ----------------------------------------------------------------------------- linear forms -- */

static void set_constant(struct form *form, wide value)
{
    form->constant = value;
    form->n = 0;
    form->failed = false;
}

static bool is_large(wide value, uint32_t bits)
{
    wide limit = (wide)1 << (MAX_BITS - bits);

    return value > limit || value < -limit;
}

/* a * b, or the form fails. */
static wide product(struct form *form, wide a, wide b, uint32_t bits)
{
    wide result;

    if (__builtin_mul_overflow(a, b, &result) || is_large(result, bits)) {
        form->failed = true;
        return 0;
    }
    return result;
}

static void add_constant(struct form *form, wide value)
{
    form->constant += value;
    form->failed = form->failed || is_large(form->constant, 0);
}

static void insert_term(struct form *form, uint32_t at, struct bound_term term)
{
    if (form->n == MAX_TERMS) {
        form->failed = true;
        return;
    }
    memmove(form->terms + at + 1, form->terms + at, (form->n - at) * sizeof term);
    form->terms[at] = term;
    form->n++;
}

static void add_term(struct form *form, const struct word *word, wide coefficient)
{
    uint32_t at = form->n;

    while (at > 0 && form->terms[at - 1].word->id > word->id) at--;
    if (at == 0 || form->terms[at - 1].word != word) {
        insert_term(form, at, (struct bound_term){.word = word, .coefficient = coefficient});
        return;
    }
    form->terms[at - 1].coefficient += coefficient;
    if (is_large(form->terms[at - 1].coefficient, word->width)) form->failed = true;
    if (form->terms[at - 1].coefficient == 0) {
        memmove(form->terms + at - 1, form->terms + at, (form->n - at) * sizeof *form->terms);
        form->n--;
    }
}

static void add_form(struct form *form, const struct form *other, int64_t factor)
{
    form->failed = form->failed || other->failed;
    add_constant(form, product(form, other->constant, factor, 0));
    for (uint32_t i = 0; i < other->n && !form->failed; i++)
        add_term(form, other->terms[i].word,
                 product(form, other->terms[i].coefficient, factor, other->terms[i].word->width));
}

/* The greatest value of a form. */
static wide greatest(const struct form *form)
{
    wide sum = form->constant;

    for (uint32_t i = 0; i < form->n; i++)
        if (form->terms[i].coefficient > 0)
            sum += form->terms[i].coefficient * form->terms[i].word->max;
    return sum;
}

/* --------------------------------------------------------------------------- words as forms -- */

static bool adds_exactly(const struct word *word)
{
    uint64_t sum;

    if (__builtin_add_overflow(word->operands[0]->max, word->operands[1]->max, &sum)) return false;
    return word->width == 64 || sum >> word->width == 0;
}

/* form += factor * the value of the word, exactly. */
static void add_exact(struct form *form, const struct word *word, wide factor, unsigned depth)
{
    if (is_large(factor, word->width)) form->failed = true;
    if (form->failed) return;
    if (word_is_const(word)) {
        add_constant(form, product(form, factor, word->bits[0], 0));
    } else if (depth == MAX_DEPTH) {
        add_term(form, word, factor);
    } else if (word->op == WORD_ZEXT) {
        add_exact(form, word->operands[0], factor, depth + 1);
    } else if (word->op == WORD_NOT && word->width == 1) {
        add_constant(form, factor);
        add_exact(form, word->operands[0], -factor, depth + 1);
    } else if (word->op == WORD_ADD && adds_exactly(word)) {
        for (unsigned i = 0; i < 2; i++) add_exact(form, word->operands[i], factor, depth + 1);
    } else if (word->op == WORD_CONCAT) {
        for (uint32_t i = 0; i < word->n_operands; i++) {
            add_exact(form, word->operands[i], factor, depth + 1);
            factor *= (wide)1 << word->operands[i]->width;
        }
    } else {
        add_term(form, word, factor);
    }
}

static void add_bound(struct form *form, const struct word_bound *bound, wide factor)
{
    add_constant(form, product(form, bound->constant, factor, 0));
    for (uint32_t i = 0; i < bound->n && !form->failed; i++)
        add_term(form, bound->terms[i].word,
                 product(form, bound->terms[i].coefficient, factor, bound->terms[i].word->width));
}

/* form += factor * an upper bound of the word, for a positive factor: conditions stay, other words
 * are replaced by what is known of them. */
static void add_upper(struct form *form, const struct word *word, wide factor, unsigned depth)
{
    if (is_large(factor, word->width)) form->failed = true;
    if (form->failed) return;
    if (word->bound != NULL) {
        add_bound(form, word->bound, factor);
    } else if (word->op == WORD_ZEXT && depth < MAX_DEPTH) {
        add_upper(form, word->operands[0], factor, depth + 1);
    } else if (word->op == WORD_CONCAT && depth < MAX_DEPTH) {
        for (uint32_t i = 0; i < word->n_operands; i++) {
            add_upper(form, word->operands[i], factor, depth + 1);
            factor *= (wide)1 << word->operands[i]->width;
        }
    } else if (word->op == WORD_ULT || (word->op == WORD_NOT && word->width == 1)) {
        add_exact(form, word, factor, depth);
    } else {
        add_constant(form, product(form, factor, word->max, 0));
    }
}

/* ------------------------------------------------------------------------------- recognising -- */

/* Without zeros above that do not change its value. */
static const struct word *core(const struct word *word)
{
    for (;;) {
        const struct word *inner = word->n_operands > 0 ? word->operands[0] : NULL;
        bool drops_zeros = word->op == WORD_EXTRACT && word->immediate == 0 &&
                           inner->width - inner->zeros <= word->width;

        if (word->op != WORD_ZEXT && !drops_zeros) return word;
        word = inner;
    }
}

static bool is_same(const struct word *x, const struct word *y)
{
    if (word_is_const(x) && word_is_const(y)) return x->bits[0] == y->bits[0];
    return core(x) == core(y);
}

/* Whether a constant is -y modulo its width. */
static bool is_minus(const struct word *constant, const struct word *y)
{
    uint64_t mask = constant->width == 64 ? UINT64_MAX : (UINT64_C(1) << constant->width) - 1;

    return word_is_const(constant) && word_is_const(y) &&
           ((constant->bits[0] + y->bits[0]) & mask) == 0;
}

/* Whether the word is x - y where that is not negative, perhaps with fewer or more bits. */
static bool is_difference(const struct word *word, const struct word *x, const struct word *y)
{
    if (word->op == WORD_SEXT || word->op == WORD_EXTRACT) {
        if (word->op == WORD_EXTRACT && word->immediate != 0) return false;
        word = word->operands[0];
    }
    if (word->op == WORD_SUB) return is_same(word->operands[0], x) && is_same(word->operands[1], y);
    return word->op == WORD_ADD && is_minus(word->operands[1], y) && is_same(word->operands[0], x);
}

/* An upper bound of one arm where low <= high - slack. */
static bool bound_arm(struct form *form, const struct word *arm, const struct word *low,
                      const struct word *high, int64_t slack)
{
    set_constant(form, -slack);
    if (is_same(arm, low)) {
        add_exact(form, high, 1, 0);
        return !form->failed;
    }
    set_constant(form, 0);
    if (!is_difference(arm, high, low)) return false;
    add_upper(form, high, 1, 0);
    add_exact(form, low, -1, 0);
    return !form->failed;
}

static void bound_plain(struct form *form, const struct word *arm)
{
    set_constant(form, 0);
    add_upper(form, arm, 1, 0);
    if (form->failed) set_constant(form, arm->max);
}

/* x where the condition holds, y where it does not: one form when they differ by a constant. */
static void join(struct form *form, const struct word *condition, const struct form *x,
                 const struct form *y)
{
    struct form difference = *x;
    wide x_max = greatest(x), y_max = greatest(y);

    add_form(&difference, y, -1);
    if (!difference.failed && difference.n == 0) {
        *form = *y;
        if (difference.constant != 0) add_term(form, condition, difference.constant);
        if (!form->failed) return;
    }
    set_constant(form, x_max > y_max ? x_max : y_max);
}

/* ---------------------------------------------------------------------------------- choices -- */

static const struct word_bound *keep(struct word_graph *graph, const struct form *form)
{
    size_t size = sizeof(struct word_bound) + form->n * sizeof *form->terms;
    struct word_bound *bound =
        arena_new(graph->arena, (size + sizeof form->constant - 1) / sizeof form->constant,
                  sizeof form->constant);

    bound->constant = form->constant;
    bound->n = form->n;
    memcpy(bound->terms, form->terms, form->n * sizeof *form->terms);
    return bound;
}

bool bound_choice(struct word_graph *graph, struct word_choice_bound *out,
                  const struct word *condition, const struct word *x, const struct word *y)
{
    const struct word *p = condition->operands[0], *q = condition->operands[1];
    struct form x_form, y_form, x_plain, y_plain, best;
    bool has_x, has_y;
    wide max;

    if (condition->op != WORD_ULT || x->width > 64 || p->width > 64) return false;
    has_x = bound_arm(&x_form, x, p, q, 1);
    has_y = bound_arm(&y_form, y, q, p, 0);
    if (!has_x && !has_y) return false;
    bound_plain(&x_plain, x);
    bound_plain(&y_plain, y);
    if (!has_x || (!has_y && greatest(&x_plain) < greatest(&x_form))) x_form = x_plain;
    if (!has_y || (!has_x && greatest(&y_plain) < greatest(&y_form))) y_form = y_plain;
    join(&best, condition, &x_form, &y_form);
    max = greatest(&best);
    if (max < 0 || max > UINT64_MAX) return false;
    out->max = (uint64_t)max;
    out->bound = keep(graph, &best);
    return true;
}

/* Whether the word is, or holds, one whose bound depends on others. */
static bool is_related(const struct word *word)
{
    if (word->bound != NULL) return word->bound->n > 0;
    if (word->op != WORD_ZEXT && word->op != WORD_CONCAT) return false;
    for (uint32_t i = 0; i < word->n_operands; i++)
        if (word->operands[i]->bound != NULL && word->operands[i]->bound->n > 0) return true;
    return false;
}

bool bound_fits(const struct word *x, const struct word *y)
{
    struct form form;
    wide limit;

    if (x->width > 64 || !is_related(x)) return false;
    limit = (wide)1 << (x->width - 1);
    if (y->max > (uint64_t)limit) return false;
    set_constant(&form, 0);
    add_upper(&form, x, 1, 0);
    add_exact(&form, y, -1, 0);
    return !form.failed && greatest(&form) < limit;
}
