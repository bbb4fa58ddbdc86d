/* Files of bounded size. */
#ifndef SOTTO_APPS_NN_FILE_H
#define SOTTO_APPS_NN_FILE_H

#include "apps/buffer.h"

/** Reads a whole file; status is what failing to open or read it is. STATUS_LIMIT above max. */
int file_load(struct report *report, struct buffer *buffer, const char *path, uint64_t max,
              int status);

#endif
