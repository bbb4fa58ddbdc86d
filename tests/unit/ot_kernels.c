/*
 * The kernels of the OT extension, each instruction set against the slow references: pairs of
 * hashes, sums of leaves, folds in GF(2^128), the transpose with a stride.
 */
#include "crypto/kernels.h"

#include "tests/support/blocks.h"
#include "tests/support/suite.h"
#include "tests/support/support.h"

static const struct crypto_kernels *kernels_of(int isa)
{
    return cpu_force((enum cpu_isa)isa) ? crypto_kernels() : NULL;
}

/* n random blocks that end where the heap block ends: sanitizers see an overrun. */
static block *random_blocks(size_t n, uint64_t *state)
{
    block *blocks = aligned_alloc(sizeof(block), (n > 0 ? n : 1) * sizeof(block));

    ck_assert_ptr_nonnull(blocks);
    for (size_t i = 0; i < n; i++) blocks[i] = random_block(state);
    return blocks;
}

static void assert_ref(block got, struct ref_block expected)
{
    ck_assert_mem_eq(&got, expected.byte, sizeof got);
}

START_TEST(hash_pairs_equal_the_reference)
{
    const struct crypto_kernels *kernels = kernels_of(_i);
    uint64_t state = 11;

    for (size_t n = 0; kernels != NULL && n <= 40; n++) {
        block start = random_block(&state), delta = random_block(&state);
        block *in = random_blocks(n, &state), *out = random_blocks(2 * n, &state);
        uint64_t first = n % 3 == 0 ? UINT64_C(0) - n / 2 : test_next(&state);

        kernels->hash_pairs((block(*)[2])out, in, &delta, &start, first, n);
        for (size_t i = 0; i < n; i++) {
            assert_ref(out[2 * i], ref_hash(to_ref(in[i]), first + i, to_ref(start)));
            assert_ref(out[2 * i + 1],
                       ref_hash(to_ref(block_xor(in[i], delta)), first + i, to_ref(start)));
        }
        free(in);
        free(out);
    }
}
END_TEST

/* The sums of one position, from the definition. */
static void check_leaves(const block *planes, size_t stride, const block *total, const block *seeds,
                         unsigned width, uint64_t first, size_t i)
{
    struct ref_block sums[8] = {{{0}}}, all = {{0}};

    for (size_t y = 0; y < (size_t)1 << width; y++) {
        struct ref_block leaf = ref_prg(to_ref(seeds[y]), 0, first + i);

        all = ref_xor(all, leaf);
        for (unsigned b = 0; b < width; b++)
            if (y >> b & 1) sums[b] = ref_xor(sums[b], leaf);
    }
    for (unsigned b = 0; b < width; b++) assert_ref(planes[b * stride + i], sums[b]);
    if (total != NULL) assert_ref(total[i], all);
}

static void run_leaves(const struct crypto_kernels *kernels, unsigned width, size_t n,
                       uint64_t *state)
{
    size_t n_leaves = (size_t)1 << width, stride = n + 3;
    block *seeds = random_blocks(n_leaves, state), *planes = random_blocks(width * stride, state);
    block *total = random_blocks(n, state), beyond;
    struct aes_key *keys = aligned_alloc(16, n_leaves * sizeof *keys);
    uint64_t first = test_next(state) >> 8;

    ck_assert_ptr_nonnull(keys);
    beyond = planes[n];
    for (size_t y = 0; y < n_leaves; y++) kernels->expand_key(&keys[y], &seeds[y]);
    kernels->sum_leaves(planes, stride, total, keys, width, first, n);
    for (size_t i = 0; i < n; i++) check_leaves(planes, stride, total, seeds, width, first, i);
    ck_assert_mem_eq(&planes[n], &beyond, sizeof beyond);
    memset(&keys[0], 0xa5, sizeof keys[0]); /* a punctured tree never uses leaf 0 */
    memset(planes, 0, width * stride * sizeof *planes);
    kernels->sum_leaves(planes, stride, NULL, keys, width, first, n);
    for (size_t i = 0; i < n; i++) check_leaves(planes, stride, NULL, seeds, width, first, i);
    free(keys);
    free(total);
    free(planes);
    free(seeds);
}

START_TEST(leaves_equal_the_reference)
{
    static const unsigned widths[] = {1, 2, 4, 8};
    static const size_t counts[] = {0, 1, 3, 15, 16, 17, 33};
    const struct crypto_kernels *kernels = kernels_of(_i);
    uint64_t state = 12;

    for (size_t w = 0; kernels != NULL && w < 4; w++)
        for (size_t c = 0; c < (widths[w] == 8 ? 3 : 7); c++)
            run_leaves(kernels, widths[w], counts[c], &state);
    if (kernels != NULL) run_leaves(kernels, 8, 19, &state);
}
END_TEST

START_TEST(fold_equals_the_reference)
{
    const struct crypto_kernels *kernels = kernels_of(_i);
    uint64_t state = 13;

    for (size_t n = 0; kernels != NULL && n <= 21; n++) {
        block *terms = random_blocks(n, &state), *coefficients = random_blocks(n, &state), sum;
        struct ref_block expected = {{0}};

        if (n == 5) memset(terms, 0xff, n * sizeof *terms);
        if (n == 5 || n == 6) memset(coefficients, 0xff, n * sizeof *coefficients);
        kernels->fold(&sum, terms, coefficients, n);
        for (size_t i = 0; i < n; i++)
            expected = ref_xor(expected, ref_multiply(to_ref(terms[i]), to_ref(coefficients[i])));
        assert_ref(sum, expected);
        free(terms);
        free(coefficients);
    }
}
END_TEST

/* x^127 x = x^128 = x^7 + x^2 + x + 1; 1 is neutral; the square of a sum is the sum of squares. */
START_TEST(field_identities)
{
    const struct crypto_kernels *kernels = kernels_of(_i);
    const block one = {{1, 0}}, x = {{2, 0}}, top = {{0, UINT64_C(1) << 63}};
    const block modulus = {{0x87, 0}};
    uint64_t state = 14;
    block a = random_block(&state), b = random_block(&state), c = block_xor(a, b);
    block aa, bb, cc, product;

    if (kernels == NULL) return;
    kernels->fold(&product, &top, &x, 1);
    ck_assert_mem_eq(&product, &modulus, sizeof product);
    kernels->fold(&product, &a, &one, 1);
    ck_assert_mem_eq(&product, &a, sizeof product);
    kernels->fold(&aa, &a, &a, 1);
    kernels->fold(&bb, &b, &b, 1);
    kernels->fold(&cc, &c, &c, 1);
    product = block_xor(aa, bb);
    ck_assert_mem_eq(&cc, &product, sizeof product);
}
END_TEST

START_TEST(transpose_keeps_to_its_stride)
{
    const struct crypto_kernels *kernels = kernels_of(_i);
    uint64_t state = 15;

    for (size_t n = 1; kernels != NULL && n <= 6; n++) {
        size_t stride = n + 5;
        block *columns = random_blocks(127 * stride + n, &state);
        block *rows = random_blocks(128 * n, &state);

        kernels->transpose(rows, columns, stride, n);
        for (size_t i = 0; i < 128 * n; i++) {
            for (size_t j = 0; j < 128; j++) {
                block column = columns[j * stride + i / 128];

                ck_assert_uint_eq(rows[i].half[j / 64] >> j % 64 & 1,
                                  column.half[i % 128 / 64] >> i % 64 & 1);
            }
        }
        free(columns);
        free(rows);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ot_kernels");
    TCase *kernels = tcase_create("kernels");

    tcase_add_loop_test(kernels, hash_pairs_equal_the_reference, 0, CPU_N_ISAS);
    tcase_add_loop_test(kernels, leaves_equal_the_reference, 0, CPU_N_ISAS);
    tcase_add_loop_test(kernels, fold_equals_the_reference, 0, CPU_N_ISAS);
    tcase_add_loop_test(kernels, field_identities, 0, CPU_N_ISAS);
    tcase_add_loop_test(kernels, transpose_keeps_to_its_stride, 0, CPU_N_ISAS);
    tcase_set_timeout(kernels, 60);
    suite_add_tcase(suite, kernels);
    return run_suite(suite);
}
