/* Ripple-carry addition and what is made from it, with one AND for each carry. */
#include "compiler/arith.h"

#include <string.h>

void word_bits_copy(literal *out, const literal *a, uint32_t n)
{
    if (n > 0) memmove(out, a, n * sizeof *out);
}

void word_bits_constant(literal *out, uint64_t value, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) out[i] = lit_constant(i < 64 && (value >> i & 1) != 0);
}

bool word_bits_are_constant(const literal *a, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        if (!lit_is_constant(a[i])) return false;
    return true;
}

uint32_t word_bits_significant(const literal *a, uint32_t n)
{
    while (n > 0 && a[n - 1] == LIT_FALSE) n--;
    return n;
}

uint32_t word_bits_significant_signed(const literal *a, uint32_t n)
{
    while (n > 1 && a[n - 1] == a[n - 2]) n--;
    return n;
}

/* --------------------------------------------------------------------------------- addition -- */

static literal full_adder(struct graph *graph, literal *sum, literal a, literal b, literal carry)
{
    literal x = graph_xor(graph, a, carry), y = graph_xor(graph, b, carry);

    *sum = graph_xor(graph, x, b);
    return graph_xor(graph, carry, graph_and(graph, x, y));
}

void arith_add(struct graph *graph, literal *sum, const literal *a, const literal *b, literal carry,
               uint32_t n)
{
    if (n == 0) return;
    carry = arith_add_carry(graph, sum, a, b, carry, n - 1);
    sum[n - 1] = graph_xor(graph, graph_xor(graph, a[n - 1], carry), b[n - 1]);
}

literal arith_add_carry(struct graph *graph, literal *sum, const literal *a, const literal *b,
                        literal carry, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) carry = full_adder(graph, &sum[i], a[i], b[i], carry);
    return carry;
}

void arith_subtract(struct graph *graph, literal *difference, const literal *a, const literal *b,
                    uint32_t n)
{
    literal carry = LIT_TRUE;

    for (uint32_t i = 0; i < n; i++) {
        literal not_b = lit_not(b[i]);

        if (i + 1 < n) carry = full_adder(graph, &difference[i], a[i], not_b, carry);
        else difference[i] = graph_xor(graph, graph_xor(graph, a[i], carry), not_b);
    }
}

literal arith_subtract_borrow(struct graph *graph, literal *difference, const literal *a,
                              const literal *b, uint32_t n)
{
    literal carry = LIT_TRUE;

    for (uint32_t i = 0; i < n; i++)
        carry = full_adder(graph, &difference[i], a[i], lit_not(b[i]), carry);
    return lit_not(carry);
}

void arith_negate_if(struct graph *graph, literal *out, literal condition, const literal *a,
                     uint32_t n)
{
    literal carry = condition;

    for (uint32_t i = 0; i < n; i++) {
        literal bit = graph_xor(graph, a[i], condition);

        out[i] = graph_xor(graph, bit, carry);
        if (i + 1 < n) carry = graph_and(graph, bit, carry);
    }
}

/* ------------------------------------------------------------------------------- comparison -- */

literal arith_less(struct graph *graph, const literal *a, const literal *b, uint32_t n)
{
    literal carry = LIT_TRUE;

    for (uint32_t i = 0; i < n; i++) carry = graph_majority(graph, a[i], lit_not(b[i]), carry);
    return lit_not(carry);
}

literal arith_difference_sign(struct graph *graph, const literal *a, const literal *b, uint32_t n)
{
    literal borrow = arith_less(graph, a, b, n - 1);

    return graph_xor(graph, graph_xor(graph, a[n - 1], b[n - 1]), borrow);
}

literal arith_less_signed(struct graph *graph, const literal *a, const literal *b, uint32_t n)
{
    literal not_below;

    if (n == 0) return LIT_FALSE;
    not_below = lit_not(arith_less(graph, a, b, n - 1));
    return lit_not(graph_majority(graph, lit_not(a[n - 1]), b[n - 1], not_below));
}

literal arith_all(struct graph *graph, const literal *a, uint32_t n)
{
    if (n == 0) return LIT_TRUE;
    if (n == 1) return a[0];
    return graph_and(graph, arith_all(graph, a, n / 2), arith_all(graph, a + n / 2, n - n / 2));
}

literal arith_any(struct graph *graph, const literal *a, uint32_t n)
{
    if (n == 0) return LIT_FALSE;
    if (n == 1) return a[0];
    return graph_or(graph, arith_any(graph, a, n / 2), arith_any(graph, a + n / 2, n - n / 2));
}

literal arith_equal(struct graph *graph, const literal *a, const literal *b, uint32_t n)
{
    struct scratch_mark mark = graph_scratch_mark(graph);
    literal *same = graph_scratch(graph, n), equal;

    for (uint32_t i = 0; i < n; i++) same[i] = lit_not(graph_xor(graph, a[i], b[i]));
    equal = arith_all(graph, same, n);
    graph_scratch_release(graph, mark);
    return equal;
}

/* -------------------------------------------------------------------------------- selection -- */

void arith_mux(struct graph *graph, literal *out, literal condition, const literal *a,
               const literal *b, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) out[i] = graph_mux(graph, condition, a[i], b[i]);
}

void arith_gate(struct graph *graph, literal *out, literal condition, const literal *a, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) out[i] = graph_and(graph, condition, a[i]);
}
