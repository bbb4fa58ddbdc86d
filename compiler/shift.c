/* Barrel shifters: one row of multiplexers for each bit of the amount. */
#include "compiler/shift.h"

#include "compiler/arith.h"
#include "compiler/sums.h"

/* ----------------------------------------------------------------------------------- shifts -- */

void shift_left(struct graph *graph, literal *out, const literal *a, uint32_t n,
                const literal *amount, uint32_t amount_n)
{
    word_bits_copy(out, a, n);
    for (uint32_t stage = 0; stage < amount_n; stage++) {
        uint64_t by = UINT64_C(1) << stage;

        for (uint32_t i = n; i-- > 0;)
            out[i] = graph_mux(graph, amount[stage], i >= by ? out[i - by] : LIT_FALSE, out[i]);
    }
}

void shift_right(struct graph *graph, literal *out, const literal *a, uint32_t n, literal fill,
                 const literal *amount, uint32_t amount_n)
{
    word_bits_copy(out, a, n);
    for (uint32_t stage = 0; stage < amount_n; stage++) {
        uint64_t by = UINT64_C(1) << stage;

        for (uint32_t i = 0; i < n; i++)
            out[i] = graph_mux(graph, amount[stage], i + by < n ? out[i + by] : fill, out[i]);
    }
}

/* By half the width the rotation swaps bits pairwise, and a swap costs one AND for both. */
void shift_rotate_left(struct graph *graph, literal *out, const literal *a, uint32_t n,
                       const literal *amount, uint32_t amount_n)
{
    struct scratch_mark mark = graph_scratch_mark(graph);
    literal *from = graph_scratch(graph, n);

    word_bits_copy(out, a, n);
    for (uint32_t stage = 0; stage < amount_n && n > 0; stage++) {
        uint32_t by = (uint32_t)((UINT64_C(1) << stage) % n);

        word_bits_copy(from, out, n);
        for (uint32_t i = 0; i < n; i++)
            out[i] = graph_mux(graph, amount[stage], from[(i + n - by) % n], from[i]);
    }
    graph_scratch_release(graph, mark);
}

/* ----------------------------------------------------------------------------------- counts -- */

void shift_popcount(struct graph *graph, literal *count, uint32_t count_n, const literal *a,
                    uint32_t n)
{
    struct scratch_mark mark = graph_scratch_mark(graph);
    struct columns columns;

    columns_init(&columns, graph, count_n);
    for (uint32_t i = 0; i < n; i++) columns_add_bit(&columns, 0, a[i]);
    columns_finish(&columns, count);
    graph_scratch_release(graph, mark);
}

void shift_leading_zeros(struct graph *graph, literal *count, uint32_t count_n, const literal *a,
                         uint32_t n)
{
    struct scratch_mark mark = graph_scratch_mark(graph);
    literal *reversed = graph_scratch(graph, n);

    for (uint32_t i = 0; i < n; i++) reversed[i] = a[n - 1 - i];
    shift_trailing_zeros(graph, count, count_n, reversed, n);
    graph_scratch_release(graph, mark);
}

/* The count of a word of 2^k bits: its top bit tells that all bits are zero; below it a binary
 * search, each level choosing between the counts of the two halves. */
static void count_trailing(struct graph *graph, literal *count, const literal *a, uint32_t k)
{
    uint32_t half = k > 0 ? UINT32_C(1) << (k - 1) : 0;
    struct scratch_mark mark = graph_scratch_mark(graph);
    literal *low = graph_scratch(graph, k + 1), *high = graph_scratch(graph, k + 1);

    if (k == 0) {
        count[0] = lit_not(a[0]);
    } else {
        count_trailing(graph, low, a, k - 1);
        count_trailing(graph, high, a + half, k - 1);
        count[k] = graph_and(graph, low[k - 1], high[k - 1]);
        count[k - 1] = graph_xor(graph, low[k - 1], count[k]);
        for (uint32_t i = 0; i + 1 < k; i++)
            count[i] = graph_xor(graph, low[i], graph_and(graph, low[k - 1], high[i]));
    }
    graph_scratch_release(graph, mark);
}

/* A one above the word stops the count at n. */
void shift_trailing_zeros(struct graph *graph, literal *count, uint32_t count_n, const literal *a,
                          uint32_t n)
{
    uint32_t k = 0;
    struct scratch_mark mark = graph_scratch_mark(graph);
    literal *padded, *full;

    while (UINT64_C(1) << k < n) k++;
    padded = graph_scratch(graph, UINT64_C(1) << k);
    full = graph_scratch(graph, k + 1);
    word_bits_copy(padded, a, n);
    if (n < UINT64_C(1) << k) padded[n] = LIT_TRUE;
    count_trailing(graph, full, padded, k);
    for (uint32_t i = 0; i < count_n; i++) count[i] = i <= k ? full[i] : LIT_FALSE;
    graph_scratch_release(graph, mark);
}

/* One stage: moves a left by 2^stage when asked to, its top bits being zero then. With p the bits
 * that move, a ^ p ^ (p << by) takes an AND for each of them alone. */
static void move_left(struct graph *graph, literal *a, uint32_t n, uint32_t by, literal condition)
{
    struct scratch_mark mark = graph_scratch_mark(graph);
    uint32_t n_moved = by < n ? n - by : 0;
    literal *moved = graph_scratch(graph, n);

    arith_gate(graph, moved, condition, a, n_moved);
    for (uint32_t i = 0; i < n; i++) {
        literal from = i >= by ? moved[i - by] : LIT_FALSE;

        a[i] = graph_xor(graph, graph_xor(graph, a[i], moved[i]), from);
    }
    graph_scratch_release(graph, mark);
}

void shift_normalise(struct graph *graph, literal *out, literal *amount, uint32_t amount_n,
                     const literal *a, uint32_t n)
{
    word_bits_copy(out, a, n);
    for (uint32_t stage = amount_n; stage-- > 0;) {
        uint32_t by = UINT32_C(1) << stage, top = by < n ? by : n;

        amount[stage] = lit_not(arith_any(graph, out + (n - top), top));
        move_left(graph, out, n, by, amount[stage]);
    }
}

void shift_left_zeros(struct graph *graph, literal *out, const literal *a, uint32_t n,
                      const literal *amount, uint32_t amount_n)
{
    word_bits_copy(out, a, n);
    for (uint32_t stage = amount_n; stage-- > 0;)
        move_left(graph, out, n, UINT32_C(1) << stage, amount[stage]);
}

/* Moves the lowest n_used bits of a up, into bits that are zero; bits above the n are dropped. */
static void move_up(struct graph *graph, literal *a, uint32_t n, uint32_t n_used, uint32_t by,
                    literal condition)
{
    struct scratch_mark mark = graph_scratch_mark(graph);
    literal *moved = graph_scratch(graph, n_used);

    arith_gate(graph, moved, condition, a, n_used);
    for (uint32_t i = 0; i < n_used; i++) a[i] = graph_xor(graph, a[i], moved[i]);
    for (uint32_t i = 0; i < n_used && i + by < n; i++)
        a[i + by] = graph_xor(graph, a[i + by], moved[i]);
    graph_scratch_release(graph, mark);
}

/* One shifter for both ways: to the right, bits are mirrored before it and after it. A mirrored
 * pair of bits is exchanged by one AND. -amount is the complement and one; the one is there from
 * the beginning. The least shifts come first, while there are few bits to move. */
void shift_either_way(struct graph *graph, literal *out, uint32_t n_below, const literal *a,
                      uint32_t n, const literal *amount, uint32_t amount_n)
{
    struct scratch_mark mark = graph_scratch_mark(graph);
    literal *bits = graph_scratch(graph, (uint64_t)n + n_below + 1), mirrored = amount[amount_n];
    uint32_t n_bits = n + n_below, n_used = n + 1;

    for (uint32_t i = 0; i <= n; i++)
        bits[i] =
            graph_mux(graph, mirrored, i > 0 ? a[n - i] : LIT_FALSE, i < n ? a[i] : LIT_FALSE);
    for (uint32_t stage = 0; stage < amount_n; stage++) {
        uint32_t by = UINT32_C(1) << stage;

        if (n_used > n_bits) n_used = n_bits;
        move_up(graph, bits, n_bits, n_used, by, graph_xor(graph, amount[stage], mirrored));
        n_used += by;
    }
    for (uint32_t i = 0; i < n; i++)
        out[n_below + i] = graph_mux(graph, mirrored, bits[n - 1 - i], bits[i]);
    for (uint32_t i = 0; i < n_below; i++) out[n_below - 1 - i] = bits[n + i];
    graph_scratch_release(graph, mark);
}

literal shift_right_sticky(struct graph *graph, literal *a, uint32_t n, const literal *amount,
                           uint32_t amount_n)
{
    struct scratch_mark mark = graph_scratch_mark(graph);
    literal *moved = graph_scratch(graph, n), sticky = LIT_FALSE;

    for (uint32_t stage = 0; stage < amount_n; stage++) {
        uint32_t by = UINT32_C(1) << stage, n_lost = by < n ? by : n;

        arith_gate(graph, moved, amount[stage], a, n);
        sticky = graph_or(graph, sticky, arith_any(graph, moved, n_lost));
        for (uint32_t i = 0; i < n; i++) {
            literal from = i + by < n ? moved[i + by] : LIT_FALSE;

            a[i] = graph_xor(graph, graph_xor(graph, a[i], moved[i]), from);
        }
    }
    graph_scratch_release(graph, mark);
    return sticky;
}
