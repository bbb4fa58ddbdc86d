/*
 * All numbers in order, by Batcher's merge sort. The garbler and the evaluator give COUNT numbers
 * each, a power of two; unsigned, or two's complement with SIGNED.
 */
#include "merge-network.h"

#include <sotto-circuit.h>

void sort(GARBLER const word a[COUNT], EVALUATOR const word b[COUNT], OUTPUT word sorted[N_ALL])
{
    word all[N_ALL];

    gather(all, a, b);
    merge_sort(all, N_ALL);
    for (int i = 0; i < N_ALL; i++) sorted[i] = all[i];
}
