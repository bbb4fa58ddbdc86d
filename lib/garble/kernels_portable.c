/* Half-gates in plain C, two ANDs at a time: their four hash keys fill a bit slice. */
#include "garble/kernels.h"

#include "base/memory.h"
#include "crypto/aes_portable.h"

#define GROUP 2 /* ANDs; 2 GROUP keys */

/* Keys of ANDs number `first` and on: one for input a and one for input b of each. */
static void make_keys(block *keys, const block *start, uint64_t first)
{
    for (size_t j = 0; j < 2 * GROUP; j++) {
        keys[j] = block_xor(*start, block_of(0, 2 * first + j));
    }
}

/* x becomes AES(x) ^ x under key j of the group, for each of n_sets sets. */
static void hash_in_place(block *x, size_t n_sets, const block *keys)
{
    block copy[4 * GROUP];

    memcpy(copy, x, n_sets * 2 * GROUP * sizeof *x);
    aes_portable_encrypt_rekeyed(x, n_sets, keys);
    for (size_t j = 0; j < n_sets * 2 * GROUP; j++) x[j] = block_xor(x[j], copy[j]);
    mem_wipe(copy, sizeof copy);
}

/* hash: H(A0), H(B0), and 2 GROUP further on H(A1), H(B1). */
static void finish_garbling(block *labels, uint8_t *table, const struct slot_gate *gate,
                            const block *hash, const block *delta)
{
    block a = labels[gate->a], b = labels[gate->b];
    block t_g = block_xor(hash[0], hash[2 * GROUP]);
    block t_e = block_xor(hash[1], hash[2 * GROUP + 1]); /* still without A0 */
    block out = block_xor(hash[0], hash[1]);

    t_g = block_xor(t_g, block_times_bit(*delta, block_lsb(b)));
    out = block_xor(out, block_times_bit(t_g, block_lsb(a)));
    out = block_xor(out, block_times_bit(t_e, block_lsb(b)));
    block_store(table, t_g);
    block_store(table + BLOCK_LEN, block_xor(t_e, a));
    labels[gate->out] = out;
}

static void portable_garble(block *labels, uint8_t *tables, const struct slot_gate *gates, size_t n,
                            const block *delta, const block *start, uint64_t first)
{
    block sigma_delta = block_sigma(*delta);
    block keys[2 * GROUP], x[4 * GROUP] = {{{0, 0}}};

    for (size_t i = 0; i < n; i += GROUP) {
        size_t len = n - i < GROUP ? n - i : GROUP;

        for (size_t j = 0; j < len; j++) {
            x[2 * j] = block_sigma(labels[gates[i + j].a]);
            x[2 * j + 1] = block_sigma(labels[gates[i + j].b]);
        }
        for (size_t j = 0; j < 2 * GROUP; j++) x[2 * GROUP + j] = block_xor(x[j], sigma_delta);
        make_keys(keys, start, first + i);
        hash_in_place(x, 2, keys);
        for (size_t j = 0; j < len; j++) {
            finish_garbling(labels, tables + TABLE_LEN * (i + j), &gates[i + j], x + 2 * j, delta);
        }
    }
    mem_wipe(x, sizeof x);
    mem_wipe(&sigma_delta, sizeof sigma_delta);
}

static void finish_evaluation(block *labels, const uint8_t *table, const struct slot_gate *gate,
                              const block *hash)
{
    block a = labels[gate->a], b = labels[gate->b];
    block t_g = block_load(table), t_e = block_load(table + BLOCK_LEN);
    block out = block_xor(hash[0], hash[1]);

    out = block_xor(out, block_times_bit(t_g, block_lsb(a)));
    labels[gate->out] = block_xor(out, block_times_bit(block_xor(t_e, a), block_lsb(b)));
}

static void portable_evaluate(block *labels, const uint8_t *tables, const struct slot_gate *gates,
                              size_t n, const block *start, uint64_t first)
{
    block keys[2 * GROUP], x[2 * GROUP] = {{{0, 0}}};

    for (size_t i = 0; i < n; i += GROUP) {
        size_t len = n - i < GROUP ? n - i : GROUP;

        for (size_t j = 0; j < len; j++) {
            x[2 * j] = block_sigma(labels[gates[i + j].a]);
            x[2 * j + 1] = block_sigma(labels[gates[i + j].b]);
        }
        make_keys(keys, start, first + i);
        hash_in_place(x, 1, keys);
        for (size_t j = 0; j < len; j++) {
            finish_evaluation(labels, tables + TABLE_LEN * (i + j), &gates[i + j], x + 2 * j);
        }
    }
    mem_wipe(x, sizeof x);
}

/* The bit slice makes round keys of its own. */
static void portable_expand(struct narrow_keys *keys, const block *start, uint64_t first)
{
    keys->start = *start;
    keys->first = first;
}

static void portable_garble_narrow(block *labels, uint8_t *tables, const struct slot_gate *gates,
                                   size_t n, const block *delta, const struct narrow_keys *keys,
                                   uint64_t first)
{
    portable_garble(labels, tables, gates, n, delta, &keys->start, first);
}

static void portable_evaluate_narrow(block *labels, const uint8_t *tables,
                                     const struct slot_gate *gates, size_t n,
                                     const struct narrow_keys *keys, uint64_t first)
{
    portable_evaluate(labels, tables, gates, n, &keys->start, first);
}

const struct garble_kernels garble_kernels_portable = {
    .isa = CPU_PORTABLE,
    .garble = portable_garble,
    .evaluate = portable_evaluate,
    .expand = portable_expand,
    .garble_narrow = portable_garble_narrow,
    .evaluate_narrow = portable_evaluate_narrow,
};
