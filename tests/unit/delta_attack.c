/*
 * SEC-4: the two ways in which published engines gave Delta away (PRIMITIVES in sotto-protocol(7)),
 * as attacks that run. Both must succeed on a garbling weakened in that way and fail on what the
 * kernels make: a test in which nothing is ever recovered would prove nothing.
 *
 * The circuit is a schoolbook multiplier of 8 by 8 bits, in which neighbouring ANDs share wires.
 */
#include "garble/kernels.h"
#include "tests/support/blocks.h"
#include "tests/support/suite.h"
#include "tests/support/support.h"

#include <check.h>
#include <stdlib.h>

#define BITS 8
#define N_INPUTS (2 * BITS)
#define MAX_GATES 1024

enum kind { KIND_XOR, KIND_AND };

struct gate {
    enum kind kind;
    uint32_t out, a, b;
};

/* Wires 0 to 7 are x, 8 to 15 y. */
struct circuit {
    struct gate gates[MAX_GATES];
    size_t n_gates, n_ands;
    uint32_t n_wires;
    uint32_t product[2 * BITS];
};

static uint32_t add_gate(struct circuit *c, enum kind kind, uint32_t a, uint32_t b)
{
    ck_assert_uint_lt(c->n_gates, MAX_GATES);
    c->gates[c->n_gates++] = (struct gate){kind, c->n_wires, a, b};
    c->n_ands += kind == KIND_AND;
    return c->n_wires++;
}

/* Adds bits a and b and, when carry is a wire, *carry: the sum; *carry becomes the carry out. */
static uint32_t add_bits(struct circuit *c, uint32_t a, uint32_t b, uint32_t *carry)
{
    uint32_t old = *carry, a_c, b_c;

    if (old == UINT32_MAX) {
        *carry = add_gate(c, KIND_AND, a, b);
        return add_gate(c, KIND_XOR, a, b);
    }
    a_c = add_gate(c, KIND_XOR, a, old);
    b_c = add_gate(c, KIND_XOR, b, old);
    *carry = add_gate(c, KIND_XOR, add_gate(c, KIND_AND, a_c, b_c), old);
    return add_gate(c, KIND_XOR, a, b_c);
}

static void make_multiplier(struct circuit *c)
{
    uint32_t partial[BITS][BITS];

    memset(c, 0, sizeof *c);
    c->n_wires = N_INPUTS;
    for (uint32_t i = 0; i < BITS; i++) {
        for (uint32_t j = 0; j < BITS; j++) partial[i][j] = add_gate(c, KIND_AND, i, BITS + j);
    }
    /* sum: the bits from the row's own weight up; row i is added at weight i. */
    memcpy(c->product, partial[0], sizeof partial[0]);
    for (uint32_t i = 1; i < BITS; i++) {
        uint32_t carry = UINT32_MAX;

        for (uint32_t j = 0; j < BITS; j++) {
            bool has_sum = i > 1 || j < BITS - 1; /* the first row has no carry out */

            if (has_sum) {
                c->product[i + j] = add_bits(c, c->product[i + j], partial[i][j], &carry);
            } else {
                uint32_t sum = add_gate(c, KIND_XOR, partial[i][j], carry);

                carry = add_gate(c, KIND_AND, partial[i][j], carry);
                c->product[i + j] = sum;
            }
        }
        c->product[i + BITS] = carry;
    }
}

/* A garbled multiplier as an eavesdropper sees it, and what only the garbler knows. */
struct garbling {
    struct circuit circuit;
    block start, delta;
    block *zero;              /* zero-label of every wire */
    struct ref_table *tables; /* of AND number g */
    uint64_t *tweaks;         /* tweak of input a of AND number g; of b: one more */
    const struct gate **ands; /* AND number g */
};

static struct garbling *new_garbling(uint64_t *state)
{
    struct garbling *g = calloc(1, sizeof *g);
    size_t n = 0;

    ck_assert_ptr_nonnull(g);
    make_multiplier(&g->circuit);
    g->start = random_block(state);
    g->delta = random_block(state);
    g->delta.half[0] |= 1;
    g->zero = aligned_alloc(sizeof(block), g->circuit.n_wires * sizeof(block));
    g->tables = calloc(g->circuit.n_ands, sizeof *g->tables);
    g->tweaks = calloc(g->circuit.n_ands, sizeof *g->tweaks);
    g->ands = calloc(g->circuit.n_ands, sizeof *g->ands);
    for (size_t i = 0; i < N_INPUTS; i++) g->zero[i] = random_block(state);
    for (size_t i = 0; i < g->circuit.n_gates; i++) {
        if (g->circuit.gates[i].kind == KIND_AND) g->ands[n++] = &g->circuit.gates[i];
    }
    return g;
}

static void free_garbling(struct garbling *g)
{
    free(g->zero);
    free(g->tables);
    free(g->tweaks);
    free(g->ands);
    free(g);
}

/* With the reference: the given hash, and `shared` neighbouring ANDs under one pair of tweaks. */
static struct garbling *garble_with_reference(uint64_t *state, ref_hash_fn hash, size_t shared)
{
    struct garbling *g = new_garbling(state);
    size_t n = 0;

    for (size_t i = 0; i < g->circuit.n_gates; i++) {
        const struct gate *gate = &g->circuit.gates[i];
        struct ref_and and = {hash, to_ref(g->start), 2 * (n / shared), 2 * (n / shared) + 1};
        struct ref_block out;

        if (gate->kind == KIND_XOR) {
            g->zero[gate->out] = block_xor(g->zero[gate->a], g->zero[gate->b]);
            continue;
        }
        g->tweaks[n] = and.tweak_a;
        out = ref_garble(&g->tables[n++], &and, to_ref(g->zero[gate->a]), to_ref(g->zero[gate->b]),
                         to_ref(g->delta));
        g->zero[gate->out] = block_load(out.byte);
    }
    return g;
}

/* ANDs from gates[0] on that do not wait for each other, as slot gates. */
static size_t take_ands(struct slot_gate *batch, const struct gate *gates, size_t n_gates)
{
    size_t n = 0;

    while (n < n_gates && gates[n].kind == KIND_AND && gates[n].a < gates[0].out &&
           gates[n].b < gates[0].out) {
        batch[n] = (struct slot_gate){gates[n].out, gates[n].a, gates[n].b};
        n++;
    }
    return n;
}

/* With the library's kernels, neighbouring ANDs in one batch. */
static struct garbling *garble_with_kernels(uint64_t *state, const struct garble_kernels *kernels)
{
    struct garbling *g = new_garbling(state);
    struct slot_gate batch[MAX_GATES];
    size_t n = 0, n_batch;

    for (size_t i = 0; i < g->circuit.n_gates; i += n_batch) {
        const struct gate *gate = &g->circuit.gates[i];

        n_batch = take_ands(batch, gate, g->circuit.n_gates - i);
        kernels->garble(g->zero, (uint8_t *)(g->tables + n), batch, n_batch, &g->delta, &g->start,
                        n);
        for (size_t k = 0; k < n_batch; k++) g->tweaks[n + k] = 2 * (n + k);
        n += n_batch;
        if (n_batch > 0) continue;
        g->zero[gate->out] = block_xor(g->zero[gate->a], g->zero[gate->b]);
        n_batch = 1;
    }
    ck_assert_uint_eq(n, g->circuit.n_ands);
    return g;
}

/* The evaluator's work on inputs x and y: the active label of every wire. */
static block *evaluate(const struct garbling *g, ref_hash_fn hash, unsigned x, unsigned y)
{
    block *active = aligned_alloc(sizeof(block), g->circuit.n_wires * sizeof(block));
    size_t n = 0;

    for (size_t i = 0; i < N_INPUTS; i++) {
        unsigned bit = (i < BITS ? x >> i : y >> (i - BITS)) & 1;

        active[i] = block_xor(g->zero[i], block_times_bit(g->delta, bit));
    }
    for (size_t i = 0; i < g->circuit.n_gates; i++) {
        const struct gate *gate = &g->circuit.gates[i];
        struct ref_and and = {hash, to_ref(g->start), 0, 0};
        struct ref_block out;

        if (gate->kind == KIND_XOR) {
            active[gate->out] = block_xor(active[gate->a], active[gate->b]);
            continue;
        }
        and.tweak_a = g->tweaks[n];
        and.tweak_b = g->tweaks[n] + 1;
        out = ref_evaluate(&g->tables[n++], &and, to_ref(active[gate->a]), to_ref(active[gate->b]));
        active[gate->out] = block_load(out.byte);
    }
    return active;
}

static unsigned decode(const struct garbling *g, const block *active)
{
    unsigned product = 0;

    for (size_t i = 0; i < 2 * BITS; i++) {
        uint32_t wire = g->circuit.product[i];

        product |= (unsigned)(block_lsb(active[wire]) ^ block_lsb(g->zero[wire])) << i;
    }
    return product;
}

/*
 * Attack 1, by the evaluator, who holds A, the active label of the first input of an AND, and its
 * T_G. Without sigma, and when p_b = 1, T_G = E(A) ^ E(A ^ Delta): the rest is the inverse of E.
 */
static struct ref_block invert_half_gate(const struct garbling *g, size_t n, block active)
{
    struct ref_block key = ref_tweaked_key(to_ref(g->start), g->tweaks[n]);
    struct ref_block other = ref_xor(g->tables[n].t_g, ref_aes(key, to_ref(active)));

    return ref_xor(ref_aes_inverse(key, other), to_ref(active));
}

struct score {
    size_t n_recovered, n_tries;
};

/* Tries attack 1 on the ANDs with p_b = 1 and counts how often it gives Delta. */
static struct score run_attack_1(const struct garbling *g, ref_hash_fn hash)
{
    block *active = evaluate(g, hash, 0xb5, 0x6e);
    struct score score = {0, 0};

    for (size_t n = 0; n < g->circuit.n_ands; n++) {
        if (block_lsb(g->zero[g->ands[n]->b]) == 0) continue;
        score.n_tries++;
        score.n_recovered +=
            ref_equal(invert_half_gate(g, n, active[g->ands[n]->a]), to_ref(g->delta));
    }
    free(active);
    return score;
}

/*
 * Attack 2, by anyone on the line: under one key, the T_G of two ANDs with the same first input
 * differ by (p_b ^ p_c) Delta. Tried on all pairs with the same first input; n_tries counts those
 * with p_b != p_c.
 */
static struct score run_attack_2(const struct garbling *g)
{
    struct score score = {0, 0};

    for (size_t n = 0; n < g->circuit.n_ands; n++) {
        for (size_t k = n + 1; k < g->circuit.n_ands; k++) {
            struct ref_block guess = ref_xor(g->tables[n].t_g, g->tables[k].t_g);

            if (g->ands[n]->a != g->ands[k]->a) continue;
            score.n_tries += block_lsb(g->zero[g->ands[n]->b]) != block_lsb(g->zero[g->ands[k]->b]);
            score.n_recovered += ref_equal(guess, to_ref(g->delta));
        }
    }
    return score;
}

/* The garblings under attack are garblings: they compute products. */
static void assert_multiplies(const struct garbling *g, ref_hash_fn hash)
{
    static const unsigned inputs[][2] = {{0, 0},     {255, 255}, {1, 200},
                                         {181, 110}, {16, 16},   {7, 9}};

    for (size_t i = 0; i < sizeof inputs / sizeof inputs[0]; i++) {
        block *active = evaluate(g, hash, inputs[i][0], inputs[i][1]);

        ck_assert_uint_eq(decode(g, active), inputs[i][0] * inputs[i][1]);
        free(active);
    }
}

START_TEST(no_sigma_gives_delta_away)
{
    uint64_t state = 31;
    struct garbling *g = garble_with_reference(&state, ref_hash_without_sigma, 1);
    struct score score = run_attack_1(g, ref_hash_without_sigma);

    assert_multiplies(g, ref_hash_without_sigma);
    ck_assert_uint_gt(score.n_tries, 20);
    ck_assert_uint_eq(score.n_recovered, score.n_tries);
    free_garbling(g);
}
END_TEST

START_TEST(shared_key_gives_delta_away)
{
    uint64_t state = 32;
    struct garbling *g = garble_with_reference(&state, ref_hash, BITS);
    struct score score = run_attack_2(g);

    assert_multiplies(g, ref_hash);
    ck_assert_uint_gt(score.n_tries, 20);
    ck_assert_uint_eq(score.n_recovered, score.n_tries);
    free_garbling(g);
}
END_TEST

/* SEC-4: on what the kernels make, neither attack ever finds Delta. */
START_TEST(kernels_keep_delta)
{
    uint64_t state = 33;

    if (!cpu_force((enum cpu_isa)_i)) return;
    for (size_t i = 0; i < 10; i++) {
        struct garbling *g = garble_with_kernels(&state, garble_kernels());
        struct score score_1 = run_attack_1(g, ref_hash), score_2 = run_attack_2(g);

        assert_multiplies(g, ref_hash);
        ck_assert_uint_gt(score_1.n_tries, 20);
        ck_assert_uint_gt(score_2.n_tries, 20);
        ck_assert_uint_eq(score_1.n_recovered, 0);
        ck_assert_uint_eq(score_2.n_recovered, 0);
        free_garbling(g);
    }
}
END_TEST

static Suite *delta_attack_suite(void)
{
    Suite *suite = suite_create("delta_attack");
    TCase *tests = tcase_create("attacks");

    tcase_set_timeout(tests, 120);
    tcase_add_test(tests, no_sigma_gives_delta_away);
    tcase_add_test(tests, shared_key_gives_delta_away);
    tcase_add_loop_test(tests, kernels_keep_delta, 0, CPU_N_ISAS);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    return run_suite(delta_attack_suite());
}
