/*
 * Receivers of the malicious OT extension that guess bits of delta: written from the definitions,
 * apart from the library's receiver. Each run has a fresh delta; a guess passes exactly when it is
 * right, over thousands of runs as often as the argument in ot/extension.h and ot/tree.h says, and
 * what passes is what an ideal adversary has.
 */
#include "ot/extension.h"

#include "base/memory.h"
#include "base/random.h"
#include "crypto/oracle.h"
#include "crypto/prg.h"
#include "tests/support/suite.h"
#include "tests/support/support.h"

#define N_ALL EXTENSION_ALL_BLOCKS(1, true)

static const uint8_t session_id[SESSION_ID_LEN] = {3, 1, 4, 1, 5};

struct run {
    struct sotto_context *context;
    unsigned width;
    block delta;
    block keys[N_BASE_OTS][2], chosen[N_BASE_OTS];
    block leaves[TREE_MAX_LEAVES];
    uint8_t trees[TREE_MAX_MESSAGE_LEN];
    struct extension_sender *sender;
    block v[N_BASE_OTS][N_ALL], u[N_BASE_OTS][N_ALL]; /* columns, and sums of groups */
    block r[N_ALL], e[N_BASE_OTS][N_ALL];             /* choices, and their errors by group */
};

static uint64_t bit(const block *blocks, size_t i)
{
    return blocks[i / 128].half[i / 64 % 2] >> i % 64 & 1;
}

static size_t alpha_of(const struct run *run, size_t g)
{
    size_t alpha = 0;

    for (unsigned b = 0; b < run->width; b++)
        alpha |= (size_t)bit(&run->delta, g * run->width + b) << b;
    return alpha;
}

/* The receiver's trees are those of tree_grow(), which other tests hold to the reference. */
static struct run *run_new(unsigned width)
{
    const struct tree_terms terms = {width, true, session_id};
    struct run *run = bulk_new(1, sizeof *run);

    ck_assert_ptr_nonnull(run);
    run->context = test_context();
    run->width = width;
    random_bytes(&run->delta, sizeof run->delta);
    random_bytes(run->keys, sizeof run->keys);
    for (size_t j = 0; j < N_BASE_OTS; j++) run->chosen[j] = run->keys[j][bit(&run->delta, j)];
    tree_grow(run->leaves, run->trees, &terms, (const block(*)[2])run->keys);
    return run;
}

static void run_free(struct run *run)
{
    extension_sender_free(run->sender);
    sotto_context_free(run->context);
    bulk_free(run, 1, sizeof *run);
}

static sotto_err plant(struct run *run)
{
    struct extension_terms terms = {.width = run->width, .malicious = true, .max_blocks = 1};

    memcpy(terms.session_id, session_id, sizeof session_id);
    return extension_sender_new(run->context, &run->sender, run->chosen, &run->delta, run->trees,
                                &terms);
}

static void add(block *sum, const block *term)
{
    for (size_t i = 0; i < N_ALL; i++) sum[i] = block_xor(sum[i], term[i]);
}

static void expand(struct run *run)
{
    unsigned k = run->width;

    for (size_t g = 0; g < TREE_N_GROUPS(k); g++)
        for (size_t x = 0; x < (size_t)1 << k; x++) {
            block stream[N_ALL];
            struct prg prg;

            prg_init(&prg, &run->leaves[(g << k) + x], 0);
            prg_blocks(&prg, stream, N_ALL);
            add(run->u[g], stream);
            for (unsigned b = 0; b < k; b++)
                if (x >> b & 1) add(run->v[g * k + b], stream);
        }
}

static block fold(const block *coefficients, const block *column)
{
    block sum;

    crypto_kernels_portable.fold(&sum, column, coefficients, N_ALL);
    return sum;
}

/* d = u ^ r ^ e; then x = F(r), and columns that fit the guesses, alpha by group. */
static sotto_err cheat(struct run *run, const size_t *guesses)
{
    uint8_t message[EXTENSION_MESSAGE_LEN(1, 1, true)], challenge[EXTENSION_CHALLENGE_LEN];
    uint8_t answer[EXTENSION_ANSWER_LEN];
    block coefficients[N_ALL], t[N_BASE_OTS], seed;
    struct oracle oracle;
    struct prg prg;

    for (size_t g = 0; g < TREE_N_GROUPS(run->width); g++)
        for (size_t i = 0; i < N_ALL; i++)
            block_store(message + (g * N_ALL + i) * BLOCK_LEN,
                        block_xor(run->u[g][i], block_xor(run->r[i], run->e[g][i])));
    ck_assert_int_eq(extension_sender_absorb(run->sender, run->context, message, 1), SOTTO_OK);
    ck_assert_int_eq(extension_sender_challenge(run->sender, run->context, challenge), SOTTO_OK);
    seed = block_load(challenge);
    prg_init(&prg, &seed, 0);
    prg_blocks(&prg, coefficients, N_ALL - 1);
    coefficients[N_ALL - 1] = block_of(0, 1);
    for (size_t j = 0; j < N_BASE_OTS; j++) {
        size_t g = j / run->width;

        t[j] = block_xor(
            fold(coefficients, run->v[j]),
            block_times_bit(fold(coefficients, run->e[g]), guesses[g] >> j % run->width & 1));
    }
    block_store(answer, fold(coefficients, run->r));
    oracle_begin(&oracle, "OT extension: check");
    oracle_field(&oracle, session_id, SESSION_ID_LEN);
    oracle_number(&oracle, 0);
    oracle_field(&oracle, t, sizeof t);
    oracle_end(&oracle, answer + BLOCK_LEN, EXTENSION_DIGEST_LEN);
    return extension_sender_check(run->sender, run->context, answer);
}

/* Q_n is T_n ^ r_n delta, for T that the receiver knows from its guesses. */
static void check_rows(struct run *run, const size_t *guesses)
{
    block rows[OTS_PER_BLOCK];

    ck_assert_int_eq(extension_sender_rows(run->sender, run->context, rows), SOTTO_OK);
    for (size_t n = 0; n < OTS_PER_BLOCK; n++)
        for (size_t j = 0; j < N_BASE_OTS; j++) {
            size_t g = j / run->width;
            uint64_t known =
                bit(run->v[j], n) ^ ((guesses[g] >> j % run->width & 1) & bit(run->e[g], n));

            ck_assert_uint_eq(bit(&rows[n], j), known ^ (bit(run->r, n) & bit(&run->delta, j)));
        }
}

/* n_guessed groups have choices of their own; whether the guesses of their alphas were right. */
static bool guess_passes(unsigned width, size_t n_guessed, uint64_t *state)
{
    struct run *run = run_new(width);
    size_t guesses[N_BASE_OTS] = {0}, n_groups = TREE_N_GROUPS(width);
    bool right = true;
    sotto_err err;

    ck_assert_int_eq(plant(run), SOTTO_OK);
    expand(run);
    random_bytes(run->r, sizeof run->r);
    for (size_t i = 0; i < n_guessed; i++) {
        size_t g = (test_next(state) % (n_groups / n_guessed)) * n_guessed + i;

        guesses[g] = test_next(state) >> 7 & (((size_t)1 << width) - 1);
        run->e[g][test_next(state) % N_ALL] = block_of(test_next(state), 1);
        right = right && guesses[g] == alpha_of(run, g);
    }
    err = cheat(run, guesses);
    ck_assert_int_eq(err, right ? SOTTO_OK : SOTTO_ERR_CHECK);
    if (right) check_rows(run, guesses);
    else
        ck_assert_int_eq(extension_sender_absorb(run->sender, run->context, run->trees, 1),
                         SOTTO_ERR_USAGE);
    run_free(run);
    return right;
}

/* Within five standard deviations of n coins, or of few rare events. The rates are right if all of
 * this fails less often than once in ten thousand times: the worst of them, with means of 1 to 7
 * events, are Poisson tails below 10^-5 each. Twice the rate fails for 2^-1 to 2^-4 with 99.9%,
 * half of it for 2^-1 and 2^-2 likewise. Rarer ones are bounded only from above; but a guess that
 * passes is compared with delta in every run, so what is left to chance is whether delta is
 * uniform. Sanitizers make a run dear: with them there is an eighth, for what they find and not for
 * the rates. */
#if defined(__SANITIZE_ADDRESS__)
#define FEWER 8
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer)
#define FEWER 8
#endif
#endif
#ifndef FEWER
#define FEWER 1
#endif

static size_t count_runs(size_t n)
{
    return (n + FEWER - 1) / FEWER;
}

static void assert_rate(size_t n_passed, size_t n, double rate)
{
    double mean = rate * (double)n, distance = (double)n_passed - mean;

    ck_assert_msg(distance * distance <= 25 * (mean * (1 - rate) + 1), "%zu of %zu passed, not %f",
                  n_passed, n, mean);
}

static const struct guess {
    unsigned width;
    size_t n_guessed, n_runs;
} cases[] = {
    {1, 0, 10},   {2, 0, 10},  {4, 0, 10},   {8, 0, 3},    {1, 1, 600}, {2, 1, 800},
    {4, 1, 1600}, {8, 1, 600}, {1, 5, 1600}, {2, 2, 1600}, {4, 2, 400},
};

/* SEC-7, SEC-22: k bits a group, 2^-k; two groups, 2^-2k. */
START_TEST(guesses_pass_at_the_stated_rate)
{
    const struct guess *c = &cases[_i];
    uint64_t state = 1000 + (uint64_t)_i;
    size_t n_passed = 0, n_runs = count_runs(c->n_runs);
    double rate = 1;

    for (size_t i = 0; i < c->n_guessed; i++) rate /= (double)(1U << c->width);
    for (size_t i = 0; i < n_runs; i++) n_passed += guess_passes(c->width, c->n_guessed, &state);
    assert_rate(n_passed, n_runs, rate);
}
END_TEST

/* ------------------------------------------------------------------------------------- trees -- */

static void hash_leaf(uint8_t digest[TREE_DIGEST_LEN], size_t g, const block *leaf)
{
    struct oracle oracle;

    oracle_begin(&oracle, "OT tree: leaf");
    oracle_field(&oracle, session_id, SESSION_ID_LEN);
    oracle_number(&oracle, g);
    oracle_field(&oracle, leaf, sizeof *leaf);
    oracle_end(&oracle, digest, TREE_DIGEST_LEN);
}

/* The proof of a receiver that says of leaf number liar of all that it is another one. */
static void prove(struct run *run, size_t liar, const block *lie)
{
    uint8_t *proof = run->trees + TREE_SUMS_LEN(run->width);
    size_t n_groups = TREE_N_GROUPS(run->width), n = (size_t)1 << run->width;
    uint8_t digests[1 << TREE_MAX_WIDTH][TREE_DIGEST_LEN];
    struct oracle oracle;

    oracle_begin(&oracle, "OT tree: proof");
    oracle_field(&oracle, session_id, SESSION_ID_LEN);
    oracle_number(&oracle, run->width);
    memset(proof, 0, n_groups * TREE_DIGEST_LEN);
    for (size_t g = 0; g < n_groups; g++) {
        for (size_t x = 0; x < n; x++) {
            hash_leaf(digests[x], g, g * n + x == liar ? lie : &run->leaves[g * n + x]);
            for (size_t i = 0; i < TREE_DIGEST_LEN; i++)
                proof[g * TREE_DIGEST_LEN + i] ^= digests[x][i];
        }
        oracle_field(&oracle, digests, n * TREE_DIGEST_LEN);
    }
    oracle_end(&oracle, proof + n_groups * TREE_DIGEST_LEN, TREE_DIGEST_LEN);
}

/* SEC-7, SEC-22: a wrong sum at the last level with a proof to go with it, so that only the leaf
 * beside a guessed alpha is wrong. It passes for the guess, and for the alpha that is that leaf,
 * which the sender lacks: two of 2^k, the set A of ot/tree.h. */
START_TEST(wrong_trees_pass_for_a_set)
{
    static const unsigned widths[] = {2, 4, 8};
    static const size_t run_counts[] = {600, 1600, 200};
    unsigned k = widths[_i];
    uint64_t state = 5 + (uint64_t)_i;
    size_t n_passed = 0, n_runs = count_runs(run_counts[_i]);

    for (size_t i = 0; i < n_runs; i++) {
        struct run *run = run_new(k);
        size_t g = test_next(&state) % TREE_N_GROUPS(k);
        size_t guess = test_next(&state) >> 9 & (((size_t)1 << k) - 1);
        size_t wrong = guess ^ (size_t)1 << (k - 1), branch = wrong >> (k - 1);
        uint8_t *sum = run->trees + ((g * (k - 1) + k - 2) * 2 + branch) * BLOCK_LEN;
        block lie = run->leaves[(g << k) + wrong];
        bool expected;

        lie.half[1] ^= 1;
        sum[8] ^= 1;
        prove(run, (g << k) + wrong, &lie);
        expected = alpha_of(run, g) == guess || alpha_of(run, g) == wrong;
        ck_assert_int_eq(plant(run), expected ? SOTTO_OK : SOTTO_ERR_CHECK);
        n_passed += expected;
        run_free(run);
    }
    assert_rate(n_passed, n_runs, 2.0 / (double)(1U << k));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ot_guess");
    TCase *guessing = tcase_create("guessing");

    tcase_add_loop_test(guessing, guesses_pass_at_the_stated_rate, 0,
                        (int)(sizeof cases / sizeof cases[0]));
    tcase_add_loop_test(guessing, wrong_trees_pass_for_a_set, 0, 3);
    tcase_set_timeout(guessing, 600);
    suite_add_tcase(suite, guessing);
    return run_suite(suite);
}
