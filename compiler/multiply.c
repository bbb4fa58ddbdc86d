/*
 * Multiplication. Karatsuba's step in its subtractive form: with a = a0 + 2^h a1, b likewise,
 *   ab = z0 + 2^h (z0 + z2 - (a0 - a1)(b0 - b1)) + 2^2h z2,  z0 = a0 b0,  z2 = a1 b1,
 * where the sum of z0's high and z2's low half occurs twice and is made once.
 */
#include "compiler/multiply.h"

#include "compiler/arith.h"

#include <string.h>

#define MIN_SPLIT_LOW 20 /* shortest product modulo 2^n that is split in three */
#define MIN_SPLIT_SQUARE 14
#define MIN_SPLIT_LOW_SQUARE 40

static bool is_split(uint32_t n)
{
    return n == 10 || n >= 12;
}

/* ------------------------------------------------------------------------------- short words -- */

static void add_partial_products(struct columns *columns, uint32_t shift, const literal *a,
                                 uint32_t a_n, const literal *b, uint32_t b_n)
{
    for (uint32_t i = 0; i < a_n; i++)
        for (uint32_t j = 0; j < b_n && shift + i + j < columns->n; j++)
            columns_add_bit(columns, shift + i + j, graph_and(columns->graph, a[i], b[j]));
}

/* a_i a_j + a_j a_i = 2 a_i a_j and a_i a_i = a_i. */
static void add_folded_square(struct columns *columns, uint32_t shift, const literal *a, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        columns_add_bit(columns, shift + 2 * i, a[i]);
        for (uint32_t j = i + 1; j < n && shift + i + j + 1 < columns->n; j++)
            columns_add_bit(columns, shift + i + j + 1, graph_and(columns->graph, a[i], a[j]));
    }
}

/* Signed digits of a constant (Reitwiesner 1960): a run of ones is a difference of two powers. */
static void add_constant_multiple(struct columns *columns, uint32_t shift, const literal *constant,
                                  uint32_t constant_n, const literal *a, uint32_t n)
{
    uint32_t carry = 0;

    for (uint32_t i = 0; i <= constant_n; i++) {
        uint32_t bit = i < constant_n ? constant[i] : 0;
        uint32_t next = i + 1 < constant_n ? constant[i + 1] : 0;
        uint32_t sum = bit + carry;

        if (shift + i >= columns->n) return;
        carry = sum + next >= 2;
        if ((sum & 1) == 0) continue;
        if (next == 1) columns_subtract_word(columns, shift + i, a, n);
        else columns_add_word(columns, shift + i, a, n);
    }
}

/* -------------------------------------------------------------------------- Karatsuba's step -- */

/* difference = |x - y| of n bits; returns whether x < y. */
static literal absolute_difference(struct graph *graph, literal *difference, const literal *x,
                                   const literal *y, uint32_t n)
{
    literal below = arith_subtract_borrow(graph, difference, x, y, n);

    arith_negate_if(graph, difference, below, difference, n);
    return below;
}

/* The carry into the top part of the product is what the columns below overflow with (0 to 3, in
 * two bits), less one when the middle product was taken away; it is never negative. */
static void add_top_carry(struct graph *graph, literal *top, const literal *z2_high,
                          const literal *overflow, literal negative, uint32_t n)
{
    struct scratch_mark mark = graph_scratch_mark(graph);
    literal *carry = graph_scratch(graph, n + 2);

    carry[0] = graph_xor(graph, overflow[0], negative);
    carry[1] = graph_xor(graph, overflow[1], graph_and(graph, negative, lit_not(overflow[0])));
    arith_add(graph, top, z2_high, carry, LIT_FALSE, n);
    graph_scratch_release(graph, mark);
}

/* Puts the three products (of 2h, 2h and 2(n - h) bits) together to 2n bits; negative tells that
 * the middle one is taken away. */
static void join(struct graph *graph, literal *product, const literal *z0, const literal *middle,
                 literal negative, const literal *z2, uint32_t n)
{
    uint32_t h = (n + 1) / 2, z2_n = 2 * (n - h), low_n = z2_n < h ? z2_n : h;
    struct scratch_mark mark = graph_scratch_mark(graph);
    literal *shared = graph_scratch(graph, h + 1), *z2_low = graph_scratch(graph, h);
    literal *sum = graph_scratch(graph, 2 * h + 2);
    struct columns columns;

    word_bits_copy(z2_low, z2, low_n);
    shared[h] = arith_add_carry(graph, shared, z0 + h, z2_low, LIT_FALSE, h);
    columns_init(&columns, graph, 2 * h + 2);
    columns_add_word(&columns, 0, shared, h + 1);
    columns_add_word(&columns, h, shared, h + 1);
    columns_add_word(&columns, 0, z0, h);
    columns_add_word(&columns, h, z2 + low_n, z2_n - low_n);
    for (uint32_t i = 0; i < 2 * h; i++)
        columns_add_bit(&columns, i, graph_xor(graph, middle[i], negative));
    columns_add_bit(&columns, 0, negative);
    columns_finish(&columns, sum);
    add_top_carry(graph, product + 3 * h, z2 + low_n, sum + 2 * h, negative, z2_n - low_n);
    word_bits_copy(product, z0, h);
    word_bits_copy(product + h, sum, 2 * h);
    graph_scratch_release(graph, mark);
}

static void split_product(struct graph *graph, literal *product, const literal *a, const literal *b,
                          uint32_t n)
{
    uint32_t h = (n + 1) / 2;
    struct scratch_mark mark = graph_scratch_mark(graph);
    literal *z0 = graph_scratch(graph, 2 * h), *z2 = graph_scratch(graph, 2 * h);
    literal *middle = graph_scratch(graph, 2 * h), *high = graph_scratch(graph, h);
    literal *x = graph_scratch(graph, h), *y = graph_scratch(graph, h), x_below, y_below;

    multiply_full(graph, z0, a, b, h);
    multiply_full(graph, z2, a + h, b + h, n - h);
    word_bits_copy(high, a + h, n - h);
    x_below = absolute_difference(graph, x, a, high, h);
    word_bits_copy(high, b + h, n - h);
    y_below = absolute_difference(graph, y, b, high, h);
    multiply_full(graph, middle, x, y, h);
    join(graph, product, z0, middle, lit_not(graph_xor(graph, x_below, y_below)), z2, n);
    graph_scratch_release(graph, mark);
}

static void split_square(struct graph *graph, literal *square, const literal *a, uint32_t n)
{
    uint32_t h = (n + 1) / 2;
    struct scratch_mark mark = graph_scratch_mark(graph);
    literal *z0 = graph_scratch(graph, 2 * h), *z2 = graph_scratch(graph, 2 * h);
    literal *middle = graph_scratch(graph, 2 * h), *high = graph_scratch(graph, h);

    multiply_square(graph, z0, a, h);
    multiply_square(graph, z2, a + h, n - h);
    word_bits_copy(high, a + h, n - h);
    absolute_difference(graph, high, a, high, h);
    multiply_square(graph, middle, high, h);
    join(graph, square, z0, middle, LIT_TRUE, z2, n);
    graph_scratch_release(graph, mark);
}

void multiply_full(struct graph *graph, literal *product, const literal *a, const literal *b,
                   uint32_t n)
{
    struct scratch_mark mark = graph_scratch_mark(graph);
    struct columns columns;

    if (is_split(n)) {
        split_product(graph, product, a, b, n);
        return;
    }
    columns_init(&columns, graph, 2 * n);
    add_partial_products(&columns, 0, a, n, b, n);
    columns_finish(&columns, product);
    graph_scratch_release(graph, mark);
}

void multiply_square(struct graph *graph, literal *square, const literal *a, uint32_t n)
{
    struct scratch_mark mark = graph_scratch_mark(graph);
    struct columns columns;

    if (n >= MIN_SPLIT_SQUARE) {
        split_square(graph, square, a, n);
        return;
    }
    columns_init(&columns, graph, 2 * n);
    add_folded_square(&columns, 0, a, n);
    columns_finish(&columns, square);
    graph_scratch_release(graph, mark);
}

/* ------------------------------------------------------------------------------- any product -- */

static void add_product(struct columns *columns, uint32_t shift, const literal *a, uint32_t a_n,
                        const literal *b, uint32_t b_n);

static void add_full_product(struct columns *columns, uint32_t shift, const literal *a,
                             const literal *b, uint32_t n)
{
    struct scratch_mark mark = graph_scratch_mark(columns->graph);
    literal *product = graph_scratch(columns->graph, 2 * n);

    if (memcmp(a, b, n * sizeof *a) == 0) multiply_square(columns->graph, product, a, n);
    else multiply_full(columns->graph, product, a, b, n);
    columns_add_word(columns, shift, product, 2 * n);
    graph_scratch_release(columns->graph, mark);
}

/* Where a product modulo 2^n is split: a little above the middle (Mulders 2000), where the part
 * that is made in full splits well itself. */
static uint32_t low_split(uint32_t n)
{
    uint32_t step = n < 40 ? 2 : 4;

    return (n * 9 / 16 + step - 1) / step * step;
}

/* Modulo 2^room: the low parts in full, and the two crossed products modulo 2^(room - h). */
static void add_low_product(struct columns *columns, uint32_t shift, const literal *a, uint32_t a_n,
                            const literal *b, uint32_t b_n)
{
    uint32_t h = low_split(columns->n - shift), n = a_n < b_n ? a_n : b_n;

    if (h > n) h = n;
    add_full_product(columns, shift, a, b, h);
    if (a_n == b_n && memcmp(a, b, a_n * sizeof *a) == 0) {
        add_product(columns, shift + h + 1, a + h, a_n - h, b, h);
    } else {
        add_product(columns, shift + h, a + h, a_n - h, b, h);
        add_product(columns, shift + h, a, h, b + h, b_n - h);
    }
    if (shift + 2 * h < columns->n)
        add_product(columns, shift + 2 * h, a + h, a_n - h, b + h, b_n - h);
}

static bool is_short(const struct columns *columns, uint32_t shift, uint32_t a_n, uint32_t b_n,
                     bool is_square)
{
    uint32_t room = columns->n - shift, n = a_n < b_n ? a_n : b_n;

    if (is_square) return a_n + b_n <= room ? n < MIN_SPLIT_SQUARE : room < MIN_SPLIT_LOW_SQUARE;
    return a_n + b_n <= room ? !is_split(n) : room < MIN_SPLIT_LOW || n < MIN_SPLIT_LOW / 2;
}

/* Two unsigned words without zeros at their ends. */
static void add_stripped_product(struct columns *columns, uint32_t shift, const literal *a,
                                 uint32_t a_n, const literal *b, uint32_t b_n)
{
    uint32_t n = a_n < b_n ? a_n : b_n;
    bool is_square = a_n == b_n && memcmp(a, b, n * sizeof *a) == 0;

    if (word_bits_are_constant(b, b_n)) add_constant_multiple(columns, shift, b, b_n, a, a_n);
    else if (word_bits_are_constant(a, a_n)) add_constant_multiple(columns, shift, a, a_n, b, b_n);
    else if (is_short(columns, shift, a_n, b_n, is_square)) {
        if (is_square) add_folded_square(columns, shift, a, n);
        else add_partial_products(columns, shift, a, a_n, b, b_n);
    } else if (a_n + b_n > columns->n - shift) {
        add_low_product(columns, shift, a, a_n, b, b_n);
    } else {
        add_full_product(columns, shift, a, b, n);
        if (a_n > n) add_product(columns, shift + n, a + n, a_n - n, b, b_n);
        if (b_n > n) add_product(columns, shift + n, a, a_n, b + n, b_n - n);
    }
}

static void add_product(struct columns *columns, uint32_t shift, const literal *a, uint32_t a_n,
                        const literal *b, uint32_t b_n)
{
    while (a_n > 0 && a[0] == LIT_FALSE) a++, a_n--, shift++;
    while (b_n > 0 && b[0] == LIT_FALSE) b++, b_n--, shift++;
    if (shift >= columns->n) return;
    if (a_n > columns->n - shift) a_n = columns->n - shift;
    if (b_n > columns->n - shift) b_n = columns->n - shift;
    a_n = word_bits_significant(a, a_n);
    b_n = word_bits_significant(b, b_n);
    if (a_n > 0 && b_n > 0) add_stripped_product(columns, shift, a, a_n, b, b_n);
}

/* ----------------------------------------------------------------------------------- signed -- */

/* A word as an unsigned part of n bits, minus sign times 2^n. */
struct parts {
    uint32_t n;
    literal sign;
};

static struct parts split_sign(const literal *a, uint32_t n)
{
    struct parts parts = {.n = word_bits_significant_signed(a, n), .sign = LIT_FALSE};

    if (parts.n == n || word_bits_are_constant(a, n)) {
        parts.n = n;
        return parts;
    }
    parts.n--;
    parts.sign = a[parts.n];
    return parts;
}

/* Takes sign * b * 2^shift away, b = unsigned part - b_sign 2^b_n. */
static void subtract_signed_multiple(struct columns *columns, uint32_t shift, literal sign,
                                     const literal *b, struct parts parts)
{
    struct graph *graph = columns->graph;
    struct scratch_mark mark = graph_scratch_mark(graph);
    literal *multiple = graph_scratch(graph, parts.n);

    if (sign != LIT_FALSE) {
        arith_gate(graph, multiple, sign, b, parts.n);
        columns_subtract_word(columns, shift, multiple, parts.n);
        if (parts.sign != LIT_FALSE && shift + parts.n < columns->n)
            columns_add_bit(columns, shift + parts.n, graph_and(graph, sign, parts.sign));
    }
    graph_scratch_release(graph, mark);
}

void multiply_add(struct columns *columns, const literal *a, const literal *b)
{
    uint32_t n = columns->n;
    struct parts x = split_sign(a, n), y = split_sign(b, n);
    struct parts unsigned_y = {.n = y.n, .sign = LIT_FALSE};

    if (word_bits_are_constant(a, n) || word_bits_are_constant(b, n)) {
        x = y = unsigned_y = (struct parts){.n = n, .sign = LIT_FALSE};
    }
    add_product(columns, 0, a, x.n, b, y.n);
    subtract_signed_multiple(columns, y.n, y.sign, a, x);
    subtract_signed_multiple(columns, x.n, x.sign, b, unsigned_y);
}

void multiply(struct graph *graph, literal *product, const literal *a, const literal *b, uint32_t n)
{
    struct scratch_mark mark = graph_scratch_mark(graph);
    struct columns columns;

    columns_init(&columns, graph, n);
    multiply_add(&columns, a, b);
    columns_finish(&columns, product);
    graph_scratch_release(graph, mark);
}
