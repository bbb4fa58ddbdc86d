/* One function for each kind of operation on words. */
#include "compiler/lower_node.h"

#include "base/error.h"
#include "compiler/arith.h"
#include "compiler/divide.h"
#include "compiler/float.h"
#include "compiler/multiply.h"
#include "compiler/shift.h"
#include "compiler/table.h"

/* The word being lowered. Its operands' bits are x, y and z, as far as it has them. */
struct operation {
    struct lowering *lowering;
    struct graph *graph;
    const struct word *word;
    literal *out;
    const literal *x;
    const literal *y;
    const literal *z;
    uint32_t n; /* low bits that are wanted */
};

/* ----------------------------------------------------------------------------------- bitwise -- */

static void lower_constant(struct operation *op)
{
    for (uint32_t i = 0; i < op->n; i++)
        op->out[i] = lit_constant((op->word->bits[i / 64] >> i % 64 & 1) != 0);
}

/* The graph's inputs are its nodes from 1. */
static void lower_input(struct operation *op)
{
    for (uint32_t i = 0; i < op->n; i++) op->out[i] = (literal)(op->word->immediate + i + 1) << 1;
}

static void lower_bitwise(struct operation *op)
{
    for (uint32_t i = 0; i < op->n; i++) {
        switch (op->word->op) {
        case WORD_NOT: op->out[i] = lit_not(op->x[i]); break;
        case WORD_AND: op->out[i] = graph_and(op->graph, op->x[i], op->y[i]); break;
        case WORD_OR: op->out[i] = graph_or(op->graph, op->x[i], op->y[i]); break;
        default: op->out[i] = graph_xor(op->graph, op->x[i], op->y[i]);
        }
    }
}

static void lower_concat(struct operation *op)
{
    uint32_t first = 0;

    for (uint32_t i = 0; i < op->word->n_operands && first < op->n; i++) {
        const struct word *part = op->word->operands[i];
        uint32_t n = part->width < op->n - first ? part->width : op->n - first;

        word_bits_copy(op->out + first, lower_bits(op->lowering, part), n);
        first += part->width;
    }
}

static void lower_extension(struct operation *op)
{
    uint32_t width = op->word->operands[0]->width;

    for (uint32_t i = 0; i < op->n; i++) {
        if (i < width) op->out[i] = op->x[i];
        else op->out[i] = op->word->op == WORD_SEXT ? op->x[width - 1] : LIT_FALSE;
    }
}

/* x > 0 ? x : 0 is x >= 0 ? x : 0, which only asks for the sign. */
static void lower_mux(struct operation *op)
{
    const struct word *condition = op->word->operands[0], *x = op->word->operands[1];
    bool is_ramp = condition->op == WORD_SLT && word_is_zero(condition->operands[0]) &&
                   condition->operands[1] == x && word_is_zero(op->word->operands[2]) &&
                   op->lowering->needed[x->id] == x->width;
    literal choice = is_ramp ? lit_not(op->y[x->width - 1]) : op->x[0];

    arith_mux(op->graph, op->out, choice, op->y, op->z, op->n);
}

/* -------------------------------------------------------------------------------- arithmetic -- */

static void lower_division(struct operation *op)
{
    bool is_remainder = op->word->op == WORD_UREM || op->word->op == WORD_SREM;
    literal *quotient = is_remainder ? NULL : op->out, *remainder = is_remainder ? op->out : NULL;

    if (op->word->op == WORD_UDIV || op->word->op == WORD_UREM)
        divide_unsigned(op->graph, quotient, remainder, op->x, op->y, op->word->width);
    else divide_signed(op->graph, quotient, remainder, op->x, op->y, op->word->width);
}

static void lower_root(struct operation *op)
{
    uint32_t x_n = op->word->operands[0]->width, n = (x_n + 1) / 2;
    struct scratch_mark mark = graph_scratch_mark(op->graph);
    literal *x = graph_scratch(op->graph, 2 * n), *root = graph_scratch(op->graph, n);

    word_bits_copy(x, op->x, x_n);
    root_unsigned(op->graph, root, n, x);
    for (uint32_t i = 0; i < op->n; i++) op->out[i] = i < n ? root[i] : LIT_FALSE;
    graph_scratch_release(op->graph, mark);
}

static void lower_shift(struct operation *op)
{
    uint32_t width = op->word->width, amount_n = op->word->operands[1]->width;

    switch (op->word->op) {
    case WORD_SHL: shift_left(op->graph, op->out, op->x, op->n, op->y, amount_n); break;
    case WORD_ROTL: shift_rotate_left(op->graph, op->out, op->x, width, op->y, amount_n); break;
    default:
        shift_right(op->graph, op->out, op->x, width,
                    op->word->op == WORD_ASHR ? op->x[width - 1] : LIT_FALSE, op->y, amount_n);
    }
}

static void lower_comparison(struct operation *op)
{
    uint32_t width = op->word->operands[0]->width;

    if (op->word->op == WORD_EQ) op->out[0] = arith_equal(op->graph, op->x, op->y, width);
    else if (op->word->op == WORD_ULT && op->word->immediate != 0)
        op->out[0] = arith_difference_sign(op->graph, op->x, op->y, width);
    else if (op->word->op == WORD_ULT) op->out[0] = arith_less(op->graph, op->x, op->y, width);
    else op->out[0] = arith_less_signed(op->graph, op->x, op->y, width);
}

static void lower_count(struct operation *op)
{
    uint32_t width = op->word->operands[0]->width;

    if (op->word->op == WORD_POPCOUNT) shift_popcount(op->graph, op->out, op->n, op->x, width);
    else if (op->word->op == WORD_CLZ) shift_leading_zeros(op->graph, op->out, op->n, op->x, width);
    else shift_trailing_zeros(op->graph, op->out, op->n, op->x, width);
}

/* ------------------------------------------------------------------------------------ arrays -- */

/* Elements up to 2^k when the index is known to be in range: an element that is never read is one
 * that makes a multiplexer vanish. */
static uint64_t extended_length(const struct word *word)
{
    const struct word *index = word->operands[0];
    uint64_t n = word->n_operands - 1, length = 1;
    bool is_constant = true;

    for (uint64_t i = 1; i <= n; i++) is_constant = is_constant && word_is_const(word->operands[i]);
    if (is_constant || index->width > 32 || index->max >= n) return n;
    while (length < n) length *= 2;
    return length;
}

/* The place that stands for one that is never read: no subtree of it is missing. */
static uint64_t present_place(uint64_t place, uint64_t n)
{
    for (uint32_t bit = 32; bit-- > 0;)
        if ((place >> bit & 1) != 0 && place >> bit << bit >= n) place ^= UINT64_C(1) << bit;
    return place;
}

static void lower_select(struct operation *op)
{
    const size_t literals_a_pointer = sizeof(const literal *) / sizeof(literal);
    uint64_t n = op->word->n_operands - 1, length = extended_length(op->word);
    struct scratch_mark mark = graph_scratch_mark(op->graph);
    const literal **elements =
        (const literal **)(void *)graph_scratch(op->graph, length * literals_a_pointer);

    for (uint64_t i = 0; i < length; i++)
        elements[i] = lower_bits(op->lowering, op->word->operands[1 + present_place(i, n)]);
    table_select(op->graph, op->out, op->n, op->x, op->word->operands[0]->width, elements, length);
    graph_scratch_release(op->graph, mark);
}

/* ------------------------------------------------------------------------------------ floats -- */

static void lower_float_arithmetic(struct operation *op)
{
    struct float_format format = float_format_of(op->word->width);

    switch (op->word->op) {
    case WORD_FADD:
    case WORD_FSUB:
        float_add(op->graph, op->out, op->x, op->y, op->word->op == WORD_FSUB, format);
        break;
    case WORD_FMUL: float_multiply(op->graph, op->out, op->x, op->y, format); break;
    case WORD_FDIV: float_divide(op->graph, op->out, op->x, op->y, format); break;
    case WORD_FSQRT: float_sqrt(op->graph, op->out, op->x, format); break;
    case WORD_FMIN: float_min(op->graph, op->out, op->x, op->y, format); break;
    default: float_max(op->graph, op->out, op->x, op->y, format);
    }
}

static void lower_float_comparison(struct operation *op)
{
    struct float_format format = float_format_of(op->word->operands[0]->width);

    if (op->word->op == WORD_FEQ) op->out[0] = float_equal(op->graph, op->x, op->y, format);
    else if (op->word->op == WORD_FLT) op->out[0] = float_less(op->graph, op->x, op->y, format);
    else op->out[0] = float_less_equal(op->graph, op->x, op->y, format);
}

static void lower_float_conversion(struct operation *op)
{
    uint32_t from = op->word->operands[0]->width, to = op->word->width;

    switch (op->word->op) {
    case WORD_FROMUINT:
    case WORD_FROMSINT:
        float_from_integer(op->graph, op->out, float_format_of(to), op->x, from,
                           op->word->op == WORD_FROMSINT);
        break;
    case WORD_TOUINT:
    case WORD_TOSINT:
        float_to_integer(op->graph, op->out, to, op->word->op == WORD_TOSINT, op->x,
                         float_format_of(from));
        break;
    default: float_convert(op->graph, op->out, float_format_of(to), op->x, float_format_of(from));
    }
}

/* ---------------------------------------------------------------------------------- dispatch -- */

static void lower_one(struct operation *op)
{
    const struct word *word = op->word;

    switch ((enum word_op)word->op) {
    case WORD_CONST: lower_constant(op); break;
    case WORD_INPUT: lower_input(op); break;
    case WORD_NOT:
    case WORD_AND:
    case WORD_OR:
    case WORD_XOR: lower_bitwise(op); break;
    case WORD_MUL: multiply(op->graph, op->out, op->x, op->y, op->n); break;
    case WORD_UDIV:
    case WORD_UREM:
    case WORD_SDIV:
    case WORD_SREM: lower_division(op); break;
    case WORD_ABS: arith_negate_if(op->graph, op->out, op->x[word->width - 1], op->x, op->n); break;
    case WORD_SHL:
    case WORD_LSHR:
    case WORD_ASHR:
    case WORD_ROTL: lower_shift(op); break;
    case WORD_EQ:
    case WORD_ULT:
    case WORD_SLT: lower_comparison(op); break;
    case WORD_MUX: lower_mux(op); break;
    case WORD_EXTRACT: word_bits_copy(op->out, op->x + word->immediate, op->n); break;
    case WORD_CONCAT: lower_concat(op); break;
    case WORD_ZEXT:
    case WORD_SEXT: lower_extension(op); break;
    case WORD_POPCOUNT:
    case WORD_CLZ:
    case WORD_CTZ: lower_count(op); break;
    case WORD_ROOT: lower_root(op); break;
    case WORD_SELECT: lower_select(op); break;
    case WORD_DECODE:
        table_decode(op->graph, op->out, word->width, op->x, word->operands[0]->width, op->y[0]);
        break;
    case WORD_FADD:
    case WORD_FSUB:
    case WORD_FMUL:
    case WORD_FDIV:
    case WORD_FSQRT:
    case WORD_FMIN:
    case WORD_FMAX: lower_float_arithmetic(op); break;
    case WORD_FEQ:
    case WORD_FLT:
    case WORD_FLE: lower_float_comparison(op); break;
    case WORD_FROMUINT:
    case WORD_FROMSINT:
    case WORD_TOUINT:
    case WORD_TOSINT:
    case WORD_FTOF: lower_float_conversion(op); break;
    case WORD_ADD: /* a sum: never here */
    case WORD_SUB:
    case WORD_NEG:
    case WORD_N_OPS: graph_fail(op->graph, SOTTO_ERR_INTERNAL);
    }
}

void lower_chosen(struct lowering *lowering, literal *out, const struct word *word, uint32_t n)
{
    const struct word *x = word->operands[1], *y = word->operands[2];
    struct graph *graph = lowering->graph;
    struct scratch_mark mark = graph_scratch_mark(graph);
    literal condition = lower_bits(lowering, word->operands[0])[0], *chosen[2] = {NULL};
    struct operation op = {.lowering = lowering, .graph = graph, .word = x, .out = out, .n = n};

    for (uint32_t i = 0; i < x->n_operands; i++) {
        uint32_t width = x->operands[i]->width;

        chosen[i] = graph_scratch(graph, width);
        arith_mux(graph, chosen[i], condition, lower_bits(lowering, x->operands[i]),
                  lower_bits(lowering, y->operands[i]), width);
    }
    op.x = chosen[0];
    op.y = chosen[1];
    lower_one(&op);
    graph_scratch_release(graph, mark);
}

void lower_operation(struct lowering *lowering, literal *out, const struct word *word, uint32_t n)
{
    struct operation op = {
        .lowering = lowering, .graph = lowering->graph, .word = word, .out = out, .n = n};

    if (word->n_operands > 0) op.x = lower_bits(lowering, word->operands[0]);
    if (word->n_operands > 1) op.y = lower_bits(lowering, word->operands[1]);
    if (word->n_operands > 2) op.z = lower_bits(lowering, word->operands[2]);
    lower_one(&op);
}
