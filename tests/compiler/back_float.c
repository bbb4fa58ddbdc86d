/*
 * Floating-point generators of the compiler's back half against the host's IEEE arithmetic, bit for
 * bit, on values of every class, and their counts of ANDs. SEC-23
 */
#include "tests/compiler/back.h"

#include "compiler/float.h"

#include <math.h>

#define N_SPECIAL 16

enum operation { ADD, SUBTRACT, MULTIPLY, SQUARE, DIVIDE, ROOT, MIN, MAX, EQUAL, LESS, LESS_EQUAL };

struct graph_case {
    struct arena arena;
    struct graph graph;
    literal in[2][64];
    literal out[64];
    uint64_t *values;
    unsigned in_n[2];
    unsigned out_n;
};

static void open_case(struct graph_case *c, unsigned first_n, unsigned second_n, unsigned out_n)
{
    arena_init(&c->arena, UINT64_C(1) << 30, &compile_failed);
    graph_init(&c->graph, &c->arena);
    c->in_n[0] = first_n;
    c->in_n[1] = second_n;
    c->out_n = out_n;
    for (unsigned i = 0; i < 2; i++)
        for (unsigned bit = 0; bit < c->in_n[i]; bit++) c->in[i][bit] = graph_input(&c->graph);
}

static void close_case(struct graph_case *c)
{
    free(c->values);
    graph_wipe(&c->graph);
    arena_free(&c->arena);
}

/* Evaluates the circuit on 64 pairs. */
static void evaluate(struct graph_case *c, uint64_t *out, uint64_t (*in)[2])
{
    unsigned node = 1;

    if (c->values == NULL) c->values = calloc(c->graph.n_nodes, sizeof *c->values);
    ck_assert_ptr_nonnull(c->values);
    for (unsigned i = 0; i < 2; i++)
        for (unsigned bit = 0; bit < c->in_n[i]; bit++, node++) {
            c->values[node] = 0;
            for (unsigned lane = 0; lane < 64; lane++)
                c->values[node] |= (in[lane][i] >> bit & 1) << lane;
        }
    graph_simulate(&c->graph, c->values);
    for (unsigned lane = 0; lane < 64; lane++) {
        out[lane] = 0;
        for (unsigned bit = 0; bit < c->out_n; bit++)
            out[lane] |= (graph_value(c->values, c->out[bit]) >> lane & 1) << bit;
    }
}

static void check_count(struct graph_case *c, const char *name, uint64_t max_and)
{
    uint64_t n_and = graph_count(&c->graph, c->out, c->out_n).n_and;

    if (getenv("SHOW_ANDS") != NULL)
        printf("# %-20s %2u  %5llu (at most %llu)\n", name, c->in_n[0], (unsigned long long)n_and,
               (unsigned long long)max_and);
    if (max_and > 0)
        ck_assert_msg(n_and <= max_and, "%s: %llu ANDs", name, (unsigned long long)n_and);
}

/* ------------------------------------------------------------------------------------ values -- */

static uint64_t special_value(unsigned which, unsigned n)
{
    static const uint32_t narrow[N_SPECIAL] = {0,          1,          2,          0x007fffff,
                                               0x00800000, 0x00800001, 0x3f800000, 0x3f7fffff,
                                               0x3f800001, 0x7f7fffff, 0x7f800000, 0x7f800001,
                                               0x7fc00000, 0x00400000, 0x34000000, 0x5f000000};
    uint64_t value;
    float f;
    double d;

    if (n == 32) return narrow[which];
    if (which == 1 || which == 2) return which;
    if (which == 3) return UINT64_C(0x000fffffffffffff);
    if (which == 4 || which == 5) return UINT64_C(0x0010000000000000) + which - 4;
    if (which == 9) return UINT64_C(0x7fefffffffffffff);
    memcpy(&f, &narrow[which], sizeof f);
    d = (double)f;
    memcpy(&value, &d, sizeof value);
    return value;
}

/* Mantissas with few ones make ties; exponents near each other and near the ends make the rest. */
static uint64_t random_float(uint64_t *seed, unsigned n)
{
    unsigned m = n == 32 ? 23 : 52, e = n - 1 - m;
    uint64_t kind = test_next(seed) % 16, sign = test_next(seed) % 2 << (n - 1);
    uint64_t mantissa = low_bits(test_next(seed), m), middle = (UINT64_C(1) << (e - 1)) - 1;
    uint64_t exponent = low_bits(test_next(seed), e);

    if (kind < 2) return sign | special_value((unsigned)(test_next(seed) % N_SPECIAL), n);
    if (kind < 5) exponent = middle + test_next(seed) % 64 - 32;
    else if (kind < 7) exponent = test_next(seed) % 4;
    else if (kind == 7) exponent = middle / 2 + test_next(seed) % 32 - 16;
    else if (kind == 8) exponent = middle * 3 / 2 + test_next(seed) % 32 - 16;
    if (test_next(seed) % 2 == 0) mantissa &= ~UINT64_C(0) << test_next(seed) % m;
    if (test_next(seed) % 8 == 0) mantissa |= low_bits(UINT64_MAX, (unsigned)(test_next(seed) % m));
    if (test_next(seed) % 4 == 0) mantissa = low_bits(mantissa, (unsigned)(test_next(seed) % m));
    return sign | exponent << m | mantissa;
}

static float as_float(uint64_t bits)
{
    uint32_t low = (uint32_t)bits;
    float value;

    memcpy(&value, &low, sizeof value);
    return value;
}
static double as_double(uint64_t bits)
{
    double value;

    memcpy(&value, &bits, sizeof value);
    return value;
}
static uint64_t float_bits(float value)
{
    uint32_t bits;

    memcpy(&bits, &value, sizeof bits);
    return isnan(value) ? 0x7fc00000 : bits;
}
static uint64_t double_bits(double value)
{
    uint64_t bits;

    memcpy(&bits, &value, sizeof bits);
    return isnan(value) ? UINT64_C(0x7ff8000000000000) : bits;
}

/* -------------------------------------------------------------------------------- arithmetic -- */

static double lesser(double x, double y, bool least)
{
    if (isnan(x)) return y;
    if (isnan(y)) return x;
    if (x == y) return (signbit(x) != 0) == least ? x : y;
    return (x < y) == least ? x : y;
}

static uint64_t expected32(enum operation op, uint64_t a, uint64_t b)
{
    volatile float x = as_float(a), y = as_float(b);

    switch (op) {
    case ADD: return float_bits(x + y);
    case SUBTRACT: return float_bits(x - y);
    case MULTIPLY: return float_bits(x * y);
    case SQUARE: return float_bits(x * x);
    case DIVIDE: return float_bits(x / y);
    case ROOT: return float_bits(sqrtf(x));
    case MIN:
    case MAX: return float_bits((float)lesser((double)x, (double)y, op == MIN));
    case EQUAL: return x == y;
    case LESS: return x < y;
    default: return x <= y;
    }
}

static uint64_t expected64(enum operation op, uint64_t a, uint64_t b)
{
    volatile double x = as_double(a), y = as_double(b);

    switch (op) {
    case ADD: return double_bits(x + y);
    case SUBTRACT: return double_bits(x - y);
    case MULTIPLY: return double_bits(x * y);
    case SQUARE: return double_bits(x * x);
    case DIVIDE: return double_bits(x / y);
    case ROOT: return double_bits(sqrt(x));
    case MIN:
    case MAX: return double_bits(lesser(x, y, op == MIN));
    case EQUAL: return x == y;
    case LESS: return x < y;
    default: return x <= y;
    }
}

static void build(struct graph_case *c, enum operation op, struct float_format format)
{
    struct graph *g = &c->graph;
    const literal *a = c->in[0], *b = c->in[1];

    if (op == ADD || op == SUBTRACT) float_add(g, c->out, a, b, op == SUBTRACT, format);
    else if (op == MULTIPLY) float_multiply(g, c->out, a, b, format);
    else if (op == SQUARE) float_multiply(g, c->out, a, a, format);
    else if (op == DIVIDE) float_divide(g, c->out, a, b, format);
    else if (op == ROOT) float_sqrt(g, c->out, a, format);
    else if (op == MIN) float_min(g, c->out, a, b, format);
    else if (op == MAX) float_max(g, c->out, a, b, format);
    else if (op == EQUAL) c->out[0] = float_equal(g, a, b, format);
    else if (op == LESS) c->out[0] = float_less(g, a, b, format);
    else c->out[0] = float_less_equal(g, a, b, format);
}

/* All pairs of special values with both signs, then random pairs. */
static void fill(uint64_t (*in)[2], uint64_t *seed, unsigned round, unsigned n)
{
    for (unsigned lane = 0; lane < 64; lane++) {
        unsigned pair = 64 * round + lane;

        if (pair < 4 * N_SPECIAL * N_SPECIAL) {
            in[lane][0] = special_value(pair % N_SPECIAL, n);
            in[lane][1] = special_value(pair / N_SPECIAL % N_SPECIAL, n);
            in[lane][0] |= (uint64_t)(pair >> 8 & 1) << (n - 1);
            in[lane][1] |= (uint64_t)(pair >> 9) << (n - 1);
        } else {
            in[lane][0] = random_float(seed, n);
            in[lane][1] = random_float(seed, n);
        }
    }
}

static double value_of(uint64_t a, unsigned n)
{
    return n == 32 ? (double)as_float(a) : as_double(a);
}

/* value * 2^power */
static uint64_t scaled(double value, unsigned n, int power)
{
    return n == 32 ? float_bits((float)ldexp(value, power)) : double_bits(ldexp(value, power));
}

/* Divisors, every other one subnormal, and dividends for a quotient about to overflow; or for one
 * of a few times half the least float, in the middle of two subnormal ones or beside it. */
static void fill_quotients(uint64_t (*in)[2], uint64_t *seed, unsigned n)
{
    unsigned m = n == 32 ? 23 : 52;
    int most = n == 32 ? 128 : 1024, least = n == 32 ? -150 : -1075;

    for (unsigned lane = 0; lane < 64; lane++) {
        uint64_t b = random_float(seed, n), near = test_next(seed) % 8, *a = &in[lane][0];
        uint64_t odd = low_bits(test_next(seed), (unsigned)(test_next(seed) % (m + 2))) | 1;

        if (lane % 2 == 0) {
            b = low_bits(b, (unsigned)(test_next(seed) % m) + 1);
            *a = scaled(value_of(b, n) * (double)low_bits(odd, 8), n,
                        most - (int)(test_next(seed) % 9));
        } else {
            *a = scaled(value_of(b, n) * (double)odd, n, least);
        }
        if (near < 3) *a += near - 1;
        in[lane][1] = b;
    }
}

/* Factors, many of them subnormal, whose product is an odd multiple of half the least float, or
 * that of numbers beside them; or whose product is about to overflow. */
static void fill_products(uint64_t (*in)[2], uint64_t *seed, unsigned n)
{
    unsigned m = n == 32 ? 23 : 52;
    int most = n == 32 ? 128 : 1024, least = n == 32 ? -150 : -1075;

    for (unsigned lane = 0; lane < 64; lane++) {
        uint64_t x = low_bits(test_next(seed), (unsigned)(test_next(seed) % (m + 2))) | 1;
        uint64_t y = low_bits(test_next(seed), (unsigned)(test_next(seed) % (m + 2))) | 1;
        uint64_t near = test_next(seed) % 8, *a = &in[lane][0], *b = &in[lane][1];
        int power = (int)(test_next(seed) % (uint64_t)(-least - 1));

        if (lane % 4 == 0) {
            *a = random_float(seed, n);
            *b = scaled(1 / value_of(*a, n), n, most);
        } else {
            if (lane % 4 == 1) power %= (int)m;
            *a = scaled((double)x, n, least + 1 + power);
            *b = scaled((double)y, n, -1 - power);
        }
        if (near < 3) *a += near - 1;
    }
}

static void fill_for(enum operation op, uint64_t (*in)[2], uint64_t *seed, unsigned round,
                     unsigned n)
{
    bool has_edges = op == MULTIPLY || op == DIVIDE;

    if (!has_edges) fill(in, seed, round, n);
    else if (round % 2 == 0) fill(in, seed, round / 2, n);
    else if (op == MULTIPLY) fill_products(in, seed, n);
    else fill_quotients(in, seed, n);
}

static unsigned n_rounds(void)
{
    const char *text = getenv("FLOAT_ROUNDS");

    return text != NULL ? (unsigned)strtoul(text, NULL, 10) : 400;
}

static void check_operation(enum operation op, unsigned n, const char *name, uint64_t max_and)
{
    struct graph_case c = {.values = NULL};
    uint64_t in[64][2], out[64], seed = op;

    if (setjmp(compile_failed) != 0) ck_abort_msg("%s: compilation failed", name);
    open_case(&c, n, n, op >= EQUAL ? 1 : n);
    build(&c, op, float_format_of(n));
    for (unsigned round = 0; round < n_rounds(); round++) {
        fill_for(op, in, &seed, round, n);
        evaluate(&c, out, in);
        for (unsigned lane = 0; lane < 64; lane++) {
            uint64_t a = in[lane][0], b = in[lane][1];
            uint64_t expected = n == 32 ? expected32(op, a, b) : expected64(op, a, b);

            ck_assert_msg(out[lane] == expected, "%s%u of %#llx and %#llx is %#llx, not %#llx",
                          name, n, (unsigned long long)a, (unsigned long long)b,
                          (unsigned long long)out[lane], (unsigned long long)expected);
        }
    }
    check_count(&c, name, max_and);
    close_case(&c);
}

START_TEST(arithmetic32)
{
    check_operation(ADD, 32, "add", 1000);
    check_operation(SUBTRACT, 32, "subtract", 1000);
    check_operation(MULTIPLY, 32, "multiply", 1500);
    check_operation(SQUARE, 32, "square", 0);
    check_operation(DIVIDE, 32, "divide", 1200);
    check_operation(ROOT, 32, "root", 2455);
    check_operation(MIN, 32, "min", 0);
    check_operation(MAX, 32, "max", 0);
}
END_TEST

START_TEST(arithmetic64)
{
    check_operation(ADD, 64, "add", 0);
    check_operation(SUBTRACT, 64, "subtract", 0);
    check_operation(MULTIPLY, 64, "multiply", 5400);
    check_operation(SQUARE, 64, "square", 0);
    check_operation(DIVIDE, 64, "divide", 4200);
    check_operation(ROOT, 64, "root", 0);
    check_operation(MIN, 64, "min", 0);
    check_operation(MAX, 64, "max", 0);
}
END_TEST

START_TEST(comparison)
{
    for (unsigned n = 32; n <= 64; n *= 2) {
        check_operation(EQUAL, n, "equal", 0);
        check_operation(LESS, n, "less", 0);
        check_operation(LESS_EQUAL, n, "less or equal", 0);
    }
}
END_TEST

/* ------------------------------------------------------------------------------- conversions -- */

static uint64_t converted(uint64_t a, unsigned from, unsigned to)
{
    if (from == 32) return to == 32 ? a : double_bits((double)as_float(a));
    return to == 64 ? a : float_bits((float)as_double(a));
}

START_TEST(between_formats)
{
    if (setjmp(compile_failed) != 0) ck_abort_msg("compilation failed");
    for (unsigned from = 32; from <= 64; from += 32) {
        struct graph_case c = {.values = NULL};
        uint64_t in[64][2] = {{0}}, out[64], seed = from;
        unsigned to = 96 - from;

        open_case(&c, from, 0, to);
        float_convert(&c.graph, c.out, float_format_of(to), c.in[0], float_format_of(from));
        for (unsigned round = 0; round < n_rounds(); round++) {
            fill(in, &seed, round, from);
            evaluate(&c, out, in);
            for (unsigned lane = 0; lane < 64; lane++)
                ck_assert_msg(out[lane] == converted(in[lane][0], from, to),
                              "%u to %u bits: %#llx is %#llx, not %#llx", from, to,
                              (unsigned long long)in[lane][0], (unsigned long long)out[lane],
                              (unsigned long long)converted(in[lane][0], from, to));
        }
        check_count(&c, "convert", 0);
        close_case(&c);
    }
}
END_TEST

static uint64_t from_integer(uint64_t a, unsigned n, unsigned to, bool is_signed)
{
    if (is_signed)
        return to == 32 ? float_bits((float)as_signed(a, n)) : double_bits((double)as_signed(a, n));
    return to == 32 ? float_bits((float)a) : double_bits((double)a);
}

static uint64_t to_integer(uint64_t a, unsigned n, unsigned from, bool is_signed)
{
    double x = from == 32 ? (double)as_float(a) : as_double(a),
           limit = ldexp(1, (int)n - is_signed);

    if (isnan(x) || (!is_signed && x <= -1)) return 0;
    if (x >= limit) return low_bits(UINT64_MAX, n - is_signed);
    if (is_signed && x <= -limit) return UINT64_C(1) << (n - 1);
    return low_bits(x < 0 ? 0 - (uint64_t)-x : (uint64_t)x, n);
}

static void check_integers(unsigned n, unsigned width, bool is_signed, bool to_float)
{
    struct graph_case c = {.values = NULL};
    uint64_t in[64][2] = {{0}}, out[64], seed = n;
    struct float_format format = float_format_of(width);

    open_case(&c, to_float ? n : width, 0, to_float ? width : n);
    if (to_float) float_from_integer(&c.graph, c.out, format, c.in[0], n, is_signed);
    else float_to_integer(&c.graph, c.out, n, is_signed, c.in[0], format);
    for (unsigned round = 0; round < n_rounds() / 4; round++) {
        if (to_float)
            for (unsigned lane = 0; lane < 64; lane++) in[lane][0] = random_value(&seed, n);
        else fill(in, &seed, round, width);
        evaluate(&c, out, in);
        for (unsigned lane = 0; lane < 64; lane++) {
            uint64_t a = in[lane][0], expected = to_float ? from_integer(a, n, width, is_signed)
                                                          : to_integer(a, n, width, is_signed);

            ck_assert_msg(out[lane] == expected, "%s %u bits, %ssigned: %#llx is %#llx, not %#llx",
                          to_float ? "from" : "to", n, is_signed ? "" : "un", (unsigned long long)a,
                          (unsigned long long)out[lane], (unsigned long long)expected);
        }
    }
    close_case(&c);
}

START_TEST(integers)
{
    static const unsigned widths[] = {2, 7, 8, 24, 25, 26, 32, 53, 64};

    if (setjmp(compile_failed) != 0) ck_abort_msg("compilation failed");
    for (unsigned i = 0; i < sizeof widths / sizeof widths[0]; i++)
        for (unsigned kind = 0; kind < 8; kind++)
            check_integers(widths[i], (kind & 1) != 0 ? 64 : 32, (kind & 2) != 0, (kind & 4) != 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("floats to gates");
    TCase *tests = tcase_create("floats");
    SRunner *runner = srunner_create(suite);
    int n_failed;

    suite_add_tcase(suite, tests);
    tcase_set_timeout(tests, 600);
    tcase_add_test(tests, arithmetic32);
    tcase_add_test(tests, arithmetic64);
    tcase_add_test(tests, comparison);
    tcase_add_test(tests, between_formats);
    tcase_add_test(tests, integers);
    srunner_run_all(runner, CK_ENV);
    n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed == 0 ? 0 : 1;
}
