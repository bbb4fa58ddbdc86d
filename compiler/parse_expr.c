/* Expressions; productions of C11 6.5. */
#include "compiler/bits.h"
#include "compiler/parse.h"

#include <string.h>

static struct expr *unary_expression(struct parser *p);
static struct expr *cast_expression(struct parser *p);

/* ----------------------------------------------------------------------------------- numbers -- */

/* The first type of the list of 6.4.4.1 that holds the value. */
static struct type *integer_type(struct parser *p, const struct token *token)
{
    struct types *types = &p->sema->types;
    struct type *ladder[] = {&types->int_type,   &types->uint_type,  &types->long_type,
                             &types->ulong_type, &types->llong_type, &types->ullong_type};
    uint32_t len = bits_len(token->bits, token->bits_width), suffix = token->suffix;
    size_t first = suffix & SUFFIX_LONG_LONG ? 4 : suffix & SUFFIX_LONG ? 2 : 0;

    if (suffix & SUFFIX_CHARACTER) return &types->int_type;
    if (suffix & SUFFIX_BIT_PRECISE) {
        bool is_signed = !(suffix & SUFFIX_UNSIGNED);

        len += is_signed;
        return type_bit_int(types, len < 2 && is_signed ? 2 : len < 1 ? 1 : len, is_signed);
    }
    for (size_t i = first; i < sizeof ladder / sizeof *ladder; i++) {
        if (suffix & SUFFIX_UNSIGNED && ladder[i]->is_signed) continue;
        if (!(suffix & SUFFIX_UNSIGNED) && suffix & SUFFIX_DECIMAL && !ladder[i]->is_signed)
            continue;
        if (ladder[i]->bits - ladder[i]->is_signed >= len) return ladder[i];
    }
    diag_error(p->diag, token->position, "integer constant is too large");
    return &types->ullong_type;
}

static struct expr *number(struct parser *p)
{
    const struct token *token = &p->lexer->tokens[p->at++];
    struct type *type;
    uint64_t bits;
    uint32_t low;
    float narrow;

    if (token->kind == TOKEN_INTEGER) {
        type = integer_type(p, token);
        if (token->suffix & SUFFIX_CHARACTER)
            return sema_const(p->sema, token->position, type,
                              word_const(p->sema->graph, 32, token->bits[0]));
        return sema_const(p->sema, token->position, type,
                          word_const_bits(p->sema->graph, type->bits, token->bits));
    }
    if (token->suffix & SUFFIX_FLOAT) {
        narrow = (float)token->floating;
        memcpy(&low, &narrow, sizeof low);
        return sema_const(p->sema, token->position, &p->sema->types.float_type,
                          word_const(p->sema->graph, 32, low));
    }
    memcpy(&bits, &token->floating, sizeof bits);
    return sema_const(p->sema, token->position, &p->sema->types.double_type,
                      word_const(p->sema->graph, 64, bits));
}

/* ----------------------------------------------------------------------------------- primary -- */

static struct expr *name(struct parser *p)
{
    const struct token *token = &p->lexer->tokens[p->at++];
    struct symbol *symbol = scope_find(p, token->text);
    size_t len = p->function != NULL ? strlen(p->function->name) : 0;

    if (symbol != NULL) return sema_symbol(p->sema, token->position, symbol);
    if (strcmp(token->text, "__func__") == 0 && len > 0)
        return sema_string(p->sema, token->position, p->function->name, len);
    if (!refuse_name(p, token))
        diag_error(p->diag, token->position, "'%s' is not declared", token->text);
    return sema_error(p->sema, token->position);
}

/* One of a list of types in _Generic; NULL is that of default. */
struct association {
    const struct association *before;
    const struct type *type;
};

static bool choose_alike(const struct type *a, const struct type *b)
{
    if (a == NULL || b == NULL) return a == b;
    if (a->kind == TYPE_ERROR || b->kind == TYPE_ERROR) return false;
    return a->is_const == b->is_const && type_compatible(a, b);
}

/* No value may have two associations [6.5.1.1, 2]. */
static void check_association(struct parser *p, source_pos position, const struct association *last)
{
    const struct association *other = last->before;

    while (other != NULL && !choose_alike(other->type, last->type)) other = other->before;
    if (other == NULL) return;
    if (last->type == NULL)
        diag_error(p->diag, position, "'default' stands twice in this _Generic");
    else
        diag_error(p->diag, position, "'%s' is compatible with another type of this _Generic",
                   type_text(p->arena, last->type));
}

/* generic-selection = "_Generic" "(" assignment-expression ("," association)+ ")"
 * association       = (type-name | "default") ":" assignment-expression */
static struct expr *generic_selection(struct parser *p)
{
    source_pos position = here(p);
    struct expr *control, *chosen = NULL, *fallback = NULL;
    struct association *last = NULL;

    expect(p, "_Generic");
    expect(p, "(");
    control = sema_value(p->sema, assignment_expression(p));
    while (take(p, ",")) {
        source_pos start = here(p);
        struct type *type = take(p, "default") ? NULL : type_name(p);
        struct association *association = arena_new(p->arena, 1, sizeof *association);
        struct expr *value;

        *association = (struct association){last, type};
        check_association(p, start, association);
        last = association;
        expect(p, ":");
        value = assignment_expression(p);
        if (type == NULL) fallback = value;
        else if (chosen == NULL && !type->is_const && type_compatible(type, control->type))
            chosen = value;
    }
    expect(p, ")");
    if (chosen == NULL) chosen = fallback;
    if (chosen != NULL) return chosen;
    diag_error(p->diag, position, "no association for type '%s'",
               type_text(p->arena, control->type));
    return sema_error(p->sema, position);
}

/* offsetof = "__builtin_offsetof" "(" type-name "," name ("." name | "[" constant "]")* ")" */
static struct expr *offset_of(struct parser *p)
{
    source_pos position = here(p);
    struct type *type;
    uint64_t offset = 0;

    p->at++;
    expect(p, "(");
    type = type_name(p);
    expect(p, ",");
    do {
        const struct token *token = expect_name(p);
        struct member *member = NULL;

        if (type_is_record(type)) member = sema_find_member(type, token->text, &offset);
        if (member == NULL || member->bit_width > 0) {
            diag_error(p->diag, token->position, "'%s' has no such member '%s'",
                       type_text(p->arena, type), token->text);
            longjmp(*p->recover, 1);
        }
        type = member->type;
        while (type->kind == TYPE_ARRAY && take(p, "[")) {
            struct word *index = sema_constant(p->sema, constant_expression(p), "the index");

            expect(p, "]");
            type = type->base;
            if (index != NULL) offset += word_value_u64(index) * type->size;
        }
    } while (take(p, "."));
    expect(p, ")");
    return sema_const(p->sema, position, &p->sema->types.ulong_type,
                      word_const(p->sema->graph, 64, offset));
}

/* primary-expression = number | string+ | name | "(" expression ")" | generic-selection */
static struct expr *primary_expression(struct parser *p)
{
    const struct token *token = peek(p);
    struct expr *inner;

    if (token->kind == TOKEN_INTEGER || token->kind == TOKEN_FLOATING) return number(p);
    if (token->kind == TOKEN_NAME && strcmp(token->text, "__builtin_offsetof") == 0)
        return offset_of(p);
    if (token->kind == TOKEN_NAME) return name(p);
    if (token->kind == TOKEN_STRING) {
        p->at++;
        return sema_string(p->sema, token->position, token->text, token->text_len);
    }
    if (next_is(p, "_Generic")) return generic_selection(p);
    if (next_is(p, "(") && second_is(p, "{")) {
        diag_error(p->diag, token->position, "statement expressions are not supported");
        diag_hint(p->diag, "write a static inline function");
        longjmp(*p->recover, 1);
    }
    if (!take(p, "(")) syntax_error(p, "an expression");
    inner = expression(p);
    expect(p, ")");
    return inner;
}

/* ----------------------------------------------------------------------------------- postfix -- */

/* argument-list = "(" (assignment-expression ("," assignment-expression)*)? ")" */
static struct expr *call(struct parser *p, struct expr *function)
{
    source_pos position = here(p);
    struct expr **arguments = NULL;
    uint64_t n = 0, capacity = 0;

    expect(p, "(");
    while (!next_is(p, ")")) {
        if (n > 0) expect(p, ",");
        arguments = arena_grow(p->arena, arguments, n, &capacity, sizeof *arguments);
        arguments[n++] = assignment_expression(p);
    }
    expect(p, ")");
    return sema_call(p->sema, position, function, arguments, n);
}

static struct expr *subscript(struct parser *p, struct expr *a)
{
    source_pos position = here(p);
    struct expr *index;

    expect(p, "[");
    index = expression(p);
    expect(p, "]");
    return sema_deref(p->sema, position, sema_binary(p->sema, position, OP_ADD, a, index));
}

/* arrow = "->" name */
static struct expr *arrow(struct parser *p, source_pos position, struct expr *a)
{
    const char *name = expect_name(p)->text;

    return sema_member(p->sema, position, sema_deref(p->sema, position, a), name);
}

/* postfix = "[" expression "]" | argument-list | "." name | "->" name | "++" | "--" */
static struct expr *postfix_operators(struct parser *p, struct expr *a)
{
    for (;;) {
        source_pos position = here(p);

        if (next_is(p, "[")) a = subscript(p, a);
        else if (next_is(p, "(")) a = call(p, a);
        else if (take(p, ".")) a = sema_member(p->sema, position, a, expect_name(p)->text);
        else if (take(p, "->")) a = arrow(p, position, a);
        else if (take(p, "++")) a = sema_post(p->sema, position, OP_ADD, a);
        else if (take(p, "--")) a = sema_post(p->sema, position, OP_SUB, a);
        else return a;
    }
}

/* compound-literal = "(" type-name ")" "{" initializer-list "}" */
static struct expr *compound_literal(struct parser *p, source_pos position, struct type *type)
{
    struct symbol *symbol = arena_new(p->arena, 1, sizeof *symbol);

    if (type_is_variable(type)) {
        refuse(p, "an initialiser of an array of variable length is", "assign to its elements");
        longjmp(*p->recover, 1);
    }
    symbol->kind = SYMBOL_VARIABLE;
    symbol->name = "compound literal";
    symbol->position = position;
    symbol->type = type;
    symbol->init = initializer(p, &symbol->type);
    symbol->has_init = true;
    symbol->is_defined = true;
    symbol->is_global = p->function == NULL;
    if (symbol->is_global) {
        p->unit->variables = arena_grow(p->arena, p->unit->variables, p->unit->n_variables,
                                        &p->unit->variables_capacity, sizeof(struct symbol *));
        p->unit->variables[p->unit->n_variables++] = symbol;
    }
    return sema_compound(p->sema, position, symbol);
}

/* ------------------------------------------------------------------------------------- unary -- */

static struct expr *size_constant(struct parser *p, source_pos position, uint64_t size)
{
    return sema_const(p->sema, position, &p->sema->types.ulong_type,
                      word_const(p->sema->graph, 64, size));
}

/* An array of variable length has the size that it was declared with. */
static struct expr *size_of(struct parser *p, source_pos position, struct type *type)
{
    struct expr *n;

    if (type->is_incomplete) {
        diag_error(p->diag, position, "size of an incomplete type");
        return sema_error(p->sema, position);
    }
    if (!type_is_variable(type)) return size_constant(p, position, type->size);
    n = type->length != NULL ? sema_symbol(p->sema, position, type->length)
                             : size_constant(p, position, type->n);
    return sema_binary(p->sema, position, OP_MUL, n, size_of(p, position, type->base));
}

/* ("sizeof" | "_Alignof") (unary-expression | "(" type-name ")") */
static struct expr *size_expression(struct parser *p)
{
    source_pos position = here(p);
    bool is_alignment = !next_is(p, "sizeof");
    struct expr *operand, *size;
    struct type *type;

    p->at++;
    if (next_is(p, "(") && is_type_name(p, peek(p) + 1)) {
        p->at++;
        type = type_name(p);
        expect(p, ")");
        if (!next_is(p, "{"))
            return is_alignment ? size_constant(p, position, type->align)
                                : size_of(p, position, type);
        operand = postfix_operators(p, compound_literal(p, position, type));
    } else {
        operand = unary_expression(p);
    }
    if (operand->kind == EXPR_MEMBER && operand->member->bit_width > 0) {
        diag_error(p->diag, position, "size of a bit-field");
        return sema_error(p->sema, position);
    }
    if (is_alignment) return size_constant(p, position, operand->type->align);
    size = size_of(p, position, operand->type);
    /* Only such an operand is evaluated [6.5.3.4, 2]. */
    if (type_is_variable(operand->type)) size = sema_comma(p->sema, position, operand, size);
    return size;
}

/* ("++" | "--") unary-expression */
static struct expr *prefix_step(struct parser *p, source_pos position, enum operator op)
{
    struct expr *operand = unary_expression(p);
    struct expr *one =
        sema_const(p->sema, position, &p->sema->types.int_type, word_const(p->sema->graph, 32, 1));

    return sema_assign_op(p->sema, position, op, operand, one);
}

/* unary-expression = ("++" | "--") unary-expression | ("&" | "*" | "+" | "-" | "~" | "!")
 *                    cast-expression | size-expression | primary-expression postfix* */
static struct expr *unary_expression(struct parser *p)
{
    source_pos position = here(p);
    struct expr *result;

    enter_nesting(p);
    if (next_is(p, "&&")) {
        refuse(p, "the address of a label is", "use switch, loops, break and continue");
        longjmp(*p->recover, 1);
    }
    if (take(p, "++")) result = prefix_step(p, position, OP_ADD);
    else if (take(p, "--")) result = prefix_step(p, position, OP_SUB);
    else if (take(p, "&")) result = sema_address(p->sema, position, cast_expression(p));
    else if (take(p, "*")) result = sema_deref(p->sema, position, cast_expression(p));
    else if (take(p, "+")) result = sema_unary(p->sema, position, OP_ADD, cast_expression(p));
    else if (take(p, "-")) result = sema_unary(p->sema, position, OP_NEG, cast_expression(p));
    else if (take(p, "~")) result = sema_unary(p->sema, position, OP_NOT, cast_expression(p));
    else if (take(p, "!"))
        result = sema_unary(p->sema, position, OP_LOGICAL_NOT, cast_expression(p));
    else if (take(p, "__extension__")) result = cast_expression(p);
    else if (next_is(p, "sizeof") || next_is(p, "_Alignof")) result = size_expression(p);
    else result = postfix_operators(p, primary_expression(p));
    p->depth--;
    return result;
}

/* cast-expression = "(" type-name ")" (cast-expression | compound-literal postfix*)
 *                 | unary-expression */
static struct expr *cast_expression(struct parser *p)
{
    source_pos position = here(p);
    struct expr *result;
    struct type *type;

    if (!next_is(p, "(") || !is_type_name(p, peek(p) + 1)) return unary_expression(p);
    enter_nesting(p);
    p->at++;
    type = type_name(p);
    expect(p, ")");
    if (next_is(p, "{")) result = postfix_operators(p, compound_literal(p, position, type));
    else result = sema_cast(p->sema, position, type, cast_expression(p));
    p->depth--;
    return result;
}

/* ------------------------------------------------------------------------------------ binary -- */

struct binary_operator {
    const char *text;
    enum operator op;
    int level;
};

static const struct binary_operator binary_operators[] = {
    {"*", OP_MUL, 10}, {"/", OP_DIV, 10}, {"%", OP_REM, 10}, {"+", OP_ADD, 9},
    {"-", OP_SUB, 9},  {"<<", OP_SHL, 8}, {">>", OP_SHR, 8}, {"<", OP_LT, 7},
    {">", OP_GT, 7},   {"<=", OP_LE, 7},  {">=", OP_GE, 7},  {"==", OP_EQ, 6},
    {"!=", OP_NE, 6},  {"&", OP_AND, 5},  {"^", OP_XOR, 4},  {"|", OP_OR, 3},
};

#define LEVEL_AND_AND 2
#define LEVEL_OR_OR 1
#define LEVEL_HIGHEST 10

static const struct binary_operator *find_operator(const struct parser *p, int level)
{
    for (size_t i = 0; i < sizeof binary_operators / sizeof *binary_operators; i++)
        if (binary_operators[i].level == level && next_is(p, binary_operators[i].text))
            return &binary_operators[i];
    return NULL;
}

/* multiplicative-, additive-, shift-, relational-, equality-, AND-, exclusive-OR-, inclusive-OR-,
 * logical-AND- and logical-OR-expression: level = higher (operator-of-level higher)* */
static struct expr *binary_expression(struct parser *p, int level)
{
    struct expr *a;

    if (level > LEVEL_HIGHEST) return cast_expression(p);
    a = binary_expression(p, level + 1);
    for (;;) {
        source_pos position = here(p);
        const struct binary_operator *found = find_operator(p, level);

        if (found != NULL) {
            p->at++;
            a = sema_binary(p->sema, position, found->op, a, binary_expression(p, level + 1));
        } else if (level == LEVEL_AND_AND && take(p, "&&")) {
            a = sema_logical(p->sema, position, true, a, binary_expression(p, level + 1));
        } else if (level == LEVEL_OR_OR && take(p, "||")) {
            a = sema_logical(p->sema, position, false, a, binary_expression(p, level + 1));
        } else {
            return a;
        }
    }
}

/* conditional-expression = logical-OR-expression ("?" expression? ":" conditional-expression)? */
static struct expr *conditional_expression(struct parser *p)
{
    struct expr *a = binary_expression(p, LEVEL_OR_OR), *b, *c;
    source_pos position = here(p);

    if (!take(p, "?")) return a;
    enter_nesting(p);
    if (next_is(p, ":")) {
        diag_error(p->diag, here(p), "'?:' without a middle operand is not standard C");
        longjmp(*p->recover, 1);
    }
    b = expression(p);
    expect(p, ":");
    c = conditional_expression(p);
    p->depth--;
    return sema_condition(p->sema, position, a, b, c);
}

struct expr *constant_expression(struct parser *p)
{
    return conditional_expression(p);
}

/* assignment-expression = conditional-expression (assignment-operator assignment-expression)? */
struct expr *assignment_expression(struct parser *p)
{
    static const struct {
        const char *text;
        enum operator op;
    } compound[] = {{"+=", OP_ADD},  {"-=", OP_SUB}, {"*=", OP_MUL}, {"/=", OP_DIV},
                    {"%=", OP_REM},  {"&=", OP_AND}, {"|=", OP_OR},  {"^=", OP_XOR},
                    {"<<=", OP_SHL}, {">>=", OP_SHR}};
    struct expr *a, *b;
    source_pos position;

    enter_nesting(p);
    a = conditional_expression(p);
    position = here(p);
    if (take(p, "=")) {
        b = assignment_expression(p);
        p->depth--;
        return sema_assign(p->sema, position, a, b);
    }
    for (size_t i = 0; i < sizeof compound / sizeof *compound; i++)
        if (take(p, compound[i].text)) {
            b = assignment_expression(p);
            p->depth--;
            return sema_assign_op(p->sema, position, compound[i].op, a, b);
        }
    p->depth--;
    return a;
}

/* expression = assignment-expression ("," assignment-expression)* */
struct expr *expression(struct parser *p)
{
    struct expr *a = assignment_expression(p);

    while (next_is(p, ",")) {
        source_pos position = here(p);

        p->at++;
        a = sema_comma(p->sema, position, a, assignment_expression(p));
    }
    return a;
}
