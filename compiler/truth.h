/*
 * Boolean functions of up to six variables as truth tables: bit x of the table is the value at x,
 * whose bit i is variable i. A table of fewer variables is repeated up to 64 bits.
 */
#ifndef SOTTO_COMPILER_TRUTH_H
#define SOTTO_COMPILER_TRUTH_H

#include <stdbool.h>
#include <stdint.h>

#define TRUTH_MAX_VARIABLES 6

/** The table of a variable. */
static inline uint64_t truth_variable(unsigned i)
{
    static const uint64_t tables[TRUTH_MAX_VARIABLES] = {
        UINT64_C(0xaaaaaaaaaaaaaaaa), UINT64_C(0xcccccccccccccccc), UINT64_C(0xf0f0f0f0f0f0f0f0),
        UINT64_C(0xff00ff00ff00ff00), UINT64_C(0xffff0000ffff0000), UINT64_C(0xffffffff00000000)};

    return tables[i];
}

/** From a table to the coefficients of its algebraic normal form (bit m: of the product of the
 *  variables in m), and back. Those of a repeated table fill the lowest bits only. */
static inline uint64_t truth_anf(uint64_t table)
{
    for (unsigned i = 0; i < TRUTH_MAX_VARIABLES; i++)
        table ^= (table & ~truth_variable(i)) << (1u << i);
    return table;
}

/** The coefficients of 1 and of the single variables. */
#define TRUTH_AFFINE UINT64_C(0x0000000100010117)
/** The coefficients of products of two variables. */
#define TRUTH_QUADRATIC UINT64_C(0x0001011601161668)

/** The table of variables i and j exchanged, i < j. */
static inline uint64_t truth_swap(uint64_t table, unsigned i, unsigned j)
{
    uint64_t up = table & truth_variable(i) & ~truth_variable(j);
    uint64_t down = table & ~truth_variable(i) & truth_variable(j);
    unsigned by = (1u << j) - (1u << i);

    return (table ^ up ^ down) | up << by | down >> by;
}

#endif
