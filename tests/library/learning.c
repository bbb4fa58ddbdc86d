/* The layers of neural networks and the logistic regression of circuits/. */
#include "tests/library/lanes.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#define N_BATCHES 500 /* of 64 inputs */

/* Divides rounding down, halves up by what the garbler adds; limits to 0..127. */
static uint8_t requantised(int64_t x, unsigned shift)
{
    double quotient = floor((double)x / (double)(1u << shift));

    return quotient < 0 ? 0 : quotient > 127 ? 127 : (uint8_t)quotient;
}

/* A number near a limit of the layer in every other lane, else any. */
static int64_t activation_in(unsigned k, unsigned lane, uint64_t *seed)
{
    static const int64_t limits[] = {0, 256, 127 * 256, 128 * 256};
    int64_t half = INT64_C(1) << (k - 1);

    if (lane % 2 == 0) return (int64_t)edge_value(seed, k) - half;
    return limits[test_next(seed) % 4] + (int64_t)(test_next(seed) % 600) - 300;
}

static const unsigned widths[] = {22, 24, 32};

START_TEST(relu_layer)
{
    unsigned k = widths[_i];
    struct lanes *lanes;
    uint64_t seed = k;
    char name[32];

    (void)snprintf(name, sizeof name, "nn-relu-k%u-s8", k);
    lanes = lanes_open(name, 72, 8);
    for (unsigned batch = 0; batch < N_BATCHES; batch++) {
        int64_t x[N_LANES];
        uint8_t masks[N_LANES];

        for (unsigned lane = 0; lane < N_LANES; lane++) {
            uint32_t share = (uint32_t)test_next(&seed);

            x[lane] = activation_in(k, lane, &seed);
            masks[lane] = (uint8_t)test_next(&seed);
            lanes_set(lanes, lane, 0, 32, share);
            lanes_set(lanes, lane, 32, 8, masks[lane]);
            lanes_set(lanes, lane, 40, 32, (uint32_t)x[lane] - share);
        }
        lanes_run(lanes);
        for (unsigned lane = 0; lane < N_LANES; lane++)
            REQUIRE(lanes_get(lanes, lane, 0, 8) ==
                    (requantised(x[lane], 8) ^ (masks[lane] & 127)));
    }
    lanes_close(lanes);
}
END_TEST

START_TEST(maxpool_layer)
{
    unsigned n = _i == 0 ? 2 : 4;
    struct lanes *lanes = lanes_open(_i == 0 ? "nn-maxpool2" : "nn-maxpool4", 16 * n + 8, 8);
    uint64_t seed = n;

    for (unsigned batch = 0; batch < N_BATCHES; batch++) {
        uint8_t greatest[N_LANES] = {0}, masks[N_LANES];

        for (unsigned lane = 0; lane < N_LANES; lane++) {
            masks[lane] = (uint8_t)test_next(&seed);
            lanes_set(lanes, lane, 8 * n, 8, masks[lane]);
            for (unsigned i = 0; i < n; i++) {
                uint8_t a = (uint8_t)test_next(&seed), b = (uint8_t)test_next(&seed);

                if (lane % 4 == 0) b = a ^ (uint8_t)(test_next(&seed) % 3);
                lanes_set(lanes, lane, 8 * i, 8, a);
                lanes_set(lanes, lane, 8 * n + 8 + 8 * i, 8, b);
                if (((a ^ b) & 127) > greatest[lane]) greatest[lane] = (a ^ b) & 127;
            }
        }
        lanes_run(lanes);
        for (unsigned lane = 0; lane < N_LANES; lane++)
            REQUIRE(lanes_get(lanes, lane, 0, 8) == (greatest[lane] ^ (masks[lane] & 127u)));
    }
    lanes_close(lanes);
}
END_TEST

#define N_FEATURES 30

/* In 255ths, of a score in 2^-8 of 16ths. */
static uint8_t probability(int64_t score)
{
    double x = floor((double)score / 256);

    x = x > 127 ? 127 : x < -128 ? -128 : x;
    return (uint8_t)nearbyint(255 / (1 + exp(-x / 16)));
}

START_TEST(logistic_regression)
{
    struct lanes *lanes = lanes_open("logistic-regression", 16 * N_FEATURES + 32, 9);
    uint64_t seed = 30;

    for (unsigned batch = 0; batch < N_BATCHES; batch++) {
        int64_t scores[N_LANES];

        for (unsigned lane = 0; lane < N_LANES; lane++) {
            int64_t wanted = (int64_t)(test_next(&seed) % 100000) - 50000, sum = 0;

            for (unsigned i = 0; i < N_FEATURES; i++) {
                int8_t weight = (int8_t)edge_value(&seed, 8);
                uint8_t feature = (uint8_t)edge_value(&seed, 8);

                lanes_set(lanes, lane, 8 * i, 8, (uint8_t)weight);
                lanes_set(lanes, lane, 8 * N_FEATURES + 32 + 8 * i, 8, feature);
                sum += weight * feature;
            }
            scores[lane] = lane % 8 == 0 ? (int64_t)(lane / 8) - 4 : wanted;
            lanes_set(lanes, lane, 8 * N_FEATURES, 32, (uint32_t)(scores[lane] - sum));
        }
        lanes_run(lanes);
        for (unsigned lane = 0; lane < N_LANES; lane++) {
            REQUIRE(lanes_get(lanes, lane, 0, 1) == (scores[lane] > 0));
            REQUIRE(lanes_get(lanes, lane, 1, 8) == probability(scores[lane]));
        }
    }
    lanes_close(lanes);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("library: learning");
    TCase *tests = tcase_create("learning");

    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, relu_layer, 0, 3);
    tcase_add_loop_test(tests, maxpool_layer, 0, 2);
    tcase_add_test(tests, logistic_regression);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
