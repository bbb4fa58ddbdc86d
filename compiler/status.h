/* How gc-cc ends: its exit statuses, and the line on standard error that goes with one. */
#ifndef SOTTO_COMPILER_STATUS_H
#define SOTTO_COMPILER_STATUS_H

#include "base/error.h"

enum status {
    STATUS_USAGE = 2,
    STATUS_INPUT = 3,
    STATUS_COMPILE = 5,
    STATUS_LIMIT = 6,
    STATUS_OUTPUT = 10,
    STATUS_INTERNAL = 70,
    STATUS_SIGNAL = 128
};

/** Prints the context's message and hints; the exit status of err. Nothing for SOTTO_OK. */
int status_report(const struct sotto_context *context, sotto_err err);

#endif
