/* Where results go: standard output, or a file that is written whole or not at all. */
#ifndef SOTTO_APPS_SINK_H
#define SOTTO_APPS_SINK_H

#include "buffer.h"

struct sink {
    char *target;    /**< the file, symbolic links resolved; NULL for standard output */
    char *temporary; /**< beside target; NULL when target is written directly */
    int fd;          /**< of temporary */
};

/** Whether path is standard output: NULL, "-", or a name of what that is open on, such as
 *  /dev/stdout, which must not be replaced by another file. */
bool sink_is_stdout(const char *path);

/** Prepares to write path. Makes the temporary file, so that a missing folder shows before anything
 *  is computed. STATUS_OUTPUT when that fails. */
int sink_open(struct report *report, struct sink *sink, const char *path);

/** Writes the text, once. A file is synced and takes its place; a device or pipe is written as it
 *  is. */
int sink_write(struct report *report, struct sink *sink, const struct buffer *text);

/** Removes the temporary file of a sink that was not written. */
void sink_close(struct sink *sink);

#endif
