/* Reading of bounded files. */
#include "apps/nn/file.h"

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
        return report_fail(report, STATUS_LIMIT, "%s is larger than %llu bytes", name,
                           (unsigned long long)max);
    }
    result = buffer_read(report, buffer, fd, name);
    close(fd);
    if (result == STATUS_INPUT) report->status = result = status;
    if (result == STATUS_OK && buffer->len == 0)
        return report_fail(report, status, "%s is empty", name);
    if (result == STATUS_OK && buffer->len > max)
        return report_fail(report, STATUS_LIMIT, "%s is larger than %llu bytes", name,
                           (unsigned long long)max);
    return result;
}
