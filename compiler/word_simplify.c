/*
 * The constructors of words, with the simplifications that one node and its operands show: constant
 * operands, identities, and narrowing by what is known of the operands' ranges. But for
 * logic_join(), nothing here ever costs an AND more than the operation that was asked for.
 */
#include "compiler/bits.h"
#include "compiler/word.h"
#include "compiler/word_node.h"

/* How far a truncation is moved towards the operands. */
#define MAX_PUSH 16

static struct word *make(struct word_graph *graph, enum word_op op, uint32_t width, struct word *x,
                         struct word *y, struct word *z)
{
    struct word *operands[3] = {x, y, z};

    return node_new(graph, op, width, operands, z != NULL ? 3 : y != NULL ? 2 : 1, 0);
}

static uint32_t log2_ceil(uint64_t n)
{
    return n <= 1 ? 0 : 64 - (uint32_t)__builtin_clzll(n - 1);
}

/* k when the constant x is 2^k, else -1. */
static int64_t power_of_two(const struct word *x)
{
    if (!word_is_const(x) || bits_count(x->bits, x->width) != 1) return -1;
    return (int64_t)bits_len(x->bits, x->width) - 1;
}

static bool is_inverse(const struct word *x, const struct word *y)
{
    return (x->op == WORD_NOT && x->operands[0] == y) || (y->op == WORD_NOT && y->operands[0] == x);
}

/* ------------------------------------------------------------------------- widths and pieces -- */

static struct word *extract(struct word_graph *graph, struct word *x, uint32_t first, uint32_t n,
                            uint32_t depth);

/* Bits of a concatenation: the parts that the range touches. */
static struct word *extract_concat(struct word_graph *graph, const struct word *x, uint32_t first,
                                   uint32_t n, uint32_t depth)
{
    struct word **parts = arena_new(graph->arena, x->n_operands, sizeof(struct word *));
    uint32_t at = 0, n_parts = 0;

    for (uint32_t i = 0; i < x->n_operands; i++) {
        struct word *part = x->operands[i];
        uint32_t from = first > at ? first - at : 0, to = part->width;

        if (at + to > first + n) to = first + n > at ? first + n - at : 0;
        if (from < to) parts[n_parts++] = extract(graph, part, from, to - from, depth + 1);
        at += part->width;
    }
    return word_concat(graph, parts, n_parts);
}

static struct word *extract_extension(struct word_graph *graph, struct word *x, uint32_t first,
                                      uint32_t n, uint32_t depth)
{
    struct word *inner = x->operands[0];
    bool is_signed = x->op == WORD_SEXT;

    if (first + n <= inner->width) return extract(graph, inner, first, n, depth + 1);
    if (first < inner->width)
        return word_resize(graph, extract(graph, inner, first, inner->width - first, depth + 1), n,
                           is_signed);
    if (!is_signed) return word_const(graph, n, 0);
    return word_resize(graph, extract(graph, inner, inner->width - 1, 1, depth + 1), n, true);
}

/* Bitwise operations and multiplexers, whose bits do not depend on each other. Sums and products
 * stay whole, so that their pieces share one adder: the back end knows which bits are read. */
static struct word *push_truncation(struct word_graph *graph, struct word *x, uint32_t n,
                                    uint32_t depth)
{
    struct word *a = x->n_operands > 0 ? x->operands[0] : NULL;
    struct word *b = x->n_operands > 1 ? x->operands[1] : NULL, *last;

    switch (x->op) {
    case WORD_NOT: return word_unary(graph, x->op, extract(graph, a, 0, n, depth + 1));
    case WORD_AND:
    case WORD_OR:
    case WORD_XOR:
        last = extract(graph, b, 0, n, depth + 1);
        return word_binary(graph, x->op, extract(graph, a, 0, n, depth + 1), last);
    case WORD_MUX:
        last = extract(graph, x->operands[2], 0, n, depth + 1);
        return word_mux(graph, a, extract(graph, b, 0, n, depth + 1), last);
    default: return NULL;
    }
}

static struct word *extract(struct word_graph *graph, struct word *x, uint32_t first, uint32_t n,
                            uint32_t depth)
{
    struct word *result = NULL;

    if (first == 0 && n == x->width) return x;
    if (word_is_const(x)) return node_new(graph, WORD_EXTRACT, n, &x, 1, first);
    if (graph->fold && depth < MAX_PUSH) {
        if (first >= x->width - x->zeros) return word_const(graph, n, 0);
        if (x->op == WORD_EXTRACT)
            return extract(graph, x->operands[0], first + (uint32_t)x->immediate, n, depth + 1);
        if (x->op == WORD_CONCAT) return extract_concat(graph, x, first, n, depth);
        if (x->op == WORD_ZEXT || x->op == WORD_SEXT)
            return extract_extension(graph, x, first, n, depth);
        if (first == 0) result = push_truncation(graph, x, n, depth);
    }
    return result != NULL ? result : node_new(graph, WORD_EXTRACT, n, &x, 1, first);
}

struct word *word_extract(struct word_graph *graph, struct word *x, uint32_t first, uint32_t n)
{
    return extract(graph, x, first, n, 0);
}

struct word *word_resize(struct word_graph *graph, struct word *x, uint32_t width, bool is_signed)
{
    if (width == x->width) return x;
    if (width < x->width) return word_extract(graph, x, 0, width);
    if (x->zeros > 0) is_signed = false;
    if (graph->fold && x->op == WORD_ZEXT) return word_resize(graph, x->operands[0], width, false);
    if (graph->fold && x->op == WORD_SEXT && is_signed)
        return word_resize(graph, x->operands[0], width, true);
    return make(graph, is_signed ? WORD_SEXT : WORD_ZEXT, width, x, NULL, NULL);
}

/* One part for two neighbours that are constants or adjoining pieces of one word, else NULL. */
static struct word *join(struct word_graph *graph, struct word *low, struct word *high)
{
    const struct word *base = low->op == WORD_EXTRACT ? low->operands[0] : NULL;
    uint64_t bits[BITS_MAX_LIMBS] = {0};

    if (word_is_const(low) && word_is_const(high)) {
        bits_insert(bits, low->bits, 0, low->width);
        bits_insert(bits, high->bits, low->width, high->width);
        return word_const_bits(graph, low->width + high->width, bits);
    }
    if (base == NULL || high->op != WORD_EXTRACT || high->operands[0] != base) return NULL;
    if (high->immediate != low->immediate + low->width) return NULL;
    return word_extract(graph, low->operands[0], (uint32_t)low->immediate,
                        low->width + high->width);
}

static void append_part(struct word_graph *graph, struct word **parts, uint32_t *n_parts,
                        struct word *part)
{
    struct word *joined = NULL;

    if (*n_parts > 0) joined = join(graph, parts[*n_parts - 1], part);
    if (joined != NULL) parts[*n_parts - 1] = joined;
    else parts[(*n_parts)++] = part;
}

struct word *word_concat(struct word_graph *graph, struct word **parts, uint32_t n_parts)
{
    struct word **flat, *low;
    uint32_t width = 0, n_flat = 0, most = 0;

    if (n_parts == 1) return parts[0];
    for (uint32_t i = 0; i < n_parts; i++)
        most += parts[i]->op == WORD_CONCAT ? parts[i]->n_operands : 2;
    flat = arena_new(graph->arena, most, sizeof *flat);
    for (uint32_t i = 0; i < n_parts; i++) {
        struct word *part = parts[i];

        width += part->width;
        if (part->op == WORD_CONCAT) {
            for (uint32_t k = 0; k < part->n_operands; k++)
                append_part(graph, flat, &n_flat, part->operands[k]);
        } else if (part->op == WORD_ZEXT) {
            append_part(graph, flat, &n_flat, part->operands[0]);
            append_part(graph, flat, &n_flat,
                        word_const(graph, part->width - part->operands[0]->width, 0));
        } else {
            append_part(graph, flat, &n_flat, part);
        }
    }
    if (n_flat == 1) return flat[0];
    if (!word_is_zero(flat[n_flat - 1]))
        return node_new(graph, WORD_CONCAT, width, flat, n_flat, 0);
    low = word_concat(graph, flat, n_flat - 1);
    return word_resize(graph, low, width, false);
}

/* -------------------------------------------------------------------------------- arithmetic -- */

static uint32_t used_bits(const struct word *x)
{
    return x->width - x->zeros;
}

/* Bits that hold every result of an operation on unsigned operands, by their ranges. */
static uint32_t bits_needed(const struct word *x, const struct word *y, enum word_op op)
{
    uint64_t result;
    bool over = x->width > 64;
    uint32_t a = used_bits(x), b = used_bits(y);

    if (!over && op == WORD_ADD) over = __builtin_add_overflow(x->max, y->max, &result);
    else if (!over) over = __builtin_mul_overflow(x->max, y->max, &result);
    if (!over) return result == 0 ? 1 : 64 - (uint32_t)__builtin_clzll(result);
    if (op == WORD_ADD) return (a > b ? a : b) + 1;
    return a + b;
}

/* The same for signed operands, in two's complement. */
static uint32_t signed_bits_needed(const struct word *x, const struct word *y, enum word_op op)
{
    uint32_t a = x->width - x->signs + 1, b = y->width - y->signs + 1;

    if (op == WORD_MUL) return a + b;
    return (a > b ? a : b) + 1;
}

/* ADD, SUB or MUL in as few bits as hold every result, or NULL. */
static struct word *narrow(struct word_graph *graph, enum word_op op, struct word *x,
                           struct word *y)
{
    uint32_t width = x->width, n;
    bool is_signed = true;

    n = signed_bits_needed(x, y, op);
    if (op != WORD_SUB && bits_needed(x, y, op) < n) {
        n = bits_needed(x, y, op);
        is_signed = false;
    }
    if (n >= width) return NULL;
    x = word_extract(graph, x, 0, n);
    y = word_extract(graph, y, 0, n);
    return word_resize(graph, make(graph, op, n, x, y, NULL), width, is_signed);
}

static struct word *add(struct word_graph *graph, struct word *x, struct word *y)
{
    struct word *result;

    if (word_is_zero(y)) return x;
    if (x->op == WORD_NEG) return word_binary(graph, WORD_SUB, y, x->operands[0]);
    if (y->op == WORD_NEG) return word_binary(graph, WORD_SUB, x, y->operands[0]);
    if (word_is_const(y) && x->op == WORD_ADD && word_is_const(x->operands[1]))
        return word_binary(graph, WORD_ADD, x->operands[0],
                           word_binary(graph, WORD_ADD, x->operands[1], y));
    result = pieces_add(graph, x, y);
    if (result == NULL) result = logic_join(graph, WORD_ADD, x, y);
    if (result == NULL) result = narrow(graph, WORD_ADD, x, y);
    return result != NULL ? result : make(graph, WORD_ADD, x->width, x, y, NULL);
}

static struct word *subtract(struct word_graph *graph, struct word *x, struct word *y)
{
    struct word *result;

    if (x == y) return word_const(graph, x->width, 0);
    if (word_is_zero(y)) return x;
    if (word_is_zero(x)) return word_unary(graph, WORD_NEG, y);
    if (word_is_const(y)) return word_binary(graph, WORD_ADD, x, word_unary(graph, WORD_NEG, y));
    if (y->op == WORD_NEG) return word_binary(graph, WORD_ADD, x, y->operands[0]);
    result = narrow(graph, WORD_SUB, x, y);
    return result != NULL ? result : make(graph, WORD_SUB, x->width, x, y, NULL);
}

static struct word *multiply(struct word_graph *graph, struct word *x, struct word *y)
{
    int64_t power = power_of_two(y);
    struct word *result;

    if (word_is_zero(y)) return y;
    if (power >= 0) return word_shift_const(graph, WORD_SHL, x, (uint32_t)power);
    if (word_is_ones(y)) return word_unary(graph, WORD_NEG, x);
    result = narrow(graph, WORD_MUL, x, y);
    return result != NULL ? result : make(graph, WORD_MUL, x->width, x, y, NULL);
}

static struct word *divide_unsigned(struct word_graph *graph, enum word_op op, struct word *x,
                                    struct word *y)
{
    uint32_t width = x->width, a = used_bits(x), b = used_bits(y), n = a > b ? a : b;
    int64_t power = power_of_two(y);

    if (power >= 0 && op == WORD_UDIV)
        return word_shift_const(graph, WORD_LSHR, x, (uint32_t)power);
    if (power == 0) return word_const(graph, width, 0);
    if (power > 0) return word_resize(graph, word_extract(graph, x, 0, (uint32_t)power), width, 0);
    /* A quotient by zero is all ones in the full width, so only a safe divisor narrows it. */
    if (n > 0 && n < width && (op == WORD_UREM || (word_is_const(y) && !word_is_zero(y)))) {
        y = word_extract(graph, y, 0, n);
        return word_resize(graph, make(graph, op, n, word_extract(graph, x, 0, n), y, NULL), width,
                           false);
    }
    return make(graph, op, width, x, y, NULL);
}

/* x / 2^k rounds towards zero: 2^k - 1 is added to a negative x. */
static struct word *divide_by_power(struct word_graph *graph, struct word *x, uint32_t k)
{
    struct word *sign = word_extract(graph, x, x->width - 1, 1);
    struct word *rest = word_resize(graph, word_resize(graph, sign, k, true), x->width, false);

    return word_shift_const(graph, WORD_ASHR, word_binary(graph, WORD_ADD, x, rest), k);
}

static struct word *divide_signed(struct word_graph *graph, enum word_op op, struct word *x,
                                  struct word *y)
{
    int64_t power = power_of_two(y);

    /* x / 0 is -1 for x >= 0 in both readings. */
    if (x->zeros > 0 && y->zeros > 0)
        return word_binary(graph, op == WORD_SDIV ? WORD_UDIV : WORD_UREM, x, y);
    if (word_is_value(y, 1)) return op == WORD_SDIV ? x : word_const(graph, x->width, 0);
    if (word_is_ones(y))
        return op == WORD_SDIV ? word_unary(graph, WORD_NEG, x) : word_const(graph, x->width, 0);
    if (op == WORD_SDIV && power > 0 && power < (int64_t)x->width - 1)
        return divide_by_power(graph, x, (uint32_t)power);
    return make(graph, op, x->width, x, y, NULL);
}

/* ---------------------------------------------------------------------------------- bitwise -- */

/* AND with a constant that is a run of ones keeps a piece of the other operand. */
static struct word *and_const(struct word_graph *graph, struct word *x, const struct word *y)
{
    uint32_t len = bits_len(y->bits, y->width), ones = bits_count(y->bits, y->width), zeros;
    struct word *parts[2], *kept;

    if (ones == 0) return word_const(graph, x->width, 0);
    if (!bits_get(y->bits, len - ones)) return NULL;
    for (zeros = 0; !bits_get(y->bits, zeros); zeros++) continue;
    if (zeros != len - ones) return NULL;
    kept = word_extract(graph, x, zeros, ones);
    if (zeros > 0) {
        parts[0] = word_const(graph, zeros, 0);
        parts[1] = kept;
        kept = word_concat(graph, parts, 2);
    }
    return word_resize(graph, kept, x->width, false);
}

struct word *word_and(struct word_graph *graph, struct word *x, struct word *y)
{
    return word_binary(graph, WORD_AND, x, y);
}

struct word *word_or(struct word_graph *graph, struct word *x, struct word *y)
{
    return word_binary(graph, WORD_OR, x, y);
}

struct word *word_not(struct word_graph *graph, struct word *x)
{
    return word_unary(graph, WORD_NOT, x);
}

/* Whether y is the left rotation's other half: -a modulo the width, written as n - a or -a. */
static bool is_complement(const struct word *y, const struct word *a)
{
    if (y->op == WORD_NEG) return y->operands[0] == a;
    return false;
}

static struct word *rotation(struct word_graph *graph, struct word *x, struct word *y)
{
    if (x->op != WORD_SHL || y->op != WORD_LSHR || x->operands[0] != y->operands[0]) return NULL;
    if ((x->width & (x->width - 1)) != 0) return NULL;
    if (is_complement(y->operands[1], x->operands[1]))
        return make(graph, WORD_ROTL, x->width, x->operands[0], x->operands[1], NULL);
    if (is_complement(x->operands[1], y->operands[1]))
        return make(graph, WORD_ROTL, x->width, x->operands[0], x->operands[1], NULL);
    return NULL;
}

/* Two words whose ones never meet, one shifted above the other: pieces side by side. */
static struct word *disjoint(struct word_graph *graph, struct word *x, struct word *y)
{
    struct word *parts[2];
    const struct word *low;

    if (y->op != WORD_CONCAT || !word_is_zero(y->operands[0])) return NULL;
    low = y->operands[0];
    if (used_bits(x) > low->width) return NULL;
    parts[0] = word_extract(graph, x, 0, low->width);
    parts[1] = word_extract(graph, y, low->width, y->width - low->width);
    return word_concat(graph, parts, 2);
}

static struct word *disjoint_either(struct word_graph *graph, struct word *x, struct word *y)
{
    struct word *narrow_x = x->op == WORD_ZEXT ? x->operands[0] : x;
    struct word *narrow_y = y->op == WORD_ZEXT ? y->operands[0] : y;
    struct word *result = NULL;

    if (narrow_y->op == WORD_CONCAT && used_bits(x) <= narrow_y->width)
        result = disjoint(graph, word_extract(graph, x, 0, narrow_y->width), narrow_y);
    if (result == NULL && narrow_x->op == WORD_CONCAT && used_bits(y) <= narrow_x->width)
        result = disjoint(graph, word_extract(graph, y, 0, narrow_x->width), narrow_x);
    return result == NULL ? NULL : word_resize(graph, result, x->width, false);
}

static struct word *bitwise(struct word_graph *graph, enum word_op op, struct word *x,
                            struct word *y)
{
    uint32_t n = x->width;
    struct word *result = NULL;

    if (x == y) return op == WORD_XOR ? word_const(graph, n, 0) : x;
    if (is_inverse(x, y)) {
        struct word *zero = word_const(graph, n, 0);

        return op == WORD_AND ? zero : word_unary(graph, WORD_NOT, zero);
    }
    if (word_is_zero(y)) return op == WORD_AND ? y : x;
    if (word_is_ones(y))
        return op == WORD_AND ? x : op == WORD_OR ? y : word_unary(graph, WORD_NOT, x);
    if (op == WORD_AND && word_is_const(y)) result = and_const(graph, x, y);
    if (op == WORD_OR) result = rotation(graph, x, y);
    if (op == WORD_OR && result == NULL) result = rotation(graph, y, x);
    if (op != WORD_AND && result == NULL) result = disjoint_either(graph, x, y);
    if (op != WORD_AND && result == NULL) result = logic_join(graph, op, x, y);
    return result != NULL ? result : make(graph, op, n, x, y, NULL);
}

/* ----------------------------------------------------------------------------------- shifts -- */

struct word *word_shift_const(struct word_graph *graph, enum word_op op, struct word *x,
                              uint32_t amount)
{
    uint32_t n = x->width;
    struct word *parts[2];

    if (amount == 0) return x;
    if (op == WORD_LSHR || op == WORD_ASHR)
        return word_resize(graph, word_extract(graph, x, amount, n - amount), n, op == WORD_ASHR);
    parts[1] = word_extract(graph, x, 0, n - amount);
    parts[0] =
        op == WORD_SHL ? word_const(graph, amount, 0) : word_extract(graph, x, n - amount, amount);
    return word_concat(graph, parts, 2);
}

/* The low n bits of a shift amount, by way of a difference that rotation() looks for. */
static struct word *truncate_amount(struct word_graph *graph, struct word *y, uint32_t n)
{
    struct word *low = word_resize(graph, y, n, false), *sum, **operands, *last;

    if (!graph->fold || low->op != WORD_EXTRACT || low->immediate != 0) return low;
    sum = low->operands[0];
    operands = sum->operands;
    if (sum->op == WORD_NEG)
        return word_unary(graph, WORD_NEG, word_extract(graph, operands[0], 0, n));
    if (sum->op != WORD_ADD && sum->op != WORD_SUB) return low;
    last = word_extract(graph, operands[1], 0, n);
    return word_binary(graph, sum->op, word_extract(graph, operands[0], 0, n), last);
}

/* The amount modulo the width, in as few bits as hold it. */
static struct word *shift_amount(struct word_graph *graph, struct word *y, uint32_t n)
{
    uint32_t need = log2_ceil(n), wide = y->width > 32 ? y->width : 32;

    if ((n & (n - 1)) == 0) return truncate_amount(graph, y, need);
    y = word_resize(graph, y, wide, false);
    y = word_binary(graph, WORD_UREM, y, word_const(graph, wide, n));
    return word_resize(graph, y, need, false);
}

static struct word *shift(struct word_graph *graph, enum word_op op, struct word *x, struct word *y)
{
    if (x->width == 1) return x;
    y = shift_amount(graph, y, x->width);
    if (word_is_const(y)) return word_shift_const(graph, op, x, (uint32_t)y->bits[0]);
    if (word_is_zero(x) || (op == WORD_ASHR && word_is_ones(x))) return x;
    if (op == WORD_ASHR && x->zeros > 0) op = WORD_LSHR;
    return make(graph, op, x->width, x, y, NULL);
}

/* ------------------------------------------------------------------------------- comparisons -- */

static struct word *equal(struct word_graph *graph, struct word *x, struct word *y)
{
    uint32_t a = used_bits(x), b = used_bits(y), n = a > b ? a : b;
    uint32_t s = x->signs < y->signs ? x->signs : y->signs;

    if (x == y) return word_const(graph, 1, 1);
    if (is_inverse(x, y)) return word_const(graph, 1, 0);
    if (word_is_const(y) && bits_len(y->bits, y->width) > a) return word_const(graph, 1, 0);
    if (x->width == 1 && word_is_const(y))
        return word_is_zero(y) ? word_unary(graph, WORD_NOT, x) : x;
    if (x->width - s + 1 < n) n = x->width - s + 1;
    if (n == 0) return word_const(graph, 1, 1);
    if (n < x->width) {
        y = word_extract(graph, y, 0, n);
        return equal(graph, word_extract(graph, x, 0, n), y);
    }
    return make(graph, WORD_EQ, 1, x, y, NULL);
}

/* The carry out of the sum of which x is the low part, y being one of its terms; else NULL. */
static struct word *carry_out(struct word_graph *graph, struct word *x, const struct word *y)
{
    uint32_t n = y->width;
    struct word *sum = x->op == WORD_EXTRACT && x->immediate == 0 ? x->operands[0] : x, *a, *b;

    if (sum->op != WORD_ADD || n == MAX_WORD_BITS) return NULL;
    a = sum->operands[0];
    b = sum->operands[1];
    if (word_extract(graph, a, 0, n) != y && word_extract(graph, b, 0, n) != y) return NULL;
    if (sum->width > n && (used_bits(a) > n || used_bits(b) > n)) return NULL;
    if (word_is_const(b) && sum == x)
        return word_not(graph, word_binary(graph, WORD_ULT, a, word_unary(graph, WORD_NEG, b)));
    if (sum == x) {
        a = word_resize(graph, a, n + 1, false);
        sum = word_binary(graph, WORD_ADD, a, word_resize(graph, b, n + 1, false));
    }
    return word_extract(graph, sum, n, 1);
}

/* x < y where one is made from the other, as programs ask for a carry or a borrow; else NULL. */
static struct word *overflow(struct word_graph *graph, struct word *x, struct word *y)
{
    if (y->op == WORD_SUB && y->operands[0] == x)
        return word_binary(graph, WORD_ULT, x, y->operands[1]);
    if (y->op == WORD_ADD && y->operands[0] == x && word_is_const(y->operands[1]))
        return word_binary(graph, WORD_ULT, x, word_unary(graph, WORD_NEG, y->operands[1]));
    return carry_out(graph, x, y);
}

static struct word *less(struct word_graph *graph, enum word_op op, struct word *x, struct word *y)
{
    struct word *result;
    struct word *operands[2] = {x, y};
    uint32_t a = used_bits(x), b = used_bits(y), n = a > b ? a : b;
    uint32_t s = x->signs < y->signs ? x->signs : y->signs;

    if (x == y) return word_const(graph, 1, 0);
    if (op == WORD_SLT && x->zeros > 0 && y->zeros > 0) op = WORD_ULT;
    if (op == WORD_ULT && word_is_zero(y)) return word_const(graph, 1, 0);
    if (op == WORD_ULT && x->width <= 64 && word_is_const(y) && x->max < y->bits[0])
        return word_const(graph, 1, 1);
    if (op == WORD_ULT && x->width <= 64 && word_is_const(x) && y->max <= x->bits[0])
        return word_const(graph, 1, 0);
    if (op == WORD_SLT && word_is_zero(y)) return word_extract(graph, x, x->width - 1, 1);
    if (op == WORD_SLT) n = x->width - s + 1;
    if (n > 0 && n < x->width) {
        y = word_extract(graph, y, 0, n);
        return less(graph, op, word_extract(graph, x, 0, n), y);
    }
    result = op == WORD_ULT ? overflow(graph, x, y) : NULL;
    if (result != NULL) return result;
    return node_new(graph, op, 1, operands, 2, op == WORD_ULT && bound_fits(x, y));
}

/* ------------------------------------------------------------------------------ constructors -- */

struct word *word_unary(struct word_graph *graph, enum word_op op, struct word *x)
{
    if (graph->fold && (op == WORD_NOT || op == WORD_NEG) && x->op == op) return x->operands[0];
    if (graph->fold && op == WORD_NEG && x->width == 1) return x;
    if (graph->fold && op == WORD_ABS && x->zeros > 0) return x;
    return make(graph, op, x->width, x, NULL, NULL);
}

static bool commutes(enum word_op op)
{
    return op == WORD_AND || op == WORD_OR || op == WORD_XOR || op == WORD_ADD || op == WORD_MUL ||
           op == WORD_EQ || op == WORD_FADD || op == WORD_FMUL || op == WORD_FEQ ||
           op == WORD_FMIN || op == WORD_FMAX;
}

static uint32_t result_width(enum word_op op, const struct word *x)
{
    switch (op) {
    case WORD_EQ:
    case WORD_ULT:
    case WORD_SLT:
    case WORD_FEQ:
    case WORD_FLT:
    case WORD_FLE: return 1;
    default: return x->width;
    }
}

struct word *word_binary(struct word_graph *graph, enum word_op op, struct word *x, struct word *y)
{
    /* Shifts first: even without folding their invariants hold. */
    if (op == WORD_SHL || op == WORD_LSHR || op == WORD_ASHR || op == WORD_ROTL)
        return shift(graph, op, x, y);
    if (word_is_const(x) && word_is_const(y))
        return make(graph, op, result_width(op, x), x, y, NULL);
    /* One order for operands that commute: the older first, a constant last. */
    if (commutes(op) && (word_is_const(x) || (!word_is_const(y) && y->id < x->id))) {
        struct word *older = y;

        y = x;
        x = older;
    }
    if (!graph->fold) return make(graph, op, result_width(op, x), x, y, NULL);
    switch (op) {
    case WORD_AND:
    case WORD_OR:
    case WORD_XOR: return bitwise(graph, op, x, y);
    case WORD_ADD: return add(graph, x, y);
    case WORD_SUB: return subtract(graph, x, y);
    case WORD_MUL: return multiply(graph, x, y);
    case WORD_UDIV:
    case WORD_UREM: return divide_unsigned(graph, op, x, y);
    case WORD_SDIV:
    case WORD_SREM: return divide_signed(graph, op, x, y);
    case WORD_EQ: return equal(graph, x, y);
    case WORD_ULT:
    case WORD_SLT: return less(graph, op, x, y);
    default: return make(graph, op, result_width(op, x), x, y, NULL);
    }
}

/* c ? x : y for single bits, where one of x and y is constant or depends on c. */
static struct word *mux_bit(struct word_graph *graph, struct word *c, struct word *x,
                            struct word *y)
{
    if (word_is_const(x)) {
        if (!word_is_zero(x)) return word_or(graph, c, y);
        return word_and(graph, word_not(graph, c), y);
    }
    if (word_is_const(y)) {
        if (word_is_zero(y)) return word_and(graph, c, x);
        return word_or(graph, word_not(graph, c), x);
    }
    if (x == c) return word_or(graph, c, y);
    if (y == c) return word_and(graph, c, x);
    if (is_inverse(x, y)) return word_not(graph, word_binary(graph, WORD_XOR, c, x));
    return NULL;
}

/* A write under a condition that is one of the bits of a DECODE: the condition joins its enable. */
static struct word *enable_with(struct word_graph *graph, struct word *bit, struct word *c)
{
    struct word *decode;

    if (bit->op != WORD_EXTRACT || bit->operands[0]->op != WORD_DECODE) return NULL;
    decode = bit->operands[0];
    decode = word_decode(graph, decode->operands[0], word_and(graph, decode->operands[1], c),
                         decode->width);
    return word_extract(graph, decode, (uint32_t)bit->immediate, 1);
}

/* Nested choices that share an outcome need one multiplexer and one AND. */
static struct word *mux_nested(struct word_graph *graph, struct word *c, struct word *x,
                               struct word *y)
{
    struct word *both;

    if (x->op == WORD_MUX && x->operands[0] == c) return word_mux(graph, c, x->operands[1], y);
    if (y->op == WORD_MUX && y->operands[0] == c) return word_mux(graph, c, x, y->operands[2]);
    if (x->op == WORD_MUX && is_inverse(x->operands[0], c))
        return word_mux(graph, c, x->operands[2], y);
    if (y->op == WORD_MUX && is_inverse(y->operands[0], c))
        return word_mux(graph, c, x, y->operands[1]);
    if (x->op == WORD_MUX && x->operands[2] == y) {
        both = enable_with(graph, x->operands[0], c);
        if (both == NULL) both = word_and(graph, c, x->operands[0]);
        return word_mux(graph, both, x->operands[1], y);
    }
    if (x->op == WORD_MUX && x->operands[1] == y)
        return word_mux(graph, word_and(graph, c, word_not(graph, x->operands[0])), x->operands[2],
                        y);
    if (y->op == WORD_MUX && y->operands[1] == x)
        return word_mux(graph, word_or(graph, c, y->operands[0]), x, y->operands[2]);
    if (y->op == WORD_MUX && y->operands[2] == x)
        return word_mux(graph, word_or(graph, c, word_not(graph, y->operands[0])), x,
                        y->operands[1]);
    return NULL;
}

/* The comparison the other way round where x and y are what is compared, so that it does not matter
 * which of equals is taken: for a minimum beside a maximum. NULL when nobody made it yet. */
static struct word *reversed(struct word_graph *graph, const struct word *c, const struct word *x,
                             const struct word *y)
{
    struct word *operands[2];

    if (c->op != WORD_ULT && c->op != WORD_SLT) return NULL;
    if ((c->operands[0] != x || c->operands[1] != y) &&
        (c->operands[0] != y || c->operands[1] != x))
        return NULL;
    operands[0] = c->operands[1];
    operands[1] = c->operands[0];
    return node_find(graph,
                     (struct word){.op = c->op, .width = 1, .operands = operands, .n_operands = 2});
}

/* A choice that its condition bounds, in no more bits than it needs; NULL when nothing is known. */
static struct word *mux_bounded(struct word_graph *graph, struct word *c, struct word *x,
                                struct word *y)
{
    struct word_choice_bound bound;
    struct word *result;
    uint32_t n;

    if (c->op != WORD_ULT || !bound_choice(graph, &bound, c, x, y)) return NULL;
    n = bound.max == 0 ? 1 : 64 - (uint32_t)__builtin_clzll(bound.max);
    if (n > used_bits(x) && n > used_bits(y))
        n = used_bits(x) > used_bits(y) ? used_bits(x) : used_bits(y);
    if (n == 0) return NULL;
    y = word_extract(graph, y, 0, n);
    result = make(graph, WORD_MUX, n, c, word_extract(graph, x, 0, n), y);
    node_set_bound(result, bound);
    return word_resize(graph, result, x->width, false);
}

struct word *word_mux(struct word_graph *graph, struct word *c, struct word *x, struct word *y)
{
    struct word *result = NULL, *other;

    if (x == y) return x;
    if (word_is_const(c)) return word_is_zero(c) ? y : x;
    if (!graph->fold) return make(graph, WORD_MUX, x->width, c, x, y);
    if (c->op == WORD_NOT) return word_mux(graph, c->operands[0], y, x);
    other = reversed(graph, c, x, y);
    if (other != NULL && other->id < c->id) return word_mux(graph, other, y, x);
    if (x->width == 1) result = mux_bit(graph, c, x, y);
    if (result == NULL) result = mux_nested(graph, c, x, y);
    if (result == NULL) result = pieces_mux(graph, c, x, y);
    if (result == NULL) result = mux_bounded(graph, c, x, y);
    if (result == NULL && x->zeros > 0 && y->zeros > 0) {
        uint32_t a = used_bits(x), b = used_bits(y), n = a > b ? a : b;

        if (n == 0) return word_const(graph, x->width, 0);
        other = word_extract(graph, y, 0, n);
        result = word_mux(graph, c, word_extract(graph, x, 0, n), other);
        result = word_resize(graph, result, x->width, false);
    }
    return result != NULL ? result : make(graph, WORD_MUX, x->width, c, x, y);
}

struct word *word_nonzero(struct word_graph *graph, struct word *x)
{
    return word_not(graph, word_binary(graph, WORD_EQ, x, word_const(graph, x->width, 0)));
}

/* Counting ignores zeros above: those of CLZ are added, CTZ of 0 is the full width. */
static struct word *count(struct word_graph *graph, enum word_op op, struct word *x, uint32_t width)
{
    uint32_t need = 64 - (uint32_t)__builtin_clzll(x->width);
    struct word *result;

    if (op == WORD_POPCOUNT && x->zeros > 0 && used_bits(x) > 0)
        return word_convert(graph, op, word_extract(graph, x, 0, used_bits(x)), width);
    result = make(graph, op, need < width ? need : width, x, NULL, NULL);
    return word_resize(graph, result, width, false);
}

/* The floor of the root of an unsigned word in width bits, NULL when they do not hold it. */
static struct word *root_of(struct word_graph *graph, struct word *x, uint32_t width)
{
    uint32_t n = (used_bits(x) + 1) / 2;

    if (n == 0 || n > width) return NULL;
    x = word_extract(graph, x, 0, used_bits(x));
    return word_resize(graph, make(graph, WORD_ROOT, n, x, NULL, NULL), width, false);
}

/* The integer square root that (unsigned)sqrt((double)x) is. With m bits of mantissa and x below
 * 2^m, x is exact, and if x < n^2 then n - sqrt(x) > 1 / (2n), which is more than half the distance
 * from n to the next float below it: the root is not rounded up to n. Of a negative x it is a NaN,
 * which gives 0. */
static struct word *integer_root(struct word_graph *graph, enum word_op op, const struct word *root,
                                 uint32_t width)
{
    struct word *from, *x, *result, *sign;
    uint32_t n_exact;

    if ((op != WORD_TOUINT && op != WORD_TOSINT) || root->op != WORD_FSQRT) return NULL;
    from = root->operands[0];
    if (from->op == WORD_FTOF && from->width == 64) from = from->operands[0];
    if (from->op != WORD_FROMUINT && from->op != WORD_FROMSINT) return NULL;
    x = from->operands[0];
    n_exact = from->width == 64 ? 52 : 23;
    if (op == WORD_TOSINT) width--;
    if (from->op == WORD_FROMUINT) {
        result = used_bits(x) > n_exact ? NULL : root_of(graph, x, width);
    } else {
        if (x->width - x->signs > n_exact || x->width == x->signs) return NULL;
        sign = word_extract(graph, x, x->width - 1, 1);
        result = root_of(graph, word_extract(graph, x, 0, x->width - x->signs), width);
        if (result != NULL) result = word_mux(graph, sign, word_const(graph, width, 0), result);
    }
    if (result == NULL || op == WORD_TOUINT) return result;
    return word_resize(graph, result, width + 1, false);
}

struct word *word_convert(struct word_graph *graph, enum word_op op, struct word *x, uint32_t width)
{
    struct word *result = NULL;

    if (op == WORD_FTOF && x->width == width) return x;
    if (graph->fold && (op == WORD_POPCOUNT || op == WORD_CLZ || op == WORD_CTZ))
        return count(graph, op, x, width);
    if (op == WORD_FROMSINT && x->zeros > 0) op = WORD_FROMUINT;
    if (graph->fold) result = integer_root(graph, op, x, width);
    if (result != NULL) return result;
    return make(graph, op, width, x, NULL, NULL);
}
