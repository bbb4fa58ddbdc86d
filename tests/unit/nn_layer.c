/*
 * Circuits of non-linear layers: what they compute, against integers, and how many ANDs they take.
 */
#include "apps/nn/layer.h"

#include "tests/support/suite.h"
#include "tests/support/support.h"

#include <string.h>

#define MAX_BITS 4096

static sotto_context *context;
static struct report report;

static void setup(void)
{
    context = test_context();
}

static void teardown(void)
{
    sotto_context_free(context);
}

static void put(uint8_t *bits, uint64_t value, unsigned n_bits)
{
    for (unsigned i = 0; i < n_bits; i++) bits[i] = value >> i & 1;
}

static uint64_t get(const uint8_t *bits, unsigned n_bits)
{
    uint64_t value = 0;

    for (unsigned i = 0; i < n_bits; i++) value |= (uint64_t)bits[i] << i;
    return value;
}

static void make(struct layer *layer, const struct layer_shape *shape)
{
    int status = layer_init(&report, context, layer, shape);

    ck_assert_msg(status == STATUS_OK, "%s", report.message);
}

static int64_t clamp(int64_t x, int64_t low, int64_t high)
{
    return x < low ? low : x > high ? high : x;
}

/* The definitions of net.h, in plain integers. */
static int64_t expected(const struct layer_shape *shape, int64_t a)
{
    int64_t t;

    switch (shape->kind) {
    case LAYER_RELU: return clamp(a >> shape->shift, 0, 127);
    case LAYER_LEAKY:
        t = clamp(a >> shape->shift, -128, 127);
        t = t < 0 ? t * (int64_t)shape->slope >> 7 : t;
        return clamp(t + (int64_t)shape->offset, 0, 127);
    case LAYER_SQUARE:
        t = clamp(a >> shape->shift, -127, 127);
        t = t * t + (shape->square_shift > 0 ? 1 << (shape->square_shift - 1) : 0);
        return clamp(t >> shape->square_shift, 0, 127);
    default: return a > 0 ? a : 0;
    }
}

/* Accumulators that matter: around 0, the steps of the shift, where it saturates, the ends. */
static int64_t accumulator(const struct layer_shape *shape, uint64_t *state, unsigned i)
{
    int64_t end = (int64_t)1 << (shape->ring - 1), step = (int64_t)1 << shape->shift;
    int64_t around[] = {0,           step,        127 * step, 128 * step, -step,
                        -127 * step, -128 * step, end,        -end};
    int64_t a =
        i < 45 ? around[i / 5] + (int64_t)(i % 5) - 2 : (int64_t)test_next(state) >> (i % 23 + 20);

    return clamp(a, -end, end - 1);
}

static void check_function(const struct layer_shape *shape)
{
    uint8_t bits[64], outputs[64];
    uint64_t state = shape->ring * 100 + shape->shift;
    struct layer layer;

    make(&layer, shape);
    for (unsigned i = 0; i < 200; i++) {
        int64_t a = accumulator(shape, &state, i);
        uint64_t share = test_next(&state);

        put(bits, share, shape->ring);
        put(bits + shape->ring, (uint64_t)a - share, shape->ring);
        ck_assert_int_eq(sotto_circuit_evaluate(context, outputs, layer.circuit, bits), SOTTO_OK);
        ck_assert_msg((int64_t)get(outputs, layer.output_bits) == expected(shape, a),
                      "kind %d, ring %u, shift %u, of %lld: %llu, not %lld", (int)shape->kind,
                      shape->ring, shape->shift, (long long)a,
                      (unsigned long long)get(outputs, layer.output_bits),
                      (long long)expected(shape, a));
    }
    layer_wipe(&layer);
}

START_TEST(functions_of_one_accumulator)
{
    static const enum layer_kind kinds[] = {LAYER_RELU, LAYER_LEAKY, LAYER_SQUARE, LAYER_RELU_FULL};
    struct layer_shape shape = {.kind = kinds[_i]};

    for (shape.ring = 2; shape.ring <= 32; shape.ring += shape.ring < 10 ? 1 : 5)
        for (shape.shift = 0; shape.shift < shape.ring; shape.shift += 1 + shape.ring / 6) {
            shape.slope = (shape.ring * 37 + shape.shift) % 129;
            shape.offset = (shape.ring * 11) % 128;
            shape.square_shift = shape.shift % 15;
            check_function(&shape);
        }
}
END_TEST

/* The sum, whether a bit above the result is set while the sign is not, and the result's bits. */
START_TEST(relu_takes_the_ands_it_should)
{
    struct layer_shape shape = {.kind = LAYER_RELU};
    struct layer layer;

    for (shape.ring = 12; shape.ring <= 32; shape.ring++)
        for (shape.shift = 0; shape.shift + 9 < shape.ring; shape.shift++) {
            make(&layer, &shape);
            ck_assert_uint_le(layer.n_and, shape.ring - 1 + (shape.ring - 8 - shape.shift) + 7);
            ck_assert_uint_eq(layer.output_bits, 7);
            layer_wipe(&layer);
        }
}
END_TEST

START_TEST(other_activations_take_the_ands_they_should)
{
    static const struct {
        struct layer_shape shape;
        uint64_t n_and;
    } cases[] = {
        {{.kind = LAYER_LEAKY, .ring = 22, .shift = 8, .slope = 13, .offset = 20}, 62},
        {{.kind = LAYER_LEAKY, .ring = 18, .shift = 6, .slope = 128, .offset = 64}, 55},
        {{.kind = LAYER_SQUARE, .ring = 22, .shift = 8, .square_shift = 7}, 82},
        {{.kind = LAYER_RELU_FULL, .ring = 32}, 62},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct layer layer;

        make(&layer, &cases[i].shape);
        ck_assert_uint_le(layer.n_and, cases[i].n_and);
        layer_wipe(&layer);
    }
}
END_TEST

START_TEST(maximum_of_values)
{
    struct layer_shape shape = {.kind = LAYER_MAXIMUM};

    for (shape.n = 1; shape.n < 12; shape.n += 1 + shape.n / 4)
        for (shape.value_bits = 1; shape.value_bits <= 8; shape.value_bits++) {
            uint64_t state = shape.n;
            uint8_t bits[128], outputs[8];
            struct layer layer;

            make(&layer, &shape);
            ck_assert_uint_le(layer.n_and, 2 * shape.value_bits * (shape.n - 1));
            for (unsigned i = 0; i < 100; i++) {
                uint64_t most = 0;

                for (uint64_t k = 0; k < shape.n; k++) {
                    uint64_t value = (test_next(&state) >> 7) % (1U << shape.value_bits);

                    put(bits + k * shape.value_bits, value, shape.value_bits);
                    if (value > most) most = value;
                }
                ck_assert_int_eq(sotto_circuit_evaluate(context, outputs, layer.circuit, bits),
                                 SOTTO_OK);
                ck_assert_uint_eq(get(outputs, shape.value_bits), most);
            }
            layer_wipe(&layer);
        }
}
END_TEST

/* Ties go to the lowest index; a single score is compared with zero. */
START_TEST(argmax_of_scores)
{
    struct layer_shape shape = {.kind = LAYER_ARGMAX, .ring = 12};

    for (shape.n = 1; shape.n < 40; shape.n += 1 + shape.n / 3) {
        uint64_t state = shape.n;
        uint8_t bits[MAX_BITS], outputs[8];
        struct layer layer;

        make(&layer, &shape);
        ck_assert_uint_eq(layer.output_bits, index_bits(shape.n));
        for (unsigned i = 0; i < 100; i++) {
            int64_t most = 0;
            uint64_t best = 0;

            for (uint64_t k = 0; k < shape.n; k++) {
                int64_t score = (int64_t)(test_next(&state) % (i % 2 == 0 ? 5 : 4096)) - 2048;
                uint64_t share = test_next(&state);

                if (i == 0) score = 0;
                put(bits + k * shape.ring, share, shape.ring);
                put(bits + (shape.n + k) * shape.ring, (uint64_t)score - share, shape.ring);
                if (shape.n == 1) best = score > 0;
                else if (k == 0 || score > most) {
                    most = score;
                    best = k;
                }
            }
            ck_assert_int_eq(sotto_circuit_evaluate(context, outputs, layer.circuit, bits),
                             SOTTO_OK);
            ck_assert_uint_eq(get(outputs, layer.output_bits), best);
        }
        layer_wipe(&layer);
    }
}
END_TEST

START_TEST(argmax_takes_the_ands_it_should)
{
    const struct layer_shape shape = {.kind = LAYER_ARGMAX, .ring = 24, .n = 10};
    struct layer layer;

    make(&layer, &shape);
    ck_assert_uint_le(layer.n_and, 698);
    layer_wipe(&layer);
}
END_TEST

START_TEST(largest_accumulator)
{
    struct layer_shape shape = {.kind = LAYER_POOL, .ring = 13};

    for (shape.n = 1; shape.n < 10; shape.n++) {
        uint64_t state = shape.n;
        uint8_t bits[2 * 10 * 13], outputs[13];
        struct layer layer;

        make(&layer, &shape);
        for (unsigned i = 0; i < 100; i++) {
            int64_t most = INT64_MIN;

            for (uint64_t k = 0; k < shape.n; k++) {
                int64_t a = (int64_t)(test_next(&state) % 8192) - 4096;
                uint64_t share = test_next(&state);

                put(bits + k * 13, share, 13);
                put(bits + (shape.n + k) * 13, (uint64_t)a - share, 13);
                if (a > most) most = a;
            }
            ck_assert_int_eq(sotto_circuit_evaluate(context, outputs, layer.circuit, bits),
                             SOTTO_OK);
            ck_assert_uint_eq(get(outputs, 13), (uint64_t)most & 0x1fff);
        }
        layer_wipe(&layer);
    }
}
END_TEST

START_TEST(sign_of_one)
{
    const struct layer_shape shape = {.kind = LAYER_SIGN, .ring = 9};
    struct layer layer;

    make(&layer, &shape);
    ck_assert_uint_le(layer.n_and, 8);
    for (int64_t a = -256; a < 256; a++) {
        uint8_t bits[18], output;

        put(bits, (uint64_t)(a * 77), 9);
        put(bits + 9, (uint64_t)(a - a * 77), 9);
        ck_assert_int_eq(sotto_circuit_evaluate(context, &output, layer.circuit, bits), SOTTO_OK);
        ck_assert_int_eq(output, a >= 0);
    }
    layer_wipe(&layer);
}
END_TEST

START_TEST(comparison_of_two)
{
    const struct layer_shape shape = {.kind = LAYER_COMPARE, .ring = 17};
    uint64_t state = 4;
    struct layer layer;

    make(&layer, &shape);
    ck_assert_uint_le(layer.n_and, 3 * 17);
    for (unsigned i = 0; i < 300; i++) {
        uint8_t bits[4 * 17], output;
        int64_t x[2];

        for (int k = 0; k < 2; k++) {
            uint64_t share = test_next(&state);

            x[k] = (int64_t)(test_next(&state) % (i % 3 == 0 ? 3 : 1 << 17)) - (1 << 16);
            put(bits + k * 17, share, 17);
            put(bits + (2 + k) * 17, (uint64_t)x[k] - share, 17);
        }
        ck_assert_int_eq(sotto_circuit_evaluate(context, &output, layer.circuit, bits), SOTTO_OK);
        ck_assert_int_eq(output, x[0] > x[1]);
    }
    layer_wipe(&layer);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("nn_layer");
    TCase *layers = tcase_create("layers");

    tcase_add_checked_fixture(layers, setup, teardown);
    tcase_add_loop_test(layers, functions_of_one_accumulator, 0, 4);
    tcase_add_test(layers, relu_takes_the_ands_it_should);
    tcase_add_test(layers, other_activations_take_the_ands_they_should);
    tcase_add_test(layers, maximum_of_values);
    tcase_add_test(layers, argmax_of_scores);
    tcase_add_test(layers, argmax_takes_the_ands_it_should);
    tcase_add_test(layers, largest_accumulator);
    tcase_add_test(layers, sign_of_one);
    tcase_add_test(layers, comparison_of_two);
    tcase_set_timeout(layers, 120);
    suite_add_tcase(suite, layers);
    return run_suite(suite);
}
