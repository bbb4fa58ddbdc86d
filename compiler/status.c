/* How gc-cc ends; see status.h. */
#include "compiler/status.h"

#include <stdio.h>
#include <string.h>

static int exit_status(sotto_err err)
{
    switch (err) {
    case SOTTO_OK: return 0;
    case SOTTO_ERR_USAGE: return STATUS_USAGE;
    case SOTTO_ERR_INPUT: return STATUS_COMPILE;
    case SOTTO_ERR_LIMIT:
    case SOTTO_ERR_MEMORY: return STATUS_LIMIT;
    case SOTTO_ERR_IO: return STATUS_OUTPUT;
    default: return STATUS_INTERNAL;
    }
}

int status_report(const struct sotto_context *context, sotto_err err)
{
    const char *hint = sotto_context_hint(context);

    if (err == SOTTO_OK) return 0;
    fprintf(stderr, "gc-cc: %s\n", sotto_context_message(context));
    while (*hint != '\0') {
        size_t len = strcspn(hint, "\n");

        fprintf(stderr, "  %.*s\n", (int)len, hint);
        hint += len + (hint[len] == '\n');
    }
    return exit_status(err);
}
