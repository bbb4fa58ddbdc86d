/* The whole compiler as one call for tests: preprocessed text to a circuit at a level of -O. */
#ifndef SOTTO_TESTS_COMPILER_LEVELS_H
#define SOTTO_TESTS_COMPILER_LEVELS_H

#include "circuit/circuit.h"
#include "compiler/compile.h"
#include "compiler/emit.h"
#include "compiler/lower.h"

/* Passes over the gates belong to the levels where the compiler has them. */
#if __has_include("compiler/pass.h")
#include "compiler/pass.h"
#else
#define PASS_MAX_LEVEL 2
#define PASS_FOLD 0
#define pass_set_of_level(level) ((uint64_t)((level) > 0) << PASS_FOLD)
#define pass_is_on(set, pass) (((set) >> (pass)&1) != 0)
#define pass_run(graph, outputs, n_outputs, set) ((void)(set))
#endif

#define N_LEVELS (PASS_MAX_LEVEL + 1)

struct built {
    struct compilation compilation;
    sotto_circuit *circuit; /* NULL: refused, or over a limit */
};

static inline sotto_err lower_and_emit(struct sotto_context *context, struct built *built,
                                       uint64_t passes)
{
    struct arena *arena = &built->compilation.arena;
    const struct word_program *program = &built->compilation.program;
    uint64_t n_outputs = word_program_output_bits(program);
    struct graph graph;
    jmp_buf on_error;
    sotto_err err;
    int jumped;

    graph_init(&graph, arena);
#if __has_include("compiler/pass.h")
    graph.plain = !pass_is_on(passes, PASS_HASH);
#endif
    arena->on_error = &on_error;
    jumped = setjmp(on_error);
    err = (sotto_err)jumped;
    if (jumped == 0) {
        literal *outputs = arena_new(arena, n_outputs, sizeof *outputs);

        lower_program(&graph, outputs, program);
        pass_run(&graph, outputs, n_outputs, passes);
        err = emit_circuit(context, &built->circuit, &graph, outputs, program);
    }
    arena->on_error = NULL;
    graph_wipe(&graph);
    return err;
}

/** text must outlive built; free that in every case. Errors as of compile() and emit_circuit(). */
static inline sotto_err build_circuit(struct sotto_context *context, struct built *built,
                                      const char *text, uint64_t text_len,
                                      const struct compile_options *given, int level)
{
    struct compile_options options = *given;
    uint64_t passes = pass_set_of_level(level);
    sotto_err err;

    options.no_fold = !pass_is_on(passes, PASS_FOLD);
    built->circuit = NULL;
    err = compile(&built->compilation, "program.c", text, text_len, &options);
    return err == SOTTO_OK ? lower_and_emit(context, built, passes) : err;
}

static inline void built_free(struct built *built)
{
    sotto_circuit_free(built->circuit);
    compilation_free(&built->compilation);
}

#endif
