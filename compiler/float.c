/* What the operations on floats share, and the square root. */
#include "compiler/float.h"

#include "compiler/arith.h"
#include "compiler/divide.h"
#include "compiler/float_parts.h"
#include "compiler/shift.h"

struct float_format float_format_of(uint32_t width)
{
    return width == 64 ? (struct float_format){.mantissa = 52, .exponent = 11}
                       : (struct float_format){.mantissa = 23, .exponent = 8};
}

uint64_t float_bias(struct float_format format)
{
    return (UINT64_C(1) << (format.exponent - 1)) - 1;
}

uint32_t float_shift_bits(struct float_format format)
{
    return format.mantissa > 28 ? 6 : 5;
}

/* ------------------------------------------------------------------------- taking it apart -- */

/* The OR of the mantissa is split where shift_normalise() looks for ones, to share its gates. */
static literal is_nonzero_fraction(struct graph *graph, const literal *a,
                                   struct float_format format)
{
    uint32_t n_high = (UINT32_C(1) << (float_shift_bits(format) - 1)) - 1;
    uint32_t n_low = format.mantissa - n_high;
    literal low = arith_any(graph, a, n_low);

    return graph_or(graph, low, arith_any(graph, a + n_low, n_high));
}

/* With the exponent's bits all equal, the lowest one tells what it says. */
static void unpack(struct graph *graph, struct float_parts *parts, const literal *a,
                   literal is_uniform, literal fraction, struct float_format format)
{
    uint32_t m = format.mantissa, e = format.exponent;
    literal is_special = graph_and(graph, is_uniform, a[m]);

    parts->sign = a[m + e];
    parts->is_subnormal = graph_xor(graph, is_uniform, is_special);
    parts->is_zero = graph_and(graph, parts->is_subnormal, lit_not(fraction));
    parts->is_nan = graph_and(graph, is_special, fraction);
    parts->is_infinite = graph_xor(graph, is_special, parts->is_nan);
    word_bits_copy(parts->exponent, a + m, e);
    parts->exponent[0] = graph_xor(graph, a[m], parts->is_subnormal);
    word_bits_copy(parts->mantissa, a, m);
    parts->mantissa[m] = lit_not(parts->is_subnormal);
}

static literal is_uniform_exponent(struct graph *graph, const literal *a,
                                   struct float_format format)
{
    const literal *exponent = a + format.mantissa;

    return arith_equal(graph, exponent, exponent + 1, format.exponent - 1);
}

void float_unpack(struct graph *graph, struct float_parts *parts, const literal *a,
                  struct float_format format)
{
    literal fraction = is_nonzero_fraction(graph, a, format);
    literal is_uniform = is_uniform_exponent(graph, a, format);

    unpack(graph, parts, a, is_uniform, fraction, format);
}

void float_unpack_seen(struct graph *graph, struct float_parts *parts, literal *seen,
                       enum float_end end, const literal *a, struct float_format format)
{
    uint32_t m = format.mantissa;
    literal is_uniform = is_uniform_exponent(graph, a, format), any = LIT_FALSE;
    bool from_top = end == FLOAT_FROM_TOP;

    if (from_top) *seen++ = any = lit_not(is_uniform);
    for (uint32_t i = 0; i < m; i++)
        seen[i] = any = graph_or(graph, any, a[from_top ? m - 1 - i : i]);
    if (!from_top) seen[m] = LIT_TRUE;
    unpack(graph, parts, a, is_uniform, any, format);
}

/* As seen has ones from the first one on, a bit of the count is the parity of those at which it is
 * about to change. */
void float_count_zeros(struct graph *graph, literal *count, uint32_t count_n, const literal *seen,
                       uint32_t n, uint32_t first)
{
    word_bits_constant(count, 0, count_n);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t value = first + i, changes = i + 1 < n ? value ^ (value + 1) : value;

        for (uint32_t bit = 0; bit < count_n; bit++)
            if ((changes >> bit & 1) != 0) count[bit] = graph_xor(graph, count[bit], seen[i]);
    }
}

/* ------------------------------------------------------------------------------- square root -- */

/* The root of a normal mantissa, with its guard bit; there are no ties. An odd exponent takes one
 * more bit into the radicand. */
static void root_of_mantissa(struct graph *graph, literal *root, const literal *mantissa,
                             literal is_odd, struct float_format format)
{
    uint32_t n = format.mantissa + 2; /* bits of the root */
    literal radicand[2 * (FLOAT_MAX_MANTISSA + 2)] = {0};
    literal *top = radicand + (2 * n - 1 - format.mantissa - 1);

    for (uint32_t i = 0; i <= format.mantissa + 1; i++) {
        literal high = i > 0 ? mantissa[i - 1] : LIT_FALSE;
        literal low = i <= format.mantissa ? mantissa[i] : LIT_FALSE;

        top[i] = graph_mux(graph, is_odd, high, low);
    }
    root_unsigned(graph, root, n, radicand);
}

void float_sqrt(struct graph *graph, literal *out, const literal *a, struct float_format format)
{
    uint32_t m = format.mantissa, e = format.exponent, shift_n = float_shift_bits(format);
    literal shift[FLOAT_MAX_EXPONENT + 2] = {0}, exponent[FLOAT_MAX_EXPONENT + 2] = {0};
    literal bias[FLOAT_MAX_EXPONENT + 2], root[FLOAT_MAX_MANTISSA + 2], is_nan, keeps;
    literal zero[FLOAT_MAX_WIDTH] = {0};
    struct float_parts x;

    float_unpack(graph, &x, a, format);
    shift_normalise(graph, x.mantissa, shift, shift_n, x.mantissa, m + 1);
    x.mantissa[m] = LIT_TRUE;
    word_bits_copy(exponent, x.exponent, e);
    arith_subtract(graph, exponent, exponent, shift, e + 2);
    root_of_mantissa(graph, root, x.mantissa, lit_not(exponent[0]), format);
    /* (ex - bias) / 2 + bias = (ex + bias) / 2, rounded down: bias is odd */
    word_bits_constant(bias, float_bias(format), e + 2);
    arith_add(graph, exponent, exponent, bias, LIT_FALSE, e + 2);
    word_bits_copy(out, root + 1, m);
    word_bits_copy(out + m, exponent + 1, e);
    arith_add(graph, out, out, zero, root[0], m + e);
    is_nan = graph_or(graph, x.is_nan, graph_and(graph, x.sign, lit_not(x.is_zero)));
    keeps = lit_not(graph_or(graph, graph_or(graph, is_nan, x.is_zero), x.is_infinite));
    arith_gate(graph, out, keeps, out, m + e);
    for (uint32_t i = 0; i < e; i++)
        out[m + i] = graph_xor(graph, out[m + i], graph_or(graph, is_nan, x.is_infinite));
    out[m - 1] = graph_xor(graph, out[m - 1], is_nan);
    out[m + e] = graph_and(graph, x.sign, x.is_zero);
}
