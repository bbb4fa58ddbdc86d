/* Integers of any width between text and bits. */
#ifndef SOTTO_APPS_INTEGER_H
#define SOTTO_APPS_INTEGER_H

#include "buffer.h"

/** What became of a text. */
enum integer_result {
    INTEGER_OK,
    INTEGER_MALFORMED, /**< not an integer */
    INTEGER_RANGE,     /**< an integer, but not of this type */
    INTEGER_MEMORY
};

/**
 * Parses "42", "-42", "0x2a", "0b101010" with underscores between digits into n_bits bits, the
 * least significant first. Refused: '+', blanks, a leading zero, capital prefixes, and a minus sign
 * of an unsigned number. bits is written on INTEGER_OK only.
 */
enum integer_result integer_parse(uint8_t *bits, uint64_t n_bits, bool is_signed, const char *text,
                                  size_t text_len);

/** Appends the number in base 2, 10 or 16; bases 2 and 16 with prefix and all digits of the width,
 *  a negative number as minus sign and magnitude. */
void integer_print(struct buffer *out, const uint8_t *bits, uint64_t n_bits, bool is_signed,
                   unsigned base);

/** Whether the magnitude is below 2^53, so that any JSON reader gets the number right. */
bool integer_is_small(const uint8_t *bits, uint64_t n_bits, bool is_signed);

#endif
