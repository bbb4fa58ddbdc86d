/* Arithmetic of circuits/: every pair of 8-bit numbers, many pairs of wider ones. */
#include "tests/library/lanes.h"

#include <stdbool.h>
#include <stdio.h>

#define N_BATCHES 500 /* of 64 pairs */

static int64_t extend(uint64_t x, unsigned n)
{
    uint64_t sign = UINT64_C(1) << (n - 1);

    return (int64_t)((x ^ sign) - sign);
}

static uint64_t add(uint64_t a, uint64_t b, unsigned n)
{
    (void)n;
    return a + b;
}

static uint64_t sub(uint64_t a, uint64_t b, unsigned n)
{
    (void)n;
    return a - b;
}

static uint64_t mul(uint64_t a, uint64_t b, unsigned n)
{
    (void)n;
    return a * b;
}

static uint64_t divide(uint64_t a, uint64_t b, unsigned n)
{
    (void)n;
    return b == 0 ? UINT64_MAX : a / b;
}

static uint64_t mod(uint64_t a, uint64_t b, unsigned n)
{
    (void)n;
    return b == 0 ? a : a % b;
}

/* Less, then equal. */
static uint64_t compare(uint64_t a, uint64_t b, unsigned n)
{
    (void)n;
    return (uint64_t)(a < b) | (uint64_t)(a == b) << 1;
}

static uint64_t signed_divide(uint64_t a, uint64_t b, unsigned n)
{
    int64_t x = extend(a, n), y = extend(b, n);

    if (y == 0) return x < 0 ? 1 : UINT64_MAX;
    return y == -1 ? 0 - a : (uint64_t)(x / y);
}

static uint64_t signed_mod(uint64_t a, uint64_t b, unsigned n)
{
    int64_t y = extend(b, n);

    if (y == 0) return a;
    return y == -1 ? 0 : (uint64_t)(extend(a, n) % y);
}

static uint64_t signed_compare(uint64_t a, uint64_t b, unsigned n)
{
    return (uint64_t)(extend(a, n) < extend(b, n)) | (uint64_t)(a == b) << 1;
}

static const struct operation {
    const char *name;
    uint64_t (*reference)(uint64_t a, uint64_t b, unsigned n);
    unsigned n_outputs; /* 0: as many bits as a number has */
} operations[] = {
    {"add", add, 0},
    {"sub", sub, 0},
    {"mul", mul, 0},
    {"div", divide, 0},
    {"mod", mod, 0},
    {"compare", compare, 2},
    {"sdiv", signed_divide, 0},
    {"smod", signed_mod, 0},
    {"scompare", signed_compare, 2},
};
#define N_OPERATIONS ((int)(sizeof operations / sizeof operations[0]))

static void check_batch(struct lanes *lanes, const struct operation *operation, unsigned n,
                        const uint64_t *a, const uint64_t *b)
{
    unsigned n_outputs = operation->n_outputs > 0 ? operation->n_outputs : n;
    uint64_t mask = UINT64_MAX >> (64 - n_outputs);

    for (unsigned lane = 0; lane < N_LANES; lane++) {
        lanes_set(lanes, lane, 0, n, a[lane]);
        lanes_set(lanes, lane, n, n, b[lane]);
    }
    lanes_run(lanes);
    for (unsigned lane = 0; lane < N_LANES; lane++) {
        uint64_t expected = operation->reference(a[lane], b[lane], n) & mask;
        uint64_t got = lanes_get(lanes, lane, 0, n_outputs);

        REQUIRE_MSG(got == expected, "%s%u of %#llx and %#llx is %#llx, not %#llx", operation->name,
                    n, (unsigned long long)a[lane], (unsigned long long)b[lane],
                    (unsigned long long)got, (unsigned long long)expected);
    }
}

static struct lanes *open_operation(const struct operation *operation, unsigned n)
{
    char name[32];

    (void)snprintf(name, sizeof name, "%s%u", operation->name, n);
    return lanes_open(name, 2 * n, operation->n_outputs > 0 ? operation->n_outputs : n);
}

START_TEST(all_bytes)
{
    struct lanes *lanes = open_operation(&operations[_i], 8);
    uint64_t a[N_LANES], b[N_LANES];

    for (unsigned first = 0; first < 65536; first += N_LANES) {
        for (unsigned lane = 0; lane < N_LANES; lane++) {
            a[lane] = (first + lane) >> 8;
            b[lane] = (first + lane) & 255;
        }
        check_batch(lanes, &operations[_i], 8, a, b);
    }
    lanes_close(lanes);
}
END_TEST

START_TEST(wider_numbers)
{
    for (unsigned n = 16; n <= 64; n *= 2) {
        struct lanes *lanes = open_operation(&operations[_i], n);
        uint64_t a[N_LANES], b[N_LANES], seed = n;

        for (unsigned batch = 0; batch < N_BATCHES; batch++) {
            for (unsigned lane = 0; lane < N_LANES; lane++) {
                a[lane] = edge_value(&seed, n);
                b[lane] = lane % 8 == 0 ? a[lane] : edge_value(&seed, n);
            }
            check_batch(lanes, &operations[_i], n, a, b);
        }
        lanes_close(lanes);
    }
}
END_TEST

/* Both outputs of the millionaires, who are as rich as each other in every fourth lane. */
START_TEST(millionaires)
{
    struct lanes *lanes = lanes_open("millionaires", 128, 2);
    uint64_t a[N_LANES], b[N_LANES], seed = 64;

    for (unsigned batch = 0; batch < N_BATCHES; batch++) {
        for (unsigned lane = 0; lane < N_LANES; lane++) {
            a[lane] = edge_value(&seed, 64);
            b[lane] = lane % 4 == 0   ? a[lane]
                      : lane % 4 == 1 ? a[lane] ^ UINT64_C(1) << batch % 64
                                      : edge_value(&seed, 64);
            lanes_set(lanes, lane, 0, 64, a[lane]);
            lanes_set(lanes, lane, 64, 64, b[lane]);
        }
        lanes_run(lanes);
        for (unsigned lane = 0; lane < N_LANES; lane++) {
            REQUIRE(lanes_get(lanes, lane, 0, 1) == (a[lane] > b[lane]));
            REQUIRE(lanes_get(lanes, lane, 1, 1) == (b[lane] > a[lane]));
        }
    }
    lanes_close(lanes);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("library: words");
    TCase *tests = tcase_create("words");

    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, all_bytes, 0, N_OPERATIONS);
    tcase_add_loop_test(tests, wider_numbers, 0, N_OPERATIONS);
    tcase_add_test(tests, millionaires);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
