/* Integers of any width; see bits.h. */
#include "compiler/bits.h"

#include <string.h>

__extension__ typedef unsigned __int128 uint128;

static void trim(uint64_t *x, uint32_t width)
{
    if (width % 64 != 0) x[width / 64] &= (UINT64_C(1) << (width % 64)) - 1;
}

void bits_set_u64(uint64_t *out, uint64_t value, uint32_t width)
{
    memset(out, 0, bits_limbs(width) * sizeof *out);
    out[0] = value;
    trim(out, width);
}

void bits_copy(uint64_t *out, const uint64_t *x, uint32_t width)
{
    memmove(out, x, bits_limbs(width) * sizeof *out);
}

bool bits_is_zero(const uint64_t *x, uint32_t width)
{
    for (size_t i = 0; i < bits_limbs(width); i++)
        if (x[i] != 0) return false;
    return true;
}

bool bits_equal(const uint64_t *x, const uint64_t *y, uint32_t width)
{
    return memcmp(x, y, bits_limbs(width) * sizeof *x) == 0;
}

bool bits_less(const uint64_t *x, const uint64_t *y, uint32_t width)
{
    for (size_t i = bits_limbs(width); i-- > 0;)
        if (x[i] != y[i]) return x[i] < y[i];
    return false;
}

bool bits_less_signed(const uint64_t *x, const uint64_t *y, uint32_t width)
{
    bool x_negative = bits_get(x, width - 1), y_negative = bits_get(y, width - 1);

    if (x_negative != y_negative) return x_negative;
    return bits_less(x, y, width);
}

uint32_t bits_len(const uint64_t *x, uint32_t width)
{
    for (size_t i = bits_limbs(width); i-- > 0;)
        if (x[i] != 0) return (uint32_t)(64 * i) + 64 - (uint32_t)__builtin_clzll(x[i]);
    return 0;
}

uint32_t bits_count(const uint64_t *x, uint32_t width)
{
    uint32_t count = 0;

    for (size_t i = 0; i < bits_limbs(width); i++) count += (uint32_t)__builtin_popcountll(x[i]);
    return count;
}

void bits_not(uint64_t *out, const uint64_t *x, uint32_t width)
{
    for (size_t i = 0; i < bits_limbs(width); i++) out[i] = ~x[i];
    trim(out, width);
}

void bits_add(uint64_t *out, const uint64_t *x, const uint64_t *y, bool carry, uint32_t width)
{
    for (size_t i = 0; i < bits_limbs(width); i++) {
        uint128 sum = (uint128)x[i] + y[i] + carry;

        out[i] = (uint64_t)sum;
        carry = (sum >> 64) != 0;
    }
    trim(out, width);
}

void bits_sub(uint64_t *out, const uint64_t *x, const uint64_t *y, uint32_t width)
{
    bool borrow = false;

    for (size_t i = 0; i < bits_limbs(width); i++) {
        uint128 difference = (uint128)x[i] - y[i] - borrow;

        out[i] = (uint64_t)difference;
        borrow = (difference >> 64) != 0;
    }
    trim(out, width);
}

void bits_neg(uint64_t *out, const uint64_t *x, uint32_t width)
{
    uint64_t zero[BITS_MAX_LIMBS] = {0};

    bits_sub(out, zero, x, width);
}

void bits_mul(uint64_t *out, const uint64_t *x, const uint64_t *y, uint32_t width)
{
    size_t n = bits_limbs(width);

    memset(out, 0, n * sizeof *out);
    for (size_t i = 0; i < n; i++) {
        uint64_t carry = 0;

        for (size_t j = 0; i + j < n; j++) {
            uint128 t = (uint128)x[i] * y[j] + out[i + j] + carry;

            out[i + j] = (uint64_t)t;
            carry = (uint64_t)(t >> 64);
        }
    }
    trim(out, width);
}

void bits_divide(uint64_t *quotient, uint64_t *remainder, const uint64_t *x, const uint64_t *y,
                 uint32_t width)
{
    size_t n = bits_limbs(width);

    memset(quotient, 0, n * sizeof *quotient);
    if (bits_is_zero(y, width)) {
        bits_not(quotient, quotient, width);
        bits_copy(remainder, x, width);
        return;
    }
    if (n == 1) {
        quotient[0] = x[0] / y[0];
        remainder[0] = x[0] % y[0];
        return;
    }
    memset(remainder, 0, n * sizeof *remainder);
    for (uint32_t bit = width; bit-- > 0;) {
        bool out = bits_get(remainder, width - 1);

        bits_shift_left(remainder, remainder, 1, width);
        remainder[0] |= bits_get(x, bit);
        if (!out && bits_less(remainder, y, width)) continue;
        bits_sub(remainder, remainder, y, width);
        quotient[bit / 64] |= UINT64_C(1) << (bit % 64);
    }
}

void bits_shift_left(uint64_t *out, const uint64_t *x, uint32_t amount, uint32_t width)
{
    size_t limbs = amount / 64;
    uint32_t part = amount % 64;

    for (size_t i = bits_limbs(width); i-- > 0;) {
        uint64_t limb = i >= limbs ? x[i - limbs] << part : 0;

        if (part != 0 && i > limbs) limb |= x[i - limbs - 1] >> (64 - part);
        out[i] = limb;
    }
    trim(out, width);
}

void bits_shift_right(uint64_t *out, const uint64_t *x, uint32_t amount, uint32_t width)
{
    bits_extract(out, x, width, amount, width);
}

void bits_extract(uint64_t *out, const uint64_t *x, uint32_t x_width, uint32_t first, uint32_t n)
{
    size_t have = bits_limbs(x_width), limbs = first / 64;
    uint32_t part = first % 64;

    for (size_t i = 0; i < bits_limbs(n); i++) {
        uint64_t limb = i + limbs < have ? x[i + limbs] >> part : 0;

        if (part != 0 && i + limbs + 1 < have) limb |= x[i + limbs + 1] << (64 - part);
        out[i] = limb;
    }
    trim(out, n);
}

void bits_insert(uint64_t *out, const uint64_t *x, uint32_t first, uint32_t n)
{
    size_t limbs = first / 64;
    uint32_t part = first % 64;

    for (size_t i = 0; i < bits_limbs(n); i++) {
        out[i + limbs] |= x[i] << part;
        if (part != 0 && x[i] >> (64 - part) != 0) out[i + limbs + 1] |= x[i] >> (64 - part);
    }
}

void bits_extend(uint64_t *out, const uint64_t *x, uint32_t from, uint32_t to, bool is_signed)
{
    bool ones = is_signed && bits_get(x, from - 1);

    for (size_t i = 0; i < bits_limbs(to); i++) {
        uint64_t limb = i < bits_limbs(from) ? x[i] : 0;

        if (ones && i >= from / 64) {
            if (i > from / 64) limb = UINT64_MAX;
            else limb |= ~UINT64_C(0) << (from % 64);
        }
        out[i] = limb;
    }
    trim(out, to);
}
