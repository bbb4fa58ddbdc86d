/* The whole compiler as one call for tests: preprocessed text to a circuit at a level of -O. */
#ifndef SOTTO_TESTS_COMPILER_LEVELS_H
#define SOTTO_TESTS_COMPILER_LEVELS_H

#include "circuit/circuit.h"
#include "compiler/compile.h"
#include "compiler/emit.h"
#include "compiler/lower.h"

#define N_LEVELS 3

struct built {
    struct compilation compilation;
    sotto_circuit *circuit; /* NULL: refused, or over a limit */
};

static inline sotto_err lower_and_emit(struct sotto_context *context, struct built *built)
{
    struct arena *arena = &built->compilation.arena;
    const struct word_program *program = &built->compilation.program;
    struct graph graph;
    jmp_buf on_error;
    sotto_err err;
    int jumped;

    graph_init(&graph, arena);
    arena->on_error = &on_error;
    jumped = setjmp(on_error);
    err = (sotto_err)jumped;
    if (jumped == 0) {
        literal *outputs = arena_new(arena, word_program_output_bits(program), sizeof *outputs);

        lower_program(&graph, outputs, program);
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
    sotto_err err;

    options.no_fold = level == 0;
    built->circuit = NULL;
    err = compile(&built->compilation, "program.c", text, text_len, &options);
    return err == SOTTO_OK ? lower_and_emit(context, built) : err;
}

static inline void built_free(struct built *built)
{
    sotto_circuit_free(built->circuit);
    compilation_free(&built->compilation);
}

#endif
