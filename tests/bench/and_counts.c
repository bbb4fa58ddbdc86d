/*
 * The table of AND counts: compiles the C that a user would write for each program, checks the
 * circuit against the word interpreter on random inputs, and prints what it costs beside the best
 * known figure and the most it may cost. Exit 1 when a count is above its limit or a circuit wrong.
 *   and_counts [FILE.i ...]
 * Files are preprocessed programs to be counted without a limit.
 *   and_counts -p FOLDER
 * writes the programs there, one a file.
 */
#include "compiler/compile.h"
#include "compiler/emit.h"
#include "compiler/lower.h"
#include "compiler/pass.h"

#include "base/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define N_CHECKED 64

struct program {
    const char *name;
    uint64_t best_elsewhere; /* 0: none known */
    uint64_t max_and;
    const char *text;
};

#define G "__garbler "
#define E "__evaluator "
#define O "__output "

static const struct program programs[] = {
    {"add 32", 31, 31, "int f(int a, int b) { return a + b; }"},
    {"sub 64", 63, 63, "long f(long a, long b) { return a - b; }"},
    {"negate 32", 31, 30, "int f(" G "int a) { return -a; }"},
    {"abs 32", 61, 31, "int f(" G "int a) { return a < 0 ? -a : a; }"},
    {"< 32", 32, 32, "_Bool f(int a, int b) { return a < b; }"},
    {"== 32", 31, 31, "_Bool f(int a, int b) { return a == b; }"},
    {"max 32", 64, 64, "int f(int a, int b) { return a > b ? a : b; }"},
    {"mux 32", 32, 32, "int f(" G "_Bool c, " G "int a, " E "int b) { return c ? a : b; }"},
    {"mul 32 to 32", 993, 976, "int f(int a, int b) { return a * b; }"},
    {"mul 64 to 64", 4033, 3598, "long f(long a, long b) { return a * b; }"},
    {"mul 32 to 64", 1689, 1600,
     "unsigned long f(unsigned a, unsigned b) { return (unsigned long)a * b; }"},
    {"mul 64 to 128", 8128, 5216,
     "unsigned _BitInt(128) f(unsigned long a, unsigned long b) "
     "{ return (unsigned _BitInt(128))a * b; }"},
    {"square 32", 722, 465, "int f(" G "int a) { return a * a; }"},
    {"u / 32", 1085, 589, "unsigned f(unsigned a, unsigned b) { return a / b; }"},
    {"u / 64", 4221, 2205, "unsigned long f(unsigned long a, unsigned long b) { return a / b; }"},
    {"u / and % 32", 1853, 652,
     "void f(" G "unsigned a, " E "unsigned b, " O "unsigned q[1], " O "unsigned r[1]) "
     "{ q[0] = a / b; r[0] = a % b; }"},
    {"u / and % 64", 4285, 2332,
     "void f(" G "unsigned long a, " E "unsigned long b, " O "unsigned long q[1], " O
     "unsigned long r[1]) { q[0] = a / b; r[0] = a % b; }"},
    {"s / 32", 1268, 682, "int f(int a, int b) { return a / b; }"},
    {"s / 64", 4664, 2394, "long f(long a, long b) { return a / b; }"},
    {"s % 32", 1300, 745, "int f(int a, int b) { return a % b; }"},
    {"s % 64", 0, 2521, "long f(long a, long b) { return a % b; }"},
    {"u32 / 10", 113, 58, "unsigned f(" G "unsigned a) { return a / 10; }"},
    {"u32 / 1000", 0, 138, "unsigned f(" G "unsigned a) { return a / 1000; }"},
    {"u32 % 1000000", 0, 182, "unsigned f(" G "unsigned a) { return a % 1000000; }"},
    {"shift left 32", 160, 160, "unsigned f(unsigned a, unsigned b) { return a << b; }"},
    {"rotate left 32", 320, 144,
     "unsigned f(unsigned a, unsigned b) { return a << (b & 31) | a >> (-b & 31); }"},
    {"popcount 32", 0, 31, "int f(" G "unsigned a) { return __builtin_popcount(a); }"},
    {"popcount 32 loop", 103, 31,
     "int f(" G
     "unsigned a) { int n = 0; for (int i = 0; i < 32; i++) n += a >> i & 1; return n; }"},
    {"popcount 32 if loop", 103, 31,
     "int f(" G "unsigned a) { int n = 0; for (int i = 0; i < 32; i++) if (a >> i & 1) n++; "
     "return n; }"},
    {"popcount 32 shift loop", 103, 31,
     "int f(" G "unsigned a) { int n = 0; for (int i = 0; i < 32; i++) { n += a & 1; a >>= 1; } "
     "return n; }"},
    {"Hamming 160", 0, 158,
     "int f(const unsigned a[5], const unsigned b[5]) { int n = 0; for (int i = 0; i < 5; i++) "
     "for (unsigned x = a[i] ^ b[i], j = 0; j < 32; j++) n += x >> j & 1; return n; }"},
    {"Hamming 1600", 4153, 1597,
     "int f(const unsigned a[50], const unsigned b[50]) { int n = 0; for (int i = 0; i < 50; i++) "
     "for (unsigned x = a[i] ^ b[i], j = 0; j < 32; j++) n += x >> j & 1; return n; }"},
    {"a[16] read", 480, 480,
     "int f(" G "const int a[16], " E "unsigned _BitInt(4) i) { return a[i]; }"},
    {"a[16] write", 536, 526,
     "void f(" G "const int a[16], " E "unsigned _BitInt(4) i, " E "int x, " O
     "int b[16]) { for (int j = 0; j < 16; j++) b[j] = a[j]; b[i] = x; }"},
    {"sum of 32", 961, 935,
     "int f(" G
     "const int a[32]) { int s = 0; for (int i = 0; i < 32; i++) s += a[i]; return s; }"},
    {"matrix 3x3", 27369, 26820,
     "void f(" G "const int a[3][3], " E "const int b[3][3], " O "int c[3][3]) { for (int i = 0; "
     "i < 3; i++) for (int j = 0; j < 3; j++) { c[i][j] = 0; for (int k = 0; k < 3; k++) "
     "c[i][j] += a[i][k] * b[k][j]; } }"},
    {"matrix 5x5", 127225, 124200,
     "void f(" G "const int a[5][5], " E "const int b[5][5], " O "int c[5][5]) { for (int i = 0; "
     "i < 5; i++) for (int j = 0; j < 5; j++) { int s = 0; for (int k = 0; k < 5; k++) "
     "s += a[i][k] * b[k][j]; c[i][j] = s; } }"},
    {"matrix 8x8", 522304, 508864,
     "void f(" G "const int a[8][8], " E "const int b[8][8], " O "int c[8][8]) { for (int i = 0; "
     "i < 8; i++) for (int j = 0; j < 8; j++) { int s = 0; for (int k = 0; k < 8; k++) "
     "s += a[i][k] * b[k][j]; c[i][j] = s; } }"},
    {"squared distance 2-D", 1536, 991,
     "int f(const int a[2], const int b[2]) { int x = a[0] - b[0], y = a[1] - b[1]; "
     "return x * x + y * y; }"},
    {"isqrt 32", 255, 255,
     "unsigned f(" G "unsigned x) { unsigned r = 0, rest = 0; for (int i = 0; i < 16; i++) { "
     "rest = rest << 2 | x >> 30; x <<= 2; r <<= 1; unsigned t = r << 1 | 1; "
     "if (rest >= t) { rest -= t; r |= 1; } } return r; }"},
    {"isqrt 32 by bits", 255, 255,
     "unsigned f(" G "unsigned x) { unsigned r = 0; for (unsigned b = 1u << 30; b != 0; b >>= 2) { "
     "if (x >= r + b) { x -= r + b; r = (r >> 1) + b; } else r >>= 1; } return r; }"},
    {"median of 3", 192, 160,
     "int f(" G "int a, " G "int b, " E "int c) { return a < b ? (b < c ? b : a < c ? c : a) : "
     "(a < c ? a : b < c ? c : b); }"},
    {"median of 3 min max", 192, 160,
     "static int lo(int a, int b) { return a < b ? a : b; } static int hi(int a, int b) { return "
     "a < b ? b : a; } int f(" G "int a, " G "int b, " E "int c) "
     "{ return hi(lo(a, b), lo(hi(a, b), c)); }"},
    {"argmax of 10", 565, 565,
     "unsigned _BitInt(4) f(" G "const int a[10]) { int best = a[0]; unsigned _BitInt(4) at = 0; "
     "for (int i = 1; i < 10; i++) if (a[i] > best) { best = a[i]; at = i; } return at; }"},
    {"ReLU(a + b)", 94, 62, "int f(int a, int b) { int s = a + b; return s > 0 ? s : 0; }"},
    {"bubble sort 8", 1792, 1792,
     "void f(" G "const unsigned a[8], " O "unsigned s[8]) { for (int i = 0; i < 8; i++) "
     "s[i] = a[i]; for (int i = 0; i < 7; i++) for (int j = 0; j < 7 - i; j++) if (s[j] > s[j + "
     "1]) "
     "{ unsigned t = s[j]; s[j] = s[j + 1]; s[j + 1] = t; } }"},
    {"edit distance 8x8", 2264, 2264,
     "static unsigned char lo(unsigned char a, unsigned char b) { return a < b ? a : b; } "
     "unsigned char f(const unsigned char a[8], const unsigned char b[8]) { unsigned char d[9][9]; "
     "for (int i = 0; i < 9; i++) d[i][0] = d[0][i] = i; for (int i = 1; i < 9; i++) for (int j = "
     "1; "
     "j < 9; j++) d[i][j] = lo(lo(d[i - 1][j] + 1, d[i][j - 1] + 1), "
     "d[i - 1][j - 1] + (a[i - 1] != b[j - 1])); return d[8][8]; }"},
    {"float add", 986, 1000, "float f(float a, float b) { return a + b; }"},
    {"float mul", 3016, 1500, "float f(float a, float b) { return a * b; }"},
    {"float div", 3809, 1200, "float f(float a, float b) { return a / b; }"},
    {"float sqrt", 2455, 2455, "float f(" G "float a) { return sqrtf(a); }"},
    {"double mul", 11068, 5400, "double f(double a, double b) { return a * b; }"},
    {"double div", 22741, 4200, "double f(double a, double b) { return a / b; }"},
};

struct result {
    struct graph_count count;
    uint64_t n_gates;
    double seconds;
    bool failed; /* to compile */
    bool wrong;
};

/* ------------------------------------------------------------------------------------- checks --
 */

static uint64_t next(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

/* Sparse, dense and even bits in turn. */
static uint64_t random_lanes(uint64_t *seed)
{
    uint64_t a = next(seed), b = next(seed), even = UINT64_C(0x00000000ffffffff);

    return (a & even) | (a & b & UINT64_C(0x0000ffff00000000)) |
           ((a | b) & UINT64_C(0xffff000000000000));
}

static bool agrees(struct compilation *compilation, const struct graph *graph,
                   const literal *outputs)
{
    uint64_t n_in = word_program_input_bits(&compilation->program), seed = 7;
    uint64_t n_out = word_program_output_bits(&compilation->program);
    uint64_t *values = mem_new((uint64_t)graph->n_nodes + 1, sizeof *values);
    uint8_t *in = arena_new(&compilation->arena, n_in, 1);
    bool same = values != NULL;

    for (uint64_t i = 0; same && i < n_in; i++) values[1 + i] = random_lanes(&seed);
    if (same) graph_simulate(graph, values);
    for (unsigned lane = 0; lane < N_CHECKED && same; lane++) {
        const uint8_t *expected;

        for (uint64_t i = 0; i < n_in; i++) in[i] = values[1 + i] >> lane & 1;
        expected = word_evaluate(&compilation->program, &compilation->arena, in);
        for (uint64_t i = 0; i < n_out && same; i++)
            same = expected[i] == (graph_value(values, outputs[i]) >> lane & 1);
    }
    mem_free(values);
    return same;
}

static double cpu_seconds(void)
{
    return (double)clock() / CLOCKS_PER_SEC;
}

static struct result measure(const char *name, const char *text)
{
    struct compile_options options = {.no_warnings = true};
    struct compilation compilation;
    struct graph graph = {.n_nodes = 0};
    struct result result = {.failed = true};
    jmp_buf on_error;
    literal *outputs;
    double start;

    if (compile(&compilation, name, text, strlen(text), &options) != SOTTO_OK) {
        for (uint64_t i = 0; i < compilation.diag.n_messages; i++)
            fprintf(stderr, "%s\n", compilation.diag.messages[i]);
        compilation_free(&compilation);
        return result;
    }
    graph_init(&graph, &compilation.arena);
    if (setjmp(on_error) == 0) {
        compilation.arena.on_error = &on_error;
        outputs = arena_new(&compilation.arena, word_program_output_bits(&compilation.program),
                            sizeof *outputs);
        start = cpu_seconds();
        lower_program(&graph, outputs, &compilation.program);
        pass_run(&graph, outputs, word_program_output_bits(&compilation.program),
                 pass_set_of_level(PASS_MAX_LEVEL));
        result.seconds = cpu_seconds() - start;
        result.n_gates = graph.n_gates;
        result.count = graph_count(&graph, outputs, word_program_output_bits(&compilation.program));
        result.wrong = !agrees(&compilation, &graph, outputs);
        result.failed = false;
    }
    graph_wipe(&graph);
    compilation_free(&compilation);
    return result;
}

/* ------------------------------------------------------------------------------------- table -- */

static bool report(const char *name, uint64_t best, uint64_t max, struct result result)
{
    bool is_high = max > 0 && result.count.n_and > max;

    printf("%-24s %9llu %9llu %9llu %9llu %7llu %8.2f%s%s%s\n", name, (unsigned long long)best,
           (unsigned long long)max, (unsigned long long)result.count.n_and,
           (unsigned long long)result.count.n_xor, (unsigned long long)result.count.and_depth,
           result.seconds, is_high ? "  HIGH" : "", result.failed ? "  FAILED" : "",
           result.wrong ? "  WRONG" : "");
    return !is_high && !result.failed && !result.wrong;
}

static char *read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    char *text = NULL;
    size_t len = 0, got;

    if (file == NULL) return NULL;
    do {
        char *longer = realloc(text, len + 65536 + 1);

        if (longer == NULL) break;
        text = longer;
        got = fread(text + len, 1, 65536, file);
        len += got;
        text[len] = '\0';
    } while (got > 0);
    fclose(file);
    return text;
}

/* Program 13, "u / 32", becomes 13-u___32.c. */
static bool write_program(const char *folder, unsigned number)
{
    const struct program *program = &programs[number];
    char path[4096];
    size_t at = strlen(folder) + 1, end;
    FILE *file;
    bool good;

    if (snprintf(path, sizeof path, "%s/%02u-%s.c", folder, number, program->name) >=
        (int)sizeof path)
        return false;
    end = strlen(path) - 2;
    for (; at < end; at++)
        if (strchr(" /%<=[](),+", path[at]) != NULL) path[at] = '_';
    file = fopen(path, "wb");
    if (file == NULL) return false;
    good = fprintf(file, "%s\n", program->text) > 0;
    return fclose(file) == 0 && good;
}

int main(int argc, char **argv)
{
    bool good = true;

    if (argc == 3 && strcmp(argv[1], "-p") == 0) {
        for (unsigned i = 0; i < sizeof programs / sizeof programs[0]; i++)
            good = write_program(argv[2], i) && good;
        return good ? 0 : 1;
    }

    printf("%-24s %9s %9s %9s %9s %7s %8s\n", "program", "elsewhere", "at most", "AND", "XOR",
           "depth", "seconds");
    for (int i = 1; i < argc; i++) {
        char *text = read_file(argv[i]);
        const char *slash = strrchr(argv[i], '/');

        if (text == NULL) fprintf(stderr, "and_counts: cannot read %s\n", argv[i]);
        good = text != NULL &&
               report(slash != NULL ? slash + 1 : argv[i], 0, 0, measure(argv[i], text)) && good;
        free(text);
    }
    for (unsigned i = 0; argc < 2 && i < sizeof programs / sizeof programs[0]; i++) {
        const struct program *program = &programs[i];

        good = report(program->name, program->best_elsewhere, program->max_and,
                      measure(program->name, program->text)) &&
               good;
    }
    return good ? 0 : 1;
}
