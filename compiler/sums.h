/*
 * Sums of many words: the bits of each weight are gathered in a column and compressed three to two
 * by full adders, so that k bits of one weight cost k / 2 ANDs (Wallace 1964, Dadda 1965).
 * Constants are added up beforehand; a sign that is repeated to the top becomes one bit and a
 * constant.
 */
#ifndef SOTTO_COMPILER_SUMS_H
#define SOTTO_COMPILER_SUMS_H

#include "compiler/graph.h"

struct column_bit {
    struct column_bit *next;
    literal bit;
};

struct column {
    struct column_bit *first;
    struct column_bit *last;
};

/** A sum modulo 2^n in the making. Lives until columns_finish(). */
struct columns {
    struct graph *graph;
    struct column *column; /* n of them, in the graph's scratch */
    literal *constant;     /* n constant bits, likewise */
    uint32_t n;
};

/** Takes scratch: the caller's mark must be older. */
void columns_init(struct columns *columns, struct graph *graph, uint32_t n);

/** Each adds something times 2^shift; bits beyond the sum's width are dropped. */
void columns_add_bit(struct columns *columns, uint32_t shift, literal bit);
void columns_subtract_bit(struct columns *columns, uint32_t shift, literal bit);
void columns_add_word(struct columns *columns, uint32_t shift, const literal *a, uint32_t n);
/** The word's top bit has the weight -2^(n-1). */
void columns_add_signed(struct columns *columns, uint32_t shift, const literal *a, uint32_t n);
/** Takes the (unsigned) word times 2^shift away. */
void columns_subtract_word(struct columns *columns, uint32_t shift, const literal *a, uint32_t n);

/** Compresses to the n bits of the sum. */
void columns_finish(struct columns *columns, literal *sum);

#endif
