/* Base oblivious transfer; see base.h. */
#include "ot/base.h"

#include "base/memory.h"
#include "base/random.h"
#include "crypto/oracle.h"

/* The next step of a party; a spent one has none. Zero, what wiped memory holds, is spent. */
enum stage {
    STAGE_SPENT,
    STAGE_MADE,
    STAGE_CHOSEN,
    STAGE_BEGUN,
    STAGE_SENT,
    STAGE_FINISHED,
    STAGE_PROVED
};

/* Both structures live in guarded memory, which is wiped when it is freed. */
struct base_sender {
    enum stage stage;
    size_t n; /* transfers */
    group_scalar r;
    group_element z;
    group_element r_t; /* r T, once begun */
    size_t n_keyed;    /* transfers that have their keys */
    uint8_t session_id[SESSION_ID_LEN];
    uint8_t expected[BASE_ANSWER_LEN]; /* A, once proved */
};

struct base_receiver {
    enum stage stage;
    size_t n;
    block choices;
    uint8_t session_id[SESSION_ID_LEN];
    uint8_t seed[BASE_SEED_LEN];
    group_scalar a[N_BASE_OTS];
    group_element t;           /* once begun */
    size_t n_prepared, n_sent; /* transfers whose b is a_j G, or already B_j */
    group_element b[N_BASE_OTS];
};

/* T, whose discrete logarithm nobody knows: hashed from the session and the receiver's seed. */
static void derive_t(group_element *t, const uint8_t session_id[SESSION_ID_LEN],
                     const uint8_t seed[BASE_SEED_LEN])
{
    uint8_t uniform[GROUP_HASH_LEN];
    struct oracle oracle;

    oracle_begin(&oracle, "base OT: T");
    oracle_field(&oracle, session_id, SESSION_ID_LEN);
    oracle_field(&oracle, seed, BASE_SEED_LEN);
    oracle_end(&oracle, uniform, sizeof uniform);
    group_from_hash(t, uniform);
}

/* RO("pad", sid, j, Z, B_j, shared): bound to session, index and transcript (McQuoid, Rosulek, Roy,
 * ASIACRYPT 2021, show what goes wrong without). */
static void derive_key(block *key, const uint8_t session_id[SESSION_ID_LEN], uint64_t index,
                       const group_element *z, const group_element *b, const group_element *shared)
{
    uint8_t bytes[BLOCK_LEN];
    struct oracle oracle;

    oracle_begin(&oracle, "base OT: pad");
    oracle_field(&oracle, session_id, SESSION_ID_LEN);
    oracle_number(&oracle, index);
    oracle_field(&oracle, z->bytes, sizeof z->bytes);
    oracle_field(&oracle, b->bytes, sizeof b->bytes);
    oracle_field(&oracle, shared->bytes, sizeof shared->bytes);
    oracle_end(&oracle, bytes, sizeof bytes);
    *key = block_load(bytes);
    ct_mark_secret(key, sizeof *key);
    mem_wipe(bytes, sizeof bytes);
}

static sotto_err out_of_order(struct sotto_context *context)
{
    return fail(context, SOTTO_ERR_USAGE, "base OT: a step out of order, or after a failure");
}

static sotto_err bad_element(struct sotto_context *context)
{
    return fail(context, SOTTO_ERR_PROTOCOL, "base OT: the peer sent an invalid group element");
}

/* Arithmetic on elements that are valid by construction fails with negligible probability only. */
static sotto_err bad_arithmetic(struct sotto_context *context)
{
    return fail(context, SOTTO_ERR_INTERNAL, "base OT: group arithmetic failed");
}

static sotto_err check_count(struct sotto_context *context, size_t n)
{
    if (n >= 1 && n <= N_BASE_OTS) return SOTTO_OK;
    return fail(context, SOTTO_ERR_INTERNAL, "base OT: %zu transfers", n);
}

/* The analysis of the malicious phase is of a whole batch. */
static bool is_batch(size_t n)
{
    return n == N_BASE_OTS;
}

sotto_err base_sender_new(struct sotto_context *context, struct base_sender **sender, size_t n)
{
    struct base_sender *made;

    if (check_count(context, n) != SOTTO_OK) return SOTTO_ERR_INTERNAL;
    made = guarded_new(sizeof *made);
    if (made == NULL) return fail_memory(context);
    made->n = n;
    group_random_scalar(&made->r);
    if (!group_base_multiply(&made->z, &made->r)) {
        guarded_free(made);
        return bad_arithmetic(context);
    }
    made->stage = STAGE_MADE;
    *sender = made;
    return SOTTO_OK;
}

void base_sender_free(struct base_sender *sender)
{
    guarded_free(sender);
}

size_t base_sender_n_ots(const struct base_sender *sender)
{
    return sender->n;
}

void base_sender_message(const struct base_sender *sender, uint8_t message[BASE_SENDER_MESSAGE_LEN])
{
    memcpy(message, sender->z.bytes, sizeof sender->z.bytes);
}

sotto_err base_sender_begin(struct base_sender *sender, struct sotto_context *context,
                            const uint8_t seed[BASE_SEED_LEN],
                            const uint8_t session_id[SESSION_ID_LEN])
{
    group_element t;

    if (sender->stage != STAGE_MADE) return out_of_order(context);
    sender->stage = STAGE_SPENT;
    derive_t(&t, session_id, seed);
    if (!group_multiply(&sender->r_t, &sender->r, &t)) return bad_arithmetic(context);
    memcpy(sender->session_id, session_id, SESSION_ID_LEN);
    sender->stage = STAGE_BEGUN;
    return SOTTO_OK;
}

/* r is not zero and the order is prime: the first product fails for a bad element only. */
static sotto_err derive_pair(const struct base_sender *sender, struct sotto_context *context,
                             block pair[2], size_t j, const group_element *b)
{
    group_element shared[2];
    sotto_err err = SOTTO_OK;

    if (!group_multiply(&shared[0], &sender->r, b)) err = bad_element(context);
    else if (!group_subtract(&shared[1], &shared[0], &sender->r_t)) err = bad_arithmetic(context);
    for (size_t c = 0; err == SOTTO_OK && c < 2; c++)
        derive_key(&pair[c], sender->session_id, j, &sender->z, b, &shared[c]);
    mem_wipe(shared, sizeof shared);
    return err;
}

sotto_err base_sender_take(struct base_sender *sender, struct sotto_context *context,
                           block (*keys)[2], const uint8_t *elements, size_t n)
{
    sotto_err err = SOTTO_OK;

    if (sender->stage != STAGE_BEGUN || n > sender->n - sender->n_keyed)
        return out_of_order(context);
    for (size_t i = 0; err == SOTTO_OK && i < n; i++) {
        group_element b;

        memcpy(b.bytes, elements + i * sizeof b.bytes, sizeof b.bytes);
        err = derive_pair(sender, context, keys[sender->n_keyed], sender->n_keyed, &b);
        if (err == SOTTO_OK) sender->n_keyed++;
    }
    if (err == SOTTO_OK && sender->n_keyed < sender->n) return SOTTO_OK;
    mem_wipe(&sender->r, sizeof sender->r);
    mem_wipe(&sender->r_t, sizeof sender->r_t);
    sender->stage = err == SOTTO_OK ? STAGE_FINISHED : STAGE_SPENT;
    if (err != SOTTO_OK) mem_wipe(keys, sender->n * sizeof keys[0]);
    return err;
}

sotto_err base_sender_finish(struct base_sender *sender, struct sotto_context *context,
                             block (*keys)[2], const uint8_t *message,
                             const uint8_t session_id[SESSION_ID_LEN])
{
    sotto_err err = base_sender_begin(sender, context, message, session_id);

    if (err != SOTTO_OK) return err;
    return base_sender_take(sender, context, keys, message + BASE_SEED_LEN, sender->n);
}

/* h(p_j) = RO("check", sid, j, p_j) */
static void hash_key(uint8_t digest[BASE_DIGEST_LEN], const uint8_t session_id[SESSION_ID_LEN],
                     uint64_t index, const block *key)
{
    struct oracle oracle;

    oracle_begin(&oracle, "base OT: check");
    oracle_field(&oracle, session_id, SESSION_ID_LEN);
    oracle_number(&oracle, index);
    oracle_field(&oracle, key, sizeof *key);
    oracle_end(&oracle, digest, BASE_DIGEST_LEN);
}

/* A, the aggregate of h(p_0^0), h(p_0^1), h(p_1^0), ... and Pi = h(A). */
static void aggregate(uint8_t a[BASE_DIGEST_LEN], uint8_t pi[BASE_DIGEST_LEN],
                      const uint8_t session_id[SESSION_ID_LEN],
                      uint8_t digests[N_BASE_OTS][2][BASE_DIGEST_LEN])
{
    struct oracle oracle;

    oracle_begin(&oracle, "base OT: aggregate");
    oracle_field(&oracle, session_id, SESSION_ID_LEN);
    oracle_field(&oracle, digests, N_BASE_OTS * sizeof digests[0]);
    oracle_end(&oracle, a, BASE_DIGEST_LEN);
    oracle_begin(&oracle, "base OT: proof");
    oracle_field(&oracle, session_id, SESSION_ID_LEN);
    oracle_field(&oracle, a, BASE_DIGEST_LEN);
    oracle_end(&oracle, pi, BASE_DIGEST_LEN);
}

static void xor_digest(uint8_t *out, const uint8_t *a, const uint8_t *b)
{
    for (size_t i = 0; i < BASE_DIGEST_LEN; i++) out[i] = a[i] ^ b[i];
}

static bool same_digest(const uint8_t *a, const uint8_t *b)
{
    int result = sodium_memcmp(a, b, BASE_DIGEST_LEN);

    ct_mark_public(&result, sizeof result); /* the verdict is told to the peer in any case */
    return result == 0;
}

sotto_err base_sender_prove(struct base_sender *sender, struct sotto_context *context,
                            uint8_t proof[BASE_PROOF_LEN], const block keys[N_BASE_OTS][2])
{
    uint8_t digests[N_BASE_OTS][2][BASE_DIGEST_LEN];

    if (sender->stage != STAGE_FINISHED || !is_batch(sender->n)) return out_of_order(context);
    for (size_t j = 0; j < N_BASE_OTS; j++) {
        for (size_t c = 0; c < 2; c++) hash_key(digests[j][c], sender->session_id, j, &keys[j][c]);
        xor_digest(proof + j * BASE_DIGEST_LEN, digests[j][0], digests[j][1]);
    }
    aggregate(sender->expected, proof + N_BASE_OTS * BASE_DIGEST_LEN, sender->session_id, digests);
    mem_wipe(digests, sizeof digests);
    sender->stage = STAGE_PROVED;
    return SOTTO_OK;
}

sotto_err base_sender_check(struct base_sender *sender, struct sotto_context *context,
                            block keys[N_BASE_OTS][2], const uint8_t answer[BASE_ANSWER_LEN])
{
    bool fits;

    if (sender->stage != STAGE_PROVED) return out_of_order(context);
    fits = same_digest(sender->expected, answer);
    mem_wipe(sender, sizeof *sender);
    if (fits) return SOTTO_OK;
    mem_wipe(keys, N_BASE_OTS * sizeof keys[0]);
    return fail(context, SOTTO_ERR_CHECK, "base OT: the receiver's answer is wrong");
}

sotto_err base_receiver_new(struct sotto_context *context, struct base_receiver **receiver,
                            size_t n)
{
    struct base_receiver *made;

    if (check_count(context, n) != SOTTO_OK) return SOTTO_ERR_INTERNAL;
    made = guarded_new(sizeof *made);
    if (made == NULL) return fail_memory(context);
    made->n = n;
    random_bytes(made->seed, sizeof made->seed);
    for (size_t j = 0; j < n; j++) group_random_scalar(&made->a[j]);
    made->stage = STAGE_MADE;
    *receiver = made;
    return SOTTO_OK;
}

sotto_err base_receiver_choose(struct base_receiver *receiver, struct sotto_context *context,
                               const block *choices)
{
    if (receiver->stage != STAGE_MADE) return out_of_order(context);
    receiver->choices = *choices;
    receiver->stage = STAGE_CHOSEN;
    return SOTTO_OK;
}

size_t base_receiver_n_ots(const struct base_receiver *receiver)
{
    return receiver->n;
}

sotto_err base_receiver_prepare(struct base_receiver *receiver, struct sotto_context *context,
                                size_t n)
{
    if (receiver->stage != STAGE_MADE && receiver->stage != STAGE_CHOSEN &&
        receiver->stage != STAGE_BEGUN)
        return out_of_order(context);
    for (size_t j = receiver->n_prepared; j < n && j < receiver->n; j++) {
        if (!group_base_multiply(&receiver->b[j], &receiver->a[j])) {
            receiver->stage = STAGE_SPENT;
            return bad_arithmetic(context);
        }
        receiver->n_prepared = j + 1;
    }
    return SOTTO_OK;
}

void base_receiver_free(struct base_receiver *receiver)
{
    guarded_free(receiver);
}

sotto_err base_receiver_begin(struct base_receiver *receiver, struct sotto_context *context,
                              uint8_t seed[BASE_SEED_LEN], const uint8_t session_id[SESSION_ID_LEN])
{
    if (receiver->stage != STAGE_CHOSEN) return out_of_order(context);
    derive_t(&receiver->t, session_id, receiver->seed);
    memcpy(seed, receiver->seed, BASE_SEED_LEN);
    receiver->stage = STAGE_BEGUN;
    return SOTTO_OK;
}

/* B_j = a_j G + c_j T: both candidates are made, the choice is a mask. */
sotto_err base_receiver_give(struct base_receiver *receiver, struct sotto_context *context,
                             uint8_t *elements, size_t n)
{
    size_t first = receiver->n_sent;
    group_element with_t;
    sotto_err err;

    if (receiver->stage != STAGE_BEGUN || n > receiver->n - first) return out_of_order(context);
    err = base_receiver_prepare(receiver, context, first + n);
    for (size_t j = first; err == SOTTO_OK && j < first + n; j++) {
        uint64_t mask = ct_mask(receiver->choices.half[j / 64] >> j % 64);
        uint8_t *b = receiver->b[j].bytes;

        if (!group_add(&with_t, &receiver->b[j], &receiver->t)) {
            err = bad_arithmetic(context);
            break;
        }
        ct_select_bytes(b, with_t.bytes, b, GROUP_ELEMENT_LEN, mask);
        memcpy(elements + (j - first) * GROUP_ELEMENT_LEN, b, GROUP_ELEMENT_LEN);
        receiver->n_sent++;
    }
    mem_wipe(&with_t, sizeof with_t);
    if (err != SOTTO_OK) receiver->stage = STAGE_SPENT;
    else if (receiver->n_sent == receiver->n) receiver->stage = STAGE_SENT;
    return err;
}

sotto_err base_receiver_message(struct base_receiver *receiver, struct sotto_context *context,
                                uint8_t *message, const uint8_t session_id[SESSION_ID_LEN])
{
    sotto_err err = base_receiver_begin(receiver, context, message, session_id);

    if (err != SOTTO_OK) return err;
    return base_receiver_give(receiver, context, message + BASE_SEED_LEN, receiver->n);
}

sotto_err base_receiver_finish(struct base_receiver *receiver, struct sotto_context *context,
                               block *keys, const uint8_t message[BASE_SENDER_MESSAGE_LEN],
                               const uint8_t session_id[SESSION_ID_LEN])
{
    group_element z, shared;
    sotto_err err = SOTTO_OK;

    if (receiver->stage != STAGE_SENT) return out_of_order(context);
    memcpy(z.bytes, message, sizeof z.bytes);
    if (!group_is_valid(&z)) err = bad_element(context);
    for (size_t j = 0; err == SOTTO_OK && j < receiver->n; j++) {
        if (!group_multiply(&shared, &receiver->a[j], &z)) err = bad_arithmetic(context);
        else derive_key(&keys[j], session_id, j, &z, &receiver->b[j], &shared);
    }
    mem_wipe(receiver->a, sizeof receiver->a);
    mem_wipe(&shared, sizeof shared);
    memcpy(receiver->session_id, session_id, SESSION_ID_LEN);
    receiver->stage = err == SOTTO_OK ? STAGE_FINISHED : STAGE_SPENT;
    if (err != SOTTO_OK) mem_wipe(keys, receiver->n * sizeof keys[0]);
    return err;
}

/* h(p_j^c) of the key that was chosen; the other is h(p_j^c) ^ chi_j. Put in order by mask. */
sotto_err base_receiver_answer(struct base_receiver *receiver, struct sotto_context *context,
                               uint8_t answer[BASE_ANSWER_LEN], block keys[N_BASE_OTS],
                               const uint8_t proof[BASE_PROOF_LEN])
{
    uint8_t digests[N_BASE_OTS][2][BASE_DIGEST_LEN];
    uint8_t chosen[BASE_DIGEST_LEN], other[BASE_DIGEST_LEN], pi[BASE_DIGEST_LEN];
    uint8_t made[BASE_ANSWER_LEN];
    sotto_err err = SOTTO_OK;

    if (receiver->stage != STAGE_FINISHED || !is_batch(receiver->n)) return out_of_order(context);
    for (size_t j = 0; j < N_BASE_OTS; j++) {
        uint64_t mask = ct_mask(receiver->choices.half[j / 64] >> j % 64);

        hash_key(chosen, receiver->session_id, j, &keys[j]);
        xor_digest(other, chosen, proof + j * BASE_DIGEST_LEN);
        ct_select_bytes(digests[j][0], other, chosen, BASE_DIGEST_LEN, mask);
        ct_select_bytes(digests[j][1], chosen, other, BASE_DIGEST_LEN, mask);
    }
    aggregate(made, pi, receiver->session_id, digests);
    if (same_digest(pi, proof + N_BASE_OTS * BASE_DIGEST_LEN)) {
        memcpy(answer, made, sizeof made);
    } else {
        mem_wipe(keys, N_BASE_OTS * sizeof keys[0]);
        err = fail(context, SOTTO_ERR_CHECK, "base OT: the sender's proof is wrong");
    }
    mem_wipe(receiver, sizeof *receiver);
    mem_wipe(digests, sizeof digests);
    mem_wipe(chosen, sizeof chosen);
    mem_wipe(other, sizeof other);
    mem_wipe(made, sizeof made);
    return err;
}
