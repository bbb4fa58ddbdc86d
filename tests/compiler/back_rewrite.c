/*
 * What the compiler makes of idioms: programs in small words are compiled with and without
 * simplification, and both circuits are compared with the interpreter of the words as they were
 * written, on all inputs when these are few, else on random ones. SEC-23
 */
#include "compiler/compile.h"
#include "compiler/lower.h"

#include "tests/compiler/back.h"

#define TYPES                                                                                      \
    "typedef unsigned _BitInt(2) u2; typedef unsigned _BitInt(3) u3; typedef unsigned _BitInt(4) " \
    "u4; typedef _BitInt(4) s4; typedef unsigned char u8; typedef unsigned _BitInt(6) u6; "

#define ALL_INPUTS_BITS 12 /* and no more: the words are interpreted one input after the other */
#define N_ROUNDS 32

struct idiom {
    const char *text;
    uint64_t max_and;
};

#define MEDIAN(body) TYPES "s4 f(s4 __garbler a, s4 __garbler b, s4 __evaluator c) { " body " }"

static const struct idiom idioms[] = {
    /* choices and majorities */
    {TYPES "u4 f(u4 __garbler a, u4 __garbler b, u4 __garbler c) { return (a & b) ^ (~a & c); }",
     4},
    {TYPES "u4 f(u4 __garbler a, u4 __garbler b, u4 __garbler c) { return (~a & c) | (b & a); }",
     4},
    {TYPES "u4 f(u4 __garbler a, u4 __garbler b, u4 __garbler c) { return (b & c) + (~b & a); }",
     4},
    {TYPES "u4 f(u4 __garbler a, u4 __garbler b, u4 __garbler c) "
           "{ return (a & b) ^ (a & c) ^ (b & c); }",
     4},
    {TYPES "u4 f(u4 __garbler a, u4 __garbler b, u4 __garbler c) "
           "{ return (b & a) | (c & b) | (a & c); }",
     4},
    {TYPES "u4 f(u4 __garbler a, u4 __garbler b, u4 __garbler c) "
           "{ return (a & b) | (c & (a | b)); }",
     4},
    {TYPES "u4 f(u4 __garbler a, u4 __garbler b, u4 __garbler c) "
           "{ return (a & b) + (c & (a ^ b)); }",
     4},
    /* near misses of these */
    {TYPES "u4 f(u4 __garbler a, u4 __garbler b, u4 __garbler c) "
           "{ return (a & b) ^ (c & (a | b)); }",
     12},
    {TYPES "u4 f(u4 __garbler a, u4 __garbler b, u4 __garbler c) "
           "{ return (a & b) + (c & (a | b)); }",
     15},
    {TYPES "u4 f(u4 __garbler a, u4 __garbler b, u4 __garbler c) "
           "{ return (a & b) + (a & c); }",
     11},
    /* differences */
    {TYPES "u8 f(u8 __garbler a, u8 __evaluator b) { return a > b ? a - b : b - a; }", 15},
    {TYPES "u8 f(u8 __garbler a, u8 __evaluator b) { return a <= b ? b - a : a - b; }", 15},
    {TYPES "u8 f(u8 __garbler a, u8 __evaluator b) { return a < b ? a - b : b - a; }", 15},
    {TYPES "u8 f(u8 __garbler a, u8 __evaluator b) { return a > 9 ? a - b : b - a; }", 20},
    {TYPES "void f(s4 __garbler a, s4 __evaluator b, s4 __output r[2]) "
           "{ r[0] = a > b ? a : b; r[1] = a < b ? a : b; }",
     8},
    {TYPES "u8 f(u8 __garbler a, u8 __evaluator b) { if (a >= b) a -= b; return a; }", 16},
    {TYPES "u8 f(u8 __garbler a, u8 __evaluator b) { if (a > b) a -= b; return a; }", 24},
    {TYPES "u8 f(u8 __garbler a) { for (int i = 0; i < 3; i++) if (a >= 77) a -= 77; return a; }",
     48},
    {TYPES "u4 f(u8 __garbler a, u4 __evaluator b) { unsigned r = 0; for (int i = 7; i >= 0; i--) "
           "{ r = r << 1 | (a >> i & 1); if (r >= b) r -= b; } return r; }",
     120},
    /* square roots */
    {TYPES "u4 f(u8 __garbler y) { unsigned x = y, r = 0; for (unsigned b = 64; b != 0; b >>= 2) "
           "{ if (x >= r + b) { x -= r + b; r = (r >> 1) + b; } else r >>= 1; } return r; }",
     18},
    {TYPES "unsigned short f(unsigned short __garbler y) { unsigned x = y, r = 0, rest = 0; "
           "for (int i = 0; i < 8; i++) { rest = rest << 2 | (x >> 14 & 3); x <<= 2; r <<= 1; "
           "unsigned t = r << 1 | 1; if (rest >= t) { rest -= t; r |= 1; } } return r << 8 | rest; "
           "}",
     80},
    {TYPES "unsigned short f(unsigned short __garbler y) { int x = y, r = 0; "
           "for (int b = 1 << 14; b != 0; b >>= 2) { int t = r + b; r >>= 1; "
           "if (t <= x) { x = x - t; r += b; } } return r ^ x << 8; }",
     80},
    /* the same with a remainder that is not bounded by the root */
    {TYPES "unsigned short f(unsigned short __garbler y) { unsigned x = y, r = 0; "
           "for (unsigned b = 1u << 12; b != 0; b >>= 2) { if (x >= r + b) { x -= r + b; "
           "r = (r >> 1) + b; } else r >>= 1; } return r ^ x << 4; }",
     0},
    {TYPES "u8 f(u8 __garbler a, u3 __evaluator b) { u8 x = a, t = b; for (int i = 0; i < 4; i++) "
           "{ t = t << 2 | 1; if (x >= t) { x -= t; t ^= 4; } else t = t >> 1; } return x ^ t; }",
     0},
    /* orders */
    {MEDIAN("return a < b ? (b < c ? b : a < c ? c : a) : (a < c ? a : b < c ? c : b);"), 20},
    {MEDIAN("s4 l = a < b ? a : b, h = a < b ? b : a; h = h < c ? h : c; return l < h ? h : l;"),
     20},
    {MEDIAN("if ((a <= b && b <= c) || (c <= b && b <= a)) return b; "
            "if ((b <= a && a <= c) || (c <= a && a <= b)) return a; return c;"),
     20},
    {MEDIAN("s4 t; if (a > b) { t = a; a = b; b = t; } if (b > c) { t = b; b = c; c = t; } "
            "if (a > b) { t = a; a = b; b = t; } return b;"),
     20},
    {MEDIAN("s4 m = a < b ? b : a; m = m < c ? c : m; return m;"), 16},
    {MEDIAN("s4 m = a > b ? a : b; m = m > c ? m : c; s4 l = a > b ? b : a; l = l > c ? c : l; "
            "return m ^ l;"),
     28},
    {MEDIAN("s4 m = a > b ? a : b; return a < m ? a : m;"), 0},
    {MEDIAN("s4 m = b > 3 ? 3 : b; return m < -2 ? -2 : m ^ (a & c);"), 0},
    {MEDIAN("if (a == b) return c; return a < b ? (b < c ? b : c) : (a < c ? a : c);"), 0},
    {MEDIAN("return (a < b) + 2 * (b < c) + 4 * (a < c) + 8 * ((a < b ? a : b) == c);"), 0},
    {TYPES "u4 f(u4 __garbler a, s4 __garbler b, u4 __evaluator c) { u4 m = a < (u4)b ? a : b; "
           "return (s4)m < (s4)c ? (m < c ? m : c) : a; }",
     0},
    {TYPES "u2 f(u2 __garbler a, u2 __garbler b, u2 __garbler c, u2 __evaluator d) { "
           "u2 l = a < b ? a : b, h = a < b ? b : a, m = c < d ? c : d, n = c < d ? d : c; "
           "u2 x = l < m ? m : l, y = h < n ? h : n; return x < y ? x : y; }",
     0},
    /* integer roots */
    {"unsigned f(unsigned _BitInt(12) __garbler x) { return (unsigned)sqrt((double)x); }", 24},
    {"int f(_BitInt(12) __garbler x) { return (int)sqrt((double)x); }", 28},
    {"int f(unsigned char __garbler x) { return sqrtf((float)(x * 5)); }", 0},
    {"int f(_BitInt(9) __garbler x) { return (int)sqrt((double)(float)x); }", 0},
    {"_BitInt(3) f(unsigned _BitInt(9) __garbler x) { return (_BitInt(3))sqrt((double)x); }", 0},
    {"int f(unsigned __garbler x) { return (int)sqrtf((float)x); }", 0},
    {"unsigned long f(unsigned __garbler x) { return (unsigned long)sqrt((double)x); }", 136},
    /* pieces */
    {TYPES "u8 f(u4 __garbler a, _Bool __evaluator c) { return c ? a << 2 | 1 : a << 2 | 2; }", 0},
    {TYPES "u8 f(u4 __garbler a, _Bool __evaluator c) { unsigned x = a << 3; if (c) x += 5; "
           "x += 128; return x; }",
     0},
    {TYPES "unsigned f(u4 __garbler a) { return (a << 4) + 15 + ((a & 3) << 2); }", 8},
    {TYPES "unsigned f(u2 __garbler a, _Bool __evaluator c) { unsigned r = 0; "
           "r = c ? 64 : 0; r = a == 1 ? r >> 1 : (r >> 1) + 16; r = a == 2 ? r | 1 : r; return r; "
           "}",
     2},
    /* indices */
    {TYPES "int f(const u2 __garbler a[6]) { int k = 0; for (int i = 1; i < 6; i++) "
           "if (a[i] > a[k]) k = i; return k; }",
     30},
    {TYPES "u2 f(const u2 __garbler a[5], const _Bool __evaluator c[4]) { int k = 0, l = 4; for "
           "(int i = 1; i < 5; i++) { if (c[i - 1]) k = i; else if (a[k] & 1) l = k; } "
           "return a[k] ^ a[l]; }",
     0},
    {TYPES "u2 f(const u2 __garbler a[3], u2 __evaluator i) { return a[i % 3]; }", 0},
    {TYPES "u4 f(u4 __garbler i, u3 __evaluator j) { static const u4 t[5][3] = {{1, 2, 3}, {5, 7, "
           "11}, {13, 4, 9}, {8, 8, 8}, {0, 6, 15}}; return t[j][i]; }",
     0},
    {TYPES "u4 f(u2 __garbler i, u2 __evaluator j) { static const u4 t[4][4] = {{1, 2, 3, 9}, {5, "
           "7, 11, 6}, {13, 4, 9, 0}, {8, 8, 8, 8}}; return t[j][i]; }",
     11},
    /* counts */
    {TYPES "int f(u8 __garbler a, u8 __evaluator b) { return __builtin_popcount(a) + "
           "__builtin_popcount(b); }",
     15},
    {TYPES "int f(u8 __garbler a, u8 __evaluator b) { return 3 - __builtin_popcount(a) - "
           "__builtin_popcount(b) + a; }",
     0},
};

/* ------------------------------------------------------------------------------- comparison -- */

static void compile_idiom(struct compilation *compilation, const char *text, bool fold)
{
    struct compile_options options = {.no_warnings = true, .no_fold = !fold};
    sotto_err err = compile(compilation, "idiom", text, strlen(text), &options);

    if (err != SOTTO_OK && compilation->diag.n_messages > 0)
        fprintf(stderr, "%s\n%s\n", text, compilation->diag.messages[0]);
    ck_assert_int_eq(err, SOTTO_OK);
}

static uint64_t lane_bit(uint64_t at, uint64_t first, uint64_t n_in, uint64_t *seed)
{
    uint64_t lanes = 0;

    if (n_in > ALL_INPUTS_BITS) return test_next(seed);
    for (unsigned lane = 0; lane < 64; lane++) lanes |= ((first + lane) >> at & 1) << lane;
    return lanes;
}

/* 64 assignments at a time; expected is the program as it was written. */
static void compare(const struct idiom *idiom, struct compilation *expected,
                    const struct graph *graph, const literal *outputs)
{
    uint64_t n_in = word_program_input_bits(&expected->program), seed = 3;
    uint64_t n_out = word_program_output_bits(&expected->program);
    uint64_t n_all = n_in > ALL_INPUTS_BITS ? 64 * N_ROUNDS : UINT64_C(1) << n_in;
    uint64_t *values = calloc((size_t)graph->n_nodes + 1, sizeof *values);
    uint8_t *in = calloc(n_in + 1, 1);

    for (uint64_t first = 0; first < n_all; first += 64) {
        for (uint64_t i = 0; i < n_in; i++) values[1 + i] = lane_bit(i, first, n_in, &seed);
        graph_simulate(graph, values);
        for (unsigned lane = 0; lane < 64; lane++) {
            struct arena arena;
            const uint8_t *out;

            arena_init(&arena, UINT64_C(1) << 30, &compile_failed);
            for (uint64_t i = 0; i < n_in; i++) in[i] = values[1 + i] >> lane & 1;
            out = word_evaluate(&expected->program, &arena, in);
            for (uint64_t i = 0; i < n_out; i++)
                ck_assert_msg(out[i] == (graph_value(values, outputs[i]) >> lane & 1), "%s\nbit %u",
                              idiom->text, (unsigned)i);
            arena_free(&arena);
        }
    }
    free(values);
    free(in);
}

static void check_idiom(const struct idiom *idiom, bool fold)
{
    struct compilation written, compiled;
    struct graph graph;
    struct graph_count count;
    uint64_t n_out;
    literal *outputs;

    compile_idiom(&written, idiom->text, false);
    compile_idiom(&compiled, idiom->text, fold);
    n_out = word_program_output_bits(&compiled.program);
    ck_assert_uint_eq(n_out, word_program_output_bits(&written.program));
    if (setjmp(compile_failed) != 0) ck_abort_msg("%s: failed", idiom->text);
    compiled.arena.on_error = &compile_failed;
    graph_init(&graph, &compiled.arena);
    outputs = arena_new(&compiled.arena, n_out, sizeof *outputs);
    lower_program(&graph, outputs, &compiled.program);
    count = graph_count(&graph, outputs, n_out);
    if (fold && idiom->max_and > 0)
        ck_assert_msg(count.n_and <= idiom->max_and, "%s: %u ANDs", idiom->text,
                      (unsigned)count.n_and);
    compare(idiom, &written, &graph, outputs);
    graph_wipe(&graph);
    compilation_free(&compiled);
    compilation_free(&written);
}

START_TEST(simplified)
{
    check_idiom(&idioms[_i], true);
}
END_TEST

START_TEST(as_written)
{
    check_idiom(&idioms[_i], false);
}
END_TEST

/* That the root of a float is the integer's: at squares and beside them. */
START_TEST(integer_roots)
{
    struct arena arena;
    struct word_graph words;
    uint64_t seed = 11;

    if (setjmp(compile_failed) != 0) ck_abort_msg("failed");
    arena_init(&arena, UINT64_C(1) << 30, &compile_failed);
    word_graph_init(&words, &arena);
    for (unsigned i = 0; i < 20000; i++) {
        uint32_t bits = i % 2 == 0 ? 64 : 32, used = bits == 64 ? 52 : 23;
        uint64_t n = test_next(&seed) >> (64 - used / 2 + i / 2 % 11), value = n * n + i % 3 - 1;
        struct word *x, *root, *exact;

        if (i < 4) value = (UINT64_C(1) << used) - 1 - i / 2;
        if (value >> used != 0) continue;
        x = word_const(&words, used, value);
        root = word_unary(&words, WORD_FSQRT, word_convert(&words, WORD_FROMUINT, x, bits));
        root = word_convert(&words, WORD_TOUINT, root, 40);
        exact = word_resize(&words, word_convert(&words, WORD_ROOT, x, 26), 40, false);
        ck_assert_msg(root == exact, "root of %llu", (unsigned long long)value);
    }
    arena_free(&arena);
}
END_TEST

int main(void)
{
    static const int n_idioms = sizeof idioms / sizeof idioms[0];
    Suite *suite = suite_create("rewriting");
    TCase *tests = tcase_create("rewriting");
    SRunner *runner = srunner_create(suite);
    int n_failed;

    suite_add_tcase(suite, tests);
    tcase_set_timeout(tests, 600);
    tcase_add_loop_test(tests, simplified, 0, n_idioms);
    tcase_add_loop_test(tests, as_written, 0, n_idioms);
    tcase_add_test(tests, integer_roots);
    srunner_run_all(runner, CK_ENV);
    n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed == 0 ? 0 : 1;
}
