/* Declarators and type names; productions of C11 6.7.6 and 6.7.7. */
#include "compiler/bits.h"
#include "compiler/parse.h"

#include <string.h>

static struct type *declarator_suffix(struct parser *p, struct type *type,
                                      struct declarator *declared);

/* ------------------------------------------------------------------------------- declarators -- */

/* pointer = ("*" qualifier*)* */
static struct type *pointer(struct parser *p, struct type *type)
{
    struct specifiers ignored = {0};

    while (take(p, "*")) {
        bool is_const = false;

        type = type_pointer(&p->sema->types, type);
        while (take_qualifier(p, &ignored, &is_const)) continue;
        refuse_mark(p, &ignored, here(p));
        ignored.owner = OWNER_NONE;
        if (is_const) type->is_const = true;
    }
    return type;
}

/* The length of a parameter that is an array says nothing, and may be any expression; those of its
 * elements would have to be known in the call. */
static struct declarator parameter_declarator(struct parser *p, struct type *type)
{
    struct stmt **lengths = p->lengths, *own = NULL;
    struct declarator declared;

    p->lengths = &own;
    declared = declarator(p, type);
    p->lengths = lengths;
    if (own != NULL && (declared.type->length != own->symbol || own->next != NULL)) {
        diag_error(p->diag, declared.position,
                   "elements of variable length in a parameter are not supported");
        diag_hint(p->diag, "pass a pointer to the first element, and compute the index");
        declared.type = &p->sema->types.error_type;
    }
    return declared;
}

/* parameter = specifiers declarator; arrays and functions become pointers [6.7.6.3] */
static struct parameter *parameter(struct parser *p)
{
    struct parameter *parameter = arena_new(p->arena, 1, sizeof *parameter);
    struct specifiers specifiers;
    struct declarator declared;

    declaration_specifiers(p, &specifiers);
    declared = parameter_declarator(p, specifiers.type);
    skip_attributes(p);
    parameter->name = declared.name;
    parameter->position = declared.position;
    parameter->owner = specifiers.owner;
    parameter->declared = declared.type;
    parameter->type = declared.type;
    if (declared.type->kind == TYPE_ARRAY)
        parameter->type = type_pointer(&p->sema->types, declared.type->base);
    if (declared.type->kind == TYPE_FUNCTION)
        parameter->type = type_pointer(&p->sema->types, declared.type);
    if (parameter->type->kind == TYPE_VOID || parameter->type->is_incomplete)
        diag_error(p->diag, declared.position, "a parameter of incomplete type");
    return parameter;
}

/* The lengths of later parameters may name earlier ones, if only to be refused. */
static struct symbol *parameter_symbol(struct parser *p, const struct parameter *parameter)
{
    struct symbol *symbol = arena_new(p->arena, 1, sizeof *symbol);

    symbol->kind = SYMBOL_VARIABLE;
    symbol->name = parameter->name;
    symbol->type = parameter->type;
    symbol->position = parameter->position;
    return symbol;
}

/* "(" ("void" | (parameter ("," parameter)*)?) ")" */
static struct type *function_suffix(struct parser *p, struct type *result,
                                    struct declarator *declared)
{
    struct parameter *first = NULL, **tail = &first;
    struct type *type;

    expect(p, "(");
    scope_open(p);
    if (next_is(p, "void") && second_is(p, ")")) p->at++;
    if (peek(p)->kind == TOKEN_NAME && !is_type_name(p, peek(p)) &&
        (second_is(p, ",") || second_is(p, ")"))) {
        refuse(p, "a list of parameters without types is", "write int f(int a, int b)");
        longjmp(*p->recover, 1);
    }
    while (!next_is(p, ")")) {
        if (first != NULL) expect(p, ",");
        if (next_is(p, "...")) {
            refuse(p, "a variable number of arguments is", "pass an array and its length");
            longjmp(*p->recover, 1);
        }
        *tail = parameter(p);
        if ((*tail)->name != NULL) scope_add(p, parameter_symbol(p, *tail));
        tail = &(*tail)->next;
    }
    scope_close(p);
    expect(p, ")");
    if (result->kind == TYPE_ARRAY || result->kind == TYPE_FUNCTION)
        diag_error(p->diag, here(p), "a function cannot return an array or a function");
    type = type_function(&p->sema->types, result, first);
    declared->parameters = first;
    return type;
}

/* An object for a length that is no constant; its declaration goes before that of the array. */
static struct symbol *length_object(struct parser *p, struct expr *length)
{
    struct symbol *symbol = arena_new(p->arena, 1, sizeof *symbol);
    struct init_item *item = arena_new(p->arena, 1, sizeof *item);
    struct stmt *stmt = new_stmt(p, STMT_DECLARE);

    item->type = &p->sema->types.long_type;
    item->value = sema_convert(p->sema, length, item->type, "the length");
    *symbol = (struct symbol){.kind = SYMBOL_VARIABLE,
                              .name = "the length of an array",
                              .type = item->type,
                              .position = length->position,
                              .is_defined = true,
                              .is_length = true,
                              .has_init = true,
                              .init = item};
    stmt->position = length->position;
    stmt->symbol = symbol;
    *p->lengths = stmt;
    p->lengths = &stmt->next;
    return symbol;
}

/* The length, or what will hold it where the program runs. */
static uint64_t array_length(struct parser *p, struct symbol **variable)
{
    struct stmt **lengths = p->lengths;
    struct expr *length;
    struct word *n = NULL;

    p->lengths = NULL;
    length = constant_expression(p);
    p->lengths = lengths;
    if (lengths != NULL && length->type->kind == TYPE_INTEGER && length->type->bits <= 64 &&
        !sema_is_constant(p->sema, length)) {
        *variable = length_object(p, length);
        return 0;
    }
    if (type_is_integer(length->type)) n = sema_constant(p->sema, length, "the length of an array");
    else if (length->type->kind != TYPE_ERROR)
        diag_error(p->diag, length->position, "the length of an array must be an integer");
    if (n == NULL) {
        diag_hint(p->diag, "use #define or enum for the length");
        return 1;
    }
    if (length->type->is_signed && bits_get(n->bits, n->width - 1)) {
        diag_error(p->diag, length->position, "the length of an array is negative");
        return 1;
    }
    if (bits_len(n->bits, n->width) > 32) {
        diag_error(p->diag, length->position, "the array is too large");
        return 1;
    }
    return n->bits[0];
}

/* "[" ("static" | qualifier)* constant-expression? "]" */
static struct type *array_suffix(struct parser *p, struct type *base, struct declarator *declared)
{
    source_pos position = here(p);
    struct specifiers ignored = {0};
    struct symbol *variable = NULL;
    bool is_const = false, has_length;
    struct type *type;
    uint64_t n = 0, size;

    expect(p, "[");
    while (take_qualifier(p, &ignored, &is_const)) continue;
    refuse_mark(p, &ignored, position);
    if (next_is(p, "*") && second_is(p, "]")) {
        refuse(p, "an array of variable length is", "give it its greatest length");
        longjmp(*p->recover, 1);
    }
    has_length = !next_is(p, "]");
    if (has_length) n = array_length(p, &variable);
    expect(p, "]");
    base = declarator_suffix(p, base, declared);
    if (base->is_incomplete || base->kind == TYPE_VOID || base->kind == TYPE_FUNCTION) {
        diag_error(p->diag, position, "an array of incomplete type");
        return &p->sema->types.error_type;
    }
    if (has_length && n == 0 && variable == NULL)
        diag_error(p->diag, position, "an array of length 0");
    if (__builtin_mul_overflow(n, base->size, &size) || size > MAX_OBJECT_LEN) {
        diag_error(p->diag, position, "the array is too large");
        n = 1;
    }
    type = type_array(&p->sema->types, base, n);
    type->length = variable;
    type->is_incomplete = !has_length;
    return type;
}

static struct type *declarator_suffix(struct parser *p, struct type *type,
                                      struct declarator *declared)
{
    if (next_is(p, "(")) return function_suffix(p, type, declared);
    if (next_is(p, "[")) {
        enter_nesting(p);
        type = array_suffix(p, type, declared);
        p->depth--;
    }
    return type;
}

static void skip_parentheses(struct parser *p)
{
    uint64_t depth = 1;

    for (; depth > 0; p->at++) {
        if (peek(p)->kind == TOKEN_END) syntax_error(p, "')'");
        if (next_is(p, "(")) depth++;
        if (next_is(p, ")")) depth--;
    }
}

/* declarator = pointer (name | "(" declarator ")")? suffix. What stands in parentheses is read
 * after the suffix behind them, which is part of its type. */
struct declarator declarator(struct parser *p, struct type *type)
{
    struct declarator out = {.position = here(p)}, inner;

    enter_nesting(p);
    type = pointer(p, type);
    skip_attributes(p);
    if (next_is(p, "(") && !second_is(p, ")") && !is_type_name(p, peek(p) + 1)) {
        uint64_t start = ++p->at, end;
        struct declarator ignored = {0};

        skip_parentheses(p);
        type = declarator_suffix(p, type, &ignored);
        end = p->at;
        p->at = start;
        inner = declarator(p, type);
        expect(p, ")");
        p->at = end;
        p->depth--;
        if (inner.parameters == NULL) inner.parameters = ignored.parameters;
        return inner;
    }
    out.position = here(p);
    if (peek(p)->kind == TOKEN_NAME) out.name = expect_name(p)->text;
    out.type = declarator_suffix(p, type, &out);
    p->depth--;
    return out;
}

/* type-name = specifiers abstract-declarator */
struct type *type_name(struct parser *p)
{
    struct specifiers specifiers;
    struct declarator declared;

    declaration_specifiers(p, &specifiers);
    declared = declarator(p, specifiers.type);
    if (declared.name != NULL) diag_error(p->diag, declared.position, "unexpected name in a type");
    return declared.type;
}
