/*
 * Runs a program of circuit C through the front half of the compiler and the word interpreter:
 *   front_run FILE.i [FUNCTION] [-n]
 * prints the interface, an empty line, and for each line of input bits on standard input the line
 * of output bits. -n switches simplification off. Preprocessed text only. Exit 5 on errors.
 */
#include "compiler/compile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *read_file(const char *path, size_t *len)
{
    FILE *file = fopen(path, "rb");
    char *text = NULL;
    size_t capacity = 0;

    if (file == NULL) return NULL;
    *len = 0;
    do {
        capacity = capacity == 0 ? 65536 : capacity * 2;
        text = realloc(text, capacity + 1);
        if (text == NULL) exit(6);
        *len += fread(text + *len, 1, capacity - *len, file);
    } while (*len == capacity);
    text[*len] = '\0';
    fclose(file);
    return text;
}

static void run_line(const struct word_program *program, char *line)
{
    struct arena arena;
    jmp_buf on_error;
    uint64_t n_in = word_program_input_bits(program), n_out = word_program_output_bits(program);
    uint8_t *out;

    if (strlen(line) != n_in) {
        fprintf(stderr, "front_run: %zu bits for %llu\n", strlen(line), (unsigned long long)n_in);
        exit(3);
    }
    arena_init(&arena, (uint64_t)1 << 34, &on_error);
    if (setjmp(on_error) != 0) exit(6);
    for (uint64_t i = 0; i < n_in; i++) line[i] = (char)(line[i] == '1');
    out = word_evaluate(program, &arena, (const uint8_t *)line);
    for (uint64_t i = 0; i < n_out; i++) putchar(out[i] ? '1' : '0');
    putchar('\n');
    arena_free(&arena);
}

int main(int argc, char **argv)
{
    struct compile_options options = {0};
    struct compilation compilation;
    char *text, *line = NULL;
    size_t len, capacity = 0;
    ssize_t n;
    sotto_err err;

    if (argc < 2 || (text = read_file(argv[1], &len)) == NULL) return 2;
    for (int i = 2; i < argc; i++)
        if (strcmp(argv[i], "-n") == 0) options.no_fold = true;
        else options.function = argv[i];
    err = compile(&compilation, argv[1], text, len, &options);
    for (uint64_t i = 0; i < compilation.diag.n_messages; i++)
        fprintf(stderr, "%s\n", compilation.diag.messages[i]);
    if (err == SOTTO_OK) {
        printf("%s\n", compilation.program.interface);
        while ((n = getline(&line, &capacity, stdin)) > 0) {
            if (line[n - 1] == '\n') line[n - 1] = '\0';
            run_line(&compilation.program, line);
        }
        free(line);
    }
    compilation_free(&compilation);
    free(text);
    return err == SOTTO_OK ? 0 : err == SOTTO_ERR_INPUT ? 5 : 6;
}
