/*
 * Choices and majorities written with bitwise operators: (x & y) ^ (~x & z) and its kin need one
 * AND a bit, not two; (x & y) ^ (x & z) ^ (y & z) one, not three. The ANDs that are joined are
 * taken to be read here alone, as they are in the programs that spell these functions out.
 */
#include "compiler/word_node.h"

/* Two ANDs that are joined, with the operands of each in the order that the pattern wants. */
struct pair {
    struct word *p, *q; /* of the first */
    struct word *r, *s; /* of the second */
};

typedef bool (*pattern)(const struct pair *pair);

static bool are_inverse(const struct word *x, const struct word *y)
{
    return (x->op == WORD_NOT && x->operands[0] == y) || (y->op == WORD_NOT && y->operands[0] == x);
}

static bool is_over(const struct word *word, enum word_op op, const struct word *a,
                    const struct word *b)
{
    if (word->op != op) return false;
    return (word->operands[0] == a && word->operands[1] == b) ||
           (word->operands[0] == b && word->operands[1] == a);
}

/* (p & q), (~p & s) */
static bool is_choice(const struct pair *pair)
{
    return are_inverse(pair->p, pair->r);
}

/* (p & (r ^ s)), (r & s), or with r | s */
static bool is_majority(const struct pair *pair)
{
    return is_over(pair->q, WORD_XOR, pair->r, pair->s) ||
           is_over(pair->q, WORD_OR, pair->r, pair->s);
}

static bool has_exclusive_middle(const struct pair *pair)
{
    return pair->q->op == WORD_XOR;
}

/* (p & q), (p & s) */
static bool shares_operand(const struct pair *pair)
{
    return pair->p == pair->r;
}

/* Tries the operands of x and y in every order. */
static bool find(struct pair *pair, pattern matches, struct word *x, struct word *y)
{
    for (unsigned order = 0; order < 8; order++) {
        struct word *first = (order & 4) != 0 ? y : x, *second = (order & 4) != 0 ? x : y;

        *pair = (struct pair){.p = first->operands[order & 1],
                              .q = first->operands[~order & 1],
                              .r = second->operands[order >> 1 & 1],
                              .s = second->operands[~order >> 1 & 1]};
        if (matches(pair)) return true;
    }
    return false;
}

/* c ^ (a & (b ^ c)): b where a is one, else c. */
static struct word *choose(struct word_graph *graph, struct word *a, struct word *b, struct word *c)
{
    struct word *differ = word_binary(graph, WORD_XOR, b, c);

    return word_binary(graph, WORD_XOR, c, word_and(graph, a, differ));
}

struct word *logic_join(struct word_graph *graph, enum word_op op, struct word *x, struct word *y)
{
    struct pair pair;

    if (x->op != WORD_AND || y->op != WORD_AND) return NULL;
    if (find(&pair, is_choice, x, y)) return choose(graph, pair.p, pair.q, pair.s);
    if (find(&pair, is_majority, x, y) && (op == WORD_OR || has_exclusive_middle(&pair))) {
        struct word *differ = word_binary(graph, WORD_XOR, pair.p, pair.r);

        return choose(graph, differ, pair.s, pair.p);
    }
    if (op != WORD_ADD && find(&pair, shares_operand, x, y))
        return word_and(graph, pair.p, word_binary(graph, op, pair.q, pair.s));
    return NULL;
}
