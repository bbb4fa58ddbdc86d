/*
 * Oblivious transfer: base OTs and the flavours made of correlated rows. Every relation is checked
 * on every row.
 */
#include "ot/base.h"
#include "ot/direct.h"
#include "ot/transfer.h"

#include "base/memory.h"
#include "base/random.h"
#include "tests/support/suite.h"
#include "tests/support/support.h"

#include <check.h>
#include <stdlib.h>

#define N_ROWS 1024

static const uint8_t session_a[SESSION_ID_LEN] = {1, 2, 3};
static const uint8_t session_b[SESSION_ID_LEN] = {1, 2, 4};

struct base_pair {
    struct sotto_context *context;
    struct base_sender *sender;
    struct base_receiver *receiver;
    size_t n; /* transfers */
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

/* Both parties of n transfers up to the point where the messages have been made. */
static void base_setup_of(struct base_pair *pair, size_t n)
{
    memset(pair, 0, sizeof *pair);
    pair->n = n;
    pair->context = test_context();
    random_bytes(&pair->choices, sizeof pair->choices);
    ck_assert_int_eq(base_sender_new(pair->context, &pair->sender, n), SOTTO_OK);
    ck_assert_int_eq(base_receiver_new(pair->context, &pair->receiver, n), SOTTO_OK);
    ck_assert_int_eq(base_receiver_choose(pair->receiver, pair->context, &pair->choices), SOTTO_OK);
    base_sender_message(pair->sender, pair->z);
    ck_assert_int_eq(base_receiver_message(pair->receiver, pair->context, pair->b, session_a),
                     SOTTO_OK);
}

static void base_setup(struct base_pair *pair)
{
    base_setup_of(pair, N_BASE_OTS);
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
    ck_assert_int_eq(base_receiver_choose(pair.receiver, pair.context, &pair.choices),
                     SOTTO_ERR_USAGE);
    ck_assert_int_eq(finish_sender(&pair, session_a), SOTTO_OK);
    ck_assert_int_eq(finish_sender(&pair, session_a), SOTTO_ERR_USAGE);
    base_teardown(&pair);
}
END_TEST

/* Without choices there is no message. */
START_TEST(base_choices_come_first)
{
    struct sotto_context *context = test_context();
    struct base_receiver *receiver;
    uint8_t message[BASE_RECEIVER_MESSAGE_LEN];

    ck_assert_int_eq(base_receiver_new(context, &receiver, N_BASE_OTS), SOTTO_OK);
    ck_assert_int_eq(base_receiver_message(receiver, context, message, session_a), SOTTO_ERR_USAGE);
    base_receiver_free(receiver);
    sotto_context_free(context);
}
END_TEST

static const size_t few[] = {1, 2, 15, 16, 17, 64, 65, N_BASE_OTS};
#define N_FEW (sizeof few / sizeof few[0])

/* Row for row what an extension gives: Q ^ c delta at the receiver. Nothing beyond them is touched,
 * and neither message nor rows repeat a block. */
START_TEST(direct_rows_are_correlated)
{
    static const block zero;
    size_t n = few[_i];
    struct base_pair pair;
    block q[N_BASE_OTS] = {{{0}}}, t[N_BASE_OTS] = {{{0}}}, delta, seen[3 * N_BASE_OTS];
    uint8_t message[DIRECT_MESSAGE_LEN(N_BASE_OTS)] = {0};

    base_setup_of(&pair, n);
    random_bytes(&delta, sizeof delta);
    ck_assert_int_eq(finish_sender(&pair, session_a), SOTTO_OK);
    ck_assert_int_eq(finish_receiver(&pair, session_a), SOTTO_OK);
    direct_send(q, message, (const block(*)[2])pair.sender_keys, n, &delta);
    direct_receive(t, pair.receiver_keys, message, &pair.choices, n);
    for (size_t j = 0; j < n; j++) {
        ck_assert(equal(t[j], block_xor(q[j], block_times_bit(delta, choice(&pair, j)))));
        seen[3 * j] = q[j];
        seen[3 * j + 1] = block_xor(q[j], delta);
        seen[3 * j + 2] = block_load(message + j * BLOCK_LEN);
        for (size_t i = 0; i < 3 * j; i++)
            for (size_t k = 0; k < 3; k++) ck_assert(!equal(seen[i], seen[3 * j + k]));
    }
    for (size_t j = n; j < N_BASE_OTS; j++) ck_assert(equal(q[j], zero) && equal(t[j], zero));
    base_teardown(&pair);
}
END_TEST

/* Of fewer transfers there is no malicious phase: its analysis is of a whole batch. */
START_TEST(base_few_are_not_proved) /* SEC-7 */
{
    uint8_t proof[BASE_PROOF_LEN], made[BASE_ANSWER_LEN];
    struct base_pair pair;

    base_setup_of(&pair, N_BASE_OTS - 1);
    ck_assert_int_eq(finish_sender(&pair, session_a), SOTTO_OK);
    ck_assert_int_eq(finish_receiver(&pair, session_a), SOTTO_OK);
    ck_assert_int_eq(
        base_sender_prove(pair.sender, pair.context, proof, (const block(*)[2])pair.sender_keys),
        SOTTO_ERR_USAGE);
    memset(proof, 0, sizeof proof);
    ck_assert_int_eq(answer(&pair, made, proof), SOTTO_ERR_USAGE);
    base_teardown(&pair);
}
END_TEST

START_TEST(base_counts_are_bounded)
{
    static const size_t wrong[] = {0, N_BASE_OTS + 1, SIZE_MAX};
    struct sotto_context *context = test_context();
    struct base_sender *sender = NULL;
    struct base_receiver *receiver = NULL;

    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        ck_assert_int_eq(base_sender_new(context, &sender, wrong[i]), SOTTO_ERR_INTERNAL);
        ck_assert_int_eq(base_receiver_new(context, &receiver, wrong[i]), SOTTO_ERR_INTERNAL);
    }
    ck_assert_ptr_null(sender);
    ck_assert_ptr_null(receiver);
    sotto_context_free(context);
}
END_TEST

/* Correlated rows, as the extension makes them. */
struct rows {
    struct sotto_context *context;
    struct label_hash sender_hash, receiver_hash;
    block delta;
    block q[N_ROWS], t[N_ROWS];
    uint8_t choices[N_ROWS];
};

static struct rows *rows_new(void)
{
    struct rows *rows = bulk_new(1, sizeof *rows);

    ck_assert_ptr_nonnull(rows);
    rows->context = test_context();
    random_bytes(&rows->sender_hash.start, sizeof rows->sender_hash.start);
    rows->sender_hash.next = 77;
    rows->receiver_hash = rows->sender_hash;
    random_bytes(&rows->delta, sizeof rows->delta);
    random_bytes(rows->t, sizeof rows->t);
    random_bytes(rows->choices, sizeof rows->choices);
    for (size_t n = 0; n < N_ROWS; n++) {
        rows->choices[n] &= 1;
        rows->q[n] = block_xor(rows->t[n], block_times_bit(rows->delta, rows->choices[n]));
    }
    return rows;
}

static void rows_free(struct rows *rows)
{
    ck_assert_uint_eq(rows->sender_hash.next, rows->receiver_hash.next);
    sotto_context_free(rows->context);
    bulk_free(rows, 1, sizeof *rows);
}

static void *random_bytes_of(size_t len)
{
    void *memory = bulk_new(len, 1);

    ck_assert_ptr_nonnull(memory);
    random_bytes(memory, len);
    return memory;
}

START_TEST(packed_choices_equal_a_bit_loop)
{
    uint8_t bits[300];
    block packed[3];

    random_bytes(bits, sizeof bits);
    for (size_t n = 0; n <= sizeof bits; n++) {
        pack_choices(packed, bits, n);
        for (size_t i = 0; i < (n + 127) / 128 * 128; i++)
            ck_assert_uint_eq(packed[i / 128].half[i / 64 % 2] >> i % 64 & 1,
                              i < n ? bits[i] & 1U : 0);
    }
}
END_TEST

START_TEST(random_ot_pads_agree)
{
    static const size_t counts[] = {0, 1, 127, 128, 129, 1000};
    static block pads[N_ROWS][2], received[N_ROWS];
    struct rows *rows = rows_new();

    for (size_t s = 0; s < sizeof counts / sizeof counts[0]; s++) {
        size_t n = counts[s];

        ck_assert_int_eq(
            random_ot_send(rows->context, pads, &rows->sender_hash, rows->q, n, &rows->delta),
            SOTTO_OK);
        ck_assert_int_eq(
            random_ot_receive(rows->context, received, &rows->receiver_hash, rows->t, n), SOTTO_OK);
        for (size_t i = 0; i < n; i++) {
            ck_assert(equal(received[i], pads[i][rows->choices[i]]));
            ck_assert(!equal(pads[i][0], pads[i][1]));
        }
    }
    rows_free(rows);
}
END_TEST

/* Strings of every kind of length: shorter than a block, a block, a few, more than the scratch. */
static const size_t string_lengths[] = {0, 1, 15, 16, 17, 48, 1024, 1025, 5000};

#define N_STRING_LENGTHS (sizeof string_lengths / sizeof string_lengths[0])

START_TEST(chosen_ot_delivers)
{
    size_t len = string_lengths[_i], n = len > 100 ? 9 : 300;
    struct rows *rows = rows_new();
    uint8_t *messages = random_bytes_of(2 * n * len), *received = random_bytes_of(n * len);
    uint8_t *ciphertexts = random_bytes_of(2 * n * len);

    ck_assert_int_eq(chosen_ot_send(rows->context, ciphertexts, &rows->sender_hash, rows->q,
                                    messages, len, n, &rows->delta),
                     SOTTO_OK);
    ck_assert_int_eq(chosen_ot_receive(rows->context, received, &rows->receiver_hash, rows->t,
                                       ciphertexts, len, rows->choices, n),
                     SOTTO_OK);
    for (size_t i = 0; i < n && len > 0; i++) {
        ck_assert_mem_eq(received + i * len, messages + (2 * i + rows->choices[i]) * len, len);
        if (len < 15) continue;
        ck_assert_mem_ne(ciphertexts + 2 * i * len, messages + 2 * i * len, len);
        ck_assert_mem_ne(ciphertexts + (2 * i + 1) * len, messages + (2 * i + 1) * len, len);
    }
    bulk_free(messages, 2 * n * len, 1);
    bulk_free(ciphertexts, 2 * n * len, 1);
    bulk_free(received, n * len, 1);
    rows_free(rows);
}
END_TEST

START_TEST(vector_ot_shares_add_up)
{
    static const unsigned widths[] = {1, 7, 8, 9, 22, 32, 33, 57, 63, 64};
    enum { N = 12, ELEMENTS = 67 };
    static uint64_t terms[N * ELEMENTS], sent[N * ELEMENTS], received[N * ELEMENTS];
    unsigned bits = widths[_i];
    uint64_t mask = UINT64_MAX >> (64 - bits);
    size_t len = packed_len(ELEMENTS, bits);
    uint8_t *message = random_bytes_of(N * len);
    struct rows *rows = rows_new();

    ck_assert_uint_eq(len, (ELEMENTS * bits + 7) / 8);
    random_bytes(terms, sizeof terms);
    ck_assert_int_eq(vector_ot_send(rows->context, sent, message, &rows->sender_hash, rows->q,
                                    terms, ELEMENTS, bits, N, &rows->delta),
                     SOTTO_OK);
    ck_assert_int_eq(vector_ot_receive(rows->context, received, &rows->receiver_hash, rows->t,
                                       message, ELEMENTS, bits, rows->choices, N),
                     SOTTO_OK);
    for (size_t i = 0; i < (size_t)N * ELEMENTS; i++) {
        uint64_t term = rows->choices[i / ELEMENTS] != 0 ? terms[i] : 0;

        ck_assert_uint_eq(received[i] & mask, (sent[i] + term) & mask);
        ck_assert_uint_eq(received[i] & ~mask, 0);
        ck_assert_uint_eq(sent[i] & ~mask, 0);
    }
    bulk_free(message, N * len, 1);
    rows_free(rows);
}
END_TEST

/* Every index of every number of messages around the powers of two. */
START_TEST(one_of_delivers_every_index)
{
    static const size_t numbers[] = {2, 3, 4, 5, 8, 9, 255, 256};
    size_t n_messages = numbers[_i], len = 33, size = n_messages * len;
    unsigned n_rows = one_of_rows(n_messages);
    uint8_t *messages = random_bytes_of(size), *ciphertexts = random_bytes_of(size), received[33];
    struct rows *rows = rows_new();

    ck_assert_uint_ge((size_t)1 << n_rows, n_messages);
    ck_assert_uint_lt((size_t)1 << (n_rows - 1), n_messages);
    for (size_t index = 0; index < n_messages; index++) {
        uint8_t choice = (uint8_t)index;

        for (unsigned b = 0; b < n_rows; b++)
            rows->q[b] = block_xor(rows->t[b], block_times_bit(rows->delta, index >> b));
        ck_assert_int_eq(one_of_send(rows->context, ciphertexts, &rows->sender_hash, rows->q,
                                     messages, len, n_messages, 1, &rows->delta),
                         SOTTO_OK);
        ck_assert_int_eq(one_of_receive(rows->context, received, &rows->receiver_hash, rows->t,
                                        ciphertexts, len, n_messages, &choice, 1),
                         SOTTO_OK);
        ck_assert_mem_eq(received, messages + index * len, len);
    }
    bulk_free(messages, size, 1);
    bulk_free(ciphertexts, size, 1);
    rows_free(rows);
}
END_TEST

/* Masks of different messages share no keystream: with all messages zero, no two ciphertexts are
 * equal, nor does any sum of up to four of them vanish, as it would without the index in the PRF.
 */
START_TEST(one_of_masks_are_independent)
{
    enum { N = 16 };
    static const uint8_t zeros[N * BLOCK_LEN];
    static block masks[N];
    static const block zero;
    struct rows *rows = rows_new();

    ck_assert_int_eq(one_of_send(rows->context, (uint8_t *)masks, &rows->sender_hash, rows->q,
                                 zeros, BLOCK_LEN, N, 1, &rows->delta),
                     SOTTO_OK);
    for (size_t a = 0; a < N; a++) {
        for (size_t b = 0; b < a; b++) {
            block two = block_xor(masks[a], masks[b]);

            ck_assert(!equal(two, zero));
            for (size_t c = 0; c < b; c++)
                for (size_t d = 0; d < c; d++)
                    ck_assert(!equal(block_xor(two, masks[c]), masks[d]));
        }
    }
    rows->receiver_hash.next = rows->sender_hash.next;
    rows_free(rows);
}
END_TEST

/* What a receiver did not choose looks random to it: the bits of (ciphertext ^ its own pad) of the
 * other slot are balanced, whatever the messages. 2^17 fair bits stay within 6 sigma. */
START_TEST(unchosen_messages_are_hidden)
{
    static uint8_t messages[2 * N_ROWS * BLOCK_LEN], ciphertexts[2 * N_ROWS * BLOCK_LEN];
    static block pads[N_ROWS];
    struct rows *rows = rows_new();
    long n_ones = 0, n_equal = 0;

    ck_assert_int_eq(chosen_ot_send(rows->context, ciphertexts, &rows->sender_hash, rows->q,
                                    messages, BLOCK_LEN, N_ROWS, &rows->delta),
                     SOTTO_OK);
    ck_assert_int_eq(random_ot_receive(rows->context, pads, &rows->receiver_hash, rows->t, N_ROWS),
                     SOTTO_OK);
    for (size_t i = 0; i < N_ROWS; i++) {
        const uint8_t *other = ciphertexts + (2 * i + 1 - rows->choices[i]) * BLOCK_LEN;
        block seen = block_xor(block_load(other), pads[i]);

        n_ones += __builtin_popcountll(seen.half[0]) + __builtin_popcountll(seen.half[1]);
        n_equal += (seen.half[0] & 1) == (rows->t[i].half[0] & 1);
    }
    ck_assert_int_lt(labs(2 * n_ones - 128 * N_ROWS), 6 * 362);
    ck_assert_int_lt(labs(2 * n_equal - N_ROWS), 6 * 32);
    rows_free(rows);
}
END_TEST

_Static_assert(N_ROWS == 1024, "the bounds above are six standard deviations of 2^17 and 2^10");

/* Beaver: rows of random choices become those of the real ones by one bit each. */
START_TEST(derandomised_rows_are_correlated)
{
    uint8_t wanted[N_ROWS], differences[N_ROWS];
    block packed[N_ROWS / 128];
    struct rows *rows = rows_new();

    random_bytes(wanted, sizeof wanted);
    for (size_t i = 0; i < N_ROWS; i++) differences[i] = (wanted[i] ^ rows->choices[i]) & 1;
    pack_choices(packed, differences, N_ROWS - 5);
    correct_rows(rows->q, packed, N_ROWS - 5, &rows->delta);
    for (size_t i = 0; i < N_ROWS - 5; i++)
        ck_assert(
            equal(rows->q[i], block_xor(rows->t[i], block_times_bit(rows->delta, wanted[i]))));
    for (size_t i = N_ROWS - 5; i < N_ROWS; i++)
        ck_assert(equal(rows->q[i],
                        block_xor(rows->t[i], block_times_bit(rows->delta, rows->choices[i]))));
    rows_free(rows);
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

    test_heap_fail_at(1);
    ck_assert_int_eq(base_sender_new(context, &sender, 3), SOTTO_ERR_MEMORY);
    test_heap_fail_at(1);
    ck_assert_int_eq(base_receiver_new(context, &receiver, 3), SOTTO_ERR_MEMORY);
    test_heap_fail_at(0);
    ck_assert_ptr_null(sender);
    ck_assert_ptr_null(receiver);
    sotto_context_free(context);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ot");
    TCase *base = tcase_create("base");
    TCase *transfer = tcase_create("transfer");

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
    tcase_add_test(base, base_choices_come_first);
    tcase_add_test(base, base_few_are_not_proved);
    tcase_add_test(base, base_counts_are_bounded);
    tcase_add_loop_test(base, direct_rows_are_correlated, 0, N_FEW);
    tcase_set_timeout(base, 60);
    suite_add_tcase(suite, base);
    tcase_add_test(transfer, packed_choices_equal_a_bit_loop);
    tcase_add_test(transfer, random_ot_pads_agree);
    tcase_add_loop_test(transfer, chosen_ot_delivers, 0, N_STRING_LENGTHS);
    tcase_add_loop_test(transfer, vector_ot_shares_add_up, 0, 10);
    tcase_add_loop_test(transfer, one_of_delivers_every_index, 0, 8);
    tcase_add_test(transfer, one_of_masks_are_independent);
    tcase_add_test(transfer, unchosen_messages_are_hidden);
    tcase_add_test(transfer, derandomised_rows_are_correlated);
    tcase_add_test(transfer, transfers_refuse_tweak_overflow);
    tcase_add_test(transfer, allocation_failures);
    tcase_set_timeout(transfer, 60);
    suite_add_tcase(suite, transfer);
    return run_suite(suite);
}
