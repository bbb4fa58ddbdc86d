/*
 * Half-gates (Zahur, Rosulek, Evans, EUROCRYPT 2015) over batches of independent ANDs, one set per
 * instruction set behind one contract; all give the same bytes. Selection is by mask only.
 */
#ifndef SOTTO_GARBLE_KERNELS_H
#define SOTTO_GARBLE_KERNELS_H

#include "circuit/source.h"
#include "crypto/kernels.h"

#define TABLE_LEN 32 /* T_G then T_E, 16 bytes each */

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
};

/** The kernels of the instruction set in force (cpu_isa()). */
const struct garble_kernels *garble_kernels(void);

extern const struct garble_kernels garble_kernels_portable;
extern const struct garble_kernels garble_kernels_aesni;
extern const struct garble_kernels garble_kernels_vaes256;
extern const struct garble_kernels garble_kernels_vaes512;

#endif
