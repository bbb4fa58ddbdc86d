/*
 * The compiler from preprocessed C text to a circuit. No text may make it crash, hang or take more
 * memory than it was given; what it refuses has a message; and what it compiles computes the same
 * in the interpreter of words, and as circuit, simplified or not.
 */
#include "tests/compiler/levels.h"

#include <stdlib.h>
#include <string.h>

#define MAX_TEXT 16384
#define MAX_STEPS 4096
#define MAX_MEMORY ((uint64_t)96 << 20)
#define MAX_STACK ((size_t)1 << 20)
#define N_ASSIGNMENTS 3

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t data_len);

/* Failures are limits, memory among them, or errors in the text, which are told. */
static void compile_text(sotto_context *context, struct built *built, const char *text, size_t len,
                         int level)
{
    static const struct compile_options options = {
        .max_steps = MAX_STEPS, .max_memory = MAX_MEMORY, .max_stack = MAX_STACK};
    sotto_err err = build_circuit(context, built, text, len, &options, level);

    if (err == SOTTO_ERR_INPUT && built->compilation.diag.n_messages == 0) abort();
    if (err != SOTTO_OK && err != SOTTO_ERR_INPUT && err != SOTTO_ERR_LIMIT) abort();
    if (err == SOTTO_OK && built->compilation.program.interface == NULL) abort();
}

static void fill_inputs(uint8_t *bits, uint64_t n, unsigned round)
{
    uint64_t state = round;

    for (uint64_t i = 0; i < n; i++) {
        state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        bits[i] = round == 0 ? 0 : round == 1 ? i % 32 == 0 : state >> 40 & 1;
    }
}

/* The words are the reference; the interpreter takes memory for every node, so it has a limit. */
static uint8_t *evaluate_words(struct arena *arena, const struct built *c, const uint8_t *inputs)
{
    jmp_buf on_error;

    arena_init(arena, MAX_MEMORY, &on_error);
    if (setjmp(on_error) != 0) return NULL;
    return word_evaluate(&c->compilation.program, arena, inputs);
}

static void check_circuit(sotto_context *context, const struct built *c, const uint8_t *inputs,
                          const uint8_t *expected, uint64_t n_outputs)
{
    uint8_t *outputs = malloc(n_outputs + 1);

    if (outputs == NULL) abort();
    if (c->circuit->n_output_wires != n_outputs) abort();
    if (sotto_circuit_evaluate(context, outputs, c->circuit, inputs) != SOTTO_OK) abort();
    if (memcmp(outputs, expected, n_outputs) != 0) abort();
    free(outputs);
}

/* The flag of loop bounds is there at one level and may be proved away at the other. */
static void compare(sotto_context *context, const struct built *folded, const struct built *plain)
{
    const struct word_program *program = &folded->compilation.program;
    uint64_t n_inputs = word_program_input_bits(program);
    uint64_t n_outputs = word_program_output_bits(program);
    bool same = plain->circuit != NULL && plain->circuit->n_output_wires == n_outputs;
    uint8_t *inputs = malloc(n_inputs + 1);

    if (inputs == NULL) abort();
    if (same && plain->circuit->n_input_wires != n_inputs) abort();
    for (unsigned round = 0; round < N_ASSIGNMENTS; round++) {
        struct arena arena;
        uint8_t *expected;

        fill_inputs(inputs, n_inputs, round);
        expected = evaluate_words(&arena, folded, inputs);
        if (expected != NULL) check_circuit(context, folded, inputs, expected, n_outputs);
        if (expected != NULL && same) check_circuit(context, plain, inputs, expected, n_outputs);
        arena_free(&arena);
    }
    free(inputs);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t data_len)
{
    sotto_context *context;
    struct built folded, plain;
    char *text;

    if (data_len > MAX_TEXT) return 0;
    text = malloc(data_len + 1);
    if (text == NULL || sotto_context_new(&context, NULL) != SOTTO_OK) abort();
    if (data_len > 0) memcpy(text, data, data_len);
    text[data_len] = '\0';
    compile_text(context, &folded, text, data_len, N_LEVELS - 1);
    compile_text(context, &plain, text, data_len, 0);
    if (folded.circuit != NULL) compare(context, &folded, &plain);
    built_free(&folded);
    built_free(&plain);
    sotto_context_free(context);
    free(text);
    return 0;
}
