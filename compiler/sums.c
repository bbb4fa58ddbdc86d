/* Column compression. */
#include "compiler/sums.h"

#include "compiler/arith.h"

#define BITS_AT_ONCE 1024

void columns_init(struct columns *columns, struct graph *graph, uint32_t n)
{
    uint64_t literals_per_column = sizeof(struct column) / sizeof(literal);

    *columns = (struct columns){.graph = graph, .n = n};
    columns->column = (struct column *)(void *)graph_scratch(graph, n * literals_per_column);
    columns->constant = graph_scratch(graph, n);
}

/* ---------------------------------------------------------------------------------- columns -- */

static struct column_bit *new_bit(struct graph *graph)
{
    struct column_bit *bit = graph->free_bits;

    if (bit == NULL) {
        bit = arena_new(graph->arena, BITS_AT_ONCE, sizeof *bit);
        for (unsigned i = 0; i + 1 < BITS_AT_ONCE; i++) bit[i].next = &bit[i + 1];
    }
    graph->free_bits = bit->next;
    return bit;
}

static void push(struct columns *columns, uint32_t at, literal lit)
{
    struct column *column = &columns->column[at];
    struct column_bit *bit = new_bit(columns->graph);

    *bit = (struct column_bit){.bit = lit};
    if (column->first == NULL) column->first = bit;
    else column->last->next = bit;
    column->last = bit;
}

static literal pop(struct columns *columns, uint32_t at)
{
    struct column *column = &columns->column[at];
    struct column_bit *bit = column->first;

    column->first = bit->next;
    bit->next = columns->graph->free_bits;
    columns->graph->free_bits = bit;
    return bit->bit;
}

static uint32_t count_up_to_three(const struct column *column)
{
    uint32_t n = 0;

    for (const struct column_bit *bit = column->first; bit != NULL && n < 3; bit = bit->next) n++;
    return n;
}

static void add_constant_bit(struct columns *columns, uint32_t at)
{
    for (; at < columns->n; at++) {
        columns->constant[at] ^= 1;
        if (columns->constant[at] == LIT_TRUE) return;
    }
}

/* Takes 2^at away: adds ones from there to the top. */
static void subtract_constant_bit(struct columns *columns, uint32_t at)
{
    for (; at < columns->n; at++) {
        columns->constant[at] ^= 1;
        if (columns->constant[at] == LIT_FALSE) return;
    }
}

/* ---------------------------------------------------------------------------------- operands -- */

void columns_add_bit(struct columns *columns, uint32_t shift, literal bit)
{
    if (shift >= columns->n || bit == LIT_FALSE) return;
    if (bit == LIT_TRUE) add_constant_bit(columns, shift);
    else push(columns, shift, bit);
}

/* -bit = not bit - 1 */
void columns_subtract_bit(struct columns *columns, uint32_t shift, literal bit)
{
    if (shift >= columns->n || bit == LIT_FALSE) return;
    subtract_constant_bit(columns, shift);
    if (bit != LIT_TRUE) push(columns, shift, lit_not(bit));
}

void columns_add_signed(struct columns *columns, uint32_t shift, const literal *a, uint32_t n)
{
    if (n == 0) return;
    for (uint32_t i = 0; i + 1 < n; i++) columns_add_bit(columns, shift + i, a[i]);
    columns_subtract_bit(columns, shift + n - 1, a[n - 1]);
}

void columns_add_word(struct columns *columns, uint32_t shift, const literal *a, uint32_t n)
{
    uint32_t n_signed = word_bits_significant_signed(a, n);

    if (shift < columns->n && n >= columns->n - shift && n_signed < n) {
        columns_add_signed(columns, shift, a, n_signed);
        return;
    }
    for (uint32_t i = 0; i < n; i++) columns_add_bit(columns, shift + i, a[i]);
}

/* -a = not a - (2^n - 1) */
void columns_subtract_word(struct columns *columns, uint32_t shift, const literal *a, uint32_t n)
{
    uint32_t kept = n;

    if (shift < columns->n && n >= columns->n - shift) kept = word_bits_significant_signed(a, n);
    for (uint32_t i = 0; i < kept; i++) {
        if (i + 1 == kept && kept < n) columns_add_bit(columns, shift + i, a[i]);
        else columns_subtract_bit(columns, shift + i, a[i]);
    }
}

/* ------------------------------------------------------------------------------- compression -- */

/* Adds two or three bits of a column; the sum goes back, the carry to the next column. */
static void compress(struct columns *columns, uint32_t at, literal a, literal b, literal c)
{
    struct graph *graph = columns->graph;

    push(columns, at, graph_xor(graph, graph_xor(graph, a, b), c));
    if (at + 1 < columns->n) columns_add_bit(columns, at + 1, graph_majority(graph, a, b, c));
}

/* The last adder takes the constant: beside one bit it is free, beside two it makes a half adder
 * a full one. */
static literal finish_column(struct columns *columns, uint32_t at)
{
    struct column *column = &columns->column[at];

    while (count_up_to_three(column) == 3) {
        literal a = pop(columns, at), b = pop(columns, at);

        compress(columns, at, a, b, pop(columns, at));
    }
    if (count_up_to_three(column) == 2) {
        literal a = pop(columns, at);

        compress(columns, at, a, pop(columns, at), columns->constant[at]);
    } else if (columns->constant[at] == LIT_TRUE) {
        if (column->first == NULL) return LIT_TRUE;
        compress(columns, at, pop(columns, at), LIT_TRUE, LIT_FALSE);
    }
    return column->first == NULL ? LIT_FALSE : pop(columns, at);
}

void columns_finish(struct columns *columns, literal *sum)
{
    for (uint32_t i = 0; i < columns->n; i++) {
        sum[i] = finish_column(columns, i);
        while (columns->column[i].first != NULL) pop(columns, i);
    }
}
