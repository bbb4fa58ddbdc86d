/*
 * Runs a batch of programs against the host's compiler:
 *   against_host HOST.so BATCH.i [--seed S] [--vectors N] [--only K]
 * BATCH.i is preprocessed text in which a line "@@ K" begins program number K. HOST.so has the same
 * programs as the host's compiler made them: void run_K(const uint8_t *in, uint8_t *out), a byte a
 * bit, with one more byte behind the outputs that says whether a loop's bound was too small, and
 * const char signature_K[], the interface that the circuit must have. Each program becomes a
 * circuit at every level, goes through its file and interface, and must agree with the host on
 * random and extreme inputs. A line for each program: "ok K" or "not ok K - why".
 */
#include "circuit/interface.h"
#include "tests/compiler/levels.h"
#include "tests/compiler/simulate.h"
#include "tests/support/support.h"

#include <dlfcn.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_SECONDS 120
#define EXCEEDED "bound_exceeded"

__extension__ typedef unsigned __int128 wide;
typedef void (*host_fn)(const uint8_t *in, uint8_t *out);

struct leaf {
    sotto_type_kind kind;
    uint32_t bits;
};

struct leaves {
    struct leaf *leaf;
    uint64_t n, capacity, n_bits;
};

struct test {
    unsigned number;
    char *text;
    size_t text_len;
    host_fn host;
    const char *signature;
    uint64_t seed;
    unsigned n_vectors;
    int level;
    sotto_context *context;
    const sotto_circuit *circuit;
    struct leaves in, out;
    bool has_flag;
};

__attribute__((format(printf, 2, 3), noreturn)) static void refuse(const struct test *test,
                                                                   const char *format, ...)
{
    va_list args;

    printf("not ok %u - -O%d: ", test->number, test->level);
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    putchar('\n');
    fflush(stdout);
    _exit(1);
}

/* -------------------------------------------------------------------------------- interfaces -- */

static void add_leaves(struct leaves *out, const sotto_type *type)
{
    uint64_t n = sotto_type_n_members(type);
    sotto_type_kind kind = sotto_type_get_kind(type);

    if (kind == SOTTO_TYPE_ARRAY || kind == SOTTO_TYPE_STRUCT) {
        for (uint64_t i = 0; i < n; i++) add_leaves(out, sotto_type_member(type, i));
        return;
    }
    if (out->n == out->capacity) {
        out->capacity = 2 * out->capacity + 8;
        out->leaf = realloc(out->leaf, out->capacity * sizeof *out->leaf);
        if (out->leaf == NULL) abort();
    }
    out->leaf[out->n++] = (struct leaf){kind, (uint32_t)sotto_type_bits(type)};
    out->n_bits += sotto_type_bits(type);
}

/* u32, s7, b, f, d, [3]u8, {name:u8,...} */
static void describe(FILE *out, const sotto_type *type)
{
    unsigned long long bits = sotto_type_bits(type), n = sotto_type_n_members(type);

    switch (sotto_type_get_kind(type)) {
    case SOTTO_TYPE_BOOL: fputc('b', out); return;
    case SOTTO_TYPE_UNSIGNED: fprintf(out, "u%llu", bits); return;
    case SOTTO_TYPE_SIGNED: fprintf(out, "s%llu", bits); return;
    case SOTTO_TYPE_FLOAT: fputc('f', out); return;
    case SOTTO_TYPE_DOUBLE: fputc('d', out); return;
    case SOTTO_TYPE_ARRAY:
        fprintf(out, "[%llu]", n);
        describe(out, sotto_type_member(type, 0));
        return;
    default: break;
    }
    fputc('{', out);
    for (uint64_t i = 0; i < n; i++) {
        fprintf(out, "%s%s:", i > 0 ? "," : "", sotto_type_member_name(type, i));
        describe(out, sotto_type_member(type, i));
    }
    fputc('}', out);
}

static char *describe_interface(struct test *test, const sotto_interface *interface)
{
    uint64_t n_out = sotto_interface_n_outputs(interface);
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);

    if (out == NULL) abort();
    for (uint64_t i = 0; i < sotto_interface_n_inputs(interface); i++) {
        const sotto_type *type = sotto_interface_input_type(interface, i);

        fprintf(out, "%c %s ", "ge"[sotto_interface_input_owner(interface, i)],
                sotto_interface_input_name(interface, i));
        describe(out, type);
        fputc(';', out);
        add_leaves(&test->in, type);
    }
    for (uint64_t i = 0; i < n_out; i++) {
        const sotto_type *type = sotto_interface_output_type(interface, i);

        test->has_flag =
            i + 1 == n_out && strcmp(sotto_interface_output_name(interface, i), EXCEEDED) == 0;
        if (test->has_flag) break;
        fprintf(out, "o %s ", sotto_interface_output_name(interface, i));
        describe(out, type);
        fputc(';', out);
        add_leaves(&test->out, type);
    }
    fclose(out);
    return text;
}

static void read_interface(struct test *test, const char *json)
{
    int file = memfd_create("interface", MFD_CLOEXEC);
    sotto_interface *interface;
    char path[32], *text;

    if (file < 0 || write(file, json, strlen(json)) != (ssize_t)strlen(json)) abort();
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    if (sotto_interface_load(test->context, &interface, test->circuit, path) != SOTTO_OK)
        refuse(test, "%s", sotto_context_message(test->context));
    text = describe_interface(test, interface);
    if (strcmp(text, test->signature) != 0)
        refuse(test, "the interface is %s and not %s", text, test->signature);
    free(text);
    sotto_interface_free(interface);
    close(file);
}

/* ------------------------------------------------------------------------------------ inputs -- */

static uint64_t random_float(uint64_t *seed, unsigned bits)
{
    unsigned m = bits == 32 ? 23 : 52, e = bits - 1 - m, kind = (unsigned)(test_next(seed) % 12);
    uint64_t top = (UINT64_C(1) << e) - 1, half = top / 2, small = test_next(seed) % 40;
    uint64_t mantissa = test_next(seed) & ((UINT64_C(1) << m) - 1);
    uint64_t exponent = test_next(seed) & top;

    if (kind < 4) exponent = half + small - 20;
    else if (kind == 4) exponent = 0;
    else if (kind == 5) exponent = top;
    else if (kind == 6) exponent = small % 2 == 0 ? 1 : top - 1;
    else if (kind == 7) exponent = half + bits - 3 + small % 6;
    if (test_next(seed) % 3 == 0) mantissa = 0;
    else if (test_next(seed) % 3 == 0) mantissa &= ~UINT64_C(0) << test_next(seed) % m;
    return test_next(seed) % 2 << (bits - 1) | exponent << m | mantissa;
}

/* 0, 1, -1, the ends, powers of two and their neighbours, small and arbitrary numbers. */
static wide random_integer(uint64_t *seed, unsigned bits)
{
    wide all = (wide)test_next(seed) << 64 | test_next(seed);
    wide power = (wide)1 << test_next(seed) % bits;

    switch (test_next(seed) % 16) {
    case 0: return 0;
    case 1: return 1;
    case 2: return ~(wide)0;
    case 3: return (wide)1 << (bits - 1);
    case 4: return ((wide)1 << (bits - 1)) - 1;
    case 5: return power;
    case 6: return power - 1;
    case 7: return power + 1;
    case 8: return -power;
    case 9: return test_next(seed) % 8;
    case 10: return -(wide)(test_next(seed) % 8);
    case 11: return all & (power - 1);
    case 12: return test_next(seed) % 64;
    default: return all;
    }
}

static void fill_vector(const struct leaves *leaves, uint8_t *bits, uint64_t *seed)
{
    wide last = 0;

    for (uint64_t i = 0; i < leaves->n; i++) {
        const struct leaf *leaf = &leaves->leaf[i];
        bool is_real = leaf->kind == SOTTO_TYPE_FLOAT || leaf->kind == SOTTO_TYPE_DOUBLE;
        wide value = is_real ? random_float(seed, leaf->bits) : random_integer(seed, leaf->bits);

        /* Equal and nearly equal values are rare by chance. */
        if (i > 0 && test_next(seed) % 5 == 0) value = last + test_next(seed) % 3 - 1;
        last = value;
        for (uint32_t bit = 0; bit < leaf->bits; bit++) *bits++ = (uint8_t)(value >> bit & 1);
    }
}

/* ----------------------------------------------------------------------------------- compare -- */

/* Every NaN becomes the one that the host's side prints. */
static void normalize(const struct leaves *leaves, uint8_t *bits)
{
    for (uint64_t i = 0; i < leaves->n; bits += leaves->leaf[i].bits, i++) {
        uint32_t n = leaves->leaf[i].bits, m = n == 32 ? 23 : 52;

        if (leaves->leaf[i].kind != SOTTO_TYPE_FLOAT && leaves->leaf[i].kind != SOTTO_TYPE_DOUBLE)
            continue;
        if (memchr(bits + m, 0, n - 1 - m) != NULL || memchr(bits, 1, m) == NULL) continue;
        memset(bits, 0, n);
        memset(bits + m - 1, 1, n - m);
    }
}

static void print_bits(FILE *out, const struct leaves *leaves, const uint8_t *bits)
{
    for (uint64_t i = 0; i < leaves->n; i++) {
        fputs(i > 0 ? "," : "", out);
        for (uint32_t end = (leaves->leaf[i].bits + 3) / 4; end-- > 0;) {
            unsigned digit = 0;

            for (uint32_t k = 0; k < 4 && 4 * end + k < leaves->leaf[i].bits; k++)
                digit |= (unsigned)bits[4 * end + k] << k;
            fprintf(out, "%x", digit);
        }
        bits += leaves->leaf[i].bits;
    }
}

static void differ(const struct test *test, const uint8_t *in, const uint8_t *host,
                   const uint8_t *ours)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);

    if (out == NULL) abort();
    fputs("inputs ", out);
    print_bits(out, &test->in, in);
    fputs(" host ", out);
    print_bits(out, &test->out, host);
    fputs(" circuit ", out);
    print_bits(out, &test->out, ours);
    fclose(out);
    refuse(test, "differs: %s", text);
}

/* The host's answer to a vector in one lane. What a program computes whose bound was too small says
 * nothing: only the flag counts. */
static void compare_lane(const struct test *test, const struct simulation *s, unsigned lane,
                         const uint8_t *in, uint8_t *host, uint8_t *ours)
{
    uint64_t n = test->out.n_bits;
    bool exceeded;

    memset(host, 0, n + 1);
    test->host(in, host);
    for (uint64_t i = 0; i < n; i++) ours[i] = lane_get(simulation_output(s, i), lane);
    exceeded = test->has_flag && lane_get(simulation_output(s, n), lane);
    if (exceeded != (host[n] != 0))
        refuse(test, "the flag of loop bounds is %d and not %d", exceeded, host[n]);
    if (exceeded) return;
    normalize(&test->out, ours);
    if (memcmp(ours, host, n) != 0) differ(test, in, host, ours);
}

static void compare(const struct test *test)
{
    uint64_t n_in = test->in.n_bits, seed = test->seed * 1000003 + test->number;
    uint8_t *in = malloc(n_in * N_LANES + 1), *host = malloc(test->out.n_bits + 1);
    uint8_t *ours = malloc(test->out.n_bits + 1);
    struct simulation s;

    if (in == NULL || host == NULL || ours == NULL) abort();
    simulation_init(&s, test->circuit);
    for (unsigned done = 0; done < test->n_vectors; done += N_LANES) {
        for (unsigned lane = 0; lane < N_LANES; lane++) {
            fill_vector(&test->in, in + lane * n_in, &seed);
            for (uint64_t i = 0; i < n_in; i++) lane_set(&s.inputs[i], lane, in[lane * n_in + i]);
        }
        simulation_run(&s);
        for (unsigned lane = 0; lane < N_LANES; lane++)
            compare_lane(test, &s, lane, in + lane * n_in, host, ours);
    }
    simulation_wipe(&s);
    free(in);
    free(host);
    free(ours);
}

static void check_level(struct test *test)
{
    static const struct compile_options options = {.no_warnings = true};
    struct built built;
    sotto_circuit *again = NULL;
    sotto_err err =
        build_circuit(test->context, &built, test->text, test->text_len, &options, test->level);

    if (err == SOTTO_ERR_INPUT) refuse(test, "%s", built.compilation.diag.messages[0]);
    if (err != SOTTO_OK) refuse(test, "error %d", (int)err);
    err = through_file(test->context, &again, built.circuit,
                       test->number % 2 == 0 ? SOTTO_FORMAT_FASHION : SOTTO_FORMAT_BRISTOL);
    /* The older format has no constant outputs. */
    if (err == SOTTO_ERR_USAGE)
        err = through_file(test->context, &again, built.circuit, SOTTO_FORMAT_FASHION);
    if (err != SOTTO_OK) refuse(test, "%s", sotto_context_message(test->context));
    test->circuit = again;
    test->in = test->out = (struct leaves){0};
    read_interface(test, built.compilation.program.interface);
    compare(test);
    free(test->in.leaf);
    free(test->out.leaf);
    sotto_circuit_free(again);
    built_free(&built);
}

/* In a process of its own: a crash is one failed test. */
static void check_program(struct test *test)
{
    pid_t child;
    int status;

    fflush(stdout);
    child = fork();
    if (child < 0) abort();
    if (child == 0) {
        alarm(MAX_SECONDS);
        for (test->level = 0; test->level < N_LEVELS; test->level++) check_level(test);
        printf("ok %u\n", test->number);
        fflush(stdout);
        _exit(0);
    }
    if (waitpid(child, &status, 0) < 0) abort();
    if (WIFSIGNALED(status))
        printf("not ok %u - killed by signal %d\n", test->number, WTERMSIG(status));
    else if (WEXITSTATUS(status) > 1)
        printf("not ok %u - exit status %d\n", test->number, WEXITSTATUS(status));
}

/* ------------------------------------------------------------------------------------- batch -- */

static void *host_symbol(void *library, const char *name, unsigned number)
{
    char text[64];
    void *symbol;

    snprintf(text, sizeof text, "%s_%u", name, number);
    symbol = dlsym(library, text);
    if (symbol == NULL) {
        fprintf(stderr, "against_host: no %s\n", text);
        exit(2);
    }
    return symbol;
}

/* What stands before the first program belongs to each. */
static char *with_prelude(const char *prelude, size_t prelude_len, const char *program)
{
    size_t len = strlen(program);
    char *text = malloc(prelude_len + len + 2);

    if (text == NULL) abort();
    memcpy(text, prelude, prelude_len);
    text[prelude_len] = '\n';
    memcpy(text + prelude_len + 1, program, len + 1);
    return text;
}

static void run_batch(struct test *test, void *library, char *text, unsigned only)
{
    char *at = strstr(text, "\n@@ ");
    size_t prelude_len = at != NULL ? (size_t)(at - text) : 0;

    while (at != NULL) {
        char *next = strstr(at + 1, "\n@@ "), *start;
        void *host;

        test->number = (unsigned)strtoul(at + 4, &start, 10);
        if (next != NULL) *next = '\0';
        test->text = with_prelude(text, prelude_len, start);
        test->text_len = strlen(test->text);
        host = host_symbol(library, "run", test->number);
        memcpy(&test->host, &host, sizeof host);
        test->signature = host_symbol(library, "signature", test->number);
        if (only == 0 || only == test->number) check_program(test);
        free(test->text);
        if (next != NULL) *next = '\n';
        at = next;
    }
}

int main(int argc, char **argv)
{
    struct test test = {.seed = 1, .n_vectors = N_LANES};
    unsigned only = 0;
    void *library;
    char *text;

    for (int i = 3; i + 1 < argc; i += 2)
        if (strcmp(argv[i], "--seed") == 0) test.seed = strtoull(argv[i + 1], NULL, 10);
        else if (strcmp(argv[i], "--only") == 0) only = (unsigned)strtoul(argv[i + 1], NULL, 10);
        else test.n_vectors = (unsigned)strtoul(argv[i + 1], NULL, 10);
    if (argc < 3 || sotto_context_new(&test.context, NULL) != SOTTO_OK) return 2;
    library = dlopen(argv[1], RTLD_NOW);
    text = test_read_file(argv[2], NULL);
    if (library == NULL || text == NULL) {
        fprintf(stderr, "against_host: %s\n", library == NULL ? dlerror() : argv[2]);
        return 2;
    }
    run_batch(&test, library, text, only);
    free(text);
    sotto_context_free(test.context);
    return 0;
}
