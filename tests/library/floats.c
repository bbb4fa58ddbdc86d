/*
 * The floats of circuits/: the basic operations against the host's, bit for bit; the exponential
 * function, the logarithm and the logistic function against the C that they are made of, and that
 * against the double precision of libm, over the whole range. SOTTO_FLOAT_STEP=1 takes every float
 * for the latter, for some minutes.
 */
#include "circuits/float-log.h"
#include "circuits/float-sigmoid.h"
#include "tests/library/lanes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define N_BATCHES 4000 /* of 64 inputs */
#define MAX_ULP 0.7    /* as the programs say */

/* -------------------------------------------------------------------------------- operations -- */

static double double_of(uint64_t bits)
{
    double x;

    memcpy(&x, &bits, sizeof x);
    return x;
}

static uint64_t bits_of_double(double x)
{
    uint64_t bits;

    memcpy(&bits, &x, sizeof bits);
    return bits;
}

enum { ADD, MUL, DIV, SQRT };

static uint64_t float_reference(int operation, uint64_t a, uint64_t b)
{
    float x = float_of((uint32_t)a), y = float_of((uint32_t)b);

    switch (operation) {
    case ADD: return bits_of(x + y);
    case MUL: return bits_of(x * y);
    case DIV: return bits_of(x / y);
    default: return bits_of(sqrtf(x));
    }
}

static uint64_t double_reference(int operation, uint64_t a, uint64_t b)
{
    double x = double_of(a), y = double_of(b);

    switch (operation) {
    case ADD: return bits_of_double(x + y);
    case MUL: return bits_of_double(x * y);
    case DIV: return bits_of_double(x / y);
    default: return bits_of_double(sqrt(x));
    }
}

static const struct operation {
    const char *name;
    int operation;
    unsigned n_bits, n_fraction_bits;
    uint64_t (*reference)(int operation, uint64_t a, uint64_t b);
} operations[] = {
    {"float-add", ADD, 32, 23, float_reference},   {"float-mul", MUL, 32, 23, float_reference},
    {"float-div", DIV, 32, 23, float_reference},   {"float-sqrt", SQRT, 32, 23, float_reference},
    {"double-add", ADD, 64, 52, double_reference}, {"double-mul", MUL, 64, 52, double_reference},
    {"double-div", DIV, 64, 52, double_reference}, {"double-sqrt", SQRT, 64, 52, double_reference},
};
#define N_OPERATIONS ((int)(sizeof operations / sizeof operations[0]))

/* Of every class: zeros, subnormal numbers, infinities, NaN, few bits for ties, near to b. */
static uint64_t any_number(const struct operation *operation, uint64_t near, uint64_t *seed)
{
    unsigned n = operation->n_bits, n_fraction = operation->n_fraction_bits;
    uint64_t x = test_next(seed) >> (64 - n), sign = UINT64_C(1) << (n - 1);
    uint64_t fraction = (UINT64_C(1) << n_fraction) - 1, exponents = (sign - 1) & ~fraction;

    switch (test_next(seed) % 10) {
    case 0: return x & (sign | fraction);
    case 1: return x & (sign | fraction) & test_next(seed) & test_next(seed) & test_next(seed);
    case 2: return (x & sign) | exponents;
    case 3: return x | exponents;
    case 4: return x & ~(fraction >> 4);
    case 5: return near ^ (x & (sign | 3));
    case 6: return (near & exponents) ^ (x & (sign | fraction));
    case 7: return near ^ (x & sign) ^ (((x & 63) - 32) << n_fraction & exponents);
    default: return x;
    }
}

static bool is_nan_of(const struct operation *operation, uint64_t x)
{
    return operation->n_bits == 32 ? isnan(float_of((uint32_t)x)) : isnan(double_of(x));
}

START_TEST(basic_operations)
{
    const struct operation *operation = &operations[_i];
    unsigned n = operation->n_bits, n_inputs = operation->operation == SQRT ? 1 : 2;
    struct lanes *lanes = lanes_open(operation->name, (uint64_t)n_inputs * n, n);
    uint64_t a[N_LANES], b[N_LANES], seed = 754;

    for (unsigned batch = 0; batch < N_BATCHES; batch++) {
        for (unsigned lane = 0; lane < N_LANES; lane++) {
            a[lane] = any_number(operation, 0, &seed);
            b[lane] = any_number(operation, a[lane], &seed);
            lanes_set(lanes, lane, 0, n, a[lane]);
            if (n_inputs == 2) lanes_set(lanes, lane, n, n, b[lane]);
        }
        lanes_run(lanes);
        for (unsigned lane = 0; lane < N_LANES; lane++) {
            uint64_t expected = operation->reference(operation->operation, a[lane], b[lane]);
            uint64_t got = lanes_get(lanes, lane, 0, n);

            REQUIRE_MSG(got == expected ||
                            (is_nan_of(operation, got) && is_nan_of(operation, expected)),
                        "%s of %#llx and %#llx is %#llx, not %#llx", operation->name,
                        (unsigned long long)a[lane], (unsigned long long)b[lane],
                        (unsigned long long)got, (unsigned long long)expected);
        }
    }
    lanes_close(lanes);
}
END_TEST

/* --------------------------------------------------------------------------------- functions -- */

static double sigmoid(double x)
{
    double t = exp(-fabs(x));

    if (isnan(x)) return x;
    return x >= 0 ? 1 / (1 + t) : t / (1 + t);
}

static const struct function {
    const char *name;
    float (*ours)(float x);
    double (*libm)(double x);
} functions[] = {
    {"float-exp", exp_of, exp},
    {"float-log", log_of, log},
    {"float-sigmoid", sigmoid_of, sigmoid},
};
#define N_FUNCTIONS ((int)(sizeof functions / sizeof functions[0]))

static bool is_same(float a, float b)
{
    return bits_of(a) == bits_of(b) || (isnan(a) && isnan(b));
}

/* How far got is from the exact value, in units of the last place of a float there. */
static double ulps(float got, double exact)
{
    int exponent;

    if (is_same(got, (float)exact)) return 0.5;
    if (isnan(got) || isnan(exact) || isinf(got) || isinf(exact)) return HUGE_VAL;
    (void)frexp(exact, &exponent);
    if (exponent < -125) exponent = -125;
    return ldexp(fabs((double)got - exact), 24 - exponent);
}

/* Floats from everywhere, and the neighbours of those where something changes. */
static float sample(uint64_t i)
{
    static const uint32_t around[] = {
        0x00000000, 0x80000000, 0x00800000, 0x3f800000, 0x7f800000, 0xff800000,
        0xc2b00000, 0xc2cff1b4, /* where e^x becomes 0 */
        0xc2aeac50,             /* and subnormal */
        0x42b17218,             /* and infinite */
        0x3fb50000, 0x3f000000, 0x43000000, 0xc3000000, 0x33000000, 0xb3000000,
    };
    uint64_t n_around = sizeof around / sizeof around[0];

    if (i < 64 * n_around) return float_of(around[i / 64] + (uint32_t)(i % 64) - 32);
    return float_of((uint32_t)(i * UINT64_C(0x9e3779b97f4a7c15) >> 32));
}

START_TEST(functions_equal_their_c)
{
    const struct function *function = &functions[_i];
    struct lanes *lanes = lanes_open(function->name, 32, 32);

    for (uint64_t first = 0; first < 64 * N_BATCHES; first += N_LANES) {
        for (unsigned lane = 0; lane < N_LANES; lane++)
            lanes_set(lanes, lane, 0, 32, bits_of(sample(first + lane)));
        lanes_run(lanes);
        for (unsigned lane = 0; lane < N_LANES; lane++) {
            float x = sample(first + lane), expected = function->ours(x);
            float got = float_of((uint32_t)lanes_get(lanes, lane, 0, 32));

            REQUIRE_MSG(is_same(got, expected), "%s of %a is %a, not %a", function->name, x, got,
                        expected);
        }
    }
    lanes_close(lanes);
}
END_TEST

START_TEST(functions_are_accurate)
{
    const struct function *function = &functions[_i];
    const char *setting = getenv("SOTTO_FLOAT_STEP");
    uint64_t step = setting != NULL ? strtoull(setting, NULL, 10) : 997;

    ck_assert_uint_gt(step, 0);
    for (uint64_t bits = 0; bits < UINT64_C(1) << 32; bits += step) {
        float x = float_of((uint32_t)bits), got = function->ours(x);

        REQUIRE_MSG(ulps(got, function->libm(x)) < MAX_ULP, "%s of %a is %a", function->name, x,
                    got);
    }
    for (uint64_t i = 0; i < 4096; i++)
        REQUIRE(ulps(function->ours(sample(i)), function->libm(sample(i))) < MAX_ULP);
}
END_TEST

START_TEST(exact_values)
{
    ck_assert_uint_eq(bits_of(exp_of(0.0f)), bits_of(1.0f));
    ck_assert_uint_eq(bits_of(exp_of(-0.0f)), bits_of(1.0f));
    ck_assert_uint_eq(bits_of(exp_of(-INFINITY)), bits_of(0.0f));
    ck_assert_uint_eq(bits_of(log_of(1.0f)), bits_of(0.0f));
    ck_assert_uint_eq(bits_of(log_of(-0.0f)), bits_of(-INFINITY));
    ck_assert_uint_eq(bits_of(sigmoid_of(0.0f)), bits_of(0.5f));
    ck_assert_uint_eq(bits_of(sigmoid_of(INFINITY)), bits_of(1.0f));
    ck_assert(isnan(log_of(-1.0f)) && isnan(exp_of(NAN)) && isnan(sigmoid_of(-NAN)));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("library: floats");
    TCase *tests = tcase_create("floats");

    tcase_set_timeout(tests, 1200);
    tcase_add_loop_test(tests, basic_operations, 0, N_OPERATIONS);
    tcase_add_loop_test(tests, functions_equal_their_c, 0, N_FUNCTIONS);
    tcase_add_loop_test(tests, functions_are_accurate, 0, N_FUNCTIONS);
    tcase_add_test(tests, exact_values);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
