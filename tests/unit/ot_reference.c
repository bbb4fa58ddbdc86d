/*
 * The malicious model's messages, byte for byte, against references written from the definitions:
 * proof and answer of the base transfers, trees with their proof, choices, the coefficients that a
 * challenge stands for, folded choices and the digest of folded columns.
 */
#include "ot/extension.h"

#include "base/memory.h"
#include "base/random.h"
#include "tests/reference/oracle.h"
#include "tests/reference/transfers.h"
#include "tests/support/blocks.h"
#include "tests/support/suite.h"
#include "tests/support/support.h"

#include <check.h>

static const uint8_t session_id[SESSION_ID_LEN] = {2, 7, 1, 8, 2, 8, [31] = 18};

static struct ref_transfers reference_of(unsigned width, const block keys[N_BASE_OTS][2])
{
    struct ref_transfers transfers = {.width = width, .session_id = session_id};

    for (size_t j = 0; j < N_BASE_OTS; j++)
        for (size_t c = 0; c < 2; c++) transfers.keys[j][c] = to_ref(keys[j][c]);
    return transfers;
}

/* RFC 7693, appendix A, and the empty message. */
START_TEST(blake2b_has_the_published_digests)
{
    static const uint8_t abc[8] = {0xba, 0x80, 0xa5, 0x3f, 0x98, 0x1c, 0x4d, 0x0d};
    static const uint8_t empty[8] = {0x78, 0x6a, 0x02, 0xf7, 0x42, 0x01, 0x59, 0x03};
    uint8_t digest[64];

    ref_blake2b(digest, sizeof digest, (const uint8_t *)"abc", 3);
    ck_assert_mem_eq(digest, abc, sizeof abc);
    ref_blake2b(digest, sizeof digest, NULL, 0);
    ck_assert_mem_eq(digest, empty, sizeof empty);
}
END_TEST

/* SEC-6, SEC-7 */
START_TEST(base_proof_and_answer_equal_the_reference)
{
    struct sotto_context *context = test_context();
    uint8_t z[BASE_SENDER_MESSAGE_LEN], b[BASE_RECEIVER_MESSAGE_LEN];
    uint8_t proof[BASE_PROOF_LEN], answer[BASE_ANSWER_LEN];
    uint8_t ref_proof[REF_BASE_PROOF_LEN], ref_answer[32];
    block choices, pairs[N_BASE_OTS][2], keys[N_BASE_OTS];
    struct ref_transfers transfers;
    struct base_sender *sender;
    struct base_receiver *receiver;

    random_bytes(&choices, sizeof choices);
    ck_assert_int_eq(base_sender_new(context, &sender, N_BASE_OTS), SOTTO_OK);
    ck_assert_int_eq(base_receiver_new(context, &receiver, N_BASE_OTS), SOTTO_OK);
    ck_assert_int_eq(base_receiver_choose(receiver, context, &choices), SOTTO_OK);
    ck_assert_int_eq(base_receiver_message(receiver, context, b, session_id), SOTTO_OK);
    base_sender_message(sender, z);
    ck_assert_int_eq(base_sender_finish(sender, context, pairs, b, session_id), SOTTO_OK);
    ck_assert_int_eq(base_receiver_finish(receiver, context, keys, z, session_id), SOTTO_OK);
    transfers = reference_of(1, (const block(*)[2])pairs);
    ref_base_proof(ref_proof, ref_answer, &transfers);
    ck_assert_int_eq(base_sender_prove(sender, context, proof, (const block(*)[2])pairs), SOTTO_OK);
    ck_assert_uint_eq(sizeof proof, sizeof ref_proof);
    ck_assert_mem_eq(proof, ref_proof, sizeof proof);
    ck_assert_int_eq(base_receiver_answer(receiver, context, answer, keys, ref_proof), SOTTO_OK);
    ck_assert_mem_eq(answer, ref_answer, sizeof answer);
    ck_assert_int_eq(base_sender_check(sender, context, pairs, ref_answer), SOTTO_OK);
    base_sender_free(sender);
    base_receiver_free(receiver);
    sotto_context_free(context);
}
END_TEST

/* Both parties of an extension, with a reference that has the receiver's keys. */
struct pair {
    struct sotto_context *context;
    struct extension_terms terms;
    struct extension_sender *sender;
    struct extension_receiver *receiver;
    block delta;
    block keys[N_BASE_OTS][2], chosen[N_BASE_OTS];
    uint8_t trees[TREE_MAX_MESSAGE_LEN], ref_trees[TREE_MAX_MESSAGE_LEN];
    struct ref_transfers transfers;
    struct ref_block leaves[TREE_MAX_LEAVES];
};

static struct pair *pair_new(unsigned width)
{
    struct pair *pair = bulk_new(1, sizeof *pair);
    const block(*keys)[2];

    ck_assert_ptr_nonnull(pair);
    keys = (const block(*)[2])pair->keys;
    pair->context = test_context();
    pair->terms = (struct extension_terms){.width = width, .malicious = true, .max_blocks = 4};
    memcpy(pair->terms.session_id, session_id, sizeof session_id);
    random_bytes(&pair->delta, sizeof pair->delta);
    random_bytes(pair->keys, sizeof pair->keys);
    for (size_t j = 0; j < N_BASE_OTS; j++)
        pair->chosen[j] = pair->keys[j][pair->delta.half[j / 64] >> j % 64 & 1];
    pair->transfers = reference_of(width, keys);
    ref_leaves(pair->leaves, &pair->transfers);
    ck_assert_int_eq(
        extension_receiver_new(pair->context, &pair->receiver, pair->trees, keys, &pair->terms),
        SOTTO_OK);
    return pair;
}

static void pair_free(struct pair *pair)
{
    extension_sender_free(pair->sender);
    extension_receiver_free(pair->receiver);
    sotto_context_free(pair->context);
    bulk_free(pair, 1, sizeof *pair);
}

/* The sender takes the reference's trees. */
static void check_trees(struct pair *pair)
{
    size_t len = ref_tree_message(pair->ref_trees, &pair->transfers);

    ck_assert_uint_eq(len, TREE_MESSAGE_LEN(pair->terms.width, true));
    ck_assert_mem_eq(pair->trees, pair->ref_trees, len);
    ck_assert_int_eq(extension_sender_new(pair->context, &pair->sender, pair->chosen, &pair->delta,
                                          pair->ref_trees, &pair->terms),
                     SOTTO_OK);
}

/* d = u ^ r for each group. The extra blocks' r is random: it is what group 0 says, and every other
 * group has to say the same. */
static void check_choices(const struct pair *pair, const struct ref_chunk *chunk,
                          struct ref_block *choices, size_t n_blocks, const uint8_t *message)
{
    struct ref_block v[TREE_MAX_WIDTH];

    for (size_t g = 0; g < TREE_N_GROUPS(pair->terms.width); g++)
        for (size_t i = 0; i < chunk->n; i++) {
            struct ref_block d,
                u = ref_sums(v, &pair->transfers, pair->leaves, g, chunk->first + i);

            memcpy(d.byte, message + (g * chunk->n + i) * BLOCK_LEN, BLOCK_LEN);
            if (g == 0 && i >= n_blocks) choices[i] = ref_xor(d, u);
            ck_assert(ref_equal(d, ref_xor(u, choices[i])));
        }
}

/* The sender accepts what the reference answers. */
static void check_chunk(struct pair *pair, struct ref_chunk *chunk, size_t n_blocks)
{
    static uint8_t message[EXTENSION_MESSAGE_LEN(4, 1, true)];
    uint8_t challenge[EXTENSION_CHALLENGE_LEN], answer[EXTENSION_ANSWER_LEN], expected[48];
    block choices[4], rows[4 * OTS_PER_BLOCK];
    struct ref_block r[4 + EXTENSION_CHECK_BLOCKS], drawn;

    chunk->n = n_blocks + EXTENSION_CHECK_BLOCKS;
    random_bytes(choices, sizeof choices);
    for (size_t i = 0; i < n_blocks; i++) r[i] = to_ref(choices[i]);
    ck_assert_int_eq(
        extension_receiver_choose(pair->receiver, pair->context, message, choices, n_blocks),
        SOTTO_OK);
    check_choices(pair, chunk, r, n_blocks, message);
    ck_assert_int_eq(extension_sender_absorb(pair->sender, pair->context, message, n_blocks),
                     SOTTO_OK);
    ck_assert_int_eq(extension_sender_challenge(pair->sender, pair->context, challenge), SOTTO_OK);
    memcpy(drawn.byte, challenge, sizeof drawn.byte);
    ref_answer(expected, &pair->transfers, chunk, r, drawn);
    ck_assert_int_eq(extension_receiver_answer(pair->receiver, pair->context, answer, challenge),
                     SOTTO_OK);
    ck_assert_uint_eq(sizeof answer, sizeof expected);
    ck_assert_mem_eq(answer, expected, sizeof answer);
    ck_assert_int_eq(extension_sender_check(pair->sender, pair->context, expected), SOTTO_OK);
    ck_assert_int_eq(extension_sender_rows(pair->sender, pair->context, rows), SOTTO_OK);
    ck_assert_int_eq(extension_receiver_rows(pair->receiver, pair->context, rows), SOTTO_OK);
    chunk->first += chunk->n;
    chunk->number++;
}

/* SEC-7: two chunks, so that counters and chunk numbers show; the second is all but empty. */
START_TEST(extension_equals_the_reference)
{
    static const unsigned widths[] = {1, 2, 4, 8};
    struct pair *pair = pair_new(widths[_i]);
    struct ref_chunk chunk = {0};

    check_trees(pair);
    check_chunk(pair, &chunk, 3);
    check_chunk(pair, &chunk, 1);
    pair_free(pair);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ot_reference");
    TCase *tests = tcase_create("reference");

    tcase_add_test(tests, blake2b_has_the_published_digests);
    tcase_add_test(tests, base_proof_and_answer_equal_the_reference);
    tcase_add_loop_test(tests, extension_equals_the_reference, 0, 4);
    tcase_set_timeout(tests, 120);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
