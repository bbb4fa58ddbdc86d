/*
 * Oblivious transfer: base OTs, the IKNP extension, random and chosen OTs. Every relation is
 * checked on every row.
 */
#include "ot/base.h"
#include "ot/extension.h"
#include "ot/transfer.h"

#include "base/memory.h"
#include "base/random.h"
#include "tests/support/support.h"

#include <check.h>
#include <stdlib.h>

static const uint8_t session_a[SESSION_ID_LEN] = {1, 2, 3};
static const uint8_t session_b[SESSION_ID_LEN] = {1, 2, 4};

struct base_pair {
    struct sotto_context *context;
    struct base_sender *sender;
    struct base_receiver *receiver;
    block choices;
    uint8_t z[BASE_SENDER_MESSAGE_LEN];
    uint8_t b[BASE_RECEIVER_MESSAGE_LEN];
    block sender_keys[N_BASE_OTS][2];
    block receiver_keys[N_BASE_OTS];
};

static bool equal(block a, block b)
{
    return memcmp(&a, &b, sizeof a) == 0;
}

static uint64_t choice(const struct base_pair *pair, size_t j)
{
    return pair->choices.half[j / 64] >> j % 64 & 1;
}

/* Both parties up to the point where the messages have been made. */
static void base_setup(struct base_pair *pair)
{
    memset(pair, 0, sizeof *pair);
    pair->context = test_context();
    random_bytes(&pair->choices, sizeof pair->choices);
    ck_assert_int_eq(base_sender_new(pair->context, &pair->sender), SOTTO_OK);
    ck_assert_int_eq(base_receiver_new(pair->context, &pair->receiver, &pair->choices), SOTTO_OK);
    base_sender_message(pair->sender, pair->z);
    ck_assert_int_eq(base_receiver_message(pair->receiver, pair->context, pair->b, session_a),
                     SOTTO_OK);
}

static void base_teardown(struct base_pair *pair)
{
    base_sender_free(pair->sender);
    base_receiver_free(pair->receiver);
    sotto_context_free(pair->context);
}

static sotto_err finish_sender(struct base_pair *pair, const uint8_t *session)
{
    return base_sender_finish(pair->sender, pair->context, pair->sender_keys, pair->b, session);
}

static sotto_err finish_receiver(struct base_pair *pair, const uint8_t *session)
{
    return base_receiver_finish(pair->receiver, pair->context, pair->receiver_keys, pair->z,
                                session);
}

START_TEST(base_keys_agree)
{
    struct base_pair pair;

    base_setup(&pair);
    ck_assert_int_eq(finish_sender(&pair, session_a), SOTTO_OK);
    ck_assert_int_eq(finish_receiver(&pair, session_a), SOTTO_OK);
    for (size_t j = 0; j < N_BASE_OTS; j++) {
        uint64_t c = choice(&pair, j);

        ck_assert(equal(pair.receiver_keys[j], pair.sender_keys[j][c]));
        ck_assert(!equal(pair.receiver_keys[j], pair.sender_keys[j][1 - c]));
        for (size_t i = 0; i < j; i++)
            ck_assert(!equal(pair.receiver_keys[j], pair.receiver_keys[i]));
    }
    base_teardown(&pair);
}
END_TEST

/* SEC-6: a key is bound to the session and to every part of the transcript. */
START_TEST(base_keys_are_bound)
{
    struct base_pair pair;
    block keys[N_BASE_OTS][2];

    base_setup(&pair);
    ck_assert_int_eq(finish_sender(&pair, session_b), SOTTO_OK);
    ck_assert_int_eq(finish_receiver(&pair, session_a), SOTTO_OK);
    for (size_t j = 0; j < N_BASE_OTS; j++)
        for (size_t c = 0; c < 2; c++)
            ck_assert(!equal(pair.receiver_keys[j], pair.sender_keys[j][c]));
    base_teardown(&pair);

    /* Two slots swapped on the way: both keys of both slots are lost, the others are not. */
    base_setup(&pair);
    for (size_t i = 0; i < GROUP_ELEMENT_LEN; i++) {
        uint8_t *first = pair.b + BASE_SEED_LEN + i, *second = first + GROUP_ELEMENT_LEN;
        uint8_t byte = *first;

        *first = *second;
        *second = byte;
    }
    ck_assert_int_eq(finish_sender(&pair, session_a), SOTTO_OK);
    ck_assert_int_eq(finish_receiver(&pair, session_a), SOTTO_OK);
    memcpy(keys, pair.sender_keys, sizeof keys);
    for (size_t j = 0; j < 2; j++)
        for (size_t c = 0; c < 2; c++)
            for (size_t i = 0; i < 2; i++) ck_assert(!equal(pair.receiver_keys[i], keys[j][c]));
    for (size_t j = 2; j < N_BASE_OTS; j++)
        ck_assert(equal(pair.receiver_keys[j], keys[j][choice(&pair, j)]));
    base_teardown(&pair);
}
END_TEST

/* The seed of T is part of what the keys rest on: with another one the receiver's choice of 1 is
 * lost. */
START_TEST(base_seed_matters)
{
    struct base_pair pair;

    base_setup(&pair);
    pair.b[0] ^= 1;
    ck_assert_int_eq(finish_sender(&pair, session_a), SOTTO_OK);
    ck_assert_int_eq(finish_receiver(&pair, session_a), SOTTO_OK);
    for (size_t j = 0; j < N_BASE_OTS; j++) {
        bool agrees = equal(pair.receiver_keys[j], pair.sender_keys[j][choice(&pair, j)]);

        ck_assert_int_eq(agrees, choice(&pair, j) == 0);
    }
    base_teardown(&pair);
}
END_TEST

static const uint8_t bad_elements[][GROUP_ELEMENT_LEN] = {
    {0}, /* the identity */
    {1}, /* negative */
    {0xed, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f}, /* p: zero, not canonical */
    {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff},
};

#define N_BAD (sizeof bad_elements / sizeof bad_elements[0])

/* SEC-6 */
START_TEST(base_sender_refuses_bad_elements)
{
    static const size_t slots[] = {0, 63, N_BASE_OTS - 1};

    for (size_t s = 0; s < 3; s++) {
        struct base_pair pair;
        static const block zero[N_BASE_OTS][2];

        base_setup(&pair);
        memcpy(pair.b + BASE_SEED_LEN + slots[s] * GROUP_ELEMENT_LEN, bad_elements[_i],
               GROUP_ELEMENT_LEN);
        ck_assert_int_eq(finish_sender(&pair, session_a), SOTTO_ERR_PROTOCOL);
        ck_assert_mem_eq(pair.sender_keys, zero, sizeof zero);
        base_teardown(&pair);
    }
}
END_TEST

/* SEC-6 */
START_TEST(base_receiver_refuses_bad_elements)
{
    struct base_pair pair;

    base_setup(&pair);
    memcpy(pair.z, bad_elements[_i], GROUP_ELEMENT_LEN);
    ck_assert_int_eq(finish_receiver(&pair, session_a), SOTTO_ERR_PROTOCOL);
    base_teardown(&pair);
}
END_TEST

/* A receiver's message has the same form whatever it chose: no B_j repeats, none is a_j G or
 * T itself. */
START_TEST(base_messages_differ)
{
    struct base_pair first, second;

    base_setup(&first);
    base_setup(&second);
    ck_assert_mem_ne(first.z, second.z, sizeof first.z);
    ck_assert_mem_ne(first.b, second.b, BASE_SEED_LEN);
    for (size_t i = 0; i < N_BASE_OTS; i++)
        for (size_t j = 0; j < N_BASE_OTS; j++)
            ck_assert_mem_ne(first.b + BASE_SEED_LEN + i * GROUP_ELEMENT_LEN,
                             second.b + BASE_SEED_LEN + j * GROUP_ELEMENT_LEN, GROUP_ELEMENT_LEN);
    base_teardown(&first);
    base_teardown(&second);
}
END_TEST

/* The malicious phase up to the sender's proof: the receiver's message comes first. */
static void prove(struct base_pair *pair, uint8_t proof[BASE_PROOF_LEN])
{
    base_setup(pair);
    ck_assert_int_eq(finish_sender(pair, session_a), SOTTO_OK);
    ck_assert_int_eq(
        base_sender_prove(pair->sender, pair->context, proof, (const block(*)[2])pair->sender_keys),
        SOTTO_OK);
    ck_assert_int_eq(finish_receiver(pair, session_a), SOTTO_OK);
}

static sotto_err answer(struct base_pair *pair, uint8_t *made, const uint8_t *proof)
{
    return base_receiver_answer(pair->receiver, pair->context, made, pair->receiver_keys, proof);
}

static sotto_err check(struct base_pair *pair, const uint8_t *made)
{
    return base_sender_check(pair->sender, pair->context, pair->sender_keys, made);
}

START_TEST(base_proof_is_accepted)
{
    uint8_t proof[BASE_PROOF_LEN], made[BASE_ANSWER_LEN];
    struct base_pair pair;

    prove(&pair, proof);
    ck_assert_int_eq(answer(&pair, made, proof), SOTTO_OK);
    ck_assert_int_eq(check(&pair, made), SOTTO_OK);
    for (size_t j = 0; j < N_BASE_OTS; j++)
        ck_assert(equal(pair.receiver_keys[j], pair.sender_keys[j][choice(&pair, j)]));
    base_teardown(&pair);
}
END_TEST

/* SEC-7, SEC-8, SEC-22: a flipped bit in any chi_j, or in Pi, ends it; the keys are gone and there
 * is no second try. */
START_TEST(base_wrong_proof_is_caught)
{
    static const block zero[N_BASE_OTS];
    uint8_t proof[BASE_PROOF_LEN], made[BASE_ANSWER_LEN] = {0};
    static const uint8_t nothing[BASE_ANSWER_LEN];
    struct base_pair pair;

    prove(&pair, proof);
    proof[_i * BASE_DIGEST_LEN + _i % BASE_DIGEST_LEN] ^= (uint8_t)(1 << _i % 8);
    ck_assert_int_eq(answer(&pair, made, proof), SOTTO_ERR_CHECK);
    ck_assert_mem_eq(pair.receiver_keys, zero, sizeof zero);
    ck_assert_mem_eq(made, nothing, sizeof made);
    proof[_i * BASE_DIGEST_LEN + _i % BASE_DIGEST_LEN] ^= (uint8_t)(1 << _i % 8);
    ck_assert_int_eq(answer(&pair, made, proof), SOTTO_ERR_USAGE);
    ck_assert_int_eq(finish_receiver(&pair, session_a), SOTTO_ERR_USAGE);
    base_teardown(&pair);
}
END_TEST

/* SEC-22: a sender that swaps the slots of one pad, as if to learn the choice, is caught when the
 * choice is the one it bet against, and only then: half of the times. */
START_TEST(base_selective_failure_is_a_coin)
{
    unsigned n_caught = 0, n_wrong_bet = 0;

    for (size_t run = 0; run < 24; run++) {
        uint8_t proof[BASE_PROOF_LEN], made[BASE_ANSWER_LEN];
        struct base_pair pair;

        base_setup(&pair);
        ck_assert_int_eq(finish_sender(&pair, session_a), SOTTO_OK);
        pair.sender_keys[run][1].half[0] ^= 1; /* not what choice 1 gives the receiver */
        ck_assert_int_eq(base_sender_prove(pair.sender, pair.context, proof,
                                           (const block(*)[2])pair.sender_keys),
                         SOTTO_OK);
        ck_assert_int_eq(finish_receiver(&pair, session_a), SOTTO_OK);
        n_wrong_bet += (unsigned)choice(&pair, run);
        n_caught += answer(&pair, made, proof) == SOTTO_ERR_CHECK;
        base_teardown(&pair);
    }
    ck_assert_uint_eq(n_caught, n_wrong_bet);
    ck_assert_uint_gt(n_caught, 0);
    ck_assert_uint_lt(n_caught, 24);
}
END_TEST

/* SEC-7, SEC-8, SEC-22 */
START_TEST(base_wrong_answer_is_caught)
{
    static const block zero[N_BASE_OTS][2];
    uint8_t proof[BASE_PROOF_LEN], made[BASE_ANSWER_LEN];
    struct base_pair pair;

    prove(&pair, proof);
    ck_assert_int_eq(answer(&pair, made, proof), SOTTO_OK);
    made[_i] ^= 0x40;
    ck_assert_int_eq(check(&pair, made), SOTTO_ERR_CHECK);
    ck_assert_mem_eq(pair.sender_keys, zero, sizeof zero);
    made[_i] ^= 0x40;
    ck_assert_int_eq(check(&pair, made), SOTTO_ERR_USAGE);
    ck_assert_int_eq(finish_sender(&pair, session_a), SOTTO_ERR_USAGE);
    base_teardown(&pair);
}
END_TEST

/* SEC-8: no step before its time, none twice. */
START_TEST(base_steps_have_an_order)
{
    uint8_t proof[BASE_PROOF_LEN], made[BASE_ANSWER_LEN] = {0};
    struct base_pair pair;

    base_setup(&pair);
    ck_assert_int_eq(
        base_sender_prove(pair.sender, pair.context, proof, (const block(*)[2])pair.sender_keys),
        SOTTO_ERR_USAGE);
    ck_assert_int_eq(check(&pair, made), SOTTO_ERR_USAGE);
    ck_assert_int_eq(answer(&pair, made, proof), SOTTO_ERR_USAGE);
    ck_assert_int_eq(base_receiver_message(pair.receiver, pair.context, pair.b, session_a),
                     SOTTO_ERR_USAGE);
    ck_assert_int_eq(finish_sender(&pair, session_a), SOTTO_OK);
    ck_assert_int_eq(finish_sender(&pair, session_a), SOTTO_ERR_USAGE);
    base_teardown(&pair);
}
END_TEST

struct extension_pair {
    struct sotto_context *context;
    block delta;
    block keys[N_BASE_OTS][2];
    block chosen[N_BASE_OTS];
    struct extension_sender *sender;
    struct extension_receiver *receiver;
};

static void extension_setup(struct extension_pair *pair)
{
    pair->context = test_context();
    random_bytes(&pair->delta, sizeof pair->delta);
    pair->delta.half[0] |= 1;
    random_bytes(pair->keys, sizeof pair->keys);
    for (size_t j = 0; j < N_BASE_OTS; j++)
        pair->chosen[j] = pair->keys[j][pair->delta.half[j / 64] >> j % 64 & 1];
    ck_assert_int_eq(extension_sender_new(pair->context, &pair->sender, pair->chosen, &pair->delta),
                     SOTTO_OK);
    ck_assert_int_eq(
        extension_receiver_new(pair->context, &pair->receiver, (const block(*)[2])pair->keys),
        SOTTO_OK);
}

static void extension_teardown(struct extension_pair *pair)
{
    extension_sender_free(pair->sender);
    extension_receiver_free(pair->receiver);
    sotto_context_free(pair->context);
}

struct rows {
    size_t n_blocks;
    block *choices, *q, *t;
    uint8_t *message;
};

static struct rows extend(struct extension_pair *pair, size_t n_blocks)
{
    size_t n = n_blocks * OTS_PER_BLOCK;
    struct rows rows = {
        .n_blocks = n_blocks,
        .choices = bulk_new(n_blocks, BLOCK_LEN),
        .q = bulk_new(n, BLOCK_LEN),
        .t = bulk_new(n, BLOCK_LEN),
        .message = bulk_new(EXTENSION_MESSAGE_LEN(n_blocks), 1),
    };

    random_bytes(rows.choices, n_blocks * BLOCK_LEN);
    ck_assert_int_eq(extension_receiver_extend(pair->receiver, pair->context, rows.t, rows.message,
                                               rows.choices, n_blocks),
                     SOTTO_OK);
    ck_assert_int_eq(
        extension_sender_extend(pair->sender, pair->context, rows.q, rows.message, n_blocks),
        SOTTO_OK);
    return rows;
}

static void rows_free(struct rows *rows)
{
    bulk_free(rows->choices, rows->n_blocks, BLOCK_LEN);
    bulk_free(rows->q, rows->n_blocks * OTS_PER_BLOCK, BLOCK_LEN);
    bulk_free(rows->t, rows->n_blocks * OTS_PER_BLOCK, BLOCK_LEN);
    bulk_free(rows->message, EXTENSION_MESSAGE_LEN(rows->n_blocks), 1);
}

static uint64_t row_choice(const struct rows *rows, size_t n)
{
    return rows->choices[n / 128].half[n / 64 % 2] >> n % 64 & 1;
}

/* Q_n = T_n ^ r_n delta on every row, across calls of all sizes and on every instruction set. */
START_TEST(extension_rows_are_correlated)
{
    static const size_t sizes[] = {1, 2, 3, EXTENSION_MAX_BLOCKS, 1, 7};
    struct extension_pair pair;

    if (!cpu_force((enum cpu_isa)_i)) return;
    extension_setup(&pair);
    for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
        struct rows rows = extend(&pair, sizes[s]);

        for (size_t n = 0; n < sizes[s] * OTS_PER_BLOCK; n++) {
            block expected =
                block_xor(rows.t[n], block_times_bit(pair.delta, row_choice(&rows, n)));

            ck_assert(equal(rows.q[n], expected));
        }
        rows_free(&rows);
    }
    extension_teardown(&pair);
}
END_TEST

/* A flipped bit of u_j moves exactly the rows of its position, by bit j, and only when delta_j is
 * one: what the malicious check will have to find. */
START_TEST(extension_flipped_bit_shows)
{
    struct extension_pair pair;
    struct rows rows;
    block *q;

    extension_setup(&pair);
    rows = extend(&pair, 1);
    extension_sender_free(pair.sender);
    ck_assert_int_eq(extension_sender_new(pair.context, &pair.sender, pair.chosen, &pair.delta),
                     SOTTO_OK);
    q = bulk_new(OTS_PER_BLOCK, BLOCK_LEN);
    rows.message[_i * BLOCK_LEN + 5] ^= 0x10; /* column _i, row 44 */
    ck_assert_int_eq(extension_sender_extend(pair.sender, pair.context, q, rows.message, 1),
                     SOTTO_OK);
    for (size_t n = 0; n < OTS_PER_BLOCK; n++) {
        block difference = block_xor(q[n], rows.q[n]);
        block expected = {{0, 0}};

        if (n == 44) expected.half[_i / 64] = pair.delta.half[_i / 64] & UINT64_C(1) << _i % 64;
        ck_assert(equal(difference, expected));
    }
    bulk_free(q, OTS_PER_BLOCK, BLOCK_LEN);
    rows_free(&rows);
    extension_teardown(&pair);
}
END_TEST

/* SEC-15: the bound on blocks is a check, not a hope. */
START_TEST(extension_refuses_too_many)
{
    struct extension_pair pair;

    extension_setup(&pair);
    ck_assert_int_eq(
        extension_sender_extend(pair.sender, pair.context, NULL, NULL, EXTENSION_MAX_BLOCKS + 1),
        SOTTO_ERR_INTERNAL);
    ck_assert_int_eq(extension_receiver_extend(pair.receiver, pair.context, NULL, NULL, NULL,
                                               EXTENSION_MAX_BLOCKS + 1),
                     SOTTO_ERR_INTERNAL);
    extension_teardown(&pair);
}
END_TEST

START_TEST(random_ot_pads_agree)
{
    static const size_t counts[] = {0, 1, 127, 128, 129, 1000};
    struct label_hash sender_hash = {.start = {{7, 8}}}, receiver_hash = sender_hash;
    struct extension_pair pair;
    struct rows rows;

    extension_setup(&pair);
    rows = extend(&pair, 8);
    for (size_t s = 0; s < sizeof counts / sizeof counts[0]; s++) {
        static block pads[1024][2];
        static block received[1024];

        ck_assert_int_eq(
            random_ot_send(pair.context, pads, &sender_hash, rows.q, counts[s], &pair.delta),
            SOTTO_OK);
        ck_assert_int_eq(
            random_ot_receive(pair.context, received, &receiver_hash, rows.t, counts[s]), SOTTO_OK);
        for (size_t n = 0; n < counts[s]; n++) {
            ck_assert(equal(received[n], pads[n][row_choice(&rows, n)]));
            ck_assert(!equal(pads[n][0], pads[n][1]));
        }
    }
    ck_assert_uint_eq(sender_hash.next, receiver_hash.next);
    rows_free(&rows);
    extension_teardown(&pair);
}
END_TEST

START_TEST(chosen_ot_delivers)
{
    struct label_hash sender_hash = {.start = {{7, 8}}}, receiver_hash = sender_hash;
    static block messages[1024][2], ciphertexts[1024][2], received[1024];
    static uint8_t choices[1024];
    struct extension_pair pair;
    struct rows rows;

    extension_setup(&pair);
    rows = extend(&pair, 8);
    random_bytes(messages, sizeof messages);
    for (size_t n = 0; n < 1024; n++) choices[n] = (uint8_t)row_choice(&rows, n);
    ck_assert_int_eq(chosen_ot_send(pair.context, ciphertexts, &sender_hash, rows.q,
                                    (const block(*)[2])messages, 1024, &pair.delta),
                     SOTTO_OK);
    ck_assert_int_eq(chosen_ot_receive(pair.context, received, &receiver_hash, rows.t,
                                       (const block(*)[2])ciphertexts, choices, 1024),
                     SOTTO_OK);
    for (size_t n = 0; n < 1024; n++) {
        ck_assert(equal(received[n], messages[n][choices[n]]));
        ck_assert(!equal(ciphertexts[n][0], messages[n][0]));
        ck_assert(!equal(ciphertexts[n][1], messages[n][1]));
    }
    rows_free(&rows);
    extension_teardown(&pair);
}
END_TEST

/* SEC-5 */
START_TEST(transfers_refuse_tweak_overflow)
{
    struct label_hash hash = {.start = {{7, 8}}, .next = UINT64_MAX - 100};
    struct sotto_context *context = test_context();
    static block rows[128], pads[128][2];
    block delta = {{1, 0}};

    ck_assert_int_eq(random_ot_send(context, pads, &hash, rows, 128, &delta), SOTTO_ERR_LIMIT);
    ck_assert_int_eq(random_ot_receive(context, rows, &hash, rows, 128), SOTTO_ERR_LIMIT);
    ck_assert_int_eq(random_ot_receive(context, rows, &hash, rows, 100), SOTTO_OK);
    sotto_context_free(context);
}
END_TEST

/* Allocation failures are reported and leave nothing behind. */
START_TEST(allocation_failures)
{
    struct sotto_context *context = test_context();
    struct base_sender *sender = NULL;
    struct base_receiver *receiver = NULL;
    struct extension_sender *extension = NULL;
    block choices = {{1, 2}};
    static block keys[N_BASE_OTS];

    test_heap_fail_at(1);
    ck_assert_int_eq(base_sender_new(context, &sender), SOTTO_ERR_MEMORY);
    test_heap_fail_at(1);
    ck_assert_int_eq(base_receiver_new(context, &receiver, &choices), SOTTO_ERR_MEMORY);
    test_heap_fail_at(1);
    ck_assert_int_eq(extension_sender_new(context, &extension, keys, &choices), SOTTO_ERR_MEMORY);
    test_heap_fail_at(0);
    ck_assert_ptr_null(sender);
    ck_assert_ptr_null(receiver);
    ck_assert_ptr_null(extension);
    sotto_context_free(context);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ot");
    TCase *base = tcase_create("base");
    TCase *extension = tcase_create("extension");
    TCase *transfer = tcase_create("transfer");
    SRunner *runner;
    int n_failed;

    tcase_add_test(base, base_keys_agree);
    tcase_add_test(base, base_keys_are_bound);
    tcase_add_test(base, base_seed_matters);
    tcase_add_loop_test(base, base_sender_refuses_bad_elements, 0, N_BAD);
    tcase_add_loop_test(base, base_receiver_refuses_bad_elements, 0, N_BAD);
    tcase_add_test(base, base_messages_differ);
    tcase_add_test(base, base_proof_is_accepted);
    tcase_add_loop_test(base, base_wrong_proof_is_caught, 0, N_BASE_OTS + 1);
    tcase_add_test(base, base_selective_failure_is_a_coin);
    tcase_add_loop_test(base, base_wrong_answer_is_caught, 0, 4);
    tcase_add_test(base, base_steps_have_an_order);
    tcase_set_timeout(base, 60);
    suite_add_tcase(suite, base);
    tcase_add_loop_test(extension, extension_rows_are_correlated, 0, CPU_N_ISAS);
    tcase_add_loop_test(extension, extension_flipped_bit_shows, 0, N_BASE_OTS);
    tcase_add_test(extension, extension_refuses_too_many);
    tcase_set_timeout(extension, 60);
    suite_add_tcase(suite, extension);
    tcase_add_test(transfer, random_ot_pads_agree);
    tcase_add_test(transfer, chosen_ot_delivers);
    tcase_add_test(transfer, transfers_refuse_tweak_overflow);
    tcase_add_test(transfer, allocation_failures);
    suite_add_tcase(suite, transfer);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
