/* What the parse_*.c files share: tokens, scopes, recovery; and the translation unit itself. */
#include "compiler/parse.h"

#include <string.h>

/* ------------------------------------------------------------------------------------ tokens -- */

bool token_is(const struct token *token, const char *text)
{
    return (token->kind == TOKEN_PUNCTUATOR || token->kind == TOKEN_KEYWORD) &&
           strcmp(token->text, text) == 0;
}

bool next_is(const struct parser *p, const char *text)
{
    return token_is(peek(p), text);
}

bool second_is(const struct parser *p, const char *text)
{
    return p->at + 1 < p->lexer->n_tokens && token_is(peek(p) + 1, text);
}

bool take(struct parser *p, const char *text)
{
    if (!next_is(p, text)) return false;
    p->at++;
    return true;
}

void syntax_error(struct parser *p, const char *expected)
{
    const struct token *token = peek(p);

    if (token->kind == TOKEN_END)
        diag_error(p->diag, token->position, "expected %s at the end of the program", expected);
    else if (token->kind == TOKEN_BOUND || token->kind == TOKEN_LINE_END)
        diag_error(p->diag, token->position, "expected %s before the end of the line", expected);
    else if (token->text[0] != '\0' && token->kind != TOKEN_STRING)
        diag_error(p->diag, token->position, "expected %s before '%s'", expected, token->text);
    else diag_error(p->diag, token->position, "expected %s", expected);
    longjmp(*p->recover, 1);
}

void expect(struct parser *p, const char *text)
{
    char quoted[16];

    if (take(p, text)) return;
    quoted[0] = '\'';
    strncpy(quoted + 1, text, 8);
    quoted[9] = '\0';
    strcat(quoted, "'");
    syntax_error(p, quoted);
}

const struct token *expect_name(struct parser *p)
{
    if (peek(p)->kind != TOKEN_NAME) syntax_error(p, "a name");
    return &p->lexer->tokens[p->at++];
}

void refuse(struct parser *p, const char *what, const char *instead)
{
    diag_error(p->diag, here(p), "%s not supported", what);
    if (instead != NULL) diag_hint(p->diag, "%s", instead);
}

void refuse_mark(struct parser *p, const struct specifiers *specifiers, source_pos position)
{
    if (specifiers->owner == OWNER_NONE) return;
    diag_error(p->diag, position, "GARBLER, EVALUATOR and OUTPUT mark parameters only");
    diag_hint(p->diag, "write the mark at the beginning of a parameter of the circuit's function");
}

void enter_nesting(struct parser *p)
{
    if (++p->depth <= MAX_NESTING) return;
    diag_error(p->diag, here(p), "nested too deeply");
    longjmp(*p->recover, 1);
}

/* ------------------------------------------------------------------------------------ scopes -- */

void scope_open(struct parser *p)
{
    struct scope *scope = arena_new(p->arena, 1, sizeof *scope);

    scope->outer = p->scope;
    p->scope = scope;
}

void scope_close(struct parser *p)
{
    p->scope = p->scope->outer;
}

struct symbol *scope_find_here(const struct parser *p, const char *name)
{
    for (struct scope_entry *entry = p->scope->entries; entry != NULL; entry = entry->next)
        if (entry->symbol != NULL && entry->name == name) return entry->symbol;
    return NULL;
}

struct symbol *scope_find(const struct parser *p, const char *name)
{
    for (struct scope *scope = p->scope; scope != NULL; scope = scope->outer)
        for (struct scope_entry *entry = scope->entries; entry != NULL; entry = entry->next)
            if (entry->symbol != NULL && entry->name == name) return entry->symbol;
    return NULL;
}

void scope_add(struct parser *p, struct symbol *symbol)
{
    struct scope_entry *entry = arena_new(p->arena, 1, sizeof *entry);

    *entry = (struct scope_entry){p->scope->entries, symbol->name, symbol, NULL};
    p->scope->entries = entry;
}

/* The builtins are around it. */
struct scope *scope_of_file(const struct parser *p)
{
    struct scope *scope = p->scope;

    while (scope->outer->outer != NULL) scope = scope->outer;
    return scope;
}

/* ---------------------------------------------------------------------------------- builtins -- */

struct builtin_name {
    const char *name;
    const char *signature; /* result and parameters, a letter each */
    enum builtin builtin;
};

/* v void, p void *, q const void *, i int, u unsigned, l long, m unsigned long, L long long,
 * M unsigned long long, f float, d double. */
static const struct builtin_name builtins[] = {
    {"memcpy", "ppqm", BUILTIN_MEMCPY},
    {"memmove", "ppqm", BUILTIN_MEMMOVE},
    {"memset", "ppim", BUILTIN_MEMSET},
    {"memcmp", "iqqm", BUILTIN_MEMCMP},
    {"abs", "ii", BUILTIN_ABS},
    {"labs", "ll", BUILTIN_ABS},
    {"llabs", "LL", BUILTIN_ABS},
    {"__builtin_abs", "ii", BUILTIN_ABS},
    {"__builtin_labs", "ll", BUILTIN_ABS},
    {"__builtin_llabs", "LL", BUILTIN_ABS},
    {"__builtin_memcpy", "ppqm", BUILTIN_MEMCPY},
    {"__builtin_memmove", "ppqm", BUILTIN_MEMMOVE},
    {"__builtin_memset", "ppim", BUILTIN_MEMSET},
    {"__builtin_memcmp", "iqqm", BUILTIN_MEMCMP},
    {"__builtin_popcount", "iu", BUILTIN_POPCOUNT},
    {"__builtin_popcountl", "im", BUILTIN_POPCOUNT},
    {"__builtin_popcountll", "iM", BUILTIN_POPCOUNT},
    {"__builtin_clz", "iu", BUILTIN_CLZ},
    {"__builtin_clzl", "im", BUILTIN_CLZ},
    {"__builtin_clzll", "iM", BUILTIN_CLZ},
    {"__builtin_ctz", "iu", BUILTIN_CTZ},
    {"__builtin_ctzl", "im", BUILTIN_CTZ},
    {"__builtin_ctzll", "iM", BUILTIN_CTZ},
    {"fabs", "dd", BUILTIN_FABS},
    {"fabsf", "ff", BUILTIN_FABS},
    {"sqrt", "dd", BUILTIN_SQRT},
    {"sqrtf", "ff", BUILTIN_SQRT},
    {"fmin", "ddd", BUILTIN_FMIN},
    {"fminf", "fff", BUILTIN_FMIN},
    {"fmax", "ddd", BUILTIN_FMAX},
    {"fmaxf", "fff", BUILTIN_FMAX},
    {"__builtin_fabs", "dd", BUILTIN_FABS},
    {"__builtin_sqrt", "dd", BUILTIN_SQRT},
    {"__gc_assert", "vi", BUILTIN_ASSERT},
};

static struct type *letter_type(struct sema *sema, char letter)
{
    struct types *types = &sema->types;

    switch (letter) {
    case 'v': return &types->void_type;
    case 'p': return type_pointer(types, &types->void_type);
    case 'q': return type_pointer(types, type_qualified(types, &types->void_type));
    case 'i': return &types->int_type;
    case 'u': return &types->uint_type;
    case 'l': return &types->long_type;
    case 'm': return &types->ulong_type;
    case 'L': return &types->llong_type;
    case 'M': return &types->ullong_type;
    case 'f': return &types->float_type;
    default: return &types->double_type;
    }
}

/* The library is known from the start, as compilers do; a header's declaration or the program's own
 * definition replaces the name. */
static void declare_builtin(struct parser *p, const struct builtin_name *builtin)
{
    struct symbol *symbol = arena_new(p->arena, 1, sizeof *symbol);
    struct parameter *first = NULL, **tail = &first;

    for (const char *letter = builtin->signature + 1; *letter != '\0'; letter++) {
        *tail = arena_new(p->arena, 1, sizeof **tail);
        (*tail)->type = letter_type(p->sema, *letter);
        tail = &(*tail)->next;
    }
    symbol->kind = SYMBOL_FUNCTION;
    symbol->name = lex_name(p->lexer, builtin->name, strlen(builtin->name));
    symbol->type =
        type_function(&p->sema->types, letter_type(p->sema, builtin->signature[0]), first);
    symbol->is_builtin = true;
    symbol->builtin = builtin->builtin;
    scope_add(p, symbol);
}

/* -------------------------------------------------------------------------- translation unit -- */

/* To behind the next ';' or before a '}' that closes nothing since here. */
static void skip_declaration(struct parser *p)
{
    uint64_t depth = 0;

    for (; peek(p)->kind != TOKEN_END; p->at++) {
        if (next_is(p, "{")) depth++;
        if (next_is(p, "}") && depth > 0) depth--;
        if ((next_is(p, ";") || next_is(p, "}")) && depth == 0) {
            p->at++;
            return;
        }
    }
}

/* translation-unit = external-declaration* */
static void translation_unit(struct parser *p)
{
    struct scope *file_scope = p->scope;
    jmp_buf recover;

    p->recover = &recover;
    while (peek(p)->kind != TOKEN_END && !diag_is_full(p->diag)) {
        if (setjmp(recover) == 0) {
            p->depth = 0;
            external_declaration(p);
        } else {
            p->recover = &recover;
            p->scope = file_scope;
            p->function = NULL;
            p->switch_stmt = NULL;
            p->n_loops = p->n_switches = p->block_depth = 0;
            skip_declaration(p);
        }
    }
}

bool parse(struct unit *unit, struct arena *arena, struct lexer *lexer, struct diag *diag,
           struct sema *sema)
{
    struct parser p = {.arena = arena, .lexer = lexer, .diag = diag, .sema = sema, .unit = unit};

    *unit = (struct unit){0};
    scope_open(&p);
    for (size_t i = 0; i < sizeof builtins / sizeof *builtins; i++)
        declare_builtin(&p, &builtins[i]);
    scope_open(&p);
    translation_unit(&p);
    return diag->n_errors == 0;
}
