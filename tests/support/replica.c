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

/* Instances that share the keys of their gates, groups of them that run side by side, and ANDs of
 * each whose tables stand together. */
#define GROUP 8
#define BUNDLE 8
#define PIECE 64

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

/* ----------------------------------------------------------------------------------- secrets -- */

/* What each party draws, in the order in which it draws. */
static void redraw(struct replica *replica, const struct side *sides[2])
{
    for (int role = 0; role < 2; role++) {
        uint8_t base_seed[BASE_SEED_LEN];

        test_random_seed(sides[role]->seed);
        if (role == SOTTO_GARBLER) {
            random_bytes(replica->delta.byte, sizeof replica->delta.byte);
            random_bytes(replica->label_seed.byte, sizeof replica->label_seed.byte);
            replica->delta.byte[0] |= 1;
        }
        if (role == (int)replica->base_sender) {
            group_random_scalar(&replica->r);
            continue;
        }
        random_bytes(base_seed, sizeof base_seed);
        for (size_t j = 0; j < replica->n_base_ots; j++) group_random_scalar(&replica->a[j]);
    }
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

/* The receiver's choice bit j: delta's, or without an extension the evaluator's inputs. */
static unsigned choice_of(const struct replica *replica, const uint8_t *inputs, size_t j)
{
    return replica->base_sender == SOTTO_GARBLER ? inputs[j] : bit_of(replica->delta, j);
}

/* BASE OT in sotto-protocol(7): the receiver's key from a_j Z; the sender's other one from r B_j,
 * less r T unless the receiver has taken that one. */
static void derive_keys(struct replica *replica, const struct record sent[2], const uint8_t *inputs)
{
    struct record z = {0}, message = {0};
    uint8_t t[GROUP_ELEMENT_LEN], shared[GROUP_ELEMENT_LEN], r_t[GROUP_ELEMENT_LEN];

    frames_collect(&z, &sent[replica->base_sender], FRAME_BASE_SENDER);
    frames_collect(&message, &sent[1 - replica->base_sender], FRAME_BASE_RECEIVER);
    ck_assert_uint_eq(z.len, GROUP_ELEMENT_LEN);
    ck_assert_uint_eq(message.len, BASE_SEED_LEN + replica->n_base_ots * GROUP_ELEMENT_LEN);
    derive_t(t, replica, message.bytes);
    ck_assert(crypto_scalarmult_ristretto255(r_t, replica->r.bytes, t) == 0);
    for (size_t j = 0; j < replica->n_base_ots; j++) {
        const uint8_t *b = message.bytes + BASE_SEED_LEN + j * GROUP_ELEMENT_LEN;

        ck_assert(crypto_scalarmult_ristretto255(shared, replica->a[j].bytes, z.bytes) == 0);
        replica->chosen_keys[j] = derive_key(replica, j, z.bytes, b, shared);
        ck_assert(crypto_scalarmult_ristretto255(shared, replica->r.bytes, b) == 0);
        if (choice_of(replica, inputs, j) == 0)
            ck_assert(crypto_core_ristretto255_sub(shared, shared, r_t) == 0);
        replica->other_keys[j] = derive_key(replica, j, z.bytes, b, shared);
    }
    record_wipe(&z);
    record_wipe(&message);
}

/* TRANSFERS WITHOUT AN EXTENSION: p_j^0 ^ p_j^1 ^ delta. */
static void derive_masked(struct replica *replica)
{
    if (replica->base_sender == SOTTO_EVALUATOR) return;
    for (size_t j = 0; j < replica->n_base_ots; j++) {
        struct ref_block both = ref_xor(replica->chosen_keys[j], replica->other_keys[j]);

        both = ref_xor(both, replica->delta);
        record_append(&replica->masked, both.byte, sizeof both.byte);
    }
}

/* ------------------------------------------------------------------------------------ labels -- */

static uint64_t smaller(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* Instances whose choices are made together: 4096 and at most 2^15 choices and 2^20 output bits,
 * but at least one; above one group of eight whole groups. */
static uint64_t window_of(const struct task *task)
{
    uint64_t window = smaller(task_n_instances(task), 4096);

    if (task->n_bits[SOTTO_EVALUATOR] > 0)
        window = smaller(window, 32768 / task->n_bits[SOTTO_EVALUATOR]);
    if (task->n_output_bits > 0) window = smaller(window, 1048576 / task->n_output_bits);
    if (window == 0) window = 1;
    return window > GROUP ? window - window % GROUP : window;
}

/* Blocks of 128 rows that a window of so many instances takes. */
static uint64_t blocks_of(const struct task *task, uint64_t n_instances)
{
    return (n_instances * task->n_bits[SOTTO_EVALUATOR] + 127) / 128;
}

/* What both parties put in, and what the evaluator sent for an extension. */
struct inputs {
    const uint8_t *bits[2];
    const struct record *choices;
};

/* Row n of an instance, Q_n: its bit j is bit n of PRG(k_j) ^ Delta_j u_j (OT EXTENSION in
 * sotto-protocol(7)). Each window starts a block of 128 columns; choices holds its blocks in frames
 * of up to 64. */
static struct ref_block extension_row(const struct replica *replica, const struct task *task,
                                      const struct record *choices, uint64_t instance, uint64_t n)
{
    uint64_t window = window_of(task), first = instance - instance % window;
    uint64_t left = task_n_instances(task) - first;
    uint64_t before = first / window * blocks_of(task, window), at, frame, n_blocks;
    const uint8_t *message;
    struct ref_block row = {{0}};

    n += instance % window * task->n_bits[SOTTO_EVALUATOR];
    at = n / 128;
    frame = at - at % 64;
    n_blocks = blocks_of(task, left < window ? left : window) - frame;
    if (n_blocks > 64) n_blocks = 64;
    message = choices->bytes + (before + frame) * 2048;
    for (size_t j = 0; j < N_BASE_OTS; j++) {
        struct ref_block q = ref_prg(replica->chosen_keys[j], 0, before + at), u;

        memcpy(u.byte, message + (j * n_blocks + at % 64) * sizeof u.byte, sizeof u.byte);
        q = ref_xor(q, times_bit(u, bit_of(replica->delta, j)));
        row.byte[j / 8] |= (uint8_t)(bit_of(q, n % 128) << j % 8);
    }
    return row;
}

/* Zero-label of input bit n of the evaluator: p^0 where there is no extension. */
static struct ref_block evaluator_label(const struct replica *replica, const struct task *task,
                                        const struct inputs *inputs, uint64_t instance, uint64_t n)
{
    uint64_t j = instance * task->n_bits[SOTTO_EVALUATOR] + n;

    if (replica->base_sender == SOTTO_EVALUATOR)
        return extension_row(replica, task, inputs->choices, instance, n);
    return inputs->bits[SOTTO_EVALUATOR][j] == 0 ? replica->chosen_keys[j] : replica->other_keys[j];
}

/* Zero-labels of all inputs: W0 = L ^ x Delta for the garbler's, the rows for the evaluator's. */
static void derive_inputs(struct replica *replica, const struct task *task,
                          const struct inputs *inputs)
{
    const uint8_t *bits = inputs->bits[SOTTO_GARBLER];
    struct ref_block *label = replica->input_labels;

    for (uint64_t i = 0; i < task_n_instances(task); i++) {
        uint64_t counter = 0, row = 0;

        for (uint64_t k = 0; k < sotto_circuit_n_inputs(task->circuit); k++) {
            sotto_role owner = sotto_interface_input_owner(task->interface, k);

            for (uint64_t b = 0; b < sotto_circuit_input_bits(task->circuit, k); b++, label++) {
                if (owner == SOTTO_EVALUATOR) {
                    *label = evaluator_label(replica, task, inputs, i, row++);
                    continue;
                }
                *label = ref_prg(replica->label_seed, i, counter++);
                *label = ref_xor(*label, times_bit(replica->delta, *bits++));
            }
        }
    }
}

/* ---------------------------------------------------------------------------------- garbling -- */

/* Instances that are garbled side by side, and where the run is. */
struct group {
    struct ref_block *slots[GROUP]; /* of each of them */
    size_t n;
    uint64_t n_and;       /* gate numbers used so far, by this group and those before it */
    struct record tables; /* of this group */
};

/* An AND of all instances under the tweaks of one number: T_G of each, then T_E of each. */
static void garble_and(struct replica *replica, struct group *group, const struct slot_gate *gate)
{
    const struct ref_and and = {ref_hash, replica->start, 2 * group->n_and, 2 * group->n_and + 1};
    struct ref_table tables[GROUP];

    for (size_t l = 0; l < group->n; l++) {
        struct ref_block *slots = group->slots[l];

        slots[gate->out] =
            ref_garble(&tables[l], &and, slots[gate->a], slots[gate->b], replica->delta);
    }
    for (size_t l = 0; l < group->n; l++)
        record_append(&group->tables, tables[l].t_g.byte, sizeof tables[l].t_g.byte);
    for (size_t l = 0; l < group->n; l++)
        record_append(&group->tables, tables[l].t_e.byte, sizeof tables[l].t_e.byte);
    group->n_and++;
}

static void garble_span(struct replica *replica, struct group *group, const struct gate_span *span)
{
    for (size_t i = 0; i < span->n_free; i++) {
        const struct slot_gate *gate = &span->free_gates[i];

        for (size_t l = 0; l < group->n; l++)
            group->slots[l][gate->out] =
                ref_xor(group->slots[l][gate->a], group->slots[l][gate->b]);
    }
    for (size_t i = 0; i < span->n_and; i++) garble_and(replica, group, &span->and_gates[i]);
}

/* The instances from number first on, all of them through one pass of the schedule. */
static void garble_group(struct replica *replica, struct group *group,
                         const struct schedule *schedule, uint64_t first, uint64_t n_output_bits)
{
    struct schedule_source source;
    struct gate_span span;

    for (size_t l = 0; l < group->n; l++) {
        struct ref_block *slots = group->slots[l];

        slots[SLOT_ZERO] = (struct ref_block){{0}};
        slots[SLOT_ONE] = replica->delta;
        memcpy(slots + N_CONSTANT_SLOTS,
               replica->input_labels + (first + l) * schedule->n_input_wires,
               schedule->n_input_wires * sizeof *slots);
    }
    schedule_source_init(&source, schedule);
    while (source.source.next(&source.source, &span)) garble_span(replica, group, &span);
    for (size_t l = 0; l < group->n; l++)
        for (uint64_t k = 0; k < n_output_bits; k++)
            replica->output_labels[(first + l) * n_output_bits + k] =
                group->slots[l][schedule->output_slots[k]];
}

/* PRIMITIVES and GARBLING in sotto-protocol(7): eight instances of a gate share its key, and up to
 * eight such groups run side by side. They are whole groups of a window; the rest, and all where an
 * AND's input may be the same in two instances, go alone. */
static uint64_t groups_at(const struct task *task, const struct schedule *schedule, uint64_t i)
{
    uint64_t window = window_of(task);
    uint64_t end = smaller(i - i % window + window, task_n_instances(task));

    return schedule->has_fixed_operand ? 0 : smaller((end - i) / GROUP, BUNDLE);
}

/* A piece of each group's tables in turn. */
static void interleave(struct record *tables, const struct record *groups, uint64_t n_groups,
                       size_t piece_len)
{
    for (size_t at = 0; at < groups[0].len; at += piece_len)
        for (uint64_t k = 0; k < n_groups; k++)
            record_append(tables, groups[k].bytes + at, smaller(piece_len, groups[k].len - at));
}

/* The groups from instance number first on, or one instance; returns how many instances. */
static uint64_t garble_bundle(struct replica *replica, struct group *group, const struct task *task,
                              const struct schedule *schedule, uint64_t first)
{
    uint64_t n_groups = groups_at(task, schedule, first);
    struct record tables[BUNDLE] = {{0}};

    group->n = n_groups > 0 ? GROUP : 1;
    if (n_groups == 0) n_groups = 1;
    for (uint64_t k = 0; k < n_groups; k++) {
        garble_group(replica, group, schedule, first + k * group->n, task->n_output_bits);
        tables[k] = group->tables;
        group->tables = (struct record){0};
    }
    interleave(&replica->tables, tables, n_groups, PIECE * group->n * sizeof(struct ref_table));
    for (uint64_t k = 0; k < n_groups; k++) record_wipe(&tables[k]);
    return n_groups * group->n;
}

static void garble(struct replica *replica, const struct task *task)
{
    struct sotto_context *context = test_context();
    struct group group = {0};
    struct schedule *schedule;

    ck_assert(schedule_new(context, &schedule, task->circuit) == SOTTO_OK);
    for (size_t l = 0; l < GROUP; l++)
        group.slots[l] = calloc(schedule->n_slots, sizeof *group.slots[l]);
    for (uint64_t i = 0; i < task_n_instances(task);)
        i += garble_bundle(replica, &group, task, schedule, i);
    for (size_t l = 0; l < GROUP; l++) free(group.slots[l]);
    schedule_free(schedule);
    sotto_context_free(context);
}

void replica_init(struct replica *replica, const struct task *task, const struct side *sides[2],
                  const struct record sent[2])
{
    uint64_t n = task_n_instances(task);
    struct record choices = {0};
    const struct inputs inputs = {
        .bits = {sides[SOTTO_GARBLER]->inputs, sides[SOTTO_EVALUATOR]->inputs},
        .choices = &choices,
    };
    bool is_direct = task->options.ot == SOTTO_OT_BASE;

    *replica = (struct replica){
        .base_sender = is_direct ? SOTTO_GARBLER : SOTTO_EVALUATOR,
        .n_base_ots = is_direct ? (size_t)(n * task->n_bits[SOTTO_EVALUATOR]) : N_BASE_OTS,
    };
    replica->input_labels =
        calloc(n * (task->n_bits[0] + task->n_bits[1]) + 1, sizeof *replica->input_labels);
    replica->output_labels = calloc(n * task->n_output_bits + 1, sizeof *replica->output_labels);
    redraw(replica, sides);
    derive_session(replica, sent);
    if (task->n_bits[SOTTO_EVALUATOR] > 0)
        derive_keys(replica, sent, sides[SOTTO_EVALUATOR]->inputs);
    derive_masked(replica);
    frames_collect(&choices, &sent[SOTTO_EVALUATOR], FRAME_CHOICES);
    derive_inputs(replica, task, &inputs);
    garble(replica, task);
    record_wipe(&choices);
}

void replica_wipe(struct replica *replica)
{
    free(replica->input_labels);
    free(replica->output_labels);
    record_wipe(&replica->tables);
    record_wipe(&replica->masked);
    sodium_memzero(replica, sizeof *replica);
}
