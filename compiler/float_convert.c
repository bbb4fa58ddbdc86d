/* Comparison of floats, the lesser and greater of two, and conversions. */
#include "compiler/float.h"

#include "compiler/arith.h"
#include "compiler/float_parts.h"
#include "compiler/shift.h"
#include "compiler/sums.h"

static uint32_t width_of(struct float_format format)
{
    return format.mantissa + format.exponent + 1;
}

/* ------------------------------------------------------------------------------- comparison -- */

/* Two floats side by side. */
struct pair {
    struct float_parts a;
    struct float_parts b;
    literal signs_differ;
    literal any_nan;
    literal both_zero;
};

static struct pair make_pair(struct graph *graph, const literal *a, const literal *b,
                             struct float_format format)
{
    struct pair pair;

    float_unpack(graph, &pair.a, a, format);
    float_unpack(graph, &pair.b, b, format);
    pair.signs_differ = graph_xor(graph, pair.a.sign, pair.b.sign);
    pair.any_nan = graph_or(graph, pair.a.is_nan, pair.b.is_nan);
    pair.both_zero = graph_and(graph, pair.a.is_zero, pair.b.is_zero);
    return pair;
}

/* a < b in the order in which -0 is below +0. With equal signs the magnitudes tell, both of them
 * complemented when negative. */
static literal is_before(struct graph *graph, const literal *a, const literal *b, uint32_t width)
{
    literal sign = a[width - 1], x[FLOAT_MAX_WIDTH], y[FLOAT_MAX_WIDTH], less;

    for (uint32_t i = 0; i + 1 < width; i++) {
        x[i] = graph_xor(graph, a[i], sign);
        y[i] = graph_xor(graph, b[i], sign);
    }
    less = arith_less(graph, x, y, width - 1);
    return graph_mux(graph, graph_xor(graph, sign, b[width - 1]), sign, less);
}

literal float_equal(struct graph *graph, const literal *a, const literal *b,
                    struct float_format format)
{
    struct pair pair = make_pair(graph, a, b, format);
    literal same = arith_equal(graph, a, b, width_of(format));

    return graph_and(graph, lit_not(pair.any_nan), graph_or(graph, same, pair.both_zero));
}

literal float_less(struct graph *graph, const literal *a, const literal *b,
                   struct float_format format)
{
    struct pair pair = make_pair(graph, a, b, format);
    literal before = is_before(graph, a, b, width_of(format));

    return graph_and(graph, before, lit_not(graph_or(graph, pair.any_nan, pair.both_zero)));
}

literal float_less_equal(struct graph *graph, const literal *a, const literal *b,
                         struct float_format format)
{
    struct pair pair = make_pair(graph, a, b, format);
    literal after = is_before(graph, b, a, width_of(format));

    return graph_and(graph, lit_not(pair.any_nan), graph_or(graph, lit_not(after), pair.both_zero));
}

/* out = takes_a ? a : b, but the number when one is a NaN, and the NaN when both are. */
static void choose(struct graph *graph, literal *out, const literal *a, const literal *b,
                   literal takes_a, struct float_format format)
{
    struct pair pair = make_pair(graph, a, b, format);
    uint32_t m = format.mantissa, width = width_of(format);
    literal both_nan = graph_and(graph, pair.a.is_nan, pair.b.is_nan);

    takes_a = graph_or(graph, graph_and(graph, takes_a, lit_not(pair.a.is_nan)), pair.b.is_nan);
    arith_mux(graph, out, takes_a, a, b, width);
    arith_gate(graph, out, lit_not(both_nan), out, m);
    out[m - 1] = graph_xor(graph, out[m - 1], both_nan);
    out[width - 1] = graph_and(graph, out[width - 1], lit_not(both_nan));
}

void float_min(struct graph *graph, literal *out, const literal *a, const literal *b,
               struct float_format format)
{
    choose(graph, out, a, b, is_before(graph, a, b, width_of(format)), format);
}

void float_max(struct graph *graph, literal *out, const literal *a, const literal *b,
               struct float_format format)
{
    choose(graph, out, a, b, lit_not(is_before(graph, a, b, width_of(format))), format);
}

/* -------------------------------------------------------------------------------- integers -- */

static uint32_t bits_for(uint64_t n)
{
    uint32_t bits = 0;

    while (UINT64_C(1) << bits < n) bits++;
    return bits;
}

/* The rounding of a normalised magnitude of n bits: its top bit, mantissa, guard, and the rest. */
static literal rounds_up(struct graph *graph, const literal *magnitude, uint32_t n, uint32_t m)
{
    literal sticky;

    if (n < m + 2) return LIT_FALSE;
    sticky = arith_any(graph, magnitude, n - m - 2);
    return graph_and(graph, magnitude[n - m - 2], graph_or(graph, sticky, magnitude[n - m - 1]));
}

/* exponent = bias + n - 1 - zeros, all ones when that is too much; returns whether it was. */
static literal find_exponent(struct graph *graph, literal *exponent, const literal *zeros,
                             uint32_t zeros_n, uint32_t n, struct float_format format)
{
    uint32_t e = format.exponent, wide_n = (zeros_n > e ? zeros_n : e) + 2;
    struct scratch_mark mark = graph_scratch_mark(graph);
    literal *wide = graph_scratch(graph, wide_n), *extended = graph_scratch(graph, wide_n);
    literal *greatest = graph_scratch(graph, wide_n), overflows;

    word_bits_constant(wide, float_bias(format) + n - 1, wide_n);
    word_bits_copy(extended, zeros, zeros_n);
    arith_subtract(graph, wide, wide, extended, wide_n);
    word_bits_constant(greatest, 2 * float_bias(format), wide_n);
    overflows = float_bias(format) + n - 1 > 2 * float_bias(format)
                    ? arith_less(graph, greatest, wide, wide_n)
                    : LIT_FALSE;
    for (uint32_t i = 0; i < e; i++) exponent[i] = graph_or(graph, wide[i], overflows);
    graph_scratch_release(graph, mark);
    return overflows;
}

static void from_magnitude(struct graph *graph, literal *out, struct float_format format,
                           literal *magnitude, uint32_t n)
{
    uint32_t m = format.mantissa, zeros_n = bits_for(n);
    literal *zeros = graph_scratch(graph, zeros_n + 1), zero[FLOAT_MAX_WIDTH] = {0};
    literal overflows, up;

    shift_normalise(graph, magnitude, zeros, zeros_n, magnitude, n);
    for (uint32_t i = 0; i < m; i++) out[m - 1 - i] = i + 1 < n ? magnitude[n - 2 - i] : LIT_FALSE;
    overflows = find_exponent(graph, out + m, zeros, zeros_n, n, format);
    arith_gate(graph, out + m, magnitude[n - 1], out + m, format.exponent);
    arith_gate(graph, out, lit_not(overflows), out, m);
    up = graph_and(graph, rounds_up(graph, magnitude, n, m), lit_not(overflows));
    arith_add(graph, out, out, zero, up, m + format.exponent);
}

void float_from_integer(struct graph *graph, literal *out, struct float_format format,
                        const literal *a, uint32_t n, bool is_signed)
{
    struct scratch_mark mark = graph_scratch_mark(graph);
    literal sign = is_signed ? a[n - 1] : LIT_FALSE, *magnitude;

    if (is_signed) n = word_bits_significant_signed(a, n);
    else n = word_bits_significant(a, n) > 0 ? word_bits_significant(a, n) : 1;
    magnitude = graph_scratch(graph, n);
    arith_negate_if(graph, magnitude, sign, a, n);
    from_magnitude(graph, out, format, magnitude, n);
    out[width_of(format) - 1] = sign;
    graph_scratch_release(graph, mark);
}

/* The integer part of a float of n bits. distance, the places from the mantissa's position at the
 * top of n bits to its own, is negative when the float has more; returns whether it has. */
static literal integer_part(struct graph *graph, literal *out, uint32_t n, const literal *a,
                            literal clear, struct float_format format)
{
    uint32_t m = format.mantissa, e = format.exponent, shift_n = bits_for((uint64_t)n + 1);
    uint32_t wide_n = (shift_n > e ? shift_n : e) + 2;
    literal *distance = graph_scratch(graph, wide_n), *extended = graph_scratch(graph, wide_n);
    literal too_large, far;

    word_bits_constant(distance, float_bias(format) + n - 1, wide_n);
    word_bits_copy(extended, a + m, e);
    arith_subtract(graph, distance, distance, extended, wide_n);
    too_large = graph_and(graph, distance[wide_n - 1], lit_not(clear));
    far = graph_or(graph, clear,
                   graph_and(graph, arith_any(graph, distance + shift_n, wide_n - shift_n),
                             lit_not(distance[wide_n - 1])));
    for (uint32_t i = 0; i < shift_n; i++) distance[i] = graph_or(graph, distance[i], far);
    for (uint32_t i = 0; i < n; i++)
        out[n - 1 - i] = i == 0 ? LIT_TRUE : i <= m ? a[m - i] : LIT_FALSE;
    shift_right(graph, out, out, n, LIT_FALSE, distance, shift_n);
    for (uint32_t i = 0; i < n; i++) out[i] = graph_or(graph, out[i], too_large);
    return too_large;
}

void float_to_integer(struct graph *graph, literal *out, uint32_t n, bool is_signed,
                      const literal *a, struct float_format format)
{
    struct scratch_mark mark = graph_scratch_mark(graph);
    literal sign = a[width_of(format) - 1], *negated = graph_scratch(graph, n), saturates, carry;
    struct float_parts parts;

    float_unpack(graph, &parts, a, format);
    if (!is_signed) {
        integer_part(graph, out, n, a, graph_or(graph, parts.is_nan, sign), format);
    } else {
        sign = graph_and(graph, sign, lit_not(parts.is_nan));
        saturates = integer_part(graph, out, n - 1, a, parts.is_nan, format);
        out[n - 1] = LIT_FALSE;
        carry = graph_and(graph, sign, lit_not(saturates));
        for (uint32_t i = 0; i < n; i++) out[i] = graph_xor(graph, out[i], sign);
        arith_add(graph, out, out, negated, carry, n);
    }
    graph_scratch_release(graph, mark);
}

/* ----------------------------------------------------------------------- between the formats -- */

static void widen(struct graph *graph, literal *out, struct float_format to, const literal *a,
                  struct float_format from)
{
    uint32_t m = from.mantissa, shift_n = float_shift_bits(from);
    literal shift[6], rebias[FLOAT_MAX_EXPONENT], special, *exponent = out + to.mantissa;
    struct float_parts x;
    struct columns columns;

    float_unpack(graph, &x, a, from);
    special = graph_xor(graph, x.is_nan, x.is_infinite);
    shift_normalise(graph, x.mantissa, shift, shift_n, x.mantissa, m + 1);
    columns_init(&columns, graph, to.exponent);
    word_bits_constant(rebias, float_bias(to) - float_bias(from), to.exponent);
    columns_add_word(&columns, 0, rebias, to.exponent);
    columns_add_word(&columns, 0, x.exponent, from.exponent);
    columns_subtract_word(&columns, 0, shift, shift_n);
    columns_finish(&columns, exponent);
    for (uint32_t i = 0; i < to.exponent; i++)
        exponent[i] = graph_or(graph, special, graph_and(graph, exponent[i], x.mantissa[m]));
    word_bits_constant(out, 0, to.mantissa);
    arith_gate(graph, out + (to.mantissa - m), lit_not(x.is_nan), x.mantissa, m);
    out[to.mantissa - 1] = graph_xor(graph, out[to.mantissa - 1], x.is_nan);
    out[width_of(to) - 1] = graph_and(graph, x.sign, lit_not(x.is_nan));
}

void float_convert(struct graph *graph, literal *out, struct float_format to, const literal *a,
                   struct float_format from)
{
    struct scratch_mark mark = graph_scratch_mark(graph);

    if (to.mantissa == from.mantissa) word_bits_copy(out, a, width_of(to));
    else if (to.mantissa > from.mantissa) widen(graph, out, to, a, from);
    else float_narrow(graph, out, to, a, from);
    graph_scratch_release(graph, mark);
}
