/* Results to standard output or a file. */
#include "sink.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int cannot_write(struct report *report, const char *path)
{
    return report_fail(report, STATUS_OUTPUT, "cannot write %s: %s", path, strerror(errno));
}

/** "DIR/.sotto-XXXXXX" for "DIR/NAME". */
static char *temporary_name(const char *target)
{
    static const char name[] = ".sotto-XXXXXX";
    const char *slash = strrchr(target, '/');
    size_t folder_len = slash == NULL ? 0 : (size_t)(slash - target) + 1;
    char *path = malloc(folder_len + sizeof name);

    if (path == NULL) return NULL;
    memcpy(path, target, folder_len);
    memcpy(path + folder_len, name, sizeof name);
    return path;
}

/** The mode of the file that is replaced, or what the user's mask leaves of 0666. */
static mode_t wanted_mode(const struct stat *old)
{
    mode_t mask;

    if (old != NULL) return old->st_mode & 0777;
    mask = umask(077);
    umask(mask);
    return 0666 & ~mask;
}

static int make_temporary(struct report *report, struct sink *sink, const struct stat *old)
{
    sink->temporary = temporary_name(sink->target);
    if (sink->temporary == NULL) return report_memory(report);
    sink->fd = mkostemp(sink->temporary, O_CLOEXEC);
    if (sink->fd >= 0 && fchmod(sink->fd, wanted_mode(old)) == 0) return STATUS_OK;
    cannot_write(report, sink->target);
    if (sink->fd < 0) {
        free(sink->temporary);
        sink->temporary = NULL;
    }
    return STATUS_OUTPUT;
}

bool sink_is_stdout(const char *path)
{
    struct stat named, standard;

    if (path == NULL || strcmp(path, "-") == 0) return true;
    return stat(path, &named) == 0 && fstat(STDOUT_FILENO, &standard) == 0 &&
           named.st_dev == standard.st_dev && named.st_ino == standard.st_ino;
}

int sink_open(struct report *report, struct sink *sink, const char *path)
{
    struct stat old;
    bool exists;

    *sink = (struct sink){.fd = -1};
    if (sink_is_stdout(path)) return STATUS_OK;
    exists = stat(path, &old) == 0;
    /* The names behind /dev/stderr cannot be resolved, and need not be. */
    sink->target = exists && S_ISREG(old.st_mode) ? realpath(path, NULL) : strdup(path);
    if (sink->target == NULL) return cannot_write(report, path);
    if (!exists || S_ISREG(old.st_mode)) return make_temporary(report, sink, exists ? &old : NULL);
    if (!S_ISDIR(old.st_mode)) return STATUS_OK;
    errno = EISDIR;
    return cannot_write(report, path);
}

static bool write_all(int fd, const char *data, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, data, len);

        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return false;
        data += n;
        len -= (size_t)n;
    }
    return true;
}

static int write_stdout(struct report *report, const struct buffer *text)
{
    if (fflush(stdout) == 0 && write_all(STDOUT_FILENO, text->data, text->len)) return STATUS_OK;
    return cannot_write(report, "standard output");
}

static int write_directly(struct report *report, const struct sink *sink, const struct buffer *text)
{
    int fd = open(sink->target, O_WRONLY | O_NOCTTY | O_CLOEXEC);
    bool good;

    if (fd < 0) return cannot_write(report, sink->target);
    good = write_all(fd, text->data, text->len);
    if (close(fd) != 0 || !good) return cannot_write(report, sink->target);
    return STATUS_OK;
}

/** Makes the rename itself durable; a file system that cannot is not an error. */
static void sync_folder(const char *path)
{
    char *folder = temporary_name(path);
    char *slash = folder == NULL ? NULL : strrchr(folder, '/');
    int fd;

    if (slash != NULL) slash[slash == folder] = '\0';
    fd = folder == NULL ? -1
                        : open(slash == NULL ? "." : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        (void)!fsync(fd);
        close(fd);
    }
    free(folder);
}

int sink_write(struct report *report, struct sink *sink, const struct buffer *text)
{
    bool good;

    if (text->failed) return report_memory(report);
    if (sink->target == NULL) return write_stdout(report, text);
    if (sink->temporary == NULL) return write_directly(report, sink, text);
    good = write_all(sink->fd, text->data, text->len) && fsync(sink->fd) == 0;
    if (close(sink->fd) != 0) good = false;
    sink->fd = -1;
    if (!good || rename(sink->temporary, sink->target) != 0)
        return cannot_write(report, sink->target);
    sync_folder(sink->target);
    free(sink->temporary);
    sink->temporary = NULL;
    return STATUS_OK;
}

void sink_close(struct sink *sink)
{
    if (sink->temporary != NULL) {
        if (sink->fd >= 0) close(sink->fd);
        unlink(sink->temporary);
    }
    free(sink->temporary);
    free(sink->target);
    *sink = (struct sink){.fd = -1};
}
