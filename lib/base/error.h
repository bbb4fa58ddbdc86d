/*
 * Contexts and error reports. Every fallible function of the library that can say more than a code
 * takes the context first and returns what fail() returns.
 * Includes nothing of the library but the public header.
 */
#ifndef SOTTO_BASE_ERROR_H
#define SOTTO_BASE_ERROR_H

#include "sotto.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>

#define CHECKED __attribute__((warn_unused_result))
#define PRINTF_LIKE(text, first) __attribute__((format(printf, text, first)))

/** What a failure is told with. */
struct failure {
    char message[1024];
    char hint[1024];
};

struct sotto_context {
    sotto_limits limits;
    struct failure failure; /* the last one */
    atomic_bool interrupted;
    int wake_read; /* becomes readable, and stays so, when the context is interrupted */
    int wake_write;
};

/** Sets the context's message (control characters escaped) and clears its hint. Returns err.
 *  The text must hold no secret. */
sotto_err fail(struct sotto_context *context, sotto_err err, const char *format, ...)
    PRINTF_LIKE(3, 4);
sotto_err fail_va(struct sotto_context *context, sotto_err err, const char *format, va_list args)
    PRINTF_LIKE(3, 0);

/** Appends a line to the hint of the failure just reported. */
void add_hint(struct sotto_context *context, const char *format, ...) PRINTF_LIKE(2, 3);

/** Keep the text of a failure while more is tried that may fail with text of its own. */
void failure_keep(struct failure *kept, const struct sotto_context *context);
void failure_restore(const struct failure *kept, struct sotto_context *context);

/** From here on failures of the calling thread go to *aside, not to the context that they are
 *  reported in; with NULL they go there again. For work beside a context's owner, who may fail of
 *  something else meanwhile: whoever takes the error over from the thread takes its text with
 *  failure_restore(). */
void failure_aside(struct failure *aside);

/** Reports that memory ran out: SOTTO_ERR_MEMORY. */
sotto_err fail_memory(struct sotto_context *context);

/** SOTTO_OK, or SOTTO_ERR_INTERRUPTED with its message once the context was interrupted. */
sotto_err check_interrupt(struct sotto_context *context) CHECKED;

/** Copies text into out, at most out_size - 1 bytes, control characters as \xNN, cut with "..."
 * when it does not fit. Returns out. */
char *escape_text(char *out, size_t out_size, const char *text, size_t text_len);

#endif
