/* Loops that count to where they end: how often they run, told without running them; see exec.h. */
#include "compiler/exec.h"

static bool is_narrow(const struct type *type)
{
    return type->kind == TYPE_INTEGER && type->bits <= 64;
}

/* The low bits of value as a number of the type, extended to 64 bits. */
static uint64_t number(uint64_t value, const struct type *type)
{
    uint32_t rest = 64 - type->bits;

    value <<= rest;
    return type->is_signed ? (uint64_t)((int64_t)value >> rest) : value >> rest;
}

/* Whether an operand is the counter, perhaps converted, or a constant. */
static bool is_operand(const struct expr *e, const struct symbol *counter)
{
    if (!is_narrow(e->type)) return false;
    if (e->kind == EXPR_CAST) return is_operand(e->a, counter);
    return e->kind == EXPR_CONST || (e->kind == EXPR_VARIABLE && e->symbol == counter);
}

static uint64_t operand(const struct expr *e, uint64_t counter)
{
    if (e->kind == EXPR_CAST) counter = operand(e->a, counter);
    if (e->kind == EXPR_CONST) counter = word_value_u64(e->word);
    return number(counter, e->type);
}

static bool is_comparison(const struct expr *e, const struct symbol *counter)
{
    return e != NULL && e->kind == EXPR_BINARY && e->op >= OP_EQ && e->op <= OP_GE &&
           is_operand(e->a, counter) && is_operand(e->b, counter);
}

static bool holds(const struct expr *comparison, uint64_t counter)
{
    /* Signed numbers have the order of unsigned ones whose top bit is the other one. */
    uint64_t top = comparison->a->type->is_signed ? UINT64_C(1) << 63 : 0;
    uint64_t a = operand(comparison->a, counter) ^ top, b = operand(comparison->b, counter) ^ top;

    switch (comparison->op) {
    case OP_EQ: return a == b;
    case OP_NE: return a != b;
    case OP_LT: return a < b;
    case OP_LE: return a <= b;
    case OP_GT: return a > b;
    default: return a >= b;
    }
}

bool loop_outlasts(const struct stmt *loop, uint64_t n_runs)
{
    const struct symbol *symbol = loop->counter;
    const struct word *start;
    uint64_t counter, step;

    if (symbol == NULL || symbol->is_addressed || symbol->object == NULL) return false;
    if (!is_comparison(loop->value, symbol)) return false;
    if (!is_narrow(symbol->type) || !is_narrow(loop->step->operation)) return false;
    start = symbol->object->slots[0].content.word;
    if (start == NULL || !word_is_const(start)) return false;
    counter = word_value_u64(start);
    step = word_value_u64(loop->step->b->word);
    if (loop->step->op == OP_SUB) step = -step;
    for (; n_runs > 0 && holds(loop->value, counter); n_runs--) counter += step;
    return n_runs == 0;
}
