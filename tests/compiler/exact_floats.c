/*
 * Floating point from the text of a program to its circuit, at every level of -O, against the
 * host's IEEE 754 arithmetic bit for bit: operations, comparisons, and conversions between the
 * formats and integers of all widths. FLOAT_VECTORS inputs each, of every class: zeros, subnormals,
 * ends of the range, infinities, NaNs, ties, cancellation, results at overflow and underflow.
 */
#include "tests/compiler/levels.h"
#include "tests/compiler/simulate.h"
#include "tests/support/suite.h"
#include "tests/support/support.h"

#include <math.h>
#include <stdio.h>

#define DEFAULT_VECTORS 20000

__extension__ typedef unsigned __int128 wide;
__extension__ typedef __int128 s128;
typedef wide u128;
typedef float f32;
typedef double f64;
typedef int8_t s8;
typedef uint8_t u8;
typedef int16_t s16;
typedef uint16_t u16;
typedef int32_t s32;
typedef uint32_t u32;
typedef int64_t s64;
typedef uint64_t u64;
typedef bool b1;

static const char prelude[] =
    "typedef float f32; typedef double f64; typedef _Bool b1;\n"
    "typedef signed char s8; typedef unsigned char u8; typedef short s16;\n"
    "typedef unsigned short u16; typedef int s32; typedef unsigned u32; typedef long s64;\n"
    "typedef unsigned long u64; typedef __int128 s128; typedef unsigned __int128 u128;\n"
    "float sqrtf(float); double sqrt(double); float fabsf(float); double fabs(double);\n"
    "float fminf(float, float); double fmin(double, double);\n"
    "float fmaxf(float, float); double fmax(double, double);\n";

/* -------------------------------------------------------------------------- bits and values -- */

static f32 to_f32(wide bits)
{
    uint32_t low = (uint32_t)bits;
    f32 value;

    memcpy(&value, &low, sizeof value);
    return value;
}
static f64 to_f64(wide bits)
{
    uint64_t low = (uint64_t)bits;
    f64 value;

    memcpy(&value, &low, sizeof value);
    return value;
}
static wide of_f32(f32 value)
{
    uint32_t bits;

    memcpy(&bits, &value, sizeof bits);
    return bits;
}
static wide of_f64(f64 value)
{
    uint64_t bits;

    memcpy(&bits, &value, sizeof bits);
    return bits;
}

#define INTEGER(type)                                                                              \
    static type to_##type(wide bits)                                                               \
    {                                                                                              \
        return (type)bits;                                                                         \
    }
INTEGER(s8)
INTEGER(u8)
INTEGER(s16)
INTEGER(u16)
INTEGER(s32)
INTEGER(u32)
INTEGER(s64)
INTEGER(u64)
INTEGER(s128)
INTEGER(u128)
static wide of_b1(b1 value)
{
    return value;
}

/* What lies beyond the type saturates, NaN gives 0; 2^(bits - is_signed) is a double exactly. */
static wide saturate(double x, unsigned bits, bool is_signed)
{
    double end = ldexp(1, (int)(bits - is_signed));
    wide top = is_signed ? ((wide)1 << (bits - 1)) - 1 : ~(wide)0 >> (128 - bits);

    if (isnan(x)) return 0;
    if (x >= end) return top;
    if (x <= (is_signed ? -end : 0.0)) return is_signed ? -((wide)1 << (bits - 1)) : 0;
    return x < 0 ? -(wide)-x : (wide)x;
}

static double extreme(double x, double y, bool least)
{
    if (isnan(x)) return y;
    if (isnan(y)) return x;
    if (x == y) return (signbit(x) != 0) == least ? x : y;
    return (x < y) == least ? x : y;
}

/* -------------------------------------------------------------------------------- operations -- */

/* name, type of a and b, type of the result, the text, the host's */
#define EACH_BINARY(X, R, suffix)                                                                  \
    X(add, R, R, a + b, a + b)                                                                     \
    X(sub, R, R, a - b, a - b)                                                                     \
    X(mul, R, R, a *b, a *b)                                                                       \
    X(div, R, R, a / b, a / b)                                                                     \
    X(min, R, R, fmin##suffix(a, b), (R)extreme((double)a, (double)b, true))                       \
    X(max, R, R, fmax##suffix(a, b), (R)extreme((double)a, (double)b, false))                      \
    X(eq, R, b1, a == b, a == b)                                                                   \
    X(ne, R, b1, a != b, a != b)                                                                   \
    X(lt, R, b1, a < b, a < b)                                                                     \
    X(le, R, b1, a <= b, a <= b)                                                                   \
    X(gt, R, b1, a > b, a > b)                                                                     \
    X(ge, R, b1, a >= b, a >= b)
#define BINARIES(X) EACH_BINARY(X, f32, f) EACH_BINARY(X, f64, )

/* name, type of a, type of the result, the text, the bits that the host has */
#define EACH_INTEGER(X, R)                                                                         \
    X(int_s8, R, s8, (s8)a, saturate(a, 8, true))                                                  \
    X(int_u8, R, u8, (u8)a, saturate(a, 8, false))                                                 \
    X(int_s16, R, s16, (s16)a, saturate(a, 16, true))                                              \
    X(int_u16, R, u16, (u16)a, saturate(a, 16, false))                                             \
    X(int_s32, R, s32, (s32)a, saturate(a, 32, true))                                              \
    X(int_u32, R, u32, (u32)a, saturate(a, 32, false))                                             \
    X(int_s64, R, s64, (s64)a, saturate(a, 64, true))                                              \
    X(int_u64, R, u64, (u64)a, saturate(a, 64, false))                                             \
    X(int_s128, R, s128, (s128)a, saturate(a, 128, true))                                          \
    X(int_u128, R, u128, (u128)a, saturate(a, 128, false))                                         \
    X(int_bool, R, b1, (b1)a, a != 0)                                                              \
    X(real_s8, s8, R, (R)a, of_##R((R)a))                                                          \
    X(real_u8, u8, R, (R)a, of_##R((R)a))                                                          \
    X(real_s16, s16, R, (R)a, of_##R((R)a))                                                        \
    X(real_u16, u16, R, (R)a, of_##R((R)a))                                                        \
    X(real_s32, s32, R, (R)a, of_##R((R)a))                                                        \
    X(real_u32, u32, R, (R)a, of_##R((R)a))                                                        \
    X(real_s64, s64, R, (R)a, of_##R((R)a))                                                        \
    X(real_u64, u64, R, (R)a, of_##R((R)a))                                                        \
    X(real_s128, s128, R, (R)a, of_##R((R)a))                                                      \
    X(real_u128, u128, R, (R)a, of_##R((R)a))
#define EACH_UNARY(X, R, suffix)                                                                   \
    X(sqrt, R, R, sqrt##suffix(a), of_##R(sqrt##suffix(a)))                                        \
    X(fabs, R, R, fabs##suffix(a), of_##R(fabs##suffix(a)))                                        \
    X(neg, R, R, -a, of_##R(-a))                                                                   \
    X(square, R, R, a *a, of_##R(a *a))                                                            \
    X(tenth, R, R, a *(R)0.1, of_##R(a *(R)0.1))                                                   \
    X(tiny32, R, R, a *(R)1e-40, of_##R(a *(R)1e-40))                                              \
    X(tiny64, R, R, a *(R)1e-310, of_##R(a *(R)1e-310))                                            \
    X(not, R, b1, !a, !a)
#define UNARIES(X)                                                                                 \
    EACH_UNARY(X, f32, f)                                                                          \
    EACH_UNARY(X, f64, )                                                                           \
    EACH_INTEGER(X, f32)                                                                           \
    EACH_INTEGER(X, f64)                                                                           \
    X(widen, f32, f64, (f64)a, of_f64((f64)a))                                                     \
    X(narrow, f64, f32, (f32)a, of_f32((f32)a))

#define BINARY_FUNCTION(name, T, R, text, host)                                                    \
    static wide host_##name##_##T(wide a_bits, wide b_bits)                                        \
    {                                                                                              \
        volatile T a = to_##T(a_bits), b = to_##T(b_bits);                                         \
                                                                                                   \
        return of_##R(host);                                                                       \
    }
#define UNARY_FUNCTION(name, T, R, text, host)                                                     \
    static wide host_##name##_##T##_##R(wide a_bits, wide b_bits)                                  \
    {                                                                                              \
        volatile T a = to_##T(a_bits);                                                             \
                                                                                                   \
        (void)b_bits;                                                                              \
        return (wide)(host);                                                                       \
    }
BINARIES(BINARY_FUNCTION)
UNARIES(UNARY_FUNCTION)

struct operation {
    const char *text;
    char in, out;
    unsigned in_bits, out_bits, n_inputs;
    wide (*host)(wide a, wide b);
};

#define BITS(T) ((unsigned)sizeof(T) * 8)
#define KIND(T) (#T[0])
#define BINARY_ENTRY(name, T, R, text, host)                                                       \
    {#R " f(__garbler " #T " a, __evaluator " #T " b) { return " #text "; }\n",                    \
     KIND(T),                                                                                      \
     KIND(R),                                                                                      \
     BITS(T),                                                                                      \
     KIND(R) == 'b' ? 1 : BITS(R),                                                                 \
     2,                                                                                            \
     host_##name##_##T},
#define UNARY_ENTRY(name, T, R, text, host)                                                        \
    {#R " f(__garbler " #T " a) { return " #text "; }\n",                                          \
     KIND(T),                                                                                      \
     KIND(R),                                                                                      \
     BITS(T),                                                                                      \
     KIND(R) == 'b' ? 1 : BITS(R),                                                                 \
     1,                                                                                            \
     host_##name##_##T##_##R},

static const struct operation binaries[] = {BINARIES(BINARY_ENTRY)};
static const struct operation unaries[] = {UNARIES(UNARY_ENTRY)};

/* ------------------------------------------------------------------------------------ inputs -- */

struct format {
    unsigned m, e;
};

static struct format format_of(unsigned bits)
{
    return bits == 32 ? (struct format){23, 8} : (struct format){52, 11};
}

static uint64_t make_float(struct format f, uint64_t sign, int64_t exponent, uint64_t mantissa)
{
    int64_t top = (1 << f.e) - 1;

    if (exponent < 0) exponent = 0;
    if (exponent > top) exponent = top;
    mantissa &= (UINT64_C(1) << f.m) - 1;
    return (sign & 1) << (f.m + f.e) | (uint64_t)exponent << f.m | mantissa;
}

/* Few ones, few zeros, a run of either, or anything: halves and near-halves after rounding. */
static uint64_t random_mantissa(uint64_t *seed, unsigned m)
{
    uint64_t all = test_next(seed), at = test_next(seed) % m;

    switch (test_next(seed) % 8) {
    case 0: return 0;
    case 1: return ~UINT64_C(0);
    case 2: return UINT64_C(1) << at;
    case 3: return all << at;
    case 4: return all << at | ((UINT64_C(1) << at) - 1);
    case 5: return all & ((UINT64_C(2) << at) - 1);
    default: return all;
    }
}

static uint64_t random_float(uint64_t *seed, struct format f)
{
    int64_t top = (1 << f.e) - 1, half = top / 2, near = (int64_t)(test_next(seed) % 70) - 35;
    uint64_t mantissa = random_mantissa(seed, f.m), sign = test_next(seed);

    switch (test_next(seed) % 12) {
    case 0: return make_float(f, sign, 0, 0);
    case 1: return make_float(f, sign, 0, mantissa);
    case 2: return make_float(f, sign, 1, mantissa);
    case 3: return make_float(f, sign, top - 1, mantissa);
    case 4: return make_float(f, sign, top, near % 2 == 0 ? 0 : mantissa);
    case 5: return make_float(f, sign, half + 4 * near, mantissa); /* the sizes of integers */
    case 6: return make_float(f, sign, half + (int64_t)f.m + near % 5, mantissa);
    case 7:
    case 8: return make_float(f, sign, half + near, mantissa);
    default: return make_float(f, sign, (int64_t)(test_next(seed) % (uint64_t)top), mantissa);
    }
}

/* A partner whose sum, difference, product or quotient with a is at some edge. */
static uint64_t partner(uint64_t *seed, struct format f, uint64_t a)
{
    int64_t top = (1 << f.e) - 1, half = top / 2, e = (int64_t)(a >> f.m) & top;
    int64_t near = (int64_t)(test_next(seed) % 7) - 3;
    int64_t far = (int64_t)(test_next(seed) % (f.m + 6));
    uint64_t mantissa = random_mantissa(seed, f.m), sign = test_next(seed);

    switch (test_next(seed) % 9) {
    case 0: return (a ^ sign << (f.m + f.e)) + (uint64_t)near; /* equal, or cancelling */
    case 1: return make_float(f, sign, e - far, mantissa);     /* alignment of sums */
    case 2: return make_float(f, sign, e + far, mantissa);     /* the other way round */
    case 3: return make_float(f, sign, half + top - 1 - e + near, mantissa); /* * overflows */
    case 4: return make_float(f, sign, half + 1 - e - far, mantissa);        /* * underflows */
    case 5: return make_float(f, sign, e + half - top + 1 + near, mantissa); /* / overflows */
    case 6: return make_float(f, sign, e + half - 1 + far, mantissa);        /* / underflows */
    default: return random_float(seed, f);
    }
}

/* Integers that fall on or beside the middle of two floats, and the usual ends. */
static wide random_integer(uint64_t *seed, unsigned bits)
{
    wide all = (wide)test_next(seed) << 64 | test_next(seed), one = 1;
    unsigned at = (unsigned)(test_next(seed) % bits);
    wide value = (all & ((one << 25) - 1)) << at;

    switch (test_next(seed) % 8) {
    case 0: value = one << at; break;
    case 1: value = all & ((one << at) - 1); break;
    case 2: value = (all & ((one << 54) - 1)) << at; break;
    case 3: value = all; break;
    case 4: value = 0; break;
    default: break;
    }
    value += test_next(seed) % 3 - 1;
    return test_next(seed) % 2 == 0 ? value : -value;
}

static void random_inputs(const struct operation *op, uint64_t *seed, wide in[2])
{
    struct format f = format_of(op->in_bits);

    if (op->in != 'f') {
        in[0] = random_integer(seed, op->in_bits);
        return;
    }
    in[0] = random_float(seed, f);
    in[1] = partner(seed, f, (uint64_t)in[0]);
}

/* ------------------------------------------------------------------------------------- check -- */

/* Rows of bits become columns. Hacker's Delight, 7-3. */
static void transpose(uint64_t m[64])
{
    uint64_t mask = UINT64_C(0x00000000ffffffff);

    for (unsigned j = 32; j != 0; j >>= 1, mask ^= mask << j)
        for (unsigned k = 0; k < 64; k = (k + j + 1) & ~j) {
            uint64_t t = (m[k] >> j ^ m[k + j]) & mask;

            m[k] ^= t << j;
            m[k + j] ^= t;
        }
}

/* Bits first ... first + n - 1 of 64 values, on 64 lanes. */
static void spread(struct lanes *lanes, unsigned word, wide (*in)[2], unsigned which, unsigned n)
{
    for (unsigned first = 0; first < n; first += 64) {
        uint64_t rows[64];

        for (unsigned i = 0; i < 64; i++) rows[i] = (uint64_t)(in[i][which] >> first);
        transpose(rows);
        for (unsigned i = 0; i < 64 && first + i < n; i++) lanes[first + i].word[word] = rows[i];
    }
}

static void gather(wide *out, const struct simulation *s, unsigned word, unsigned n)
{
    memset(out, 0, 64 * sizeof *out);
    for (unsigned first = 0; first < n; first += 64) {
        uint64_t rows[64] = {0};

        for (unsigned i = 0; i < 64 && first + i < n; i++)
            rows[i] = simulation_output(s, first + i)->word[word];
        transpose(rows);
        for (unsigned i = 0; i < 64; i++) out[i] |= (wide)rows[i] << first;
    }
}

static bool is_nan_of(wide bits, unsigned n)
{
    return n == 32 ? isnan(to_f32(bits)) : isnan(to_f64(bits));
}

/* A NaN is some quiet NaN, and the sign alone of an operand that was none. */
static bool same(const struct operation *op, wide got, wide want)
{
    if (op->out_bits < 128) want &= ((wide)1 << op->out_bits) - 1;
    if (op->out != 'f' || !is_nan_of(want, op->out_bits)) return got == want;
    return is_nan_of(got, op->out_bits) && (got >> (format_of(op->out_bits).m - 1) & 1 ||
                                            !(want >> (format_of(op->out_bits).m - 1) & 1));
}

static void check_word(const struct operation *op, const struct simulation *s, unsigned word,
                       wide (*in)[2], int level)
{
    wide got[64];

    gather(got, s, word, op->out_bits);
    for (unsigned i = 0; i < 64; i++) {
        wide want = op->host(in[i][0], in[i][1]);

        ck_assert_msg(same(op, got[i], want),
                      "-O%d, a = %#llx:%#llx, b = %#llx: %#llx:%#llx, not %#llx:%#llx\n%s", level,
                      (unsigned long long)(in[i][0] >> 64), (unsigned long long)in[i][0],
                      (unsigned long long)in[i][1], (unsigned long long)(got[i] >> 64),
                      (unsigned long long)got[i], (unsigned long long)(want >> 64),
                      (unsigned long long)want, op->text);
    }
}

static void check_circuit(const struct operation *op, const sotto_circuit *circuit, int level,
                          uint64_t n_vectors)
{
    wide in[N_LANES][2] = {{0}};
    struct simulation s;
    uint64_t seed = 1;

    ck_assert_uint_eq(circuit->n_input_wires, op->n_inputs * op->in_bits);
    ck_assert_uint_eq(circuit->n_output_wires, op->out_bits);
    simulation_init(&s, circuit);
    for (uint64_t done = 0; done < n_vectors; done += N_LANES) {
        for (unsigned i = 0; i < N_LANES; i++) random_inputs(op, &seed, in[i]);
        for (unsigned word = 0; word < LANE_WORDS; word++)
            for (unsigned k = 0; k < op->n_inputs; k++)
                spread(s.inputs + k * op->in_bits, word, in + 64 * word, k, op->in_bits);
        simulation_run(&s);
        for (unsigned word = 0; word < LANE_WORDS; word++)
            check_word(op, &s, word, in + 64 * word, level);
    }
    simulation_wipe(&s);
}

static uint64_t n_vectors(void)
{
    const char *text = getenv("FLOAT_VECTORS");

    return text != NULL ? strtoull(text, NULL, 10) : DEFAULT_VECTORS;
}

/* Levels that give the same circuit are one. */
static void check_operation(const struct operation *op)
{
    static const struct compile_options options = {.no_warnings = true};
    sotto_context *context = test_context();
    char text[sizeof prelude + 256];
    uint8_t last[32] = {0};
    int len = snprintf(text, sizeof text, "%s%s", prelude, op->text);

    for (int level = 0; level < N_LEVELS; level++) {
        struct built built;
        sotto_circuit *again;
        sotto_err err = build_circuit(context, &built, text, (uint64_t)len, &options, level);

        ck_assert_msg(err == SOTTO_OK, "error %d: %s\n%s", (int)err,
                      err == SOTTO_ERR_INPUT ? built.compilation.diag.messages[0] : "", text);
        ck_assert_int_eq(through_file(context, &again, built.circuit, SOTTO_FORMAT_FASHION),
                         SOTTO_OK);
        if (level == 0 || memcmp(last, again->digest, sizeof last) != 0)
            check_circuit(op, again, level, n_vectors());
        memcpy(last, again->digest, sizeof last);
        sotto_circuit_free(again);
        built_free(&built);
    }
    sotto_context_free(context);
}

START_TEST(two_operands)
{
    check_operation(&binaries[_i]);
}
END_TEST

START_TEST(one_operand)
{
    check_operation(&unaries[_i]);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("floats, bit for bit");
    TCase *tests = tcase_create("floats");

    suite_add_tcase(suite, tests);
    tcase_set_timeout(tests, 3600);
    tcase_add_loop_test(tests, two_operands, 0, (int)(sizeof binaries / sizeof binaries[0]));
    tcase_add_loop_test(tests, one_operand, 0, (int)(sizeof unaries / sizeof unaries[0]));
    return run_suite(suite);
}
