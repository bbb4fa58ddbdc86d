/* Reading and writing circuits: formats, strictness, limits, and files that lie. */
#include "tests/support/suite.h"
#include "tests/unit/circuits.h"

#include <dirent.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* SEC-16: what each bad file is refused with. */
static const struct {
    const char *name;
    unsigned line;
    const char *what;
} bad[] = {
    {"arity-and", 5, "AND has two inputs and one output, not 1 and 1"},
    {"arity-inv", 5, "INV has one input and one output, not 2 and 1"},
    {"arity-none", 5, "AND has two inputs and one output, not 0 and 1"},
    {"arity-outputs", 5, "AND has two inputs and one output, not 2 and 2"},
    {"arity-xor", 5, "XOR has two inputs and one output, not 3 and 1"},
    {"behind-gate", 5, "\"3\" stands behind the gate"},
    {"blank", 1, "the file holds no circuit"},
    {"bom", 1, "byte order mark"},
    {"count-few", 5, "promises 2 inputs and 1 outputs, but names 2 wires"},
    {"count-huge", 5, "but names 3 wires"},
    {"count-many", 5, "promises 2 inputs and 1 outputs, but names 4 wires"},
    {"cr-only", 1, "a carriage return without a line feed"},
    {"driven-twice", 6, "wire 3 is driven a second time"},
    {"drives-input", 5, "wire 1 is an input"},
    {"empty", 1, "the file holds no circuit"},
    {"eq-two", 5, "EQ sets a wire to 0 or 1, not to 2"},
    {"few-wires", 1, "inputs and gates take more"},
    {"gate-alone", 5, "AND stands without numbers"},
    {"gate-lower", 5, "\"and\" is not a gate"},
    {"gate-missing", 5, "does not end in a gate"},
    {"gate-prefix", 5, "\"ANDS\" is not a gate"},
    {"gate-unknown", 5, "\"MUX\" is not a gate"},
    {"gates-few", 5, "ends after 1 of 2 gates"},
    {"gates-many", 6, "text behind the 1 gates"},
    {"header-gate", 1, "must hold two numbers"},
    {"header-large", 1, "\"18446744073709551617\" is too large"},
    {"header-one", 1, "must hold two numbers"},
    {"header-sign", 1, "\"+1\" is not a number"},
    {"header-three", 1, "must hold two numbers"},
    {"header-word", 1, "\"x\" is not a number"},
    {"huge-gates", 1, "promises 2147483648 gates"},
    {"huge-inputs", 2, "promises 1048576 inputs"},
    {"huge-wires", 1, "1152921504606846976 wires"},
    {"inputs-few", 2, "promises 3 inputs and gives the width of 2"},
    {"inputs-many", 2, "promises 2 inputs and gives the width of 3"},
    {"inputs-missing", 5, "wire 1 is read before a gate drives it"},
    {"inputs-wide", 1, "inputs take more"},
    {"lone-cr", 5, "a carriage return without a line feed"},
    {"mand-odd", 5, "a MAND of n bits has 2n inputs"},
    {"mand-self", 5, "wire 2 is read before a gate drives it"},
    {"mand-twice", 5, "wire 4 is driven a second time"},
    {"mand-wide", 5, "drives more wires than the header promises"},
    {"mand-zero", 5, "n at least 1"},
    {"no-gates", 1, "no gate drives them"},
    {"nul", 5, "a NUL byte"},
    {"nul-comment", 2, "a NUL byte"},
    {"old-four", 2, "must hold three widths"},
    {"old-third", 3, "\"xor\" is not a gate"},
    {"old-two", 2, "must hold three widths"},
    {"one-line", 1, "ends before its second line"},
    {"outputs-few", 3, "promises 2 outputs and gives the width of 1"},
    {"outputs-wide", 1, "outputs take more"},
    {"self-loop", 5, "wire 2 is read before a gate drives it"},
    {"trailing-comment", 5, "\"#\" stands behind the gate"},
    {"trailing-number", 6, "text behind the 1 gates"},
    {"trailing-text", 7, "text behind the 1 gates"},
    {"two-lines", 2, "ends before its third line"},
    {"undriven", 1, "no gate drives wire 2"},
    {"use-before", 5, "wire 2 is read before a gate drives it"},
    {"widths-overflow", 1, "inputs take more"},
    {"wire-decimal", 5, "\"1.0\" is not a number"},
    {"wire-hex", 5, "\"0x1\" is not a number"},
    {"wire-in", 5, "there is no wire 3"},
    {"wire-nan", 5, "\"NaN\" is not a number"},
    {"wire-negative", 5, "\"-1\" is not a number"},
    {"wire-out", 5, "there is no wire 3"},
    {"wire-wrap", 5, "there is no wire 4294967297"},
};
#define N_BAD (sizeof bad / sizeof bad[0])

/* One gate; most tests of the header vary what stands before it. */
#define AND_GATE "2 1 0 1 2 AND\n"

static sotto_context *context;

static void setup(void)
{
    context = test_context();
}

static void teardown(void)
{
    sotto_context_free(context);
}

static void check_refused(sotto_err expected, const char *text, const char *what)
{
    sotto_circuit *circuit = NULL;
    sotto_err err = parse(context, &circuit, text);

    ck_assert_msg(err == expected, "%d and not %d: \"%s\" for:\n%s", err, expected,
                  sotto_context_message(context), text);
    ck_assert_msg(strstr(sotto_context_message(context), what) != NULL, "\"%s\" lacks \"%s\"",
                  sotto_context_message(context), what);
    ck_assert_ptr_null(circuit);
}

/* --------------------------------------------------------------------------------- refusals -- */

START_TEST(bad_files) /* SEC-16 */
{
    char name[64], place[4200];
    sotto_circuit *circuit = NULL;

    snprintf(name, sizeof name, "bad-%s.txt", bad[_i].name);
    snprintf(place, sizeof place, "%s:%u: ", circuit_path(name), bad[_i].line);
    ck_assert_int_eq(sotto_circuit_load(context, &circuit, circuit_path(name)), SOTTO_ERR_CIRCUIT);
    ck_assert_ptr_null(circuit);
    ck_assert_msg(strncmp(sotto_context_message(context), place, strlen(place)) == 0, "%s: \"%s\"",
                  place, sotto_context_message(context));
    ck_assert_msg(strstr(sotto_context_message(context), bad[_i].what) != NULL, "\"%s\" in \"%s\"",
                  bad[_i].what, sotto_context_message(context));
}
END_TEST

START_TEST(bad_files_are_all_listed)
{
    DIR *folder = opendir(circuit_path("."));
    const struct dirent *entry;
    size_t n = 0;

    ck_assert_ptr_nonnull(folder);
    while ((entry = readdir(folder)) != NULL)
        n += strncmp(entry->d_name, "bad-", 4) == 0 && strstr(entry->d_name, ".txt") != NULL;
    closedir(folder);
    ck_assert_uint_eq(n, N_BAD);
}
END_TEST

START_TEST(unreadable)
{
    sotto_circuit *circuit = NULL;

    ck_assert_int_eq(sotto_circuit_load(context, &circuit, "/nonexistent/x"), SOTTO_ERR_CIRCUIT);
    ck_assert_str_eq(sotto_context_message(context),
                     "cannot open /nonexistent/x: No such file or directory");
    ck_assert_int_eq(sotto_circuit_load(context, &circuit, "/"), SOTTO_ERR_CIRCUIT);
    ck_assert_str_eq(sotto_context_message(context), "cannot read /: Is a directory");
    ck_assert_int_eq(sotto_circuit_load(context, &circuit, "/dev/null"), SOTTO_ERR_CIRCUIT);
    ck_assert_ptr_nonnull(strstr(sotto_context_message(context), "holds no circuit"));
}
END_TEST

START_TEST(values_in_messages_are_cut_and_escaped)
{
    check_refused(SOTTO_ERR_CIRCUIT,
                  "1 3\n2 1 1\n1 1\n2 1 0 1 2 "
                  "ABCDEFGHIJABCDEFGHIJABCDEFGHIJABCDEFGHIJABCDEFGHIJ\n",
                  "text:4: \"ABCDEFGHIJABCDEFGHIJABCDEFGHIJABCDEFGHIJ\"... is not a gate");
    check_refused(SOTTO_ERR_CIRCUIT, "1 \x1b[31m\n", "\"\\x1b[31m\" is not a number");
}
END_TEST

START_TEST(hints)
{
    check_refused(SOTTO_ERR_CIRCUIT, "1 3\n2 1 1\n1 1\n2 1 0 1 2 and\n", "not a gate");
    ck_assert_str_eq(sotto_context_hint(context), "Gates are written in upper case: AND.");
    check_refused(SOTTO_ERR_CIRCUIT, "1 3\n1 1\n" AND_GATE, "three widths");
    ck_assert_ptr_nonnull(strstr(sotto_context_hint(context), "older"));
}
END_TEST

/* SEC-16: of all gates over small wire numbers, exactly those that make sense are accepted. */
START_TEST(every_operand)
{
    char text[128];
    sotto_circuit *circuit;

    for (unsigned i = 0; i < 5 * 5 * 5; i++) {
        unsigned a = i % 5, b = i / 5 % 5, out = i / 25;
        bool good = a < 2 && b < 2 && out == 2;

        snprintf(text, sizeof text, "1 3\n2 1 1\n1 1\n\n2 1 %u %u %u AND\n", a, b, out);
        if (!good) check_refused(SOTTO_ERR_CIRCUIT, text, "text:5: ");
        else sotto_circuit_free((circuit = parse_good(context, text)));
    }
}
END_TEST

START_TEST(truncated) /* SEC-16 */
{
    size_t len;
    char *text = test_read_file(circuit_path("add8.txt"), &len);

    ck_assert_ptr_nonnull(text);
    for (size_t n = 0; n + 1 < len; n++) {
        sotto_circuit *circuit = NULL;
        char *copy = malloc(n + 1); /* of the exact size, for the sanitizer */
        sotto_err err;

        memcpy(copy, text, n);
        err = sotto_circuit_parse(context, &circuit, "text", copy, n);
        ck_assert_msg(err == SOTTO_ERR_CIRCUIT, "%zu bytes: %d", n, err);
        ck_assert_ptr_null(circuit);
        free(copy);
    }
    free(text);
}
END_TEST

/* A circuit that was accepted keeps the invariants, whatever its text was. */
static void check_sound(const sotto_circuit *circuit)
{
    uint32_t out = circuit_first_gate_wire(circuit);

    for (uint32_t i = 0; i < circuit->n_gates; i++) {
        REQUIRE(gate_a(circuit->gates[i]) < out + i);
        REQUIRE(circuit->gates[i].b < out + i);
        REQUIRE(gate_a(circuit->gates[i]) >= N_CONSTANT_WIRES);
        REQUIRE(circuit->gates[i].b > WIRE_ZERO);
    }
    for (uint32_t i = 0; i < circuit->n_output_wires; i++)
        REQUIRE(circuit->outputs[i] < out + circuit->n_gates);
}

START_TEST(damaged) /* SEC-16 */
{
    static const char alphabet[] = "0123456789 \n\r\t#-ADINOQVWXREMx\xff";
    uint64_t seed = 16;
    size_t len;
    char *text = test_read_file(circuit_path("mixed.txt"), &len);

    for (unsigned i = 0; i < 20000; i++) {
        size_t at = test_next(&seed) % len, second = test_next(&seed) % len;
        char kept = text[at], kept_second = text[second];
        sotto_circuit *circuit = NULL;

        text[at] = alphabet[test_next(&seed) % sizeof alphabet];
        text[second] = alphabet[test_next(&seed) % sizeof alphabet];
        if (sotto_circuit_parse(context, &circuit, "text", text, len) == SOTTO_OK)
            check_sound(circuit);
        sotto_circuit_free(circuit);
        text[second] = kept_second;
        text[at] = kept;
    }
    free(text);
}
END_TEST

/* ----------------------------------------------------------------------------------- limits -- */

START_TEST(limits_hold) /* SEC-14, SEC-15 */
{
    static const char text[] = "2 5\n2 1 1\n1 1\n2 1 0 1 2 AND\n4 2 0 1 1 2 3 4 MAND\n";
    sotto_limits *limits = &context->limits;

    limits->max_gates = 3;
    limits->max_wires = 5;
    limits->max_values = 3;
    limits->max_file_bytes = sizeof text - 1;
    sotto_circuit_free(parse_good(context, text));
    limits->max_gates = 2;
    check_refused(SOTTO_ERR_LIMIT, text, "text:1: 3 gates, over the limit of 2");
    limits->max_gates = 3;
    limits->max_wires = 4;
    check_refused(SOTTO_ERR_LIMIT, text, "text:1: 5 wires, over the limit of 4");
    limits->max_wires = 5;
    limits->max_values = 2;
    check_refused(SOTTO_ERR_LIMIT, text, "text:1: 3 values, over the limit of 2");
    limits->max_values = 1;
    check_refused(SOTTO_ERR_LIMIT, text, "text:2: 2 inputs, over the limit of 1");
    limits->max_values = 3;
    limits->max_file_bytes--;
    check_refused(SOTTO_ERR_LIMIT, text, "longer than the limit");
}
END_TEST

/* The same text through a pipe, whose length nobody knows ahead. */
static sotto_err load_pipe(sotto_circuit **circuit, const char *text)
{
    char path[32];
    int ends[2];
    sotto_err err;

    ck_assert_int_eq(pipe(ends), 0);
    ck_assert_int_eq(write(ends[1], text, strlen(text)), (ssize_t)strlen(text));
    close(ends[1]);
    snprintf(path, sizeof path, "/dev/fd/%d", ends[0]);
    err = sotto_circuit_load(context, circuit, path);
    close(ends[0]);
    return err;
}

static const struct {
    const char *text;
    sotto_err err;
} hostile[] = {
    {"1 1152921504606846976\n2 1 1\n1 1\n" AND_GATE, SOTTO_ERR_CIRCUIT},
    {"2147483648 2147483650\n2 1 1\n1 1\n" AND_GATE, SOTTO_ERR_CIRCUIT},
    {"1073741820 1073741822\n2 1 1\n1 1\n" AND_GATE, SOTTO_ERR_CIRCUIT}, /* below the limits */
    {"1 1073741824\n2 1 1\n1 1\n2 1 0 1 1073741823 AND\n", SOTTO_ERR_CIRCUIT},
    {"1 1152921504606846976\n1 1\n1 1\n", SOTTO_ERR_CIRCUIT},
    {"1 3\n1048576 1 1\n1 1\n" AND_GATE, SOTTO_ERR_CIRCUIT},
    {"1 3\n2 1 1\n1048576 1\n" AND_GATE, SOTTO_ERR_CIRCUIT},
    {"9223372036854775807 9223372036854775807\n2 1 1\n1 1\n" AND_GATE, SOTTO_ERR_CIRCUIT},
    {"1 3\n2 9999999999999999999 9999999999999999999\n1 1\n" AND_GATE, SOTTO_ERR_CIRCUIT},
    {"1 3\n9999999999999999999 1 1\n1 1\n" AND_GATE, SOTTO_ERR_CIRCUIT},
    {"1 5\n9999999999999999999 1 1\n" AND_GATE, SOTTO_ERR_CIRCUIT},
    {"1 1152921504606846976\n1 1 1152921504606846974\n2 1 0 1 2 AND\n", SOTTO_ERR_CIRCUIT},
    {"0 1152921504606846976\n1 1152921504606846976\n1 1\n", SOTTO_ERR_LIMIT},
    {"0 2147483647\n1 2147483647\n1 2147483647\n", SOTTO_ERR_LIMIT},
};
#define N_HOSTILE (sizeof hostile / sizeof hostile[0])

/* Bytes of address space in use: under a sanitizer they are many. */
static rlim_t address_space(void)
{
    FILE *file = fopen("/proc/self/statm", "r");
    unsigned long pages = 0;

    ck_assert_ptr_nonnull(file);
    ck_assert_int_eq(fscanf(file, "%lu", &pages), 1);
    fclose(file);
    return (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE);
}

/* SEC-14: with 32 MiB more to take than now, and a second to run. */
static void run_confined(void (*job)(unsigned), unsigned i)
{
    rlim_t bytes = address_space() + ((rlim_t)32 << 20);
    struct rlimit space = {bytes, bytes};
    int status;
    pid_t child = fork();

    ck_assert_int_ge(child, 0);
    if (child == 0) {
        alarm(5);
        if (setrlimit(RLIMIT_AS, &space) != 0) _exit(99);
        job(i);
        _exit(0);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "text %u: status %x", i, status);
}

static void parse_hostile(unsigned i)
{
    sotto_circuit *circuit = NULL;

    if (parse(context, &circuit, hostile[i].text) != hostile[i].err) _exit(1);
    if (load_pipe(&circuit, hostile[i].text) != hostile[i].err) _exit(2);
}

START_TEST(hostile_headers) /* SEC-14, SEC-16 */
{
    run_confined(parse_hostile, (unsigned)_i);
}
END_TEST

START_TEST(many_values)
{
    struct buffer text = {0};

    put(&text, "0 70000\n70000");
    for (unsigned i = 0; i < 70000; i++) put(&text, " 1");
    put(&text, "\n1 1\n");
    check_refused(SOTTO_ERR_LIMIT, text.text, "text:2: 70000 inputs, over the limit of 65536");
    context->limits.max_values = 70001;
    sotto_circuit_free(parse_good(context, text.text));
    free(text.text);
}
END_TEST

/* ------------------------------------------------------------------------------- acceptance -- */

static void check_equal(const sotto_circuit *a, const sotto_circuit *b)
{
    uint8_t digest_a[32], digest_b[32];

    sotto_circuit_digest(a, digest_a);
    sotto_circuit_digest(b, digest_b);
    ck_assert_mem_eq(digest_a, digest_b, 32);
}

/* Every layout that is accepted means the same circuit. */
START_TEST(layouts)
{
    static const char *const texts[] = {
        "1 3\r\n2 1 1\r\n1 1\r\n\r\n2 1 0 1 2 AND\r\n",
        "1\t3\n2\t1\t1\n1\t1\n\n2\t1\t0\t1\t2\tAND\t\n",
        "  1   3  \n 2  1 1\n1     1\n   \n\n\t\n 2   1 0 1 2   AND   \n\n\n",
        "1 3\n2 1 1\n1 1\n2 1 0 1 2 AND",
        "# c\n1 3\n#\n  # 2 1\n2 1 1\n#x\n1 1\n# \xc3\xa9\n2 1 0 1 2 AND\n#last",
        "001 03\n02 01 01\n1 1\n2 1 00 01 02 AND\n",
        "\n\n1 3\n\n2 1 1\n\n1 1\n\n2 1 0 1 2 AND\n",
        "1 3\n2 1 1\n1 1\n2 1 0 1 2 MAND\n",
        "2 4\n2 1 1\n1 1\n2 1 0 1 2 AND\n1 1 2 3 EQW\n",
        "3 5\n2 1 1\n1 1\n1 1 1 3 EQ\n2 1 0 1 2 AND\n2 1 2 3 4 AND\n",
        "1 3\n1 1 1\n2 1 0 1 2 AND\n",
    };
    sotto_circuit *plain = parse_good(context, "1 3\n2 1 1\n1 1\n\n2 1 0 1 2 AND\n");

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        sotto_circuit *circuit;

        circuit = parse_good(context, texts[i]);
        check_equal(plain, circuit);
        sotto_circuit_free(circuit);
    }
    sotto_circuit_free(plain);
}
END_TEST

START_TEST(format_by_third_line)
{
    sotto_circuit_stats stats;
    sotto_circuit *circuit = parse_good(context, "#\n1 6\n3 2 1\n1 1 0 5 NOT\n");
    sotto_circuit *zero;

    ck_assert_int_eq(sotto_circuit_measure(context, &stats, circuit), SOTTO_OK);
    ck_assert_int_eq(stats.format, SOTTO_FORMAT_BRISTOL);
    ck_assert_uint_eq(sotto_circuit_n_inputs(circuit), 2);
    ck_assert_uint_eq(sotto_circuit_input_bits(circuit, 0), 3);
    ck_assert_uint_eq(sotto_circuit_input_bits(circuit, 1), 2);
    sotto_circuit_free(circuit);

    zero = load(context, "zero-gates.txt");
    ck_assert_int_eq(sotto_circuit_measure(context, &stats, zero), SOTTO_OK);
    ck_assert_int_eq(stats.format, SOTTO_FORMAT_FASHION);
    sotto_circuit_free(zero);
    check_refused(SOTTO_ERR_CIRCUIT, "0 4\n2 1 1\n" AND_GATE, "text:1: ");
    check_refused(SOTTO_ERR_CIRCUIT, "0 3\n2 1 1\n" AND_GATE, "text:3: text behind the 0 gates");
}
END_TEST

START_TEST(file_counts)
{
    sotto_circuit *circuit = load(context, "mixed.txt");
    sotto_circuit_stats stats;

    ck_assert_int_eq(sotto_circuit_measure(context, &stats, circuit), SOTTO_OK);
    ck_assert_int_eq(stats.format, SOTTO_FORMAT_FASHION);
    ck_assert_uint_eq(stats.n_gates, 21);
    ck_assert_uint_eq(stats.n_wires, 31);
    ck_assert_uint_eq(stats.n_and, 12); /* AND 3, OR 2, NAND 2, NOR 2, and a MAND of 3 */
    ck_assert_uint_eq(stats.n_xor, 4);
    ck_assert_uint_eq(stats.n_inv, 2);
    ck_assert_uint_eq(stats.n_copy, 5);
    ck_assert_uint_eq(stats.n_and_garbled, 7); /* five of them have a constant */
    ck_assert_uint_eq(stats.and_depth, 1);
    sotto_circuit_free(circuit);
}
END_TEST

START_TEST(from_pipe)
{
    sotto_circuit *plain = load(context, "add8.txt"), *piped = NULL;
    char *text = test_read_file(circuit_path("add8.txt"), NULL);

    ck_assert_int_eq(load_pipe(&piped, text), SOTTO_OK);
    check_equal(plain, piped);
    sotto_circuit_free(plain);
    sotto_circuit_free(piped);
    free(text);
}
END_TEST

/* Buffers are refilled in the middle of everything: a text of many times their size, in writes of
 * odd lengths. */
START_TEST(from_slow_pipe)
{
    uint64_t seed = 5;
    struct reference reference = random_circuit(40000, 16, 16, 500, true, &seed);
    sotto_circuit *plain = parse_good(context, reference.text.text), *piped = NULL;
    char path[32];
    int ends[2], status;
    pid_t child;

    ck_assert_int_eq(pipe(ends), 0);
    child = fork();
    if (child == 0) {
        for (size_t at = 0; at < reference.text.len;) {
            size_t left = reference.text.len - at, piece = 1 + test_next(&seed) % 5000;
            ssize_t n = write(ends[1], reference.text.text + at, piece < left ? piece : left);

            if (n < 0) _exit(1);
            at += (size_t)n;
        }
        _exit(0);
    }
    close(ends[1]);
    snprintf(path, sizeof path, "/dev/fd/%d", ends[0]);
    ck_assert_int_eq(sotto_circuit_load(context, &piped, path), SOTTO_OK);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    check_equal(plain, piped);
    close(ends[0]);
    sotto_circuit_free(plain);
    sotto_circuit_free(piped);
    reference_free(&reference);
}
END_TEST

static void *interrupt_soon(void *user)
{
    const struct timespec pause = {0, 50000000};

    nanosleep(&pause, NULL);
    sotto_context_interrupt(user);
    return NULL;
}

START_TEST(interrupted)
{
    sotto_circuit *circuit = NULL;
    pthread_t thread;
    char path[32];
    int ends[2];

    ck_assert_int_eq(pipe(ends), 0);
    ck_assert_int_eq(pthread_create(&thread, NULL, interrupt_soon, context), 0);
    snprintf(path, sizeof path, "/dev/fd/%d", ends[0]);
    ck_assert_int_eq(sotto_circuit_load(context, &circuit, path), SOTTO_ERR_INTERRUPTED);
    pthread_join(thread, NULL);
    ck_assert_int_eq(parse(context, &circuit, AND_GATE), SOTTO_ERR_INTERRUPTED);
    close(ends[0]);
    close(ends[1]);
}
END_TEST

/* ---------------------------------------------------------------------------------- writing -- */

static struct buffer written(const sotto_circuit *circuit, sotto_format format)
{
    struct buffer buffer = {0};
    sotto_err err = sotto_circuit_write(context, circuit, format, buffer_write, &buffer);

    ck_assert_msg(err == SOTTO_OK, "%s", sotto_context_message(context));
    return buffer;
}

static void check_same_function(const sotto_circuit *a, const sotto_circuit *b)
{
    uint64_t seed = 9;
    uint8_t *inputs = malloc(a->n_input_wires + 1), *x = malloc(a->n_output_wires + 1),
            *y = malloc(a->n_output_wires + 1);

    ck_assert_uint_eq(a->n_input_wires, b->n_input_wires);
    ck_assert_uint_eq(a->n_output_wires, b->n_output_wires);
    for (unsigned i = 0; i < 16; i++) {
        random_bits(inputs, a->n_input_wires, &seed);
        ck_assert_int_eq(sotto_circuit_evaluate(context, x, a, inputs), SOTTO_OK);
        ck_assert_int_eq(sotto_circuit_evaluate(context, y, b, inputs), SOTTO_OK);
        ck_assert_mem_eq(x, y, a->n_output_wires);
    }
    free(inputs);
    free(x);
    free(y);
}

/* Text of one written circuit reads back to the same function, and writes to the same text. */
static void check_round_trip(const sotto_circuit *circuit, sotto_format format)
{
    struct buffer first = written(circuit, format), second;
    sotto_circuit *again = parse_good(context, first.text);

    ck_assert_int_eq(again->file.format, format);
    check_same_function(circuit, again);
    if (format == SOTTO_FORMAT_FASHION) check_equal(circuit, again);
    second = written(again, format);
    ck_assert_str_eq(first.text, second.text);
    sotto_circuit_free(again);
    free(first.text);
    free(second.text);
}

START_TEST(round_trips)
{
    static const char *const files[] = {
        "add8.txt",      "add8-old.txt", "less32.txt",         "less32-old.txt", "mul8.txt",
        "mixed.txt",     "three.txt",    "typed.txt",          "zero-width.txt", "zero-gates.txt",
        "constants.txt", "copies.txt",   "zero-width-old.txt", "messy.txt",      "output-input.txt",
    };

    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        sotto_circuit *circuit = load(context, files[i]);

        check_round_trip(circuit, SOTTO_FORMAT_FASHION);
        if (circuit->n_inputs <= 2 && circuit->n_outputs == 1 && circuit->n_input_wires > 0)
            check_round_trip(circuit, SOTTO_FORMAT_BRISTOL);
        sotto_circuit_free(circuit);
    }
}
END_TEST

START_TEST(round_trips_random)
{
    uint64_t seed = 12;

    for (unsigned i = 0; i < 200; i++) {
        uint32_t n = 1 + (uint32_t)(test_next(&seed) % 60);
        uint32_t n_in = 2 + (uint32_t)(test_next(&seed) % 9);
        uint32_t n_out = 1 + (uint32_t)(test_next(&seed) % (n + n_in));
        struct reference reference = random_circuit(n, n_in, n_out, 20, true, &seed);
        sotto_circuit *circuit = parse_good(context, reference.text.text);

        check_round_trip(circuit, SOTTO_FORMAT_FASHION);
        circuit->n_outputs = 1; /* one value of all bits, for the older format */
        circuit->output_bits[0] = n_out;
        check_round_trip(circuit, SOTTO_FORMAT_BRISTOL);
        sotto_circuit_free(circuit);
        reference_free(&reference);
    }
}
END_TEST

START_TEST(written_text)
{
    sotto_circuit *circuit = parse_good(context, "4 6\n2 1 1\n1 3\n2 1 0 1 2 NAND\n1 1 2 3 EQW\n"
                                                 "1 1 0 4 EQW\n1 1 1 5 EQ\n");
    struct buffer fashion = written(circuit, SOTTO_FORMAT_FASHION);
    struct buffer old = written(circuit, SOTTO_FORMAT_BRISTOL);

    ck_assert_str_eq(fashion.text, "4 6\n2 1 1\n1 3\n\n2 1 0 1 2 AND\n1 1 2 3 INV\n"
                                   "1 1 0 4 EQW\n1 1 1 5 EQ\n");
    ck_assert_str_eq(old.text, "6 8\n1 1 3\n\n2 1 0 1 2 AND\n1 1 2 5 INV\n1 1 0 3 INV\n"
                               "1 1 3 6 INV\n2 1 0 0 4 XOR\n1 1 4 7 INV\n");
    sotto_circuit_free(circuit);
    free(fashion.text);
    free(old.text);
}
END_TEST

static int refuse_write(void *user, const char *text, size_t text_len)
{
    (void)user;
    (void)text;
    return text_len > 0;
}

START_TEST(write_refusals)
{
    sotto_circuit *three = load(context, "three.txt"), *constants = load(context, "constants.txt");

    ck_assert_int_eq(sotto_circuit_write(context, three, SOTTO_FORMAT_BRISTOL, refuse_write, NULL),
                     SOTTO_ERR_USAGE);
    ck_assert_int_eq(
        sotto_circuit_write(context, constants, SOTTO_FORMAT_BRISTOL, refuse_write, NULL),
        SOTTO_ERR_USAGE);
    ck_assert_int_eq(sotto_circuit_write(context, three, SOTTO_FORMAT_FASHION, refuse_write, NULL),
                     SOTTO_ERR_IO);
    sotto_circuit_free(three);
    sotto_circuit_free(constants);
}
END_TEST

/* ----------------------------------------------------------------------------------- memory -- */

START_TEST(allocation_failures)
{
    uint64_t seed = 3, n = 0;
    struct reference reference = random_circuit(3000, 8, 8, 50, true, &seed);
    sotto_err err = SOTTO_ERR_MEMORY;

    while (err != SOTTO_OK) {
        sotto_circuit *circuit = NULL;
        struct buffer buffer = {0};

        test_heap_fail_at(++n);
        err = parse(context, &circuit, reference.text.text);
        if (err == SOTTO_OK)
            err =
                sotto_circuit_write(context, circuit, SOTTO_FORMAT_FASHION, buffer_write, &buffer);
        test_heap_fail_at(0);
        ck_assert(err == SOTTO_OK || err == SOTTO_ERR_MEMORY);
        sotto_circuit_free(circuit);
        free(buffer.text);
    }
    ck_assert_uint_gt(n, 10);
    reference_free(&reference);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("bristol");
    TCase *tests = tcase_create("all");

    tcase_set_timeout(tests, 120);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_loop_test(tests, bad_files, 0, (int)N_BAD);
    tcase_add_test(tests, bad_files_are_all_listed);
    tcase_add_test(tests, unreadable);
    tcase_add_test(tests, values_in_messages_are_cut_and_escaped);
    tcase_add_test(tests, hints);
    tcase_add_test(tests, every_operand);
    tcase_add_test(tests, truncated);
    tcase_add_test(tests, damaged);
    tcase_add_test(tests, limits_hold);
    tcase_add_loop_test(tests, hostile_headers, 0, (int)N_HOSTILE);
    tcase_add_test(tests, many_values);
    tcase_add_test(tests, layouts);
    tcase_add_test(tests, format_by_third_line);
    tcase_add_test(tests, file_counts);
    tcase_add_test(tests, from_pipe);
    tcase_add_test(tests, from_slow_pipe);
    tcase_add_test(tests, interrupted);
    tcase_add_test(tests, round_trips);
    tcase_add_test(tests, round_trips_random);
    tcase_add_test(tests, written_text);
    tcase_add_test(tests, write_refusals);
    tcase_add_test(tests, allocation_failures);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
