/* What every operation on words means: the reference that folding, tests and --check share. */
#include "compiler/bits.h"
#include "compiler/word.h"

#include <math.h>
#include <string.h>

typedef const uint64_t *const *operand_bits;

/* ---------------------------------------------------------------------------- floating point -- */

static double get_double(const uint64_t *bits)
{
    double value;

    memcpy(&value, bits, sizeof value);
    return value;
}

static float get_float(const uint64_t *bits)
{
    uint32_t low = (uint32_t)bits[0];
    float value;

    memcpy(&value, &low, sizeof value);
    return value;
}

static uint64_t put_double(double value)
{
    uint64_t bits;

    if (isnan(value)) return UINT64_C(0x7ff8000000000000);
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static uint64_t put_float(float value)
{
    uint32_t bits;

    if (isnan(value)) return 0x7fc00000;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

/* Of equal numbers, which -0 and +0 are, the one whose sign bit says so. */
static double choose(double x, double y, bool least)
{
    if (isnan(x)) return y;
    if (isnan(y)) return x;
    if (x == y) return (signbit(x) != 0) == least ? x : y;
    return (x < y) == least ? x : y;
}

/* Binary64 holds every binary32 exactly, and rounding twice is harmless for + - * / sqrt since
 * 53 >= 2 * 24 + 2 (Figueroa, 1995); subnormal results included, so floats use their own type. */
static uint64_t compute_float(enum word_op op, const uint64_t *xb, const uint64_t *yb)
{
    float x = get_float(xb), y = yb != NULL ? get_float(yb) : 0;

    switch (op) {
    case WORD_FADD: return put_float(x + y);
    case WORD_FSUB: return put_float(x - y);
    case WORD_FMUL: return put_float(x * y);
    case WORD_FDIV: return put_float(x / y);
    case WORD_FSQRT: return put_float(sqrtf(x));
    case WORD_FMIN: return put_float((float)choose((double)x, (double)y, true));
    case WORD_FMAX: return put_float((float)choose((double)x, (double)y, false));
    case WORD_FEQ: return x == y;
    case WORD_FLT: return x < y;
    default: return x <= y;
    }
}

static uint64_t compute_double(enum word_op op, const uint64_t *xb, const uint64_t *yb)
{
    double x = get_double(xb), y = yb != NULL ? get_double(yb) : 0;

    switch (op) {
    case WORD_FADD: return put_double(x + y);
    case WORD_FSUB: return put_double(x - y);
    case WORD_FMUL: return put_double(x * y);
    case WORD_FDIV: return put_double(x / y);
    case WORD_FSQRT: return put_double(sqrt(x));
    case WORD_FMIN: return put_double(choose(x, y, true));
    case WORD_FMAX: return put_double(choose(x, y, false));
    case WORD_FEQ: return x == y;
    case WORD_FLT: return x < y;
    default: return x <= y;
    }
}

/* The top 64 bits with the rest as a sticky bit round as the whole number does. */
static void from_integer(uint64_t *out, uint32_t n, const uint64_t *x, uint32_t width,
                         bool is_signed)
{
    uint64_t magnitude[BITS_MAX_LIMBS], top[BITS_MAX_LIMBS];
    bool negative = is_signed && bits_get(x, width - 1);
    uint32_t len, drop;

    if (negative) bits_neg(magnitude, x, width);
    else bits_copy(magnitude, x, width);
    len = bits_len(magnitude, width);
    drop = len > 64 ? len - 64 : 0;
    bits_extract(top, magnitude, width, drop, 64);
    for (uint32_t i = 0; i < drop; i++) top[0] |= bits_get(magnitude, i);
    if (n == 32) {
        float value = ldexpf((float)top[0], (int)drop);

        out[0] = put_float(negative ? -value : value);
    } else {
        double value = ldexp((double)top[0], (int)drop);

        out[0] = put_double(negative ? -value : value);
    }
}

static void to_integer(uint64_t *out, uint32_t n, const uint64_t *x, uint32_t width, bool is_signed)
{
    double value = width == 32 ? (double)get_float(x) : get_double(x);
    uint32_t limit = is_signed ? n - 1 : n; /* bits of the greatest magnitude */
    uint64_t magnitude[BITS_MAX_LIMBS] = {0};
    bool negative = value < 0;
    double fraction;
    int exponent;

    memset(out, 0, bits_limbs(n) * sizeof *out);
    if (isnan(value) || (negative && !is_signed)) return;
    fraction = frexp(fabs(value), &exponent);
    if (isinf(value) || exponent > (int64_t)limit) {
        bits_not(out, out, n); /* all ones, then 0111.. or 1000.. */
        if (is_signed) bits_extract(out, out, n, 1, n);
        if (negative) bits_not(out, out, n);
        return;
    }
    if (exponent <= 0) return;
    if (exponent <= 64) {
        magnitude[0] = (uint64_t)ldexp(fraction, exponent);
    } else {
        uint64_t mantissa = (uint64_t)ldexp(fraction, 64);

        bits_insert(magnitude, &mantissa, (uint32_t)exponent - 64, 64);
    }
    if (negative) bits_neg(out, magnitude, n);
    else bits_copy(out, magnitude, n);
}

/* --------------------------------------------------------------------------------- integers -- */

static void divide_signed(uint64_t *out, const uint64_t *x, const uint64_t *y, uint32_t n,
                          bool remainder)
{
    uint64_t a[BITS_MAX_LIMBS], b[BITS_MAX_LIMBS], q[BITS_MAX_LIMBS], r[BITS_MAX_LIMBS];
    bool x_negative = bits_get(x, n - 1), y_negative = bits_get(y, n - 1);

    if (x_negative) bits_neg(a, x, n);
    else bits_copy(a, x, n);
    if (y_negative) bits_neg(b, y, n);
    else bits_copy(b, y, n);
    bits_divide(q, r, a, b, n); /* by zero: -1 and x, negated with the sign of x */
    if (remainder) {
        if (x_negative) bits_neg(out, r, n);
        else bits_copy(out, r, n);
    } else {
        if (x_negative != y_negative) bits_neg(out, q, n);
        else bits_copy(out, q, n);
    }
}

static void shift(uint64_t *out, enum word_op op, const uint64_t *x, uint32_t amount, uint32_t n)
{
    uint64_t other[BITS_MAX_LIMBS];

    switch (op) {
    case WORD_SHL: bits_shift_left(out, x, amount, n); return;
    case WORD_LSHR: bits_shift_right(out, x, amount, n); return;
    case WORD_ASHR:
        bits_extract(other, x, n, amount, n - amount);
        bits_extend(out, other, n - amount, n, true);
        return;
    default:
        bits_shift_left(other, x, amount, n);
        bits_shift_right(out, x, amount == 0 ? 0 : n - amount, n);
        for (size_t i = 0; i < bits_limbs(n); i++) out[i] |= other[i];
    }
}

static void compute_binary(uint64_t *out, const struct word *word, const uint64_t *x,
                           const uint64_t *y)
{
    uint64_t unused[BITS_MAX_LIMBS];
    uint32_t n = word->width;

    switch (word->op) {
    case WORD_AND:
        for (size_t i = 0; i < bits_limbs(n); i++) out[i] = x[i] & y[i];
        return;
    case WORD_OR:
        for (size_t i = 0; i < bits_limbs(n); i++) out[i] = x[i] | y[i];
        return;
    case WORD_XOR:
        for (size_t i = 0; i < bits_limbs(n); i++) out[i] = x[i] ^ y[i];
        return;
    case WORD_ADD: bits_add(out, x, y, false, n); return;
    case WORD_SUB: bits_sub(out, x, y, n); return;
    case WORD_MUL: bits_mul(out, x, y, n); return;
    case WORD_UDIV: bits_divide(out, unused, x, y, n); return;
    case WORD_UREM: bits_divide(unused, out, x, y, n); return;
    case WORD_SDIV: divide_signed(out, x, y, n, false); return;
    default: divide_signed(out, x, y, n, true); return;
    }
}

static bool compare(const struct word *word, const uint64_t *x, const uint64_t *y)
{
    uint32_t n = word->operands[0]->width;

    if (word->op == WORD_EQ) return bits_equal(x, y, n);
    return word->op == WORD_ULT ? bits_less(x, y, n) : bits_less_signed(x, y, n);
}

static uint32_t count(enum word_op op, const uint64_t *x, uint32_t width)
{
    uint32_t n = 0;

    if (op == WORD_POPCOUNT) return bits_count(x, width);
    if (op == WORD_CLZ) return width - bits_len(x, width);
    while (n < width && !bits_get(x, n)) n++;
    return n;
}

/* Bit by bit from the top: the greatest number whose square is not above x. */
static uint64_t root(uint64_t x)
{
    uint64_t result = 0;

    for (uint64_t bit = UINT64_C(1) << 31; bit != 0; bit >>= 1)
        if ((result | bit) * (result | bit) <= x) result |= bit;
    return result;
}

/* The value of an index, or n when it is not below n. */
static uint64_t index_below(const struct word *index, const uint64_t *bits, uint64_t n)
{
    for (size_t i = 1; i < bits_limbs(index->width); i++)
        if (bits[i] != 0) return n;
    return bits[0] < n ? bits[0] : n;
}

static void compute_vector(uint64_t *out, const struct word *word, operand_bits operands)
{
    const struct word *index = word->operands[0];
    uint64_t n = word->op == WORD_SELECT ? word->n_operands - 1 : word->width;
    uint64_t at = index_below(index, operands[0], n);

    memset(out, 0, bits_limbs(word->width) * sizeof *out);
    if (at == n) return;
    if (word->op == WORD_SELECT) bits_copy(out, operands[at + 1], word->width);
    else if (operands[1][0] != 0) out[at / 64] |= UINT64_C(1) << (at % 64);
}

static void compute_concat(uint64_t *out, const struct word *word, operand_bits operands)
{
    uint32_t at = 0;

    memset(out, 0, bits_limbs(word->width) * sizeof *out);
    for (uint32_t i = 0; i < word->n_operands; i++) {
        bits_insert(out, operands[i], at, word->operands[i]->width);
        at += word->operands[i]->width;
    }
}

static void convert_float(uint64_t *out, uint32_t from, const uint64_t *x)
{
    out[0] = from == 32 ? put_double((double)get_float(x)) : put_float((float)get_double(x));
}

void word_compute(uint64_t *out, const struct word *word, operand_bits operands)
{
    const uint64_t *x = word->n_operands > 0 ? operands[0] : NULL;
    const uint64_t *y = word->n_operands > 1 ? operands[1] : NULL;
    uint32_t n = word->width, x_width = word->n_operands > 0 ? word->operands[0]->width : 0;

    switch ((enum word_op)word->op) {
    case WORD_CONST: bits_copy(out, word->bits, n); return;
    case WORD_NOT: bits_not(out, x, n); return;
    case WORD_NEG: bits_neg(out, x, n); return;
    case WORD_ABS:
        if (bits_get(x, n - 1)) bits_neg(out, x, n);
        else bits_copy(out, x, n);
        return;
    case WORD_SHL:
    case WORD_LSHR:
    case WORD_ASHR:
    case WORD_ROTL: shift(out, word->op, x, (uint32_t)y[0], n); return;
    case WORD_EQ:
    case WORD_ULT:
    case WORD_SLT: out[0] = compare(word, x, y); return;
    case WORD_MUX: bits_copy(out, operands[x[0] != 0 ? 1 : 2], n); return;
    case WORD_EXTRACT: bits_extract(out, x, x_width, (uint32_t)word->immediate, n); return;
    case WORD_CONCAT: compute_concat(out, word, operands); return;
    case WORD_ZEXT: bits_extend(out, x, x_width, n, false); return;
    case WORD_SEXT: bits_extend(out, x, x_width, n, true); return;
    case WORD_POPCOUNT:
    case WORD_CLZ:
    case WORD_CTZ: bits_set_u64(out, count(word->op, x, x_width), n); return;
    case WORD_ROOT: bits_set_u64(out, root(x[0]), n); return;
    case WORD_SELECT:
    case WORD_DECODE: compute_vector(out, word, operands); return;
    case WORD_FROMUINT: from_integer(out, n, x, x_width, false); return;
    case WORD_FROMSINT: from_integer(out, n, x, x_width, true); return;
    case WORD_TOUINT: to_integer(out, n, x, x_width, false); return;
    case WORD_TOSINT: to_integer(out, n, x, x_width, true); return;
    case WORD_FTOF: convert_float(out, x_width, x); return;
    case WORD_FADD:
    case WORD_FSUB:
    case WORD_FMUL:
    case WORD_FDIV:
    case WORD_FSQRT:
    case WORD_FMIN:
    case WORD_FMAX:
    case WORD_FEQ:
    case WORD_FLT:
    case WORD_FLE:
        out[0] = x_width == 32 ? compute_float(word->op, x, y) : compute_double(word->op, x, y);
        return;
    default: compute_binary(out, word, x, y); return;
    }
}

/* ------------------------------------------------------------------------------ interpreter -- */

static void read_input(uint64_t *out, const struct word *word, const uint8_t *input_bits)
{
    memset(out, 0, bits_limbs(word->width) * sizeof *out);
    for (uint32_t i = 0; i < word->width; i++)
        out[i / 64] |= (uint64_t)(input_bits[word->immediate + i] & 1) << (i % 64);
}

uint64_t word_program_input_bits(const struct word_program *program)
{
    uint64_t n = 0;

    for (uint64_t i = 0; i < program->n_inputs; i++) n += program->inputs[i].bits;
    return n;
}

uint64_t word_program_output_bits(const struct word_program *program)
{
    uint64_t n = 0;

    for (uint64_t i = 0; i < program->n_outputs; i++) n += program->outputs[i].bits;
    return n;
}

static uint8_t *write_bits(uint8_t *out, const struct word *word, const uint64_t *bits)
{
    for (uint32_t i = 0; i < word->width; i++) *out++ = bits_get(bits, i);
    return out;
}

uint8_t *word_evaluate(const struct word_program *program, struct arena *arena,
                       const uint8_t *input_bits)
{
    const struct word_graph *graph = program->graph;
    uint64_t **values = arena_new(arena, graph->n_words, sizeof *values);
    const uint64_t **operands = NULL;
    uint64_t capacity = 0;
    uint8_t *outputs = arena_new(arena, word_program_output_bits(program), 1), *at = outputs;

    for (uint64_t i = 0; i < graph->n_words; i++) {
        const struct word *word = graph->words[i];

        while (word->n_operands > capacity)
            operands = arena_grow(arena, operands, capacity, &capacity, sizeof *operands);
        for (uint32_t k = 0; k < word->n_operands; k++) operands[k] = values[word->operands[k]->id];
        values[i] = arena_new(arena, bits_limbs(word->width), sizeof **values);
        if (word->op == WORD_INPUT) read_input(values[i], word, input_bits);
        else word_compute(values[i], word, operands);
    }
    for (uint64_t i = 0; i < program->n_outputs; i++)
        for (uint64_t k = 0; k < program->outputs[i].n_words; k++) {
            const struct word *word = program->outputs[i].words[k];

            at = write_bits(at, word, values[word->id]);
        }
    return outputs;
}
