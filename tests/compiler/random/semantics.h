/*
 * What random programs are written with: for gc-cc the plain operators, for the host's compiler
 * functions that give an undefined case of C the meaning that circuits give it.
 */
#include <math.h>
#include <sotto-circuit.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef int8_t s8_t;
typedef uint8_t u8_t;
typedef int16_t s16_t;
typedef uint16_t u16_t;
typedef int32_t s32_t;
typedef uint32_t u32_t;
typedef int64_t s64_t;
typedef uint64_t u64_t;
typedef __int128 s128_t;
typedef unsigned __int128 u128_t;
typedef bool b1_t;
typedef float f32_t;
typedef double f64_t;

static int sgn(int x)
{
    return (x > 0) - (x < 0);
}

#ifdef __GC_CC__

#define HOST(...)
#define ZERO
#define STATE(number)
#define PLACES(tag)
#define BITINT(tag, bits)
#define DIV(tag, a, b) ((a) / (b))
#define REM(tag, a, b) ((a) % (b))
#define SHL(tag, a, b) ((a) << (b))
#define SHR(tag, a, b) ((a) >> (b))
#define F2I(tag, x) ((tag##_t)(x))
#define AT(tag, a, n, i) ((a)[i])
#define AT2(tag, a, n, m, i, k) ((a)[i][k])
#define AT3(tag, a, n, m, l, i, k, j) ((a)[i][k][j])
#define ATP(tag, base, n, p, i) ((p)[i])
#define UNTIL(runs, bound, condition) (condition)
#define CLZ(x) __builtin_clz(x)
#define CTZ(x) __builtin_ctz(x)
#define CLZLL(x) __builtin_clzll(x)
#define CTZLL(x) __builtin_ctzll(x)
#define FMIN(a, b) fmin(a, b)
#define FMAX(a, b) fmax(a, b)
#define FMINF(a, b) fminf(a, b)
#define FMAXF(a, b) fmaxf(a, b)

#else

#define HOST(...) __VA_ARGS__
#define ZERO = {0}
/* Statics in a section of their own, which is put back before each call. */
#define STATE(number) __attribute__((section("state_" #number)))

#define DIV(tag, a, b) div_##tag(a, b)
#define REM(tag, a, b) rem_##tag(a, b)
#define SHL(tag, a, b) shl_##tag(a, b)
#define SHR(tag, a, b) shr_##tag(a, b)
#define F2I(tag, x) f2i_##tag((double)(x))
#define AT(tag, a, n, i) (*at_##tag((void *)(a), n, i))
#define AT2(tag, a, n, m, i, k) AT(tag, a, (n) * (m), place(n, i, m, k))
#define AT3(tag, a, n, m, l, i, k, j)                                                              \
    AT(tag, a, (n) * (m) * (l), place(n, i, (m) * (l), place(m, k, l, j)))
#define ATP(tag, base, n, p, i) AT(tag, base, n, ((tag##_t *)(p) - (tag##_t *)(base)) + STEPS(i))
/* An index goes around at 64 bits, as it does on the machine; a wider one does not. */
#define STEPS(i)                                                                                   \
    (sizeof((i) + 0) <= 8                ? (s128_t)(s64_t)(i)                                      \
     : (i) < 0 || (u128_t)(i) >> 64 == 0 ? (s128_t)(i)                                             \
                                         : (s128_t)1 << 100)
#define UNTIL(runs, bound, condition)                                                              \
    ((condition) && ((runs)++ < (bound) || (exceeded = true, false)))

static bool exceeded;

/* Division by zero gives all ones (1 for a negative dividend) and the dividend. */
#define DIVISION(tag)                                                                              \
    static tag##_t div_##tag(tag##_t a, tag##_t b)                                                 \
    {                                                                                              \
        if (b == 0) return a < 0 ? (tag##_t)1 : (tag##_t) - 1;                                     \
        return (tag##_t) - 1 < 0 && b == (tag##_t) - 1 ? (tag##_t)(0 - a) : (tag##_t)(a / b);      \
    }                                                                                              \
    static tag##_t rem_##tag(tag##_t a, tag##_t b)                                                 \
    {                                                                                              \
        if (b == 0) return a;                                                                      \
        return (tag##_t) - 1 < 0 && b == (tag##_t) - 1 ? (tag##_t)0 : (tag##_t)(a % b);            \
    }
#define SHIFTS(tag, bits)                                                                          \
    static tag##_t shl_##tag(tag##_t a, u128_t b)                                                  \
    {                                                                                              \
        return (tag##_t)(a << (int)(b % bits));                                                    \
    }                                                                                              \
    static tag##_t shr_##tag(tag##_t a, u128_t b)                                                  \
    {                                                                                              \
        return (tag##_t)(a >> (int)(b % bits));                                                    \
    }
/* A place out of range holds 0 and forgets what is written to it. */
#define PLACES(tag)                                                                                \
    static tag##_t nowhere_##tag[64];                                                              \
    static unsigned n_nowhere_##tag;                                                               \
    static tag##_t *at_##tag(void *a, s128_t n, s128_t i)                                          \
    {                                                                                              \
        tag##_t *other = &nowhere_##tag[n_nowhere_##tag++ % 64];                                   \
                                                                                                   \
        memset(other, 0, sizeof *other);                                                           \
        return i >= 0 && i < n ? (tag##_t *)a + i : other;                                         \
    }
#define SATURATION(tag, low, high)                                                                 \
    static tag##_t f2i_##tag(double x)                                                             \
    {                                                                                              \
        if (x != x) return 0;                                                                      \
        if (x < (double)(low)) return low;                                                         \
        if (x >= 2.0 * (double)((u128_t)(high) / 2 + 1)) return high;                              \
        return (tag##_t)x;                                                                         \
    }
#define BITINT(tag, bits) DIVISION(tag) SHIFTS(tag, bits) PLACES(tag)

static s128_t place(s128_t n, s128_t i, s128_t m, s128_t k)
{
    return i < 0 || i >= n || k < 0 || k >= m ? -1 : i * m + k;
}

#define EACH_TYPE(X) X(s8) X(u8) X(s16) X(u16) X(s32) X(u32) X(s64) X(u64) X(s128) X(u128)
#define S128_MAX ((s128_t)((u128_t)-1 >> 1))
EACH_TYPE(DIVISION)
EACH_TYPE(PLACES)
PLACES(b1)
PLACES(f32)
PLACES(f64)
SHIFTS(s32, 32)
SHIFTS(u32, 32)
SHIFTS(s64, 64)
SHIFTS(u64, 64)
SHIFTS(s128, 128)
SHIFTS(u128, 128)
SATURATION(s8, INT8_MIN, INT8_MAX)
SATURATION(u8, 0, UINT8_MAX)
SATURATION(s16, INT16_MIN, INT16_MAX)
SATURATION(u16, 0, UINT16_MAX)
SATURATION(s32, INT32_MIN, INT32_MAX)
SATURATION(u32, 0, UINT32_MAX)
SATURATION(s64, INT64_MIN, INT64_MAX)
SATURATION(u64, 0, UINT64_MAX)
SATURATION(s128, -S128_MAX - 1, S128_MAX)
SATURATION(u128, 0, (u128_t)-1)

#define CLZ(x) count_zeros(x, 32, true)
#define CTZ(x) count_zeros(x, 32, false)
#define CLZLL(x) count_zeros(x, 64, true)
#define CTZLL(x) count_zeros(x, 64, false)
static int count_zeros(u64_t x, int bits, bool leading)
{
    int n = 0;

    while (n < bits && !(x >> (leading ? bits - 1 - n : n) & 1)) n++;
    return n;
}

/* -0 is below +0, a number goes before a NaN. */
#define EXTREME(name, type, low)                                                                   \
    static type name(type a, type b)                                                               \
    {                                                                                              \
        if (a != a) return b;                                                                      \
        if (b != b) return a;                                                                      \
        if (a == b) return !__builtin_signbit(a) == !(low) ? a : b;                                \
        return (a < b) == (low) ? a : b;                                                           \
    }
EXTREME(FMIN, double, true)
EXTREME(FMAX, double, false)
EXTREME(FMINF, float, true)
EXTREME(FMAXF, float, false)

/* ---------------------------------------------------------------- between bits and values -- */

static u128_t take(const uint8_t **in, int bits)
{
    u128_t value = 0;

    for (int i = 0; i < bits; i++) value |= (u128_t) * (*in)++ << i;
    return value;
}
static float take_f32(const uint8_t **in)
{
    uint32_t bits = (uint32_t)take(in, 32);
    float value;

    memcpy(&value, &bits, sizeof value);
    return value;
}
static double take_f64(const uint8_t **in)
{
    uint64_t bits = (uint64_t)take(in, 64);
    double value;

    memcpy(&value, &bits, sizeof value);
    return value;
}
static void give(uint8_t **out, u128_t value, int bits)
{
    for (int i = 0; i < bits; i++) *(*out)++ = (uint8_t)(value >> i & 1);
}
static void give_f32(uint8_t **out, float value)
{
    uint32_t bits;

    memcpy(&bits, &value, sizeof bits);
    give(out, value != value ? 0x7fc00000 : bits, 32);
}
static void give_f64(uint8_t **out, double value)
{
    uint64_t bits;

    memcpy(&bits, &value, sizeof bits);
    give(out, value != value ? 0x7ff8000000000000 : bits, 64);
}
static void put_back(char *start, char *stop, char **saved)
{
    exceeded = false;
    if (start == stop) return;
    if (*saved == NULL) {
        *saved = malloc((size_t)(stop - start));
        memcpy(*saved, start, (size_t)(stop - start));
    }
    memcpy(start, *saved, (size_t)(stop - start));
}
/* The statics of one program as they were at the start. */
#define PUT_BACK(number)                                                                           \
    {                                                                                              \
        extern char __start_state_##number[] __attribute__((weak, visibility("hidden")));          \
        extern char __stop_state_##number[] __attribute__((weak, visibility("hidden")));           \
        static char *saved;                                                                        \
                                                                                                   \
        put_back(__start_state_##number, __stop_state_##number, &saved);                           \
    }

#endif
