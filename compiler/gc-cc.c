/* gc-cc: C in, a Boolean circuit and its interface out. */
#include "base/memory.h"
#include "compiler/check.h"
#include "compiler/emit.h"
#include "compiler/explain.h"
#include "compiler/loop_cost.h"
#include "compiler/lower.h"
#include "compiler/output.h"
#include "compiler/pass.h"
#include "compiler/preprocess.h"
#include "compiler/status.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define STACK_LEN ((size_t)512 << 20)

struct job {
    struct sotto_context *context;
    struct cc_options options;
    char *text; /* preprocessed */
    size_t text_len;
    struct compilation compilation;
    sotto_circuit *circuit;
    char *costs; /* of --explain-cost, in the compilation's arena */
    int status;
};

static int too_large(struct job *job, sotto_err err)
{
    return status_report(
        job->context,
        fail(job->context, err, "%s is too large for the memory there is", job->options.input));
}

/* --------------------------------------------------------------------------------- compiling -- */

/* Gates of the words, in the arena of the compilation; its failures come back through the jump. */
static sotto_err make_circuit(struct job *job, struct graph *graph)
{
    struct compilation *compilation = &job->compilation;
    uint64_t n_outputs = word_program_output_bits(&compilation->program), n_and;
    literal *outputs = arena_new(&compilation->arena, n_outputs, sizeof *outputs);
    struct cost cost;
    sotto_err err;

    graph->track_positions = job->options.explain_cost;
    graph->plain = !pass_is_on(job->options.passes, PASS_HASH);
    lower_program(graph, outputs, &compilation->program);
    n_and = loops_count(&compilation->program, graph, outputs, n_outputs);
    pass_run(graph, outputs, n_outputs, job->options.passes);
    if (n_and > 0)
        loops_warn(&compilation->diag, &compilation->program, n_and,
                   graph_count(graph, outputs, n_outputs).n_and);
    err = emit_circuit(job->context, &job->circuit, graph, outputs, &compilation->program);
    if (err != SOTTO_OK || !job->options.explain_cost) return err;
    cost = cost_of_lines(graph, outputs, n_outputs, &compilation->source);
    job->costs = cost_text(&compilation->arena, &cost);
    return SOTTO_OK;
}

/* Each once: lowering may add some. */
static void print_messages(struct diag *diag)
{
    for (; diag->n_printed < diag->n_messages; diag->n_printed++)
        fprintf(stderr, "%s\n", diag->messages[diag->n_printed]);
}

static int make_circuit_guarded(struct job *job)
{
    struct graph graph;
    jmp_buf on_error;
    int jumped, status;

    graph_init(&graph, &job->compilation.arena);
    job->compilation.arena.on_error = &on_error;
    jumped = setjmp(on_error);
    if (jumped == 0) status = status_report(job->context, make_circuit(job, &graph));
    else status = too_large(job, (sotto_err)jumped);
    print_messages(&job->compilation.diag);
    if (status == 0 && job->compilation.diag.n_errors > 0) status = STATUS_COMPILE;
    job->compilation.arena.on_error = NULL;
    graph_wipe(&graph);
    return status;
}

static int compile_text(struct job *job)
{
    struct compilation *compilation = &job->compilation;
    const char *name = strcmp(job->options.input, "-") == 0 ? "<stdin>" : job->options.input;
    sotto_err err = compile(compilation, name, job->text, job->text_len, &job->options.compile);

    print_messages(&compilation->diag);
    if (err == SOTTO_ERR_INPUT) return STATUS_COMPILE;
    if (err != SOTTO_OK) return too_large(job, err);
    return make_circuit_guarded(job);
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

    job->options.compile.max_stack = STACK_LEN / 4 * 3;
    if (pthread_attr_init(&attributes) != 0) return STATUS_INTERNAL;
    failed = pthread_attr_setstacksize(&attributes, STACK_LEN) != 0 ||
             pthread_create(&thread, &attributes, compile_thread, job) != 0;
    (void)pthread_attr_destroy(&attributes);
    if (failed) {
        job->options.compile.max_stack = 0;
        return compile_text(job);
    }
    (void)pthread_join(thread, NULL);
    return job->status;
}

/* ------------------------------------------------------------------------------------- files -- */

/* The preprocessor's words for a file that is not there would blame the preprocessor. A pipe is not
 * opened here: who writes to it would be told that nobody reads. */
static int check_input(const struct job *job)
{
    const char *path = job->options.input;
    bool is_stdin = strcmp(path, "-") == 0;
    struct stat status;
    char shown[256];
    int error = 0;

    if ((is_stdin ? fstat(STDIN_FILENO, &status) : stat(path, &status)) != 0) error = errno;
    else if (S_ISDIR(status.st_mode)) error = EISDIR;
    else if (!is_stdin && access(path, R_OK) != 0) error = errno;
    if (error == 0) return 0;
    if (is_stdin) path = "standard input";
    fprintf(stderr, "gc-cc: cannot read %s: %s\n",
            escape_text(shown, sizeof shown, path, strlen(path)), strerror(error));
    return STATUS_INPUT;
}

static bool is_input(const struct job *job, const char *path)
{
    struct stat input, other;

    return path != NULL && stat(job->options.input, &input) == 0 && stat(path, &other) == 0 &&
           input.st_dev == other.st_dev && input.st_ino == other.st_ino;
}

/* A slip of the hand must not cost the program. */
static int check_output(const struct job *job)
{
    const struct cc_options *options = &job->options;

    if (is_input(job, options->output) || is_input(job, options->interface)) {
        fputs("gc-cc: the output would replace the program\n  give -o another name\n", stderr);
        return STATUS_USAGE;
    }
    if (options->interface != NULL && output_is_same(options->output, options->interface)) {
        fputs("gc-cc: the circuit and its interface need two files\n"
              "  give --interface another name\n",
              stderr);
        return STATUS_USAGE;
    }
    return 0;
}

static sotto_err print_stats(struct job *job)
{
    sotto_circuit_stats stats;
    char text[192];
    sotto_err err = sotto_circuit_measure(job->context, &stats, job->circuit);

    if (err != SOTTO_OK) return err;
    (void)snprintf(text, sizeof text,
                   "{\"schema\":\"gc-cc-stats/1\",\"and\":%llu,\"xor\":%llu,\"inv\":%llu,"
                   "\"and_depth\":%llu}\n",
                   (unsigned long long)stats.n_and, (unsigned long long)stats.n_xor,
                   (unsigned long long)stats.n_inv, (unsigned long long)stats.and_depth);
    return output_text(job->context, NULL, text, strlen(text));
}

/* The check comes first: a circuit that is wrong is not written. */
static int finish(struct job *job)
{
    const struct cc_options *options = &job->options;
    const struct word_program *program = &job->compilation.program;
    sotto_err err = SOTTO_OK;
    int status = 0;

    if (options->n_checks > 0)
        status = check_circuit(job->context, job->circuit, program, job->text, job->text_len,
                               options->n_checks);
    if (status != 0) return status;
    if (options->output != NULL)
        err = output_circuit(job->context, options, job->circuit, program->interface);
    if (err == SOTTO_OK && options->stats) err = print_stats(job);
    if (err == SOTTO_OK && options->explain_cost)
        err = output_text(job->context, NULL, job->costs, strlen(job->costs));
    return status_report(job->context, err);
}

static int run(struct job *job)
{
    struct cc_options *options = &job->options;
    struct preprocess_options how = {options->arguments, options->n_arguments};
    int status = check_input(job);
    sotto_err err;

    if (status == 0) status = check_output(job);
    if (status != 0) return status;
    err = preprocess(job->context, &job->text, &job->text_len, options->input, &how);
    if (err != SOTTO_OK) return status_report(job->context, err);
    if (options->preprocess_only)
        return status_report(job->context,
                             output_text(job->context, options->output, job->text, job->text_len));
    status = compile_on_large_stack(job);
    return status != 0 ? status : finish(job);
}

/* What is opened next, a file of the output perhaps, would stand in for a standard stream that is
 * closed. Held for reading only, standard input is empty, and writing to the others still fails. */
static void hold_streams(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 && errno == EBADF)
            (void)!open("/dev/null", O_RDONLY); /* the lowest free descriptor, which is fd */
}

int main(int argc, char **argv)
{
    struct job job = {.context = NULL};
    int status;

    hold_streams();
    status = options_parse(&job.options, argc, argv);

    if (status == 0 && sotto_context_new(&job.context, NULL) != SOTTO_OK) {
        fputs("gc-cc: out of memory\n", stderr);
        status = STATUS_LIMIT;
    }
    if (status == 0) status = run(&job);
    else if (status < 0) status = 0;
    sotto_circuit_free(job.circuit);
    compilation_free(&job.compilation);
    mem_free(job.text);
    mem_free(job.options.arguments);
    sotto_context_free(job.context);
    return status;
}
