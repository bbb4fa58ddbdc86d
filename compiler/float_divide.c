/*
 * Division of floats, without normalising an operand or shifting the quotient: the dividend alone
 * is moved, to where the bits of the quotient come out at the places they have in the result,
 * subnormal ones too. Half the divisor is added to it, so that they come out rounded as well.
 *
 * With m bits of mantissa, the dividend X = x * 2^(amount - 1) has m + 1 bits before the point, as
 * the divisor y has, and m + 1 behind it. The quotient (X + 2^-m y / 2) / y has one bit before the
 * point and m behind it.
 *
 * No quotient rounds up to 2: of two mantissas of m + 1 bits it is at most 2 - 2^-m.
 */
#include "compiler/float.h"

#include "compiler/arith.h"
#include "compiler/float_parts.h"
#include "compiler/shift.h"
#include "compiler/sums.h"

#define MAX_SHIFT_BITS 6

struct division {
    struct graph *graph;
    struct float_format format;
    struct float_parts x;
    struct float_parts y;
    literal is_nan;
    literal is_special;  /* infinity or NaN, but for a quotient of 1 or more when is_highest */
    literal no_quotient; /* special or zero */
    literal field[FLOAT_MAX_EXPONENT]; /* exponent of a quotient from 1/2 on, 0 if subnormal */
    literal is_highest;                /* it is that of the largest floats */
    literal dividend[2 * (FLOAT_MAX_MANTISSA + 1)];
    literal doubles; /* the quotient is below 1 and not subnormal: the dividend counts twice */
    literal overflows;
    literal leading; /* the quotient's bit before the point */
    literal quotient[FLOAT_MAX_MANTISSA];
};

/* -------------------------------------------------------------------------- before dividing -- */

/* align = 1 + the places by which x goes up for its leading one to be at that of y. A divisor of
 * zero is made another number, for which the division works. */
static void open_operands(struct division *division, literal *align, const literal *a,
                          const literal *b)
{
    struct graph *graph = division->graph;
    uint32_t m = division->format.mantissa, n = float_shift_bits(division->format) + 1;
    literal seen[FLOAT_MAX_MANTISSA + 1], zeros[MAX_SHIFT_BITS + 1];
    struct float_parts *x = &division->x, *y = &division->y;

    float_unpack_seen(graph, x, seen, FLOAT_FROM_TOP, a, division->format);
    float_count_zeros(graph, align, n, seen, m + 1, 1);
    float_unpack_seen(graph, y, seen, FLOAT_FROM_TOP, b, division->format);
    float_count_zeros(graph, zeros, n, seen, m + 1, 0);
    arith_subtract(graph, align, align, zeros, n);
    y->mantissa[m] = graph_xor(graph, y->mantissa[m], y->is_zero);
}

static void find_special(struct division *division)
{
    struct graph *graph = division->graph;
    const struct float_parts *x = &division->x, *y = &division->y;
    literal zero = graph_or(graph, x->is_zero, y->is_infinite);
    literal infinite = graph_or(graph, x->is_infinite, y->is_zero);
    literal is_nan = graph_or(graph, x->is_nan, y->is_nan);

    division->is_nan = graph_or(graph, is_nan, graph_and(graph, zero, infinite));
    division->is_special = graph_or(graph, is_nan, infinite);
    division->no_quotient = graph_or(graph, division->is_special, zero);
}

/* limit = 1 + the places by which x goes up for the quotient to count the least subnormals. */
static void find_limit(struct division *division, literal *limit)
{
    struct graph *graph = division->graph;
    struct scratch_mark mark = graph_scratch_mark(graph);
    uint32_t e = division->format.exponent;
    literal bias[FLOAT_MAX_EXPONENT + 2];
    struct columns columns;

    columns_init(&columns, graph, e + 2);
    word_bits_constant(bias, float_bias(division->format), e + 2);
    columns_add_word(&columns, 0, bias, e + 2);
    columns_add_word(&columns, 0, division->x.exponent, e);
    columns_subtract_word(&columns, 0, division->y.exponent, e);
    columns_finish(&columns, limit);
    graph_scratch_release(graph, mark);
}

/* The dividend goes up by what aligns it, but not beyond the limit; the exponent is what remains
 * of this. Without a quotient the amount is 1, which leaves nothing behind the point. */
static void place_dividend(struct division *division, const literal *align)
{
    struct graph *graph = division->graph;
    uint32_t m = division->format.mantissa, e = division->format.exponent;
    uint32_t shift_n = float_shift_bits(division->format);
    literal limit[FLOAT_MAX_EXPONENT + 2], field[FLOAT_MAX_EXPONENT + 2];
    literal x[FLOAT_MAX_MANTISSA + 2], amount[MAX_SHIFT_BITS + 1], is_tiny, is_far, is_big,
        all_ones, is_normal;

    find_limit(division, limit);
    for (uint32_t i = 0; i < e + 2; i++) field[i] = align[i < shift_n ? i : shift_n];
    arith_subtract(graph, field, limit, field, e + 2);
    is_tiny = field[e + 1];
    is_far =
        graph_and(graph, limit[e + 1], lit_not(arith_all(graph, limit + shift_n, e + 1 - shift_n)));
    all_ones = arith_all(graph, field + 1, e - 1);
    is_big = graph_or(graph, field[e], graph_and(graph, all_ones, field[0]));
    is_big = graph_and(graph, is_big, lit_not(is_tiny));
    division->is_special = graph_or(graph, division->is_special, is_big);
    division->no_quotient = graph_or(graph, division->no_quotient, graph_or(graph, is_far, is_big));
    arith_mux(graph, amount, is_tiny, limit, align, shift_n + 1);
    arith_gate(graph, amount, lit_not(division->no_quotient), amount, shift_n + 1);
    amount[0] = graph_xor(graph, amount[0], division->no_quotient);
    is_normal = lit_not(graph_or(graph, division->no_quotient, is_tiny));
    arith_gate(graph, division->field, is_normal, field, e);
    division->is_highest = graph_and(graph, is_normal, all_ones);
    word_bits_copy(x, division->x.mantissa, m + 1);
    x[m + 1] = LIT_FALSE;
    shift_either_way(graph, division->dividend, m, x, m + 2, amount, shift_n);
}

/* --------------------------------------------------------------------------------- dividing -- */

/*
 * rest = the dividend - y, low = the bits that the steps will take in, half of y added to them. The
 * adders that double the dividend also take it away where there is no quotient: X + ~X + 1 is 0.
 *
 * Unless the result is subnormal, the dividend's leading one is at that of y. Where it went k
 * places down, y has k zeros at the top, and the k bits behind the point lie above the highest one
 * of y / 2: they have no ones in common. So the only carry from there is the upper bit of what is
 * doubled, or belongs to a subnormal result, which is not doubled.
 *
 * On overflow, taking away what lies behind the point as well leaves -y / 2 - 1. That is done for a
 * subnormal y alone, as the rest may come down to -3 / 2 y then; all bits of the quotient are 0
 * too.
 */
static void begin(struct division *division, literal *rest, literal *low)
{
    struct graph *graph = division->graph;
    uint32_t m = division->format.mantissa, n = m + 1;
    const literal *y = division->y.mantissa, *behind = division->dividend + 1;
    literal high[FLOAT_MAX_MANTISSA + 2], term[FLOAT_MAX_MANTISSA + 2];
    literal removes, removes_low, changes, carry;

    word_bits_copy(high, behind + m, n);
    high[n] = LIT_FALSE;
    word_bits_copy(term, y, n);
    term[n] = LIT_FALSE;
    arith_subtract(graph, rest, high, term, n + 1);
    division->doubles =
        graph_and(graph, rest[n], arith_any(graph, division->field, division->format.exponent));
    division->overflows = graph_and(graph, lit_not(rest[n]), division->is_highest);
    removes = graph_xor(graph, division->no_quotient, division->overflows);
    removes_low = graph_and(graph, division->overflows, division->y.is_subnormal);

    changes = graph_xor(graph, division->doubles, removes_low);
    arith_gate(graph, term, changes, behind, m);
    for (uint32_t i = 0; i < m; i++)
        term[i] = graph_xor(graph, term[i], graph_xor(graph, y[i + 1], removes_low));
    carry = arith_add_carry(graph, low, behind, term, LIT_FALSE, m);

    changes = graph_xor(graph, division->doubles, removes);
    arith_gate(graph, term, changes, high, n + 1);
    for (uint32_t i = 0; i <= n; i++) term[i] = graph_xor(graph, term[i], removes);
    carry = graph_xor(graph, carry, graph_xor(graph, removes, removes_low));
    arith_add(graph, rest, rest, term, carry, n + 1);
}

/* Non-restoring: each step doubles the rest, takes a bit in, and subtracts the divisor, or adds it
 * to a negative rest. */
static void divide(struct division *division, literal *rest, const literal *low)
{
    struct graph *graph = division->graph;
    uint32_t m = division->format.mantissa, n = m + 1;
    literal shifted[FLOAT_MAX_MANTISSA + 2], divisor[FLOAT_MAX_MANTISSA + 2];

    division->leading = lit_not(rest[n]);
    for (uint32_t step = m; step-- > 0;) {
        literal subtract = lit_not(rest[n]);

        word_bits_copy(shifted + 1, rest, n);
        shifted[0] = low[step];
        for (uint32_t i = 0; i <= n; i++)
            divisor[i] = graph_xor(graph, i < n ? division->y.mantissa[i] : LIT_FALSE, subtract);
        arith_add(graph, rest, shifted, divisor, subtract, n + 1);
        division->quotient[step] = lit_not(rest[n]);
    }
}

/* A tie was rounded up: nothing is left, of the dividend, of half the divisor, of the division. If
 * that made it odd, down was right. */
static void round_tie_to_even(struct division *division, const literal *rest)
{
    struct graph *graph = division->graph;
    uint32_t n = division->format.mantissa + 1;
    literal left[FLOAT_MAX_MANTISSA + 3], is_tie;

    word_bits_copy(left, rest, n);
    left[n] = division->y.mantissa[0];
    left[n + 1] = division->dividend[0];
    is_tie = lit_not(arith_any(graph, left, n + 2));
    division->quotient[0] = graph_and(graph, division->quotient[0], lit_not(is_tie));
}

void float_divide(struct graph *graph, literal *out, const literal *a, const literal *b,
                  struct float_format format)
{
    uint32_t m = format.mantissa, e = format.exponent;
    struct division division = {.graph = graph, .format = format};
    literal rest[FLOAT_MAX_MANTISSA + 2], low[FLOAT_MAX_MANTISSA], align[MAX_SHIFT_BITS + 1];
    literal zero[FLOAT_MAX_EXPONENT] = {0}, carry;

    open_operands(&division, align, a, b);
    find_special(&division);
    place_dividend(&division, align);
    begin(&division, rest, low);
    divide(&division, rest, low);
    round_tie_to_even(&division, rest);

    word_bits_copy(out, division.quotient, m);
    out[m - 1] = graph_xor(graph, out[m - 1], division.is_nan);
    carry = graph_and(graph, division.leading, lit_not(division.doubles));
    carry = graph_xor(graph, carry, division.overflows);
    for (uint32_t i = 0; i < e; i++)
        out[m + i] = graph_xor(graph, division.field[i], division.is_special);
    arith_add(graph, out + m, out + m, zero, carry, e);
    out[m + e] = graph_and(graph, graph_xor(graph, division.x.sign, division.y.sign),
                           lit_not(division.is_nan));
}
