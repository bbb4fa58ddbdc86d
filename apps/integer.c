/*
 * Integers of any width. A magnitude is an array of 32-bit limbs, least significant first; decimal
 * conversion takes nine digits at a time by schoolbook multiplication and division.
 */
#include "integer.h"

#include <stdlib.h>
#include <string.h>

#define CHUNK UINT32_C(1000000000)

struct magnitude {
    uint32_t *limbs;
    uint64_t n_limbs;
};

static bool magnitude_init(struct magnitude *m, uint64_t n_bits)
{
    m->n_limbs = n_bits / 32 + 1;
    m->limbs = new_array(m->n_limbs, sizeof m->limbs[0]);
    return m->limbs != NULL;
}

static void magnitude_free(struct magnitude *m)
{
    free_secret(m->limbs, m->n_limbs * sizeof m->limbs[0]);
    m->limbs = NULL;
}

static unsigned magnitude_bit(const struct magnitude *m, uint64_t bit)
{
    return m->limbs[bit / 32] >> (bit % 32) & 1;
}

/** m = m * factor + addend; false when it outgrows its limbs. */
static bool multiply_add(struct magnitude *m, uint32_t factor, uint32_t addend)
{
    uint64_t carry = addend;

    for (uint64_t i = 0; i < m->n_limbs; i++) {
        carry += (uint64_t)m->limbs[i] * factor;
        m->limbs[i] = (uint32_t)carry;
        carry >>= 32;
    }
    return carry == 0;
}

/** m = m / CHUNK; returns the remainder. */
static uint32_t divide_chunk(struct magnitude *m)
{
    uint64_t rest = 0;

    for (uint64_t i = m->n_limbs; i-- > 0;) {
        rest = rest << 32 | m->limbs[i];
        m->limbs[i] = (uint32_t)(rest / CHUNK);
        rest %= CHUNK;
    }
    return (uint32_t)rest;
}

static bool is_zero(const struct magnitude *m)
{
    for (uint64_t i = 0; i < m->n_limbs; i++)
        if (m->limbs[i] != 0) return false;
    return true;
}

/** Value of a digit, or 16. */
static unsigned digit_value(char c)
{
    if (c >= '0' && c <= '9') return (unsigned)(c - '0');
    if (c >= 'a' && c <= 'f') return (unsigned)(c - 'a') + 10;
    if (c >= 'A' && c <= 'F') return (unsigned)(c - 'A') + 10;
    return 16;
}

/** Digits of the base with single underscores between them; no leading zero in base 10. */
static bool well_formed(const char *digits, size_t len, unsigned base)
{
    if (len == 0 || (base == 10 && len > 1 && digits[0] == '0')) return false;
    for (size_t i = 0; i < len; i++) {
        bool edge = i == 0 || i + 1 == len || (digits[i] == '_' && digits[i - 1] == '_');

        if (digits[i] == '_' ? edge : digit_value(digits[i]) >= base) return false;
    }
    return true;
}

/** Reads decimal digits in chunks; false when the number outgrows m. */
static bool read_decimal(struct magnitude *m, const char *digits, size_t len)
{
    uint32_t chunk = 0, factor = 1;

    for (size_t i = 0; i < len; i++) {
        if (digits[i] == '_') continue;
        chunk = chunk * 10 + digit_value(digits[i]);
        factor *= 10;
        if (factor < CHUNK) continue;
        if (!multiply_add(m, factor, chunk)) return false;
        chunk = 0, factor = 1;
    }
    return multiply_add(m, factor, chunk);
}

/** Reads digits of one or four bits each; false when the number outgrows m. */
static bool read_binary(struct magnitude *m, const char *digits, size_t len, unsigned digit_bits)
{
    uint64_t at = 0;

    for (size_t i = len; i-- > 0;) {
        if (digits[i] == '_') continue;
        for (unsigned b = 0; b < digit_bits; b++, at++) {
            if ((digit_value(digits[i]) >> b & 1) == 0) continue;
            if (at / 32 >= m->n_limbs) return false;
            m->limbs[at / 32] |= UINT32_C(1) << (at % 32);
        }
    }
    return true;
}

static bool read_digits(struct magnitude *m, const char *digits, size_t len, unsigned base)
{
    if (base == 10) return read_decimal(m, digits, len);
    return read_binary(m, digits, len, base == 16 ? 4 : 1);
}

/** Whether the signed or unsigned number fits n_bits. */
static bool fits(const struct magnitude *m, uint64_t n_bits, bool is_signed, bool negative)
{
    uint64_t width = is_signed && n_bits > 0 ? n_bits - 1 : n_bits;
    bool low_bits = false;

    for (uint64_t i = width + 1; i < 32 * m->n_limbs; i++)
        if (magnitude_bit(m, i)) return false;
    if (!magnitude_bit(m, width)) return true;
    /* At least 2^width: only -2^width is left. */
    for (uint64_t i = 0; i < width; i++) low_bits |= magnitude_bit(m, i);
    return is_signed && n_bits > 0 && negative && !low_bits;
}

static void write_bits(uint8_t *bits, uint64_t n_bits, const struct magnitude *m, bool negative)
{
    uint8_t carry = negative;

    for (uint64_t i = 0; i < n_bits; i++) {
        uint8_t bit = (uint8_t)(magnitude_bit(m, i) ^ negative);

        bits[i] = bit ^ carry;
        carry &= bit;
    }
}

enum integer_result integer_parse(uint8_t *bits, uint64_t n_bits, bool is_signed, const char *text,
                                  size_t text_len)
{
    enum integer_result result = INTEGER_OK;
    bool negative = text_len > 0 && text[0] == '-';
    const char *digits = text + negative;
    size_t len = text_len - negative;
    unsigned base = 10;
    struct magnitude m;

    if (len > 2 && digits[0] == '0' && (digits[1] == 'x' || digits[1] == 'b')) {
        base = digits[1] == 'x' ? 16 : 2;
        digits += 2;
        len -= 2;
    }
    if (!well_formed(digits, len, base)) return INTEGER_MALFORMED;
    if (negative && !is_signed) return INTEGER_RANGE;
    if (!magnitude_init(&m, n_bits)) return INTEGER_MEMORY;
    if (!read_digits(&m, digits, len, base) || !fits(&m, n_bits, is_signed, negative))
        result = INTEGER_RANGE;
    else write_bits(bits, n_bits, &m, negative);
    magnitude_free(&m);
    return result;
}

/** Splits bits into sign and magnitude. */
static bool from_bits(struct magnitude *m, bool *negative, const uint8_t *bits, uint64_t n_bits,
                      bool is_signed)
{
    uint8_t carry;

    if (!magnitude_init(m, n_bits)) return false;
    *negative = is_signed && n_bits > 0 && bits[n_bits - 1];
    carry = *negative;
    for (uint64_t i = 0; i < n_bits; i++) {
        uint8_t bit = bits[i] ^ (uint8_t)*negative;

        m->limbs[i / 32] |= (uint32_t)(bit ^ carry) << (i % 32);
        carry &= bit;
    }
    return true;
}

static void print_decimal(struct buffer *out, struct magnitude *m)
{
    uint64_t n_chunks = 0, capacity = m->n_limbs * 32 / 29 + 2;
    uint32_t *chunks = new_array(capacity, sizeof chunks[0]);

    if (chunks == NULL) {
        out->failed = true;
        return;
    }
    do chunks[n_chunks++] = divide_chunk(m);
    while (!is_zero(m));
    buffer_addf(out, "%u", chunks[n_chunks - 1]);
    for (uint64_t i = n_chunks - 1; i-- > 0;) buffer_addf(out, "%09u", chunks[i]);
    free_secret(chunks, capacity * sizeof chunks[0]);
}

static void print_digits(struct buffer *out, const struct magnitude *m, uint64_t n_bits,
                         unsigned digit_bits)
{
    uint64_t n_digits = n_bits == 0 ? 1 : (n_bits + digit_bits - 1) / digit_bits;

    buffer_add_text(out, digit_bits == 4 ? "0x" : "0b");
    for (uint64_t i = n_digits; i-- > 0;) {
        unsigned digit = 0;

        for (unsigned b = 0; b < digit_bits; b++)
            if (digit_bits * i + b < n_bits) digit |= magnitude_bit(m, digit_bits * i + b) << b;
        buffer_add_char(out, "0123456789abcdef"[digit]);
    }
}

void integer_print(struct buffer *out, const uint8_t *bits, uint64_t n_bits, bool is_signed,
                   unsigned base)
{
    struct magnitude m;
    bool negative;

    if (!from_bits(&m, &negative, bits, n_bits, is_signed)) {
        out->failed = true;
        return;
    }
    if (negative) buffer_add_char(out, '-');
    if (base == 10) print_decimal(out, &m);
    else print_digits(out, &m, n_bits, base == 16 ? 4 : 1);
    magnitude_free(&m);
}

bool integer_is_small(const uint8_t *bits, uint64_t n_bits, bool is_signed)
{
    uint8_t sign = is_signed && n_bits > 0 ? bits[n_bits - 1] : 0;
    bool low_bits = false;

    for (uint64_t i = 53; i < n_bits; i++)
        if (bits[i] != sign) return false;
    /* -2^53 itself has the same upper bits. */
    for (uint64_t i = 0; i < 53 && i < n_bits; i++) low_bits |= bits[i];
    return n_bits <= 53 || !sign || low_bits;
}
