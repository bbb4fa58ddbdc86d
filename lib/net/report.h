/* Keeps the text of a failure while more is tried that may fail with text of its own. */
#ifndef SOTTO_NET_REPORT_H
#define SOTTO_NET_REPORT_H

#include "base/error.h"

#include <string.h>

struct report {
    char message[sizeof((struct sotto_context *)NULL)->message];
    char hint[sizeof((struct sotto_context *)NULL)->hint];
};

static inline void report_keep(struct report *report, const struct sotto_context *context)
{
    memcpy(report->message, context->message, sizeof report->message);
    memcpy(report->hint, context->hint, sizeof report->hint);
}

static inline void report_restore(const struct report *report, struct sotto_context *context)
{
    memcpy(context->message, report->message, sizeof report->message);
    memcpy(context->hint, report->hint, sizeof report->hint);
}

#endif
