/* Files of bounded size. */
#ifndef SOTTO_APPS_NN_FILE_H
#define SOTTO_APPS_NN_FILE_H

#include "apps/buffer.h"

/** Whether the path is "-". */
bool file_is_stdin(const char *path);

/** What messages call it. */
const char *file_name(const char *path);

/** Reads a whole file, or standard input; status is what failing to open or read it is.
 *  STATUS_LIMIT above max bytes, of which no more are read: it may have no end. */
int file_load(struct report *report, struct buffer *buffer, const char *path, uint64_t max,
              int status);

#endif
