/*
 * Values between text and bits, by the types of an interface. A value that is refused is named, and
 * may be shown in part; a valid value is shown nowhere.
 */
#ifndef SOTTO_APPS_VALUES_H
#define SOTTO_APPS_VALUES_H

#include "buffer.h"

/** How numbers are written. */
enum value_format {
    VALUE_DEC,
    VALUE_HEX, /**< 0x2a, all digits of the width; byte arrays as hex:... */
    VALUE_BIN  /**< 0b00101010, all digits of the width */
};

/**
 * Parses the text of one value into sotto_type_bits(type) bits. Integers: 42, 0x2a, 0b101010 with
 * underscores between digits; bool: 0, 1, true, false; floats: decimal, inf, nan; arrays: 1,2,3 or
 * a JSON list, of bytes also hex:... and text:...; structs: a JSON object. name is how messages
 * call the value. Returns STATUS_OK, or STATUS_INPUT and bits hold nothing of use.
 */
int value_parse(struct report *report, uint8_t *bits, const char *name, const sotto_type *type,
                const char *text, size_t text_len);

/** As value_parse(), from JSON text; strings hold values as value_parse() takes them. */
int value_parse_json(struct report *report, uint8_t *bits, const char *name, const sotto_type *type,
                     const char *text, size_t text_len);

/** Appends the value as value_parse() takes it. */
void value_print(struct buffer *out, const sotto_type *type, const uint8_t *bits,
                 enum value_format format);

/** Appends the value as JSON. Integers are numbers below 2^53 and decimal strings from there on;
 *  in hex and bin they are always strings, as inf and nan are. */
void value_print_json(struct buffer *out, const sotto_type *type, const uint8_t *bits,
                      enum value_format format);

/** Writes what the type is called, "uint8_t[16]"; cut when it does not fit. Returns out. */
#define TYPE_NAME_SIZE 96
const char *type_name(char out[TYPE_NAME_SIZE], const sotto_type *type);

/** Whether the type is an array of eight-bit integers. */
bool type_is_bytes(const sotto_type *type);

#endif
