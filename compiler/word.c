/* The graph of words: nodes made once each, and what is known of their values. See word.h. */
#include "compiler/word.h"

#include "compiler/bits.h"
#include "compiler/word_node.h"

#include <string.h>

void word_graph_init(struct word_graph *graph, struct arena *arena)
{
    *graph = (struct word_graph){.arena = arena, .fold = true, .n_buckets = 1024};
    graph->buckets = arena_new(arena, graph->n_buckets, sizeof(struct word *));
}

bool word_is_zero(const struct word *word)
{
    return word_is_const(word) && bits_is_zero(word->bits, word->width);
}

bool word_is_ones(const struct word *word)
{
    return word_is_const(word) && bits_count(word->bits, word->width) == word->width;
}

bool word_is_value(const struct word *word, uint64_t value)
{
    return word_is_const(word) && word->bits[0] == value && bits_len(word->bits, word->width) <= 64;
}

/* -------------------------------------------------------------------------- known properties -- */

static uint64_t mask(uint32_t width)
{
    return width >= 64 ? UINT64_MAX : (UINT64_C(1) << width) - 1;
}

static uint32_t len_u64(uint64_t x)
{
    return x == 0 ? 0 : 64 - (uint32_t)__builtin_clzll(x);
}

static uint32_t min_u32(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

static uint64_t max_u64(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* The least of a property over the operands from first on. */
static uint32_t least_zeros(const struct word *word, uint32_t first)
{
    uint32_t least = word->width;

    for (uint32_t i = first; i < word->n_operands; i++)
        least = min_u32(least, word->operands[i]->zeros);
    return least;
}

static uint32_t least_signs(const struct word *word, uint32_t first)
{
    uint32_t least = word->width;

    for (uint32_t i = first; i < word->n_operands; i++)
        least = min_u32(least, word->operands[i]->signs);
    return least;
}

static uint64_t greatest_max(const struct word *word, uint32_t first)
{
    uint64_t greatest = 0;

    for (uint32_t i = first; i < word->n_operands; i++)
        greatest = max_u64(greatest, word->operands[i]->max);
    return greatest;
}

/* An upper bound for words of at most 64 bits, whose operands may be wider. */
static uint64_t bound(const struct word *w)
{
    const struct word *x = w->n_operands > 0 ? w->operands[0] : NULL;
    const struct word *y = w->n_operands > 1 ? w->operands[1] : NULL;
    uint64_t all = mask(w->width), result;

    switch ((enum word_op)w->op) {
    case WORD_CONST: return w->bits[0];
    case WORD_AND: return x->max < y->max ? x->max : y->max;
    case WORD_OR:
    case WORD_XOR: return mask(len_u64(x->max | y->max));
    case WORD_ADD:
        if (__builtin_add_overflow(x->max, y->max, &result) || result > all) return all;
        return result;
    case WORD_MUL:
        if (__builtin_mul_overflow(x->max, y->max, &result) || result > all) return all;
        return result;
    case WORD_UDIV: return word_is_const(y) && !word_is_zero(y) ? x->max / y->bits[0] : all;
    case WORD_UREM:
        if (!word_is_const(y) || word_is_zero(y)) return x->max;
        return x->max < y->bits[0] ? x->max : y->bits[0] - 1;
    case WORD_LSHR: return x->max;
    case WORD_MUX:
    case WORD_SELECT: return greatest_max(w, 1);
    case WORD_EXTRACT:
        if (x->width > 64) return all;
        result = x->max >> w->immediate;
        return result < all ? result : all;
    case WORD_ZEXT: return x->max;
    case WORD_CONCAT: {
        const struct word *top = w->operands[w->n_operands - 1];

        return top->max << (w->width - top->width) | mask(w->width - top->width);
    }
    case WORD_POPCOUNT:
    case WORD_CLZ:
    case WORD_CTZ: return x->width;
    case WORD_ROOT: return mask((x->width - x->zeros + 1) / 2);
    default: return all;
    }
}

/* Known leading zeros of words wider than 64 bits. */
static uint32_t wide_zeros(const struct word *w)
{
    const struct word *x = w->n_operands > 0 ? w->operands[0] : NULL;
    uint32_t least;

    switch ((enum word_op)w->op) {
    case WORD_CONST: return w->width - bits_len(w->bits, w->width);
    case WORD_ZEXT: return w->width - x->width + x->zeros;
    case WORD_AND: return x->zeros > w->operands[1]->zeros ? x->zeros : w->operands[1]->zeros;
    case WORD_OR:
    case WORD_XOR: return least_zeros(w, 0);
    case WORD_ADD: least = least_zeros(w, 0); return least > 0 ? least - 1 : 0;
    case WORD_MUX:
    case WORD_SELECT: return least_zeros(w, 1);
    case WORD_LSHR:
    case WORD_UREM: return x->zeros;
    case WORD_CONCAT: return w->operands[w->n_operands - 1]->zeros;
    case WORD_EXTRACT:
        least = x->width - (uint32_t)w->immediate - w->width;
        return x->zeros > least ? x->zeros - least : 0;
    default: return 0;
    }
}

static uint32_t sign_copies(const struct word *w)
{
    const struct word *x = w->n_operands > 0 ? w->operands[0] : NULL;
    const struct word *y = w->n_operands > 1 ? w->operands[1] : NULL;
    uint32_t least;
    uint64_t used;

    switch ((enum word_op)w->op) {
    case WORD_CONST: {
        uint64_t other[BITS_MAX_LIMBS];

        if (!bits_get(w->bits, w->width - 1)) return w->zeros;
        bits_not(other, w->bits, w->width);
        return w->width - bits_len(other, w->width);
    }
    case WORD_SEXT: return w->width - x->width + x->signs;
    case WORD_NOT:
    case WORD_ASHR: return x->signs;
    case WORD_SREM: return x->signs;
    case WORD_AND:
    case WORD_OR:
    case WORD_XOR: return least_signs(w, 0);
    case WORD_MUX:
    case WORD_SELECT: return least_signs(w, 1);
    case WORD_ADD:
    case WORD_SUB:
    case WORD_NEG: least = least_signs(w, 0); return least > 1 ? least - 1 : 1;
    case WORD_MUL:
        used = (uint64_t)(w->width - x->signs + 1) + (w->width - y->signs + 1);
        return used < w->width ? w->width - (uint32_t)used + 1 : 1;
    case WORD_EXTRACT:
        least = x->width - (uint32_t)w->immediate - w->width;
        return x->signs > least ? min_u32(x->signs - least, w->width) : 1;
    default: return 1;
    }
}

static void analyse(struct word *word)
{
    uint32_t signs;

    word->max = UINT64_MAX;
    if (word->width <= 64) {
        word->max = bound(word);
        word->zeros = (uint16_t)(word->width - len_u64(word->max));
    } else {
        word->zeros = (uint16_t)min_u32(wide_zeros(word), word->width);
    }
    signs = sign_copies(word);
    if (signs < word->zeros) signs = word->zeros;
    word->signs = (uint16_t)(signs > 0 ? signs : 1);
}

void node_set_bound(struct word *word, struct word_choice_bound bound)
{
    if (word->op != WORD_MUX || word->width > 64 || bound.max > word->max) return;
    word->max = bound.max;
    word->bound = bound.bound;
    word->zeros = (uint16_t)(word->width - len_u64(word->max));
    if (word->signs < word->zeros) word->signs = word->zeros;
}

/* --------------------------------------------------------------------------------- interning -- */

static uint32_t hash_node(const struct word *word)
{
    uint64_t hash = word->op + UINT64_C(0x9e3779b97f4a7c15) * word->width;

    hash = (hash ^ word->immediate) * UINT64_C(0xff51afd7ed558ccd);
    for (uint32_t i = 0; i < word->n_operands; i++)
        hash = (hash ^ (hash >> 29) ^ word->operands[i]->id) * UINT64_C(0x9fb21c651e98df25);
    for (size_t i = 0; word->bits != NULL && i < bits_limbs(word->width); i++)
        hash = (hash ^ (hash >> 31) ^ word->bits[i]) * UINT64_C(0xc4ceb9fe1a85ec53);
    return (uint32_t)(hash ^ (hash >> 32));
}

static bool same_node(const struct word *a, const struct word *b)
{
    if (a->hash != b->hash || a->op != b->op || a->width != b->width) return false;
    if (a->immediate != b->immediate || a->n_operands != b->n_operands) return false;
    if (a->op == WORD_CONST) return bits_equal(a->bits, b->bits, a->width);
    return a->n_operands == 0 ||
           memcmp(a->operands, b->operands, a->n_operands * sizeof *a->operands) == 0;
}

static void grow_table(struct word_graph *graph)
{
    graph->n_buckets *= 2;
    graph->buckets = arena_new(graph->arena, graph->n_buckets, sizeof(struct word *));
    for (uint64_t i = 0; i < graph->n_words; i++) {
        struct word *word = graph->words[i];
        struct word **bucket = graph->buckets + (word->hash & (graph->n_buckets - 1));

        word->next = *bucket;
        *bucket = word;
    }
}

struct word *node_find(const struct word_graph *graph, struct word key)
{
    struct word *word;

    key.hash = hash_node(&key);
    word = graph->buckets[key.hash & (graph->n_buckets - 1)];
    while (word != NULL && !same_node(word, &key)) word = word->next;
    return word;
}

static struct word *intern(struct word_graph *graph, struct word key)
{
    struct word **bucket, *word = node_find(graph, key);

    if (word != NULL) return word;
    key.hash = hash_node(&key);
    bucket = graph->buckets + (key.hash & (graph->n_buckets - 1));
    word = arena_new(graph->arena, 1, sizeof *word);
    *word = key;
    word->id = (uint32_t)graph->n_words;
    word->position = graph->position;
    word->next = *bucket;
    *bucket = word;
    if (key.n_operands > 0) {
        word->operands = arena_new(graph->arena, key.n_operands, sizeof *word->operands);
        memcpy(word->operands, key.operands, key.n_operands * sizeof *word->operands);
    }
    if (key.bits != NULL) {
        uint64_t *bits = arena_new(graph->arena, bits_limbs(key.width), sizeof *bits);

        bits_copy(bits, key.bits, key.width);
        word->bits = bits;
    }
    analyse(word);
    graph->words = arena_grow(graph->arena, graph->words, graph->n_words, &graph->capacity,
                              sizeof *graph->words);
    graph->words[graph->n_words++] = word;
    if (graph->n_words > graph->n_buckets) grow_table(graph);
    return word;
}

struct word *node_intern(struct word_graph *graph, struct word key)
{
    struct word *word = intern(graph, key);

    if (word->zeros < word->width || word->op == WORD_CONST) return word;
    return word_const(graph, word->width, 0);
}

/* A node of an operation, or the constant that it is. */
struct word *node_new(struct word_graph *graph, enum word_op op, uint32_t width,
                      struct word **operands, uint32_t n_operands, uint64_t immediate)
{
    struct word key = {.op = (uint8_t)op,
                       .width = width,
                       .operands = operands,
                       .n_operands = n_operands,
                       .immediate = immediate};
    uint64_t result[BITS_MAX_LIMBS];
    const uint64_t *values[3] = {NULL, NULL, NULL};

    if (n_operands == 0 || n_operands > 3) return node_intern(graph, key);
    for (uint32_t i = 0; i < n_operands; i++) {
        if (!word_is_const(operands[i])) return node_intern(graph, key);
        values[i] = operands[i]->bits;
    }
    word_compute(result, &key, values);
    return word_const_bits(graph, width, result);
}

struct word *word_const_bits(struct word_graph *graph, uint32_t width, const uint64_t *bits)
{
    uint64_t trimmed[BITS_MAX_LIMBS];

    bits_extract(trimmed, bits, (uint32_t)bits_limbs(width) * 64, 0, width);
    return node_intern(graph, (struct word){.op = WORD_CONST, .width = width, .bits = trimmed});
}

struct word *word_const(struct word_graph *graph, uint32_t width, uint64_t value)
{
    uint64_t bits[BITS_MAX_LIMBS];

    bits_set_u64(bits, value, width);
    return node_intern(graph, (struct word){.op = WORD_CONST, .width = width, .bits = bits});
}

struct word *word_const_signed(struct word_graph *graph, uint32_t width, int64_t value)
{
    uint64_t low = (uint64_t)value, bits[BITS_MAX_LIMBS];

    if (width <= 64) return word_const(graph, width, low);
    bits_extend(bits, &low, 64, width, true);
    return node_intern(graph, (struct word){.op = WORD_CONST, .width = width, .bits = bits});
}

struct word *word_input(struct word_graph *graph, uint32_t width, uint64_t first_bit)
{
    return node_intern(graph,
                       (struct word){.op = WORD_INPUT, .width = width, .immediate = first_bit});
}

const char *word_op_name(enum word_op op)
{
    static const char *const names[WORD_N_OPS] = {
        "const",  "input", "not",  "and",      "or",       "xor",    "add",    "sub",
        "neg",    "mul",   "udiv", "urem",     "sdiv",     "srem",   "abs",    "shl",
        "lshr",   "ashr",  "rotl", "eq",       "ult",      "slt",    "mux",    "extract",
        "concat", "zext",  "sext", "popcount", "clz",      "ctz",    "root",   "select",
        "decode", "fadd",  "fsub", "fmul",     "fdiv",     "fsqrt",  "fmin",   "fmax",
        "feq",    "flt",   "fle",  "fromuint", "fromsint", "touint", "tosint", "ftof"};

    return (unsigned)op < WORD_N_OPS ? names[op] : "?";
}
