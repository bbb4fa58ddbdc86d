/*
 * Generators of the compiler's back half: addition, comparison, sums and products, each against
 * native arithmetic and its count of ANDs. SEC-23
 */
#include "tests/compiler/back.h"

#include "compiler/arith.h"
#include "compiler/multiply.h"
#include "compiler/sums.h"

typedef literal (*bits)[MAX_VALUE_BITS];

/* --------------------------------------------------------------------------------- addition -- */

static void build_add(struct graph *g, bits out, bits in, unsigned n)
{
    arith_add(g, out[0], in[0], in[1], LIT_FALSE, n);
}
static void add(uint64_t *out, const uint64_t *in, unsigned n)
{
    (void)n;
    out[0] = in[0] + in[1];
}

static void build_subtract(struct graph *g, bits out, bits in, unsigned n)
{
    out[1][0] = arith_subtract_borrow(g, out[0], in[0], in[1], n);
}
static void subtract(uint64_t *out, const uint64_t *in, unsigned n)
{
    (void)n;
    out[0] = in[0] - in[1];
    out[1] = in[0] < in[1];
}

static void build_difference(struct graph *g, bits out, bits in, unsigned n)
{
    arith_subtract(g, out[0], in[0], in[1], n);
}

static void build_negate(struct graph *g, bits out, bits in, unsigned n)
{
    arith_negate_if(g, out[0], LIT_TRUE, in[0], n);
}
static void negate(uint64_t *out, const uint64_t *in, unsigned n)
{
    (void)n;
    out[0] = 0 - in[0];
}

static void build_abs(struct graph *g, bits out, bits in, unsigned n)
{
    arith_negate_if(g, out[0], in[0][n - 1], in[0], n);
}
static void absolute(uint64_t *out, const uint64_t *in, unsigned n)
{
    out[0] = as_signed(in[0], n) < 0 ? 0 - in[0] : in[0];
}

START_TEST(addition)
{
    static const unsigned widths[] = {1, 2, 5, 8, 32, 64};

    for (unsigned i = 0; i < sizeof widths / sizeof widths[0]; i++) {
        unsigned n = widths[i];

        check_function(&(struct function){"add", build_add, add, n, {n, n}, {n}, n - 1});
        check_function(
            &(struct function){"subtract", build_difference, subtract, n, {n, n}, {n}, n - 1});
        check_function(&(struct function){
            "subtract and compare", build_subtract, subtract, n, {n, n}, {n, 1}, n});
        check_function(
            &(struct function){"negate", build_negate, negate, n, {n}, {n}, n > 2 ? n - 2 : 0});
        check_function(&(struct function){"abs", build_abs, absolute, n, {n}, {n}, n - 1});
    }
}
END_TEST

/* ------------------------------------------------------------------------------- comparison -- */

static void build_compare(struct graph *g, bits out, bits in, unsigned n)
{
    out[0][0] = arith_less(g, in[0], in[1], n);
}
static void build_compare_signed(struct graph *g, bits out, bits in, unsigned n)
{
    out[0][0] = arith_less_signed(g, in[0], in[1], n);
}
static void compare(uint64_t *out, const uint64_t *in, unsigned n)
{
    (void)n;
    out[0] = in[0] < in[1];
}
static void compare_signed(uint64_t *out, const uint64_t *in, unsigned n)
{
    out[0] = as_signed(in[0], n) < as_signed(in[1], n);
}

static void build_equal(struct graph *g, bits out, bits in, unsigned n)
{
    out[0][0] = arith_equal(g, in[0], in[1], n);
}
static void equal(uint64_t *out, const uint64_t *in, unsigned n)
{
    (void)n;
    out[0] = in[0] == in[1];
}

static void build_max(struct graph *g, bits out, bits in, unsigned n)
{
    arith_mux(g, out[0], arith_less(g, in[0], in[1], n), in[1], in[0], n);
}
static void maximum(uint64_t *out, const uint64_t *in, unsigned n)
{
    (void)n;
    out[0] = in[0] < in[1] ? in[1] : in[0];
}

/* A swap in place costs one multiplexer and one comparison. */
static void build_sort2(struct graph *g, bits out, bits in, unsigned n)
{
    literal below = arith_less(g, in[1], in[0], n);

    arith_mux(g, out[0], below, in[1], in[0], n);
    arith_mux(g, out[1], below, in[0], in[1], n);
}
static void sort2(uint64_t *out, const uint64_t *in, unsigned n)
{
    (void)n;
    out[0] = in[0] < in[1] ? in[0] : in[1];
    out[1] = in[0] < in[1] ? in[1] : in[0];
}

static void build_relu(struct graph *g, bits out, bits in, unsigned n)
{
    arith_add(g, out[0], in[0], in[1], LIT_FALSE, n);
    arith_gate(g, out[0], lit_not(out[0][n - 1]), out[0], n);
}
static void relu(uint64_t *out, const uint64_t *in, unsigned n)
{
    int64_t sum = as_signed(in[0] + in[1], n);

    out[0] = sum > 0 ? (uint64_t)sum : 0;
}

START_TEST(comparison)
{
    static const unsigned widths[] = {1, 2, 5, 8, 32, 64};

    for (unsigned i = 0; i < sizeof widths / sizeof widths[0]; i++) {
        unsigned n = widths[i];

        check_function(&(struct function){"less", build_compare, compare, n, {n, n}, {1}, n});
        check_function(&(struct function){
            "less, signed", build_compare_signed, compare_signed, n, {n, n}, {1}, n});
        check_function(&(struct function){"equal", build_equal, equal, n, {n, n}, {1}, n - 1});
        check_function(&(struct function){"max", build_max, maximum, n, {n, n}, {n}, 2 * n});
        check_function(
            &(struct function){"compare and swap", build_sort2, sort2, n, {n, n}, {n, n}, 2 * n});
        check_function(
            &(struct function){"ReLU of a sum", build_relu, relu, n, {n, n}, {n}, 2 * n - 2});
    }
}
END_TEST

/* ------------------------------------------------------------------------------------- sums -- */

#define N_TERMS 32

static void build_sum(struct graph *g, bits out, bits in, unsigned n)
{
    struct columns columns;

    columns_init(&columns, g, n);
    for (unsigned i = 0; i < N_TERMS; i++) columns_add_word(&columns, 0, in[i], n);
    columns_finish(&columns, out[0]);
}
static void sum(uint64_t *out, const uint64_t *in, unsigned n)
{
    (void)n;
    for (unsigned i = 0; i < N_TERMS; i++) out[0] += in[i];
}

/* Terms of many shapes: shifted, narrow, taken away, sign-extended, constant. */
static void build_mixed_sum(struct graph *g, bits out, bits in, unsigned n)
{
    literal extended[MAX_VALUE_BITS], constant[MAX_VALUE_BITS];
    struct columns columns;

    for (unsigned i = 0; i < n; i++) extended[i] = in[2][i < 3 ? i : 2];
    word_bits_constant(constant, UINT64_C(0xdeadbeefcafe4321), n);
    columns_init(&columns, g, n);
    columns_add_word(&columns, 0, in[0], n);
    columns_subtract_word(&columns, 1, in[1], n);
    columns_add_word(&columns, 0, extended, n);
    columns_subtract_word(&columns, 0, extended, n);
    columns_subtract_word(&columns, 2, extended, n);
    columns_add_word(&columns, 0, constant, n);
    columns_subtract_word(&columns, 3, constant, n);
    columns_subtract_word(&columns, 2, in[2], 3);
    columns_add_signed(&columns, 1, in[2], 3);
    columns_add_bit(&columns, n - 1, in[0][0]);
    columns_finish(&columns, out[0]);
}
static void mixed_sum(uint64_t *out, const uint64_t *in, unsigned n)
{
    uint64_t extended = (uint64_t)as_signed(in[2], 3), constant = UINT64_C(0xdeadbeefcafe4321);

    out[0] = in[0] - 2 * in[1] - 4 * extended + constant - 8 * constant - 4 * in[2] + 2 * extended +
             (in[0] << (n - 1));
}

START_TEST(sums)
{
    struct function f = {"sum of 32", build_sum, sum, 32, {0}, {32}, 935};

    for (unsigned i = 0; i < N_TERMS; i++) f.in[i] = 32;
    check_function(&f);
    for (unsigned n = 4; n <= 64; n += n < 8 ? 1 : 14)
        check_function(
            &(struct function){"mixed sum", build_mixed_sum, mixed_sum, n, {n, n, 3}, {n}, 0});
}
END_TEST

/* ---------------------------------------------------------------------------------- products -- */

static void build_multiply(struct graph *g, bits out, bits in, unsigned n)
{
    multiply(g, out[0], in[0], in[1], n);
}
static void product(uint64_t *out, const uint64_t *in, unsigned n)
{
    (void)n;
    out[0] = in[0] * in[1];
}

static void build_square(struct graph *g, bits out, bits in, unsigned n)
{
    multiply(g, out[0], in[0], in[0], n);
}
static void square(uint64_t *out, const uint64_t *in, unsigned n)
{
    (void)n;
    out[0] = in[0] * in[0];
}

static void split_words(bits out, const literal *wide, unsigned n)
{
    memcpy(out[0], wide, n * sizeof *wide);
    memcpy(out[1], wide + n, n * sizeof *wide);
}
static void build_full(struct graph *g, bits out, bits in, unsigned n)
{
    literal wide[2 * MAX_VALUE_BITS];

    multiply_full(g, wide, in[0], in[1], n);
    split_words(out, wide, n);
}
static void full_product(uint64_t *out, const uint64_t *in, unsigned n)
{
    __extension__ unsigned __int128 wide = in[0];

    wide *= in[1];

    out[0] = (uint64_t)wide;
    out[1] = (uint64_t)(wide >> n);
}
static void build_full_square(struct graph *g, bits out, bits in, unsigned n)
{
    literal wide[2 * MAX_VALUE_BITS];

    multiply_square(g, wide, in[0], n);
    split_words(out, wide, n);
}
static void full_square(uint64_t *out, const uint64_t *in, unsigned n)
{
    const uint64_t twice[2] = {in[0], in[0]};

    full_product(out, twice, n);
}

START_TEST(products)
{
    static const unsigned max_low[65] = {[8] = 42, [16] = 150, [32] = 558, [64] = 2142};
    static const unsigned max_full[65] = {[8] = 79, [16] = 287, [32] = 1037, [64] = 3463};
    static const unsigned max_square[65] = {[8] = 14, [16] = 62, [32] = 254, [64] = 1022};
    static const unsigned max_full_square[65] = {[8] = 37, [16] = 141, [32] = 541, [64] = 1909};

    for (unsigned n = 1; n <= 64; n += n < 17 ? 1 : n == 17 ? 7 : 8) {
        check_function(
            &(struct function){"multiply", build_multiply, product, n, {n, n}, {n}, max_low[n]});
        check_function(&(struct function){
            "multiply in full", build_full, full_product, n, {n, n}, {n, n}, max_full[n]});
        check_function(
            &(struct function){"square", build_square, square, n, {n}, {n}, max_square[n]});
        check_function(&(struct function){
            "square in full", build_full_square, full_square, n, {n}, {n, n}, max_full_square[n]});
    }
}
END_TEST

/* Operands of other widths than the product, extended with zeros or with their sign. */
static void build_extended(struct graph *g, bits out, bits in, unsigned n)
{
    literal a[MAX_VALUE_BITS], b[MAX_VALUE_BITS];

    for (unsigned i = 0; i < 64; i++) {
        a[i] = in[0][i < n ? i : n - 1];
        b[i] = in[1][i < n / 2 ? i : n / 2 - 1];
    }
    multiply(g, out[0], a, b, 64);
    for (unsigned i = n; i < 64; i++) a[i] = LIT_FALSE;
    multiply(g, out[1], a, b, 64);
    for (unsigned i = n / 2; i < 64; i++) b[i] = LIT_FALSE;
    multiply(g, out[2], a, b, 64);
}
static void extended_product(uint64_t *out, const uint64_t *in, unsigned n)
{
    int64_t a = as_signed(in[0], n), b = as_signed(in[1], n / 2);

    out[0] = (uint64_t)a * (uint64_t)b;
    out[1] = in[0] * (uint64_t)b;
    out[2] = in[0] * in[1];
}

static const uint64_t multipliers[] = {0,   1,  2,   3,          7,          10,         100,
                                       255, 96, 641, 0xcccccccd, 0xfffffffe, UINT64_MAX, 0x8000};

static void build_constant(struct graph *g, bits out, bits in, unsigned n)
{
    for (unsigned i = 0; i < sizeof multipliers / sizeof multipliers[0]; i++) {
        literal constant[MAX_VALUE_BITS];

        word_bits_constant(constant, multipliers[i], n);
        multiply(g, out[i], i % 2 == 0 ? in[0] : constant, i % 2 == 0 ? constant : in[0], n);
    }
}
static void constant_product(uint64_t *out, const uint64_t *in, unsigned n)
{
    (void)n;
    for (unsigned i = 0; i < sizeof multipliers / sizeof multipliers[0]; i++)
        out[i] = in[0] * multipliers[i];
}

static void build_dot(struct graph *g, bits out, bits in, unsigned n)
{
    struct columns columns;
    literal square[64];

    multiply(g, square, in[0], in[0], n);
    columns_init(&columns, g, n);
    for (unsigned i = 0; i < 4; i++) multiply_add(&columns, in[i], in[4 + i]);
    columns_subtract_word(&columns, 0, square, n);
    columns_finish(&columns, out[0]);
}
static void dot(uint64_t *out, const uint64_t *in, unsigned n)
{
    (void)n;
    for (unsigned i = 0; i < 4; i++) out[0] += in[i] * in[4 + i];
    out[0] -= in[0] * in[0];
}

START_TEST(shaped_products)
{
    static const unsigned max_extended[65] = {[8] = 80, [16] = 264, [64] = 2318};
    static const unsigned max_dot[65] = {[8] = 187, [16] = 675, [32] = 2515, [64] = 9651};

    for (unsigned n = 4; n <= 64; n += n < 20 ? 2 : 11)
        check_function(&(struct function){"extended",
                                          build_extended,
                                          extended_product,
                                          n,
                                          {n, n / 2},
                                          {64, 64, 64},
                                          max_extended[n]});
    for (unsigned n = 5; n <= 64; n += n < 10 ? 3 : 53)
        check_function(&(struct function){"by a constant",
                                          build_constant,
                                          constant_product,
                                          n,
                                          {n},
                                          {n, n, n, n, n, n, n, n, n, n, n, n, n, n},
                                          0});
    for (unsigned n = 8; n <= 64; n *= 2)
        check_function(&(struct function){
            "dot product", build_dot, dot, n, {n, n, n, n, n, n, n, n}, {n}, max_dot[n]});
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("words to gates");
    TCase *tests = tcase_create("words");
    SRunner *runner = srunner_create(suite);
    int n_failed;

    suite_add_tcase(suite, tests);
    tcase_set_timeout(tests, 300);
    tcase_add_test(tests, addition);
    tcase_add_test(tests, comparison);
    tcase_add_test(tests, sums);
    tcase_add_test(tests, products);
    tcase_add_test(tests, shaped_products);
    srunner_run_all(runner, CK_ENV);
    n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed == 0 ? 0 : 1;
}
