/* Runs $CC -E; see preprocess.h. */
#include "compiler/preprocess.h"

#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_TEXT_LEN ((size_t)1 << 30)

/* $CC may hold a command with arguments ("ccache gcc"): words between blanks. */
static uint64_t split_words(char *text, const char **words, uint64_t max)
{
    uint64_t n = 0;
    char *rest = NULL;

    for (char *word = strtok_r(text, " \t", &rest); word != NULL && n < max;
         word = strtok_r(NULL, " \t", &rest))
        words[n++] = word;
    return n;
}

/* The argument vector, in one block with the copy of $CC that its words point into. */
static const char **make_arguments(const char *path, const struct preprocess_options *options)
{
    static const char *const fixed[] = {"-E", "-nostdinc", "-D__GC_CC__=1", "-x", "c", "-isystem"};
    const char *cc = getenv("CC");
    size_t cc_len, n_fixed = sizeof fixed / sizeof *fixed;
    const char **arguments;
    char *copy;
    uint64_t n;

    if (cc == NULL || cc[strspn(cc, " \t")] == '\0') cc = "cc";
    cc_len = strlen(cc) + 1;
    arguments = mem_new(cc_len + n_fixed + options->n_arguments + 3, sizeof *arguments + 1);
    if (arguments == NULL) return NULL;
    copy = (char *)(arguments + cc_len + n_fixed + options->n_arguments + 3);
    memcpy(copy, cc, cc_len);
    n = split_words(copy, arguments, cc_len);
    for (size_t i = 0; i < n_fixed; i++) arguments[n++] = fixed[i];
    arguments[n++] = options->include_dir;
    for (uint64_t i = 0; i < options->n_arguments; i++) arguments[n++] = options->arguments[i];
    arguments[n] = path;
    return arguments;
}

static sotto_err read_all(struct sotto_context *context, int fd, char **text, size_t *text_len)
{
    size_t capacity = 0;

    *text_len = 0;
    for (;;) {
        ssize_t n;

        if (*text_len + 1 >= capacity) {
            size_t larger = capacity == 0 ? 65536 : 2 * capacity;
            char *resized;

            if (larger > MAX_TEXT_LEN)
                return fail(context, SOTTO_ERR_LIMIT, "the preprocessed program is too long");
            resized = mem_resize(*text, capacity, larger, 1);
            if (resized == NULL) return fail_memory(context);
            *text = resized;
            capacity = larger;
        }
        n = read(fd, *text + *text_len, capacity - *text_len - 1);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0)
            return fail(context, SOTTO_ERR_INPUT, "reading the preprocessor's output failed");
        if (n == 0) break;
        *text_len += (size_t)n;
    }
    (*text)[*text_len] = '\0';
    return SOTTO_OK;
}

static void run_child(const char **arguments, int out)
{
    if (dup2(out, STDOUT_FILENO) < 0) _exit(126);
    /* exec's signature predates const; it changes nothing. */
    execvp(arguments[0], (char *const *)(uintptr_t)arguments);
    _exit(127);
}

static sotto_err wait_child(struct sotto_context *context, pid_t child, const char *name)
{
    int status;

    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return fail(context, SOTTO_ERR_INPUT, "cannot wait for the preprocessor");
    if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
        return fail(context, SOTTO_ERR_INPUT, "cannot run the preprocessor '%s'", name);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return fail(context, SOTTO_ERR_INPUT, "the preprocessor failed");
    return SOTTO_OK;
}

sotto_err preprocess(struct sotto_context *context, char **text, size_t *text_len, const char *path,
                     const struct preprocess_options *options)
{
    const char **arguments = make_arguments(path, options);
    sotto_err err, waited;
    int fds[2];
    pid_t child;

    *text = NULL;
    if (arguments == NULL) return fail_memory(context);
    if (pipe2(fds, O_CLOEXEC) != 0) {
        mem_free(arguments);
        return fail(context, SOTTO_ERR_INPUT, "cannot make a pipe");
    }
    child = fork();
    if (child == 0) run_child(arguments, fds[1]);
    close(fds[1]);
    if (child < 0) {
        err = fail(context, SOTTO_ERR_INPUT, "cannot start the preprocessor");
    } else {
        err = read_all(context, fds[0], text, text_len);
        close(fds[0]);
        fds[0] = -1;
        waited = wait_child(context, child, arguments[0]);
        if (err == SOTTO_OK) {
            err = waited;
            if (err != SOTTO_OK) add_hint(context, "the compiler to use is named by $CC");
        }
    }
    if (fds[0] >= 0) close(fds[0]);
    mem_free(arguments);
    if (err != SOTTO_OK) {
        mem_free(*text);
        *text = NULL;
    }
    return err;
}
