/*
 * The table of AND counts: compiles the C that a user would write for each program, checks the
 * circuit against the word interpreter on random inputs, and prints what it costs beside the best
 * known figure and the most it may cost. Exit 1 when a count is above its limit or a circuit wrong.
 *   and_counts [FILE.c ...]
 * Files are programs to be counted without a limit.
 *   and_counts -p FOLDER
 * puts the programs there that are not files, and prints a line for each: name, file, options.
 */
#include "compiler/compile.h"
#include "compiler/emit.h"
#include "compiler/lower.h"
#include "compiler/pass.h"
#include "compiler/preprocess.h"
#include "tests/bench/and_programs.h"

#include "base/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define N_CHECKED 64

struct result {
    struct graph_count count;
    uint64_t n_gates;
    double seconds;
    bool failed; /* to compile */
    bool wrong;
};

/* ------------------------------------------------------------------------------------ checks -- */

static uint64_t next(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

/* Sparse, dense and even bits in turn. */
static uint64_t random_lanes(uint64_t *seed)
{
    uint64_t a = next(seed), b = next(seed), even = UINT64_C(0x00000000ffffffff);

    return (a & even) | (a & b & UINT64_C(0x0000ffff00000000)) |
           ((a | b) & UINT64_C(0xffff000000000000));
}

static bool agrees(struct compilation *compilation, const struct graph *graph,
                   const literal *outputs)
{
    uint64_t n_in = word_program_input_bits(&compilation->program), seed = 7;
    uint64_t n_out = word_program_output_bits(&compilation->program);
    uint64_t *values = mem_new((uint64_t)graph->n_nodes + 1, sizeof *values);
    uint8_t *in = arena_new(&compilation->arena, n_in, 1);
    bool same = values != NULL;

    for (uint64_t i = 0; same && i < n_in; i++) values[1 + i] = random_lanes(&seed);
    if (same) graph_simulate(graph, values);
    for (unsigned lane = 0; lane < N_CHECKED && same; lane++) {
        const uint8_t *expected;

        for (uint64_t i = 0; i < n_in; i++) in[i] = values[1 + i] >> lane & 1;
        expected = word_evaluate(&compilation->program, &compilation->arena, in);
        for (uint64_t i = 0; i < n_out && same; i++)
            same = expected[i] == (graph_value(values, outputs[i]) >> lane & 1);
    }
    mem_free(values);
    return same;
}

/* The next hexadecimal word of a vector as bits; false at its end. */
static bool read_word(const char **text, uint8_t *bits, unsigned n)
{
    char *end;
    uint64_t value = strtoull(*text, &end, 16);

    if (end == *text) return false;
    *text = end;
    for (unsigned i = 0; i < n; i++) bits[i] = value >> i & 1;
    return true;
}

/* Whether the program gives what was published. */
static bool matches_vector(struct compilation *compilation, const struct and_program *program)
{
    uint64_t n_in = word_program_input_bits(&compilation->program);
    uint64_t n_out = word_program_output_bits(&compilation->program), at = 0;
    uint8_t *in = arena_new(&compilation->arena, n_in, 1), bits[64];
    const char *text = program->in;
    const uint8_t *out;
    unsigned n = program->word_bits;

    if (text == NULL) return true;
    for (; at + n <= n_in && read_word(&text, in + at, n); at += n) continue;
    if (at != n_in) return false;
    out = word_evaluate(&compilation->program, &compilation->arena, in);
    text = program->out;
    for (at = 0; at + n <= n_out && read_word(&text, bits, n); at += n)
        if (memcmp(bits, out + at, n) != 0) return false;
    return at > 0;
}

static double cpu_seconds(void)
{
    return (double)clock() / CLOCKS_PER_SEC;
}

static void lower_and_check(struct result *result, struct compilation *compilation,
                            struct graph *graph, const struct and_program *program)
{
    uint64_t n_outputs = word_program_output_bits(&compilation->program);
    literal *outputs = arena_new(&compilation->arena, n_outputs, sizeof *outputs);
    double start = cpu_seconds();

    lower_program(graph, outputs, &compilation->program);
    pass_run(graph, outputs, n_outputs, pass_set_of_level(PASS_MAX_LEVEL));
    result->seconds = cpu_seconds() - start;
    result->n_gates = graph->n_gates;
    result->count = graph_count(graph, outputs, n_outputs);
    result->wrong = !agrees(compilation, graph, outputs) || !matches_vector(compilation, program);
    result->failed = false;
}

static struct result measure(const struct and_program *program, const char *text)
{
    struct compile_options options = {.no_warnings = true, .function = program->function};
    struct compilation compilation;
    struct graph graph = {.n_nodes = 0};
    struct result result = {.failed = true};
    jmp_buf on_error;

    if (compile(&compilation, program->name, text, strlen(text), &options) != SOTTO_OK) {
        for (uint64_t i = 0; i < compilation.diag.n_messages; i++)
            fprintf(stderr, "%s\n", compilation.diag.messages[i]);
        compilation_free(&compilation);
        return result;
    }
    graph_init(&graph, &compilation.arena);
    if (setjmp(on_error) == 0) {
        compilation.arena.on_error = &on_error;
        lower_and_check(&result, &compilation, &graph, program);
    }
    graph_wipe(&graph);
    compilation_free(&compilation);
    return result;
}

/* The program's text after the preprocessor, freed with mem_free(); NULL when there is none. */
static char *preprocessed(const char *path, const char *define)
{
    const char *const defines[2] = {"-D", define};
    struct preprocess_options options = {.arguments = defines,
                                         .n_arguments = define != NULL ? 2 : 0};
    struct sotto_context context = {0};
    char *text = NULL, *copy = NULL;
    size_t len = 0;

    if (preprocess(&context, &text, &len, path, &options) == SOTTO_OK) {
        copy = mem_new(len + 1, 1);
        if (copy != NULL) memcpy(copy, text, len);
    }
    mem_free(text);
    return copy;
}

/* ------------------------------------------------------------------------------------- table -- */

static bool report(const struct and_program *program, struct result result)
{
    bool is_high = program->max_and > 0 && result.count.n_and > program->max_and;

    printf("%-28s %9llu %9llu %9llu %9llu %7llu %8.2f%s%s%s\n", program->name,
           (unsigned long long)program->best_elsewhere, (unsigned long long)program->max_and,
           (unsigned long long)result.count.n_and, (unsigned long long)result.count.n_xor,
           (unsigned long long)result.count.and_depth, result.seconds, is_high ? "  HIGH" : "",
           result.failed ? "  FAILED" : "", result.wrong ? "  WRONG" : "");
    return !is_high && !result.failed && !result.wrong;
}

static bool count_file(const struct and_program *program, const char *path)
{
    char *text = preprocessed(path, program->define);
    struct result result = {.failed = true};

    if (text == NULL) fprintf(stderr, "and_counts: cannot read %s\n", path);
    else result = measure(program, text);
    mem_free(text);
    return report(program, result);
}

static bool count_program(const struct and_program *program)
{
    char path[4096];

    if (program->file == NULL) return report(program, measure(program, program->text));
    snprintf(path, sizeof path, PROGRAMS_DIR "/%s", program->file);
    return count_file(program, path);
}

/* Program 13, "u / 32", is called 13-u___32. */
static void print_name(unsigned number)
{
    printf("%02u-", number);
    for (const char *at = and_programs[number].name; *at != '\0'; at++)
        putchar(strchr(" /%<=[](),+", *at) != NULL ? '_' : *at);
}

static bool list_program(const char *folder, unsigned number)
{
    const struct and_program *program = &and_programs[number];
    char path[4096];
    FILE *file;
    bool good;

    print_name(number);
    if (program->file != NULL) {
        printf(" " PROGRAMS_DIR "/%s%s%s%s%s\n", program->file,
               program->define != NULL ? " -D" : "", program->define != NULL ? program->define : "",
               program->function != NULL ? " -f " : "",
               program->function != NULL ? program->function : "");
        return true;
    }
    if (snprintf(path, sizeof path, "%s/%u.c", folder, number) >= (int)sizeof path) return false;
    printf(" %s\n", path);
    file = fopen(path, "wb");
    if (file == NULL) return false;
    good = fprintf(file, "%s\n", program->text) > 0;
    return fclose(file) == 0 && good;
}

int main(int argc, char **argv)
{
    bool good = true;

    if (argc == 3 && strcmp(argv[1], "-p") == 0) {
        for (unsigned i = 0; i < n_and_programs; i++) good = list_program(argv[2], i) && good;
        return good ? 0 : 1;
    }
    printf("%-28s %9s %9s %9s %9s %7s %8s\n", "program", "elsewhere", "at most", "AND", "XOR",
           "depth", "seconds");
    for (int i = 1; i < argc; i++) {
        const char *slash = strrchr(argv[i], '/');
        struct and_program program = {.name = slash != NULL ? slash + 1 : argv[i]};

        good = count_file(&program, argv[i]) && good;
    }
    for (unsigned i = 0; argc < 2 && i < n_and_programs; i++)
        good = count_program(&and_programs[i]) && good;
    return good ? 0 : 1;
}
