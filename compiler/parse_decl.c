/* Declarations; productions of C11 6.7 and 6.9. Types are in parse_type.c and parse_record.c,
 * declarators in parse_declarator.c, initialisers in parse_init.c. */
#include "compiler/parse.h"

#include <string.h>

/* "_Static_assert" "(" constant-expression ("," string)? ")" ";" */
void static_assertion(struct parser *p)
{
    source_pos position = here(p);
    struct word *value;

    p->at++;
    expect(p, "(");
    value = sema_constant(p->sema, constant_expression(p), "a static assertion");
    if (take(p, ",")) {
        if (peek(p)->kind != TOKEN_STRING) syntax_error(p, "a string");
        if (value != NULL && word_is_zero(value))
            diag_error(p->diag, position, "static assertion failed: %s", peek(p)->text);
        p->at++;
    } else if (value != NULL && word_is_zero(value)) {
        diag_error(p->diag, position, "static assertion failed");
    }
    expect(p, ")");
    expect(p, ";");
}

/* ------------------------------------------------------------------------------ declarations -- */

static struct symbol *new_symbol(struct parser *p, enum symbol_kind kind,
                                 const struct declarator *declared,
                                 const struct specifiers *specifiers)
{
    struct symbol *symbol = arena_new(p->arena, 1, sizeof *symbol);

    symbol->kind = kind;
    symbol->name = declared->name;
    symbol->type = declared->type;
    symbol->position = declared->position;
    symbol->is_static = specifiers->is_static;
    symbol->owner = specifiers->owner;
    return symbol;
}

static void declare_typedef(struct parser *p, const struct declarator *declared,
                            const struct specifiers *specifiers)
{
    struct symbol *old = scope_find_here(p, declared->name);

    if (old != NULL && (old->kind != SYMBOL_TYPEDEF || !type_equal(old->type, declared->type)))
        diag_error(p->diag, declared->position, "'%s' is declared differently before",
                   declared->name);
    if (old == NULL) scope_add(p, new_symbol(p, SYMBOL_TYPEDEF, declared, specifiers));
}

static struct symbol *declare_function(struct parser *p, const struct declarator *declared,
                                       const struct specifiers *specifiers)
{
    struct symbol *old = scope_find_here(p, declared->name), *known = scope_find(p, declared->name);
    struct symbol *symbol;

    if (old != NULL) {
        if (old->kind != SYMBOL_FUNCTION || !type_equal(old->type, declared->type))
            diag_error(p->diag, declared->position, "'%s' is declared differently before",
                       declared->name);
        old->is_static = old->is_static || specifiers->is_static;
        if (old->body == NULL) old->type = declared->type;
        return old;
    }
    symbol = new_symbol(p, SYMBOL_FUNCTION, declared, specifiers);
    if (known != NULL && known->kind == SYMBOL_FUNCTION) {
        if (!known->is_builtin && type_equal(known->type, declared->type)) return known;
        /* A header's declaration of a library function is the library's. */
        if (type_equal(known->type, declared->type)) {
            symbol->is_builtin = true;
            symbol->builtin = known->builtin;
        }
    }
    scope_add(p, symbol);
    return symbol;
}

static void add_variable(struct parser *p, struct symbol *symbol)
{
    struct unit *unit = p->unit;

    unit->variables = arena_grow(p->arena, unit->variables, unit->n_variables,
                                 &unit->variables_capacity, sizeof *unit->variables);
    unit->variables[unit->n_variables++] = symbol;
}

static void check_complete(struct parser *p, const struct symbol *symbol)
{
    if (symbol->type->kind == TYPE_VOID || symbol->type->is_incomplete)
        diag_error(p->diag, symbol->position, "'%s' has an incomplete type", symbol->name);
}

/* An object: global, static or automatic. */
static struct symbol *declare_variable(struct parser *p, const struct declarator *declared,
                                       const struct specifiers *specifiers)
{
    bool is_global = p->function == NULL;
    struct symbol *old = scope_find_here(p, declared->name), *symbol;

    if (old != NULL && is_global && old->kind == SYMBOL_VARIABLE &&
        (type_equal(old->type, declared->type) || old->type->is_incomplete) &&
        (!old->has_init || !next_is(p, "="))) {
        if (!declared->type->is_incomplete) old->type = declared->type;
        symbol = old;
    } else {
        if (old != NULL)
            diag_error(p->diag, declared->position, "'%s' is declared twice", declared->name);
        symbol = new_symbol(p, SYMBOL_VARIABLE, declared, specifiers);
        symbol->is_global = is_global || specifiers->is_static;
        scope_add(p, symbol);
        if (symbol->is_global) add_variable(p, symbol);
    }
    if (symbol->is_global && type_is_variable(symbol->type))
        diag_error(p->diag, symbol->position, "the length of '%s' must be constant", symbol->name);
    if (next_is(p, "=") && type_is_variable(symbol->type)) {
        refuse(p, "an initialiser of an array of variable length is", "assign to its elements");
        longjmp(*p->recover, 1);
    }
    symbol->is_defined = symbol->is_defined || !specifiers->is_extern || next_is(p, "=");
    if (take(p, "=")) {
        symbol->has_init = true;
        symbol->init = initializer(p, &symbol->type);
    }
    if (!specifiers->is_extern && !(is_global && symbol->type->kind == TYPE_ARRAY))
        check_complete(p, symbol);
    return symbol;
}

/* In a block, functions and extern objects are those of the file [6.2.2, 4]. */
static void declare_linked(struct parser *p, const struct declarator *declared,
                           const struct specifiers *specifiers)
{
    struct symbol *old = scope_find_here(p, declared->name), *function = p->function, *symbol;
    struct scope *scope = p->scope;

    if (next_is(p, "=")) syntax_error(p, "',' or ';'");
    p->scope = scope_of_file(p);
    p->function = NULL;
    if (declared->type->kind == TYPE_FUNCTION) symbol = declare_function(p, declared, specifiers);
    else symbol = declare_variable(p, declared, specifiers);
    p->scope = scope;
    p->function = function;
    if (old == NULL) scope_add(p, symbol);
    else if (old != symbol)
        diag_error(p->diag, declared->position, "'%s' is declared twice", declared->name);
}

static void remember_local(struct parser *p, struct symbol *symbol)
{
    struct symbol *function = p->function;

    function->locals = arena_grow(p->arena, function->locals, function->n_locals,
                                  &function->locals_capacity, sizeof *function->locals);
    function->locals[function->n_locals++] = symbol;
}

static void refuse_asm(struct parser *p)
{
    if (!next_is(p, "asm")) return;
    refuse(p, "inline assembly is", "write it in C");
    longjmp(*p->recover, 1);
}

/* A declarator whose arrays may be of variable length: what holds the lengths is appended. */
static struct declarator sized_declarator(struct parser *p, const struct specifiers *specifiers,
                                          struct stmt ***tail)
{
    bool is_automatic = !specifiers->is_static && !specifiers->is_extern;
    struct declarator declared;

    p->lengths = is_automatic ? *tail : NULL;
    declared = declarator(p, specifiers->type);
    if (is_automatic) *tail = p->lengths;
    p->lengths = NULL;
    return declared;
}

/* init-declarator = declarator ("=" initializer)? */
static struct stmt **local_declarator(struct parser *p, const struct specifiers *specifiers,
                                      struct stmt **tail)
{
    struct stmt *stmt = new_stmt(p, STMT_DECLARE);
    struct declarator declared = sized_declarator(p, specifiers, &tail);
    source_pos end;

    if (declared.name == NULL) syntax_error(p, "a name");
    refuse_mark(p, specifiers, declared.position);
    refuse_asm(p);
    skip_attributes(p);
    stmt->position = declared.position;
    if (specifiers->is_typedef) {
        declare_typedef(p, &declared, specifiers);
        return tail;
    }
    if (declared.type->kind == TYPE_FUNCTION && next_is(p, "{")) {
        refuse(p, "a function inside a function is", "put it before, with static");
        longjmp(*p->recover, 1);
    }
    if (specifiers->is_extern || declared.type->kind == TYPE_FUNCTION) {
        declare_linked(p, &declared, specifiers);
        return tail;
    }
    end = here(p);
    stmt->symbol = declare_variable(p, &declared, specifiers);
    if (stmt->symbol->is_global) return tail;
    stmt->symbol->declarator_end = end;
    if (p->block_depth == 1) remember_local(p, stmt->symbol);
    *tail = stmt;
    return &stmt->next;
}

/* declaration = specifiers (init-declarator ("," init-declarator)*)? ";" */
struct stmt **local_declaration(struct parser *p, struct stmt **tail)
{
    struct specifiers specifiers;
    struct stmt **first = tail;

    declaration_specifiers(p, &specifiers);
    if (take(p, ";")) return tail;
    do tail = local_declarator(p, &specifiers, tail);
    while (take(p, ","));
    for (; first != tail; first = &(*first)->next) (*first)->symbol->declaration_end = here(p) + 1;
    expect(p, ";");
    return tail;
}

/* function-definition = specifiers declarator compound-statement */
static void function_definition(struct parser *p, const struct declarator *declared,
                                const struct specifiers *specifiers)
{
    struct symbol *function = declare_function(p, declared, specifiers);
    uint64_t capacity = 0;

    if (function->body != NULL)
        diag_error(p->diag, declared->position, "'%s' is defined twice", declared->name);
    function->is_builtin = false;
    function->type = declared->type;
    function->position = declared->position;
    if (declared->type->base->is_incomplete)
        diag_error(p->diag, declared->position, "'%s' returns an incomplete type", declared->name);
    p->function = function;
    scope_open(p);
    function->n_parameters = 0;
    for (struct parameter *q = declared->type->parameters; q != NULL; q = q->next) {
        struct declarator as = {.type = q->type, .name = q->name, .position = q->position};
        struct symbol *symbol =
            new_symbol(p, SYMBOL_VARIABLE, &as, &(struct specifiers){.owner = q->owner});

        symbol->is_parameter = true;
        function->parameters = arena_grow(p->arena, function->parameters, function->n_parameters,
                                          &capacity, sizeof *function->parameters);
        function->parameters[function->n_parameters++] = symbol;
        if (q->name == NULL) {
            diag_error(p->diag, q->position, "a parameter without a name");
            continue;
        }
        if (scope_find_here(p, q->name) != NULL)
            diag_error(p->diag, q->position, "'%s' is declared twice", q->name);
        scope_add(p, symbol);
    }
    function->body = function_body(p);
    scope_close(p);
    p->function = NULL;
    p->unit->functions = arena_grow(p->arena, p->unit->functions, p->unit->n_functions,
                                    &p->unit->functions_capacity, sizeof(struct symbol *));
    p->unit->functions[p->unit->n_functions++] = function;
}

/* external-declaration = function-definition | declaration | static-assertion | ";" */
void external_declaration(struct parser *p)
{
    struct specifiers specifiers;
    bool first = true;

    if (take(p, ";")) return;
    if (peek(p)->kind == TOKEN_BOUND) {
        diag_error(p->diag, here(p), "'#pragma gc bound' must stand before a loop");
        while (peek(p)->kind != TOKEN_LINE_END && peek(p)->kind != TOKEN_END) p->at++;
        p->at++;
        return;
    }
    if (next_is(p, "_Static_assert")) {
        static_assertion(p);
        return;
    }
    refuse_asm(p);
    declaration_specifiers(p, &specifiers);
    for (; !take(p, ";"); first = false) {
        struct declarator declared;

        if (!first) expect(p, ",");
        declared = declarator(p, specifiers.type);
        if (declared.name == NULL) syntax_error(p, "a name");
        refuse_mark(p, &specifiers, declared.position);
        refuse_asm(p);
        skip_attributes(p);
        if (first && next_is(p, "{") && declared.type->kind == TYPE_FUNCTION) {
            function_definition(p, &declared, &specifiers);
            return;
        }
        if (specifiers.is_typedef) declare_typedef(p, &declared, &specifiers);
        else if (declared.type->kind == TYPE_FUNCTION) declare_function(p, &declared, &specifiers);
        else declare_variable(p, &declared, &specifiers);
    }
}
