/*
 * Programs of circuits/ on lists: least, greatest, median, sorting, set intersection, auctions,
 * distances, against plain references.
 */
#include "tests/library/lanes.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define N_BATCHES 100 /* of 64 inputs */
#define MAX_LIST 64   /* numbers of both parties */

/* A test of one circuit: numbers of both parties in, a number of results out. */
struct program {
    const char *name;
    unsigned n;      /* numbers of each party */
    bool is_ordered; /* each party's list is in order */
    bool is_set;     /* and without repetition, none 0 */
    unsigned n_output_bits;
    void (*check)(const struct lanes *lanes, unsigned lane, const uint32_t *all, unsigned n);
};

static int by_value(const void *a, const void *b)
{
    const uint32_t *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

/* Of few different values in every other lane, so that many are equal. */
static void random_list(uint32_t *list, const struct program *program, unsigned lane,
                        uint64_t *seed)
{
    unsigned n = program->n;

    for (unsigned i = 0; i < n; i++)
        list[i] =
            lane % 2 == 0 ? (uint32_t)edge_value(seed, 32) : (uint32_t)(test_next(seed) % (2 * n));
    if (program->is_set) {
        uint32_t step = lane % 2 == 0 ? UINT32_MAX / (2 * n) : 3, x = 0;

        for (unsigned i = 0; i < n; i++) list[i] = x += 1 + (uint32_t)test_next(seed) % step;
    }
    if (program->is_ordered) qsort(list, n, sizeof *list, by_value);
}

static void sorted_copy(uint32_t *sorted, const uint32_t *all, unsigned n)
{
    memcpy(sorted, all, n * sizeof *all);
    qsort(sorted, n, sizeof *sorted, by_value);
}

static void check_min(const struct lanes *lanes, unsigned lane, const uint32_t *all, unsigned n)
{
    uint32_t sorted[MAX_LIST];

    sorted_copy(sorted, all, 2 * n);
    REQUIRE(lanes_get(lanes, lane, 0, 32) == sorted[0]);
}

static void check_max(const struct lanes *lanes, unsigned lane, const uint32_t *all, unsigned n)
{
    uint32_t sorted[MAX_LIST];

    sorted_copy(sorted, all, 2 * n);
    REQUIRE(lanes_get(lanes, lane, 0, 32) == sorted[2 * n - 1]);
}

static void check_median(const struct lanes *lanes, unsigned lane, const uint32_t *all, unsigned n)
{
    uint32_t sorted[MAX_LIST];

    sorted_copy(sorted, all, 2 * n);
    REQUIRE(lanes_get(lanes, lane, 0, 32) == sorted[n - 1]);
}

static void check_sort(const struct lanes *lanes, unsigned lane, const uint32_t *all, unsigned n)
{
    uint32_t sorted[MAX_LIST];

    sorted_copy(sorted, all, 2 * n);
    for (unsigned i = 0; i < 2 * n; i++) REQUIRE(lanes_get(lanes, lane, 32 * i, 32) == sorted[i]);
}

static unsigned first_greatest(const uint32_t *all, unsigned n)
{
    unsigned at = 0;

    for (unsigned i = 1; i < n; i++)
        if (all[i] > all[at]) at = i;
    return at;
}

static void check_argmax(const struct lanes *lanes, unsigned lane, const uint32_t *all, unsigned n)
{
    REQUIRE(lanes_get(lanes, lane, 0, 8) == first_greatest(all, 2 * n));
}

static void check_auction(const struct lanes *lanes, unsigned lane, const uint32_t *all, unsigned n)
{
    uint32_t sorted[MAX_LIST];

    sorted_copy(sorted, all, 2 * n);
    REQUIRE(lanes_get(lanes, lane, 0, 8) == first_greatest(all, 2 * n));
    REQUIRE(lanes_get(lanes, lane, 8, 32) == sorted[2 * n - 2]);
}

static void check_psi(const struct lanes *lanes, unsigned lane, const uint32_t *all, unsigned n)
{
    unsigned n_both = 0;

    for (unsigned i = 0; i < n; i++)
        if (bsearch(&all[i], all + n, n, sizeof *all, by_value) != NULL)
            REQUIRE(lanes_get(lanes, lane, 32 * n_both++, 32) == all[i]);
    for (unsigned i = n_both; i < n; i++) REQUIRE(lanes_get(lanes, lane, 32 * i, 32) == 0);
}

/* Shares of numbers, a[i] + b[i]. */
static void check_maxpool(const struct lanes *lanes, unsigned lane, const uint32_t *all, unsigned n)
{
    int32_t greatest = INT32_MIN;

    for (unsigned i = 0; i < n; i++)
        if ((int32_t)(all[i] + all[n + i]) > greatest) greatest = (int32_t)(all[i] + all[n + i]);
    REQUIRE(lanes_get(lanes, lane, 0, 32) == (uint32_t)greatest);
}

static void check_relu(const struct lanes *lanes, unsigned lane, const uint32_t *all, unsigned n)
{
    uint32_t sum = all[0] + all[n];

    REQUIRE(lanes_get(lanes, lane, 0, 32) == (sum >> 31 != 0 ? 0 : sum));
}

static void check_distance(const struct lanes *lanes, unsigned lane, const uint32_t *all,
                           unsigned n)
{
    uint32_t sum = 0;

    for (unsigned i = 0; i < n; i++) sum += (all[i] - all[n + i]) * (all[i] - all[n + i]);
    REQUIRE(lanes_get(lanes, lane, 0, 32) == sum);
}

static void check_argmax_of_shares(const struct lanes *lanes, unsigned lane, const uint32_t *all,
                                   unsigned n)
{
    uint32_t scores[MAX_LIST];

    for (unsigned i = 0; i < n; i++)
        scores[i] = (all[i] + all[n + i] + (UINT32_C(1) << 23)) & 0xffffff;
    REQUIRE(lanes_get(lanes, lane, 0, 8) == first_greatest(scores, n));
}

static const struct program programs[] = {
    {"min", 8, false, false, 32, check_min},
    {"max", 8, false, false, 32, check_max},
    {"argmax", 8, false, false, 8, check_argmax},
    {"sort", 8, false, false, 512, check_sort},
    {"merge", 8, true, false, 512, check_sort},
    {"median", 8, true, false, 32, check_median},
    {"auction", 4, false, false, 40, check_auction},
    {"psi", 32, true, true, 1024, check_psi},
    {"relu", 1, false, false, 32, check_relu},
    {"maxpool", 4, false, false, 32, check_maxpool},
    {"distance2", 2, false, false, 32, check_distance},
    {"nn-argmax10-k24", 10, false, false, 8, check_argmax_of_shares},
};
#define N_PROGRAMS ((int)(sizeof programs / sizeof programs[0]))

START_TEST(lists)
{
    const struct program *program = &programs[_i];
    unsigned n = program->n;
    struct lanes *lanes = lanes_open(program->name, 64 * (uint64_t)n, program->n_output_bits);
    uint32_t all[N_LANES][MAX_LIST];
    uint64_t seed = 11 + (uint64_t)_i;

    for (unsigned batch = 0; batch < N_BATCHES; batch++) {
        for (unsigned lane = 0; lane < N_LANES; lane++) {
            random_list(all[lane], program, lane, &seed);
            random_list(all[lane] + n, program, lane, &seed);
            for (unsigned i = 0; i < 2 * n; i++) lanes_set(lanes, lane, 32 * i, 32, all[lane][i]);
        }
        lanes_run(lanes);
        for (unsigned lane = 0; lane < N_LANES; lane++) program->check(lanes, lane, all[lane], n);
    }
    lanes_close(lanes);
}
END_TEST

START_TEST(median_of_three)
{
    struct lanes *lanes = lanes_open("median3", 96, 32);
    uint32_t all[N_LANES][3];
    uint64_t seed = 3;

    for (unsigned batch = 0; batch < N_BATCHES; batch++) {
        for (unsigned lane = 0; lane < N_LANES; lane++) {
            for (unsigned i = 0; i < 3; i++) {
                all[lane][i] = (uint32_t)edge_value(&seed, lane % 2 == 0 ? 32 : 2);
                lanes_set(lanes, lane, 32 * i, 32, all[lane][i]);
            }
        }
        lanes_run(lanes);
        for (unsigned lane = 0; lane < N_LANES; lane++) {
            qsort(all[lane], 3, sizeof all[lane][0], by_value);
            REQUIRE(lanes_get(lanes, lane, 0, 32) == all[lane][1]);
        }
    }
    lanes_close(lanes);
}
END_TEST

/* A network that sorts every list of zeros and ones sorts every list (Knuth, 5.3.4, theorem Z). */
START_TEST(sort_of_zeros_and_ones)
{
    struct lanes *lanes = lanes_open("sort", 512, 512);

    for (unsigned first = 0; first < 65536; first += N_LANES) {
        for (unsigned lane = 0; lane < N_LANES; lane++)
            for (unsigned i = 0; i < 16; i++)
                lanes_set(lanes, lane, 32 * i, 32, (first + lane) >> i & 1);
        lanes_run(lanes);
        for (unsigned lane = 0; lane < N_LANES; lane++) {
            unsigned n_ones = (unsigned)__builtin_popcount(first + lane);

            for (unsigned i = 0; i < 16; i++)
                REQUIRE(lanes_get(lanes, lane, 32 * i, 32) == (i >= 16 - n_ones));
        }
    }
    lanes_close(lanes);
}
END_TEST

/* ------------------------------------------------------------------------------ byte strings -- */

#define MAX_STRING 200

static unsigned hamming(const uint8_t *a, const uint8_t *b, unsigned n)
{
    unsigned distance = 0;

    for (unsigned i = 0; i < n; i++) distance += (unsigned)__builtin_popcount(a[i] ^ b[i]);
    return distance;
}

static unsigned squared(const uint8_t *a, const uint8_t *b, unsigned n)
{
    unsigned sum = 0;

    for (unsigned i = 0; i < n; i++) sum += (unsigned)((a[i] - b[i]) * (a[i] - b[i]));
    return sum;
}

/* Wagner and Fischer's table, row after row. */
static unsigned edit_distance(const uint8_t *a, const uint8_t *b, unsigned n)
{
    unsigned row[MAX_STRING + 1];

    for (unsigned j = 0; j <= n; j++) row[j] = j;
    for (unsigned i = 1; i <= n; i++) {
        unsigned corner = row[0];

        row[0] = i;
        for (unsigned j = 1; j <= n; j++) {
            unsigned least = corner + (a[i - 1] != b[j - 1]);

            corner = row[j];
            if (row[j] + 1 < least) least = row[j] + 1;
            if (row[j - 1] + 1 < least) least = row[j - 1] + 1;
            row[j] = least;
        }
    }
    return row[n];
}

static const struct string_program {
    const char *name;
    unsigned n; /* bytes of each party */
    unsigned n_output_bits;
    unsigned (*reference)(const uint8_t *a, const uint8_t *b, unsigned n);
} string_programs[] = {
    {"hamming160", 20, 32, hamming},           {"hamming1600", 200, 32, hamming},
    {"distance16", 16, 32, squared},           {"edit-distance8", 8, 8, edit_distance},
    {"edit-distance32", 32, 8, edit_distance},
};
#define N_STRING_PROGRAMS ((int)(sizeof string_programs / sizeof string_programs[0]))

/* Strings of few letters, mutations of each other, equal or opposite ones, random ones. */
static void random_strings(uint8_t *a, uint8_t *b, unsigned n, unsigned lane, uint64_t *seed)
{
    unsigned n_letters = lane % 4 == 0 ? 256 : 1 + lane % 5, shift = (unsigned)test_next(seed) % 4;

    for (unsigned i = 0; i < n; i++) a[i] = (uint8_t)(test_next(seed) % n_letters);
    for (unsigned i = 0; i < n; i++) b[i] = (uint8_t)(test_next(seed) % n_letters);
    if (lane % 8 == 1)
        for (unsigned i = 0; i + shift < n; i++) b[i] = a[i + shift];
    if (lane == 2) memcpy(b, a, n);
    if (lane == 3)
        for (unsigned i = 0; i < n; i++) b[i] = (uint8_t)~a[i];
    if (lane == 5) {
        memset(a, 0, n);
        memset(b, 255, n);
    }
}

START_TEST(strings)
{
    const struct string_program *program = &string_programs[_i];
    unsigned n = program->n;
    struct lanes *lanes = lanes_open(program->name, 16 * (uint64_t)n, program->n_output_bits);
    uint8_t a[N_LANES][MAX_STRING], b[N_LANES][MAX_STRING];
    uint64_t seed = 21 + (uint64_t)_i;

    for (unsigned batch = 0; batch < N_BATCHES; batch++) {
        for (unsigned lane = 0; lane < N_LANES; lane++) {
            random_strings(a[lane], b[lane], n, lane, &seed);
            lanes_set_bytes(lanes, lane, 0, a[lane], n);
            lanes_set_bytes(lanes, lane, 8 * n, b[lane], n);
        }
        lanes_run(lanes);
        for (unsigned lane = 0; lane < N_LANES; lane++)
            REQUIRE(lanes_get(lanes, lane, 0, program->n_output_bits) ==
                    program->reference(a[lane], b[lane], n));
    }
    lanes_close(lanes);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("library: lists");
    TCase *tests = tcase_create("lists");

    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, lists, 0, N_PROGRAMS);
    tcase_add_test(tests, median_of_three);
    tcase_add_test(tests, sort_of_zeros_and_ones);
    tcase_add_loop_test(tests, strings, 0, N_STRING_PROGRAMS);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
