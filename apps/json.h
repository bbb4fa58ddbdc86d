/*
 * A reader of JSON text in place: no tree is built, so numbers keep all their digits and secrets
 * are not copied about. Callers walk the text along the type that they expect.
 */
#ifndef SOTTO_APPS_JSON_H
#define SOTTO_APPS_JSON_H

#include "buffer.h"

struct json {
    const char *at;
    const char *end;
};

/** A stretch of the text. */
struct slice {
    const char *text;
    size_t len;
};

static inline struct json json_over(const char *text, size_t len)
{
    return (struct json){text, text + len};
}

/** Skips blanks and line ends; the next character, or NUL at the end of the text. */
char json_peek(struct json *json);

/** Skips blanks and takes c when it comes next. */
bool json_take(struct json *json, char c);

/** Whether nothing but blanks is left. */
bool json_done(struct json *json);

/** Reads a string and replaces the content of out by its text, escapes resolved. U+0000 and lone
 *  surrogates are refused. */
bool json_string(struct json *json, struct buffer *out);

/** Takes a number, true, false or null as it stands; the number's grammar is checked. */
bool json_token(struct json *json, struct slice *token);

/** Takes a whole value of any kind, nested at most 64 deep; value is its text. */
bool json_value(struct json *json, struct slice *value);

/** Line of the place that has been reached, counted from 1; start is the beginning of the text. */
uint64_t json_line(const struct json *json, const char *start);

#endif
