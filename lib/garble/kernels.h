/*
 * Half-gates (Zahur, Rosulek, Evans, EUROCRYPT 2015) over batches of independent ANDs, one set per
 * instruction set behind one contract; all give the same bytes. Selection is by mask only.
 */
#ifndef SOTTO_GARBLE_KERNELS_H
#define SOTTO_GARBLE_KERNELS_H

#include "circuit/source.h"
#include "crypto/kernels.h"

#define TABLE_LEN 32 /* T_G then T_E, 16 bytes each */

/* ANDs below this number are few: their keys are better expanded ahead, for several batches. */
#define N_NARROW 8

/* ANDs whose keys are kept: those at hand, and as many that come. */
#define N_KEPT (2 * N_NARROW)
#define N_ROUNDS 11 /* of AES-128, whitening included */

/* Instances that are garbled side by side. They share the key of a gate (GARBLING in
 * sotto-protocol(7)). */
#define N_LANES 8

/** Round keys: two of each AND, for inputs a and b, from place narrow_place() on. They follow from
 *  the start point and are as public. */
struct narrow_keys {
    block round[N_ROUNDS][2 * N_KEPT];
    block words[2 * N_NARROW]; /* where a kernel is in the schedules of a group */
    block start;               /* for the portable kernels, which make round keys as they go */
} __attribute__((aligned(64)));

/** x^(round - 1) in GF(2^8): what a key schedule adds in a round from 1 on (FIPS-197, 5.2). */
static inline int round_constant(size_t round)
{
    return round < 9 ? 1 << (round - 1) : 0x1b << (round - 9);
}

static inline size_t narrow_place(uint64_t number)
{
    return 2 * (size_t)(number % N_KEPT);
}

struct garble_kernels {
    enum cpu_isa isa;

    /** Garbles gates[0..n): reads the zero-labels labels[a] and labels[b], writes labels[out] and
     *  n tables (any alignment). AND number k of the batch uses tweaks 2(first + k) and
     *  2(first + k) + 1 under start. No gate's out is another's a or b, or another's out. */
    void (*garble)(block *labels, uint8_t *tables, const struct slot_gate *gates, size_t n,
                   const block *delta, const block *start, uint64_t first);

    /** The evaluator's side: labels are the active ones. */
    void (*evaluate)(block *labels, const uint8_t *tables, const struct slot_gate *gates, size_t n,
                     const block *start, uint64_t first);

    /** Expands the round keys of rounds from up to 'to' of N_NARROW ANDs, from number first on, a
     *  multiple of N_NARROW. A key schedule is one long chain; taken a few rounds at a time it
     *  hides behind the ANDs at hand. The rounds of one group come in order, and before those of
     *  another. */
    void (*expand)(struct narrow_keys *keys, const block *start, uint64_t first, size_t from,
                   size_t to);

    /** As garble() and evaluate() for ANDs whose numbers all have their keys in keys: in a narrow
     *  circuit the key schedules then stay out of the way from one AND to the next. */
    void (*garble_narrow)(block *labels, uint8_t *tables, const struct slot_gate *gates, size_t n,
                          const block *delta, const struct narrow_keys *keys, uint64_t first);
    void (*evaluate_narrow)(block *labels, const uint8_t *tables, const struct slot_gate *gates,
                            size_t n, const struct narrow_keys *keys, uint64_t first);

    /** N_LANES instances at once, whose labels of a slot stand side by side: that of lane l at
     *  labels[N_LANES slot + l], aligned to 64 bytes. An AND makes N_LANES TABLE_LEN bytes, the
     *  T_G of all lanes before the T_E of all lanes. */
    void (*garble_lanes)(block *labels, uint8_t *tables, const struct slot_gate *gates, size_t n,
                         const block *delta, const struct narrow_keys *keys, uint64_t first);
    void (*evaluate_lanes)(block *labels, const uint8_t *tables, const struct slot_gate *gates,
                           size_t n, const struct narrow_keys *keys, uint64_t first);

    /** Free gates in all lanes, in order. */
    void (*xor_lanes)(block *labels, const struct slot_gate *gates, size_t n);

    /** colours[k] receives the lowest bits of N_LANES labels from labels[N_LANES k] on, that of
     *  lane 0 lowest. */
    void (*take_colours)(uint8_t *colours, const block *labels, size_t n);

    /** The other way round: all other bits of the labels become zero. */
    void (*put_colours)(block *labels, const uint8_t *colours, size_t n);
};

/** The kernels of the instruction set in force (cpu_isa()). */
const struct garble_kernels *garble_kernels(void);

/** Those of one that cpu_supports(). */
const struct garble_kernels *garble_kernels_of(enum cpu_isa isa);

extern const struct garble_kernels garble_kernels_portable;
extern const struct garble_kernels garble_kernels_aesni;
extern const struct garble_kernels garble_kernels_vaes256;
extern const struct garble_kernels garble_kernels_vaes512;

#endif
