/*
 * Reading and writing at a secret index: the constructors of SELECT and DECODE. An index that is
 * always in range, that was itself chosen between known places, or that has two parts for two
 * dimensions of a constant table, costs less than any other.
 */
#include "compiler/bits.h"
#include "compiler/word.h"
#include "compiler/word_node.h"

#include <string.h>

/* A table of more elements is not made flat. */
#define MAX_FLAT UINT32_C(4096)

static uint32_t used_bits(const struct word *x)
{
    return x->width - x->zeros;
}

struct array {
    struct word **elements;
    uint32_t n;
};

/* The index without its zeros, and how many elements it reaches. */
static struct word *trim(struct word_graph *graph, struct word *index, uint32_t *n)
{
    uint32_t used = used_bits(index);

    if (word_is_const(index)) return index;
    if (used < index->width) index = word_extract(graph, index, 0, used);
    if (used < 32 && *n > UINT32_C(1) << used) *n = UINT32_C(1) << used;
    if (index->width <= 64 && index->max < *n) *n = (uint32_t)index->max + 1;
    return index;
}

static struct word *element_at(struct word_graph *graph, struct array array,
                               const struct word *index)
{
    if (bits_len(index->bits, index->width) > 32 || index->bits[0] >= array.n)
        return word_const(graph, array.elements[0]->width, 0);
    return array.elements[index->bits[0]];
}

static struct word make_select(struct word_graph *graph, struct array array, struct word *index)
{
    struct word **operands = arena_new(graph->arena, (uint64_t)array.n + 1, sizeof *operands);

    operands[0] = index;
    memcpy(operands + 1, array.elements, array.n * sizeof *operands);
    return (struct word){.op = WORD_SELECT,
                         .width = array.elements[0]->width,
                         .operands = operands,
                         .n_operands = array.n + 1};
}

/* --------------------------------------------------------------------------- chosen indices -- */

/* An element that was read before, or a choice between elements when the index is a choice between
 * places: at most n_choices of them, else NULL. */
static struct word *select_chosen(struct word_graph *graph, struct array array, struct word *index,
                                  uint32_t n_choices)
{
    struct word *found, *x, *y;

    index = trim(graph, index, &array.n);
    if (word_is_const(index)) return element_at(graph, array, index);
    if (array.n == 2 && index->width == 1)
        return word_mux(graph, index, array.elements[1], array.elements[0]);
    found = node_find(graph, make_select(graph, array, index));
    if (found != NULL || index->op != WORD_MUX || n_choices == 0) return found;
    x = index->operands[1];
    y = index->operands[2];
    if (!word_is_const(x) && !word_is_const(y)) return NULL;
    x = select_chosen(graph, array, x, n_choices - 1);
    if (x != NULL) y = select_chosen(graph, array, y, n_choices - 1);
    return x == NULL || y == NULL ? NULL : word_mux(graph, index->operands[0], x, y);
}

/* ------------------------------------------------------------------------------- dimensions -- */

static bool is_constant_select(const struct word *word)
{
    if (word->op != WORD_SELECT) return false;
    for (uint32_t i = 1; i < word->n_operands; i++)
        if (!word_is_const(word->operands[i])) return false;
    return true;
}

/* The index that the rows of a constant table have in common; NULL when there is none. */
static struct word *common_index(struct array array)
{
    struct word *index = NULL;

    for (uint32_t i = 0; i < array.n; i++) {
        const struct word *row = array.elements[i];

        if (word_is_const(row)) continue;
        if (!is_constant_select(row) || (index != NULL && row->operands[0] != index)) return NULL;
        index = row->operands[0];
    }
    return index;
}

/* A constant table whose rows are read at one index, as a table of one dimension; else NULL. */
static struct word *select_flat(struct word_graph *graph, struct array array, struct word *index)
{
    struct word *inner = common_index(array), *parts[2] = {inner, index}, **flat;
    uint32_t row_n;

    if (inner == NULL || inner->width > 16 || array.n > MAX_FLAT >> inner->width) return NULL;
    row_n = UINT32_C(1) << inner->width;
    flat = arena_new(graph->arena, (uint64_t)array.n * row_n, sizeof *flat);
    for (uint32_t i = 0; i < array.n; i++)
        for (uint32_t j = 0; j < row_n; j++) {
            struct word *row = array.elements[i];
            bool is_there = !word_is_const(row) && j + 1 < row->n_operands;

            if (is_there) row = row->operands[1 + j];
            else if (!word_is_const(row)) row = word_const(graph, row->width, 0);
            flat[(uint64_t)i * row_n + j] = row;
        }
    return word_select(graph, word_concat(graph, parts, 2), flat, array.n * row_n);
}

/* ------------------------------------------------------------------------------ constructors -- */

struct word *word_select(struct word_graph *graph, struct word *index, struct word **elements,
                         uint32_t n_elements)
{
    struct array array = {.elements = elements, .n = n_elements};
    struct word *result = NULL;
    bool equal_all = true;

    index = trim(graph, index, &array.n);
    if (word_is_const(index)) return element_at(graph, array, index);
    for (uint32_t i = 1; i < array.n; i++) equal_all = equal_all && elements[i] == elements[0];
    if (equal_all && index->width <= 64 && index->max < array.n) return elements[0];
    if (array.n == 2 && index->width == 1) return word_mux(graph, index, elements[1], elements[0]);
    if (graph->fold) result = select_chosen(graph, array, index, array.n - 1);
    if (graph->fold && result == NULL) result = select_flat(graph, array, index);
    return result != NULL ? result : node_intern(graph, make_select(graph, array, index));
}

/* n bits of which bit 'at' is the given one. */
static struct word *one_bit(struct word_graph *graph, struct word *bit, uint64_t at, uint32_t n)
{
    struct word *parts[2];

    if (at >= n) return word_const(graph, n, 0);
    bit = word_resize(graph, bit, n - (uint32_t)at, false);
    if (at == 0) return bit;
    parts[0] = word_const(graph, (uint32_t)at, 0);
    parts[1] = bit;
    return word_concat(graph, parts, 2);
}

struct word *word_decode(struct word_graph *graph, struct word *index, struct word *enable,
                         uint32_t n)
{
    uint32_t used = used_bits(index), width = n;
    struct word *operands[2];

    if (word_is_zero(enable)) return word_const(graph, n, 0);
    if (word_is_const(index))
        return one_bit(graph, enable, bits_len(index->bits, index->width) > 32 ? n : index->bits[0],
                       n);
    if (used < index->width) index = word_extract(graph, index, 0, used);
    if (used < 32 && n > UINT32_C(1) << used) n = UINT32_C(1) << used;
    operands[0] = index;
    operands[1] = enable;
    return word_resize(
        graph,
        node_intern(
            graph,
            (struct word){.op = WORD_DECODE, .width = n, .operands = operands, .n_operands = 2}),
        width, false);
}
