/* Lists of numbers, of which each party gives COUNT; see word.h for the numbers. */
#ifndef CIRCUITS_LIST_H
#define CIRCUITS_LIST_H

#include "word.h"

#ifndef COUNT
#define COUNT 8
#endif
#define N_ALL (2 * COUNT)

/* The garbler's numbers, then the evaluator's. */
static inline void gather(word all[N_ALL], const word *a, const word *b)
{
    for (int i = 0; i < COUNT; i++) {
        all[i] = a[i];
        all[COUNT + i] = b[i];
    }
}

static inline void put_in_order(word *low, word *high)
{
    word kept = *low;

    if (*high < kept) {
        *low = *high;
        *high = kept;
    }
}

#endif
