/*
 * Generators of the compiler's back half: reading and writing at secret indices and constant
 * tables, each against plain arrays and its count of ANDs. SEC-23
 */
#include "tests/compiler/back.h"

#include "compiler/anf.h"
#include "compiler/arith.h"
#include "compiler/table.h"

typedef literal (*bits)[MAX_VALUE_BITS];

/* The S-boxes of DES (FIPS 46-3), entry i for the six input bits as a number. */
static const uint8_t des_boxes[8][64] = {
    {14, 0,  4,  15, 13, 7, 1,  4,  2, 14, 15, 2,  11, 13, 8,  1, 3, 10, 10, 6, 6, 12,
     12, 11, 5,  9,  9,  5, 0,  3,  7, 8,  4,  15, 1,  12, 14, 8, 8, 2,  13, 4, 6, 9,
     2,  1,  11, 7,  15, 5, 12, 11, 9, 3,  7,  14, 3,  10, 10, 0, 5, 6,  0,  13},
    {15, 3,  1,  13, 8, 4,  14, 7,  6,  15, 11, 2,  3,  8, 4, 14, 9,  12, 7,  0, 2, 1,
     13, 10, 12, 6,  0, 9,  5,  11, 10, 5,  0,  13, 14, 8, 7, 10, 11, 1,  10, 3, 4, 15,
     13, 4,  1,  2,  5, 11, 8,  6,  12, 7,  6,  12, 9,  0, 3, 5,  2,  14, 15, 9},
    {10, 13, 0,  7,  9,  0,  14, 9,  6, 3,  3,  4, 15, 6,  5,  10, 1,  2, 13, 8, 12, 5,
     7,  14, 11, 12, 4,  11, 2,  15, 8, 1,  13, 1, 6,  10, 4,  13, 9,  0, 8,  6, 15, 9,
     3,  8,  0,  7,  11, 4,  1,  15, 2, 14, 12, 3, 5,  11, 10, 5,  14, 2, 7,  12},
    {7, 13, 13, 8, 14, 11, 3, 5,  0,  6, 6,  15, 9, 0,  10, 3, 1, 4, 2,  7,  8,  2,
     5, 12, 11, 1, 12, 10, 4, 14, 15, 9, 10, 3,  6, 15, 9,  0, 0, 6, 12, 10, 11, 1,
     7, 13, 13, 8, 15, 9,  1, 4,  3,  5, 14, 11, 5, 12, 2,  7, 8, 2, 4,  14},
    {2,  14, 12, 11, 4,  2, 1,  12, 7,  4, 10, 7,  11, 13, 6, 1,  8,  5, 5,  0, 3,  15,
     15, 10, 13, 3,  0,  9, 14, 8,  9,  6, 4,  11, 2,  8,  1, 12, 11, 7, 10, 1, 13, 14,
     7,  2,  8,  13, 15, 6, 9,  15, 12, 0, 5,  9,  6,  10, 3, 4,  0,  5, 14, 3},
    {12, 10, 1,  15, 10, 4,  15, 2,  9,  7, 2,  12, 6,  9, 8,  5, 0,  6,  13, 1, 3, 13,
     4,  14, 14, 0,  7,  11, 5,  3,  11, 8, 9,  4,  14, 3, 15, 2, 5,  12, 2,  9, 8, 5,
     12, 15, 3,  10, 7,  11, 0,  14, 4,  1, 10, 7,  1,  6, 13, 0, 11, 8,  6,  13},
    {4, 13, 11, 0, 2,  11, 14, 7, 15, 4, 0, 9,  8, 1,  13, 10, 3,  14, 12, 3, 9, 5,
     7, 12, 5,  2, 10, 15, 6,  8, 1,  6, 1, 6,  4, 11, 11, 13, 13, 8,  12, 1, 3, 4,
     7, 10, 14, 7, 10, 9,  15, 5, 6,  0, 8, 15, 0, 14, 5,  2,  9,  3,  2,  12},
    {13, 1,  2, 15, 8, 13, 4,  8,  6,  10, 15, 3, 11, 7, 1, 4,  10, 12, 9, 5, 3,  6,
     14, 11, 5, 0,  0, 14, 12, 9,  7,  2,  7,  2, 11, 1, 4, 14, 1,  7,  9, 4, 12, 10,
     14, 8,  2, 13, 0, 15, 6,  12, 10, 9,  13, 0, 15, 3, 3, 5,  5,  6,  8, 11},
};

/* --------------------------------------------------------------------------------- selection -- */

static unsigned index_bits(unsigned n)
{
    unsigned k = 0;

    while (1U << k < n) k++;
    return k;
}

#define ELEMENT_BITS 32

/* The elements stand in the inputs from 1, the index is input 0. */
static void build_read(struct graph *g, bits out, bits in, unsigned n)
{
    const literal *elements[MAX_VALUES];

    for (unsigned i = 0; i < n; i++) elements[i] = in[1 + i];
    table_select(g, out[0], ELEMENT_BITS, in[0], index_bits(n), elements, n);
}
static void read_element(uint64_t *out, const uint64_t *in, unsigned n)
{
    out[0] = in[0] < n ? in[1 + in[0]] : 0;
}

static void build_write(struct graph *g, bits out, bits in, unsigned n)
{
    literal lines[MAX_VALUES];

    table_decode(g, lines, n, in[0], index_bits(n), LIT_TRUE);
    for (unsigned i = 0; i < n; i++) arith_mux(g, out[i], lines[i], in[1], in[2 + i], ELEMENT_BITS);
}
static void write_element(uint64_t *out, const uint64_t *in, unsigned n)
{
    for (unsigned i = 0; i < n; i++) out[i] = in[0] == i ? in[1] : in[2 + i];
}

START_TEST(arrays)
{
    static const unsigned sizes[] = {2, 3, 5, 8, 11, 16, 17};

    for (unsigned i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        unsigned n = sizes[i];
        struct function f = {"read", build_read, read_element, n, {index_bits(n)}, {32}, 0};

        for (unsigned j = 0; j <= n; j++) f.in[1 + j] = j < n ? ELEMENT_BITS : 0;
        if (n == 16) f.max_and = 480;
        check_function(&f);
        f.name = "write";
        f.build = build_write;
        f.reference = write_element;
        f.max_and = n == 16 ? 526 : 0;
        for (unsigned j = 0; j <= n; j++) f.in[1 + j] = ELEMENT_BITS;
        for (unsigned j = 0; j < n; j++) f.out[j] = ELEMENT_BITS;
        check_function(&f);
    }
}
END_TEST

/* A byte as index of few elements, and a disabled decoder. */
static void build_wide_index(struct graph *g, bits out, bits in, unsigned n)
{
    const literal *elements[MAX_VALUES];
    literal constants[MAX_VALUES][MAX_VALUE_BITS];

    for (unsigned i = 0; i < n; i++) {
        word_bits_constant(constants[i], 37 * i + 11, 8);
        elements[i] = constants[i];
    }
    table_select(g, out[0], 8, in[0], 8, elements, n);
    constants[0][0] = in[1][0];
    table_select(g, out[1], 8, in[0], 8, elements, n);
    table_decode(g, out[2], n, in[0], 8, in[1][0]);
    table_decode(g, out[3], n, in[0], 8, LIT_TRUE);
}
static void wide_index(uint64_t *out, const uint64_t *in, unsigned n)
{
    out[0] = in[0] < n ? 37 * in[0] + 11 : 0;
    out[1] = in[0] == 0 ? 10 + in[1] : out[0];
    out[2] = in[0] < n && in[1] != 0 ? UINT64_C(1) << in[0] : 0;
    out[3] = in[0] < n ? UINT64_C(1) << in[0] : 0;
}

START_TEST(wide_indices)
{
    for (unsigned n = 1; n <= 34; n += n < 10 ? 1 : 3)
        check_function(&(struct function){
            "wide index", build_wide_index, wide_index, n, {8, 1}, {8, 8, n, n}, 0});
}
END_TEST

/* ----------------------------------------------------------------------------------- tables -- */

/* The tables of tests below, by number. */
static uint64_t entry(unsigned which, uint64_t i);

static void build_table(struct graph *g, bits out, bits in, unsigned which)
{
    unsigned n = which < 8 ? 64 : 256, width = which < 8 ? 4 : which == 11 ? 32 : 8;
    const literal *elements[256];
    literal constants[256][32];

    for (unsigned i = 0; i < n; i++) {
        word_bits_constant(constants[i], entry(which, i), width);
        elements[i] = constants[i];
    }
    table_select(g, out[0], width, in[0], which < 8 ? 6 : 8, elements, n);
}
static void table(uint64_t *out, const uint64_t *in, unsigned which)
{
    out[0] = entry(which, in[0]);
}

static uint8_t times_two(uint8_t a)
{
    return (uint8_t)(a << 1 ^ (a >> 7) * 0x1b);
}

static uint8_t field_multiply(uint8_t a, uint8_t b)
{
    uint8_t product = 0;

    for (; b != 0; b >>= 1, a = times_two(a))
        if ((b & 1) != 0) product ^= a;
    return product;
}

/* FIPS 197, 5.1.1: the inverse (0 for 0), then an affine map. */
static uint8_t aes_sbox(uint8_t x)
{
    uint8_t inverse = 1, image;

    for (unsigned i = 0; i < 254; i++) inverse = field_multiply(inverse, x);
    image = inverse;
    for (unsigned i = 1; i < 5; i++) image ^= (uint8_t)(inverse << i | inverse >> (8 - i));
    return image ^ 0x63;
}

static uint64_t entry(unsigned which, uint64_t i)
{
    uint64_t seed = 1000 * which + i;
    uint8_t s;

    if (which < 8) return des_boxes[which][i];
    s = aes_sbox((uint8_t)i);
    if (which == 8) return s;
    if (which == 9) {
        for (unsigned x = 0; x < 256; x++)
            if (aes_sbox((uint8_t)x) == i) return x;
    }
    if (which == 10) return test_next(&seed) & 255;
    return times_two(s) | s << 8 | s << 16 | (uint64_t)(times_two(s) ^ s) << 24;
}

START_TEST(constant_tables)
{
    uint64_t n_des = 0;

    for (unsigned i = 0; i < 8; i++)
        n_des +=
            check_function(&(struct function){"DES S-box", build_table, table, i, {6}, {4}, 0});
    ck_assert_uint_le(16 * n_des, 2784);
    check_function(&(struct function){"AES S-box", build_table, table, 8, {8}, {8}, 32});
    check_function(&(struct function){"AES inverse S-box", build_table, table, 9, {8}, {8}, 32});
    check_function(&(struct function){"random 8 to 8", build_table, table, 10, {8}, {8}, 81});
    check_function(&(struct function){"AES T-table", build_table, table, 11, {8}, {32}, 32});
}
END_TEST

/* Tables of every size of index, entries beyond the end included. */
static uint64_t small_entry(unsigned n, uint64_t i)
{
    uint64_t seed = 77 * n + i;

    return i < n ? test_next(&seed) & 7 : 0;
}
static void build_small(struct graph *g, bits out, bits in, unsigned n)
{
    const literal *elements[2048];
    literal(*constants)[3] = calloc(n, sizeof *constants);

    ck_assert_ptr_nonnull(constants);
    for (unsigned i = 0; i < n; i++) {
        word_bits_constant(constants[i], small_entry(n, i), 3);
        elements[i] = constants[i];
    }
    table_select(g, out[0], 3, in[0], index_bits(n), elements, n);
    free(constants);
}
static void small(uint64_t *out, const uint64_t *in, unsigned n)
{
    out[0] = small_entry(n, in[0]);
}

START_TEST(table_sizes)
{
    for (unsigned n = 2; n <= 2048; n = n < 40 ? n + 1 : n * 2 - 7)
        check_function(&(struct function){"table", build_small, small, n, {index_bits(n)}, {3}, 0});
}
END_TEST

/* A T-table's cost is known before; so is that of any space. */
START_TEST(costs)
{
    struct arena arena;
    struct graph graph;
    struct anf_space space;

    if (setjmp(compile_failed) != 0) ck_abort_msg("compilation failed");
    arena_init(&arena, UINT64_C(1) << 30, &compile_failed);
    graph_init(&graph, &arena);
    space = anf_space_new(&graph, 4, 3);
    anf_row(&space, 0)[0] = 0x8000;        /* abcd */
    anf_row(&space, 1)[0] = 0x8001;        /* abcd + 1 */
    anf_row(&space, 2)[0] = 0x0008 | 0x10; /* ab + c */
    ck_assert_uint_eq(anf_cost(&graph, &space), 3);
    graph_wipe(&graph);
    arena_free(&arena);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("tables to gates");
    TCase *tests = tcase_create("tables");
    SRunner *runner = srunner_create(suite);
    int n_failed;

    suite_add_tcase(suite, tests);
    tcase_set_timeout(tests, 300);
    tcase_add_test(tests, arrays);
    tcase_add_test(tests, wide_indices);
    tcase_add_test(tests, constant_tables);
    tcase_add_test(tests, table_sizes);
    tcase_add_test(tests, costs);
    srunner_run_all(runner, CK_ENV);
    n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed == 0 ? 0 : 1;
}
