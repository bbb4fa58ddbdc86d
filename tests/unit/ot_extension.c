/*
 * The OT extension: every width, both models, every instruction set; the relation on every row;
 * transcripts against a slow reference written from the definitions; cheating receivers.
 */
#include "ot/extension.h"

#include "base/memory.h"
#include "base/random.h"
#include "crypto/kernels.h"
#include "crypto/oracle.h"
#include "tests/support/blocks.h"
#include "tests/support/suite.h"
#include "tests/support/support.h"

static const unsigned widths[] = {1, 2, 4, 8};

#define N_WIDTHS 4
#define MAX_TEST_BLOCKS 20

struct pair {
    struct sotto_context *context;
    struct extension_terms terms;
    block delta;
    block keys[N_BASE_OTS][2];
    block chosen[N_BASE_OTS];
    uint8_t trees[TREE_MAX_MESSAGE_LEN];
    struct extension_sender *sender;
    struct extension_receiver *receiver;
    block choices[MAX_TEST_BLOCKS];
    block q[MAX_TEST_BLOCKS * OTS_PER_BLOCK], t[MAX_TEST_BLOCKS * OTS_PER_BLOCK];
    uint8_t message[EXTENSION_MESSAGE_LEN(MAX_TEST_BLOCKS, 1, true)];
    uint8_t challenge[EXTENSION_CHALLENGE_LEN];
    uint8_t answer[EXTENSION_ANSWER_LEN];
};

static bool equal(block a, block b)
{
    return memcmp(&a, &b, sizeof a) == 0;
}

static uint64_t bit_of(const block *blocks, size_t i)
{
    return blocks[i / 128].half[i / 64 % 2] >> i % 64 & 1;
}

static sotto_err new_sender(struct pair *pair)
{
    return extension_sender_new(pair->context, &pair->sender, pair->chosen, &pair->delta,
                                pair->trees, &pair->terms);
}

static sotto_err new_receiver(struct pair *pair)
{
    return extension_receiver_new(pair->context, &pair->receiver, pair->trees,
                                  (const block(*)[2])pair->keys, &pair->terms);
}

/* Both keys of every base OT at the receiver; the sender's message has been made. */
static struct pair *begin(unsigned width, bool malicious)
{
    struct pair *pair = bulk_new(1, sizeof *pair);

    ck_assert_ptr_nonnull(pair);
    pair->context = test_context();
    pair->terms = (struct extension_terms){
        .width = width,
        .malicious = malicious,
        .max_blocks = MAX_TEST_BLOCKS,
        .session_id = {9, 8, 7},
    };
    random_bytes(&pair->delta, sizeof pair->delta);
    random_bytes(pair->keys, sizeof pair->keys);
    for (size_t j = 0; j < N_BASE_OTS; j++)
        pair->chosen[j] = pair->keys[j][bit_of(&pair->delta, j)];
    ck_assert_int_eq(new_receiver(pair), SOTTO_OK);
    return pair;
}

static struct pair *setup(unsigned width, bool malicious)
{
    struct pair *pair = begin(width, malicious);

    ck_assert_int_eq(new_sender(pair), SOTTO_OK);
    return pair;
}

static void teardown(struct pair *pair)
{
    extension_sender_free(pair->sender);
    extension_receiver_free(pair->receiver);
    sotto_context_free(pair->context);
    bulk_free(pair, 1, sizeof *pair);
}

static void choose(struct pair *pair, size_t n_blocks)
{
    random_bytes(pair->choices, n_blocks * BLOCK_LEN);
    ck_assert_int_eq(extension_receiver_choose(pair->receiver, pair->context, pair->message,
                                               pair->choices, n_blocks),
                     SOTTO_OK);
}

static sotto_err absorb(struct pair *pair, size_t n_blocks)
{
    return extension_sender_absorb(pair->sender, pair->context, pair->message, n_blocks);
}

/* The malicious check up to the answer. */
static void respond(struct pair *pair)
{
    ck_assert_int_eq(extension_sender_challenge(pair->sender, pair->context, pair->challenge),
                     SOTTO_OK);
    ck_assert_int_eq(
        extension_receiver_answer(pair->receiver, pair->context, pair->answer, pair->challenge),
        SOTTO_OK);
}

static sotto_err verdict(struct pair *pair)
{
    return extension_sender_check(pair->sender, pair->context, pair->answer);
}

static void take_rows(struct pair *pair, size_t n_blocks)
{
    ck_assert_int_eq(extension_sender_rows(pair->sender, pair->context, pair->q), SOTTO_OK);
    ck_assert_int_eq(extension_receiver_rows(pair->receiver, pair->context, pair->t), SOTTO_OK);
    for (size_t n = 0; n < n_blocks * OTS_PER_BLOCK; n++) {
        block difference = block_times_bit(pair->delta, bit_of(pair->choices, n));

        ck_assert(equal(pair->q[n], block_xor(pair->t[n], difference)));
    }
}

static void run_chunk(struct pair *pair, size_t n_blocks)
{
    choose(pair, n_blocks);
    ck_assert_int_eq(absorb(pair, n_blocks), SOTTO_OK);
    if (pair->terms.malicious) {
        respond(pair);
        ck_assert_int_eq(verdict(pair), SOTTO_OK);
    }
    take_rows(pair, n_blocks);
}

/* Q_n = T_n ^ r_n delta on every row, over chunks of all sizes. */
START_TEST(rows_are_correlated)
{
    static const size_t sizes[] = {1, 2, 14, 16, 0, MAX_TEST_BLOCKS, 1, 7};

    if (!cpu_force((enum cpu_isa)_i)) return;
    for (size_t w = 0; w < N_WIDTHS; w++) {
        for (int malicious = 0; malicious < 2; malicious++) {
            struct pair *pair = setup(widths[w], malicious != 0);

            for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) run_chunk(pair, sizes[s]);
            teardown(pair);
        }
    }
}
END_TEST

/* ------------------------------------------------------------------------------ the reference */

static int ref_bit(struct ref_block x, size_t i)
{
    return x.byte[i / 8] >> i % 8 & 1;
}

/* Seed s_x of group g: from the base key of the first branch down the path of x. */
static struct ref_block ref_seed(const struct pair *pair, size_t g, size_t x)
{
    unsigned k = pair->terms.width;
    struct ref_block node = to_ref(pair->keys[g * k][1 - (x & 1)]);

    for (unsigned level = 1; level < k; level++) node = ref_prg(node, 1, x >> level & 1);
    return node;
}

/* The sum that leads an extension sender whose branch at this level is not c. */
static struct ref_block ref_sum(const struct pair *pair, size_t g, unsigned level, size_t c)
{
    unsigned k = pair->terms.width;
    struct ref_block sum = to_ref(pair->keys[g * k + level][1 - c]);

    for (size_t x = 0; x < (size_t)1 << level; x++) {
        struct ref_block node = to_ref(pair->keys[g * k][1 - (x & 1)]);

        for (unsigned l = 1; l < level; l++) node = ref_prg(node, 1, x >> l & 1);
        sum = ref_xor(sum, ref_prg(node, 1, c));
    }
    return sum;
}

/* Block i of u and of the planes of group g, from OT EXTENSION in sotto-protocol(7): v_b at the
 * receiver; w_b, before its correction, at the sender. */
static void ref_planes(const struct pair *pair, size_t g, uint64_t i, struct ref_block *u,
                       struct ref_block *v, struct ref_block *w)
{
    unsigned k = pair->terms.width;
    size_t alpha = 0;

    memset(u, 0, sizeof *u);
    memset(v, 0, k * sizeof *v);
    memset(w, 0, k * sizeof *w);
    for (unsigned b = 0; b < k; b++) alpha |= bit_of(&pair->delta, g * k + b) << b;
    for (size_t x = 0; x < (size_t)1 << k; x++) {
        struct ref_block r = ref_prg(ref_seed(pair, g, x), 0, i);

        *u = ref_xor(*u, r);
        for (unsigned b = 0; b < k; b++) {
            if (x >> b & 1) v[b] = ref_xor(v[b], r);
            if ((x ^ alpha) >> b & 1) w[b] = ref_xor(w[b], r);
        }
    }
}

static void check_group(const struct pair *pair, size_t g, size_t n_blocks, size_t i)
{
    unsigned k = pair->terms.width;
    const uint8_t *sent = pair->message + (g * n_blocks + i) * BLOCK_LEN;
    struct ref_block u, v[8], w[8], d;

    ref_planes(pair, g, i, &u, v, w);
    d = ref_xor(u, to_ref(pair->choices[i]));
    ck_assert_mem_eq(sent, d.byte, BLOCK_LEN);
    for (unsigned b = 0; b < k; b++) {
        size_t j = g * k + b;

        if (bit_of(&pair->delta, j)) w[b] = ref_xor(w[b], d);
        for (size_t n = 0; n < OTS_PER_BLOCK; n++) {
            ck_assert_int_eq((int)bit_of(&pair->t[i * 128 + n], j), ref_bit(v[b], n));
            ck_assert_int_eq((int)bit_of(&pair->q[i * 128 + n], j), ref_bit(w[b], n));
        }
    }
}

/* SEC-7: messages and rows of both parties, bit for bit, from the definitions. */
START_TEST(transcript_equals_the_reference)
{
    unsigned k = widths[_i];
    struct pair *pair;

    cpu_force(CPU_PORTABLE);
    pair = setup(k, false);
    for (size_t g = 0; g < TREE_N_GROUPS(k); g += k == 8 ? 5 : 1)
        for (unsigned level = 1; level < k; level++)
            for (size_t c = 0; c < 2; c++) {
                size_t at = ((g * (k - 1) + level - 1) * 2 + c) * BLOCK_LEN;

                ck_assert_mem_eq(pair->trees + at, ref_sum(pair, g, level, c).byte, BLOCK_LEN);
            }
    run_chunk(pair, 2);
    for (size_t g = 0; g < TREE_N_GROUPS(k); g += k == 8 ? 15 : 3)
        for (size_t i = 0; i < 2; i++) check_group(pair, g, 2, i);
    teardown(pair);
}
END_TEST

/* A digest of everything that is sent and of all rows, both models, from repeatable randomness. */
static void digest_runs(uint8_t digest[ORACLE_LEN], unsigned width)
{
    struct oracle oracle;

    test_random_seed(2022);
    oracle_begin(&oracle, "transcript");
    for (int malicious = 0; malicious < 2; malicious++) {
        struct pair *pair = setup(width, malicious != 0);

        oracle_field(&oracle, pair->trees, TREE_MESSAGE_LEN(width, malicious != 0));
        for (size_t n = 1; n <= 5; n += 4) {
            run_chunk(pair, n);
            oracle_field(&oracle, pair->message, EXTENSION_MESSAGE_LEN(n, width, malicious != 0));
            oracle_field(&oracle, pair->answer, sizeof pair->answer);
            oracle_field(&oracle, pair->q, n * OTS_PER_BLOCK * BLOCK_LEN);
        }
        teardown(pair);
    }
    oracle_end(&oracle, digest, ORACLE_LEN);
    test_random_seed(0);
}

/* The baseline: a change of the wire format shows here. */
static const uint8_t transcripts[N_WIDTHS][8] = {
    {0x9f, 0x10, 0xb6, 0x2f, 0x9a, 0x99, 0xe4, 0x62},
    {0x14, 0xbc, 0xf5, 0x9c, 0xb6, 0xc7, 0xd7, 0x75},
    {0x5a, 0x1b, 0xd3, 0xec, 0x45, 0xd6, 0x09, 0x36},
    {0x43, 0x81, 0x9f, 0xe6, 0xa7, 0x68, 0xba, 0x33},
};

START_TEST(transcript_is_the_pinned_one)
{
    size_t w = (size_t)_i % N_WIDTHS;
    uint8_t digest[ORACLE_LEN];

    if (!cpu_force((enum cpu_isa)(_i / N_WIDTHS))) return;
    digest_runs(digest, widths[w]);
    ck_assert_mem_eq(digest, transcripts[w], sizeof transcripts[w]);
}
END_TEST

/* ------------------------------------------------------------------------------------ cheating */

static size_t alpha_of(const struct pair *pair, size_t g)
{
    unsigned k = pair->terms.width;
    size_t alpha = 0;

    for (unsigned b = 0; b < k; b++) alpha |= bit_of(&pair->delta, g * k + b) << b;
    return alpha;
}

/* SEC-7, SEC-22: one bit of one group's message is flipped: a choice that differs from the other
 * groups'. It is caught unless alpha_g = 0, what the cheater bets on: with probability 1 - 2^-k. */
static bool flip_is_caught(unsigned width, size_t g, size_t position)
{
    struct pair *pair = setup(width, true);
    size_t n_bits = EXTENSION_ALL_BLOCKS(1, true) * 128, at = g * n_bits + position % n_bits;
    sotto_err err;
    bool expected = alpha_of(pair, g) != 0;

    choose(pair, 1);
    pair->message[at / 8] ^= (uint8_t)(1 << at % 8);
    ck_assert_int_eq(absorb(pair, 1), SOTTO_OK);
    respond(pair);
    err = verdict(pair);
    ck_assert_int_eq(err, expected ? SOTTO_ERR_CHECK : SOTTO_OK);
    teardown(pair);
    return err != SOTTO_OK;
}

START_TEST(flipped_bits_are_caught_in_every_column)
{
    unsigned k = widths[_i];
    size_t n_runs = 0, n_caught = 0, rounds = k == 8 ? 4 : k == 4 ? 16 : 12;
    uint64_t state = 99;
    double rate, expected = 1 - 1.0 / (double)((size_t)1 << k);

    for (size_t round = 0; round < rounds; round++)
        for (size_t g = 0; g < TREE_N_GROUPS(k); g++, n_runs++)
            n_caught += flip_is_caught(k, g, (size_t)test_next(&state));
    rate = (double)n_caught / (double)n_runs;
    /* Six standard deviations of the mean of n_runs coins. */
    ck_assert_double_lt((rate - expected) * (rate - expected),
                        36 * expected * (1 - expected) / (double)n_runs);
}
END_TEST

/* SEC-8: after a failure every call fails and the rows are never given out. */
static void assert_dead(struct pair *pair)
{
    struct extension_sender *sender = pair->sender;

    ck_assert_int_eq(verdict(pair), SOTTO_ERR_USAGE);
    ck_assert_int_eq(absorb(pair, 1), SOTTO_ERR_USAGE);
    ck_assert_int_eq(extension_sender_challenge(sender, pair->context, pair->challenge),
                     SOTTO_ERR_USAGE);
    ck_assert_int_eq(extension_sender_rows(sender, pair->context, pair->q), SOTTO_ERR_USAGE);
}

/* SEC-7, SEC-8, SEC-22: every byte of the answer matters. */
START_TEST(wrong_answers_are_caught)
{
    for (size_t w = 0; w < N_WIDTHS; w++) {
        struct pair *pair = setup(widths[w], true);

        run_chunk(pair, 1);
        choose(pair, 3);
        ck_assert_int_eq(absorb(pair, 3), SOTTO_OK);
        respond(pair);
        pair->answer[_i] ^= 0x08;
        ck_assert_int_eq(verdict(pair), SOTTO_ERR_CHECK);
        pair->answer[_i] ^= 0x08;
        assert_dead(pair);
        teardown(pair);
    }
}
END_TEST

/* SEC-22: the message, or the answer, of an earlier chunk. */
START_TEST(replays_are_caught)
{
    for (size_t w = 0; w < N_WIDTHS; w++) {
        struct pair *pair = setup(widths[w], true);
        uint8_t old[EXTENSION_ANSWER_LEN];
        uint8_t *message = bulk_new(sizeof pair->message, 1);

        ck_assert_ptr_nonnull(message);
        run_chunk(pair, 2);
        memcpy(old, pair->answer, sizeof old);
        memcpy(message, pair->message, sizeof pair->message);
        choose(pair, 2);
        if (_i == 0) memcpy(pair->message, message, sizeof pair->message);
        ck_assert_int_eq(absorb(pair, 2), SOTTO_OK);
        respond(pair);
        if (_i == 1) memcpy(pair->answer, old, sizeof old);
        ck_assert_int_eq(verdict(pair), SOTTO_ERR_CHECK);
        assert_dead(pair);
        bulk_free(message, sizeof pair->message, 1);
        teardown(pair);
    }
}
END_TEST

/* SEC-22: choices of one block in one half of the groups, other ones in the rest: what a receiver
 * does who wants to learn delta. */
START_TEST(inconsistent_choices_are_caught)
{
    unsigned k = widths[_i];
    struct pair *pair = setup(k, true);
    size_t n = EXTENSION_ALL_BLOCKS(2, true);

    choose(pair, 2);
    for (size_t g = TREE_N_GROUPS(k) / 2; g < TREE_N_GROUPS(k); g++)
        for (size_t i = 0; i < BLOCK_LEN; i++) pair->message[g * n * BLOCK_LEN + i] ^= 0xff;
    ck_assert_int_eq(absorb(pair, 2), SOTTO_OK);
    respond(pair);
    ck_assert_int_eq(verdict(pair), SOTTO_ERR_CHECK); /* 2^-64 that alpha is 0 in all of them */
    assert_dead(pair);
    teardown(pair);
}
END_TEST

/* SEC-7, SEC-22: a wrong sum of branch c at some level is caught when the sender needs it, which
 * is when its own branch there is not c: half of the times. Otherwise it changes nothing. */
START_TEST(wrong_tree_sums_are_caught)
{
    unsigned k = widths[_i];
    size_t n_runs = 0, n_caught = 0;

    for (size_t g = 0; g < TREE_N_GROUPS(k); g++) {
        for (unsigned level = 1; level < k; level++) {
            for (size_t c = 0; c < 2; c++, n_runs++) {
                struct pair *pair = begin(k, true);
                bool expected = bit_of(&pair->delta, g * k + level) != c;
                sotto_err err;

                pair->trees[((g * (k - 1) + level - 1) * 2 + c) * BLOCK_LEN + n_runs % 16] ^= 2;
                err = new_sender(pair);
                ck_assert_int_eq(err, expected ? SOTTO_ERR_CHECK : SOTTO_OK);
                if (!expected) run_chunk(pair, 1);
                n_caught += err != SOTTO_OK;
                teardown(pair);
            }
        }
    }
    ck_assert_uint_gt(n_caught, n_runs / 4);
    ck_assert_uint_lt(n_caught, n_runs - n_runs / 4);
}
END_TEST

/* SEC-22: every sum of digests and the digest of all. */
START_TEST(wrong_tree_proofs_are_caught)
{
    unsigned k = widths[_i];

    for (size_t at = 0; at < TREE_N_GROUPS(k) + 1; at++) {
        struct pair *pair = begin(k, true);

        pair->trees[TREE_SUMS_LEN(k) + at * TREE_DIGEST_LEN + at % TREE_DIGEST_LEN] ^= 0x10;
        ck_assert_int_eq(new_sender(pair), SOTTO_ERR_CHECK);
        ck_assert_ptr_null(pair->sender);
        teardown(pair);
    }
}
END_TEST

/* ---------------------------------------------------------------------------------- the rest */

/* Outputs are withheld: no rows before the check, at either party. */
START_TEST(rows_wait_for_the_check)
{
    struct pair *pair = setup(widths[_i], true);

    ck_assert_int_eq(extension_receiver_rows(pair->receiver, pair->context, pair->t),
                     SOTTO_ERR_USAGE);
    choose(pair, 1);
    ck_assert_int_eq(extension_receiver_rows(pair->receiver, pair->context, pair->t),
                     SOTTO_ERR_USAGE);
    ck_assert_int_eq(verdict(pair), SOTTO_ERR_USAGE);
    ck_assert_int_eq(absorb(pair, 1), SOTTO_OK);
    ck_assert_int_eq(extension_sender_rows(pair->sender, pair->context, pair->q), SOTTO_ERR_USAGE);
    ck_assert_int_eq(extension_sender_challenge(pair->sender, pair->context, pair->challenge),
                     SOTTO_OK);
    ck_assert_int_eq(extension_sender_rows(pair->sender, pair->context, pair->q), SOTTO_ERR_USAGE);
    ck_assert_int_eq(
        extension_receiver_answer(pair->receiver, pair->context, pair->answer, pair->challenge),
        SOTTO_OK);
    ck_assert_int_eq(verdict(pair), SOTTO_OK);
    take_rows(pair, 1);
    ck_assert_int_eq(extension_sender_rows(pair->sender, pair->context, pair->q), SOTTO_ERR_USAGE);
    teardown(pair);
}
END_TEST

/* Two chunks are open: the second is chosen, absorbed and challenged before the first is checked.
 * Each keeps to its own columns; a third has no room. */
START_TEST(two_chunks_are_open)
{
    struct pair *pair = setup(widths[_i / 2], _i % 2 != 0);
    bool malicious = _i % 2 != 0;
    uint8_t challenges[2][EXTENSION_CHALLENGE_LEN];
    block choices[2][2];

    for (size_t c = 0; c < 2; c++) {
        choose(pair, c + 1);
        memcpy(choices[c], pair->choices, sizeof choices[c]);
        ck_assert_int_eq(absorb(pair, c + 1), SOTTO_OK);
        if (malicious)
            ck_assert_int_eq(extension_sender_challenge(pair->sender, pair->context, challenges[c]),
                             SOTTO_OK);
    }
    ck_assert_int_eq(absorb(pair, 1), SOTTO_ERR_USAGE);
    ck_assert_int_eq(
        extension_receiver_choose(pair->receiver, pair->context, pair->message, pair->choices, 1),
        SOTTO_ERR_USAGE);
    ck_assert_int_eq(extension_sender_challenge(pair->sender, pair->context, pair->challenge),
                     SOTTO_ERR_USAGE);
    for (size_t c = 0; c < 2; c++) {
        if (malicious) {
            ck_assert_int_eq(extension_receiver_answer(pair->receiver, pair->context, pair->answer,
                                                       challenges[c]),
                             SOTTO_OK);
            ck_assert_int_eq(verdict(pair), SOTTO_OK);
        }
        memcpy(pair->choices, choices[c], sizeof choices[c]);
        take_rows(pair, c + 1);
    }
    run_chunk(pair, 1);
    teardown(pair);
}
END_TEST

/* x gives nothing away: with the same choices it is another one for every chunk, and balanced. */
START_TEST(answers_hide_the_choices)
{
    struct pair *pair = setup(2, true);
    static const block zeros[1];
    long n_ones = 0;

    for (size_t run = 0; run < 256; run++) {
        ck_assert_int_eq(
            extension_receiver_choose(pair->receiver, pair->context, pair->message, zeros, 1),
            SOTTO_OK);
        ck_assert_int_eq(absorb(pair, 1), SOTTO_OK);
        respond(pair);
        ck_assert_int_eq(verdict(pair), SOTTO_OK);
        ck_assert_int_eq(extension_sender_rows(pair->sender, pair->context, pair->q), SOTTO_OK);
        ck_assert_int_eq(extension_receiver_rows(pair->receiver, pair->context, pair->t), SOTTO_OK);
        for (size_t i = 0; i < BLOCK_LEN; i++) n_ones += __builtin_popcount(pair->answer[i]);
    }
    ck_assert_int_lt(labs(2 * n_ones - 256 * 128), 6 * 181); /* six standard deviations of 2^15 */
    teardown(pair);
}
END_TEST

/* Bytes on the wire: 128 / k bits an OT, and what the model adds to a chunk. */
START_TEST(lengths_equal_the_formula)
{
    for (size_t w = 0; w < N_WIDTHS; w++) {
        size_t k = widths[w];

        for (size_t n = 0; n < 70; n++) {
            ck_assert_uint_eq(EXTENSION_MESSAGE_LEN(n, k, false) * 8, n * 128 * 128 / k);
            ck_assert_uint_eq(EXTENSION_MESSAGE_LEN(n, k, true) * 8, (n + 2) * 128 * 128 / k);
        }
        ck_assert_uint_eq(TREE_MESSAGE_LEN(k, false), 128 / k * (k - 1) * 32);
        ck_assert_uint_eq(TREE_MESSAGE_LEN(k, true),
                          128 / k * (k - 1) * 32 + (k > 1 ? (128 / k + 1) * 32 : 0));
        ck_assert_uint_le(TREE_MESSAGE_LEN(k, true), TREE_MAX_MESSAGE_LEN);
    }
}
END_TEST

/* SEC-15: bounds are checks. */
START_TEST(terms_are_checked)
{
    struct pair *pair = begin(1, false);
    static const unsigned bad_widths[] = {0, 3, 5, 7, 9, 16, 128};

    for (size_t i = 0; i < sizeof bad_widths / sizeof bad_widths[0]; i++) {
        pair->terms.width = bad_widths[i];
        ck_assert_int_eq(new_sender(pair), SOTTO_ERR_USAGE);
    }
    pair->terms.width = 1;
    pair->terms.max_blocks = 0;
    ck_assert_int_eq(new_sender(pair), SOTTO_ERR_INTERNAL);
    pair->terms.max_blocks = EXTENSION_MAX_BLOCKS + 1;
    ck_assert_int_eq(new_sender(pair), SOTTO_ERR_INTERNAL);
    pair->terms.max_blocks = MAX_TEST_BLOCKS;
    ck_assert_int_eq(new_sender(pair), SOTTO_OK);
    ck_assert_int_eq(absorb(pair, MAX_TEST_BLOCKS + 1), SOTTO_ERR_INTERNAL);
    ck_assert_int_eq(extension_receiver_choose(pair->receiver, pair->context, pair->message,
                                               pair->choices, MAX_TEST_BLOCKS + 1),
                     SOTTO_ERR_INTERNAL);
    teardown(pair);
}
END_TEST

/* Allocation failures are reported and leave nothing behind. */
START_TEST(allocation_failures)
{
    struct pair *pair = begin(4, true);

    extension_receiver_free(pair->receiver);
    pair->receiver = NULL;
    for (uint64_t n = 1; n <= 3; n++) {
        test_heap_fail_at(n);
        ck_assert_int_eq(new_receiver(pair), SOTTO_ERR_MEMORY);
        test_heap_fail_at(n);
        ck_assert_int_eq(new_sender(pair), SOTTO_ERR_MEMORY);
        ck_assert_ptr_null(pair->receiver);
        ck_assert_ptr_null(pair->sender);
    }
    test_heap_fail_at(0);
    teardown(pair);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ot_extension");
    TCase *honest = tcase_create("honest");
    TCase *cheating = tcase_create("cheating");

    tcase_add_loop_test(honest, rows_are_correlated, 0, CPU_N_ISAS);
    tcase_add_loop_test(honest, transcript_equals_the_reference, 0, N_WIDTHS);
    tcase_add_loop_test(honest, transcript_is_the_pinned_one, 0, CPU_N_ISAS * N_WIDTHS);
    tcase_add_loop_test(honest, rows_wait_for_the_check, 0, N_WIDTHS);
    tcase_add_loop_test(honest, two_chunks_are_open, 0, 2 * N_WIDTHS);
    tcase_add_test(honest, answers_hide_the_choices);
    tcase_add_test(honest, lengths_equal_the_formula);
    tcase_add_test(honest, terms_are_checked);
    tcase_add_test(honest, allocation_failures);
    tcase_set_timeout(honest, 120);
    suite_add_tcase(suite, honest);
    tcase_add_loop_test(cheating, flipped_bits_are_caught_in_every_column, 0, N_WIDTHS);
    tcase_add_loop_test(cheating, wrong_answers_are_caught, 0, EXTENSION_ANSWER_LEN);
    tcase_add_loop_test(cheating, replays_are_caught, 0, 2);
    tcase_add_loop_test(cheating, inconsistent_choices_are_caught, 0, N_WIDTHS);
    tcase_add_loop_test(cheating, wrong_tree_sums_are_caught, 1, N_WIDTHS);
    tcase_add_loop_test(cheating, wrong_tree_proofs_are_caught, 1, N_WIDTHS);
    tcase_set_timeout(cheating, 120);
    suite_add_tcase(suite, cheating);
    return run_suite(suite);
}
