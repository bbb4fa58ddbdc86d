/* Typed expressions; see sema.h. Numbers in brackets are sections of C11. */
#include "compiler/sema.h"

#include "compiler/bits.h"
#include "compiler/value.h"

#include <string.h>

void sema_init(struct sema *sema, struct arena *arena, struct diag *diag, struct word_graph *graph)
{
    *sema = (struct sema){.arena = arena, .diag = diag, .graph = graph};
    types_init(&sema->types, arena);
}

static struct expr *new_expr(struct sema *sema, enum expr_kind kind, source_pos position,
                             struct type *type)
{
    struct expr *expr = arena_new(sema->arena, 1, sizeof *expr);

    *expr = (struct expr){.kind = kind, .position = position, .type = type};
    return expr;
}

static struct expr *new_pair(struct sema *sema, enum expr_kind kind, source_pos position,
                             struct type *type, struct expr *a, struct expr *b)
{
    struct expr *expr = new_expr(sema, kind, position, type);

    expr->a = a;
    expr->b = b;
    return expr;
}

struct expr *sema_error(struct sema *sema, source_pos position)
{
    return new_expr(sema, EXPR_ERROR, position, &sema->types.error_type);
}

static bool is_error(const struct expr *a)
{
    return a->kind == EXPR_ERROR || a->type->kind == TYPE_ERROR;
}

static const char *text_of(struct sema *sema, const struct type *type)
{
    return type_text(sema->arena, type);
}

/* ----------------------------------------------------------------------------------- primary -- */

struct expr *sema_const(struct sema *sema, source_pos position, struct type *type,
                        struct word *word)
{
    struct expr *expr = new_expr(sema, EXPR_CONST, position, type);

    expr->word = word;
    return expr;
}

struct expr *sema_symbol(struct sema *sema, source_pos position, struct symbol *symbol)
{
    struct expr *expr;

    if (symbol->kind == SYMBOL_CONSTANT)
        return sema_const(sema, position, symbol->type, symbol->constant);
    if (symbol->kind == SYMBOL_TYPEDEF) {
        diag_error(sema->diag, position, "'%s' is a type, not a value", symbol->name);
        return sema_error(sema, position);
    }
    expr = new_expr(sema, symbol->kind == SYMBOL_FUNCTION ? EXPR_FUNCTION : EXPR_VARIABLE, position,
                    symbol->type);
    expr->symbol = symbol;
    return expr;
}

struct expr *sema_string(struct sema *sema, source_pos position, const char *text, size_t text_len)
{
    struct expr *expr =
        new_expr(sema, EXPR_STRING, position,
                 type_array(&sema->types, &sema->types.char_type, (uint64_t)text_len + 1));

    expr->text = text;
    expr->text_len = text_len;
    return expr;
}

struct expr *sema_compound(struct sema *sema, source_pos position, struct symbol *symbol)
{
    struct expr *expr = new_expr(sema, EXPR_COMPOUND, position, symbol->type);

    expr->symbol = symbol;
    return expr;
}

/* ------------------------------------------------------------------------------- conversions -- */

static bool is_lvalue(const struct expr *a)
{
    switch (a->kind) {
    case EXPR_VARIABLE:
    case EXPR_DEREF:
    case EXPR_STRING:
    case EXPR_COMPOUND: return true;
    case EXPR_MEMBER: return is_lvalue(a->a);
    default: return false;
    }
}

struct expr *sema_value(struct sema *sema, struct expr *a)
{
    struct expr *expr;

    if (a->type->kind == TYPE_ARRAY)
        expr = new_expr(sema, EXPR_DECAY, a->position, type_pointer(&sema->types, a->type->base));
    else if (a->type->kind == TYPE_FUNCTION)
        expr = new_expr(sema, EXPR_DECAY, a->position, type_pointer(&sema->types, a->type));
    else return a;
    expr->a = a;
    return expr;
}

static struct expr *cast_to(struct sema *sema, struct expr *a, struct type *type)
{
    struct expr *expr;

    if (a->type == type || is_error(a)) return a;
    expr = new_expr(sema, EXPR_CAST, a->position, type);
    expr->a = a;
    if (a->kind == EXPR_CONST && type_is_arithmetic(a->type) && type_is_arithmetic(type))
        return sema_const(sema, a->position, type, value_cast(sema->graph, a->word, a->type, type));
    return expr;
}

/* The width of the bit-field that a value comes from, or 0. Assignments and the comma pass it on,
 * as hosts have it. */
static uint32_t bit_field_width(const struct expr *a)
{
    switch (a->kind) {
    case EXPR_MEMBER: return a->member->bit_width;
    case EXPR_ASSIGN:
    case EXPR_ASSIGN_OP:
    case EXPR_POST: return bit_field_width(a->a);
    case EXPR_COMMA: return bit_field_width(a->b);
    default: return 0;
    }
}

static struct type *promoted_type(struct sema *sema, const struct expr *a)
{
    return type_promoted(&sema->types, a->type, bit_field_width(a));
}

static struct expr *promote(struct sema *sema, struct expr *a)
{
    return cast_to(sema, a, promoted_type(sema, a));
}

struct expr *sema_truth(struct sema *sema, struct expr *a)
{
    a = sema_value(sema, a);
    if (is_error(a) || type_is_scalar(a->type)) return a;
    diag_error(sema->diag, a->position, "a condition must be a number or a pointer, not '%s'",
               text_of(sema, a->type));
    return sema_error(sema, a->position);
}

static bool is_null(const struct expr *a)
{
    while (a->kind == EXPR_CAST && a->type->kind == TYPE_POINTER &&
           a->type->base->kind == TYPE_VOID)
        a = a->a;
    return a->kind == EXPR_CONST && type_is_integer(a->type) && word_is_zero(a->word);
}

static bool pointers_agree(const struct type *a, const struct type *b)
{
    return a->base->kind == TYPE_VOID || b->base->kind == TYPE_VOID || type_equal(a, b);
}

struct expr *sema_convert(struct sema *sema, struct expr *a, struct type *type, const char *what)
{
    a = sema_value(sema, a);
    if (is_error(a) || type->kind == TYPE_ERROR) return a;
    if (type_is_arithmetic(type) && type_is_arithmetic(a->type)) return cast_to(sema, a, type);
    if (type->kind == TYPE_BOOL && a->type->kind == TYPE_POINTER) return cast_to(sema, a, type);
    if (type->kind == TYPE_POINTER && is_null(a)) return cast_to(sema, a, type);
    if (type->kind == TYPE_POINTER && a->type->kind == TYPE_POINTER) {
        if (!pointers_agree(type, a->type))
            diag_warning(sema->diag, a->position, "%s '%s' from '%s' without a cast", what,
                         text_of(sema, type), text_of(sema, a->type));
        else if (a->type->base->is_const && !type->base->is_const)
            diag_warning(sema->diag, a->position, "%s '%s' drops 'const'", what,
                         text_of(sema, type));
        return cast_to(sema, a, type);
    }
    if (type_is_record(type) && type_equal(type, a->type)) return a;
    diag_error(sema->diag, a->position, "%s '%s' from incompatible type '%s'", what,
               text_of(sema, type), text_of(sema, a->type));
    return sema_error(sema, a->position);
}

struct expr *sema_cast(struct sema *sema, source_pos position, struct type *type, struct expr *a)
{
    struct expr *expr;

    a = sema_value(sema, a);
    if (is_error(a) || type->kind == TYPE_ERROR) return sema_error(sema, position);
    if (type->kind == TYPE_VOID) {
        expr = new_expr(sema, EXPR_CAST, position, type);
        expr->a = a;
        return expr;
    }
    if ((type_is_arithmetic(type) && type_is_arithmetic(a->type)) ||
        (type->kind == TYPE_POINTER && (a->type->kind == TYPE_POINTER || is_null(a))) ||
        (type->kind == TYPE_BOOL && a->type->kind == TYPE_POINTER) ||
        (type_is_record(type) && type_equal(type, a->type))) {
        expr = cast_to(sema, a, type);
        if (expr == a) { /* a cast is never an lvalue */
            expr = new_expr(sema, EXPR_CAST, position, type);
            expr->a = a;
        }
        return expr;
    }
    if ((type->kind == TYPE_POINTER && type_is_integer(a->type)) ||
        (type_is_integer(type) && a->type->kind == TYPE_POINTER)) {
        diag_error(sema->diag, position, "a cast between '%s' and '%s' is not supported",
                   text_of(sema, a->type), text_of(sema, type));
        diag_hint(sema->diag, "there are no addresses in a circuit; use an array and an index");
    } else {
        diag_error(sema->diag, position, "cannot cast '%s' to '%s'", text_of(sema, a->type),
                   text_of(sema, type));
    }
    return sema_error(sema, position);
}

/* ------------------------------------------------------------------------------------- unary -- */

struct expr *sema_unary(struct sema *sema, source_pos position, enum operator op, struct expr *a)
{
    struct expr *expr;

    if (op == OP_LOGICAL_NOT) {
        a = sema_truth(sema, a);
        if (is_error(a)) return a;
        expr = new_expr(sema, EXPR_UNARY, position, &sema->types.int_type);
    } else {
        a = sema_value(sema, a);
        if (is_error(a)) return sema_error(sema, position);
        if (!type_is_arithmetic(a->type) || (op == OP_NOT && !type_is_integer(a->type))) {
            diag_error(sema->diag, position, "operand of type '%s' has no such operation",
                       text_of(sema, a->type));
            return sema_error(sema, position);
        }
        a = promote(sema, a);
        if (op == OP_ADD) return sema_cast(sema, position, a->type, a);
        expr = new_expr(sema, EXPR_UNARY, position, a->type);
        if (a->kind == EXPR_CONST)
            return sema_const(sema, position, a->type,
                              value_unary(sema->graph, op, a->type, a->word));
    }
    expr->op = op;
    expr->a = a;
    return expr;
}

struct expr *sema_address(struct sema *sema, source_pos position, struct expr *a)
{
    struct expr *expr;

    if (is_error(a)) return a;
    if (a->type->kind == TYPE_FUNCTION) return sema_value(sema, a);
    if (!is_lvalue(a)) {
        diag_error(sema->diag, position, "cannot take the address of a value");
        return sema_error(sema, position);
    }
    if (a->kind == EXPR_MEMBER && a->member->bit_width > 0) {
        diag_error(sema->diag, position, "cannot take the address of bit-field '%s'",
                   a->member->name);
        return sema_error(sema, position);
    }
    if (a->kind == EXPR_VARIABLE) a->symbol->is_addressed = true;
    expr = new_expr(sema, EXPR_ADDRESS, position, type_pointer(&sema->types, a->type));
    expr->a = a;
    return expr;
}

struct expr *sema_deref(struct sema *sema, source_pos position, struct expr *a)
{
    struct expr *expr;

    a = sema_value(sema, a);
    if (is_error(a)) return a;
    if (a->type->kind != TYPE_POINTER) {
        diag_error(sema->diag, position, "'%s' is not a pointer", text_of(sema, a->type));
        return sema_error(sema, position);
    }
    if (a->type->base->kind == TYPE_FUNCTION && a->kind == EXPR_DECAY) return a->a;
    if (a->type->base->is_incomplete || a->type->base->kind == TYPE_VOID) {
        diag_error(sema->diag, position, "'%s' points to an incomplete type",
                   text_of(sema, a->type));
        return sema_error(sema, position);
    }
    expr = new_expr(sema, EXPR_DEREF, position, a->type->base);
    expr->a = a;
    return expr;
}

struct member *sema_find_member(const struct type *type, const char *name, uint64_t *offset)
{
    for (struct member *member = type->members; member != NULL; member = member->next) {
        struct member *inner;

        if (member->name == name) {
            *offset += member->offset;
            return member;
        }
        if (member->name != NULL || !type_is_record(member->type)) continue;
        inner = sema_find_member(member->type, name, offset);
        if (inner != NULL) {
            *offset += member->offset;
            return inner;
        }
    }
    return NULL;
}

struct expr *sema_member(struct sema *sema, source_pos position, struct expr *a, const char *name)
{
    struct member *found, *whole;
    struct expr *expr;
    uint64_t offset = 0;

    if (is_error(a)) return a;
    if (!type_is_record(a->type) || a->type->is_incomplete) {
        diag_error(sema->diag, position, "'%s' has no members", text_of(sema, a->type));
        return sema_error(sema, position);
    }
    found = sema_find_member(a->type, name, &offset);
    if (found == NULL) {
        diag_error(sema->diag, position, "'%s' has no member '%s'", text_of(sema, a->type), name);
        return sema_error(sema, position);
    }
    whole = arena_new(sema->arena, 1, sizeof *whole);
    *whole = *found;
    whole->offset = offset;
    expr = new_expr(sema, EXPR_MEMBER, position,
                    a->type->is_const ? type_qualified(&sema->types, found->type) : found->type);
    expr->a = a;
    expr->member = whole;
    return expr;
}

/* ------------------------------------------------------------------------------------ binary -- */

static struct expr *bad_operands(struct sema *sema, source_pos position, const struct expr *a,
                                 const struct expr *b)
{
    diag_error(sema->diag, position, "operands of types '%s' and '%s' do not go together",
               text_of(sema, a->type), text_of(sema, b->type));
    return sema_error(sema, position);
}

static bool is_comparison(enum operator op)
{
    return op >= OP_EQ && op <= OP_GE;
}

static bool needs_integers(enum operator op)
{
    return op == OP_REM || op == OP_AND || op == OP_OR || op == OP_XOR || op == OP_SHL ||
           op == OP_SHR;
}

static struct expr *pointer_step(struct sema *sema, source_pos position, enum expr_kind kind,
                                 struct expr *a, struct expr *b)
{
    if (a->type->base->is_incomplete || a->type->base->kind == TYPE_FUNCTION ||
        (a->type->base->size == 0 && !type_is_variable(a->type->base))) {
        diag_error(sema->diag, position, "arithmetic on '%s'", text_of(sema, a->type));
        return sema_error(sema, position);
    }
    return new_pair(sema, kind, position, a->type, a, b);
}

static struct expr *pointer_binary(struct sema *sema, source_pos position, enum operator op,
                                   struct expr *a, struct expr *b)
{
    bool both = a->type->kind == TYPE_POINTER && b->type->kind == TYPE_POINTER;
    struct expr *expr;

    if (op == OP_ADD && a->type->kind == TYPE_POINTER && type_is_integer(b->type))
        return pointer_step(sema, position, EXPR_POINTER_ADD, a, promote(sema, b));
    if (op == OP_ADD && b->type->kind == TYPE_POINTER && type_is_integer(a->type))
        return pointer_step(sema, position, EXPR_POINTER_ADD, b, promote(sema, a));
    if (op == OP_SUB && a->type->kind == TYPE_POINTER && type_is_integer(b->type))
        return pointer_step(sema, position, EXPR_POINTER_SUB, a, promote(sema, b));
    if (op == OP_SUB && both && type_equal(a->type, b->type)) {
        expr = pointer_step(sema, position, EXPR_POINTER_DIFF, a, b);
        if (!is_error(expr)) expr->type = &sema->types.long_type;
        return expr;
    }
    if (is_comparison(op)) {
        if (is_null(b)) b = cast_to(sema, b, a->type);
        else if (is_null(a)) a = cast_to(sema, a, b->type);
        else if (!both || !pointers_agree(a->type, b->type))
            return bad_operands(sema, position, a, b);
        expr = new_pair(sema, EXPR_BINARY, position, &sema->types.int_type, a, b);
        expr->op = op;
        return expr;
    }
    return bad_operands(sema, position, a, b);
}

static struct expr *fold_binary(struct sema *sema, struct expr *expr)
{
    struct word *word;

    if (expr->a->kind != EXPR_CONST || expr->b->kind != EXPR_CONST) return expr;
    word = value_binary(sema->graph, expr->op, expr->a->type, expr->a->word, expr->b->word,
                        expr->b->type);
    return sema_const(sema, expr->position, expr->type,
                      word_resize(sema->graph, word, expr->type->bits, false));
}

struct expr *sema_binary(struct sema *sema, source_pos position, enum operator op, struct expr *a,
                         struct expr *b)
{
    struct type *type;
    struct expr *expr;

    a = sema_value(sema, a);
    b = sema_value(sema, b);
    if (is_error(a) || is_error(b)) return sema_error(sema, position);
    if (a->type->kind == TYPE_POINTER || b->type->kind == TYPE_POINTER)
        return pointer_binary(sema, position, op, a, b);
    if (!type_is_arithmetic(a->type) || !type_is_arithmetic(b->type) ||
        (needs_integers(op) && (!type_is_integer(a->type) || !type_is_integer(b->type))))
        return bad_operands(sema, position, a, b);
    a = promote(sema, a);
    b = promote(sema, b);
    type = a->type;
    if (op != OP_SHL && op != OP_SHR) {
        type = type_common(&sema->types, a->type, b->type);
        a = cast_to(sema, a, type);
        b = cast_to(sema, b, type);
    }
    if ((op == OP_DIV || op == OP_REM) && b->kind == EXPR_CONST && type_is_integer(type) &&
        word_is_zero(b->word))
        diag_warning(sema->diag, position, "division by zero: the quotient is all ones");
    expr = new_pair(sema, EXPR_BINARY, position, is_comparison(op) ? &sema->types.int_type : type,
                    a, b);
    expr->op = op;
    return fold_binary(sema, expr);
}

struct expr *sema_logical(struct sema *sema, source_pos position, bool is_and, struct expr *a,
                          struct expr *b)
{
    a = sema_truth(sema, a);
    b = sema_truth(sema, b);
    if (is_error(a) || is_error(b)) return sema_error(sema, position);
    return new_pair(sema, is_and ? EXPR_AND : EXPR_OR, position, &sema->types.int_type, a, b);
}

/* The type of c ? a : b [6.5.15], or NULL. */
static struct type *condition_type(struct sema *sema, const struct expr *a, const struct expr *b)
{
    if (type_is_arithmetic(a->type) && type_is_arithmetic(b->type))
        return type_common(&sema->types, promoted_type(sema, a), promoted_type(sema, b));
    if (a->type->kind == TYPE_VOID && b->type->kind == TYPE_VOID) return a->type;
    if (type_is_record(a->type) && type_equal(a->type, b->type)) return a->type;
    if (a->type->kind == TYPE_POINTER && is_null(b)) return a->type;
    if (b->type->kind == TYPE_POINTER && is_null(a)) return b->type;
    if (a->type->kind == TYPE_POINTER && b->type->kind == TYPE_POINTER &&
        pointers_agree(a->type, b->type))
        return a->type->base->kind == TYPE_VOID || a->type->base->is_const ? a->type : b->type;
    return NULL;
}

struct expr *sema_condition(struct sema *sema, source_pos position, struct expr *a, struct expr *b,
                            struct expr *c)
{
    struct expr *expr;
    struct type *type;

    a = sema_truth(sema, a);
    b = sema_value(sema, b);
    c = sema_value(sema, c);
    if (is_error(a) || is_error(b) || is_error(c)) return sema_error(sema, position);
    type = condition_type(sema, b, c);
    if (type == NULL) return bad_operands(sema, position, b, c);
    if (type_is_scalar(type)) {
        b = cast_to(sema, b, type);
        c = cast_to(sema, c, type);
    }
    if (a->kind == EXPR_CONST && type_is_arithmetic(type)) {
        bool truth = !word_is_zero(value_truth(sema->graph, a->word, a->type));

        if ((truth ? b : c)->kind == EXPR_CONST) return truth ? b : c;
    }
    expr = new_pair(sema, EXPR_CONDITION, position, type, a, b);
    expr->c = c;
    return expr;
}

struct expr *sema_comma(struct sema *sema, source_pos position, struct expr *a, struct expr *b)
{
    b = sema_value(sema, b);
    return new_pair(sema, EXPR_COMMA, position, b->type, sema_value(sema, a), b);
}

/* -------------------------------------------------------------------------------- assignment -- */

/* Whether a part of an object must not change, or the whole. */
static bool has_const(const struct type *type)
{
    while (type->kind == TYPE_ARRAY) type = type->base;
    if (type->is_const) return true;
    for (const struct member *member = type->members; member != NULL; member = member->next)
        if (has_const(member->type)) return true;
    return false;
}

/* An expression that a write changes. */
static bool take_written(struct sema *sema, source_pos position, const struct expr *a)
{
    if (is_error(a)) return false;
    if (!is_lvalue(a) || a->type->kind == TYPE_ARRAY || a->type->kind == TYPE_FUNCTION) {
        diag_error(sema->diag, position, "cannot assign to this expression");
        return false;
    }
    if (has_const(a->type)) {
        diag_error(sema->diag, position, "cannot assign to an object of type '%s'",
                   text_of(sema, a->type));
        return false;
    }
    if (a->kind == EXPR_VARIABLE) a->symbol->n_writes++;
    return true;
}

struct expr *sema_assign(struct sema *sema, source_pos position, struct expr *a, struct expr *b)
{
    if (!take_written(sema, position, a)) return sema_error(sema, position);
    b = sema_convert(sema, b, a->type, "assigning to");
    if (is_error(b)) return b;
    return new_pair(sema, EXPR_ASSIGN, position, a->type, a, b);
}

/* a op= b and a++ evaluate a's place once; the operation's own type is found by making a op b. */
static struct expr *read_modify_write(struct sema *sema, source_pos position, enum expr_kind kind,
                                      enum operator op, struct expr *a, struct expr *b)
{
    struct expr *whole, *expr;

    if (!take_written(sema, position, a)) return sema_error(sema, position);
    whole = sema_binary(sema, position, op, a, b);
    if (is_error(whole)) return whole;
    if ((a->type->kind == TYPE_POINTER) != (whole->type->kind == TYPE_POINTER))
        return bad_operands(sema, position, a, b);
    expr = new_pair(sema, kind, position, a->type, a, whole->b);
    expr->op = op;
    expr->operation = whole->type;
    return expr;
}

struct expr *sema_assign_op(struct sema *sema, source_pos position, enum operator op,
                            struct expr *a, struct expr *b)
{
    return read_modify_write(sema, position, EXPR_ASSIGN_OP, op, a, b);
}

struct expr *sema_post(struct sema *sema, source_pos position, enum operator op, struct expr *a)
{
    struct type *type = &sema->types.int_type;

    return read_modify_write(sema, position, EXPR_POST, op, a,
                             sema_const(sema, position, type, word_const(sema->graph, 32, 1)));
}

/* ------------------------------------------------------------------------------------- calls -- */

static bool check_arguments(struct sema *sema, source_pos position, const struct type *function,
                            struct expr **arguments, uint64_t n_arguments)
{
    const struct parameter *parameter = function->parameters;
    bool good = true;
    uint64_t i = 0;

    for (; parameter != NULL && i < n_arguments; parameter = parameter->next, i++) {
        arguments[i] = sema_convert(sema, arguments[i], parameter->type, "passing");
        good = good && !is_error(arguments[i]);
    }
    if (parameter != NULL || i < n_arguments) {
        diag_error(sema->diag, position, "too %s arguments in this call",
                   parameter != NULL ? "few" : "many");
        return false;
    }
    return good;
}

struct expr *sema_call(struct sema *sema, source_pos position, struct expr *a,
                       struct expr **arguments, uint64_t n_arguments)
{
    struct type *function;
    struct expr *expr;

    a = sema_value(sema, a);
    if (is_error(a)) return a;
    if (a->type->kind != TYPE_POINTER || a->type->base->kind != TYPE_FUNCTION) {
        diag_error(sema->diag, position, "'%s' is not a function", text_of(sema, a->type));
        return sema_error(sema, position);
    }
    function = a->type->base;
    if (!check_arguments(sema, position, function, arguments, n_arguments))
        return new_expr(sema, EXPR_ERROR, position,
                        function->base->kind == TYPE_VOID ? function->base
                                                          : &sema->types.error_type);
    expr = new_expr(sema, EXPR_CALL, position, function->base);
    expr->a = a;
    expr->arguments = arguments;
    expr->n_arguments = n_arguments;
    if (a->kind == EXPR_DECAY && a->a->kind == EXPR_FUNCTION && a->a->symbol->is_builtin) {
        expr->kind = EXPR_BUILTIN;
        expr->builtin = a->a->symbol->builtin;
    }
    return expr;
}

/* --------------------------------------------------------------------------------- constants -- */

/* The value of a constant expression of arithmetic type, or NULL. */
static struct word *evaluate(struct sema *sema, const struct expr *e)
{
    struct word *a = NULL, *b = NULL;

    if (e->kind == EXPR_CONST) return e->word;
    if (!type_is_arithmetic(e->type) || e->a == NULL || !type_is_arithmetic(e->a->type))
        return NULL;
    a = evaluate(sema, e->a);
    if (a == NULL) return NULL;
    switch (e->kind) {
    case EXPR_CAST: return value_cast(sema->graph, a, e->a->type, e->type);
    case EXPR_UNARY:
        return word_resize(sema->graph, value_unary(sema->graph, e->op, e->a->type, a),
                           e->type->bits, false);
    case EXPR_AND:
    case EXPR_OR:
        a = value_truth(sema->graph, a, e->a->type);
        if (word_is_zero(a) == (e->kind == EXPR_AND))
            return word_const(sema->graph, 32, e->kind == EXPR_OR);
        b = evaluate(sema, e->b);
        if (b == NULL) return NULL;
        return word_resize(sema->graph, value_truth(sema->graph, b, e->b->type), 32, false);
    case EXPR_CONDITION:
        a = value_truth(sema->graph, a, e->a->type);
        return evaluate(sema, word_is_zero(a) ? e->c : e->b);
    case EXPR_BINARY:
        b = type_is_arithmetic(e->b->type) ? evaluate(sema, e->b) : NULL;
        if (b == NULL) return NULL;
        return word_resize(sema->graph,
                           value_binary(sema->graph, e->op, e->a->type, a, b, e->b->type),
                           e->type->bits, false);
    default: return NULL;
    }
}

bool sema_is_constant(struct sema *sema, struct expr *a)
{
    a = sema_value(sema, a);
    return type_is_arithmetic(a->type) && evaluate(sema, a) != NULL;
}

struct word *sema_constant(struct sema *sema, struct expr *a, const char *what)
{
    struct word *word;

    a = sema_value(sema, a);
    if (is_error(a)) return NULL;
    word = type_is_integer(a->type) ? evaluate(sema, a) : NULL;
    if (word == NULL)
        diag_error(sema->diag, a->position, "%s must be an integer constant expression", what);
    return word;
}
