/* The files that gc-cc writes; see output.h. */
#include "compiler/output.h"

#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A file on its way: complete under another name before it takes its own. */
struct out_file {
    const char *path;
    char *target;    /* the path with links followed; NULL: standard output */
    char *temporary; /* NULL: a device or pipe, written as it is */
    FILE *file;
};

static sotto_err cannot_write(struct sotto_context *context, const char *path)
{
    return fail(context, SOTTO_ERR_IO, "cannot write %s: %s", path, strerror(errno));
}

static int write_piece(void *user, const char *text, size_t text_len)
{
    return fwrite(text, 1, text_len, user) != text_len;
}

/* The mode of the file that is replaced, or what the user's mask leaves of 0666. */
static mode_t wanted_mode(const struct stat *old)
{
    mode_t mask;

    if (old != NULL) return old->st_mode & 0777;
    mask = umask(077);
    umask(mask);
    return 0666 & ~mask;
}

/* "DIR/.gc-cc-XXXXXX" for "DIR/NAME". */
static char *temporary_name(const char *target)
{
    static const char name[] = ".gc-cc-XXXXXX";
    const char *slash = strrchr(target, '/');
    size_t folder_len = slash == NULL ? 0 : (size_t)(slash - target) + 1;
    char *path = mem_new(folder_len + sizeof name, 1);

    if (path == NULL) return NULL;
    memcpy(path, target, folder_len);
    memcpy(path + folder_len, name, sizeof name);
    return path;
}

static sotto_err open_temporary(struct sotto_context *context, struct out_file *out,
                                const struct stat *old)
{
    int fd;

    out->temporary = temporary_name(out->target);
    if (out->temporary == NULL) return fail_memory(context);
    fd = mkostemp(out->temporary, O_CLOEXEC);
    if (fd < 0) {
        mem_free(out->temporary);
        out->temporary = NULL;
        return cannot_write(context, out->path);
    }
    if (fchmod(fd, wanted_mode(old)) == 0) out->file = fdopen(fd, "w");
    if (out->file != NULL) return SOTTO_OK;
    (void)close(fd);
    return cannot_write(context, out->path);
}

/* The folder that a file of the path is in, or would be. */
static bool stat_folder(const char *path, struct stat *status)
{
    const char *slash = strrchr(path, '/');
    char *folder = slash == NULL ? mem_text(".", 1) : mem_text(path, (size_t)(slash - path) + 1);
    bool found = folder != NULL && stat(folder, status) == 0;

    mem_free(folder);
    return found;
}

static const char *last_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash == NULL ? path : slash + 1;
}

bool output_is_same(const char *a, const char *b)
{
    struct stat first, second;

    if (stat(a, &first) == 0 && stat(b, &second) == 0)
        return S_ISREG(first.st_mode) && first.st_dev == second.st_dev &&
               first.st_ino == second.st_ino;
    return strcmp(last_name(a), last_name(b)) == 0 && stat_folder(a, &first) &&
           stat_folder(b, &second) && first.st_dev == second.st_dev &&
           first.st_ino == second.st_ino;
}

/* The links of an existing regular file are followed: the file is replaced, not the link. */
static char *resolve(const char *path, bool is_regular)
{
    char *real = is_regular ? realpath(path, NULL) : NULL, *copy;

    if (is_regular && real == NULL) return NULL;
    copy = mem_text(is_regular ? real : path, strlen(is_regular ? real : path));
    free(real);
    return copy;
}

static sotto_err out_open(struct sotto_context *context, struct out_file *out, const char *path)
{
    bool exists, is_regular;
    struct stat old;

    *out = (struct out_file){.path = path, .file = stdout};
    if (path == NULL || strcmp(path, "-") == 0) {
        out->path = "standard output";
        return SOTTO_OK;
    }
    out->file = NULL;
    exists = stat(path, &old) == 0;
    is_regular = exists && S_ISREG(old.st_mode);
    out->target = resolve(path, is_regular);
    if (out->target == NULL) return cannot_write(context, path);
    if (!exists || is_regular) return open_temporary(context, out, exists ? &old : NULL);
    out->file = fopen(path, "we");
    return out->file != NULL ? SOTTO_OK : cannot_write(context, path);
}

/* All of it is on the disk, under the name that it has now. */
static sotto_err out_finish(struct sotto_context *context, struct out_file *out)
{
    bool good = fflush(out->file) == 0;

    if (out->temporary != NULL && good) good = fsync(fileno(out->file)) == 0;
    if (out->target != NULL) {
        good = (fclose(out->file) == 0) && good;
        out->file = NULL;
    }
    return good ? SOTTO_OK : cannot_write(context, out->path);
}

static sotto_err out_rename(struct sotto_context *context, struct out_file *out)
{
    if (out->temporary == NULL) return SOTTO_OK;
    if (rename(out->temporary, out->target) != 0) return cannot_write(context, out->path);
    mem_free(out->temporary);
    out->temporary = NULL;
    return SOTTO_OK;
}

/* What has not got its own name yet is gone. */
static void out_close(struct out_file *out)
{
    if (out->target != NULL && out->file != NULL) (void)fclose(out->file);
    if (out->temporary != NULL) (void)unlink(out->temporary);
    mem_free(out->temporary);
    mem_free(out->target);
}

static sotto_err put_text(struct sotto_context *context, struct out_file *out, const char *text,
                          size_t text_len)
{
    if (write_piece(out->file, text, text_len) != 0) return cannot_write(context, out->path);
    return out_finish(context, out);
}

sotto_err output_text(struct sotto_context *context, const char *path, const char *text,
                      size_t text_len)
{
    struct out_file out;
    sotto_err err = out_open(context, &out, path);

    if (err == SOTTO_OK) err = put_text(context, &out, text, text_len);
    if (err == SOTTO_OK) err = out_rename(context, &out);
    out_close(&out);
    return err;
}

/* ------------------------------------------------------------------------------- the circuit -- */

/* "dir/prog.txt" to "dir/prog.json", as gc-run looks for it. */
static char *sibling(const char *path)
{
    const char *slash = strrchr(path, '/'), *dot = strrchr(path, '.');
    size_t len = strlen(path);
    char *name;

    if (dot != NULL && (slash == NULL || dot > slash + 1) && dot != path &&
        strcmp(dot, ".json") != 0)
        len = (size_t)(dot - path);
    name = mem_new(len + sizeof ".json", 1);
    if (name == NULL) return NULL;
    memcpy(name, path, len);
    memcpy(name + len, ".json", sizeof ".json");
    return name;
}

/* Standard output, a device or a pipe: there is no place beside it. */
static bool is_stream(const char *path)
{
    struct stat status;

    return strcmp(path, "-") == 0 || (stat(path, &status) == 0 && !S_ISREG(status.st_mode));
}

/* The name of the interface's file; NULL when none is written. */
static sotto_err interface_path(struct sotto_context *context, char **path,
                                const struct cc_options *options)
{
    *path = NULL;
    if (options->interface == NULL && is_stream(options->output)) return SOTTO_OK;
    if (options->interface == NULL) *path = sibling(options->output);
    else if (strcmp(options->interface, "none") == 0) return SOTTO_OK;
    else *path = mem_text(options->interface, strlen(options->interface));
    return *path != NULL ? SOTTO_OK : fail_memory(context);
}

static sotto_err write_circuit(struct sotto_context *context, struct out_file *out,
                               const struct cc_options *options, const sotto_circuit *circuit)
{
    sotto_err err = sotto_circuit_write(context, circuit, options->format, write_piece, out->file);

    if (err == SOTTO_ERR_IO) return cannot_write(context, out->path);
    return err != SOTTO_OK ? err : out_finish(context, out);
}

/* Both are complete before the first gets its name. */
static sotto_err write_both(struct sotto_context *context, const struct cc_options *options,
                            const sotto_circuit *circuit, const char *interface, const char *path)
{
    struct out_file beside = {.target = NULL}, out;
    sotto_err err = out_open(context, &out, options->output);

    if (err == SOTTO_OK) err = write_circuit(context, &out, options, circuit);
    if (err == SOTTO_OK && path != NULL) {
        err = out_open(context, &beside, path);
        if (err == SOTTO_OK) err = put_text(context, &beside, interface, strlen(interface));
        if (err == SOTTO_OK) err = out_rename(context, &beside);
    }
    if (err == SOTTO_OK) err = out_rename(context, &out);
    out_close(&beside);
    out_close(&out);
    return err;
}

sotto_err output_circuit(struct sotto_context *context, const struct cc_options *options,
                         const sotto_circuit *circuit, const char *interface)
{
    bool is_direct = strcmp(options->output, "-") == 0;
    sigset_t blocked, old;
    char *path;
    sotto_err err = interface_path(context, &path, options);

    if (err != SOTTO_OK) return err;
    (void)sigemptyset(&blocked);
    (void)sigaddset(&blocked, SIGINT);
    (void)sigaddset(&blocked, SIGTERM);
    (void)sigaddset(&blocked, SIGHUP);
    /* A signal waits until there is no temporary file; a pipe may block for ever, and has none. */
    if (!is_direct) (void)sigprocmask(SIG_BLOCK, &blocked, &old);
    err = write_both(context, options, circuit, interface, path);
    if (!is_direct) (void)sigprocmask(SIG_SETMASK, &old, NULL);
    mem_free(path);
    return err;
}
