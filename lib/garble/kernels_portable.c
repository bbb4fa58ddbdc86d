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

/* Where the labels of an AND stand. */
struct wires {
    block *out;
    const block *a, *b;
};

static struct wires wires_of(block *labels, const struct slot_gate *gate)
{
    return (struct wires){&labels[gate->out], &labels[gate->a], &labels[gate->b]};
}

/* Labels of all lanes may be more than a slot's number can count. */
static struct wires wires_in_lane(block *labels, const struct slot_gate *gate, size_t lane)
{
    return (struct wires){&labels[N_LANES * (size_t)gate->out + lane],
                          &labels[N_LANES * (size_t)gate->a + lane],
                          &labels[N_LANES * (size_t)gate->b + lane]};
}

/* hash: H(A0), H(B0), and 2 GROUP further on H(A1), H(B1). */
static void finish_garbling(uint8_t *table, struct wires wires, const block *hash,
                            const block *delta)
{
    block a = *wires.a, b = *wires.b;
    block t_g = block_xor(hash[0], hash[2 * GROUP]);
    block t_e = block_xor(hash[1], hash[2 * GROUP + 1]); /* still without A0 */
    block out = block_xor(hash[0], hash[1]);

    t_g = block_xor(t_g, block_times_bit(*delta, block_lsb(b)));
    out = block_xor(out, block_times_bit(t_g, block_lsb(a)));
    out = block_xor(out, block_times_bit(t_e, block_lsb(b)));
    block_store(table, t_g);
    block_store(table + BLOCK_LEN, block_xor(t_e, a));
    *wires.out = out;
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
            finish_garbling(tables + TABLE_LEN * (i + j), wires_of(labels, &gates[i + j]),
                            x + 2 * j, delta);
        }
    }
    mem_wipe(x, sizeof x);
    mem_wipe(&sigma_delta, sizeof sigma_delta);
}

static void finish_evaluation(const uint8_t *table, struct wires wires, const block *hash)
{
    block a = *wires.a, b = *wires.b;
    block t_g = block_load(table), t_e = block_load(table + BLOCK_LEN);
    block out = block_xor(hash[0], hash[1]);

    out = block_xor(out, block_times_bit(t_g, block_lsb(a)));
    *wires.out = block_xor(out, block_times_bit(block_xor(t_e, a), block_lsb(b)));
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
            finish_evaluation(tables + TABLE_LEN * (i + j), wires_of(labels, &gates[i + j]),
                              x + 2 * j);
        }
    }
    mem_wipe(x, sizeof x);
}

/* The bit slice makes round keys of its own. */
static void portable_expand(struct narrow_keys *keys, const block *start, uint64_t first,
                            size_t from, size_t to)
{
    (void)first, (void)from, (void)to;
    keys->start = *start;
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

/* Keys of one AND for each of the lanes that fill a bit slice. */
static void make_shared_keys(block *keys, const block *start, uint64_t number)
{
    for (size_t j = 0; j < 2 * GROUP; j++)
        keys[j] = block_xor(*start, block_of(0, 2 * number + j % 2));
}

static void portable_garble_lanes(block *labels, uint8_t *tables, const struct slot_gate *gates,
                                  size_t n, const block *delta, const struct narrow_keys *keys,
                                  uint64_t first)
{
    block sigma_delta = block_sigma(*delta), shared[2 * GROUP], x[4 * GROUP];

    for (size_t i = 0; i < n * N_LANES; i += GROUP) {
        uint8_t *t_g = tables + TABLE_LEN * N_LANES * (i / N_LANES) + BLOCK_LEN * (i % N_LANES);
        struct wires wires[GROUP];

        make_shared_keys(shared, &keys->start, first + i / N_LANES);
        for (size_t j = 0; j < GROUP; j++) {
            wires[j] = wires_in_lane(labels, &gates[i / N_LANES], i % N_LANES + j);
            x[2 * j] = block_sigma(*wires[j].a);
            x[2 * j + 1] = block_sigma(*wires[j].b);
        }
        for (size_t j = 0; j < 2 * GROUP; j++) x[2 * GROUP + j] = block_xor(x[j], sigma_delta);
        hash_in_place(x, 2, shared);
        for (size_t j = 0; j < GROUP; j++) {
            uint8_t table[TABLE_LEN];

            finish_garbling(table, wires[j], x + 2 * j, delta);
            memcpy(t_g + BLOCK_LEN * j, table, BLOCK_LEN);
            memcpy(t_g + BLOCK_LEN * (N_LANES + j), table + BLOCK_LEN, BLOCK_LEN);
        }
    }
    mem_wipe(x, sizeof x);
    mem_wipe(&sigma_delta, sizeof sigma_delta);
}

static void portable_evaluate_lanes(block *labels, const uint8_t *tables,
                                    const struct slot_gate *gates, size_t n,
                                    const struct narrow_keys *keys, uint64_t first)
{
    block shared[2 * GROUP], x[2 * GROUP];

    for (size_t i = 0; i < n * N_LANES; i += GROUP) {
        const uint8_t *t_g =
            tables + TABLE_LEN * N_LANES * (i / N_LANES) + BLOCK_LEN * (i % N_LANES);
        struct wires wires[GROUP];

        make_shared_keys(shared, &keys->start, first + i / N_LANES);
        for (size_t j = 0; j < GROUP; j++) {
            wires[j] = wires_in_lane(labels, &gates[i / N_LANES], i % N_LANES + j);
            x[2 * j] = block_sigma(*wires[j].a);
            x[2 * j + 1] = block_sigma(*wires[j].b);
        }
        hash_in_place(x, 1, shared);
        for (size_t j = 0; j < GROUP; j++) {
            uint8_t table[TABLE_LEN];

            memcpy(table, t_g + BLOCK_LEN * j, BLOCK_LEN);
            memcpy(table + BLOCK_LEN, t_g + BLOCK_LEN * (N_LANES + j), BLOCK_LEN);
            finish_evaluation(table, wires[j], x + 2 * j);
        }
    }
    mem_wipe(x, sizeof x);
}

static void portable_xor_lanes(block *labels, const struct slot_gate *gates, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const block *a = &labels[N_LANES * (size_t)gates[i].a];
        const block *b = &labels[N_LANES * (size_t)gates[i].b];
        block *out = &labels[N_LANES * (size_t)gates[i].out];

        for (size_t lane = 0; lane < N_LANES; lane++) out[lane] = block_xor(a[lane], b[lane]);
    }
}

static void portable_take_colours(uint8_t *colours, const block *labels, size_t n)
{
    for (size_t k = 0; k < n; k++) {
        uint64_t bits = 0;

        for (size_t lane = 0; lane < N_LANES; lane++) bits |= block_lsb(*labels++) << lane;
        colours[k] = (uint8_t)bits;
    }
}

static void portable_put_colours(block *labels, const uint8_t *colours, size_t n)
{
    for (size_t k = 0; k < n; k++)
        for (size_t lane = 0; lane < N_LANES; lane++)
            *labels++ = block_of(0, colours[k] >> lane & 1);
}

const struct garble_kernels garble_kernels_portable = {
    .isa = CPU_PORTABLE,
    .garble = portable_garble,
    .evaluate = portable_evaluate,
    .expand = portable_expand,
    .garble_narrow = portable_garble_narrow,
    .evaluate_narrow = portable_evaluate_narrow,
    .garble_lanes = portable_garble_lanes,
    .evaluate_lanes = portable_evaluate_lanes,
    .xor_lanes = portable_xor_lanes,
    .take_colours = portable_take_colours,
    .put_colours = portable_put_colours,
};
