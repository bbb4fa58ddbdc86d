/* JSON in place (RFC 8259). */
#include "json.h"

#include <string.h>

#define MAX_DEPTH 64

char json_peek(struct json *json)
{
    while (json->at < json->end && *json->at != '\0' && strchr(" \t\r\n", *json->at) != NULL)
        json->at++;
    return json->at < json->end ? *json->at : '\0';
}

bool json_take(struct json *json, char c)
{
    if (json_peek(json) != c || json->at == json->end) return false;
    json->at++;
    return true;
}

bool json_done(struct json *json)
{
    json_peek(json);
    return json->at == json->end;
}

/** The four digits of a \u escape. */
static bool read_unit(struct json *json, unsigned *unit)
{
    *unit = 0;
    for (int i = 0; i < 4; i++, json->at++) {
        char c = json->at < json->end ? *json->at : '\0';
        const char *digits = "0123456789abcdef0123456789ABCDEF";
        const char *found = c == '\0' ? NULL : strchr(digits, c);

        if (found == NULL) return false;
        *unit = *unit << 4 | (unsigned)((found - digits) % 16);
    }
    return true;
}

static void add_utf8(struct buffer *out, unsigned c)
{
    if (c < 0x80) {
        buffer_add_char(out, (char)c);
        return;
    }
    if (c < 0x800) {
        buffer_add_char(out, (char)(0xc0 | c >> 6));
    } else if (c < 0x10000) {
        buffer_add_char(out, (char)(0xe0 | c >> 12));
        buffer_add_char(out, (char)(0x80 | (c >> 6 & 0x3f)));
    } else {
        buffer_add_char(out, (char)(0xf0 | c >> 18));
        buffer_add_char(out, (char)(0x80 | (c >> 12 & 0x3f)));
        buffer_add_char(out, (char)(0x80 | (c >> 6 & 0x3f)));
    }
    buffer_add_char(out, (char)(0x80 | (c & 0x3f)));
}

/** What follows "\u": a code point, written as one unit or as a pair of surrogates. */
static bool read_code_point(struct json *json, struct buffer *out)
{
    unsigned c, low;

    if (!read_unit(json, &c) || c == 0 || (c >= 0xdc00 && c < 0xe000)) return false;
    if (c >= 0xd800 && c < 0xdc00) {
        if (json->end - json->at < 2 || json->at[0] != '\\' || json->at[1] != 'u') return false;
        json->at += 2;
        if (!read_unit(json, &low) || low < 0xdc00 || low >= 0xe000) return false;
        c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
    }
    add_utf8(out, c);
    return true;
}

static bool read_escape(struct json *json, struct buffer *out)
{
    static const char names[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
    char c = json->at < json->end ? *json->at++ : '\0';
    const char *found = c == '\0' ? NULL : strchr(names, c);

    if (c == 'u') return read_code_point(json, out);
    if (found == NULL) return false;
    buffer_add_char(out, values[found - names]);
    return true;
}

bool json_string(struct json *json, struct buffer *out)
{
    out->len = 0;
    buffer_add(out, "", 0);
    if (!json_take(json, '"')) return false;
    while (json->at < json->end) {
        char c = *json->at++;

        if (c == '"') return !out->failed;
        if ((unsigned char)c < 0x20) return false;
        if (c != '\\') buffer_add_char(out, c);
        else if (!read_escape(json, out)) return false;
    }
    return false;
}

static size_t digits_at(const char *at, const char *end)
{
    size_t n = 0;

    while (at + n < end && at[n] >= '0' && at[n] <= '9') n++;
    return n;
}

/** number = [ "-" ] int [ "." digits ] [ "e" [ sign ] digits ] */
static bool is_number(const char *at, size_t len)
{
    const char *end = at + len;
    size_t n;

    if (at < end && *at == '-') at++;
    n = digits_at(at, end);
    if (n == 0 || (n > 1 && *at == '0')) return false;
    at += n;
    if (at < end && *at == '.') {
        n = digits_at(++at, end);
        if (n == 0) return false;
        at += n;
    }
    if (at < end && (*at == 'e' || *at == 'E')) {
        at++;
        if (at < end && (*at == '+' || *at == '-')) at++;
        n = digits_at(at, end);
        if (n == 0) return false;
        at += n;
    }
    return at == end;
}

bool json_token(struct json *json, struct slice *token)
{
    static const char *const words[] = {"true", "false", "null"};

    json_peek(json);
    token->text = json->at;
    while (json->at < json->end && *json->at != '\0' &&
           strchr(" \t\r\n,:[]{}\"", *json->at) == NULL)
        json->at++;
    token->len = (size_t)(json->at - token->text);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (token->len == strlen(words[i]) && memcmp(token->text, words[i], token->len) == 0)
            return true;
    return is_number(token->text, token->len);
}

static bool skip_string(struct json *json)
{
    struct buffer scratch = {0};
    bool good = json_string(json, &scratch);

    buffer_free(&scratch);
    return good;
}

static bool skip_value(struct json *json, unsigned depth)
{
    char open = json_peek(json), close = open == '{' ? '}' : ']';
    struct slice token;

    if (open == '"') return skip_string(json);
    if (open != '{' && open != '[') return json_token(json, &token);
    if (depth == MAX_DEPTH) return false;
    json->at++;
    if (json_take(json, close)) return true;
    do {
        if (open == '{' && (!skip_string(json) || !json_take(json, ':'))) return false;
        if (!skip_value(json, depth + 1)) return false;
    } while (json_take(json, ','));
    return json_take(json, close);
}

bool json_value(struct json *json, struct slice *value)
{
    json_peek(json);
    value->text = json->at;
    if (!skip_value(json, 0)) return false;
    value->len = (size_t)(json->at - value->text);
    return true;
}

uint64_t json_line(const struct json *json, const char *start)
{
    uint64_t line = 1;

    for (const char *at = start; at < json->at; at++) line += *at == '\n';
    return line;
}
