/* The host's compiler and our headers; see host.h. */
#include "compiler/host.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_PATH_LEN 4096

/* $CC may hold a command with arguments ("ccache gcc"): words between blanks. */
static uint64_t split_words(char *text, const char **words)
{
    uint64_t n = 0;
    char *rest = NULL;

    for (char *word = strtok_r(text, " \t", &rest); word != NULL;
         word = strtok_r(NULL, " \t", &rest))
        words[n++] = word;
    return n;
}

/* One block: the vector, and behind it the copy of $CC that its first words point into. */
const char **host_command(const char *const *arguments, uint64_t n_arguments)
{
    const char *cc = getenv("CC");
    const char **command;
    uint64_t n, n_slots;
    size_t cc_len;

    if (cc == NULL || cc[strspn(cc, " \t")] == '\0') cc = "cc";
    cc_len = strlen(cc) + 1;
    n_slots = cc_len + n_arguments + 1;
    command = mem_new(n_slots * sizeof *command + cc_len, 1);
    if (command == NULL) return NULL;
    memcpy((char *)(command + n_slots), cc, cc_len);
    n = split_words((char *)(command + n_slots), command);
    for (uint64_t i = 0; i < n_arguments; i++) command[n++] = arguments[i];
    return command;
}

static void run_child(const char *const *command, int out, int error)
{
    if (out >= 0 && dup2(out, STDOUT_FILENO) < 0) _exit(126);
    if (error >= 0 && dup2(error, STDERR_FILENO) < 0) _exit(126);
    /* exec's signature predates const; it changes nothing. */
    execvp(command[0], (char *const *)(uintptr_t)command);
    _exit(127);
}

pid_t host_start(const char *const *command, int out, int error)
{
    pid_t child = fork();

    if (child == 0) run_child(command, out, error);
    return child;
}

/* ------------------------------------------------------------------------------- our headers -- */

static char *join(const char *folder, size_t folder_len, const char *rest)
{
    size_t rest_len = strlen(rest);
    char *path = mem_new(folder_len + rest_len + 1, 1);

    if (path == NULL) return NULL;
    memcpy(path, folder, folder_len);
    memcpy(path + folder_len, rest, rest_len);
    return path;
}

static bool has_headers(const char *folder)
{
    char *path = join(folder, strlen(folder), "/sotto-circuit.h");
    bool found = path != NULL && access(path, R_OK) == 0;

    mem_free(path);
    return found;
}

/* Beside the program: in the folder of a build, or in the tree that it was installed into, wherever
 * that has been moved to. */
static char *near_program(void)
{
    static const char *const places[] = {"gc-cc-include", "../share/sotto/include"};
    char program[MAX_PATH_LEN];
    ssize_t len = readlink("/proc/self/exe", program, sizeof program);

    while (len > 0 && program[len - 1] != '/') len--;
    for (size_t i = 0; len > 0 && i < sizeof places / sizeof *places; i++) {
        char *path = join(program, (size_t)len, places[i]);

        if (path == NULL || has_headers(path)) return path;
        mem_free(path);
    }
    return join(GC_CC_INCLUDE_DIR, strlen(GC_CC_INCLUDE_DIR), "");
}

char *host_include_dir(void)
{
    const char *given = getenv("GC_CC_INCLUDE");

    if (given != NULL && given[0] != '\0') return join(given, strlen(given), "");
    return near_program();
}
