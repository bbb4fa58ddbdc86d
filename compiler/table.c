/* Reading at a secret index, from a tree of multiplexers or as a Boolean function; decoding. */
#include "compiler/table.h"

#include "compiler/anf.h"
#include "compiler/arith.h"
#include "compiler/sbox.h"

struct table {
    struct graph *graph;
    const literal *index;
    const literal *const *elements;
    uint64_t n;
    uint32_t width;
};

/* Bits of the index that tell n elements apart. */
static uint32_t bits_for(uint64_t n)
{
    uint32_t bits = 0;

    while (bits < 63 && UINT64_C(1) << bits < n) bits++;
    return bits;
}

/* Whether an index has no bit set above the lowest n. */
static literal is_below(struct graph *graph, const literal *index, uint32_t index_n, uint32_t n)
{
    return n < index_n ? lit_not(arith_any(graph, index + n, index_n - n)) : LIT_TRUE;
}

/* -------------------------------------------------------------------------- multiplexer tree -- */

/* out = the element of 2^bits from first that the low bits of the index name; any element when
 * there is none of that name. */
static void select_among(const struct table *table, literal *out, uint64_t first, uint32_t bits)
{
    struct scratch_mark mark = graph_scratch_mark(table->graph);
    uint64_t half = bits > 0 ? UINT64_C(1) << (bits - 1) : 0;
    literal *high;

    if (bits == 0) {
        word_bits_copy(out, table->elements[first], table->width);
        return;
    }
    select_among(table, out, first, bits - 1);
    if (first + half >= table->n) return;
    high = graph_scratch(table->graph, table->width);
    select_among(table, high, first + half, bits - 1);
    arith_mux(table->graph, out, table->index[bits - 1], high, out, table->width);
    graph_scratch_release(table->graph, mark);
}

/* Whether the low bits of the index are below n. */
static literal is_in_range(const struct table *table, uint32_t bits)
{
    struct scratch_mark mark = graph_scratch_mark(table->graph);
    literal *n = graph_scratch(table->graph, bits), below;

    if (table->n == UINT64_C(1) << bits) return LIT_TRUE;
    word_bits_constant(n, table->n, bits);
    below = arith_less(table->graph, table->index, n, bits);
    graph_scratch_release(table->graph, mark);
    return below;
}

/* ---------------------------------------------------------------------------- constant table -- */

static bool is_constant(const struct table *table)
{
    for (uint64_t i = 0; i < table->n; i++)
        if (!word_bits_are_constant(table->elements[i], table->width)) return false;
    return true;
}

static struct anf_space functions_of(const struct table *table, uint32_t bits)
{
    struct anf_space functions = anf_space_new(table->graph, bits, table->width);

    for (uint32_t bit = 0; bit < table->width; bit++) {
        uint64_t *row = anf_row(&functions, bit);

        for (uint64_t i = 0; i < table->n; i++)
            if (table->elements[i][bit] == LIT_TRUE) row[i / 64] |= UINT64_C(1) << i % 64;
        anf_transform(row, bits);
    }
    return functions;
}

static void select_constant(const struct table *table, literal *out, uint32_t bits)
{
    struct scratch_mark mark = graph_scratch_mark(table->graph);
    struct anf_space functions = functions_of(table, bits);
    bool is_cheap = bits != 8 || anf_cost(table->graph, &functions) <= SBOX_N_AND;

    if (is_cheap || !sbox_realise(table->graph, out, &functions, table->index))
        anf_realise(table->graph, out, &functions, table->index);
    graph_scratch_release(table->graph, mark);
}

void table_select(struct graph *graph, literal *out, uint32_t width, const literal *index,
                  uint32_t index_n, const literal *const *elements, uint64_t n_elements)
{
    uint32_t bits = bits_for(n_elements);
    struct table table = {
        .graph = graph, .index = index, .elements = elements, .n = n_elements, .width = width};
    literal valid;

    if (bits > index_n) bits = index_n;
    if (table.n > UINT64_C(1) << bits) table.n = UINT64_C(1) << bits;
    valid = is_below(graph, index, index_n, bits);
    if (table.n == 0) {
        word_bits_constant(out, 0, width);
    } else if (bits <= ANF_MAX_VARS && is_constant(&table)) {
        select_constant(&table, out, bits);
    } else {
        select_among(&table, out, 0, bits);
        valid = graph_and(graph, valid, is_in_range(&table, bits));
    }
    arith_gate(graph, out, valid, out, width);
}

/* ----------------------------------------------------------------------------------- decoder -- */

/* One more bit of the index: line i, for the prefix i, becomes the lines 2i and 2i + 1. When all
 * 2^k prefixes are there and nothing is disabled, the last product is the rest of the new bit. */
static void add_index_bit(struct graph *graph, literal *out, uint64_t n_prefixes, uint64_t n,
                          literal bit, bool complete)
{
    literal rest = bit;

    for (uint64_t i = n_prefixes; i-- > 0;) {
        literal prefix = out[i];
        literal one = complete && i == 0 ? rest : graph_and(graph, prefix, bit);

        rest = graph_xor(graph, rest, one);
        out[2 * i] = graph_xor(graph, prefix, one);
        if (2 * i + 1 < n) out[2 * i + 1] = one;
    }
}

void table_decode(struct graph *graph, literal *out, uint64_t n, const literal *index,
                  uint32_t index_n, literal enable)
{
    uint32_t bits = bits_for(n);

    if (n == 0) return;
    if (bits > index_n) bits = index_n;
    out[0] = graph_and(graph, enable, is_below(graph, index, index_n, bits));
    for (uint32_t level = 1; level <= bits; level++) {
        uint64_t size = UINT64_C(1) << (bits - level), n_lines = (n + size - 1) / size;
        uint64_t n_prefixes = (n_lines + 1) / 2;
        bool complete =
            enable == LIT_TRUE && index_n <= bits && n_prefixes == UINT64_C(1) << (level - 1);

        add_index_bit(graph, out, n_prefixes, n_lines, index[bits - level], complete);
    }
}
