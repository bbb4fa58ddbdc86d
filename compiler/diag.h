/*
 * Errors and warnings about the user's program: collected, not printed. Each is the text that the
 * tool shows: "file:line:col: error: what", the source line, a caret and perhaps a hint.
 */
#ifndef SOTTO_COMPILER_DIAG_H
#define SOTTO_COMPILER_DIAG_H

#include "compiler/source.h"

#include <stdbool.h>

/** Errors beyond this many are counted, not kept. */
#define DIAG_MAX_ERRORS 50

enum diag_kind { DIAG_ERROR, DIAG_WARNING, DIAG_NOTE };

struct diag {
    struct arena *arena;
    const struct source *source;
    char **messages;
    uint64_t n_messages;
    uint64_t n_printed; /* by the tool */
    uint64_t capacity;
    uint64_t n_errors;
    uint64_t n_warnings;
    bool warnings_are_errors;
    bool no_warnings;
    bool takes_hint;        /* the last report was kept, and has no hint yet */
    struct diag_seen *seen; /* one report for each kind and place */
};

void diag_init(struct diag *diag, struct arena *arena, const struct source *source);

void diag_error(struct diag *diag, source_pos position, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void diag_warning(struct diag *diag, source_pos position, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/** A line "hint: ..." below the message just reported, if that was kept; the first one counts. */
void diag_hint(struct diag *diag, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** Whether another error makes no sense: the first ones say enough. */
bool diag_is_full(const struct diag *diag);

#endif
