/* Final ANDs, through the kernels of all others; see finals.h. */
#include "garble/finals.h"

#include <stddef.h>
#include <string.h>

_Static_assert(offsetof(struct final_memory, labels) % 64 == 0 &&
                   offsetof(struct final_memory, tables) % 64 == 0,
               "labels in lanes are aligned as kernels want them");

#define LANES_LEN (N_LANES * BLOCK_LEN)

/* Where the ANDs at hand have their labels. */
#define RESULTS(memory) ((memory)->labels + 2 * N_NARROW * N_LANES)
#define GATE(k)                                                                                    \
    {                                                                                              \
        .out = 2 * N_NARROW + (k), .a = (k), .b = N_NARROW + (k)                                   \
    }
static const struct slot_gate own_gates[N_NARROW] = {GATE(0), GATE(1), GATE(2), GATE(3),
                                                     GATE(4), GATE(5), GATE(6), GATE(7)};

/* ANDs from number first on that share one expansion of keys. */
static size_t group_len(uint64_t first, size_t n_left)
{
    size_t n = N_NARROW - (size_t)(first % N_NARROW);

    return n < n_left ? n : n_left;
}

static void load_group(struct final_memory *memory, const block *labels,
                       const struct slot_gate *gates, size_t n, const block *start, uint64_t first)
{
    for (size_t k = 0; k < n; k++) {
        memcpy(memory->labels + N_LANES * k, labels + N_LANES * (size_t)gates[k].a, LANES_LEN);
        memcpy(memory->labels + N_LANES * (N_NARROW + k), labels + N_LANES * (size_t)gates[k].b,
               LANES_LEN);
    }
    garble_kernels()->expand(&memory->keys, start, first - first % N_NARROW, 0, N_ROUNDS);
}

void finals_garble(struct final_memory *memory, uint8_t *tables, uint8_t *colours,
                   const block *labels, const struct slot_gate *gates, size_t n, const block *delta,
                   const block *start, uint64_t first)
{
    const struct garble_kernels *kernels = garble_kernels();

    for (size_t at = 0, len; at < n; at += len) {
        len = group_len(first + at, n - at);
        load_group(memory, labels, gates + at, len, start, first + at);
        kernels->garble_lanes(memory->labels, (uint8_t *)memory->tables, own_gates, len, delta,
                              &memory->keys, first + at);
        kernels->take_colours(tables + FINAL_LEN * at, memory->tables, FINAL_LEN * len);
        kernels->take_colours(colours + at, RESULTS(memory), len);
    }
}

void finals_evaluate(struct final_memory *memory, uint8_t *colours, const uint8_t *tables,
                     const block *labels, const struct slot_gate *gates, size_t n,
                     const block *start, uint64_t first)
{
    const struct garble_kernels *kernels = garble_kernels();

    for (size_t at = 0, len; at < n; at += len) {
        len = group_len(first + at, n - at);
        load_group(memory, labels, gates + at, len, start, first + at);
        kernels->put_colours(memory->tables, tables + FINAL_LEN * at, FINAL_LEN * len);
        kernels->evaluate_lanes(memory->labels, (const uint8_t *)memory->tables, own_gates, len,
                                &memory->keys, first + at);
        kernels->take_colours(colours + at, RESULTS(memory), len);
    }
}
