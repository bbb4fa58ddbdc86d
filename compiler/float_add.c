/* Addition of floats: the smaller one is aligned, the sum normalised as far as its exponent lets.
 */
#include "compiler/float.h"

#include "compiler/arith.h"
#include "compiler/float_parts.h"
#include "compiler/shift.h"
#include "compiler/sums.h"

#define N_GUARDS 3 /* bits below the mantissas: guard, round, sticky */
#define MAX_SUM (FLOAT_MAX_MANTISSA + 2 + N_GUARDS)

/* An addition in the making: the operands ordered by magnitude. */
struct addition {
    struct graph *graph;
    struct float_format format;
    struct float_parts big;
    struct float_parts small;
    literal opposite;     /* the signs differ: the magnitudes are subtracted */
    literal sum[MAX_SUM]; /* the carry, the mantissa, the guards */
    literal is_zero;
};

static void order(struct addition *addition, const literal *a, const literal *b, bool subtract)
{
    struct graph *graph = addition->graph;
    uint32_t width = addition->format.mantissa + addition->format.exponent + 1;
    literal big[FLOAT_MAX_WIDTH], small[FLOAT_MAX_WIDTH], second[FLOAT_MAX_WIDTH];
    literal below = arith_less(graph, a, b, width - 1);

    word_bits_copy(second, b, width);
    second[width - 1] = graph_xor(graph, b[width - 1], lit_constant(subtract));
    arith_mux(graph, big, below, second, a, width);
    for (uint32_t i = 0; i < width; i++)
        small[i] = graph_xor(graph, graph_xor(graph, a[i], second[i]), big[i]);
    float_unpack(graph, &addition->big, big, addition->format);
    float_unpack(graph, &addition->small, small, addition->format);
    addition->opposite = graph_xor(graph, a[width - 1], second[width - 1]);
}

/* Adds or subtracts the smaller mantissa, shifted right by the difference of the exponents. */
static void add_mantissas(struct addition *addition)
{
    struct graph *graph = addition->graph;
    uint32_t m = addition->format.mantissa, e = addition->format.exponent, n = m + 2 + N_GUARDS;
    uint32_t shift_n = float_shift_bits(addition->format);
    literal shift[FLOAT_MAX_EXPONENT], x[MAX_SUM] = {0}, y[MAX_SUM] = {0}, far;

    arith_subtract(graph, shift, addition->big.exponent, addition->small.exponent, e);
    far = arith_any(graph, shift + shift_n, e - shift_n);
    for (uint32_t i = 0; i < shift_n; i++) shift[i] = graph_or(graph, shift[i], far);
    word_bits_copy(x + N_GUARDS, addition->big.mantissa, m + 1);
    word_bits_copy(y + N_GUARDS, addition->small.mantissa, m + 1);
    y[0] = shift_right_sticky(graph, y + 1, m + N_GUARDS, shift, shift_n);
    for (uint32_t i = 0; i < n; i++) y[i] = graph_xor(graph, y[i], addition->opposite);
    arith_add(graph, addition->sum, x, y, addition->opposite, n);
}

/* Shifts the sum's leading one to the top, but by no more than the exponent; field becomes the
 * exponent, 0 when no one came to the top. */
static void normalise(struct addition *addition, literal *field)
{
    struct graph *graph = addition->graph;
    uint32_t e = addition->format.exponent, n = addition->format.mantissa + 2 + N_GUARDS;
    uint32_t shift_n = float_shift_bits(addition->format);
    literal zeros[FLOAT_MAX_EXPONENT] = {0}, at_end[FLOAT_MAX_EXPONENT], limited;
    uint32_t n_set = 0;
    struct columns columns;

    shift_leading_zeros(graph, zeros, shift_n, addition->sum, n);
    for (uint32_t i = 0; i < shift_n; i++)
        if ((n >> i & 1) != 0) at_end[n_set++] = zeros[i];
    addition->is_zero = arith_all(graph, at_end, n_set);
    limited = arith_less(graph, addition->big.exponent, zeros, e);
    arith_mux(graph, zeros, limited, addition->big.exponent, zeros, shift_n);
    shift_left_zeros(graph, addition->sum, addition->sum, n, zeros, shift_n);
    columns_init(&columns, graph, e);
    columns_add_word(&columns, 0, addition->big.exponent, e);
    columns_subtract_word(&columns, 0, zeros, shift_n);
    columns_add_bit(&columns, 0, LIT_TRUE);
    columns_finish(&columns, field);
    arith_gate(graph, field, addition->sum[n - 1], field, e);
}

static void round_sum(struct addition *addition, literal *out, const literal *field,
                      literal is_special)
{
    struct graph *graph = addition->graph;
    uint32_t m = addition->format.mantissa, e = addition->format.exponent;
    const literal *sum = addition->sum;
    literal zero[FLOAT_MAX_WIDTH] = {0}, rounded[FLOAT_MAX_WIDTH], sticky, up;

    is_special = graph_or(graph, is_special, arith_all(graph, field, e));
    sticky = arith_any(graph, sum, N_GUARDS);
    up = graph_and(graph, sum[N_GUARDS], graph_or(graph, sticky, sum[N_GUARDS + 1]));
    up = graph_and(graph, up, lit_not(is_special));
    arith_gate(graph, rounded, lit_not(is_special), sum + N_GUARDS + 1, m);
    for (uint32_t i = 0; i < e; i++) rounded[m + i] = graph_or(graph, field[i], is_special);
    arith_add(graph, out, rounded, zero, up, m + e);
}

void float_add(struct graph *graph, literal *out, const literal *a, const literal *b, bool subtract,
               struct float_format format)
{
    struct scratch_mark mark = graph_scratch_mark(graph);
    struct addition addition = {.graph = graph, .format = format};
    const struct float_parts *big = &addition.big;
    literal field[FLOAT_MAX_EXPONENT], is_nan, is_zero_difference;

    order(&addition, a, b, subtract);
    add_mantissas(&addition);
    normalise(&addition, field);
    is_nan = graph_and(graph, addition.opposite,
                       graph_and(graph, big->is_infinite, addition.small.is_infinite));
    is_nan = graph_or(graph, is_nan, big->is_nan);
    round_sum(&addition, out, field, graph_xor(graph, big->is_nan, big->is_infinite));
    out[format.mantissa - 1] = graph_xor(graph, out[format.mantissa - 1], is_nan);
    is_zero_difference = graph_and(graph, addition.opposite, addition.is_zero);
    out[format.mantissa + format.exponent] =
        graph_and(graph, big->sign, lit_not(graph_or(graph, is_nan, is_zero_difference)));
    graph_scratch_release(graph, mark);
}
