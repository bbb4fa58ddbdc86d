/* gc-cc: C in, a Boolean circuit and its interface out. */
#include "base/memory.h"
#include "compiler/compile.h"
#include "compiler/emit.h"
#include "compiler/lower.h"
#include "compiler/pass.h"
#include "compiler/preprocess.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define EXIT_COMPILE_ERROR 5
#define STACK_LEN ((size_t)512 << 20)

struct job {
    struct sotto_context *context;
    const char *input, *output;
    const char **arguments; /* for the preprocessor */
    uint64_t n_arguments;
    struct compile_options options;
    sotto_format format;
    int level;        /* of optimisation */
    uint64_t without; /* passes that are switched off */
    uint64_t passes;  /* those that run */
    bool preprocess_only, stats;
    char *text;
    size_t text_len;
    int status;
};

enum { OPTION_FORMAT = 256, OPTION_STATS, OPTION_BOUND, OPTION_INCLUDE, OPTION_VERSION };

static const struct option options[] = {
    {"output", required_argument, NULL, 'o'},
    {"function", required_argument, NULL, 'f'},
    {"include", required_argument, NULL, OPTION_INCLUDE},
    {"bound", required_argument, NULL, OPTION_BOUND},
    {"format", required_argument, NULL, OPTION_FORMAT},
    {"stats", no_argument, NULL, OPTION_STATS},
    {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, OPTION_VERSION},
    {NULL, 0, NULL, 0},
};

static const char usage_text[] =
    "usage: gc-cc FILE.c -o OUT.txt [options]\n"
    "Compiles a function of C to a Boolean circuit, with its interface in OUT.json.\n"
    "  -o, --output FILE       where the circuit goes; - for standard output\n"
    "  -f, --function NAME     the function to compile\n"
    "  -I DIR, -D NAME[=V], -U NAME, --include FILE\n"
    "                          for the preprocessor\n"
    "  -E                      preprocess only\n"
    "  -O0, -O1, -O2           how much is simplified: nothing; in linear time; all (default)\n"
    "  -fno-PASS               leave out a pass: fold, hash, dead, forms, cuts\n"
    "  -Werror, -w             warnings are errors; no warnings\n"
    "      --bound N           most runs of loops with secret conditions\n"
    "      --format FORMAT     fashion (default) or bristol\n"
    "      --stats             counts as JSON on standard output\n"
    "  -h, --help              this text\n"
    "      --version           the version\n";

/* ----------------------------------------------------------------------------------- reports -- */

static int usage_error(const char *format, const char *value)
{
    char shown[128];

    fputs("gc-cc: ", stderr);
    fprintf(stderr, format, escape_text(shown, sizeof shown, value, strlen(value)));
    fputs("\n  gc-cc --help lists the options\n", stderr);
    return 2;
}

static int exit_status(sotto_err err)
{
    switch (err) {
    case SOTTO_OK: return 0;
    case SOTTO_ERR_USAGE: return 2;
    case SOTTO_ERR_INPUT: return EXIT_COMPILE_ERROR;
    case SOTTO_ERR_CIRCUIT: return 4;
    case SOTTO_ERR_LIMIT:
    case SOTTO_ERR_MEMORY: return 6;
    case SOTTO_ERR_IO: return 10;
    default: return 70;
    }
}

static int report(const struct job *job, sotto_err err)
{
    const char *hint = sotto_context_hint(job->context);

    fprintf(stderr, "gc-cc: %s\n", sotto_context_message(job->context));
    while (*hint != '\0') {
        size_t len = strcspn(hint, "\n");

        fprintf(stderr, "  %.*s\n", (int)len, hint);
        hint += len + (hint[len] == '\n');
    }
    return exit_status(err);
}

/* ------------------------------------------------------------------------------------ output -- */

static int write_piece(void *user, const char *text, size_t text_len)
{
    return fwrite(text, 1, text_len, user) != text_len;
}

static sotto_err cannot_write(struct job *job, const char *path)
{
    return fail(job->context, SOTTO_ERR_IO, "cannot write %s: %s", path, strerror(errno));
}

/* A regular file appears whole or not at all; a device or pipe is written as it is. */
static sotto_err write_file(struct job *job, const char *path, const sotto_circuit *circuit,
                            const char *text)
{
    size_t size = strlen(path) + 16;
    char *temporary = mem_new(size, 1);
    struct stat stat_buffer;
    bool direct = stat(path, &stat_buffer) == 0 && !S_ISREG(stat_buffer.st_mode);
    sotto_err err = SOTTO_OK;
    FILE *file;

    if (temporary == NULL) return fail_memory(job->context);
    (void)snprintf(temporary, size, "%s%s", path, direct ? "" : ".tmp");
    file = fopen(temporary, "we");
    if (file == NULL) {
        err = cannot_write(job, path);
        mem_free(temporary);
        return err;
    }
    if (circuit != NULL)
        err = sotto_circuit_write(job->context, circuit, job->format, write_piece, file);
    else if (write_piece(file, text, strlen(text)) != 0) err = cannot_write(job, path);
    if (fflush(file) != 0 && err == SOTTO_OK) err = cannot_write(job, path);
    if (fclose(file) != 0 && err == SOTTO_OK) err = cannot_write(job, path);
    if (err == SOTTO_OK && !direct && rename(temporary, path) != 0) err = cannot_write(job, path);
    if (err != SOTTO_OK && !direct) (void)unlink(temporary);
    mem_free(temporary);
    return err;
}

/* OUT.txt has its interface in OUT.json. */
static sotto_err write_interface(struct job *job, const char *text)
{
    size_t len = strlen(job->output);
    char *path = mem_new(len + 6, 1);
    sotto_err err;

    if (path == NULL) return fail_memory(job->context);
    memcpy(path, job->output, len);
    if (len > 4 && strcmp(job->output + len - 4, ".txt") == 0) len -= 4;
    memcpy(path + len, ".json", 6);
    err = write_file(job, path, NULL, text);
    mem_free(path);
    return err;
}

static sotto_err write_results(struct job *job, const sotto_circuit *circuit,
                               const struct word_program *program)
{
    sotto_err err;

    if (job->output == NULL) return SOTTO_OK;
    if (strcmp(job->output, "-") == 0) {
        err = sotto_circuit_write(job->context, circuit, job->format, write_piece, stdout);
        if (err == SOTTO_OK && fflush(stdout) != 0) err = cannot_write(job, "standard output");
        return err;
    }
    err = write_file(job, job->output, circuit, NULL);
    return err != SOTTO_OK ? err : write_interface(job, program->interface);
}

static sotto_err print_stats(struct job *job, const sotto_circuit *circuit)
{
    sotto_circuit_stats stats;
    sotto_err err = sotto_circuit_measure(job->context, &stats, circuit);

    if (err != SOTTO_OK) return err;
    printf("{\"schema\":\"gc-cc-stats/"
           "1\",\"and\":%llu,\"xor\":%llu,\"inv\":%llu,\"and_depth\":%llu}\n",
           (unsigned long long)stats.n_and, (unsigned long long)stats.n_xor,
           (unsigned long long)stats.n_inv, (unsigned long long)stats.and_depth);
    return SOTTO_OK;
}

/* --------------------------------------------------------------------------------- compiling -- */

/* Gates of the words, in the arena of the compilation; its failures come back through the jump. */
static sotto_err make_circuit(struct job *job, struct compilation *compilation,
                              sotto_circuit **circuit)
{
    uint64_t n_outputs = word_program_output_bits(&compilation->program);
    struct graph graph;
    literal *volatile outputs = NULL;
    jmp_buf on_error;
    sotto_err err;
    int jumped;

    graph_init(&graph, &compilation->arena);
    graph.plain = !pass_is_on(job->passes, PASS_HASH);
    compilation->arena.on_error = &on_error;
    jumped = setjmp(on_error);
    if (jumped == 0) {
        outputs = arena_new(&compilation->arena, n_outputs, sizeof *outputs);
        lower_program(&graph, outputs, &compilation->program);
        pass_run(&graph, outputs, n_outputs, job->passes);
        err = emit_circuit(job->context, circuit, &graph, outputs, &compilation->program);
    } else {
        err = fail(job->context, (sotto_err)jumped, "%s is too large for the memory there is",
                   job->input);
    }
    compilation->arena.on_error = NULL;
    graph_wipe(&graph);
    return err;
}

static int compile_text(struct job *job)
{
    struct compilation compilation;
    sotto_circuit *circuit = NULL;
    int status = 0;
    sotto_err err;

    err = compile(&compilation, job->input, job->text, job->text_len, &job->options);
    for (uint64_t i = 0; i < compilation.diag.n_messages; i++)
        fprintf(stderr, "%s\n", compilation.diag.messages[i]);
    if (err == SOTTO_ERR_INPUT) {
        status = EXIT_COMPILE_ERROR;
    } else if (err != SOTTO_OK) {
        err = fail(job->context, err, "%s is too large for the memory there is", job->input);
        status = report(job, err);
    } else {
        err = make_circuit(job, &compilation, &circuit);
        if (err == SOTTO_OK) err = write_results(job, circuit, &compilation.program);
        if (err == SOTTO_OK && job->stats) err = print_stats(job, circuit);
        if (err != SOTTO_OK) status = report(job, err);
    }
    sotto_circuit_free(circuit);
    compilation_free(&compilation);
    return status;
}

static void *compile_thread(void *user)
{
    struct job *job = user;

    job->status = compile_text(job);
    return NULL;
}

/* Deep recursion in the program is recursion in the compiler: it runs on a large stack. */
static int compile_on_large_stack(struct job *job)
{
    pthread_attr_t attributes;
    pthread_t thread;
    int failed;

    job->options.max_stack = STACK_LEN / 4 * 3;
    if (pthread_attr_init(&attributes) != 0) return 70;
    failed = pthread_attr_setstacksize(&attributes, STACK_LEN) != 0 ||
             pthread_create(&thread, &attributes, compile_thread, job) != 0;
    (void)pthread_attr_destroy(&attributes);
    if (failed) {
        job->options.max_stack = 0;
        return compile_text(job);
    }
    (void)pthread_join(thread, NULL);
    return job->status;
}

static const char *include_dir(void)
{
    const char *dir = getenv("GC_CC_INCLUDE");

    return dir != NULL && dir[0] != '\0' ? dir : GC_CC_INCLUDE_DIR;
}

static int run(struct job *job)
{
    struct preprocess_options how = {include_dir(), job->arguments, job->n_arguments};
    sotto_err err = preprocess(job->context, &job->text, &job->text_len, job->input, &how);
    int status = 0;

    if (err != SOTTO_OK) return report(job, err);
    if (job->preprocess_only) {
        if (fwrite(job->text, 1, job->text_len, stdout) != job->text_len || fflush(stdout) != 0)
            status = report(job, cannot_write(job, "standard output"));
    } else {
        status = compile_on_large_stack(job);
    }
    mem_free(job->text);
    return status;
}

/* ----------------------------------------------------------------------------------- options -- */

static int unknown_pass(const char *value)
{
    char shown[128];
    unsigned n;
    const struct pass *passes = pass_list(&n);

    fprintf(stderr, "gc-cc: there is no -f%s\n  the passes are",
            escape_text(shown, sizeof shown, value, strlen(value)));
    for (unsigned i = 0; i < n; i++) fprintf(stderr, "%s %s", i > 0 ? "," : "", passes[i].name);
    fputs("\n", stderr);
    return 2;
}

static bool parse_count(uint64_t *out, const char *text)
{
    char *end;

    errno = 0;
    if (text[0] < '0' || text[0] > '9') return false;
    *out = strtoull(text, &end, 10);
    return errno == 0 && *end == '\0' && *out > 0 && *out <= INT32_MAX;
}

/* -f NAME is a function, -fno-PASS a pass to leave out. */
static int take_f(struct job *job, const char *value)
{
    uint64_t pass;

    if (strncmp(value, "no-", 3) != 0) {
        job->options.function = value;
        return 0;
    }
    pass = pass_by_name(value + 3);
    if (pass == 0) return unknown_pass(value);
    job->without |= pass;
    return 0;
}

static int take_option(struct job *job, int option, const char *value)
{
    switch (option) {
    case 'o': job->output = value; return 0;
    case 'f': return take_f(job, value);
    case 'E': job->preprocess_only = true; return 0;
    case 'I':
    case 'D':
    case 'U':
    case OPTION_INCLUDE:
        job->arguments[job->n_arguments++] = option == 'I'   ? "-I"
                                             : option == 'D' ? "-D"
                                             : option == 'U' ? "-U"
                                                             : "-include";
        job->arguments[job->n_arguments++] = value;
        return 0;
    case 'O':
        if (value[0] < '0' || value[0] > '2' || value[1] != '\0')
            return usage_error("there is no -O%s", value);
        job->level = value[0] - '0';
        return 0;
    case 'W':
        if (strcmp(value, "error") != 0) return usage_error("there is no -W%s", value);
        job->options.warnings_are_errors = true;
        return 0;
    case 'w': job->options.no_warnings = true; return 0;
    case OPTION_BOUND:
        if (!parse_count(&job->options.bound, value))
            return usage_error("--bound %s: a number from 1 is needed", value);
        return 0;
    case OPTION_FORMAT:
        if (strcmp(value, "fashion") != 0 && strcmp(value, "bristol") != 0)
            return usage_error("--format %s: fashion or bristol", value);
        job->format = value[0] == 'f' ? SOTTO_FORMAT_FASHION : SOTTO_FORMAT_BRISTOL;
        return 0;
    case OPTION_STATS: job->stats = true; return 0;
    default: return 2;
    }
}

/* gcc's spelling of a long option with one dash. */
static void accept_single_dash(int argc, char **argv)
{
    static char include[] = "--include";

    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "-include") == 0) argv[i] = include;
}

static int parse_options(struct job *job, int argc, char **argv)
{
    int option, status;

    accept_single_dash(argc, argv);
    while ((option = getopt_long(argc, argv, "o:f:I:D:U:EO:W:wh", options, NULL)) != -1) {
        if (option == '?') {
            fputs("  gc-cc --help lists the options\n", stderr);
            return 2;
        }
        if (option == 'h' || option == OPTION_VERSION) {
            if (option == 'h') fputs(usage_text, stdout);
            else printf("gc-cc %s\n", sotto_version());
            return -1;
        }
        status = take_option(job, option, optarg);
        if (status != 0) return status;
    }
    if (optind + 1 != argc) return usage_error("%s", "give exactly one C file");
    job->input = argv[optind];
    if (job->output == NULL && !job->preprocess_only && !job->stats)
        return usage_error("%s", "where does the circuit go? give -o FILE");
    if (job->stats && job->output != NULL && strcmp(job->output, "-") == 0)
        return usage_error("%s", "--stats and -o - both want standard output");
    job->passes = pass_set_of_level(job->level) & ~job->without;
#ifdef SOTTO_CHECK_PASSES
    job->passes |= PASS_CHECKED;
#endif
    job->options.no_fold = !pass_is_on(job->passes, PASS_FOLD);
    return 0;
}

int main(int argc, char **argv)
{
    struct job job = {.format = SOTTO_FORMAT_FASHION, .level = 2};
    int status;

    if (sotto_context_new(&job.context, NULL) != SOTTO_OK) {
        fputs("gc-cc: out of memory\n", stderr);
        return 6;
    }
    job.arguments = mem_new(2 * (uint64_t)argc, sizeof *job.arguments);
    if (job.arguments == NULL) {
        sotto_context_free(job.context);
        return 6;
    }
    status = parse_options(&job, argc, argv);
    if (status == 0) status = run(&job);
    else if (status < 0) status = 0;
    mem_free(job.arguments);
    sotto_context_free(job.context);
    return status;
}
