/* Interfaces: the JSON reader's strictness, the default one, and the digest. */
#include "tests/support/suite.h"
#include "tests/unit/circuits.h"

#include "base/heap.h"
#include "circuit/interface.h"

#include <jansson.h>
#include <sodium.h>
#include <unistd.h>

static sotto_context *context;
static sotto_circuit *pair; /* two inputs of 8 bits, one output of 8 bits */

static void setup(void)
{
    context = test_context();
    pair = load(context, "add8.txt");
}

static void teardown(void)
{
    sotto_circuit_free(pair);
    sotto_context_free(context);
}

/* The only way in is a file. */
static sotto_err load_text(sotto_interface **interface, const sotto_circuit *circuit,
                           const char *text, size_t text_len)
{
    const char *folder = getenv("TMPDIR");
    char path[1024];
    sotto_err err;
    int fd;

    snprintf(path, sizeof path, "%s/sotto-XXXXXX", folder != NULL ? folder : "/tmp");
    fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, text, text_len), (ssize_t)text_len);
    close(fd);
    err = sotto_interface_load(context, interface, circuit, path);
    unlink(path);
    return err;
}

#define HEAD "{\"schema\":\"sotto-interface/1\",\"function\":\"f\","
#define IN_A "{\"name\":\"a\",\"owner\":\"garbler\",\"type\":\"uint8_t\"}"
#define IN_B "{\"name\":\"b\",\"owner\":\"evaluator\",\"type\":\"int8_t\"}"
#define INPUTS "\"inputs\":[" IN_A "," IN_B "],"
#define OUTPUTS "\"outputs\":[{\"name\":\"r\",\"type\":\"uint8_t\"}]}"
#define GOOD HEAD INPUTS OUTPUTS
/* The first input with another type, name or owner. */
#define WITH_TYPE(type)                                                                            \
    HEAD "\"inputs\":[{\"name\":\"a\",\"owner\":\"garbler\",\"type\":" type "}," IN_B "]," OUTPUTS
#define WITH_NAME(name)                                                                            \
    HEAD "\"inputs\":[{\"name\":" name ",\"owner\":\"garbler\",\"type\":\"uint8_t\"}," IN_B        \
         "]," OUTPUTS
#define WITH_OWNER(owner)                                                                          \
    HEAD "\"inputs\":[{\"name\":\"a\",\"owner\":" owner ",\"type\":\"uint8_t\"}," IN_B "]"         \
         "," OUTPUTS

static const struct {
    const char *text;
    const char *what; /* part of the message, behind the name of the file */
} refused[] = {
    {"", "'[' or '{' expected"},
    {"{", "1:"},
    {GOOD "x", "end of file expected"},
    {"\xef\xbb\xbf" GOOD, ""},
    {"[]", ": top level: [...] is not an object"},
    {"{}", ": top level: no key \"schema\""},
    {"{\"schema\":\"sotto-interface/2\",\"new\":1}",
     ": schema: \"sotto-interface/2\" is not \"sotto-interface/1\""},
    {"{\"schema\":1}", ": schema: 1 is not"},
    {HEAD INPUTS "\"outputs\":[{\"name\":\"r\",\"type\":\"uint8_t\"}],\"more\":1}",
     ": top level: unknown key \"more\""},
    {HEAD "\"function\":\"g\"," INPUTS OUTPUTS, "duplicate"},
    {HEAD OUTPUTS, ": top level: no key \"inputs\""},
    {"{\"schema\":\"sotto-interface/1\"," INPUTS OUTPUTS, ": top level: no key \"function\""},
    {"{\"schema\":\"sotto-interface/1\",\"function\":\"\"," INPUTS OUTPUTS,
     ": function: \"\" is not a name"},
    {"{\"schema\":\"sotto-interface/1\",\"function\":null," INPUTS OUTPUTS,
     ": function: null is not a string"},
    {HEAD "\"inputs\":{}," OUTPUTS, ": inputs: {...} is not a list"},
    {HEAD "\"inputs\":[" IN_A "]," OUTPUTS, ": inputs: the list has 1 values, the circuit 2"},
    {HEAD "\"inputs\":[" IN_A "," IN_B "," IN_B "]," OUTPUTS, ": inputs: the list has 3 values"},
    {HEAD INPUTS "\"outputs\":[]}", ": outputs: the list has 0 values, the circuit 1"},
    {HEAD "\"inputs\":[" IN_A "," IN_A "]," OUTPUTS, ": inputs[1]: the name \"a\" is given twice"},
    {HEAD "\"inputs\":[" IN_A ",7]," OUTPUTS, ": inputs[1]: 7 is not an object"},
    {HEAD INPUTS "\"outputs\":[{\"name\":\"r\",\"owner\":\"garbler\",\"type\":\"uint8_t\"}]}",
     ": outputs[0]: unknown key \"owner\""},
    {HEAD "\"inputs\":[{\"name\":\"a\",\"type\":\"uint8_t\"}," IN_B "]," OUTPUTS,
     ": inputs[0]: no key \"owner\""},
    {WITH_OWNER("\"alice\""), ": inputs[0].owner: \"alice\" is neither"},
    {WITH_OWNER("\"Garbler\""), ": inputs[0].owner: \"Garbler\" is neither"},
    {WITH_OWNER("0"), ": inputs[0].owner: 0 is neither"},
    {WITH_NAME("\"\""), ": inputs[0].name: \"\" is not a name"},
    {WITH_NAME("\"1a\""), ": inputs[0].name: \"1a\" is not a name"},
    {WITH_NAME("\"a b\""), ": inputs[0].name: \"a b\" is not a name"},
    {WITH_NAME("\"a.b\""), ": inputs[0].name: \"a.b\" is not a name"},
    {WITH_NAME("\"\\u00e9\""), "is not a name"},
    {WITH_NAME("\"a\\u0000\""), "\\u0000"},
    {WITH_NAME("\"a\\n\""), "\\x0a"},
    {WITH_NAME("7"), ": inputs[0].name: 7 is not a string"},
    {WITH_TYPE("\"uint7_t\""), ": inputs[0].type: the type has 7 bits, the circuit's value 8"},
    {WITH_TYPE("\"bool\""), ": inputs[0].type: the type has 1 bits"},
    {WITH_TYPE("\"float\""), ": inputs[0].type: the type has 32 bits"},
    {WITH_TYPE("\"double\""), ": inputs[0].type: the type has 64 bits"},
    {WITH_TYPE("\"uint0_t\""), ": inputs[0].type: \"uint0_t\" is not a type"},
    {WITH_TYPE("\"uint08_t\""), ": inputs[0].type: \"uint08_t\" is not a type"},
    {WITH_TYPE("\"uint4097_t\""), "\"uint4097_t\" is not a type"},
    {WITH_TYPE("\"uint18446744073709551624_t\""), "is not a type"},
    {WITH_TYPE("\"uint-8_t\""), "is not a type"},
    {WITH_TYPE("\"uint8\""), "is not a type"},
    {WITH_TYPE("\"uint_t\""), "is not a type"},
    {WITH_TYPE("\"uint8_tx\""), "is not a type"},
    {WITH_TYPE("\"Uint8_t\""), "is not a type"},
    {WITH_TYPE("\"u\""), "is not a type"},
    {WITH_TYPE("\"uuint8_t\""), "is not a type"},
    {WITH_TYPE("\"\""), "\"\" is not a type"},
    {WITH_TYPE("8"), ": inputs[0].type: 8 is not a type"},
    {WITH_TYPE("null"), ": inputs[0].type: null is not a type"},
    {WITH_TYPE("{}"), ": inputs[0].type: {...} is not a type"},
    {WITH_TYPE("[\"bool\"]"), ": inputs[0].type: [...] is not a type"},
    {WITH_TYPE("{\"array\":\"bool\"}"), ": inputs[0].type: no key \"n\""},
    {WITH_TYPE("{\"array\":\"bool\",\"n\":7}"), ": inputs[0].type: the type has 7 bits"},
    {WITH_TYPE("{\"array\":\"bool\",\"n\":8,\"m\":1}"), ": inputs[0].type: unknown key \"m\""},
    {WITH_TYPE("{\"array\":\"bool\",\"n\":8,\"struct\":[]}"),
     ": inputs[0].type: unknown key \"struct\""},
    {WITH_TYPE("{\"array\":\"bool\",\"n\":-8}"), ": inputs[0].type.n: -8 is not a number"},
    {WITH_TYPE("{\"array\":\"bool\",\"n\":8.0}"), ": inputs[0].type.n: 8.00000 is not a number"},
    {WITH_TYPE("{\"array\":\"bool\",\"n\":\"8\"}"), ": inputs[0].type.n: \"8\" is not a number"},
    {WITH_TYPE("{\"array\":\"uint4_t\",\"n\":4611686018427387906}"), /* SEC-15: 8 mod 2^64 */
     ": inputs[0].type.n: 4611686018427387906 elements are too many"},
    {WITH_TYPE("{\"array\":\"bool\",\"n\":99999999999999999999}"), "too big"},
    {WITH_TYPE("{\"array\":{\"array\":\"bool\",\"n\":0},\"n\":4611686018427387904}"),
     ": inputs[0].type.n: the elements have no bits"},
    {WITH_TYPE("{\"array\":\"byte\",\"n\":8}"), ": inputs[0].type.array: \"byte\" is not a type"},
    {WITH_TYPE("{\"struct\":[]}"), ": inputs[0].type.struct: a struct has at least one field"},
    {WITH_TYPE("{\"struct\":\"bool\"}"), ": inputs[0].type.struct: \"bool\" is not a list"},
    {WITH_TYPE("{\"struct\":[{\"name\":\"x\",\"type\":\"uint4_t\"},"
               "{\"name\":\"x\",\"type\":\"uint4_t\"}]}"),
     ": inputs[0].type.struct[1]: the name \"x\" is given twice"},
    {WITH_TYPE("{\"struct\":[{\"name\":\"x\",\"type\":{\"array\":\"char\",\"n\":1}}]}"),
     ": inputs[0].type.struct[0].type.array: \"char\" is not a type"},
    {WITH_TYPE("{\"struct\":[{\"name\":\"x\"}]}"), ": inputs[0].type.struct[0]: no key \"type\""},
    {WITH_TYPE("{\"struct\":[{\"type\":\"uint8_t\"}]}"),
     ": inputs[0].type.struct[0]: no key \"name\""},
    {WITH_TYPE("{\"struct\":[{\"name\":\"x\",\"type\":\"uint8_t\"}],\"n\":1}"),
     ": inputs[0].type: unknown key \"n\""},
};
#define N_REFUSED (sizeof refused / sizeof refused[0])

START_TEST(refusals)
{
    sotto_interface *interface = NULL;

    ck_assert_int_eq(load_text(&interface, pair, refused[_i].text, strlen(refused[_i].text)),
                     SOTTO_ERR_CIRCUIT);
    ck_assert_ptr_null(interface);
    ck_assert_msg(strstr(sotto_context_message(context), "sotto-") != NULL, "no file name");
    ck_assert_msg(strstr(sotto_context_message(context), refused[_i].what) != NULL,
                  "\"%s\" lacks \"%s\"", sotto_context_message(context), refused[_i].what);
}
END_TEST

static const char *const accepted[] = {
    GOOD,
    " \r\n\t" GOOD "\n",
    WITH_TYPE("\"int8_t\""),
    WITH_TYPE("{\"n\":8,\"array\":\"bool\"}"),
    WITH_TYPE("{\"array\":{\"array\":\"int2_t\",\"n\":2},\"n\":2}"),
    WITH_TYPE("{\"struct\":[{\"name\":\"x\",\"type\":\"uint7_t\"},"
              "{\"type\":\"bool\",\"name\":\"y\"}]}"),
    WITH_TYPE("{\"struct\":[{\"name\":\"none\",\"type\":{\"array\":\"bool\",\"n\":0}},"
              "{\"name\":\"all\",\"type\":\"uint8_t\"}]}"),
    WITH_NAME("\"_a0\""),
    WITH_NAME("\"r\""), /* an output may have an input's name */
    WITH_OWNER("\"evaluator\""),
};

START_TEST(acceptance)
{
    sotto_interface *interface;
    sotto_err err = load_text(&interface, pair, accepted[_i], strlen(accepted[_i]));

    ck_assert_msg(err == SOTTO_OK, "%s", sotto_context_message(context));
    ck_assert_uint_eq(sotto_type_bits(sotto_interface_input_type(interface, 0)), 8);
    sotto_interface_free(interface);
}
END_TEST

START_TEST(long_names)
{
    for (size_t n = MAX_NAME_LEN; n <= MAX_NAME_LEN + 1; n++) {
        struct buffer text = {0};
        sotto_interface *interface = NULL;
        sotto_err err;

        put(&text, "%s", HEAD "\"inputs\":[{\"name\":\"");
        for (size_t i = 0; i < n; i++) put(&text, "x");
        put(&text, "%s", "\",\"owner\":\"garbler\",\"type\":\"uint8_t\"}," IN_B "]," OUTPUTS);
        err = load_text(&interface, pair, text.text, text.len);
        ck_assert_int_eq(err, n == MAX_NAME_LEN ? SOTTO_OK : SOTTO_ERR_CIRCUIT);
        sotto_interface_free(interface);
        free(text.text);
    }
}
END_TEST

/* The type of the first input n arrays deep. */
static sotto_err load_nested(unsigned n, bool is_closed)
{
    struct buffer text = {0};
    sotto_interface *interface = NULL;
    sotto_err err;

    put(&text, "%s", HEAD "\"inputs\":[{\"name\":\"a\",\"owner\":\"garbler\",\"type\":");
    for (unsigned i = 0; i < n; i++) put(&text, "{\"array\":");
    put(&text, "\"uint8_t\"");
    for (unsigned i = 0; is_closed && i < n; i++) put(&text, ",\"n\":1}");
    if (is_closed) put(&text, "%s", "}," IN_B "]," OUTPUTS);
    err = load_text(&interface, pair, text.text, text.len);
    sotto_interface_free(interface);
    free(text.text);
    return err;
}

START_TEST(nesting) /* SEC-14 */
{
    ck_assert_int_eq(load_nested(MAX_TYPE_DEPTH - 1, true), SOTTO_OK);
    ck_assert_int_eq(load_nested(MAX_TYPE_DEPTH, true), SOTTO_ERR_CIRCUIT);
    ck_assert_ptr_nonnull(strstr(sotto_context_message(context), "nested more than 64 deep"));
    ck_assert_int_eq(load_nested(1500, true), SOTTO_ERR_CIRCUIT);
    ck_assert_int_eq(load_nested(200000, true), SOTTO_ERR_CIRCUIT);
    ck_assert_int_eq(load_nested(200000, false), SOTTO_ERR_CIRCUIT);
}
END_TEST

START_TEST(truncated)
{
    for (size_t n = 0; n < sizeof GOOD - 1; n++) {
        sotto_interface *interface = NULL;

        ck_assert_int_eq(load_text(&interface, pair, GOOD, n), SOTTO_ERR_CIRCUIT);
        ck_assert_ptr_null(interface);
    }
}
END_TEST

START_TEST(files)
{
    sotto_interface *interface = NULL;

    ck_assert_int_eq(sotto_interface_load(context, &interface, pair, circuit_path("absent.json")),
                     SOTTO_ERR_CIRCUIT);
    ck_assert_int_eq(sotto_interface_load(context, &interface, pair, "/"), SOTTO_ERR_CIRCUIT);
    ck_assert_int_eq(
        sotto_interface_load(context, &interface, pair, circuit_path("bad-syntax.json")),
        SOTTO_ERR_CIRCUIT);
    ck_assert_int_eq(
        sotto_interface_load(context, &interface, pair, circuit_path("bad-trailing.json")),
        SOTTO_ERR_CIRCUIT);
    context->limits.max_file_bytes = 10; /* SEC-14 */
    ck_assert_int_eq(sotto_interface_load(context, &interface, pair, circuit_path("add8.json")),
                     SOTTO_ERR_LIMIT);
    ck_assert_ptr_null(interface);
}
END_TEST

START_TEST(typed)
{
    sotto_circuit *circuit = load(context, "typed.txt");
    sotto_interface *interface;
    const sotto_type *array, *record;

    ck_assert_int_eq(sotto_interface_load(context, &interface, circuit, circuit_path("typed.json")),
                     SOTTO_OK);
    ck_assert_str_eq(sotto_interface_function(interface), "typed");
    ck_assert_uint_eq(sotto_interface_n_inputs(interface), 6);
    ck_assert_uint_eq(sotto_interface_n_outputs(interface), 4);
    ck_assert_str_eq(sotto_interface_input_name(interface, 1), "record");
    ck_assert_str_eq(sotto_interface_output_name(interface, 2), "z");
    ck_assert_int_eq(sotto_interface_input_owner(interface, 0), SOTTO_GARBLER);
    ck_assert_int_eq(sotto_interface_input_owner(interface, 1), SOTTO_EVALUATOR);
    ck_assert_uint_eq(sotto_interface_role_bits(interface, SOTTO_GARBLER), 24 + 64 + 10);
    ck_assert_uint_eq(sotto_interface_role_bits(interface, SOTTO_EVALUATOR), 37 + 64 + 10);

    array = sotto_interface_input_type(interface, 0);
    ck_assert_int_eq(sotto_type_get_kind(array), SOTTO_TYPE_ARRAY);
    ck_assert_uint_eq(sotto_type_n_members(array), 3);
    ck_assert_int_eq(sotto_type_get_kind(sotto_type_member(array, 2)), SOTTO_TYPE_SIGNED);
    ck_assert_uint_eq(sotto_type_bits(sotto_type_member(array, 2)), 8);
    ck_assert_ptr_null(sotto_type_member_name(array, 0));

    record = sotto_interface_output_type(interface, 1);
    ck_assert_int_eq(sotto_type_get_kind(record), SOTTO_TYPE_STRUCT);
    ck_assert_uint_eq(sotto_type_bits(record), 37);
    ck_assert_str_eq(sotto_type_member_name(record, 1), "ratio");
    ck_assert_int_eq(sotto_type_get_kind(sotto_type_member(record, 0)), SOTTO_TYPE_BOOL);
    ck_assert_int_eq(sotto_type_get_kind(sotto_type_member(record, 1)), SOTTO_TYPE_FLOAT);
    ck_assert_int_eq(sotto_type_get_kind(sotto_type_member(record, 2)), SOTTO_TYPE_UNSIGNED);
    ck_assert_ptr_null(sotto_type_member(record, 3));
    ck_assert_uint_eq(sotto_type_n_members(sotto_type_member(record, 0)), 0);
    ck_assert_int_eq(sotto_type_get_kind(sotto_interface_input_type(interface, 2)),
                     SOTTO_TYPE_DOUBLE);
    sotto_interface_free(interface);
    sotto_circuit_free(circuit);
}
END_TEST

/* ---------------------------------------------------------------------------------- default -- */

START_TEST(default_names)
{
    sotto_interface *interface;

    ck_assert_int_eq(sotto_interface_default(context, &interface, pair, NULL, 0), SOTTO_OK);
    ck_assert_str_eq(sotto_interface_function(interface), "");
    ck_assert_str_eq(sotto_interface_input_name(interface, 0), "0");
    ck_assert_str_eq(sotto_interface_input_name(interface, 1), "1");
    ck_assert_str_eq(sotto_interface_output_name(interface, 0), "0");
    ck_assert_int_eq(sotto_interface_input_owner(interface, 0), SOTTO_GARBLER);
    ck_assert_int_eq(sotto_interface_input_owner(interface, 1), SOTTO_EVALUATOR);
    ck_assert_int_eq(sotto_type_get_kind(sotto_interface_input_type(interface, 1)),
                     SOTTO_TYPE_UNSIGNED);
    ck_assert_uint_eq(sotto_type_bits(sotto_interface_output_type(interface, 0)), 8);
    sotto_interface_free(interface);
    sotto_interface_free(NULL);
}
END_TEST

START_TEST(default_owners)
{
    sotto_circuit *three = load(context, "three.txt");
    sotto_interface *interface = NULL;
    int owners[4] = {SOTTO_EVALUATOR, -1, -1, -1};

    ck_assert_int_eq(sotto_interface_default(context, &interface, three, NULL, 0), SOTTO_ERR_USAGE);
    ck_assert_str_eq(sotto_context_message(context), "input 2 has no owner");
    ck_assert_int_eq(sotto_interface_default(context, &interface, three, owners, 3),
                     SOTTO_ERR_USAGE);
    owners[2] = SOTTO_GARBLER;
    ck_assert_int_eq(sotto_interface_default(context, &interface, three, owners, 4), SOTTO_OK);
    ck_assert_int_eq(sotto_interface_input_owner(interface, 0), SOTTO_EVALUATOR);
    ck_assert_int_eq(sotto_interface_input_owner(interface, 1), SOTTO_EVALUATOR);
    ck_assert_int_eq(sotto_interface_input_owner(interface, 2), SOTTO_GARBLER);
    ck_assert_uint_eq(sotto_interface_role_bits(interface, SOTTO_EVALUATOR), 16);
    sotto_interface_free(interface);
    interface = NULL;
    owners[3] = SOTTO_GARBLER;
    ck_assert_int_eq(sotto_interface_default(context, &interface, three, owners, 4),
                     SOTTO_ERR_USAGE);
    owners[1] = 2;
    ck_assert_int_eq(sotto_interface_default(context, &interface, three, owners, 3),
                     SOTTO_ERR_USAGE);
    ck_assert_ptr_null(interface);
    sotto_circuit_free(three);
}
END_TEST

START_TEST(default_zero_width)
{
    sotto_circuit *circuit = load(context, "zero-width-old.txt");
    sotto_interface *interface;

    ck_assert_int_eq(sotto_interface_default(context, &interface, circuit, NULL, 0), SOTTO_OK);
    ck_assert_uint_eq(sotto_interface_role_bits(interface, SOTTO_EVALUATOR), 0);
    ck_assert_uint_eq(sotto_interface_role_bits(interface, SOTTO_GARBLER), 2);
    sotto_interface_free(interface);
    sotto_circuit_free(circuit);
}
END_TEST

/* ----------------------------------------------------------------------------------- digest -- */

static void digest_text(uint8_t digest[32], const char *text)
{
    sotto_interface *interface;
    sotto_err err = load_text(&interface, pair, text, strlen(text));

    ck_assert_msg(err == SOTTO_OK, "%s", sotto_context_message(context));
    interface_digest(digest, interface);
    sotto_interface_free(interface);
}

START_TEST(digests_differ) /* SEC-11 */
{
    static const char *const texts[] = {
        GOOD,
        WITH_NAME("\"c\""),
        WITH_OWNER("\"evaluator\""),
        WITH_TYPE("\"int8_t\""),
        WITH_TYPE("{\"array\":\"bool\",\"n\":8}"),
        WITH_TYPE("{\"array\":\"uint2_t\",\"n\":4}"),
        WITH_TYPE("{\"array\":{\"array\":\"uint2_t\",\"n\":2},\"n\":2}"),
        WITH_TYPE("{\"struct\":[{\"name\":\"x\",\"type\":\"uint8_t\"}]}"),
        WITH_TYPE("{\"struct\":[{\"name\":\"y\",\"type\":\"uint8_t\"}]}"),
        "{\"schema\":\"sotto-interface/1\",\"function\":\"g\"," INPUTS OUTPUTS,
        HEAD INPUTS "\"outputs\":[{\"name\":\"s\",\"type\":\"uint8_t\"}]}",
        HEAD INPUTS "\"outputs\":[{\"name\":\"r\",\"type\":\"int8_t\"}]}",
    };
    enum { N = sizeof texts / sizeof texts[0] };
    uint8_t digests[N][32], again[32];

    for (size_t i = 0; i < N; i++) {
        digest_text(digests[i], texts[i]);
        for (size_t j = 0; j < i; j++) ck_assert_mem_ne(digests[i], digests[j], 32);
    }
    digest_text(again, " " GOOD "\n");
    ck_assert_mem_eq(again, digests[0], 32);
}
END_TEST

/* The encoding of interface.c, by hand. */
START_TEST(digest_encoding)
{
    static const uint8_t
        encoded[] =
            {
                's', 'o', 't', 't', 'o', '-', 'i', 'n', 't', 'e', 'r', 'f', 'a', 'c',
                'e', '/', '1', 0,   1,   0,   0,   0,   0,   0,   0,   0,   'f', /* function */
                2,   0,   0,   0,   0,   0,   0,   0,                            /* inputs */
                1,   0,   0,   0,   0,   0,   0,   0,   'a', 0, /* a, the garbler's: */
                5,   8,   0,   0,   0,   0,   0,   0,   0,   8,   0,   0,   0,   0,
                0,   0,   0, /* an array of 8 bits, 8 times */
                0,   1,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,
                0,   0,   0,                                    /* bool */
                1,   0,   0,   0,   0,   0,   0,   0,   'b', 1, /* b, the evaluator's: */
                2,   8,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,
                0,   0,   0,                                 /* int8_t */
                1,   0,   0,   0,   0,   0,   0,   0,        /* outputs */
                1,   0,   0,   0,   0,   0,   0,   0,   'r', /* r: */
                1,   8,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,
                0,   0,   0, /* uint8_t */
            };
    uint8_t expected[32], digest[32];

    crypto_hash_sha256(expected, encoded, sizeof encoded);
    digest_text(digest, WITH_TYPE("{\"array\":\"bool\",\"n\":8}"));
    ck_assert_mem_eq(digest, expected, 32);
}
END_TEST

/* ----------------------------------------------------------------------------------- memory -- */

/* Makes every allocation fail in turn, until one load needs no more. A failure inside of jansson's
 * parser may look like bad syntax. */
static uint64_t fail_in_turn(sotto_err also)
{
    sotto_circuit *circuit = load(context, "typed.txt");
    sotto_err err = SOTTO_ERR_MEMORY;
    uint64_t n = 0;

    while (err != SOTTO_OK) {
        sotto_interface *interface = NULL;

        test_heap_fail_at(++n);
        err = sotto_interface_load(context, &interface, circuit, circuit_path("typed.json"));
        test_heap_fail_at(0);
        ck_assert_msg(err == SOTTO_OK || err == SOTTO_ERR_MEMORY || err == also,
                      "allocation %u: %s", (unsigned)n, sotto_context_message(context));
        ck_assert_int_eq(interface == NULL, err != SOTTO_OK);
        sotto_interface_free(interface);
    }
    sotto_circuit_free(circuit);
    return n;
}

START_TEST(allocation_failures)
{
    json_malloc_t allocate;
    json_free_t release;
    uint64_t n_own = fail_in_turn(SOTTO_ERR_MEMORY), n_all;

    json_get_alloc_funcs(&allocate, &release);
    json_set_alloc_funcs(heap_allocate, heap_release);
    n_all = fail_in_turn(SOTTO_ERR_CIRCUIT);
    json_set_alloc_funcs(allocate, release);
    ck_assert_uint_gt(n_own, 40);
    ck_assert_uint_gt(n_all, n_own + 50);
}
END_TEST

START_TEST(default_allocation_failures)
{
    sotto_err err = SOTTO_ERR_MEMORY;
    uint64_t n = 0;

    while (err != SOTTO_OK) {
        sotto_interface *interface = NULL;

        test_heap_fail_at(++n);
        err = sotto_interface_default(context, &interface, pair, NULL, 0);
        test_heap_fail_at(0);
        ck_assert(err == SOTTO_OK || err == SOTTO_ERR_MEMORY);
        sotto_interface_free(interface);
    }
    ck_assert_uint_gt(n, 9);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("interface");
    TCase *tests = tcase_create("all");

    tcase_set_timeout(tests, 120);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_loop_test(tests, refusals, 0, (int)N_REFUSED);
    tcase_add_loop_test(tests, acceptance, 0, (int)(sizeof accepted / sizeof accepted[0]));
    tcase_add_test(tests, long_names);
    tcase_add_test(tests, nesting);
    tcase_add_test(tests, truncated);
    tcase_add_test(tests, files);
    tcase_add_test(tests, typed);
    tcase_add_test(tests, default_names);
    tcase_add_test(tests, default_owners);
    tcase_add_test(tests, default_zero_width);
    tcase_add_test(tests, digests_differ);
    tcase_add_test(tests, digest_encoding);
    tcase_add_test(tests, allocation_failures);
    tcase_add_test(tests, default_allocation_failures);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
