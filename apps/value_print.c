/* Bits to text. */
#include "integer.h"
#include "values.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const unsigned bases[] = {[VALUE_DEC] = 10, [VALUE_HEX] = 16, [VALUE_BIN] = 2};

/** Appends "name" at *at, cut to the room there is. */
static void append(char out[TYPE_NAME_SIZE], const char *text)
{
    size_t at = strlen(out);

    snprintf(out + at, TYPE_NAME_SIZE - at, "%s", text);
}

const char *type_name(char out[TYPE_NAME_SIZE], const sotto_type *type)
{
    static const char *const names[] = {
        [SOTTO_TYPE_BOOL] = "bool",     [SOTTO_TYPE_UNSIGNED] = "uint", [SOTTO_TYPE_SIGNED] = "int",
        [SOTTO_TYPE_FLOAT] = "float",   [SOTTO_TYPE_DOUBLE] = "double", [SOTTO_TYPE_ARRAY] = "",
        [SOTTO_TYPE_STRUCT] = "struct",
    };
    char dimensions[TYPE_NAME_SIZE] = "", number[32];
    sotto_type_kind kind = sotto_type_get_kind(type);

    while (kind == SOTTO_TYPE_ARRAY) {
        snprintf(number, sizeof number, "[%llu]", (unsigned long long)sotto_type_n_members(type));
        append(dimensions, number);
        type = sotto_type_member(type, 0);
        kind = sotto_type_get_kind(type);
    }
    snprintf(number, sizeof number, "%llu_t", (unsigned long long)sotto_type_bits(type));
    out[0] = '\0';
    append(out, names[kind]);
    if (kind == SOTTO_TYPE_UNSIGNED || kind == SOTTO_TYPE_SIGNED) append(out, number);
    append(out, dimensions);
    return out;
}

static double number_of(const sotto_type *type, const uint8_t *bits)
{
    uint64_t pattern = 0;
    double wide;

    for (uint64_t i = 0; i < sotto_type_bits(type); i++) pattern |= (uint64_t)bits[i] << i;
    if (sotto_type_get_kind(type) == SOTTO_TYPE_FLOAT) {
        uint32_t half = (uint32_t)pattern;
        float narrow;

        memcpy(&narrow, &half, sizeof narrow);
        return narrow;
    }
    memcpy(&wide, &pattern, sizeof wide);
    return wide;
}

/** The shortest decimal that reads back as the same number. */
static void print_float(struct buffer *out, const sotto_type *type, const uint8_t *bits)
{
    bool narrow = sotto_type_get_kind(type) == SOTTO_TYPE_FLOAT;
    double number = number_of(type, bits);
    char text[40];

    if (isnan(number)) {
        buffer_add_text(out, "nan");
    } else if (isinf(number)) {
        buffer_add_text(out, number < 0 ? "-inf" : "inf");
    } else if (number > -1e15 && number < 1e15 && number == (double)(int64_t)number) {
        /* Whole numbers without an exponent; -0 keeps its sign. */
        snprintf(text, sizeof text, "%.0f", number);
        buffer_add_text(out, text);
        explicit_bzero(text, sizeof text);
    } else {
        for (int digits = 1; digits <= 17; digits++) {
            snprintf(text, sizeof text, "%.*g", digits, number);
            if (narrow ? strtof(text, NULL) == (float)number : strtod(text, NULL) == number) break;
        }
        buffer_add_text(out, text);
        explicit_bzero(text, sizeof text);
    }
}

static void print_scalar(struct buffer *out, const sotto_type *type, const uint8_t *bits,
                         enum value_format format)
{
    switch (sotto_type_get_kind(type)) {
    case SOTTO_TYPE_BOOL: buffer_add_text(out, bits[0] ? "true" : "false"); break;
    case SOTTO_TYPE_FLOAT:
    case SOTTO_TYPE_DOUBLE: print_float(out, type, bits); break;
    default:
        integer_print(out, bits, sotto_type_bits(type),
                      sotto_type_get_kind(type) == SOTTO_TYPE_SIGNED, bases[format]);
    }
}

static void print_hex_bytes(struct buffer *out, const sotto_type *type, const uint8_t *bits)
{
    buffer_add_text(out, "hex:");
    for (uint64_t i = 0; i < sotto_type_n_members(type); i++) {
        unsigned byte = 0;

        for (unsigned b = 0; b < 8; b++) byte |= (unsigned)bits[8 * i + b] << b;
        buffer_addf(out, "%02x", byte);
    }
}

static bool is_composite(const sotto_type *type)
{
    sotto_type_kind kind = sotto_type_get_kind(type);

    return kind == SOTTO_TYPE_ARRAY || kind == SOTTO_TYPE_STRUCT;
}

void value_print(struct buffer *out, const sotto_type *type, const uint8_t *bits,
                 enum value_format format)
{
    const sotto_type *member;

    if (!is_composite(type)) {
        print_scalar(out, type, bits, format);
        return;
    }
    if (format == VALUE_HEX && type_is_bytes(type)) {
        print_hex_bytes(out, type, bits);
        return;
    }
    member = sotto_type_member(type, 0);
    if (sotto_type_get_kind(type) == SOTTO_TYPE_STRUCT ||
        (member != NULL && is_composite(member))) {
        value_print_json(out, type, bits, format);
        return;
    }
    for (uint64_t i = 0; i < sotto_type_n_members(type); i++) {
        if (i > 0) buffer_add_char(out, ',');
        print_scalar(out, member, bits + i * sotto_type_bits(member), format);
    }
}

/** Whether a scalar needs the quotes of a string in JSON. */
static bool needs_quotes(const sotto_type *type, const uint8_t *bits, enum value_format format)
{
    sotto_type_kind kind = sotto_type_get_kind(type);

    if (kind == SOTTO_TYPE_BOOL) return false;
    if (kind == SOTTO_TYPE_FLOAT || kind == SOTTO_TYPE_DOUBLE)
        return !isfinite(number_of(type, bits));
    return format != VALUE_DEC ||
           !integer_is_small(bits, sotto_type_bits(type), kind == SOTTO_TYPE_SIGNED);
}

static void print_members(struct buffer *out, const sotto_type *type, const uint8_t *bits,
                          enum value_format format)
{
    bool is_struct = sotto_type_get_kind(type) == SOTTO_TYPE_STRUCT;

    buffer_add_char(out, is_struct ? '{' : '[');
    for (uint64_t i = 0; i < sotto_type_n_members(type); i++) {
        const sotto_type *member = sotto_type_member(type, i);

        if (i > 0) buffer_add_char(out, ',');
        if (is_struct) {
            buffer_add_json(out, sotto_type_member_name(type, i));
            buffer_add_char(out, ':');
        }
        value_print_json(out, member, bits, format);
        bits += sotto_type_bits(member);
    }
    buffer_add_char(out, is_struct ? '}' : ']');
}

void value_print_json(struct buffer *out, const sotto_type *type, const uint8_t *bits,
                      enum value_format format)
{
    bool bytes = format == VALUE_HEX && type_is_bytes(type);

    if (is_composite(type) && !bytes) {
        print_members(out, type, bits, format);
        return;
    }
    if (bytes || needs_quotes(type, bits, format)) {
        buffer_add_char(out, '"');
        if (bytes) print_hex_bytes(out, type, bits);
        else print_scalar(out, type, bits, format);
        buffer_add_char(out, '"');
    } else {
        print_scalar(out, type, bits, format);
    }
}
