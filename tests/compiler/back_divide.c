/*
 * Generators of the compiler's back half: division, shifts and counts of bits, each against native
 * arithmetic and its count of ANDs. SEC-23
 */
#include "tests/compiler/back.h"

#include "compiler/arith.h"
#include "compiler/divide.h"
#include "compiler/shift.h"

typedef literal (*bits)[MAX_VALUE_BITS];

/* --------------------------------------------------------------------------------- division -- */

static void build_quotient(struct graph *g, bits out, bits in, unsigned n)
{
    divide_unsigned(g, out[0], NULL, in[0], in[1], n);
}
static void build_remainder(struct graph *g, bits out, bits in, unsigned n)
{
    divide_unsigned(g, NULL, out[1], in[0], in[1], n);
    word_bits_copy(out[0], in[0], n);
}
static void build_both(struct graph *g, bits out, bits in, unsigned n)
{
    divide_unsigned(g, out[0], out[1], in[0], in[1], n);
}
static void quotient(uint64_t *out, const uint64_t *in, unsigned n)
{
    (void)n;
    out[0] = in[1] == 0 ? UINT64_MAX : in[0] / in[1];
    out[1] = in[1] == 0 ? in[0] : in[0] % in[1];
}
static void remainder_only(uint64_t *out, const uint64_t *in, unsigned n)
{
    quotient(out, in, n);
    out[0] = in[0];
}

static void build_signed_quotient(struct graph *g, bits out, bits in, unsigned n)
{
    divide_signed(g, out[0], NULL, in[0], in[1], n);
}
static void build_signed_both(struct graph *g, bits out, bits in, unsigned n)
{
    divide_signed(g, out[0], out[1], in[0], in[1], n);
}
static void build_signed_remainder(struct graph *g, bits out, bits in, unsigned n)
{
    divide_signed(g, NULL, out[1], in[0], in[1], n);
    word_bits_copy(out[0], in[0], n);
}
static void signed_quotient(uint64_t *out, const uint64_t *in, unsigned n)
{
    int64_t a = as_signed(in[0], n), d = as_signed(in[1], n);

    out[0] = d == 0 ? (a < 0 ? 1 : UINT64_MAX) : d == -1 ? 0 - (uint64_t)a : (uint64_t)(a / d);
    out[1] = d == 0 ? (uint64_t)a : d == -1 ? 0 : (uint64_t)(a % d);
}
static void signed_remainder(uint64_t *out, const uint64_t *in, unsigned n)
{
    signed_quotient(out, in, n);
    out[0] = in[0];
}

static void check_divisions(unsigned n, const uint64_t *max_and)
{
    const struct function functions[] = {
        {"quotient", build_quotient, quotient, n, {n, n}, {n}, max_and[0]},
        {"remainder", build_remainder, remainder_only, n, {n, n}, {n, n}, max_and[1]},
        {"both", build_both, quotient, n, {n, n}, {n, n}, max_and[1]},
        {"signed quotient", build_signed_quotient, signed_quotient, n, {n, n}, {n}, max_and[2]},
        {"signed remainder",
         build_signed_remainder,
         signed_remainder,
         n,
         {n, n},
         {n, n},
         max_and[3]},
        {"signed both", build_signed_both, signed_quotient, n, {n, n}, {n, n}, 0},
    };

    for (unsigned i = 0; i < sizeof functions / sizeof functions[0]; i++)
        check_function(&functions[i]);
}

START_TEST(division)
{
    static const uint64_t any[4], max32[4] = {589, 652, 682, 745};
    static const uint64_t max64[4] = {2205, 2332, 2394, 2521};

    for (unsigned n = 1; n <= 8; n++) check_divisions(n, any);
    check_divisions(17, any);
    check_divisions(32, max32);
    check_divisions(64, max64);
}
END_TEST

/* Operands that are narrower than the division, by n / 2 bits. */
static void build_narrow(struct graph *g, bits out, bits in, unsigned n)
{
    literal narrow[MAX_VALUE_BITS] = {0};

    word_bits_copy(narrow, in[1], n / 2);
    divide_unsigned(g, out[0], out[1], in[0], narrow, n);
    divide_unsigned(g, out[2], out[3], narrow, in[0], n);
    divide_signed(g, out[4], out[5], in[0], narrow, n);
}
static void narrow_division(uint64_t *out, const uint64_t *in, unsigned n)
{
    const uint64_t swapped[2] = {in[1], in[0]};

    quotient(out, in, n);
    quotient(out + 2, swapped, n);
    signed_quotient(out + 4, in, n);
}

static const uint64_t divisors[] = {0, 1, 2, 3, 5, 6, 7, 8, 10, 12, 100, 127, 128, 200, 255};

static void build_constants(struct graph *g, bits out, bits in, unsigned n)
{
    for (unsigned i = 0; i < sizeof divisors / sizeof divisors[0]; i++) {
        literal divisor[MAX_VALUE_BITS];

        word_bits_constant(divisor, divisors[i], n);
        divide_unsigned(g, out[2 * i], out[2 * i + 1], in[0], divisor, n);
    }
}
static void constant_divisions(uint64_t *out, const uint64_t *in, unsigned n)
{
    for (unsigned i = 0; i < sizeof divisors / sizeof divisors[0]; i++) {
        const uint64_t operands[2] = {in[0], low_bits(divisors[i], n)};

        quotient(out + 2 * i, operands, n);
    }
}

static void build_signed_constants(struct graph *g, bits out, bits in, unsigned n)
{
    for (unsigned i = 0; i < sizeof divisors / sizeof divisors[0]; i++) {
        literal divisor[MAX_VALUE_BITS];

        word_bits_constant(divisor, i % 2 == 0 ? divisors[i] : 0 - divisors[i], n);
        divide_signed(g, out[2 * i], out[2 * i + 1], in[0], divisor, n);
    }
}
static void signed_constant_divisions(uint64_t *out, const uint64_t *in, unsigned n)
{
    for (unsigned i = 0; i < sizeof divisors / sizeof divisors[0]; i++) {
        const uint64_t operands[2] = {in[0],
                                      low_bits(i % 2 == 0 ? divisors[i] : 0 - divisors[i], n)};

        signed_quotient(out + 2 * i, operands, n);
    }
}

START_TEST(shaped_division)
{
    struct function f = {.name = "by constants", .in = {8}};

    for (unsigned n = 2; n <= 64; n += n < 8 ? 1 : n == 8 ? 24 : 32)
        check_function(&(struct function){"narrow operands",
                                          build_narrow,
                                          narrow_division,
                                          n,
                                          {n, n / 2},
                                          {n, n, n, n, n, n},
                                          0});
    for (unsigned n = 1; n <= 64; n += n < 9 ? 1 : 11) {
        f.width = f.in[0] = n;
        for (unsigned i = 0; i < 2 * sizeof divisors / sizeof divisors[0]; i++) f.out[i] = n;
        f.build = build_constants;
        f.reference = constant_divisions;
        check_function(&f);
        f.build = build_signed_constants;
        f.reference = signed_constant_divisions;
        check_function(&f);
    }
}
END_TEST

/* ---------------------------------------------------------------- division by one constant -- */

static uint64_t divisor_of(unsigned which)
{
    return which == 0 ? 10 : which == 1 ? 1000 : 1000000;
}
static void build_constant(struct graph *g, bits out, bits in, unsigned which)
{
    literal divisor[MAX_VALUE_BITS];

    word_bits_constant(divisor, divisor_of(which), 32);
    if (which < 2) divide_unsigned(g, out[0], NULL, in[0], divisor, 32);
    else divide_unsigned(g, NULL, out[0], in[0], divisor, 32);
}
static void constant_division(uint64_t *out, const uint64_t *in, unsigned which)
{
    out[0] = which < 2 ? in[0] / divisor_of(which) : in[0] % divisor_of(which);
}

START_TEST(constant_counts)
{
    check_function(
        &(struct function){"/ 10", build_constant, constant_division, 0, {32}, {32}, 58});
    check_function(
        &(struct function){"/ 1000", build_constant, constant_division, 1, {32}, {32}, 138});
    check_function(
        &(struct function){"% 1000000", build_constant, constant_division, 2, {32}, {32}, 182});
}
END_TEST

/* ----------------------------------------------------------------------------------- shifts -- */

static unsigned amount_bits(unsigned n)
{
    unsigned k = 0;

    while (1U << k < n) k++;
    return k;
}
static void build_shifts(struct graph *g, bits out, bits in, unsigned n)
{
    shift_left(g, out[0], in[0], n, in[1], amount_bits(n));
    shift_right(g, out[1], in[0], n, LIT_FALSE, in[1], amount_bits(n));
    shift_right(g, out[2], in[0], n, in[0][n - 1], in[1], amount_bits(n));
    shift_rotate_left(g, out[3], in[0], n, in[1], amount_bits(n));
}
/* Amounts of n and more cannot occur in a program; here they shift everything out. */
static void shifts(uint64_t *out, const uint64_t *in, unsigned n)
{
    uint64_t by = in[1], fill = (uint64_t)as_signed(in[0], n), round = by % n;

    out[0] = by < n ? in[0] << by : 0;
    out[1] = by < n ? in[0] >> by : 0;
    out[2] = by < n ? (uint64_t)((int64_t)fill >> by) : (uint64_t)((int64_t)fill >> 63);
    out[3] = round == 0 ? in[0] : in[0] << round | in[0] >> (n - round);
}

static void build_left(struct graph *g, bits out, bits in, unsigned n)
{
    shift_left(g, out[0], in[0], n, in[1], amount_bits(n));
}
static void build_rotate(struct graph *g, bits out, bits in, unsigned n)
{
    shift_rotate_left(g, out[0], in[0], n, in[1], amount_bits(n));
}
static void rotate(uint64_t *out, const uint64_t *in, unsigned n)
{
    uint64_t all[4];

    shifts(all, in, n);
    out[0] = all[3];
}

/* Seven zeros above leave room for the highest amount. */
static const unsigned n_below[] = {0, 1, 5, 20};
static void build_either_way(struct graph *g, bits out, bits in, unsigned n)
{
    literal a[MAX_VALUE_BITS] = {0};

    word_bits_copy(a, in[0], n);
    for (unsigned i = 0; i < sizeof n_below / sizeof *n_below; i++)
        shift_either_way(g, out[i], n_below[i], a, n + 7, in[1], 3);
}
static void either_way(uint64_t *out, const uint64_t *in, unsigned n)
{
    int64_t by = as_signed(in[1], 4);

    (void)n;
    for (unsigned i = 0; i < sizeof n_below / sizeof *n_below; i++) {
        out[i] = in[0] << n_below[i];
        out[i] = by >= 0 ? out[i] << by : out[i] >> -by;
    }
}

START_TEST(shifting)
{
    for (unsigned n = 1; n <= 33; n += n < 12 ? 1 : 21)
        check_function(&(struct function){"shift either way",
                                          build_either_way,
                                          either_way,
                                          n,
                                          {n, 4},
                                          {n + 7, n + 8, n + 12, n + 27},
                                          0});
    for (unsigned n = 2; n <= 64; n += n < 12 ? 1 : n == 12 ? 20 : 32)
        check_function(&(struct function){
            "shifts", build_shifts, shifts, n, {n, amount_bits(n)}, {n, n, n, n}, 0});
    check_function(&(struct function){"shift left", build_left, shifts, 32, {32, 5}, {32}, 160});
    check_function(&(struct function){"rotate", build_rotate, rotate, 32, {32, 5}, {32}, 144});
}
END_TEST

/* ----------------------------------------------------------------------------------- counts -- */

static void build_counts(struct graph *g, bits out, bits in, unsigned n)
{
    shift_popcount(g, out[0], 8, in[0], n);
    shift_leading_zeros(g, out[1], 8, in[0], n);
    shift_trailing_zeros(g, out[2], 8, in[0], n);
}
static void counts(uint64_t *out, const uint64_t *in, unsigned n)
{
    out[0] = (uint64_t)__builtin_popcountll(in[0]);
    out[1] = in[0] == 0 ? n : (uint64_t)__builtin_clzll(in[0]) - (64 - n);
    out[2] = in[0] == 0 ? n : (uint64_t)__builtin_ctzll(in[0]);
}

static void build_popcount(struct graph *g, bits out, bits in, unsigned n)
{
    shift_popcount(g, out[0], 8, in[0], n);
}

static void build_normalise(struct graph *g, bits out, bits in, unsigned n)
{
    shift_normalise(g, out[0], out[1], amount_bits(n), in[0], n);
}
static void normalise(uint64_t *out, const uint64_t *in, unsigned n)
{
    uint64_t by =
        in[0] == 0 ? (1U << amount_bits(n)) - 1 : (uint64_t)__builtin_clzll(in[0]) - (64 - n);

    out[0] = in[0] << by;
    out[1] = by;
}

START_TEST(counting)
{
    for (unsigned n = 1; n <= 64; n += n < 14 ? 1 : n == 14 ? 18 : 32)
        check_function(&(struct function){"counts", build_counts, counts, n, {n}, {8, 8, 8}, 0});
    check_function(&(struct function){"popcount", build_popcount, counts, 32, {32}, {8}, 31});
    for (unsigned n = 2; n <= 53; n += n < 12 ? 1 : n == 12 ? 12 : 29)
        check_function(&(struct function){
            "normalise", build_normalise, normalise, n, {n}, {n, amount_bits(n)}, 0});
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("division and shifts to gates");
    TCase *tests = tcase_create("division");
    SRunner *runner = srunner_create(suite);
    int n_failed;

    suite_add_tcase(suite, tests);
    tcase_set_timeout(tests, 300);
    tcase_add_test(tests, division);
    tcase_add_test(tests, shaped_division);
    tcase_add_test(tests, constant_counts);
    tcase_add_test(tests, shifting);
    tcase_add_test(tests, counting);
    srunner_run_all(runner, CK_ENV);
    n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed == 0 ? 0 : 1;
}
