/* Values between text and bits (apps/values.h): every type, in and out of range, there and back. */
#include "apps/values.h"
#include "apps/json.h"
#include "tests/support/suite.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_BITS 8192

/** An interface with one input of the type under test. */
struct subject {
    sotto_context *context;
    sotto_circuit *circuit;
    sotto_interface *interface;
    const sotto_type *type;
    struct report report;
    uint8_t bits[MAX_BITS];
};

/** A circuit without gates whose output is its input has an interface of any type. */
static void subject_init(struct subject *subject, const char *type, unsigned n_bits)
{
    char circuit[128], path[] = "values-XXXXXX";
    FILE *file = fdopen(mkstemp(path), "w");

    memset(subject, 0, sizeof *subject);
    ck_assert_ptr_nonnull(file);
    fprintf(file,
            "{\"schema\":\"sotto-interface/1\",\"function\":\"f\",\"inputs\":[{\"name\":\"x\","
            "\"owner\":\"garbler\",\"type\":%s}],\"outputs\":[{\"name\":\"y\",\"type\":%s}]}",
            type, type);
    fclose(file);
    snprintf(circuit, sizeof circuit, "0 %u\n1 %u\n1 %u\n", n_bits, n_bits, n_bits);
    ck_assert_int_eq(sotto_context_new(&subject->context, NULL), SOTTO_OK);
    ck_assert_int_eq(
        sotto_circuit_parse(subject->context, &subject->circuit, "c", circuit, strlen(circuit)),
        SOTTO_OK);
    ck_assert_msg(sotto_interface_load(subject->context, &subject->interface, subject->circuit,
                                       path) == SOTTO_OK,
                  "%s", sotto_context_message(subject->context));
    unlink(path);
    subject->type = sotto_interface_input_type(subject->interface, 0);
}

static void subject_free(struct subject *subject)
{
    sotto_interface_free(subject->interface);
    sotto_circuit_free(subject->circuit);
    sotto_context_free(subject->context);
}

static int parse(struct subject *subject, const char *text)
{
    memset(subject->bits, 0xee, sizeof subject->bits);
    return value_parse(&subject->report, subject->bits, "x", subject->type, text, strlen(text));
}

static void check_printed(struct subject *subject, enum value_format format, bool json,
                          const char *wanted)
{
    struct buffer out = {0};

    buffer_add(&out, "", 0);
    (json ? value_print_json : value_print)(&out, subject->type, subject->bits, format);
    ck_assert_str_eq(out.data, wanted);
    buffer_free(&out);
}

struct good {
    const char *type;
    unsigned n_bits;
    const char *text;
    const char *dec;
    const char *hex;
    const char *json;
};

#define BYTES3 "{\"array\":\"uint8_t\",\"n\":3}"
#define SIGNED3 "{\"array\":\"int4_t\",\"n\":3}"
#define PAIR                                                                                       \
    "{\"struct\":[{\"name\":\"a\",\"type\":\"uint8_t\"},{\"name\":\"b\",\"type\":\"bool\"}]}"
#define MATRIX "{\"array\":{\"array\":\"uint4_t\",\"n\":2},\"n\":2}"

static const struct good goods[] = {
    {"\"uint8_t\"", 8, "0", "0", "0x00", "0"},
    {"\"uint8_t\"", 8, "255", "255", "0xff", "255"},
    {"\"uint8_t\"", 8, "0xFf", "255", "0xff", "255"},
    {"\"uint8_t\"", 8, "0x00ff", "255", "0xff", "255"},
    {"\"uint8_t\"", 8, "0b1010_1010", "170", "0xaa", "170"},
    {"\"uint1_t\"", 1, "1", "1", "0x1", "1"},
    {"\"uint32_t\"", 32, "1_000_000", "1000000", "0x000f4240", "1000000"},
    {"\"uint53_t\"", 53, "9007199254740991", "9007199254740991", "0x1fffffffffffff",
     "9007199254740991"},
    {"\"uint64_t\"", 64, "9007199254740991", "9007199254740991", "0x001fffffffffffff",
     "9007199254740991"},
    {"\"uint64_t\"", 64, "9007199254740992", "9007199254740992", "0x0020000000000000",
     "\"9007199254740992\""},
    {"\"uint64_t\"", 64, "18446744073709551615", "18446744073709551615", "0xffffffffffffffff",
     "\"18446744073709551615\""},
    {"\"uint128_t\"", 128, "340282366920938463463374607431768211455",
     "340282366920938463463374607431768211455", "0xffffffffffffffffffffffffffffffff",
     "\"340282366920938463463374607431768211455\""},
    {"\"uint128_t\"", 128, "1000000000000000000000000000000000000", /* chunks of zeros */
     "1000000000000000000000000000000000000", "0x00c097ce7bc90715b34b9f1000000000",
     "\"1000000000000000000000000000000000000\""},
    {"\"int8_t\"", 8, "-128", "-128", "-0x80", "-128"},
    {"\"int8_t\"", 8, "127", "127", "0x7f", "127"},
    {"\"int8_t\"", 8, "-0x7f", "-127", "-0x7f", "-127"},
    {"\"int8_t\"", 8, "-0", "0", "0x00", "0"},
    {"\"int1_t\"", 1, "-1", "-1", "-0x1", "-1"},
    {"\"int64_t\"", 64, "-9223372036854775808", "-9223372036854775808", "-0x8000000000000000",
     "\"-9223372036854775808\""},
    {"\"int64_t\"", 64, "-9007199254740992", "-9007199254740992", "-0x0020000000000000",
     "\"-9007199254740992\""},
    {"\"int64_t\"", 64, "-9007199254740991", "-9007199254740991", "-0x001fffffffffffff",
     "-9007199254740991"},
    {"\"int65_t\"", 65, "-18446744073709551616", "-18446744073709551616", "-0x10000000000000000",
     "\"-18446744073709551616\""},
    {"\"bool\"", 1, "1", "true", "true", "true"},
    {"\"bool\"", 1, "false", "false", "false", "false"},
    {"\"float\"", 32, "0.1", "0.1", "0.1", "0.1"},
    {"\"float\"", 32, "-1.5e3", "-1500", "-1500", "-1500"},
    {"\"float\"", 32, "16777216", "16777216", "16777216", "16777216"},
    {"\"float\"", 32, ".5", "0.5", "0.5", "0.5"},
    {"\"float\"", 32, "inf", "inf", "inf", "\"inf\""},
    {"\"double\"", 64, "0.1", "0.1", "0.1", "0.1"},
    {"\"double\"", 64, "0.30000000000000004", "0.30000000000000004", "0.30000000000000004",
     "0.30000000000000004"},
    {"\"double\"", 64, "5e-324", "5e-324", "5e-324", "5e-324"},
    {"\"double\"", 64, "-inf", "-inf", "-inf", "\"-inf\""},
    {"\"double\"", 64, "nan", "nan", "nan", "\"nan\""},
    {"\"double\"", 64, "-0", "-0", "-0", "-0"},
    {BYTES3, 24, "1,2,255", "1,2,255", "hex:0102ff", "[1,2,255]"},
    {BYTES3, 24, "[1, 2 ,\t255]", "1,2,255", "hex:0102ff", "[1,2,255]"},
    {BYTES3, 24, "[\"0x01\",2,\"2_5_5\"]", "1,2,255", "hex:0102ff", "[1,2,255]"},
    {BYTES3, 24, "hex:0102fF", "1,2,255", "hex:0102ff", "[1,2,255]"},
    {BYTES3, 24, "text:abc", "97,98,99", "hex:616263", "[97,98,99]"},
    {BYTES3, 24, "text:\xe2\x82\xac", "226,130,172", "hex:e282ac", "[226,130,172]"},
    {SIGNED3, 12, "-8,0,7", "-8,0,7", "-0x8,0x0,0x7", "[-8,0,7]"},
    {PAIR, 9, "{\"b\":true,\"a\":7}", "{\"a\":7,\"b\":true}", "{\"a\":\"0x07\",\"b\":true}",
     "{\"a\":7,\"b\":true}"},
    {PAIR, 9, "{\"\\u0061\":\"7\",\"b\":0}", "{\"a\":7,\"b\":false}",
     "{\"a\":\"0x07\",\"b\":false}", "{\"a\":7,\"b\":false}"},
    {MATRIX, 16, "[[1,2],[3,4]]", "[[1,2],[3,4]]", "[[\"0x1\",\"0x2\"],[\"0x3\",\"0x4\"]]",
     "[[1,2],[3,4]]"},
};

START_TEST(good_values)
{
    const struct good *good = &goods[_i];
    struct subject subject;

    subject_init(&subject, good->type, good->n_bits);
    ck_assert_msg(parse(&subject, good->text) == STATUS_OK, "%s: %s", good->text,
                  subject.report.message);
    for (unsigned i = 0; i < good->n_bits; i++) ck_assert_uint_le(subject.bits[i], 1);
    ck_assert_uint_eq(subject.bits[good->n_bits], 0xee);
    check_printed(&subject, VALUE_DEC, false, good->dec);
    check_printed(&subject, VALUE_HEX, false, good->hex);
    check_printed(&subject, VALUE_DEC, true, good->json);
    subject_free(&subject);
}
END_TEST

/** What is printed, in any format, is read as the same bits. */
START_TEST(printed_values_are_inputs)
{
    const struct good *good = &goods[_i];
    struct subject subject;
    uint8_t bits[MAX_BITS];

    subject_init(&subject, good->type, good->n_bits);
    ck_assert_int_eq(parse(&subject, good->text), STATUS_OK);
    memcpy(bits, subject.bits, sizeof bits);
    for (int format = VALUE_DEC; format <= VALUE_BIN; format++) {
        for (int json = 0; json < 2; json++) {
            struct buffer out = {0};
            int status;

            (json ? value_print_json : value_print)(&out, subject.type, bits,
                                                    (enum value_format)format);
            memset(subject.bits, 0xee, sizeof subject.bits);
            status = (json ? value_parse_json : value_parse)(&subject.report, subject.bits, "x",
                                                             subject.type, out.data, out.len);
            ck_assert_msg(status == STATUS_OK, "%s: %s", out.data, subject.report.message);
            ck_assert_mem_eq(subject.bits, bits, good->n_bits);
            buffer_free(&out);
        }
    }
    subject_free(&subject);
}
END_TEST

struct bad {
    const char *type;
    unsigned n_bits;
    const char *text;
    const char *message; /* all of it, or what it contains when it starts with '~' */
};

static const struct bad bads[] = {
    {"\"uint8_t\"", 8, "300", "x: 300 does not fit uint8_t (0..255)"},
    {"\"uint8_t\"", 8, "256", "x: 256 does not fit uint8_t (0..255)"},
    {"\"uint8_t\"", 8, "0x100", "x: 0x100 does not fit uint8_t (0..255)"},
    {"\"uint8_t\"", 8, "-1", "x: -1 does not fit uint8_t (0..255)"},
    {"\"uint1_t\"", 1, "2", "x: 2 does not fit uint1_t (0..1)"},
    {"\"uint63_t\"", 63, "9223372036854775808",
     "x: 9223372036854775808 does not fit uint63_t (0..9223372036854775807)"},
    {"\"uint64_t\"", 64, "18446744073709551616",
     "x: 18446744073709551616 does not fit uint64_t (0..18446744073709551615)"},
    {"\"uint65_t\"", 65, "36893488147419103232",
     "x: 36893488147419103232 does not fit uint65_t (0..2^65-1)"},
    {"\"int8_t\"", 8, "128", "x: 128 does not fit int8_t (-128..127)"},
    {"\"int8_t\"", 8, "-129", "x: -129 does not fit int8_t (-128..127)"},
    {"\"int8_t\"", 8, "0xff", "x: 0xff does not fit int8_t (-128..127)"},
    {"\"int1_t\"", 1, "1", "x: 1 does not fit int1_t (-1..0)"},
    {"\"int64_t\"", 64, "9223372036854775808",
     "x: 9223372036854775808 does not fit int64_t (-9223372036854775808..9223372036854775807)"},
    {"\"int65_t\"", 65, "18446744073709551616",
     "x: 18446744073709551616 does not fit int65_t (-2^64..2^64-1)"},
    {"\"uint8_t\"", 8, "", "x: '' is not a value of type uint8_t"},
    {"\"uint8_t\"", 8, "+1", "x: '+1' is not a value of type uint8_t"},
    {"\"uint8_t\"", 8, " 1", "x: ' 1' is not a value of type uint8_t"},
    {"\"uint8_t\"", 8, "1 ", "x: '1 ' is not a value of type uint8_t"},
    {"\"uint8_t\"", 8, "1\n", "x: '1\n' is not a value of type uint8_t"},
    {"\"uint8_t\"", 8, "017", "x: '017' is not a value of type uint8_t"},
    {"\"uint8_t\"", 8, "0o17", "x: '0o17' is not a value of type uint8_t"},
    {"\"uint8_t\"", 8, "0X1f", "x: '0X1f' is not a value of type uint8_t"},
    {"\"uint8_t\"", 8, "0B1", "x: '0B1' is not a value of type uint8_t"},
    {"\"uint8_t\"", 8, "0x", "x: '0x' is not a value of type uint8_t"},
    {"\"uint8_t\"", 8, "0b2", "x: '0b2' is not a value of type uint8_t"},
    {"\"uint8_t\"", 8, "_1", "x: '_1' is not a value of type uint8_t"},
    {"\"uint8_t\"", 8, "1_", "x: '1_' is not a value of type uint8_t"},
    {"\"uint8_t\"", 8, "1__0", "x: '1__0' is not a value of type uint8_t"},
    {"\"uint8_t\"", 8, "0x_1", "x: '0x_1' is not a value of type uint8_t"},
    {"\"uint8_t\"", 8, "--1", "x: '--1' is not a value of type uint8_t"},
    {"\"uint8_t\"", 8, "1e2", "x: '1e2' is not a value of type uint8_t"},
    {"\"uint8_t\"", 8, "1.0", "x: '1.0' is not a value of type uint8_t"},
    {"\"uint8_t\"", 8, "true", "x: 'true' is not a value of type uint8_t"},
    {"\"uint8_t\"", 8, "hex:01", "x: 'hex:01' is not a value of type uint8_t"},
    {"\"uint8_t\"", 8, "1234567890123456789012345678901234567890123",
     "x: 1234567890123456789012345678901234567890... does not fit uint8_t (0..255)"},
    {"\"bool\"", 1, "2", "x: '2' is not a value of type bool"},
    {"\"bool\"", 1, "True", "x: 'True' is not a value of type bool"},
    {"\"bool\"", 1, "", "x: '' is not a value of type bool"},
    {"\"float\"", 32, "1e39", "x: 1e39 does not fit float"},
    {"\"double\"", 64, "-1e309", "x: -1e309 does not fit double"},
    {"\"float\"", 32, "0x1p3", "x: '0x1p3' is not a value of type float"},
    {"\"float\"", 32, "+1", "x: '+1' is not a value of type float"},
    {"\"float\"", 32, "1.", "x: '1.' is not a value of type float"},
    {"\"float\"", 32, "1e", "x: '1e' is not a value of type float"},
    {"\"float\"", 32, ".", "x: '.' is not a value of type float"},
    {"\"float\"", 32, "infinity", "x: 'infinity' is not a value of type float"},
    {"\"float\"", 32, "NaN", "x: 'NaN' is not a value of type float"},
    {"\"float\"", 32, "", "x: '' is not a value of type float"},
    {BYTES3, 24, "1,2", "x: 2 values given, uint8_t[3] takes 3"},
    {BYTES3, 24, "1,2,3,4", "x: 4 values given, uint8_t[3] takes 3"},
    {BYTES3, 24, "", "x: 0 values given, uint8_t[3] takes 3"},
    {BYTES3, 24, "1,,3", "x[1]: '' is not a value of type uint8_t"},
    {BYTES3, 24, "1, 2,3", "x[1]: ' 2' is not a value of type uint8_t"},
    {BYTES3, 24, "1,2,300", "x[2]: 300 does not fit uint8_t (0..255)"},
    {BYTES3, 24, "[1,2]", "x: 2 values given, uint8_t[3] takes 3"},
    {BYTES3, 24, "[]", "x: 0 values given, uint8_t[3] takes 3"},
    {BYTES3, 24, "[1,2,3", "~is not a value of type uint8_t[3]"},
    {BYTES3, 24, "[1,2,3,]", "~is not a value of type uint8_t[3]"},
    {BYTES3, 24, "[1,2,3]x", "~is not a value of type uint8_t[3]"},
    {BYTES3, 24, "[1,2,003]", "~is not a value of type uint8_t[3]"},
    {BYTES3, 24, "[1,2,null]", "x[2]: 'null' is not a value of type uint8_t"},
    {BYTES3, 24, "[1,2,[3]]", "~x[2]: "},
    {BYTES3, 24, "hex:0102", "x: 2 bytes given, uint8_t[3] takes 3"},
    {BYTES3, 24, "hex:01020", "~odd number of digits"},
    {BYTES3, 24, "hex:01020g", "~takes hexadecimal digits"},
    {BYTES3, 24, "text:abcd", "x: 4 bytes given, uint8_t[3] takes 3"},
    {SIGNED3, 12, "text:abc", "~is not a value of type int4_t[3]"},
    {PAIR, 9, "{\"a\":1}", "x: missing field 'b' of struct"},
    {PAIR, 9, "{\"a\":1,\"b\":0,\"c\":0}", "x: unknown field 'c' of struct"},
    {PAIR, 9, "{\"a\":1,\"a\":1,\"b\":0}", "x: duplicate field 'a' of struct"},
    {PAIR, 9, "{\"a\":256,\"b\":0}", "x.a: 256 does not fit uint8_t (0..255)"},
    {PAIR, 9, "{\"a\":1,\"b\":0", "~is not a value of type struct"},
    {PAIR, 9, "[1,0]", "~is not a value of type struct"},
    {PAIR, 9, "1,0", "~is not a value of type struct"},
    {MATRIX, 16, "[[1,2],[3,16]]", "x[1][1]: 16 does not fit uint4_t (0..15)"},
    {MATRIX, 16, "[[1,2],[3]]", "x[1]: 1 value given, uint4_t[2] takes 2"},
};

START_TEST(bad_values)
{
    const struct bad *bad = &bads[_i];
    struct subject subject;

    subject_init(&subject, bad->type, bad->n_bits);
    ck_assert_msg(parse(&subject, bad->text) == STATUS_INPUT, "%s was accepted", bad->text);
    if (bad->message[0] == '~')
        ck_assert_msg(strstr(subject.report.message, bad->message + 1) != NULL, "%s",
                      subject.report.message);
    else ck_assert_str_eq(subject.report.message, bad->message);
    subject_free(&subject);
}
END_TEST

/** Decimal and hexadecimal agree for a number of 4096 bits. */
START_TEST(wide_integers)
{
    struct subject subject;
    struct buffer dec = {0}, hex = {0};
    uint8_t bits[4096];

    subject_init(&subject, "\"uint4096_t\"", 4096);
    buffer_add_text(&hex, "0x");
    for (int i = 0; i < 1024; i++) buffer_add_char(&hex, "0123456789abcdef"[(7 * i + i / 5) % 16]);
    ck_assert_int_eq(parse(&subject, hex.data), STATUS_OK);
    memcpy(bits, subject.bits, sizeof bits);
    value_print(&dec, subject.type, subject.bits, VALUE_DEC);
    ck_assert_int_eq(parse(&subject, dec.data), STATUS_OK);
    ck_assert_mem_eq(subject.bits, bits, sizeof bits);
    check_printed(&subject, VALUE_HEX, false, hex.data);
    buffer_free(&dec);
    buffer_free(&hex);
    subject_free(&subject);
}
END_TEST

START_TEST(every_byte_and_short_text)
{
    struct subject subject;
    char text[8];

    subject_init(&subject, "\"int8_t\"", 8);
    for (int number = -200; number <= 300; number++) {
        bool in_range = number >= -128 && number <= 127;

        snprintf(text, sizeof text, "%d", number);
        ck_assert_int_eq(parse(&subject, text), in_range ? STATUS_OK : STATUS_INPUT);
        for (int b = 0; in_range && b < 8; b++)
            ck_assert_int_eq(subject.bits[b], (unsigned)number >> b & 1);
    }
    subject_free(&subject);
}
END_TEST

static const struct {
    const char *text;
    bool good;
} documents[] = {
    {"{}", true},           {"[ ]", true},
    {"-0.5e+7", true},      {"\"\\ud83d\\ude00\"", true},
    {"[[[[]]]]", true},     {"", false},
    {"{,}", false},         {"[1,]", false},
    {"01", false},          {"1.", false},
    {".5", false},          {"+1", false},
    {"\"\\ud800\"", false}, {"\"\\u0000\"", false},
    {"\"a\nb\"", false},    {"\"\\x\"", false},
    {"{\"a\"}", false},     {"{a:1}", false},
    {"nul", false},         {"\"open", false},
    {"\"\\u12", false},     {"[1 2]", false},
    {"'a'", false},
};

START_TEST(json_grammar)
{
    const char *text = documents[_i].text;
    struct json json = json_over(text, strlen(text));
    struct slice value;

    ck_assert_msg((json_value(&json, &value) && json_done(&json)) == documents[_i].good, "%s",
                  text);
}
END_TEST

START_TEST(json_depth_is_bounded)
{
    char text[4096];
    struct json json;
    struct slice value;

    memset(text, '[', sizeof text);
    json = json_over(text, sizeof text);
    ck_assert(!json_value(&json, &value));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("values");
    TCase *tests = tcase_create("values");

    tcase_add_loop_test(tests, good_values, 0, sizeof goods / sizeof goods[0]);
    tcase_add_loop_test(tests, printed_values_are_inputs, 0, sizeof goods / sizeof goods[0]);
    tcase_add_loop_test(tests, bad_values, 0, sizeof bads / sizeof bads[0]);
    tcase_add_test(tests, wide_integers);
    tcase_add_test(tests, every_byte_and_short_text);
    tcase_add_loop_test(tests, json_grammar, 0, sizeof documents / sizeof documents[0]);
    tcase_add_test(tests, json_depth_is_bounded);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
