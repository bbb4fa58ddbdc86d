/* Estimates of ANDs; see word_cost.h. */
#include "compiler/word_cost.h"

/* Bits that are not known to be 0 or copies of the sign. */
static uint64_t used_bits(const struct word *word)
{
    uint32_t spare = word->zeros;

    if (word->signs > spare + 1) spare = word->signs - 1u;
    return spare < word->width ? word->width - spare : 0;
}

static uint64_t log2_of(uint64_t n)
{
    uint64_t log = 0;

    while (n > UINT64_C(1) << log) log++;
    return log;
}

static uint64_t product_cost(const struct word *a, const struct word *b, uint64_t width)
{
    uint64_t x = used_bits(a), y = used_bits(b);

    if (word_is_const(a) || word_is_const(b)) return width * log2_of(width + 1) / 2;
    return x + y > width && x * y > width * width / 2 ? width * width / 2 : x * y;
}

static uint64_t division_cost(const struct word *a, const struct word *b)
{
    uint64_t x = used_bits(a), y = used_bits(b);

    if (word_is_const(b)) return 3 * x;
    return x * (x < y ? x : y) / 2 + x;
}

/* Constants are looked up by a Boolean function. */
static uint64_t select_cost(const struct word *word)
{
    uint64_t n = word->n_operands - 1;

    for (uint32_t i = 1; i < word->n_operands; i++)
        if (!word_is_const(word->operands[i])) return (n - 1) * word->width;
    return n + word->width * (UINT64_C(1) << log2_of(n) / 2);
}

static uint64_t float_cost(const struct word *word)
{
    uint64_t wide = word->operands[0]->width == 64 || word->width == 64;

    switch (word->op) {
    case WORD_FADD:
    case WORD_FSUB: return wide ? 2400 : 1000;
    case WORD_FMUL: return wide ? 5400 : 1500;
    case WORD_FDIV: return wide ? 4200 : 1200;
    case WORD_FSQRT: return wide ? 9000 : 2455;
    default: return wide ? 300 : 150;
    }
}

uint64_t word_cost(const struct word *word)
{
    uint64_t n = used_bits(word);

    switch (word->op) {
    case WORD_AND:
    case WORD_OR:
    case WORD_ADD:
    case WORD_SUB:
    case WORD_NEG:
    case WORD_ABS:
    case WORD_MUX: return n;
    case WORD_MUL: return product_cost(word->operands[0], word->operands[1], word->width);
    case WORD_UDIV:
    case WORD_UREM:
    case WORD_SDIV:
    case WORD_SREM: return division_cost(word->operands[0], word->operands[1]);
    case WORD_SHL:
    case WORD_LSHR:
    case WORD_ASHR:
    case WORD_ROTL: return word->width * log2_of(word->width);
    case WORD_EQ:
    case WORD_ULT:
    case WORD_SLT:
    case WORD_POPCOUNT:
    case WORD_CLZ:
    case WORD_CTZ: return word->operands[0]->width;
    case WORD_SELECT: return select_cost(word);
    case WORD_DECODE: return word->width;
    case WORD_CONST:
    case WORD_INPUT:
    case WORD_NOT:
    case WORD_XOR:
    case WORD_EXTRACT:
    case WORD_CONCAT:
    case WORD_ZEXT:
    case WORD_SEXT: return 0;
    default: return float_cost(word);
    }
}

uint64_t word_cost_since(const struct word_graph *graph, uint64_t first)
{
    uint64_t cost = 0;

    for (uint64_t id = first; id < graph->n_words; id++) cost += word_cost(graph->words[id]);
    return cost;
}
