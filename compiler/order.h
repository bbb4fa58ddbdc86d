/*
 * Choices that depend on the order of a few words alone: medians, minima and maxima, clamps, in
 * whatever way they are spelled. Where two or three words are only compared with each other and
 * chosen from, their comparisons are taken once and XORs of these choose. Private to lower*.c.
 */
#ifndef SOTTO_COMPILER_ORDER_H
#define SOTTO_COMPILER_ORDER_H

#include "compiler/lower_node.h"

#define ORDER_MAX_LEAVES 3
#define ORDER_MAX_PAIRS 3

/** out = first ? words[place[0]] : second ? words[place[1]] : words[place[2]], where first and
 *  second are XORs of comparisons: bit k of a mask is pair k of (0, 1), (0, 2), (1, 2), the bit
 *  above the pairs a complement. */
struct order {
    struct word *words[ORDER_MAX_LEAVES];
    uint32_t n_words;
    uint32_t place[ORDER_MAX_LEAVES];
    uint32_t first;
    uint32_t second;
    bool reversed[ORDER_MAX_PAIRS]; /* the pair's second word is less than its first */
    bool is_signed;
};

/** The order that a multiplexer depends on, when choosing by it costs less ANDs than what is read
 *  by nobody else; NULL when there is none. */
const struct order *order_find(const struct lowering *lowering, const struct word *word);

void order_lower(struct lowering *lowering, literal *out, const struct order *order, uint32_t n);

#endif
