/*
 * Multiplication. A bit of one factor and a bit of the other are exclusive-ored, which is free, not
 * multiplied: as 2 xy = x + y - (x ^ y),
 *   2ab = (2^m - 1) a + (2^n - 1) b - sum of (a_i ^ b_j) 2^(i + j)
 * for n bits of a and m of b, and ANDs are spent on the additions alone. It is what a division
 * without restoring does: a row of bits is added or subtracted, never masked.
 *
 * Long factors are split by Karatsuba's step in its subtractive form: with a = a0 + 2^h a1, b
 * likewise,
 *   ab = z0 + 2^h (z0 + z2 - (a0 - a1)(b0 - b1)) + 2^2h z2,  z0 = a0 b0,  z2 = a1 b1,
 * where the sum of z0's high and z2's low half occurs twice and is made once.
 */
#include "compiler/multiply.h"

#include "compiler/arith.h"

#include <string.h>

/* The shortest factors that are split in three, and the shortest results modulo 2^n. */
#define MIN_SPLIT 28
#define MIN_SPLIT_LOW 76
#define MIN_SPLIT_SQUARE 40
#define MIN_SPLIT_LOW_SQUARE 112

/* A word, unsigned or in two's complement. */
struct factor {
    const literal *bits;
    uint32_t n;
    bool is_signed;
};

static bool is_square(struct factor x, struct factor y)
{
    return x.n == y.n && x.is_signed == y.is_signed &&
           memcmp(x.bits, y.bits, x.n * sizeof *x.bits) == 0;
}

static bool is_sign(struct factor x, uint32_t i)
{
    return x.is_signed && i + 1 == x.n;
}

/* ----------------------------------------------------------------------------- short factors -- */

static void add_weighted_bit(struct columns *columns, uint32_t shift, literal bit, bool is_negative)
{
    if (is_negative) columns_subtract_bit(columns, shift, bit);
    else columns_add_bit(columns, shift, bit);
}

static void add_partial_products(struct columns *columns, uint32_t shift, struct factor x,
                                 struct factor y)
{
    for (uint32_t i = 0; i < x.n; i++)
        for (uint32_t j = 0; j < y.n && shift + i + j < columns->n; j++)
            add_weighted_bit(columns, shift + i + j,
                             graph_and(columns->graph, x.bits[i], y.bits[j]),
                             is_sign(x, i) != is_sign(y, j));
}

/* x_i x_j + x_j x_i = 2 x_i x_j and x_i x_i = x_i. */
static void add_folded_square(struct columns *columns, uint32_t shift, struct factor x)
{
    for (uint32_t i = 0; i < x.n; i++) {
        columns_add_bit(columns, shift + 2 * i, x.bits[i]);
        for (uint32_t j = i + 1; j < x.n && shift + i + j + 1 < columns->n; j++)
            add_weighted_bit(columns, shift + i + j + 1,
                             graph_and(columns->graph, x.bits[i], x.bits[j]), is_sign(x, j));
    }
}

static uint32_t count_variable(struct factor x)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < x.n; i++) n += !lit_is_constant(x.bits[i]);
    return n;
}

/* Whether so few bits are not constant that an AND for each pair, and one to add it, is less than
 * the additions of all exclusive ors. */
static bool has_few_bits(struct factor x, struct factor y)
{
    uint64_t x_n = count_variable(x), y_n = count_variable(y);

    return 2 * x_n * y_n - (x_n > y_n ? x_n : y_n) < (uint64_t)x.n * y.n + x.n + y.n;
}

static void add_bitwise(struct columns *columns, uint32_t shift, struct factor x, struct factor y)
{
    if (is_square(x, y)) add_folded_square(columns, shift, x);
    else add_partial_products(columns, shift, x, y);
}

/* Signed digits of a constant (Reitwiesner 1960): a run of ones is a difference of two powers. */
static void add_constant_multiple(struct columns *columns, uint32_t shift, struct factor constant,
                                  struct factor x)
{
    uint32_t carry = 0;

    for (uint32_t i = 0; i <= constant.n; i++) {
        uint32_t bit = i < constant.n ? constant.bits[i] : 0;
        uint32_t next = i + 1 < constant.n ? constant.bits[i + 1] : 0;
        uint32_t sum = bit + carry;

        if (shift + i >= columns->n) return;
        carry = sum + next >= 2;
        if ((sum & 1) == 0) continue;
        if (next == 1) columns_subtract_word(columns, shift + i, x.bits, x.n);
        else columns_add_word(columns, shift + i, x.bits, x.n);
    }
}

/* ----------------------------------------------------------------------------- exclusive ors -- */

/* The word less the least of its kind, as an unsigned one: of a signed word the top bit is
 * complemented, which adds 2^(n - 1). */
static struct factor from_lowest(struct graph *graph, struct factor x)
{
    literal *bits;

    if (!x.is_signed) return x;
    bits = graph_scratch(graph, x.n);
    word_bits_copy(bits, x.bits, x.n);
    bits[x.n - 1] = lit_not(bits[x.n - 1]);
    return (struct factor){.bits = bits, .n = x.n};
}

static void add_weighted_word(struct columns *columns, uint32_t shift, const literal *a, uint32_t n,
                              bool is_negative)
{
    if (is_negative) columns_subtract_word(columns, shift, a, n);
    else columns_add_word(columns, shift, a, n);
}

/* Adds (2^m - 1) a + (2^n - 1) b, m being the bits of b, less 2^m a when b is signed, and 2^n b
 * when a is; or takes all that away. */
static void add_multiples(struct columns *columns, struct factor x, const literal *a,
                          struct factor y, const literal *b, bool is_negative)
{
    struct graph *graph = columns->graph;

    if (!x.is_signed && !y.is_signed && x.n == y.n && x.n + 1 < columns->n) {
        literal *sum = graph_scratch(graph, x.n + 1);

        sum[x.n] = arith_add_carry(graph, sum, a, b, LIT_FALSE, x.n);
        add_weighted_word(columns, 0, sum, x.n + 1, !is_negative);
        add_weighted_word(columns, x.n, sum, x.n + 1, is_negative);
        return;
    }
    add_weighted_word(columns, 0, a, x.n, !is_negative);
    add_weighted_word(columns, 0, b, y.n, !is_negative);
    if (!y.is_signed) add_weighted_word(columns, y.n, a, x.n, is_negative);
    if (!x.is_signed) add_weighted_word(columns, x.n, b, y.n, is_negative);
}

/* Twice the product, or its negative; signed factors, a - 2^(n - 1) and b - 2^(m - 1), take off
 * 2^m a and 2^n b and add 2^(n + m - 1) when both are. */
static void multiply_words(struct graph *graph, literal *product, uint32_t n, struct factor x,
                           struct factor y, bool is_negative)
{
    struct scratch_mark mark = graph_scratch_mark(graph);
    const literal *a = from_lowest(graph, x).bits, *b = from_lowest(graph, y).bits;
    literal *twice = graph_scratch(graph, n + 1);
    struct columns columns;

    columns_init(&columns, graph, n + 1);
    for (uint32_t i = 0; i < x.n; i++)
        for (uint32_t j = 0; j < y.n && i + j <= n; j++)
            add_weighted_bit(&columns, i + j, graph_xor(graph, a[i], b[j]), !is_negative);
    add_multiples(&columns, x, a, y, b, is_negative);
    if (x.is_signed && y.is_signed)
        add_weighted_bit(&columns, x.n + y.n - 1, LIT_TRUE, is_negative);
    columns_finish(&columns, twice);
    word_bits_copy(product, twice + 1, n);
    graph_scratch_release(graph, mark);
}

/* A pair of bits occurs twice, so that all can be halved:
 * a^2 = (2^n - 1) a - sum of (a_i ^ a_j) 2^(i + j) for i < j. */
static void square_word(struct graph *graph, literal *square, uint32_t n, struct factor x,
                        bool is_negative)
{
    struct scratch_mark mark = graph_scratch_mark(graph);
    const literal *a = from_lowest(graph, x).bits;
    struct columns columns;

    columns_init(&columns, graph, n);
    for (uint32_t i = 0; i < x.n; i++)
        for (uint32_t j = i + 1; j < x.n && i + j < n; j++)
            add_weighted_bit(&columns, i + j, graph_xor(graph, a[i], a[j]), !is_negative);
    add_weighted_word(&columns, 0, a, x.n, !is_negative);
    if (!x.is_signed) add_weighted_word(&columns, x.n, a, x.n, is_negative);
    else add_weighted_bit(&columns, 2 * x.n - 2, LIT_TRUE, is_negative);
    columns_finish(&columns, square);
    graph_scratch_release(graph, mark);
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

/* ------------------------------------------------------------------------------- any product -- */

static void make_product(struct graph *graph, literal *product, uint32_t n, struct factor x,
                         struct factor y);
static void add_product(struct columns *columns, uint32_t shift, struct factor x, struct factor y,
                        bool is_alone);

static struct factor part(struct factor x, uint32_t first, uint32_t n)
{
    return (struct factor){.bits = x.bits + first, .n = n};
}

/* Unsigned x and y in full: as many bits as the shorter one has are multiplied by Karatsuba's step.
 */
static void add_full_product(struct columns *columns, struct factor x, struct factor y)
{
    uint32_t n = x.n < y.n ? x.n : y.n;
    struct scratch_mark mark = graph_scratch_mark(columns->graph);
    literal *product = graph_scratch(columns->graph, 2 * n);

    if (is_square(x, y)) split_square(columns->graph, product, x.bits, n);
    else split_product(columns->graph, product, x.bits, y.bits, n);
    columns_add_word(columns, 0, product, 2 * n);
    graph_scratch_release(columns->graph, mark);
    if (x.n > n) add_product(columns, n, part(x, n, x.n - n), y, false);
    if (y.n > n) add_product(columns, n, x, part(y, n, y.n - n), false);
}

/* Where a product modulo 2^n is split: a little above the middle (Mulders 2000), where the part
 * that is made in full splits well itself. */
static uint32_t low_split(uint32_t n)
{
    return (n * 9 / 16 + 3) / 4 * 4;
}

/* Modulo 2^n: the low parts in full, and the two crossed products modulo 2^(n - h). */
static void add_low_product(struct columns *columns, struct factor x, struct factor y)
{
    uint32_t h = low_split(columns->n), n = x.n < y.n ? x.n : y.n;
    struct scratch_mark mark = graph_scratch_mark(columns->graph);
    struct factor x_low, y_low, x_high, y_high;
    literal *full;

    if (h > n) h = n;
    x_low = part(x, 0, h);
    y_low = part(y, 0, h);
    x_high = part(x, h, x.n - h);
    y_high = part(y, h, y.n - h);
    full = graph_scratch(columns->graph, 2 * h);
    make_product(columns->graph, full, 2 * h, x_low, y_low);
    columns_add_word(columns, 0, full, 2 * h);
    graph_scratch_release(columns->graph, mark);
    if (is_square(x, y)) {
        add_product(columns, h + 1, x_high, y_low, false);
    } else {
        add_product(columns, h, x_high, y_low, false);
        add_product(columns, h, x_low, y_high, false);
    }
    add_product(columns, 2 * h, x_high, y_high, false);
}

/* Whether all but the highest bit, at most, is wanted. */
static bool is_full(uint32_t n, struct factor x, struct factor y)
{
    return x.n + y.n <= n + 1;
}

static void multiply_split(struct graph *graph, literal *product, uint32_t n, struct factor x,
                           struct factor y)
{
    struct scratch_mark mark = graph_scratch_mark(graph);
    struct factor a = from_lowest(graph, x), b = from_lowest(graph, y);
    struct columns columns;

    columns_init(&columns, graph, n);
    if (is_full(n, x, y)) add_full_product(&columns, a, b);
    else add_low_product(&columns, a, b);
    if (y.is_signed) columns_subtract_word(&columns, y.n - 1, a.bits, a.n);
    if (x.is_signed) columns_subtract_word(&columns, x.n - 1, b.bits, b.n);
    if (x.is_signed && y.is_signed) columns_add_bit(&columns, x.n + y.n - 2, LIT_TRUE);
    columns_finish(&columns, product);
    graph_scratch_release(graph, mark);
}

static bool is_split(uint32_t n, struct factor x, struct factor y)
{
    uint32_t least = x.n < y.n ? x.n : y.n;

    if (is_square(x, y))
        return least >= MIN_SPLIT_SQUARE && (is_full(n, x, y) || n >= MIN_SPLIT_LOW_SQUARE);
    return least >= MIN_SPLIT && (is_full(n, x, y) || n >= MIN_SPLIT_LOW);
}

static void multiply_bits(struct graph *graph, literal *product, uint32_t n, struct factor x,
                          struct factor y)
{
    struct scratch_mark mark = graph_scratch_mark(graph);
    struct columns columns;

    columns_init(&columns, graph, n);
    add_bitwise(&columns, 0, x, y);
    columns_finish(&columns, product);
    graph_scratch_release(graph, mark);
}

/* product = the low n bits of x y, n being no more than it has. */
static void make_product(struct graph *graph, literal *product, uint32_t n, struct factor x,
                         struct factor y)
{
    if (has_few_bits(x, y)) multiply_bits(graph, product, n, x, y);
    else if (is_split(n, x, y)) multiply_split(graph, product, n, x, y);
    else if (is_square(x, y)) square_word(graph, product, n, x, false);
    else multiply_words(graph, product, n, x, y, false);
}

/* Modulo 2^n, factors of n bits take no constants to their negative, but carry one through the
 * product: where it is added to something, the negative is taken away. */
static bool has_cheap_negative(uint32_t n, struct factor x, struct factor y)
{
    return x.n == n && y.n == n && !has_few_bits(x, y) && !is_split(n, x, y);
}

static void subtract_negative(struct columns *columns, uint32_t shift, uint32_t n, struct factor x,
                              struct factor y)
{
    struct scratch_mark mark = graph_scratch_mark(columns->graph);
    literal *negative = graph_scratch(columns->graph, n);

    if (is_square(x, y)) square_word(columns->graph, negative, n, x, true);
    else multiply_words(columns->graph, negative, n, x, y, true);
    columns_subtract_word(columns, shift, negative, n);
    graph_scratch_release(columns->graph, mark);
}

void multiply_full(struct graph *graph, literal *product, const literal *a, const literal *b,
                   uint32_t n)
{
    make_product(graph, product, 2 * n, (struct factor){.bits = a, .n = n},
                 (struct factor){.bits = b, .n = n});
}

void multiply_square(struct graph *graph, literal *square, const literal *a, uint32_t n)
{
    struct factor x = {.bits = a, .n = n};

    make_product(graph, square, 2 * n, x, x);
}

/* Drops zeros at both ends of a word; returns how many there were at its low end. */
static uint32_t strip(struct factor *x)
{
    uint32_t n_low = 0;

    while (n_low < x->n && x->bits[n_low] == LIT_FALSE) n_low++;
    x->bits += n_low;
    x->n -= n_low;
    if (!x->is_signed) x->n = word_bits_significant(x->bits, x->n);
    return n_low;
}

static void truncate_to(struct factor *x, uint32_t n)
{
    if (x->n <= n) return;
    x->n = n;
    x->is_signed = false;
}

/* A square is not negative. */
static uint32_t bits_of_product(struct factor x, struct factor y)
{
    return x.n + y.n - (x.is_signed && is_square(x, y));
}

static void add_product(struct columns *columns, uint32_t shift, struct factor x, struct factor y,
                        bool is_alone)
{
    struct scratch_mark mark = graph_scratch_mark(columns->graph);
    literal *product;
    uint32_t n;

    shift += strip(&x) + strip(&y);
    if (shift >= columns->n) return;
    truncate_to(&x, columns->n - shift);
    truncate_to(&y, columns->n - shift);
    if (x.n == 0 || y.n == 0) return;
    if (word_bits_are_constant(x.bits, x.n)) {
        add_constant_multiple(columns, shift, x, y);
        return;
    }
    if (word_bits_are_constant(y.bits, y.n)) {
        add_constant_multiple(columns, shift, y, x);
        return;
    }
    if (has_few_bits(x, y)) {
        add_bitwise(columns, shift, x, y);
        return;
    }
    n = bits_of_product(x, y);
    if (n > columns->n - shift) n = columns->n - shift;
    if (!is_alone && has_cheap_negative(n, x, y)) {
        subtract_negative(columns, shift, n, x, y);
        return;
    }
    product = graph_scratch(columns->graph, n);
    make_product(columns->graph, product, n, x, y);
    if ((x.is_signed || y.is_signed) && !is_square(x, y))
        columns_add_signed(columns, shift, product, word_bits_significant_signed(product, n));
    else columns_add_word(columns, shift, product, n);
    graph_scratch_release(columns->graph, mark);
}

/* A word without copies of its sign. */
static struct factor factor_of(const literal *a, uint32_t n)
{
    uint32_t kept = word_bits_significant_signed(a, n);

    return (struct factor){.bits = a, .n = kept, .is_signed = kept < n && a[kept - 1] != LIT_FALSE};
}

static void add_any_product(struct columns *columns, const literal *a, const literal *b,
                            bool is_alone)
{
    uint32_t n = columns->n;
    struct factor x = factor_of(a, n), y = factor_of(b, n);

    if (word_bits_are_constant(a, n) || word_bits_are_constant(b, n)) {
        x = (struct factor){.bits = a, .n = n};
        y = (struct factor){.bits = b, .n = n};
    }
    add_product(columns, 0, x, y, is_alone);
}

void multiply_add(struct columns *columns, const literal *a, const literal *b)
{
    add_any_product(columns, a, b, false);
}

void multiply(struct graph *graph, literal *product, const literal *a, const literal *b, uint32_t n)
{
    struct scratch_mark mark = graph_scratch_mark(graph);
    struct columns columns;

    columns_init(&columns, graph, n);
    add_any_product(&columns, a, b, true);
    columns_finish(&columns, product);
    graph_scratch_release(graph, mark);
}
