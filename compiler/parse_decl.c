/* Declarations; productions of C11 6.7 and 6.9. Initialisers are in parse_init.c. */
#include "compiler/bits.h"
#include "compiler/parse.h"

#include <string.h>

static struct type *declarator_suffix(struct parser *p, struct type *type,
                                      struct declarator *declared);

static void refuse(struct parser *p, const char *what, const char *instead)
{
    diag_error(p->diag, here(p), "%s not supported", what);
    if (instead != NULL) diag_hint(p->diag, "%s", instead);
}

/* ------------------------------------------------------------------------------- type names -- */

static bool is_one_of(const struct token *token, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(token->text, words[i]) == 0) return true;
    return false;
}

bool is_type_name(const struct parser *p, const struct token *token)
{
    static const char *const words[] = {
        "_Atomic",  "_BitInt",    "_Bool",      "_Complex",   "__const",     "__extension__",
        "__int128", "__int128_t", "__signed__", "__typeof__", "__uint128_t", "__volatile__",
        "char",     "const",      "double",     "enum",       "float",       "int",
        "long",     "short",      "signed",     "struct",     "typeof",      "union",
        "unsigned", "void",       "volatile"};
    struct symbol *symbol;

    if (token->kind == TOKEN_KEYWORD) return is_one_of(token, words, sizeof words / sizeof *words);
    if (token->kind != TOKEN_NAME) return false;
    symbol = scope_find(p, token->text);
    return symbol != NULL && symbol->kind == SYMBOL_TYPEDEF;
}

bool starts_declaration(const struct parser *p)
{
    static const char *const words[] = {
        "_Alignas",  "_Noreturn", "_Static_assert", "_Thread_local", "__attribute__", "__evaluator",
        "__garbler", "__inline",  "__inline__",     "__output",      "auto",          "extern",
        "inline",    "register",  "static",         "typedef"};
    const struct token *token = peek(p);

    if (token->kind == TOKEN_KEYWORD && is_one_of(token, words, sizeof words / sizeof *words))
        return true;
    /* A label may have the name of a type. */
    return is_type_name(p, token) && !(token->kind == TOKEN_NAME && second_is(p, ":"));
}

/* "__attribute__" "((" ... "))"; those that change a layout are refused, the rest mean nothing. */
void skip_attributes(struct parser *p)
{
    while (next_is(p, "__attribute__") || next_is(p, "__restrict") || next_is(p, "restrict")) {
        uint64_t depth = 0;

        p->at++;
        if (!next_is(p, "(")) continue;
        do {
            if (peek(p)->kind == TOKEN_END) syntax_error(p, "')'");
            if (next_is(p, "(")) depth++;
            if (next_is(p, ")")) depth--;
            if (strstr(peek(p)->text, "packed") != NULL ||
                strstr(peek(p)->text, "aligned") != NULL ||
                strstr(peek(p)->text, "vector_size") != NULL)
                refuse(p, "this attribute is", "leave it out: a circuit has no memory layout");
            p->at++;
        } while (depth > 0);
    }
}

/* ---------------------------------------------------------------------------- struct and enum --
 */

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

    if (member->type->is_incomplete || member->type->kind == TYPE_FUNCTION ||
        member->type->kind == TYPE_VOID ||
        (member->type->kind == TYPE_ARRAY && member->type->n == 0)) {
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
    if (next_is(p, ";") && type_is_record(specifiers.type)) {
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
static struct type *struct_specifier(struct parser *p)
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

/* "enum" name? ("{" name ("=" constant-expression)? ("," ...)* ","? "}")? */
static struct type *enum_specifier(struct parser *p)
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

        value = word_binary(graph, WORD_ADD, value, word_const(graph, 32, 1));
        if (take(p, "=")) {
            struct expr *given = constant_expression(p);
            struct word *constant = sema_constant(p->sema, given, "the value of an enumerator");

            if (constant != NULL) {
                value = word_resize(graph, constant, 32, given->type->is_signed);
                if (word_resize(graph, value, constant->width, given->type->is_signed) != constant)
                    diag_error(p->diag, name->position, "'%s' does not fit int", name->text);
            }
        }
        has_negative = has_negative || bits_get(value->bits, 31);
        add_enumerator(p, name, value);
        if (!next_is(p, "}")) expect(p, ",");
    }
    /* As the host: unsigned int unless an enumerator is negative. */
    *type = has_negative ? p->sema->types.int_type : p->sema->types.uint_type;
    type->is_enum = true;
    return type;
}

/* -------------------------------------------------------------------------------- specifiers -- */

enum {
    WORD_VOID = 1,
    WORD_BOOL = 2,
    WORD_CHAR = 4,
    WORD_SHORT = 8,
    WORD_INT = 16,
    WORD_LONG = 32,
    WORD_LONG_LONG = 64,
    WORD_FLOAT = 128,
    WORD_DOUBLE = 256,
    WORD_SIGNED = 512,
    WORD_UNSIGNED = 1024,
    WORD_BIT_INT = 2048,
    WORD_INT128 = 4096
};

/* "_BitInt" "(" constant-expression ")" */
static uint32_t bit_int_width(struct parser *p)
{
    struct word *width;

    expect(p, "(");
    width = sema_constant(p->sema, constant_expression(p), "the width of a _BitInt");
    expect(p, ")");
    if (width == NULL) return 32;
    if (word_is_zero(width) || bits_len(width->bits, width->width) > 31 ||
        width->bits[0] > MAX_BIT_INT) {
        diag_error(p->diag, here(p), "the width of a _BitInt must be 1 to %d", MAX_BIT_INT);
        return 32;
    }
    return (uint32_t)width->bits[0];
}

/* A keyword that is part of a basic type: its bit, or 0. */
static uint32_t type_word(const struct token *token)
{
    static const struct {
        const char *text;
        uint32_t bit;
    } words[] = {{"void", WORD_VOID},
                 {"_Bool", WORD_BOOL},
                 {"char", WORD_CHAR},
                 {"short", WORD_SHORT},
                 {"int", WORD_INT},
                 {"long", WORD_LONG},
                 {"float", WORD_FLOAT},
                 {"double", WORD_DOUBLE},
                 {"signed", WORD_SIGNED},
                 {"__signed__", WORD_SIGNED},
                 {"unsigned", WORD_UNSIGNED},
                 {"_BitInt", WORD_BIT_INT},
                 {"__int128", WORD_INT128},
                 {"__int128_t", WORD_INT128},
                 {"__uint128_t", WORD_INT128 | WORD_UNSIGNED}};

    if (token->kind != TOKEN_KEYWORD) return 0;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(token->text, words[i].text) == 0) return words[i].bit;
    return 0;
}

static struct type *basic_type(struct parser *p, source_pos position, uint32_t words,
                               uint32_t bit_int)
{
    struct types *t = &p->sema->types;

    if (words & WORD_INT && words & (WORD_SHORT | WORD_LONG | WORD_LONG_LONG))
        words &= ~(uint32_t)WORD_INT;
    switch (words) {
    case WORD_VOID: return &t->void_type;
    case WORD_BOOL: return &t->bool_type;
    case WORD_CHAR: return &t->char_type;
    case WORD_SIGNED | WORD_CHAR: return &t->schar_type;
    case WORD_UNSIGNED | WORD_CHAR: return &t->uchar_type;
    case WORD_SHORT:
    case WORD_SIGNED | WORD_SHORT: return &t->short_type;
    case WORD_UNSIGNED | WORD_SHORT: return &t->ushort_type;
    case WORD_INT:
    case WORD_SIGNED:
    case WORD_SIGNED | WORD_INT: return &t->int_type;
    case WORD_UNSIGNED:
    case WORD_UNSIGNED | WORD_INT: return &t->uint_type;
    case WORD_LONG:
    case WORD_SIGNED | WORD_LONG: return &t->long_type;
    case WORD_UNSIGNED | WORD_LONG: return &t->ulong_type;
    case WORD_LONG_LONG:
    case WORD_SIGNED | WORD_LONG_LONG: return &t->llong_type;
    case WORD_UNSIGNED | WORD_LONG_LONG: return &t->ullong_type;
    case WORD_FLOAT: return &t->float_type;
    case WORD_DOUBLE: return &t->double_type;
    case WORD_INT128:
    case WORD_SIGNED | WORD_INT128: return &t->int128_type;
    case WORD_UNSIGNED | WORD_INT128: return &t->uint128_type;
    case WORD_BIT_INT:
    case WORD_SIGNED | WORD_BIT_INT:
        if (bit_int >= 2) return type_bit_int(t, bit_int, true);
        diag_error(p->diag, position, "a signed _BitInt needs at least 2 bits");
        return &t->error_type;
    case WORD_UNSIGNED | WORD_BIT_INT: return type_bit_int(t, bit_int, false);
    case WORD_LONG | WORD_DOUBLE:
        diag_error(p->diag, position, "long double is not supported");
        diag_hint(p->diag, "use double");
        return &t->error_type;
    default: diag_error(p->diag, position, "these words do not make a type"); return &t->error_type;
    }
}

/* typeof-specifier = ("typeof" | "__typeof__") "(" (expression | type-name) ")" */
static struct type *typeof_specifier(struct parser *p)
{
    struct type *type;

    p->at++;
    expect(p, "(");
    type = is_type_name(p, peek(p)) ? type_name(p) : expression(p)->type;
    expect(p, ")");
    return type;
}

/* Storage classes, qualifiers and marks of ownership: true when the next token was one. */
static bool take_qualifier(struct parser *p, struct specifiers *out, bool *is_const)
{
    if (take(p, "const") || take(p, "__const")) *is_const = true;
    else if (take(p, "typedef")) out->is_typedef = true;
    else if (take(p, "static")) out->is_static = true;
    else if (take(p, "extern")) out->is_extern = true;
    else if (take(p, "__garbler")) out->owner = OWNER_GARBLER;
    else if (take(p, "__evaluator")) out->owner = OWNER_EVALUATOR;
    else if (take(p, "__output")) out->owner = OWNER_OUTPUT;
    else if (take(p, "inline") || take(p, "__inline") || take(p, "__inline__") ||
             take(p, "_Noreturn") || take(p, "auto") || take(p, "register") ||
             take(p, "__extension__"))
        return true;
    else if (next_is(p, "__attribute__") || next_is(p, "restrict") || next_is(p, "__restrict"))
        skip_attributes(p);
    else if (next_is(p, "volatile") || next_is(p, "__volatile__")) {
        refuse(p, "volatile is", "leave it out: nothing outside the program changes its objects");
        p->at++;
    } else if (next_is(p, "_Atomic") || next_is(p, "_Thread_local")) {
        refuse(p, "this is", "leave it out: a circuit has no threads");
        p->at++;
    } else if (next_is(p, "_Complex")) {
        refuse(p, "_Complex is", "use a struct of two numbers");
        p->at++;
    } else if (next_is(p, "_Alignas")) {
        refuse(p, "_Alignas is", "leave it out: a circuit has no memory layout");
        p->at++;
        expect(p, "(");
        while (!take(p, ")")) {
            if (peek(p)->kind == TOKEN_END) syntax_error(p, "')'");
            p->at++;
        }
    } else {
        return false;
    }
    return true;
}

/* The type that the next token names by itself, or NULL. */
static struct type *whole_type(struct parser *p)
{
    struct symbol *symbol;

    if (next_is(p, "struct") || next_is(p, "union")) return struct_specifier(p);
    if (next_is(p, "enum")) return enum_specifier(p);
    if (next_is(p, "typeof") || next_is(p, "__typeof__")) return typeof_specifier(p);
    if (peek(p)->kind != TOKEN_NAME) return NULL;
    symbol = scope_find(p, peek(p)->text);
    if (symbol == NULL || symbol->kind != SYMBOL_TYPEDEF) return NULL;
    p->at++;
    return symbol->type;
}

/* declaration-specifiers = (storage-class | qualifier | type-word | struct-specifier
 *                          | enum-specifier | typeof-specifier | typedef-name)+ */
void declaration_specifiers(struct parser *p, struct specifiers *out)
{
    source_pos position = here(p);
    uint32_t words = 0, bit_int = 0, word;
    bool is_const = false;

    *out = (struct specifiers){0};
    for (;;) {
        if (take_qualifier(p, out, &is_const)) continue;
        word = type_word(peek(p));
        if (word != 0 && out->type == NULL) {
            p->at++;
            if (word == WORD_LONG && words & WORD_LONG)
                words = (words & ~(uint32_t)WORD_LONG) | WORD_LONG_LONG;
            else words |= word;
            if (word == WORD_BIT_INT) bit_int = bit_int_width(p);
            continue;
        }
        if (words != 0 || out->type != NULL) break;
        out->type = whole_type(p);
        if (out->type == NULL) break;
    }
    if (words != 0) out->type = basic_type(p, position, words, bit_int);
    if (out->type == NULL) {
        if (peek(p)->kind == TOKEN_NAME && p->at + 1 < p->lexer->n_tokens) {
            diag_error(p->diag, here(p), "unknown type '%s'", peek(p)->text);
            diag_hint(p->diag, "stdint.h, stdbool.h and stddef.h declare the usual ones");
            longjmp(*p->recover, 1);
        }
        syntax_error(p, "a type");
    }
    if (is_const) out->type = type_qualified(&p->sema->types, out->type);
}

/* ------------------------------------------------------------------------------- declarators -- */

/* pointer = ("*" qualifier*)* */
static struct type *pointer(struct parser *p, struct type *type)
{
    struct specifiers ignored = {0};

    while (take(p, "*")) {
        bool is_const = false;

        type = type_pointer(&p->sema->types, type);
        while (take_qualifier(p, &ignored, &is_const)) continue;
        if (is_const) type->is_const = true;
    }
    return type;
}

/* parameter = specifiers declarator; arrays and functions become pointers [6.7.6.3] */
static struct parameter *parameter(struct parser *p)
{
    struct parameter *parameter = arena_new(p->arena, 1, sizeof *parameter);
    struct specifiers specifiers;
    struct declarator declared;

    declaration_specifiers(p, &specifiers);
    declared = declarator(p, specifiers.type);
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

/* "(" ("void" | (parameter ("," parameter)*)?) ")" */
static struct type *function_suffix(struct parser *p, struct type *result,
                                    struct declarator *declared)
{
    struct parameter *first = NULL, **tail = &first;
    struct type *type;

    expect(p, "(");
    scope_open(p);
    if (next_is(p, "void") && second_is(p, ")")) p->at++;
    while (!next_is(p, ")")) {
        if (first != NULL) expect(p, ",");
        if (next_is(p, "...")) {
            refuse(p, "a variable number of arguments is", "pass an array and its length");
            longjmp(*p->recover, 1);
        }
        *tail = parameter(p);
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

static uint64_t array_length(struct parser *p)
{
    struct expr *length = constant_expression(p);
    struct word *n = NULL;

    if (type_is_integer(length->type)) n = sema_constant(p->sema, length, "the length of an array");
    else if (length->type->kind != TYPE_ERROR)
        diag_error(p->diag, length->position, "the length of an array must be an integer");
    if (n == NULL) {
        diag_hint(p->diag, "use #define or enum for the length, or the greatest one");
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
    bool is_const = false, has_length;
    struct type *type;
    uint64_t n = 0, size;

    expect(p, "[");
    while (take_qualifier(p, &ignored, &is_const)) continue;
    has_length = !next_is(p, "]");
    if (has_length) n = array_length(p);
    expect(p, "]");
    base = declarator_suffix(p, base, declared);
    if (base->is_incomplete || base->kind == TYPE_VOID || base->kind == TYPE_FUNCTION) {
        diag_error(p->diag, position, "an array of incomplete type");
        return &p->sema->types.error_type;
    }
    if (has_length && n == 0) diag_error(p->diag, position, "an array of length 0");
    if (__builtin_mul_overflow(n, base->size, &size) || size > MAX_OBJECT_LEN) {
        diag_error(p->diag, position, "the array is too large");
        n = 1;
    }
    type = type_array(&p->sema->types, base, n);
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

/* ------------------------------------------------------------------------------- declarations --
 */

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

    if (!is_global && specifiers->is_extern) {
        symbol = scope_find(p, declared->name);
        if (symbol != NULL && symbol->kind == SYMBOL_VARIABLE && symbol->is_global) return symbol;
        diag_error(p->diag, declared->position, "'%s' is not defined in this program",
                   declared->name);
    }
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
    if (take(p, "=")) {
        symbol->has_init = true;
        symbol->init = initializer(p, &symbol->type);
    }
    if (!specifiers->is_extern && !(is_global && symbol->type->kind == TYPE_ARRAY))
        check_complete(p, symbol);
    return symbol;
}

static void remember_local(struct parser *p, struct symbol *symbol)
{
    struct symbol *function = p->function;

    function->locals = arena_grow(p->arena, function->locals, function->n_locals,
                                  &function->locals_capacity, sizeof *function->locals);
    function->locals[function->n_locals++] = symbol;
}

/* init-declarator = declarator ("=" initializer)? */
static struct stmt **local_declarator(struct parser *p, const struct specifiers *specifiers,
                                      struct stmt **tail)
{
    struct stmt *stmt = new_stmt(p, STMT_DECLARE);
    struct declarator declared = declarator(p, specifiers->type);

    if (declared.name == NULL) syntax_error(p, "a name");
    skip_attributes(p);
    stmt->position = declared.position;
    if (specifiers->is_typedef) {
        declare_typedef(p, &declared, specifiers);
        return tail;
    }
    if (declared.type->kind == TYPE_FUNCTION) {
        declare_function(p, &declared, specifiers);
        return tail;
    }
    stmt->symbol = declare_variable(p, &declared, specifiers);
    if (stmt->symbol->is_global) return tail;
    if (p->block_depth == 1) remember_local(p, stmt->symbol);
    *tail = stmt;
    return &stmt->next;
}

/* declaration = specifiers (init-declarator ("," init-declarator)*)? ";" */
struct stmt **local_declaration(struct parser *p, struct stmt **tail)
{
    struct specifiers specifiers;

    declaration_specifiers(p, &specifiers);
    if (take(p, ";")) return tail;
    do tail = local_declarator(p, &specifiers, tail);
    while (take(p, ","));
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
    function->body = compound_statement(p);
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
    if (next_is(p, "asm") || next_is(p, "__asm__")) {
        refuse(p, "inline assembly is", "write it in C");
        longjmp(*p->recover, 1);
    }
    declaration_specifiers(p, &specifiers);
    for (; !take(p, ";"); first = false) {
        struct declarator declared;

        if (!first) expect(p, ",");
        declared = declarator(p, specifiers.type);
        if (declared.name == NULL) syntax_error(p, "a name");
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
