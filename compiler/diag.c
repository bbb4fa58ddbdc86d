/* Errors and warnings; see diag.h. */
#include "compiler/diag.h"

#include "base/error.h"

#include <string.h>

#define MAX_SHOWN_LINE 160

struct diag_seen {
    struct diag_seen *next;
    source_pos position;
    enum diag_kind kind;
};

void diag_init(struct diag *diag, struct arena *arena, const struct source *source)
{
    *diag = (struct diag){.arena = arena, .source = source};
}

/* A place is named once: a loop that is unrolled meets the same mistake again and again. */
static bool is_repeated(struct diag *diag, enum diag_kind kind, source_pos position)
{
    struct diag_seen *seen;

    for (seen = diag->seen; seen != NULL; seen = seen->next)
        if (seen->position == position && seen->kind == kind) return true;
    seen = arena_new(diag->arena, 1, sizeof *seen);
    *seen = (struct diag_seen){diag->seen, position, kind};
    diag->seen = seen;
    return false;
}

static char *escaped(struct diag *diag, const char *text, size_t text_len)
{
    char *out = arena_new(diag->arena, 4 * (uint64_t)text_len + 8, 1);

    return escape_text(out, 4 * text_len + 8, text, text_len);
}

/* The line with tabs as blanks, so that the caret stands below its column. */
static char *source_line(struct diag *diag, const struct source_place *place)
{
    size_t len = place->line_len < MAX_SHOWN_LINE ? place->line_len : MAX_SHOWN_LINE;
    char *copy = arena_text(diag->arena, place->line_text, len);

    for (size_t i = 0; i < len; i++)
        if ((unsigned char)copy[i] < ' ' || copy[i] == 0x7f) copy[i] = ' ';
    return copy;
}

/* A line that is not the preprocessor's own, as is all there is of an empty program. */
static bool has_source_line(const struct source_place *place)
{
    return place->line_len > 0 && place->column <= MAX_SHOWN_LINE &&
           (place->line_len < 2 || memcmp(place->line_text, "# ", 2) != 0);
}

static void report(struct diag *diag, enum diag_kind kind, source_pos position, const char *format,
                   va_list args)
{
    struct source_place place = source_locate(diag->source, position);
    char *what = arena_format_va(diag->arena, format, args), *text;

    what = escaped(diag, what, strlen(what));
    text = arena_format(diag->arena, "%s:%llu:%llu: %s: %s",
                        escaped(diag, place.file, strlen(place.file)),
                        (unsigned long long)place.line, (unsigned long long)place.column,
                        kind == DIAG_ERROR ? "error" : "warning", what);
    if (has_source_line(&place))
        text = arena_format(diag->arena, "%s\n    %s\n    %*s", text, source_line(diag, &place),
                            (int)place.column, "^");
    diag->messages = arena_grow(diag->arena, diag->messages, diag->n_messages, &diag->capacity,
                                sizeof *diag->messages);
    diag->messages[diag->n_messages++] = text;
    diag->takes_hint = true;
}

void diag_error(struct diag *diag, source_pos position, const char *format, ...)
{
    va_list args;

    diag->takes_hint = false;
    if (is_repeated(diag, DIAG_ERROR, position)) return;
    if (diag->n_errors++ >= DIAG_MAX_ERRORS) return;
    va_start(args, format);
    report(diag, DIAG_ERROR, position, format, args);
    va_end(args);
}

void diag_warning(struct diag *diag, source_pos position, const char *format, ...)
{
    va_list args;

    diag->takes_hint = false;
    if (diag->no_warnings || is_repeated(diag, DIAG_WARNING, position)) return;
    diag->n_warnings++;
    if (diag->warnings_are_errors) diag->n_errors++;
    va_start(args, format);
    report(diag, diag->warnings_are_errors ? DIAG_ERROR : DIAG_WARNING, position, format, args);
    va_end(args);
}

void diag_hint(struct diag *diag, const char *format, ...)
{
    va_list args;
    char **last;

    if (!diag->takes_hint) return;
    diag->takes_hint = false;
    last = &diag->messages[diag->n_messages - 1];
    va_start(args, format);
    *last = arena_format(diag->arena, "%s\n  hint: %s", *last,
                         arena_format_va(diag->arena, format, args));
    va_end(args);
}

bool diag_is_full(const struct diag *diag)
{
    return diag->n_errors >= DIAG_MAX_ERRORS;
}
