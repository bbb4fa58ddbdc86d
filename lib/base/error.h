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

struct sotto_context {
    sotto_limits limits;
    char message[1024];
    char hint[1024];
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

/** Reports that memory ran out: SOTTO_ERR_MEMORY. */
sotto_err fail_memory(struct sotto_context *context);

/** SOTTO_OK, or SOTTO_ERR_INTERRUPTED with its message once the context was interrupted. */
sotto_err check_interrupt(struct sotto_context *context) CHECKED;

/** Copies text into out, at most out_size - 1 bytes, control characters as \xNN, cut with "..."
 * when it does not fit. Returns out. */
char *escape_text(char *out, size_t out_size, const char *text, size_t text_len);

#endif
