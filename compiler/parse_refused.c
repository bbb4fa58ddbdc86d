/* Names of the host's library and extensions that circuit C leaves out, and what to write
 * instead. */
#include "compiler/parse.h"

#include <string.h>

#define HINT_MEMORY "declare an array of the greatest size"
#define HINT_IO "a circuit has no input or output but its parameters and results"
#define HINT_LEAVE "return from the function instead"
#define HINT_VARARGS "pass an array and its length"
#define HINT_THREADS "leave it out: a circuit has no threads"
#define HINT_FLOAT "use float or double"
#define HINT_LAYOUT "leave it out: a circuit has no memory layout"
#define HINT_LIBRARY "gc-c(7) lists the functions that there are; write your own"

struct refused {
    const char *name;
    const char *instead;
};

static const struct refused names[] = {
    {"malloc", HINT_MEMORY},
    {"calloc", HINT_MEMORY},
    {"realloc", HINT_MEMORY},
    {"alloca", HINT_MEMORY},
    {"__builtin_alloca", HINT_MEMORY},
    {"free", "arrays need no free()"},
    {"printf", HINT_IO},
    {"fprintf", HINT_IO},
    {"puts", HINT_IO},
    {"putchar", HINT_IO},
    {"scanf", HINT_IO},
    {"getchar", HINT_IO},
    {"fopen", HINT_IO},
    {"FILE", HINT_IO},
    {"exit", HINT_LEAVE},
    {"abort", HINT_LEAVE},
    {"setjmp", HINT_LEAVE},
    {"longjmp", HINT_LEAVE},
    {"jmp_buf", HINT_LEAVE},
    {"va_list", HINT_VARARGS},
    {"va_start", HINT_VARARGS},
    {"va_arg", HINT_VARARGS},
    {"va_end", HINT_VARARGS},
    {"__builtin_va_list", HINT_VARARGS},
    {"__thread", HINT_THREADS},
    {"_Float16", HINT_FLOAT},
    {"__float128", HINT_FLOAT},
    {"_Float128", HINT_FLOAT},
    {"_Decimal32", HINT_FLOAT},
    {"_Decimal64", HINT_FLOAT},
    {"_Decimal128", HINT_FLOAT},
    {"_Imaginary", "use a struct of two numbers"},
    {"__auto_type", "write the type, or typeof"},
    {"nullptr", "write 0 or NULL"},
    {"rand", "make randomness an input: each party gives some, and they are combined"},
    {"strlen", HINT_LIBRARY},
    {"strcmp", HINT_LIBRARY},
    {"strcpy", HINT_LIBRARY},
    {"sin", HINT_LIBRARY},
    {"cos", HINT_LIBRARY},
    {"exp", HINT_LIBRARY},
    {"log", HINT_LIBRARY},
    {"pow", HINT_LIBRARY},
    {"floor", HINT_LIBRARY},
    {"ceil", HINT_LIBRARY},
    {"round", HINT_LIBRARY},
};

/* Attributes that change layouts, types or what is run; others mean nothing to a circuit. */
static const struct refused attributes[] = {
    {"aligned", HINT_LAYOUT},
    {"packed", HINT_LAYOUT},
    {"scalar_storage_order", HINT_LAYOUT},
    {"ms_struct", HINT_LAYOUT},
    {"vector_size", "use an array"},
    {"ext_vector_type", "use an array"},
    {"mode", "write the type, such as int64_t or __int128"},
    {"cleanup", "call the function where the variable's block ends"},
    {"constructor", "call the function where the circuit's function begins"},
};

static bool begins_with(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

bool refuse_name(struct parser *p, const struct token *token)
{
    const char *instead = NULL;

    for (size_t i = 0; i < sizeof names / sizeof *names && instead == NULL; i++)
        if (strcmp(token->text, names[i].name) == 0) instead = names[i].instead;
    if (instead == NULL &&
        (begins_with(token->text, "__sync_") || begins_with(token->text, "__atomic_")))
        instead = HINT_THREADS;
    if (instead == NULL && begins_with(token->text, "__builtin_")) instead = HINT_LIBRARY;
    if (instead == NULL) return false;
    diag_error(p->diag, token->position, "'%s' is not supported", token->text);
    diag_hint(p->diag, "%s", instead);
    return true;
}

/* Between double underscores it is the same one. */
static bool is_attribute(const char *text, const char *name)
{
    size_t len = strlen(name);

    if (begins_with(text, "__")) text += 2;
    return begins_with(text, name) && (text[len] == '\0' || strcmp(text + len, "__") == 0);
}

void refuse_attribute(struct parser *p)
{
    if (peek(p)->kind != TOKEN_NAME) return;
    for (size_t i = 0; i < sizeof attributes / sizeof *attributes; i++)
        if (is_attribute(peek(p)->text, attributes[i].name))
            refuse(p, "this attribute is", attributes[i].instead);
}
