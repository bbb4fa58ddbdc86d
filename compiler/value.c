/* Operations of C on words; see value.h. */
#include "compiler/value.h"

static struct word *float_zero(struct word_graph *graph, const struct type *type)
{
    return word_const(graph, type->bits, 0);
}

struct word *value_truth(struct word_graph *graph, struct word *x, const struct type *type)
{
    if (!type_is_floating(type)) return word_nonzero(graph, x);
    return word_not(graph, word_binary(graph, WORD_FEQ, x, float_zero(graph, type)));
}

struct word *value_cast(struct word_graph *graph, struct word *x, const struct type *from,
                        const struct type *to)
{
    if (to->kind == TYPE_BOOL) return value_truth(graph, x, from);
    if (type_is_floating(from)) {
        if (type_is_floating(to)) return word_convert(graph, WORD_FTOF, x, to->bits);
        return word_convert(graph, to->is_signed ? WORD_TOSINT : WORD_TOUINT, x, to->bits);
    }
    if (type_is_floating(to))
        return word_convert(graph, from->is_signed ? WORD_FROMSINT : WORD_FROMUINT, x, to->bits);
    return word_resize(graph, x, to->bits, from->is_signed);
}

/* --------------------------------------------------------------------------------- operators -- */

static struct word *binary_floating(struct word_graph *graph, enum operator op, struct word *x,
                                    struct word *y)
{
    switch (op) {
    case OP_ADD: return word_binary(graph, WORD_FADD, x, y);
    case OP_SUB: return word_binary(graph, WORD_FSUB, x, y);
    case OP_MUL: return word_binary(graph, WORD_FMUL, x, y);
    case OP_DIV: return word_binary(graph, WORD_FDIV, x, y);
    case OP_EQ: return word_binary(graph, WORD_FEQ, x, y);
    case OP_NE: return word_not(graph, word_binary(graph, WORD_FEQ, x, y));
    case OP_LT: return word_binary(graph, WORD_FLT, x, y);
    case OP_LE: return word_binary(graph, WORD_FLE, x, y);
    case OP_GT: return word_binary(graph, WORD_FLT, y, x);
    default: return word_binary(graph, WORD_FLE, y, x);
    }
}

struct word *value_binary(struct word_graph *graph, enum operator op, const struct type *type,
                          struct word *x, struct word *y, const struct type *y_type)
{
    enum word_op less = type->is_signed ? WORD_SLT : WORD_ULT;

    /* A count's low bits do not depend on its sign, where it has as many as the width needs. */
    if ((op == OP_SHL || op == OP_SHR) && y_type != NULL && y_type->is_signed && y->width < 32)
        y = word_resize(graph, y, 32, true);
    if (type_is_floating(type)) return binary_floating(graph, op, x, y);
    switch (op) {
    case OP_ADD: return word_binary(graph, WORD_ADD, x, y);
    case OP_SUB: return word_binary(graph, WORD_SUB, x, y);
    case OP_MUL: return word_binary(graph, WORD_MUL, x, y);
    case OP_DIV: return word_binary(graph, type->is_signed ? WORD_SDIV : WORD_UDIV, x, y);
    case OP_REM: return word_binary(graph, type->is_signed ? WORD_SREM : WORD_UREM, x, y);
    case OP_AND: return word_binary(graph, WORD_AND, x, y);
    case OP_OR: return word_binary(graph, WORD_OR, x, y);
    case OP_XOR: return word_binary(graph, WORD_XOR, x, y);
    case OP_SHL: return word_binary(graph, WORD_SHL, x, y);
    case OP_SHR: return word_binary(graph, type->is_signed ? WORD_ASHR : WORD_LSHR, x, y);
    case OP_EQ: return word_binary(graph, WORD_EQ, x, y);
    case OP_NE: return word_not(graph, word_binary(graph, WORD_EQ, x, y));
    case OP_LT: return word_binary(graph, less, x, y);
    case OP_GT: return word_binary(graph, less, y, x);
    case OP_LE: return word_not(graph, word_binary(graph, less, y, x));
    default: return word_not(graph, word_binary(graph, less, x, y));
    }
}

/* -x flips the sign, of zeros and NaNs too. */
static struct word *negate_floating(struct word_graph *graph, struct word *x)
{
    struct word *parts[2];

    parts[0] = word_extract(graph, x, 0, x->width - 1);
    parts[1] = word_not(graph, word_extract(graph, x, x->width - 1, 1));
    return word_concat(graph, parts, 2);
}

struct word *value_unary(struct word_graph *graph, enum operator op, const struct type *type,
                         struct word *x)
{
    if (op == OP_LOGICAL_NOT) return word_not(graph, value_truth(graph, x, type));
    if (op == OP_NOT) return word_not(graph, x);
    if (type_is_floating(type)) return negate_floating(graph, x);
    return word_unary(graph, WORD_NEG, x);
}
