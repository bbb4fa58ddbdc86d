/* Files of rows: every type and order of .npy, CSV with and without names, IDX; and damaged ones.
 */
#include "tests/support/suite.h"

#include "apps/nn/data.h"

#include <string.h>

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

START_TEST(test_npy_types)
{
    static const double six[] = {0, 1, 2, 3, 4, 5}, negative[] = {-2, 7};
    static const uint8_t bytes[] = {0, 1, 2, 3, 4, 5};
    static const uint8_t big[] = {0xff, 0xfe, 0x00, 0x07};
    static const uint8_t little[] = {0xfe, 0xff, 0xff, 0xff, 0x07, 0, 0, 0};
    static const uint8_t big_float[] = {0xc0, 0, 0, 0, 0x40, 0xe0, 0, 0};
    static const uint8_t half[] = {0x00, 0xc0, 0x00, 0x47}, big_half[] = {0xc0, 0x00, 0x47, 0x00};
    static const double doubles[] = {-2, 7};

    ck_assert_int_eq(
        take("{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3), }", bytes, 6, 3, 1),
        STATUS_OK);
    expect(2, 3, six);
    ck_assert_int_eq(
        take("{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3), }", bytes, 6, 3, 2),
        STATUS_OK);
    expect(2, 3, six);
    ck_assert_int_eq(
        take("{'descr': '>i2', 'fortran_order': False, 'shape': (2,), }", big, 4, 2, 1), STATUS_OK);
    expect(1, 2, negative);
    ck_assert_int_eq(
        take("{'descr': '<i4', 'fortran_order': False, 'shape': (2,), }", little, 8, 1, 1),
        STATUS_OK);
    expect(2, 1, negative);
    ck_assert_int_eq(
        take("{'descr': '>f4', 'fortran_order': False, 'shape': (1, 2), }", big_float, 8, 2, 1),
        STATUS_OK);
    expect(1, 2, negative);
    ck_assert_int_eq(
        take("{'descr': '<f8', 'fortran_order': False, 'shape': (1, 2), }", doubles, 16, 2, 1),
        STATUS_OK);
    expect(1, 2, negative);
    ck_assert_int_eq(
        take("{'descr': '<f2', 'fortran_order': False, 'shape': (1, 2), }", half, 4, 2, 1),
        STATUS_OK);
    expect(1, 2, negative);
    ck_assert_int_eq(
        take("{'descr': '>f2', 'fortran_order': True, 'shape': (1, 2), }", big_half, 4, 2, 1),
        STATUS_OK);
    expect(1, 2, negative);
    /* Without a dimension for the batch. */
    ck_assert_int_eq(
        take("{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3), }", bytes, 6, 6, 1),
        STATUS_OK);
    expect(1, 6, six);
}
END_TEST

START_TEST(test_npy_order)
{
    static const uint8_t columns[] = {0, 3, 1, 4, 2, 5};
    static const double six[] = {0, 1, 2, 3, 4, 5};

    ck_assert_int_eq(
        take("{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3), }", columns, 6, 3, 1),
        STATUS_OK);
    expect(2, 3, six);
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
    double values[2] = {1, 2};

    for (size_t i = 0; i < sizeof dicts / sizeof dicts[0]; i++)
        ck_assert_msg(take(dicts[i], values, sizeof values, 2, 1) == STATUS_INPUT, "%s", dicts[i]);
    ck_assert_int_eq(
        take("{'descr': '<f8', 'fortran_order': False, 'shape': (1, 2), }", values, 15, 2, 1),
        STATUS_INPUT);
    ck_assert_int_eq(
        take("{'descr': '<f8', 'fortran_order': False, 'shape': (1, 2), }", values, 16, 3, 1),
        STATUS_INPUT);
    values[1] = 0.0 / 0.0;
    ck_assert_int_eq(
        take("{'descr': '<f8', 'fortran_order': False, 'shape': (1, 2), }", values, 16, 2, 1),
        STATUS_INPUT);
    ck_assert_ptr_nonnull(strstr(report.message, "value 2 of row 1 is not a finite number: "));
    ck_assert_int_eq(data_parse_npy(&report, &data, "\x93NUMPY\1", 7, 1, "f"), STATUS_INPUT);
    ck_assert_ptr_nonnull(strstr(report.message, "truncated"));
    take("{'descr': '<c8', 'fortran_order': False, 'shape': (1, 2), }", values, 16, 2, 1);
    ck_assert_ptr_nonnull(strstr(report.message, "elements of type '<c8' are not supported"));
    ck_assert_ptr_nonnull(strstr(report.hint, "astype('float32')"));
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

    ck_assert_int_eq(csv("a,b\n1,-2.5\n3e2, 0 \n", 2), STATUS_OK);
    expect(2, 2, four);
    ck_assert_int_eq(csv("1,-2.5\r\n\r\n3e2,0", 2), STATUS_OK);
    expect(2, 2, four);
    ck_assert_int_eq(csv("1,2,3\n4,5\n", 3), STATUS_INPUT);
    ck_assert_ptr_nonnull(strstr(report.message, "f.csv:2: a row of 2 values, not 3"));
    ck_assert_ptr_nonnull(strstr(report.hint, "no label"));
    ck_assert_int_eq(csv("1,2\n1,x\n", 2), STATUS_INPUT);
    ck_assert_ptr_nonnull(strstr(report.message, "f.csv:2: 'x' in column 2 is not a number"));
    ck_assert_int_eq(csv("1;2;3\n4;5;6\n", 3), STATUS_INPUT);
    ck_assert_ptr_nonnull(strstr(report.hint, "commas"));
    ck_assert_int_eq(csv("1\n", 100), STATUS_INPUT);
    ck_assert_ptr_nonnull(strstr(report.message, "f.csv:1: a row of 1 values, not 100"));
    ck_assert_int_eq(csv("\xef\xbb\xbf"
                         "1,-2.5\n3e2,0\n",
                         2),
                     STATUS_OK);
    expect(2, 2, four);
    ck_assert_int_eq(csv("a,b\nc,d\n", 2), STATUS_INPUT);
    ck_assert_int_eq(csv("1,\n", 2), STATUS_INPUT);
    ck_assert_int_eq(csv("1,nan\n", 2), STATUS_INPUT);
    ck_assert_int_eq(csv("1,0x10\n", 2), STATUS_INPUT);
    ck_assert_int_eq(csv("1,1e999\n", 2), STATUS_INPUT);
    ck_assert_int_eq(csv("", 2), STATUS_INPUT);
    ck_assert_int_eq(csv("a,b\n", 2), STATUS_INPUT);
    ck_assert_int_eq(csv("1 2\n", 1), STATUS_INPUT);
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

int main(void)
{
    Suite *suite = suite_create("rows");
    TCase *tests = tcase_create("rows");

    tcase_add_test(tests, test_npy_types);
    tcase_add_test(tests, test_npy_order);
    tcase_add_test(tests, test_npy_bad);
    tcase_add_test(tests, test_csv);
    tcase_add_test(tests, test_idx);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
