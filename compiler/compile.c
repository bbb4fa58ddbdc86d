/* The front half of the compiler; see compile.h. */
#include "compiler/compile.h"

#include "compiler/entry.h"

#define DEFAULT_MAX_STEPS (UINT64_C(1) << 22)
#define DEFAULT_MAX_MEMORY (UINT64_C(1) << 34)
#define DEFAULT_MAX_STACK ((size_t)4 << 20)

static void run(struct compilation *c, const char *name, const char *text, uint64_t text_len,
                const struct compile_options *options)
{
    struct arena *arena = &c->arena;
    struct lexer lexer;
    struct sema *sema = arena_new(arena, 1, sizeof *sema); /* types outlive this call */
    struct unit unit;
    struct exec x = {.arena = arena, .diag = &c->diag, .sema = sema, .graph = &c->graph};
    char here;

    source_init(&c->source, arena, name, text, text_len);
    diag_init(&c->diag, arena, &c->source);
    c->diag.warnings_are_errors = options->warnings_are_errors;
    c->diag.no_warnings = options->no_warnings;
    word_graph_init(&c->graph, arena);
    sema_init(sema, arena, &c->diag, &c->graph);
    lex(&lexer, arena, &c->source, &c->diag);
    if (!parse(&unit, arena, &lexer, &c->diag, sema)) return;
    c->graph.fold = !options->no_fold;
    x.types = &sema->types;
    x.bound = options->bound;
    x.max_steps = options->max_steps != 0 ? options->max_steps : DEFAULT_MAX_STEPS;
    x.max_stack = options->max_stack != 0 ? options->max_stack : DEFAULT_MAX_STACK;
    x.stack_base = &here;
    entry_run(&x, &c->program, &unit, options->function);
}

sotto_err compile(struct compilation *compilation, const char *name, const char *text,
                  uint64_t text_len, const struct compile_options *options)
{
    jmp_buf on_error;
    int err;

    *compilation = (struct compilation){.program = {.graph = NULL}};
    arena_init(&compilation->arena,
               options->max_memory != 0 ? options->max_memory : DEFAULT_MAX_MEMORY, &on_error);
    err = setjmp(on_error);
    if (err == 0) run(compilation, name, text, text_len, options);
    /* What comes later and takes from the arena sets a place of its own. */
    compilation->arena.on_error = NULL;
    if (err != 0) return (sotto_err)err;
    return compilation->diag.n_errors > 0 ? SOTTO_ERR_INPUT : SOTTO_OK;
}

void compilation_free(struct compilation *compilation)
{
    arena_free(&compilation->arena);
}
