/* Reading of bounded files. */
#include "apps/nn/file.h"

#include "apps/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool file_is_stdin(const char *path)
{
    return strcmp(path, "-") == 0;
}

const char *file_name(const char *path)
{
    return file_is_stdin(path) ? "standard input" : path;
}

static int too_large(struct report *report, const char *name, uint64_t max)
{
    return report_fail(report, STATUS_LIMIT, "%s is larger than %llu bytes", name,
                       (unsigned long long)max);
}

/** Appends what fd holds. Pipes and devices tell no size, so what goes beyond max is refused as
 * soon as it does. */
static int read_bounded(struct report *report, struct buffer *buffer, int fd, const char *name,
                        uint64_t max)
{
    enum { PIECE = 1 << 16 };
    char *piece = new_array(PIECE, 1);
    int status = piece == NULL ? report_memory(report) : STATUS_OK;

    while (status == STATUS_OK) {
        ssize_t n = signals_seen() != 0 ? 0 : read(fd, piece, PIECE);

        if (signals_seen() != 0) status = report_interrupted(report);
        else if (n > 0) buffer_add(buffer, piece, (size_t)n);
        else if (n == 0) break;
        else if (errno != EINTR)
            status = report_fail(report, STATUS_INPUT, "cannot read %s: %s", name, strerror(errno));
        if (buffer->failed) status = report_memory(report);
        if (buffer->len > max) status = too_large(report, name, max);
    }
    free_secret(piece, PIECE);
    return status;
}

int file_load(struct report *report, struct buffer *buffer, const char *path, uint64_t max,
              int status)
{
    int fd = file_is_stdin(path) ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);
    const char *name = file_name(path);
    struct stat about;
    int result;

    if (fd < 0) return report_fail(report, status, "cannot open %s: %s", name, strerror(errno));
    if (fstat(fd, &about) == 0 && S_ISREG(about.st_mode) && (uint64_t)about.st_size > max) {
        close(fd);
        return too_large(report, name, max);
    }
    result = read_bounded(report, buffer, fd, name, max);
    close(fd);
    if (result == STATUS_INPUT) report->status = result = status;
    if (result == STATUS_OK && buffer->len == 0)
        return report_fail(report, status, "%s is empty", name);
    return result;
}
