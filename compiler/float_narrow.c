/*
 * Conversion to a narrower float: rounded to nearest even, with gradual underflow and overflow to
 * infinity. What is subnormal in the wider format is zero in the narrower one.
 */
#include "compiler/arith.h"
#include "compiler/float.h"
#include "compiler/float_parts.h"
#include "compiler/shift.h"

#define MAX_SHIFT_BITS 6

struct narrowing {
    struct graph *graph;
    struct float_format format; /* of the result */
    struct float_parts x;
    literal bits[FLOAT_MAX_MANTISSA + 2];  /* the guard bit, the fraction, and the leading one */
    literal sticky;                        /* something lies below the bits */
    literal below[FLOAT_MAX_EXPONENT + 2]; /* minus the biased exponent, two's complement */
    literal is_zero;                       /* far below the least subnormal */
    literal is_special;                    /* infinity or NaN */
};

/* The exponent's distance is clamped to what the narrow format can tell. */
static void open_operand(struct narrowing *narrowing, const literal *a, struct float_format from)
{
    struct graph *graph = narrowing->graph;
    struct float_format to = narrowing->format;
    uint32_t n_lost = from.mantissa + 1 - (to.mantissa + 2), e = from.exponent;
    uint32_t n_high = e + 1 - (to.exponent + 1);
    literal below[FLOAT_MAX_EXPONENT + 2], exponent[FLOAT_MAX_EXPONENT + 2] = {0};
    literal high[FLOAT_MAX_EXPONENT + 2], sign, is_far;

    float_unpack(graph, &narrowing->x, a, from);
    word_bits_constant(below, float_bias(from) - float_bias(to), e + 2);
    word_bits_copy(exponent, a + from.mantissa, e);
    arith_subtract(graph, below, below, exponent, e + 2);
    sign = below[e + 1];
    for (uint32_t i = 0; i < n_high; i++)
        high[i] = graph_xor(graph, below[to.exponent + 1 + i], sign);
    is_far = arith_any(graph, high, n_high);
    narrowing->is_special = graph_and(graph, sign, is_far);
    narrowing->is_zero = graph_and(graph, lit_not(sign), is_far);
    word_bits_copy(narrowing->below, below, to.exponent + 1);
    narrowing->below[to.exponent + 1] = sign;
    word_bits_copy(narrowing->bits, narrowing->x.mantissa + n_lost, to.mantissa + 2);
    narrowing->sticky = arith_any(graph, narrowing->x.mantissa, n_lost);
}

/* Whether the exponent is that of infinity or above. */
static literal overflows(const struct narrowing *narrowing)
{
    struct graph *graph = narrowing->graph;
    uint32_t e = narrowing->format.exponent;
    literal not_below[FLOAT_MAX_EXPONENT + 2], high;

    for (uint32_t i = 0; i < e + 2; i++) not_below[i] = lit_not(narrowing->below[i]);
    high = arith_all(graph, not_below + 1, e - 1);
    return graph_and(graph, graph_or(graph, not_below[e], high), lit_not(not_below[e + 1]));
}

/* How far the bits go right: 1 + below when that is positive, as the result is subnormal then; all
 * the way when clear. Only one of the two applies, so that XOR joins them. */
static void find_shift(const struct narrowing *narrowing, literal *amount, literal is_tiny,
                       literal clear)
{
    struct graph *graph = narrowing->graph;
    uint32_t n = float_shift_bits(narrowing->format);
    const literal *below = narrowing->below;
    literal carry = LIT_TRUE, far;

    for (uint32_t i = 0; i < n; i++) {
        amount[i] = graph_xor(graph, below[i], carry);
        carry = graph_and(graph, below[i], carry);
    }
    far = arith_any(graph, below + n, narrowing->format.exponent + 1 - n);
    far = graph_or(graph, carry, far);
    clear = graph_or(graph, clear, graph_and(graph, is_tiny, far));
    is_tiny = graph_and(graph, is_tiny, lit_not(clear));
    arith_gate(graph, amount, is_tiny, amount, n);
    for (uint32_t i = 0; i < n; i++) amount[i] = graph_xor(graph, amount[i], clear);
}

/* out = fraction and exponent, rounded: the exponent is not-below for a normal result, to which its
 * leading one adds 1, 0 for a subnormal one, all ones for a special one. A carry out of the
 * fraction raises it. */
static void round_up(const struct narrowing *narrowing, literal *out, literal is_normal, literal up)
{
    struct graph *graph = narrowing->graph;
    uint32_t m = narrowing->format.mantissa, e = narrowing->format.exponent;
    literal fields[FLOAT_MAX_WIDTH], leading[FLOAT_MAX_WIDTH] = {0};

    word_bits_copy(fields, narrowing->bits + 1, m);
    for (uint32_t i = 0; i < e; i++) {
        literal field = graph_and(graph, is_normal, lit_not(narrowing->below[i]));

        fields[m + i] = graph_xor(graph, narrowing->is_special, field);
    }
    leading[m] = narrowing->bits[m + 1];
    arith_add(graph, out, fields, leading, up, m + e);
}

void float_narrow(struct graph *graph, literal *out, struct float_format to, const literal *a,
                  struct float_format from)
{
    struct narrowing narrowing = {.graph = graph, .format = to};
    struct float_parts *x = &narrowing.x;
    uint32_t m = to.mantissa, e = to.exponent;
    literal is_tiny, is_big, clear, sticky, up, amount[MAX_SHIFT_BITS];

    open_operand(&narrowing, a, from);
    is_tiny = lit_not(narrowing.below[e + 1]);
    narrowing.is_special = graph_or(graph, narrowing.is_special, x->is_infinite);
    narrowing.is_special = graph_or(graph, narrowing.is_special, x->is_nan);
    is_big = graph_and(graph, overflows(&narrowing), lit_not(narrowing.is_zero));
    narrowing.is_special = graph_or(graph, narrowing.is_special, is_big);
    clear = graph_or(graph, narrowing.is_special, narrowing.is_zero);
    find_shift(&narrowing, amount, is_tiny, clear);
    sticky = shift_right_sticky(graph, narrowing.bits, m + 2, amount, float_shift_bits(to));
    sticky = graph_or(graph, sticky, narrowing.sticky);
    up = graph_or(graph, sticky, narrowing.bits[1]);
    up = graph_and(graph, narrowing.bits[0], up);
    round_up(&narrowing, out, lit_not(graph_or(graph, clear, is_tiny)), up);
    out[m - 1] = graph_xor(graph, out[m - 1], x->is_nan);
    out[m + e] = graph_and(graph, x->sign, lit_not(x->is_nan));
}
