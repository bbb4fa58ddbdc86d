/* Specifiers: what type a declaration starts with; productions of C11 6.7.1 to 6.7.4. */
#include "compiler/bits.h"
#include "compiler/parse.h"

#include <string.h>

/* ------------------------------------------------------------------------------- type names -- */

static bool is_one_of(const struct token *token, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(token->text, words[i]) == 0) return true;
    return false;
}

/* Behind "__attribute__" "(" ... ")". */
static const struct token *behind_attribute(const struct token *token)
{
    uint64_t depth = 0;

    if (!token_is(++token, "(")) return token;
    for (; token->kind != TOKEN_END; token++) {
        if (token_is(token, "(")) depth++;
        if (token_is(token, ")") && --depth == 0) return token + 1;
    }
    return token;
}

/* Behind what may stand before a declaration and before other things. */
static const struct token *behind_extensions(const struct token *token)
{
    for (;;) {
        if (token_is(token, "__extension__")) token++;
        else if (token_is(token, "__attribute__")) token = behind_attribute(token);
        else return token;
    }
}

bool is_type_name(const struct parser *p, const struct token *token)
{
    static const char *const words[] = {
        "_Atomic",     "_BitInt",  "_Bool", "_Complex", "__int128", "__int128_t",
        "__uint128_t", "char",     "const", "double",   "enum",     "float",
        "int",         "long",     "short", "signed",   "struct",   "typeof",
        "union",       "unsigned", "void",  "volatile"};
    struct symbol *symbol;

    if (token->kind == TOKEN_KEYWORD) return is_one_of(token, words, sizeof words / sizeof *words);
    if (token->kind != TOKEN_NAME) return false;
    symbol = scope_find(p, token->text);
    return symbol != NULL && symbol->kind == SYMBOL_TYPEDEF;
}

bool starts_declaration(const struct parser *p)
{
    static const char *const words[] = {
        "_Alignas",  "_Noreturn", "_Static_assert", "_Thread_local", "__evaluator",
        "__garbler", "__output",  "auto",           "extern",        "inline",
        "register",  "static",    "typedef"};
    const struct token *token = behind_extensions(peek(p));

    if (token->kind == TOKEN_KEYWORD && is_one_of(token, words, sizeof words / sizeof *words))
        return true;
    /* A label may have the name of a type. */
    return is_type_name(p, token) && !(token->kind == TOKEN_NAME && second_is(p, ":"));
}

/* ("__attribute__" "((" ... "))" | "restrict")* */
void skip_attributes(struct parser *p)
{
    while (next_is(p, "__attribute__") || next_is(p, "restrict")) {
        const struct token *end = behind_attribute(peek(p));

        if (take(p, "restrict")) continue;
        for (; peek(p) != end; p->at++) refuse_attribute(p);
        if (end->kind == TOKEN_END && !token_is(end - 1, ")")) syntax_error(p, "')'");
    }
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
    WORD_INT128 = 4096,
    WORD_TWICE = 8191 /* what no type is made of */
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
    } words[] = {{"void", WORD_VOID},         {"_Bool", WORD_BOOL},
                 {"char", WORD_CHAR},         {"short", WORD_SHORT},
                 {"int", WORD_INT},           {"long", WORD_LONG},
                 {"float", WORD_FLOAT},       {"double", WORD_DOUBLE},
                 {"signed", WORD_SIGNED},     {"unsigned", WORD_UNSIGNED},
                 {"_BitInt", WORD_BIT_INT},   {"__int128", WORD_INT128},
                 {"__int128_t", WORD_INT128}, {"__uint128_t", WORD_INT128 | WORD_UNSIGNED}};

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

/* typeof-specifier = "typeof" "(" (expression | type-name) ")" */
static struct type *typeof_specifier(struct parser *p)
{
    struct type *type;

    p->at++;
    expect(p, "(");
    type = is_type_name(p, peek(p)) ? type_name(p) : expression(p)->type;
    expect(p, ")");
    return type;
}

static void mark(struct parser *p, struct specifiers *out, enum owner owner)
{
    if (out->owner != OWNER_NONE)
        diag_error(p->diag, here(p), "a parameter has one mark: GARBLER, EVALUATOR or OUTPUT");
    out->owner = owner;
    p->at++;
}

/* Storage classes, qualifiers and marks of ownership: true when the next token was one. */
bool take_qualifier(struct parser *p, struct specifiers *out, bool *is_const)
{
    if (take(p, "const")) *is_const = true;
    else if (take(p, "typedef")) out->is_typedef = true;
    else if (take(p, "static")) out->is_static = true;
    else if (take(p, "extern")) out->is_extern = true;
    else if (next_is(p, "__garbler")) mark(p, out, OWNER_GARBLER);
    else if (next_is(p, "__evaluator")) mark(p, out, OWNER_EVALUATOR);
    else if (next_is(p, "__output")) mark(p, out, OWNER_OUTPUT);
    else if (take(p, "inline") || take(p, "_Noreturn") || take(p, "auto") || take(p, "register") ||
             take(p, "__extension__"))
        return true;
    else if (next_is(p, "__attribute__") || next_is(p, "restrict")) skip_attributes(p);
    else if (next_is(p, "volatile")) {
        refuse(p, "volatile is", "leave it out: nothing outside the program changes its objects");
        p->at++;
    } else if (next_is(p, "_Atomic") || next_is(p, "_Thread_local")) {
        refuse(p, next_is(p, "_Atomic") ? "_Atomic is" : "_Thread_local is",
               "leave it out: a circuit has no threads");
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
    if (next_is(p, "typeof")) return typeof_specifier(p);
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
    bool is_const = false, is_record;

    *out = (struct specifiers){0};
    for (;;) {
        if (take_qualifier(p, out, &is_const)) continue;
        word = type_word(peek(p));
        if (word != 0 && out->type == NULL) {
            p->at++;
            if (word == WORD_LONG && words & WORD_LONG)
                words = (words & ~(uint32_t)WORD_LONG) | WORD_LONG_LONG;
            else words = words & word ? WORD_TWICE : words | word;
            if (word == WORD_BIT_INT) bit_int = bit_int_width(p);
            continue;
        }
        if (words != 0 || out->type != NULL) break;
        is_record = next_is(p, "struct") || next_is(p, "union");
        out->type = whole_type(p);
        if (out->type == NULL) break;
        out->is_untagged = is_record && out->type->name == NULL;
    }
    if (words != 0) out->type = basic_type(p, position, words, bit_int);
    if (out->type == NULL) {
        if (peek(p)->kind == TOKEN_NAME && p->at + 1 < p->lexer->n_tokens) {
            if (!refuse_name(p, peek(p))) {
                diag_error(p->diag, here(p), "unknown type '%s'", peek(p)->text);
                diag_hint(p->diag, "stdint.h, stdbool.h and stddef.h declare the usual ones");
            }
            longjmp(*p->recover, 1);
        }
        syntax_error(p, "a type");
    }
    if (is_const) out->type = type_qualified(&p->sema->types, out->type);
}
