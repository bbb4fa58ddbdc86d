/* Structs, unions and enumerations; productions of C11 6.7.2.1 and 6.7.2.2. */
#include "compiler/bits.h"
#include "compiler/parse.h"

#include <string.h>

/* --------------------------------------------------------------------------- struct and enum -- */

static struct scope_entry *find_tag(struct scope *scope, const char *name, bool here_only)
{
    for (; scope != NULL; scope = here_only ? NULL : scope->outer)
        for (struct scope_entry *entry = scope->entries; entry != NULL; entry = entry->next)
            if (entry->tag != NULL && entry->name == name) return entry;
    return NULL;
}

static struct type *add_tag(struct parser *p, const char *name, enum type_kind kind)
{
    struct scope_entry *entry = arena_new(p->arena, 1, sizeof *entry);

    entry->tag = arena_new(p->arena, 1, sizeof *entry->tag);
    *entry->tag = (struct type){.kind = kind, .name = name, .is_incomplete = true, .align = 1};
    if (name != NULL) {
        entry->name = name;
        entry->next = p->scope->entries;
        p->scope->entries = entry;
    }
    return entry->tag;
}

/* A refused type becomes int: a struct within itself would have no end. */
static void check_member(struct parser *p, const struct type *record, struct member *member)
{
    uint64_t offset = 0;

    if (member->type->kind == TYPE_ARRAY && member->type->is_incomplete) {
        diag_error(p->diag, member->position, "a flexible array member is not supported");
        diag_hint(p->diag, "give the array its greatest length");
    } else if (member->type->is_incomplete || member->type->kind == TYPE_FUNCTION ||
               member->type->kind == TYPE_VOID ||
               (member->type->kind == TYPE_ARRAY && member->type->n == 0) ||
               type_is_variable(member->type)) {
        diag_error(p->diag, member->position, "a member of incomplete type '%s'",
                   type_text(p->arena, member->type));
        member->type = &p->sema->types.int_type;
    }
    if (member->name != NULL && sema_find_member(record, member->name, &offset) != NULL)
        diag_error(p->diag, member->position, "member '%s' stands twice", member->name);
}

/* ":" constant-expression */
static void bit_field(struct parser *p, struct member *member)
{
    struct word *width;

    if (!type_is_integer(member->type)) {
        diag_error(p->diag, here(p), "a bit-field needs an integer type");
        member->type = &p->sema->types.int_type;
    }
    width = sema_constant(p->sema, constant_expression(p), "the width of a bit-field");
    if (width == NULL) return;
    if (bits_len(width->bits, width->width) > 31 || width->bits[0] > member->type->bits ||
        (width->bits[0] == 0 && member->name != NULL)) {
        diag_error(p->diag, member->position, "the width of a bit-field must be 1 to %u",
                   member->type->bits);
        return;
    }
    member->bit_width = (uint32_t)width->bits[0];
}

/* struct-declaration = specifiers (declarator? (":" constant-expression)? ("," ...)*)? ";" */
static struct member **struct_declaration(struct parser *p, struct type *record,
                                          struct member **tail)
{
    struct specifiers specifiers;
    bool first = true;

    declaration_specifiers(p, &specifiers);
    if (specifiers.is_static || specifiers.is_extern || specifiers.is_typedef)
        diag_error(p->diag, here(p), "a member has no storage class");
    refuse_mark(p, &specifiers, here(p));
    /* Without a declarator, what has a tag or is named by a typedef declares no member. */
    if (next_is(p, ";") && specifiers.is_untagged) {
        *tail = arena_new(p->arena, 1, sizeof **tail);
        (*tail)->type = specifiers.type;
        (*tail)->position = here(p);
        tail = &(*tail)->next;
    }
    while (!take(p, ";")) {
        struct member *member = arena_new(p->arena, 1, sizeof *member);
        struct declarator declared = {.type = specifiers.type, .position = here(p)};
        bool is_bits;

        if (!first) expect(p, ",");
        first = false;
        if (!next_is(p, ":")) declared = declarator(p, specifiers.type);
        member->name = declared.name;
        member->type = declared.type;
        member->position = declared.position;
        is_bits = take(p, ":");
        if (is_bits) bit_field(p, member);
        else if (member->name == NULL) syntax_error(p, "a name");
        check_member(p, record, member);
        skip_attributes(p);
        *tail = member;
        tail = &member->next;
    }
    return tail;
}

/* ("struct" | "union") name? ("{" struct-declaration+ "}")? */
struct type *struct_specifier(struct parser *p)
{
    enum type_kind kind = next_is(p, "struct") ? TYPE_STRUCT : TYPE_UNION;
    const struct token *tag = NULL;
    struct scope_entry *found = NULL;
    struct type *type;
    struct member **tail;

    p->at++;
    skip_attributes(p);
    if (peek(p)->kind == TOKEN_NAME) tag = expect_name(p);
    if (tag != NULL) found = find_tag(p->scope, tag->text, next_is(p, "{") || next_is(p, ";"));
    if (tag == NULL && !next_is(p, "{")) syntax_error(p, "a tag or '{'");
    type = found != NULL ? found->tag : add_tag(p, tag != NULL ? tag->text : NULL, kind);
    if (type->kind != kind) {
        diag_error(p->diag, tag->position, "'%s' is another kind of tag", tag->text);
        type = add_tag(p, NULL, kind);
    }
    if (!take(p, "{")) return type;
    if (!type->is_incomplete) {
        diag_error(p->diag, here(p), "'%s' is defined twice", type->name);
        type = add_tag(p, NULL, kind);
    }
    tail = &type->members;
    while (!take(p, "}")) tail = struct_declaration(p, type, tail);
    skip_attributes(p);
    type_lay_out(type);
    return type;
}

static void add_enumerator(struct parser *p, const struct token *token, struct word *value)
{
    struct symbol *symbol = arena_new(p->arena, 1, sizeof *symbol);

    if (scope_find_here(p, token->text) != NULL)
        diag_error(p->diag, token->position, "'%s' is declared twice", token->text);
    symbol->kind = SYMBOL_CONSTANT;
    symbol->name = token->text;
    symbol->position = token->position;
    symbol->type = &p->sema->types.int_type;
    symbol->constant = value;
    scope_add(p, symbol);
}

/* Enumerators are int [6.7.2.2]. */
static struct word *enumerator_value(struct parser *p, const struct token *name,
                                     struct word *constant, bool is_signed)
{
    struct word_graph *graph = p->sema->graph;
    uint32_t wide = (constant->width < 32 ? 32 : constant->width) + 1;
    struct word *value = word_resize(graph, constant, 32, is_signed);
    struct word *whole = word_resize(graph, constant, wide, is_signed);

    if (word_resize(graph, value, wide, true) != whole)
        diag_error(p->diag, name->position, "'%s' does not fit int", name->text);
    return value;
}

/* "enum" name? ("{" name ("=" constant-expression)? ("," ...)* ","? "}")? */
struct type *enum_specifier(struct parser *p)
{
    struct word_graph *graph = p->sema->graph;
    struct word *value = word_const_signed(graph, 32, -1);
    const struct token *tag = NULL;
    struct type *type;
    bool has_negative = false;

    expect(p, "enum");
    skip_attributes(p);
    if (peek(p)->kind == TOKEN_NAME) tag = expect_name(p);
    if (!next_is(p, "{")) {
        struct scope_entry *found = tag != NULL ? find_tag(p->scope, tag->text, false) : NULL;

        if (found != NULL && found->tag->is_enum) return found->tag;
        diag_error(p->diag, here(p), "unknown enumeration");
        return &p->sema->types.uint_type;
    }
    type = add_tag(p, tag != NULL ? tag->text : NULL, TYPE_INTEGER);
    expect(p, "{");
    while (!take(p, "}")) {
        const struct token *name = expect_name(p);

        skip_attributes(p);
        if (take(p, "=")) {
            struct expr *given = constant_expression(p);
            struct word *constant = sema_constant(p->sema, given, "the value of an enumerator");

            if (constant != NULL)
                value = enumerator_value(p, name, constant, given->type->is_signed);
        } else {
            value = word_resize(graph, value, 33, true);
            value = word_binary(graph, WORD_ADD, value, word_const(graph, 33, 1));
            value = enumerator_value(p, name, value, true);
        }
        has_negative = has_negative || bits_get(value->bits, 31);
        add_enumerator(p, name, value);
        if (!next_is(p, "}")) expect(p, ",");
    }
    /* As the host: unsigned int unless an enumerator is negative. */
    *type = has_negative ? p->sema->types.int_type : p->sema->types.uint_type;
    type->is_enum = true;
    type->qualified = NULL;
    return type;
}
