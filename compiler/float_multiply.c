/*
 * Multiplication of floats, without normalising an operand: the product of the mantissas as they
 * are is shifted once, up by its leading zeros, or less far or down for a subnormal result.
 *
 * With m bits of mantissa the product has 2m + 2 bits. To go up only, it begins m + 2 places lower,
 * where it is below all that a result keeps.
 *
 * Where one operand is subnormal, the product has m + 1 leading zeros at most. Where both are, it
 * is far below the least subnormal.
 */
#include "compiler/float.h"

#include "compiler/arith.h"
#include "compiler/float_parts.h"
#include "compiler/multiply.h"
#include "compiler/shift.h"
#include "compiler/sums.h"

#define MAX_PRODUCT (2 * FLOAT_MAX_MANTISSA + 2)
#define MAX_AMOUNT_BITS 7

struct multiplication {
    struct graph *graph;
    struct float_format format;
    uint32_t amount_n; /* bits of an amount */
    struct float_parts x;
    struct float_parts y;
    literal x_zeros[MAX_AMOUNT_BITS]; /* trailing ones, see is_inexact() */
    literal y_zeros[MAX_AMOUNT_BITS];
    literal is_nan;
    literal is_special;                                   /* infinity or NaN */
    literal places[FLOAT_MAX_MANTISSA + 2 + MAX_PRODUCT]; /* the product, then zeros above it */
    literal field[FLOAT_MAX_EXPONENT + 2]; /* exponent - 1 of a normal result, negative if tiny */
    literal amount[MAX_AMOUNT_BITS];       /* by which the product goes up */
};

/* Where one operand is infinite or NaN, the result is NaN if one is NaN or zero. */
static void open_operands(struct multiplication *product, const literal *a, const literal *b)
{
    struct graph *graph = product->graph;
    uint32_t n = product->format.mantissa + 1, amount_n = product->amount_n;
    uint32_t beyond = (UINT32_C(1) << amount_n) - 2 * n;
    struct float_parts *x = &product->x, *y = &product->y;
    literal seen[FLOAT_MAX_MANTISSA + 1], x_special, y_special, spoils_x, spoils_y, spoils;

    float_unpack_seen(graph, x, seen, FLOAT_FROM_BOTTOM, a, product->format);
    float_count_zeros(graph, product->x_zeros, amount_n, seen, n, beyond);
    float_unpack_seen(graph, y, seen, FLOAT_FROM_BOTTOM, b, product->format);
    float_count_zeros(graph, product->y_zeros, amount_n, seen, n, 0);
    x_special = graph_xor(graph, x->is_infinite, x->is_nan);
    y_special = graph_xor(graph, y->is_infinite, y->is_nan);
    spoils_x = graph_xor(graph, x->is_zero, x->is_nan);
    spoils_y = graph_xor(graph, y->is_zero, y->is_nan);
    spoils = graph_or(graph, spoils_x, spoils_y);
    product->is_special = graph_or(graph, x_special, y_special);
    product->is_nan = graph_and(graph, product->is_special, spoils);
}

static void multiply_mantissas(struct multiplication *product)
{
    uint32_t n = product->format.mantissa + 1;
    literal x[MAX_PRODUCT] = {0}, y[MAX_PRODUCT] = {0};

    word_bits_copy(x, product->x.mantissa, n);
    word_bits_copy(y, product->y.mantissa, n);
    multiply(product->graph, product->places, x, y, 2 * n);
}

/* limit = the amount at which the exponent is that of the subnormals. */
static void find_limit(struct multiplication *product, literal *limit)
{
    struct graph *graph = product->graph;
    struct scratch_mark mark = graph_scratch_mark(graph);
    uint32_t e = product->format.exponent;
    uint64_t lower = product->format.mantissa + 2;
    literal constant[FLOAT_MAX_EXPONENT + 2];
    struct columns columns;

    columns_init(&columns, graph, e + 2);
    word_bits_constant(constant, lower - float_bias(product->format), e + 2);
    columns_add_word(&columns, 0, constant, e + 2);
    columns_add_word(&columns, 0, product->x.exponent, e);
    columns_add_word(&columns, 0, product->y.exponent, e);
    columns_finish(&columns, limit);
    graph_scratch_release(graph, mark);
}

/* count = the amount that brings the leading one to the top. If there is none among the m + 1
 * highest bits, it is the next one, or the product is zero or far too small. */
static void count_leading_zeros(struct multiplication *product, literal *count)
{
    struct graph *graph = product->graph;
    uint32_t m = product->format.mantissa;
    literal seen[FLOAT_MAX_MANTISSA + 2], any = LIT_FALSE;

    for (uint32_t i = 0; i <= m; i++)
        seen[i] = any = graph_or(graph, any, product->places[2 * m + 1 - i]);
    seen[m + 1] = LIT_TRUE;
    float_count_zeros(graph, count, product->amount_n, seen, m + 2, m + 2);
}

/* The amount is 0 where nothing is to be left: for a special result or one far too small. */
static void find_amount(struct multiplication *product)
{
    struct graph *graph = product->graph;
    uint32_t e = product->format.exponent, n = product->amount_n;
    literal limit[FLOAT_MAX_EXPONENT + 2], count[FLOAT_MAX_EXPONENT + 2] = {0};
    literal *field = product->field, is_tiny, is_big, clear;

    find_limit(product, limit);
    count_leading_zeros(product, count);
    arith_subtract(graph, field, limit, count, e + 2);
    is_tiny = field[e + 1];
    is_big = graph_or(graph, field[e], arith_all(graph, field + 1, e - 1));
    is_big = graph_and(graph, is_big, lit_not(is_tiny));
    product->is_special = graph_or(graph, product->is_special, is_big);
    clear = graph_or(graph, product->is_special, limit[e + 1]);
    arith_mux(graph, product->amount, is_tiny, limit, count, n);
    arith_gate(graph, product->amount, lit_not(clear), product->amount, n);
}

/* Whether a one was lost below the guard bit, which is at place 2m + 2 and had been lower by the
 * amount: whether the trailing zeros of the product, which are those of both mantissas, and the
 * amount are less than 2m + 2. What this lacks to a power of two is counted with the zeros of x. */
static literal is_inexact(struct multiplication *product)
{
    struct graph *graph = product->graph;
    struct scratch_mark mark = graph_scratch_mark(graph);
    uint32_t n = product->amount_n;
    literal sum[MAX_AMOUNT_BITS + 1];
    struct columns columns;

    columns_init(&columns, graph, n + 1);
    columns_add_word(&columns, 0, product->x_zeros, n);
    columns_add_word(&columns, 0, product->y_zeros, n);
    columns_add_word(&columns, 0, product->amount, n);
    columns_finish(&columns, sum);
    graph_scratch_release(graph, mark);
    return lit_not(sum[n]);
}

/* The leading bit is 1 in a normal result alone, whose exponent it raises by 1. */
static void round_product(struct multiplication *product, literal *out)
{
    struct graph *graph = product->graph;
    uint32_t m = product->format.mantissa, e = product->format.exponent;
    const literal *kept = product->places + 2 * m + 3;
    literal guard = kept[-1], leading = kept[m], up;
    literal fields[FLOAT_MAX_WIDTH], raise[FLOAT_MAX_WIDTH] = {0};

    up = graph_or(graph, is_inexact(product), kept[0]);
    up = graph_and(graph, up, guard);
    word_bits_copy(fields, kept, m);
    arith_gate(graph, fields + m, leading, product->field, e);
    raise[m] = leading;
    arith_add(graph, out, fields, raise, up, m + e);
    out[m - 1] = graph_xor(graph, out[m - 1], product->is_nan);
    for (uint32_t i = 0; i < e; i++) out[m + i] = graph_xor(graph, out[m + i], product->is_special);
}

void float_multiply(struct graph *graph, literal *out, const literal *a, const literal *b,
                    struct float_format format)
{
    struct multiplication product = {
        .graph = graph, .format = format, .amount_n = float_shift_bits(format) + 1};
    uint32_t m = format.mantissa, e = format.exponent;
    literal sign;

    open_operands(&product, a, b);
    multiply_mantissas(&product);
    find_amount(&product);
    shift_left_zeros(graph, product.places, product.places, 3 * m + 4, product.amount,
                     product.amount_n);
    round_product(&product, out);
    sign = graph_xor(graph, product.x.sign, product.y.sign);
    out[m + e] = graph_and(graph, sign, lit_not(product.is_nan));
}
