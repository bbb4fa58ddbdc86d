/* Files of rows: every type and order of .npy, CSV with and without names, IDX; and damaged ones.
 */
#include "tests/support/suite.h"

#include "apps/nn/data.h"
#include "apps/nn/file.h"

#include <string.h>
#include <unistd.h>

static struct report report;
static struct dataset data;

/** A .npy file of version 1 or 2 in file; its length. */
static size_t npy(char *file, int version, const char *dict, const void *elements, size_t len)
{
    size_t header = strlen(dict), at = version == 1 ? 10 : 12;

    memcpy(file, "\x93NUMPY", 6);
    memset(file + 6, 0, 6);
    file[6] = (char)version;
    file[8] = (char)(header & 0xff);
    file[9] = (char)(header >> 8);
    memcpy(file + at, dict, header);
    memcpy(file + at + header, elements, len);
    return at + header + len;
}

static int take(const char *dict, const void *elements, size_t len, uint64_t n_columns, int version)
{
    char file[1024];
    size_t file_len = npy(file, version, dict, elements, len);

    memset(&report, 0, sizeof report);
    memset(&data, 0, sizeof data);
    return data_parse_npy(&report, &data, file, file_len, n_columns, "f.npy");
}

static void expect(uint64_t n_rows, uint64_t n_columns, const double *values)
{
    ck_assert_uint_eq(data.n_rows, n_rows);
    ck_assert_uint_eq(data.n_columns, n_columns);
    for (uint64_t i = 0; i < n_rows * n_columns; i++) ck_assert(data.values[i] == values[i]);
    data_free(&data);
}

/** Refused, in these words. */
static void refused(int status, const char *words)
{
    ck_assert_int_eq(status, STATUS_INPUT);
    ck_assert_msg(strstr(report.message, words) != NULL || strstr(report.hint, words) != NULL,
                  "no '%s' in '%s', '%s'", words, report.message, report.hint);
}

/* Two numbers are -2 and 7, six are those from 0 on. */
static const struct file {
    const char *type, *order, *shape, *elements;
    size_t len;
    uint64_t n_rows, n_columns;
} files[] = {
    {"|u1", "False", "(2, 3)", "\0\1\2\3\4\5", 6, 2, 3},
    {"|u1", "True", "(2, 3)", "\0\3\1\4\2\5", 6, 2, 3},
    {"|u1", "False", "(2, 3)", "\0\1\2\3\4\5", 6, 1, 6}, /* without a dimension for the batch */
    {">i2", "False", "(2,)", "\xff\xfe\0\7", 4, 1, 2},
    {"<i4", "False", "(2,)", "\xfe\xff\xff\xff\7\0\0\0", 8, 2, 1},
    {">f4", "False", "(1, 2)", "\xc0\0\0\0\x40\xe0\0\0", 8, 1, 2},
    {"<f8", "False", "(1, 2)", "\0\0\0\0\0\0\0\xc0\0\0\0\0\0\0\x1c\x40", 16, 1, 2},
    {"<f2", "False", "(1, 2)", "\0\xc0\0\x47", 4, 1, 2},
    {">f2", "True", "(1, 2)", "\xc0\0\x47\0", 4, 1, 2},
};
#define N_FILES ((int)(sizeof files / sizeof files[0]))

START_TEST(test_npy_types)
{
    static const double two[] = {-2, 7}, six[] = {0, 1, 2, 3, 4, 5};
    const struct file *file = &files[_i];
    char dict[128];

    snprintf(dict, sizeof dict, "{'descr': '%s', 'fortran_order': %s, 'shape': %s, }", file->type,
             file->order, file->shape);
    for (int version = 1; version <= 2; version++) {
        ck_assert_int_eq(take(dict, file->elements, file->len, file->n_columns, version),
                         STATUS_OK);
        expect(file->n_rows, file->n_columns, file->n_rows * file->n_columns == 2 ? two : six);
    }
}
END_TEST

START_TEST(test_npy_bad)
{
    static const char *const dicts[] = {
        "{'descr': '<c8', 'fortran_order': False, 'shape': (1, 2), }",
        "{'descr': '<f1', 'fortran_order': False, 'shape': (1, 2), }",
        "{'descr': '|O', 'fortran_order': False, 'shape': (1, 2), }",
        "{'descr': '<U3', 'fortran_order': False, 'shape': (1, 2), }",
        "{'descr': [('a', '<f8'), ('b', '<f8')], 'fortran_order': False, 'shape': (1,), }",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (1, 3), }",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (1, -2), }",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (0, 2), }",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999, 99999999999), }",
        "{'descr': '<f8', 'shape': (1, 2), }",
        "{'descr': '<f8', 'fortran_order': False, }",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (1, 2",
        "",
    };
    static const char pair[] = "{'descr': '<f8', 'fortran_order': False, 'shape': (1, 2), }";
    double values[2] = {1, 2};

    for (size_t i = 0; i < sizeof dicts / sizeof dicts[0]; i++)
        ck_assert_msg(take(dicts[i], values, sizeof values, 2, 1) == STATUS_INPUT, "%s", dicts[i]);
    refused(take(dicts[0], values, 16, 2, 1), "elements of type '<c8' are not supported");
    refused(take(dicts[0], values, 16, 2, 1), "astype('float32')");
    refused(take(pair, values, 15, 2, 1), "truncated");
    refused(take(pair, values, 16, 3, 1), "rows of 2 values, not 3");
    values[1] = 0.0 / 0.0;
    refused(take(pair, values, 16, 2, 1), "value 2 of row 1 is not a finite number: ");
    refused(data_parse_npy(&report, &data, "\x93NUMPY\1", 7, 1, "f"), "truncated");
}
END_TEST

static int csv(const char *text, uint64_t n_columns)
{
    memset(&report, 0, sizeof report);
    memset(&data, 0, sizeof data);
    return data_parse_csv(&report, &data, text, strlen(text), n_columns, "f.csv");
}

START_TEST(test_csv)
{
    static const double four[] = {1, -2.5, 3e2, 0};
    /* The last one begins with a byte order mark, and the digit 1. */
    static const char *const good[] = {"a,b\n1,-2.5\n3e2, 0 \n", "1,-2.5\r\n\r\n3e2,0",
                                       "\xef\xbb\xbf\x31,-2.5\n3e2,0\n"};
    static const char *const bad[] = {"a,b\nc,d\n", "1,\n", "1,nan\n", "1,0x10\n",
                                      "1,1e999\n",  "",     "a,b\n",   "1 2\n"};

    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        ck_assert_int_eq(csv(good[i], 2), STATUS_OK);
        expect(2, 2, four);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        ck_assert_msg(csv(bad[i], 2) == STATUS_INPUT, "%s", bad[i]);
    ck_assert_int_eq(csv("1 2\n", 1), STATUS_INPUT);
    refused(csv("1,2,3\n4,5\n", 3), "f.csv:2: a row of 2 values, not 3");
    refused(csv("1,2,3\n4,5\n", 3), "no label");
    refused(csv("1,2\n1,x\n", 2), "f.csv:2: 'x' in column 2 is not a number");
    refused(csv("1;2;3\n4;5;6\n", 3), "commas");
    refused(csv("1\n", 100), "f.csv:1: a row of 1 values, not 100");
}
END_TEST

START_TEST(test_idx)
{
    static const char images[] = "\0\0\x08\x03\0\0\0\x02\0\0\0\x01\0\0\0\x03\1\2\3\4\5\xff";
    static const double values[] = {1, 2, 3, 4, 5, 255};

    memset(&report, 0, sizeof report);
    ck_assert_int_eq(data_parse_idx(&report, &data, images, sizeof images - 1, 3, "f"), STATUS_OK);
    expect(2, 3, values);
    for (size_t len = 0; len < sizeof images - 1; len++)
        ck_assert_int_eq(data_parse_idx(&report, &data, images, len, 3, "f"), STATUS_INPUT);
    ck_assert_int_eq(data_parse_idx(&report, &data, images, sizeof images - 1, 6, "f"),
                     STATUS_INPUT);
}
END_TEST

/** Standard input from now on: a pipe that holds text. What writes to it is in *open. */
static void pipe_in(const char *text, int *open)
{
    int ends[2];

    ck_assert_int_eq(pipe(ends), 0);
    ck_assert_int_eq(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
    close(ends[0]);
    ck_assert_int_eq(write(ends[1], text, strlen(text)), (ssize_t)strlen(text));
    *open = ends[1];
}

/* What tells no size is bounded as well: a pipe that more may come from, a device without end. */
START_TEST(test_bounded)
{
    struct buffer file = {0};
    int open;

    memset(&report, 0, sizeof report);
    pipe_in("1,2,3", &open);
    ck_assert_int_eq(file_load(&report, &file, "-", 4, STATUS_INPUT), STATUS_LIMIT);
    ck_assert_str_eq(report.message, "standard input is larger than 4 bytes");
    close(open);
    buffer_free(&file);
    pipe_in("1,2,3", &open);
    close(open);
    ck_assert_int_eq(file_load(&report, &file, "-", 5, STATUS_INPUT), STATUS_OK);
    ck_assert_uint_eq(file.len, 5);
    buffer_free(&file);
    memset(&report, 0, sizeof report);
    ck_assert_int_eq(file_load(&report, &file, "/dev/zero", 4, STATUS_INPUT), STATUS_LIMIT);
    ck_assert_str_eq(report.message, "/dev/zero is larger than 4 bytes");
    buffer_free(&file);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("rows");
    TCase *tests = tcase_create("rows");

    tcase_add_loop_test(tests, test_npy_types, 0, N_FILES);
    tcase_add_test(tests, test_npy_bad);
    tcase_add_test(tests, test_csv);
    tcase_add_test(tests, test_idx);
    tcase_add_test(tests, test_bounded);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
