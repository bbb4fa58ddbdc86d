/* Runs $CC -E; see preprocess.h. */
#include "compiler/preprocess.h"

#include "base/memory.h"
#include "compiler/host.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_TEXT_LEN ((size_t)1 << 30)

/* With -E, or with -M -MG, which names the headers that the program includes. */
static const char **make_command(const char *mode, const char *include_dir, const char *path,
                                 const struct preprocess_options *options)
{
    const char *const fixed[] = {mode, "-nostdinc", "-D__GC_CC__=1", "-x", "c", "-isystem"};
    uint64_t n_fixed = sizeof fixed / sizeof *fixed, n = 0;
    const char **arguments = mem_new(n_fixed + options->n_arguments + 3, sizeof *arguments);
    const char **command;

    if (arguments == NULL) return NULL;
    if (strcmp(mode, "-M") == 0) arguments[n++] = "-MG";
    for (uint64_t i = 0; i < n_fixed; i++) arguments[n++] = fixed[i];
    arguments[n++] = include_dir;
    for (uint64_t i = 0; i < options->n_arguments; i++) arguments[n++] = options->arguments[i];
    arguments[n++] = path;
    command = host_command(arguments, n);
    mem_free(arguments);
    return command;
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

static sotto_err wait_child(struct sotto_context *context, pid_t child, const char *name)
{
    int status;

    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return fail(context, SOTTO_ERR_INPUT, "cannot wait for the preprocessor");
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return SOTTO_OK;
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 127)
        return fail(context, SOTTO_ERR_INPUT, "the preprocessor '%s -E' failed", name);
    (void)fail(context, SOTTO_ERR_INPUT, "cannot run the preprocessor '%s'", name);
    add_hint(context, "install a C compiler, or name yours: CC=clang gc-cc ...");
    return SOTTO_ERR_INPUT;
}

/* Starts the command and takes what it prints. */
static sotto_err run_command(struct sotto_context *context, char **text, size_t *text_len,
                             const char *const *command)
{
    sotto_err err;
    pid_t child;
    int fds[2];

    if (pipe2(fds, O_CLOEXEC) != 0) return fail(context, SOTTO_ERR_INPUT, "cannot make a pipe");
    child = host_start(command, fds[1], -1);
    close(fds[1]);
    if (child < 0) {
        close(fds[0]);
        return fail(context, SOTTO_ERR_INPUT, "cannot start the preprocessor");
    }
    err = read_all(context, fds[0], text, text_len);
    close(fds[0]);
    if (err != SOTTO_OK) {
        while (waitpid(child, NULL, 0) < 0 && errno == EINTR) continue;
        return err;
    }
    return wait_child(context, child, command[0]);
}

/* Whether the program can be read when -MG lets missing headers pass: then it failed for them.
 * Standard input cannot be read again. */
static bool lacks_header(const char *include_dir, const char *path,
                         const struct preprocess_options *options)
{
    const char **command =
        strcmp(path, "-") == 0 ? NULL : make_command("-M", include_dir, path, options);
    int nowhere = command != NULL ? open("/dev/null", O_WRONLY | O_CLOEXEC) : -1;
    pid_t child = nowhere >= 0 ? host_start(command, nowhere, nowhere) : -1;
    int status = -1;

    if (nowhere >= 0) close(nowhere);
    while (child >= 0 && waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
    mem_free(command);
    return status == 0;
}

static void hint_at_headers(struct sotto_context *context)
{
    add_hint(context, "of the standard headers there are assert.h, float.h, inttypes.h, limits.h,");
    add_hint(context, "math.h, stdbool.h, stddef.h, stdint.h, stdio.h, stdlib.h and string.h");
}

/* The preprocessor would take a name that begins with a dash for an option. */
static char *no_option(const char *path)
{
    size_t len = strlen(path);
    char *name = mem_new(len + sizeof "./", 1);

    if (name == NULL) return NULL;
    (void)snprintf(name, len + sizeof "./", "%s%s", path[0] == '-' && len > 1 ? "./" : "", path);
    return name;
}

sotto_err preprocess(struct sotto_context *context, char **text, size_t *text_len, const char *path,
                     const struct preprocess_options *options)
{
    char *include_dir = host_include_dir(), *name = no_option(path);
    const char **command = NULL;
    sotto_err err = SOTTO_ERR_MEMORY;

    *text = NULL;
    if (include_dir != NULL && name != NULL)
        command = make_command("-E", include_dir, name, options);
    if (command == NULL) err = fail_memory(context);
    else err = run_command(context, text, text_len, command);
    if (err == SOTTO_ERR_INPUT && lacks_header(include_dir, name, options))
        hint_at_headers(context);
    mem_free(command);
    mem_free(include_dir);
    mem_free(name);
    if (err != SOTTO_OK) {
        mem_free(*text);
        *text = NULL;
    }
    return err;
}
