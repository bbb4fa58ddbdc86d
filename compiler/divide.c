/*
 * Non-restoring division and square root. Before step i the partial remainder is kept modulo a
 * power of two just wide enough to tell its sign; a step doubles it, takes the next bit of the
 * dividend in, and adds or subtracts the divisor according to the sign. The quotient bit is the new
 * sign, complemented.
 */
#include "compiler/divide.h"

#include "compiler/arith.h"

struct division {
    struct graph *graph;
    const literal *divisor;
    literal *remainder; /* two's complement, the sign above n bits */
    literal *shifted;   /* scratch of a step */
    literal negative;   /* the remainder's sign */
};

/* remainder = 2 remainder + bit -/+ divisor, modulo 2^width; divisor_n bits of it are not zero. */
static void step(struct division *division, literal bit, uint32_t divisor_n, uint32_t width)
{
    struct graph *graph = division->graph;
    literal subtract = lit_not(division->negative);

    word_bits_copy(division->shifted + 1, division->remainder, width - 1);
    division->shifted[0] = bit;
    for (uint32_t i = 0; i < width; i++)
        division->remainder[i] =
            graph_xor(graph, i < divisor_n ? division->divisor[i] : LIT_FALSE, subtract);
    arith_add(graph, division->remainder, division->shifted, division->remainder, subtract, width);
}

/* Adds the divisor back to a negative remainder of n bits. */
static void restore(struct division *division, literal *remainder, uint32_t n)
{
    arith_gate(division->graph, division->shifted, division->negative, division->divisor, n);
    arith_add(division->graph, remainder, division->remainder, division->shifted, LIT_FALSE, n);
}

/* --------------------------------------------------------------------------- secret divisor -- */

/* above[i]: whether the divisor is 2^i or more. */
static void mark_above(struct graph *graph, literal *above, const literal *divisor, uint32_t n)
{
    above[n] = LIT_FALSE;
    for (uint32_t i = n; i-- > 0;) above[i] = graph_or(graph, above[i + 1], divisor[i]);
}

/* The steps beyond the divisor's width take a zero divisor for one that has no bits left. */
static void correct_zero_divisor(struct graph *graph, literal *quotient, literal *remainder,
                                 const literal *dividend, uint32_t n, uint32_t n_steps,
                                 literal is_zero)
{
    for (uint32_t i = 0; i < n_steps; i++) quotient[i] = graph_or(graph, quotient[i], is_zero);
    if (n_steps > 0) arith_mux(graph, remainder, is_zero, dividend, remainder, n);
}

/* Step i works modulo 2^(i + 2): while the divisor is 2^(i + 1) or more, it exceeds what was taken
 * in so far, the sign of this truncated difference means nothing, and the remainder counts as
 * negative. */
static void divide_by_secret(struct graph *graph, literal *quotient, literal *remainder,
                             const literal *dividend, const literal *divisor, uint32_t n)
{
    uint32_t dividend_n = word_bits_significant(dividend, n);
    uint32_t divisor_n = word_bits_significant(divisor, n);
    uint32_t remainder_n = dividend_n < divisor_n ? dividend_n : divisor_n;
    literal *above = graph_scratch(graph, n + 1);
    struct division division = {.graph = graph,
                                .divisor = divisor,
                                .remainder = graph_scratch(graph, n + 2),
                                .shifted = graph_scratch(graph, n + 2),
                                .negative = LIT_FALSE};

    mark_above(graph, above, divisor, n);
    for (uint32_t i = dividend_n; i < n; i++) quotient[i] = lit_not(above[0]);
    for (uint32_t i = 0; i < dividend_n; i++) {
        uint32_t width = i < divisor_n ? i + 2 : divisor_n + 1;

        step(&division, dividend[dividend_n - 1 - i], divisor_n, width);
        division.negative = graph_or(graph, above[i + 1], division.remainder[width - 1]);
        quotient[dividend_n - 1 - i] = lit_not(division.negative);
    }
    restore(&division, remainder, remainder_n);
    for (uint32_t i = remainder_n; i < n; i++) remainder[i] = LIT_FALSE;
    correct_zero_divisor(graph, quotient, remainder, dividend, n, dividend_n - remainder_n,
                         lit_not(above[0]));
}

/* -------------------------------------------------------------------------- constant divisor -- */

/* The divisor is odd and has divisor_n >= 2 bits: the first divisor_n - 1 bits of the dividend are
 * a remainder already, all steps have one width. */
static void divide_by_odd(struct graph *graph, literal *quotient, literal *remainder,
                          const literal *dividend, uint32_t n, const literal *divisor,
                          uint32_t divisor_n)
{
    uint32_t width = divisor_n + 1, n_steps = n >= divisor_n ? n - divisor_n + 1 : 0;
    struct division division = {.graph = graph,
                                .divisor = divisor,
                                .remainder = graph_scratch(graph, n + 2),
                                .shifted = graph_scratch(graph, n + 2),
                                .negative = LIT_FALSE};

    word_bits_copy(division.remainder, dividend + n_steps, n - n_steps);
    for (uint32_t i = n_steps; i-- > 0;) {
        step(&division, dividend[i], divisor_n, width);
        division.negative = division.remainder[width - 1];
        quotient[i] = lit_not(division.negative);
    }
    for (uint32_t i = n_steps; i < n; i++) quotient[i] = LIT_FALSE;
    restore(&division, remainder, divisor_n < n ? divisor_n : n);
    for (uint32_t i = divisor_n; i < n; i++) remainder[i] = LIT_FALSE;
}

static void divide_by_constant(struct graph *graph, literal *quotient, literal *remainder,
                               const literal *dividend, const literal *divisor, uint32_t n)
{
    uint32_t n_zeros = 0, divisor_n = word_bits_significant(divisor, n);

    while (divisor[n_zeros] == LIT_FALSE) n_zeros++;
    for (uint32_t i = n - n_zeros; i < n; i++) quotient[i] = remainder[i] = LIT_FALSE;
    word_bits_copy(remainder, dividend, n_zeros);
    if (divisor_n == n_zeros + 1) {
        word_bits_copy(quotient, dividend + n_zeros, n - n_zeros);
        for (uint32_t i = n_zeros; i < n; i++) remainder[i] = LIT_FALSE;
        return;
    }
    divide_by_odd(graph, quotient, remainder + n_zeros, dividend + n_zeros, n - n_zeros,
                  divisor + n_zeros, divisor_n - n_zeros);
}

/* ------------------------------------------------------------------------------ any operands -- */

void divide_unsigned(struct graph *graph, literal *quotient, literal *remainder,
                     const literal *dividend, const literal *divisor, uint32_t n)
{
    struct scratch_mark mark = graph_scratch_mark(graph);
    literal *q = graph_scratch(graph, n), *r = graph_scratch(graph, n);

    if (word_bits_are_constant(divisor, n) && word_bits_significant(divisor, n) > 0)
        divide_by_constant(graph, q, r, dividend, divisor, n);
    else divide_by_secret(graph, q, r, dividend, divisor, n);
    if (quotient != NULL) word_bits_copy(quotient, q, n);
    if (remainder != NULL) word_bits_copy(remainder, r, n);
    graph_scratch_release(graph, mark);
}

void divide_signed(struct graph *graph, literal *quotient, literal *remainder,
                   const literal *dividend, const literal *divisor, uint32_t n)
{
    struct scratch_mark mark = graph_scratch_mark(graph);
    literal *a = graph_scratch(graph, n), *d = graph_scratch(graph, n);
    literal *q = graph_scratch(graph, n), *r = graph_scratch(graph, n);
    literal a_sign = dividend[n - 1], d_sign = divisor[n - 1];

    arith_negate_if(graph, a, a_sign, dividend, n);
    arith_negate_if(graph, d, d_sign, divisor, n);
    divide_unsigned(graph, q, r, a, d, n);
    if (quotient != NULL) arith_negate_if(graph, quotient, graph_xor(graph, a_sign, d_sign), q, n);
    if (remainder != NULL) arith_negate_if(graph, remainder, a_sign, r, n);
    graph_scratch_release(graph, mark);
}

/* ------------------------------------------------------------------------------- square root -- */

/* A non-restoring step: rest (width bits) = 4 rest + the next two bits of x, - (4 root + 1) or, of
 * a negative rest, + (4 root + 3). The root so far has root_n bits. */
static void root_step(struct graph *graph, literal *rest, literal *term, uint32_t width,
                      const literal *next_two, const literal *root, uint32_t root_n,
                      literal negative)
{
    word_bits_copy(rest + 2, rest, width - 2);
    word_bits_copy(rest, next_two, 2);
    for (uint32_t i = 0; i < width; i++) {
        literal bit = LIT_TRUE;

        if (i == 1) bit = negative;
        else if (i > 1) bit = i - 2 < root_n ? root[i - 2] : LIT_FALSE;
        term[i] = graph_xor(graph, bit, lit_not(negative));
    }
    arith_add(graph, rest, rest, term, lit_not(negative), width);
}

/* After i steps the remainder is at most twice the root and at least minus that and one. */
void root_unsigned(struct graph *graph, literal *root, uint32_t n, const literal *x)
{
    struct scratch_mark mark = graph_scratch_mark(graph);
    literal *rest = graph_scratch(graph, n + 4), *term = graph_scratch(graph, n + 4);
    literal negative = LIT_FALSE;

    for (uint32_t i = 0; i < n; i++) {
        uint32_t at = n - 1 - i;

        root_step(graph, rest, term, i + 3, x + 2 * at, root + at + 1, i, negative);
        negative = rest[i + 2];
        root[at] = lit_not(negative);
    }
    graph_scratch_release(graph, mark);
}
