/* Batcher's odd-even merge network (Knuth, The Art of Computer Programming, volume 3, 5.3.4). */
#ifndef CIRCUITS_MERGE_NETWORK_H
#define CIRCUITS_MERGE_NETWORK_H

#include "list.h"

/*
 * Puts n = 2^k numbers in order that lie step apart, whose first and second half are in order.
 * Both halves' even places are merged, then their odd places; then neighbours are put in order.
 */
static inline void merge_halves(word *all, int n, int step)
{
    if (n == 2) {
        put_in_order(&all[0], &all[step]);
        return;
    }
    merge_halves(all, n / 2, 2 * step);
    merge_halves(all + step, n / 2, 2 * step);
    for (int i = 1; i + 1 < n; i += 2) put_in_order(&all[i * step], &all[(i + 1) * step]);
}

static inline void merge_sort(word *all, int n)
{
    if (n == 1) return;
    merge_sort(all, n / 2);
    merge_sort(all + n / 2, n / 2);
    merge_halves(all, n, 1);
}

#endif
