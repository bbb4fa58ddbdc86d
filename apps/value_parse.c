/* Text to bits. The parser walks the type and the text together. */
#include "integer.h"
#include "json.h"
#include "values.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/** Names the place within a value: "alice", "alice[3]", "alice[3].x". */
struct place {
    struct report *report;
    char name[256];
};

static int parse_json(struct place *place, uint8_t *bits, const sotto_type *type,
                      struct json *json);

bool type_is_bytes(const sotto_type *type)
{
    const sotto_type *member;

    if (sotto_type_get_kind(type) != SOTTO_TYPE_ARRAY) return false;
    member = sotto_type_member(type, 0);
    return member != NULL && sotto_type_bits(member) == 8 &&
           (sotto_type_get_kind(member) == SOTTO_TYPE_UNSIGNED ||
            sotto_type_get_kind(member) == SOTTO_TYPE_SIGNED);
}

static const char *array_expectation(const sotto_type *type)
{
    const sotto_type *member = sotto_type_member(type, 0);
    sotto_type_kind kind = member == NULL ? SOTTO_TYPE_BOOL : sotto_type_get_kind(member);

    if (type_is_bytes(type)) return "1,2,3, a JSON list, hex:... or text:...";
    if (kind == SOTTO_TYPE_STRUCT) return "a JSON list of objects";
    return kind == SOTTO_TYPE_ARRAY ? "a JSON list of lists, such as [[1,2],[3,4]]"
                                    : "1,2,3 or a JSON list";
}

/** Words for what a type takes, for messages. */
static const char *expectation(const sotto_type *type)
{
    switch (sotto_type_get_kind(type)) {
    case SOTTO_TYPE_BOOL: return "0, 1, true or false";
    case SOTTO_TYPE_UNSIGNED: return "an unsigned integer such as 42, 0x2a, 0b101010 or 1_000_000";
    case SOTTO_TYPE_SIGNED: return "an integer such as -42, 0x2a, 0b101010 or 1_000_000";
    case SOTTO_TYPE_FLOAT:
    case SOTTO_TYPE_DOUBLE: return "a decimal such as -1.5 or 2e-3, inf, -inf or nan";
    case SOTTO_TYPE_ARRAY: return array_expectation(type);
    case SOTTO_TYPE_STRUCT: return "a JSON object";
    }
    return "";
}

static int malformed(struct place *place, const sotto_type *type, const char *text, size_t len)
{
    char refused[SHOWN_SIZE], called[TYPE_NAME_SIZE];

    report_fail(place->report, STATUS_INPUT, "%s: '%s' is not a value of type %s", place->name,
                shown(refused, text, len), type_name(called, type));
    report_hint(place->report, "write %s", expectation(type));
    return STATUS_INPUT;
}

/** "0..255", "-128..127"; powers of two beyond 64 bits. */
static void range_text(char *out, size_t out_size, const sotto_type *type)
{
    uint64_t bits = sotto_type_bits(type);
    unsigned long long n = bits;
    uint64_t most = bits >= 1 && bits <= 64 ? (UINT64_C(1) << (bits - 1)) - 1 : 0;

    if (sotto_type_get_kind(type) == SOTTO_TYPE_SIGNED) {
        if (bits >= 1 && bits <= 64)
            snprintf(out, out_size, "%lld..%lld", -(long long)most - 1, (long long)most);
        else snprintf(out, out_size, "-2^%llu..2^%llu-1", n - 1, n - 1);
    } else if (bits < 64) {
        snprintf(out, out_size, "0..%llu", (unsigned long long)((UINT64_C(1) << bits) - 1));
    } else if (bits == 64) {
        snprintf(out, out_size, "0..%llu", (unsigned long long)UINT64_MAX);
    } else {
        snprintf(out, out_size, "0..2^%llu-1", n);
    }
}

static int parse_integer(struct place *place, uint8_t *bits, const sotto_type *type,
                         const char *text, size_t len)
{
    char refused[SHOWN_SIZE], called[TYPE_NAME_SIZE], range[64];
    bool is_signed = sotto_type_get_kind(type) == SOTTO_TYPE_SIGNED;

    switch (integer_parse(bits, sotto_type_bits(type), is_signed, text, len)) {
    case INTEGER_OK: return STATUS_OK;
    case INTEGER_MALFORMED: return malformed(place, type, text, len);
    case INTEGER_MEMORY: return report_memory(place->report);
    case INTEGER_RANGE: break;
    }
    range_text(range, sizeof range, type);
    return report_fail(place->report, STATUS_INPUT, "%s: %s does not fit %s (%s)", place->name,
                       shown(refused, text, len), type_name(called, type), range);
}

static bool equals(const char *text, size_t len, const char *word)
{
    return len == strlen(word) && memcmp(text, word, len) == 0;
}

static int parse_bool(struct place *place, uint8_t *bits, const sotto_type *type, const char *text,
                      size_t len)
{
    bool is_true = equals(text, len, "1") || equals(text, len, "true");

    if (!is_true && !equals(text, len, "0") && !equals(text, len, "false"))
        return malformed(place, type, text, len);
    bits[0] = is_true;
    return STATUS_OK;
}

/** decimal = [ "-" ] ( digits [ "." digits ] | "." digits ) [ "e" [ sign ] digits ] */
static bool is_decimal(const char *text)
{
    size_t whole, fraction = 0;

    text += *text == '-';
    whole = strspn(text, "0123456789");
    text += whole;
    if (*text == '.') {
        fraction = strspn(++text, "0123456789");
        if (fraction == 0) return false;
        text += fraction;
    }
    if (whole + fraction == 0) return false;
    if (*text == 'e' || *text == 'E') {
        text++;
        text += *text == '-' || *text == '+';
        if (*text == '\0') return false;
        text += strspn(text, "0123456789");
    }
    return *text == '\0';
}

static void bits_of_bytes(uint8_t *bits, const void *memory, size_t len)
{
    const uint8_t *bytes = memory;

    for (size_t i = 0; i < 8 * len; i++) bits[i] = bytes[i / 8] >> (i % 8) & 1;
}

/** Stores the nearest float or double; false when a finite decimal is beyond the type. */
static bool convert_float(uint8_t *bits, sotto_type_kind kind, const char *text)
{
    bool finite = is_decimal(text);

    if (kind == SOTTO_TYPE_FLOAT) {
        float number = strtof(text, NULL);
        uint32_t pattern;

        if (finite && isinf(number)) return false;
        memcpy(&pattern, &number, sizeof pattern);
        for (unsigned i = 0; i < 32; i++) bits[i] = pattern >> i & 1;
    } else {
        double number = strtod(text, NULL);
        uint64_t pattern;

        if (finite && isinf(number)) return false;
        memcpy(&pattern, &number, sizeof pattern);
        for (unsigned i = 0; i < 64; i++) bits[i] = pattern >> i & 1;
    }
    return true;
}

static int parse_float(struct place *place, uint8_t *bits, const sotto_type *type, const char *text,
                       size_t len)
{
    char refused[SHOWN_SIZE], called[TYPE_NAME_SIZE];
    struct buffer copy = {0};
    int status = STATUS_OK;

    buffer_add(&copy, text, len);
    if (copy.failed) status = report_memory(place->report);
    else if (strlen(copy.data) != len || (!is_decimal(copy.data) && !equals(text, len, "inf") &&
                                          !equals(text, len, "-inf") && !equals(text, len, "nan")))
        status = malformed(place, type, text, len);
    else if (!convert_float(bits, sotto_type_get_kind(type), copy.data))
        status = report_fail(place->report, STATUS_INPUT, "%s: %s does not fit %s", place->name,
                             shown(refused, text, len), type_name(called, type));
    buffer_free(&copy);
    return status;
}

static int parse_scalar(struct place *place, uint8_t *bits, const sotto_type *type,
                        const char *text, size_t len)
{
    switch (sotto_type_get_kind(type)) {
    case SOTTO_TYPE_BOOL: return parse_bool(place, bits, type, text, len);
    case SOTTO_TYPE_UNSIGNED:
    case SOTTO_TYPE_SIGNED: return parse_integer(place, bits, type, text, len);
    case SOTTO_TYPE_FLOAT:
    case SOTTO_TYPE_DOUBLE: return parse_float(place, bits, type, text, len);
    default: return malformed(place, type, text, len);
    }
}

static int wrong_count(struct place *place, const sotto_type *type, uint64_t given,
                       const char *unit)
{
    char called[TYPE_NAME_SIZE];

    report_fail(place->report, STATUS_INPUT, "%s: %llu %s%s given, %s takes %llu", place->name,
                (unsigned long long)given, unit, given == 1 ? "" : "s", type_name(called, type),
                (unsigned long long)sotto_type_n_members(type));
    report_hint(place->report, "write %s", expectation(type));
    return STATUS_INPUT;
}

static int parse_text_bytes(struct place *place, uint8_t *bits, const sotto_type *type,
                            const char *text, size_t len)
{
    if (len != sotto_type_n_members(type)) return wrong_count(place, type, len, "byte");
    bits_of_bytes(bits, text, len);
    return STATUS_OK;
}

static int parse_hex_bytes(struct place *place, uint8_t *bits, const sotto_type *type,
                           const char *text, size_t len)
{
    static const char digits[] = "0123456789abcdef0123456789ABCDEF";

    for (size_t i = 0; i < len; i++)
        if (text[i] == '\0' || strchr(digits, text[i]) == NULL)
            return report_fail(place->report, STATUS_INPUT,
                               "%s: hex: takes hexadecimal digits, two a byte", place->name);
    if (len % 2 != 0)
        return report_fail(place->report, STATUS_INPUT,
                           "%s: hex: has an odd number of digits; each byte takes two",
                           place->name);
    if (len / 2 != sotto_type_n_members(type)) return wrong_count(place, type, len / 2, "byte");
    for (size_t i = 0; i < len; i++) {
        size_t digit = (size_t)(strchr(digits, text[i]) - digits) % 16;

        /* The upper digit of a byte comes first. */
        for (unsigned b = 0; b < 4; b++) bits[8 * (i / 2) + (i % 2 ? 0 : 4) + b] = digit >> b & 1;
    }
    return STATUS_OK;
}

/** Extends the name of the place; returns its former length, for leave(). */
static size_t enter_element(struct place *place, uint64_t index)
{
    size_t len = strlen(place->name);

    snprintf(place->name + len, sizeof place->name - len, "[%llu]", (unsigned long long)index);
    return len;
}

static size_t enter_field(struct place *place, const char *field)
{
    size_t len = strlen(place->name);

    snprintf(place->name + len, sizeof place->name - len, ".%s", field);
    return len;
}

static void leave(struct place *place, size_t len)
{
    place->name[len] = '\0';
}

/** "1,2,3", of scalars only. */
static int parse_commas(struct place *place, uint8_t *bits, const sotto_type *type,
                        const char *text, size_t len)
{
    const sotto_type *member = sotto_type_member(type, 0);
    uint64_t n = sotto_type_n_members(type), given = len > 0;

    for (size_t i = 0; i < len; i++) given += text[i] == ',';
    if (given != n) return wrong_count(place, type, given, "value");
    for (uint64_t i = 0; i < n; i++) {
        const char *comma = memchr(text, ',', len);
        size_t item = comma == NULL ? len : (size_t)(comma - text), outer;
        int status;

        outer = enter_element(place, i);
        status = parse_scalar(place, bits + i * sotto_type_bits(member), member, text, item);
        if (status != STATUS_OK) return status;
        leave(place, outer);
        if (comma != NULL) text += item + 1, len -= item + 1;
    }
    return STATUS_OK;
}

static bool starts_with(const char *text, size_t len, const char *prefix)
{
    return len >= strlen(prefix) && memcmp(text, prefix, strlen(prefix)) == 0;
}

static bool has_byte_prefix(const char *text, size_t len)
{
    return starts_with(text, len, "hex:") || starts_with(text, len, "text:");
}

static int parse_bytes(struct place *place, uint8_t *bits, const sotto_type *type, const char *text,
                       size_t len)
{
    if (!type_is_bytes(type)) return malformed(place, type, text, len);
    if (starts_with(text, len, "hex:"))
        return parse_hex_bytes(place, bits, type, text + 4, len - 4);
    return parse_text_bytes(place, bits, type, text + 5, len - 5);
}

static int parse_whole_json(struct place *place, uint8_t *bits, const sotto_type *type,
                            const char *text, size_t len)
{
    struct json json = json_over(text, len);
    int status = parse_json(place, bits, type, &json);

    if (status == STATUS_OK && !json_done(&json)) return malformed(place, type, text, len);
    return status;
}

/** Text as it stands in the argument of -i, in a cell of a table or in a JSON string. */
static int parse_plain(struct place *place, uint8_t *bits, const sotto_type *type, const char *text,
                       size_t len)
{
    sotto_type_kind kind = sotto_type_get_kind(type);

    if (kind != SOTTO_TYPE_ARRAY && kind != SOTTO_TYPE_STRUCT)
        return parse_scalar(place, bits, type, text, len);
    if (kind == SOTTO_TYPE_STRUCT || (len > 0 && text[0] == '['))
        return parse_whole_json(place, bits, type, text, len);
    if (has_byte_prefix(text, len)) return parse_bytes(place, bits, type, text, len);
    return parse_commas(place, bits, type, text, len);
}

static int parse_list(struct place *place, uint8_t *bits, const sotto_type *type, struct json *json)
{
    const sotto_type *member = sotto_type_member(type, 0);
    uint64_t n = sotto_type_n_members(type), given = 0;
    struct json ahead = *json;
    struct slice whole;

    /* Counted first, so that a wrong length is told as such. */
    if (!json_value(&ahead, &whole)) return malformed(place, type, json->at, ahead.end - json->at);
    json_take(json, '[');
    if (json_take(json, ']')) return n == 0 ? STATUS_OK : wrong_count(place, type, 0, "value");
    ahead = *json;
    do given += json_value(&ahead, &whole);
    while (json_take(&ahead, ','));
    if (given != n) return wrong_count(place, type, given, "value");
    for (uint64_t i = 0; i < n; i++) {
        size_t outer = enter_element(place, i);
        int status = parse_json(place, bits + i * sotto_type_bits(member), member, json);

        if (status != STATUS_OK) return status;
        leave(place, outer);
        json_take(json, i + 1 < n ? ',' : ']');
    }
    return STATUS_OK;
}

static int refused_field(struct place *place, const char *what, const char *field,
                         const sotto_type *type)
{
    char name[SHOWN_SIZE], called[TYPE_NAME_SIZE];

    return report_fail(place->report, STATUS_INPUT, "%s: %s field '%s' of %s", place->name, what,
                       shown(name, field, strlen(field)), type_name(called, type));
}

/** Number of the field called name, and where its bits start; false when there is none. */
static bool find_field(const sotto_type *type, const char *name, uint64_t *field, uint64_t *at)
{
    *at = 0;
    for (*field = 0; *field < sotto_type_n_members(type); ++*field) {
        if (strcmp(sotto_type_member_name(type, *field), name) == 0) return true;
        *at += sotto_type_bits(sotto_type_member(type, *field));
    }
    return false;
}

/** One "name": value of a struct; seen[] tells which fields came before. */
static int parse_field(struct place *place, uint8_t *bits, const sotto_type *type,
                       struct json *json, uint8_t *seen)
{
    struct buffer name = {0};
    uint64_t field, at;
    size_t outer;
    int status;

    if (!json_string(json, &name) || !json_take(json, ':'))
        status = malformed(place, type, json->at, (size_t)(json->end - json->at));
    else if (!find_field(type, name.data, &field, &at))
        status = refused_field(place, "unknown", name.data, type);
    else if (seen[field]) status = refused_field(place, "duplicate", name.data, type);
    else {
        seen[field] = 1;
        outer = enter_field(place, name.data);
        status = parse_json(place, bits + at, sotto_type_member(type, field), json);
        if (status == STATUS_OK) leave(place, outer);
    }
    buffer_free(&name);
    return status;
}

static int parse_fields(struct place *place, uint8_t *bits, const sotto_type *type,
                        struct json *json, uint8_t *seen)
{
    struct json start = *json;
    int status;

    if (!json_take(json, '{'))
        return malformed(place, type, start.at, (size_t)(start.end - start.at));
    if (!json_take(json, '}')) {
        do {
            status = parse_field(place, bits, type, json, seen);
            if (status != STATUS_OK) return status;
        } while (json_take(json, ','));
        if (!json_take(json, '}'))
            return malformed(place, type, start.at, (size_t)(start.end - start.at));
    }
    for (uint64_t i = 0; i < sotto_type_n_members(type); i++)
        if (!seen[i]) return refused_field(place, "missing", sotto_type_member_name(type, i), type);
    return STATUS_OK;
}

static int parse_struct(struct place *place, uint8_t *bits, const sotto_type *type,
                        struct json *json)
{
    uint8_t *seen = new_array(sotto_type_n_members(type), 1);
    int status;

    if (seen == NULL) return report_memory(place->report);
    status = parse_fields(place, bits, type, json, seen);
    free(seen);
    return status;
}

/** A string holds a scalar, or the bytes of an array. */
static int parse_string(struct place *place, uint8_t *bits, const sotto_type *type,
                        struct json *json)
{
    struct buffer text = {0};
    int status;

    if (!json_string(json, &text))
        status = malformed(place, type, json->at, (size_t)(json->end - json->at));
    else if (has_byte_prefix(text.data, text.len))
        status = parse_bytes(place, bits, type, text.data, text.len);
    else status = parse_scalar(place, bits, type, text.data, text.len);
    buffer_free(&text);
    return status;
}

static int parse_json(struct place *place, uint8_t *bits, const sotto_type *type, struct json *json)
{
    sotto_type_kind kind = sotto_type_get_kind(type);
    char next = json_peek(json);
    const char *start = json->at;
    struct slice token;

    if (next == '"') return parse_string(place, bits, type, json);
    if (kind == SOTTO_TYPE_STRUCT) return parse_struct(place, bits, type, json);
    if (kind == SOTTO_TYPE_ARRAY && next == '[') return parse_list(place, bits, type, json);
    if (!json_token(json, &token))
        return malformed(place, type, start, (size_t)(json->end - start));
    return parse_scalar(place, bits, type, token.text, token.len);
}

int value_parse(struct report *report, uint8_t *bits, const char *name, const sotto_type *type,
                const char *text, size_t text_len)
{
    struct place place = {.report = report};

    snprintf(place.name, sizeof place.name, "%s", name);
    return parse_plain(&place, bits, type, text, text_len);
}

int value_parse_json(struct report *report, uint8_t *bits, const char *name, const sotto_type *type,
                     const char *text, size_t text_len)
{
    struct place place = {.report = report};

    snprintf(place.name, sizeof place.name, "%s", name);
    return parse_whole_json(&place, bits, type, text, text_len);
}
