/*
 * Words put together from pieces: a choice between two that differ in constants alone, and a
 * constant that falls into zeros, are words put together from pieces again.
 */
#include "compiler/bits.h"
#include "compiler/word.h"
#include "compiler/word_node.h"

/* Walks over the pieces of a CONCAT, perhaps with a ZEXT around it; of others, one piece. */
struct cursor {
    struct word *word;
    uint32_t part; /* the CONCAT's operands, then the zeros */
    uint32_t used; /* bits of the piece that are behind the cursor */
};

/* The piece under the cursor, NULL for the zeros of a ZEXT; n is what is left of it. */
static struct word *piece(const struct cursor *cursor, uint32_t *n)
{
    struct word *word = cursor->word, *inner = word->op == WORD_ZEXT ? word->operands[0] : word;
    uint32_t n_parts = inner->op == WORD_CONCAT ? inner->n_operands : 1;

    if (cursor->part >= n_parts) {
        *n = word->width - inner->width - cursor->used;
        return NULL;
    }
    if (inner->op == WORD_CONCAT) inner = inner->operands[cursor->part];
    *n = inner->width - cursor->used;
    return inner;
}

static void advance(struct cursor *cursor, uint32_t n)
{
    uint32_t left;

    piece(cursor, &left);
    cursor->used += n;
    if (n < left) return;
    cursor->part++;
    cursor->used = 0;
}

static bool is_constant_piece(const struct word *word)
{
    return word == NULL || word_is_const(word);
}

static bool piece_bit(const struct word *word, uint32_t at)
{
    return word != NULL && bits_get(word->bits, at);
}

static bool has_pieces(const struct word *word)
{
    return word->op == WORD_CONCAT || word->op == WORD_ZEXT || word->op == WORD_CONST;
}

/* ---------------------------------------------------------------------------------- choices -- */

struct choice {
    struct word_graph *graph;
    struct word *condition;
    struct word **parts;
    uint32_t n_parts;
    uint32_t n_shared;    /* pieces that are no constants */
    uint32_t n_differing; /* bits */
};

/* n bits of c ? x : y for constant x and y. */
static void choose_constants(struct choice *choice, const struct cursor *x, const struct word *a,
                             const struct cursor *y, const struct word *b, uint32_t n)
{
    struct word_graph *graph = choice->graph;

    for (uint32_t i = 0; i < n; i++) {
        bool if_one = piece_bit(a, x->used + i), if_zero = piece_bit(b, y->used + i);
        struct word *bit = choice->condition;

        if (if_one == if_zero) bit = word_const(graph, 1, if_one);
        else if (if_zero) bit = word_not(graph, bit);
        if (if_one != if_zero) choice->n_differing++;
        choice->parts[choice->n_parts++] = bit;
    }
}

/* The next pieces of x and y, which are the same or both constant; false when they are not. */
static bool choose_piece(struct choice *choice, struct cursor *x, struct cursor *y)
{
    uint32_t x_n, y_n, n;
    struct word *a = piece(x, &x_n), *b = piece(y, &y_n);

    n = x_n < y_n ? x_n : y_n;
    if (is_constant_piece(a) && is_constant_piece(b)) {
        choose_constants(choice, x, a, y, b, n);
    } else {
        if (a != b || x->used > 0 || y->used > 0) return false;
        choice->parts[choice->n_parts++] = a;
        choice->n_shared++;
    }
    advance(x, n);
    advance(y, n);
    return true;
}

/* A choice between constants alone stays one, as an index into an array would like to have it. */
struct word *pieces_mux(struct word_graph *graph, struct word *c, struct word *x, struct word *y)
{
    struct choice choice = {.graph = graph, .condition = c};
    struct cursor x_at = {.word = x}, y_at = {.word = y};
    uint32_t n;

    if (x->width == 1 || !has_pieces(x) || !has_pieces(y)) return NULL;
    choice.parts = arena_new(graph->arena, x->width, sizeof *choice.parts);
    for (uint32_t at = 0; at < x->width; at += n) {
        uint32_t x_n, y_n;

        piece(&x_at, &x_n);
        piece(&y_at, &y_n);
        n = x_n < y_n ? x_n : y_n;
        if (!choose_piece(&choice, &x_at, &y_at)) return NULL;
    }
    if (choice.n_shared == 0 && choice.n_differing > 1) return NULL;
    return word_concat(graph, choice.parts, choice.n_parts);
}

/* --------------------------------------------------------------------------------- constants -- */

/* Whether bits first .. first + n - 1 of a constant are zero. */
static bool is_zero_at(const struct word *word, uint32_t first, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        if (bits_get(word->bits, first + i)) return false;
    return true;
}

struct word *pieces_add(struct word_graph *graph, struct word *x, struct word *constant)
{
    struct cursor cursor = {.word = x};
    struct word **parts;
    uint32_t n, n_parts = 0;

    if (!word_is_const(constant) || word_is_const(x) || !has_pieces(x)) return NULL;
    for (uint32_t at = 0; at < x->width; at += n, n_parts++) {
        const struct word *part = piece(&cursor, &n);
        bool is_zero = part == NULL || word_is_zero(part);

        if (!is_zero && !is_zero_at(constant, at, n)) return NULL;
        advance(&cursor, n);
    }
    parts = arena_new(graph->arena, n_parts, sizeof *parts);
    cursor = (struct cursor){.word = x};
    n_parts = 0;
    for (uint32_t at = 0; at < x->width; at += n) {
        struct word *part = piece(&cursor, &n);
        bool is_zero = part == NULL || word_is_zero(part);

        parts[n_parts++] = is_zero ? word_extract(graph, constant, at, n) : part;
        advance(&cursor, n);
    }
    return word_concat(graph, parts, n_parts);
}
