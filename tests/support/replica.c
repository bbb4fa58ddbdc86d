/* A run re-derived from the outside; see replica.h. */
#include "tests/support/replica.h"

#include "base/random.h"
#include "circuit/schedule.h"
#include "crypto/oracle.h"
#include "tests/support/support.h"

#include <check.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define MAX_FRAMES 4096

void frames_collect(struct record *payloads, const struct record *record, enum frame_type type)
{
    static struct frame_view frames[MAX_FRAMES];
    size_t n = frames_find(frames, MAX_FRAMES, record);

    ck_assert_uint_lt(n, MAX_FRAMES);
    for (size_t i = 0; i < n; i++)
        if (frames[i].type == type)
            record_append(payloads, record->bytes + frames[i].at + FRAME_HEADER_LEN, frames[i].len);
}

static unsigned bit_of(struct ref_block value, size_t i)
{
    return value.byte[i / 8] >> i % 8 & 1;
}

static struct ref_block times_bit(struct ref_block value, unsigned bit)
{
    return bit != 0 ? value : (struct ref_block){{0}};
}

/* ------------------------------------------------------------------------------------ secrets --
 */

/* What each party draws, in the order in which it draws. */
static void redraw(struct replica *replica, const struct side *sides[2])
{
    uint8_t base_seed[BASE_SEED_LEN];

    test_random_seed(sides[SOTTO_GARBLER]->seed);
    random_bytes(replica->delta.byte, sizeof replica->delta.byte);
    random_bytes(replica->label_seed.byte, sizeof replica->label_seed.byte);
    replica->delta.byte[0] |= 1;
    random_bytes(base_seed, sizeof base_seed);
    for (size_t j = 0; j < N_BASE_OTS; j++) group_random_scalar(&replica->a[j]);
    test_random_seed(sides[SOTTO_EVALUATOR]->seed);
    group_random_scalar(&replica->r);
    test_random_seed(0);
}

static void derive_session(struct replica *replica, const struct record sent[2])
{
    struct record hellos[2] = {{0}, {0}};
    struct oracle oracle;

    oracle_begin(&oracle, "session id");
    for (int role = 0; role < 2; role++) {
        frames_collect(&hellos[role], &sent[role], FRAME_HELLO);
        oracle_field(&oracle, hellos[role].bytes, hellos[role].len);
        record_wipe(&hellos[role]);
    }
    oracle_end(&oracle, replica->session_id, SESSION_ID_LEN);
    oracle_begin(&oracle, "hash start point");
    oracle_field(&oracle, replica->session_id, SESSION_ID_LEN);
    oracle_end(&oracle, replica->start.byte, sizeof replica->start.byte);
}

static struct ref_block derive_key(const struct replica *replica, uint64_t j, const uint8_t *z,
                                   const uint8_t *b, const uint8_t *shared)
{
    struct ref_block key;
    struct oracle oracle;

    oracle_begin(&oracle, "base OT: pad");
    oracle_field(&oracle, replica->session_id, SESSION_ID_LEN);
    oracle_number(&oracle, j);
    oracle_field(&oracle, z, GROUP_ELEMENT_LEN);
    oracle_field(&oracle, b, GROUP_ELEMENT_LEN);
    oracle_field(&oracle, shared, GROUP_ELEMENT_LEN);
    oracle_end(&oracle, key.byte, sizeof key.byte);
    return key;
}

static void derive_t(uint8_t t[GROUP_ELEMENT_LEN], const struct replica *replica,
                     const uint8_t *base_seed)
{
    uint8_t wide[GROUP_HASH_LEN];
    struct oracle oracle;

    oracle_begin(&oracle, "base OT: T");
    oracle_field(&oracle, replica->session_id, SESSION_ID_LEN);
    oracle_field(&oracle, base_seed, BASE_SEED_LEN);
    oracle_end(&oracle, wide, sizeof wide);
    ck_assert(crypto_core_ristretto255_from_hash(t, wide) == 0);
}

/* protocol.md section 3: the receiver's key from a_j Z; the sender's other one from r B_j, less r T
 * unless the receiver has taken that one. */
static void derive_keys(struct replica *replica, const struct record sent[2])
{
    struct record z = {0}, message = {0};
    uint8_t t[GROUP_ELEMENT_LEN], shared[GROUP_ELEMENT_LEN], r_t[GROUP_ELEMENT_LEN];

    frames_collect(&z, &sent[SOTTO_EVALUATOR], FRAME_BASE_SENDER);
    frames_collect(&message, &sent[SOTTO_GARBLER], FRAME_BASE_RECEIVER);
    ck_assert_uint_eq(z.len, GROUP_ELEMENT_LEN);
    ck_assert_uint_eq(message.len, BASE_RECEIVER_MESSAGE_LEN);
    derive_t(t, replica, message.bytes);
    ck_assert(crypto_scalarmult_ristretto255(r_t, replica->r.bytes, t) == 0);
    for (size_t j = 0; j < N_BASE_OTS; j++) {
        const uint8_t *b = message.bytes + BASE_SEED_LEN + j * GROUP_ELEMENT_LEN;

        ck_assert(crypto_scalarmult_ristretto255(shared, replica->a[j].bytes, z.bytes) == 0);
        replica->garbler_keys[j] = derive_key(replica, j, z.bytes, b, shared);
        ck_assert(crypto_scalarmult_ristretto255(shared, replica->r.bytes, b) == 0);
        if (bit_of(replica->delta, j) == 0)
            ck_assert(crypto_core_ristretto255_sub(shared, shared, r_t) == 0);
        replica->evaluator_keys[j] = derive_key(replica, j, z.bytes, b, shared);
    }
    record_wipe(&z);
    record_wipe(&message);
}

/* ------------------------------------------------------------------------------------- labels --
 */

/* Row n of the extension, Q_n: its bit j is bit n of PRG(k_j) ^ Delta_j u_j (protocol.md section
 * 4). choices holds blocks of 128 columns of n_blocks blocks, in frames of up to 64 blocks. */
static struct ref_block extension_row(const struct replica *replica, const struct record *choices,
                                      uint64_t n)
{
    uint64_t at = n / 128, chunk = at / 64, n_blocks = choices->len / 2048 - 64 * chunk;
    const uint8_t *message = choices->bytes + 64 * chunk * 2048;
    struct ref_block row = {{0}};

    if (n_blocks > 64) n_blocks = 64;
    for (size_t j = 0; j < N_BASE_OTS; j++) {
        struct ref_block q = ref_prg(replica->garbler_keys[j], 0, at), u;

        memcpy(u.byte, message + (j * n_blocks + at % 64) * sizeof u.byte, sizeof u.byte);
        q = ref_xor(q, times_bit(u, bit_of(replica->delta, j)));
        row.byte[j / 8] |= (uint8_t)(bit_of(q, n % 128) << j % 8);
    }
    return row;
}

/* Zero-labels of all inputs: W0 = L ^ x Delta for the garbler's, the rows for the evaluator's. */
static void derive_inputs(struct replica *replica, const struct task *task, const uint8_t *bits,
                          const struct record *choices)
{
    struct ref_block *label = replica->input_labels;
    uint64_t row = 0;

    for (uint64_t i = 0; i < task_n_instances(task); i++) {
        uint64_t counter = 0;

        for (uint64_t k = 0; k < sotto_circuit_n_inputs(task->circuit); k++) {
            sotto_role owner = sotto_interface_input_owner(task->interface, k);

            for (uint64_t b = 0; b < sotto_circuit_input_bits(task->circuit, k); b++, label++) {
                if (owner == SOTTO_EVALUATOR) {
                    *label = extension_row(replica, choices, row++);
                    continue;
                }
                *label = ref_prg(replica->label_seed, i, counter++);
                *label = ref_xor(*label, times_bit(replica->delta, *bits++));
            }
        }
    }
}

static void garble_span(struct replica *replica, struct ref_block *slots,
                        const struct gate_span *span, uint64_t *n_and)
{
    for (size_t i = 0; i < span->n_free; i++) {
        const struct slot_gate *gate = &span->free_gates[i];

        slots[gate->out] = ref_xor(slots[gate->a], slots[gate->b]);
    }
    for (size_t i = 0; i < span->n_and; i++, ++*n_and) {
        const struct slot_gate *gate = &span->and_gates[i];
        const struct ref_and and = {ref_hash, replica->start, 2 * *n_and, 2 * *n_and + 1};
        struct ref_table table;

        slots[gate->out] = ref_garble(&table, &and, slots[gate->a], slots[gate->b], replica->delta);
        record_append(&replica->tables, table.t_g.byte, sizeof table.t_g.byte);
        record_append(&replica->tables, table.t_e.byte, sizeof table.t_e.byte);
    }
}

static void garble(struct replica *replica, const struct task *task)
{
    struct sotto_context *context = test_context();
    struct ref_block *output = replica->output_labels;
    struct ref_block *slots;
    struct schedule *schedule;
    uint64_t n_and = 0;

    ck_assert(schedule_new(context, &schedule, task->circuit) == SOTTO_OK);
    slots = calloc(schedule->n_slots, sizeof *slots);
    for (uint64_t i = 0; i < task_n_instances(task); i++) {
        struct schedule_source source;
        struct gate_span span;

        slots[SLOT_ZERO] = (struct ref_block){{0}};
        slots[SLOT_ONE] = replica->delta;
        memcpy(slots + N_CONSTANT_SLOTS, replica->input_labels + i * schedule->n_input_wires,
               schedule->n_input_wires * sizeof *slots);
        schedule_source_init(&source, schedule);
        while (source.source.next(&source.source, &span))
            garble_span(replica, slots, &span, &n_and);
        for (uint64_t k = 0; k < task->n_output_bits; k++)
            *output++ = slots[schedule->output_slots[k]];
    }
    free(slots);
    schedule_free(schedule);
    sotto_context_free(context);
}

void replica_init(struct replica *replica, const struct task *task, const struct side *sides[2],
                  const struct record sent[2])
{
    uint64_t n = task_n_instances(task);
    struct record choices = {0};

    *replica = (struct replica){0};
    replica->input_labels =
        calloc(n * (task->n_bits[0] + task->n_bits[1]) + 1, sizeof *replica->input_labels);
    replica->output_labels = calloc(n * task->n_output_bits + 1, sizeof *replica->output_labels);
    redraw(replica, sides);
    derive_session(replica, sent);
    if (task->n_bits[SOTTO_EVALUATOR] > 0) derive_keys(replica, sent);
    frames_collect(&choices, &sent[SOTTO_EVALUATOR], FRAME_CHOICES);
    derive_inputs(replica, task, sides[SOTTO_GARBLER]->inputs, &choices);
    garble(replica, task);
    record_wipe(&choices);
}

void replica_wipe(struct replica *replica)
{
    free(replica->input_labels);
    free(replica->output_labels);
    record_wipe(&replica->tables);
    sodium_memzero(replica, sizeof *replica);
}
