/*
 * The circuits of non-linear layers, for any ring and shift: written in circuit C, compiled when
 * they are needed, the same at both parties. Shares go in, the garbler's first; their sum modulo
 * 2^ring is an accumulator in two's complement.
 */
#ifndef SOTTO_APPS_NN_LAYER_H
#define SOTTO_APPS_NN_LAYER_H

#include "apps/report.h"

#include "sotto.h"

enum layer_kind {
    LAYER_RELU,      /**< one accumulator to sat(a >> shift): (ring - 1) + (ring - 8 - shift) + 7
                          ANDs */
    LAYER_LEAKY,     /**< see ACTIVATION_LEAKY in net.h */
    LAYER_SQUARE,    /**< see ACTIVATION_SQUARE */
    LAYER_MAXIMUM,   /**< the largest of n values of value_bits bits, each an input of its own:
                          2 value_bits (n - 1) ANDs */
    LAYER_ARGMAX,    /**< the number of the largest of n accumulators, the lowest of equals; of one,
                          whether it is positive */
    LAYER_RELU_FULL, /**< one accumulator a to max(a, 0), of ring - 1 bits */
    LAYER_POOL,      /**< the largest of n accumulators */
    LAYER_SIGN,      /**< whether an accumulator is not negative: ring - 1 ANDs */
    LAYER_COMPARE    /**< whether the first of two accumulators is larger */
};

struct layer_shape {
    enum layer_kind kind;
    unsigned ring;         /**< 2 to 32 */
    unsigned shift;        /**< below ring */
    unsigned slope;        /**< LEAKY: 0 to 128 */
    unsigned offset;       /**< LEAKY: 0 to 127 */
    unsigned square_shift; /**< SQUARE: 0 to 14 */
    unsigned value_bits;   /**< MAXIMUM: 1 to 16 */
    uint64_t n;            /**< MAXIMUM, ARGMAX, POOL: at least 1 */
};

struct layer {
    sotto_circuit *circuit;
    sotto_interface *interface;
    unsigned output_bits;
    uint64_t n_and;
};

/** Bits of an index below n: at least 1. */
unsigned index_bits(uint64_t n);

/** Compiles the circuit. Wipe with layer_wipe(). */
int layer_init(struct report *report, sotto_context *context, struct layer *layer,
               const struct layer_shape *shape);
void layer_wipe(struct layer *layer);

#endif
